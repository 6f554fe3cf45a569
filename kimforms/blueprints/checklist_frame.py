"""The frame of all pages of one checklist: pseudonym, reference and state, and the sections as tabs, for both sides."""

from __future__ import annotations

from typing import Any

from flask import request

from ..extensions import db
from ..models import ClientChecklist
from ..services.catalogues import catalogues
from ..services.checklists.access import Sight
from ..services.processes import definition_of
from .rendering import t


def frame(checklist: ClientChecklist, sight: Sight, here: str) -> dict[str, Any]:
    """What ``checklists/_frame.html`` reads; ``here`` is the last part of the address of this page, empty for the items."""
    record = checklist.record
    place = f"{request.script_root}/checklists/{record.reference}"
    return {
        "checklist": checklist,
        "record": record,
        "sight": sight,
        "works": sight.side == "service",
        "checklist_state": definition_of(record.version).workflow.states[record.state],
        "checklist_place": place,
        "checklist_tabs": [
            (label, f"{place}/{part}" if part else place, part == here) for label, part in _sections(sight)
        ],
        "checklist_lead": _lead(checklist),
    }


def _sections(sight: Sight) -> list[tuple[str, str]]:
    """The office reads what was shared and answers; handout and history are the service's own."""
    items, questions = (t("Punkte", "Items"), ""), (t("Fragen", "Questions"), "questions")
    hand_over = (t("Verweis", "Hand-over"), "hand-over")
    if sight.side == "office":
        return [items, questions, hand_over] if sight.whole else [items, questions]
    return [
        items,
        questions,
        hand_over,
        (t("Handreichung", "Handout"), "handout"),
        (t("Verlauf", "History"), "history"),
    ]


def _lead(checklist: ClientChecklist) -> str:
    """Who keeps it, for where, by which edition."""
    lists = catalogues(db.session())
    service = lists.label("organisations", checklist.organisation) or checklist.organisation
    town = lists.label("municipalities", checklist.municipality or "") or checklist.municipality or ""
    edition = checklist.edition
    since = f" {t('vom', 'of')} {edition.valid_from:%d.%m.%Y}" if edition.valid_from else ""
    return ", ".join(part for part in (service, town, f"{t('Fassung', 'edition')} {edition.number}{since}") if part)
