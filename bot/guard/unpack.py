"""Bodies, taken piece by piece within limits, unpacked where they are gzip."""

import zlib

from bot.guard.faults import FetchError

_GZIP = frozenset({"gzip", "x-gzip"})
_PLAIN = frozenset({"", "identity"})
_GZIP_WINDOW = 31  # zlib: a gzip header, the largest window


class Body:
    """Collects a body; raises FetchError as soon as a limit is passed or the packing is broken."""

    def __init__(self, encoding: str, *, most: int, most_unpacked: int) -> None:
        encoding = encoding.strip().lower()
        if encoding not in _GZIP | _PLAIN:
            raise FetchError("bad_content_encoding")
        self._gzip = encoding in _GZIP
        self._unzip = zlib.decompressobj(_GZIP_WINDOW)
        self._left = most
        self._begun = False
        self._most_unpacked = most_unpacked
        self._got = bytearray()

    def take(self, piece: bytes) -> None:
        """Add a piece as it came over the wire."""
        self._left -= len(piece)
        self._begun = True
        if self._left < 0:
            raise FetchError("body_too_large")
        if self._gzip:
            self._unpack(piece)
        else:
            self._got += piece

    def whole(self) -> bytes:
        """Return the body once all of it came."""
        if self._gzip and self._begun and not self._unzip.eof:
            raise FetchError("bad_content_encoding")
        return bytes(self._got)

    def part(self) -> bytes:
        """Return what there is of it."""
        return bytes(self._got)

    def _unpack(self, piece: bytes) -> None:
        """Unpack member by member (RFC 1952 section 2.2), never far beyond the limit."""
        while piece:
            if self._unzip.eof:
                self._unzip = zlib.decompressobj(_GZIP_WINDOW)
            room = self._most_unpacked - len(self._got)
            try:
                self._got += self._unzip.decompress(piece, room + 1)
            except zlib.error:
                raise FetchError("bad_content_encoding") from None
            if len(self._got) > self._most_unpacked:
                raise FetchError("decompressed_too_large")
            piece = self._unzip.unconsumed_tail or self._unzip.unused_data
