"""Coming back to a report with reference and retrieval code: state, questions, withdrawal. Also "my reports"."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, flash, request, session

from ..engine.definition import Transition, content_hash
from ..engine.people import RelationRef
from ..extensions import db
from ..forms.builder import BuiltForm, questions_form, submitted
from ..forms.records import number_in
from ..models import Record
from ..permissions import Actor
from ..services import reporting
from ..services.processes import definition_of
from ..services.queries import reporting as queries
from ..services.records.facts import facts_of
from ..services.records.transitions import perform_transition
from ..services.refusals import InputRefused, NotVisible, StaleVersion, StepRefused, TooMany
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import language, page, see_other, t
from .report_pages import circumstances, visitor

blueprint = Blueprint("report_status", __name__)
PROVEN = "report_proven"
REMEMBERED = timedelta(minutes=30)
PROOF = "reference and retrieval code are the proof; reporters hold no account"


@blueprint.get("/report/status")
@access.public(PROOF)
def show() -> Response:
    """The report that this browser has proven to know, or the question for reference and code."""
    known = _proven()
    if known is None:
        return page("report/find.html", reference="", refused=None)
    record, actor = known
    return _report(record, actor)


@blueprint.post("/report/status")
@access.public(PROOF)
def find() -> Response:
    """Checks reference and code; a wrong code and an unknown reference get the same answer."""
    reference, code = request.form.get("reference", "")[:100], request.form.get("code", "")[:100]
    try:
        with unit_of_work() as work:
            record = reporting.look_up(work, access.now(), reference=reference, code=code, visitor=visitor())
            found = record.id if record is not None else None
    except TooMany as refused:
        return page("report/find.html", status=429, reference=reference, refused=_slow(refused))
    if found is None:
        return page("report/find.html", status=422, reference=reference, refused=_unknown())
    session[PROVEN] = {"id": found, "until": (access.now() + REMEMBERED).isoformat()}
    return see_other(".show")


@blueprint.post("/report/status/leave")
@access.public(PROOF)
def leave() -> Response:
    """Forgets in this browser what was proven, on shared computers at once instead of after half an hour."""
    session.pop(PROVEN, None)
    flash(
        t("Die Meldung ist in diesem Browser wieder geschlossen.", "The report is closed in this browser."), "success"
    )
    return see_other(".show")


@blueprint.get("/report/status/<transition_id>")
@access.public(PROOF)
def ask(transition_id: str) -> Response:
    """What a step means, with its questions, before it is taken."""
    known = _proven()
    if known is None:
        return see_other(".show")
    record, actor = known
    transition = _possible(record, actor, transition_id)
    return page("report/step_of_reporter.html", record=record, transition=transition,
                form=_form(record, transition), refused=())  # fmt: skip


@blueprint.post("/report/status/<transition_id>")
@access.public(PROOF)
def take(transition_id: str) -> Response:
    """Takes a step as the reporter: answers the question, withdraws the report or takes it up again."""
    known = _proven()
    if known is None:
        return page("report/find.html", status=422, reference="", refused=_forgotten())
    record, actor = known
    transition = definition_of(record.version).workflow.transition_by_id.get(transition_id)
    if transition is None or not any(isinstance(rule, RelationRef) for rule in transition.actors):
        raise NotVisible()
    version = request.form.get("row_version", "")
    try:
        with unit_of_work() as work:
            perform_transition(
                work, actor, access.now(), record=queries.record_by_id(work, record.id), transition_id=transition_id,
                data=submitted(request.form.items(multi=True)), row_version=number_in(version),
                catalogues=circumstances().catalogues,
            )  # fmt: skip
    except InputRefused:
        return _refused(record.id, transition, 422)
    except StaleVersion:
        return _refused(record.id, transition, 409, _changed())
    except StepRefused as refused:
        return _refused(record.id, transition, 409, *refused.reasons)
    flash(t("Vielen Dank, das ist angekommen.", "Thank you, this has arrived."), "success")
    return see_other(".show")


@blueprint.get("/my-reports")
@access.requires("report:own")
def mine() -> Response:
    """The reports that this account has sent, the newest first."""
    before = request.args.get("before", "")
    reports, following = queries.own_reports(
        db.session(), access.current_actor(), before=number_in(before),
        language=language(),
    )  # fmt: skip
    return page("report/mine.html", reports=reports, following=following, first=not before)


def _proven() -> tuple[Record, Actor] | None:
    """The record that this browser proved to know within the last half hour, and its reporter."""
    proof = session.get(PROVEN)
    if not proof or datetime.fromisoformat(proof["until"]) <= access.now():
        session.pop(PROVEN, None)
        return None
    record = queries.record_by_id(db.session(), proof["id"])
    return (record, reporting.as_reporter(record, language())) if record is not None else None


def _report(record: Record, actor: Actor) -> Response:
    shown = queries.progress(db.session(), actor, access.now(), record, language=language())
    answering = next((one.transition for one in shown.steps if _answers(one.transition)), None)
    form = _form(record, answering) if answering is not None and shown.unanswered is not None else None
    others = [one.transition for one in shown.steps if one.transition is not answering or form is None]
    return page("report/status.html", record=record, shown=shown, answering=answering, form=form, others=others)


def _answers(transition: Transition) -> bool:
    """Whether a step answers the open question: it asks for nothing but the answer."""
    return any(each.id == "answer" for each in transition.form)


def _possible(record: Record, actor: Actor, transition_id: str) -> Transition:
    shown = queries.progress(db.session(), actor, access.now(), record, language=language())
    found = next((one.transition for one in shown.steps if one.transition.id == transition_id), None)
    if found is None:
        raise StepRefused((t("Dieser Schritt ist im jetzigen Stand nicht möglich.",
                             "This step is not possible in the present state."),))  # fmt: skip
    return found


def _form(record: Record, transition: Transition, *, posted: bool = False) -> BuiltForm:
    raw = submitted(request.form.items(multi=True)) if posted else {}
    key = (content_hash(definition_of(record.version)), transition.id)
    answers = facts_of(db.session(), record, {}).answers
    return questions_form(key, transition.form_plan, raw, circumstances(), answers)


def _refused(record_id: int, transition: Transition, status: int, *sentences: str) -> Response:
    """The step's page again with everything typed and what is in its way."""
    record = queries.record_by_id(db.session(), record_id)
    if record is None:
        raise NotVisible()
    form = _form(record, transition, posted=True)
    form.validate()
    form.look_for_personal_data()
    return page("report/step_of_reporter.html", status=status, record=record, transition=transition, form=form,
                refused=sentences, form_errors=True)  # fmt: skip


def _unknown() -> str:
    return t(
        "Diese Kombination aus Vorgangsnummer und Abrufcode kennen wir nicht. Prüfen Sie beide Angaben; sie stehen auf "
        "Ihrer Eingangsbestätigung.",
        "We do not know this combination of reference and retrieval code. Check both; they stand on your confirmation.",
    )


def _forgotten() -> str:
    return t(
        "Seit Ihrer letzten Eingabe ist mehr als eine halbe Stunde vergangen. Geben Sie Vorgangsnummer und Abrufcode "
        "noch einmal ein. Ihren Text finden Sie mit „Zurück“ wieder.",
        "More than half an hour has passed. Enter reference and retrieval code again. “Back” leads to your text.",
    )


def _changed() -> str:
    return t(
        "Inzwischen hat sich an Ihrer Meldung etwas geändert. Ihr Text steht noch da: Sehen Sie den neuen Stand an und "
        "senden Sie dann noch einmal.",
        "Something has changed about your report. Your text is still there: look at the new state, then send again.",
    )


def _slow(refused: TooMany) -> str:
    return t(refused.sentence, f"Too many tries. Please try again in {-(-refused.retry_after // 60)} minutes.")
