"""What happens to accounts: invite, set and reset passwords, change one's data, close and open. Roles: ``roles``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import User
from ..permissions import ANYONE, PERMISSIONS, Actor, Grant
from . import account_mails, audit, passwords, responsibilities, roles, throttle, tokens
from .administration import MANAGE, manages
from .outbox import ADDRESS
from .passwords import DEFAULT_COST, Cost
from .refusals import InputRefused, NotPermitted, NotVisible, StepRefused, TooMany
from .sign_in import account_key, normal_email

RESETS_OF_AN_ACCOUNT = 3
RESETS_FROM_AN_ADDRESS = 20
RESET_WINDOW = timedelta(hours=1)
LANGUAGES = ("de", "en")


def create_user(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    email: str,
    name: str,
    language: str = "de",
    password_hash: str | None = None,
) -> User:
    """A new account without roles. Raises :class:`InputRefused` for a bad or known address or an empty name."""
    email, name = normal_email(email), " ".join(name.split())
    if not ADDRESS.fullmatch(email) or len(email) > 254:
        raise InputRefused({"email": "Geben Sie eine E-Mail-Adresse wie name@beispiel.de ein."})
    if not 0 < len(name) <= 120:
        raise InputRefused({"name": "Geben Sie den Vor- und Nachnamen ein, höchstens 120 Zeichen."})
    if find_user(session, email) is not None:
        raise InputRefused({"email": "Für diese Adresse gibt es schon ein Konto."})
    user = User(
        email=email,
        name=name,
        language=language if language in LANGUAGES else "de",
        password_hash=password_hash,
        created_at=now,
    )
    session.add(user)
    session.flush()  # events name the account by its number
    audit.record(
        session,
        actor,
        now,
        audit.Tag.ACCOUNT_CREATE,
        user=user.id,
        email=audit.Erasable(email, personal=True),
        name=audit.Erasable(name, personal=True),
    )
    return user


def ensure_user(
    session: Session,
    actor: Actor,
    now: datetime,
    email: str,
    name: str,
    password: str | None,
    grants: Iterable[Grant],
    *,
    language: str = "de",
    cost: Cost = DEFAULT_COST,
) -> User:
    """The account with that address and at least these roles; made when missing, with ``password``. Safe to repeat.

    For set-up and demo: an existing password is kept, password rules and needed scopes are the operator's business.
    """
    user = find_user(session, email)
    if user is None:
        hashed = passwords.hash_password(password, cost) if password else None
        user = create_user(session, actor, now, email=email, name=name, language=language, password_hash=hashed)
    for grant in grants:
        roles.put_grant(session, actor, now, user, grant)
    return user


def invite_user(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    email: str,
    name: str,
    grants: Iterable[Grant],
    language: str = "de",
    secret_key: str,
    base_url: str,
) -> tuple[User, bool]:
    """Makes an account with roles and queues the invitation; returns the account and whether it is new.

    Somebody who has an account already (with another controller, say) only gets the roles. Raises
    :class:`InputRefused`, :class:`NotPermitted` for a controller that the actor does not manage,
    :class:`StepRefused` for a closed account.
    """
    wanted = list(grants)
    if not wanted:
        raise InputRefused({"grants": "Wählen Sie mindestens eine Rolle."})
    user = find_user(session, email)
    new = user is None
    if user is None:
        user = create_user(session, actor, now, email=email, name=name, language=language)
    elif not user.active:
        _reopen(session, actor, now, user)
    for grant in wanted:
        roles.grant_role(session, actor, now, user, grant)
    if user.password_hash is None:
        _invite(session, actor, now, user, secret_key=secret_key, base_url=base_url)
    return user, new


def resend_invitation(
    session: Session, actor: Actor, now: datetime, user: User, *, secret_key: str, base_url: str
) -> None:
    """Sends a new invitation; the older link dies. Raises :class:`StepRefused` once a password was set."""
    _check_visible(actor, user)
    if user.password_hash is not None or not user.active:
        raise StepRefused(["Die Einladung wurde schon angenommen, oder das Konto ist deaktiviert."])
    _invite(session, actor, now, user, secret_key=secret_key, base_url=base_url)


def ask_reset(
    session: Session, now: datetime, *, email: str, address: str | None, secret_key: str, base_url: str
) -> None:
    """Queues a reset link when there is an open account; the caller answers the same in any case.

    Raises :class:`TooMany` for an address that asks too often. Too many for one account: no mail, no word about it.
    """
    source = f"reset-address:{throttle.network_of(address)}"
    throttle.hit(session, source, limit=RESETS_FROM_AN_ADDRESS, window=RESET_WINDOW, now=now, secret=secret_key)
    user = find_user(session, email)
    audit.record(session, ANYONE, now, audit.Tag.ACCOUNT_RESET_ASK, user=user.id if user else None)
    try:
        target = f"reset-account:{normal_email(email)}"
        throttle.hit(session, target, limit=RESETS_OF_AN_ACCOUNT, window=RESET_WINDOW, now=now, secret=secret_key)
    except TooMany:
        return
    if user is not None and user.active:
        token = tokens.make_token(session, user, tokens.RESET, now, secret_key=secret_key)
        account_mails.send_reset(session, now, user, token, base_url)


def make_reset_link(
    session: Session, actor: Actor, now: datetime, user: User, *, secret_key: str, base_url: str
) -> str:
    """A fresh link for the command line to print; it is not mailed. Raises :class:`StepRefused` for a closed one."""
    if not user.active:
        raise StepRefused(["Das Konto ist deaktiviert. Aktivieren Sie es zuerst."])
    purpose = tokens.RESET if user.password_hash else tokens.INVITE
    token = tokens.make_token(session, user, purpose, now, secret_key=secret_key)
    audit.record(session, actor, now, audit.Tag.ACCOUNT_RESET_ASK, user=user.id)
    return f"{base_url}/password/{tokens.token_text(secret_key, token)}"


def set_password_by_link(
    session: Session,
    now: datetime,
    *,
    token: str,
    password: str,
    secret_key: str,
    base_url: str,
    cost: Cost = DEFAULT_COST,
) -> User:
    """Sets the password of an invitation or reset, ends all sessions, and forgets wrong tries.

    Raises :class:`LinkExpired`, and :class:`InputRefused` (key ``password``), which leaves the link usable.
    """
    row = tokens.redeem(session, None, token, now)
    user = row.user
    actor = Actor("person", user.id)
    _set_password(session, now, user, password, cost)
    throttle.forget(session, account_key(user.email), secret=secret_key)
    if row.purpose == tokens.INVITE:
        audit.record(session, actor, now, audit.Tag.ACCOUNT_ACCEPT, user=user.id)
    else:
        audit.record(session, actor, now, audit.Tag.ACCOUNT_PASSWORD, user=user.id, how="reset")
        account_mails.send_password_notice(session, now, user, base_url)
    return user


def change_password(
    session: Session, actor: Actor, now: datetime, *, password: str, base_url: str, cost: Cost = DEFAULT_COST
) -> User:
    """Sets the actor's own new password (the page has checked the old one) and signs out everywhere else.

    Raises :class:`InputRefused` (key ``password``).
    """
    user = get_user(session, actor.user_id)
    _set_password(session, now, user, password, cost)
    audit.record(session, actor, now, audit.Tag.ACCOUNT_PASSWORD, user=user.id, how="change")
    account_mails.send_password_notice(session, now, user, base_url)
    return user


def put_password(
    session: Session, actor: Actor, now: datetime, user: User, *, password: str, cost: Cost = DEFAULT_COST
) -> None:
    """Sets somebody's password from the command line. Raises :class:`InputRefused` (key ``password``)."""
    _set_password(session, now, user, password, cost)
    audit.record(session, actor, now, audit.Tag.ACCOUNT_PASSWORD, user=user.id, how="command")


