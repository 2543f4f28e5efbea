"""YAML front matter read strictly: every fault has its line, and hostile input stays cheap."""

import difflib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

import yaml
from frontmatter.default_handlers import SafeLoader, YAMLHandler

FILE_LIMIT = 64 * 1024  # bytes
TEXT_LIMIT = 600  # characters of one value
DEPTH_LIMIT = 6  # of nested collections; an entry needs four
_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_QUOTE = "put quotes round it if it holds `: ` or ` #` or starts with a special character"
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on which line (1-based; None = the file as a whole), and what to do."""

    line: int | None
    wrong: str
    remedy: str
    key: str = ""  # whose value it is; empty: of no one key


class FaultyError(ValueError):
    """A text of which nothing can be read."""

    def __init__(self, line: int | None, wrong: str, remedy: str) -> None:
        super().__init__(line, wrong, remedy)
        self.fault = Fault(line, wrong, remedy)


def split(text: str) -> tuple[str, str]:
    """Part front matter and body; the front matter's first line break ends line 1 of the file."""
    if len(text) > FILE_LIMIT or len(text.encode(errors="replace")) > FILE_LIMIT:
        wrong = f"the file is larger than {FILE_LIMIT // 1024} KiB"
        raise FaultyError(None, wrong, "split it into several entries")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if bad := _CONTROL.search(text):
        wrong = f"there is a control character (U+{ord(bad.group()):04X})"
        raise FaultyError(text.count("\n", 0, bad.start()) + 1, wrong, "delete it")
    handler = YAMLHandler(fm_boundary=_BOUNDARY)
    if not handler.detect(text):
        remedy = "begin the file with a line `---` and the keys"
        raise FaultyError(1, "there is no front matter", remedy)
    try:
        front, body = handler.split(text)
    except ValueError:
        remedy = "put a line `---` between the keys and the answer"
        raise FaultyError(1, "the front matter does not end", remedy) from None
    return front, body.strip()


def compose(front: str) -> yaml.MappingNode:
    """Turn front matter into nodes that know their lines; values stay the text that is written."""
    try:
        _refuse_extras(front)
        node = yaml.compose(front, Loader=SafeLoader)
    except yaml.YAMLError as error:
        mark, what = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        wrong = f"the front matter is not valid YAML ({what or 'unreadable'})"
        remedy = f"check this line's indentation, and for a text {_QUOTE}"
        raise FaultyError(mark.line + 1 if mark else 1, wrong, remedy) from None
    if not isinstance(node, yaml.MappingNode):
        raise FaultyError(1, "the front matter has no keys", "write one `key: value` a line")
    return node


def _refuse_extras(front: str) -> None:
    """Stop before an alias can multiply, a tag construct, or nesting exhaust the stack."""
    depth = 0
    for event in yaml.parse(front, Loader=SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        extra = getattr(event, "anchor", None) or getattr(event, "tag", None)
        if extra or depth > DEPTH_LIMIT:
            wrong = "anchors, aliases, tags and deep nesting are not allowed here"
            line = event.start_mark.line + 1 if event.start_mark else None
            raise FaultyError(line, wrong, f"write the value out, and {_QUOTE}")


class Form:
    """A front matter's nodes; each method gives a value, or notes a fault and makes do."""

    def __init__(self, node: yaml.MappingNode, known: tuple[str, ...]) -> None:
        self.faults: list[Fault] = []
        self.fields = self.members(node, known)

    def blame(self, node: yaml.Node | None, wrong: str, remedy: str, key: str = "") -> None:
        """Note a fault at the node's line, or at the file's first."""
        mark = node.start_mark if node else None
        self.faults.append(Fault(mark.line + 1 if mark else 1, wrong, remedy, key))

    def members(self, node: yaml.MappingNode, known: tuple[str, ...]) -> dict[str, yaml.Node]:
        """Collect the known keys; the others and repeated ones are faults."""
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self.blame(key, f"the key `{name}` is there twice", "keep one of them")
            elif name in known:
                found[name] = value
            else:
                self.blame(key, f"unknown key `{name[:80]}`", _did_you_mean(name, known))
        return found

    def part(self, node: yaml.Node, short: str, known: tuple[str, ...]) -> dict[str, yaml.Node]:
        """Collect a list item's members; a bare text stands for its member `short`."""
        return self.members(node, known) if isinstance(node, yaml.MappingNode) else {short: node}

    def has(self, name: str) -> bool:
        """Tell whether the key is there; one without a value is not."""
        return name in self.fields and self.fields[name].value != ""

    def items(self, name: str) -> list[yaml.Node]:
        """List the nodes of a list; an absent key has none."""
        return self.listed(self.fields[name], name) if self.has(name) else []

    def listed(self, node: yaml.Node, name: str) -> list[yaml.Node]:
        """List the nodes of a list."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.blame(node, f"`{name}` is not a list", "begin each of its lines with `- `", name)
        return []

    def text(self, node: yaml.Node | None, name: str) -> str:
        """Give the node's text without outer blanks."""
        if node is None or node.value == "":
            self.blame(node, f"`{name}` is missing", f"write `{name}: …`", name)
        elif not isinstance(node, yaml.ScalarNode):
            self.blame(node, f"`{name}` is not text here", _QUOTE, name)
        elif not (value := node.value.strip()) or _CONTROL.search(value):
            wrong = f"`{name}` is blank or has control characters"
            self.blame(node, wrong, "write plain text", name)
        elif len(value) > TEXT_LIMIT:
            wrong = f"`{name}` is longer than {TEXT_LIMIT} characters here"
            self.blame(node, wrong, "keep the part that identifies it", name)
        else:
            return str(value)
        return ""

    def matching(self, node: yaml.Node | None, name: str, want: re.Pattern[str], like: str) -> str:
        """Give the node's text if all of it fits the pattern."""
        value = self.text(node, name)
        if value and not want.fullmatch(value):
            self.blame(node, f"`{name}` cannot be `{value[:80]}`", f"use {like}", name)
        return value

    def choice(self, node: yaml.Node | None, name: str, kinds: type[_Choice]) -> _Choice:
        """Give the member of the closed set that the text names."""
        value, known = self.text(node, name), {str(kind): kind for kind in kinds}
        if value and value not in known:
            wrong = f"`{name}` cannot be `{value[:80]}`"
            self.blame(node, wrong, _did_you_mean(value, tuple(known)), name)
        return known.get(value) or next(iter(kinds))

    def day(self, name: str) -> date | None:
        """Give the day that an ISO date names; an absent key has none."""
        value = self.text(self.fields[name], name) if self.has(name) else ""
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            wrong = f"`{name}` is not a date"
            self.blame(self.fields[name], wrong, "write it as 2026-11-22", name)
            return None


def _did_you_mean(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word[:80].lower(), known, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else f"use one of {', '.join(known)}"
