"""What a text says about itself."""

import pytest

from knowledge.cues import Products, read_cues
from knowledge.normalise import Text

PRODUCTS = Products(["Anon's LinkedIn session", "Auth0 as identity provider"])


def cues(text):
    return read_cues(Text(text), PRODUCTS)


@pytest.mark.parametrize(
    "text",
    [
        "solved: it was my proxy",
        "never mind, works now",
        "turns out the key was wrong",
        "FYI the errors are gone",
        "sorry for the noise",
        "that did the trick",
    ],
)
def test_settled(text):
    assert cues(text).settled


@pytest.mark.parametrize("text", ["it is unsolved", "this never works", "how do I update it"])
def test_not_settled(text):
    assert not cues(text).settled


@pytest.mark.parametrize(
    "text",
    [
        "fix(worker): treat 404 as not linked",
        "PR #66 is merged",
        "118 passed, 0 failed",
        "Root cause: the proxy",
        "as Bo wrote, the key is old",
        "a unit test expects the text",
    ],
)
def test_reports(text):
    assert cues(text).reports


@pytest.mark.parametrize("text", ["the user passed no token", "how do I fix it", "prefix: none"])
def test_does_not_report(text):
    assert not cues(text).reports


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("it fails with 404. why?", True),
        ("why? I mean the 404 of the backend. It was linked yesterday.", False),
        ("404 from the backend, any ideas", True),
        ("thanks for your help with that", False),
    ],
)
def test_asked_last(text, last):
    assert cues(text).asked_last is last


@pytest.mark.parametrize(
    ("text", "asks", "mark"),
    [
        ("how do I do this", True, False),
        ("this?", True, True),
        ("can't log in", True, False),
        ("anyone seen this", True, False),
        ("deployed and done", False, False),
        ("```what? how?```", False, False),
    ],
)
def test_asks(text, asks, mark):
    assert (cues(text).asks, cues(text).question_mark) == (asks, mark)


@pytest.mark.parametrize("text", ["did you restart it", "@bo look at the logs", "just set the key"])
def test_advises(text):
    assert cues(text).advises


def test_does_not_advise():
    assert not cues("how do I restart it").advises


@pytest.mark.parametrize(
    "text",
    ["Uncaught Error", "got 503", "net::ERR_ABORTED", "ECONNREFUSED", "it timed out", "CRASHED"],
)
def test_failure(text):
    assert cues(text).failure


@pytest.mark.parametrize("text", ["all fine", "terrors", "version 1503", ""])
def test_no_failure(text):
    assert not cues(text).failure


def test_products_are_named_as_people_write_them_once_and_in_order():
    found = cues("salesforce, STRIPE and Stripe failed")
    assert found.services == ("Salesforce", "Stripe")
    assert found.identities == ()


def test_services_and_identity_providers_are_told_apart():
    found = cues("Stripe behind Okta")
    assert (found.services, found.identities) == (("Stripe",), ("Okta",))


def test_a_product_that_the_base_is_about_is_not_another_one():
    assert cues("Auth0 says no").identities == ()
    assert read_cues(Text("Auth0 says no"), Products([])).identities == ("Auth0",)


@pytest.mark.parametrize("text", ["stripes", "un-stripe", "stripe-like", "xstripe"])
def test_part_of_a_word_is_no_product(text):
    assert cues(text).services == ()


def test_a_product_far_behind_is_not_read():
    assert cues("x " * 3_001 + "Stripe").services == ()
