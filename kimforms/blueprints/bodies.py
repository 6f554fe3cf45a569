"""Bodies: the list with one's own first, the page of each, a new one, its mandate, standard agenda, and end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from ..extensions import db
from ..forms import bodies as forms
from ..forms.body_words import (
    answer_words,
    formality_hints,
    formality_words,
    function_words,
    in_english,
    item_kind_words,
    right_words,
)
from ..models import Body
from ..services.bodies import access as bodies_access
from ..services.bodies import founding
from ..services.numbering import prefix_of
from ..services.queries import bodies as queries
from ..services.queries import body_page
from ..services.refusals import InputRefused, NotPermitted, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .body_forms import answer, crumbs_of
from .meeting_frame import when
from .process_parts import Part, show_with
from .rendering import page, see_other, t

blueprint = Blueprint("bodies", __name__, url_prefix="/bodies")
GROUP = "working_group"


@blueprint.get("")
@access.requires("body:read")
def index() -> Response:
    """One's own bodies with what is coming, and all of them by formality; the filters stand in the address."""
    session, actor = db.session(), access.current_actor()
    form = forms.list_filters(t, request.args)
    filters = queries.Filters((form.q.data or "")[:200], form.formality.data or "", form.only.data or "")
    found = queries.lines(session, actor, access.now(), access.today(), filters)
    return page(
        "bodies/index.html",
        "bodies/_list.html",
        form=form,
        filtered=filters.active,
        own=queries.own(session, actor, access.now(), access.today()),
        groups=[(one, [line for line in found if line.body.formality == one]) for one in queries.FORMALITIES],
        count=len(found),
        works=bool(actor.controllers(queries.WORK)),
        no_meetings=queries.no_meetings,
        when=when,
        **_words(),
    )


@blueprint.get("/<slug>")
@access.requires("body:read")
def show(slug: str) -> Response:
    """One body, as much of it as the reader may see."""
    session = db.session()
    shown = body_page.page_of(session, access.current_actor(), slug, access.now(), access.today())
    return page("bodies/show.html", **_page_values(shown))


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("body:work")
def create() -> Response:
    """A new working group or exchange; a steering body only by the office."""
    session, actor = db.session(), access.current_actor()
    controller = queries.controllers(session, actor)[0]
    office = "office" in actor.roles(controller.id)
    allowed = ("exchange", "working", "steering") if office else ("exchange", "working")
    form = forms.body_form(t, {"formality": "exchange"}, formalities=allowed)

    def found() -> Response:
        with unit_of_work() as work:
            made = founding.found_body(
                work, actor, access.now(), controller_id=controller.id, values=_values(form, form.formality.data or "")
            )
            slug = made.slug
        flash(
            t("Das Gremium ist eingerichtet. Legen Sie nun die Sitze an.", "The body is set up. Now add its seats."),
            "success",
        )
        return see_other(".show", slug=slug)

    return answer(
        form, found, title=t("Neues Gremium", "New body"), submit=t("Einrichten", "Set up"), back=url_for(".index"),
        crumbs=[(t("Gremien", "Bodies"), url_for(".index"))],
    )  # fmt: skip


@blueprint.route("/<slug>/edit", methods=["GET", "POST"])
@access.requires("body:work")
def edit(slug: str) -> Response:
    """Another name, mandate or rhythm."""
    body = body_to_work_on(slug)
    form = forms.body_form(t, _shown_values(body), profile=body.origin == "profile")

    def change() -> Response:
        with unit_of_work() as work:
            values = _values(form, body.formality, body)
            founding.change_body(work, access.current_actor(), access.now(), body=body_to_work_on(slug), values=values)
        flash(t("Die Angaben sind gespeichert.", "The details are saved."), "success")
        return see_other(".show", slug=slug)

    lead = t(
        "Name, Art und Rhythmus dieses Gremiums stehen im Profil.",
        "Name, kind and rhythm of this body stand in the profile.",
    )
    return answer(
        form, change, title=t("Angaben ändern", "Change details"), submit=t("Speichern", "Save"),
        back=url_for(".show", slug=slug), crumbs=crumbs_of(body), lead=lead if body.origin == "profile" else "",
    )  # fmt: skip


@blueprint.route("/<slug>/standard-agenda", methods=["GET", "POST"])
@access.requires("body:work")
def edit_agenda(slug: str) -> Response:
    """The standard items; buttons move, add and remove rows, and only saving keeps them."""
    body = body_to_work_on(slug)
    if request.method != "POST":
        return _agenda_page(body, [dict(one) for one in body.agenda])
    rows, do = _sent_rows(), request.form.get("do", "save")
    if do != "save":
        return _agenda_page(body, _rearranged(rows, do))
    try:
        with unit_of_work() as work:
            founding.change_agenda(work, access.current_actor(), access.now(), body=body_to_work_on(slug), items=rows)
    except InputRefused as refused:
        return _agenda_page(body_to_work_on(slug), rows, refused.errors)
    flash(t("Die übliche Tagesordnung ist gespeichert.", "The standard agenda is saved."), "success")
    return see_other(".show", slug=slug)