def change_account(session: Session, actor: Actor, now: datetime, *, name: str, language: str, digest: bool) -> User:
    """Changes the actor's own name, language and daily mail; records what changed. Raises :class:`InputRefused`."""
    user = get_user(session, actor.user_id)
    name = " ".join(name.split())
    if not 0 < len(name) <= 120:
        raise InputRefused({"name": "Geben Sie Ihren Vor- und Nachnamen ein, höchstens 120 Zeichen."})
    if language not in LANGUAGES:
        raise InputRefused({"language": "Wählen Sie Deutsch oder Englisch."})
    wanted = {"name": name, "language": language, "digest": digest}
    old = {key: getattr(user, key) for key in wanted}
    changes = {key: _change(key, old[key], value) for key, value in wanted.items() if old[key] != value}
    for key, value in wanted.items():
        setattr(user, key, value)
    if changes:
        audit.record(session, actor, now, audit.Tag.ACCOUNT_CHANGE, user=user.id, changes=changes)
    return user


def deactivate_user(session: Session, actor: Actor, now: datetime, user: User) -> None:
    """Closes an account: signed out everywhere, links die, responsibilities end; the rest stays.

    Raises :class:`NotVisible`, and :class:`StepRefused` for oneself, the last administrator of a controller, and
    somebody who also has roles with a controller that the actor does not manage.
    """
    _check_visible(actor, user)
    if user.id == actor.user_id:
        raise StepRefused(["Ihr eigenes Konto kann nur eine andere Person deaktivieren."])
    _check_only_managed(actor, user)
    for controller_id in {grant.controller_id for grant in user.grants if grant.role in PERMISSIONS[MANAGE]}:
        roles.check_not_last(session, user, controller_id, now.date())
    if not user.active:
        return
    user.active, user.deactivated_at = False, now
    user.session_epoch += 1
    tokens.kill_tokens(session, user, now)
    audit.record(session, actor, now, audit.Tag.ACCOUNT_DEACTIVATE, user=user.id)
    responsibilities.clear(session, actor, now, responsibilities.held_by(session, user.id))


