"""Vectors of the shipped example phrases, made by ``make model``, so that compiling is quick.

A phrase that is not among them (an entry that somebody added) is embedded when it is needed.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from knowledge.sentences import DIMENSIONS, Vectors, sentence_model

_FILE = "vectors.npz"
_STEPS = 127


def _key(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


@cache
def _remembered() -> tuple[dict[int, int], Vectors]:
    """Return key → row, and the rows; empty where the file is missing."""
    shipped = files("knowledge").joinpath(_FILE)
    if not shipped.is_file():
        return {}, np.zeros((0, DIMENSIONS), dtype=np.float32)
    with as_file(shipped) as path, np.load(path) as stored:
        keys, steps, scales = stored["keys"], stored["steps"], stored["scales"]
    rows = steps.astype(np.float32) * scales[:, None]
    return {int(key): row for row, key in enumerate(keys)}, rows


def embed(texts: Sequence[str]) -> Vectors:
    """Return one unit vector a text, in order; remembered ones cost nothing."""
    known, rows = _remembered()
    places = [known.get(_key(text)) for text in texts]
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    missing = [position for position, place in enumerate(places) if place is None]
    for position, place in enumerate(places):
        if place is not None:
            vectors[position] = rows[place]
    if missing:
        vectors[missing] = sentence_model().embed([texts[position] for position in missing])
    return vectors


def remember(
    path: Path, texts: Sequence[str], embed_all: Callable[[Sequence[str]], Vectors]
) -> None:
    """Write the vectors of the texts, a byte a number (the error of a product stays below 0.01)."""
    vectors = embed_all(texts)
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / _STEPS
    steps = np.round(vectors / scales[:, None]).astype(np.int8)
    keys = np.array([_key(text) for text in texts], dtype=np.uint64)
    np.savez_compressed(path, keys=keys, steps=steps, scales=scales.astype(np.float32))
