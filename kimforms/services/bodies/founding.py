"""Bodies themselves: a new working group or exchange, another mandate, standard items of the agenda, the end of a body."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.text import BrokenText, normalise, one_line
from ...models import Body, CatalogueEntry, Meeting, Officer, Process, ProcessVersion, Record, Seat
from ...permissions import Actor, may
from .. import audit
from ..numbering import prefix_of
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted
from .access import STEERING
from .officers import end_function
from .recording import check_work, iso, note
from .seats import end_seat

AGENDA = "standard_agenda"
"""Kind of the entries of the catalogue that hold the standard items of each formality."""
FORMALITIES = ("steering", "working", "exchange")
ITEM_KINDS = ("formalities", "report", "decision", "discussion", "information", "miscellaneous")
LONGEST = {"name": 200, "kind": 120, "rhythm": 200, "mandate": 6000}
MOST_ITEMS, LONGEST_TITLE, MOST_MINUTES = 30, 300, 480
PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,7}")
TAKEN_ADDRESSES = ("new", "persons")
STILL_TO_COME = ("geplant", "freigegeben", "eingeladen", "laeuft")


@dataclass(frozen=True)
class BodyValues:
    """What is said of a body; ``rhythm`` in words, ``prefix`` begins the references of its meetings (``AKI-2027-01``)."""

    name: str
    kind: str = ""
    formality: str = "exchange"
    mandate: str = ""
    rhythm: str = ""
    prefix: str = ""


def found_body(
    session: Session, actor: Actor, now: datetime, *, controller_id: int, values: BodyValues, **more: Any
) -> Body:
    """A new body with the standard agenda of its formality.

    Raises :class:`NotPermitted` (a steering body: the office alone) and :class:`InputRefused` by field.
    """
    _require_new(actor, controller_id, values.formality)
    columns = _checked(values)
    wanted, errors = columns.pop("prefix"), {}
    if wanted and wanted in _prefixes(session):
        errors["prefix"] = f"Das Kürzel {wanted} ist schon vergeben."
    if session.scalar(select(Body.id).where(Body.name == columns["name"], Body.controller_id == controller_id)):
        errors["name"] = "Ein Gremium mit diesem Namen gibt es schon."
    if errors:
        raise InputRefused(errors)
    slug = more.pop("slug", None) or _slug(session, columns["name"])
    rhythm = columns.pop("rhythm")
    data = {
        **more.pop("data", {}),
        "prefix": wanted or free_prefix(session, _initials(columns["name"])),
        **({"rhythm": {"text": rhythm}} if rhythm else {}),
    }
    body = Body(
        slug=slug,
        controller_id=controller_id,
        data=data,
        formality=values.formality,
        agenda=standard_agenda(session, values.formality),
        origin=more.pop("origin", "entered"),
        **columns | more,
    )
    session.add(body)
    session.flush()  # seats point at it
    note(
        session, actor, now, audit.Tag.BODY_CREATE, body,
        name=body.name, formality=body.formality, decision=data.get("decision"),
    )  # fmt: skip
    return body


def change_body(session: Session, actor: Actor, now: datetime, *, body: Body, values: BodyValues) -> Body:
    """Another name, kind, mandate or rhythm. What the profile says of its own bodies stays: only the mandate changes.

    Raises :class:`NotPermitted` and :class:`InputRefused` by field.
    """
    check_work(actor, body)
    columns = _checked(values)
    rhythm, wanted = columns.pop("rhythm"), columns.pop("prefix")
    if body.origin == "profile":
        columns = {"mandate": columns["mandate"]}
    else:
        if wanted and wanted != prefix_of(body) and wanted in _prefixes(session):
            raise InputRefused({"prefix": f"Das Kürzel {wanted} ist schon vergeben."})
        same = select(Body.id).where(Body.name == columns["name"], Body.controller_id == body.controller_id)
        if session.scalar(same.where(Body.id != body.id)):
            raise InputRefused({"name": "Ein Gremium mit diesem Namen gibt es schon."})
        data = {name: value for name, value in (body.data or {}).items() if name not in ("rhythm", "prefix")}
        columns["data"] = (
            data | {"prefix": wanted or prefix_of(body)} | ({"rhythm": {"text": rhythm}} if rhythm else {})
        )
    _apply(session, actor, now, body, columns)
    return body


def change_agenda(
    session: Session, actor: Actor, now: datetime, *, body: Body, items: Sequence[Mapping[str, Any]]
) -> None:
    """The standard items with which each agenda of the body begins. Raises :class:`InputRefused` by item and field."""
    check_work(actor, body)
    _apply(session, actor, now, body, {"agenda": checked_agenda(items)})


def end_body(
    session: Session, actor: Actor, now: datetime, *, body: Body, day: date, reason: str = "", at_once: bool = False
) -> None:
    """The body meets until that day: its seats and functions end with it, what was done stays.

    Raises :class:`NotPermitted`, and :class:`InputRefused` while a meeting after that day is still to come, unless it
    has to end ``at_once``. Ending it again changes nothing.
    """
    check_work(actor, body)
    if body.ends_on is not None and body.ends_on <= day:
        return
    if not at_once and (coming := meeting_after(session, body, day)) is not None:
        met = f"{coming.starts_at:%d.%m.%Y}"
        raise InputRefused(
            {"ends_on": f"Nach diesem Tag ist noch {coming.record.reference} am {met}. Sagen Sie die Sitzung erst ab."}
        )
    try:
        said = one_line(reason)[:300]
    except BrokenText:
        raise InputRefused({"reason": "Der Text enthält Zeichen, die sich nicht speichern lassen."}) from None
    body.ends_on = day
    for seat in session.scalars(select(Seat).where(Seat.body_id == body.id).order_by(Seat.id)):
        if seat.valid_until is None or seat.valid_until > day:
            end_seat(session, actor, now, seat=seat, day=_not_before(seat.valid_from, day))
    for one in session.scalars(select(Officer).where(Officer.body_id == body.id).order_by(Officer.id)):
        if one.valid_until is None or one.valid_until > day:
            end_function(session, actor, now, officer=one, day=max(day, one.valid_from))
    note(session, actor, now, audit.Tag.BODY_END, body, ends_on=iso(day), reason=said)


def standard_agenda(session: Session, formality: str) -> list[dict[str, Any]]:
    """The standard items of this formality as the profile gives them, empty where it gives none."""
    wanted = select(CatalogueEntry.data).where(CatalogueEntry.kind == AGENDA, CatalogueEntry.slug == formality)
    known = session.scalars(wanted).first()
    return [dict(one) for one in (known or {}).get("items", ())]


def checked_agenda(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Items with kind, title and minutes (None: no time set), as a body keeps them."""
    errors: dict[str, str] = {}
    found: list[dict[str, Any]] = []
    for at, item in enumerate(items):
        try:
            title = one_line(str(item.get("title") or ""))
        except BrokenText:
            title = ""
        minutes = item.get("minutes")
        if not title or len(title) > LONGEST_TITLE:
            errors[f"title-{at}"] = (
                f"Punkt {at + 1}: Geben Sie an, wie der Punkt heißt (höchstens {LONGEST_TITLE} Zeichen)."
            )
        if item.get("kind") not in ITEM_KINDS:
            errors[f"kind-{at}"] = f"Punkt {at + 1}: Wählen Sie eine Art aus der Liste."
        if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
            errors[f"minutes-{at}"] = f"Punkt {at + 1}: Die Minuten sind eine Zahl von 1 bis {MOST_MINUTES}."
        found.append({"kind": item.get("kind"), "title": title, "minutes": minutes})
    if not items:
        errors["title-0"] = "Mindestens ein Punkt muss bleiben."
    if len(items) > MOST_ITEMS:
        errors["title-0"] = f"Eine Vorlage hat höchstens {MOST_ITEMS} Punkte."
    if errors:
        raise InputRefused(errors)
    return found


