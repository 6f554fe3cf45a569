"""Mails of a process: fills the definition's texts, finds the addressees and queues the mail in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine.conditions import Facts, evaluate
from ...engine.definition import ProcessDefinition
from ...engine.fields import CleanContext
from ...engine.papers import Mail, render_text
from ...engine.people import Recipient
from ...engine.text import pick
from ...models import Record, User
from ...permissions import Actor
from .. import outbox
from ..catalogues import catalogues
from .facts import local_day
from .recipients import resolve

SHORT_TITLE = 80


def send(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    mail_id: str,
    to: Iterable[Recipient],
    values: Mapping[str, str] | None = None,
) -> int:
    """Queues the mail ``mail_id`` for everybody meant by ``to`` except the actor; returns the number of addressees.

    People inside get title and link; a reporter's mail holds the reference only, since others may read the mailbox.
    """
    mail = definition.mails[mail_id]
    found = addressed(session, actor, now, record, definition, mail_id, to)
    filled = placeholders(session, actor, now, record, definition) | dict(values or {})
    kind = f"{definition.key}.{mail_id}"
    if found.inside:
        _queue(session, now, record, mail, kind, filled, users=found.inside)
    if found.reporter:
        _queue(session, now, record, mail, kind, _bare(filled), users=found.reporter)
    if found.address:
        subject, text = _texts(mail, _bare(filled))
        outbox.queue(
            session,
            now,
            controller_id=record.controller_id,
            kind=kind,
            to=[(found.address, None)],
            subject=subject,
            text=text,
            record=record,
            link="/report/status",
        )
    return found.number


@dataclass(frozen=True)
class Addressed:
    """Who gets a mail: colleagues, the reporter by account, or by the address left with the report."""

    inside: Sequence[User]
    reporter: Sequence[User]
    address: str | None

    @property
    def number(self) -> int:
        """How many people that are."""
        return len(self.inside) + len(self.reporter) + bool(self.address)


def addressed(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    mail_id: str,
    to: Iterable[Recipient],
) -> Addressed:
    """Who would get the mail ``mail_id`` now: never the actor, and the reporter only as far as this is wanted."""
    recipients = resolve(session, record, to, local_day(now))
    wants = reporter_wants(record, definition, definition.mails[mail_id])
    reporting = record.creator_id if definition.reporter is not None else None  # elsewhere who began it is a colleague
    inside = [user for user in recipients.users if user.id not in (actor.user_id, reporting)]
    reporter = [user for user in recipients.users if user.id == reporting and wants]
    return Addressed(inside, reporter, recipients.reporter_address if wants else None)


def send_to(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    mail_id: str,
    people: Sequence[User],
    values: Mapping[str, str] | None = None,
) -> None:
    """Queues the mail ``mail_id`` for colleagues who are known by name; never for the actor."""
    inside = [person for person in people if person.id != actor.user_id]
    if inside:
        filled = placeholders(session, actor, now, record, definition) | dict(values or {})
        _queue(session, now, record, definition.mails[mail_id], f"{definition.key}.{mail_id}", filled, users=inside)


def reporter_wants(record: Record, definition: ProcessDefinition, mail: Mail) -> bool:
    """Whether the reporter wants this kind of mail: who did not want to be asked is not asked."""
    reporter, contact = definition.reporter, record.contact
    if contact is None or not contact.email:
        return False
    if mail.purpose == "question":
        return contact.may_ask
    if reporter is None or mail.purpose in ("receipt", "notice"):
        return True
    if mail.purpose == "progress":
        return contact.feedback == reporter.feedback_every
    return contact.feedback in (reporter.feedback_every, reporter.feedback_result)


def may_ask(definition: ProcessDefinition, answers: Mapping[str, object], email: str | None) -> bool:
    """Whether the reporter agreed to questions; without a rule in the definition an address is enough."""
    reporter = definition.reporter
    if reporter is None or not email:
        return False
    return reporter.may_ask is None or evaluate(reporter.may_ask, Facts(answers=answers)).ok


def placeholders(
    session: Session, actor: Actor, now: datetime, record: Record, definition: ProcessDefinition, language: str = "de"
) -> dict[str, str]:
    """The values that every mail and document may name; see ``engine.papers.PLACEHOLDERS``."""
    chosen = definition.projection
    context = CleanContext(catalogues(session), local_day(now), language, record.answers)
    due = f"{record.due_on:%d.%m.%Y}" if record.due_on else ""
    return {
        "reference": record.reference,
        "title": record.title[:SHORT_TITLE],
        "process": pick(definition.title, language),
        "state": pick(definition.workflow.states[record.state].label, language),
        "actor": actor.name or "kimforms",
        "controller": record.controller.name,
        "date": f"{local_day(now):%d.%m.%Y}",
        "due": due,
        "deadline": due,
        "municipality": _in_words(definition, record, chosen.municipalities, context) or record.municipality or "",
        "organisation": _in_words(definition, record, chosen.organisation, context) or record.organisation or "",
        "link": "",
    }


def _in_words(definition: ProcessDefinition, record: Record, field_id: str | None, context: CleanContext) -> str:
    """The answer of a projected question as people read it: names instead of the ids that are stored."""
    value = record.answers.get(field_id or "")
    return definition.fields()[field_id].display(value, context) if field_id and value is not None else ""


def _bare(values: Mapping[str, str]) -> dict[str, str]:
    """Without what a mailbox that others read must not show: title, names, texts."""
    hidden = ("title", "actor", "question", "comment", "reason", "organisation", "municipality")
    return {key: ("" if key in hidden else value) for key, value in values.items()}


def _texts(mail: Mail, values: Mapping[str, str]) -> tuple[str, str]:
    return render_text(mail.subject, values), render_text(mail.text, values)


def _queue(
    session: Session,
    now: datetime,
    record: Record,
    mail: Mail,
    kind: str,
    values: Mapping[str, str],
    *,
    users: Sequence[User],
) -> None:
    subject, text = _texts(mail, values)
    outbox.notify(
        session,
        now,
        users=users,
        controller_id=record.controller_id,
        kind=kind[:60],
        subject=subject,
        text=text,
        record=record,
        link=f"/records/{record.reference}",
    )
