"""From rows to addressees: what is wrong by row, who stands twice, who is on the block list, in the order of postcodes. Pure.

A reason never quotes what stands in a row, since reasons are kept longer than addresses.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...documents.letter import ADDRESS_LINES

LINE_LENGTH = 38
"""Characters of a line that fit into the 80 mm of the address field at 10.5 points; longer ones are wrapped at a blank."""
MOST_NAME = 70
MOST_NOTED = 1000
"""Bad rows that are listed one by one; more are only counted."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BROKEN = re.compile("\ufffd|Ã[\x80-\xbf¤¶¼Ÿ„–œ]|â€|Â[\x80-\xbf§°]")
_HOUSE = re.compile(r"\d")


@dataclass(frozen=True)
class Addressee:
    """The lines of the address field, the name for the salutation, the postcode for sorting."""

    lines: tuple[str, ...]
    name: str
    postcode: str


@dataclass
class Checked:
    """What became of a list: who gets a letter, and the rows that do not, by row number and reason."""

    letters: list[Addressee] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    rows: int = 0
    duplicates: int = 0
    blocked: int = 0
    empty: int = 0
    block_rows: int = 0
    block_bad: int = 0

    def counts(self) -> dict[str, int]:
        """The figures that are kept."""
        return {
            "rows": self.rows, "letters": len(self.letters), "bad": len(self.bad), "duplicates": self.duplicates,
            "blocked": self.blocked, "empty": self.empty, "block_rows": self.block_rows, "block_bad": self.block_bad,
        }  # fmt: skip

    def reasons(self) -> dict[str, int]:
        """How often each reason occurs, the most frequent first."""
        return dict(Counter(reason for _, reason in self.bad).most_common())


def check(
    rows: Sequence[Sequence[str]], columns: Mapping[str, int], *, first_row: int,
    blocked: Sequence[Sequence[str]] = (), blocked_columns: Mapping[str, int] | None = None,
) -> Checked:  # fmt: skip
    """Goes through the rows; ``first_row`` is the number of the first one in the file. Letters come sorted by postcode."""
    done = Checked()
    keys = _block_keys(done, blocked, blocked_columns or columns)
    seen: set[str] = set()
    for number, row in enumerate(rows, first_row):
        values = _values(row, columns)
        if not any(values.values()):
            done.empty += 1
            continue
        done.rows += 1
        reason = _wrong(row, columns, values)
        lines = () if reason else _lines(values)
        reason = reason or _too_many(lines)
        if reason:
            done.bad.append((number, reason))
            continue
        key = key_of(values)
        if key in keys:
            done.blocked += 1
        elif key in seen:
            done.duplicates += 1
        else:
            seen.add(key)
            done.letters.append(Addressee(lines, _name(values), values["postcode"]))
    done.letters.sort(key=lambda one: (one.postcode, one.lines))
    return done


def key_of(values: Mapping[str, str]) -> str:
    """Name, street and postcode as they are compared: accents, ``ß``, case, order of names and spelling of Straße aside."""
    names = sorted(word for word in _folded(_name(values)).split() if word)
    street = f"{values.get('street', '')} {values.get('number', '')}"
    road = re.sub(r"(strasse|str)\b", "str", _folded(street.replace("-", " ")))
    return "|".join(("".join(names), re.sub(r"\s", "", road), values.get("postcode", "")))


