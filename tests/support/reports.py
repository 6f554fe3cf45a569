"""A complete report as people enter it, step by step, for tests of pages and services."""

from __future__ import annotations

from typing import Any

STEPS: dict[str, dict[str, Any]] = {
    "a": {
        "melder_art": "mbe",
        "organisation": "Caritas-Beratung am Markt",
        "dienstort": "siegburg",
        "rueckfragen": "nein",
    },
    "b": {
        "kommunen": ["siegburg", "troisdorf"],
        "haeufigkeit": "regelmaessig",
        "fallzahl": "3-5",
        "bereits_gemeldet": "nein",
    },
    "c": {
        "handlungsfeld": "uebergreifend",
        "rechtskreise": ["sgb2"],
        "rechtskreiswechsel": "nein",
        "stellen": ["jobcenter"],
        "huerdenart": ["dauer"],
    },
    "d": {"titel": "Lange Wartezeit auf Termine", "situation": "Familien warten mehrere Monate auf einen Termin."},
    "e": {},
    "f": {"dringlichkeit": "mittel", "rueckmeldung": "stand", "anonym_bestaetigt": "ja", "datenschutz_gelesen": "ja"},
}
CONTACT = {
    "rueckfragen": "ja",
    "melder_name": "Miriam Musterfrau",
    "melder_email": "m.musterfrau@beratung.example",
    "melder_telefon": "02241 998877",
}


def whole(**changes: Any) -> dict[str, Any]:
    """All steps in one, as raw input; ``changes`` replace answers, None leaves one out."""
    raw: dict[str, Any] = {}
    for step in STEPS.values():
        raw |= step
    return {name: value for name, value in (raw | changes).items() if value is not None}
