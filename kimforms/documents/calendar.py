"""Calendar objects (RFC 5545) to send and to subscribe to. `services/meetings` fills the data classes.

Replies are read by `calendar_replies`.

The UID of an event is always passed in and kept with the meeting: programs know an event by nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vUri

from kimforms.documents.mail import comparable_address

PRODUCT = "-//kimforms//meetings//DE"
BERLIN = "Europe/Berlin"
REFRESH = timedelta(hours=1)
"""How often programs that subscribe shall ask."""

_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u0085]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_BERLIN_RULES = b"""BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
"""The rule of Directive 2000/84/EC. Outlook reads rules with RRULE only, hence no list of single days."""

Role = Literal["CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"]
PartStat = Literal["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"]
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


@dataclass(frozen=True)
class Attendee:
    """Who is invited; guests without a vote are `OPT-PARTICIPANT`."""

    name: str
    address: str
    role: Role = "REQ-PARTICIPANT"
    partstat: PartStat = "NEEDS-ACTION"
    rsvp: bool = True


@dataclass(frozen=True)
class CalendarEvent:
    """One meeting in calendars. Times are aware; `stamp` is when this object is made, `sequence` rises with each change.

    `organizer_address` is where calendar programs send their answers.
    """

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer_name: str
    organizer_address: str
    location: str = ""
    url: str = ""
    description: str = ""
    attendee: Attendee | None = None
    status: Status = "CONFIRMED"
    time_zone: str = "Europe/Berlin"


def request(event: CalendarEvent) -> bytes:
    """`METHOD:REQUEST`: the invitation and each change of it, with one attendee (RFC 5546, 3.2.2).

    Raises ValueError without an attendee, for naive times, an end before the start, or an unknown time zone.
    """
    if event.attendee is None:
        raise ValueError("an invitation needs its attendee")
    calendar = _calendar("REQUEST")
    calendar.add_component(_component(event, event.status))
    return _bytes(calendar)


def cancel(event: CalendarEvent, *, whole: bool = True) -> bytes:
    """`METHOD:CANCEL` for its attendee, or for all when it has none (RFC 5546, 3.2.5).

    `whole` says that the meeting itself is cancelled (`STATUS:CANCELLED`); with False its attendee alone is no longer
    invited, and the object says nothing of a status, as that section demands. `sequence` must be higher than before.
    """
    if event.attendee is None and not whole:
        raise ValueError("nobody to be left out")
    calendar = _calendar("CANCEL")
    calendar.add_component(_component(event, "CANCELLED" if whole else None))
    return _bytes(calendar)


def feed(name: str, events: Sequence[CalendarEvent]) -> bytes:
    """`METHOD:PUBLISH`: a calendar to subscribe to, called `name`, without attendees (RFC 7986)."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", one_line(name))
    calendar.add("x-wr-calname", one_line(name))
    calendar.add("x-wr-timezone", BERLIN)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for event in events:
        calendar.add_component(_component(event, event.status, attendee=False))
    return _bytes(calendar)


def filled(content: bytes, fill: Callable[[str], str]) -> bytes:
    """A calendar object with its lines unfolded, changed by `fill` and folded again at 75 octets (RFC 5545, 3.1)."""
    text = fill(content.decode("utf-8").replace("\r\n ", "").replace("\r\n\t", ""))
    return "\r\n".join(_folded(line) for line in text.split("\r\n")).encode("utf-8")


def _folded(line: str) -> str:
    parts, room, used = [""], 75, 0
    for letter in line:
        size = len(letter.encode("utf-8"))
        if used + size > room:
            parts.append("")
            room, used = 74, 0
        parts[-1] += letter
        used += size
    return "\r\n ".join(parts)


def one_line(text: str) -> str:
    """`text` without line breaks and control characters."""
    return " ".join(_BREAKS.sub(" ", text).split())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(Timezone.from_ical(_BERLIN_RULES))
    return calendar


def _component(event: CalendarEvent, status: Status | None, *, attendee: bool = True) -> Event:
    if not one_line(event.uid):
        raise ValueError("an event needs its UID")
    if event.time_zone != BERLIN:
        raise ValueError(f"no rules for the time zone {event.time_zone!r}")
    if event.starts_at.tzinfo is None or event.ends_at.tzinfo is None or event.stamp.tzinfo is None:
        raise ValueError("times need a zone")
    if event.ends_at < event.starts_at:
        raise ValueError("a meeting ends after it begins")
    made = Event()
    made.add("uid", one_line(event.uid))
    made.add("sequence", event.sequence)
    made.add("dtstamp", event.stamp.astimezone(UTC).replace(microsecond=0))
    made.add("last-modified", event.stamp.astimezone(UTC).replace(microsecond=0))
    made.add("dtstart", _local(event.starts_at, event.time_zone))
    made.add("dtend", _local(event.ends_at, event.time_zone))
    made.add("summary", one_line(event.summary))
    made.add("class", "PUBLIC")
    made.add("transp", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    if status:
        made.add("status", status)
    made.add("organizer", _person(event.organizer_name, event.organizer_address))
    if event.location:
        made.add("location", one_line(event.location))
    if event.description:
        made.add("description", _CONTROL.sub("", event.description.replace("\r\n", "\n").replace("\r", "\n")))
    if re.match(r"https?://", event.url):
        made.add("url", vUri("".join(_BREAKS.sub("", event.url).split())))
    if attendee and event.attendee is not None:
        made.add("attendee", _attendee(event.attendee, asked=status != "CANCELLED"))
    return made


def _local(moment: datetime, zone: str) -> datetime:
    """The time on the clock there; in UTC for the hour that comes twice in autumn, whose second round has no name."""
    local = moment.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    return local.astimezone(UTC) if local.fold else local


def _attendee(attendee: Attendee, *, asked: bool) -> vCalAddress:
    person = _person(attendee.name, attendee.address)
    person.params["CUTYPE"] = "INDIVIDUAL"
    person.params["ROLE"] = attendee.role
    person.params["PARTSTAT"] = attendee.partstat
    if attendee.rsvp and asked:
        person.params["RSVP"] = "TRUE"
    return person


def _person(name: str, address: str) -> vCalAddress:
    """An address as value and the name as parameter, which can hold neither quotes nor breaks (RFC 5545, 3.2)."""
    person = vCalAddress(f"mailto:{comparable_address(address)}")
    shown = one_line(name).replace('"', "'")
    if shown:
        person.params["CN"] = shown
    return person


def _bytes(calendar: Any) -> bytes:
    return bytes(calendar.to_ical())
