"""Long work: one worker carries it, says how far it is, stops when asked, and is followed by another when it dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms import jobs
from kimforms.extensions import db
from kimforms.models import Controller, Event, LongTask
from kimforms.services import long_work
from kimforms.services.refusals import NotVisible, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.records import ADVISER, COORDINATOR, actor

TROISDORF = "einbuergerung@troisdorf.example"
COUNTY = "einbuergerung@rsk.example"


@pytest.fixture
def carried(monkeypatch):
    """A kind of work of this test: ``deeds`` are what happens at each step; it keeps what it did in ``done``."""
    state = {"deeds": {}, "done": [], "ended": []}

    def work(task_id, progress):
        for step in range(len(state["done"]), 5):
            progress.say(step, 5, f"Teil {step + 1}")
            state["deeds"].get(step, lambda: None)()
            state["done"].append(step)
        return {"steps": len(state["done"])}

    kind = long_work.Kind(work, "campaign:work", lambda session, now, task: state["ended"].append(task.state))
    monkeypatch.setitem(long_work.KINDS, "test", kind)
    return state


def begin(now, subject=1, by=TROISDORF):
    with unit_of_work() as session:
        troisdorf = session.scalars(select(Controller).where(Controller.key == "troisdorf")).one()
        return long_work.start(
            session, actor(session, by), now, kind="test", controller_id=troisdorf.id, subject_id=subject, total=5
        ).id


def loop_of(app, now):
    moments = iter(now + timedelta(seconds=2 * number) for number in range(1000))
    return jobs.LongWorkLoop(app, lambda: next(moments))


def row(task_id):
    db.session.rollback()
    return db.session.get(LongTask, task_id)


def test_work_is_carried_to_its_end(app, now, carried):
    task_id = begin(now)
    assert (row(task_id).state, row(task_id).total) == ("waiting", 5)
    loop = loop_of(app, now)
    assert loop.round() is True
    found = row(task_id)
    assert (found.state, found.done, found.attempts, found.result) == ("done", 5, 1, {"steps": 5})
    assert found.finished_at is not None
    assert carried["ended"] == ["done"]
    assert loop.round() is False
    assert db.session.scalars(select(Event.tag).where(Event.tag == "work:start")).all() == ["work:start"]


def test_the_same_subject_is_not_worked_on_twice(app, now, carried):
    begin(now)
    with pytest.raises(StepRefused, match="schon gearbeitet"):
        begin(now)
    begin(now, subject=2)


def test_a_page_sees_how_far_it_is(app, now, carried):
    task_id = begin(now)
    seen = []
    carried["deeds"][3] = lambda: seen.append((row(task_id).done, row(task_id).total, row(task_id).text))
    loop_of(app, now).round()
    assert seen == [(3, 5, "Teil 4")]


def test_it_stops_when_somebody_asks(app, now, carried):
    task_id = begin(now)

    def ask():
        with unit_of_work() as session:
            long_work.cancel(session, actor(session, TROISDORF), now, session.get(LongTask, task_id))

    carried["deeds"][2] = ask
    loop_of(app, now).round()
    assert row(task_id).state == "cancelled"
    assert carried["done"] == [0, 1, 2]
    assert carried["ended"] == ["cancelled"]
    with unit_of_work() as session, pytest.raises(StepRefused):
        long_work.cancel(session, actor(session, TROISDORF), now, session.get(LongTask, task_id))


def test_waiting_work_is_cancelled_at_once(app, now, carried):
    task_id = begin(now)
    with unit_of_work() as session:
        long_work.cancel(session, actor(session, TROISDORF), now, session.get(LongTask, task_id))
    assert row(task_id).state == "cancelled"
    assert loop_of(app, now).round() is False


def test_a_mistake_ends_it_and_its_words_are_kept_nowhere(app, now, carried, capsys):
    task_id = begin(now)

    def fail():
        raise ValueError("Maria Beispiel, Musterweg 1")

    carried["deeds"][1] = fail
    loop_of(app, now).round()
    assert (row(task_id).state, row(task_id).error) == ("failed", long_work.BROKEN)
    assert "Maria" not in capsys.readouterr().err
    assert carried["ended"] == ["failed"]


def test_a_worker_that_ends_hands_it_back(app, now, carried):
    task_id = begin(now)
    loop = loop_of(app, now)
    carried["deeds"][2] = loop.stop_flag.set
    loop.round()
    assert (row(task_id).state, row(task_id).worker, carried["done"]) == ("waiting", "", [0, 1, 2])
    loop_of(app, now).round()
    assert row(task_id).state == "done"
    assert carried["done"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("worker", "silent", "taken"),
    [
        ("elsewhere:1:1", timedelta(hours=1), True),
        ("elsewhere:1:1", timedelta(minutes=1), False),
        ("{host}:999999:1", timedelta(minutes=1), True),
    ],
)
def test_what_a_dead_worker_left_is_taken_over(app, now, carried, worker, silent, taken):
    import socket  # noqa: PLC0415 - the name of this machine is part of the case

    task_id = begin(now)
    with unit_of_work() as session:
        task = session.get(LongTask, task_id)
        task.state, task.worker, task.attempts = "working", worker.format(host=socket.gethostname()[:40]), 1
        task.beat_at = now - silent
    carried["done"].append(0)
    assert loop_of(app, now).round() is taken
    assert row(task_id).state == ("done" if taken else "working")


def test_whoever_lost_it_to_another_worker_changes_nothing(app, now, carried):
    task_id = begin(now)

    def steal():
        with unit_of_work() as session:
            session.get(LongTask, task_id).worker = "elsewhere:1:1"

    carried["deeds"][2] = steal
    loop_of(app, now).round()
    found = row(task_id)
    assert (found.state, found.worker, carried["done"], carried["ended"]) == ("working", "elsewhere:1:1", [0, 1, 2], [])


def test_what_breaks_off_again_and_again_is_given_up(app, now, carried):
    task_id = begin(now)
    with unit_of_work() as session:
        session.get(LongTask, task_id).attempts = long_work.MOST_ATTEMPTS
    loop_of(app, now).round()
    assert (row(task_id).state, row(task_id).error) == ("failed", long_work.GIVEN_UP)


def test_only_whoever_began_it_and_colleagues_see_it(app, now, carried):
    task_id = begin(now)
    session = db.session()
    assert long_work.visible_task(session, actor(session, TROISDORF), task_id).id == task_id
    for other in (COUNTY, ADVISER, COORDINATOR, None):
        with pytest.raises(NotVisible):
            long_work.visible_task(session, actor(session, other), task_id)
    mine = begin(now, subject=7, by=ADVISER)
    assert long_work.visible_task(db.session(), actor(db.session(), ADVISER), mine).id == mine
