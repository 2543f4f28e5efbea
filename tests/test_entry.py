"""Entry files: the form, its faults, and the entries that we ship."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.entry import (
    Area,
    BadEntry,
    BadKnowledge,
    Check,
    CheckName,
    Entry,
    Input,
    Kind,
    Link,
    load_entries,
    parse_entry,
    render_entry,
)
from knowledge.front_matter import FILE_LIMIT, TEXT_LIMIT

FOLDER = Path(__file__).parents[1] / "knowledge" / "entries"
SHIPPED = load_entries(FOLDER)
FIXED = [
    "onboarding-backend-actions",
    "onboarding-link-end-user",
    "onboarding-example-user-token",
    "onboarding-multiple-userpools",
    "onboarding-own-idp",
    "onboarding-self-issued-jwt",
    "onboarding-go-to-prod",
    "general-oidc-not-required",
    "userpool-unauthorized",
    "userpool-decode-error",
    "frontend-cors",
    "frontend-init-500",
    "backend-unexpected-export",
    "backend-user-404",
    "backend-user-500",
    "backend-tunnel-failed",
    "backend-rate-limited-429",
    "amazon-autoclose-signin",
]
LEAST = "id: a\ntitle: A\nkind: error\nerrors: [boom]\n"


def file_of(front: str = LEAST, body: str = "Do this.") -> str:
    return f"---\n{front}---\n{body}\n"


def fault(text: str) -> BadEntry:
    with pytest.raises(BadEntry) as caught:
        parse_entry(text, "a.md")
    return caught.value


def each_shipped() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.id)


# The form


def test_defaults_fill_what_is_not_needed() -> None:
    assert parse_entry(file_of(), "a.md") == Entry(
        "a", "A", Kind.ERROR, Area.GENERAL, errors=("boom",), body="Do this."
    )


def test_every_key_arrives() -> None:
    front = (
        LEAST + "area: backend\nasks: [how, why]\nnot:\n- 'x: y'\nreviewed: 2026-11-22\n"
        "environments: [sandbox]\nchecks:\n- jwks\n- {check: link, inputs: [app, env]}\n"
        "links:\n- https://a.example/\n- {title: B, url: https://b.example/}\n"
    )
    assert parse_entry(file_of(front), "a.md") == Entry(
        "a",
        "A",
        Kind.ERROR,
        Area.BACKEND,
        errors=("boom",),
        asks=("how", "why"),
        look_alikes=("x: y",),
        checks=(Check(CheckName.JWKS), Check(CheckName.LINK, (Input.APP, Input.ENV))),
        links=(Link("https://a.example/", "https://a.example/"), Link("B", "https://b.example/")),
        environments=("sandbox",),
        reviewed=date(2026, 11, 22),
        body="Do this.",
    )


def test_values_stay_the_text_that_is_written() -> None:
    entry = parse_entry(file_of("id: 404\ntitle: yes\nkind: error\nerrors: [1.0, null]\n"), "a.md")
    assert (entry.id, entry.title, entry.errors) == ("404", "yes", ("1.0", "null"))


def test_a_key_without_a_value_counts_as_absent() -> None:
    front = LEAST + "area:\nasks:\nchecks: []\nreviewed:\n"
    assert parse_entry(file_of(front), "a.md") == parse_entry(file_of(), "a.md")


def test_line_ends_and_byte_order_mark_do_not_matter() -> None:
    windows = "\ufeff" + file_of().replace("\n", "\r\n")
    assert parse_entry(windows, "a.md") == parse_entry(file_of(), "a.md")


def test_a_rule_in_the_answer_belongs_to_the_answer() -> None:
    assert parse_entry(file_of(body="One.\n\n---\n\nTwo."), "a.md").body == "One.\n\n---\n\nTwo."


def test_the_revision_follows_the_meaning_and_not_the_layout() -> None:
    revision = parse_entry(file_of(), "a.md").revision
    assert re.fullmatch(r"[0-9a-f]{12}", revision)
    assert (
        parse_entry(file_of("kind: error\n" + LEAST.replace("kind: error\n", "")), "b.md").revision
        == revision
    )
    assert parse_entry(file_of(body="Do that."), "a.md").revision != revision


# Faults


@pytest.mark.parametrize(
    ("front", "line", "wrong", "remedy"),
    [
        (LEAST.replace("id: a\n", ""), 1, "`id` is missing", "write `id:"),
        (LEAST.replace("id: a", "id: A b"), 2, "`id` cannot be `A b`", "a-z, 0-9 and hyphens"),
        (LEAST.replace("id: a", f"id: {'a' * 65}"), 2, "`id` cannot be", "1 to 64"),
        (LEAST.replace("title: A", "title: [A]"), 3, "`title` is not text", "quotes"),
        (LEAST.replace("title: A", "title: '  '"), 3, "`title` is blank", "plain text"),
        (LEAST.replace("title: A", 'title: "a\\0"'), 3, "control characters", "plain text"),
        (LEAST.replace("title: A", f"title: {'a' * (TEXT_LIMIT + 1)}"), 3, "longer than", "keep"),
        (LEAST.replace("kind: error\n", ""), 1, "`kind` is missing", "write `kind:"),
        (LEAST.replace("kind: error", "kind: eror"), 4, "cannot be `eror`", "did you mean `error`"),
        (LEAST.replace("kind: error", "kind: zzz"), 4, "cannot be `zzz`", "question, error"),
        (LEAST + "area: frontent\n", 6, "cannot be `frontent`", "did you mean `frontend`"),
        (LEAST.replace("errors: [boom]\n", ""), 1, "neither `errors` nor `asks`", "at least one"),
        (LEAST + "asks: how\n", 6, "`asks` is not a list", "`- `"),
        (LEAST + "asks:\n- how\n- why: not\n", 8, "`asks` is not text", "quotes"),
        (LEAST + "asks: {a: b}\n", 6, "`asks` is not a list", "`- `"),
        (LEAST + "not:\n- ''\n", 7, "`not` is missing", "write `not:"),
        (LEAST + "aks: [how]\n", 6, "unknown key `aks`", "did you mean `asks`"),
        (LEAST + "[a]: b\n", 6, "unknown key", "use one of id, title"),
        (LEAST + "title: B\n", 6, "`title` is there twice", "keep one"),
        (LEAST + "reviewed: 2026-13-01\n", 6, "`reviewed` is not a date", "2026-11-22"),
        (LEAST + "links:\n- http://a.example/\n", 7, "`url` cannot be", "https://"),
        (LEAST + "links:\n- title: A\n", 1, "`url` is missing", "write `url:"),
        (LEAST + "links:\n- {titel: A, url: https://a.example/}\n", 7, "`titel`", "`title`"),
        (LEAST + "checks:\n- jwk\n", 7, "`check` cannot be `jwk`", "did you mean `jwks`"),
        (LEAST + "checks:\n- check: link\n  inputs: app\n", 8, "`inputs` is not a list", "`- `"),
        (LEAST + "checks:\n- check: link\n  inputs: [ap]\n", 8, "cannot be `ap`", "`app`"),
        (LEAST + "environments: [Sand Box]\n", 6, "cannot be `Sand Box`", "`sandbox`"),
        (LEAST + "asks: &x [a]\nnot: *x\n", 6, "anchors, aliases", "write the value out"),
        (LEAST + "asks: !!python/name:os.system x\n", 6, "tags", "write the value out"),
        (LEAST + "asks: [[[[[[[[a]]]]]]]]\n", 6, "deep nesting", "write the value out"),
        (LEAST + "asks: [a\n", 7, "not valid YAML", "indentation"),
        (LEAST + "  asks: @a\n", 6, "not valid YAML", "indentation"),
        ("- a\n", 1, "has no keys", "`key: value`"),
        ("", 1, "has no keys", "`key: value`"),
    ],
)
def test_a_fault_in_the_front_matter(front: str, line: int, wrong: str, remedy: str) -> None:
    bad = fault(file_of(front))
    assert (bad.file, bad.line) == ("a.md", line)
    assert wrong in bad.wrong
    assert remedy in bad.remedy
    assert str(bad).startswith(f"a.md:{line}: {bad.wrong[:20]}")
    assert "\n" not in str(bad)


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("", 1, "no front matter"),
        ("# Title\n", 1, "no front matter"),
        ("---\nid: a\n", 1, "does not end"),
        (file_of(body=" \n"), 1, "no answer"),
        (file_of(body="one\ntwo\x00"), 8, "U+0000"),
        (file_of(body="a" * FILE_LIMIT), None, "larger than 64 KiB"),
        (file_of(body="\N{SNOWMAN}" * (FILE_LIMIT // 2)), None, "larger than 64 KiB"),
    ],
)
def test_a_fault_in_the_file(text: str, line: int | None, wrong: str) -> None:
    bad = fault(text)
    assert bad.line == line
    assert wrong in bad.wrong
    assert bad.remedy


def test_a_huge_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{i + 1}: &a{i + 1} [{f'*a{i},' * 9}]\n" for i in range(99))
    assert fault(file_of(LEAST + bomb)).line == 6


def test_a_folder_reports_every_fault_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("not an entry")
    (tmp_path / "notes.txt").write_text("not an entry")
    (tmp_path / "a.md").write_text(file_of())
    (tmp_path / "b.md").write_text(file_of(LEAST.replace("kind: error", "kind: no") + "x: y\n"))
    (tmp_path / "c.md").write_text(file_of("title: C\n" + LEAST.replace("title: A\n", "")))
    (tmp_path / "d.md").write_bytes(b"---\nid: \xff\n")
    (tmp_path / "e.md").mkdir()
    (tmp_path / "f.md").write_text(file_of(body="\N{SNOWMAN}" * FILE_LIMIT))
    (tmp_path / "g.md").symlink_to(tmp_path / "nowhere.md")
    with pytest.raises(BadKnowledge) as caught:
        load_entries(tmp_path)
    seen = [(Path(bad.file).name, bad.line) for bad in caught.value.problems]
    assert seen == [
        *(("b.md", 6), ("b.md", 4), ("c.md", 3), ("d.md", 2)),
        *(("e.md", None), ("f.md", None), ("g.md", None)),
    ]
    assert "taken by a.md" in str(caught.value)
    assert all(bad.wrong and bad.remedy for bad in caught.value.problems)
    assert str(caught.value).count("\n") == 6


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text(file_of())

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadKnowledge, match=r"cannot be read .Permission denied.; check"):
        load_entries(tmp_path)


@pytest.mark.parametrize("folder", [".", "missing"])
def test_a_folder_without_entries_is_a_problem(tmp_path: Path, folder: str) -> None:
    with pytest.raises(BadKnowledge, match="the folder has no entries; put entry files"):
        load_entries(tmp_path / folder)


# Any text, any entry

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\ufeff")
TEXTS = st.text(CHARACTERS | st.sampled_from("\n\t:#-'\"{}[]&*!|>%@`"), max_size=80).filter(
    lambda text: text == text.strip() != ""
)
MANY = st.lists(TEXTS, max_size=3).map(tuple)
SLUGS = st.from_regex(r"[a-z0-9-]{1,64}", fullmatch=True)
ENTRIES = st.builds(
    Entry,
    id=SLUGS,
    title=TEXTS,
    kind=st.sampled_from(Kind),
    area=st.sampled_from(Area),
    errors=MANY,
    asks=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    look_alikes=MANY,
    checks=st.lists(
        st.builds(Check, st.sampled_from(CheckName), st.lists(st.sampled_from(Input)).map(tuple)),
        max_size=3,
    ).map(tuple),
    links=st.lists(
        st.builds(Link, TEXTS, SLUGS.map("https://a.example/{}".format)), max_size=2
    ).map(tuple),
    environments=st.lists(SLUGS, max_size=2).map(tuple),
    reviewed=st.none() | st.dates(),
    body=TEXTS,
)


@given(ENTRIES)
def test_rendering_and_parsing_give_the_entry_again(entry: Entry) -> None:
    again = parse_entry(render_entry(entry), "a.md")
    assert again == entry
    assert again.revision == entry.revision


KEY_LINES = st.tuples(
    st.sampled_from(
        ["id", "title", "kind", "area", "errors", "asks", "not", "checks", "links", "reviewed", "x"]
    ),
    st.text() | st.text("-[]{}:,&*!|>'\"?%@`#~= \n0123456789.eab"),
).map(": ".join)


@given(st.text() | st.lists(KEY_LINES).map(lambda lines: file_of("\n".join(lines) + "\n")))
@example("---\n\u202e\u200b: 1\n---\n")
@example("---\n? ? ? ? ? ? ? ? ? ?\n---\n")
@example("---\n" + "[" * 60_000 + "\n---\n")
@example("---\n" + "- " * 30_000 + "\n---\n")
@example("---\n<<: {id: a}\n=: b\n---\nx")
@example('---\ntitle: "\\ud800"\n---\nx')
@example("---\n%YAML 9.9\n---\nx")
@example("---\n--- a\n...\n---\nx")
@example("---" + " " * 60_000 + "x")
def test_any_text_is_an_entry_or_a_bad_entry(text: str) -> None:
    bad = None
    try:
        parse_entry(text, "a.md")
    except BadEntry as caught:
        bad = caught
    assert bad is None or bad.line is None or bad.line >= 1
    assert str(bad).isprintable()


# The entries that we ship


PLAIN = {
    *("paragraph_open", "paragraph_close", "inline", "fence", "list_item_open", "list_item_close"),
    *("ordered_list_open", "ordered_list_close", "text", "softbreak", "code_inline"),
    *("em_open", "em_close", "strong_open", "strong_close"),
}


def tokens_of(body: str) -> list[Token]:
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    return tokens + [child for token in tokens for child in token.children or ()]


def test_the_faq_and_more_are_here() -> None:
    ids = {entry.id for entry in SHIPPED}
    assert ids >= set(FIXED)
    assert len(ids) >= 32
    assert {path.stem for path in FOLDER.glob("*.md")} - {"README"} == ids


def test_no_text_leads_to_two_entries() -> None:
    texts = [text.casefold() for entry in SHIPPED for text in (*entry.errors, *entry.asks)]
    assert len(texts) == len(set(texts))


@each_shipped()
def test_a_shipped_answer_has_the_form_of_a_reply(entry: Entry) -> None:
    tokens = tokens_of(entry.body)
    assert {token.type for token in tokens} <= PLAIN
    assert all(token.info for token in tokens if token.type == "fence")
    assert entry.body.splitlines()[0].endswith((".", "!"))
    assert sum(token.type == "list_item_open" for token in tokens) <= 5
    assert len(entry.body) < 1800


@each_shipped()
def test_a_shipped_entry_is_matched_by_enough(entry: Entry) -> None:
    least, most = (12, 16) if entry.kind is Kind.QUESTION else (8, 12)
    assert least <= len(entry.asks) <= most
    assert len(set(entry.asks)) == len(entry.asks)
    assert 3 <= len(entry.look_alikes) <= 8
    assert bool(entry.errors) != (entry.kind is Kind.QUESTION) or entry.kind is Kind.BEHAVIOUR


@each_shipped()
def test_a_shipped_entry_names_public_addresses_and_a_review(entry: Entry) -> None:
    assert not re.search(r"\bhttp://", entry.body)
    assert all(link.url.startswith("https://docs.anon.com/") for link in entry.links)
    assert entry.reviewed == date(2026, 11, 22)


@each_shipped()
def test_a_shipped_entry_survives_rendering(entry: Entry) -> None:
    assert parse_entry(render_entry(entry), entry.id) == entry


def test_the_shared_answer_is_told_apart_by_the_link_check() -> None:
    shared = [
        entry
        for entry in SHIPPED
        if entry.id in ("backend-user-404", "backend-user-500", "backend-tunnel-failed")
    ]
    assert {check.check for entry in shared for check in entry.checks} == {CheckName.LINK}
    assert len({entry.body.splitlines()[-3] for entry in shared}) == 3


def test_the_readme_shows_a_file_that_loads() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```markdown\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert shown
    assert parse_entry(shown.group(1), "README.md").id == "acme-login-loop"
