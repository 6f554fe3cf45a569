"""Taking a decision: the only way to one, whoever calls it (the office's form, a meeting, a vote by circulation).

A decision is written down once and never changed; a later one amends or revokes it. It moves the paper and the theme:
decision 1 makes the theme a generative theme and sets up the working group, decision 2 brings the solution into
practice (concept, chapters 2.5 and 2.6). Nobody types what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.definition import Numbering
from ..models import AgendaItem, Body, Decision, Record
from ..permissions import Actor, may
from . import audit
from .bodies import from_decision
from .catalogues import catalogues
from .decision_checks import AGREED, LONGEST, SET_UP, SOLUTION, STEPS, About, Verdict, checked, checked_note
from .decision_tasks import put_tasks
from .numbering import next_reference, prefix_of
from .processes import definition_of
from .projection import project
from .records import chain
from .records.creating import fitting
from .records.facts import local_day
from .records.transitions import perform_transition
from .refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused

PAPER = "decision_paper"
PROPOSED = "vorgeschlagen"
NO_PAPER = "ohne_vorlage"
"""The subject of a decision that a body took without a paper."""
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
    item_id: int | None = None,
    confidential: bool = False,
    vote_sentence: str = "",
) -> Decision:
    """Writes the decision down and lets everything follow from it, in one transaction.

    ``origin`` names where it came from (``entered``, or the agenda item of a meeting). Raises :class:`NotVisible` for
    what is no decision paper, :class:`NotPermitted`, :class:`StaleVersion`, :class:`StepRefused` when the paper is not
    before the body (any more), and :class:`InputRefused` by field.
    """
    _require(actor, paper, row_version)
    if paper.state != PROPOSED:
        raise StepRefused([why_not(session, paper)])
    body = _body(session, paper.controller_id, verdict.body)
    wording = checked(paper, verdict, body, now)
    theme = _theme_of(session, paper)
    about = About(origin, item_id, confidential, vote_sentence)
    decision = _write(session, actor, now, _Matter.of(paper, theme), body, verdict, wording, about)
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
        put_tasks(session, actor, now, paper, theme, decision)
    from_decision.carry_out(session, actor, now, decision=decision)
    return decision


def note_decision(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    body: Body,
    title: str,
    verdict: Verdict,
    about: About,
    theme: Record | None = None,
    events_on: Record | None = None,
) -> Decision:
    """Writes down a decision without a paper (an agenda item of its own, a circular vote); nothing follows by itself.

    ``events_on`` is the record whose history tells of it, that of the meeting. The theme, if any, shows the wording.
    Raises :class:`NotPermitted`, and :class:`InputRefused` by field.
    """
    if not may(actor, "decision:take", body.controller_id):
        raise NotPermitted()
    wording = checked_note(verdict, body, now)
    matter = _Matter(NO_PAPER, title, body.controller_id, None, theme, events_on)
    decision = _write(session, actor, now, matter, body, verdict, wording, about)
    if theme is not None:
        _fill_theme(session, actor, now, theme, decision)
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
    about: About | None = None,
) -> Decision:
    """A later meeting revokes a decision or amends its wording; both stay readable, and the theme follows.

    It is always the first decision that is changed, however often: ``row_version`` is that of its paper. Raises
    :class:`NotPermitted`, :class:`StepRefused` when it was revoked already or does not count any more,
    :class:`StaleVersion`, and :class:`InputRefused` by field.
    """
    paper, theme = decision.paper, decision.theme
    _require_standing(session, actor, decision, paper)
    if row_version is not None and paper is not None and row_version != paper.row_version:
        raise StaleVersion(current=paper)
    _require_sense(session, decision, verdict, how)
    body = _body(session, decision.controller_id, verdict.body)
    wording = checked_note(verdict, body, now) if paper is None else checked(paper, verdict, body, now, later=True)
    matter = _Matter(
        decision.subject, decision.title, decision.controller_id, paper, theme, _told_on(session, decision)
    )
    fresh = _write(session, actor, now, matter, body, verdict, wording, about or About(), decision, how)
    if theme is not None:
        _fill_theme(session, actor, now, theme, fresh)
    if how == REVOKED:
        _undo(session, actor, now, decision, fresh)
    elif paper is not None:
        _answer(session, actor, now, paper, {"beschluss_wortlaut": wording})
    return fresh


def _require_standing(session: Session, actor: Actor, decision: Decision, paper: Record | None) -> None:
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
    if paper is not None and paper.state not in DECIDED:
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


def _body(session: Session, controller_id: int, slug: str) -> Body:
    body = session.scalar(select(Body).where(Body.slug == slug, Body.controller_id == controller_id, Body.active))
    if body is None:
        raise InputRefused({"body": "Wählen Sie das Gremium, das entschieden hat."})
    return body


def _theme_of(session: Session, paper: Record) -> Record | None:
    return next(iter(chain.linked(session, paper, "theme", "theme")), None)


def _told_on(session: Session, decision: Decision) -> Record | None:
    """The record whose history tells of a decision without paper: that of the meeting."""
    if decision.paper is not None or decision.item_id is None:
        return decision.paper
    item = session.get(AgendaItem, decision.item_id)
    return session.get(Record, item.meeting_id) if item is not None else None


@dataclass(frozen=True)
class _Matter:
    """What a decision is about; ``told_on`` is the record whose history holds the event."""

    subject: str
    title: str
    controller_id: int
    paper: Record | None
    theme: Record | None
    told_on: Record | None

    @classmethod
    def of(cls, paper: Record, theme: Record | None) -> _Matter:
        return cls(str(paper.answers.get("art") or ""), paper.title, paper.controller_id, paper, theme, paper)


def _write(
    session: Session,
    actor: Actor,
    now: datetime,
    matter: _Matter,
    body: Body,
    verdict: Verdict,
    wording: str,
    about: About,
    amends: Decision | None = None,
    how: str | None = None,
) -> Decision:
    votes = verdict.votes
    decision = Decision(
        reference=next_reference(session, numbering_of(body), verdict.decided_on),
        controller_id=matter.controller_id,
        body=body.slug,
        decided_on=verdict.decided_on,
        subject=matter.subject,
        title=matter.title,
        result=verdict.result,
        wording=wording,
        conditions=verdict.conditions.strip(),
        votes_yes=votes.yes if votes else None,
        votes_no=votes.no if votes else None,
        votes_abstained=votes.abstained if votes else None,
        review_on=_review_on(matter.subject, verdict),
        theme=matter.theme,
        paper=matter.paper,
        amends=amends,
        amends_how=how,
        origin=about.origin,
        item_id=about.item_id,
        measure=about.measure,
        confidential=about.confidential,
        vote_sentence=about.vote_sentence,
        taken_at=now,
        taken_by_id=actor.user_id,
    )
    session.add(decision)
    session.flush()  # the event names its id
    _tell(session, actor, now, matter, decision)
    return decision


def _tell(session: Session, actor: Actor, now: datetime, matter: _Matter, decision: Decision) -> None:
    votes = [decision.votes_yes, decision.votes_no, decision.votes_abstained]
    audit.record(
        session,
        actor,
        now,
        audit.Tag.DECISION_TAKE,
        about=matter.told_on,
        controller_id=matter.controller_id,
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


def _review_on(subject: str, verdict: Verdict) -> date | None:
    if verdict.review_on is not None or verdict.result not in AGREED or subject != SOLUTION:
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


def _undo(session: Session, actor: Actor, now: datetime, decision: Decision, fresh: Decision) -> None:
    data = {"decision": fresh.reference}
    for record, step in (
        (decision.theme, UNDOING.get((decision.subject, decision.result in AGREED))),
        (decision.paper, "aufheben"),
    ):
        if record is not None and step is not None:
            chain.take(session, actor, now, record, step, data if record is decision.paper else {})
    from_decision.take_back(session, actor, now, decision=decision, later=fresh)
