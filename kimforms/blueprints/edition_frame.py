"""What the pages of editions have in common: the edition asked for, how a refused form is answered, the words of states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from ..extensions import db
from ..forms.edition_sentences import in_english
from ..forms.records import error_pairs, put_errors
from ..models import ChecklistEdition
from ..services.editions import reading
from ..services.editions.drafting import require_draft
from ..services.refusals import InputRefused, StaleVersion
from . import access
from .rendering import t

Show = Callable[..., Response]


def readable(edition_id: int) -> ChecklistEdition:
    """The edition of this address, if the reader may see it."""
    return reading.readable_edition(db.session(), access.current_actor(), edition_id)


def own(edition_id: int) -> ChecklistEdition:
    """The edition of this address, if the reader works for its office."""
    return reading.own_edition(db.session(), access.current_actor(), edition_id)


def own_draft(edition_id: int) -> ChecklistEdition:
    """The draft of this address; 409 for an edition that is published already."""
    edition = own(edition_id)
    require_draft(access.current_actor(), edition)
    return edition


def attempt(form: Any, deed: Callable[[], Response], show: Show, names: Mapping[str, str] | None = None) -> Response:
    """Does ``deed``; a refusal is shown by ``show(form, status=…, conflict=…)`` with everything that was entered."""
    try:
        return deed()
    except InputRefused as refused:
        errors = {(names or {}).get(key, key): t(text, in_english(text)) for key, text in refused.errors.items()}
        put_errors(form, {key: text for key, text in errors.items() if key in form}, t)
        others = [text for key, text in errors.items() if key not in form]
        return show(form, status=422, others=others)
    except StaleVersion as refused:
        return show(form, status=409, conflict=refused)


def form_context(form: Any, others: Any = (), conflict: StaleVersion | None = None) -> dict[str, Any]:
    """What every page with a form reads besides its own."""
    pairs = [*error_pairs(form), *(("", text) for text in others)]
    said = t(conflict.sentence, in_english(conflict.sentence)) if conflict is not None else ""
    return {
        "form": form,
        "error_pairs": pairs,
        "form_errors": bool(pairs),
        "conflict": said,
        "conflict_part": conflict.current if conflict is not None else None,
    }


def state_words() -> dict[str, tuple[str, str]]:
    """Label and tone of each state of an edition."""
    return {
        "draft": (t("Entwurf", "draft"), "info"),
        "current": (t("gilt", "in effect"), "success"),
        "coming": (t("gilt künftig", "coming"), "info"),
        "past": (t("abgelöst", "replaced"), "neutral"),
        "withdrawn": (t("zurückgezogen", "withdrawn"), "danger"),
    }
