"""Whose certificates are believed."""

import ssl
from functools import cache
from pathlib import Path

import certifi

from bot.errors import ConfigError


@cache
def trust(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return the system's roots and certifi's (a slim image has none), and those of a PEM file."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError:  # ssl.SSLError too
            raise ConfigError(f"{ca_file} is not a readable PEM file of certificates") from None
    return context
