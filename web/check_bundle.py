"""Says whether the page's bundle belongs to the sources in web/. Needs neither Node nor packages."""

import hashlib
import json
import re
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent
STATIC = WEB.parent / "bot" / "playground" / "static"
TOP = (".npmrc", "build.mjs", "package-lock.json", "package.json", "tsconfig.json")
STALE = "the page's bundle is stale: run make web"

# What a browser would fetch by itself; a link to click, a name space or a text is none of these.
FETCHED = {
    ".html": (
        r"<(?:script|img|iframe|audio|video|source|embed)\b[^>]*\bsrc\s*=\s*[\"']?\s*(?:https?:)?//",
        r"<link\b[^>]*\bhref\s*=\s*[\"']?\s*(?:https?:)?//",
    ),
    ".css": (
        r"url\(\s*[\"']?\s*(?:https?:)?//",
        r"@import\s+(?:url\()?\s*[\"']?\s*(?:https?:)?//",
    ),
    ".js": (
        r"\bimport\s*\(?\s*[\"'`](?:https?:)?//",
        r"\bfrom\s*[\"'`](?:https?:)?//",
        r"\b(?:fetch|importScripts|Worker|EventSource|WebSocket)\(\s*[\"'`](?:https?:|wss?:)?//",
        r"\bsrc\s*[:=]\s*[\"'`](?:https?:)?//",
    ),
    ".svg": (r"<(?:image|use)\b[^>]*href\s*=\s*[\"']\s*(?:https?:)?//",),
}


def sha256(content: bytes) -> str:
    """Return the hexadecimal digest."""
    return hashlib.sha256(content).hexdigest()


def sources_hash() -> str:
    """Return the hash over names and contents of the sources, as build.mjs computes it."""
    inside = [path.relative_to(WEB).as_posix() for path in (WEB / "src").rglob("*") if path.is_file()]
    lines = [f"{name}\0{sha256((WEB / name).read_bytes())}\n" for name in sorted([*TOP, *inside])]
    return sha256("".join(lines).encode())


def problems() -> list[str]:
    """Return what is wrong with the bundle, one line each."""
    try:
        bundle = json.loads((STATIC / "bundle.json").read_text(encoding="utf-8"))
        built = {name: sha256((STATIC / name).read_bytes()) for name in bundle["files"]}
        current = bundle["sources"] == sources_hash()
    except (OSError, ValueError, KeyError):
        return [STALE]
    if not current or built != bundle["files"]:
        return [STALE]
    return [*external_fetches(), *strangers(set(built)), *lock_addresses()]


def external_fetches() -> list[str]:
    """Return the files of the bundle that would make a browser fetch from elsewhere."""
    found = []
    for path in sorted(STATIC.iterdir()):
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in FETCHED.get(path.suffix, ()):
            match = re.search(pattern, text, re.IGNORECASE)
            if match:
                found.append(f"{path.name} would fetch from elsewhere: {match[0]!r}")
    return found


def strangers(built: set[str]) -> list[str]:
    """Return the files beside the bundle that the build did not write."""
    names = {path.name for path in STATIC.iterdir()} - built - {"bundle.json"}
    return [f"bot/playground/static/{name} is not from the build: run make web" for name in sorted(names)]


def lock_addresses() -> list[str]:
    """Return a line when the lock file names the registry that it was made with."""
    lock = (WEB / "package-lock.json").read_text(encoding="utf-8")
    return ['web/package-lock.json holds "resolved" addresses: remove them'] if '"resolved"' in lock else []


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    found = problems()
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
