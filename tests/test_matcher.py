"""Pastes and questions against whole bases: the shipped one, and ones about other things."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import BREWLINE
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.answering import Outcome, open_answerer, read_paste
from knowledge.entry import load_entries, parse_entry
from knowledge.matcher import Like

USER_404 = "Error translating external user id: 404 - Not Found"
TUNNEL = "page.goto: net::ERR_TUNNEL_CONNECTION_FAILED at https://www.linkedin.com/"
CHATTER = [
    "thanks all!",
    "yep same",
    "lunch at 12?",
    "deployed v2.3, looking good so far",
    "anyone up for coffee?",
    "Stripe: 413 Payload Too Large",
    "TypeError: cannot read properties of undefined (reading 'map')",
    "https://docs.stripe.com/refunds how do refunds work?",
]
REASON = re.compile(
    r"matched `[^`\n]{1,90}`|asked much like “[^\n]{1,90}”|another product: \S.*|reads as settled"
    r"|status \d{3}, not \d{3}|error code E[A-Z0-9_]+, not E[A-Z0-9_]+|close to what this entry does not answer|nothing telling in common"
)


def decide(answerer, text, **options):
    """What the bot makes of a message as Slack sends it."""
    return answerer.decide(read_paste(text).text, **options)


def filled(error):
    return re.sub(r"\{[a-z_]{1,30}\}", "x1", error)


def best(matches):
    return matches.ranked[0]


# The shipped base


def test_every_error_string_finds_its_entry_first(answerer):
    astray = [
        (entry.id, error)
        for entry in answerer.entries
        for error in entry.errors
        if best(answerer.matcher.match(filled(error))).entry is not entry
    ]
    assert astray == []
    assert sum(len(entry.errors) for entry in answerer.entries) > 50


def test_every_ask_finds_its_entry_among_the_first_three_and_nearly_always_first(answerer):
    asks = [(entry, ask) for entry in answerer.entries for ask in entry.asks]
    ranked = [[match.entry for match in answerer.matcher.match(ask).ranked] for _, ask in asks]
    assert [
        ask for (entry, ask), found in zip(asks, ranked, strict=True) if entry not in found
    ] == []
    first = sum(entry is found[0] for (entry, _), found in zip(asks, ranked, strict=True))
    assert first / len(asks) > 0.98
    assert len(asks) > 150


@pytest.mark.parametrize(
    "text",
    [
        USER_404,
        f"help!! ```{USER_404}``` what now",
        f"2026-11-02T10:00:00Z worker-3 ERROR {USER_404}\n    at run (/srv/a.js:1:2)",
        "Error transla\nting external us\ner id: 404 - Not Fou\nnd",
        "Error translating external user id: 404 - N",
        "Error trnaslating exernal user id: 404 - Not Fuond",
        "ERROR TRANSLATING EXTERNAL USER ID: 404 - NOT FOUND",
        "*Error translating external user id:* `404 - Not Found` <@U0ANON> pls",
        "Error translating external user id: 404 &gt; Not Found",
        f"<https://sentry.example/issue/1|{USER_404}>",
        f"\u202e\u200f{USER_404}\u202c",
        USER_404.replace(" ", "\u00a0"),
        USER_404.replace("external", "exter\0nal"),
        f"\ud800 {USER_404} \udfff",
    ],
)
def test_one_error_in_many_clothes(answerer, text):
    decision = decide(answerer, text)
    assert (decision.outcome, decision.entry) == (Outcome.REPLY, "backend-user-404")
    assert decision.like is Like.ERROR
    assert decision.candidates[0].why[0].startswith("matched `Error translating external user id")


@pytest.mark.parametrize(
    ("status", "entry"),
    [
        ("404 - Not Found", "backend-user-404"),
        ("500 - Internal Server Error", "backend-user-500"),
        ("429 - Too Many Requests", "backend-rate-limited-429"),
    ],
)
def test_the_status_decides(answerer, status, entry):
    decision = decide(answerer, f"Error translating external user id: {status}")
    assert decision.entry == entry


def test_a_status_that_no_entry_is_about_is_named_and_not_answered(answerer):
    decision = decide(answerer, "Error translating external user id: 418 - I'm a teapot")
    assert decision.outcome is not Outcome.REPLY
    assert any(reason.startswith("status 418, not ") for reason in decision.candidates[0].why)


@pytest.mark.parametrize("code", ["NAME_NOT_RESOLVED", "PROXY_AUTH_FAILED"])
def test_an_error_code_that_differs_is_named_and_not_answered(answerer, code):
    decision = decide(answerer, f"our scraper: page.goto: net::ERR_{code}, new box I think")
    assert decision.outcome is not Outcome.REPLY
    decision = decide(
        answerer, f"page.goto: net::ERR_{code} at https://ours.example", explicit=True
    )
    named = f"error code ERR_{code}, not ERR_TUNNEL_CONNECTION_FAILED"
    tunnel = [m for m in decision.candidates if m.entry.id == "backend-tunnel-failed"]
    assert all(named in match.why for match in tunnel)
    assert tunnel


@pytest.mark.parametrize("order", [(USER_404, TUNNEL), (TUNNEL, USER_404)])
def test_of_two_errors_both_are_candidates(answerer, order):
    decision = decide(answerer, "```\n" + "\n".join(order) + "\n```")
    found = [match.entry.id for match in decision.candidates[:2]]
    assert set(found) == {"backend-user-404", "backend-tunnel-failed"}
    assert decision.outcome is Outcome.REPLY


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "https://api.stripe.com/v1/x blocked by CORS policy: No 'Access-Control-Allow-Origin'",
            "Stripe",
        ),
        ("Salesforce says 429 Too Many Requests", "Salesforce"),
        ("Firebase: Error 404 - user not found", "Firebase"),
    ],
)
def test_another_product_is_named_and_left_alone(answerer, text, name):
    decision = decide(answerer, text)
    assert decision.outcome is not Outcome.REPLY
    assert all(f"another product: {name}" in match.why for match in decision.candidates)


def test_what_is_settled_needs_no_answer(answerer):
    decision = decide(answerer, f"solved: {USER_404} was because of a typo of mine, thanks")
    assert decision.outcome is Outcome.SILENT
    assert "reads as settled" in decision.candidates[0].why


@pytest.mark.parametrize("text", [*CHATTER, "", " \n\t", "?", "👍", "<@U1>", "`", "```"])
def test_chatter_gets_silence(answerer, text):
    decision = decide(answerer, text)
    assert decision.outcome is Outcome.SILENT
    assert decision.entry is None


HOSTILE = {
    "10 MB": "lorem ipsum dolor " * 600_000,
    "10 MB of one error": f"{USER_404}\n" * 200_000,
    "NUL": "\0" * 9_000,
    "lone surrogates": "\ud800\udfff" * 4_000,
    "one token": "a" * 100_000,
    "one number": "4" * 100_000,
    "right to left": "\u202e\u200f" * 9_000 + "txet",
    "broadcasts": "<!channel> <!here|here> " * 900,
    "fences": "```" * 9_999,
    "spans": "`" * 9_999,
    "frames": "    at " * 9_999,
    "dots": "a." * 9_999,
    "emoji": "🙂" * 9_999,
    "placeholders": "{id}" * 9_999,
    "quotes": '"' * 9_999,
    "binary": bytes(range(256)).decode("latin-1") * 99,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_answered_like_any_other(answerer, text):
    decision = answerer.decide(text, explicit=True)
    assert decision.outcome is not Outcome.SILENT
    assert len(decision.candidates) == 3
    assert bool(decision.entry) == (text[:5] == "Error")
    assert re.fullmatch(r"[0-9a-f]{16}", decision.fingerprint)


def hold(matches):
    """What is true of the candidates of any text whatsoever."""
    scores = [match.score for match in matches.ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
    assert len({match.entry.id for match in matches.ranked}) == len(scores) <= 3
    for match in matches.ranked:
        assert match.why
        assert all(REASON.fullmatch(reason) for reason in match.why), match.why


SLOW = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@SLOW
@given(st.text(st.characters(exclude_categories=())))
@example("\ud800")
@example("\0")
@example("can't")
@example("'" * 50)
def test_any_text_has_candidates_with_reasons(answerer, text):
    matches = answerer.matcher.match(text)
    hold(matches)
    assert len(matches.ranked) == 3


PIECES = [
    USER_404,
    TUNNEL,
    "Stripe",
    "?",
    "solved:",
    "how do I",
    "\n",
    "```",
    "`",
    "500",
    "https://x.anon.com",
]


@SLOW
@given(st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join))
def test_any_mixture_has_candidates_with_reasons(answerer, text):
    hold(answerer.matcher.match(text))


SAME_BUT_STATUS = {"backend-user-404", "backend-user-500", "backend-rate-limited-429"}


@pytest.mark.parametrize("end", range(len("Error translating external user id"), len(USER_404)))
def test_a_cut_off_and_wrapped_error_finds_its_kind_first(answerer, end):
    cut = f"{USER_404[: end // 2]}\n{USER_404[end // 2 : end]}"
    first = best(answerer.matcher.match(cut)).entry.id
    whole = end >= len("Error translating external user id: 404")
    assert first in ({"backend-user-404"} if whole else SAME_BUT_STATUS)


def test_the_fingerprint_stays_when_ids_times_and_case_vary(answerer):
    one = decide(
        answerer, "2026-11-01 10:00:00 user 17 (0191f3aa-7d52-7c1e-9f00-3c2b1a0d9e8f): Boom"
    )
    same = decide(
        answerer, "2025-01-31 23:59:59 USER 4 (77777777-7d52-7c1e-9f00-3c2b1a0d9e8f): boom"
    )
    other = decide(
        answerer, "2025-01-31 23:59:59 user 4 (77777777-7d52-7c1e-9f00-3c2b1a0d9e8f): bang"
    )
    assert one.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("text", "like"),
    [
        (USER_404, Like.ERROR),
        ("`Error: boom` at work", Like.ERROR),
        ("how do I pay", Like.QUESTION),
        ("bye", Like.OTHER),
    ],
)
def test_what_a_text_looks_like(answerer, text, like):
    assert decide(answerer, text).like is like


def test_threads_do_not_disturb_one_another(answerer):
    texts = [USER_404, TUNNEL, "how do I go to production?", *CHATTER]
    alone = [answerer.decide(text) for text in texts]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(answerer.decide, texts)) == alone


# Bases about other things


def base_of(folder, cache_home, **texts):
    """A base of the given entry files."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text)
    return open_answerer(folder, cache_home / "anon-support-bot")


