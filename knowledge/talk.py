"""Plain talk: short messages that certainly get no answer, found without the sentence model.

Matching costs about ten milliseconds, nearly all of them for the sentence's meaning. Most of what
is said in a channel ("thanks!", "lunch?", "deployed, looks good") is not worth them. Each rule
here is so narrow that no labelled message with an answer falls under it; what is left is matched.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from knowledge.cues import asks, names_failure
from knowledge.entry import Entry
from knowledge.normalise import Text, words
from knowledge.signatures import Background

LONGEST = 200
SHORT_WORDS = 4
NO_WISH = -1.0
"""Below these log-odds (by words alone) a text that asks nothing wants no answer."""
HALF = 0.5
_TELLS = 2.5
_LONG_WORD = re.compile(r"\S{30}")
_SHORTEST_WORD = 4
_POINTED = re.compile(r"\banon\b|\b[45]\d\ds?\b", re.IGNORECASE)  # at us, or at a status


class OwnWords:
    """The telling words of every title, error and question of a base."""

    def __init__(self, entries: Sequence[Entry], background: Background) -> None:
        self._background = background
        self._standing: dict[str, list[int]] = {}  # word → phrases
        self._weights: list[float] = []
        for entry in entries:
            for phrase in (entry.title, *entry.errors, *entry.asks):
                self._add({word for word in words(phrase) if self._tells(word)})

    def _tells(self, word: str) -> bool:
        return len(word) >= _SHORTEST_WORD and self._background.weight(word) >= _TELLS

    def _add(self, telling: set[str]) -> None:
        for word in telling:
            self._standing.setdefault(word, []).append(len(self._weights))
        self._weights.append(self._background.information(telling))

    def share_in(self, text: Text) -> float:
        """Return how much of the phrase that the text shares most with stands in it (0 to 1)."""
        common: dict[int, float] = defaultdict(float)
        for word in text.word_set & self._standing.keys():
            for phrase in self._standing[word]:
                common[phrase] += self._background.weight(word)
        return max((hit / self._weights[phrase] for phrase, hit in common.items()), default=0.0)


def may_be_talk(text: Text) -> bool:
    """Tell whether it is worth looking closer: not long, no error, no code, address or id."""
    named = names_failure(text) or text.code or text.hosts or _POINTED.search(text.raw)
    return len(text.raw) < LONGEST and not (named or _LONG_WORD.search(text.raw))


def is_talk(text: Text, own: OwnWords, wish: float) -> bool:
    """Tell whether a text is certainly talk; ``wish`` are the log-odds that it wants an answer."""
    share = own.share_in(text)
    if share >= HALF:
        return False
    if wish < NO_WISH and not asks(text):
        return True
    short = len(text.words) <= SHORT_WORDS and "?" not in text.prose
    return not share and (short or wish < 0)
