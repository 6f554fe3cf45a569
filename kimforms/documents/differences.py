"""Visible differences of two versions of a text: blocks are matched, and within a changed block words are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["same", "inserted", "deleted"]


@dataclass(frozen=True)
class Part:
    """A stretch of text that stayed, came or went; a template shows it plain, as `ins` or as `del`."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class BlockDifference:
    """One block (paragraph) of the newer or older version with its parts in reading order."""

    kind: Literal["same", "changed", "inserted", "deleted"]
    parts: tuple[Part, ...]

    @property
    def old(self) -> str:
        """The block as it was."""
        return "".join(part.text for part in self.parts if part.kind != "inserted")

    @property
    def new(self) -> str:
        """The block as it is."""
        return "".join(part.text for part in self.parts if part.kind != "deleted")


def differences(old: Sequence[str], new: Sequence[str]) -> tuple[BlockDifference, ...]:
    """The blocks of both versions in reading order. All `.old` of them make the older version, all `.new` the newer."""
    raise NotImplementedError


def in_words(block: BlockDifference, language: str = "de") -> str:
    """What changed in a block as one sentence, for people who hear the page; empty when nothing did."""
    raise NotImplementedError


def summary(blocks: Sequence[BlockDifference], language: str = "de") -> str:
    """How much changed, as a sentence: `2 Absätze geändert, 1 Absatz neu.`"""
    raise NotImplementedError
