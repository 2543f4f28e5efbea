"""What a person asks the bot for directly: an entry in private, help, silence, a mode."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from uuid import uuid4

from bot.answering import Decision, Outcome, Paste, read_paste
from bot.charts import stats_chart
from bot.configuring import Configuring
from bot.entry_figures import known
from bot.errors import UserError
from bot.jobs import Job, Kind, work_id
from bot.leaks import live_leaks
from bot.metrics import DECISIONS, MATCH
from bot.minting import By
from bot.mints import Mints
from bot.periods import days_of
from bot.records import Candidate, Mode, Place
from bot.reply import FormOffer, LeakWarning, Notice, Said, StatsAnswer
from bot.stats import DAY
from bot.verbs import CHECKING, VERBS, Form, Name, Verb, parse_verb
from bot.workflows import NOTHING_FOUND, Case, Workflows, candidates_of
from knowledge.outlook import Outlook
from knowledge.talk import LONGEST

HELP = """I answer questions and errors about integrating with Anon from its FAQ.
• `/anon ask how do I use my own identity provider` – the best entry, for you alone
• mention me, in threads too, with a question or a pasted error – an answer in the thread
• send me a direct message – the same in private
• `/anon diagnose` – a form to paste an error into; every check that it allows is run
• `check jwks`, `check token`, `check link`, `check client` – look at the real thing
• “Diagnose with Anon” in a message's menu – what I would answer to it
• `mint`, or `mint sub=user-42 ttl=10m` – an example token, for you alone · `keys` – its JWKS URL
• `escalate`, with or without words – a human, with all that I found
• `mute me`, `unmute me` – whether I may speak to you unasked · `forget me` – delete what I keep
• `mute` in a thread, or 🔇 on my reply – I leave that thread alone
Every verb works after `/anon`, after a mention and in a direct message."""
MUTED = "I will not speak to you unasked. Mention me when you want me; `unmute me` undoes this."
UNMUTED = "I will speak up again when I am sure of an answer."
FORGOTTEN = (
    "I deleted the threads, answers and votes that I kept about you. "
    "A wish to be left alone is kept; `unmute me` ends it. "
    "That you minted a token stays in the audit for 90 days."
)
MEANT = "I do not know that verb. Did you mean `{verb}`? `help` lists what I can do."
CHECK_USAGE = """Say what to check:
• `check jwks https://acme.dev/.well-known/jwks.json`
• `check token` – opens a form, so that the token stays private
• `check link user-42 instagram sandbox` – appUserId, app and environment
• `check client 7190a924-ce91-4f0e-9d3c-1c5a8e6f2b10` – SdkClient, then UserPool and environment"""
UNKNOWN = (
    "I do not know that verb. To ask, write a sentence, or `ask` and your words. "
    "`help` lists what I can do."
)
TEXTS = {Name.UNKNOWN: UNKNOWN, **dict.fromkeys(CHECKING, CHECK_USAGE)}
STATS_STAFF = "Only staff can see these figures."
STATS_DAYS = "7d"
WELCOME = (
    "Hello. The mode here is `{mode}`: {meaning} Staff change it with `config mode` after my name; "
    "`mute me` and I never speak to you unasked."
)
MEANINGS = {
    Mode.OFF: "I answer only when asked.",
    Mode.MENTION: "I answer when you mention me.",
    Mode.SUGGEST: "I whisper a suggestion to whoever posts an error that I know.",
    Mode.AUTO: "I answer in the thread when I am sure, and stay quiet otherwise.",
    Mode.SHADOW: "I answer when you mention me; else staff decide what I say.",
}
ESCALATED = "I bring in a human. A direct message from me shows how it stands."
POSTED = "Posted in the thread."
SHARED = "Shared in the channel."


@dataclass(frozen=True)
class Asking:
    """Answers to one person, and their wishes."""

    workflows: Workflows
    matching: Executor
    mints: Mints
    _deciding: dict[tuple[str, bool], asyncio.Future[Decision]] = field(default_factory=dict)

    @property
    def configuring(self) -> Configuring:
        """What changes the settings of channels."""
        return Configuring(self.workflows)

    async def read(self, text: str) -> Paste:
        """Unwrap and redact, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.matching, read_paste, text)

    def glance(self, text: str) -> Paste | None:
        """Return at once what a short text says, None for one that takes time to read."""
        return read_paste(text) if len(text) < LONGEST else None

    def is_talk(self, paste: Paste) -> bool:
        """Tell quickly whether a text certainly gets no answer and shows no secret."""
        return not paste.found and self.workflows.answerer.outlook(paste.text) is Outlook.SILENT

    async def is_plain(self, text: str) -> bool:
        """Tell quickly whether a text, redacted, gets an answer for all but certain."""
        outlook = self.workflows.answerer.outlook
        if len(text) < LONGEST:
            return outlook(text) is Outlook.ANSWER
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.matching, outlook, text) is Outlook.ANSWER

    async def decide(self, text: str, *, explicit: bool) -> Decision:
        """Match redacted text, off the event loop; who asks the same meanwhile gets the same."""

        def call() -> Decision:
            with MATCH.time():
                return self.workflows.answerer.decide(text, explicit=explicit)

        key = (text, explicit)
        running = self._deciding.get(key)
        if running is None:
            running = asyncio.get_running_loop().run_in_executor(self.matching, call)
            self._deciding[key] = running
            running.add_done_callback(lambda _: self._deciding.pop(key, None))
        return await asyncio.shield(running)

    async def command(self, text: str, team: str, channel: str, user: str) -> tuple[Said, ...]:
        """Do what the words after `/anon` say."""
        paste = await self.read(text)
        verb = parse_verb(paste.text)
        if verb.name in {Name.ASK, Name.DIAGNOSE} and verb.rest:
            return await self.privately(Paste(verb.rest, paste.found))
        if verb.name is Name.MINT and verb.rest:
            minted = await self.mints.mint_as_said(text, By(team, user, channel))
            return *_warning(paste), minted
        return *_warning(paste), await self.perform(verb, team, channel, user)

    async def escalate(self, text: str, team: str, user: str, trigger: str) -> tuple[Said, ...]:
        """Bring in a human where a command's words say so, else do and say nothing.

        ``trigger`` names that one command.
        """
        if parse_verb(text).name is not Name.ESCALATE or not parse_verb(text).rest:
            return ()
        paste = await self.read(text)
        verb, key = parse_verb(paste.text), f"escalate:{trigger}"
        await self.workflows.escalate(Place(team, "", ""), user, key, text=verb.rest)
        return *_warning(paste), Notice(ESCALATED)

    async def diagnose(self, text: str, *, own: bool) -> tuple[Said, ...]:
        """Say to one person what a message that stands in Slack would be answered."""
        return await self.privately(await self.read(text), own=own)

    async def privately(self, paste: Paste, *, own: bool = True) -> tuple[Said, ...]:
        """Answer one person: the entry or choices, after a warning if the paste held a secret."""
        warning = _warning(paste, own=own)
        decision = await self.decide(paste.text, explicit=True)
        candidates = candidates_of(decision)
        DECISIONS.labels(f"private {decision.outcome.value}").inc()
        if decision.outcome is Outcome.REPLY and decision.entry:
            return *warning, await self.workflows.reply(decision.entry, candidates, private=True)
        choices = self.workflows.choices("", candidates)
        return *warning, choices or Notice(NOTHING_FOUND, human=True)

    async def show(self, entry: str) -> Said:
        """Return an entry that was picked in private."""
        return await self.workflows.reply(entry, (), private=True)

    async def perform(self, verb: Verb, team: str, channel: str, user: str) -> Said:
        """Do what a verb other than `ask` says, and return what to tell its user."""
        store = self.workflows.store
        match verb.name:
            case Name.MUTE_ME | Name.UNMUTE_ME:
                wish = verb.name is Name.MUTE_ME
                await store.set_opted_out(team, user, wish=wish)
                return Notice(MUTED if wish else UNMUTED)
            case Name.FORGET_ME:
                await store.forget(team, user)
                await self.workflows.works.forget(team, user)
                return Notice(FORGOTTEN)
            case Name.CONFIG | Name.STATS:
                return await self._staffs(verb, Place(team, channel, ""), user)
            case Name.MINT | Name.KEYS:
                return await self._example(verb.name, Place(team, channel, ""), user)
            case Name.UNKNOWN if verb.rest:
                return Notice(MEANT.format(verb=verb.rest))
            case _:
                form = VERBS[verb.name].form if verb.name in VERBS else None
                return FormOffer(form) if form else Notice(TEXTS.get(verb.name, HELP))

    async def _staffs(self, verb: Verb, place: Place, user: str) -> Said:
        """Do what is for staff."""
        if verb.name is Name.CONFIG:
            return await self.configuring.say(verb.rest, place, user)
        if user not in await self.workflows.staff.ids():
            raise UserError(STATS_STAFF)
        days = days_of(verb.rest or STATS_DAYS) or 1
        now = self.workflows.clock()
        figures = await self.workflows.store.stats.since(now - (days - 1) * DAY, now)
        loop = asyncio.get_running_loop()
        picture = await loop.run_in_executor(self.matching, stats_chart, figures)
        name = f"Anon support, the last {days} days"
        await self.workflows.messenger.send_picture(place.team, user, name, picture)
        entries = self.workflows.answerer.entries
        wanted = await self.workflows.store.stats.reviews(entries, now)
        return StatsAnswer(days, figures, known(entries), wanted)

    async def _example(self, name: Name, place: Place, user: str) -> Said:
        """Say which example keys there are, or offer the form that mints to who may."""
        if name is Name.KEYS:
            return self.mints.keys()
        await self.admit(Form.MINT, place, user)
        return FormOffer(Form.MINT)

    async def admit(self, form: Form, place: Place, user: str) -> None:
        """Raise UserError, with the reason, where the person may not fill the form in."""
        if form is Form.MINT:
            await self.mints.admit(By(place.team, user, place.channel))
        if form is Form.CONFIG:
            await self.configuring.admit(place, user)

    async def mode(self, team: str, channel: str, user: str) -> Mode:
        """Return the channel's mode: the stored one, else the one that the settings give."""
        around = await self.workflows.store.around(Place(team, channel, ""), user)
        return around.mode or self.default_mode(channel)

    def default_mode(self, channel: str) -> Mode:
        """Return the mode of a channel that nobody configured."""
        return self.workflows.rules.default(channel).mode

    async def welcome(self, team: str, channel: str) -> None:
        """Say once, in one line, what to expect in a channel that the bot was invited to."""
        place = Place(team, channel, "")
        await self.workflows.works.submit(Job(Kind.WELCOME, f"welcome:{team}:{channel}", place))

    async def greeting(self, team: str, channel: str) -> Notice:
        """Return that line."""
        mode = await self.mode(team, channel, "")
        return Notice(WELCOME.format(mode=mode.value, meaning=MEANINGS[mode]))

    async def share(self, place: Place, user: str, entry: str, work: str, run: str = "") -> Said:
        """Post what one person saw into the channel, as that person's, once."""
        candidates = (Candidate(entry),) if entry else ()
        case = Case(replace(place, root=""), "", user, candidates)
        return await self._once(f"share:{work}", case, entry, SHARED, run)

    async def post_to_thread(
        self, place: Place, question: str, asker: str, entry: str, run: str = ""
    ) -> Said:
        """Post an entry, with what its checks came to, into the thread of a message, once."""
        work = f"post:{work_id(place.team, place.channel, question)}:{entry or run}"
        case = Case(place, question, asker, (Candidate(entry),) if entry else ())
        return await self._once(work, case, entry, POSTED, run)

    async def _once(self, work: str, case: Case, entry: str, done: str, run: str = "") -> Said:
        """Post an entry; where Slack refuses, the next press has to work."""
        if not await self.workflows.store.claim(self.workflows.clock(), work):
            return Notice(done)
        try:
            await self.workflows.post_entry(case, entry, f"{work}:{uuid4().hex}", run)
        except UserError:
            await self.workflows.store.unclaim(work)
            raise
        return Notice(done)


def _warning(paste: Paste, *, own: bool = True) -> tuple[Said, ...]:
    leaks = live_leaks(paste.found)
    return (LeakWarning(leaks, own=own),) if leaks else ()
