"""The page of a running meeting as its blueprints answer with it: after a deed, after a refusal, or a part for htmx."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.decisions import result_words
from ..models import AgendaItem, Meeting, Person
from ..permissions import Actor
from ..rules.voting import MAJORITIES
from ..services.bodies.access import BERLIN, Standing, meeting_to_work_on
from ..services.meetings.attendance import moment_of
from ..services.meetings.progress import item_of
from ..services.queries.meeting_session import SessionPage, session_page
from ..services.refusals import InputRefused, Refusal, StaleVersion, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .meeting_frame import frame
from .rendering import page, t, wants_fragment

Deed = Callable[[Session, Actor, datetime, Meeting], Any]
ItemDeed = Callable[[Session, Actor, datetime, AgendaItem], Any]
ANCHORS = {
    "votes": "ballot", "wording": "ballot-wording", "casting_vote": "ballot-casting", "form": "ballot", "majority": "ballot",
    "purpose": "ballot", "at": "session-room", "left_at": "session-room", "name": "guest-name", "title": "late-title",
    "waiver": "waiver-yes", "admission": "admission-yes", "result": "result", "closed_at": "close-at", "notes": "notes",
    "owner": "task-owner", "due_on": "task-due", "task": "task-title", "chair_id": "chair", "minute_taker_id": "minute-taker",
    "conditions": "session-votes", "review_on": "session-votes", "kind": "session-votes", "state_note": "item-state-note",
}  # fmt: skip
"""Where on the page a refused field stands."""


def shown_id() -> int | None:
    """The item in the middle of the page, from the address or the form."""
    text = request.values.get("item", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def read(reference: str) -> SessionPage:
    """What the page shows now. Raises :class:`NotVisible` and :class:`NotPermitted`."""
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    return session_page(session, meeting, access.now(), shown_id())


def show(
    reference: str,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    conflict: str = "",
    template: str = "meeting_session/show.html",
    **more: Any,
) -> Response:
    """The whole page; with ``errors`` what was entered stands there again."""
    return page(template, status=status, **context(read(reference), errors, conflict), **more)


def context(seen: SessionPage, errors: Mapping[str, str] | None = None, conflict: str = "") -> dict[str, Any]:
    """What the templates of the page read."""
    errors = dict(errors or {})
    values = {
        **frame(seen.meeting, Standing.WORK, "session"),
        "seen": seen,
        "reference": seen.meeting.record.reference,
        "errors": errors,
        "entered": request.form if request.method == "POST" else {},
        "error_pairs": [(ANCHORS.get(key, ""), sentence) for key, sentence in errors.items()],
        "form_errors": bool(errors),
        "conflict": conflict,
        "clock": clock,
        "people_choices": [(one.id, person_label(one)) for one in seen.people],
        "states": state_words(),
        "item_states": item_words(),
        "choices": choice_words(),
        "majorities": MAJORITIES,
        "results": result_words(t),
        "no_history": request.method == "POST",
    }
    values["session_place"] = url_for("meeting_session.show", reference=seen.meeting.record.reference)
    return values


def act(reference: str, deed: Deed, *, anchor: str = "", done: str = "", item: int | None = None) -> Response:
    """One click, one transaction. A refusal shows the page again with what was entered; nothing is lost."""
    try:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            deed(session, access.current_actor(), access.now(), meeting)
    except InputRefused as refused:
        return refuse(reference, 422, refused.errors)
    except (StaleVersion, StepRefused) as refused:
        return refuse(reference, refused.status, conflict=refused)
    if wants_fragment():
        return room_part(reference)
    if done:
        flash(done, "success")
    return back(reference, anchor, item)


def act_on_item(
    reference: str, item_id: int, deed: ItemDeed, *, anchor: str = "session-item", done: str = ""
) -> Response:
    """The same for a deed on an item, which is in the middle of the page afterwards."""

    def on_item(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> Any:
        return deed(session, actor, now, item_of(session, meeting, item_id))

    return act(reference, on_item, anchor=anchor, done=done, item=item_id)


def back(reference: str, anchor: str = "", item: int | None = None) -> Response:
    """303 to the page; ``item`` keeps one in the middle."""
    kept = item if item is not None else shown_id()
    values = {"item": kept} if kept is not None else {}
    return redirect(url_for("meeting_session.show", reference=reference, **values, _anchor=anchor or None), 303)  # type: ignore[return-value]


def refuse(
    reference: str, status: int, errors: Mapping[str, str] | None = None, conflict: Refusal | None = None
) -> Response:
    """The page (or, under htmx, the room) with the reason; 409 is a message of its own under htmx."""
    db.session.rollback()
    if wants_fragment() and conflict is not None:
        raise conflict
    if wants_fragment():
        return room_part(reference, status, errors)
    return show(reference, status, errors, conflict.sentence if conflict is not None else "")


def room_part(reference: str, status: int = 200, errors: Mapping[str, str] | None = None) -> Response:
    """The grid with the quorum, and the people of the ballot that is being filled in, which keeps its numbers."""
    seen = read(reference)
    html = render_template("meeting_session/_room_swap.html", swap_errors=bool(errors), **context(seen, errors))
    response = Response(html, status)
    response.headers.add("Vary", "HX-Request")
    return response


def typed_moment(meeting: Meeting, name: str, now: datetime) -> datetime | None:
    """A time of day that was typed, as a moment; None when the field is empty."""
    text = request.form.get(name, "").strip()
    return moment_of(meeting, text, now) if text else None


def person_label(person: Person) -> str:
    """Name and function, so that two of a name can be told apart."""
    return f"{person.name} ({person.function})" if person.function else person.name


def clock(moment: datetime | None) -> str:
    """``14:05`` in Germany."""
    return f"{moment.astimezone(BERLIN):%H:%M}" if moment is not None else ""


def state_words() -> dict[str, tuple[str, str]]:
    """The state of a seat in the grid in words, and its tone."""
    return {
        "here": (t("da", "here"), "success"),
        "deputy": (t("vertreten", "deputy here"), "success"),
        "left": (t("gegangen", "left"), "warning"),
        "excused": (t("entschuldigt", "apology"), "neutral"),
        "away": (t("fehlt", "not here"), "neutral"),
        "vacant": (t("unbesetzt", "vacant"), "neutral"),
    }


def item_words() -> dict[str, tuple[str, str]]:
    """What became of an item, and its tone."""
    return {
        "open": (t("offen", "open"), "neutral"),
        "done": (t("behandelt", "dealt with"), "success"),
        "postponed": (t("vertagt", "postponed"), "warning"),
        "dropped": (t("abgesetzt", "dropped"), "neutral"),
    }


def choice_words() -> dict[str, str]:
    """What somebody may say in a vote by name."""
    return {
        "yes": t("Ja", "Yes"),
        "no": t("Nein", "No"),
        "abstained": t("Enthaltung", "Abstention"),
        "silent": t("nicht beteiligt", "took no part"),
    }
