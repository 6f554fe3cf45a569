"""Short ways to write days and people in tables of cases."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kimforms.rules.entitlement import Holder, Presence, Seat

BERLIN = ZoneInfo("Europe/Berlin")


def day(text: str) -> date:
    """`12.03.2027`."""
    return datetime.strptime(text, "%d.%m.%Y").date()


def at(text: str) -> datetime:
    """`14:35` on the day of the meeting, local time."""
    hour, minute = text.split(":")
    return datetime(2027, 3, 12, int(hour), int(minute), tzinfo=BERLIN)


def seats(number: int, right: str = "voting", first: int = 1) -> tuple[Seat, ...]:
    """Seats 1, 2, … held by persons 101, 102, … with deputies 201, 202, …"""
    return tuple(
        Seat(n, f"Sitz {n}", right, Holder(100 + n, f"Mitglied {n}"), (Holder(200 + n, f"Vertretung {n}"),))
        for n in range(first, first + number)
    )


def member(seat: int, came: str = "14:00", left: str | None = None) -> Presence:
    return Presence(100 + seat, f"Mitglied {seat}", "principal", seat, at(came), at(left) if left else None)


def deputy(seat: int, came: str = "14:00", left: str | None = None) -> Presence:
    return Presence(200 + seat, f"Vertretung {seat}", "deputy", seat, at(came), at(left) if left else None)


def guest(person: int, came: str = "14:00", left: str | None = None) -> Presence:
    return Presence(person, f"Gast {person}", "guest", None, at(came), at(left) if left else None)
