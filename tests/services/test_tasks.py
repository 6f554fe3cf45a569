"""Tasks and follow-ups: made, changed, done, and only by those whose they are."""

from datetime import date

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Task
from kimforms.services import tasks
from kimforms.services.queries import tasks as queries
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible
from kimforms.services.tasks import Wanted
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    actor,
    last_payload,
    mails,
    report,
    tags,
    user,
    work,
)

TODAY = NOW.date()


def make(email, reference, title="Jobcenter anrufen", to=None, due=None, kind="task"):
    with work(email, reference) as (session, person, record):
        whom = user(session, to).id if to else None
        return tasks.create_task(session, person, NOW, record=record, wanted=Wanted(title, whom, due, kind)).id


def own(email, title="Bericht schreiben", **more):
    with unit_of_work() as session:
        return tasks.create_task(session, actor(session, email), NOW, record=None, wanted=Wanted(title, **more)).id


def one(task_id):
    db.session.rollback()
    return db.session.get(Task, task_id)


def titles(email, view="open"):
    return [entry.title for entry in queries.tasks_of(db.session(), actor(db.session(), email), TODAY, view)]


def test_a_task_for_a_colleague(app):
    reference = report()
    task = one(make(COORDINATOR, reference, to=OFFICE, due=date(2026, 12, 1)))
    assert (task.title, task.assignee.email, task.due_on) == ("Jobcenter anrufen", OFFICE, date(2026, 12, 1))
    assert last_payload(reference, "task:create")["title"] == "Jobcenter anrufen"
    assert mails("task") == [("task", OFFICE)]
    assert titles(OFFICE) == ["Jobcenter anrufen"]


def test_a_task_of_ones_own_tells_nobody(app):
    reference = report()
    make(COORDINATOR, reference)
    assert mails("task") == []
    assert titles(COORDINATOR) == ["Jobcenter anrufen"]


@pytest.mark.parametrize("email", [ADVISER, OFFICE, ELSEWHERE])
def test_only_who_works_on_a_record_makes_tasks_there(app, email):
    reference = report()
    before = tags(reference)
    with pytest.raises(NotPermitted):
        make(email, reference)
    assert tags(reference) == before


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"kind": "follow_up"}, "due_on"),
        ({"kind": "etwas"}, "kind"),
        ({"to": ADVISER}, "assignee"),
        ({"to": ELSEWHERE}, "assignee"),
    ],
)
def test_what_does_not_fit_is_refused(app, wanted, field):
    reference = report()
    with pytest.raises(InputRefused) as refused:
        make(COORDINATOR, reference, **wanted)
    assert field in refused.value.errors
    assert db.session.scalar(select(Task.id)) is None


def test_done_once(app):
    reference = report()
    task_id = make(COORDINATOR, reference)
    for expected in (True, False):
        with unit_of_work() as session:
            task = session.get_one(Task, task_id)
            assert tasks.complete_task(session, actor(session, COORDINATOR), NOW, task=task) is expected
    assert tags(reference).count("task:done") == 1
    assert (titles(COORDINATOR), titles(COORDINATOR, "done")) == ([], ["Jobcenter anrufen"])


def test_a_changed_task_tells_the_new_person_and_keeps_old_values(app):
    reference = report()
    task_id = make(COORDINATOR, reference, due=date(2026, 12, 1))
    with unit_of_work() as session:
        wanted = Wanted("Jobcenter schreiben", user(session, SECOND).id, None)
        task = session.get_one(Task, task_id)
        assert tasks.change_task(session, actor(session, COORDINATOR), NOW, task=task, wanted=wanted)
    changes = last_payload(reference, "task:change")["changes"]
    assert changes["title"] == {"old": "Jobcenter anrufen", "new": "Jobcenter schreiben"}
    assert changes["due_on"] == {"old": "2026-12-01", "new": None}
    assert mails("task") == [("task", SECOND)]


def test_a_done_task_is_not_changed(app):
    task_id = own(ADVISER)
    with unit_of_work() as session:
        tasks.complete_task(session, actor(session, ADVISER), NOW, task=session.get_one(Task, task_id))
    with pytest.raises(InputRefused), unit_of_work() as session:
        tasks.change_task(
            session, actor(session, ADVISER), NOW, task=session.get_one(Task, task_id), wanted=Wanted("anders")
        )


def test_ones_own_task_without_a_record_is_nobody_elses(app):
    task_id = own(ADVISER, due_on=date(2026, 11, 20))
    assert titles(ADVISER, "due") == ["Bericht schreiben"]
    assert queries.counts(db.session(), actor(db.session(), ADVISER), TODAY) == {"open": 1, "due": 1}
    with pytest.raises(NotVisible):
        queries.find(db.session(), actor(db.session(), COORDINATOR), task_id)
    with pytest.raises(NotPermitted):
        own(ADVISER, assignee_id=user(db.session(), COORDINATOR).id)


def test_a_task_does_not_show_a_record_that_is_hidden_from_its_owner(app):
    reference = report()
    task_id = make(COORDINATOR, reference, to=OFFICE)
    with unit_of_work() as session:
        session.get_one(Task, task_id).assignee_id = user(session, ADVISER).id
        record_title = session.get_one(Task, task_id).record.title
    other = report(by=None)
    with unit_of_work() as session:
        task = session.get_one(Task, task_id)
        task.record_id = session.scalar(select(Task.record.property.mapper.class_.id).filter_by(reference=other))
    entry = queries.tasks_of(db.session(), actor(db.session(), ADVISER), TODAY, "open")[0]
    assert (entry.reference, entry.about) == (None, "")
    assert record_title


def test_a_second_click_makes_one_task(app):
    reference = report()
    assert make(COORDINATOR, reference, to=OFFICE) == make(COORDINATOR, reference, to=OFFICE)
    assert own(ADVISER) == own(ADVISER)
    assert tags(reference).count("task:create") == 1
    assert len(mails("task")) == 1
