"""What was answered, kept, with what people thought of it."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from bot.records import Answer, Place, Verdict
from bot.rows import Rows, as_given, candidates_in, given
from bot.tables import answers, feedback
from bot.thread_store import CHANGE, PLACE

SAID_SINCE = (
    select(answers.c.posted)
    .where(
        given(answers, "team", "channel", "entry"),
        answers.c.root != bindparam("given_root"),
        answers.c.open,
        answers.c.posted.is_not(None),
        answers.c.created > bindparam("since"),
    )
    .order_by(answers.c.created)
)
FIRST_TO = (
    select(answers).where(given(answers, "team", "channel", "question")).order_by(answers.c.turn)
)


IN_THREAD = select(answers).where(given(answers, *PLACE)).order_by(answers.c.id)
OF_MESSAGE = ("team", "channel", "posted")
CLOSE = update(answers).where(given(answers, *OF_MESSAGE), answers.c.open).values(open=False)


class AnswerStore:
    """Reads and writes answers and votes; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def record(self, answer: Answer, now: float) -> None:
        """Keep the answer, in place of an earlier state of the same turn."""
        values = {
            **asdict(answer.place),
            "question": answer.question,
            "turn": answer.turn,
            "asker": answer.asker,
            "candidates": [asdict(candidate) for candidate in answer.candidates],
            "entry": answer.entry,
            "revision": answer.revision,
            "posted": answer.posted,
            "open": answer.open,
            "created": now,
        }
        async with self._rows.write() as connection:
            await self._rows.upsert(
                connection, answers, values, ("team", "channel", "question", "turn")
            )
            await connection.execute(CHANGE, {**as_given(asdict(answer.place)), "updated": now})

    async def said_since(self, place: Place, entry: str, since: float) -> str:
        """Return the message in another thread of the channel that gave the entry since then."""
        of = as_given({**asdict(place), "entry": entry})
        row = await self._rows.one(SAID_SINCE, {**of, "since": since})
        return str(row.posted) if row else ""

    async def posted(self, team: str, channel: str, posted: str) -> Answer | None:
        """Return the answer that the bot's message holds."""
        of = as_given({"team": team, "channel": channel, "posted": posted})
        row = await self._rows.one(select(answers).where(given(answers, *OF_MESSAGE)), of)
        return _answer(row) if row else None

    async def first_to(self, team: str, channel: str, question: str) -> Answer | None:
        """Return what the message got first."""
        of = as_given({"team": team, "channel": channel, "question": question})
        row = await self._rows.one(FIRST_TO, of)
        return _answer(row) if row else None

    async def in_thread(self, place: Place) -> list[Answer]:
        """Return what was answered in the thread, oldest first."""
        return [_answer(row) for row in await self._rows.all(IN_THREAD, as_given(asdict(place)))]

    async def close(self, answer: Answer) -> bool:
        """Mark the answer folded or removed; True to the first who does."""
        async with self._rows.write() as connection:
            result = await connection.execute(CLOSE, _given_message(answer))
        return bool(result.rowcount)

    async def vote(self, answer: Answer, user: str, verdict: Verdict, now: float) -> None:
        """Keep the user's last word on the answer."""
        values = {
            "team": answer.place.team,
            "channel": answer.place.channel,
            "posted": answer.posted,
            "user": user,
            "verdict": verdict.value,
            "entry": answer.entry,
            "revision": answer.revision,
            "updated": now,
        }
        async with self._rows.write() as connection:
            key = ("team", "channel", "posted", "user")
            await self._rows.upsert(connection, feedback, values, key)

    async def solver(self, answer: Answer) -> str:
        """Return who said last that the answer helped, nobody if nobody did."""
        query = (
            select(feedback.c.user)
            .where(given(feedback, *OF_MESSAGE), feedback.c.verdict == Verdict.SOLVED.value)
            .order_by(feedback.c.updated.desc())
        )
        row = await self._rows.one(query, _given_message(answer))
        return str(row.user) if row else ""


def _given_message(answer: Answer) -> dict[str, Any]:
    """Return what ``given`` looks for in OF_MESSAGE."""
    place = answer.place
    return as_given({"team": place.team, "channel": place.channel, "posted": answer.posted})


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        place=Place(row.team, row.channel, row.root),
        question=row.question,
        asker=row.asker,
        candidates=candidates_in(row.candidates),
        entry=row.entry,
        revision=row.revision,
        turn=row.turn,
        posted=row.posted,
        open=row.open,
    )
