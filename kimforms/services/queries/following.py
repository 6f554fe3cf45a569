"""What the page about following reads: the own choice, the fields, and who of the own organisation follows for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import FieldFollow, User
from ...permissions import Actor
from ..catalogues import catalogues
from ..follows import Wish, follows_of
from ..news import ALL_FIELDS, CASE_MANAGER


@dataclass(frozen=True)
class Colleague:
    """Somebody of the own organisation who follows on its behalf; ``fields`` are names, empty for all."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Following:
    """The own choice and what can be chosen; ``is_case_manager``: told in the daily mail without any choice."""

    wish: Wish
    fields: Sequence[tuple[str, str]]
    organisation: str | None
    organisation_name: str
    is_case_manager: bool
    colleagues: tuple[Colleague, ...]


def following_of(session: Session, actor: Actor) -> Following:
    """Everything on the page, in two queries."""
    lists = catalogues(session)
    organisation = min(actor.organisations(), default=None)
    labels = {option.value: option.label for option in lists.options("fields_of_action")}
    wish = follows_of(session, actor)
    return Following(
        wish=wish,
        fields=list(labels.items()),
        organisation=organisation,
        organisation_name=(lists.label("organisations", organisation) or organisation) if organisation else "",
        is_case_manager=CASE_MANAGER in actor.roles(),
        colleagues=_colleagues(session, actor, organisation, labels),
    )


def _colleagues(
    session: Session, actor: Actor, organisation: str | None, labels: dict[str, str]
) -> tuple[Colleague, ...]:
    if organisation is None:
        return ()
    rows = session.execute(
        select(User.id, User.name, FieldFollow.field_of_action)
        .join(FieldFollow, FieldFollow.user_id == User.id)
        .where(FieldFollow.for_organisation == organisation, User.active, User.id != actor.user_id)
        .order_by(User.name, User.id, FieldFollow.id)
    )
    found: dict[tuple[int, str], list[str]] = {}
    for row in rows:
        fields = found.setdefault((row.id, row.name), [])
        if row.field_of_action != ALL_FIELDS:
            fields.append(labels.get(row.field_of_action, row.field_of_action))
    return tuple(Colleague(name, tuple(fields)) for (_number, name), fields in found.items())
