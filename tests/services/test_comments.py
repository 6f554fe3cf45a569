"""Internal comments: who may write, who is told, and that mails say nothing of their content."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Comment, OutboxMessage
from kimforms.services.records import assigning, commenting
from kimforms.services.refusals import InputRefused, NotPermitted

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    last_payload,
    mails,
    report,
    tags,
    user,
    work,
)


def comment(email, reference, text="Bitte ansehen.", mentioned=()):
    with work(email, reference) as (session, person, record):
        ids = [user(session, one).id for one in mentioned]
        return commenting.add_comment(session, person, NOW, record=record, text=text, mentioned=ids).id


def test_a_comment_tells_mentioned_people_and_followers_once(app):
    reference = report()
    with work(SECOND, reference) as (session, person, record):
        assigning.follow_record(session, NOW, record=record, user_id=person.user_id)
    comment(COORDINATOR, reference, "Zeile 1\r\nZeile 2 @alle", [SECOND, OFFICE])
    kept = db.session.scalars(select(Comment)).one()
    assert kept.text == "Zeile 1\nZeile 2 @alle"
    assert {one.user.email for one in kept.mentions} == {OFFICE, SECOND}
    assert sorted(mails("hurdle_report.mention")) == [
        ("hurdle_report.mention", SECOND), ("hurdle_report.mention", OFFICE),
    ]  # fmt: skip
    assert mails("comment") == []
    assert last_payload(reference, "record:comment")["text"] == "Zeile 1\nZeile 2 @alle"
    assert not any("Zeile" in text for text in db.session.scalars(select(OutboxMessage.text)))


def test_followers_are_told_without_a_mention_and_the_author_never(app):
    reference = report()
    with work(SECOND, reference) as (session, person, record):
        assigning.follow_record(session, NOW, record=record, user_id=person.user_id)
    comment(COORDINATOR, reference)
    assert mails("comment") == [("comment", SECOND)]


@pytest.mark.parametrize("email", [ADVISER, OFFICE, ELSEWHERE])
def test_who_does_not_work_on_it_writes_nothing(app, email):
    reference = report()
    before = tags(reference)
    with pytest.raises(NotPermitted):
        comment(email, reference)
    assert (db.session.scalar(select(Comment.id)), tags(reference)) == (None, before)


@pytest.mark.parametrize(
    ("text", "mentioned", "field"),
    [
        (" \n ", [], "text"),
        ("x" * 4001, [], "text"),
        ("gut", [ADVISER], "mentioned"),
        ("gut", [ELSEWHERE], "mentioned"),
    ],
)
def test_what_does_not_fit_is_refused(app, text, mentioned, field):
    reference = report()
    with pytest.raises(InputRefused) as refused:
        comment(COORDINATOR, reference, text, mentioned)
    assert list(refused.value.errors) == [field]
    assert db.session.scalar(select(Comment.id)) is None


def test_a_second_click_writes_and_tells_once(app):
    reference = report()
    assert comment(COORDINATOR, reference, mentioned=[OFFICE]) == comment(COORDINATOR, reference, mentioned=[OFFICE])
    assert tags(reference).count("record:comment") == 1
    assert len(mails("hurdle_report.mention")) == 1
