"""A team that takes the bot away: its tokens and all that was kept of it are deleted, durably."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog
from dbos import DBOS

from bot.durable import WORK
from bot.jobs import Json

LEAVE = "leave"
PAGE = 500
ACTIVE = ["ENQUEUED", "DELAYED", "PENDING"]
DONE = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
# With these a step is tried for about a day; the pause doubles up to an hour.
PATIENCE = {"retries_allowed": True, "max_attempts": 35, "interval_seconds": 1.0}
log = structlog.get_logger(__name__)


async def start_leaving(team: str, event: str) -> None:
    """Keep it as work that the team goes; the event's id makes its repetitions one."""
    await WORK.in_hand.start(
        f"{LEAVE}:{team}:{event}", lambda: DBOS.start_workflow_async(leave, team)
    )


@DBOS.workflow(name=LEAVE)
async def leave(team: str) -> Json:
    """Delete what is kept of the team."""
    return await WORK.guarded(_leave(team), None, "")


async def _leave(team: str) -> Json:
    """Delete the tokens first, so that nothing new begins, then the state, then finished work."""
    await _step("drop tokens", _drop_tokens, team)
    tickets = await _step("find tickets", _tickets_of, team)
    await _step("drop rows", _drop_rows, team)
    await _step("drop work", _drop_work, team, tickets)
    log.info("team_left", team=team)
    return {}


async def _step(name: str, run: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    return await DBOS.run_step_async(cast("Any", {"name": name, **PATIENCE}), run, *arguments)


async def _drop_tokens(team: str) -> None:
    await WORK.drop_team(team)


async def _tickets_of(team: str) -> list[int]:
    """Return the numbers of the team's tickets: work for them is also done in the staff's team."""
    return await WORK.desk.workflows.store.tickets.numbers(team)


async def _drop_rows(team: str) -> int:
    return await WORK.desk.workflows.store.forget_team(team)


async def _drop_work(team: str, tickets: list[int]) -> int:
    """Cancel what still waits for the team, delete what is kept of its work; return how much."""
    owned = (f"{team}:",)
    about = tuple(f"ticket:{number}:" for number in tickets)
    waiting = await _work_of(owned, about, ACTIVE)
    await asyncio.gather(*(DBOS.cancel_workflow_async(one) for one in waiting))
    done = await _work_of(owned, about, DONE)
    for start in range(0, len(done), PAGE):
        await DBOS.delete_workflows_async(done[start : start + PAGE])
    return len(done)


async def _work_of(owned: tuple[str, ...], about: tuple[str, ...], status: list[str]) -> list[str]:
    """Return the ids of the work whose owner's name, or whose own id, begins like one of these."""
    found: list[str] = []
    for offset in range(0, 1_000_000_000, PAGE):
        page = await DBOS.list_workflows_async(
            status=status, load_input=False, load_output=False, limit=PAGE, offset=offset
        )
        found += [
            one.workflow_id
            for one in page
            if (one.authenticated_user or "").startswith(owned) or one.workflow_id.startswith(about)
        ]
        if len(page) < PAGE:
            break
    return found
