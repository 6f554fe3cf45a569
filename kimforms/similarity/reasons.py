"""Why two reports were found alike: as data, and in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reasons:
    """Each entry is true of both reports. `terms` and `concepts` best first and at most five, in readers' words."""

    terms: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    same_field: bool = False
    legal_areas: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    meaning: bool = False
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """How the profile calls legal areas and offices; what is missing is shown as its key."""

    legal_areas: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)


_WORDS = {
    "de": {
        "judged": "als ähnlich bestätigt",
        "terms": "gemeinsame Begriffe: {}",
        "concepts": "verwandte Begriffe: {}",
        "office": "dieselbe Stelle: {}",
        "offices": "dieselben Stellen: {}",
        "area": "derselbe Rechtskreis: {}",
        "areas": "dieselben Rechtskreise: {}",
        "field": "dasselbe Handlungsfeld",
        "meaning": "ähnliche Bedeutung",
        "none": "geringe Übereinstimmung",
    },
    "en": {
        "judged": "confirmed as similar",
        "terms": "common terms: {}",
        "concepts": "related terms: {}",
        "office": "same office: {}",
        "offices": "same offices: {}",
        "area": "same legal area: {}",
        "areas": "same legal areas: {}",
        "field": "same field of action",
        "meaning": "similar meaning",
        "none": "little in common",
    },
}


def in_words(reasons: Reasons, names: Names | None = None, language: str = "de") -> str:
    """One line for people; other languages than German and English are answered in German."""
    words, names = _WORDS.get(language, _WORDS["de"]), names or Names()
    areas = [names.legal_areas.get(one, one) for one in reasons.legal_areas]
    offices = [names.offices.get(one, one) for one in reasons.offices]
    parts = [
        words["judged"] if reasons.judged else "",
        words["terms"].format(", ".join(reasons.terms)) if reasons.terms else "",
        words["concepts"].format(", ".join(reasons.concepts)) if reasons.concepts else "",
        words["offices" if len(offices) > 1 else "office"].format(", ".join(offices)) if offices else "",
        words["areas" if len(areas) > 1 else "area"].format(", ".join(areas)) if areas else "",
        words["field"] if reasons.same_field else "",
        words["meaning"] if reasons.meaning else "",
    ]
    return "; ".join(part for part in parts if part) or words["none"]
