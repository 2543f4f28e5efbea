"""Save as FAQ, as staff see it: draft, form, card, review."""

from bot.jobs import ProposalWork
from bot.proposals import ProposalState, Review
from tests.slack_lab import BROAD, SECRET, SURE_404, running
from tests.test_scenarios_tickets import fields, modal, press, submit, ticket

STAFF = "C0STAFF"
PAIRING = "PairingError: the code acme-7 was used before"


def cards(opened):
    """Return the cards of proposed entries in the staff channel, the oldest first."""
    everything = opened.lab.workspace.said(STAFF)
    return [m for m in everything if m.user == "U0ANON" and "entry*" in str(m.blocks)]


async def resolved(lab, opened, error=SURE_404):
    """Return a ticket that sam resolved."""
    ts = await ticket(lab, opened, tried=error)
    await press(lab, opened, "sam", "ticket_resolve")
    await submit(lab, opened, "sam", words="Ask for another code in the dashboard.")
    return ts


async def proposed(lab, opened, user="sam", **changes):
    """Return the card of an entry that was proposed from a ticket."""
    await press(lab, opened, user, "ticket_save")
    filled = {
        "title": "The pairing code was used before",
        "id": "pairing-code-used",
        "kind": "error",
        "area": "frontend",
        "errors": PAIRING.replace("acme-7", "{id}"),
        "asks": "",
        "body": "Ask for **another** code.",
        "not": "",
    }
    await submit(lab, opened, user, **filled | changes)
    return cards(opened)[-1] if cards(opened) else None


async def rows(opened):
    return [(row["entry"], row["state"], row["author"]) for row in await opened.rows("proposals")]


async def review(lab, opened, user, action):
    await press(lab, opened, user, f"proposal_{action}", ts=cards(opened)[-1].ts)


async def test_the_draft_is_filled_in_and_two_of_staff_make_it_live(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await resolved(lab, opened)
        await press(lab, opened, "sam", "ticket_save")
        held = fields(modal(lab, "sam"))
        assert held["errors"] == SURE_404
        assert held["kind"] == "error"
        assert held["body"] == "Ask for another code in the dashboard."
        found = await proposed(lab, opened)
        shown = str(found.blocks)
        for part in ("Proposed entry", "pairing-code-used", "<@U0SAM>", "{id}", "nothing to mend"):
            assert part in shown
        await review(lab, opened, "sam", "approve")
        assert "Another member of staff" in lab.private("sam")[-1].text
        assert await rows(opened) == [("pairing-code-used", "proposed", "U0SAM")]
        await review(lab, opened, "tess", "approve")
        assert await rows(opened) == [("pairing-code-used", "approved", "U0SAM")]
        assert "<@U0TESS> approved it" in str(cards(opened)[-1].blocks)
        (live,) = await opened.services.store.proposals.approved()
        assert "reviewed: " in live.text
        await review(lab, opened, "sam", "discard")
        assert await rows(opened) == [("pairing-code-used", "discarded", "U0SAM")]
        assert len(cards(opened)) == 1


async def test_what_lint_finds_has_to_be_mended_first(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await resolved(lab, opened)
        found = await proposed(lab, opened, errors=BROAD)
        assert "its error is too broad" in str(found.blocks)
        assert "proposal_approve" not in str(found.blocks)
        await review(lab, opened, "tess", "edit")
        assert fields(modal(lab, "tess"))["errors"] == BROAD
        await submit(lab, opened, "tess", **fields(modal(lab, "tess")) | {"errors": PAIRING})
        (found,) = cards(opened)
        assert "nothing to mend" in str(found.blocks)
        assert await rows(opened) == [("pairing-code-used", "proposed", "U0TESS")]
        await review(lab, opened, "tess", "approve")
        assert "Another member of staff" in lab.private("tess")[-1].text
        await review(lab, opened, "sam", "approve")
        assert await rows(opened) == [("pairing-code-used", "approved", "U0TESS")]


async def test_what_is_no_entry_is_told_at_its_field_and_nothing_is_lost(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await resolved(lab, opened)
        assert await proposed(lab, opened, id="backend-user-404", body="x" * 2_500) is None
        errors = modal(lab, "sam").errors
        assert "in the base already" in errors["id"]
        assert "under 2400" in errors["body"]
        assert await rows(opened) == []


async def test_others_may_not_and_secrets_are_taken_out(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await resolved(lab, opened)
        await press(lab, opened, "sam", "ticket_save")
        found = await proposed(
            lab, opened, body=f"Use {SECRET} <!channel>", errors=f"E {SECRET} denied"
        )
        assert "<!channel>" not in str(found.blocks)
        assert SECRET not in str(lab.workspace.calls)
        assert SECRET not in str(await opened.rows("proposals"))
        desk = opened.bot.desk.proposals
        await desk.review("U0BO", "press", ProposalWork(1, Review.APPROVE))
        await opened.settled()
        assert "Only staff" in opened.said("D0BO")[-1]
        assert (await rows(opened))[0][1] == "proposed"


async def test_of_two_who_change_it_at_once_the_second_is_told(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await resolved(lab, opened)
        await proposed(lab, opened)
        for user in ("sam", "tess"):
            await review(lab, opened, user, "edit")
        for user in ("sam", "tess"):
            values = fields(modal(lab, user)) | {"title": f"Title of {user}"}
            await submit(lab, opened, user, **values)
        assert "Title of sam" in str(cards(opened)[-1].blocks)
        assert "was changed" in lab.private("tess")[-1].text
        (row,) = await opened.rows("proposals")
        assert ProposalState(row["state"]) is ProposalState.PROPOSED