def free_prefix(session: Session, wanted: str) -> str:
    """``wanted`` as the beginning of references, with a number behind it where somebody else uses it."""
    taken = _prefixes(session)
    if wanted not in taken and PREFIX.fullmatch(wanted):
        return wanted
    return next(one for one in (f"{wanted[:5]}{number}" for number in range(2, 1000)) if one not in taken)


def _require_new(actor: Actor, controller_id: int, formality: str) -> None:
    if actor.kind == "system":
        return
    if not may(actor, "body:work", controller_id):
        raise NotPermitted()
    if formality == STEERING and "office" not in actor.roles(controller_id):
        raise NotPermitted("Steuerungsgremien richtet nur die Geschäftsstelle ein.")


def _checked(values: BodyValues) -> dict[str, Any]:
    errors: dict[str, str] = {}
    columns: dict[str, Any] = {}
    for name, most in LONGEST.items():
        try:
            columns[name] = normalise(values.mandate) if name == "mandate" else one_line(getattr(values, name))
        except BrokenText:
            columns[name] = ""
            errors[name] = "Der Text enthält Zeichen, die sich nicht speichern lassen."
        if len(columns[name]) > most:
            errors[name] = f"Bitte höchstens {most} Zeichen."
    if not columns["name"] and "name" not in errors:
        errors["name"] = "Geben Sie an, wie das Gremium heißt."
    if values.formality not in FORMALITIES:
        errors["formality"] = "Wählen Sie, wie förmlich das Gremium arbeitet."
    columns["prefix"] = values.prefix.strip().upper()
    if columns["prefix"] and not PREFIX.fullmatch(columns["prefix"]):
        errors["prefix"] = "Das Kürzel hat zwei bis acht Buchstaben oder Ziffern und beginnt mit einem Buchstaben."
    if errors:
        raise InputRefused(errors)
    return columns


