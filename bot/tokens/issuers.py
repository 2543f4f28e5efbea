"""Issuers that belong to somebody: an example token never claims to come from one of them."""

import re
from urllib.parse import unquote

# Identity providers, and Anon itself; everything below each of these names is theirs too.
_NAMES = """
    accounts.google.com securetoken.google.com googleapis.com google.com
    auth0.com okta.com oktapreview.com okta-emea.com okta-gov.com oktacdn.com
    amazonaws.com amazonaws.com.cn amazoncognito.com amazon.com
    login.microsoftonline.com login.microsoftonline.us microsoftonline.com microsoft.com
    sts.windows.net windows.net login.live.com live.com b2clogin.com ciamlogin.com
    clerk.com clerk.dev clerk.accounts.dev stytch.com anon.com appleid.apple.com apple.com
    facebook.com github.com githubusercontent.com gitlab.com slack.com linkedin.com
    onelogin.com pingone.com pingone.eu pingone.asia pingidentity.com duosecurity.com
    supabase.co supabase.com firebase.google.com descope.com workos.com kinde.com logto.app
    fusionauth.io frontegg.com propelauth.com propelauthtest.com hanko.io ory.sh ory.com
    oryapis.com zitadel.cloud asgardeo.io jumpcloud.com salesforce.com force.com yahoo.com
    paypal.com discord.com twitch.tv line.me kakao.com x.com twitter.com
"""
PROVIDERS = frozenset(_NAMES.split())
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?=/)")


def provider_of(issuer: str) -> str:
    """Return the provider whose issuer this is, or would be taken for; nothing if it is free."""
    for host in _hosts(issuer):
        labels = host.split(".")
        for start in range(len(labels)):
            if (name := ".".join(labels[start:])) in PROVIDERS:
                return name
    return ""


def _hosts(issuer: str) -> list[str]:
    """Return what the laxest reader could see as the host."""
    text = unquote(issuer).strip().casefold().replace("\\", "/")
    authority = re.split(r"[/?#]", _SCHEME.sub("", text).lstrip("/"), maxsplit=1)[0]
    return [part.strip(". ") for part in re.split(r"[:@]", authority)]
