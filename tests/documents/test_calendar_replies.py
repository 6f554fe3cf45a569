"""Replies as calendar programs really write them, and bytes that are none: always a sentence, never a crash."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.documents.calendar_replies import MAX_CALENDAR, Reply, UnreadableCalendar, parse_reply

UID = "sitzung-7@kim.example"
STAMP = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)


def reply(*lines: str, method: str = "REPLY", end: str = "\r\n", head: tuple[str, ...] = ()) -> bytes:
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//DE", *head, f"METHOD:{method}" if method else "X-NIX:1")
    return end.join((*whole, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", "")).encode()


GOOGLE = reply(
    "DTSTART:20270120T130000Z", "DTEND:20270120T153000Z", "DTSTAMP:20261124T081500Z",
    "ORGANIZER;CN=Geschäftsstelle:mailto:kim@rsk.example", f"UID:{UID}",
    "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=jana@b.",
    " example;X-NUM-GUESTS=0:mailto:jana@b.example",
    "X-MICROSOFT-CDO-OWNERAPPTID:-1", "CREATED:20261123T100000Z", "DESCRIPTION:Was in der Einladung stand",
    "SEQUENCE:2", "STATUS:CONFIRMED", "SUMMARY:Sitzung", "TRANSP:OPAQUE",
)  # fmt: skip
OUTLOOK = reply(
    'ATTENDEE;PARTSTAT=DECLINED;CN="Müller, Jana: Jobcenter":MAILTO:Jana@B.example',
    "COMMENT;LANGUAGE=de-DE:Bin im Urlaub\\, leider\\nGruß\n",
    "UID:" + UID, "SUMMARY;LANGUAGE=de-DE:Abgelehnt: Sitzung", "DTSTART;TZID=W. Europe Standard Time:20270120T140000",
    "CLASS:PUBLIC", "PRIORITY:5", "DTSTAMP:20261124T081500Z", "TRANSP:OPAQUE", "STATUS:CONFIRMED", "LOCATION;LANGUAGE=de-DE:",
    "X-MICROSOFT-CDO-APPT-SEQUENCE:2", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    head=("BEGIN:VTIMEZONE", "TZID:W. Europe Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200",
          "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "END:VTIMEZONE"),
)  # fmt: skip
APPLE = reply(
    "ATTENDEE;CN=\"Jana Müller\";CUTYPE=INDIVIDUAL;EMAIL=\"jana@b.example\";PARTSTAT=TENTATIVE:/1234567/principal/",
    "DTSTAMP:20261124T081500Z", "SEQUENCE:2", f"UID:{UID}", "BEGIN:VALARM", "UID:other", "TRIGGER:-PT15M", "END:VALARM",
)  # fmt: skip
THUNDERBIRD = reply(
    f"UID:{UID}", "SEQUENCE:2", "DTSTAMP:20261124T081500Z", "ORGANIZER:mailto:kim@rsk.example",
    "ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:jana@b.example", end="\n",
)  # fmt: skip


DECLINED = Reply(UID, None, "jana@b.example", "DECLINED", comment="Bin im Urlaub, leider\nGruß", stamp=STAMP)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (GOOGLE, Reply(UID, 2, "jana@b.example", "ACCEPTED", stamp=STAMP)),
        (OUTLOOK, DECLINED),
        (APPLE, Reply(UID, 2, "jana@b.example", "TENTATIVE", stamp=STAMP)),
        (THUNDERBIRD, Reply(UID, 2, "jana@b.example", "ACCEPTED", stamp=STAMP)),
        (THUNDERBIRD.replace(b"\n", b"\r"), Reply(UID, 2, "jana@b.example", "ACCEPTED", stamp=STAMP)),
        (b"\xef\xbb\xbf" + GOOGLE, Reply(UID, 2, "jana@b.example", "ACCEPTED", stamp=STAMP)),
        (OUTLOOK.decode().encode("cp1252"), DECLINED),
        (OUTLOOK.decode().encode("utf-16"), DECLINED),
    ],
    ids=["google", "outlook", "apple", "thunderbird", "old line ends", "byte order mark", "wrong charset", "utf-16"],
)  # fmt: skip
def test_what_programs_send(content, expected):
    assert parse_reply(content) == [expected]


def test_a_deputy_is_named_on_both_sides():
    (sent,) = parse_reply(
        reply(
            f"UID:{UID}",
            'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Petra@B.example":mailto:jana@b.example',
            'ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:jana@b.example":mailto:petra@b.example',
        )
    )
    assert (sent.address, sent.partstat, sent.delegated_to) == ("jana@b.example", "DELEGATED", "petra@b.example")
    (came,) = parse_reply(
        reply(f"UID:{UID}", 'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:jana@b.example":mailto:petra@b.example')
    )
    assert (came.address, came.delegated_from) == ("petra@b.example", "jana@b.example")


def test_another_time_is_proposed():
    (found,) = parse_reply(
        reply(
            f"UID:{UID}",
            "ATTENDEE;PARTSTAT=TENTATIVE:mailto:jana@b.example",
            "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:other@b.example",
            "DTSTART;TZID=W. Europe Standard Time:20270121T140000",
            method="COUNTER",
        )
    )
    assert (found.method, found.proposed) == ("COUNTER", datetime(2027, 1, 21, 13, tzinfo=UTC))


@pytest.mark.parametrize(
    "line",
    [
        'ATTENDEE;PARTSTAT=ACCEPTED;CN="Jana "die" Müller":mailto:jana@b.example',
        "ATTENDEE;PARTSTAT=ACCEPTED;CN=Müller: Jana:mailto:jana@b.example",
        "attendee;partstat=accepted:MailTo:JANA@b.example",
        "ATTENDEE;CN=x;PARTSTAT=\"ACCEPTED\":mailto:'jana@b.example'",
        "ATTENDEE;PARTSTAT=ACCEPTED:jana@b.example",
    ],
)
def test_broken_quotes_and_capitals_do_not_hide_who_answers(line):
    (found,) = parse_reply(reply(f"UID:{UID}", line))
    assert (found.address, found.partstat) == ("jana@b.example", "ACCEPTED")


def test_a_fold_in_the_middle_of_a_letter():
    content = reply(f"UID:{UID}", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:j@b.example", "COMMENT:Schöne Grüße")
    at = content.index("ö".encode()) + 1
    (found,) = parse_reply(content[:at] + b"\r\n " + content[at:])
    assert found.comment == "Schöne Grüße"


@pytest.mark.parametrize(
    ("sequence", "read"), [("SEQUENCE:", None), ("SEQUENCE:x", None), ("SEQUENCE:-1", None), ("SEQUENCE: 4", 4)]
)
def test_a_sequence_that_is_none(sequence, read):
    (found,) = parse_reply(reply(f"UID:{UID}", sequence, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:j@b.example"))
    assert found.sequence == read


def test_what_the_mail_says_helps_where_the_object_is_silent():
    content = reply(f"UID:{UID}", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:j@b.example", method="")
    assert parse_reply(content, method="reply")[0].partstat == "ACCEPTED"
    with pytest.raises(UnreadableCalendar, match="keine Antwort"):
        parse_reply(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "kein Kalendereintrag"),
        (b"\x00\xff\xfe\x01", "kein Kalendereintrag"),
        (b"Guten Tag", "kein Kalendereintrag"),
        (GOOGLE.replace(b"METHOD:REPLY", b"METHOD:REQUEST"), "keine Antwort"),
        (GOOGLE.replace(b"BEGIN:VEVENT", b"BEGIN:VTODO"), "keinen Termin"),
        (GOOGLE.replace(b"UID:", b"X-UID:"), "wer antwortet und worauf"),
        (GOOGLE.replace(b"ATTENDEE", b"X-NIEMAND"), "wer antwortet und worauf"),
        (b"A" * (MAX_CALENDAR + 1), "größer als 500 Kilobyte"),
        (b"BEGIN:X\n" * 60_000, "kein Kalendereintrag"),
    ],
)
def test_what_is_no_reply_is_told_in_a_sentence(content, sentence):
    with pytest.raises(UnreadableCalendar, match=sentence):
        parse_reply(content)


def answered_or_refused(content: bytes) -> None:
    try:
        assert parse_reply(content)
    except UnreadableCalendar as refused:
        assert str(refused).endswith(".")


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_or_refused(content):
    answered_or_refused(content)


@given(st.sampled_from([GOOGLE, OUTLOOK, APPLE, THUNDERBIRD]), st.data())
def test_any_damage_to_a_real_reply_is_answered_or_refused(content, data):
    at = data.draw(st.integers(0, len(content)))
    gone = data.draw(st.integers(0, 30))
    answered_or_refused(content[:at] + data.draw(st.binary(max_size=20)) + content[at + gone :])


@given(st.lists(st.sampled_from([
    "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "METHOD:REPLY", "UID:x", "SEQUENCE:99999999999",
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", "ATTENDEE;PARTSTAT=X:mailto:", "ATTENDEE:mailto:a@" + "ü" * 80 + ".example",
    "DTSTAMP:00000101T000000Z", "DTSTART;TZID=../../etc/passwd:20270101T000000", "DTSTAMP:99991231T235959", "METHOD:COUNTER",
    "DTSTART;TZID=Europe/Berlin:00010101T000000", "ATTENDEE;DELEGATED-TO=\"x\":mailto:a@b..example", "COMMENT:\\",
]), max_size=20))  # fmt: skip
def test_lines_in_any_order_are_answered_or_refused(lines):
    answered_or_refused("\r\n".join(lines).encode())
