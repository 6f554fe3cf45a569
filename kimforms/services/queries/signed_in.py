"""Who is signed in: read at each request in one statement that is built once, without objects of the ORM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ...models import RoleGrant, User

_PERSON = (
    select(
        User.id,
        User.email,
        User.name,
        User.language,
        User.digest,
        User.active,
        User.session_epoch,
        RoleGrant.role,
        RoleGrant.controller_id,
        RoleGrant.organisation,
        RoleGrant.municipality,
        RoleGrant.body,
        RoleGrant.valid_until,
    )
    .outerjoin(RoleGrant, RoleGrant.user_id == User.id)
    .where(User.id == bindparam("user_id"))
    .order_by(RoleGrant.id)
)


@dataclass(frozen=True)
class Held:
    """A role as the account holds it, with the last day on which it counts."""

    role: str
    controller_id: int
    organisation: str | None
    municipality: str | None
    body: str | None
    valid_until: date | None


@dataclass(frozen=True)
class SignedIn:
    """The account of this request, as far as pages need it; Flask-Login asks for the four answers below."""

    id: int
    email: str
    name: str
    language: str
    digest: bool
    session_epoch: int
    grants: tuple[Held, ...]
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session carries, as :meth:`User.get_id` says."""
        return f"{self.id}.{self.session_epoch}"


def signed_in(session: Session, user_id: int, epoch: int) -> SignedIn | None:
    """The account with its roles in one statement; None when it is closed or its sessions were ended."""
    rows = session.execute(_PERSON, {"user_id": user_id}).all()
    if not rows or not rows[0].active or rows[0].session_epoch != epoch:
        return None
    first = rows[0]
    return SignedIn(
        first.id, first.email, first.name, first.language, first.digest, first.session_epoch, tuple(_held(rows))
    )


def _held(rows: Sequence[object]) -> list[Held]:
    return [Held(*row[7:]) for row in rows if row[7] is not None]  # type: ignore[index]
