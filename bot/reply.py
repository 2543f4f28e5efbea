"""What the bot says, as values: how they look is the business of whoever shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.entry_figures import Known
from bot.ladders import Ladder
from bot.proposal_reply import ProposalSaid
from bot.records import Candidate
from bot.reviews import Review
from bot.shadow_reply import ShadowSaid
from bot.stats import Figures
from bot.ticket_reply import TicketSaid
from bot.verbs import Form
from knowledge.entry import Entry, Link

REPLY_LIMIT = 2_650  # characters of title, body and links: under 3,000 with the context line
LADDER_ROOM = 1_300  # of those, for a ladder
TITLE_LIMIT = 150
LINKS_LIMIT = 800
WHY_LIMIT = 150
STAFF_BUTTON_LIMIT = 10  # Slack shows a button to at most so many named people
EVERYBODY = ("*",)
OFFER_MINT = frozenset(
    {"onboarding-example-user-token", "onboarding-self-issued-jwt", "general-oidc-not-required"}
)
SHORTENED = "… (shortened)"


@dataclass(frozen=True, slots=True)
class Reply:
    """One entry as an answer."""

    entry: str
    title: str
    body: str  # Markdown, as the entry's author wrote it
    links: tuple[Link, ...]
    why: str
    private: bool = False
    solved_by: str = ""  # user id: the thread is closed, no more buttons
    removable_by: tuple[str, ...] = ()  # staff who see the button that takes it away
    ladder: Ladder | None = None  # what the checks say that its entry names
    checkable: bool = False  # its entry names checks
    mint_for: tuple[str, ...] = ()  # who sees the button that mints; EVERYBODY, or user ids
    edited: str = ""  # Markdown that staff wrote in place of title, body and links
    edited_by: str = ""  # user id


@dataclass(frozen=True, slots=True)
class Option:
    """An entry to choose."""

    entry: str
    title: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Up to three entries to choose from; ``question`` is the message that they are for."""

    question: str
    options: tuple[Option, ...]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """What stays of an answer that was not it."""

    entry: str
    title: str


@dataclass(frozen=True, slots=True)
class Again:
    """Leads to an answer that was given in the same channel just before."""

    reply: Reply
    permalink: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A line or two; code spans only. ``human`` adds the button that asks for one."""

    text: str
    human: bool = False


@dataclass(frozen=True, slots=True)
class FormOffer:
    """Offers to fill something in: a form opens at a press or a command, never by itself."""

    form: Form
    target: str = ""  # what the form is about; empty: where it was opened


@dataclass(frozen=True, slots=True)
class MintAnswer:
    """An example token for one person's eyes: it is shown, and kept nowhere."""

    token: str = field(repr=False)
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    ttl: int  # seconds
    finding: str  # what a check has to say of a token that must fail; "" for a good one
    jwks_url: str
    is_local: bool  # Anon cannot reach that address


@dataclass(frozen=True, slots=True)
class Leak:
    """A kind of secret, as a person calls it, and how to make it worthless."""

    name: str
    remedy: str


@dataclass(frozen=True, slots=True)
class LeakWarning:
    """Tells somebody that they showed a secret, without showing it again."""

    leaks: tuple[Leak, ...]
    permalink: str = ""  # none: nobody else could see the message
    own: bool = True  # shown to the author


@dataclass(frozen=True, slots=True)
class StatsAnswer:
    """The figures of some days, for staff."""

    days: int
    figures: Figures
    known: tuple[Known, ...]
    reviews: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting of a channel, as it is and how it is changed."""

    name: str
    label: str
    value: str  # in a code span, with its unit
    example: str
    who: str | None  # who set it; None: it is the default


@dataclass(frozen=True, slots=True)
class ConfigAnswer:
    """The settings of a channel, for staff."""

    channel: str
    lines: tuple[SettingLine, ...]


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting of a channel that is another one now."""

    label: str
    before: str  # in code spans, as ``SettingLine.value``
    after: str
    by: str = ""  # who set the value before, where that was somebody else


