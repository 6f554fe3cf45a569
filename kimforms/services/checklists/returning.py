"""The office gives a hand-over back: what is missing stands at the items, and the service works on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ...models import ChecklistEntry, ClientChecklist, HandOver
from ...permissions import Actor
from .. import audit
from ..records.facts import local_day
from ..refusals import InputRefused
from . import sharing
from .free_text import about
from .milestones import at_office
from .moving import take_step
from .pseudonyms import Doubtful
from .refreshing import refreshed
from .telling import tell_service

REASONS = {
    "unterlagen_fehlen": "Unterlagen fehlen",
    "voraussetzung_nicht_erfuellt": "eine Voraussetzung ist nicht erfüllt",
    "angaben_unklar": "Angaben sind unklar",
    "zustaendigkeit": "eine andere Behörde ist zuständig",
    "anderes": "anderer Grund",
}
"""What figures count; the gaps say the rest."""
WITHOUT_GAPS = ("zustaendigkeit", "anderes")
"""Reasons that may stand without an item, if a note says why."""
LONGEST_GAP = 400
LONGEST_NOTE = 1000
MOST_GAPS = 100


def return_hand_over(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    reason: str,
    gaps: Sequence[tuple[str, str]],
    note: str = "",
    insist: bool = False,
) -> HandOver:
    """Returns the hand-over with named gaps, each an item's id and what is missing there; ends the office's sight of it.

    Raises :class:`NotPermitted`, :class:`StepRefused` when nothing lies with the office, :class:`NotVisible` for an item
    that the edition does not have, :class:`InputRefused` for one that is never stored and for a return that names
    nothing, :class:`Doubtful` for texts that look like personal data.
    """
    made = at_office(session, actor, checklist)
    if reason not in REASONS:
        raise InputRefused({"reason": "Wählen Sie, warum Sie zurückgeben."})
    named = _named(checklist, gaps, insist=insist)
    wanted = "Schreiben Sie, warum Sie zurückgeben." if not named and reason in WITHOUT_GAPS else ""
    plain = about(checklist, "note", note, longest=LONGEST_NOTE, wanted=wanted, insist=insist)
    if not named and reason not in WITHOUT_GAPS:
        raise InputRefused({"gaps": "Nennen Sie mindestens einen Punkt und was dort fehlt."})
    made.state, made.returned_at, made.returned_by_id = "returned", now, actor.user_id
    made.gaps = [{"item": item, "text": text} for item, text in named.items()]
    made.return_reason, made.note = reason, plain
    _mark(checklist, actor, now, named)
    take_step(session, actor, now, checklist, "zurueckgeben")
    sharing.close_all(session, actor, now, checklist, "hand_over")
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_RETURN,
        about=checklist.record,
        number=made.number,
        reason=reason,
        gaps=len(named),
    )
    refreshed(checklist)
    text = f"Die Einbürgerungsbehörde hat die Checkliste {checklist.record.reference} zurückgegeben."
    tell_service(session, now, checklist, kind="returned", text=text, page="/hand-over")
    return made


def _named(checklist: ClientChecklist, gaps: Sequence[tuple[str, str]], *, insist: bool) -> dict[str, str]:
    """What is missing by item, in the order given; two texts at one item become one."""
    if len(gaps) > MOST_GAPS:
        raise InputRefused({"gaps": f"Nennen Sie höchstens {MOST_GAPS} Punkte."})
    named: dict[str, str] = {}
    hints: list[str] = []
    for item_id, text in gaps:
        item = sharing.item_of(checklist, item_id)
        wanted = f"Schreiben Sie, was bei Punkt {item.id} fehlt."
        try:
            plain = about(checklist, "gaps", text, longest=LONGEST_GAP, wanted=wanted, insist=insist)
        except Doubtful as doubt:
            hints += [hint for hint in doubt.hints if hint not in hints]
            continue
        named[item.id] = f"{named[item.id]} {plain}" if item.id in named else plain
    if hints:
        raise Doubtful("gaps", hints)
    return named


def _mark(checklist: ClientChecklist, actor: Actor, now: datetime, gaps: dict[str, str]) -> None:
    """Puts each gap at its item, where it stands until the service notes something there."""
    entries = {entry.item_id: entry for entry in checklist.entries}
    for item_id, text in gaps.items():
        entry = entries.get(item_id)
        if entry is None:
            entry = ChecklistEntry(item_id=item_id, evidence=[], changed_at=now, changed_by_id=actor.user_id)
            entry.state, entry.reason, entry.note = "open", "", ""
            checklist.entries.append(entry)
        entry.review = f"Zurückgegeben am {local_day(now):%d.%m.%Y}: {text}"[:500]
