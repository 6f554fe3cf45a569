"""The page of a meeting's minutes: its words, and what each reader gets of it. The views of minutes answer with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from ..extensions import db
from ..forms import minutes as forms
from ..forms.records import error_pairs, put_errors
from ..services.minutes import content as blocks
from ..services.minutes import objections
from ..services.queries import minutes as queries
from ..services.refusals import InputRefused, Refusal
from . import access
from .meeting_frame import frame
from .rendering import page, t

TITLES_EN = {
    blocks.HEAD: "Place and time",
    blocks.ATTENDANCE: "Attendance",
    blocks.STATEMENTS: "Statements",
    blocks.CIRCULAR: "Decisions by circulation",
    blocks.ANNEXES: "Annexes",
}


def show(seen: queries.Seen, refused: Refusal | None = None, entered: Mapping[str, Any] | None = None) -> Response:
    """The page; ``refused`` says why something was not done, ``entered`` is the form it was typed into."""
    session, actor, minutes = db.session(), access.current_actor(), seen.minutes
    shown: dict[str, Any] = {
        "returning": forms.return_form(t),
        "settling": forms.settle_form(t),
        "objecting": None,
        "own": [],
        "addenda": [],
        "work": None,
    }
    if minutes is not None and seen.open:
        shown["addenda"] = queries.addenda_for(session, seen)
        if seen.works or seen.chair:
            shown["work"] = queries.work_of(session, actor, access.now(), minutes)
        out = minutes.state in queries.OUT and not seen.works  # who works on them writes an addendum
        person = queries.own_person(session, actor, minutes) if out else None
        if person is not None:
            shown["objecting"] = forms.objection_form(t, parts(minutes.content))
            shown["own"] = queries.own_objections(session, minutes, person)
            shown["objecting_in_time"] = objections.in_time(session, minutes, person, access.today())
    shown |= entered or {}
    pairs = _pairs(shown, refused)
    return page(
        "minutes/show.html",
        status=refused.status if refused is not None else 200,
        seen=seen,
        minutes=minutes,
        content=seen.content if minutes is not None and seen.open else None,
        conflict=refused.sentence if refused is not None and not isinstance(refused, InputRefused) else None,
        reasons=tuple(getattr(refused, "reasons", ())),
        error_pairs=pairs,
        form_errors=bool(pairs),
        **shown,
        **words(),
        **frame(seen.meeting, seen.standing, "minutes"),
    )


def _pairs(shown: Mapping[str, Any], refused: Refusal | None) -> list[tuple[str, str]]:
    if not isinstance(refused, InputRefused):
        return []
    form = next(
        (
            one
            for one in (shown["objecting"], shown["returning"], shown["settling"])
            if one is not None and set(refused.errors) <= set(one._fields)
        ),
        None,
    )
    if form is None:
        return [("", sentence) for sentence in refused.errors.values()]
    put_errors(form, refused.errors, t)
    return list(error_pairs(form))


def parts(content: blocks.Content) -> list[tuple[str, str]]:
    """The blocks to choose from, by their titles."""
    return [(one["id"], title_of(one)) for one in content["blocks"]]


def title_of(one: blocks.Block) -> str:
    """What a block is called in the reader's language."""
    german = blocks.title_of(one)
    return german if one["kind"] == blocks.ITEM else t(german, TITLES_EN[one["kind"]])


def titles(content: blocks.Content) -> dict[str, str]:
    return dict(parts(content))


def words() -> dict[str, Any]:
    """States and functions in words."""
    return {
        "title_of": title_of,
        "labels": blocks.LABELS,
        "english_labels": forms.ENGLISH,
        "text_names": blocks.TEXTS,
        "own_texts": blocks.own_texts,
        "attendance_line": blocks.attendance_line,
        "task_line": blocks.task_line,
        "functions": {
            "chair": t("Sitzungsleitung", "chair"),
            "minute_taker": t("Protokollführung", "minute-taker"),
        },
        "states": {
            "draft": (t("Entwurf", "draft"), "neutral"),
            "check": (t("zur Prüfung und Unterschrift", "to be checked and signed"), "warning"),
            "signed": (t("unterzeichnet", "signed"), "info"),
            "sent": (t("versandt", "sent"), "info"),
            "settled": (t("festgestellt", "settled"), "success"),
        },
        "objection_states": {
            "open": (t("offen", "open"), "warning"),
            "accepted": (t("gefolgt", "followed"), "success"),
            "refused": (t("nicht gefolgt", "refused"), "neutral"),
            "withdrawn": (t("zurückgenommen", "withdrawn"), "neutral"),
        },
        "delivery_words": {
            "queued": (t("wartet auf den Versand", "waits to be sent"), "info"),
            "sending": (t("wird versandt", "being sent"), "info"),
            "sent": (t("versandt", "sent"), "success"),
            "uncertain": (t("ungewiss", "uncertain"), "warning"),
            "dead": (t("nicht zustellbar", "not deliverable"), "danger"),
            "settled": (t("nicht versandt", "not sent"), "danger"),
            "letter": (t("Brief, noch nicht aufgegeben", "letter, not posted yet"), "warning"),
            "posted": (t("Brief aufgegeben", "letter posted"), "success"),
        },
    }
