"""Reminders, escalations and tasks: told once, to the right people, on the right day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from kimforms.engine.deadlines import schedule
from kimforms.engine.definition import DeadlineRule
from kimforms.extensions import db
from kimforms.models import DigestItem, Event, OutboxMessage, Record, RecordDeadline, Task, User
from kimforms.services import deadlines
from kimforms.services.unit_of_work import unit_of_work

from ..engine.definitions import small
from ..support.mail import make_record

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RULE = {
    "id": "answer",
    "label": "Erste Antwort",
    "after": 5,
    "unit": "working_days",
    "remind_before": [2, 1],
    "notify": ["assignee"],
    "escalate": {"after": 2, "unit": "working_days", "notify": [{"role": "office"}]},
}


def definition(rule=RULE, **parts):
    states = {"new": {"label": "neu", "deadlines": [rule]}, "done": {"label": "fertig", "kind": "done"}}
    return small(**({"workflow": small()["workflow"] | {"states": states}} | parts))


def person(session, email="koordination@rsk.example"):
    return session.scalar(select(User).where(User.email == email))


def begin(rule=RULE, assignee="koordination@rsk.example", parts=None, **columns):
    with unit_of_work() as session:
        who = person(session, assignee) if assignee else None
        record = make_record(session, MONDAY, definition(rule, **(parts or {})), assignee=who, **columns)
        dates = schedule(DeadlineRule.model_validate(rule), MONDAY.date())
        session.add(
            RecordDeadline(
                record_id=record.id, rule=rule["id"], label=rule["label"], due_on=dates.due,
                next_check_on=min([*dates.reminders, dates.due]),
            )
        )  # fmt: skip
    return dates


def run(days):
    return deadlines.run_due(unit_of_work, MONDAY + timedelta(days=days))


def mails():
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(one.subject, sorted(each.address for each in one.deliveries)) for one in rows]


def deadline():
    db.session.rollback()
    return db.session.scalars(select(RecordDeadline)).one()


def events():
    wanted = select(Event.tag, Event.payload).where(Event.tag.like("deadline:%")).order_by(Event.seq)
    return [tuple(row) for row in db.session.execute(wanted)]


def test_the_whole_life_of_a_deadline(app):
    dates = begin()
    assert (dates.due, dates.reminders) == (date(2026, 11, 30), (date(2026, 11, 26), date(2026, 11, 27)))
    assert run(2).reminded == 0
    assert run(3).reminded == 1
    assert run(3).reminded == 0
    assert mails() == [("AN-2026-0001: Frist „Erste Antwort“ in 4 Tagen", ["koordination@rsk.example"])]
    assert (deadline().reminded_on, deadline().next_check_on) == (date(2026, 11, 26), date(2026, 11, 27))
    assert run(4).reminded == 1
    assert deadline().next_check_on == date(2026, 12, 2)
    assert run(8).escalated == 0
    summary = run(9)
    assert (summary.escalated, summary.failed) == (1, [])
    subject, addresses = mails()[-1]
    assert subject == "AN-2026-0001: Frist „Erste Antwort“ seit 2 Tagen überfällig, bitte kümmern"
    assert "leitung@rsk.example" in addresses
    assert deadline().escalated_at == MONDAY + timedelta(days=9)
    assert deadline().next_check_on is None
    assert run(30).escalated == 0
    payload = '{"due_on":"2026-11-30","rule":"answer"}'
    assert events() == [("deadline:remind", payload), ("deadline:remind", payload), ("deadline:escalate", payload)]


def test_missed_reminders_become_one(app):
    begin()
    assert run(5).reminded == 1
    assert len(mails()) == 1
    assert deadline().next_check_on == date(2026, 12, 2)


def test_a_long_stand_still_escalates_at_once(app):
    begin()
    summary = run(20)
    assert (summary.reminded, summary.escalated) == (0, 1)
    assert len(mails()) == 1


def test_a_rule_without_reminders_speaks_on_the_day_itself(app):
    begin({"id": "answer", "label": "Antwort", "after": 3, "unit": "calendar_days", "notify": ["assignee"]})
    assert run(2).reminded == 0
    assert run(3).reminded == 1
    assert mails()[0][0] == "AN-2026-0001: Frist „Antwort“ heute fällig"
    assert deadline().next_check_on is None


def test_when_the_recipients_are_nobody_the_responsible_are_told(app):
    begin(assignee=None)
    run(3)
    assert "koordination@rsk.example" in mails()[0][1]


def test_the_mail_of_the_definition_is_used(app):
    mail = {"late": {"subject": "{reference} wartet", "text": "Bis {due}: {deadline}. {title}"}}
    begin({**RULE, "mail": "late"}, parts={"mails": mail})
    run(3)
    assert mails() == [("AN-2026-0001 wartet", ["koordination@rsk.example"])]
    text = db.session.scalars(select(OutboxMessage.text)).one()
    assert "Bis 30.11.2026: Erste Antwort. Ein Antrag" in text


def test_effects_of_an_escalation_are_carried_out(app):
    effects = [{"task": {"title": "Nachfassen", "to": [{"role": "office"}]}}]
    begin({**RULE, "escalate": {"after": 1, "notify": [], "effects": effects}})
    assert run(8).failed == []
    assert "Nachfassen" in db.session.scalars(select(Task.title)).all()
    assert deadline().escalated_at is not None


def test_a_closed_record_ends_its_deadline_without_a_word(app):
    begin(open=False, state="done", closed_at=MONDAY)
    run(3)
    assert mails() == []
    assert deadline().done_at == MONDAY + timedelta(days=3)
    assert [tag for tag, _ in events()] == ["deadline:done"]


def test_one_that_fails_holds_nobody_up_and_leaves_nothing_half_done(app, monkeypatch):
    begin()
    with unit_of_work() as session:
        record = session.scalars(select(Record)).one()
        session.add(
            RecordDeadline(
                record_id=record.id,
                rule="none",
                label="Zweite",
                due_on=date(2026, 11, 26),
                next_check_on=date(2026, 11, 26),
            )
        )
    original = deadlines.audit.record

    def failing(session, actor, now, tag, **values):
        if values.get("rule") == "answer":
            raise RuntimeError("disk full")
        return original(session, actor, now, tag, **values)

    monkeypatch.setattr(deadlines.audit, "record", failing)
    summary = run(3)
    assert summary.reminded == 1
    assert len(summary.failed) == 1 and "disk full" in summary.failed[0]
    assert mails() == [("AN-2026-0001: Frist „Zweite“ heute fällig", ["koordination@rsk.example"])]
    monkeypatch.undo()
    assert run(3).reminded == 1


def add_task(**changes):
    with unit_of_work() as session:
        values = {
            "controller_id": 1, "kind": "task", "title": "Anrufen", "assignee": person(session), "created_at": MONDAY,
            "due_on": date(2026, 11, 24),
        }  # fmt: skip
        session.add(Task(**(values | changes)))


def test_a_task_is_told_once_when_it_is_due(app):
    add_task()
    assert run(0).tasks == 0
    assert run(1).tasks == 1
    assert run(1).tasks == 0
    assert run(9).tasks == 0
    assert mails() == [("Aufgabe heute fällig: Anrufen", ["koordination@rsk.example"])]


def test_a_task_with_a_new_date_is_told_again(app):
    add_task()
    run(1)
    with unit_of_work() as session:
        session.scalars(select(Task)).one().due_on = date(2026, 11, 26)
    assert run(2).tasks == 0
    assert run(3).tasks == 1


@pytest.mark.parametrize("changes", [{"done_at": MONDAY}, {"due_on": None}])
def test_nothing_is_said_of_tasks_done_or_without_a_date(app, changes):
    add_task(**changes)
    assert run(9).tasks == 0
    assert mails() == []


def test_a_person_with_a_daily_mail_gets_an_item(app):
    with unit_of_work() as session:
        person(session).digest = True
    begin()
    run(3)
    assert mails() == []
    assert db.session.scalars(select(DigestItem.subject)).all() == ["AN-2026-0001: Frist „Erste Antwort“ in 4 Tagen"]
