"""Seats and functions of a body: new ones, who comes onto them and when, who leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from ..extensions import db
from ..forms import bodies as forms
from ..forms.body_words import function_words, right_words
from ..forms.records import number_in
from ..models import Body, Person
from ..services.bodies import officers, seats
from ..services.bodies.people import counts_on, officers_on
from ..services.bodies.persons import find_person
from ..services.queries import bodies as queries
from ..services.queries import body_page
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .bodies import body_to_work_on
from .body_forms import answer, crumbs_of
from .rendering import date_de, page, see_other, t

blueprint = Blueprint("body_seats", __name__, url_prefix="/bodies")
LAST_DAY = ("Letzter Tag", "Last day")


@blueprint.route("/<slug>/seats/new", methods=["GET", "POST"])
@access.requires("body:work")
def add(slug: str) -> Response:
    """A new seat."""
    body = body_to_work_on(slug)
    form = _seat_form(body, {"right": "voting", "valid_from": access.today()})

    def create() -> Response:
        days = _days(form, "valid_from")
        with unit_of_work() as work:
            here = body_to_work_on(slug)
            seats.add_seat(
                work, _me(), access.now(), body=here, values=_seat_values(form), valid_from=days["valid_from"]
            )
        return _done(slug, t("Der Sitz ist angelegt.", "The seat is added."))

    return answer(form, create, title=t("Neuer Sitz", "New seat"), submit=t("Anlegen", "Add"), **_frame(body))


@blueprint.get("/<slug>/seats/<int:seat_id>")
@access.requires("body:work")
def show(slug: str, seat_id: int) -> Response:
    """One seat: who holds it and deputises today, who did and will, and what can be done."""
    body = body_to_work_on(slug)
    seat = body_page.seat_of(db.session(), body, seat_id)
    held = body_page.holders_of(db.session(), seat)
    return page(
        "bodies/seat.html",
        body=body,
        seat=seat,
        now=[one for one in held if counts_on(one, access.today())],
        other=[one for one in held if not counts_on(one, access.today())],
        rights=right_words(t, body.formality),
        crumbs=crumbs_of(body),
        over=seat.valid_until is not None and seat.valid_until < access.today(),
    )


@blueprint.route("/<slug>/seats/<int:seat_id>/edit", methods=["GET", "POST"])
@access.requires("body:work")
def edit(slug: str, seat_id: int) -> Response:
    """Other words or another right for a seat."""
    body = body_to_work_on(slug)
    seat = body_page.seat_of(db.session(), body, seat_id)
    shown = {
        name: getattr(seat, name) or "" for name in ("organisation", "municipality", "label", "represents", "right")
    }
    form = _seat_form(body, shown)

    def change() -> Response:
        with unit_of_work() as work:
            one = body_page.seat_of(work, body_to_work_on(slug), seat_id)
            seats.change_seat(work, _me(), access.now(), seat=one, values=_seat_values(form))
        return _done(slug, t("Der Sitz ist geändert.", "The seat is changed."))

    lead = t(
        "Ein anderes Recht gilt ab heute; frühere Sitzungen behalten das bisherige.",
        "Another right counts from today; earlier meetings keep the one so far.",
    )
    return answer(
        form,
        change,
        title=t("Sitz ändern", "Change the seat"),
        submit=t("Speichern", "Save"),
        lead=lead,
        **_frame(body),
    )


@blueprint.route("/<slug>/seats/<int:seat_id>/end", methods=["GET", "POST"])
@access.requires("body:work")
def close(slug: str, seat_id: int) -> Response:
    """The seat exists until a day."""
    body = body_to_work_on(slug)
    seat = body_page.seat_of(db.session(), body, seat_id)
    form = forms.end_form(t, access.today(), LAST_DAY)

    def finish() -> Response:
        days = _days(form, "valid_until")
        with unit_of_work() as work:
            one = body_page.seat_of(work, body_to_work_on(slug), seat_id)
            seats.end_seat(work, _me(), access.now(), seat=one, day=days["valid_until"])
        return _done(slug, t("Das Ende des Sitzes ist eingetragen.", "The end of the seat is entered."))

    gone = [t("Wer auf dem Sitz ist, scheidet an diesem Tag aus.", "Whoever is on the seat leaves on this day.")]
    title = t("Sitz beenden: %s", "End the seat: %s") % seat.label
    return answer(
        form,
        finish,
        title=title,
        submit=t("Ende eintragen", "Enter the end"),
        danger=True,
        consequences=gone,
        **_frame(body),
    )


@blueprint.route("/<slug>/seats/<int:seat_id>/place", methods=["GET", "POST"])
@access.requires("body:work")
def place(slug: str, seat_id: int) -> Response:
    """Somebody comes onto a seat, as its holder or as a deputy."""
    body = body_to_work_on(slug)
    seat = body_page.seat_of(db.session(), body, seat_id)
    role = "deputy" if request.args.get("role") == "deputy" else "principal"
    shown = {"person": request.args.get("person", ""), "role": role, "valid_from": access.today(), "replace": True}
    form = forms.place_form(t, _people(body), shown)

    def sit() -> Response:
        days = _days(form, "valid_from")
        with unit_of_work() as work:
            one = body_page.seat_of(work, body_to_work_on(slug), seat_id)
            who = _person(form.person.data, body)
            wanted = seats.Placing(who, **_period(days), role=form.role.data or "", replace=bool(form.replace.data))
            seats.place_person(work, _me(), access.now(), seat=one, placing=wanted)
        return _done(slug, t("Der Sitz ist besetzt.", "The seat is taken."))

    fresh = url_for("persons.create", body=slug, seat=seat_id, role=role)
    title = t("Sitz besetzen: %s", "Fill the seat: %s") % seat.label
    new = (t("Neue Person eintragen", "Enter a new person"), fresh)
    return answer(form, sit, title=title, submit=t("Eintragen", "Enter"), link=new, **_frame(body))


@blueprint.route("/<slug>/holders/<int:holder_id>/end", methods=["GET", "POST"])
@access.requires("body:work")
def leave(slug: str, holder_id: int) -> Response:
    """Somebody is on a seat until a day."""
    body = body_to_work_on(slug)
    holder = body_page.holder_of(db.session(), body, holder_id)
    form = forms.end_form(t, access.today(), LAST_DAY)

    def finish() -> Response:
        days = _days(form, "valid_until")
        with unit_of_work() as work:
            one = body_page.holder_of(work, body_to_work_on(slug), holder_id)
            seats.end_holding(work, _me(), access.now(), holder=one, day=days["valid_until"])
        return _done(slug, t("Der letzte Tag ist eingetragen.", "The last day is entered."))

    title = t("%s scheidet aus", "%s leaves") % holder.person.name
    lead = t("%s, seit %s", "%s, since %s") % (holder.seat.label, date_de(holder.valid_from))
    return answer(form, finish, title=title, submit=t("Ende eintragen", "Enter the end"), lead=lead, **_frame(body))


@blueprint.post("/<slug>/holders/<int:holder_id>/move")
@access.requires("body:work")
def move(slug: str, holder_id: int) -> Response:
    """A deputy one place up or down."""
    with unit_of_work() as work:
        one = body_page.holder_of(work, body_to_work_on(slug), holder_id)
        seats.order_deputies(work, _me(), access.now(), holder=one, up=request.form.get("do") == "up")
        seat_id = one.seat_id
    return see_other(".show", slug=slug, seat_id=seat_id)


@blueprint.route("/<slug>/functions", methods=["GET", "POST"])
@access.requires("body:work")
def appoint(slug: str) -> Response:
    """Somebody gets a function."""
    body = body_to_work_on(slug)
    wanted = request.args.get("function", "chair")
    shown = {
        "function": wanted,
        "person": request.args.get("person", ""),
        "valid_from": access.today(),
        "replace": True,
    }
    form = forms.function_form(t, _people(body), shown)

    def give() -> Response:
        days = _days(form, "valid_from")
        with unit_of_work() as work:
            here, who = body_to_work_on(slug), _person(form.person.data, body)
            deed = officers.Appointing(who, form.function.data or "", **_period(days), replace=bool(form.replace.data))
            officers.appoint(work, _me(), access.now(), body=here, wanted=deed)
        return _done(slug, t("Die Funktion ist vergeben.", "The function is given."))

    title, submit = t("Funktion vergeben", "Give a function"), t("Eintragen", "Enter")
    new = (t("Neue Person eintragen", "Enter a new person"), url_for("persons.create", body=slug))
    return answer(form, give, title=title, submit=submit, lead=_held_words(body), link=new, **_frame(body))


@blueprint.route("/<slug>/functions/<int:officer_id>/end", methods=["GET", "POST"])
@access.requires("body:work")
def resign(slug: str, officer_id: int) -> Response:
    """Somebody has a function until a day."""
    body = body_to_work_on(slug)
    officer = body_page.officer_of(db.session(), body, officer_id)
    form = forms.end_form(t, access.today(), LAST_DAY)

    def finish() -> Response:
        days = _days(form, "valid_until")
        with unit_of_work() as work:
            one = body_page.officer_of(work, body_to_work_on(slug), officer_id)
            officers.end_function(work, _me(), access.now(), officer=one, day=days["valid_until"])
        return _done(slug, t("Der letzte Tag ist eingetragen.", "The last day is entered."))

    title = t("%s gibt die Funktion ab", "%s gives up the function") % officer.person.name
    return answer(form, finish, title=title, submit=t("Ende eintragen", "Enter the end"), **_frame(body))


def _held_words(body: Body) -> str:
    """Who has which function today, for the form that gives one."""
    words = function_words(t)
    held = [f"{words[one.function]}: {one.person.name}" for one in officers_on(db.session(), body, access.today())]
    return t("Zurzeit: %s", "At present: %s") % "; ".join(held) if held else ""


def _me() -> Any:
    return access.current_actor()


def _frame(body: Body) -> dict[str, Any]:
    return {"back": url_for("bodies.show", slug=body.slug), "crumbs": crumbs_of(body)}


def _done(slug: str, said: str) -> Response:
    flash(said, "success")
    return see_other("bodies.show", slug=slug)


def _days(form: Any, *required: str) -> dict[str, Any]:
    days, errors = forms.read_days(form, *required)
    if errors:
        raise InputRefused(errors)
    return days


def _period(days: dict[str, date]) -> dict[str, Any]:
    return {"valid_from": days["valid_from"], "valid_until": days["valid_until"]}


def _seat_form(body: Body, shown: dict[str, Any]) -> Any:
    session = db.session()
    return forms.seat_form(t, body.formality, queries.organisations(session), queries.municipalities(session), shown)


def _seat_values(form: Any) -> seats.SeatValues:
    names = ("label", "organisation", "municipality", "represents", "right")
    return seats.SeatValues(**{name: form[name].data or "" for name in names})


def _people(body: Body) -> list[tuple[str, str]]:
    found = queries.people(db.session(), _me())
    return [
        (str(one.id), f"{one.last_name}, {one.first_name}".strip(", ") + (f" ({one.function})" if one.function else ""))
        for one in found
        if one.controller_id == body.controller_id
    ]


def _person(value: str | None, body: Body) -> Person:
    """The chosen person. Raises InputRefused for none and for those of another controller."""
    number = number_in(value)
    try:
        person = find_person(db.session(), _me(), number if number is not None else 0)
    except NotVisible:
        person = None
    if person is None or person.controller_id != body.controller_id:
        raise InputRefused({"person": "Wählen Sie eine Person aus der Liste."})
    return person
