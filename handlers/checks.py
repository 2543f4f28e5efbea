"""Live checks: the forms that they take, and the buttons that run them again."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.feedback import Feedback
from bot.private_checks import Filled, PrivateChecks
from bot.rechecking import Rechecking, needs_token
from bot.records import Place
from bot.verbs import Form
from handlers import ids
from handlers.answer import team_of
from handlers.forms import form_view
from handlers.inputs import acknowledged, written
from handlers.interactions import channel_of, is_private, place_of, posted_of, user_of
from handlers.messenger import SlackMessenger
from handlers.respond import Respond
from handlers.screens import FormScreen, ReplacedScreen, ViewScreen

STAFF_CHECK = "Only staff can use an SdkClient here. Leave it empty, or give the address."
Body = dict[str, Any]


async def on_verify_token(
    ack: AsyncAck, shortcut: Body, context: AsyncBoltContext, messenger: SlackMessenger
) -> None:
    """Open the form for a token."""
    await ack()
    view = form_view(Form.VERIFY_TOKEN, "")
    await messenger.open_view(team_of(context), shortcut["trigger_id"], view)


async def on_token(
    ack: AsyncAck,
    body: Body,
    view: Body,
    context: AsyncBoltContext,
    private_checks: PrivateChecks,
    messenger: SlackMessenger,
) -> None:
    """Show in place of the form what stands against the token."""
    place, user = Place(team_of(context), view["private_metadata"], ""), user_of(body)
    names = (ids.TOKEN, ids.JWKS_URL, ids.SDK_CLIENT, ids.ENVIRONMENT)
    filled = Filled(*(written(view, name) for name in names))
    if not await private_checks.may_use(filled, place, user):
        await ack(response_action="errors", errors={ids.SDK_CLIENT: STAFF_CHECK})
        return
    context["view_id"] = view["id"]  # where a failure is told
    screen = FormScreen(ack, messenger, place.team, view)
    await private_checks.token(filled, place, user, screen)


async def on_run_again(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    rechecking: Rechecking,
    private_checks: PrivateChecks,
    respond: Respond,
    messenger: SlackMessenger,
) -> None:
    """Run the checks again; where they need a token, open the form that asks for it."""
    await ack()
    team, user, alone = team_of(context), user_of(body), is_private(body)
    if alone:
        run = await private_checks.own(action["value"], team, user)
    else:
        run = await rechecking.last(place_of(body, team), posted_of(body))
    if needs_token(run):
        form = form_view(Form.TOKEN_AGAIN, run.id)
        await messenger.open_view(team, body["trigger_id"], form, over=bool(body.get("view")))
    elif alone:
        await private_checks.rerun(run, _screen(body, team, respond, messenger))
    else:
        await rechecking.again(run, user)


async def on_token_again(
    ack: AsyncAck,
    body: Body,
    view: Body,
    context: AsyncBoltContext,
    rechecking: Rechecking,
    private_checks: PrivateChecks,
    messenger: SlackMessenger,
) -> None:
    """Run the checks again with the token that was given anew."""
    team, user, token = team_of(context), user_of(body), written(view, ids.TOKEN)
    context["view_id"] = view["id"]  # where a failure is told
    run = await private_checks.known(view["private_metadata"], team, user)
    if run.private:
        screen = FormScreen(ack, messenger, team, view)
        await private_checks.rerun(run, screen, token)
    else:
        await acknowledged(ack, ids.TOKEN, rechecking.again(run, user, token))


async def on_run_checks(
    ack: AsyncAck, body: Body, context: AsyncBoltContext, messenger: SlackMessenger
) -> None:
    """Open the form that asks for what the checks of an answer need."""
    await ack()
    form = form_view(Form.RUN_CHECKS, ids.pack(channel_of(body), posted_of(body)))
    await messenger.open_view(team_of(context), body["trigger_id"], form)


async def on_paste(
    ack: AsyncAck, body: Body, view: Body, context: AsyncBoltContext, rechecking: Rechecking
) -> None:
    """Run on an answer what was filled in for it."""
    channel, posted = ids.unpack(view["private_metadata"], 2)
    place, pasted = Place(team_of(context), channel, ""), written(view, ids.PASTE)
    context["view_id"] = view["id"]  # where a failure is told
    await acknowledged(ack, ids.PASTE, rechecking.added(place, posted, user_of(body), pasted))


async def on_share(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    private_checks: PrivateChecks,
    respond: Respond,
) -> None:
    """Post what only its user saw into the channel."""
    await ack()
    place = Place(team_of(context), channel_of(body), "")
    await respond(await private_checks.share(action["value"], place, user_of(body)))


async def on_solved_privately(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    private_checks: PrivateChecks,
    feedback: Feedback,
    respond: Respond,
) -> None:
    """Record that the answer helped, of which one person alone saw the checks."""
    await ack()
    run = await private_checks.own(action["value"], team_of(context), user_of(body))
    await respond(*await private_checks.solved(run, feedback), replace=True)


def _screen(
    body: Body, team: str, respond: Respond, messenger: SlackMessenger
) -> ReplacedScreen | ViewScreen:
    view = body.get("view")
    if view:
        return ViewScreen(messenger, team, view["id"], view.get("private_metadata") or "")
    return ReplacedScreen(respond)
