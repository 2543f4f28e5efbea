"""Block Kit: valid, under every cap, never a ping, always a top-level text."""

from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.block_rules import check_message
from bot.records import Candidate, Place, TicketState
from bot.reply import (
    EVERYBODY,
    Choices,
    Folded,
    Leak,
    LeakWarning,
    MintAnswer,
    Notice,
    Option,
    reply_markdown,
    reply_to,
    shorten,
)
from bot.ticket_records import Deed, Draft, Ticket, Urgency
from bot.ticket_reply import TicketCard, TicketLine, TicketNote, TicketReply, TriedEntry
from handlers.blocks import diagnosis_view, render, render_all
from handlers.elements import defused
from handlers.mrkdwn import escape, escaped, mrkdwn, pieces
from knowledge.entry import Entry, Kind, Link

WORST = "&" * 2_900  # each becomes five characters
GARBAGE = "<!channel> &<@U1>|`*_~" * 450
ENTRY = Entry(
    id="backend-user-404",
    title="The user was not found",
    kind=Kind.ERROR,
    errors=("x",),
    links=(Link("FAQ", "https://docs.anon.com/faq"),),
    reviewed=date(2026, 11, 2),
    body="Check `appUserId`.\n\n```ts\nif (a < b && c) {}\n```",
)
HUGE = Entry(
    id="e" * 64,
    title=GARBAGE,
    kind=Kind.ERROR,
    links=(Link(GARBAGE, "https://x.dev/" + "x" * 400),) * 9,
    body=GARBAGE,
)
SURE = Candidate("backend-user-404", 0.9712, ("matched `Error translating external user id: 404`",))
LONG = Candidate("e" * 64, 0.5, (GARBAGE,) * 9)


LINK = "https://acme.slack.com/archives/C1/p1"


def ticket(state, garbage):
    candidates = tuple(Candidate("e" * 64, 0.5, (garbage,)) for _ in range(5))
    draft = Draft("U1", garbage, garbage, Urgency.DOWN, "sandbox", candidates, (), (garbage,) * 20)
    place = Place("T1", "C1", "1.1")
    return Ticket(7, place, draft, state, claimer="U2", reason=garbage, entry="e" * 64)


def card(state, garbage):
    entries = tuple(TriedEntry("e" * 64, garbage, 0.5, True) for _ in range(5))
    history = (("U1", Deed.OPENED), ("", Deed.REMIND)) * 3
    return TicketCard(ticket(state, garbage), entries, history, LINK, "S1", garbage[:60])


def everything(garbage):
    return [
        reply_to(HUGE, LONG, staff=[f"U{n}" for n in range(10)]),
        reply_to(HUGE, LONG, private=True),
        reply_to(HUGE, LONG, solved_by="U1"),
        Choices("1.1", tuple(Option("e" * 64, garbage) for _ in range(3))),
        Choices("", tuple(Option("e" * 64, garbage) for _ in range(3))),
        Choices("1.1", (Option("e", garbage),), private=True),
        replace(reply_to(HUGE, LONG), mint_for=EVERYBODY),
        MintAnswer(
            "e" * 2_500,
            {"kid": garbage[:256]},
            {"sub": garbage[:255], "exp": 1_795_000_000, "x": garbage[:1_024]},
            600,
            "expired",
            "https://bot.example.com/jwks.json",
            is_local=True,
        ),
        Folded("e", garbage),
        Notice(garbage or "x", human=True),
        LeakWarning((Leak(garbage, garbage),) * 20, "https://acme.slack.com/archives/C1/p1"),
        *(card(state, garbage) for state in TicketState),
        *(TicketNote(ticket(state, garbage), 90.0, told=True) for state in TicketState),
        TicketNote(ticket(TicketState.OPEN, garbage), None, told=True, back=garbage[:60]),
        *(TicketLine(7, deed, "U1", garbage, LINK, 1e6) for deed in Deed),
        *(TicketReply(7, deed, "U1", "U2", garbage) for deed in Deed),
    ]


def marked_up(blocks):
    """Return what Slack reads as markup: the text of rich text is shown as it is."""
    return str([block for block in blocks if block["type"] != "rich_text"])


