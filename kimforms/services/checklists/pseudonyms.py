"""The pseudonym under which a service keeps a client: free within the service, and warned about when it could name somebody."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...engine.personal_data import find_personal_data
from ...engine.personal_words import is_ordinary
from ...models import ClientChecklist
from ..refusals import InputRefused
from .unspoken import refuse_subject

LONGEST = 60
SHORTEST = 2
NEUTRAL = (
    "Ahorn", "Amsel", "Anker", "Birke", "Buche", "Dachs", "Distel", "Drossel", "Efeu", "Eiche", "Elster", "Esche",
    "Falke", "Farn", "Fichte", "Flieder", "Ginster", "Hasel", "Holunder", "Igel", "Kiefer", "Kranich", "Lerche",
    "Linde", "Lupine", "Mohn", "Möwe", "Quitte", "Reiher", "Salbei", "Schilf", "Tanne", "Ulme", "Weide", "Zeder",
)  # fmt: skip
"""Words that nobody takes for a person; suggestions are made of them with a number."""
_PLAIN = """
ameise bernstein biber biene blaumeise bussard dahlie delfin dohle eichhörnchen eidechse eisbär eisvogel elch enzian
erdbeere erle feldhase felsen feuersalamander fischotter flamingo fledermaus forelle gazelle giraffe gämse hagebutte
hahnenfuß haselmaus heidelbeere hermelin hibiskus himbeere hortensie hummel hyazinthe iltis kastanie kirsche kleeblatt
komet koralle kornblume krokus lavendel leuchtturm libelle löwenzahn maiglöckchen malve margerite marienkäfer
mauersegler meerschwein mond murmeltier muschel narzisse nashorn orange orchidee panda papagei pappel pelikan
petersilie pfingstrose pflaume pinguin platane primel qualle regenbogen rittersporn robbe rosmarin rotbuche
rotkehlchen salamander schafgarbe schildkröte schlehe schlüsselblume schmetterling schneeglöckchen seeadler seehund
seepferdchen seerose seestern sonnenblume stachelbeere steinbock steinbutt thymian tiger tulpe türkis uhu veilchen
vergissmeinnicht wal waldkauz walnuss wanderfalke weinbergschnecke wiesenschaumkraut wolke zaunkönig zebra zimt
zitrone zypresse
"""
"""Plants and animals that services like to take and hardly anybody is called; suggestions keep to `NEUTRAL`."""
_HARMLESS = frozenset(_PLAIN.split())
_DATE = re.compile(r"(?<!\d)(\d{1,2})[./ -]{1,2}(\d{1,2})[./ -]{1,2}(\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19\d\d|20[01]\d)(?!\d)")
_INITIALS = re.compile(r"\b[^\W\d_]\.? ?[^\W\d_]\.(?!\w)|^[^\W\d_]\.? ?[^\W\d_]\.?(?: ?\d{2,4})?$")
_NUMBER = re.compile(r"\d(?:[ ./-]?\d){5,}")
_FILE = re.compile(r"\d{1,5}[./-]\d{2,}[./-]\d+|\d{3,}/\d{2,4}(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3,}")


class Doubtful(InputRefused):
    """What was typed looks like personal data. Sent again with the confirmation it is kept, unless ``final``."""

    def __init__(self, field: str, hints: list[str], *, final: bool = False) -> None:
        super().__init__({field: " ".join(hints)})
        self.field = field
        self.hints = tuple(hints)
        self.final = final


def free_pseudonym(
    session: Session, organisation: str, text: str, *, today: date, insist: bool = False, besides: int | None = None
) -> tuple[str, str]:
    """The pseudonym as it is shown and as it is compared.

    Raises :class:`InputRefused` when it is empty, too long, used by another checklist of the service (whose record is
    not ``besides``), or tells something of which nothing is stored, and :class:`Doubtful` when it looks like personal
    data; a birth date is refused even on ``insist``.
    """
    shown = tidy(text)
    if not SHORTEST <= len(shown) <= LONGEST:
        raise InputRefused({"pseudonym": f"Das Pseudonym braucht {SHORTEST} bis {LONGEST} Zeichen."})
    refuse_subject("pseudonym", shown)
    if birth_date_in(shown, today):
        raise Doubtful("pseudonym", [BORN], final=True)
    hints = hints_about(shown)
    if hints and not insist:
        raise Doubtful("pseudonym", hints)
    key = key_of(shown)
    wanted = select(ClientChecklist.record_id).where(
        ClientChecklist.organisation == organisation, ClientChecklist.pseudonym_key == key
    )
    if besides is not None:
        wanted = wanted.where(ClientChecklist.record_id != besides)
    if session.scalars(wanted.limit(1)).first() is not None:
        raise InputRefused({"pseudonym": f"„{shown}“ gibt es bei Ihnen schon. Wählen Sie ein anderes Pseudonym."})
    return shown, key


BORN = "Das ist ein Geburtsdatum. Es wird nicht gespeichert; wählen Sie ein Pseudonym ohne Datum."


def hints_about(text: str) -> list[str]:
    """What in a pseudonym could say who somebody is, one German sentence each; empty when nothing stands out."""
    hits = find_personal_data(text)
    found = [hit.kind for hit in hits]
    hints = []
    if "email" in found:
        hints.append("Das sieht nach einer E-Mail-Adresse aus.")
    elif "phone" in found:
        hints.append("Das sieht nach einer Telefonnummer aus.")
    elif {"file_number", "azr_number", "passport_number", "iban"} & set(found) or _FILE.search(text):
        hints.append("Das sieht nach einem Aktenzeichen oder der Nummer eines Ausweises aus.")
    elif _NUMBER.search(text):
        hints.append("Das sieht nach einer Telefonnummer oder einem Aktenzeichen aus.")
    if "address" in found:
        hints.append("Das sieht nach einer Anschrift aus.")
    if _YEAR.search(text):
        hints.append("Das sieht nach einem Geburtsjahr aus.")
    if "name" in found or any(_like_a_name(word) for word in _WORD.findall(text)):
        hints.append("Das könnte ein Name sein. Ein neutrales Wort mit Nummer verrät nichts, zum Beispiel „Ahorn 12“.")
    elif _INITIALS.search(text):
        hints.append(
            "Das könnten Initialen sein. Ein neutrales Wort mit Nummer verrät nichts, zum Beispiel „Ahorn 12“."
        )
    return hints


def birth_date_in(text: str, today: date) -> bool:
    """Whether the text holds a whole date on which a client may have been born: a year or more before ``today``."""
    if any(hit.kind == "birth_date" for hit in find_personal_data(text)):
        return True
    parts = [(m[3], m[2], m[1]) for m in _DATE.finditer(text)]
    parts += [(m[1], m[2], m[3]) for m in _ISO.finditer(text)] + [(m[3], m[2], m[1]) for m in _PACKED.finditer(text)]
    return any(_long_ago(*part, today) for part in parts)


def suggestion(session: Session, organisation: str) -> str:
    """A pseudonym that the service does not use yet, such as „Ahorn 12“."""
    used = session.scalar(select(func.count()).where(ClientChecklist.organisation == organisation)) or 0
    for start in range(used, used + 2000, 50):
        offered = [f"{NEUTRAL[n % len(NEUTRAL)]} {n // len(NEUTRAL) + 1}" for n in range(start, start + 50)]
        keys = [key_of(one) for one in offered]
        taken = set(
            session.scalars(
                select(ClientChecklist.pseudonym_key).where(
                    ClientChecklist.organisation == organisation, ClientChecklist.pseudonym_key.in_(keys)
                )
            )
        )
        if free := next((one for one, key in zip(offered, keys, strict=True) if key not in taken), None):
            return free
    return ""


def tidy(text: str) -> str:
    """One line without control characters, blanks at its ends, or two blanks in a row."""
    plain = "".join(" " if unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp") else each for each in text)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def key_of(pseudonym: str) -> str:
    """What two pseudonyms have in common that look the same to people."""
    return " ".join(unicodedata.normalize("NFKC", pseudonym).casefold().split())[:LONGEST]


def _like_a_name(word: str) -> bool:
    if word.isupper() and len(word) <= 4:
        return False  # an abbreviation of the service's own
    return word.capitalize() not in NEUTRAL and word.casefold() not in _HARMLESS and not is_ordinary(word)


def _long_ago(year: str, month: str, day: str, today: date) -> bool:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= today.year % 100 else 1900
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        return False
    return found.year >= 1900 and (today - found).days > 365
