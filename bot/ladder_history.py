"""A run of checks as it is shown: what it came to, and what it repeats."""

from bot.checks.ladder import State
from bot.ladders import Checked, Ladder, Past, load_checks, load_looks, waiting
from bot.run_store import Run, RunStore

ASIDE = "Only you see this: other workspaces see the channel, and it is about users or clients."


async def ladder_of(runs: RunStore, run: Run, checks: tuple[Checked, ...] | None = None) -> Ladder:
    """Return what a run came to, or ``checks`` while it runs, with what came before."""
    if checks is None:
        kept = load_checks(run.checks) if run.checks is not None else None
        checks = kept or tuple(waiting(look) for look in load_looks(run.looks))
    before = await runs.before(run)
    history = tuple(Past(one.ended or one.started, State(one.state)) for one in before)
    at = run.ended or run.started
    note = ASIDE if run.private and run.question else ""
    harmless = not any(look.is_of_anon for look in load_looks(run.looks))
    return Ladder(
        *(run.id, checks, at, history, run.private),
        note=note,
        solvable=bool(run.question),
        shareable=run.private and harmless,
    )
