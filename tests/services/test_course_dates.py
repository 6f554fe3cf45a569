"""Dates of courses and tests: entered by providers, approved, moved, withdrawn; told by digest; in step with the record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import CourseDate, DigestItem, Record, User
from kimforms.permissions import Actor
from kimforms.services.advice import course_dates, course_entry
from kimforms.services.catalogues import catalogues
from kimforms.services.records.transitions import possible_transitions
from kimforms.services.refusals import InputRefused, NotVisible, StepRefused, TooMany
from kimforms.services.reporting import Visitor, look_up
from kimforms.services.unit_of_work import unit_of_work

from ..support.directory import DATE, course_date, date_published, date_sent
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, NOW, OFFICE, mails, stored, tags, take

TODAY = NOW.date()
MOVE = {"neuer_tag": "19.02.2027", "neuer_beginn": "14:00", "neues_ende": "15:30"}


def coming(day=TODAY, **filters):
    db.session.rollback()
    return [one.record.title for one in course_dates.upcoming_dates(db.session(), day, **filters)]


def items():
    return db.session.execute(select(DigestItem.subject, User.email).join(User, User.id == DigestItem.user_id)).all()


def test_what_a_provider_sends_waits_for_the_coordination(app):
    reference = date_sent()
    record, row = stored(reference), course_date(reference)
    assert (record.state, record.creator_id, record.municipality) == ("eingereicht", None, "troisdorf")
    assert row.starts_at == datetime(2027, 2, 12, 9, 0, tzinfo=UTC)
    assert (row.register_until, row.told_at, row.sequence) == (date(2027, 1, 29), None, 0)
    assert not {"kontakt_name", "kontakt_email", "kontakt_telefon"} & (row.data.keys() | record.answers.keys())
    assert record.contact.email == "kurse@vhs.example"
    assert coming() == [] and items() == []
    assert [one.record_id for one in course_dates.waiting(db.session())] == [record.id]
    kinds = {kind for kind, _to in mails()}
    assert kinds == {"course_date.receipt", "course_date.new_date"}


def test_the_coordination_publishes_and_everybody_concerned_hears_of_it_once(app):
    reference = date_published()
    assert coming() == [DATE["bezeichnung"]]
    told = items()
    emails = {email for _subject, email in told}
    assert {
        "beratung@caritas.example",
        "casemanagement@siegburg.example",
        COORDINATOR,
        "einbuergerung@rsk.example",
    } <= emails
    assert not {OFFICE, "mitglied@jobcenter.example", "admin@rsk.example"} & emails
    assert len(told) == len(emails) and {subject for subject, _ in told} == {f"Neuer Termin: {DATE['bezeichnung']}"}
    assert ("course_date.published", "kurse@vhs.example") in mails()
    assert tags(reference)[-1] != "record:submit"


@pytest.mark.parametrize("email", [ADVISER, OFFICE, ELSEWHERE, "einbuergerung@rsk.example"])
def test_nobody_else_approves(app, email):
    reference = date_sent()
    with pytest.raises((StepRefused, NotVisible)):
        take(email, reference, "veroeffentlichen")
    assert stored(reference).state == "eingereicht" and coming() == []


def test_a_declined_date_has_a_reason_and_is_told_to_the_provider_alone(app):
    reference = date_sent()
    with pytest.raises(InputRefused):
        take(COORDINATOR, reference, "ablehnen")
    take(COORDINATOR, reference, "ablehnen", {"reason": "Das ist kein Kurs."})
    assert coming() == [] and items() == []
    assert ("course_date.declined", "kurse@vhs.example") in mails()
    assert course_date(reference).sequence == 0


def test_the_provider_moves_a_published_date_and_calendars_hear_of_it(app):
    reference = date_published()
    take(None, reference, "verschieben", MOVE)
    row = course_date(reference)
    assert (row.starts_at, row.ends_at) == (
        datetime(2027, 2, 19, 13, tzinfo=UTC),
        datetime(2027, 2, 19, 14, 30, tzinfo=UTC),
    )
    assert (stored(reference).state, row.sequence) == ("veroeffentlicht", 1)
    assert stored(reference).answers["tag"] == "2027-02-19"
    assert {subject.split(":")[0] for subject, _ in items()} == {"Neuer Termin", "Termin verschoben"}
    take(None, reference, "verschieben", MOVE)
    assert course_date(reference).sequence == 1, "the same time again is no change"


def test_moving_before_publication_tells_nobody(app):
    reference = date_sent()
    take(None, reference, "verschieben", MOVE)
    assert (course_date(reference).sequence, items(), stored(reference).state) == (0, [], "eingereicht")
    take(COORDINATOR, reference, "veroeffentlichen")
    assert course_date(reference).starts_at == datetime(2027, 2, 19, 13, tzinfo=UTC)


def test_a_withdrawn_date_is_gone_and_told_as_cancelled(app):
    reference = date_published()
    take(None, reference, "zurueckziehen")
    assert coming() == []
    assert course_date(reference).sequence == 1
    assert {subject.split(":")[0] for subject, _ in items()} == {"Neuer Termin", "Termin abgesagt"}
    with pytest.raises(StepRefused):
        take(None, reference, "verschieben", MOVE)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ende": "10:00"}, "ende"), ({"ende": "9"}, "ende"), ({"tag": "22.11.2026", "anmeldeschluss": ""}, "tag"),
        ({"tag": "23.11.2026", "beginn": "9:30", "anmeldeschluss": ""}, "tag"), ({"kurs_bis": "11.02.2027"}, "kurs_bis"),
        ({"anmeldeschluss": "13.02.2027"}, "anmeldeschluss"), ({"tag": "30.02.2027"}, "tag"), ({"beginn": "25:00"}, "beginn"),
        ({"art": "zirkus"}, "art"), ({"kommune": "koeln"}, "kommune"), ({"datenschutz_gelesen": ""}, "datenschutz_gelesen"),
        ({"bezeichnung": ""}, "bezeichnung"), ({"kontakt_email": "x"}, "kontakt_email"), ({"tag": "12.02.2127"}, "tag"),
        ({"internetseite": "javascript:alert(1)"}, "internetseite"), ({"hinweise": "x" * 1501}, "hinweise"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_stored(app, changes, field):
    with pytest.raises(InputRefused) as refused:
        date_sent(**changes)
    assert list(refused.value.errors) == [field]
    assert db.session.scalar(select(func.count()).select_from(CourseDate)) == 0
    assert mails() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"neues_ende": "13:00"}, "neues_ende"),
        ({"neuer_tag": "1.11.2026"}, "neuer_tag"),
        ({"neuer_tag": ""}, "neuer_tag"),
    ],
)
def test_a_date_cannot_be_moved_to_where_it_cannot_be(app, changes, field):
    reference = date_published()
    before = course_date(reference).starts_at
    with pytest.raises(InputRefused) as refused:
        take(None, reference, "verschieben", MOVE | changes)
    assert list(refused.value.errors) == [field]
    assert (course_date(reference).starts_at, stored(reference).answers["tag"]) == (before, "2027-02-12")


@pytest.mark.parametrize(
    ("day", "begin", "wanted"),
    [
        ("27.03.2027", "10:00", datetime(2027, 3, 27, 9, tzinfo=UTC)),
        ("28.03.2027", "10:00", datetime(2027, 3, 28, 8, tzinfo=UTC)),
        ("28.03.2027", "2:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("31.10.2027", "10:00", datetime(2027, 10, 31, 9, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_clock_on_the_wall_counts_across_summer_time(app, day, begin, wanted):
    reference = date_sent(tag=day, beginn=begin, ende="12:00")
    assert course_date(reference).starts_at == wanted


def test_only_what_is_to_come_is_listed_by_kind_and_place(app):
    date_published(bezeichnung="A")
    date_published(bezeichnung="B", art="sprachkurs", kommune="siegburg", tag="01.12.2026", anmeldeschluss="")
    assert coming() == ["B", "A"]
    assert coming(kind="sprachkurs") == ["B"] == coming(municipality="siegburg") == coming(limit=1)
    assert coming(date(2026, 12, 1)) == ["B", "A"] and coming(date(2026, 12, 2)) == ["A"]


def test_the_same_form_sent_twice_is_one_date(app):
    about = {"visitor": Visitor("n", "s"), "key": "twice"}
    codes = []
    for _ in range(2):
        with unit_of_work() as session:
            codes.append(course_entry.submit(session, NOW, raw=DATE, catalogues=catalogues(session), **about).code)
    assert codes[0] == codes[1]
    assert db.session.scalar(select(func.count()).select_from(CourseDate)) == 1


def test_reference_and_code_prove_the_provider_and_nothing_else_does(app):
    visitor = Visitor("n", "s")
    with unit_of_work() as session:
        done = course_entry.submit(session, NOW, raw=DATE, key="k", visitor=visitor, catalogues=catalogues(session))
        reference, code = done.record.reference, done.code
    with unit_of_work() as session:
        assert look_up(session, NOW, reference=reference, code="aaaa-bbbb-cccc-dddd", visitor=visitor) is None
        found = look_up(session, NOW, reference=reference, code=code, visitor=visitor)
        steps = possible_transitions(session, Actor("reporter", reporter_of=found.id), NOW, found)
        assert [one.transition.id for one in steps if type(one).__name__ == "Allowed"] == [
            "verschieben",
            "zurueckziehen",
        ]


def test_a_flood_is_slowed_down(app):
    visitor = Visitor("flood", "s")
    with unit_of_work() as session:
        for _ in range(course_entry.DATES_AN_HOUR):
            visitor.slow_down(session, NOW, "course-date", course_entry.DATES_AN_HOUR)
    with unit_of_work() as session, pytest.raises(TooMany):
        course_entry.submit(session, NOW, raw=DATE, key="k", visitor=visitor, catalogues=catalogues(session))
    with unit_of_work() as session:
        later = NOW + timedelta(hours=1, minutes=1)
        course_entry.submit(session, later, raw=DATE, key="k", visitor=visitor, catalogues=catalogues(session))
    assert db.session.scalar(select(func.count()).select_from(Record).where(Record.reference.startswith("KT-"))) == 1
