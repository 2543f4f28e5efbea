"""What to tell somebody who showed a secret: its name and how to make it worthless."""

from collections.abc import Iterable

from bot.redact import Found
from bot.reply import Leak

_KEY = "create a new key in that service and delete this one"
_OTHER = Leak("what looks like a secret", "if it is one, replace it where it was made")

# kind, as redaction names it -> what people call it, and the way to rotate it
LEAKS: dict[str, Leak] = {
    "private_key": Leak("a private key", "make a new key pair and stop trusting this one"),
    "jwt": Leak("a JWT", "it works until it expires: sign the user out or rotate the signing key"),
    "bearer": Leak("a bearer token", "revoke it where it was issued and sign in again"),
    "basic_auth": Leak("a user name with its password", "change the password"),
    "url_credentials": Leak("an address with a password in it", "change that password"),
    "aws_key": Leak("an AWS access key", "deactivate and replace it in the IAM console"),
    "google_key": Leak("a Google API key", "replace it in the Google Cloud console"),
    "azure_key": Leak("an Azure key", "regenerate it in the Azure portal"),
    "slack_token": Leak("a Slack token", "revoke it under api.slack.com/apps and reinstall"),
    "github_token": Leak("a GitHub token", "delete it under github.com/settings/tokens"),
    "npm_token": Leak("an npm token", "revoke it with `npm token revoke`"),
    "other_token": Leak("an API token", _KEY),
    "anon_key": Leak("an Anon API key", "ask Anon for a new one and have this one revoked"),
    "ory_key": Leak("an Ory session or API key", "sign out of that session or revoke the key"),
    "named_secret": Leak("a value named as a secret", "replace it where it was made"),
    "cookie": Leak("a session cookie", "sign out of that session everywhere"),
    "jwk_private": Leak("the private half of a JWK", "make a new key and publish only public ones"),
    "onepassword_link": Leak("a 1Password share link", "end the share in 1Password"),
    "share_link": Leak("a private share link", "end the share where it was made"),
    "high_entropy": _OTHER,
}


def live_leaks(found: Iterable[Found]) -> tuple[Leak, ...]:
    """Return what is worth a warning: each kind once, in the order found."""
    kinds = dict.fromkeys(str(item.kind) for item in found if item.live)
    return tuple(LEAKS.get(kind, _OTHER) for kind in kinds)
