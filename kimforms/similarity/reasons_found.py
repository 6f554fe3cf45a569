"""Finds why two reports are alike; only what is true of both is named."""

from __future__ import annotations

from collections.abc import Callable

from .analysis import PIECE, SPELT_OUT, SURE_WORD, Analysis, Term
from .reasons import Reasons
from .words import fold

MOST = 5
NEAR = 0.25
"""Meanings nearer than this are worth a word where nothing else is shared."""
TOO_COMMON = 0.2
LEAST_LETTERS = 3


def reasons_for(
    one: Analysis,
    other: Analysis,
    *,
    rarity: Callable[[str], float],
    rarity_of_concept: Callable[[str], float],
    meaning: float,
    judged: bool,
) -> Reasons:
    terms = common_terms(one, other, rarity)
    concepts = _common_concepts(one, other, rarity_of_concept, terms)
    return Reasons(
        terms=terms,
        concepts=concepts,
        same_field=one.field_of_action is not None and one.field_of_action == other.field_of_action,
        legal_areas=tuple(area for area in one.legal_areas if area in other.legal_areas),
        offices=tuple(office for office in one.offices if office in other.offices),
        meaning=meaning >= NEAR and not terms and not concepts,
        judged=judged,
    )


def common_terms(one: Analysis, other: Analysis, rarity: Callable[[str], float]) -> tuple[str, ...]:
    """Words that both reports hold, in some inflection, as a piece of a compound or as an abbreviation; best first."""
    theirs = {term.key: term for term in other.terms}
    pairs = [(term, theirs[term.key]) for term in one.terms if term.key in theirs]
    pairs = [pair for pair in pairs if max(pair[0].source, pair[1].source) > SPELT_OUT and _look_alike(*pair)]
    pairs.sort(key=lambda pair: (-_worth(pair[0], pair[1], rarity), pair[0].key))
    found: list[str] = []
    for mine, yours in pairs:
        shown = better(mine, yours).shown
        if len(shown) < LEAST_LETTERS and not shown.isupper():
            continue
        if rarity(mine.key) < TOO_COMMON and found:
            continue
        if not any(_inside(shown, kept) for kept in found):
            found = [kept for kept in found if not _inside(kept, shown)] + [shown]
    return tuple(found[:MOST])


def _worth(one: Term, other: Term, rarity: Callable[[str], float]) -> float:
    whole = 0.6 if min(one.source, other.source) <= PIECE else 1.0
    noun = 1.0 if better(one, other).shown[:1].isupper() else 0.7
    both = one.weight * other.weight  # first, so that rounding is the same whichever report comes first
    return rarity(one.key) ** 2 * both * whole * noun


def _look_alike(one: Term, other: Term) -> bool:
    """Whether a reader would see one word in two forms. Keys may meet by chance: `geräumt` (cleared) and `Räume`."""
    mine, yours = _plain(one.shown), _plain(other.shown)
    if mine[:3] == yours[:3] or SPELT_OUT in (one.source, other.source):
        return True
    return any(mine[at : at + 5] in yours for at in range(len(mine) - 4))


def _plain(shown: str) -> str:
    return fold(shown).replace("ae", "a").replace("oe", "o").replace("ue", "u").replace(" ", "")


def better(one: Term, other: Term) -> Term:
    """The one a reader would rather see: a word rather than a piece, with a capital that is beyond doubt, short."""
    return min(
        (one, other),
        key=lambda term: (
            term.source <= PIECE,
            term.source != SURE_WORD,
            term.shown.isupper() and len(term.shown) > 6,
            len(term.shown),
            term.shown,
        ),
    )


def _inside(short: str, long: str) -> bool:
    return short.lower() in long.lower()


def _common_concepts(
    one: Analysis, other: Analysis, rarity: Callable[[str], float], terms: tuple[str, ...]
) -> tuple[str, ...]:
    """What different words mean alike: `Hotline – Warteschleife`."""
    theirs = {term.key: term for term in other.concepts}
    common = sorted(
        (term for term in one.concepts if term.key in theirs), key=lambda term: (-rarity(term.key), term.key)
    )
    said = {term.lower() for term in terms}
    found: dict[frozenset[str], str] = {}
    for mine in common:
        yours = theirs[mine.key]
        words = frozenset((mine.shown.lower(), yours.shown.lower()))
        # one word in two inflections is a common term already
        if len(words) == 2 and not words & said and mine.shown[:4].lower() != yours.shown[:4].lower():
            found.setdefault(words, f"{mine.shown} – {yours.shown}")
    return tuple(found.values())[:MOST]
