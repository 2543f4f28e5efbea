"""Who may have an example token in Slack, and the answer for that one person."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.errors import ConfigError, TryLaterError, UserError
from bot.jobs import Heard
from bot.minting import MOST_AN_HOUR, NEVER_PROD, By, Minter
from bot.records import Person, Place
from bot.reply import EVERYBODY, MintAnswer, Notice, Said
from bot.tokens.minting import Minted
from bot.tokens.ring import NO_KEY
from bot.tokens.spoken import wanted_from
from bot.tokens.wanted import Wanted
from bot.unwrap import unwrap
from bot.verbs import parse_verb

TOKEN_LIMIT = 2_500  # characters: it stands in a text of 3,000, in a command around it
SHOWN_TO = 10  # Slack shows a button to at most so many named people
NOT_LISTED = (
    "You may not mint here: example tokens are for the people and channels that whoever runs me "
    "has listed (MINT_USERS, MINT_CHANNELS)."
)
DELETED = "You may not mint: this account is deactivated."
BOT = "Only people may mint, not apps."
STRANGER = "You may not mint: you are a member of another workspace, and I mint for this one alone."
GUEST = "You may not mint: guests cannot have example tokens."
TOO_LONG = "That token is too long for Slack. Leave claims out, or use anon-support mint."
UNUSABLE = "My example keys cannot be used now. Whoever runs me finds the reason in the log."
BUSY = "Slack does not answer me now, so I minted nothing. Ask again in a minute."
NOT_SHOWN = "I cannot show a token here so that only you see it. Use /anon mint."
KEYS = "{keys}\nJWKS URL: {url}{local}"
KEY = "• `{kid}` ({alg}){state}"
RETIRED = ": signs no more, is served while its tokens live"
LOCAL = " (a local address: Anon cannot reach it until PUBLIC_URL is set)"
log = structlog.get_logger(__name__)


class People(Protocol):
    """Knows people, and shows them something; its Slack side is handlers/messenger.py."""

    async def person(self, team: str, user: str) -> Person:
        """Return what kind of member somebody is; raise UserError if Slack does not say."""

    async def whisper_only(
        self, place: Place, user: str, said: Said, *, in_thread: bool = True
    ) -> bool:
        """Show to one person alone, where nothing stays; False where Slack cannot."""

    async def whisper(self, place: Place, user: str, said: Said, *, in_thread: bool = True) -> None:
        """Show to one person alone, by direct message if need be."""


@dataclass(frozen=True)
class Mints:
    """Judges who wants a token, and mints it. Tokens never enter durable work or the store."""

    minter: Minter
    people: People

    async def admit(self, by: By) -> None:
        """Raise UserError, with the reason, unless this person may mint here now."""
        settings = self.minter.settings
        if settings.anon_default_env == "prod":
            raise UserError(NEVER_PROD)
        if by.who not in settings.mint_users and by.place not in settings.mint_channels:
            raise UserError(NOT_LISTED)
        if not self._signs():
            raise UserError(NO_KEY)
        if reason := _refusal(await self.people.person(by.team, by.who), by.team):
            raise UserError(reason)

    async def mint(self, wanted: Wanted, by: By) -> MintAnswer:
        """Return the token for who may have it; else UserError says why not."""
        await self.admit(by)
        try:
            minted = await self.minter.mint(wanted, by, MOST_AN_HOUR)
        except ConfigError as error:  # it names files, which is for whoever runs the bot
            log.warning("example_keys_unusable", reason=str(error))
            raise UserError(UNUSABLE) from None
        if len(minted.token) > TOKEN_LIMIT:
            raise UserError(TOO_LONG)
        return self._answer(minted)

    async def answer(self, wanted: Wanted, by: By) -> MintAnswer | Notice:
        """Return the token, or why there is none."""
        try:
            return await self.mint(wanted, by)
        except UserError as error:
            return Notice(str(error))

    async def mint_as_said(self, text: str, by: By) -> MintAnswer:
        """Mint what the words after the verb ask for; they are read as they were typed."""
        return await self.mint(wanted_from(parse_verb(unwrap(text)).rest), by)

    async def whisper(self, heard: Heard, text: str) -> None:
        """Answer a mention or a direct message, to its author alone."""
        by = By(heard.place.team, heard.user, heard.place.channel)
        said: Said
        try:
            said = await self.mint_as_said(text, by)
        except UserError as error:
            said = Notice(str(error))
        except TryLaterError:
            said = Notice(BUSY)
        if not await self.people.whisper_only(
            heard.place, heard.user, said, in_thread=heard.in_thread
        ):
            notice = said if isinstance(said, Notice) else Notice(NOT_SHOWN)
            await self.people.whisper(heard.place, heard.user, notice)

    def keys(self) -> Notice:
        """Say which keys there are and where their public halves are served."""
        settings = self.minter.settings
        try:
            served = self.minter.keys.ring().served(self.minter.clock())
        except ConfigError as error:
            log.warning("example_keys_unusable", reason=str(error))
            return Notice(UNUSABLE)
        if not served:
            return Notice(NO_KEY)
        lines = [
            KEY.format(kid=held.kid, alg=held.public["alg"], state=RETIRED if held.retired else "")
            for held in reversed(served)
        ]
        local = "" if settings.public_url else LOCAL
        return Notice(KEYS.format(keys="\n".join(lines), url=settings.jwks_url, local=local))

    def offered_to(self) -> tuple[str, ...]:
        """Return who is shown a button that mints; whoever presses it is judged all the same."""
        settings = self.minter.settings
        if settings.anon_default_env == "prod" or not self._signs():
            return ()
        if settings.mint_channels or len(settings.mint_users) > SHOWN_TO:
            return EVERYBODY
        return settings.mint_users

    def _signs(self) -> bool:
        try:
            return bool(self.minter.keys.ring().signing())
        except ConfigError:
            return False

    def _answer(self, minted: Minted) -> MintAnswer:
        settings, said = self.minter.settings, minted.draft
        return MintAnswer(
            token=minted.token,
            header=said.header,
            claims=said.claims,
            ttl=said.ttl,
            finding=said.fault.finding if said.fault else "",
            jwks_url=settings.jwks_url,
            is_local=not settings.public_url,
        )


def _refusal(person: Person, team: str) -> str:
    """Return why this person may never mint, nothing if they may."""
    if person.deleted:
        return DELETED
    if person.bot:
        return BOT
    if person.stranger or person.team != team:
        return STRANGER
    return GUEST if person.guest else ""
