"""What the words after `check` name, and what of it may be kept."""

import pytest

from bot.anon_answers import Environment
from bot.anon_double import CLIENT, POOL
from bot.check_words import plan_check, plan_token
from bot.checks.ladder import CheckKind
from bot.diagnosis import Address, Inputs, SealedToken
from bot.errors import UserError
from bot.ladders import dump_looks, load_looks, look_of
from bot.sealed import KEEP_SECONDS, KEPT, Sealed
from bot.verbs import Form, Name, parse_verb
from tests import token_lab

TOKEN = token_lab.signed()


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        ("check jwks https://a.dev/jwks.json", Name.CHECK_JWKS, None),
        ("CHECK JWKS a.dev/jwks.json", Name.CHECK_JWKS, None),
        ("check jwks", Name.CHECK_JWKS, None),
        ("check jwks does not work", Name.ASK, None),
        ("check token", Name.CHECK_TOKEN, Form.VERIFY_TOKEN),
        (f"check token {TOKEN}", Name.CHECK_TOKEN, None),
        ("check link user-42 instagram", Name.CHECK_LINK, None),
        ("check link of the user is broken", Name.ASK, None),
        (f"check client {CLIENT}", Name.CHECK_CLIENT, None),
        ("check client is not found", Name.ASK, None),
        ("check", Name.HELP, None),
        ("check my config please", Name.ASK, None),
    ],
)
def test_verbs_and_sentences_are_told_apart(text, name, form):
    verb = parse_verb(text)
    assert (verb.name, verb.form) == (name, form)


def test_an_address_is_taken_as_it_stands():
    planned = plan_check("check jwks <https://a.dev/jwks.json|a.dev/jwks.json>")
    assert planned.address == Address("https://a.dev/jwks.json", "https://a.dev/jwks.json")


def test_ids_and_environment_are_read_by_place():
    link = plan_check("check link user-42 instagram prod")
    assert (link.app_user_id, link.app, link.env) == ("user-42", "instagram", Environment.PROD)
    client = plan_check(f"check client {CLIENT} {POOL} sandbox")
    assert (client.client_id, client.pool_id, client.env) == (CLIENT, POOL, Environment.SANDBOX)
    assert plan_check(f"check client {CLIENT} production").pool_id is None


@pytest.mark.parametrize("text", ["check jwks", "check link user-42", "check token", "hello"])
def test_too_few_words_name_no_check(text):
    assert plan_check(text) is None


def test_a_secret_in_place_of_an_id_is_refused_without_an_echo():
    with pytest.raises(UserError, match="is a secret") as refused:
        plan_check(f"check link {TOKEN} instagram")
    assert TOKEN not in str(refused.value)


def test_what_may_be_kept_of_a_token_does_not_hold_it():
    planned = plan_check(f"check token Bearer {TOKEN} https://a.dev/jwks.json {CLIENT} prod")
    assert planned.token.value == TOKEN
    assert (planned.client_id, planned.env) == (CLIENT, Environment.PROD)
    look = look_of(planned)
    assert look.sealed
    assert look.is_of_anon
    kept = dump_looks((look,))
    assert TOKEN.split(".")[1] not in str(kept)
    assert load_looks(kept) == (look,)
    assert look.with_token(planned.token) == planned


def test_an_address_with_a_secret_is_kept_without_it():
    planned = plan_token("x", "https://ana:Sup3rS3cretPassw0rd@a.dev/jwks.json", "", None)
    look = look_of(planned)
    assert "Sup3rS3cretPassw0rd" not in str(dump_looks((look,)))
    assert look.sealed
    assert look.kind is CheckKind.TOKEN


def test_what_is_sealed_is_forgotten_in_time_and_bounded():
    now = [0.0]
    sealed = Sealed(lambda: now[0])
    held = Inputs(tokens=(SealedToken("a"),))
    sealed.keep("first", held)
    sealed.keep("later", Inputs(tokens=(SealedToken("b"),)))
    sealed.join("first", "later")
    assert [one.value for one in sealed.inputs("first").tokens] == ["a", "b"]
    sealed.keep("harmless", Inputs(urls=(Address("https://a.dev", "https://a.dev"),)))
    assert sealed.inputs("harmless") is None
    assert "'a'" not in repr(sealed._held)
    now[0] = KEEP_SECONDS + 1
    assert sealed.inputs("first") is None
    for number in range(KEPT + 5):
        sealed.keep(str(number), held)
    assert len(sealed._held) == KEPT
