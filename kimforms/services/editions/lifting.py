"""Lifting clients' checklists to another edition: first a preview, then one by one, or all of a service item by item.

Nothing that was noted is lost: entries of changed items keep their state and are marked to be looked at again, entries of items
that are gone stay where they are and count again when an edition brings the item back. Only what became a point of which
nothing is stored is erased, with everything said at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...engine.fields.days import german_day
from ...models import ChecklistEdition, ClientChecklist, Record
from ...naturalisation.applies import applicable, kept, never_stored
from ...naturalisation.changes import differences
from ...naturalisation.changes import lift as lift_of
from ...naturalisation.document import ChecklistDocument
from ...naturalisation.words import on_day
from ...permissions import Actor
from .. import audit
from ..checklists.access import own, services_of
from ..checklists.forgetting import forget, unspoken_by
from ..checklists.moving import touch
from ..checklists.refreshing import refreshed
from ..refusals import NotPermitted, StaleVersion, StepRefused
from .open_checklists import WORKING, is_open, on_edition
from .reading import document_of

LONGEST_REVIEW = 500


@dataclass(frozen=True)
class LiftLine:
    """What happens to one item. ``kind``: ``new``, ``changed``, ``gone`` or ``erased``; ``state``: what was noted, if anything."""

    kind: str
    item_id: str
    title: str
    sentences: tuple[str, ...]
    state: str | None


@dataclass(frozen=True)
class Preview:
    """What lifting a checklist means, item by item. ``kept`` counts entries that stay exactly as they are.

    ``talk_again``: there are points to talk through that the former talk could not cover.
    """

    checklist: ClientChecklist
    to_edition: ChecklistEdition
    lines: tuple[LiftLine, ...]
    kept: int
    questions_gone: tuple[str, ...]
    questions_new: tuple[str, ...]
    talk_again: bool

    def of_kind(self, kind: str) -> tuple[LiftLine, ...]:
        return tuple(one for one in self.lines if one.kind == kind)

    @property
    def empty(self) -> bool:
        """Whether only the number of the edition changes."""
        return not (self.lines or self.questions_gone or self.questions_new or self.talk_again)


def preview(checklist: ClientChecklist, to_edition: ChecklistEdition) -> Preview:
    """What lifting would change; nothing is written. Raises :class:`StepRefused` where it is not possible."""
    refuse_unfitting(checklist, to_edition)
    old, new = document_of(checklist.edition), document_of(to_edition)
    day = to_edition.valid_from or date.min
    states = {entry.item_id: entry.state for entry in checklist.entries}
    here = {one.id for one in applicable(old, checklist.situation)}
    found = lift_of(old, new, checklist.situation, {key: state for key, state in states.items() if key in here})
    hidden = never_stored(new)
    said = _sentences(old, new, day)
    erased = [one for one in states if one in hidden]
    gone = [one for one in found.gone_items if one not in hidden]
    lines = [
        *_lines("new", found.new_items, new, said, states, day),
        *_lines("changed", found.changed_items, new, said, states, day),
        *_lines("gone", gone, old, said, states, day),
        *_lines("erased", erased, new, said, states, day),
    ]
    labels = {one.id: on_day(one.label, document, day) for document in (old, new) for one in document.conditions}
    return Preview(
        checklist,
        to_edition,
        tuple(lines),
        sum(one in states for one in found.kept if one not in found.changed_items),
        tuple(labels.get(one, one) for one in found.questions_gone),
        tuple(labels[one] for one in found.questions_new),
        checklist.talked_on is not None and not hidden <= never_stored(old),
    )


def lift(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    to_edition: ChecklistEdition,
    *,
    shown_edition_id: int | None = None,
) -> Preview:
    """Lifts a checklist of the actor's own service; returns what was done. A second click changes nothing.

    ``shown_edition_id`` is the edition of the checklist in the preview. Raises :class:`NotPermitted`,
    :class:`StaleVersion` when a colleague lifted it elsewhere meanwhile, :class:`StepRefused` for an edition that is not
    published or another office's, and for a checklist that was handed over or ended.
    """
    if checklist.organisation not in services_of(actor):
        raise NotPermitted()
    if shown_edition_id not in (None, checklist.edition_id) and checklist.edition_id != to_edition.id:
        raise StaleVersion("Inzwischen hat jemand anderes diese Checkliste auf eine andere Fassung gehoben.")
    done = preview(checklist, to_edition)
    if checklist.edition_id != to_edition.id:
        _carry_out(session, actor, now, done)
        touch(checklist, now)
        refreshed(checklist)
    return done


def fall_back(
    session: Session, actor: Actor, now: datetime, withdrawn: ChecklistEdition, instead: ChecklistEdition
) -> int:
    """Puts the open checklists of a withdrawn edition on the one in effect; returns how many. Their periods run on."""
    waiting = on_edition(session, withdrawn)
    for checklist in waiting:
        _carry_out(session, actor, now, preview(checklist, instead))
        refreshed(checklist)
    return len(waiting)


def waiting_for(session: Session, actor: Actor) -> list[ClientChecklist]:
    """All open checklists of the actor's services, with what a preview reads; three statements."""
    rows = (
        select(ClientChecklist)
        .join(ClientChecklist.record)
        .where(own(actor), Record.state.in_(WORKING))
        .options(
            joinedload(ClientChecklist.record),
            joinedload(ClientChecklist.edition),
            selectinload(ClientChecklist.entries),
        )
        .order_by(ClientChecklist.pseudonym_key, ClientChecklist.record_id)
    )
    return list(session.scalars(rows))


