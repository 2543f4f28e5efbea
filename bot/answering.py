"""Text in, Decision out: reply, suggest or stay silent. No I/O once it is open."""

import hashlib
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path

from bot.redact import Found, redact
from bot.unwrap import unwrap
from knowledge.entry import Entry, load_entries
from knowledge.index import compile_base, open_or_compile
from knowledge.labelled import Message, read_folder
from knowledge.lint import lint
from knowledge.matcher import Like, Match, Matcher, Matches
from knowledge.model import trained_model
from knowledge.normalise import MAX_TEXT
from knowledge.outlook import Outlook
from knowledge.remembered import embed

SHIPPED = Path(__file__).parent.parent / "knowledge" / "entries"
LABELLED = "labelled"
MAX_RAW = 300_000
"""Characters of a message that are looked at: Slack sends 40,000, attached files 256 KiB."""
MATCHES_KEPT = 1_000
OUTLOOKS_KEPT = 100  # asked for twice before the ack, and when Slack comes again


class Outcome(StrEnum):
    """What to do about a message."""

    REPLY = "reply"
    SUGGEST = "suggest"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Paste:
    """A message as everything after redaction sees it."""

    text: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the matcher makes of a paste; ``entry`` is set only for a reply."""

    outcome: Outcome
    entry: str | None
    score: float
    candidates: tuple[Match, ...]
    fingerprint: str
    like: Like

    @property
    def miss(self) -> str:
        """What a miss is counted under; empty for what is neither an error nor a question."""
        return "" if self.like is Like.OTHER else self.fingerprint


def read_paste(raw: str) -> Paste:
    """Unwrap Slack's markup, then redact; what lies beyond the cap is dropped unread."""
    redacted = redact(unwrap(raw[:MAX_RAW]))
    return Paste(redacted.text, redacted.found)


def decide(matches: Matches, *, explicit: bool, reply_from: float, suggest_from: float) -> Decision:
    """Return what to do: unasked it takes a sure match, asked there is always an answer."""
    best = matches.ranked[0] if matches.ranked else None
    score = best.score if best else 0.0
    if best and score >= reply_from:
        outcome = Outcome.REPLY
    elif explicit or score >= suggest_from:
        outcome = Outcome.SUGGEST
    else:
        outcome = Outcome.SILENT
    return Decision(
        outcome=outcome,
        entry=best.entry.id if best and outcome is Outcome.REPLY else None,
        score=score,
        candidates=matches.ranked,
        fingerprint=matches.fingerprint,
        like=matches.like,
    )


def held_to(decision: Decision, reply_from: float | None) -> Decision:
    """Return the decision where another score, if one is given, makes a match sure."""
    if reply_from is None or not decision.candidates:
        return decision
    if decision.score >= reply_from:
        entry = decision.candidates[0].entry.id
        return replace(decision, outcome=Outcome.REPLY, entry=entry)
    if decision.outcome is Outcome.REPLY:
        return replace(decision, outcome=Outcome.SUGGEST, entry=None)
    return decision


