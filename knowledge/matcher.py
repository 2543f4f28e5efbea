"""Candidates to scored, calibrated matches, each with reasons that a person can read."""

import hashlib
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from knowledge.cues import Cues, Products, read_cues
from knowledge.entry import Entry
from knowledge.features import ALIGNED, Reading, contenders, rows
from knowledge.index import Compiled, Embed, own_words, search_entries
from knowledge.meaning import Meaning, Role, hashed
from knowledge.model import Model
from knowledge.normalise import Text
from knowledge.outlook import Glimpse, Outlook, features, trained_foresight
from knowledge.signatures import Alignment, Signature, align, make_signature
from knowledge.talk import OwnWords, is_talk, may_be_talk

SMALL_BASE = 200
"""Up to this many entries every one is a candidate; above, retrieval picks them."""
RETRIEVED = 40
_WHY_LONGEST = 90
_NEAR_ENOUGH = 0.5
_LIKELY = 0.3
_OWN_WORD_SHARE = 0.06
_OWN_WORD_TELLS = 2.5

MATCHED = "matched `{text}`"
ASKED = "asked much like “{text}”"
OTHER_PRODUCT = "another product: {name}"
OTHER_STATUS = "status {seen}, not {own}"
OTHER_CODE = "error code {seen}, not {own}"
SETTLED = "reads as settled"
LOOK_ALIKE = "close to what this entry does not answer"
WEAK = "nothing telling in common"


