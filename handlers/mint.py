"""The form of `mint`: filled in, it turns into the token, which only its user sees."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.minting import By
from bot.mints import Mints
from bot.reply import Notice
from bot.tokens.wanted import CLAIM, BadWordError, Wanted, wanted_of
from handlers.answer import team_of
from handlers.blocks_mint import mint_view
from handlers.inputs import written
from handlers.interactions import user_of
from handlers.messenger import SlackMessenger

MINTING = Notice("Minting…")


async def on_mint_form(
    ack: AsyncAck,
    view: dict[str, Any],
    body: dict[str, Any],
    context: AsyncBoltContext,
    mints: Mints,
    messenger: SlackMessenger,
) -> None:
    """Show the token in place of the form; what is wrong with a field stands beside it."""
    try:
        wanted = wanted_in(view)
    except BadWordError as error:
        await ack(response_action="errors", errors={error.field: str(error)})
        return
    await ack(response_action="update", view=mint_view(MINTING))
    context["view_id"] = view["id"]  # where a failure is told
    by = By(team_of(context), user_of(body), view["private_metadata"])
    answer = mint_view(await mints.answer(wanted, by))
    await messenger.update_view(by.team, view["id"], answer)


def wanted_in(view: dict[str, Any]) -> Wanted:
    """Return what was filled in; a field that was left empty asks for the usual."""
    lines = [line.strip() for line in written(view, CLAIM).splitlines()]
    return wanted_of(
        **{name: written(view, name) or None for name in ("sub", "ttl", "aud", "iss")},
        claims=[line for line in lines if line],
        fault=written(view, "fault") or None,
    )
