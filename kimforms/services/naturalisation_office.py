"""What a naturalisation office sets for itself; as long as it set nothing, the defaults of the model hold and switches are off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import Controller, Municipality, NaturalisationOffice
from .refusals import NotVisible


def offices(session: Session) -> list[Controller]:
    """The controllers that have a naturalisation office, in the order of the profile."""
    rows = session.scalars(select(Controller).where(Controller.active).order_by(Controller.id))
    return [row for row in rows if row.data.get("naturalisation_office")]


def office_for(session: Session, municipality: str) -> Controller:
    """The controller whose naturalisation office is responsible for a municipality (slug). Raises :class:`NotVisible`."""
    town = session.scalars(select(Municipality).where(Municipality.slug == municipality)).one_or_none()
    wanted = town.data.get("naturalisation_office") if town is not None else None
    found = next((one for one in offices(session) if one.data["naturalisation_office"] == wanted), None)
    if wanted is None or found is None:
        raise NotVisible("Für diese Kommune ist keine Einbürgerungsbehörde eingetragen.")
    return found


def settings_of(session: Session, controller_id: int, now: datetime) -> NaturalisationOffice:
    """The settings of an office; a row with the defaults, not yet stored, where it set nothing."""
    found = session.get(NaturalisationOffice, controller_id)
    if found is not None:
        return found
    return NaturalisationOffice(
        controller_id=controller_id,
        self_check_on=False,
        campaign_on=False,
        campaign_approval="",
        retention_months=6,
        notice_days=30,
        confirm_months=6,
        run_days=7,
        online_url="",
        public_url="",
        contact={},
        changed_at=now,
        row_version=1,
    )
