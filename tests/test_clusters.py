"""Groups of texts that quote the same words."""

import random

from hypothesis import given
from hypothesis import strategies as st

from knowledge.clusters import TEMPLATE_LIMIT, cluster

PROXY = "ProxyError: upstream connect failed before headers, status {status} in region {region}"
REMARKS = (
    "{}",
    "hey all, anybody seen this since the deploy? `{}`",
    "```\n2026-11-02T10:11:12Z worker-3 ERROR {}\n    at Socket.emit (node:events:513:28)\n```",
    "Our nightly run stops with {} and then nothing happens. Who knows it?",
)


def pastes(error, **more):
    return [remark.format(error.format(**more)) for remark in REMARKS]


def sizes(texts):
    return sorted((len(group.members) for group in cluster(texts)), reverse=True)


def test_one_error_in_many_pastes_is_one_group():
    texts = [
        text for region in (3, 17, 400) for text in pastes(PROXY, status=502, region=region)
    ] + ["How do I rotate the webhook secret?", "where is the invoice of last month"]
    groups = cluster(texts)
    assert sizes(texts) == [12, 1, 1]
    assert groups[0].template == (
        "ProxyError: upstream connect failed before headers, status 502 in region …"
    )
    assert [group.template for group in groups[1:]] == ["", ""]


def test_another_status_or_code_is_another_error():
    texts = pastes(PROXY, status=502, region=3) + pastes(PROXY, status=429, region=3)
    assert sizes(texts) == [4, 4]
    error = "fetch of the session list failed with {code}, giving up"
    texts = pastes(error, code="ECONNRESET") + pastes(error, code="ENOTFOUND")
    assert sizes(texts) == [4, 4]


def test_words_that_everybody_uses_join_nothing():
    assert sizes(["can I do it now", "can I do it now or not", "do it now"]) == [1, 1, 1]
    assert sizes(["&&&&", "&&&&", "", "😀"]) == [1, 1, 1, 1]


def test_how_people_ask_joins_nothing():
    asked = "Has anyone else seen this error since yesterday? {}"
    errors = ("KeyError: tenant_region", "ECONNRESET at the gateway", "Undefined is no function")
    assert sizes([asked.format(error) for error in errors]) == [1, 1, 1]


def test_a_short_text_joins_what_quotes_it_whole():
    assert sizes(["widget import stalled", "why is our widget import stalled today?"]) == [2]


ERRORS = st.lists(
    st.sampled_from(["session", "token", "upstream", "failed", "the", "502", "17", "ECONNRESET"]),
    max_size=12,
).map(" ".join)


@given(st.lists(st.one_of(st.text(max_size=200), ERRORS), max_size=12))
def test_every_text_is_in_one_group_and_comes_to_the_same_again(texts):
    groups = cluster(texts)
    assert sorted(place for group in groups for place in group.members) == [*range(len(texts))]
    assert [(g.members, g.template) for g in cluster(texts)] == [
        (g.members, g.template) for g in groups
    ]
    assert all(len(group.template) <= TEMPLATE_LIMIT for group in groups)
    assert all(group.members == sorted(group.members) for group in groups)


def test_many_texts_of_many_errors():
    names = random.Random(7).sample(range(10**6, 10**7), 200)
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    coded = {name: "".join(words[int(digit) % 8] for digit in str(name)) for name in names}
    texts = [
        f"run {turn}: {coded[name]} handler could not reach {coded[name]} backend of {coded[name]}"
        for turn in range(10)
        for name in set(names)
    ]
    found = sizes(texts)
    assert sum(found) == 2_000
    assert found[0] == 10
    assert len(found) == len(set(coded.values()))
