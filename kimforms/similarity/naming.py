"""Names a group of reports in words that its members use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .analysis import PIECE, SPELT_OUT, Analysis, Term
from .reasons_found import better

MOST = 3


def name_of(members: Sequence[Analysis], rarity: Callable[[str], float]) -> tuple[str, ...]:
    """Words that several members share and other reports do not, nouns first; concepts where they share no word."""
    words = _shared([analysis.terms for analysis in members])
    concepts = _shared([analysis.concepts for analysis in members])
    ranked = sorted(
        ((_worth(term, count, len(members), rarity(term.key)), term.shown) for term, count in words if _speaks(term)),
        key=lambda one: (-one[0], one[1]),
    )
    names = [shown for worth, shown in ranked if worth > 0]
    names += [term.shown for term, count in sorted(concepts, key=lambda one: (-one[1], one[0].shown)) if _speaks(term)]
    found: list[str] = []
    for name in names:
        if len(found) < MOST and not any(
            name.lower() in kept.lower() or kept.lower() in name.lower() for kept in found
        ):
            found.append(name)
    return tuple(found)


def _shared(lists: Sequence[Sequence[Term]]) -> list[tuple[Term, int]]:
    counted: dict[str, tuple[Term, int]] = {}
    for terms in lists:
        for term in terms:
            before = counted.get(term.key)
            counted[term.key] = (better(before[0], term), before[1] + 1) if before else (term, 1)
    return [(term, count) for term, count in counted.values() if count > 1]


def _worth(term: Term, count: int, members: int, rarity: float) -> float:
    return (
        count / members * rarity * (0.8 if term.source == PIECE else 1.0) * (1.0 if term.shown[:1].isupper() else 0.4)
    )


def _speaks(term: Term) -> bool:
    return term.source > SPELT_OUT and (len(term.shown) > 3 or term.shown[:1].isupper())
