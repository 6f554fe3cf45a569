"""Answers of calendar programs to invitations (RFC 5546, 3.2.3 and 3.2.7), as they really come: read with patience.

Programs leave out ORGANIZER or SEQUENCE, write addresses in capitals, use Windows names for time zones, break lines in
the middle of a letter or mistake their own charset. So the lines are read here one by one, and only what is needed.
`inbound_mail` and `services/meetings/inbound.py` call :func:`parse_reply`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from kimforms.documents.calendar import PartStat
from kimforms.documents.mail import comparable_address

MAX_CALENDAR = 500_000
"""Bytes of a calendar object; a reply has a few thousand."""
MAX_REPLIES = 50
MAX_COMMENT = 2000
MAX_UID = 500

_PARTSTATS: dict[str, PartStat] = {
    "ACCEPTED": "ACCEPTED",
    "DECLINED": "DECLINED",
    "TENTATIVE": "TENTATIVE",
    "DELEGATED": "DELEGATED",
}
_FOLD = re.compile(rb"(?:\r\n|\r|\n)[ \t]")
_MAILTO = re.compile(r"mailto:\s*", re.IGNORECASE)
_PARAMETER = re.compile(r";([A-Za-z0-9-]+)=((?:\"[^\"]*\"|[^\";:,]*)(?:,(?:\"[^\"]*\"|[^\";:,]*))*)")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_TIME = re.compile(r"(\d{8})T(\d{6})(Z?)")
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,189}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

_WINDOWS_ZONES = {
    "w. europe standard time": "Europe/Berlin",
    "central europe standard time": "Europe/Berlin",
    "central european standard time": "Europe/Berlin",
    "romance standard time": "Europe/Berlin",
    "gmt standard time": "Europe/London",
    "utc": "UTC",
}


class UnreadableCalendar(ValueError):
    """Bytes that are no calendar reply; the text is a German sentence."""


@dataclass(frozen=True)
class Reply:
    """What a calendar program answered. `method` is `REPLY`, or `COUNTER`: it asks for another time (`proposed`).

    Addresses are comparable (`mail.comparable_address`). `sequence` is None when the program left it out; times are
    aware. `delegated_to` is who shall come instead, `delegated_from` who sent the one that answers.
    """

    uid: str
    sequence: int | None
    address: str
    partstat: PartStat
    delegated_to: str | None = None
    comment: str = ""
    stamp: datetime | None = None
    method: Literal["REPLY", "COUNTER"] = "REPLY"
    delegated_from: str | None = None
    proposed: datetime | None = None


@dataclass(frozen=True)
class _Line:
    name: str
    params: dict[str, str]
    value: str


@dataclass
class _Component:
    lines: list[_Line] = field(default_factory=list)

    def first(self, name: str) -> str:
        return next((line.value.strip() for line in self.lines if line.name == name), "")


def parse_reply(content: bytes, *, method: str = "") -> list[Reply]:
    """The replies in a calendar object, at least one. `method` is what the mail said where the object says nothing.

    Raises :class:`UnreadableCalendar` for anything that holds none, and nothing else.
    """
    if len(content) > MAX_CALENDAR:
        raise UnreadableCalendar("Die Kalenderantwort ist größer als 500 Kilobyte.")
    calendar, events = _components(_text(content))
    said = (calendar.first("METHOD") or method).strip().upper()
    if said not in ("REPLY", "COUNTER"):
        raise UnreadableCalendar("Der Kalendereintrag ist keine Antwort auf eine Einladung.")
    answered: Literal["REPLY", "COUNTER"] = "COUNTER" if said == "COUNTER" else "REPLY"
    if not events:
        raise UnreadableCalendar("Die Kalenderantwort nennt keinen Termin.")
    found = [reply for event in events for reply in _replies(event, answered)]
    if not found:
        raise UnreadableCalendar("Die Kalenderantwort sagt nicht, wer antwortet und worauf.")
    return found[:MAX_REPLIES]


def _replies(event: _Component, method: Literal["REPLY", "COUNTER"]) -> Iterator[Reply]:
    uid = event.first("UID")
    if not uid or len(uid) > MAX_UID:
        return
    sequence = event.first("SEQUENCE")
    comments = [_unescaped(line.value) for line in event.lines if line.name == "COMMENT"]
    people = [line for line in event.lines if line.name == "ATTENDEE" and _address(line)]
    if any(_partstat(line) != "NEEDS-ACTION" for line in people):
        people = [line for line in people if _partstat(line) != "NEEDS-ACTION"]  # a COUNTER may list the others too
    for line in people:
        yield Reply(
            uid=_unescaped(uid),
            sequence=int(sequence) if re.fullmatch(r"[0-9]{1,9}", sequence) else None,
            address=_address(line),
            partstat=_partstat(line),
            delegated_to=_mailbox(line.params.get("DELEGATED-TO", "")) or None,
            comment="\n".join(part for part in comments if part)[:MAX_COMMENT],
            stamp=_moment(event, "DTSTAMP"),
            method=method,
            delegated_from=_mailbox(line.params.get("DELEGATED-FROM", "")) or None,
            proposed=_moment(event, "DTSTART") if method == "COUNTER" else None,
        )


def _text(content: bytes) -> str:
    """The lines unfolded, before the bytes become letters, since a fold may part the bytes of one (RFC 5545, 3.1)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    unfolded = _FOLD.sub(b"", content)
    try:
        return unfolded.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unfolded.decode("cp1252", errors="replace")