def refuse_unfitting(checklist: ClientChecklist, to_edition: ChecklistEdition) -> None:
    """Raises :class:`StepRefused` where a checklist cannot go to an edition."""
    if to_edition.controller_id != checklist.record.controller_id:
        raise StepRefused(["Diese Fassung gehört einer anderen Einbürgerungsbehörde."])
    if to_edition.state != "published":
        raise StepRefused([f"Fassung {to_edition.number} ist nicht veröffentlicht oder zurückgezogen."])
    if not is_open(checklist):
        raise StepRefused(["Diese Checkliste ist verwiesen oder abgeschlossen. Sie behält die Fassung von damals."])


def _carry_out(session: Session, actor: Actor, now: datetime, done: Preview) -> None:
    checklist, to_edition = done.checklist, done.to_edition
    new, before = document_of(to_edition), checklist.edition
    mark = f"Fassung {to_edition.number}, gilt ab {german_day(to_edition.valid_from)}: "
    review = {one.item_id: one for one in done.of_kind("changed") if one.state not in (None, "open")}
    for entry in checklist.entries:
        if line := review.get(entry.item_id):
            entry.review = (mark + " ".join(line.sentences))[:LONGEST_REVIEW]
    unspoken = unspoken_by(new)
    forget(session, now, checklist, unspoken)
    situation = kept(new, checklist.situation)
    dropped = sorted(one for one in checklist.situation if one not in situation and one not in unspoken.questions)
    checklist.situation = situation
    if checklist.route is not None and all(one.id != checklist.route for one in new.routes):
        checklist.route = None
    if done.talk_again:
        checklist.talked_on = checklist.talked_by_id = None
    checklist.edition = to_edition
    audit.record(
        session, actor, now, audit.Tag.CHECKLIST_LIFT, about=checklist.record,
        old=before.number, new=to_edition.number, review=audit.Erasable(sorted(review)),
        gone=audit.Erasable({one.item_id: one.state for one in done.of_kind("gone")}),
        added=audit.Erasable([one.item_id for one in done.of_kind("new")]),
        erased=len(unspoken.items - never_stored(document_of(before))),  # of the edition, the same for every client
        questions=audit.Erasable(dropped),
    )  # fmt: skip


def _sentences(old: ChecklistDocument, new: ChecklistDocument, day: date) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for one in differences(old, new, day):
        if one.item_id is not None and one.kind != "checked":
            said.setdefault(one.item_id, []).append(one.sentence)
    return said


def _lines(
    kind: str,
    ids: Sequence[str],
    document: ChecklistDocument,
    said: dict[str, list[str]],
    states: dict[str, str],
    day: date,
) -> list[LiftLine]:
    return [
        LiftLine(kind, one, on_day(document.items[one].title, document, day), tuple(said.get(one, ())), states.get(one))
        for one in ids
        if one in document.items
    ]
