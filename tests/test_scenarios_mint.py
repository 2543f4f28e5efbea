"""Minting in Slack: who may, what they see, and that nobody and nothing else ever sees it."""

import json
import logging
import re
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from slack_lab import SECRET, running

from bot.audit import Mint
from bot.checks.token import check_token, key_set_of
from bot.minting import MOST_AN_HOUR
from bot.mints import BOT as APP
from bot.mints import DELETED, GUEST, NOT_LISTED, STRANGER
from bot.playground import page_values
from bot.playground.cast import BOT_USER
from bot.playground.chat_methods import with_ids
from bot.playground.workspace import Message
from bot.records import Person
from bot.reply import EVERYBODY, Reply
from bot.tokens.faults import Fault
from bot.tokens.key_folder import KeyFolder
from bot.tokens.ring import jwk_set
from bot.tokens.signing_key import Algorithm, new_key
from handlers.blocks import render

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
FORM = "form_mint"


@asynccontextmanager
async def minting(tmp_path, *, key=True, **settings):
    keys = KeyFolder(tmp_path / "keys", time.time)
    if key:
        keys.add([new_key(Algorithm.ES256)])
    listed = {"mint_users": ("U0ANA", "U0SAM"), "mint_channels": (), **settings}
    async with running(tmp_path, **listed) as (lab, opened):
        opened.keys = keys
        yield lab, opened


def shown(message):
    """Everything that the message shows."""
    return json.dumps([message.text, message.blocks], ensure_ascii=False)


def token_in(message):
    return TOKEN.search(shown(message))[0]


def findings(opened, token):
    key_set = key_set_of(jwk_set(opened.keys.ring(), time.time()))
    return [one.code for one in check_token(token, key_set, now=datetime.now(UTC))]


async def command(lab, opened, text, user="ana", channel="support"):
    lab.interactions.command(channel, user, "/anon", text)
    await opened.settled()
    return lab.private(user)[-1]


