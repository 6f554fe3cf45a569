"""The data controllers, for pages that say who is responsible."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Controller


def all_controllers(session: Session) -> Sequence[Controller]:
    """All active controllers, the county first: it was loaded first."""
    return session.scalars(select(Controller).where(Controller.active).order_by(Controller.id)).all()


def main_controller(session: Session) -> Controller | None:
    """The controller that the pages for everybody bear the name of."""
    return session.scalars(select(Controller).where(Controller.active).order_by(Controller.id).limit(1)).first()
