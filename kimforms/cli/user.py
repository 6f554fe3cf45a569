"""``kimforms user``: accounts from the command line, for the first administrator and for when nobody can sign in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ..extensions import db
from ..models import Controller, RoleGrant, User
from ..permissions import ROLES, Grant
from ..services import accounts, passwords, responsibilities, roles
from ..services.passwords import Cost
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from .context import OPERATOR, utc_now, with_app


@click.group()
def user() -> None:
    """Konten: anlegen, auflisten, öffnen und schließen, Rollen, Zuständigkeiten, Passwort."""


def role_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name one role with its scope."""
    for option in (
        click.option("--body", help="Kurzname des Gremiums."),
        click.option("--municipality", help="Kurzname der Kommune."),
        click.option("--organisation", help="Kurzname der Organisation."),
        click.option("--controller", required=True, help="Schlüssel des Verantwortlichen, zum Beispiel rsk."),
        click.option("--role", required=True, help=f"Eine von: {', '.join(ROLES)}."),
    ):
        command = option(command)
    return command


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Vor- und Nachname.")
@role_options
@click.option("--language", default="de", type=click.Choice(["de", "en"]), help="Sprache der Seiten und E-Mails.")
@click.option("--password-stdin", is_flag=True, help="Das Passwort steht in der ersten Zeile der Standardeingabe.")
@click.option("--invite", is_flag=True, help="Schickt eine Einladung, mit der die Person ihr Passwort festlegt.")
@with_app
def create(email: str, name: str, language: str, password_stdin: bool, invite: bool, **scope: Any) -> None:
    """Legt ein Konto mit einer Rolle an."""
    if password_stdin == invite:
        raise click.ClickException("Geben Sie entweder --password-stdin oder --invite an.")
    password = _password_of(email, name) if password_stdin else None
    with unit_of_work() as session, _sentences():
        grant = _grant(session, scope)
        if password is None:
            made, new = accounts.invite_user(
                session, OPERATOR, utc_now(), email=email, name=name, grants=[grant], language=language, **_links()
            )
        else:
            made = accounts.create_user(session, OPERATOR, utc_now(), email=email, name=name, language=language)
            roles.grant_role(session, OPERATOR, utc_now(), made, grant)
            accounts.put_password(session, OPERATOR, utc_now(), made, password=password, cost=_cost())
            new = True
        said = f"{made.email}: {'angelegt' if new else 'Konto gab es schon, Rolle ergänzt'}"
    click.echo(said)


@user.command("list")
@with_app
def list_users() -> None:
    """Listet alle Konten mit ihren Rollen auf."""
    rows = db.session.scalars(
        select(User).options(selectinload(User.grants).joinedload(RoleGrant.controller)).order_by(User.email)
    )
    for one in rows:
        state = "deaktiviert" if not one.active else "aktiv" if one.password_hash else "eingeladen"
        click.echo(f"{one.email}\t{one.name}\t{state}\t{', '.join(_in_words(grant) for grant in one.grants)}")


@user.command()
@click.argument("email")
@with_app
def deactivate(email: str) -> None:
    """Schließt ein Konto und meldet die Person überall ab."""
    with unit_of_work() as session, _sentences():
        accounts.deactivate_user(session, OPERATOR, utc_now(), _user(session, email))
    click.echo(f"{email}: deaktiviert")


@user.command()
@click.argument("email")
@with_app
def activate(email: str) -> None:
    """Öffnet ein geschlossenes Konto wieder."""
    with unit_of_work() as session, _sentences():
        accounts.activate_user(session, OPERATOR, utc_now(), _user(session, email))
    click.echo(f"{email}: aktiv")


@user.command()
@click.argument("email")
@with_app
def link(email: str) -> None:
    """Gibt einmal einen neuen Link aus, mit dem die Person ihr Passwort festlegt; ältere gelten dann nicht mehr."""
    with unit_of_work() as session, _sentences():
        url = accounts.make_reset_link(session, OPERATOR, utc_now(), _user(session, email), **_links())
    click.echo(url)


@user.command()
@click.argument("email")
@click.option(
    "--password-stdin", is_flag=True, required=True, help="Das Passwort steht in der ersten Zeile der Eingabe."
)
@with_app
def password(email: str, password_stdin: bool) -> None:  # noqa: ARG001 - says aloud where the password comes from
    """Setzt ein neues Passwort und meldet die Person überall ab."""
    text = _read_password()
    with unit_of_work() as session, _sentences():
        accounts.put_password(session, OPERATOR, utc_now(), _user(session, email), password=text, cost=_cost())
    click.echo(f"{email}: Passwort gesetzt")


