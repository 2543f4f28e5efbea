"""Downloads text files that came with messages: from Slack's own hosts only, bounded."""

from urllib.parse import urlsplit

import httpx
import structlog
from slack_sdk.errors import SlackApiError

from bot.jobs import Attachment
from handlers.teams import Team, Teams
from handlers.text import storable

FILE_LIMIT = 256 * 1024
FILES_LIMIT = 3  # files of one message that are looked at
TIMEOUT = httpx.Timeout(10, connect=5)
SLACK_FILE_HOSTS = frozenset({"files.slack.com", "files-origin.slack.com"})
log = structlog.get_logger(__name__)


class SlackFiles:
    """Fetches attachments with the team's token, which goes to Slack's file hosts alone."""

    def __init__(self, teams: Teams, api_url: str) -> None:
        self._teams = teams
        api = urlsplit(api_url)
        # A double serves files on its own host; Slack's API host serves none.
        self._double = None if api.hostname == "slack.com" else (api.scheme, api.netloc)

    async def read(self, team: str, files: tuple[Attachment, ...]) -> str:
        """Return the text of those that are text, each on lines of its own."""
        bot = await self._teams.of(team)
        texts = [await self._text(bot, file) for file in files[:FILES_LIMIT]]
        return "".join(f"\n```\n{text}\n```" for text in texts if text)

    async def _text(self, bot: Team, file: Attachment) -> str:
        url = file.url or await self._address(bot, file.id)
        if not self._is_slack(url) or file.size > FILE_LIMIT:
            return ""
        try:
            return as_text(await self._download(bot, url))
        except httpx.HTTPError as error:
            log.warning("file_not_read", file=file.id, error=type(error).__name__)
            return ""

    async def _download(self, bot: Team, url: str) -> bytes:
        """Return at most one byte more than the limit; nothing unless the answer is 200."""
        headers = {"Authorization": f"Bearer {bot.web.token}"}
        data = bytearray()
        async with open_http() as http, http.stream("GET", url, headers=headers) as response:
            if response.status_code != httpx.codes.OK:
                return b""
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > FILE_LIMIT:
                    break
        return bytes(data[: FILE_LIMIT + 1])

    async def _address(self, bot: Team, file_id: str) -> str:
        """Look up a file that another workspace shared: its event holds no address."""
        try:
            answer = await bot.web.files_info(file=file_id)
        except SlackApiError as error:
            log.warning("file_not_found", file=file_id, error=error.response.get("error"))
            return ""
        file = answer.get("file") or {}
        return str(file.get("url_private_download") or "")

    def _is_slack(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        if self._double and (parts.scheme, parts.netloc) == self._double:
            return True
        return parts.scheme == "https" and parts.netloc in SLACK_FILE_HOSTS


def as_text(data: bytes) -> str:
    """Return the file as text; nothing if it is too large or no text."""
    if len(data) > FILE_LIMIT or b"\0" in data:
        return ""
    try:
        return storable(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return ""


def open_http() -> httpx.AsyncClient:
    """Return a client that follows nobody and believes no environment."""
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=TIMEOUT)
