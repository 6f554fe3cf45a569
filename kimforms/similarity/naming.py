"""Names a group of reports in words that its members use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .analysis import PIECE, SPELT_OUT, Analysis, Term
from .reasons_found import better
from .words import key_of

MOST = 3
HOLLOW = frozenset(key_of(one) for one in ("Monat", "Woche", "Tag", "Jahr", "Euro", "Ende"))
"""Words of time and amount: a group is called so only where its members share nothing else."""
ENDING = 2
"""So many letters of inflection may follow the last piece of a compound."""


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
    whole = [term.shown for one in members for term in one.terms if term.source > PIECE]
    pieces = {term.shown for term, _count in words if term.source == PIECE}
    names = [_whole(name, whole) if name in pieces else name for name in names]
    found: list[str] = []
    for name in [one for one in names if key_of(one) not in HOLLOW] or names:
        if len(found) < MOST and not any(
            name.lower() in kept.lower() or kept.lower() in name.lower() for kept in found
        ):
            found.append(name)
    return tuple(found)


def _whole(piece: str, words: Sequence[str]) -> str:
    """The shortest word of the members that holds a piece of a compound; the piece where it ends one.

    What ends a German compound is a word, what begins one need not be: ``Fahr`` in ``Fahrkarte``.
    """
    low = piece.lower()
    holding = [one for one in words if low in one.lower()]
    if any(0 < one.lower().rfind(low) >= len(one) - len(low) - ENDING for one in holding):
        return piece
    return min(holding, key=lambda one: (one[:1].islower(), len(one), one), default=piece)


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
