"""Papers out of decisions: the excerpt (Beschlussauszug) of one, and the control list to take to a meeting."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ..documents.excerpt import ExcerptData, excerpt_html
from ..documents.minutes import DecisionText, VoteResult
from ..documents.paper import Entry, Grid, PaperData, Section, paper_html
from ..documents.pdf import render_pdf
from ..models import AgendaItem, Body, Controller, Decision, Minutes
from ..permissions import Actor
from .bodies.people import officer
from .decision_checks import AGREED
from .queries import decision_page
from .queries.agenda import numbered
from .queries.decision_sight import readable
from .queries.follow_up import Control
from .receipts import FONTS, TEMPLATES, letterhead_of
from .records.facts import local_day

RESULTS = {
    "accepted": "zugestimmt",
    "amended": "geändert oder unter Bedingungen zugestimmt",
    "rejected": "abgelehnt",
    "postponed": "vertagt",
    "noted": "zur Kenntnis genommen",
}
STATES = {
    "open": "offen",
    "running": "in Umsetzung",
    "done": "umgesetzt",
    "overtaken": "überholt",
    "stopped": "eingestellt",
}


def excerpt(session: Session, actor: Actor, now: datetime, decision: Decision) -> str:
    """The excerpt of a decision that the actor may read, as HTML; provisional while the minutes are not signed."""
    body = session.scalars(select(Body).where(Body.slug == decision.body)).first()
    found = decision_page.meeting_of(session, decision)
    vote = decision_page.circular_of(session, decision) if found is None else None
    minutes = session.get(Minutes, found[0].record_id) if found is not None else None
    provisional = found is not None and (minutes is None or minutes.state in ("draft", "check"))
    signer = officer(session, body, "minute_taker", local_day(now)) if body is not None else None
    facts = [Entry("Ergebnis", RESULTS.get(decision.result, decision.result))]
    if decision.review_on is not None:
        facts.append(Entry("Überprüfung", f"{decision.review_on:%d.%m.%Y}"))
    if vote is not None:
        facts.append(Entry("Verfahren", f"Umlaufverfahren {vote.reference}"))
    data = ExcerptData(
        letterhead=letterhead_of(decision.controller, "de"),
        title=f"Beschlussauszug {decision.reference}",
        reference=decision.reference,
        body=body.name if body is not None else decision.body,
        held_on=decision.decided_on,
        decision=_text(decision),
        meeting=found[0].record.title if found is not None else "",
        item=_item(session, decision),
        facts=tuple(facts),
        statements=_statements(session, decision, readable(actor, local_day(now))),
        certified_by=signer.name if signer is not None else "",
        certified_on=local_day(now),
        provisional=provisional,
        basis="minutes" if found is not None else "circular" if vote is not None else "register",
    )
    return excerpt_html(data, TEMPLATES)


def control_paper(controller: Controller, control: Control, today: date, title: str) -> str:
    """The control list as HTML: what, who, until when, how far."""
    rows = [
        (
            f"{line.decision.reference}: {line.decision.title}",
            "; ".join(f"{task.title} ({task.owner or 'niemand'})" for task in line.tasks if not task.done) or "–",
            f"{line.due_on:%d.%m.%Y}" + (f" ({line.due})" if line.overdue else "") if line.due_on else "–",
            STATES[line.state] + (f". {line.note}" if line.note else ""),
        )
        for line in control.lines
    ]
    loose = [
        (task.title, task.owner or "niemand", f"{task.due_on:%d.%m.%Y}" if task.due_on else "–", f"{task.progress} %")
        for task in control.loose
    ]
    sections = []
    if rows:
        columns = ("Beschluss", "Offene Aufgaben", "Bis wann", "Stand")
        sections.append(Section("Beschlüsse", grid=Grid("Beschlüsse und ihre Umsetzung", columns, tuple(rows))))
    if loose:
        columns = ("Aufgabe", "Wer", "Bis wann", "Fortschritt")
        sections.append(Section("Aufgaben ohne Beschluss", grid=Grid("Aufgaben aus Sitzungen", columns, tuple(loose))))
    intro = (f"Stand vom {today:%d.%m.%Y}. Überfälliges steht oben.",) if sections else ("Es ist nichts offen.",)
    data = PaperData(letterhead_of(controller, "de"), title, "", intro=intro, sections=tuple(sections))
    return paper_html(data, TEMPLATES)


def as_pdf(html: str, title: str) -> bytes:
    """The paper as PDF/UA-1."""
    return render_pdf(html, title=title, fonts=FONTS)


def _text(decision: Decision) -> DecisionText:
    counted = decision.votes_yes is not None
    sentence = decision.vote_sentence or (RESULTS.get(decision.result, "").capitalize() + "." if counted else "")
    vote = VoteResult(sentence, decision.votes_yes, decision.votes_no, decision.votes_abstained) if sentence else None
    remarks = (f"Änderungen oder Bedingungen: {decision.conditions}",) if decision.conditions else ()
    return DecisionText(
        decision.wording or decision.title, decision.reference, decision.title, decision.result in AGREED, vote, remarks
    )


def _item(session: Session, decision: Decision) -> str:
    found = decision_page.meeting_of(session, decision)
    if found is None:
        return ""
    meeting, item = found
    points = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id))
    label = next((label for label, one in numbered(points) if one.id == item.id), "")
    return " ".join(part for part in ("TOP", label, item.title) if part)


def _statements(session: Session, decision: Decision, readable: ColumnElement[bool]) -> tuple[str, ...]:
    later = select(Decision).where(Decision.amends_id == decision.id, readable).order_by(Decision.id)
    words = {"amended": "geändert", "revoked": "aufgehoben"}
    return tuple(
        f"Dieser Beschluss wurde durch {one.reference} vom {one.decided_on:%d.%m.%Y} {words.get(one.amends_how or '', '')}."
        for one in session.scalars(later)
    )
