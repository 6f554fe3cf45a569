"""How the pages of meetings answer a form that was refused: the same page, nothing lost, each sentence beside its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from ..forms.meeting_sentences import in_english
from ..forms.records import error_pairs, put_errors
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from .rendering import t

Show = Callable[..., Response]


def attempt(
    form: Any, deed: Callable[[], Response], show: Show, names: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    """Does ``deed``; what it refuses is shown by ``show(form, status=…, conflict=…)``.

    ``names`` maps names of the service to fields of the form where they differ.
    """
    try:
        return deed()
    except InputRefused as refused:
        errors = {(names or {}).get(key, key): said(sentence) for key, sentence in refused.errors.items()}
        put_errors(form, errors, t)
        return show(form, status=422)
    except (StaleVersion, StepRefused) as refused:
        return show(form, status=refused.status, conflict=said(refused.sentence))


def said(sentence: str) -> str:
    """What a service refuses with, in the reader's language."""
    return t(sentence, in_english(sentence))


def form_context(form: Any, conflict: str | None = None) -> dict[str, Any]:
    """What every page with a form reads besides its own."""
    pairs = error_pairs(form)
    return {"form": form, "error_pairs": pairs, "form_errors": bool(pairs), "conflict": conflict}
