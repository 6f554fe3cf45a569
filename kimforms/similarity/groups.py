"""Puts reports together that belong together: average linkage, the closest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .judgements import Judgements
from .report import Id

ENOUGH = 0.35
"""Two groups are joined while their reports are, on average, at least so alike."""


def linked(ids: Sequence[Id], alike: NDArray[np.floating], judgements: Judgements) -> list[tuple[list[Id], float]]:
    """Groups of ids with the mean likeness of their pairs; reports judged different never meet in one."""
    sums = alike.astype("f8").copy()
    at = {id: row for row, id in enumerate(ids)}
    for id, row in at.items():
        for other in judgements.similar_to(id):
            if other in at:
                sums[row, at[other]] = 1.0
        for other in judgements.different_from(id):
            if other in at:
                sums[row, at[other]] = -1e9
    np.fill_diagonal(sums, -np.inf)
    members: dict[int, list[int]] = {row: [row] for row in range(len(ids))}
    inside = dict.fromkeys(members, 0.0)
    sizes = np.ones(len(ids))
    means = sums.copy()
    while len(members) > 1:
        best = int(np.argmax(means))
        one, other = divmod(best, len(ids))
        if means[one, other] < ENOUGH:
            break
        inside[one] += inside.pop(other) + sums[one, other]
        members[one] += members.pop(other)
        sizes[one] += sizes[other]
        sums[one] += sums[other]
        sums[:, one] = sums[one]
        sums[other] = sums[:, other] = -np.inf
        sums[one, one] = -np.inf
        means = sums / np.outer(sizes, sizes)
    return [
        ([ids[row] for row in sorted(rows)], inside[root] / max(len(rows) * (len(rows) - 1) / 2, 1))
        for root, rows in members.items()
    ]
