"""The handout of a client's checklist: what applies to this person, in a language of the profile, the German words beside it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ..documents.handout import handout_html
from ..documents.paper import Letterhead
from ..documents.pdf import render_pdf
from ..models import ClientChecklist
from ..naturalisation.handout import About, Sheet, sheet
from .advice.directory import services_for
from .catalogues import catalogues
from .editions.reading import document_of
from .naturalisation_office import settings_of
from .receipts import FONTS, TEMPLATES
from .records.facts import local_day
from .refusals import NotVisible
from .self_check import address_of, office_lines
from .translations import translation


def handout_of(session: Session, now: datetime, checklist: ClientChecklist, language: str) -> Sheet:
    """The sheet of an own checklist. It bears neither pseudonym nor reference, so that nobody learns them from a lost paper.

    Raises :class:`NotVisible` for a language without translation.
    """
    other = translation(session, language)
    if other is None:
        raise NotVisible("In dieser Sprache gibt es keine Handreichung.")
    day = local_day(now)
    controller = checklist.record.controller
    ask = services_for(session, municipality=checklist.municipality, field="naturalisation", day=day)
    own = [one for one in ask if one.organisation == checklist.organisation]
    about = About(
        made_by=service_name(session, checklist),
        office=" · ".join(office_lines(controller, settings_of(session, controller.id, now))),
        appointment=checklist.follow_up_on if checklist.follow_up_on and checklist.follow_up_on >= day else None,
        ask=tuple(address_of(one) for one in own or ask),
    )
    states = {entry.item_id: entry.state for entry in checklist.entries}
    return sheet(document_of(checklist.edition), other, checklist.situation, states, day, about)


def service_name(session: Session, checklist: ClientChecklist) -> str:
    """The name of the service that keeps the checklist."""
    return catalogues(session).label("organisations", checklist.organisation) or checklist.organisation


def handout_pdf(content: Sheet, service: str) -> bytes:
    """The sheet as PDF/UA-1; outside of transactions, since it takes half a second."""
    html = handout_html(content, Letterhead(service, "Beratung zur Einbürgerung"), TEMPLATES)
    title = content.heading.text or content.heading.german
    return render_pdf(html, title=title, language=content.language, fonts=FONTS)
