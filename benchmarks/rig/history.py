"""The checker: what the workspace shows afterwards, against what was said in it."""

from collections import Counter
from dataclasses import dataclass, field

from bot.playground.cast import BOT_USER
from bot.playground.double import SlackDouble


@dataclass
class History:
    """What was said, by ts with its channel; a message of the bot in its thread is a reply."""

    double: SlackDouble
    needed: dict[str, str] = field(default_factory=dict)
    idle: dict[str, str] = field(default_factory=dict)

    def replies(self) -> Counter[str]:
        """Count the bot's messages in each thread."""
        channels = {*self.needed.values(), *self.idle.values()}
        return Counter(
            message.thread_ts
            for channel in channels
            for message in self.double.workspace.messages.get(channel, {}).values()
            if message.user == BOT_USER and message.thread_ts and not message.ephemeral_to
        )

    def waiting(self) -> int:
        """Count the messages that still have no reply."""
        replies = self.replies()
        return sum(not replies[ts] for ts in self.needed)

    def verdict(self) -> "Verdict":
        """Return what is wrong with the history."""
        replies = self.replies()
        return Verdict(
            len(self.needed) + len(self.idle),
            len(self.needed),
            [ts for ts in self.needed if not replies[ts]],
            [ts for ts in self.needed if replies[ts] > 1],
            [ts for ts in self.idle if replies[ts]],
        )


@dataclass(frozen=True)
class Verdict:
    """Every event that needs a reply has exactly one, and no other has any, if it is good."""

    events: int
    needed: int
    lost: list[str]
    doubled: list[str]
    unasked: list[str]

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unasked)
