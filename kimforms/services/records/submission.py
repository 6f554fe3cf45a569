"""Submitting a record: cleaned, numbered, stored, indexed, assigned, audited and announced in one transaction, once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.catalogue import Catalogues
from ...engine.cleaning import clean_answers
from ...engine.definition import ProcessDefinition
from ...models import ProcessVersion, Record, RecordContact
from ...permissions import Actor
from .. import audit, similar_reports
from ..numbering import next_reference
from ..processes import definition_of
from ..projection import project
from ..refusals import InputRefused
from . import deadlines_running, effects, mails
from .facts import local_day

CODE_LENGTH = 16


@dataclass(frozen=True)
class Submission:
    """What came of a submission. ``code`` is the retrieval code of a person without account; ``fresh`` is False for a repeat."""

    record: Record
    code: str | None
    fresh: bool
    dropped: tuple[str, ...] = ()


def submit_record(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    version: ProcessVersion,
    raw: Mapping[str, Any],
    submission_key: str,
    secret_key: str,
    catalogues: Catalogues,
    language: str = "de",
) -> Submission:
    """Stores one submission exactly once, however often ``submission_key`` (a secret of that form) is posted.

    Raises :class:`InputRefused` with a sentence for each field that does not fit. Hidden and unknown fields are not
    stored. The retrieval code is derived, not stored, so that a repeat after a lost answer gets the same one.
    """
    digest = hashlib.sha256(submission_key.encode()).hexdigest()
    code = None if actor.user_id is not None else retrieval_code(secret_key, submission_key)
    known = session.scalar(select(Record).where(Record.submission_hash == digest))
    if known is not None:
        return Submission(known, code, fresh=False)
    definition = definition_of(version)
    cleaned = clean_answers(definition, raw, catalogues=catalogues, today=local_day(now), language=language)
    if cleaned.errors:
        raise InputRefused(cleaned.errors)
    contact, answers = split_contact(definition, cleaned.answers)
    record = Record(
        reference=next_reference(session, definition.numbering, local_day(now)),
        process_id=version.process_id,
        version_id=version.id,
        controller_id=version.process.controller_id,
        state=definition.workflow.initial,
        open=definition.workflow.states[definition.workflow.initial].kind != "done",
        title="",
        answers=answers,
        creator_id=actor.user_id,
        last_actor_id=actor.user_id,
        created_at=now,
        state_since=now,
        changed_at=now,
        submission_hash=digest,
        retrieval_hash=code_hash(code) if code else None,
    )
    record.contact = _contact_of(definition, cleaned.answers, contact)
    project(record, definition, catalogues, local_day(now))
    session.add(record)
    session.flush()  # history and mails name the record's id
    with session.no_autoflush:  # nothing below reads what it has not written itself: one flush at the end
        announce(session, actor, now, record, definition, answers, contact)
    return Submission(record, code, fresh=True, dropped=cleaned.dropped)


def announce(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    answers: Mapping[str, Any],
    contact: Mapping[str, Any],
) -> None:
    """History, deadlines and effects of a record that has just been made; also called for those that others begin."""
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RECORD_SUBMIT,
        about=record,
        reference=record.reference,
        process=definition.key,
        version=record.version_id,
        state=record.state,
        answers=audit.Erasable(dict(answers)),
        contact=audit.Erasable(dict(contact), personal=True),
    )
    similar_reports.analyse_record(session, record, definition, fresh=True)
    deadlines_running.enter_state(session, actor, now, record, definition, first=True)
    effects.execute(session, actor, now, record, definition.workflow.on_submit, effects.Occasion(definition))


def split_contact(definition: ProcessDefinition, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The reporter's contact and the rest: what is personal never stands beside the content."""
    fields = definition.fields()
    apart = set(definition.reporter.contact_fields) if definition.reporter else set()
    personal = {key for key in answers if key in apart or (key in fields and fields[key].personal_data)}
    return (
        {key: answers[key] for key in answers if key in personal},
        {key: value for key, value in answers.items() if key not in personal},
    )


def retrieval_code(secret_key: str, submission_key: str) -> str:
    """16 letters and digits in groups of four (80 bits), the same for every repeat of one submission."""
    mac = hmac.new(secret_key.encode(), b"retrieval\x1f" + submission_key.encode(), hashlib.sha256).digest()
    text = base64.b32encode(mac).decode().lower()[:CODE_LENGTH]
    return "-".join(text[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def code_hash(code: str) -> str:
    """What is stored of a retrieval code; blanks, hyphens and capitals make no difference, and 80 bits need no salt."""
    plain = "".join(one for one in code.lower() if one.isascii() and one.isalnum())
    return hashlib.sha256(f"retrieval\x1f{plain}".encode()).hexdigest()


def _contact_of(
    definition: ProcessDefinition, answers: Mapping[str, Any], contact: Mapping[str, Any]
) -> RecordContact | None:
    reporter = definition.reporter
    if reporter is None:
        return None
    email = answers.get(reporter.email or "")
    feedback = answers.get(reporter.feedback or "")
    return RecordContact(
        answers=dict(contact),
        email=str(email) if email else None,
        may_ask=mails.may_ask(definition, answers, str(email) if email else None),
        feedback=str(feedback) if feedback else None,
    )
