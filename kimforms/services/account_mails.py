"""The mails about accounts: invitation, reset link, notice of a new password. ``accounts`` queues them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import Controller, OneTimeToken, User
from . import outbox
from .tokens import placeholder

BERLIN = ZoneInfo("Europe/Berlin")


def send_invitation(session: Session, now: datetime, user: User, token: OneTimeToken, base_url: str) -> None:
    """The link with which an invited person sets the first password."""
    until = _moment(token.expires_at)
    if user.language == "en":
        subject = "Your access to kimforms"
        text = (
            f"Hello {user.name},\n\nan account has been set up for you with the address {user.email}. Set your "
            f"password with this link. It works once and until {until}.\n\n"
            "If you do not know what this is about, you need not do anything."
        )
        label = "Set password"
    else:
        subject = "Ihr Zugang zu kimforms"
        text = (
            f"Guten Tag {user.name},\n\nfür Sie wurde ein Konto mit der Adresse {user.email} eingerichtet. Legen Sie "
            f"mit diesem Link Ihr Passwort fest. Er gilt einmal und bis zum {until}.\n\n"
            "Wenn Sie nicht wissen, worum es geht, müssen Sie nichts tun."
        )
        label = "Passwort festlegen"
    _send(
        session,
        now,
        user,
        "account.invite",
        subject=subject,
        text=text,
        link=f"{base_url}/password/{placeholder(token)}",
        label=label,
    )


def send_reset(session: Session, now: datetime, user: User, token: OneTimeToken, base_url: str) -> None:
    """The link with which somebody who forgot the password sets a new one."""
    until = _moment(token.expires_at)
    if user.language == "en":
        subject = "Set a new password for kimforms"
        text = (
            f"Hello {user.name},\n\nsomebody asked for a new password for your account. Set it with this link. It "
            f"works once and until {until}.\n\n"
            "If that was not you, you need not do anything: your password stays as it is."
        )
        label = "Set new password"
    else:
        subject = "Neues Passwort für kimforms festlegen"
        text = (
            f"Guten Tag {user.name},\n\njemand hat für Ihr Konto ein neues Passwort angefordert. Legen Sie es mit "
            f"diesem Link fest. Er gilt einmal und bis zum {until}.\n\n"
            "Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist."
        )
        label = "Neues Passwort festlegen"
    _send(
        session,
        now,
        user,
        "account.reset",
        subject=subject,
        text=text,
        link=f"{base_url}/password/{placeholder(token)}",
        label=label,
    )


def send_password_notice(session: Session, now: datetime, user: User, base_url: str) -> None:
    """Tells that the password was changed, so that somebody whose account was taken over notices."""
    when = _moment(now)
    if user.language == "en":
        subject = "Your password for kimforms was changed"
        text = (
            f"Hello {user.name},\n\nthe password of your account was changed on {when}. You have been signed out on "
            "all other devices.\n\nIf that was not you, ask for a new password at once and tell your coordination."
        )
        label = "Ask for a new password"
    else:
        subject = "Ihr Passwort für kimforms wurde geändert"
        text = (
            f"Guten Tag {user.name},\n\ndas Passwort Ihres Kontos wurde am {when} geändert. Auf allen anderen Geräten "
            "wurden Sie abgemeldet.\n\nWenn Sie das nicht waren, fordern Sie bitte sofort ein neues Passwort an und "
            "sagen Sie Ihrer Koordination Bescheid."
        )
        label = "Neues Passwort anfordern"
    _send(
        session,
        now,
        user,
        "account.password",
        subject=subject,
        text=text,
        link=f"{base_url}/password/forgot",
        label=label,
    )


def _send(
    session: Session, now: datetime, user: User, kind: str, *, subject: str, text: str, link: str, label: str
) -> None:
    outbox.queue(
        session,
        now,
        controller_id=_sender(session, user),
        kind=kind,
        to=[(user.email, user.id)],
        subject=subject,
        text=text,
        language=user.language,
        link=link,
        link_label=label,
    )


def _sender(session: Session, user: User) -> int:
    """In whose name the mail is written: the first controller that gave the person a role, else the first there is."""
    if user.grants:
        return user.grants[0].controller_id
    return session.scalars(select(Controller.id).order_by(Controller.id).limit(1)).one()


def _moment(value: datetime) -> str:
    return f"{value.astimezone(BERLIN):%d.%m.%Y, %H:%M}"
