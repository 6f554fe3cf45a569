"""Remembered verdicts of the coordination: "ähnlich" or "nicht ähnlich". They win over the computation."""

from __future__ import annotations

from collections.abc import Iterable

from .report import Id


class Judgements:
    """Verdicts on pairs, in either order. A pair judged both ways counts as different: the caller keeps the last one."""

    def __init__(self, similar: Iterable[tuple[Id, Id]] = (), different: Iterable[tuple[Id, Id]] = ()) -> None:
        self._different = _both_ways(different)
        self._similar = {one: others - self._different.get(one, set()) for one, others in _both_ways(similar).items()}

    def similar_to(self, one: Id) -> frozenset[Id]:
        return frozenset(self._similar.get(one, ()))

    def different_from(self, one: Id) -> frozenset[Id]:
        return frozenset(self._different.get(one, ()))

    def __bool__(self) -> bool:
        return bool(self._similar or self._different)


def _both_ways(pairs: Iterable[tuple[Id, Id]]) -> dict[Id, set[Id]]:
    found: dict[Id, set[Id]] = {}
    for one, other in pairs:
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found
