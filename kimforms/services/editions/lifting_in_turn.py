"""Lifting all checklists of a service: each in its own unit of work, so that one refusal stops no other; reported item by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...models import ChecklistEdition
from ...permissions import Actor
from ..checklists.access import own_checklist
from ..refusals import NotVisible, Refusal
from .lifting import Preview, lift, preview, waiting_for
from .reading import current
from .telling import is_newer

Begin = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Outcome:
    """What became of one checklist: ``done`` with what changed, or refused with the reason in ``sentence``."""

    reference: str
    pseudonym: str
    done: bool
    sentence: str


def ready_to_lift(session: Session, actor: Actor, day: date) -> list[Preview]:
    """The open checklists of the actor's services that do not follow the edition in effect, each with its preview."""
    in_effect: dict[int, ChecklistEdition | None] = {}
    found = []
    for checklist in waiting_for(session, actor):
        office = checklist.edition.controller_id
        if office not in in_effect:
            in_effect[office] = current(session, office, day)
        target = in_effect[office]
        if target is not None and is_newer(target, checklist.edition):
            found.append(preview(checklist, target))
    return found


def in_turn(begin: Begin, actor: Actor, now: datetime, day: date, shown: Mapping[str, int]) -> list[Outcome]:
    """Lifts checklists to the edition in effect; ``shown`` maps each reference to the edition that its preview began from."""
    outcomes = []
    for reference, edition_id in shown.items():
        name = ""
        try:
            with begin() as session:
                checklist = own_checklist(session, actor, reference)
                name = checklist.pseudonym or ""
                target = current(session, checklist.edition.controller_id, day)
                if target is None:
                    raise NotVisible("Für diese Behörde gilt zurzeit keine Fassung.")
                if target.id == checklist.edition_id:
                    sentence = "War schon auf dieser Fassung, nichts geändert."
                else:
                    sentence = _said(lift(session, actor, now, checklist, target, shown_edition_id=edition_id))
            outcomes.append(Outcome(reference, name, True, sentence))
        except Refusal as refusal:
            outcomes.append(Outcome(reference, name, False, refusal.sentence))
    return outcomes


def _said(done: Preview) -> str:
    counts = (
        (len(done.of_kind("new")), "neu"),
        (len(done.of_kind("changed")), "geändert"),
        (len(done.of_kind("gone")), "entfallen"),
        (len(done.of_kind("erased")), "nicht mehr gespeichert"),
    )
    words = ", ".join(f"{count} {'Punkt' if count == 1 else 'Punkte'} {word}" for count, word in counts if count)
    return f"Steht jetzt auf Fassung {done.to_edition.number}: {words or 'kein Punkt ist anders'}."