def _components(text: str) -> tuple[_Component, list[_Component]]:
    """The lines of the calendar itself and those of each event; alarms and time zones inside are left out."""
    calendar, events, path = _Component(), list[_Component](), list[str]()
    seen = False
    for raw in re.split(r"\r\n|\r|\n", text):
        line = _line(raw)
        if line is None:
            continue
        if line.name == "BEGIN":
            path.append(line.value.strip().upper())
            seen = seen or path == ["VCALENDAR"]
            if path == ["VCALENDAR", "VEVENT"]:
                events.append(_Component())
        elif line.name == "END":
            if path:
                path.pop()
        elif path == ["VCALENDAR"]:
            calendar.lines.append(line)
        elif path == ["VCALENDAR", "VEVENT"]:
            events[-1].lines.append(line)
    if not seen:
        raise UnreadableCalendar("Der Anhang ist kein Kalendereintrag.")
    return calendar, events


def _line(raw: str) -> _Line | None:
    """A content line (RFC 5545, 3.1). Where quotes are broken, the address behind `mailto:` is still found."""
    named = _NAME.match(raw)
    if named is None:
        return None
    at, params = named.end(), dict[str, str]()
    while parameter := _PARAMETER.match(raw, at):
        params[parameter[1].upper()] = parameter[2]
        at = parameter.end()
    if raw[at : at + 1] == ":":
        return _Line(named[0].upper(), params, raw[at + 1 :])
    if (mailto := _MAILTO.search(raw, at)) is not None:
        loose = {key.upper(): value for key, value in re.findall(r";\s*([A-Za-z-]+)\s*=\s*([A-Za-z-]+)", raw[at:])}
        return _Line(named[0].upper(), params | loose, raw[mailto.start() :])
    return None


def _partstat(line: _Line) -> PartStat:
    return _PARTSTATS.get(line.params.get("PARTSTAT", "").strip('" ').upper(), "NEEDS-ACTION")


def _address(line: _Line) -> str:
    """The mail address of an attendee: the value, or the parameter EMAIL (RFC 7986) where the value is another URI."""
    return _mailbox(line.value) or _mailbox(line.params.get("EMAIL", ""))


def _mailbox(text: str) -> str:
    plain = _MAILTO.split(text)[-1].split(",", maxsplit=1)[0].strip().strip("\"'<>")
    return comparable_address(plain) if _ADDRESS.fullmatch(plain) else ""


def _moment(event: _Component, name: str) -> datetime | None:
    line = next((line for line in event.lines if line.name == name), None)
    found = _TIME.fullmatch(line.value.strip()) if line is not None else None
    if line is None or found is None:
        return None
    try:
        naive = datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S")  # noqa: DTZ007  the zone follows
        zone = UTC if found[3] else _zone(line.params.get("TZID", "").strip('" '))
        return naive.replace(tzinfo=zone).astimezone(UTC) if zone is not None else None
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> ZoneInfo | None:
    known = _WINDOWS_ZONES.get(name.lower(), name)
    try:
        return ZoneInfo(known)
    except (ValueError, OSError, LookupError):  # unknown names, and those that are paths
        return None


def _unescaped(text: str) -> str:
    plain = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)
    return _CONTROL.sub("", plain).strip()
