"""What an entry of the directory may say about languages and fields of advice, in German and English.

Languages are ISO 639 codes; their names come from the CLDR data in Babel, but for those that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale

from ...engine.text import pick

LANGUAGES = (
    "de", "en", "am", "ar", "az", "bg", "bn", "bs", "ckb", "el", "es", "fa", "fr", "hi", "hr", "hu", "hy", "it", "ka",
    "kmr", "mk", "nl", "pa", "pl", "prs", "ps", "pt", "ro", "rom", "ru", "so", "sq", "sr", "sw", "ta", "ti", "tr", "uk",
    "ur", "vi", "zh", "zza",
)  # fmt: skip
"""What a form offers; a profile may name no other."""

UNKNOWN_TO_CLDR = {
    "ckb": {"de": "Kurdisch (Sorani)", "en": "Kurdish (Sorani)"},
    "kmr": {"de": "Kurdisch (Kurmandschi)", "en": "Kurdish (Kurmanji)"},
    "prs": {"de": "Dari", "en": "Dari"},
}

FIELDS = {
    "naturalisation": {"de": "Einbürgerung", "en": "Naturalisation"},
    "migration": {"de": "Migrationsberatung für Erwachsene", "en": "Migration advice for adults"},
    "youth": {"de": "Jugendmigrationsdienst", "en": "Youth migration service"},
    "refugees": {"de": "Flüchtlingsberatung", "en": "Refugee advice"},
    "residence": {"de": "Aufenthaltsrecht", "en": "Residence law"},
    "language": {"de": "Sprache und Kurse", "en": "Language and courses"},
    "work": {"de": "Arbeit und Ausbildung", "en": "Work and training"},
    "social": {"de": "Soziale Leistungen", "en": "Social benefits"},
    "family": {"de": "Familie und Kinder", "en": "Family and children"},
    "discrimination": {"de": "Hilfe bei Diskriminierung", "en": "Help against discrimination"},
}


@lru_cache(maxsize=256)
def language_name(code: str, language: str = "de") -> str:
    """The name of a language in German or English; the code itself where nobody knows a name."""
    if code in UNKNOWN_TO_CLDR:
        return pick(UNKNOWN_TO_CLDR[code], language)
    return str(Locale(language).languages.get(code) or code)


def language_names(codes: Iterable[str], language: str = "de") -> list[str]:
    """The names, German first, then English, then by name."""
    known = sorted(set(codes), key=lambda code: (code != "de", code != "en", language_name(code, language)))
    return [language_name(code, language) for code in known]


def language_choices(language: str = "de") -> list[tuple[str, str]]:
    """All languages as (code, name), German and English first."""
    rest = sorted(LANGUAGES[2:], key=lambda code: language_name(code, language))
    return [(code, language_name(code, language)) for code in (*LANGUAGES[:2], *rest)]


def field_name(key: str, language: str = "de") -> str:
    """The name of a field of advice."""
    return pick(FIELDS[key], language) if key in FIELDS else key


def field_choices(language: str = "de") -> list[tuple[str, str]]:
    """All fields of advice as (key, name), in the order in which people look for them."""
    return [(key, field_name(key, language)) for key in FIELDS]
