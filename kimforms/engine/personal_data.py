"""Warns of personal data in German free text before it is sent: names, birth dates, addresses, numbers of all kinds.

Called by services when a report is checked, and by pages while somebody writes. It warns and never changes the text.
That nothing was found proves nothing: names without a salutation are mostly missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kimforms.engine.personal_words import OFFICES
from kimforms.engine.personal_words import is_ordinary as _is_ordinary

Kind = Literal[
    "name", "birth_date", "address", "phone", "email", "file_number", "iban", "azr_number", "passport_number"
]


@dataclass(frozen=True)
class Hit:
    """A place in the text: `text[start:end]` is what was found, `advice` a sentence that says what to write instead."""

    kind: Kind
    start: int
    end: int
    text: str
    advice: str


_ADVICE: dict[Kind, tuple[str, str]] = {
    "name": (
        "Das sieht nach einem Namen aus. Schreiben Sie stattdessen zum Beispiel „eine Klientin“ oder „eine Familie“.",
        "This looks like a name. Write “a client” or “a family” instead.",
    ),
    "birth_date": (
        "Das sieht nach einem Geburtsdatum aus. Schreiben Sie, wenn nötig, das ungefähre Alter.",
        "This looks like a date of birth. If needed, write the approximate age.",
    ),
    "address": (
        "Das sieht nach einer Anschrift aus. Die Kommune genügt.",
        "This looks like a postal address. The municipality is enough.",
    ),
    "phone": (
        "Das sieht nach einer Telefonnummer aus. Lassen Sie sie weg.",
        "This looks like a phone number. Leave it out.",
    ),
    "email": (
        "Das sieht nach einer E-Mail-Adresse aus. Lassen Sie sie weg.",
        "This looks like an e-mail address. Leave it out.",
    ),
    "file_number": (
        "Das sieht nach einem Aktenzeichen oder einer Kundennummer aus. Lassen Sie die Nummer weg.",
        "This looks like a file or customer number. Leave it out.",
    ),
    "iban": (
        "Das sieht nach einer Kontonummer aus. Lassen Sie sie weg.",
        "This looks like a bank account. Leave it out.",
    ),
    "azr_number": (
        "Das sieht nach einer Nummer des Ausländerzentralregisters aus. Lassen Sie sie weg.",
        "This looks like a number of the central register of foreigners. Leave it out.",
    ),
    "passport_number": (
        "Das sieht nach der Nummer eines Ausweises aus. Lassen Sie sie weg.",
        "This looks like the number of an identity document. Leave it out.",
    ),
}

_Span = tuple[int, int]
is_ordinary = lru_cache(maxsize=4096)(_is_ordinary)
# Every repetition below is bounded and starts at a boundary or a rare word, so time grows with the text's length only.
_BLANK = r"[ \t\u00a0]"
_BIG = "A-ZÄÖÜÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪĮİĶŁĹĻĽŃŅŇŌŐŒŔŘŚŞŠȘŢŤȚŪŮŰŲŹŻŽ"
_NAME = rf"[{_BIG}][\w'’`]{{1,30}}(?:-[{_BIG}]?[\w'’]{{1,30}}){{0,3}}"
_PARTICLE = (
    r"(?:von der|von dem|von|van der|van den|van|de la|de|del|della|di|da|dos|al|el|bin|ben|abu|ibn|le|la|ter|ten)"
)
_TITLE = r"(?:Prof|Dr|Dipl|Mag|med|jur|phil|rer|nat|dent|Ing|h|c)\.(?:-?Ing\.)?(?:-[A-Z][a-z]{1,6}\.)?"
_SALUTED = re.compile(
    rf"\b(?:Frau|Fr\.|Herrn?|Hr\.|Fam\.|Familie|Eheleute|Ehepaar|Geschwister){_BLANK}{{1,3}}"
    rf"((?:{_TITLE}{_BLANK}{{0,2}}){{0,5}})"
)
_TITLED = re.compile(rf"\b(?:Prof\.|Dr\.)(?:{_BLANK}{{0,2}}{_TITLE}){{0,4}}{_BLANK}{{1,2}}")
_NAMED = re.compile(
    rf"(?:\bnamens|\b(?:[Mm]ein|[Ii]hr|[Ss]ein|[Dd]er) Name ist|\b(?:(?:Vor|Nach|Familien)name|Name):){_BLANK}{{1,3}}"
)
_PERSON = re.compile(
    r"\b(?:Klient(?:in)?|Mandant(?:in)?|Kund(?:e|in)|Patient(?:in)?|Schüler(?:in)?|Antragsteller(?:in)?|Mutter|Vater|Tochter"
    rf"|Sohn|Ehemann|Ehefrau|Bruder|Schwester|Nachbar(?:in)?|Kolleg(?:e|in)|Sachbearbeiter(?:in)?){_BLANK}{{1,2}}"
)
_ONE_NAME = re.compile(rf"(?:{_PARTICLE}{_BLANK}{{1,2}})?({_NAME})\b")
_NEXT_NAME = re.compile(rf"{_BLANK}{{1,2}}(?:{_PARTICLE}{_BLANK}{{1,2}})?({_NAME})\b")


def _is_name(word: str, known: Collection[str]) -> bool:
    if word.isupper() and len(word) < 5:
        return False  # an abbreviation: JC, SGB, KdU
    if _MIXED.search(word) and not word.startswith(("Mc", "Mac", "De", "Al", "El")):
        return False  # an abbreviation: AsylbLG
    stem = _APOSTROPHE.split(word)[0]
    head = stem if len(stem) > 2 else word
    last = head.rpartition("-")[2]
    return not (
        is_ordinary(head) or is_ordinary(last) or head.lower() in OFFICES or head in known or _ADJECTIVE.search(head)
    )


_MIXED = re.compile(r"[a-zäöüß][A-ZÄÖÜ]")
_APOSTROPHE = re.compile(r"['’`]")
_ADJECTIVE = re.compile(r"(?<!^F)(?<!^T)(?<!^D)ische[rnsm]?$|(?:lich|haft|los)e[rnsm]?$")


def _name_at(text: str, position: int, known: Collection[str]) -> int | None:
    """Where the name that begins at the position ends; None if there is none. Offices before the name are skipped."""
    match = _ONE_NAME.match(text, position)
    for _ in range(2):
        if match is None or match[1].lower() not in OFFICES:
            break
        match = _NEXT_NAME.match(text, match.end())
    if match is None or not _is_name(match[1], known):
        return None
    end = match.end()
    for _ in range(2):
        further = _NEXT_NAME.match(text, end)
        if further is None or not _is_name(further[1], known):
            break
        end = further.end()
    return end


def _names(text: str, known: Collection[str]) -> Iterator[_Span]:
    for pattern in (_SALUTED, _TITLED, _NAMED):
        for cue in pattern.finditer(text):
            end = _name_at(text, cue.end(), known)
            if end is not None:
                yield (cue.end(), end) if pattern is _NAMED else (cue.start(), end)


def _named_persons(text: str, known: Collection[str]) -> Iterator[_Span]:
    """First name and surname after a word for a person (`Klientin Fatma Kaya`); one word alone is too often none."""
    for cue in _PERSON.finditer(text):
        first = _ONE_NAME.match(text, cue.end())
        second = _NEXT_NAME.match(text, first.end()) if first is not None else None
        if first and second and _is_name(first[1], known) and _is_name(second[1], known):
            yield cue.end(), _name_at(text, cue.end(), known) or second.end()


_MONTHS = (
    "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    "|Jan|Feb|Aug|Sept?|Okt|Nov|Dez"
)
_DAY = (
    rf"(?:\d{{1,2}}\.{_BLANK}?\d{{1,2}}\.{_BLANK}?(?:\d{{4}}|\d{{2}})|\d{{1,2}}\.{_BLANK}?(?:{_MONTHS})\.?{_BLANK}\d{{4}}"
    r"|\d{4}-\d{2}-\d{2}|\d{1,2}[/-]\d{1,2}[/-]\d{4})(?!\d)"
)
_BORN = re.compile(
    rf"(?:\b[Gg]eb\.?|\b[Gg]eboren(?:e[rn]?)?|\b[Gg]eburtsdat(?:um|en)|\b[Gg]eburtstag|\bGeb\.?-?{_BLANK}?Dat(?:um|\.)?)"
    rf"[:,]?{_BLANK}{{0,3}}(?:(?:ist|war){_BLANK}(?:der{_BLANK})?)?(?:in{_BLANK}[\w/-]{{2,30}}{_BLANK})?"
    rf"(?:(?:am|den|der):?{_BLANK}{{0,2}})?\(?({_DAY})"
)
_BORN_AFTER = re.compile(
    rf"\b(?:am|\*){_BLANK}{{0,2}}({_DAY}){_BLANK}(?:in{_BLANK}[\w/-]{{2,30}}{_BLANK})?geboren\b|(?<![\w*])\*{_BLANK}?({_DAY})"
)


def _birth_dates(text: str, _known: Collection[str]) -> Iterator[_Span]:
    for match in _BORN.finditer(text):
        yield match.start(), match.end()
    for match in _BORN_AFTER.finditer(text):
        yield match.start(), match.end()


_NO_HOUSE = re.compile(
    r"(?:kurs|kita|arbeits|ausbildungs|studien|therapie|schul|pflege|betreuungs|stell|schlaf|heim|praktikums|ganztags|warte"
    r"|unterkunfts|wohn|lehr|sitz|park|spiel|dienst|rechts|um|aus|zugangs|flucht|bildungs|lebens|heim|amts|post|beratungs"
    r"|kindergarten|hort|internats|frauenhaus)(?:platz|weg)$|^(?:Bundes|Landes?|Kreis|Autobahn|Einbahn|Ausfall)stra(?:ß|ss)e$",
    re.IGNORECASE,
)
_STREET = re.compile(
    rf"(?<![\w-])((?:[{_BIG}][\w.-]{{1,30}}{_BLANK})?(?:[{_BIG}][\w-]{{0,40}}?)?"
    r"(?:stra(?:ß|ss)e|str\.?|Stra(?:ß|ss)e|Str\.|weg|Weg|platz|Platz|allee|Allee|gasse|Gasse|ring|Ring|damm|Damm|ufer|Ufer"
    rf"|chaussee|steig|stieg|pfad|Pfad|promenade)){_BLANK}{{1,2}}(\d{{1,3}}{_BLANK}?(?:[a-hA-H]\b)?(?:-\d{{1,3}}[a-h]?)?)"
    rf"(?![\w.,:]?\d|\w)(?=({_BLANK}{{0,2}}[^\s]{{0,20}}))"
)
_UNITS = re.compile(
    r"\s*(?:%|€|§|Uhr|Euro|EUR|km|m\b|m²|qm|mal\b|Mal\b|bis\b|oder\b|Prozent|x\b|min\b|Min\b|Std|ct\b|\+)",
    re.IGNORECASE,
)
_LIVING = re.compile(
    r"\b(?:wohnt|wohnhaft|wohnen|Anschrift|Adresse|lebt)\b[^.\n]{0,25}?\b"
    rf"((?:Am|Im|Zum|Zur|Beim|(?:An|In|Auf|Unter|Vor) (?:der|dem|den)){_BLANK}[{_BIG}][\w-]{{1,30}}"
    rf"(?:{_BLANK}[{_BIG}][\w-]{{1,30}})?{_BLANK}\d{{1,3}}(?:[a-h]\b)?)(?![\w.,:]?\d)"
)
_TOWN = re.compile(rf"(?<![\w.,/-])(?:D-)?(\d{{5}}){_BLANK}([{_BIG}][a-zäöüß][\w-]{{1,40}})")


def _addresses(text: str, known: Collection[str]) -> Iterator[_Span]:
    for match in _STREET.finditer(text):
        street, word = match[1], match[1].split()[-1]
        alone = word.lower() in (
            "straße",
            "strasse",
            "str.",
            "weg",
            "platz",
            "allee",
            "gasse",
            "ring",
            "damm",
            "ufer",
            "pfad",
        )
        if (alone and " " not in street.replace("\u00a0", " ")) or _NO_HOUSE.search(word):
            continue
        following = match[3].strip().strip('.,;:!?()–"“')
        if _UNITS.match(match[3]) or (following[:1].isupper() and is_ordinary(following) and following not in known):
            continue
        if following[:1].islower() and alone and not _is_name(street.split()[0], ()):
            continue
        yield match.start(), match.end(2)
    for match in _LIVING.finditer(text):
        yield match.start(1), match.end(1)
    for match in _TOWN.finditer(text):
        if not match[1].startswith("00") and not (is_ordinary(match[2]) and match[2].lower() not in _TOWNS):
            yield match.start(), match.end()


_TOWNS = frozenset(
    [
        "berlin",
        "hamburg",
        "münchen",
        "köln",
        "frankfurt",
        "stuttgart",
        "düsseldorf",
        "dortmund",
        "essen",
        "bonn",
        "aachen",
    ]
)
_PHONE = re.compile(
    rf"(?<![\w./,:-])(?:\+\d{{2}}{_BLANK}?(?:\(0\))?{_BLANK}?|00\d{{2}}{_BLANK}?)?\(?(?:0[1-9]\d{{1,4}}|[1-9]\d{{1,4}})\)?"
    rf"(?:{_BLANK}?[/-]{_BLANK}?|{_BLANK}|\.)?\d{{2,9}}(?:{_BLANK}?[/-]?{_BLANK}?\d{{1,6}}){{0,4}}(?![\w/]|[.,]\d)"
)
_CALL = re.compile(
    r"\b(?:Tel(?:efon)?|Telefonnummer|Handy(?:nummer)?|Mobil(?:nummer)?|Durchwahl|Rufnummer|Fax|WhatsApp|Nebenstelle)"
    rf"(?:-?Nr)?\.?:?{_BLANK}{{0,2}}(\+?[\d(][\d /()-]{{2,20}}\d)(?![\w]|[.,]\d)"
)
# numbers of public services are nobody's: police, fire brigade, on-call doctors, authorities, helplines
_PUBLIC = frozenset(
    ("110", "112", "115", "116111", "116117", "116116", "116016", "08000116016", "08001110111", "08001110222")
)


def _phones(text: str, _known: Collection[str]) -> Iterator[_Span]:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if match[0].lstrip("(")[:1] in "+0" and 8 <= len(digits) <= 15 and digits not in _PUBLIC:
            yield match.start(), match.end()
    for match in _CALL.finditer(text):
        digits = re.sub(r"\D", "", match[1])
        if len(digits) >= 4 and digits not in _PUBLIC:
            yield match.start(1), match.end(1)


_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}(?:@|\(at\)|\[at\])[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def _emails(text: str, _known: Collection[str]) -> Iterator[_Span]:
    if "@" in text or "at)" in text or "at]" in text:
        for match in _EMAIL.finditer(text):
            yield match.start(), match.end()


_FILE = re.compile(
    r"\b(?:Aktenzeichen|Geschäftszeichen|Kassenzeichen|Az|AZ|Gz|GZ|BG|Kd|Kunden|Steuer-?ID|BAMF-?(?:Az|Aktenzeichen)"
    r"|(?:BG|Bedarfsgemeinschafts?|Kunden|Akten|Fall|Personen|Steuer|Ausländer|(?:Sozial|Renten|Kranken)?[Vv]ersicherungs"
    r"|[Vv]ersicherten)-?[Nn]ummer)"
    rf"(?:[.-]?{_BLANK}?(?:Nr|Nummer))?\.?(?:{_BLANK}?(?:lautet|ist|war))?:?{_BLANK}{{0,2}}"
    rf"((?:[A-Z]{{1,4}}[ -]?)?\d[\w./:-]{{0,30}}(?:{_BLANK}[A-Z]{{0,3}}{_BLANK}?[\d./-]{{2,15}}){{0,4}})"
)
_BARE_FILE = re.compile(r"(?<![\w/])(?:\d{5}//\d{7}|\d{3}[A-Z]\d{6}|\d{2}[ ]?\d{6}[ ]?[A-Z][ ]?\d{3})(?![\w/])")
_COURT = re.compile(r"\b(?:BVerwG|BVerfG|BGH|BSG|BAG|EuGH|EGMR|OVG|VGH|VG|LSG|SG|OLG|LG|AG)\b[^\n]{0,40}\Z")
_YEAR = re.compile(r"(?:19|20)\d\d")


def _file_numbers(text: str, _known: Collection[str]) -> Iterator[_Span]:
    for match in _FILE.finditer(text):
        number = match[1].rstrip(".:/-")
        if sum(character.isdigit() for character in number) < 3 or _YEAR.fullmatch(number):
            continue
        if _COURT.search(text, max(0, match.start() - 50), match.start()):
            continue  # a published judgment
        yield match.start(), match.start(1) + len(number)
    for match in _BARE_FILE.finditer(text):
        yield match.start(), match.end()


# ISO 13616: lengths by country; two check digits, remainder 1 modulo 97
_IBAN_LENGTHS = {
    "DE": 22, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26, "UA": 29,
}  # fmt: skip
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}")


def _ibans(text: str, _known: Collection[str]) -> Iterator[_Span]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[0][:2], 0)
        characters = [(place, each) for place, each in enumerate(match[0]) if not each.isspace()][:length]
        compact = "".join(each for _, each in characters)
        if length and len(compact) == length:
            number = "".join(str(int(each, 36)) for each in compact[4:] + compact[:4])
            if int(number) % 97 == 1:
                yield match.start(), match.start() + characters[-1][0] + 1


_AZR = re.compile(r"\bAZR\b[^\n\d]{0,40}(\d{2,4}(?:[ -]?\d{2,4}){2,5})(?!\d)|(?<!\d)(\d{12})(?!\d)[^\n\d]{0,20}\bAZR\b")
_PASSPORT = re.compile(
    r"\b(?:(?:Kinder)?[Rr]eise|[Pp]ersonal|[Nn]ational|[Dd]ienst)?(?:[Pp]ass|[Aa]usweis|[Dd]okumenten|[Aa]ufenthaltstitel)(?:-?[Nn]ummer|es|-?Nr)?\b"
    r"[^\n\d]{0,12}?\b([A-Z]{0,3}[0-9][A-Z0-9]{5,9}|[A-Z][A-Z0-9]{1,3}[0-9][A-Z0-9]{4,7})\b"
)


def _azr_numbers(text: str, _known: Collection[str]) -> Iterator[_Span]:
    for match in _AZR.finditer(text):
        group = 1 if match[1] else 2
        if len(re.sub(r"\D", "", match[group])) == 12:
            yield match.start(group), match.end(group)


def _passports(text: str, _known: Collection[str]) -> Iterator[_Span]:
    for match in _PASSPORT.finditer(text):
        digits = sum(character.isdigit() for character in match[1])
        if 7 <= len(match[1]) <= 10 and digits >= 4:
            yield match.start(1), match.end(1)


# in order of precedence: what an earlier finder took is not reported again by a later one
_FINDERS: tuple[tuple[Kind, Callable[[str, Collection[str]], Iterator[_Span]]], ...] = (
    ("email", _emails),
    ("iban", _ibans),
    ("azr_number", _azr_numbers),
    ("passport_number", _passports),
    ("birth_date", _birth_dates),
    ("file_number", _file_numbers),
    ("address", _addresses),
    ("phone", _phones),
    ("name", _names),
    ("name", _named_persons),
)


def find_personal_data(text: str, known_words: Collection[str] = frozenset(), language: str = "de") -> list[Hit]:
    """Everything in the text that looks like personal data, in order of appearance, without overlaps.

    `known_words` are capitalised words that are no names here (the county's towns, organisations). Time grows linearly
    with the length of the text; no text raises.
    """
    hits: list[Hit] = []
    taken = bytearray(len(text))
    for kind, find in _FINDERS:
        for start, end in find(text, known_words):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                advice = _ADVICE[kind][1 if language == "en" else 0]
                hits.append(Hit(kind, start, end, text[start:end], advice))
    return sorted(hits, key=lambda hit: hit.start)
