"""Signing in and out, the own account, invitations and forgotten passwords, and input kept over a sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, session, url_for
from flask_login import current_user

from ..extensions import db
from ..forms import accounts as forms
from ..models import User
from ..services import accounts, passwords, sign_in, throttle, tokens
from ..services.passwords import Cost
from ..services.queries import accounts as queries
from ..services.refusals import InputRefused, LinkExpired, Refusal, TooMany
from ..services.unit_of_work import unit_of_work
from . import access, sessions
from .access import now
from .rendering import language, page, see_other, t
from .sessions import install

__all__ = ["blueprint", "install"]

blueprint = Blueprint("accounts", __name__)


def password_cost() -> Cost:
    """Cost of argon2id: the default, or the one in ``app.config["ARGON2"]`` (tests make it cheap)."""
    cost: Cost = current_app.config.get("ARGON2", passwords.DEFAULT_COST)
    return cost


def secret() -> str:
    """The key from which tokens and throttle keys are derived."""
    return str(current_app.config["SECRET_KEY"])


def base_url() -> str:
    """Where links in mails lead: the configured address, never the Host header of a request."""
    return str(current_app.config["SETTINGS"].base_url)


@blueprint.route("/login", methods=["GET", "POST"])
@access.public("people sign in here")
def login() -> Response:
    form = forms.sign_in_form(t)
    if request.method != "POST":
        form.next.data = sessions.safe_path(request.args.get("next")) or ""
        return _login_page(form)
    if not form.validate():
        return _login_page(form, status=422)
    try:
        user = _check_and_record(form.email.data, form.password.data)
    except (TooMany, sign_in.SignInRefused) as refusal:
        return _login_page(form, refusal, refusal.status)
    sessions.start_session(user)
    if sessions.waiting_input():
        return see_other("accounts.held")
    return redirect(sessions.safe_path(form.next.data) or url_for("dashboard.show"), 303)  # type: ignore[return-value]


@blueprint.post("/logout")
@access.public("signing out must work however the session stands")
def logout() -> Response:
    if current_user.is_authenticated:
        with unit_of_work() as work:
            accounts.sign_out(work, access.current_actor())
    sessions.end_session()
    flash(t("Sie sind abgemeldet, auch auf anderen Geräten.", "You are signed out, on other devices, too."), "success")
    return see_other("accounts.login")


@blueprint.route("/account", methods=["GET", "POST"])
@access.requires("account:own")
def account() -> Response:
    form = forms.account_form(t, current_user)
    if not form.validate_on_submit():
        return _account_page(form, 422 if form.is_submitted() else 200)
    chosen = {name: form[name].data for name in ("name", "language", "digest")}
    try:
        with unit_of_work() as work:
            accounts.change_account(work, access.current_actor(), now(), **chosen)
    except InputRefused as refusal:
        forms.put_errors(form, refusal.errors)
        return _account_page(form, 422)
    session["language"] = form.language.data
    flash(t("Ihre Angaben sind gespeichert.", "Your details have been saved."), "success")
    return see_other("accounts.account")


@blueprint.route("/account/password", methods=["GET", "POST"])
@access.requires("account:own")
def password() -> Response:
    form = forms.change_password_form(t, lambda text: _problem(text, current_user))
    if not form.validate_on_submit():
        return page("accounts/password.html", form=form, status=422 if form.is_submitted() else 200)
    try:
        _check_own_password(form.current_password.data)
        with unit_of_work() as work:
            user = accounts.change_password(
                work,
                access.current_actor(),
                now(),
                password=form.password.data,
                base_url=base_url(),
                cost=password_cost(),
            )
    except (TooMany, InputRefused) as refusal:
        forms.put_errors(form, getattr(refusal, "errors", {"current_password": _in_words(refusal)}))
        return page("accounts/password.html", form=form, status=refusal.status)
    sessions.start_session(user)
    flash(t("Ihr Passwort ist geändert.", "Your password has been changed."), "success")
    return see_other("accounts.account")


@blueprint.route("/password/forgot", methods=["GET", "POST"])
@access.public("whoever forgot the password cannot sign in")
def forgot() -> Response:
    form = forms.forgot_form(t)
    if not form.validate_on_submit():
        return page("accounts/forgot.html", form=form, status=422 if form.is_submitted() else 200)
    try:
        with unit_of_work() as work:
            accounts.ask_reset(
                work,
                now(),
                email=form.email.data,
                address=request.remote_addr,
                secret_key=secret(),
                base_url=base_url(),
            )
    except TooMany as refusal:
        forms.put_errors(form, {"": _in_words(refusal)})
        return page("accounts/forgot.html", form=form, status=429)
    flash(
        t(
            "Wenn es zu dieser Adresse ein Konto gibt, haben wir eine E-Mail geschickt. "
            "Der Link darin gilt zwei Stunden.",
            "If there is an account for this address, we have sent an e-mail. The link in it works for two hours.",
        ),
        "success",
    )
    return see_other("accounts.login")


@blueprint.route("/password/<string:token>", methods=["GET", "POST"])
@access.public("the link from a mail is the proof; looking at it uses nothing up")
def set_password(token: str) -> Response:
    try:
        row = tokens.look_up(db.session(), token, now())
        form = forms.new_password_form(t, lambda text: _problem(text, row.user))
        if not form.validate_on_submit():
            return _link_page(form, row, 422 if form.is_submitted() else 200)
        with unit_of_work() as work:
            accounts.set_password_by_link(
                work,
                now(),
                token=token,
                password=form.password.data,
                secret_key=secret(),
                base_url=base_url(),
                cost=password_cost(),
            )
    except LinkExpired:
        return page("accounts/link_expired.html", status=410)
    sessions.end_session()
    flash(t("Ihr Passwort ist festgelegt. Melden Sie sich jetzt an.", "Your password is set. Sign in now."), "success")
    return see_other("accounts.login")


@blueprint.get("/account/held")
@access.requires("account:own")
def held() -> Response:
    return page("accounts/held.html", waiting=sessions.waiting_input())


@blueprint.post("/account/held/discard")
@access.requires("account:own")
def discard_held() -> Response:
    sessions.drop_input(request.form.get("held", ""))
    flash(t("Die Eingaben sind verworfen.", "The entries have been discarded."), "success")
    return see_other("accounts.held" if sessions.waiting_input() else "dashboard.show")


def _check_and_record(email: str, text: str) -> User:
    """The three steps of signing in, each try committed. Raises TooMany or SignInRefused."""
    facts: dict[str, Any] = {"address": request.remote_addr, "secret": secret()}
    with unit_of_work() as work:
        sign_in.begin(work, now(), email=email, **facts)
    found = sign_in.check(db.session(), email=email, password=text, cost=password_cost())
    if not found.accepted or found.user_id is None:
        with unit_of_work() as work:
            sign_in.note_failure(work, now(), user_id=found.user_id)
        raise sign_in.SignInRefused()
    new_hash = passwords.hash_password(text, password_cost()) if found.outdated else None
    with unit_of_work() as work:
        return sign_in.finish(work, now(), user_id=found.user_id, new_hash=new_hash, **facts)


def _check_own_password(text: str) -> None:
    """The present password, slowed down like a sign-in. Raises TooMany or InputRefused (key ``current_password``)."""
    email, key = current_user.email, sign_in.account_key(current_user.email)
    with unit_of_work() as work:
        throttle.count_try(work, key, throttle.ACCOUNT, now(), secret=secret())
    if not sign_in.check(db.session(), email=email, password=text, cost=password_cost()).accepted:
        raise InputRefused(
            {"current_password": t("Das bisherige Passwort stimmt nicht.", "The present password is wrong.")}
        )
    with unit_of_work() as work:
        throttle.forget(work, key, secret=secret())


def _login_page(form: Any, refusal: Refusal | None = None, status: int = 200) -> Response:
    known = queries.demo_accounts(db.session()) if current_app.config["SETTINGS"].demo else []
    sentence = _in_words(refusal) if refusal else None
    demo_password = current_app.config["SETTINGS"].demo_password
    response = page(
        "accounts/login.html",
        form=form,
        refused=sentence,
        demo_accounts=known,
        demo_password=demo_password,
        status=status,
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _account_page(form: Any, status: int) -> Response:
    return page(
        "accounts/account.html", form=form, grants=queries.own_roles(db.session(), current_user.id), status=status
    )


def _link_page(form: Any, row: Any, status: int) -> Response:
    response = page("accounts/set_password.html", form=form, person=row.user, purpose=row.purpose, status=status)
    response.headers["Referrer-Policy"] = (
        "strict-origin"  # the address holds the token; the CSRF check needs the origin
    )
    return response


def _problem(text: str, user: User) -> str | None:
    problem = passwords.problem_with(text, user.email, user.name)
    return t(*problem) if problem else None


def _in_words(refusal: Refusal) -> str:
    """What a refusal says, in the reader's language."""
    if isinstance(refusal, TooMany):
        wait = throttle.in_words(refusal.retry_after, language())
        return t(
            f"Zu viele Versuche in kurzer Zeit. Bitte versuchen Sie es in {wait} wieder.",
            f"Too many tries in a short time. Please try again in {wait}.",
        )
    return t(
        refusal.sentence,
        "The e-mail address or the password is wrong. Check both, or reset your password.",
    )
