"""What the pages of briefings share: who works where, words of editions, and a form that was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, url_for

from ..forms.briefings import in_english
from ..forms.records import error_pairs, put_errors
from ..models import Briefing, ChecklistEdition
from ..services.advice.briefings import WORK
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from . import access
from .meeting_frame import when
from .rendering import date_de, page, t


def office_id() -> int:
    """The controller for whose office this person works."""
    return min(access.current_actor().controllers(WORK))


def edition_label(edition: ChecklistEdition) -> str:
    """``Fassung 2, Rechtsstand 19.08.2026``."""
    return t("Fassung {}, Rechtsstand {}", "Edition {}, state of law {}").format(
        edition.number, date_de(edition.law_status)
    )


def crumbs(briefing: Briefing | None = None) -> list[tuple[str, str]]:
    """The way to the list, and to the page of a briefing."""
    way = [(t("Schulungen", "Briefings"), url_for("briefings.index"))]
    if briefing is not None:
        way.append((briefing.title, url_for("briefings.show", briefing_id=briefing.id)))
    return way


def said(sentence: str) -> str:
    """What a service refuses with, in the reader's language."""
    return t(sentence, in_english(sentence))


def attempt(form: Any, deed: Callable[[], Response], show: Callable[..., Response]) -> Response:
    """Does ``deed``; what it refuses is shown by ``show(form, status=…, conflict=…)`` with everything that was typed."""
    try:
        return deed()
    except InputRefused as refused:
        put_errors(form, {name: said(sentence) for name, sentence in refused.errors.items()}, t)
        return show(form, status=422)
    except (StaleVersion, StepRefused) as refused:
        return show(form, status=refused.status, conflict=said(refused.sentence))


def form_page(
    form: Any, *, title: str, submit: str, briefing: Briefing | None = None, status: int = 200, conflict: str = "",
    lead: str = "", consequences: tuple[str, ...] = (), danger: bool = False, row_version: str = "",
) -> Response:  # fmt: skip
    """The page of one form."""
    pairs = error_pairs(form)
    back = url_for("briefings.show", briefing_id=briefing.id) if briefing else url_for("briefings.index")
    return page(
        "briefings/form.html", status=status, form=form, error_pairs=pairs, form_errors=bool(pairs), page_title=title,
        submit=submit, crumbs=crumbs(briefing), back=back, lead=lead, conflict=conflict, consequences=consequences,
        danger=danger, row_version=row_version,
    )  # fmt: skip


def words() -> dict[str, Any]:
    """Words and functions that the templates use."""
    return {
        "when": when,
        "edition_label": edition_label,
        "states": {
            "planned": (t("geplant", "planned"), "info"),
            "held": (t("durchgeführt", "held"), "success"),
            "cancelled": (t("abgesagt", "cancelled"), "danger"),
        },
    }
