"""A token is found in what people paste, and never mended inside a part."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_lab import NOW, codes, jwk, jwk_set, part, private_key, signed

from bot.checks.pasted import MOST_PASTED, clean_paste
from bot.checks.token import KeySet, check_token

TOKEN = signed()
KEYS = KeySet(jwk_set(jwk(private_key("rsa"))))
HEAD, BODY, SIGN = TOKEN.split(".")
WRAPPED = "\n".join(textwrap.wrap(TOKEN, 64))

WRAPPINGS = {
    "bearer": f"Bearer {TOKEN}",
    "bearer, lower case": f"bearer   {TOKEN}",
    "header": f"Authorization: Bearer {TOKEN}",
    "header, lower case": f"authorization:Bearer {TOKEN}",
    "curl": f"curl -H 'Authorization: Bearer {TOKEN}' https://api.example.com/org?x=1",
    "double quotes": f'"{TOKEN}"',
    "single quotes": f"'{TOKEN}'",
    "curly quotes": f"\u201c{TOKEN}\u201d",
    "low curly quotes": f"\u201e{TOKEN}\u201c",
    "single curly quotes": f"\u2018{TOKEN}\u2019",
    "guillemets": f"\u00ab{TOKEN}\u00bb",
    "backticks": f"`{TOKEN}`",
    "fence": f"```\n{TOKEN}\n```",
    "fence with a language": f"```jwt\n{TOKEN}```",
    "name": f"TOKEN={TOKEN}",
    "exported": f'export APP_USER_ID_TOKEN="{TOKEN}"',
    "yaml": f"  token: {TOKEN}\n",
    "json member": f'"appUserIdToken": "{TOKEN}",',
    "json": f'{{"access_token":"{TOKEN}","token_type":"Bearer","expires_in":3600}}',
    "json in json": f'"{{\\"token\\":\\"{TOKEN}\\"}}"',
    "query": f"https://app.example.com/cb?state=1&token={TOKEN}&x=2",
    "fragment": f"https://app.example.com/cb#id_token={TOKEN}",
    "slack link": f"<https://app.example.com/cb?token={TOKEN}|https://app.example.com/cb?token={TOKEN}>",
    "slack linked it": f"<http://{HEAD}.{BODY}|{HEAD}.{BODY}>.{SIGN}",
    "slack quote": f"&gt; {TOKEN}",
    "slack quote, wrapped": "\n".join(f"&gt; {line}" for line in WRAPPED.splitlines()),
    "quote": f"> {TOKEN}",
    "bold": f"*{TOKEN}*",
    "italic": f"_{TOKEN}_",
    "angle brackets": f"<{TOKEN}>",
    "round brackets": f"({TOKEN})",
    "percent-encoded": f"Authorization%3A%20Bearer%20{TOKEN}",
    "in words": f"here is my token {TOKEN} please help",
    "in lines of words": f"Hi!\nMy token:\n{TOKEN}\nIt does not work.\n",
    "wrapped at 64": WRAPPED,
    "wrapped, then words": f"{WRAPPED}\nthanks in advance",
    "wrapped, CRLF": WRAPPED.replace("\n", "\r\n"),
    "wrapped at 7": "\n".join(textwrap.wrap(TOKEN, 7)),
    "escaped line breaks": WRAPPED.replace("\n", "\\n"),
    "continued lines": WRAPPED.replace("\n", "\\\n"),
    "continued lines, indented": WRAPPED.replace("\n", " \\\n    "),
    "strings put together": '"' + WRAPPED.replace("\n", '" +\n  "') + '"',
    "strings one under the other": "('" + WRAPPED.replace("\n", "'\n  '") + "')",
    "lines of HTML": f"<code>{WRAPPED}</code>".replace("\n", "<br>\n"),
    "escaped quotes": f"\\u0022{TOKEN}\\u0022",
    "percent-encoded query": f"?next=%2Fa%3Ftoken%3D{TOKEN}%26app%3Dresy",
    "quoted header": f'Authorization: "Bearer {TOKEN}"',
    "cookie": f"Cookie: session={TOKEN}; theme=dark",
    "scheme JWT": f"JWT {TOKEN}",
    "bytes of Python": f"b'{TOKEN}',",
    "powershell": f'$env:TOKEN="{TOKEN}"',
    "table": f"| token | {TOKEN} |",
    "link": f"[token]({TOKEN})",
    "full-width quotes": f"\uff02{TOKEN}\uff02",
    "primes": f"\u2032{TOKEN}\u2032",
    "a question": f"why not {TOKEN}?",
    "what it starts with": f"it starts with eyJ: {TOKEN}",
    "soft hyphen and direction": f"\u202e{TOKEN[:40]}\u00ad{TOKEN[40:]}\u202c",
    "a log": f"2026-01-01T00:00:00Z INFO token={TOKEN} user=1",
    "indented": textwrap.indent(WRAPPED, "    "),
    "spaces before the dots": TOKEN.replace(".", " ."),
    "line breaks behind the dots": TOKEN.replace(".", ".\n"),
    "a space inside": f"{TOKEN[:50]} {TOKEN[50:]}",
    "tab and no-break space": f"\t{TOKEN[:90]}\u00a0{TOKEN[90:]}\t",
    "byte order mark": f"\ufeff{TOKEN}",
    "zero width inside": f"{TOKEN[:30]}\u200b{TOKEN[30:60]}\u200d{TOKEN[60:]}\u2060",
    "line feed at the end": f"{TOKEN}\n",
    "twice": f"{TOKEN} {TOKEN}",
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_wrapping_is_no_fault(name: str) -> None:
    assert clean_paste(WRAPPINGS[name]) == TOKEN
    assert codes(check_token(WRAPPINGS[name], KEYS, now=NOW)) == set()


def test_a_bare_token_is_left_as_it_is() -> None:
    assert clean_paste(TOKEN) == TOKEN


@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512", "EdDSA", "PS256"])
def test_words_behind_a_token_of_any_algorithm_are_left_out(alg: str) -> None:
    token = signed(alg=alg)
    assert clean_paste(f"{token} is what I send") == token


def test_the_dot_of_an_unsigned_token_is_kept() -> None:
    token = f"{part({'alg': 'none'})}.{part({'sub': 'a'})}."
    assert clean_paste(f'"{token}"') == token


NOT_MENDED = {
    "percent-encoded padding": (f"{HEAD}%3D.{BODY}.{SIGN}", "malformed"),
    "a sign inside": (f"{HEAD}.{BODY[:9]}!{BODY[9:]}.{SIGN}", "malformed"),
    "a sign in the signature": (f"{HEAD}.{BODY}.{SIGN[:90]}!{SIGN[90:]}", "malformed"),
    "letters of another alphabet": (f"{HEAD}.{BODY[:9]}\u0430{BODY[9:]}.{SIGN}", "malformed"),
    "cut by hand": (f"{HEAD}.{BODY[:20]}...{SIGN[-20:]}", "malformed"),
    "cut with an ellipsis": (f"{HEAD[:30]}\u2026{SIGN[-20:]}", "malformed"),
    "without its first letter": (TOKEN[1:], "malformed"),
    "without the last letter": (TOKEN[:-1], "malformed"),
    "without the last eight": (TOKEN[:-8], "bad_signature"),
    "a dot too many": (f"{TOKEN}.", "malformed"),
    "header doubled": (f"{HEAD}.{TOKEN}", "malformed"),
}


@pytest.mark.parametrize("name", NOT_MENDED)
def test_what_is_broken_stays_broken(name: str) -> None:
    raw, code = NOT_MENDED[name]
    assert codes(check_token(raw, KEYS, now=NOW)) == {code}


NOT_A_JWT = (
    "",
    "   \n",
    "\ufeff",
    "3f2b8c1e-7d1a-4c55-9a53-0c8f1e2d3b4a",
    "anon_" + "aB3/x+" * 10,
    "Bearer anon_" + "aB3/x+" * 10,
    "ory_st_" + "aB3x" * 8,
    "external-id-7348",
    "ana@example.com",
    "user.7348",
    "https://api.example.com/keys",
    "Hello there. Please help. Thanks",
    "eyJohn",
    "null",
    "undefined",
    "[object Object]",
    "{}",
    "<jwt>",
)


@pytest.mark.parametrize("raw", NOT_A_JWT)
def test_what_is_no_token_at_all(raw: str) -> None:
    found = check_token(raw, KEYS, now=NOW)
    assert [one.code for one in found] == ["not_a_jwt"]
    assert len(raw) < 7 or raw.strip() not in str(found)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("", "Nothing"),
        ("Bearer anon_aB3", "an Anon API key"),
        ("ory_st_aB3x", "an Ory session token"),
        ("3f2b8c1e-7d1a-4c55-9a53-0c8f1e2d3b4a", "a UUID"),
        ("https://api.example.com/keys", "an address"),
    ],
)
def test_what_was_pasted_instead_is_named(raw: str, name: str) -> None:
    (found,) = check_token(raw, None, now=NOW)
    assert name in found.detail


def test_a_huge_paste_is_looked_at_in_part_only() -> None:
    assert len(clean_paste("eyJ" + "a" * 10 * MOST_PASTED)) == MOST_PASTED
    assert clean_paste("e" * MOST_PASTED + TOKEN) != TOKEN


@given(st.text(max_size=300))
def test_any_text_is_cleaned_without_a_fault(raw: str) -> None:
    clean_paste(raw)


@given(
    st.text(st.sampled_from("eyJ.=> \n\"'`_*&|<:-")),
    st.text(st.sampled_from("ab.= \n\"'`_*&|<>:-")),
)
def test_hostile_wrapping_is_cleaned_without_a_fault(before: str, after: str) -> None:
    check_token(f"{before}{TOKEN}{after}", KEYS, now=NOW)
