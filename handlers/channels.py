"""What the bot has to know of a channel: who else sees it, and what was said in a thread."""

from collections import OrderedDict
from collections.abc import Callable

from slack_sdk.errors import SlackApiError

from bot.errors import NotInstalledError, TryLaterError
from bot.records import Place
from handlers.calling import calling
from handlers.teams import Teams
from handlers.text import message_text

FRESH_SECONDS = 300
KEPT = 5_000
MESSAGES = 15  # of a thread; Slack gives no more to apps that are not in its marketplace
UNREADABLE = frozenset({"channel_not_found", "missing_scope", "not_in_channel", "thread_not_found"})


class SlackChannels:
    """Asks Slack; remembers for five minutes whether a channel is shared."""

    def __init__(self, teams: Teams, clock: Callable[[], float]) -> None:
        self._teams = teams
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()

    async def is_shared(self, team: str, channel: str) -> bool:
        """Tell whether other workspaces see the channel; so it is taken where it is not known."""
        seen, shared = self._known.get((team, channel), (0.0, True))
        if self._clock() - seen <= FRESH_SECONDS:
            return shared
        try:
            shared = await self._ask(team, channel)
        except (SlackApiError, TryLaterError, NotInstalledError):
            return True
        self._known[team, channel] = (self._clock(), shared)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return shared

    async def _ask(self, team: str, channel: str) -> bool:
        web = (await self._teams.of(team)).web
        with calling():
            answer = await web.conversations_info(channel=channel)
        found = answer.get("channel") or {}
        return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))

    async def thread_text(self, place: Place) -> str:
        """Return what people wrote in a thread, raw: to be redacted before anything else."""
        web = (await self._teams.of(place.team)).web
        with calling(UNREADABLE) as call:
            page = await web.conversations_replies(
                channel=place.channel, ts=place.root, limit=MESSAGES
            )
        if call.refused:
            return ""
        said = [one for one in page.get("messages") or () if not one.get("bot_id")]
        return "\n".join(message_text(one) for one in said)
