"""Publishing a draft with a date of effect, withdrawing an edition with a reason, and what both mean for open checklists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...engine.findings import Finding
from ...models import ChecklistEdition, ClientChecklist
from ...naturalisation.changes import Change, differences
from ...naturalisation.check import check
from ...permissions import Actor
from .. import audit
from ..records.facts import local_day
from ..refusals import InputRefused, StaleVersion, StepRefused
from . import lifting, telling
from .drafting import require_draft
from .open_checklists import open_of
from .reading import coming, current, document_of, own_edition

LONGEST_REASON = 500


@dataclass(frozen=True)
class Consequences:
    """What publishing means: errors that block it, what differs from the edition before, how many are affected.

    ``before`` is the edition that is replaced on that day, ``later`` one that takes effect afterwards and replaces this
    one again. ``services`` are counted, never named. ``unchanged``: the draft is word for word what it would replace.
    """

    findings: tuple[Finding, ...]
    before: ChecklistEdition | None
    later: ChecklistEdition | None
    changes: tuple[Change, ...]
    checklists: int
    services: int
    unchanged: bool

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity == "error")


def consequences(session: Session, edition: ChecklistEdition, valid_from: date) -> Consequences:
    """What would happen if the draft were published with this date of effect."""
    document = document_of(edition)
    before = current(session, edition.controller_id, valid_from)
    changes = differences(document_of(before), document, valid_from) if before is not None else []
    checklists, services = in_use(session, edition.controller_id)
    later = next(iter(coming(session, edition.controller_id, valid_from)), None)
    unchanged = before is not None and before.content_hash == edition.content_hash
    return Consequences(tuple(check(document)), before, later, tuple(changes), checklists, services, unchanged)


def in_use(session: Session, controller_id: int, edition_id: int | None = None) -> tuple[int, int]:
    """How many open checklists of how many services follow an office's editions, or one of them."""
    rows = select(func.count(), func.count(func.distinct(ClientChecklist.organisation))).select_from(ClientChecklist)
    checklists, services = session.execute(open_of(rows, controller_id, edition_id)).one()
    return int(checklists), int(services)


def publish(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    valid_from: date | None,
    *,
    shown: str | None = None,
) -> ChecklistEdition:
    """Publishes a draft with a date of effect, today or later, and tells the services whose checklists are open.

    ``shown`` is the ``content_hash`` that the person saw. Raises :class:`NotPermitted`, :class:`StepRefused` when it is no
    draft any more, :class:`StaleVersion` when it was changed since, and :class:`InputRefused` for a day that is past or
    taken, for nothing changed, and for every error of the check, each named.
    """
    require_draft(actor, edition)
    if shown is not None and shown != edition.content_hash:
        raise StaleVersion(
            "Inzwischen hat jemand anderes den Entwurf geändert. Sehen Sie sich noch einmal an, was gilt."
        )
    if problem := day_refused(session, edition, valid_from, local_day(now)):
        raise InputRefused({"valid_from": problem})
    assert valid_from is not None
    found = consequences(session, edition, valid_from)
    if found.errors:
        raise InputRefused(
            {f"finding_{number}": one.text for number, one in enumerate(found.errors)},
            "Der Entwurf hat noch Fehler und kann so nicht veröffentlicht werden.",
        )
    if found.before is not None and found.unchanged:
        raise InputRefused({"valid_from": f"Der Entwurf unterscheidet sich nicht von Fassung {found.before.number}."})
    edition.state, edition.valid_from = "published", valid_from
    edition.published_at, edition.published_by_id = now, actor.user_id
    edition.changed_at, edition.changed_by_id = now, actor.user_id
    told = telling.tell_of_publication(session, now, edition, found.changes, valid_from)
    audit.record(
        session, actor, now, audit.Tag.EDITION_PUBLISH,
        controller_id=edition.controller_id, edition=edition.id, number=edition.number,
        valid_from=valid_from.isoformat(), changes=[one.sentence for one in found.changes], told=told,
    )  # fmt: skip
    return edition


def day_refused(session: Session, edition: ChecklistEdition, day: date | None, today: date) -> str:
    """Why an edition cannot take effect on a day; empty if it can."""
    if day is None:
        return "Geben Sie den Tag ein, ab dem die Fassung gilt."
    if day < today:
        return "Die Fassung kann frühestens ab heute gelten."
    if day.year > today.year + 5:
        return "Der Tag liegt mehr als fünf Jahre in der Zukunft."
    taken = session.scalars(
        select(ChecklistEdition.number).where(
            ChecklistEdition.controller_id == edition.controller_id,
            ChecklistEdition.state == "published",
            ChecklistEdition.valid_from == day,
        )
    ).first()
    return f"Ab diesem Tag gilt schon Fassung {taken}. Wählen Sie einen anderen Tag." if taken is not None else ""


def withdraw(session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, reason: str) -> int:
    """Withdraws a published edition. Open checklists fall back to the edition then in effect; services are told.

    Returns how many checklists fell back. Where no other edition is in effect they keep the withdrawn one, and the page
    says so. Raises :class:`NotPermitted`, :class:`StepRefused` for anything not published, :class:`InputRefused` without
    a reason.
    """
    edition = own_edition(session, actor, edition.id)
    if edition.state != "published":
        raise StepRefused(["Zurückziehen lässt sich nur eine veröffentlichte Fassung."])
    reason = reason.strip()
    if not reason:
        raise InputRefused({"reason": "Geben Sie den Grund an. Die Beratungsdienste lesen ihn."})
    if len(reason) > LONGEST_REASON:
        raise InputRefused({"reason": f"Bitte höchstens {LONGEST_REASON} Zeichen."})
    edition.state, edition.withdrawal_reason = "withdrawn", reason
    edition.withdrawn_at, edition.withdrawn_by_id = now, actor.user_id
    edition.changed_at, edition.changed_by_id = now, actor.user_id
    session.flush()  # so that it does not count as the one in effect any more
    instead = current(session, edition.controller_id, local_day(now))
    told = telling.tell_of_withdrawal(session, now, edition, instead)
    lifted = lifting.fall_back(session, actor, now, edition, instead) if instead is not None else 0
    audit.record(
        session, actor, now, audit.Tag.EDITION_WITHDRAW,
        controller_id=edition.controller_id, edition=edition.id, number=edition.number,
        reason=reason, instead=instead.number if instead is not None else None, lifted=lifted, told=told,
    )  # fmt: skip
    return lifted


def instead_of(session: Session, edition: ChecklistEdition, day: date) -> ChecklistEdition | None:
    """The edition that would be in effect on a day if this one were withdrawn."""
    return session.scalars(
        select(ChecklistEdition)
        .where(
            ChecklistEdition.controller_id == edition.controller_id,
            ChecklistEdition.state == "published",
            ChecklistEdition.valid_from <= day,
            ChecklistEdition.id != edition.id,
        )
        .order_by(ChecklistEdition.valid_from.desc())
        .limit(1)
    ).one_or_none()
