"""The pages on which answers are corrected or a draft is filled in: all steps at once, or one after the other.

The views stand in ``record_steps``; which step a page is about stands in its address (``?step=``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, flash, request, url_for
from sqlalchemy.orm import Session

from ..engine.completeness import question_name
from ..engine.definition import Step
from ..engine.fields import Record as RecordField
from ..engine.text import pick
from ..extensions import db
from ..forms.builder import BuiltForm, Circumstances, step_form, submitted, walk
from ..forms.built_fields import ReadOnlyField, RowsField
from ..forms.report import change_rows
from ..services.queries import history, record_page
from ..services.queries.record_page import Seen
from ..services.records import completing, editing
from ..services.refusals import InputRefused, NotVisible
from . import access, record_parts
from .rendering import language, page, t

ROWS = ("_add:", "_remove:")


@dataclass(frozen=True)
class Part:
    """One step of the form on the page."""

    title: str
    hint: str
    form: BuiltForm


def entered() -> dict[str, Any]:
    """What was typed, nested; the buttons and other names of the page's own are left out."""
    return submitted((name, value) for name, value in request.form.items(multi=True) if not name.startswith("_"))


def only_shown_again() -> bool:
    """Whether the page is to come again with other rows or questions, and nothing is to be stored."""
    return "_refresh" in request.form or any(name.startswith(ROWS) for name in request.form)


def with_rows(seen: Seen, raw: dict[str, Any]) -> dict[str, Any]:
    """The input with one row more or less, where a button of a repeating group was pressed."""
    change_rows(seen.definition, raw, request.form)
    return raw


def wanted(seen: Seen) -> Collection[str] | None:
    """The step that the page is about; None for all of them. Raises :class:`NotVisible` for one that nobody edits."""
    name = request.args.get("step")
    if name is None:
        return None
    if name not in [step.id for step in editing.editable_steps(seen.definition)]:
        raise NotVisible()
    return (name,)


def first_step(seen: Seen) -> str | None:
    """Where filling in a draft goes on when the address names no step: the first with something open. Else None."""
    steps = editing.editable_steps(seen.definition)
    if request.args.get("step") is not None or not seen.definition.is_draft(seen.record.state) or len(steps) < 2:
        return None
    about = circumstances(seen)
    missing = completing.lacking(seen.record, seen.definition, access.now(), about.catalogues)
    opened = {one.step for one in missing.open}
    return next((step.id for step in steps if step.id in opened), steps[0].id)


def next_step(seen: Seen) -> str | None:
    """The step after the posted one, if the person wants to go on there."""
    if request.form.get("_go") != "next":
        return None
    names = [step.id for step in editing.editable_steps(seen.definition)]
    here = request.args.get("step")
    return names[names.index(here) + 1] if here in names[:-1] else None


def circumstances(seen: Seen) -> Circumstances:
    """Lists, day and language of this request, with what the record holds."""
    return replace(record_parts.circumstances(), stored=seen.record.answers)


def edit_page(seen: Seen, raw: dict[str, Any], *, refused: InputRefused | None = None) -> Response:
    """The form with ``raw``; what was refused stands at its question."""
    steps = wanted(seen)
    parts = _parts(seen, raw, steps)
    pairs = list(_marked(seen, parts, refused.errors)) if refused is not None else []
    return page(
        "records/edit.html",
        "records/_questions.html",
        status=422 if refused is not None else 200,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **_base(seen),
        **_frame(seen, parts, steps),
    )


def conflict_page(seen: Seen, raw: dict[str, Any]) -> Response:
    """Both versions question by question, and a form that holds mine where I changed something and theirs elsewhere."""
    session, actor, steps = db.session(), access.current_actor(), wanted(seen)
    about = record_parts.circumstances()
    both = editing.versions(
        session,
        seen.record,
        raw,
        record_parts.seen_event(),
        catalogues=about.catalogues,
        today=about.today,
        language=language(),
        steps=steps,
    )
    since, _ = history.lines(session, actor, access.now(), seen, language=language(), after=record_parts.seen_event())
    return page(
        "records/edit_conflict.html",
        status=409,
        rows=both.rows,
        since=since,
        base_version=seen.record.row_version,
        last_seq=history.last_seq(session, seen.record),
        error_pairs=[],
        **_frame(seen, _parts(seen, both.joined, steps), steps),
    )


