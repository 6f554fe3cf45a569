"""The columns of an index: who holds which word, how strongly. Numbers in arrays, not objects, so that they stay small."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MOST_RARE = math.log(1000)
"""A word in one report of a thousand is as rare as words get, so that scores mean the same in small and large counties."""


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
        return min(math.log1p((total - held + 0.5) / (held + 0.5)), MOST_RARE) / MOST_RARE

    def sums(self, wanted: Mapping[str, float], slots: int) -> Floats:
        """For each slot the sum of weight times wanted weight over the keys that it holds."""
        held = [key for key in wanted if key in self._slots]
        if not held:
            return np.zeros(slots, dtype="f4")
        # arrays are copied: a view would keep them from growing
        places = np.concatenate([np.array(self._slots[key], dtype=np.intp) for key in held])
        weights = np.concatenate([np.array(self._weights[key], dtype="f4") * np.float32(wanted[key]) for key in held])
        return np.bincount(places, weights=weights, minlength=slots).astype("f4")

    def __contains__(self, key: str) -> bool:
        return key in self._slots

    @property
    def nbytes(self) -> int:
        return sum(8 * len(slots) + 400 for slots in self._slots.values())


class Kin:
    """Which keys are spelt alike: shares of three-letter pieces. Finds typing errors and compounds nobody could cut."""

    ALIKE = 0.5
    """So much has to be shared (Dice)."""
    SHORTEST = 5

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._keys: list[str] = []
        self._sizes = array("f")
        self._holders: dict[str, array[int]] = {}
        self._kin: dict[str, dict[str, float]] = {}

    def add(self, key: str) -> None:
        if len(key) < self.SHORTEST or key in self._number:
            return
        kin = self._search(key)
        for other, alike in kin.items():
            self._kin.setdefault(other, {})[key] = alike
        if kin:
            self._kin[key] = kin
        number = self._number[key] = len(self._keys)
        self._keys.append(key)
        pieces = _pieces(key)
        self._sizes.append(len(pieces))
        for piece in pieces:
            self._holders.setdefault(piece, array("i")).append(number)

    def of(self, key: str) -> Mapping[str, float]:
        """Keys spelt like this one, which may be unknown, with how alike they are."""
        if key in self._number:
            return self._kin.get(key, {})
        return self._search(key) if len(key) >= self.SHORTEST else {}

    def _search(self, key: str) -> dict[str, float]:
        pieces = _pieces(key)
        found = [np.array(self._holders[piece], dtype=np.intp) for piece in pieces if piece in self._holders]
        if not found:
            return {}
        numbers, shared = np.unique(np.concatenate(found), return_counts=True)
        enough = shared * 2 >= self.ALIKE * len(pieces)
        numbers, shared = numbers[enough], shared[enough]
        sizes = np.array(self._sizes, dtype="f4")[numbers]
        alike = 2 * shared / (sizes + len(pieces))
        return {
            self._keys[number]: round(float(value), 3)
            for number, value in zip(numbers, alike, strict=True)
            if value >= self.ALIKE
        }

    @property
    def nbytes(self) -> int:
        pairs = sum(len(kin) for kin in self._kin.values())
        return 200 * len(self._keys) + sum(4 * len(one) + 160 for one in self._holders.values()) + 110 * pairs


def _pieces(key: str) -> set[str]:
    framed = f"^{key}$"
    return {framed[at : at + 3] for at in range(len(framed) - 2)}
