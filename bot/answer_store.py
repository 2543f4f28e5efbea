"""What was answered, kept, with what people thought of it."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from bot.records import Answer, Place, Verdict
from bot.rows import Rows, as_given, candidates_in, given, same
from bot.tables import answers, feedback, threads

TOUCH = update(threads).where(given(threads, "team", "channel", "root"))
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
            await connection.execute(TOUCH, {**as_given(asdict(answer.place)), "updated": now})

    async def said_since(self, place: Place, entry: str, since: float) -> str:
        """Return the message in another thread of the channel that gave the entry since then."""
        of = as_given({**asdict(place), "entry": entry})
        row = await self._rows.one(SAID_SINCE, {**of, "since": since})
        return str(row.posted) if row else ""

    async def posted(self, team: str, channel: str, posted: str) -> Answer | None:
        """Return the answer that the bot's message holds."""
        row = await self._rows.one(
            select(answers).where(
                answers.c.team == team, answers.c.channel == channel, answers.c.posted == posted
            )
        )
        return _answer(row) if row else None

    async def first_to(self, team: str, channel: str, question: str) -> Answer | None:
        """Return what the message got first."""
        of = as_given({"team": team, "channel": channel, "question": question})
        row = await self._rows.one(FIRST_TO, of)
        return _answer(row) if row else None

    async def in_thread(self, place: Place) -> list[Answer]:
        """Return what was answered in the thread, oldest first."""
        here = same(answers, place, "team", "channel", "root")
        async with self._rows.read() as connection:
            query = select(answers).where(here).order_by(answers.c.id)
            return [_answer(row) for row in await connection.execute(query)]

    async def close(self, answer: Answer) -> bool:
        """Mark the answer folded or removed; True to the first who does."""
        async with self._rows.write() as connection:
            result = await connection.execute(
                update(answers)
                .where(
                    same(answers, answer.place, "team", "channel"),
                    answers.c.posted == answer.posted,
                    answers.c.open,
                )
                .values(open=False)
            )
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
        row = await self._rows.one(
            select(feedback.c.user)
            .where(same(feedback, answer.place, "team", "channel"))
            .where(feedback.c.posted == answer.posted, feedback.c.verdict == Verdict.SOLVED.value)
            .order_by(feedback.c.updated.desc())
        )
        return str(row.user) if row else ""


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