def store(session: Session, seen: Seen, raw: dict[str, Any]) -> editing.Changed:
    """Keeps what was entered on the page."""
    return editing.change_answers(
        session,
        access.current_actor(),
        access.now(),
        record=seen.record,
        raw=raw,
        row_version=record_parts.row_version(),
        catalogues=record_parts.circumstances().catalogues,
        language=language(),
        steps=wanted(seen),
    )


def say_changed(changed: editing.Changed) -> None:
    """Tells what came of it on the next page."""
    if not changed.fields:
        flash(t("Es war nichts zu ändern.", "There was nothing to change."), "info")
        return
    flash(t("Die Angaben sind geändert. Alte und neue Werte stehen im Verlauf.",
            "The answers are changed. Old and new values stand in the history."), "success")  # fmt: skip
    if changed.dropped:
        names = ", ".join(f"„{one}“" for one in changed.dropped)
        flash(t(f"Entfallen, weil die Frage nicht mehr gestellt wird: {names}.",
                f"Dropped because the question is not asked any more: {names}."), "warning")  # fmt: skip


def _frame(seen: Seen, parts: Sequence[Part], steps: Collection[str] | None) -> dict[str, Any]:
    """What the page around the questions needs: where it is sent, and where this step stands among the others."""
    names = [step.id for step in editing.editable_steps(seen.definition)]
    here = next(iter(steps), None) if steps else None
    return {
        "record": seen.record,
        "parts": parts,
        "action": url_for("record_steps.change", reference=seen.record.reference, step=here),
        "draft": seen.definition.is_draft(seen.record.state),
        "step": here,
        "number": names.index(here) + 1 if here else 1,
        "count": len(names) if here else 1,
        "before": names[names.index(here) - 1] if here and names.index(here) else None,
    }


def _parts(seen: Seen, raw: Mapping[str, Any], steps: Collection[str] | None) -> list[Part]:
    whole = editing.whole_input(seen.definition, seen.record, raw, steps)
    about = circumstances(seen)
    action = url_for(
        "record_steps.change", reference=seen.record.reference, step=next(iter(steps), None) if steps else None
    )
    named = record_page.named(
        db.session(), access.current_actor(), access.today(), seen.definition, seen.record.answers
    )
    parts = []
    for step in editing.editable_steps(seen.definition, steps):
        form = step_form(seen.definition, step, whole, about)
        form.look_for_personal_data()
        for field in walk(form):
            if isinstance(field, RowsField):
                field.kimforms = {**field.kimforms, "rows_action": action}
            elif isinstance(field, ReadOnlyField) and isinstance(field.question, RecordField):
                field.kimforms = {**field.kimforms, "records": _references(seen, field, named)}
        if any(True for _ in form):
            parts.append(_part(step, form))
    return parts


def _references(seen: Seen, field: ReadOnlyField, named: Mapping[str, str]) -> list[tuple[str, str]]:
    value = seen.record.answers.get(field.question.id) or []
    return [(one, named.get(one, "")) for one in (value if isinstance(value, list) else [value])]


def _part(step: Step, form: BuiltForm) -> Part:
    return Part(pick(step.title, language()), pick(step.hint, language()), form)


def _base(seen: Seen) -> dict[str, Any]:
    """Which version the page shows. A page that comes again after a refusal keeps what it was opened with."""
    posted = request.method == "POST"
    version = record_parts.row_version() if posted else None
    last = record_parts.seen_event() if posted else 0
    return {
        "base_version": version or seen.record.row_version,
        "last_seq": last or history.last_seq(db.session(), seen.record),
    }


def _marked(seen: Seen, parts: Sequence[Part], errors: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Puts each refusal at its question; gives the pairs for the error summary, rows and rounds named."""
    for path, sentence in errors.items():
        name, _, inside = path.partition(".")
        form = next((part.form for part in parts if name in part.form), None)
        if form is None:
            yield "", sentence
            continue
        field = form[name].mark(inside, sentence)
        label = question_name(seen.definition, path, language())
        yield field.id, sentence if label in sentence else f"{label}: {sentence}"
