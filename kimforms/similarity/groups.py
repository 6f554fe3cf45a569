"""Puts reports together that belong together: average linkage, the closest first."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from .judgements import Judgements
from .report import Id

Edges = list[dict[int, float]]
"""For each report the likeness to others, both ways; what is missing counts as nothing."""
ENOUGH = 0.30
"""Two groups are joined while their reports are, on average, at least so alike."""


def linked(ids: Sequence[Id], edges: Edges, judgements: Judgements) -> list[tuple[list[Id], float]]:
    """Groups of at least two ids, each with how well it stands out; reports judged different never meet in one."""
    joining = _Joining(edges)
    at = {id: row for row, id in enumerate(ids)}
    for id, row in at.items():
        joining.apart[row] = {at[other] for other in judgements.different_from(id) if other in at}
        for other in judgements.similar_to(id):
            if other in at:
                joining.sums[row][at[other]] = 1.0
    for id, row in at.items():
        for other in sorted(at[one] for one in judgements.similar_to(id) if one in at):
            joining.join(joining.home(row), joining.home(other))
    joining.run()
    return [
        ([ids[row] for row in sorted(rows)], _standing_out(rows, edges))
        for rows in joining.members.values()
        if len(rows) > 1
    ]


def _standing_out(rows: Sequence[int], edges: Edges) -> float:
    """From 0 to 1: how much better the member that fits worst fits in than the nearest report outside would.

    A mean over all pairs would praise two near reports with a stranger. Of the orders that were compared on parts of the
    labelled reports this one put most true groups in front (docs/similarity.md).
    """
    inside, outside = dict.fromkeys(rows, 0.0), dict[int, float]()
    for row in rows:
        for other, alike in edges[row].items():
            if other in inside:
                inside[other] += alike / (len(rows) - 1)
            else:
                outside[other] = outside.get(other, 0.0) + alike / len(rows)
    return min(max((1 + min(inside.values()) - max(outside.values(), default=0.0)) / 2, 0.0), 1.0)


class _Joining:
    def __init__(self, edges: Edges) -> None:
        self.sums = [dict(row) for row in edges]
        self.members = {row: [row] for row in range(len(edges))}
        self.apart: dict[int, set[int]] = {}
        self._home = list(range(len(edges)))

    def home(self, row: int) -> int:
        while self._home[row] != row:
            row = self._home[row]
        return row

    def run(self) -> None:
        heap = [
            (-self._alike(one, other), one, other)
            for one in self.members
            for other in self.sums[one]
            if one < other and self._alike(one, other) >= ENOUGH
        ]
        heapify(heap)
        while heap:
            alike, one, other = heappop(heap)
            if one not in self.members or other not in self.members or -alike != self._alike(one, other):
                continue
            if self.join(one, other):
                for third in self.sums[one]:
                    now = self._alike(one, third)
                    if now >= ENOUGH:
                        heappush(heap, (-now, min(one, third), max(one, third)))

    def join(self, one: int, other: int) -> bool:
        """Joins two groups, the second into the first; refuses what would bring together what was judged different."""
        if one == other or self.apart[one] & set(self.members[other]):
            return False
        self.sums[one].pop(other, None)
        self.sums[other].pop(one, None)
        for third, alike in self.sums[other].items():
            self.sums[third].pop(other, None)
            self.sums[third][one] = self.sums[one][third] = self.sums[one].get(third, 0.0) + alike
        self.sums[other] = {}
        self.members[one] += self.members.pop(other)
        self.apart[one] |= self.apart[other]
        self._home[other] = one
        return True

    def _alike(self, one: int, other: int) -> float:
        return self.sums[one].get(other, 0.0) / (len(self.members[one]) * len(self.members[other]))