def answers_its_own(answerer):
    """Whether each error string and each ask is answered with its entry."""
    for entry in answerer.entries:
        for text in (*map(filled, entry.errors), *entry.asks):
            decision = answerer.decide(text)
            assert (decision.entry, text) == (entry.id, text)
            assert len(decision.candidates) == min(3, len(answerer.entries))
            hold(answerer.matcher.match(text))


def is_silent_on_chatter(answerer):
    for text in CHATTER:
        assert answerer.decide(text).outcome is Outcome.SILENT, text


def test_a_base_about_something_else_works_without_training(brewline):
    assert len(brewline.entries) == 3
    answers_its_own(brewline)
    is_silent_on_chatter(brewline)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Our Brewline hums but it does not grind any beans", "grinder-jam"),
        (
            "[brew-7] BrewError: grinder stalled, motor current above 2300 mA (slot 2)",
            "grinder-jam",
        ),
        ("```Error uploading brew\nrecipe: 413 - Payload Too Lar```", "recipe-upload-413"),
        ("where can I set how hard our water is?", "water-hardness"),
    ],
)
def test_other_words_find_the_entry_of_a_base_about_something_else(brewline, text, entry):
    assert decide(brewline, text, explicit=True).candidates[0].entry.id == entry


def test_anons_errors_mean_nothing_to_another_base(brewline):
    assert decide(brewline, USER_404).outcome is Outcome.SILENT


