"""Tasks of meetings: owners with and without account, progress, reminders told once before and once after the day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import AgendaItem, Body, OutboxMessage, Person, Task
from kimforms.services import deadlines
from kimforms.services.meetings import tasks
from kimforms.services.refusals import InputRefused, NotPermitted
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings as house
from ..support.databases import NOW
from ..support.records import ADVISER, COORDINATOR, OFFICE, last_payload, mails, tags

DUE = date(2027, 2, 10)
AFTER = house.BEGINS + timedelta(hours=3)


@pytest.fixture
def reference(app) -> str:
    house.body()
    return house.meeting()


def put(
    reference: str, label: str = "Caritas", *, by: str = OFFICE, due: date | None = DUE, title: str = "Zahlen liefern"
) -> int:
    with house.at_work(reference, by) as (session, actor, meeting):
        item = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id)).first()
        owner = house.named(session, label)
        task = tasks.put_meeting_task(
            session, actor, AFTER, meeting=meeting, item=item, title=title, owner=owner, due_on=due
        )
        return task.id


def stored(task_id: int) -> Task:
    db.session.rollback()
    return db.session.get_one(Task, task_id)


def test_an_owner_without_account_has_the_task_and_is_not_told_yet(reference):
    task = stored(put(reference))
    assert (task.assignee_id, task.owner.last_name, task.body.slug) == (None, "Caritas", house.SLUG)
    assert task.item_id is not None
    assert tags(reference)[-1] == "task:create"
    assert mails() == []


def test_an_owner_with_account_has_it_among_the_own_tasks(reference):
    task = stored(put(reference, "Jobcenter"))
    assert task.assignee is not None and task.assignee.email == house.MEMBER


def test_coordinators_give_no_tasks_in_a_steering_body(reference):
    for person in (COORDINATOR, ADVISER, house.MEMBER):
        with pytest.raises(NotPermitted):
            put(reference, by=person)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": "  "}, "title"), ({"title": "x" * 301}, "title"), ({"due": date(2027, 1, 18)}, "due_on")],
)
def test_a_task_that_makes_no_sense_is_refused(reference, change, field):
    with pytest.raises(InputRefused) as refused:
        put(reference, **change)
    assert list(refused.value.errors) == [field]
    db.session.rollback()
    assert db.session.scalars(select(Task)).all() == []


def test_an_owner_of_another_controller_is_refused(reference):
    with unit_of_work() as session:
        stranger = house.person(session, "Fremd", tag="x")
        stranger.controller_id += 1
        number = stranger.id
    with pytest.raises(InputRefused), house.at_work(reference) as (session, actor, meeting):
        owner = session.get_one(Person, number)
        tasks.put_meeting_task(session, actor, NOW, meeting=meeting, item=None, title="x", owner=owner, due_on=None)


def test_open_tasks_of_a_body_the_most_urgent_first(reference):
    late, done, soon = (
        put(reference, due=DUE),
        put(reference, title="Fertig"),
        put(reference, "Jobcenter", due=date(2027, 1, 20)),
    )
    put(reference, due=None, title="Ohne Termin")
    with house.at_work(reference) as (session, actor, _meeting):
        tasks.note_progress(session, actor, AFTER, task=session.get_one(Task, done), percent=100, note="")
    db.session.rollback()
    body = db.session.scalars(select(Body).where(Body.slug == house.SLUG)).one()
    found = tasks.open_tasks_of(db.session(), body, date(2027, 1, 22))
    assert [one.id for one in found][:2] == [soon, late]
    assert [(one.owner, one.due, one.overdue) for one in found] == [
        ("Kim Jobcenter", "seit 2 Tagen überfällig", True),
        ("Kim Caritas", "in 19 Tagen", False),
        ("Kim Caritas", "", False),
    ]
    assert {(one.meeting, one.item) for one in found} == {(reference, "Punkt 1")}
    meeting = house.found(reference)
    assert [one.done for one in tasks.tasks_of_meeting(db.session(), meeting, DUE)] == [False, False, False, True]
    assert tasks.open_tasks_of(db.session(), body, DUE, besides=meeting) == []


def test_progress_is_noted_with_its_event_and_a_hundred_percent_ends_it(reference):
    number = put(reference)
    with house.at_work(reference) as (session, actor, _meeting):
        task = session.get_one(Task, number)
        assert tasks.note_progress(session, actor, AFTER, task=task, percent=40, note="Angefragt")
        assert not tasks.note_progress(session, actor, AFTER, task=task, percent=40, note="Angefragt")
    assert (stored(number).progress, stored(number).progress_note) == (40, "Angefragt")
    assert last_payload(reference, "task:progress") == {"task": number, "percent": 40, "note": "Angefragt"}
    with house.at_work(reference) as (session, actor, _meeting):
        tasks.note_progress(session, actor, AFTER, task=session.get_one(Task, number), percent=100, note="")
    assert stored(number).done_at == AFTER
    assert tags(reference)[-2:] == ["task:progress", "task:done"]
    with pytest.raises(InputRefused), house.at_work(reference) as (session, actor, _meeting):
        tasks.note_progress(session, actor, AFTER, task=session.get_one(Task, number), percent=10, note="")


@pytest.mark.parametrize("person", [ADVISER, house.MEMBER, COORDINATOR])
def test_progress_of_others_is_not_theirs_to_note(reference, person):
    number = put(reference)
    may = person == COORDINATOR  # who works on records
    with house.at_work(reference, person) as (session, actor, _meeting):
        assert tasks.may_note(actor, session.get_one(Task, number)) is may


@pytest.mark.parametrize(
    ("percent", "note", "field"), [(101, "", "percent"), (-1, "", "percent"), (5, "x" * 501, "note")]
)
def test_progress_that_is_none_is_refused(reference, percent, note, field):
    number = put(reference)
    with pytest.raises(InputRefused) as refused, house.at_work(reference) as (session, actor, _meeting):
        tasks.note_progress(session, actor, AFTER, task=session.get_one(Task, number), percent=percent, note=note)
    assert list(refused.value.errors) == [field]


def test_owners_are_reminded_once_before_and_once_when_overdue(reference):
    put(reference)
    put(reference, "Jobcenter")
    told = []
    for days in (-9, -4, -3, -2, 0, 1, 2, 9):
        at = NOW.replace(year=DUE.year, month=DUE.month, day=DUE.day) + timedelta(days=days)
        before = len(mails("task.due"))
        assert deadlines.run_due(unit_of_work, at).failed == []
        told.append((days, len(mails("task.due")) - before))
    assert [one for one in told if one[1]] == [(-3, 2), (1, 2)]
    assert {address for _kind, address in mails()} == {"caritas.pruefgremium@member.example", house.MEMBER}
    first = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
    assert first.subject == "Aufgabe in 3 Tagen: Zahlen liefern"
    assert reference in first.text and "Antwort auf diese E-Mail" in first.text


def test_a_task_that_is_new_is_not_reminded_of_before_its_day(reference):
    put(reference, due=date(2027, 1, 21))
    assert deadlines.run_due(unit_of_work, AFTER).tasks == 0
    assert deadlines.run_due(unit_of_work, AFTER + timedelta(days=3)).tasks == 1


def test_whoever_has_neither_account_nor_address_stops_nothing(reference):
    number = put(reference)
    with unit_of_work() as session:
        session.get_one(Task, number).owner.email = None
    summary = deadlines.run_due(unit_of_work, AFTER + timedelta(days=40))
    assert (summary.failed, summary.tasks, mails()) == ([], 0, [])


def test_each_owner_gets_one_mail_with_the_tasks_when_minutes_are_sent(reference):
    put(reference)
    put(reference, title="Raum suchen", due=None)
    put(reference, "Jobcenter")
    with house.at_work(reference) as (session, _actor, meeting):
        assert tasks.tell_owners(session, AFTER, meeting) == 2
    texts = {one.deliveries[0].address: one.text for one in db.session.scalars(select(OutboxMessage))}
    assert "2 Aufgaben" in texts["caritas.pruefgremium@member.example"]
    assert "- Raum suchen\n" in texts["caritas.pruefgremium@member.example"]
    assert "Raum suchen" not in texts[house.MEMBER]
