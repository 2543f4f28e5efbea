"""A knowledge entry, and how a Markdown file becomes one (`entries/README.md`)."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import frontmatter
import yaml

from knowledge.front_matter import FILE_LIMIT, Fault, FaultyError, Form, compose, split

KEYS = (
    *("id", "title", "kind", "area", "errors", "asks", "not"),
    *("checks", "links", "environments", "reviewed"),
)
_ID = re.compile(r"[a-z0-9-]{1,64}")
_URL = re.compile(r"https://[^\s<>\"'|]+")


class Area(StrEnum):
    """The part of an integration that an entry is about."""

    ONBOARDING = "onboarding"
    GENERAL = "general"
    ENDPOINTS = "endpoints"
    FRONTEND = "frontend"
    BACKEND = "backend"
    INTEGRATION = "integration"


class Kind(StrEnum):
    """What the reader comes with."""

    QUESTION = "question"
    ERROR = "error"
    BEHAVIOUR = "behaviour"


class CheckName(StrEnum):
    """A live check that an entry can ask for."""

    JWKS = "jwks"
    TOKEN = "token"  # noqa: S105 - the check's name
    LINK = "link"
    CLIENT = "client"


class Input(StrEnum):
    """What a check takes out of the paste."""

    URL = "url"
    TOKEN = "token"  # noqa: S105 - the input's name
    SDK_CLIENT_ID = "sdk_client_id"
    USER_POOL_ID = "user_pool_id"
    APP_USER_ID = "app_user_id"
    APP = "app"
    ENV = "env"


@dataclass(frozen=True, slots=True)
class Check:
    """A live check and the inputs it wants; none named = all that it knows."""

    check: CheckName
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A page to read on."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer, and what it answers."""

    id: str
    title: str
    kind: Kind
    area: Area = Area.GENERAL
    errors: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    look_alikes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    links: tuple[Link, ...] = ()
    environments: tuple[str, ...] = ()
    reviewed: date | None = None
    body: str = ""

    @property
    def revision(self) -> str:
        """Twelve hex digits that change with anything the file says, its layout apart."""
        return hashlib.sha256(render_entry(self).encode()).hexdigest()[:12]


class BadEntry(ValueError):  # noqa: N818 - named for what it is about
    """An entry file that cannot be used: where, what is wrong, what to do."""

    def __init__(self, file: str, line: int | None, wrong: str, remedy: str) -> None:
        super().__init__(file, line, wrong, remedy)
        self.file, self.line, self.wrong, self.remedy = file, line, wrong, remedy

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        line = " ".join(f"{place}: {self.wrong}; {self.remedy}".split())
        return "".join(
            letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
        )


