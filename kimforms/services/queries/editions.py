"""What the pages of editions read: the list by office, one edition as people read it, a draft's parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.conditions import fields_in
from ...models import ChecklistEdition, Controller, User
from ...naturalisation.applies import why
from ...naturalisation.document import ChecklistDocument, Item
from ...naturalisation.words import ShownItem, fee_sentence, on_day, shown
from ...permissions import Actor, may
from ..editions.reading import coming, current, document_of, works_on
from ..naturalisation_office import offices


@dataclass(frozen=True)
class OfficeEditions:
    """An office with its editions, the newest first. ``works``: the reader works for it and sees the draft."""

    office: Controller
    works: bool
    in_effect: ChecklistEdition | None
    coming: tuple[ChecklistEdition, ...]
    draft: ChecklistEdition | None
    editions: tuple[ChecklistEdition, ...]


def by_office(session: Session, actor: Actor, day: date) -> list[OfficeEditions]:
    """The offices with their editions, the reader's own first. Two statements."""
    rows = session.scalars(select(ChecklistEdition).order_by(ChecklistEdition.number.desc())).all()
    found = []
    for office in offices(session):
        own = may(actor, "edition:work", office.id)
        mine = [one for one in rows if one.controller_id == office.id and (own or one.state != "draft")]
        published = [one for one in mine if one.state == "published" and one.valid_from is not None]
        since = sorted((one for one in published if one.valid_from <= day), key=_begin)
        found.append(
            OfficeEditions(
                office,
                own,
                since[-1] if since else None,
                tuple(sorted((one for one in published if one.valid_from > day), key=_begin)),
                next((one for one in mine if one.state == "draft"), None),
                tuple(one for one in mine if one.state != "draft"),
            )
        )
    return sorted(found, key=lambda one: not one.works)


def _begin(edition: ChecklistEdition) -> date:
    assert edition.valid_from is not None
    return edition.valid_from


@dataclass(frozen=True)
class ItemLine:
    """An item as people read it on a day; ``item`` is how it stands in the edition."""

    shown: ShownItem
    item: Item
    why: str


@dataclass(frozen=True)
class SectionPart:
    """A section with its items."""

    id: str
    title: str
    help: str | None
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True)
class QuestionLine:
    """A question about the situation and the items that it decides about."""

    id: str
    label: str
    help: str | None
    sensitive: bool
    never_store: str | None
    items: tuple[str, ...]


@dataclass(frozen=True)
class EditionPage:
    """One edition. ``works``: for its staff, who see what was not checked. ``state``: draft, current, coming, past, withdrawn."""

    edition: ChecklistEdition
    document: ChecklistDocument
    works: bool
    state: str
    day: date
    sections: tuple[SectionPart, ...]
    questions: tuple[QuestionLine, ...]
    fees: str
    published_by: str
    unverified: int


def edition_page(session: Session, actor: Actor, edition: ChecklistEdition, today: date) -> EditionPage:
    """An edition with its terms as they are called on the day it takes effect, or today if that is past."""
    document = document_of(edition)
    day = max(edition.valid_from or today, today)
    by = session.get(User, edition.published_by_id) if edition.published_by_id is not None else None
    return EditionPage(
        edition,
        document,
        works_on(actor, edition),
        state_on(session, edition, today),
        day,
        tuple(
            SectionPart(
                section.id,
                on_day(section.title, document, day),
                on_day(section.help, document, day) if section.help else None,
                tuple(
                    ItemLine(shown(item, document, day), item, on_day(why(item, document), document, day))
                    for item in section.items
                ),
            )
            for section in document.sections
        ),
        tuple(_questions(document, day)),
        fee_sentence(document),
        by.name if by is not None else "",
        sum(item.verified != "belegt" for item in document.items.values()),
    )


def _questions(document: ChecklistDocument, day: date) -> list[QuestionLine]:
    asking: dict[str, list[str]] = {}
    for item in document.items.values():
        for name in fields_in(item.applies_when):
            asking.setdefault(name, []).append(item.id)
    return [
        QuestionLine(
            one.id,
            on_day(one.label, document, day),
            on_day(one.help, document, day) if one.help else None,
            one.sensitive,
            one.never_store,
            tuple(asking.get(one.id, ())),
        )
        for one in document.conditions
    ]


def state_on(session: Session, edition: ChecklistEdition, today: date) -> str:
    """How an edition stands on a day: ``draft``, ``withdrawn``, ``coming``, ``current`` or ``past``."""
    if edition.state != "published":
        return edition.state
    if edition.valid_from is not None and edition.valid_from > today:
        return "coming"
    now = current(session, edition.controller_id, today)
    return "current" if now is not None and now.id == edition.id else "past"


def base_of(session: Session, edition: ChecklistEdition, today: date) -> ChecklistEdition | None:
    """The edition that another one is compared with: the one it began from, before that the one in effect or coming last."""
    if edition.based_on_id is not None:
        return session.get(ChecklistEdition, edition.based_on_id)
    later = coming(session, edition.controller_id, today)
    return later[-1] if later else current(session, edition.controller_id, today)


def question_choices(document: ChecklistDocument, day: date) -> list[tuple[str, str]]:
    """The questions to choose from where somebody sets for whom an item applies."""
    return [(one.id, on_day(one.label, document, day)) for one in document.conditions]


def checked_words(item: Item) -> Mapping[str, object]:
    """Who checked an item and when, for the page."""
    return {"by": item.verified_by, "on": item.verified_on}
