"""Who and what the local workspace holds on its first day."""

from dataclasses import dataclass, field

TEAM_ID = "T0ACME"
TEAM_NAME = "Acme"
GUEST_TEAM_ID = "T0GLOBEX"
GUEST_TEAM_NAME = "Globex"
APP_ID = "A0ANON"
BOT_ID = "B0ANON"
BOT_USER = "U0ANON"
BOT_NAME = "anon"
SLACKBOT = "USLACKBOT"
GROUP_ID = "S0SUPPORT"
GROUP_HANDLE = "support-staff"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; ``team`` differs for a guest over Slack Connect."""

    id: str
    name: str
    real_name: str
    color: str
    role: str
    team: str = TEAM_ID
    is_bot: bool = False

    @property
    def is_stranger(self) -> bool:
        """Whether this is a member of another workspace."""
        return self.team != TEAM_ID


@dataclass(slots=True)
class Channel:
    """A channel, or the direct messages of one person with the bot (``is_im``)."""

    id: str
    name: str
    mode: str
    members: set[str] = field(default_factory=set)
    is_im: bool = False
    is_private: bool = False
    is_ext_shared: bool = False
    topic: str = ""

    @property
    def type(self) -> str:
        """``channel_type`` of Slack's events."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"


PEOPLE = (
    Person("U0ANA", "ana", "Ana Ruiz", "#2d7d9a", "asks"),
    Person("U0BO", "bo", "Bo Lindqvist", "#9a5b2d", "stands by"),
    Person("U0SAM", "sam", "Sam Okafor", "#5b2d9a", "staff"),
    Person("U0EVE", "eve", "Eve Moreau", "#2d9a5b", "guest, Slack Connect", GUEST_TEAM_ID),
    Person("U0TESS", "tess", "Tess Adler", "#7d9a2d", "staff"),
)
BOT = Person(BOT_USER, BOT_NAME, "Anon", "#1f2430", "bot", is_bot=True)
SLACKBOT_PERSON = Person(SLACKBOT, "slackbot", "Slackbot", "#777777", "Slack itself", is_bot=True)


def channels() -> list[Channel]:
    """Return the channels as they are at the start, fresh objects each time."""
    everyone = {person.id for person in PEOPLE}
    locals_ = {person.id for person in PEOPLE if not person.is_stranger}
    return [
        Channel(
            "C0SUPPORT",
            "support",
            "auto",
            everyone | {BOT_USER},
            is_ext_shared=True,
            topic="Help with the Anon integration. Shared with Globex.",
        ),
        Channel("C0GENERAL", "general", "mention", locals_ | {BOT_USER}, topic="Everything else"),
        Channel(
            "C0STAFF",
            "staff",
            "staff",
            {"U0SAM", "U0TESS", BOT_USER},
            is_private=True,
            topic="Support staff only",
        ),
        *(
            Channel(f"D0{person.name.upper()}", f"dm:{person.name}", "im", {person.id}, is_im=True)
            for person in PEOPLE
        ),
    ]
