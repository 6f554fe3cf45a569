"""The certificate of attendance as a paper: for whoever attended, and for the office that held the briefing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...documents.certificate import CertificateData
from ...documents.certificate import certificate_html as html_of
from ...documents.paper import Entry
from ...models import Briefing, BriefingPlace, Organisation
from ...permissions import Actor, may
from ...rules.calendar_days import clock, in_words
from ..receipts import TEMPLATES, letterhead_of
from ..records.facts import local_day
from ..refusals import NotVisible
from .briefings import WORK

OFFICE = "Einbürgerungsbehörde"


def certificate_html(session: Session, actor: Actor, now: datetime, briefing: Briefing, place: BriefingPlace) -> str:
    """The certificate as HTML, in German, as it is shown to others. ``now`` is the day of issue.

    Raises :class:`NotVisible` for somebody else's, and where nobody noted that the person was there.
    """
    own = place.user_id is not None and place.user_id == actor.user_id
    if not (own or may(actor, WORK, briefing.controller_id)) or not place.attended or place.certificate is None:
        raise NotVisible()
    edition, begin = briefing.edition, local_day(briefing.starts_at)
    facts = (
        Entry("Tag", in_words(begin)),
        Entry("Zeit", f"{clock(briefing.starts_at)} bis {clock(briefing.ends_at)}"),
        Entry("Ort", briefing.place or "Videokonferenz"),
        Entry("Unterlage", f"Checkliste zur Einbürgerung, Fassung {edition.number}"),
        Entry("Rechtsstand", f"{edition.law_status:%d.%m.%Y}"),
    )
    data = CertificateData(
        letterhead=replace(letterhead_of(briefing.controller, "de"), unit=OFFICE),
        number=place.certificate,
        name=place.name,
        organisation=organisation_of(session, place),
        briefing=briefing.title,
        facts=facts,
        contents=("Bescheinigt wird die Teilnahme. Eine Prüfung war damit nicht verbunden.",),
        issued_by=f"{briefing.controller.name}, {OFFICE}",
        issued_on=local_day(now),
    )
    return html_of(data, TEMPLATES)


def organisation_of(session: Session, place: BriefingPlace) -> str:
    """The name of the service for which somebody came; what staff typed where the profile has no such organisation."""
    if not place.organisation:
        return ""
    found = session.scalars(select(Organisation.name).where(Organisation.slug == place.organisation)).first()
    return found or place.organisation
