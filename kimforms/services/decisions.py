"""Taking a decision on a paper: the only way to one, whoever calls it (today the office's form, later the meeting).

A decision is written down once and never changed; a later one amends or revokes it. It moves the paper and the theme:
decision 1 makes the theme a generative theme and sets up the working group, decision 2 brings the solution into
practice (concept, chapters 2.5 and 2.6). Nobody types what follows.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.definition import Numbering
from ..engine.fields import CleanContext
from ..models import Body, Decision, Record
from ..permissions import Actor, may
from . import audit
from .catalogues import catalogues
from .decision_checks import AGREED, LONGEST, SET_UP, SOLUTION, STEPS, Verdict, checked
from .numbering import next_reference, prefix_of
from .processes import definition_of
from .projection import project
from .records import chain
from .records.creating import fitting
from .records.facts import local_day
from .records.tasking import put_task
from .records.transitions import perform_transition
from .refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused

PAPER = "decision_paper"
PROPOSED = "vorgeschlagen"
REVIEW_AFTER = timedelta(days=180)
REVOKED, AMENDED = "revoked", "amended"
DECIDED = ("beschlossen", "abgelehnt", "kenntnis")
"""The states of a paper in which what was decided on it counts."""
UNDOING = {
    (SET_UP, True): "beschluss1_aufgehoben",
    (SET_UP, False): "ablehnung_aufgehoben",
    (SOLUTION, True): "beschluss2_aufgehoben",
}
"""Which step a theme takes when a decision on this kind of paper is revoked; True: it had been agreed to."""


def take_decision(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    paper: Record,
    verdict: Verdict,
    origin: str = "entered",
    row_version: int | None = None,
) -> Decision:
    """Writes the decision down and lets everything follow from it, in one transaction.

    ``origin`` names where it came from (``entered``, or the agenda item of a meeting). Raises :class:`NotVisible` for
    what is no decision paper, :class:`NotPermitted`, :class:`StaleVersion`, :class:`StepRefused` when the paper is not
    before the body (any more), and :class:`InputRefused` by field.
    """
    _require(actor, paper, row_version)
    if paper.state != PROPOSED:
        raise StepRefused([why_not(session, paper)])
    body = _body(session, paper, verdict.body)
    wording = checked(paper, verdict, body, now)
    theme = _theme_of(session, paper)
    decision = _write(session, actor, now, paper, theme, body, verdict, wording, origin)
    _fill_paper(session, actor, now, paper, decision)
    if theme is not None:
        _fill_theme(session, actor, now, theme, decision)
    perform_transition(
        session,
        chain.on_behalf(actor),
        now,
        record=paper,
        transition_id=STEPS[verdict.result],
        data={"decision": decision.reference},
        row_version=None,
        catalogues=catalogues(session),
    )
    if verdict.result in AGREED:
        _put_tasks(session, actor, now, paper, theme, decision)
    return decision


def change_decision(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    decision: Decision,
    verdict: Verdict,
    how: str,
    row_version: int | None = None,
) -> Decision:
    """A later meeting revokes a decision or amends its wording; both stay readable, and the theme follows.

    It is always the first decision that is changed, however often: ``row_version`` is that of its paper. Raises
    :class:`NotPermitted`, :class:`StepRefused` when it was revoked already or does not count any more,
    :class:`StaleVersion`, and :class:`InputRefused` by field.
    """
    paper = decision.paper
    assert paper is not None
    _require_standing(session, actor, decision, paper)
    if row_version is not None and row_version != paper.row_version:
        raise StaleVersion(current=paper)
    _require_sense(session, decision, verdict, how)
    theme = decision.theme
    body = _body(session, paper, verdict.body)
    wording = checked(paper, verdict, body, now, later=True)
    fresh = _write(session, actor, now, paper, theme, body, verdict, wording, "entered", decision, how)
    if theme is not None:
        _fill_theme(session, actor, now, theme, fresh)
    if how == REVOKED:
        _undo(session, actor, now, decision, fresh)
    else:
        _answer(session, actor, now, paper, {"beschluss_wortlaut": wording})
    return fresh


def _require_standing(session: Session, actor: Actor, decision: Decision, paper: Record) -> None:
    """Whether a decision is one that still counts and is changed by itself."""
    if not may(actor, "decision:take", decision.controller_id):
        raise NotPermitted()
    if (later := latest_change(session, decision)) is not None and later.amends_how == REVOKED:
        raise StepRefused([f"{decision.reference} ist schon durch {later.reference} aufgehoben."])
    if decision.amends_how == REVOKED or decision.result == "postponed":
        raise StepRefused(["Nur ein Beschluss, der gilt, lässt sich ändern oder aufheben."])
    if decision.amends is not None:
        first = decision.amends.reference
        raise StepRefused([f"{decision.reference} hat {first} geändert. Ändern Sie {first} oder heben Sie ihn auf."])
    if paper.state not in DECIDED:
        raise StepRefused([f"{decision.reference} gilt nicht mehr: Über das Thema liegt eine neue Vorlage vor."])


def _require_sense(session: Session, decision: Decision, verdict: Verdict, how: str) -> None:
    if how not in (REVOKED, AMENDED):
        raise InputRefused({"how": "Wählen Sie, ob der Beschluss geändert oder aufgehoben wurde."})
    if verdict.decided_on < decision.decided_on:
        raise InputRefused({"decided_on": "Der spätere Beschluss kann nicht vor dem früheren liegen."})
    if not verdict.wording.strip():
        raise InputRefused({"wording": "Geben Sie den Wortlaut des neuen Beschlusses ein."})
    standing = latest_change(session, decision) or decision
    if how == AMENDED and verdict.wording.strip() == standing.wording:
        raise InputRefused({"wording": "Das ist der bisherige Wortlaut. Geben Sie den geänderten ein."})


def latest_change(session: Session, decision: Decision) -> Decision | None:
    """The last decision that amended or revoked this one."""
    wanted = select(Decision).where(Decision.amends_id == decision.id).order_by(Decision.id.desc()).limit(1)
    return session.scalars(wanted).first()


def standing_decisions(session: Session, paper: Record) -> list[Decision]:
    """The decisions on a paper, oldest first."""
    return list(session.scalars(select(Decision).where(Decision.paper_id == paper.id).order_by(Decision.id)))


def _require(actor: Actor, paper: Record, row_version: int | None) -> None:
    if paper.process.key != PAPER:
        raise NotVisible()
    if not may(actor, "decision:take", paper.controller_id):
        raise NotPermitted()
    if row_version is not None and row_version != paper.row_version:
        raise StaleVersion(current=paper)


def why_not(session: Session, paper: Record) -> str:
    """Why nothing can be decided on a paper now, as a sentence."""
    taken = standing_decisions(session, paper)
    if taken:
        return (
            f"Über {paper.reference} ist schon entschieden: {taken[-1].reference} vom {taken[-1].decided_on:%d.%m.%Y}."
        )
    return f"{paper.reference} ist noch nicht für die Tagesordnung vorgeschlagen."


def _body(session: Session, paper: Record, slug: str) -> Body:
    body = session.scalar(select(Body).where(Body.slug == slug, Body.controller_id == paper.controller_id, Body.active))
    if body is None:
        raise InputRefused({"body": "Wählen Sie das Gremium, das entschieden hat."})
    return body


def _theme_of(session: Session, paper: Record) -> Record | None:
    return next(iter(chain.linked(session, paper, "theme", "theme")), None)


def _write(
    session: Session,
    actor: Actor,
    now: datetime,
    paper: Record,
    theme: Record | None,
    body: Body,
    verdict: Verdict,
    wording: str,
    origin: str,
    amends: Decision | None = None,
    how: str | None = None,
) -> Decision:
    votes = verdict.votes
    decision = Decision(
        reference=next_reference(session, numbering_of(body), verdict.decided_on),
        controller_id=paper.controller_id,
        body=body.slug,
        decided_on=verdict.decided_on,
        subject=str(paper.answers.get("art") or ""),
        title=paper.title,
        result=verdict.result,
        wording=wording,
        conditions=verdict.conditions.strip(),
        votes_yes=votes.yes if votes else None,
        votes_no=votes.no if votes else None,
        votes_abstained=votes.abstained if votes else None,
        review_on=_review_on(paper, verdict),
        theme=theme,
        paper=paper,
        amends=amends,
        amends_how=how,
        origin=origin,
        taken_at=now,
        taken_by_id=actor.user_id,
    )
    session.add(decision)
    session.flush()  # the event names its id
    _tell(session, actor, now, paper, decision)
    return decision


def _tell(session: Session, actor: Actor, now: datetime, paper: Record, decision: Decision) -> None:
    votes = [decision.votes_yes, decision.votes_no, decision.votes_abstained]
    audit.record(
        session,
        actor,
        now,
        audit.Tag.DECISION_TAKE,
        about=paper,
        decision=decision.id,
        reference=decision.reference,
        body=decision.body,
        decided_on=decision.decided_on.isoformat(),
        result=decision.result,
        wording=audit.Erasable(decision.wording),
        votes=votes if decision.votes_yes is not None else None,
        amends=decision.amends.reference if decision.amends is not None else None,
        how=decision.amends_how,
        origin=decision.origin,
    )


def numbering_of(body: Body) -> Numbering:
    """How the decisions of a body are numbered: ``LG-B-2026-07``; without a prefix by the initials of its name."""
    return Numbering(prefix=f"{prefix_of(body)}-B", digits=2)


def _review_on(paper: Record, verdict: Verdict) -> date | None:
    if verdict.review_on is not None or verdict.result not in AGREED or paper.answers.get("art") != SOLUTION:
        return verdict.review_on
    return verdict.decided_on + REVIEW_AFTER


def _fill_paper(session: Session, actor: Actor, now: datetime, paper: Record, decision: Decision) -> None:
    """Part e of the paper, which nobody types."""
    answers: dict[str, Any] = {"ergebnis": STEPS[decision.result], "beschluss_wortlaut": decision.wording or None}
    if decision.votes_yes is not None:
        answers["stimmen"] = {
            "ja": decision.votes_yes,
            "nein": decision.votes_no,
            "enthaltung": decision.votes_abstained,
        }
    if decision.review_on is not None:
        answers["ueberpruefung"] = decision.review_on.isoformat()
    if not paper.answers.get("sitzung"):
        answers["sitzung"] = f"{decision.decided_on:%d.%m.%Y}"
    _answer(session, actor, now, paper, answers)


def _fill_theme(session: Session, actor: Actor, now: datetime, theme: Record, decision: Decision) -> None:
    said = decision.wording or decision.conditions or "ohne Wortlaut"
    line = f"{decision.reference} vom {decision.decided_on:%d.%m.%Y}: {said}"
    before = str(theme.answers.get("decisions") or "")
    answers: dict[str, Any] = {"decisions": f"{before}\n\n{line}".strip()[-LONGEST:]}
    if decision.review_on is not None:
        answers["review_on"] = decision.review_on.isoformat()
    _answer(session, actor, now, theme, answers)


def _answer(session: Session, actor: Actor, now: datetime, record: Record, answers: dict[str, Any]) -> None:
    """Writes answers that services fill, and what is computed from them; the history tells of each."""
    definition, lists, old = definition_of(record.version), catalogues(session), record.answers
    known = {name: value for name, value in answers.items() if name in definition.fields()}
    merged = {**old, **{name: value for name, value in known.items() if value is not None}}
    record.answers = {**merged, **_computed(definition, merged, lists, now)}
    changed = [name for name in record.answers if record.answers[name] != old.get(name)]
    changes = {
        name: {"old": audit.Erasable(old.get(name)), "new": audit.Erasable(record.answers[name])} for name in changed
    }
    if changes:
        record.changed_at = now
        audit.record(session, actor, now, audit.Tag.RECORD_CHANGE, about=record, changes=changes)
        project(record, definition, lists, local_day(now))


def _computed(definition: Any, answers: dict[str, Any], lists: Any, now: datetime) -> dict[str, Any]:
    fresh = fitting(definition, answers, lists, now, partial=True)
    return {
        field.id: fresh[field.id]
        for field in definition.fields().values()
        if field.type == "computed" and fresh.get(field.id) is not None
    }


def _put_tasks(
    session: Session, actor: Actor, now: datetime, paper: Record, theme: Record | None, decision: Decision
) -> None:
    """One task for each step of the implementation, and the review, for whoever is responsible for the theme."""
    record = theme or paper
    field = definition_of(paper.version).fields().get("umsetzung")
    context = CleanContext(catalogues(session), local_day(now), "de", paper.answers)
    offices = {each.id: each for each in getattr(field, "fields", ())}
    for row in paper.answers.get("umsetzung") or ():
        step = str(row.get("schritt") or "").strip()
        if not step:
            continue
        office = offices["stelle"].display(row["stelle"], context) if row.get("stelle") else ""
        due = date.fromisoformat(row["bis"]) if row.get("bis") else None
        title = f"{decision.reference}: {step}" + (f" ({office})" if office else "")
        _task(session, actor, now, record, title, due)
    if decision.review_on is not None:
        title = f"{decision.reference}: Überprüfung durch die Lenkungsgruppe vorbereiten"
        _task(session, actor, now, record, title, decision.review_on, "follow_up")


def _task(
    session: Session, actor: Actor, now: datetime, record: Record, title: str, due: date | None, kind: str = "task"
) -> None:
    put_task(
        session,
        actor,
        now,
        record=record,
        controller_id=record.controller_id,
        title=title,
        assignee_id=record.assignee_id or record.creator_id,
        due_on=due,
        kind=kind,
    )


def _undo(session: Session, actor: Actor, now: datetime, decision: Decision, fresh: Decision) -> None:
    data = {"decision": fresh.reference}
    for record, step in (
        (decision.theme, UNDOING.get((decision.subject, decision.result in AGREED))),
        (decision.paper, "aufheben"),
    ):
        if record is not None and step is not None:
            chain.take(session, actor, now, record, step, data if record is decision.paper else {})