def _apply(session: Session, actor: Actor, now: datetime, body: Body, columns: Mapping[str, Any]) -> None:
    changes = {
        name: {"old": getattr(body, name), "new": value}
        for name, value in columns.items()
        if getattr(body, name) != value
    }
    for name, change in changes.items():
        setattr(body, name, change["new"])
    if changes:
        note(session, actor, now, audit.Tag.BODY_CHANGE, body, changes=changes)


def _prefixes(session: Session) -> set[str]:
    """What references already begin with: those of bodies, and those of processes."""
    bodies = {prefix_of(one) for one in session.scalars(select(Body))}
    current = session.scalars(select(ProcessVersion).join(Process, Process.current_version_id == ProcessVersion.id))
    return bodies | {str(one.document.get("numbering", {}).get("prefix", "")) for one in current}


def _slug(session: Session, name: str) -> str:
    plain = name.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    wanted = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70].strip("-") or "gremium"
    known = set(session.scalars(select(Body.slug).where(Body.slug.startswith(wanted, autoescape=True))))
    known |= set(TAKEN_ADDRESSES)
    return next(one for one in (wanted, *(f"{wanted}-{number}" for number in range(2, 10_000))) if one not in known)


def _initials(name: str) -> str:
    letters = "".join(word[0] for word in re.findall(r"[A-Za-z][A-Za-z0-9]*", name)).upper()
    return letters[:5] if len(letters) > 1 else (re.sub(r"[^A-Z]", "", name.upper()) + "GR")[:3]


def meeting_after(session: Session, body: Body, day: date) -> Meeting | None:
    """The first meeting after that day that was not called off."""
    coming = session.scalars(
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(Meeting.body_id == body.id, Record.state.in_(STILL_TO_COME))
        .order_by(Meeting.starts_at)
    )
    return next((one for one in coming if local_day(one.starts_at) > day), None)


def _not_before(first: date | None, day: date) -> date:
    return day if first is None else max(day, first)
