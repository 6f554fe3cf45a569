"""The register of decisions, what waits for the agenda, and the form by which the office enters what was decided.

Once meetings are held in the program, they call the same service; this form stays for what was decided elsewhere.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, request, url_for

from ..extensions import db
from ..forms.decisions import (
    change_form,
    decision_form,
    measure_form,
    progress_form,
    register_filters,
    result_words,
    state_words,
    subject_words,
)
from ..forms.records import error_pairs, number_in, put_errors
from ..models import Decision, Record
from ..services import decisions, excerpts
from ..services.decision_checks import Verdict, Votes
from ..services.queries import agendas_of, decision_page
from ..services.queries import decisions as queries
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, record_parts
from .process_parts import Part, show_with
from .rendering import page, see_other, t

blueprint = Blueprint("decisions", __name__, url_prefix="/decisions")
TONES = {"accepted": "success", "amended": "success", "rejected": "danger", "postponed": "warning", "noted": "info"}
PROGRESS_TONES = {"open": "neutral", "running": "info", "done": "success", "overtaken": "warning", "stopped": "warning"}


@blueprint.get("")
@access.requires("decision:read")
def index() -> Response:
    """Papers proposed for the agenda, and all decisions, newest first; filters and position are in the address."""
    session, actor, today = db.session(), access.current_actor(), access.today()
    bodies, measures = queries.bodies(session, actor, today), queries.measures(session, actor, today)
    form = register_filters(t, bodies, queries.years(session, actor, today), measures, request.args)
    filters = _filters(form)
    before = request.args.get("before")
    found = queries.register(session, actor, filters, today, before)
    kept = {name: field.data for name, field in form._fields.items() if field.data}
    return page(
        "decisions/index.html",
        "decisions/_list.html",
        form=form,
        found=found,
        filtered=filters.active,
        proposals=queries.proposals(session, actor, today) if not before and access.can("decision:take") else (),
        older_url=url_for(".index", **kept, before=found.older) if found.older else None,
        newest_url=url_for(".index", **kept) if before else None,
        names=dict(bodies),
        **_words(),
    )


@blueprint.get("/<reference>")
@access.requires("decision:read")
def show(reference: str) -> Response:
    """One decision: vote, where it was taken, how far it is carried out, and the later ones that changed it."""
    decision = queries.find(db.session(), access.current_actor(), reference, access.today())
    return show_page(decision)


@blueprint.get("/<reference>/excerpt.pdf")
@access.requires("decision:read")
def print_excerpt(reference: str) -> Response:
    """The excerpt (Beschlussauszug) as PDF."""
    session, actor = db.session(), access.current_actor()
    decision = queries.find(session, actor, reference, access.today())
    html = excerpts.excerpt(session, actor, access.now(), decision)
    response = make_response(excerpts.as_pdf(html, f"Beschlussauszug {decision.reference}"))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{decision.reference}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def show_page(
    decision: Decision, status: int = 200, form: Any = None, measure: Any = None, conflict: str | None = None
) -> Response:
    """The page of a decision; with the form of its progress or measure as it was refused."""
    session, actor, today = db.session(), access.current_actor(), access.today()
    seen = decision_page.detail(session, actor, decision, today)
    works = access.can("decision:take")
    measures = queries.measures(session, actor, today, used=False) if works else []
    form = form or progress_form(t, {"state": seen.proposal or seen.state})
    measure = measure or measure_form(t, measures, decision.measure or "")
    pairs = [*error_pairs(form), *error_pairs(measure)]
    return page(
        "decisions/show.html",
        status=status,
        seen=seen,
        decision=decision,
        later=seen.later,
        names={decision.body: seen.body},
        works=works,
        form=form,
        measure=measure,
        error_pairs=pairs,
        form_errors=bool(pairs),
        conflict=conflict,
        **_words(),
    )


def _filters(form: Any) -> queries.Filters:
    return queries.Filters(
        body=form.body.data or "",
        year=number_in(form.year.data),
        subject=form.subject.data or "",
        text=(form.q.data or "")[:200],
        result=form.result.data or "",
        state=form.state.data or "",
        measure=form.measure.data or "",
        theme=(form.theme.data or "").strip(),
    )


@blueprint.route("/of/<paper>", methods=["GET", "POST"])
@access.requires("decision:take")
def take(paper: str) -> Response:
    """Enters what a body decided on a paper."""
    session, actor = db.session(), access.current_actor()
    record = queries.find_paper(session, actor, paper, access.today())
    form = _decision_form(record)
    if request.method != "POST":
        return _take_page(record, form)
    try:
        verdict = _verdict(form, form.result.data or "")
        with unit_of_work() as session:
            record = queries.find_paper(session, actor, paper, access.today())
            taken = decisions.take_decision(
                session, actor, access.now(), paper=record, verdict=verdict, row_version=record_parts.row_version()
            )
            reference = taken.reference
    except InputRefused as refused:
        return _refused(paper, form, refused)
    except (StaleVersion, StepRefused) as refused:
        record = queries.find_paper(db.session(), actor, paper, access.today())
        return _take_page(record, form, status=refused.status, conflict=refused.sentence)
    flash(
        t(f"Der Beschluss {reference} ist eingetragen.", f"Decision {reference} is entered."),
        "success",
    )
    return see_other(".show", reference=reference)


@blueprint.route("/<reference>/change", methods=["GET", "POST"])
@access.requires("decision:take")
def change(reference: str) -> Response:
    """Enters that a later meeting amended or revoked a decision."""
    session, actor = db.session(), access.current_actor()
    old = queries.find(session, actor, reference, access.today())
    form = change_form(
        t, queries.bodies(session, actor, access.today(), deciding=True), values={"body": old.body, "how": "amended"}
    )
    if request.method != "POST":
        return _change_page(old, form)
    try:
        verdict = _verdict(form, "accepted")
        with unit_of_work() as session:
            old = queries.find(session, actor, reference, access.today())
            how = form.how.data or ""
            fresh = decisions.change_decision(
                session, actor, access.now(), decision=old, verdict=verdict, how=how,
                row_version=record_parts.row_version(),
            )  # fmt: skip
            reference = fresh.reference
    except InputRefused as refused:
        put_errors(form, _by_field(refused), t)
        return _change_page(queries.find(db.session(), actor, reference, access.today()), form, status=422)
    except (StaleVersion, StepRefused) as refused:
        return _change_page(
            queries.find(db.session(), actor, reference, access.today()), form, status=409, conflict=refused.sentence
        )
    flash(t(f"Der Beschluss {reference} ist eingetragen.", f"Decision {reference} is entered."), "success")
    return see_other(".show", reference=reference)


@show_with(decisions.PAPER)
def _part(seen: Any) -> Part | None:
    """On the page of a paper: what was decided, and the way to enter it."""
    session, actor = db.session(), access.current_actor()
    taken = queries.of_paper(session, seen.record)
    may_enter = seen.record.state == decisions.PROPOSED and access.can("decision:take")
    points = agendas_of.points_about(session, actor, seen.record)
    if not taken and not may_enter and not points:
        return None
    values = {
        "points": points,
        "to_ask": agendas_of.bodies_to_ask(session, actor, seen.record),
        "taken": taken,
        "may_enter": may_enter,
        "names": dict(queries.bodies(session, actor, access.today())),
        **_words(),
    }
    return Part("decisions/_of_paper.html", values, ((t("Entscheidung", "Decision"), "#decision"),))


def _decision_form(paper: Record) -> Any:
    session, actor, answers = db.session(), access.current_actor(), paper.answers
    notice = answers.get("art") == "mitteilung"
    bodies = queries.bodies(session, actor, access.today(), deciding=True)
    values = {
        "decided_on": access.today(),
        "body": bodies[0][0] if bodies else "",
        "wording": answers.get("beschlussvorschlag") or answers.get("kenntnisnahme") or "",
        "result": "noted" if notice else None,
    }
    return decision_form(t, bodies, notice=notice, values=values)


def _verdict(form: Any, result: str) -> Verdict:
    """What was entered; raises InputRefused for what cannot be read."""
    errors: dict[str, str] = {}
    for name in ("decided_on", "review_on"):
        if name in form and not form[name].validate(form):
            errors[name], form[name].errors = form[name].errors[0], []
    if not errors and form.decided_on.day is None:
        errors["decided_on"] = "Geben Sie den Tag der Sitzung ein."
    votes = form.votes()
    if isinstance(votes, str):
        errors["votes_yes"] = votes
    if errors:
        raise InputRefused(errors)
    return Verdict(
        decided_on=form.decided_on.day,
        body=form.body.data or "",
        result=result,
        wording=form.wording.data or "",
        conditions=form.conditions.data or "" if "conditions" in form else "",
        votes=Votes(*votes) if votes else None,
        review_on=form.review_on.day if "review_on" in form else None,
    )


def _by_field(refused: InputRefused) -> dict[str, str]:
    return {("votes_yes" if name == "votes" else name): sentence for name, sentence in refused.errors.items()}


def _refused(paper: str, form: Any, refused: InputRefused) -> Response:
    put_errors(form, _by_field(refused), t)
    record = queries.find_paper(db.session(), access.current_actor(), paper, access.today())
    return _take_page(record, form, status=422)


def _take_page(paper: Record, form: Any, status: int = 200, conflict: str | None = None) -> Response:
    pairs = error_pairs(form)
    open_now = paper.state == decisions.PROPOSED
    return page(
        "decisions/take.html",
        status=status,
        paper=paper,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        conflict=conflict or (None if open_now else decisions.why_not(db.session(), paper)),
        open_now=open_now,
    )


def _change_page(decision: Decision, form: Any, status: int = 200, conflict: str | None = None) -> Response:
    pairs = error_pairs(form)
    return page(
        "decisions/change.html",
        status=status,
        decision=decision,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        conflict=conflict,
        names=dict(queries.bodies(db.session(), access.current_actor(), access.today())),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "results": result_words(t),
        "subjects": subject_words(t),
        "tones": TONES,
        "progress": state_words(t),
        "progress_tones": PROGRESS_TONES,
    }
