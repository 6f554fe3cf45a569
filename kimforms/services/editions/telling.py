"""Telling services what a new or withdrawn edition means: a mail to the advisers of open checklists, and what their pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.fields.days import german_day
from ...models import ChecklistEdition, ClientChecklist, User
from ...naturalisation.changes import Change, announcement, differences
from .. import outbox
from ..advice.directory import advisers_of
from ..records.facts import local_day
from .open_checklists import is_open, open_of
from .reading import coming, current, document_of

MOST_LINES = 25
LIFT = "/checklists/lift"


@dataclass(frozen=True)
class Notice:
    """What the page of a checklist says about editions; ``edition`` is the one to lift to, None if there is none."""

    kind: Literal["newer", "coming", "withdrawn"]
    sentence: str
    edition: ChecklistEdition | None


def notices(session: Session, checklist: ClientChecklist, day: date) -> list[Notice]:
    """What changed, or will, since the edition of an open checklist; nothing for one that was handed over or ended."""
    own = checklist.edition
    if not is_open(checklist):
        return []
    found: list[Notice] = []
    now = current(session, own.controller_id, day)
    if own.state == "withdrawn":
        found.append(Notice("withdrawn", _withdrawn(own, now), now))
    elif now is not None and is_newer(now, own):
        found.append(Notice("newer", _announced(own, now), now))
    for one in coming(session, own.controller_id, day):
        if is_newer(one, own):
            found.append(Notice("coming", _announced(own, one), one))
    return found


def target_of(session: Session, checklist: ClientChecklist, day: date) -> ChecklistEdition | None:
    """The edition in effect that an open checklist should be lifted to; None when there is nothing to do."""
    now = current(session, checklist.edition.controller_id, day)
    return now if now is not None and is_open(checklist) and is_newer(now, checklist.edition) else None


def tell_of_publication(
    session: Session, now: datetime, edition: ChecklistEdition, changes: Sequence[Change], valid_from: date
) -> int:
    """One mail to each adviser of open checklists of the office; returns how many people are told."""
    people = advisers_concerned(session, edition.controller_id, local_day(now))
    if not people or not announcement(changes, valid_from):
        return 0  # nothing that concerns those who work with it: only who checked an item
    head = announcement(changes, valid_from)
    changes = [one for one in changes if one.kind != "checked"]
    lines = [f"- {one.sentence}" for one in changes[:MOST_LINES]]
    if len(changes) > MOST_LINES:
        lines.append(f"- und {len(changes) - MOST_LINES} weitere Änderungen")
    text = (
        f"die Einbürgerungsbehörde „{edition.controller.name}“ hat Fassung {edition.number} der Checkliste veröffentlicht. "
        f"Sie gilt ab {german_day(valid_from.isoformat())}.\n\n" + "\n".join(lines) + "\n\n"
        "Ihre offenen Checklisten bleiben, wie sie sind, bis Sie sie auf die neue Fassung heben. Vorher sehen Sie, was sich "
        "für jede einzelne ändert. Eintragungen gehen dabei nicht verloren."
    )
    _mail(
        session,
        now,
        people,
        edition,
        kind="edition:published",
        subject=f"Checkliste Einbürgerung: {head.rstrip('.')}",
        text=text,
    )
    return len(people)


def tell_of_withdrawal(
    session: Session, now: datetime, edition: ChecklistEdition, instead: ChecklistEdition | None
) -> int:
    """One mail to each adviser of open checklists that follow the withdrawn edition; returns how many people are told."""
    people = advisers_concerned(session, edition.controller_id, local_day(now), edition.id)
    if not people:
        return 0
    after = (
        f"Ihre offenen Checklisten stehen jetzt auf Fassung {instead.number}. Eintragungen sind nicht verloren. Punkte, die "
        "sich dadurch geändert haben, sind mit „bitte prüfen“ gekennzeichnet."
        if instead is not None
        else "Eine andere Fassung gilt zurzeit nicht. Ihre Checklisten bleiben, wie sie sind. Fragen Sie im Zweifel die Behörde."
    )
    text = (
        f"die Einbürgerungsbehörde „{edition.controller.name}“ hat Fassung {edition.number} der Checkliste zurückgezogen.\n\n"
        f"Grund: {edition.withdrawal_reason}\n\n{after}"
    )
    subject = f"Checkliste Einbürgerung: Fassung {edition.number} ist zurückgezogen"
    _mail(session, now, people, edition, kind="edition:withdrawn", subject=subject, text=text)
    return len(people)


def advisers_concerned(session: Session, controller_id: int, day: date, edition_id: int | None = None) -> list[User]:
    """Who looks after open checklists of an office, each once; where that person left the service, all its advisers."""
    rows = session.execute(
        open_of(select(ClientChecklist.organisation, ClientChecklist.adviser_id), controller_id, edition_id).distinct()
    )
    wanted: dict[str, set[int | None]] = {}
    for organisation, adviser_id in rows:
        wanted.setdefault(organisation, set()).add(adviser_id)
    people: dict[int, User] = {}
    for organisation, ids in sorted(wanted.items()):
        advisers = {one.id: one for one in advisers_of(session, organisation, day)}
        everybody = not ids <= advisers.keys()
        people |= {key: one for key, one in advisers.items() if everybody or key in ids}
    return list(people.values())


def _mail(
    session: Session,
    now: datetime,
    people: Sequence[User],
    edition: ChecklistEdition,
    *,
    kind: str,
    subject: str,
    text: str,
) -> None:
    """Each person gets a mail of their own: nobody learns who else works on checklists."""
    for person in people:
        outbox.notify(
            session, now, users=[person], controller_id=edition.controller_id, kind=kind, subject=subject,
            text=f"Guten Tag {person.name},\n\n{text}", link=LIFT, link_label="Meine Checklisten und die neue Fassung",
        )  # fmt: skip


def is_newer(one: ChecklistEdition, than: ChecklistEdition) -> bool:
    """Whether a checklist that follows ``than`` should go to ``one``: later in effect, or the other was withdrawn."""
    if one.id == than.id or one.valid_from is None:
        return False
    return than.state == "withdrawn" or than.valid_from is None or one.valid_from > than.valid_from


def _announced(own: ChecklistEdition, other: ChecklistEdition) -> str:
    assert other.valid_from is not None
    changes = differences(document_of(own), document_of(other))
    day = german_day(other.valid_from.isoformat())
    return (
        announcement(changes, other.valid_from) if changes else f"Fassung {other.number} gilt ab {day}, ohne Änderung."
    )


def _withdrawn(own: ChecklistEdition, instead: ChecklistEdition | None) -> str:
    head = f"Die Behörde hat Fassung {own.number} zurückgezogen: {own.withdrawal_reason}"
    return head if instead is not None else f"{head} Eine andere Fassung gilt zurzeit nicht."
