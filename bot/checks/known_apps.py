"""Ids of apps that Anon's public pages and examples name (anon-api.md section 5.2)."""

from rapidfuzz import fuzz, process

# Any other id may be a custom integration of the customer's own.
KNOWN_APPS = frozenset(
    {"amazon", "delta", "facebook", "github", "google", "instacart", "instagram", "linkedin"}
    | {"netflix", "opentable", "paypal", "resy", "twitter", "uber", "united_airlines"}
)
_NEAR = 75  # of 100


def closest_app(app: str) -> str | None:
    """Return the known app that an unknown id probably means, or None."""
    name = app.strip().casefold().replace("-", "_").replace(" ", "_")
    for end in (".com", "_com"):
        name = name.removesuffix(end)
    name = name.removeprefix("www.")
    if name in KNOWN_APPS:
        return name
    found = process.extractOne(name[:64], sorted(KNOWN_APPS), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return found[0] if found else None
