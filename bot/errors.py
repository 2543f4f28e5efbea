"""The failures whose text is written for the person who sees them, and the one that passes."""


class UserError(Exception):
    """Something the person can act on: its text is shown as it is, so it never holds a secret."""


class ConfigError(UserError):
    """Settings that cannot work: the command line ends with exit code 2."""


class UnavailableError(UserError):
    """Slack, Anon or the database cannot be reached now: the command line ends with exit code 3."""


class NotInstalledError(UserError):
    """The bot is not in that workspace, or no more: work for it is void."""

    def __init__(self) -> None:
        super().__init__("I am no longer installed in that workspace.")


class TryLaterError(Exception):
    """Slack limits or is away: the same call may work after ``seconds``.

    ``done`` None: it is not known whether the call had its effect all the same.
    """

    def __init__(self, seconds: float | None = None, *, done: bool | None = None) -> None:
        super().__init__(f"try again in {seconds} s" if seconds else "try again")
        self.seconds = seconds
        self.done = done
