"""What a report became: self-contained, small, and storable as bytes."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

_MAGIC = b"KSA2"


SPELT_OUT, PIECE, WORD, SURE_WORD = range(4)
"""Where a term comes from, the weakest first: what an abbreviation stands for, a piece of a compound, a word whose
capital may only be due to its place in the sentence, a word."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a report: `key` under which inflections meet, `weight` (how much the report is about it), how a person
    reads it, and where it comes from (`SPELT_OUT` to `SURE_WORD`)."""

    key: str
    weight: float
    shown: str
    source: int = SURE_WORD


@dataclass(frozen=True, slots=True)
class Analysis:
    """`vector` holds numbers of 16 bits, little-endian; empty without an encoder."""

    version: str
    terms: tuple[Term, ...] = ()
    concepts: tuple[Term, ...] = ()
    field_of_action: str | None = None
    legal_areas: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    vector: bytes = b""

    def to_bytes(self) -> bytes:
        content = {
            "v": self.version,
            "t": [[one.key, one.weight, one.shown, one.source] for one in self.terms],
            "c": [[one.key, one.weight, one.shown, one.source] for one in self.concepts],
            "f": self.field_of_action,
            "l": self.legal_areas,
            "o": self.offices,
            "e": base64.b64encode(self.vector).decode(),
        }
        return _MAGIC + zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Analysis:
        """Raises `ValueError` for bytes that `to_bytes` did not write or that were damaged since."""
        if not data.startswith(_MAGIC):
            raise ValueError("no analysis")
        try:
            return cls._read(json.loads(zlib.decompress(data[len(_MAGIC) :])))
        except (zlib.error, UnicodeDecodeError, KeyError, TypeError, ValueError) as broken:
            raise ValueError("damaged analysis") from broken

    @classmethod
    def _read(cls, content: dict[str, Any]) -> Analysis:
        return cls(
            version=_text(content["v"]),
            terms=tuple(_term(one) for one in content["t"]),
            concepts=tuple(_term(one) for one in content["c"]),
            field_of_action=None if content["f"] is None else _text(content["f"]),
            legal_areas=tuple(_text(one) for one in content["l"]),
            offices=tuple(_text(one) for one in content["o"]),
            vector=base64.b64decode(content["e"], validate=True),
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _term(row: list[Any]) -> Term:
    key, weight, shown, source = row
    if source not in (SPELT_OUT, PIECE, WORD, SURE_WORD):
        raise ValueError(source)
    return Term(_text(key), float(weight), _text(shown), int(source))