def _folded(text: str) -> str:
    swapped = text.casefold()
    for old, new in (("ß", "ss"), ("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ı", "i"), ("ł", "l"), ("ø", "o")):
        swapped = unicodedata.normalize("NFC", swapped).replace(old, new)
    bare = "".join(one for one in unicodedata.normalize("NFKD", swapped) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", " ", bare)


def _block_keys(done: Checked, rows: Sequence[Sequence[str]], columns: Mapping[str, int]) -> set[str]:
    keys = set()
    for row in rows:
        values = _values(row, columns)
        if not any(values.values()):
            continue
        done.block_rows += 1
        if _name(values) and values.get("street") and values.get("postcode"):
            keys.add(key_of(values))
        else:
            done.block_bad += 1
    return keys


def _values(row: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """The cells of a row by part, blanks tidied; several lines of one cell stay several lines."""
    found = {part: row[place] if place < len(row) else "" for part, place in columns.items()}
    return {
        part: "\n".join(
            " ".join(line.split()) for line in unicodedata.normalize("NFC", cell).splitlines() if line.strip()
        )
        for part, cell in found.items()
    }


def _wrong(row: Sequence[str], columns: Mapping[str, int], values: Mapping[str, str]) -> str:
    """The first thing wrong with a row, or nothing."""
    cells = [row[place] for place in columns.values() if place < len(row)]
    if any(cell.lstrip(" ").startswith(_FORMULA) for cell in cells):
        return "Eine Zelle beginnt wie eine Formel (=, +, - oder @)."
    if any(_BROKEN.search(cell) for cell in cells):
        return "Zeichen sind beschädigt, etwa Umlaute."
    if any(_has_control(cell) for cell in cells):
        return "Eine Zelle enthält Steuerzeichen."
    if not _name(values):
        return "Der Name fehlt."
    for part, reason in (
        ("street", "Die Straße fehlt."),
        ("postcode", "Die Postleitzahl fehlt."),
        ("town", "Der Ort fehlt."),
    ):
        if not values.get(part):
            return reason
    return _wrong_parts(values)


def _wrong_parts(values: Mapping[str, str]) -> str:
    postcode = values["postcode"]
    if not values.get("country") or _folded(values["country"]).strip() in ("deutschland", "germany", "de", "d"):
        if re.fullmatch(r"\d{4}", postcode):
            return "Die Postleitzahl hat vier Ziffern. Vielleicht ging eine führende Null verloren."
        if not re.fullmatch(r"[0-9]{5}", postcode) or postcode == "00000":
            return "Die Postleitzahl hat nicht fünf Ziffern."
    else:
        return "Die Anschrift liegt nicht in Deutschland."
    if len(_name(values)) > MOST_NAME:
        return f"Der Name ist zu lang (mehr als {MOST_NAME} Zeichen)."
    return ""


def _has_control(cell: str) -> bool:
    return any(
        unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co") and one not in "\n\r\u00ad\u200c\u200d" for one in cell
    )


def _name(values: Mapping[str, str]) -> str:
    if values.get("name"):
        last, comma, first = values["name"].replace("\n", " ").partition(",")
        return f"{first.strip()} {last.strip()}" if comma and first.strip() else values["name"].replace("\n", " ")
    named = (values.get(part, "") for part in ("title", "first_name", "last_name"))
    return " ".join(part for part in named if part).replace("\n", " ") if values.get("last_name") else ""


def _lines(values: Mapping[str, str]) -> tuple[str, ...]:
    street = values["street"]
    if values.get("number") and not (_HOUSE.search(street) and street.endswith(values["number"])):
        street = f"{street} {values['number']}"
    above = [values.get("company", ""), _name(values), values.get("care_of", ""), values.get("addition", "")]
    texts = [*above, street, f"{values['postcode']} {values['town']}"]
    return tuple(part for text in texts for line in text.split("\n") if line for part in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    """The line, parted at blanks or after hyphens where it is longer than the field is wide."""
    made, current = [], ""
    for word in re.findall(r"[^\s-]+-?|-|\s+", line):
        if len((current + word).rstrip()) > LINE_LENGTH and current.strip():
            made.append(current.strip())
            current = word.lstrip()
        else:
            current += word
    return [*made, current.strip()] if current.strip() else made


def _too_many(lines: Sequence[str]) -> str:
    if any(len(line) > LINE_LENGTH for line in lines):
        return f"Eine Zeile der Anschrift ist zu lang (mehr als {LINE_LENGTH} Zeichen ohne Leerzeichen)."
    if len(lines) > ADDRESS_LINES:
        return f"Die Anschrift hat mehr als {ADDRESS_LINES} Zeilen."
    return ""
