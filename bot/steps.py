"""Steps of durable work that are tried until they go well, with durable sleeps between."""

from collections.abc import Awaitable, Callable

import structlog
from dbos import DBOS

from bot.database import STORE_AWAY
from bot.errors import NotInstalledError, TryLaterError
from bot.jobs import Json

WAIT_SECONDS = 1.0  # the first wait after a failure; doubled each time
WAIT_LIMIT = 60.0
GIVE_UP_SECONDS = 86_400  # of waiting: an answer that is a day late helps nobody
log = structlog.get_logger(__name__)


async def patiently(
    name: str, attempt: Callable[..., Awaitable[Json]], *, look: bool | None = None
) -> Json:
    """Run a step until it goes well; between tries it sleeps durably."""
    pause, waited = WAIT_SECONDS, 0.0
    while True:
        more = {} if look is None else {"look": look}
        outcome: Json = await DBOS.run_step_async({"name": name}, _tried, attempt, more)
        if "void" in outcome:
            raise NotInstalledError
        if "wait" not in outcome:
            return outcome
        seconds = outcome["wait"] or pause
        pause = min(pause * 2, WAIT_LIMIT)
        waited += seconds
        if waited > GIVE_UP_SECONDS:
            raise TimeoutError(f"{name} failed for a day")
        if look is not None and outcome["unsure"]:
            look = True
        await DBOS.sleep_async(seconds)


async def _tried(attempt: Callable[..., Awaitable[Json]], more: Json) -> Json:
    """Return what the attempt returns, or how long to wait before the next, or that it is void."""
    try:
        return await attempt(**more)
    except NotInstalledError:
        return {"void": True}
    except TryLaterError as error:
        log.warning("tried_in_vain", seconds=error.seconds)
        return {"wait": error.seconds, "unsure": error.done is None}
    except STORE_AWAY as error:
        log.warning("store_away", error=type(error).__name__)
        return {"wait": None, "unsure": True}
