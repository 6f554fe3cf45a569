"""Follow-ups by mail: to whom, once, and without pseudonym and content."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Delivery, OutboxMessage, RoleGrant
from kimforms.services.checklists import keeping, reminding
from kimforms.services.checklists.entries import set_entry
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.naturalisation import CARITAS, DIAKONIE, at_checklist, begun, colleague
from ..support.records import user

TODAY = NOW.date()
COLLEAGUE = "kollegin@caritas.example"


def follow_up(reference: str, item: str = "B4", days: int = 0, **more: int) -> None:
    with at_checklist(reference) as (session, person, held):
        set_entry(
            session,
            person,
            NOW,
            held,
            item,
            state="working",
            note="nachhaken",
            follow_up_on=TODAY + timedelta(days=days),
            **more,
        )


def mails(now: datetime = NOW) -> list[tuple[str, OutboxMessage]]:
    reminding.run(unit_of_work, now)
    rows = db.session.execute(
        select(Delivery.address, OutboxMessage)
        .join(OutboxMessage)
        .where(OutboxMessage.kind == reminding.KIND)
        .order_by(OutboxMessage.id)
    )
    return [(address, mail) for address, mail in rows]


def test_whoever_looks_after_it_is_told_once_without_any_content(app: Flask) -> None:
    reference = begun(pseudonym="Salbei 88")
    begun(DIAKONIE)
    follow_up(reference)
    follow_up(reference, "A3")
    assert mails(NOW.replace(hour=5)) == [], "not before seven"
    ((address, mail),) = mails()
    assert address == CARITAS
    assert "2 Wiedervorlagen" in mail.subject
    assert reference in mail.text
    for word in ("Salbei", "nachhaken", "B4", "A3"):
        assert word not in mail.subject + mail.text + mail.html
    assert len(mails(NOW + timedelta(hours=3))) == 1
    assert len(mails(NOW + timedelta(days=1))) == 1, "nobody is told of the same every day"


def test_what_becomes_due_later_comes_in_a_mail_of_its_own_even_after_days_without_worker(app: Flask) -> None:
    reference = begun()
    follow_up(reference)
    follow_up(reference, "A3", days=2)
    assert len(mails()) == 1
    assert "1 Wiedervorlage ist" in mails(NOW + timedelta(days=5))[-1][1].subject
    assert len(mails(NOW + timedelta(days=6))) == 2


def test_the_person_of_the_point_comes_before_the_person_of_the_checklist(app: Flask) -> None:
    helper = colleague()
    follow_up(begun(), adviser_id=helper)
    assert [address for address, _ in mails()] == [COLLEAGUE]


def test_colleagues_are_told_when_whoever_was_responsible_has_left(app: Flask) -> None:
    colleague()
    follow_up(begun())
    with unit_of_work() as session:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == user(session, CARITAS).id)):
            grant.valid_until = TODAY - timedelta(days=1)
    assert [address for address, _ in mails()] == [COLLEAGUE]


def test_nobody_is_told_of_an_ended_checklist_or_a_point_that_does_not_apply(app: Flask) -> None:
    ended, changed = begun(), begun(verheiratet=True)
    follow_up(ended)
    follow_up(changed, "B5")
    with at_checklist(ended) as (session, person, held):
        keeping.end(session, person, NOW, held)
    with at_checklist(changed) as (session, person, held):
        keeping.change_situation(session, person, NOW, held, situation={"verheiratet": False}, route=None)
    assert mails() == []
