"""Calendar objects (RFC 5545) out and replies to them in (RFC 5546). `services/meetings` fills the data classes.

The UID of an event is always passed in and kept with the meeting: programs know an event by nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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


@dataclass(frozen=True)
class Reply:
    """What a calendar program answered. `method` is `REPLY` or `COUNTER` (asks for another time); `address` is in lower case.

    `sequence` is None when the program left it out, `stamp` is aware.
    """

    uid: str
    sequence: int | None
    address: str
    partstat: PartStat
    delegated_to: str | None = None
    comment: str = ""
    stamp: datetime | None = None
    method: Literal["REPLY", "COUNTER"] = "REPLY"


class UnreadableCalendar(ValueError):
    """Bytes that are no calendar reply; the text is a German sentence."""


def request(event: CalendarEvent) -> bytes:
    """`METHOD:REQUEST`: the invitation and each change of it, with one attendee (RFC 5546, 3.2.2)."""
    raise NotImplementedError


def cancel(event: CalendarEvent) -> bytes:
    """`METHOD:CANCEL`, `STATUS:CANCELLED`: for its attendee alone, or for all when it has none (RFC 5546, 3.2.5)."""
    raise NotImplementedError


def feed(name: str, events: Sequence[CalendarEvent]) -> bytes:
    """`METHOD:PUBLISH`: a calendar to subscribe to, called `name`, without attendees (RFC 7986)."""
    raise NotImplementedError


def parse_reply(content: bytes) -> list[Reply]:
    """The replies in a calendar object. Raises :class:`UnreadableCalendar` for anything that holds none."""
    raise NotImplementedError