class BadKnowledge(ValueError):  # noqa: N818 - named for what it is about
    """A folder whose entries cannot all be used."""

    def __init__(self, problems: Iterable[BadEntry]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def parse_entry(text: str, file: str) -> Entry:
    """Read the entry that a file's text describes; raise its first BadEntry."""
    entry, faults = _read(text)
    if entry is None:
        raise _bad(file, faults[0])
    return entry


def faults_of(text: str) -> tuple[Fault, ...]:
    """Return all that is wrong with a file's text; nothing where it is an entry."""
    return tuple(_read(text)[1])


def render_entry(entry: Entry) -> str:
    """Write the file's text again: `parse_entry(render_entry(e), file) == e`."""
    fields = {
        "id": entry.id,
        "title": entry.title,
        "kind": entry.kind.value,
        "area": entry.area.value,
        "errors": list(entry.errors),
        "asks": list(entry.asks),
        "not": list(entry.look_alikes),
        "checks": [
            {"check": check.check.value, "inputs": [name.value for name in check.inputs]}
            for check in entry.checks
        ],
        "links": [{"title": link.title, "url": link.url} for link in entry.links],
        "environments": list(entry.environments),
        "reviewed": entry.reviewed,
    }
    post = frontmatter.Post(entry.body)
    post.metadata = {key: value for key, value in fields.items() if value}
    return str(frontmatter.dumps(post, sort_keys=False, width=FILE_LIMIT)) + "\n"


def load_entries(folder: Path) -> list[Entry]:
    """Read every entry of the folder, by id; raise BadKnowledge with all problems of all files."""
    entries: dict[str, tuple[Entry, Path]] = {}
    problems: list[BadEntry] = []
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        text, entry, faults = _read_file(path)
        if entry and entry.id in entries:
            wrong = f"the id `{entry.id}` is taken by {entries[entry.id][1].name}"
            line = text[: text.find("\nid:") + 1].count("\n") + 1
            faults = [Fault(line, wrong, "give this entry an id of its own")]
        elif entry:
            entries[entry.id] = entry, path
        problems += [_bad(str(path), fault) for fault in faults]
    if not entries and not problems:
        remedy = "put entry files (*.md) there, or name another folder"
        problems.append(BadEntry(str(folder), None, "the folder has no entries", remedy))
    if problems:
        raise BadKnowledge(problems)
    return [entries[name][0] for name in sorted(entries)]


def _bad(file: str, fault: Fault) -> BadEntry:
    return BadEntry(file, fault.line, fault.wrong, fault.remedy)


def _read_file(path: Path) -> tuple[str, Entry | None, list[Fault]]:
    try:
        if not path.is_file():
            remedy = "replace it by a Markdown file or rename it"
            return "", None, [Fault(None, "this is not a regular file", remedy)]
        with path.open("rb") as stream:
            data = stream.read(FILE_LIMIT + 1)  # one more, so that `split` sees that it is too many
    except OSError as error:
        wrong = f"the file cannot be read ({error.strerror})"
        return "", None, [Fault(None, wrong, "check that it exists and its permissions")]
    try:
        text = data.decode(errors="strict" if len(data) <= FILE_LIMIT else "replace")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", None, [Fault(line, "this is not UTF-8 text", "save the file as UTF-8")]
    return text, *_read(text)


def _read(text: str) -> tuple[Entry | None, list[Fault]]:
    """Read the entry, or all faults of its file."""
    try:
        front, body = split(text)
        form = Form(compose(front), KEYS)
    except FaultyError as error:
        return None, [error.fault]
    entry = Entry(
        id=form.matching(form.fields.get("id"), "id", _ID, "1 to 64 of a-z, 0-9 and hyphens"),
        title=form.text(form.fields.get("title"), "title"),
        kind=form.choice(form.fields.get("kind"), "kind", Kind),
        area=form.choice(form.fields["area"], "area", Area) if form.has("area") else Area.GENERAL,
        errors=tuple(form.text(node, "errors") for node in form.items("errors")),
        asks=tuple(form.text(node, "asks") for node in form.items("asks")),
        look_alikes=tuple(form.text(node, "not") for node in form.items("not")),
        checks=tuple(_check(form, node) for node in form.items("checks")),
        links=tuple(_link(form, node) for node in form.items("links")),
        environments=tuple(
            form.matching(node, "environments", _ID, "a name such as `sandbox`")
            for node in form.items("environments")
        ),
        reviewed=form.day("reviewed"),
        body=body,
    )
    if not entry.errors and not entry.asks:
        wrong = "neither `errors` nor `asks` is there"
        form.blame(None, wrong, "add at least one of the two", "errors")
    if not body:
        form.blame(None, "there is no answer", "write it below the second `---`", "body")
    return (None if form.faults else entry), form.faults


def _check(form: Form, node: yaml.Node) -> Check:
    part = form.part(node, "check", ("check", "inputs"))
    names = form.listed(part["inputs"], "inputs") if "inputs" in part else []
    return Check(
        form.choice(part.get("check"), "check", CheckName),
        tuple(form.choice(name, "inputs", Input) for name in names),
    )


def _link(form: Form, node: yaml.Node) -> Link:
    part = form.part(node, "url", ("title", "url"))
    url = form.matching(part.get("url"), "url", _URL, "an https:// address")
    return Link(form.text(part["title"], "title") if "title" in part else url, url)
