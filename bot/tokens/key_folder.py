"""The example keys on disk, in ``DATA_DIR/keys``.

``ring.json`` lists them with their public halves; a key that signs has a file with its private
half besides. A change is made under a lock and counts once ``ring.json`` is replaced.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from pathlib import Path

from bot.checks.strict_json import NotJsonError, strict_json
from bot.errors import ConfigError
from bot.tokens.files import (
    locked,
    make_private_folder,
    read_private,
    refuse_shared,
    write_private,
)
from bot.tokens.ring import Held, Ring, dump_ring, load_ring
from bot.tokens.signing_key import SigningKey, UnusableKeyError, private_jwk, signing_key

MOST_BYTES = 1024 * 1024
VANISHED = (
    "The file of the key {kid} is gone ({path}). Restore it, or go on with another key: "
    "anon-support keys rotate {kid}"
)
UNUSABLE = "{path} holds no key that can sign: {why}. Go on with another: anon-support keys rotate"
Stamp = tuple[int, int, int, int]


class KeyFolder:
    """Reads and changes the folder; several processes may do so at once."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._clock = clock
        self._seen: tuple[Stamp | None, Ring] = (None, Ring())
        self._loaded: dict[str, tuple[Stamp | None, SigningKey]] = {}

    @property
    def _list(self) -> Path:
        return self.folder / "ring.json"

    def ring(self) -> Ring:
        """Return the keys as they are now; read again only after a change."""
        stamp = _stamp(self._list)
        if stamp is None or stamp != self._seen[0]:
            ring = load_ring(read_private(self._list, MOST_BYTES), self._list)
            self._seen = (stamp, ring)
        return self._seen[1]

    def add(self, keys: Sequence[SigningKey]) -> Ring:
        """Keep keys, of which the last is the newest; all of them or none."""
        with self._changing() as ring:
            now = self._clock()
            longer = reduce(lambda grown, key: grown.with_key(key, now), keys, ring)
            return self._commit(longer, keys)

    def rotate(self, kid: str, make: Callable[[Held], SigningKey]) -> SigningKey:
        """Let a new key sign in place of one, whose public half is served while it is needed.

        ``make`` returns the new key, given what the old one is.
        """
        with self._changing() as ring:
            old = ring.chosen(kid)
            key = make(old)
            now = self._clock()
            self._commit(ring.without(old.kid, now).with_key(key, now), [key])
            self._drop(old)
            return key

    def retire(self, kid: str, *, at_once: bool = False) -> Held:
        """Let a key sign no more, and delete its private half; return what it was."""
        with self._changing() as ring:
            old = ring.chosen(kid)
            self._commit(ring.without(old.kid, self._clock(), at_once=at_once), [])
            self._drop(old)
            return old

    def signer(self, kid: str, exp: int) -> SigningKey:
        """Return the key of this name, served from now on at least until ``exp``."""
        held = self.ring().chosen(kid)
        if held.last_exp >= exp and (self.folder / held.file).exists():
            return self._private(held)
        with self._changing() as ring:
            held = ring.chosen(kid)
            key = self._private(held)
            self._commit(ring.promised(held.kid, exp), [])
            return key

    @contextmanager
    def _changing(self) -> Iterator[Ring]:
        make_private_folder(self.folder)
        with locked(self.folder / ".lock"):
            yield self.ring()

    def _commit(self, ring: Ring, keys: Sequence[SigningKey]) -> Ring:
        """Write private halves first: until the list names them, they are nothing."""
        new = {key.kid: key for key in keys}
        written = [(held, new[held.kid]) for held in ring.keys if held.kid in new]
        for held, key in written:
            content = json.dumps(private_jwk(key), indent=1).encode()
            write_private(self.folder / held.file, content)
        try:
            write_private(self._list, dump_ring(ring))
        except ConfigError:
            for held, _ in written:
                self._drop(held)
            raise
        return ring

    def _drop(self, held: Held) -> None:
        self._loaded.pop(held.file, None)
        with suppress(OSError):
            (self.folder / held.file).unlink(missing_ok=True)

    def _private(self, held: Held) -> SigningKey:
        """Return the private half, which its file must still hold."""
        path = self.folder / held.file
        stamp = _stamp(path)
        known = self._loaded.get(held.file)
        if stamp is None or known is None or known[0] != stamp:
            self._loaded[held.file] = known = (stamp, _read_key(path, held))
        return known[1]


def _read_key(path: Path, held: Held) -> SigningKey:
    refuse_shared(path.parent, _mode(path.parent), "700")
    raw = read_private(path, MOST_BYTES)
    if raw is None:
        raise ConfigError(VANISHED.format(kid=held.kid, path=path))
    try:
        jwk = strict_json(raw)
        key = signing_key(jwk if isinstance(jwk, dict) else {})
    except NotJsonError:
        raise ConfigError(UNUSABLE.format(path=path, why="it is not JSON")) from None
    except UnusableKeyError as error:
        raise ConfigError(UNUSABLE.format(path=path, why=error)) from None
    if (key.kid, key.alg) != (held.kid, held.public["alg"]):
        raise ConfigError(UNUSABLE.format(path=path, why="it is another one"))
    return key


def _stamp(path: Path) -> Stamp | None:
    """Return what differs once a file was written, replaced or opened to others."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_ino, seen.st_size, seen.st_mode


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0
