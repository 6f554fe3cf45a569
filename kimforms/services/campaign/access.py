"""Who may work on campaign letters: staff of one office, on what belongs to that office, and only while the switch is on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import CampaignRun, Controller, LetterTemplate, NaturalisationOffice
from ...permissions import Actor
from ..naturalisation_office import offices, settings_of
from ..refusals import NotVisible, StepRefused

OFF = (
    "Das Erstellen der Briefe ist ausgeschaltet. Es bleibt aus, bis der Datenschutz es freigegeben hat; "
    "die Freigabe tragen Sie in den Einstellungen der Einbürgerung ein."
)


def own_office(session: Session, actor: Actor) -> Controller:
    """The office of the actor (the first one of several). Raises NotVisible."""
    mine = actor.controllers("campaign:work")
    found = next((one for one in offices(session) if one.id in mine), None)
    if found is None:
        raise NotVisible()
    return found


def is_on(office: NaturalisationOffice) -> bool:
    """Whether lists may be uploaded: switched on, and it stands there who approved it and when."""
    return office.campaign_on and bool(office.campaign_approval.strip()) and office.campaign_approved_on is not None


def require_on(session: Session, controller_id: int, now: datetime) -> NaturalisationOffice:
    """The settings of the office. Raises StepRefused while the campaign is off."""
    office = settings_of(session, controller_id, now)
    if not is_on(office):
        raise StepRefused((OFF,))
    return office


def own_run(session: Session, actor: Actor, run_id: int) -> CampaignRun:
    """A run of the actor's own office. Raises NotVisible."""
    wanted = select(CampaignRun).where(CampaignRun.id == run_id)
    run = session.scalars(wanted.options(joinedload(CampaignRun.task), joinedload(CampaignRun.template))).one_or_none()
    if run is None or run.controller_id not in actor.controllers("campaign:work"):
        raise NotVisible()
    return run


def own_template(session: Session, actor: Actor, template_id: int) -> LetterTemplate:
    """A version of a letter of the actor's own office. Raises NotVisible."""
    found = session.get(LetterTemplate, template_id)
    if found is None or found.controller_id not in actor.controllers("campaign:work"):
        raise NotVisible()
    return found


def runs_of(session: Session, controller_id: int) -> list[CampaignRun]:
    """All waves of an office, the newest first."""
    rows = select(CampaignRun).where(CampaignRun.controller_id == controller_id)
    return list(
        session.scalars(rows.options(joinedload(CampaignRun.task)).order_by(CampaignRun.number.desc()).limit(200))
    )


def templates_of(session: Session, controller_id: int) -> list[LetterTemplate]:
    """All versions of an office's letter, the newest first."""
    rows = select(LetterTemplate).where(LetterTemplate.controller_id == controller_id)
    return list(session.scalars(rows.order_by(LetterTemplate.number.desc())))