@blueprint.route("/<slug>/end", methods=["GET", "POST"])
@access.requires("body:work")
def end(slug: str) -> Response:
    """The body meets until a day."""
    body = body_to_work_on(slug)
    form = forms.end_form(t, access.today(), ("Letzter Tag", "Last day"), reason=True)

    def finish() -> Response:
        days, errors = forms.read_days(form, "ends_on")
        if errors:
            raise InputRefused(errors)
        with unit_of_work() as work:
            founding.end_body(
                work, access.current_actor(), access.now(), body=body_to_work_on(slug), day=days["ends_on"],
                reason=form.reason.data or "",
            )  # fmt: skip
        flash(t("Das Ende des Gremiums ist eingetragen.", "The end of the body is entered."), "success")
        return see_other(".show", slug=slug)

    return answer(
        form, finish, title=t("Gremium beenden", "End the body"), submit=t("Ende eintragen", "Enter the end"), danger=True,
        back=url_for(".show", slug=slug), crumbs=crumbs_of(body), consequences=_end_words(),
    )  # fmt: skip


def body_to_work_on(slug: str) -> Body:
    """The body, for those who work for it. Raises NotVisible for strangers and NotPermitted for readers."""
    body, actor = bodies_access.body_of(db.session(), slug), access.current_actor()
    if body.controller_id not in actor.controllers(queries.READ):
        raise NotVisible()
    if not bodies_access.may_work(actor, body):
        raise NotPermitted(
            t(
                "Steuerungsgremien betreut nur die Geschäftsstelle.",
                "Steering bodies are looked after by the office alone.",
            )
        )
    return body


@show_with(GROUP)
def _part(seen: Any) -> Part | None:
    """On the page of a working group's record: the body that it has become."""
    body = body_page.body_of_record(db.session(), seen.record)
    if body is None:
        return None
    return Part("bodies/_of_record.html", {"body": body}, ((t("Gremium", "Body"), "#body"),))


def _page_values(shown: body_page.BodyPage) -> dict[str, Any]:
    body, data = shown.body, shown.body.data or {}
    linked = [data.get(one) or "" for one in ("managed_by", "office", "organised_by")]
    return {
        "shown": shown,
        "body": body,
        "data": data,
        "names": queries.names_of(db.session(), linked),
        "rhythm": queries.rhythm_words(body),
        "no_meetings": queries.no_meetings(body),
        "over": queries.is_over(body, access.today()),
        "rights": right_words(t, body.formality),
        "roles": {**function_words(t), "principal": t("Sitz", "seat"), "deputy": t("Vertretung", "deputy")},
        "item_kinds": item_kind_words(t),
        "member": shown.standing >= bodies_access.Standing.GUEST,
        "full": shown.standing is bodies_access.Standing.WORK,
        "speaker": (shown.record.answers.get("speaker") if shown.record is not None else None) or "",
        "when": when,
        "place": f"{request.script_root}/bodies/{body.slug}",
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        "formalities": formality_words(t),
        "formality_hints": formality_hints(t),
        "functions": function_words(t),
        "answers": answer_words(t),
    }


def _values(form: Any, formality: str, body: Body | None = None) -> founding.BodyValues:
    known = _shown_values(body) if body is not None else {}
    typed = {name: form[name].data or "" for name in ("name", "kind", "mandate", "rhythm", "prefix") if name in form}
    return founding.BodyValues(**{**known, **typed, "formality": formality})


def _shown_values(body: Body) -> dict[str, str]:
    return {
        "name": body.name,
        "kind": body.kind or "",
        "mandate": body.mandate,
        "rhythm": queries.rhythm_words(body),
        "prefix": prefix_of(body),
    }


def _end_words() -> list[str]:
    return [
        t("Alle Sitze und Funktionen enden an diesem Tag.", "All seats and functions end on this day."),
        t(
            "Sitzungen, Beschlüsse und Niederschriften bleiben, wie sie sind.",
            "Meetings, decisions and minutes stay as they are.",
        ),
        t("Neue Sitzungen lassen sich danach nicht mehr planen.", "New meetings can no longer be planned after that."),
    ]


def _sent_rows() -> list[dict[str, Any]]:
    """The items as they were sent, in their order, at most a few more than a body may have."""
    rows: list[dict[str, Any]] = []
    while f"title-{len(rows)}" in request.form and len(rows) <= founding.MOST_ITEMS:
        at = len(rows)
        minutes = request.form.get(f"minutes-{at}", "").strip()
        number = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else None
        rows.append(
            {
                "title": request.form[f"title-{at}"],
                "kind": request.form.get(f"kind-{at}", ""),
                "minutes": 0 if minutes and number is None else number,
            }
        )
    return rows


def _rearranged(rows: list[dict[str, Any]], do: str) -> list[dict[str, Any]]:
    what, _, number = do.partition("-")
    if what == "add" and len(rows) < founding.MOST_ITEMS:
        return [*rows, {"title": "", "kind": "discussion", "minutes": None}]
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    if not 0 <= at < len(rows):
        return rows
    if what == "remove":
        return rows[:at] + rows[at + 1 :]
    to = at - 1 if what == "up" else at + 1
    if what in ("up", "down") and 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return rows


def _agenda_page(body: Body, rows: list[dict[str, Any]], errors: dict[str, str] | None = None) -> Response:
    said = {name: t(sentence, in_english(sentence)) for name, sentence in (errors or {}).items()}
    return page(
        "bodies/agenda.html",
        status=422 if said else 200,
        body=body,
        rows=rows,
        errors=said,
        form_errors=bool(said),
        kinds=item_kind_words(t),
        crumbs=crumbs_of(body),
        most=founding.MOST_ITEMS,
    )
