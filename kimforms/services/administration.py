"""Who administers the accounts of a controller; asked by everything that changes accounts, roles and responsibilities."""

from __future__ import annotations

from ..permissions import Actor
from .refusals import NotPermitted

MANAGE = "account:manage"


def manages(actor: Actor, controller_id: int) -> bool:
    """Whether the actor manages accounts of that controller; the command line and the set-up manage all."""
    return actor.kind == "system" or controller_id in actor.controllers(MANAGE)


def check_managed(actor: Actor, controller_id: int) -> None:
    """Raises :class:`NotPermitted` unless the actor manages accounts of that controller."""
    if not manages(actor, controller_id):
        raise NotPermitted("Für diesen Verantwortlichen verwalten Sie keine Konten.")
