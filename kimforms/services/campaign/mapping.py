"""Which column of a list holds what: guessed from the headings, corrected on screen. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ..refusals import InputRefused

PARTS: Mapping[str, tuple[str, str]] = {
    "company": ("Organisation oder Zusatz vor dem Namen", "Organisation or line above the name"),
    "title": ("Titel", "Title"),
    "first_name": ("Vorname", "First name"),
    "last_name": ("Nachname", "Last name"),
    "name": ("Ganzer Name", "Whole name"),
    "care_of": ("Zusatz, etwa c/o", "Addition such as c/o"),
    "addition": ("Weiterer Zusatz", "Further addition"),
    "street": ("Straße (mit oder ohne Hausnummer)", "Street (with or without number)"),
    "number": ("Hausnummer", "House number"),
    "postcode": ("Postleitzahl", "Postcode"),
    "town": ("Ort", "Town"),
    "country": ("Land", "Country"),
}
"""What a column may hold, in German and English; in the order of the address field."""
NEEDED = ("street", "postcode", "town")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "company": ("firma", "organisation", "company", "institution"),
    "title": ("titel", "title", "akademischergrad", "grad"),
    "first_name": ("vorname", "vornamen", "rufname", "firstname", "givenname"),
    "last_name": ("nachname", "familienname", "zuname", "lastname", "surname", "famname"),
    "name": (
        "name",
        "vollername",
        "namegesamt",
        "empfanger",
        "empfaenger",
        "fullname",
        "vorundnachname",
        "vornamename",
    ),
    "care_of": ("zusatz", "adresszusatz", "co", "adresszusatz1", "zusatz1", "anschriftzusatz", "addition"),
    "addition": ("zusatz2", "adresszusatz2", "ortsteil", "stadtteil", "wohnungsnummer"),
    "street": (
        "strasse",
        "str",
        "street",
        "strassehausnummer",
        "strassehnr",
        "anschrift",
        "strassenname",
        "strasseundhausnummer",
    ),
    "number": ("hausnummer", "hausnr", "hnr", "nr", "housenumber"),
    "postcode": ("plz", "postleitzahl", "postcode", "zip", "zipcode"),
    "town": ("ort", "wohnort", "stadt", "town", "city", "gemeinde"),
    "country": ("land", "country", "staat"),
}


def plain(text: str) -> str:
    """Letters and digits only, without accents, ``ß`` as ``ss``: for comparing headings."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]", "", folded)


def has_heading(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row looks like headings: two of its cells are known words."""
    known = {word for words in _WORDS.values() for word in words}
    return bool(rows) and sum(plain(cell) in known for cell in rows[0]) >= 2


def guess(headings: Sequence[str]) -> dict[str, int]:
    """The column of each part that a heading names; each column once, the first one wins."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        word = plain(heading)
        for part, words in _WORDS.items():
            if word in words and part not in found:
                found[part] = place
                break
    if "name" in found and "first_name" in found and "last_name" not in found:
        found["last_name"] = found.pop("name")  # "Vorname" beside "Name"
    return found


def checked(columns: Mapping[str, int], width: int) -> dict[str, int]:
    """A mapping that can be used. Raises InputRefused by part: missing, unknown, or one column for two parts."""
    errors: dict[str, str] = {}
    used: dict[int, str] = {}
    for part, place in columns.items():
        if part not in PARTS or not 0 <= place < width:
            errors[part] = "Diese Spalte gibt es nicht."
        elif place in used:
            errors[part] = f"Diese Spalte ist schon für „{PARTS[used[place]][0]}“ gewählt."
        else:
            used[place] = part
    for part in NEEDED:
        if part not in columns:
            errors.setdefault(part, "Wählen Sie die Spalte aus.")
    if "name" not in columns and "last_name" not in columns:
        errors.setdefault("last_name", "Wählen Sie die Spalte mit dem Nachnamen oder mit dem ganzen Namen aus.")
    if "name" in columns and ("last_name" in columns or "first_name" in columns):
        errors.setdefault("name", "Wählen Sie entweder den ganzen Namen oder Vor- und Nachnamen.")
    if errors:
        raise InputRefused(errors, "Bitte ordnen Sie die Spalten zu.")
    return dict(columns)
