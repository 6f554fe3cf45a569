"""Invitations sent without papers, mails as they would leave, and links as their readers get them."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from flask import current_app
from sqlalchemy import select

from kimforms.documents.mail import mail_bytes
from kimforms.extensions import db
from kimforms.models import Delivery, Dispatch, Invitee, Meeting, OutboxMessage, Record
from kimforms.services import delivery
from kimforms.services.file_store import FileStore
from kimforms.services.meetings import dispatch, invitees
from kimforms.services.meetings.dispatch import Wanted
from kimforms.services.meetings.moving import take_step

from . import meetings
from .databases import NOW
from .meetings import at_work
from .records import OFFICE


def approved(slug: str = meetings.SLUG, **values: Any) -> str:
    """A meeting whose agenda is approved and whose list holds everybody who is proposed."""
    reference = meetings.meeting(slug, **values)
    with at_work(reference) as (session, actor, meeting):
        take_step(session, actor, NOW, meeting, "freigeben")
        invitees.take_over(session, actor, NOW, meeting)
    return reference


def send(reference: str, kind: str = "invitation", now: Any = NOW, by: str = OFFICE, **wanted: Any) -> int:
    """Sends without papers; returns the id of the dispatch."""
    with at_work(reference, by) as (session, actor, meeting):
        return dispatch.send(session, actor, now, meeting, kind, wanted=Wanted(**wanted)).id  # type: ignore[arg-type]


def invited(**values: Any) -> str:
    """A body with a meeting to which all are invited; returns its reference."""
    meetings.body()
    reference = approved(**values)
    send(reference)
    return reference


def rows(reference: str) -> dict[str, Invitee]:
    """The rows that count, by the label of the seat (deputies: ``Vertretung`` before it)."""
    db.session.rollback()
    found = db.session.scalars(
        select(Invitee).join(Meeting).join(Record).where(Record.reference == reference, Invitee.uninvited_at.is_(None))
    )
    return {
        ("Vertretung " if one.as_role == "deputy" else "") + (one.seat.label if one.seat else "Gast"): one
        for one in found
    }


def dispatches(reference: str) -> list[Dispatch]:
    """What was sent about a meeting, in order."""
    db.session.rollback()
    wanted = select(Dispatch).join(Meeting, Meeting.record_id == Dispatch.meeting_id).join(Record)
    return list(db.session.scalars(wanted.where(Record.reference == reference).order_by(Dispatch.id)))


def mails_to(address: str) -> list[EmailMessage]:
    """Every mail to this address as it would leave now, links filled in."""
    db.session.rollback()
    wanted = select(Delivery).join(OutboxMessage).where(Delivery.address == address).order_by(Delivery.id)
    files = FileStore(current_app.config["SETTINGS"].data_dir / "files")
    sender = delivery.Sender("", "kim@rsk.example", current_app.config["SECRET_KEY"], files)
    return [
        message_from_bytes(mail_bytes(delivery._letter(db.session(), NOW, one, sender)), policy=policy.default)  # type: ignore[misc]
        for one in db.session.scalars(wanted)
    ]


def calendar_in(mail: EmailMessage) -> bytes:
    """The calendar object that programs act on: the alternative of type text/calendar."""
    part = next(one for one in mail.walk() if one.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def text_in(mail: EmailMessage) -> str:
    """What the mail says, with plain line ends."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def link_in(mail: EmailMessage) -> str:
    """The path of the link by which the person answers."""
    found = re.search(r"/r/[0-9]+-[A-Za-z0-9_-]{43}", text_in(mail))
    assert found is not None, text_in(mail)
    return found[0]
