"""Calendar objects as three independent programs read them, at the edges of daylight saving, with hostile texts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from kimforms.documents.calendar import Attendee, CalendarEvent, cancel, feed, filled, request

BERLIN = ZoneInfo("Europe/Berlin")
EVENT = CalendarEvent(
    uid="sitzung-7@kim.example",
    sequence=2,
    stamp=datetime(2026, 11, 23, 10, tzinfo=UTC),
    starts_at=datetime(2027, 1, 20, 14, tzinfo=BERLIN),
    ends_at=datetime(2027, 1, 20, 16, 30, tzinfo=BERLIN),
    summary="2. Sitzung der Lenkungsgruppe; Beschlüsse, Verschiedenes",
    organizer_name='Geschäftsstelle "KIM"',
    organizer_address="kim@rsk.example",
    location="Kreishaus, Raum Rhein\nSiegburg",
    url="https://kim.example/meetings/LG-2027-02",
    description="Guten Tag,\n\nTagesordnung: 1, 2; 3\\4 äöü ß € 😀 " + "sehr lang " * 40,
    attendee=Attendee("Müller, Jana; Dr.", "Jana@Müller.example", "CHAIR"),
)


def unfolded(content: bytes) -> str:
    return content.decode().replace("\r\n ", "")


def read(content: bytes):
    """The event as the three parsers see it."""
    mine = icalendar.Calendar.from_ical(content)
    (event,) = mine.walk("VEVENT")
    assert not any(component.errors for component in mine.walk())
    (theirs,) = IcsCalendarStream.calendar_from_ics(content.decode()).events
    return event, theirs, vobject.readOne(content.decode()).vevent


@pytest.mark.parametrize("make", [request, cancel, lambda event: feed("Meine Sitzungen", [event])])
def test_all_parsers_read_the_same_event(make):
    event, theirs, third = read(make(EVENT))
    assert event["UID"] == theirs.uid == third.uid.value == "sitzung-7@kim.example"
    assert event["SEQUENCE"] == theirs.sequence == int(third.sequence.value) == 2
    assert str(event["SUMMARY"]) == theirs.summary == third.summary.value == EVENT.summary
    assert str(event["DESCRIPTION"]) == theirs.description == third.description.value == EVENT.description
    assert str(event["LOCATION"]) == theirs.location == third.location.value == "Kreishaus, Raum Rhein Siegburg"
    for start, end in (
        (event.decoded("DTSTART"), event.decoded("DTEND")),
        (theirs.dtstart, theirs.dtend),
        (third.dtstart.value, third.dtend.value),
    ):
        assert (start.astimezone(UTC), end.astimezone(UTC)) == (
            EVENT.starts_at.astimezone(UTC),
            EVENT.ends_at.astimezone(UTC),
        )


def test_an_invitation_has_one_attendee_and_asks():
    event, _, third = read(request(EVENT))
    attendee = event["ATTENDEE"]
    assert str(attendee) == "mailto:jana@xn--mller-kva.example"
    assert dict(attendee.params) == {
        "CN": "Müller, Jana; Dr.", "CUTYPE": "INDIVIDUAL", "ROLE": "CHAIR", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE",
    }  # fmt: skip
    assert third.attendee.params["CN"] == ["Müller, Jana; Dr."]
    assert str(event["ORGANIZER"]) == "mailto:kim@rsk.example"
    assert event["ORGANIZER"].params["CN"] == "Geschäftsstelle 'KIM'"
    assert (event["STATUS"], event["TRANSP"], event["CLASS"]) == ("CONFIRMED", "OPAQUE", "PUBLIC")
    assert event.decoded("DTSTAMP") == EVENT.stamp
    assert "METHOD:REQUEST" in unfolded(request(EVENT))


def test_a_cancelled_meeting_and_somebody_left_out():
    event, _, _ = read(cancel(EVENT))
    assert event["STATUS"] == "CANCELLED" and "RSVP" not in event["ATTENDEE"].params
    assert "METHOD:CANCEL" in unfolded(cancel(EVENT))
    left_out, _, _ = read(cancel(EVENT, whole=False))
    assert "STATUS" not in left_out and str(left_out["ATTENDEE"]).startswith("mailto:jana@")
    for_all, _, _ = read(cancel(replace(EVENT, attendee=None)))
    assert "ATTENDEE" not in for_all
    with pytest.raises(ValueError, match="nobody"):
        cancel(replace(EVENT, attendee=None), whole=False)


def test_a_feed_names_itself_and_nobody_invited():
    other = replace(EVENT, uid="sitzung-8@kim.example", status="CANCELLED")
    content = feed("Sitzungen; für Jana", [EVENT, other])
    calendar = icalendar.Calendar.from_ical(content)
    assert [str(event["UID"]) for event in calendar.walk("VEVENT")] == [
        "sitzung-7@kim.example",
        "sitzung-8@kim.example",
    ]
    assert str(calendar["X-WR-CALNAME"]) == str(calendar["NAME"]) == "Sitzungen; für Jana"
    text = unfolded(content)
    assert "METHOD:PUBLISH" in text and "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert "ATTENDEE" not in text and "jana" not in text
    assert len(IcsCalendarStream.calendar_from_ics(content.decode()).events) == 2
    assert len(vobject.readOne(content.decode()).vevent_list) == 2


def test_a_feed_of_nothing_is_a_calendar():
    assert vobject.readOne(feed("Leer", []).decode()).vtimezone.tzid.value == "Europe/Berlin"
    assert IcsCalendarStream.calendar_from_ics(feed("Leer", []).decode()).events == []


@pytest.mark.parametrize("year", range(2024, 2040))
@pytest.mark.parametrize("month", [3, 10])
def test_the_rules_of_the_time_zone_agree_with_the_database_of_zones(year, month):
    """The VTIMEZONE, as vobject and icalendar read it, on every hour around the change of the clocks."""
    calendar = request(EVENT).decode()
    zones = [
        icalendar.Calendar.from_ical(calendar).walk("VTIMEZONE")[0].to_tz(lookup_tzid=False),
        vobject.readOne(calendar).vtimezone.tzinfo,
    ]
    last = max(day for day in range(25, 32) if date(year, month, day).weekday() == 6)
    begin = datetime(year, month, last, 0)
    for zone in zones:
        for half_hours in range(0, 96):
            clock = begin - timedelta(hours=24) + timedelta(minutes=30 * half_hours)
            if not skipped_or_twice(clock):
                assert clock.replace(tzinfo=zone).utcoffset() == clock.replace(tzinfo=BERLIN).utcoffset(), (zone, clock)


def skipped_or_twice(clock: datetime) -> bool:
    local = clock.replace(tzinfo=BERLIN)
    return local.utcoffset() != local.replace(fold=1).utcoffset()


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20270328T015900"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20270328T030000"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20271031T023000"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "DTSTART:20271031T013000Z"),
        (datetime(2027, 7, 1, 12, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20270701T140000"),
    ],
)
def test_times_at_the_change_of_the_clocks_are_exact(moment, written):
    content = request(replace(EVENT, starts_at=moment, ends_at=moment + timedelta(hours=3)))
    assert written in unfolded(content)
    event, theirs, third = read(content)
    assert event.decoded("DTSTART").astimezone(UTC) == theirs.dtstart.astimezone(UTC) == moment
    assert third.dtstart.value.astimezone(UTC) == moment


NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@settings(max_examples=60)
@given(NASTY, NASTY, NASTY)
def test_no_text_adds_a_line_and_all_lines_are_folded(summary, name, place):
    poison = "\r\nATTENDEE:mailto:x@y.example\r\nEND:VEVENT"
    event = replace(
        EVENT, summary=summary + poison, location=place + poison, description=name + poison,
        organizer_name=name + poison, attendee=Attendee(name + poison, "a@b.example"),
        uid="u-1" + poison, url="https://kim.example/" + summary + poison,
    )  # fmt: skip
    content = request(event)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert content.count(b"\n") == content.count(b"\r\n")
    lines = unfolded(content).split("\r\n")
    names = [line.partition(":")[0].partition(";")[0] for line in lines if line]
    expected = [line.partition(":")[0].partition(";")[0] for line in unfolded(request(EVENT)).split("\r\n") if line]
    assert sorted(names) == sorted(expected)
    assert len(icalendar.Calendar.from_ical(content).walk("VEVENT")) == 1


def test_filling_keeps_the_object_whole():
    content = request(replace(EVENT, description="Link: {{reply:1}} " + "ä" * 100))
    longer = filled(content, lambda text: text.replace("{{reply:1}}", "x" * 90))
    assert max(len(line) for line in longer.split(b"\r\n")) <= 75
    assert read(longer)[0]["DESCRIPTION"] == "Link: " + "x" * 90 + " " + "ä" * 100
    assert filled(content, lambda text: text).replace(b"\r\n ", b"") == content.replace(b"\r\n ", b"")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"attendee": None}, "attendee"),
        ({"uid": " "}, "UID"),
        ({"time_zone": "Asia/Tokyo"}, "rules"),
        ({"starts_at": datetime(2027, 1, 20, 14)}, "zone"),
        ({"ends_at": datetime(2027, 1, 20, 13, tzinfo=BERLIN)}, "after"),
    ],
)
def test_what_no_calendar_can_hold_is_refused(change, reason):
    with pytest.raises(ValueError, match=reason):
        request(replace(EVENT, **change))