def sign_out(session: Session, actor: Actor) -> None:
    """Ends every session of the person: the cookie holds all there is, and a copy of it must not outlive signing out
    (OWASP ASVS 5.0, 7.4.1). What is being typed elsewhere is kept as after any other end of a session.
    """
    if actor.user_id is not None:
        session.get_one(User, actor.user_id).session_epoch += 1


def activate_user(session: Session, actor: Actor, now: datetime, user: User) -> None:
    """Opens a closed account again, with the roles and the password it had. Raises :class:`NotVisible`."""
    _check_visible(actor, user)
    _check_only_managed(actor, user)
    if user.active:
        return
    user.active, user.deactivated_at = True, None
    audit.record(session, actor, now, audit.Tag.ACCOUNT_ACTIVATE, user=user.id)


def find_user(session: Session, email: str) -> User | None:
    """The account with that address, however it is written, or None."""
    return session.scalar(select(User).where(User.email == normal_email(email)))


def get_user(session: Session, user_id: int | None) -> User:
    """The account with that number. Raises :class:`NotVisible`."""
    user = session.get(User, user_id) if user_id is not None else None
    if user is None:
        raise NotVisible()
    return user


def may_see(actor: Actor, user: User) -> bool:
    """Whether the actor administers at least one of the account's roles."""
    return actor.kind == "system" or any(manages(actor, grant.controller_id) for grant in user.grants)


def _check_visible(actor: Actor, user: User) -> None:
    if not may_see(actor, user):
        raise NotVisible()


def _check_only_managed(actor: Actor, user: User) -> None:
    if any(not manages(actor, grant.controller_id) for grant in user.grants):
        raise StepRefused(
            ["Dieses Konto hat auch Rollen bei einem anderen Verantwortlichen. Entziehen Sie stattdessen Ihre Rollen."]
        )


def _reopen(session: Session, actor: Actor, now: datetime, user: User) -> None:
    if any(not manages(actor, grant.controller_id) for grant in user.grants):
        raise NotPermitted("Dieses Konto ist deaktiviert. Öffnen kann es nur, wer alle seine Rollen verwaltet.")
    user.active, user.deactivated_at = True, None
    audit.record(session, actor, now, audit.Tag.ACCOUNT_ACTIVATE, user=user.id)


def _invite(session: Session, actor: Actor, now: datetime, user: User, *, secret_key: str, base_url: str) -> None:
    token = tokens.make_token(session, user, tokens.INVITE, now, secret_key=secret_key)
    account_mails.send_invitation(session, now, user, token, base_url)
    audit.record(session, actor, now, audit.Tag.ACCOUNT_INVITE, user=user.id)


def _set_password(session: Session, now: datetime, user: User, password: str, cost: Cost) -> None:
    if problem := passwords.problem_with(password, user.email, user.name):
        raise InputRefused({"password": problem[0]})
    user.password_hash = passwords.hash_password(password, cost)
    user.session_epoch += 1
    tokens.kill_tokens(session, user, now)


def _change(key: str, old: object, new: object) -> dict[str, object]:
    if key == "name":
        return {"old": audit.Erasable(old, personal=True), "new": audit.Erasable(new, personal=True)}
    return {"old": old, "new": new}