@pytest.mark.parametrize(
    "said",
    [*everything(GARBAGE), *(one for one in everything(WORST) if not isinstance(one, MintAnswer))],
    ids=lambda said: type(said).__name__,
)
def test_garbage_stays_under_the_caps_and_pings_nobody(said):
    shown = render(said)
    assert shown.text.strip()
    assert "<!channel" not in marked_up(shown.blocks)
    check_message(shown.text, shown.blocks)
    for block in shown.blocks:
        if block["type"] == "markdown":
            assert len(block["text"]) < 3_000
        if block["type"] == "section":
            assert len(block["text"]["text"]) <= 3_000
    ids = [
        element["action_id"]
        for block in shown.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("said", everything(GARBAGE), ids=lambda said: type(said).__name__)
def test_a_modal_takes_it_too(said):
    view = diagnosis_view((said,), "C1|1.1|1.1|U1")
    assert len(view["title"]["text"]) <= 24
    assert "markdown" not in {block["type"] for block in view["blocks"]}
    assert "<!channel" not in marked_up(view["blocks"])


@given(st.text(alphabet="&<>a\n", max_size=400), st.integers(min_value=20, max_value=80))
def test_cut_markup_keeps_every_character_and_no_entity_is_torn(text, limit):
    found = pieces(text, limit)
    assert "".join(found) == escape(text)
    assert all(len(piece) <= limit for piece in found)
    for piece in (*found, escaped(text, limit).removesuffix("…")):
        assert unescape(piece).replace("&", "").count(";") == 0
        assert escape(unescape(piece)) == piece
    assert len(escaped(text, limit)) <= limit


def test_what_staff_write_is_shown_whole():
    words = ("if (a < b && c > d) retry();\n" * 200)[:2_900]
    shown = render(TicketReply(7, Deed.REPLY, "U1", "U2", words)).blocks
    assert unescape("".join(block["text"]["text"] for block in shown[1:])) == words
    told = render(TicketLine(7, Deed.ANSWERED, "U1", words)).blocks
    assert words in str(told[1]["elements"][0]["elements"][0]["text"])
    kept = render(card(TicketState.RESOLVED, words)).blocks
    assert words in [b["elements"][0]["elements"][0]["text"] for b in kept if "rich" in b["type"]]


@settings(deadline=None)  # a busy machine
@given(st.text(max_size=300))
def test_any_text_renders(text):
    for said in everything(text):
        assert "<!" not in render(said).text.replace("<!subteam^S1>", "")


def test_a_reply_says_what_why_and_offers_what_next():
    shown = render(reply_to(ENTRY, SURE, staff=["U0SAM"]))
    assert shown.text == "The user was not found (backend-user-404)"
    kinds = [block["type"] for block in shown.blocks]
    assert kinds == ["markdown", "context", "actions"]
    why = "matched `Error translating external user id: 404` · 0.97 · backend-user-404 · reviewed 2026-11"
    assert shown.blocks[1]["elements"][0]["text"] == why
    labels = [button["text"]["text"] for button in shown.blocks[2]["elements"]]
    assert labels == ["Solved", "Not it", "Ask a human", "Remove"]
    assert shown.blocks[2]["elements"][3]["visible_to_user_ids"] == ["U0SAM"]
    assert len(shown.blocks[0]["text"]) < 3_000


@pytest.mark.parametrize("count", [0, 11])
def test_the_button_to_remove_needs_one_to_ten_staff(count):
    shown = render(reply_to(ENTRY, SURE, staff=[f"U{n}" for n in range(count)]))
    assert "Remove" not in str(shown.blocks)


def test_a_warning_names_the_kind_and_never_shows_the_secret():
    shown = render(LeakWarning((Leak("a JWT", "rotate it"),), "https://x.slack.com/p1"))
    assert "a JWT: rotate it" in shown.blocks[0]["text"]["text"]
    assert "<https://x.slack.com/p1|Your message>" in shown.text


def test_several_values_are_one_message():
    shown = render_all((Notice("one"), Notice("two")))
    assert shown.text == "one\ntwo"
    assert len(shown.blocks) == 2


def test_markdown_for_the_command_line():
    text = reply_markdown(reply_to(ENTRY, SURE))
    assert text.startswith("**The user was not found**")
    assert "- [FAQ](https://docs.anon.com/faq)" in text
    assert text.rstrip("_").endswith("reviewed 2026-11")


def test_a_long_body_is_cut_with_its_fence_closed():
    body = "Intro\n```\n" + "line of code\n" * 1_000 + "```"
    cut = shorten(body, 2_500)
    assert len(cut) <= 2_500
    assert cut.count("```") == 2
    assert cut.endswith("… (shortened)")


@pytest.mark.parametrize(
    ("markdown", "slack"),
    [
        ("**bold** & <b>", "*bold* &amp; &lt;b&gt;"),
        ("# Head\n- one\n  * two", "*Head*\n• one\n  • two"),
        ("[FAQ](https://a.b/c?d=1&e=2)", "<https://a.b/c?d=1&amp;e=2|FAQ>"),
        ("`**x**` and ```ts\na **b** <c>\n```", "`**x**` and ```\na **b** &lt;c&gt;\n```"),
        ("```\nopen <", "```\nopen &lt;"),
    ],
)
def test_markdown_in_slacks_own_markup(markdown, slack):
    assert mrkdwn(markdown) == slack


def test_nothing_in_markdown_calls_anybody():
    assert "<!" not in defused("<!channel> <@U1> <#C1>")
    assert defused("a < b, <https://x.dev>") == "a < b, <https://x.dev>"


def test_the_mint_button_is_for_those_who_may_and_under_its_entries_alone():
    def buttons(entry, **more):
        drawn = render(reply_to(entry, Candidate(entry.id), **more)).blocks[-1]["elements"]
        return {item["text"]["text"]: item.get("visible_to_user_ids") for item in drawn}

    about = replace(ENTRY, id="onboarding-self-issued-jwt")
    for private in (True, False):
        assert buttons(about, private=private, minters=("U1",))["Mint a token"] == ["U1"]
        assert buttons(about, private=private, minters=EVERYBODY)["Mint a token"] is None
        assert "Mint a token" not in buttons(about, private=private)
        assert "Mint a token" not in buttons(ENTRY, private=private, minters=("U1",))
