"""The one way to GET an address that a user gave."""

from bot.guard.faults import FetchError, Refused
from bot.guard.limits import Limits
from bot.guard.visit import Answer, Guard

__all__ = ["Answer", "FetchError", "Guard", "Limits", "Refused"]
