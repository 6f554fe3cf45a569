"""What a hand-over says, drawn once from the checklist: the document that paper and JSON show from then on.

Notes of the service stay with the service, and nothing is in it of the items that are never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import ChecklistEdition, ChecklistEntry, ClientChecklist, HandOver, User
from ...naturalisation import hand_over as documents
from ...naturalisation.applies import questions
from ...naturalisation.document import ChecklistDocument
from ...naturalisation.readiness import ENTRY_STATES, Line, Readiness
from ...naturalisation.words import on_day, shown, shown_question
from .. import catalogues
from ..editions.reading import document_of as edition_document
from ..records.facts import BERLIN, local_day


def document_of(
    session: Session,
    now: datetime,
    checklist: ClientChecklist,
    made: HandOver,
    judged: Readiness,
    newer: ChecklistEdition | None,
) -> dict[str, Any]:
    """The hand-over as JSON by the schema of ``naturalisation.hand_over``, as things stand now."""
    document, day = edition_document(checklist.edition), local_day(now)
    entries = {entry.item_id: entry for entry in checklist.entries}
    names = _names(session, checklist)
    lists = catalogues.catalogues(session)
    town = checklist.municipality
    route = next((one for one in document.routes if one.id == checklist.route), None)
    office = checklist.record.controller
    return documents.HandOverDocument(
        reference=checklist.record.reference,
        pseudonym=checklist.pseudonym or "",
        number=made.number,
        handed_over_at=now.astimezone(BERLIN).replace(microsecond=0),
        service=_named(checklist.organisation, lists.label("organisations", checklist.organisation)),
        office=documents.Named(id=office.key, name=office.name),
        municipality=_named(town, lists.label("municipalities", town)) if town else None,
        edition=_edition(checklist.edition),
        newer_edition=_edition(newer) if newer is not None else None,
        route=_named(route.id, on_day(route.title, document, day)) if route is not None else None,
        complete=made.complete,
        summary=judged.sentence,
        reason=made.reason,
        talked_on=checklist.talked_on,
        situation=_answers(document, checklist.situation, day),
        items=tuple(_item(line, entries.get(line.item.id), document, day, names) for line in judged.lines),
        missing=judged.missing,
    ).model_dump(mode="json", by_alias=True)


def _named(slug: str, label: str | None) -> documents.Named:
    return documents.Named(id=slug, name=label or slug)


def _edition(edition: ChecklistEdition) -> documents.EditionUsed:
    return documents.EditionUsed(number=edition.number, law_status=edition.law_status, valid_from=edition.valid_from)


def _answers(document: ChecklistDocument, situation: Mapping[str, bool], day: date) -> tuple[documents.Answer, ...]:
    """Only questions that are asked where something is stored, whatever an older edition may have left behind."""
    return tuple(
        documents.Answer(id=one.id, label=shown_question(one, document, day).label, answer=situation[one.id])
        for one in questions(document)
        if one.id in situation
    )


def _item(
    line: Line, entry: ChecklistEntry | None, document: ChecklistDocument, day: date, names: Mapping[int, str]
) -> documents.ItemState:
    item = shown(line.item, document, day)
    return documents.ItemState(
        id=item.id,
        section=next(one.title for one in document.sections if one.id == item.section),
        title=item.title,
        kind=line.item.kind,
        legal_basis=item.legal_basis,
        state=line.state,  # type: ignore[arg-type]
        state_words=ENTRY_STATES[line.state],
        settled=line.ok,
        explanation=entry.review if entry is not None and entry.review else line.sentence,
        reason=entry.reason if entry is not None and line.state == "not_needed" else "",
        evidence=tuple(
            documents.Seen(
                name=on_day(one["name"], document, day), seen_on=one["seen_on"], by=names.get(one.get("by") or 0, "")
            )
            for one in (entry.evidence if entry is not None else ())
        ),
    )


def _names(session: Session, checklist: ClientChecklist) -> dict[int, str]:
    """Names of the advisers who have seen papers."""
    wanted = {one.get("by") for entry in checklist.entries for one in entry.evidence} - {None}
    found = session.execute(select(User.id, User.name).where(User.id.in_(sorted(wanted))))
    return {number: name for number, name in found}  # noqa: C416 - rows, not pairs, to mypy
