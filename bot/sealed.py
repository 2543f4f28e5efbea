"""Sealed inputs: tokens and addresses with secrets, in memory only, for some minutes.

They are in no argument, step result, log or row. A restart forgets them.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.diagnosis import Inputs, Planned

KEEP_SECONDS = 900
KEPT = 2_000


@dataclass(slots=True)
class _Held:
    until: float
    inputs: Inputs = field(default_factory=Inputs, repr=False)
    planned: tuple[Planned, ...] = field(default=(), repr=False)


class Sealed:
    """Holds what a message hid, by the message's id, and what a run needs, by the run's."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._held: OrderedDict[str, _Held] = OrderedDict()

    def keep(self, key: str, inputs: Inputs) -> None:
        """Hold what a message hid, together with what is held for it."""
        if inputs.tokens or any(one.shown != one.value for one in inputs.urls):
            self._put(key, _joined(self.inputs(key), inputs), ())

    def join(self, first: str, later: str) -> None:
        """Hold what a later piece of a message hid for its first piece too."""
        if first != later and (inputs := self.inputs(later)):
            self.keep(first, inputs)

    def inputs(self, key: str) -> Inputs | None:
        """Return what a message hid."""
        held = self._get(key)
        return held.inputs if held else None

    def keep_run(self, key: str, planned: tuple[Planned, ...]) -> None:
        """Hold what a run needs."""
        self._put(key, Inputs(), planned)

    def planned(self, key: str, place: int) -> Planned | None:
        """Return the check of a run that stands there, if it is still held."""
        held = self._get(key)
        return held.planned[place] if held and place < len(held.planned) else None

    def forget(self, key: str) -> None:
        """Hold it no longer."""
        self._held.pop(key, None)

    def _get(self, key: str) -> _Held | None:
        held = self._held.get(key)
        return held if held and held.until > self._clock() else None

    def _put(self, key: str, inputs: Inputs, planned: tuple[Planned, ...]) -> None:
        now = self._clock()
        while self._held and (
            len(self._held) >= KEPT or next(iter(self._held.values())).until <= now
        ):
            self._held.popitem(last=False)
        self._held.pop(key, None)
        self._held[key] = _Held(now + KEEP_SECONDS, inputs, planned)


def _joined(held: Inputs | None, more: Inputs) -> Inputs:
    if held is None:
        return more
    return replace(
        held,
        tokens=tuple(dict.fromkeys([*held.tokens, *more.tokens])),
        urls=tuple(dict.fromkeys([*held.urls, *more.urls])),
    )
