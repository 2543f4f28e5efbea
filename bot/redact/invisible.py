"""Invisible characters inside a run of letters and digits, which would tear a secret in two."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from bot.redact.kinds import Hit

# Between ASCII only: elsewhere they join emoji, or turn the direction of writing.
INVISIBLE = re.compile(
    r"(?<=[A-Za-z0-9+/=_.-])[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]{1,64}+(?=[A-Za-z0-9+/=_.-])"
)


def with_gaps(hits: Sequence[Hit], gaps: Sequence[tuple[int, int]]) -> list[Hit]:
    """Move hits from a text without the gaps to where they are in the text that has them."""
    if not gaps:
        return list(hits)
    places, removed, left_out = [], [0], 0
    for start, end in gaps:
        places.append(start - left_out)
        left_out += end - start
        removed.append(left_out)
    return [
        Hit(
            hit.start + removed[bisect_right(places, hit.start)],
            hit.end + removed[bisect_left(places, hit.end)],
            hit.kind,
            hit.live,
        )
        for hit in hits
    ]
