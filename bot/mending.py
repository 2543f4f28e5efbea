"""Takes up again what this process began and lost hold of, as when its database went away.

Such work stays pending in this process's name. DBOS would look at it at the next start only, and
until then nothing else would be posted into its channel.
"""

import asyncio

import structlog
from dbos import DBOS
from dbos import error as dbos_error

from bot.database import STORE_AWAY
from bot.durable import WORK

LOOK_SECONDS = 5.0
LIST_SECONDS = 30.0
GUARDED = ["attend", "carry_out"]
log = structlog.get_logger(__name__)


async def mend(executor_id: str) -> None:
    """Look again and again until cancelled."""
    suspected: frozenset[str] = frozenset()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            async with asyncio.timeout(LIST_SECONDS):
                suspected = await look(executor_id, suspected)
        except (TimeoutError, *STORE_AWAY, dbos_error.DBOSException) as error:
            log.warning("not_looked", error=type(error).__name__)


async def look(executor_id: str, suspected: frozenset[str]) -> frozenset[str]:
    """Take up what does not run here now and did not at the last look; return what is new so.

    Two looks, because work that was just begun, or has just ended, is pending for a moment too.
    """
    pending = await DBOS.list_workflows_async(
        executor_id=executor_id,
        status="PENDING",
        name=GUARDED,
        load_input=False,
        load_output=False,
    )
    lost = {one.workflow_id: one for one in pending if not WORK.in_hand.runs(one.workflow_id)}
    again = suspected & lost.keys()
    for key in again:
        log.warning("taken_up_again", work=key)
        await DBOS.resume_workflow_async(key, queue_name=lost[key].queue_name)
    return frozenset(lost.keys() - again)
