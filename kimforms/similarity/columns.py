"""The columns of an index: who holds which word, how strongly. Numbers in arrays, not objects, so that they stay small."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MOST_RARE = math.log(1000)
"""A word in one report of a thousand is as rare as words get, so that scores mean the same in small and large counties."""

UNSEEN = 20
"""So many reports without the word are thought to stand behind those that are there: the first ones are no measure yet."""


class Column:
    """A growing array of rows: doubles when full, so that adding costs next to nothing on average."""

    def __init__(self, width: int) -> None:
        self._rows: Floats = np.zeros((16, width), dtype="f4")
        self.size = 0

    def append(self, row: Floats) -> None:
        if self.size == len(self._rows):
            grown = np.zeros((2 * len(self._rows), self._rows.shape[1]), dtype="f4")
            grown[: self.size] = self._rows
            self._rows = grown
        self._rows[self.size] = row
        self.size += 1

    def rows(self) -> Floats:
        return self._rows[: self.size]

    @property
    def width(self) -> int:
        return int(self._rows.shape[1])

    @property
    def nbytes(self) -> int:
        return self._rows.nbytes


class Postings:
    """For each key the slots that hold it, with weights, and how many of these slots are alive."""

    def __init__(self) -> None:
        self._slots: dict[str, array[int]] = {}
        self._weights: dict[str, array[float]] = {}
        self._alive: dict[str, int] = {}

    def add(self, slot: int, weights: Mapping[str, float]) -> list[str]:
        """Returns the keys that were never seen before."""
        fresh = []
        for key, weight in weights.items():
            if key not in self._slots:
                self._slots[key], self._weights[key] = array("i"), array("f")
                fresh.append(key)
            self._slots[key].append(slot)
            self._weights[key].append(weight)
            self._alive[key] = self._alive.get(key, 0) + 1
        return fresh

    def count(self, keys: Iterable[str]) -> None:
        """Counts a living slot without saying which."""
        for key in keys:
            self._alive[key] = self._alive.get(key, 0) + 1

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._alive[key] -= 1

    def rarity(self, key: str, total: int) -> float:
        """From 0 (all reports hold it) to 1: the logarithm that BM25 takes, cut off at `MOST_RARE`."""
        held = self._alive.get(key, 0)
        return min(math.log1p((total + UNSEEN - held + 0.5) / (held + 0.5)), MOST_RARE) / MOST_RARE

    def sums(self, wanted: Mapping[str, float], slots: int) -> Floats:
        """For each slot the sum of weight times wanted weight over the keys that it holds."""
        held = [key for key in wanted if key in self._slots]
        if not held:
            return np.zeros(slots, dtype="f4")
        # arrays are copied: a view would keep them from growing
        places = np.concatenate([np.array(self._slots[key], dtype=np.intp) for key in held])
        weights = np.concatenate([np.array(self._weights[key], dtype="f4") * np.float32(wanted[key]) for key in held])
        return np.bincount(places, weights=weights, minlength=slots).astype("f4")

    def holds(self, key: str) -> bool:
        """Whether a living slot holds the key."""
        return self._alive.get(key, 0) > 0

    @property
    def nbytes(self) -> int:
        return sum(8 * len(slots) + 380 for slots in self._slots.values())


class Kin:
    """Which keys are spelt alike: shares of three-letter pieces. Finds typing errors and compounds nobody could cut."""

    ALIKE = 0.5
    """So much has to be shared (Dice)."""
    SHORTEST = 5
    MOST = 20

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._sizes = array("f")
        self._holders: dict[str, array[int]] = {}

    def add(self, key: str) -> None:
        """A key that was not added before."""
        if len(key) < self.SHORTEST:
            return
        pieces = _pieces(key)
        for piece in pieces:
            self._holders.setdefault(piece, array("i")).append(len(self._keys))
        self._keys.append(key)
        self._sizes.append(len(pieces))

    def of(self, key: str, alive: Callable[[str], bool]) -> dict[str, float]:
        """The living keys spelt most like this one, itself left out, with how alike they are."""
        pieces = _pieces(key) if len(key) >= self.SHORTEST else set()
        found = [np.array(self._holders[piece], dtype=np.intp) for piece in pieces if piece in self._holders]
        if not found:
            return {}
        shared = np.bincount(np.concatenate(found))
        numbers = np.flatnonzero(shared * (2 / self.ALIKE) >= len(pieces) + 1)
        sizes = np.array(self._sizes, dtype="f4")[numbers]
        alike = np.round(2 * shared[numbers] / (sizes + len(pieces)), 3)
        near = [
            (-float(value), self._keys[number])
            for number, value in zip(numbers[alike >= self.ALIKE], alike[alike >= self.ALIKE], strict=True)
            if self._keys[number] != key and alive(self._keys[number])
        ]
        return {other: -value for value, other in nsmallest(self.MOST, near)}

    @property
    def nbytes(self) -> int:
        return 80 * len(self._keys) + sum(4 * len(one) + 160 for one in self._holders.values())


def _pieces(key: str) -> set[str]:
    framed = f"^{key}$"
    return {framed[at : at + 3] for at in range(len(framed) - 2)}