def test_a_base_with_a_single_entry(tmp_path, cache_home):
    shutil.copy(BREWLINE / "grinder-jam.md", tmp_path)
    answerer = open_answerer(tmp_path, cache_home / "anon-support-bot")
    answers_its_own(answerer)
    is_silent_on_chatter(answerer)
    assert [match.entry.id for match in answerer.decide("", explicit=True).candidates] == [
        "grinder-jam"
    ]


def test_a_base_with_error_strings_alone(tmp_path, cache_home):
    files = {
        entry.id: re.sub(r"(?ms)^asks:\n.*?(?=^\S)", "", (BREWLINE / f"{entry.id}.md").read_text())
        for entry in load_entries(BREWLINE)
        if entry.errors
    }
    assert not any(parse_entry(text, "x").asks for text in files.values())
    answerer = base_of(tmp_path / "kb", cache_home, **files)
    answers_its_own(answerer)
    is_silent_on_chatter(answerer)


def test_a_base_with_asks_alone(tmp_path, cache_home):
    files = {
        entry.id: re.sub(
            r"(?ms)^errors:\n.*?(?=^\S)", "", (BREWLINE / f"{entry.id}.md").read_text()
        )
        for entry in load_entries(BREWLINE)
    }
    assert not any(parse_entry(text, "x").errors for text in files.values())
    answerer = base_of(tmp_path / "kb", cache_home, **files)
    answers_its_own(answerer)
    is_silent_on_chatter(answerer)


def test_an_error_string_of_placeholders_alone_finds_nothing_telling(tmp_path, cache_home):
    text = "---\nid: a\ntitle: A\nkind: error\nerrors: ['{code}: {text}']\n---\nDo.\n"
    answerer = base_of(tmp_path / "kb", cache_home, a=text)
    decision = answerer.decide("E42: anything at all", explicit=True)
    assert decision.outcome is Outcome.SUGGEST
    assert decision.candidates[0].why == ("nothing telling in common",)
