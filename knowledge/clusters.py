"""Groups texts that quote the same words, whatever stands around them: one error, many pastes.

The first text of a group leads it. Another joins when it has enough runs of three words in common
with the leader, and names no other HTTP status or error code. What comes out depends on the texts
and their order alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from knowledge.normalise import Text

MOST_WORDS = 150  # of a text, from its beginning
TEMPLATE_LIMIT = 200  # characters
RUN = 3
SHARED_RUNS = 3  # five words in a row, for example
SHARED_PART = 0.7  # of the shorter text's runs: then fewer do
_TELLING = 5  # letters from which a word tells something, unless it only asks
# Longer words with which people ask, whatever it is about.
_WORDS_OF_ASKING = """
about after again anybody anyone before could deploy error errors everyone exactly failing getting
hello issue knows maybe morning other please possible problem question really seeing should since
somebody someone something still thanks their there these thing think those today trying using
weird where which while whole working would yesterday
"""
_ASKING = frozenset(_WORDS_OF_ASKING.split())
_WORD = re.compile(r"[^\W\d_]+|\d+")
_NUMBER = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
Run = str  # words with a space between: hundreds of thousands of tuples would be slow


@dataclass(frozen=True)
class Quoted:
    """A text as runs of words: numbers are alike unless they are HTTP statuses."""

    raw: str

    @cached_property
    def text(self) -> Text:
        """The text in the matcher's forms."""
        return Text(self.raw)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each word stands in the clean text."""
        found = _WORD.finditer(self.text.clean)
        return [match.span() for match, _ in zip(found, range(MOST_WORDS), strict=False)]

    @cached_property
    def words(self) -> list[str]:
        """The words, lower case."""
        return [self._word(self.text.clean[start:end].lower()) for start, end in self.spans]

    def _word(self, word: str) -> str:
        return "0" if word.isdecimal() and word not in self.text.statuses else word

    @cached_property
    def in_order(self) -> list[Run]:
        """The runs by the place of their first word; of a shorter text all of it."""
        count = max(1, len(self.words) - RUN + 1)
        return [" ".join(self.words[first : first + RUN]) for first in range(count)]

    @cached_property
    def runs(self) -> frozenset[Run]:
        """The runs that tell something."""
        return frozenset(run for run in self.in_order if _tells(run))

    @cached_property
    def names(self) -> frozenset[str]:
        """The HTTP statuses and error codes."""
        return self.text.statuses | self.text.codes


def _tells(run: Run) -> bool:
    return any(map(_word_tells, run.split()))


def _word_tells(word: str) -> bool:
    if word.isdecimal():
        return word != "0"  # a status
    return len(word) >= _TELLING and word not in _ASKING


@dataclass
class Cluster:
    """Texts that quote the same; ``members`` are their places, the leader's first."""

    leader: Quoted
    members: list[int]
    shared: Counter[Run] = field(default_factory=Counter)

    def admits(self, one: Quoted, shared: int) -> bool:
        """Tell whether a text with so many of the leader's runs belongs here."""
        fewest = SHARED_PART * min(len(one.runs), len(self.leader.runs))
        if shared < min(SHARED_RUNS, fewest):
            return False
        return not (self.leader.names and one.names and self.leader.names.isdisjoint(one.names))

    @property
    def template(self) -> str:
        """The leader's longest stretch that most of the others quote; empty for one alone."""
        most = max(1.0, (len(self.members) - 1) / 2)
        runs = enumerate(self.leader.in_order)
        kept = [place for place, run in runs if self.shared[run] >= most]
        stretches = groupby(enumerate(kept), key=lambda pair: pair[1] - pair[0])
        longest = max((list(group) for _, group in stretches), key=len, default=[])
        if not longest:
            return ""
        last = min(longest[-1][1] + RUN, len(self.leader.spans)) - 1
        start, end = self.leader.spans[longest[0][1]][0], self.leader.spans[last][1]
        return _shown(self.leader, self.leader.text.clean[start:end])


def _shown(leader: Quoted, words: str) -> str:
    def number(match: re.Match[str]) -> str:
        return match[0] if match[0] in leader.text.statuses else "…"

    return _SPACES.sub(" ", _NUMBER.sub(number, words))[:TEMPLATE_LIMIT]


def cluster(texts: Sequence[str]) -> list[Cluster]:
    """Return the groups in the order of their leaders; every text is in one."""
    clusters: list[Cluster] = []
    holding: defaultdict[Run, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        one = Quoted(text)
        if (joined := _best(one, clusters, holding)) is None:
            for run in one.runs:
                holding[run].append(len(clusters))
            clusters.append(Cluster(one, [place]))
        else:
            joined.members.append(place)
            joined.shared.update({*one.in_order} & {*joined.leader.in_order})
    return clusters


def _best(
    one: Quoted, clusters: Sequence[Cluster], holding: defaultdict[Run, list[int]]
) -> Cluster | None:
    """Return the group that the text shares most with, the earliest of equals."""
    shared = Counter(number for run in one.runs for number in holding.get(run, ()))
    fitting = [
        (-count, number) for number, count in shared.items() if clusters[number].admits(one, count)
    ]
    return clusters[min(fitting)[1]] if fitting else None
