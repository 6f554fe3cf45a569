"""Minutes write themselves: from attendance, notes, votes, decisions and tasks to blocks of content."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ...models import AgendaItem, Meeting, Presence, Vote
from ..bodies.access import BERLIN
from ..bodies.people import Place
from . import content as blocks
from . import earlier, material
from .content import Block, Content
from .material import Material, clock

RIGHTS = {"voting": "stimmberechtigt", "advisory": "beratend", "guest": "Gast"}
FUNCTIONS = {"chair": "Sitzungsleitung", "minute_taker": "Protokollführung"}
FORMS = {"open": "offen", "names": "namentlich", "secret": "geheim"}
CHOICES = {"yes": "ja", "no": "nein", "abstained": "Enthaltung"}
KINDS = {
    "formalities": "Formalien",
    "report": "Bericht",
    "decision": "Beschluss",
    "discussion": "Beratung",
    "information": "Mitteilung",
    "miscellaneous": "Verschiedenes",
}
GRACE = timedelta(minutes=1)
"""Who came within a minute of the opening and left within one of the end was there all the time."""


def draft_of(session: Session, meeting: Meeting) -> Content:
    """The minutes as the records of the session give them. Reads only; a fixed number of queries."""
    found = material.read(session, meeting)
    kind = found.room.rulebook.minutes_kind
    if meeting.body.formality != "steering" and "minutes_kind" not in found.room.rulebook.settled:
        kind = "results"
    parts = [
        _head(found),
        _attendance(found),
        _statements(found, earlier.told(session, meeting)),
        *(_item(found, label, item) for label, item in found.items),
    ]
    if found.circulars:
        parts.append(_circular(found))
    parts.append(_annexes(found))
    return {"kind": kind, "blocks": parts, "returned": None}


def _head(found: Material) -> Block:
    meeting = found.meeting
    chair, taker = found.officer("chair"), found.officer("minute_taker")
    place = ", ".join(part for part in (meeting.room.name if meeting.room else "", meeting.place) if part)
    facts = {
        "title": meeting.record.title,
        "reference": meeting.record.reference,
        "body": meeting.body.name,
        "held_on": found.day.isoformat(),
        "begins": clock(meeting.opened_at) if meeting.opened_at else "",
        "ends": clock(meeting.closed_at) if meeting.closed_at else "",
        "place": place,
        "video": "Videokonferenz" if meeting.kind in ("video", "hybrid") else "",
        "chair": chair.name if chair else "",
        "minute_taker": taker.name if taker else "",
        "interruptions": [_break(one) for one in meeting.breaks],
    }
    return blocks.block(blocks.HEAD, facts)


def _break(pair: Any) -> str:
    begin, end = pair
    until = f"{datetime.fromisoformat(end).astimezone(BERLIN):%H:%M}" if end else "Ende"
    return f"{datetime.fromisoformat(begin).astimezone(BERLIN):%H:%M}–{until}"


def _attendance(found: Material) -> Block:
    rows = [row for place in found.room.places for row in _seat_rows(found, place)]
    seated, seats = found.seated(), {place.seat.id: place.seat.label for place in found.room.places}
    shown = {row["person"] for row in rows}
    for presence in found.room.presences:
        if presence.person_id not in shown:
            shown.add(presence.person_id)
            guest = presence.as_role == "guest" or presence.person_id not in seated
            rows.append(
                _present(found, presence, "guest" if guest else "present", seats.get(presence.seat_id or 0, ""))
            )
    return blocks.block(blocks.ATTENDANCE, {"rows": rows})


def _seat_rows(found: Material, place: Place) -> list[dict[str, Any]]:
    """A seat in the list: the holder, present or not, then the deputy who came. A guest who stayed away is not named."""
    label, right = place.seat.label, RIGHTS[place.seat.right]
    here = [one for one in found.room.presences if one.seat_id == place.seat.id]
    rows, done = [], set()
    for presence in sorted(here, key=lambda one: one.as_role != "principal"):
        if presence.person_id in done:
            continue
        done.add(presence.person_id)
        kind = "guest" if place.seat.right == "guest" or presence.as_role == "guest" else "present"
        row = _present(found, presence, kind, label, right)
        if presence.as_role == "deputy" and place.person is not None:
            row["deputy_for"] = place.person.name
        rows.append(row)
    if place.person is not None and place.person.id not in done and place.seat.right != "guest":
        answer = next((one.answer for one in found.invitees() if one.person_id == place.person.id), "none")
        stayed_away = "excused" if answer in ("declined", "deputy") else "absent"
        rows.insert(0, _row(found, place.person.id, place.person.name, stayed_away, label, right))
    return rows


def _present(found: Material, presence: Presence, kind: str, seat: str, right: str = "") -> dict[str, Any]:
    row = _row(found, presence.person_id, presence.person.name, kind, seat, right)
    stays = found.stays(presence)
    opened, closed = found.meeting.opened_at, found.meeting.closed_at
    whole = len(stays) == 1 and (
        (opened is None or stays[0].arrived_at <= opened + GRACE)
        and (stays[0].left_at is None or closed is None or stays[0].left_at >= closed - GRACE)
    )
    row["times"] = [] if whole else [_stay(found, one) for one in stays]
    row["remark"] = "per Video" if any(one.remote for one in stays) else ""
    return row


def _stay(found: Material, one: Presence) -> str:
    opened, left = found.meeting.opened_at, one.left_at or found.meeting.closed_at
    begin = max(one.arrived_at, opened) if opened else one.arrived_at
    return f"{clock(begin)}–{clock(left)}" if left else f"ab {clock(begin)}"


def _row(found: Material, person: int, name: str, presence: str, seat: str, right: str) -> dict[str, Any]:
    functions = [
        word for key, word in FUNCTIONS.items() if (one := found.officer(key)) is not None and one.id == person
    ]
    return {
        "person": person, "name": name, "seat": seat, "presence": presence, "right": right, "times": [], "remark": "",
        "function": ", ".join(functions), "deputy_for": "",
    }  # fmt: skip


def _said(text: str, confidential: bool = False) -> dict[str, Any]:
    return {"text": text, "confidential": confidential}


def _statements(found: Material, before: list[dict[str, Any]]) -> Block:
    meeting, invitation, agenda = found.meeting, [], []
    check = found.invitation
    if check is not None:
        invitation.append(_said(check.verdict.sentence))
        invitation += [_said(one.verdict.sentence) for one in check.late]
        if meeting.shortened_reason:
            invitation.append(_said(f"Die Ladungsfrist war verkürzt. Begründung: {meeting.shortened_reason}"))
    if meeting.waiver:
        note = str(meeting.waiver.get("note") or "").strip()
        invitation.append(_said(note or "Die Anwesenden verzichten auf Form und Frist der Ladung."))
    for label, item in found.items:
        if item.late and item.admitted:
            agenda.append(_said(f"TOP {label} „{item.title}“ wird nachträglich aufgenommen.", found.hidden(item)))
        if item.state in ("postponed", "dropped"):
            word = "vertagt" if item.state == "postponed" else "abgesetzt"
            note = f" ({item.state_note})" if item.state_note else ""
            agenda.append(_said(f"TOP {label} „{item.title}“ wird {word}{note}.", found.hidden(item)))
    if found.items and not agenda:
        agenda.append(_said("Die Tagesordnung wird in der versandten Fassung behandelt."))
    points = found.room.changes([item for _label, item in found.items]) if meeting.body.formality == "steering" else ()
    facts = {
        "invitation": invitation,
        "quorum": [_said(f"{point.sentence}.") for point in points],
        "agenda": agenda,
        "earlier": before,
    }
    return blocks.block(blocks.STATEMENTS, facts)


def _item(found: Material, label: str, item: AgendaItem) -> Block:
    votes = [one for one in found.votes if one.item_id == item.id]
    motions = list(dict.fromkeys(one.wording.strip() for one in votes if one.wording.strip()))
    if not motions and item.motion.strip() and item.kind == "decision":
        motions = [item.motion.strip()]
    facts = {
        "label": label,
        "title": item.title,
        "kind": KINDS[item.kind],
        "presenter": item.presenter,
        "state": item.state,
        "motions": motions,
        "conflicts": [
            f"{one.person.name} nimmt wegen Befangenheit an Beratung und Abstimmung nicht teil."
            + (f" Grund: {one.reason}" if one.reason else "")
            for one in found.room.exclusions
            if one.item_id == item.id
        ],
        "presence": _moves(found, item),
        "votes": [_vote(found, one) for one in votes],
        "tasks": [
            {"what": task.title, "who": who, "due": task.due_on.isoformat() if task.due_on else ""}
            for task, who in found.tasks
            if task.item_id == item.id
        ],
        "papers": [one.title for one in found.papers.get(item.id, ())],
    }
    texts = {"course": item.notes, "results": item.result}
    return blocks.block(blocks.ITEM, facts, texts, id=f"item-{item.id}", confidential=found.hidden(item))


def _moves(found: Material, item: AgendaItem) -> list[str]:
    """Who came and who left while the item was dealt with."""
    if item.began_at is None:
        return []
    end = item.ended_at or found.meeting.closed_at
    moves: list[tuple[Any, str]] = []
    for one in found.room.presences:
        if one.arrived_at > item.began_at and (end is None or one.arrived_at < end):
            moves.append((one.arrived_at, f"{clock(one.arrived_at)} Uhr: {one.person.name} kommt hinzu."))
        if one.left_at and one.left_at > item.began_at and (end is None or one.left_at < end):
            moves.append((one.left_at, f"{clock(one.left_at)} Uhr: {one.person.name} verlässt die Sitzung."))
    return [said for _at, said in sorted(moves)]


def _vote(found: Material, vote: Vote) -> dict[str, Any]:
    decision = found.decisions.get(vote.decision_id or 0)
    told = None
    if decision is not None:
        text = "\n\n".join(part for part in (decision.wording, decision.conditions) if part)
        told = {"number": decision.reference, "title": decision.title, "text": text, "result": decision.result}
    elif vote.purpose == "motion":
        text = vote.wording or next((item.motion for _label, item in found.items if item.id == vote.item_id), "")
        told = {"number": "", "title": "", "text": text, "result": vote.result}
    names = vote.names if vote.form == "names" else None
    return {
        "purpose": vote.purpose, "sentence": vote.sentence, "result": vote.result, "form": FORMS[vote.form],
        "yes": vote.yes, "no": vote.no, "abstained": vote.abstained, "invalid": vote.invalid,
        "names": [[found.seat_name(seat), CHOICES.get(one, one)] for seat, one in (names or {}).items()],
        "correction": vote.replace_reason if vote.replaces_id else "",
        "decision": told,
    }  # fmt: skip


def _circular(found: Material) -> Block:
    rows = [
        {
            "reference": circular.reference,
            "title": circular.title,
            "sentence": circular.sentence,
            "wording": decision.wording if decision else circular.wording,
            "number": decision.reference if decision else "",
            "closed_on": circular.closed_at.astimezone(BERLIN).date().isoformat() if circular.closed_at else "",
            "confidential": decision.confidential if decision else circular.confidential,
        }
        for circular, decision in found.circulars
    ]
    return blocks.block(blocks.CIRCULAR, {"rows": rows})


def _annexes(found: Material) -> Block:
    rows: list[dict[str, Any]] = [{"title": "Anwesenheitsliste", "confidential": False}]
    for label, item in found.items:
        for paper in found.papers.get(item.id, ()):
            rows.append({"title": f"zu TOP {label}: {paper.title}", "confidential": found.hidden(item)})
    return blocks.block(blocks.ANNEXES, {"rows": rows})
