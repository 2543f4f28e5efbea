"""One name goes through ack, work and post, survives a restart, and is what people are told."""

import json

import pytest
from dbos import DBOS

from bot.durable import WORK
from handlers.taking import kind_of, request_name
from tests.slack_lab import SECRET, SURE_404, UNSURE, running


def lines(capfd) -> list[dict[str, object]]:
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


async def test_one_name_from_the_ack_to_the_post(tmp_path, capfd):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", f"{SURE_404} {SECRET}")
        await opened.settled()
    (event_id,) = {d.event_id for d in list(lab.sender.log)[:1]}
    seen = lines(capfd)
    traced = {line["event"]: line for line in seen if line.get("request") == event_id}
    assert set(traced) >= {"acknowledged", "said", "done"}
    work = f"T0ACME:C0SUPPORT:{ts}"
    assert work in traced["acknowledged"]["work"]
    assert traced["done"]["work"] in traced["acknowledged"]["work"]
    answers = [x for x in seen if x["event"] == "said" and x["kind"] == "answer"]
    assert [x["work"] for x in answers] == [work]
    everything = json.dumps(seen)
    assert "Error translating" not in everything, "no text of a message"
    assert SECRET not in everything


async def test_chatter_leaves_no_line(tmp_path, capfd):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", "thanks all!")
        await opened.settled()
    assert [x for x in lines(capfd) if x["event"] == "acknowledged"] == []


async def test_the_name_survives_a_restart(tmp_path, capfd):
    async with running(tmp_path, hold_seconds=60) as (lab, _opened):
        lab.people.say("support", "ana", f"<@U0ANON> {UNSURE}")
        await lab.delivered()
        (held,) = await DBOS.list_workflows_async(status="DELAYED")
        await DBOS.set_workflow_delay_async(held.workflow_id, delay_seconds=0.5)
        names = {d.event_id for d in lab.sender.log}
    capfd.readouterr()
    async with running(tmp_path) as (lab, opened):
        await lab.until(lambda: lab.workspace.calls)
        await opened.settled()
    # The thread is gone with the first workspace, so the post fails: its line has the name still.
    (failed,) = [x for x in lines(capfd) if x["event"] == "work_failed"]
    assert failed["request"] in names


async def test_an_apology_names_the_request(tmp_path, capfd, monkeypatch):
    async with running(tmp_path) as (lab, opened):

        async def fail(*_arguments):
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(type(WORK.desk.planner), "decide", fail)
        lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        await lab.until(lambda: lab.private("ana"))
        await opened.settled()
        told = lab.private("ana")[-1].text
    (failed,) = [x for x in lines(capfd) if x["event"] == "work_failed"]
    assert failed["reference"] == failed["request"]
    assert f"`{failed['reference']}`" in told


@pytest.mark.parametrize("name", [None, "", 7, "x" * 41, "Ev1`<!here>", "Év1"])
def test_a_name_that_is_none_is_replaced(name):
    assert request_name({"event_id": name}) != name
    assert request_name({"event_id": name}) != request_name({})


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"type": "event_callback", "event": {"type": "message"}}, "message"),
        ({"type": "block_actions"}, "block_actions"),
        ({"command": ["/anon"]}, "command"),
        ({}, ""),
    ],
)
def test_what_a_request_is(payload, kind):
    assert kind_of(payload) == kind