class Recently:
    """The latest matches, by a digest of the text: a message is looked at again as work.

    Its twin and what Slack delivers again cost nothing either, so a backlog clears.
    """

    def __init__(self, match: Callable[[str], Matches]) -> None:
        self._match = match
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Matches] = OrderedDict()

    def match(self, text: str) -> Matches:
        """Return the matches of a text."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            known = self._kept.get(key)
        if known is not None:
            return known
        found = self._match(text)
        with self._lock:
            self._kept[key] = found
            if len(self._kept) > MATCHES_KEPT:
                self._kept.popitem(last=False)
        return found


class Answerer:
    """One open knowledge base; CPU-bound (about 10 ms a text) and safe in several threads."""

    def __init__(
        self, matcher: Matcher, reply_from: float, suggest_from: float, folder: Path = SHIPPED
    ) -> None:
        self.matcher, self._folder = matcher, folder
        self._recently = Recently(matcher.match)
        self._foreseen = lru_cache(OUTLOOKS_KEPT)(matcher.outlook)
        self.reply_from = reply_from
        self._suggest_from = suggest_from
        self._by_id = {entry.id: entry for entry in matcher.entries}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries, by id."""
        return self.matcher.entries

    def decide(self, text: str, *, explicit: bool = False) -> Decision:
        """Return what to do about a redacted text."""
        return decide(
            self._recently.match(text[:MAX_TEXT]),
            explicit=explicit,
            reply_from=self.reply_from,
            suggest_from=self._suggest_from,
        )

    def outlook(self, text: str) -> Outlook:
        """Tell quickly what becomes of a redacted text nobody asked about; OPEN: not known."""
        return self._foreseen(text[:MAX_TEXT])

    def entry(self, entry_id: str) -> Entry | None:
        """Return an entry by its id."""
        return self._by_id.get(entry_id)

    def problems(self, entry: Entry) -> tuple[str, ...]:
        """Return what kb lint would say of this entry in the base; takes seconds of CPU."""
        others = [one for one in self.entries if one.id != entry.id]
        messages, model = known_messages(self._folder), trained_model()
        whole = sorted([*others, entry], key=lambda one: one.id)
        compiled = compile_base(":memory:", whole, messages, model.background, embed)
        found = lint(Matcher(compiled, model, embed), messages)
        compiled.search.close()
        return tuple(one.text for one in found if one.entry == entry.id) + tuple(
            str(one) for one in found if one.entry != entry.id and entry.id in one.text.split()
        )

    def take_over(self, fresh: "Answerer") -> None:
        """Answer from the base of another one from now on."""
        self.matcher, self._by_id = fresh.matcher, fresh._by_id  # noqa: SLF001 - its own kind
        self._recently = Recently(fresh.matcher.match)
        self._foreseen = lru_cache(OUTLOOKS_KEPT)(fresh.matcher.outlook)


def open_answerer(
    kb: Path | None = None, cache_dir: Path | None = None, more: Iterable[Entry] = ()
) -> Answerer:
    """Open a folder of entries (the shipped ones by default), compiled in the cache folder.

    ``more`` are entries besides the files', as ``entries_of`` takes them.
    Raises BadKnowledge or BadMessagesError (ValueErrors whose text names file, line and remedy).
    """
    folder = shipped_or(kb)
    model = trained_model()
    compiled = open_or_compile(
        cache_dir or _cache_folder(),
        entries_of(folder, more),
        known_messages(folder),
        model.background,
        embed,
    )
    matcher = Matcher(compiled, model, embed)
    return Answerer(matcher, model.reply_from, model.suggest_from, folder)


def entries_of(folder: Path, more: Iterable[Entry] = ()) -> list[Entry]:
    """Return the entries of a folder, by id, and of ``more`` those whose id no file has."""
    entries = {entry.id: entry for entry in (*more, *load_entries(folder))}
    return [entries[name] for name in sorted(entries)]


def shipped_or(kb: Path | None) -> Path:
    """Return the given folder of entries, or that of the entries that ship with the bot."""
    return kb or SHIPPED


def known_messages(folder: Path) -> Sequence[Message]:
    """Return the labelled messages of a base, as the bot reads them.

    Every other base also learns from the shipped ones what needs no answer: few have enough of
    such messages, and none at all would make each greeting a question.
    """
    own = read_folder(folder / LABELLED)
    if folder.resolve() != SHIPPED.resolve():
        own += [m for m in read_folder(SHIPPED / LABELLED) if not m.expect]
    return [Message(m.id, read_paste(m.text).text, m.expect, m.kind, m.neutral) for m in own]


def _cache_folder() -> Path:
    """Return where compiled bases are kept: the user's cache, else a temporary folder."""
    folder = user_cache_path("anon-support-bot")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / "anon-support-bot"
    return folder
