"""Forms sent twice: comments, tasks and shares are there once, told once and recorded once."""

from datetime import timedelta

from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Comment, Share, Task
from kimforms.services import tasks
from kimforms.services.records import commenting, sharing
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.records import COORDINATOR, ELSEWHERE, SECOND, actor, mails, report, tags, user, work

LATER = NOW + timedelta(minutes=5)


def number(table):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_comment_sent_twice_is_one_and_said_again_later_is_another(app):
    reference = report()
    for moment in (NOW, NOW, LATER):
        with work(COORDINATOR, reference) as (session, person, record):
            commenting.add_comment(session, person, moment, record=record, text=" Bitte prüfen ")
    with work(SECOND, reference) as (session, person, record):
        commenting.add_comment(session, person, LATER, record=record, text="Bitte prüfen")
    assert number(Comment) == tags(reference).count("record:comment") == 3


def test_a_task_sent_twice_is_one_whether_it_has_a_record_or_not(app):
    reference = report()
    wanted = tasks.Wanted("Anrufen", due_on=LATER.date())
    for _ in range(2):
        with work(COORDINATOR, reference) as (session, person, record):
            for colleague in (None, user(session, SECOND).id):
                more = tasks.Wanted("Anrufen", colleague, LATER.date())
                tasks.create_task(session, person, NOW, record=record, wanted=more)
        with unit_of_work() as session:
            tasks.create_task(session, actor(session, COORDINATOR), NOW, record=None, wanted=wanted)
    assert number(Task) == 3
    assert [address for _, address in mails("task")] == [SECOND]


def test_a_share_sent_twice_is_told_once(app):
    reference = report()
    for _ in range(2):
        with work(COORDINATOR, reference) as (session, person, record):
            reader = sharing.Reader(user_id=user(session, ELSEWHERE).id)
            sharing.share_record(session, person, NOW, record=record, reader=reader, until=LATER.date())
    assert number(Share) == tags(reference).count("record:share") == len(mails("share")) == 1
