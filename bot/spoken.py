"""Does what a word says that was said in a thread in place of pressing a button."""

from dataclasses import dataclass, replace

from bot.errors import UserError
from bot.feedback import Feedback
from bot.jobs import Follow, Job
from bot.proposal_reply import ProposalFormOffer
from bot.rechecking import Rechecking, needs_token
from bot.reply import FormOffer, Notice, Said
from bot.shadow_reply import ShadowFormOffer
from bot.ticket_desk import NOT_YOURS
from bot.ticket_records import Deed
from bot.ticket_reply import TicketFormOffer
from bot.verbs import Form
from bot.words import Word
from bot.workflows import Workflows, Works

WRITTEN = {Word.REPLY: Deed.REPLY, Word.NEED_INFO: Deed.NEED_INFO, Word.RESOLVE: Deed.RESOLVE}
QUIET = "All right, I stay quiet. Mention me whenever you want me to look again."
NO_SUCH_CHOICE = "There is no such choice. The letters stand before the choices."


class Following:
    """Keeps the jobs that follow a step: no step may begin work, so its workflow does after it."""

    def __init__(self, works: Works) -> None:
        """Leave all else to the works themselves."""
        self.jobs: list[Follow] = []
        self.attend, self.outcome, self.forget = works.attend, works.outcome, works.forget

    async def submit(self, job: Job, delay: float = 0) -> None:
        """Keep the job."""
        self.jobs.append(Follow(job, delay))


async def do_word(job: Job, workflows: Workflows, rechecking: Rechecking) -> tuple[Follow, ...]:
    """Do what a word said, and return what follows; what the button refuses is refused here too."""
    following = Following(workflows.works)
    workflows = replace(workflows, works=following)
    messages = replace(rechecking.messages, workflows=workflows)
    doing = _Doing(job, workflows, Feedback(workflows), Rechecking(messages))
    try:
        await doing.do()
    except UserError as error:
        await doing.whisper(Notice(str(error)))
    return tuple(following.jobs)


@dataclass(frozen=True, slots=True)
class _Doing:
    """One word's doing."""

    job: Job
    workflows: Workflows
    feedback: Feedback
    rechecking: Rechecking

    async def do(self) -> None:
        job, feedback = self.job, self.feedback
        where = job.place.team, job.place.channel, job.about, job.user
        match Word(job.text):
            case Word.SOLVED:
                await feedback.solved(*where)
            case Word.NOT_IT:
                await feedback.not_it(*where)
            case Word.REMOVE:
                await feedback.remove(*where)
            case Word.REOPEN:
                await feedback.reopen(*where)
            case Word.PICK:
                if not job.entry:
                    raise UserError(NO_SUCH_CHOICE)
                await feedback.pick(*where, job.entry)
            case Word.NONE:
                if not await feedback.pick_none(*where):
                    await self.whisper(Notice(QUIET))
            case word:
                await self._do_more(word)

    async def _do_more(self, word: Word) -> None:
        """Run checks again, or offer the form that the word's argument would have filled in."""
        job, place = self.job, self.job.place
        match word:
            case Word.RUN_AGAIN:
                run = await self.rechecking.last(place, job.about)
                if needs_token(run):
                    await self.whisper(FormOffer(Form.TOKEN_AGAIN, run.id))
                else:
                    await self.rechecking.again(run, job.user, key=job.key)
            case Word.RUN_CHECKS:
                await self.whisper(FormOffer(Form.RUN_CHECKS, f"{place.channel}|{job.about}"))
            case _:
                if job.user not in await self.workflows.staff.ids():
                    raise UserError(NOT_YOURS)
                if job.shadow:
                    await self.whisper(ShadowFormOffer(job.shadow.id))
                    return
                number = int(job.about)
                is_edit = word is Word.EDIT
                await self.whisper(
                    ProposalFormOffer(number) if is_edit else TicketFormOffer(number, word)
                )

    async def whisper(self, said: Said) -> None:
        await self.workflows.messenger.whisper(self.job.place, self.job.user, said)