class Like(StrEnum):
    """What a text looks like: it decides which weights judge it."""

    ERROR = "error"
    QUESTION = "question"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Match:
    """One entry that may answer the text: ``score`` is a probability, ``why`` the reasons."""

    entry: Entry
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The candidates, best first; ``fingerprint`` stays where only ids, times and case differ."""

    ranked: tuple[Match, ...]
    like: Like
    fingerprint: str


class Matcher:
    """Matches redacted texts against one compiled base; safe to use from several threads."""

    def __init__(self, compiled: Compiled, model: Model, embed: Embed) -> None:
        self._compiled = compiled
        self._model = model
        self._embed = embed
        self._lock = threading.Lock()
        entries = compiled.entries
        self._signatures = _signatures(entries, model)
        self._statuses = _named(self._signatures, lambda signature: signature.statuses)
        self._codes = _named(self._signatures, lambda signature: signature.codes)
        self._own_messages = sum(
            phrase.role is Role.MESSAGE for phrase in compiled.examples.phrases
        )
        self._phrases = compiled.examples.phrases
        self._meaning = Meaning(compiled.examples, len(entries), model.background)
        self._products = Products(
            text for entry in entries for text in (entry.title, *entry.errors, *entry.asks)
        )
        self._own_name = _own_names(entries, model)
        self._own_words = OwnWords(entries, model.background)
        self._own_hosts = frozenset(
            host for entry in entries for error in entry.errors for host in Text(error).hosts
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of the base, by position."""
        return self._compiled.entries

    def match(self, raw: str) -> Matches:
        """Return the scored candidates of a text."""
        reading = self.read(Text(raw))
        return self.judge(reading)

    def outlook(self, raw: str) -> Outlook:
        """Tell, in well under a millisecond, what becomes of a text, where that is plain."""
        text = Text(raw)
        wish = self._wish(text)
        quiet = may_be_talk(text)
        if quiet and is_talk(text, self._own_words, wish):
            return Outlook.SILENT
        outlook = trained_foresight().outlook(features(self.glimpse(text, wish)))
        # What tells of a failure is matched even so: if no entry answers it, that is counted.
        return outlook if quiet or outlook is Outlook.ANSWER else Outlook.OPEN

    def glimpse(self, text: Text, wish: float) -> Glimpse:
        """Return what is read off a text without its meaning."""
        hosts = text.hosts
        return Glimpse(
            text=text,
            wish=wish,
            share=self._own_words.share_in(text),
            cues=read_cues(text, self._products),
            own_name=bool(self._own_name & text.word_set),
            own_host=bool(hosts & self._own_hosts),
            foreign_host=bool(hosts - self._own_hosts),
        )

    def _wish(self, text: Text) -> float:
        """Return the log-odds, by words alone, that the text wants an answer."""
        words = hashed(text.whole, self._model.background)
        return self._model.needs_answer_words.logit(words)

    def judge(self, reading: Reading) -> Matches:
        """Return the scored candidates of what was read off a text."""
        like = like_of(reading)
        if not reading.candidates:
            return Matches((), like, fingerprint(reading.text))
        weighed = rows(reading)
        judged = contenders(weighed)
        scores = self._model.probabilities(weighed[judged])
        best = np.argsort(-scores, kind="stable")[:3]
        ranked = tuple(
            self._match(reading, reading.candidates[judged[row]], float(scores[row]))
            for row in best
        )
        return Matches(ranked, like, fingerprint(reading.text))

    def read(self, text: Text) -> Reading:
        """Return everything that the model weighs about a text."""
        said = text.said
        vector = self._embed([said])[0]
        letters = hashed(text.whole, self._model.background)
        near = self._meaning.near(said, vector, letters)
        needs, needs_words = self._model.needs(vector, letters)
        candidates = self._candidates(text, near.fit)
        hosts = text.hosts
        return Reading(
            text=text,
            cues=read_cues(text, self._products),
            own_name=bool(self._own_name & text.word_set),
            own_host=bool(hosts & self._own_hosts),
            foreign_host=bool(hosts - self._own_hosts),
            needs_answer=needs,
            needs_answer_words=needs_words,
            candidates=candidates,
            alignments=self._align(text, candidates),
            statuses=self._statuses,
            codes=self._codes,
            near=near,
            own_messages=self._own_messages,
        )

    def _candidates(self, text: Text, fit: np.ndarray) -> Sequence[int]:
        """Return the positions worth scoring: all of a small base, else what retrieval finds."""
        count = len(self._compiled.entries)
        if count <= SMALL_BASE:
            return range(count)
        with self._lock:
            found = search_entries(self._compiled, text, self._model.background, RETRIEVED)
        by_meaning = np.argpartition(-fit, RETRIEVED // 2)[: RETRIEVED // 2]
        return sorted({*found, *map(int, by_meaning)})

    def _align(self, text: Text, candidates: Sequence[int]) -> dict[int, Alignment]:
        """Return the best alignment of each candidate that has any."""
        best: dict[int, Alignment] = {}
        for position in candidates:
            found = (align(one, text) for one in self._signatures[position])
            strongest = max(filter(None, found), key=lambda one: one.strength, default=None)
            if strongest:
                best[position] = strongest
        return best

    def _match(self, reading: Reading, position: int, score: float) -> Match:
        phrase = self._phrases[reading.near.nearest_phrase[position]].text
        why = explain(reading, position, phrase, score)
        return Match(self._compiled.entries[position], round(score, 4), why)


def _signatures(entries: Sequence[Entry], model: Model) -> list[tuple[Signature, ...]]:
    return [
        tuple(make_signature(error, model.background) for error in entry.errors)
        for entry in entries
    ]


def _named(
    signatures: Sequence[Sequence[Signature]], read: Callable[[Signature], frozenset[str]]
) -> dict[int, frozenset[str]]:
    """Return what the error strings of each entry name, by position."""
    return {
        position: frozenset[str]().union(*map(read, own)) for position, own in enumerate(signatures)
    }


def _own_names(entries: Sequence[Entry], model: Model) -> frozenset[str]:
    """Return the words that many entries share and that messages about other things hardly hold."""
    counts: dict[str, int] = {}
    for entry in entries:
        for word in set(own_words(entry)):
            counts[word] = counts.get(word, 0) + 1
    often = max(2.0, _OWN_WORD_SHARE * len(entries))
    return frozenset(
        word
        for word, count in counts.items()
        if count >= often and len(word) > 3 and model.background.weight(word) >= _OWN_WORD_TELLS
    )


def like_of(reading: Reading) -> Like:
    """Return what the text looks like."""
    if reading.best_strength >= ALIGNED or (reading.cues.failure and reading.text.code):
        return Like.ERROR
    return Like.QUESTION if reading.cues.asks else Like.OTHER


def explain(reading: Reading, position: int, phrase: str, score: float) -> tuple[str, ...]:
    """Return the reasons for and against one candidate, the telling one first."""
    found, near, cues = reading.alignments.get(position), reading.near, reading.cues
    why = []
    if found and found.strength >= ALIGNED:
        why.append(MATCHED.format(text=_shorten(found.signature.text)))
    if near.nearest[position] >= _NEAR_ENOUGH or (not why and score >= _LIKELY):
        why.append(ASKED.format(text=_shorten(phrase)))
    why = why or [WEAK]
    own = reading.statuses.get(position, frozenset())
    seen = reading.errors
    if own and seen and not own & seen:
        why.append(OTHER_STATUS.format(seen=min(seen), own=min(own)))
    codes, named = reading.codes.get(position, frozenset()), reading.text.codes
    if codes and named and not codes & named:
        why.append(OTHER_CODE.format(seen=min(named), own=min(codes)))
    return (*why, *_against(cues, near.look_alike[position] > near.nearest[position]))


def _against(cues: Cues, look_alike: bool) -> list[str]:
    against = [OTHER_PRODUCT.format(name=name) for name in cues.services[:1]]
    if cues.settled:
        against.append(SETTLED)
    if look_alike:
        against.append(LOOK_ALIKE)
    return against


def _shorten(text: str) -> str:
    one_line = " ".join(text.replace("`", "'").split())
    return one_line if len(one_line) <= _WHY_LONGEST else one_line[: _WHY_LONGEST - 1] + "…"


def fingerprint(text: Text) -> str:
    """Return 16 hex digits that stay the same when only ids, times, numbers and case vary."""
    kept = re.sub(r"\d+", "0", " ".join(text.words))[:600]
    return hashlib.sha256(kept.encode("utf-8", "replace")).hexdigest()[:16]
