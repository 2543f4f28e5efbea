"""The failures whose text is written for the person who sees them."""


class UserError(Exception):
    """Something the person can act on: its text is shown as it is, so it never holds a secret."""


class ConfigError(UserError):
    """Settings that cannot work: the command line ends with exit code 2."""


class UnavailableError(UserError):
    """Slack, Anon or the database cannot be reached now: the command line ends with exit code 3."""