@user.group()
def role() -> None:
    """Rollen eines Kontos: geben und nehmen."""


@role.command("add")
@click.argument("email")
@role_options
@with_app
def add_role(email: str, **scope: Any) -> None:
    """Gibt einem Konto eine Rolle."""
    with unit_of_work() as session, _sentences():
        roles.grant_role(session, OPERATOR, utc_now(), _user(session, email), _grant(session, scope))
    click.echo(f"{email}: Rolle {scope['role']} vergeben")


@role.command("remove")
@click.argument("email")
@role_options
@with_app
def remove_role(email: str, **scope: Any) -> None:
    """Nimmt einem Konto eine Rolle, mit genau diesem Bereich."""
    with unit_of_work() as session, _sentences():
        found, wanted = _user(session, email), _grant(session, scope)
        row = next((grant for grant in found.grants if roles.as_grant(grant) == wanted), None)
        if row is None:
            raise click.ClickException(f"{email} hat diese Rolle mit diesem Bereich nicht.")
        roles.revoke_role(session, OPERATOR, utc_now(), found, row.id)
    click.echo(f"{email}: Rolle {scope['role']} entzogen")


@user.command()
@click.argument("email")
@click.option("--controller", required=True, help="Schlüssel des Verantwortlichen, zum Beispiel rsk.")
@click.option("--municipality", "municipalities", multiple=True, required=True, help="Kurzname; mehrmals möglich.")
@click.option("--remove", is_flag=True, help="Die Person ist dort nicht mehr zuständig.")
@with_app
def responsible(email: str, controller: str, municipalities: tuple[str, ...], remove: bool) -> None:
    """Macht jemanden aus der Koordination für Kommunen zuständig: Neue Meldungen von dort bekommt diese Person."""
    with unit_of_work() as session, _sentences():
        found, number = _user(session, email), _controller(session, controller)
        held = {row.municipality for row in responsibilities.held_by(session, found.id, number)}
        if remove and (foreign := [slug for slug in municipalities if slug not in held]):
            raise click.ClickException(f"{email} ist nicht zuständig für: {', '.join(foreign)}.")
        for slug in municipalities:
            wanted = None if remove else found.id
            responsibilities.set_responsible(session, OPERATOR, utc_now(), number, slug, wanted)
    click.echo(f"{email}: {'nicht mehr zuständig' if remove else 'zuständig'} für {', '.join(municipalities)}")


class _sentences:  # noqa: N801 - used like a statement
    """Turns refused input into one line that names what to mend; other refusals are said by the command itself."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, problem: BaseException | None, _trace: Any) -> None:
        if isinstance(problem, InputRefused):
            raise click.ClickException(" ".join(problem.errors.values())) from problem


def _user(session: Session, email: str) -> User:
    found = accounts.find_user(session, email)
    if found is None:
        raise click.ClickException(f"Es gibt kein Konto mit der Adresse {email}.")
    return found


def _grant(session: Session, scope: dict[str, Any]) -> Grant:
    number = _controller(session, scope["controller"])
    if scope["role"] not in ROLES:
        raise click.ClickException(f"Die Rolle „{scope['role']}“ gibt es nicht. Bekannt: {', '.join(ROLES)}.")
    return Grant(scope["role"], number, scope["organisation"], scope["municipality"], scope["body"])


def _controller(session: Session, key: str) -> int:
    known = session.execute(select(Controller.key, Controller.id).order_by(Controller.key)).all()
    number: int | None = dict(tuple(row) for row in known).get(key)
    if number is None:
        keys = ", ".join(row.key for row in known) or "keine; laden Sie zuerst das Profil"
        raise click.ClickException(f"Den Verantwortlichen „{key}“ gibt es nicht. Bekannt: {keys}.")
    return number


def _password_of(email: str, name: str) -> str:
    text = _read_password()
    if problem := passwords.problem_with(text, email, name):
        raise click.ClickException(problem[0])
    return text


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _links() -> dict[str, str]:
    return {
        "secret_key": current_app.config["SECRET_KEY"],
        "base_url": current_app.config["SETTINGS"].base_url,
    }


def _cost() -> Cost:
    cost: Cost = current_app.config.get("ARGON2", passwords.DEFAULT_COST)
    return cost


def _in_words(grant: RoleGrant) -> str:
    scope = "/".join(part for part in (grant.organisation, grant.municipality, grant.body) if part)
    return f"{grant.role}@{grant.controller.key}" + (f"({scope})" if scope else "")
