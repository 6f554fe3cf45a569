"""What a naturalisation office sets for itself: switches, periods, addresses, contact. For its own staff only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..forms.naturalisation_office import settings_form
from ..forms.records import number_in
from ..models import Controller
from ..services.naturalisation_office import BOUNDS, CONTACT, NewSettings, change_settings, settings_of
from ..services.unit_of_work import unit_of_work
from . import access
from .edition_frame import attempt, form_context
from .rendering import page, see_other, t

blueprint = Blueprint("naturalisation_office", __name__, url_prefix="/naturalisation/settings")


@blueprint.route("", methods=["GET", "POST"])
@access.requires("naturalisation:settings")
def change() -> Response:
    """The settings of the reader's own office."""
    session, now = db.session(), access.now()
    office = settings_of(session, _controller(), now)
    form = settings_form(t, office)
    if request.method != "POST":
        return _page(form)
    if not form.validate():
        return _page(form, status=422)

    def deed() -> Response:
        shown = request.form.get("shown", "")
        with unit_of_work() as session:
            changed = change_settings(
                session, access.current_actor(), now, controller_id=_controller(), new=_entered(form),
                row_version=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else -1,
            )  # fmt: skip
        saved = t("Die Einstellungen sind gespeichert.", "The settings are saved.")
        flash(saved if changed else t("Es hat sich nichts geändert.", "Nothing changed."), "success")
        return see_other(".change")

    return attempt(form, deed, _page)


def _page(form: Any, *, status: int = 200, **refused: Any) -> Response:
    """After a conflict the number shown is the present one, so that whoever sends again has seen it."""
    session = db.session()
    office = settings_of(session, _controller(), access.now())
    return page(
        "naturalisation_office/settings.html",
        status=status,
        controller=session.get_one(Controller, _controller()),
        row_version=office.row_version,
        changed_at=office.changed_at if office.row_version else None,
        **form_context(form, **refused),
    )


def _controller() -> int:
    return min(access.current_actor().controllers("naturalisation:settings"))


def _entered(form: Any) -> NewSettings:
    return NewSettings(
        self_check_on=bool(form.self_check_on.data),
        campaign_on=bool(form.campaign_on.data),
        campaign_approval=form.campaign_approval.data or "",
        campaign_approved_on=form.campaign_approved_on.day,
        **{key: number_in(str(form[key].data or "").strip()) for key in BOUNDS},
        online_url=form.online_url.data or "",
        public_url=form.public_url.data or "",
        contact={key: form[f"contact_{key}"].data or "" for key in CONTACT},
    )
