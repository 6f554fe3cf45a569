"""What a service notes at one item: its state, papers that somebody has seen, a note, a follow-up, who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ...engine.conditions import fields_in
from ...models import ChecklistEntry, ClientChecklist
from ...naturalisation.applies import applicable, never_stored
from ...naturalisation.document import Item
from ...naturalisation.readiness import ENTRY_STATES
from ...permissions import Actor
from .. import audit
from ..advice.directory import advisers_of
from ..editions.reading import document_of
from ..records.facts import local_day
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from .free_text import checked
from .moving import touch
from .refreshing import RESTING, refreshed
from .unspoken import refuse_unspoken

LONGEST_REASON = 500
LONGEST_NOTE = 2000
FARTHEST = timedelta(days=3 * 366)
NEVER = (
    "Punkt {item} besprechen Sie nur persönlich. Dazu wird nichts gespeichert: keine Antwort, keine Notiz und nicht, ob "
    "er zutrifft."
)
NOT_HERE = "Punkt {item} gilt in dieser Situation nicht. Ändern Sie zuerst die Situation, wenn er gelten soll."
OVER = "Diese Checkliste ist abgeschlossen. Nehmen Sie sie wieder auf, bevor Sie etwas ändern."


@dataclass(frozen=True)
class Noted:
    """What is to stand at an item. ``evidence`` maps papers, named as the edition does, to the day they were seen."""

    state: str
    reason: str
    evidence: Mapping[str, date]
    note: str
    follow_up_on: date | None
    adviser_id: int | None


def set_entry(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    item_id: str,
    *,
    state: str,
    reason: str = "",
    evidence: Mapping[str, date] | None = None,
    note: str = "",
    follow_up_on: date | None = None,
    adviser_id: int | None = None,
    row_version: int = 0,
    insist: bool = False,
) -> ChecklistEntry | None:
    """Notes everything about one item at once. ``row_version`` is that of the entry as it was shown, 0 where none was.

    The same again changes nothing, so a second click does no harm; None where nothing was noted and nothing is.
    Raises :class:`NotVisible` for an item that the edition does not have, :class:`InputRefused` for one that is never
    stored or does not apply and for values that do not fit, :class:`~.pseudonyms.Doubtful` for texts that look like
    personal data, :class:`StaleVersion` when a colleague changed the item, :class:`StepRefused` when the checklist is
    over.
    """
    refuse_when_resting(checklist)
    item = workable_item(checklist, item_id)
    known = entry_of(checklist, item_id)
    wanted = _fitting(
        session,
        now,
        checklist,
        item,
        known,
        Noted(state, reason, evidence or {}, note, follow_up_on, adviser_id),
        insist=insist,
    )
    values = _values(wanted, _seen(known, item, wanted.evidence, actor))
    before = _values_of(known)
    if values == before and (known is None or not known.review):
        return known
    if row_version != (known.row_version if known is not None else 0):
        raise StaleVersion(f"Punkt {item_id} wurde inzwischen von jemand anderem geändert.", current=known)
    if known is None:
        known = ChecklistEntry(item_id=item_id)
        checklist.entries.append(known)
    for name, value in values.items():
        setattr(known, name, value)
    known.review, known.changed_at, known.changed_by_id = "", now, actor.user_id
    _told(session, actor, now, checklist, item_id, before, values)
    touch(checklist, now)
    refreshed(checklist)
    return known


def _told(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    item_id: str,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
) -> None:
    """The history keeps what changed, apart from the chain."""
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_ITEM,
        about=checklist.record,
        item=audit.Erasable(item_id),
        changes=audit.Erasable(
            {name: [_plain(before[name]), _plain(value)] for name, value in values.items() if before[name] != value}
        ),
    )


def take_back_protected(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist) -> None:
    """Takes back what stands at points that from now on could apply only through a protected question.

    Such a point (G3) may be noted while another question brings it. Once that one is answered otherwise, what was noted
    would say that the protected one is true; what stands at other points waits until they apply again.
    """
    document = document_of(checklist.edition)
    here = {item.id for item in applicable(document, checklist.situation)}
    for entry in list(checklist.entries):
        item = document.items.get(entry.item_id)
        if item is None or item.id in here or set(fields_in(item.applies_when)) <= document.storable_questions:
            continue
        _told(session, actor, now, checklist, item.id, _values_of(entry), _values_of(None))
        checklist.entries.remove(entry)


def workable_item(checklist: ClientChecklist, item_id: str) -> Item:
    """The item, if something may be noted about it now; refusals as in :func:`set_entry`."""
    document = document_of(checklist.edition)
    item = document.items.get(item_id)
    if item is None:
        raise NotVisible("Diesen Punkt gibt es in der Fassung dieser Checkliste nicht.")
    if item_id in never_stored(document):
        raise InputRefused({"item": NEVER.format(item=item_id)}, NEVER.format(item=item_id))
    if all(one.id != item_id for one in applicable(document, checklist.situation)):
        raise InputRefused({"item": NOT_HERE.format(item=item_id)}, NOT_HERE.format(item=item_id))
    return item


def refuse_when_resting(checklist: ClientChecklist) -> None:
    """Raises :class:`StepRefused` for a checklist that was ended, decided or erased."""
    if checklist.record.state in RESTING:
        raise StepRefused([OVER])


def entry_of(checklist: ClientChecklist, item_id: str) -> ChecklistEntry | None:
    """What was noted at an item so far."""
    return next((entry for entry in checklist.entries if entry.item_id == item_id), None)


def _fitting(
    session: Session,
    now: datetime,
    checklist: ClientChecklist,
    item: Item,
    known: ChecklistEntry | None,
    wanted: Noted,
    *,
    insist: bool,
) -> Noted:
    """What is wanted, tidied; raises :class:`InputRefused` with everything that does not fit."""
    errors: dict[str, str] = {}
    today = local_day(now)
    if wanted.state not in ENTRY_STATES:
        errors["state"] = "Wählen Sie einen Stand."
    if wanted.state == "not_needed" and not wanted.reason.strip():
        errors["reason"] = "Begründen Sie, warum der Punkt nicht erforderlich ist."
    if unknown := [name for name in wanted.evidence if name not in item.evidence]:
        errors["evidence"] = f"Den Nachweis „{unknown[0]}“ kennt diese Fassung nicht."
    elif any(not date(2000, 1, 1) <= day <= today for day in wanted.evidence.values()):
        errors["evidence"] = "Der Tag, an dem Sie einen Nachweis gesehen haben, liegt nicht in der Zukunft."
    kept = known is not None and wanted.follow_up_on == known.follow_up_on
    if wanted.follow_up_on is not None and not kept and not today <= wanted.follow_up_on <= today + FARTHEST:
        errors["follow_up_on"] = "Die Wiedervorlage liegt heute oder später, höchstens in drei Jahren."
    kept = known is not None and wanted.adviser_id == known.adviser_id
    if wanted.adviser_id is not None and not kept and not _advises(session, checklist, wanted.adviser_id, today):
        errors["adviser_id"] = "Wählen Sie jemanden aus Ihrer Beratungsstelle."
    if errors:
        raise InputRefused(errors)
    reason = wanted.reason if wanted.state == "not_needed" else ""
    return Noted(
        wanted.state,
        _free(checklist, "reason", reason, LONGEST_REASON, insist),
        wanted.evidence,
        _free(checklist, "note", wanted.note, LONGEST_NOTE, insist),
        wanted.follow_up_on,
        wanted.adviser_id,
    )


def _free(checklist: ClientChecklist, field: str, text: str, longest: int, insist: bool) -> str:
    refuse_unspoken(field, text, document_of(checklist.edition))
    return checked(field, text, longest=longest, insist=insist)


def _advises(session: Session, checklist: ClientChecklist, user_id: int, today: date) -> bool:
    return any(one.id == user_id for one in advisers_of(session, checklist.organisation, today))


def _seen(known: ChecklistEntry | None, item: Item, wanted: Mapping[str, date], actor: Actor) -> list[dict[str, Any]]:
    """Papers seen, in the order of the edition: who saw one first stays; papers of an earlier edition stay as they are."""
    before = {one["name"]: one for one in (known.evidence if known is not None else [])}
    seen = []
    for name in item.evidence:
        if name in wanted:
            day, old = wanted[name].isoformat(), before.get(name)
            same = old is not None and old["seen_on"] == day
            seen.append(dict(old) if old and same else {"name": name, "seen_on": day, "by": actor.user_id})
    return seen + [dict(one) for name, one in before.items() if name not in item.evidence]


def _values(wanted: Noted, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "state": wanted.state,
        "reason": wanted.reason,
        "evidence": evidence,
        "note": wanted.note,
        "follow_up_on": wanted.follow_up_on,
        "adviser_id": wanted.adviser_id,
    }


def _values_of(entry: ChecklistEntry | None) -> dict[str, Any]:
    if entry is None:
        return _values(Noted("open", "", {}, "", None, None), [])
    return {
        name: getattr(entry, name) for name in ("state", "reason", "evidence", "note", "follow_up_on", "adviser_id")
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
