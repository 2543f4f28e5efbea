"""What somebody's App Home shows, as a value: one's own for all, everything for staff."""

import asyncio
from dataclasses import dataclass

from bot.entry_figures import EntryFigures, Known, by_entry, known
from bot.miss_clusters import Miss
from bot.records import Mode, Place, State, TicketState
from bot.reviews import Review
from bot.run_store import Run
from bot.stats import DAY, TOP
from bot.ticket_records import Ticket
from bot.workflows import Workflows

MINE = 10
OPEN = 15
CHANNELS = 30
FIGURE_DAYS = 30


@dataclass(frozen=True, slots=True)
class StaffHome:
    """What staff see besides."""

    counts: dict[TicketState, int]
    tickets: tuple[Ticket, ...]  # the oldest that somebody has to look at
    misses: tuple[Miss, ...]
    entries: tuple[EntryFigures, ...]
    known: tuple[Known, ...]
    reviews: tuple[Review, ...]
    modes: tuple[tuple[str, Mode], ...]


@dataclass(frozen=True, slots=True)
class Home:
    """One person's App Home; links are by thread."""

    threads: tuple[tuple[Place, State, str], ...]  # with its address
    tickets: tuple[tuple[Ticket, str], ...]
    checks: tuple[tuple[Run, str], ...]  # the thread's address, where there is one
    staff: StaffHome | None
    now: float


async def home_of(workflows: Workflows, team: str, user: str) -> Home:
    """Return what the person may see: others' threads and tickets are for staff alone."""
    store, now = workflows.store, workflows.clock()
    threads = await store.threads.of_asker(team, user, MINE)
    tickets = await store.tickets.of_asker(team, user, MINE)
    runs = await store.runs.of_user(team, user, MINE)
    seen = [place for place, _ in threads] + [ticket.place for ticket in tickets]
    seen += [Place(team, run.channel, run.posted) for run in runs]
    links = iter(await asyncio.gather(*(_link(workflows, place) for place in seen)))
    staff = user in await workflows.staff.ids()
    more = await _for_staff(workflows, team, now) if staff else None
    return Home(
        tuple((place, state, next(links)) for place, state in threads),
        tuple((ticket, next(links)) for ticket in tickets),
        tuple((run, next(links)) for run in runs),
        more,
        now,
    )


async def _link(workflows: Workflows, place: Place) -> str:
    if not place.root:
        return ""
    return await workflows.messenger.permalink(place.team, place.channel, place.root)


async def _for_staff(workflows: Workflows, team: str, now: float) -> StaffHome:
    store, since = workflows.store, now - FIGURE_DAYS * DAY
    entries = workflows.answerer.entries
    return StaffHome(
        await store.tickets.counts(),
        tuple(await store.tickets.unfinished(OPEN)),
        await store.stats.misses(since),
        by_entry(await store.stats.revisions(since), TOP),
        known(entries),
        await store.stats.reviews(entries, now),
        await store.stats.modes(team, CHANNELS),
    )