@dataclass(frozen=True, slots=True)
class ConfigChanged:
    """Tells staff what they changed; nothing may have been."""

    changes: tuple[SettingChange, ...]
    timers: bool = False  # what timers of tickets go by is among it


Said = (
    Reply
    | Again
    | Ladder
    | Choices
    | Folded
    | Notice
    | FormOffer
    | MintAnswer
    | LeakWarning
    | StatsAnswer
    | ConfigAnswer
    | ConfigChanged
    | TicketSaid
    | ProposalSaid
    | ShadowSaid
)


def reply_to(
    entry: Entry,
    candidate: Candidate,
    *,
    private: bool = False,
    solved_by: str = "",
    staff: Iterable[str] = (),
    ladder: Ladder | None = None,
    minters: tuple[str, ...] = (),
) -> Reply:
    """Return the entry as a reply; with few enough staff, each gets the button to remove it."""
    removers = tuple(sorted(staff))
    title = shorten_line(entry.title, TITLE_LIMIT)
    links = short_links(entry.links)
    room = room_for(ladder) - len(title) - sum(len(link.title) + len(link.url) for link in links)
    return Reply(
        entry=entry.id,
        title=title,
        body=shorten(entry.body, room),
        links=links,
        why=why_line(entry, candidate),
        private=private,
        solved_by=solved_by,
        removable_by=removers if len(removers) <= STAFF_BUTTON_LIMIT and not private else (),
        ladder=ladder,
        checkable=bool(entry.checks),
        mint_for=minters if entry.id in OFFER_MINT else (),
    )


def room_for(ladder: Ladder | None) -> int:
    """Return how many characters title, body and links may have beside a ladder."""
    return REPLY_LIMIT - LADDER_ROOM if ladder else REPLY_LIMIT


def why_line(entry: Entry, candidate: Candidate) -> str:
    """Say why this entry: ``matched `…` · 0.97 · backend-user-404 · reviewed 2026-11``."""
    reasons = candidate.why[:1] or (("picked by you",) if candidate.score is None else ())
    parts = [shorten_line(reason, WHY_LIMIT) for reason in reasons]
    if candidate.score is not None:
        parts.append(f"{candidate.score:.2f}")
    parts.append(entry.id)
    if entry.reviewed:
        parts.append(f"reviewed {entry.reviewed:%Y-%m}")
    return " · ".join(parts)


def short_links(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return as many links as there is room for, their titles on a line."""
    kept: list[Link] = []
    room = LINKS_LIMIT
    for link in links:
        title = shorten_line(link.title, TITLE_LIMIT)
        room -= len(title) + len(link.url)
        if room < 0:
            break
        kept.append(Link(title, link.url))
    return tuple(kept)


def shorten_line(text: str, limit: int) -> str:
    """Return the text on one line of at most ``limit`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def shorten(body: str, limit: int) -> str:
    """Cut Markdown to ``limit`` characters, at a line's end where possible, fences closed."""
    if len(body) <= limit:
        return body
    cut = body[: limit - len(SHORTENED) - 10]
    head, _, _ = cut.rpartition("\n")
    kept = (head or cut).rstrip()
    fence = "\n```" if kept.count("```") % 2 else ""
    return f"{kept}{fence}\n\n{SHORTENED}"


def reply_markdown(reply: Reply) -> str:
    """Return the reply as one Markdown text, for the command line."""
    return f"{markdown(reply)}\n\n_{reply.why}_"


def markdown(reply: Reply) -> str:
    """Return title, body and links, or what staff wrote in their place."""
    links = "\n".join(f"- [{link.title}]({link.url})" for link in reply.links)
    parts = (f"**{reply.title}**", reply.body, links)
    return reply.edited or "\n\n".join(part for part in parts if part)
