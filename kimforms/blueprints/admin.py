"""Administration of accounts: who has one, as what, whether it is open, who is responsible; for one's own controllers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms import accounts as forms
from ..forms import responsibilities as wishes
from ..forms.records import number_in
from ..models import User
from ..permissions import Grant
from ..services import accounts, roles
from ..services import responsibilities as service
from ..services.queries import accounts as queries
from ..services.queries import responsibilities as held
from ..services.refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .access import current_actor, now, today
from .accounts import base_url, secret
from .rendering import language, page, see_other, t

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/")
@access.requires("account:manage")
def home() -> Response:
    return see_other("admin.list_accounts")


@blueprint.get("/accounts")
@access.requires("account:manage")
def list_accounts() -> Response:
    text = request.args.get("q", "")[:200]
    state = request.args.get("state", "active")
    state = state if state in queries.STATES else "active"
    after = number_in(request.args.get("after"))
    rows, more = queries.accounts_page(db.session(), current_actor(), text=text, state=state, after=after)
    next_url = url_for("admin.list_accounts", q=text or None, state=state, after=more) if more else None
    return page("admin/accounts.html", rows=rows, q=text, state=state, states=queries.STATES, next_url=next_url)


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@access.requires("account:manage")
def invite() -> Response:
    form = forms.invitation_form(t, _choices())
    if _rows_changed(form):
        return page("admin/invite.html", form=form)
    if not form.validate_on_submit():
        return page("admin/invite.html", form=form, status=422 if form.is_submitted() else 200)
    who = {name: form[name].data for name in ("email", "name", "language")}
    wanted = [_grant(row.form) for row in form.grants]
    links = {"secret_key": secret(), "base_url": base_url()}
    try:
        with unit_of_work() as work:
            user, new = accounts.invite_user(work, current_actor(), now(), **who, grants=wanted, **links)
            user_id = user.id
    except (InputRefused, NotPermitted, StepRefused) as refusal:
        forms.put_errors(form, getattr(refusal, "errors", {"": refusal.sentence}))
        return page("admin/invite.html", form=form, status=422)
    _say_invited(new)
    return see_other("admin.account", user_id=user_id)


@blueprint.get("/accounts/<int:user_id>")
@access.requires("account:manage")
def account(user_id: int) -> Response:
    return _account_page(user_id, forms.role_form(t, _choices()))


@blueprint.post("/accounts/<int:user_id>/roles")
@access.requires("account:manage")
def add_role(user_id: int) -> Response:
    form = forms.role_form(t, _choices())
    queries.managed_user(db.session(), current_actor(), user_id)
    if not form.validate():
        return _account_page(user_id, form, 422)
    try:
        with unit_of_work() as work:
            user = queries.managed_user(work, current_actor(), user_id)
            roles.grant_role(work, current_actor(), now(), user, _grant(form))
    except InputRefused as refusal:
        forms.put_errors(form, refusal.errors)
        return _account_page(user_id, form, 422)
    flash(t("Die Rolle ist vergeben.", "The role has been given."), "success")
    return see_other("admin.account", user_id=user_id)


@blueprint.route("/accounts/<int:user_id>/roles/<int:grant_id>/remove", methods=["GET", "POST"])
@access.requires("account:manage")
def remove_role(user_id: int, grant_id: int) -> Response:
    shown = queries.account_view(db.session(), current_actor(), now(), user_id)
    grant = next((one for one in shown.grants if one.id == grant_id), None)
    if grant is None:
        raise NotVisible()
    if request.method != "POST":
        lost = held.municipalities_lost(db.session(), grant_id)
        return page("admin/remove_role.html", account=shown, grant=grant, lost=lost)
    _perform(user_id, lambda work, user: roles.revoke_role(work, current_actor(), now(), user, grant_id))
    flash(t("Die Rolle ist entzogen.", "The role has been taken away."), "success")
    last = len(shown.grants) == 1
    return see_other("admin.list_accounts") if last else see_other("admin.account", user_id=user_id)


@blueprint.route("/accounts/<int:user_id>/deactivate", methods=["GET", "POST"])
@access.requires("account:manage")
def deactivate(user_id: int) -> Response:
    shown = queries.account_view(db.session(), current_actor(), now(), user_id)
    if request.method != "POST":
        return page("admin/deactivate.html", account=shown, lost=held.municipalities_held(db.session(), user_id))
    _perform(user_id, lambda work, user: accounts.deactivate_user(work, current_actor(), now(), user))
    flash(t("Das Konto ist deaktiviert.", "The account has been deactivated."), "success")
    return see_other("admin.account", user_id=user_id)


@blueprint.route("/accounts/<int:user_id>/activate", methods=["GET", "POST"])
@access.requires("account:manage")
def activate(user_id: int) -> Response:
    shown = queries.account_view(db.session(), current_actor(), now(), user_id)
    if request.method != "POST":
        return page("admin/activate.html", account=shown)
    _perform(user_id, lambda work, user: accounts.activate_user(work, current_actor(), now(), user))
    flash(t("Das Konto ist wieder aktiv.", "The account is active again."), "success")
    return see_other("admin.account", user_id=user_id)


@blueprint.post("/accounts/<int:user_id>/invitation")
@access.requires("account:manage")
def resend_invitation(user_id: int) -> Response:
    links = {"secret_key": secret(), "base_url": base_url()}
    _perform(user_id, lambda work, user: accounts.resend_invitation(work, current_actor(), now(), user, **links))
    flash(
        t(
            "Eine neue Einladung ist unterwegs. Der ältere Link gilt nicht mehr.",
            "A new invitation is on its way. The older link no longer works.",
        ),
        "success",
    )
    return see_other("admin.account", user_id=user_id)


@blueprint.get("/responsibilities")
@access.requires("account:manage")
def list_responsibilities() -> Response:
    return _responsibilities_page(number_in(request.args.get("controller")))


@blueprint.post("/responsibilities")
@access.requires("account:manage")
def change_responsibilities() -> Response:
    controller_id = number_in(request.form.get("controller"))
    if controller_id is None:
        raise NotVisible()
    sent = {place: service.Wish(*pair) for place, pair in wishes.sent_wishes(request.form).items()}
    try:
        with unit_of_work() as work:
            changed = service.change_responsibilities(work, current_actor(), now(), controller_id, sent)
    except InputRefused as refusal:
        chosen = {place: str(wish.wanted or "") for place, wish in sent.items()}
        return _responsibilities_page(controller_id, chosen, wishes.in_words(t, refusal.errors), 422)
    _say_responsible(controller_id, set(changed))
    return see_other("admin.list_responsibilities", controller=controller_id)


def _responsibilities_page(
    controller_id: int | None,
    chosen: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    shown = held.responsibilities_view(db.session(), current_actor(), today(), controller_id)
    return page("admin/responsibilities.html", shown=shown, chosen=chosen or {}, errors=errors or {}, status=status)


def _say_responsible(controller_id: int, changed: set[str]) -> None:
    """Tells what has changed, or that nothing has."""
    if not changed:
        flash(t("Es hat sich nichts geändert.", "Nothing has changed."), "info")
        return
    shown = held.responsibilities_view(db.session(), current_actor(), today(), controller_id)
    names = {person.id: person.name for person in shown.people}
    told = [
        f"{row.name}: {names.get(row.user_id, t('niemand', 'nobody'))}" for row in shown.rows if row.slug in changed
    ]
    flash(t("Gespeichert. {}", "Saved. {}").format("; ".join(told)), "success")


def _perform(user_id: int, deed: Callable[[Session, User], None]) -> None:
    """Does something to an account that the actor administers, in one transaction. Raises NotVisible."""
    with unit_of_work() as work:
        deed(work, queries.managed_user(work, current_actor(), user_id))


def _choices() -> Mapping[str, Any]:
    return queries.role_choices(db.session(), current_actor(), language())


def _account_page(user_id: int, form: Any, status: int = 200) -> Response:
    shown = queries.account_view(db.session(), current_actor(), now(), user_id)
    own = user_id == current_actor().user_id
    return page("admin/account.html", account=shown, form=form, own=own, status=status)


def _grant(form: Any) -> Grant:
    scope = {name: form[name].data or None for name in ("organisation", "municipality", "body")}
    return Grant(form.role.data, int(form.controller.data), **scope)


def _rows_changed(form: Any) -> bool:
    """Adds or removes a row of roles when one of those buttons was pressed; nothing is checked then."""
    if "grants-add" in request.form and len(form.grants.entries) < forms.MOST_ROLES:
        form.grants.append_entry()
        return True
    row = request.form.get("grants-remove", type=int)
    if row is not None and 0 <= row < len(form.grants.entries) and len(form.grants.entries) > 1:
        del form.grants.entries[row]
    return "grants-add" in request.form or row is not None


def _say_invited(new: bool) -> None:
    if new:
        sentence = t(
            "Das Konto ist angelegt, die Einladung ist unterwegs.",
            "The account is made, the invitation is on its way.",
        )
    else:
        sentence = t(
            "Zu dieser Adresse gab es schon ein Konto. Es hat die Rollen zusätzlich bekommen.",
            "There was an account for this address already. It has been given the roles in addition.",
        )
    flash(sentence, "success")
