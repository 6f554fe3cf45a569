"""What the account pages read: the list of accounts an administrator manages, one of them, the choices for roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...models import Body, Controller, Municipality, OneTimeToken, Organisation, RoleGrant, User
from ...permissions import ROLES, Actor
from ..administration import MANAGE
from ..refusals import NotVisible

PAGE_SIZE = 50
STATES = ("active", "invited", "inactive", "all")
ROLE_NAMES = {
    "adviser": ("Beratung", "Adviser"),
    "case_manager": ("Case Management", "Case manager"),
    "coordinator": ("KIM-Koordination", "KIM coordination"),
    "office": ("Geschäftsstelle und Leitung", "Office and head of centre"),
    "naturalisation": ("Einbürgerungsbehörde", "Naturalisation office"),
    "member": ("Gremienmitglied", "Member of a body"),
    "admin": ("Systemverwaltung", "Administrator"),
}


@dataclass(frozen=True)
class GrantView:
    """A role in words: ``scope`` names organisation, municipality and body."""

    id: int
    role: tuple[str, str]
    controller: str
    scope: str
    valid_until: date | None


@dataclass(frozen=True)
class AccountView:
    """An account as an administrator sees it: the grants with the own controllers; ``elsewhere``: there are more."""

    id: int
    email: str
    name: str
    state: str
    last_sign_in_at: datetime | None
    created_at: datetime
    invited_until: datetime | None
    grants: tuple[GrantView, ...]
    elsewhere: bool


def accounts_page(
    session: Session, actor: Actor, *, text: str = "", state: str = "active", after: int | None = None
) -> tuple[list[AccountView], int | None]:
    """Up to ``PAGE_SIZE`` accounts by name, and the id to continue ``after`` (None at the end)."""
    wanted = [_managed(actor), *_state(state), *_matches(text)]
    if after is not None and (last := session.get(User, after)) is not None:
        key = func.lower(last.name)
        wanted.append(or_(func.lower(User.name) > key, and_(func.lower(User.name) == key, User.id > last.id)))
    users = session.scalars(
        select(User)
        .where(*wanted)
        .options(selectinload(User.grants).joinedload(RoleGrant.controller))
        .order_by(func.lower(User.name), User.id)
        .limit(PAGE_SIZE + 1)
    ).all()
    shown = users[:PAGE_SIZE]
    names = scope_names(session)
    views = [_view(user, actor, names, None) for user in shown]
    return views, shown[-1].id if len(users) > PAGE_SIZE else None


def managed_user(session: Session, actor: Actor, user_id: int) -> User:
    """The account, when the actor administers one of its roles. Raises :class:`NotVisible`."""
    user = session.scalar(
        select(User)
        .where(User.id == user_id, _managed(actor))
        .options(selectinload(User.grants).joinedload(RoleGrant.controller))
    )
    if user is None:
        raise NotVisible()
    return user


def account_view(session: Session, actor: Actor, now: datetime, user_id: int) -> AccountView:
    """One account for its page. Raises :class:`NotVisible`."""
    user = managed_user(session, actor, user_id)
    invited = select(func.max(OneTimeToken.expires_at)).where(
        OneTimeToken.user_id == user.id,
        OneTimeToken.purpose == "invite",
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > now,
    )
    return _view(user, actor, scope_names(session), session.scalar(invited))


def own_roles(session: Session, user_id: int) -> list[GrantView]:
    """All roles of somebody, for the own account page."""
    names = scope_names(session)
    held = select(RoleGrant).where(RoleGrant.user_id == user_id).order_by(RoleGrant.id)
    grants = session.scalars(held.options(joinedload(RoleGrant.controller)))
    return [_grant_view(grant, names) for grant in grants]


def role_choices(session: Session, actor: Actor, language: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """What may be chosen for a role: only controllers that the actor manages, and their bodies."""
    mine = actor.controllers(MANAGE)
    controllers = session.scalars(select(Controller).where(Controller.id.in_(mine), Controller.active)).all()
    bodies = select(Body).where(Body.controller_id.in_(mine), Body.active).order_by(Body.name)
    return {
        "role": [(key, ROLE_NAMES[key][language == "en"]) for key in ROLES],
        "controller": sorted(((str(one.id), one.name) for one in controllers), key=lambda pair: pair[1]),
        "organisation": _options(session, Organisation),
        "municipality": _options(session, Municipality),
        "body": [(body.slug, body.name) for body in session.scalars(bodies)],
    }


def demo_accounts(session: Session) -> list[tuple[str, str, tuple[str, str]]]:
    """E-mail, name and first role of accounts to try the program with; asked in demo mode only."""
    users = session.scalars(
        select(User)
        .where(User.active, User.password_hash.is_not(None), User.email.endswith(".example"))
        .options(selectinload(User.grants))
        .order_by(User.id)
        .limit(20)
    )
    return [(user.email, user.name, ROLE_NAMES[user.grants[0].role]) for user in users if user.grants]


def scope_names(session: Session) -> dict[tuple[str, str], str]:
    """Names of organisations, municipalities and bodies by kind and slug."""
    names: dict[tuple[str, str], str] = {}
    for kind, table in (("organisation", Organisation), ("municipality", Municipality), ("body", Body)):
        names |= {(kind, row.slug): row.name for row in session.execute(select(table.slug, table.name))}
    return names


def _managed(actor: Actor) -> ColumnElement[bool]:
    return User.grants.any(RoleGrant.controller_id.in_(sorted(actor.controllers(MANAGE))))


def _state(state: str) -> list[ColumnElement[bool]]:
    if state == "inactive":
        return [~User.active]
    if state == "invited":
        return [User.active, User.password_hash.is_(None)]
    return [User.active] if state == "active" else []


def _matches(text: str) -> list[ColumnElement[bool]]:
    return [
        or_(User.name.icontains(word, autoescape=True), User.email.icontains(word, autoescape=True))
        for word in text.replace("\0", "").split()[:6]
    ]


def _options(session: Session, table: type[Organisation] | type[Municipality]) -> list[tuple[str, str]]:
    rows = session.execute(select(table.slug, table.name).where(table.active).order_by(table.name))
    return [(row.slug, row.name) for row in rows]


def _view(user: User, actor: Actor, names: Mapping[tuple[str, str], str], invited: datetime | None) -> AccountView:
    mine = actor.controllers(MANAGE)
    grants = tuple(_grant_view(grant, names) for grant in user.grants if grant.controller_id in mine)
    state = "inactive" if not user.active else "active" if user.password_hash else "invited"
    return AccountView(
        user.id,
        user.email,
        user.name,
        state,
        user.last_sign_in_at,
        user.created_at,
        invited,
        grants,
        len(grants) < len(user.grants),
    )


def _grant_view(grant: RoleGrant, names: Mapping[tuple[str, str], str]) -> GrantView:
    slugs = (("organisation", grant.organisation), ("municipality", grant.municipality), ("body", grant.body))
    scope = ", ".join(names.get((kind, slug), slug) for kind, slug in slugs if slug)
    role = ROLE_NAMES.get(grant.role, (grant.role, grant.role))
    return GrantView(grant.id, role, grant.controller.name, scope, grant.valid_until)
