"""Taking a step with a record and correcting its answers: what will happen, the deed, and what if two people act at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, request

from ..engine.completeness import leaves_draft
from ..engine.definition import Transition
from ..engine.text import pick
from ..extensions import db
from ..forms.builder import BuiltForm, submitted
from ..services.queries import history, record_page
from ..services.queries.record_page import Seen
from ..services.records import completing, editing, preview
from ..services.records.transitions import perform_transition
from ..services.refusals import InputRefused, NotVisible, StaleVersion, StepRefused, Unfinished
from ..services.unit_of_work import unit_of_work
from . import access, record_answers, record_parts
from .records import transition_form
from .rendering import language, page, see_other, t

blueprint = Blueprint("record_steps", __name__, url_prefix="/records/<reference>")


@blueprint.get("/actions/<transition_id>")
@access.requires("record:read")
def ask(reference: str, transition_id: str) -> Response:
    """What the step will bring, and its questions; nothing happens yet."""
    seen = record_parts.look(db.session(), reference)
    return _question(seen, _transition(seen, transition_id))


@blueprint.post("/actions/<transition_id>")
@access.requires("record:read")
def take(reference: str, transition_id: str) -> Response:
    """Takes the step."""
    raw = submitted(request.form.items(multi=True))
    try:
        with unit_of_work() as session:
            seen = record_parts.look(session, reference)
            transition = _transition(seen, transition_id)
            decision = perform_transition(
                session,
                access.current_actor(),
                access.now(),
                record=seen.record,
                transition_id=transition_id,
                data=raw,
                row_version=record_parts.row_version(),
                catalogues=record_parts.circumstances().catalogues,
            )
            state = pick(seen.definition.workflow.states[decision.new_state].label, language())
    except InputRefused as refused:
        return _again(reference, transition_id, raw, refused)
    except Unfinished:
        seen = record_parts.look(db.session(), reference)
        return _unfinished(seen, _transition(seen, transition_id))
    except (StaleVersion, StepRefused) as refused:
        return _conflict(reference, transition_id, raw, refused)
    _say_done(transition, state, decision.complete)
    return see_other("records.show", reference=reference)


def _say_done(transition: Transition, state: str, complete: bool) -> None:
    label = pick(transition.label, language())
    if not complete:
        flash(t("Ihre Zustimmung ist festgehalten.", "Your approval is recorded."), "success")
    else:
        text = t(f"„{label}“ ist erledigt. Stand: {state}.", f"“{label}” is done. State: {state}.")
        flash(text, "success")


def _transition(seen: Seen, transition_id: str) -> Transition:
    found = seen.definition.workflow.transition_by_id.get(transition_id)
    if found is None:
        raise NotVisible()
    return found


def _question(
    seen: Seen, transition: Transition, *, form: BuiltForm | None = None, status: int = 200, errors: Sequence[Any] = ()
) -> Response:
    """The page that asks before the step is taken. Refuses with the reasons where it is not possible now."""
    session, actor = db.session(), access.current_actor()
    deeds, not_now, _ = record_page.deeds_of(session, actor, access.now(), seen, language=language())
    deed = next((one for one in deeds if one.transition.id == transition.id), None)
    label = pick(transition.label, language())
    if deed is None:
        if any(one.label == label for one in not_now) and leaves_draft(seen.definition, seen.record.state, transition):
            return _unfinished(seen, transition)
        reasons = next((one.reasons for one in not_now if one.label == label), ())
        raise StepRefused(reasons or (t("Dieser Schritt ist jetzt nicht möglich.", "This step is not possible now."),))
    told = preview.consequences(
        session,
        actor,
        access.now(),
        seen.record,
        seen.definition,
        transition,
        missing=deed.missing,
        colleagues=None if seen.full else record_parts.coordination(seen),
        language=language(),
    )
    return page(
        "records/action.html",
        "records/_action.html",
        status=status,
        record=seen.record,
        transition=transition,
        label=label,
        form=form or transition_form(seen, transition, {}),
        told=told,
        error_pairs=errors,
        form_errors=bool(errors),
        last_seq=history.last_seq(session, seen.record),
    )


def _unfinished(seen: Seen, transition: Transition) -> Response:
    """What the draft still lacks, each with the way to its question; or the reasons, when that is not what is wrong."""
    missing = completing.lacking(
        seen.record, seen.definition, access.now(), record_parts.circumstances().catalogues, language()
    )
    if not missing.open:
        raise StepRefused((t("Dieser Schritt ist jetzt nicht möglich.", "This step is not possible now."),))
    label = pick(transition.label, language())
    return page("records/unfinished.html", status=409, record=seen.record, label=label, missing=missing)


def _again(reference: str, transition_id: str, raw: dict[str, Any], refused: InputRefused) -> Response:
    """The same page with everything typed and what is to be mended."""
    seen = record_parts.look(db.session(), reference)
    transition = _transition(seen, transition_id)
    form = transition_form(seen, transition, raw)
    form.validate()
    form.look_for_personal_data()
    pairs = form.error_pairs() or [("", sentence) for sentence in refused.errors.values()]
    return _question(seen, transition, form=form, status=422, errors=pairs)


def _conflict(reference: str, transition_id: str, raw: dict[str, Any], refused: StaleVersion | StepRefused) -> Response:
    """What happened in the meantime, and what was typed, ready to be sent again if the step is still possible."""
    session, actor = db.session(), access.current_actor()
    seen = record_parts.look(session, reference)
    transition = _transition(seen, transition_id)
    label = pick(transition.label, language())
    if _done_already(seen, transition_id):
        flash(t(f"„{label}“ haben Sie gerade schon ausgeführt. Nichts ist doppelt geschehen.",
                f"You have just done “{label}” already. Nothing happened twice."), "info")  # fmt: skip
        return see_other("records.show", reference=reference)
    since, _ = history.lines(session, actor, access.now(), seen, language=language(), after=record_parts.seen_event())
    deeds, not_now, _ = record_page.deeds_of(session, actor, access.now(), seen, language=language())
    possible = any(one.transition.id == transition_id for one in deeds)
    reasons = () if possible else next((one.reasons for one in not_now if one.label == label), ())
    if not possible and not reasons:
        reasons = getattr(refused, "reasons", ()) or (_not_in_state(seen, label),)
    form = transition_form(seen, transition, raw)
    form.look_for_personal_data()
    return page(
        "records/conflict.html",
        status=409,
        record=seen.record,
        transition=transition,
        label=label,
        form=form,
        typed=_typed(seen, transition, raw),
        since=since,
        possible=possible,
        reasons=reasons,
        state=pick(seen.definition.workflow.states[seen.record.state].label, language()),
        last_seq=history.last_seq(session, seen.record),
    )


def _not_in_state(seen: Seen, label: str) -> str:
    state = pick(seen.definition.workflow.states[seen.record.state].label, language())
    return t(f"„{label}“ ist im Stand „{state}“ nicht möglich.", f"“{label}” is not possible in the state “{state}”.")


def _done_already(seen: Seen, transition_id: str) -> bool:
    """Whether this very person has taken this very step since the page was shown: a double click."""
    actor = access.current_actor()
    last = history.last_transition(db.session(), seen.record, record_parts.seen_event())
    return last is not None and last == (transition_id, actor.user_id)


def _typed(seen: Seen, transition: Transition, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    form = transition_form(seen, transition, dict(raw))
    return [(each.label.text, str(each._value())) for each in form if raw.get(each.short_name)]  # noqa: SLF001


# --- answers ---------------------------------------------------------------------------------------------------------


@blueprint.get("/edit")
@access.requires("record:read")
def edit(reference: str) -> Response:
    """The answers that may be corrected: all on one page, or those of one ``step``; a draft is filled in step by step."""
    session = db.session()
    seen = record_parts.look(session, reference)
    editing.require_editor(session, access.current_actor(), access.now(), seen.record)
    if (first := record_answers.first_step(seen)) is not None:
        return see_other(".edit", reference=reference, step=first)
    return record_answers.edit_page(seen, editing.raw_of(seen.definition, seen.record.answers))


@blueprint.post("/edit")
@access.requires("record:read")
def change(reference: str) -> Response:
    """Stores answers, or shows the page again with other rows or questions."""
    raw = record_answers.entered()
    if record_answers.only_shown_again():
        seen = record_parts.look(db.session(), reference)
        editing.require_editor(db.session(), access.current_actor(), access.now(), seen.record)
        return record_answers.edit_page(seen, record_answers.with_rows(seen, raw))
    try:
        with unit_of_work() as session:
            seen = record_parts.look(session, reference)
            changed = record_answers.store(session, seen, raw)
            following = record_answers.next_step(seen)
    except InputRefused as refused:
        return record_answers.edit_page(record_parts.look(db.session(), reference), raw, refused=refused)
    except StaleVersion:
        return record_answers.conflict_page(record_parts.look(db.session(), reference), raw)
    record_answers.say_changed(changed)
    if following is not None:
        return see_other(".edit", reference=reference, step=following)
    return see_other("records.show", reference=reference)
