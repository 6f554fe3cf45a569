"""People in bodies: the list, a person with all seats, a new one, changes, two entries for one person, out of use."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from ..extensions import db
from ..forms import bodies as forms
from ..forms.body_words import function_words, in_english
from ..forms.records import number_in
from ..models import Person
from ..services.bodies import people as held
from ..services.bodies import persons
from ..services.queries import bodies as queries
from ..services.refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .body_forms import answer
from .record_parts import row_version
from .rendering import page, see_other, t

blueprint = Blueprint("persons", __name__, url_prefix="/bodies/persons")


@blueprint.get("")
@access.requires("body:work")
def index() -> Response:
    """Everybody who sits or sat in a body, by name."""
    form = forms.people_filters(t, request.args)
    text, resting = (form.q.data or "")[:200], form.resting.data == "1"
    found = queries.people(db.session(), access.current_actor(), text, resting=resting)
    return page(
        "bodies/persons.html", "bodies/_persons.html", form=form, people=found, filtered=bool(text or resting),
        names=_names(found),
    )  # fmt: skip


@blueprint.get("/<int:person_id>")
@access.requires("body:work")
def show(person_id: int) -> Response:
    """One person: how they are reached, seats and functions over time."""
    session, actor = db.session(), access.current_actor()
    person = persons.find_person(session, actor, person_id)
    return page(
        "bodies/person.html",
        person=person,
        seats=held.seats_of(session, person),
        offices=held.functions_of(session, person),
        functions=function_words(t),
        names=_names([person]),
        today=access.today(),
        works=persons.may_change(session, actor, person, access.today()),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("body:work")
def create() -> Response:
    """Somebody new; from the form of a seat it leads back there with the person chosen."""
    controller = queries.controllers(db.session(), access.current_actor())[0]
    form = _form({"salutation": "neutral"})

    def enter() -> Response:
        with unit_of_work() as work:
            made = persons.create_person(
                work, access.current_actor(), access.now(), controller_id=controller.id, values=_values(form)
            )
            person_id = made.id
        flash(t("Die Person ist eingetragen.", "The person is entered."), "success")
        return _onward(person_id)

    return answer(
        form,
        enter,
        title=t("Neue Person", "New person"),
        submit=t("Eintragen", "Enter"),
        back=url_for(".index"),
        crumbs=_crumbs(),
    )


@blueprint.route("/<int:person_id>/edit", methods=["GET", "POST"])
@access.requires("body:work")
def edit(person_id: int) -> Response:
    """Other data of a person."""
    person = _to_change(person_id)
    form = _form(persons.plain(persons.as_values(person)))

    def change() -> Response:
        with unit_of_work() as work:
            one = _to_change(person_id)
            persons.change_person(
                work, access.current_actor(), access.now(), person=one, values=_values(form), row_version=row_version()
            )
        flash(t("Die Angaben sind gespeichert.", "The details are saved."), "success")
        return see_other(".show", person_id=person_id)

    return answer(
        form, change, title=t("%s ändern", "Change %s") % person.name, submit=t("Speichern", "Save"),
        back=url_for(".show", person_id=person_id), crumbs=_crumbs(person), row_version=person.row_version,
    )  # fmt: skip


@blueprint.route("/<int:person_id>/merge", methods=["GET", "POST"])
@access.requires("body:work")
def merge(person_id: int) -> Response:
    """Another entry for the same person goes into this one."""
    person = _to_change(person_id)
    form = forms.merge_form(t, _others(person))

    def join() -> Response:
        with unit_of_work() as work:
            keep, other = _to_change(person_id), _to_change(_other(form.other.data))
            persons.merge_persons(work, access.current_actor(), access.now(), keep=keep, other=other)
        flash(t("Beide Einträge sind jetzt einer.", "Both entries are one now."), "success")
        return see_other(".show", person_id=person_id)

    return answer(
        form, join, title=t("Doppelte Einträge zusammenführen", "Merge entries"), submit=t("Zusammenführen", "Merge"),
        back=url_for(".show", person_id=person_id), crumbs=_crumbs(person), danger=True, consequences=_merge_words(person),
    )  # fmt: skip


@blueprint.post("/<int:person_id>/use")
@access.requires("body:work")
def switch(person_id: int) -> Response:
    """Puts a person out of use, or back into use."""
    on = request.form.get("do") == "activate"
    deed = persons.activate_person if on else persons.deactivate_person
    try:
        with unit_of_work() as work:
            deed(work, access.current_actor(), access.now(), person=_to_change(person_id))
    except StepRefused as refused:
        flash(t(refused.sentence, in_english(refused.sentence)), "warning")
    else:
        flash(
            t("Der Eintrag ist wieder in Gebrauch.", "The entry is in use again.")
            if on
            else t("Der Eintrag ist außer Gebrauch.", "The entry is out of use."),
            "success",
        )
    return see_other(".show", person_id=person_id)


def _to_change(person_id: int) -> Person:
    """A person whom the actor may change."""
    session, actor = db.session(), access.current_actor()
    person = persons.find_person(session, actor, person_id)
    if not persons.may_change(session, actor, person, access.today()):
        raise NotPermitted(
            t(
                "Mitglieder von Steuerungsgremien ändert nur die Geschäftsstelle.",
                "Members of steering bodies are changed by the office alone.",
            )
        )
    return person


def _form(shown: dict[str, str]) -> Any:
    return forms.person_form(t, queries.organisations(db.session()), shown)


def _values(form: Any) -> persons.PersonValues:
    return persons.PersonValues(**{name: form[name].data or "" for name in persons.NAMES})


def _onward(person_id: int) -> Response:
    """To the form that asked for a new person, or to the page of the person."""
    slug, seat = request.args.get("body", ""), number_in(request.args.get("seat"))
    if slug and seat is not None:
        return see_other("body_seats.place", slug=slug, seat_id=seat, person=person_id, role=request.args.get("role"))
    if slug:
        return see_other("body_seats.appoint", slug=slug, person=person_id)
    return see_other(".show", person_id=person_id)


def _crumbs(person: Person | None = None) -> list[tuple[str, str]]:
    way = [(t("Gremien", "Bodies"), url_for("bodies.index")), (t("Personen", "People"), url_for(".index"))]
    return [*way, (person.name, url_for(".show", person_id=person.id))] if person is not None else way


def _others(person: Person) -> list[tuple[str, str]]:
    """Everybody else of the same controller, those with the same mail or last name first."""
    found = queries.people(db.session(), access.current_actor())
    others = [one for one in found if one.id != person.id and one.controller_id == person.controller_id]

    def likeness(one: Person) -> tuple[bool, str]:
        same = one.last_name == person.last_name or (one.email is not None and one.email == person.email)
        return not same, one.last_name

    return [
        (str(one.id), ", ".join(filter(None, (one.name, one.function, one.email))))
        for one in sorted(others, key=likeness)
    ]


def _other(value: str | None) -> int:
    number = number_in(value)
    if number is None:
        raise InputRefused({"other": "Wählen Sie eine Person aus der Liste."})
    try:
        return persons.find_person(db.session(), access.current_actor(), number).id
    except NotVisible:
        raise InputRefused({"other": "Wählen Sie eine Person aus der Liste."}) from None


def _merge_words(person: Person) -> list[str]:
    return [
        t(
            "Sitze, Funktionen, Einladungen und Antworten des anderen Eintrags gehören danach zu %s.",
            "Seats, functions, invitations and answers of the other entry then belong to %s.",
        )
        % person.name,
        t(
            "Der andere Eintrag wird gelöscht. Das lässt sich nicht zurücknehmen.",
            "The other entry is deleted. This cannot be undone.",
        ),
    ]


def _names(people: list[Person]) -> dict[str, str]:
    return dict(queries.names_of(db.session(), [one.organisation or "" for one in people]))
