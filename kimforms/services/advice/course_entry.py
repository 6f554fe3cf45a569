"""How a provider's date comes in: the form on offer, and what is sent with it, once and not too often."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...engine.catalogue import Catalogues
from ...engine.text import pick
from ...models import Process, ProcessVersion
from ...permissions import ANYONE
from ..processes import definition_of
from ..records.submission import Submission, submit_record
from ..refusals import NotVisible
from ..reporting import Visitor, record_sent
from .course_dates import PROCESS

DATES_AN_HOUR = 30
"""By network."""


def submit(
    session: Session, now: datetime, *, raw: Mapping[str, Any], key: str, visitor: Visitor, catalogues: Catalogues,
    language: str = "de",
) -> Submission:  # fmt: skip
    """Takes in a date from whoever sends it, once for each ``key``; reference and code let the provider move it later.

    Raises :class:`InputRefused`, :class:`TooMany` beyond ``DATES_AN_HOUR`` of one network, and :class:`NotVisible`
    where the profile has no such process.
    """
    version = version_on_offer(session)
    if record_sent(session, ANYONE, key) is None:
        visitor.slow_down(session, now, "course-date", DATES_AN_HOUR)
    return submit_record(
        session, ANYONE, now, version=version, raw=raw, submission_key=key, secret_key=visitor.secret,
        catalogues=catalogues, language=language,
    )  # fmt: skip


def kinds(version: ProcessVersion, language: str = "de") -> list[tuple[str, str]]:
    """The kinds that the form offers, as (value, label)."""
    field: Any = definition_of(version).fields()["art"]
    return [(one.value, pick(one.label, language)) for one in field.options]


def version_on_offer(session: Session) -> ProcessVersion:
    """The version of the form that new dates begin with; raises :class:`NotVisible` without such a process."""
    found = session.scalars(
        select(ProcessVersion)
        .join(Process, Process.current_version_id == ProcessVersion.id)
        .where(Process.key == PROCESS)
        .options(joinedload(ProcessVersion.process).joinedload(Process.controller))
    ).first()
    if found is None:
        raise NotVisible()
    return found
