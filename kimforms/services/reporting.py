"""What reporters do: send a report once, look at it with reference and retrieval code, answer, withdraw.

The code is compared by its hash in constant time, and a wrong code is answered like an unknown reference.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ..engine.catalogue import Catalogues
from ..engine.definition import ProcessDefinition
from ..models import Process, ProcessVersion, Record
from ..permissions import ANYONE, Actor
from . import drafts, throttle
from .records.submission import Submission, code_hash, submit_record
from .refusals import NotPermitted

HOUR = timedelta(hours=1)
REPORTS_AN_HOUR = 30
LOOK_UPS_AN_HOUR = 30
DRAFTS_AN_HOUR = 30
"""By network: whole offices share one address."""
NO_RECORD_HASH = code_hash("")

WITH_PROCESS = joinedload(ProcessVersion.process).joinedload(Process.controller)
"""Everything about the process that a submission needs, in one query."""


@dataclass(frozen=True)
class Visitor:
    """Who is at the other end when nobody is signed in: the network they come from, and the secret that hides it."""

    network: str
    secret: str

    def slow_down(self, session: Session, now: datetime, what: str, limit: int) -> None:
        """Counts one event an hour. Raises :class:`TooMany` beyond ``limit``."""
        throttle.hit(session, f"{what}:{self.network}", limit=limit, window=HOUR, now=now, secret=self.secret)


def reporter_of(actor: Actor, definition: ProcessDefinition, controller_id: int) -> Actor:
    """As whom somebody reports: with the account when its role may, else as anybody when the process is public.

    Raises :class:`NotPermitted`.
    """
    if actor.user_id is not None and actor.roles(controller_id) & frozenset(definition.access.create.roles):
        return actor
    if definition.access.create.public:
        return ANYONE
    raise NotPermitted("Dieses Formular ist nicht öffentlich. Melden Sie sich mit einem berechtigten Konto an.")


def submit_report(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    version_id: int,
    raw: Mapping[str, Any],
    key: str,
    visitor: Visitor,
    catalogues: Catalogues,
    language: str = "de",
) -> Submission:
    """Sends a form once, however often it is posted, and deletes its draft.

    Raises :class:`InputRefused`, and :class:`TooMany` for people without account; a repeat of what was stored is not
    counted. Repeats at the same time wait for the first one and then find its record.
    """
    _one_at_a_time(session, key)
    already = record_sent(session, actor, key)
    if already is None and actor.user_id is None:
        visitor.slow_down(session, now, "report", REPORTS_AN_HOUR)
    done = submit_record(
        session,
        actor,
        now,
        version=session.get_one(ProcessVersion, version_id, options=[WITH_PROCESS]),
        raw=raw,
        submission_key=key,
        secret_key=visitor.secret,
        catalogues=catalogues,
        language=language,
    )
    drafts.forget_form(session, key)
    return done


def record_sent(session: Session, actor: Actor, key: str) -> Record | None:
    """The record that a form with this secret became, if it is the actor's own."""
    record = session.scalar(select(Record).where(Record.submission_hash == _submission_hash(key)))
    return record if record is not None and record.creator_id == actor.user_id else None


def look_up(session: Session, now: datetime, *, reference: str, code: str, visitor: Visitor) -> Record | None:
    """The record that reference and code prove, or None; every try counts.

    Raises :class:`TooMany`. Returns None instead of raising so that the count is committed.
    """
    visitor.slow_down(session, now, "report-status", LOOK_UPS_AN_HOUR)
    record = session.scalar(select(Record).where(Record.reference == plain_reference(reference)))
    stored = record.retrieval_hash if record is not None and record.retrieval_hash else NO_RECORD_HASH
    proven = hmac.compare_digest(stored, code_hash(code)) and stored != NO_RECORD_HASH
    return record if proven else None


def plain_reference(text: str) -> str:
    """A reference as it is stored, whatever blanks, dashes and small letters were typed."""
    plain = text.upper().replace("–", "-")
    return "".join(one for one in plain if one == "-" or (one.isascii() and one.isalnum()))[:40]


def as_reporter(record: Record, language: str = "de") -> Actor:
    """Who has proven to have sent this record."""
    return Actor("reporter", reporter_of=record.id, language=language)


def _submission_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _one_at_a_time(session: Session, key: str) -> None:
    """On PostgreSQL several transactions run at once; those of one form queue here. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int(_submission_hash(key)[:15], 16)
        session.execute(select(func.pg_advisory_xact_lock(number)))