async def test_who_is_listed_gets_a_token_and_all_that_it_needs(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        answer = await command(lab, opened, "mint sub=user-42 ttl=10m claim=level:=5")
        assert not TOKEN.search(answer.text), "a notification shows no token"
        assert answer.text.startswith("An example token for user-42; it expires in 10 minutes (")
        token = token_in(answer)
        assert findings(opened, token) == ["ok"]
        text = shown(answer)
        for part in (
            f"```{token}```",
            '\\"level\\": 5',
            '\\"kid\\": \\"',
            "JWKS URL: http://127.0.0.1",
            "local address",
            "`appUserId` in your backend: `user-42`",
            f"appUserIdToken={token}",
            "https://svc.sandbox.anon.com/link/url",
            "/org/userPool",
            "/org/sdkClient",
            "/org/appUserIdToken",
            "six months",
        ):
            assert part in text
        [row] = [one async for one in opened.services.store.audit.all()]
        assert (row.team, row.who, row.place, row.sub) == (
            "T0ACME",
            "U0ANA",
            "C0SUPPORT",
            "user-42",
        )
        assert (row.ttl, row.fault) == (600, "")


async def test_the_token_is_nowhere_but_before_its_user(tmp_path, capsys, caplog):
    async with minting(tmp_path) as (lab, opened):
        caplog.set_level(logging.DEBUG)
        lab.people.say("support", "ana", "@anon mint sub=user-1")
        lab.people.say("dm:ana", "ana", "mint sub=user-2")
        await command(lab, opened, "mint sub=user-3")
        tokens = {token_in(message) for message in lab.private("ana")}
        assert len(tokens) == 3
        rooms = lab.workspace.messages.values()
        public = [m for room in rooms for m in room.values() if m.ephemeral_to != "U0ANA"]
        others = json.dumps([shown(m) for m in public])
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    logged = "".join(capsys.readouterr())
    assert "acknowledged" in logged
    for token in tokens:
        signature = token.rpartition(".")[2]
        assert signature not in others
        assert signature.encode() not in kept
        assert signature not in logged
        assert token.split(".")[1].encode() not in kept


async def test_a_token_that_must_fail_says_how(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        for fault in Fault:
            answer = await command(lab, opened, f"mint fault={fault}")
            assert findings(opened, token_in(answer)) == [fault.finding]
            assert f"has to answer `{fault.finding}`" in shown(answer)


@pytest.mark.parametrize(
    ("user", "settings", "why"),
    [
        ("bo", {}, NOT_LISTED),
        ("eve", {}, NOT_LISTED),
        ("eve", {"mint_channels": ("C0SUPPORT",)}, STRANGER),
        ("eve", {"mint_users": ("U0EVE",)}, STRANGER),
        ("ana", {"mint_users": ()}, NOT_LISTED),
        ("ana", {"key": False}, "Make one: anon-support keys new"),
        ("ana", {"anon_default_env": "prod"}, "never minted for prod"),
    ],
)
async def test_who_may_not_is_told_why(tmp_path, user, settings, why):
    async with minting(tmp_path, **settings) as (lab, opened):
        for text in ("mint", "mint sub=user-42"):
            answer = await command(lab, opened, text, user)
            assert why in answer.text
            assert not TOKEN.search(shown(answer))
        lab.people.say("support", user, "@anon mint sub=user-42")
        await opened.settled()
        assert why in lab.private(user)[-1].text
        lab.people.say("support", user, "@anon mint")
        await opened.settled()
        assert why in lab.private(user)[-1].text
        assert views(lab, user) == []
        assert [one async for one in opened.services.store.audit.all()] == []


async def test_in_a_listed_channel_everybody_of_the_workspace_may(tmp_path):
    async with minting(tmp_path, mint_users=(), mint_channels=("C0GENERAL",)) as (lab, opened):
        answer = await command(lab, opened, "mint sub=a", "bo", "general")
        assert findings(opened, token_in(answer)) == ["ok"]
        assert NOT_LISTED in (await command(lab, opened, "mint sub=a", "bo", "support")).text


class People:
    def __init__(self, person):
        self._person = person

    async def person(self, _team, _user):
        return self._person


REFUSED = {
    GUEST: Person("T0ACME", guest=True),
    DELETED: Person("T0ACME", deleted=True),
    APP: Person("T0ACME", bot=True),
    STRANGER: Person("T0ACME", stranger=True),
}


async def test_guests_and_strangers_never_may(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        mints = opened.bot.desk.asking.mints
        for why, person in (
            *REFUSED.items(),
            (STRANGER, Person("T0OTHER")),
            (STRANGER, Person("")),
        ):
            object.__setattr__(mints, "people", People(person))
            assert (await command(lab, opened, "mint sub=a")).text == why


async def test_a_limit_holds_for_an_hour(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        audit = opened.services.store.audit
        for number in range(MOST_AN_HOUR - 1):
            await audit.record(
                Mint(time.time(), "T0ACME", "U0ANA", "C", "s", f"j{number}", "k", 1, "")
            )
        assert TOKEN.search(shown(await command(lab, opened, "mint sub=a")))
        assert "in an hour" in (await command(lab, opened, "mint sub=a")).text


BAD_WORDS = [
    ("nonsense", "NAME=VALUE"),
    ("subject=x", "Did you mean `sub`?"),
    ("zzz=1", "no option `zzz`"),
    ("alg=none", "fault=alg-none"),
    ("env=prod", "none for prod, ever"),
    ("ttl=0", "at most 1 h"),
    ("ttl=10y", "at most 1 h"),
    ("sub=", "sub is 1 to 255"),
    ("sub=a sub=b", "given twice"),
    ('sub="a', "quotation mark"),
    ("sub=" + "x" * 10_240, "sub is 1 to 255"),
    ("iss=https://accounts.google.com", "real provider"),
    ("claim=exp:=1", "set by the bot"),
    ("key=nosuch", "no key nosuch"),
    (f"sub={SECRET}", "sub looks like a secret (github token)"),
    ("sub=" + "\U0001f600" * 255 + " aud=" + "\U0001f600" * 255, "too long for Slack"),
]


async def test_bad_words_are_one_clear_line(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        for words, why in BAD_WORDS:
            answer = await command(lab, opened, f"mint {words}")
            assert why in answer.text, words[:24]
            assert len(answer.text) < 250
            assert not TOKEN.search(shown(answer))


async def test_options_are_read_as_they_were_typed(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        words = 'mint env=sandbox sub="Ana \\ `R` <b>" iss=https://bot.acme.dev/x claim=a=b=c'
        text = shown(await command(lab, opened, words))
        claims = json.loads(
            re.search(
                r"\*Claims\*\n```(.*?)```", json.loads(text)[1][3]["text"]["text"], re.DOTALL
            )[1]
            .replace("&lt;", "<")
            .replace("&gt;", ">")
        )
        assert claims["sub"] == "Ana \\ `R` <b>"
        assert (claims["iss"], claims["a"]) == ("https://bot.acme.dev/x", "b=c")


async def test_a_sentence_that_begins_with_mint_is_a_question(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        await command(lab, opened, "mint a token for me, what is the error about the user id?")
        assert opened.answerer.asked


async def test_the_form_turns_into_the_token(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", "mint")
        await opened.settled()
        [view] = views(lab, "ana")
        assert view["callback_id"] == FORM
        lab.interactions.submit("ana", view["id"], {"ttl": {"ttl": "1 week"}})
        await opened.settled()
        [view] = views(lab, "ana")
        assert "at most 1 h" in json.dumps(view["errors"])
        filled = {
            "sub": {"sub": "user-7"},
            "ttl": {"ttl": "1h"},
            "claim": {"claim": "role=admin\n\nlevel:=5"},
            "fault": {"fault": "no-kid"},
        }
        lab.interactions.submit("ana", view["id"], filled)
        found = await lab.until(lambda: TOKEN.search(json.dumps(views(lab, "ana"))))
        assert findings(opened, found[0]) == ["missing_kid"]
        assert views(lab, "bo") == []
        [row] = [one async for one in opened.services.store.audit.all()]
        assert (row.place, row.sub, row.ttl, row.fault) == ("C0SUPPORT", "user-7", 3600, "no-kid")


def views(lab, user):
    person = lab.people.room.person(user).id
    return page_values.views(lab.workspace, person)["modals"]


async def test_a_form_that_was_filled_in_too_late_says_why_there_is_no_token(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", "mint")
        await opened.settled()
        opened.keys.retire("", at_once=True)
        lab.interactions.submit("ana", views(lab, "ana")[0]["id"], {})
        told = await lab.until(
            lambda: [v for v in views(lab, "ana") if "keys new" in json.dumps(v)]
        )
        assert told[0]["title"]["text"] == "Example token"


async def test_a_mention_without_options_offers_the_form(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", "@anon mint")
        await opened.settled()
        offer = lab.private("ana")[-1]
        lab.interactions.click("support", "ana", offer.ts, "open_form")
        await opened.settled()
        assert views(lab, "ana")[0]["callback_id"] == FORM


async def test_a_redelivered_mention_mints_once(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", "@anon mint sub=a")
        await opened.settled()
        assert len([one async for one in opened.services.store.audit.all()]) == 1
        assert opened.said() == []


async def test_an_entry_offers_it_to_those_who_may(tmp_path):
    async with minting(tmp_path) as (_, opened):
        offered = opened.bot.desk.workflows.minters
        assert offered() == ("U0ANA", "U0SAM")
        opened.keys.retire("", at_once=True)
        assert offered() == ()
    async with minting(tmp_path / "channel", mint_channels=("C0GENERAL",)) as (_, opened):
        assert opened.bot.desk.workflows.minters() == EVERYBODY
    async with minting(tmp_path / "many", mint_users=tuple(f"U{n}" for n in range(11))) as (
        _,
        more,
    ):
        assert more.bot.desk.workflows.minters() == EVERYBODY


async def test_a_press_is_judged_whoever_makes_it(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        workspace = lab.workspace
        reply = Reply("onboarding-example-user-token", "T", "b", (), "w", mint_for=EVERYBODY)
        message = slack_message("C0SUPPORT", workspace.new_ts(), render(reply))
        workspace.post(message)
        for user, expected in (("bo", []), ("ana", [FORM])):
            lab.interactions.click("support", user, message.ts, "open_form")
            await opened.settled()
            assert [view["callback_id"] for view in views(lab, user)] == expected
        assert NOT_LISTED in lab.private("bo")[-1].text


def slack_message(channel, ts, rendered):
    return Message(channel, ts, BOT_USER, rendered.text, with_ids(rendered.blocks))


async def test_keys_are_told_to_everybody(tmp_path):
    async with minting(tmp_path, public_url="https://bot.acme.dev") as (lab, opened):
        old = opened.keys.signer("", int(time.time()) + 60)
        new = opened.keys.rotate("", lambda _: new_key(Algorithm.EDDSA))
        text = (await command(lab, opened, "keys", "bo")).text
        assert text.splitlines() == [
            f"• `{new.kid}` (EdDSA)",
            f"• `{old.kid}` (ES256): signs no more, is served while its tokens live",
            "JWKS URL: https://bot.acme.dev/.well-known/jwks.json",
        ]
    async with minting(tmp_path / "none", key=False) as (lab, opened):
        assert "anon-support keys new" in (await command(lab, opened, "keys", "bo")).text


async def test_unusable_keys_show_no_path(tmp_path):
    async with minting(tmp_path) as (lab, opened):
        [held] = opened.keys.ring().keys
        (tmp_path / "keys" / held.file).chmod(0o644)
        text = (await command(lab, opened, "mint sub=a")).text
        assert "cannot be used now" in text
        assert str(tmp_path) not in text
