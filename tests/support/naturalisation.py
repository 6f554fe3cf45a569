"""Clients' checklists of advisory services, and who works with them, for tests of everything around naturalisation.

The editions are those of the profile; where it brings none for an office, a small one with the same ids is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import ChecklistEdition, ClientChecklist, Controller, Record, RoleGrant, User
from kimforms.naturalisation.document import ChecklistDocument
from kimforms.permissions import Actor
from kimforms.services.checklists.beginning import begin
from kimforms.services.editions.reading import content_of, current
from kimforms.services.naturalisation_office import offices
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .records import actor, user

CARITAS, DIAKONIE = "beratung@caritas.example", "beratung@diakonie.example"
EBH_TROISDORF, EBH_RSK = "einbuergerung@troisdorf.example", "einbuergerung@rsk.example"
ORGANISATIONS = {CARITAS: "caritas", DIAKONIE: "diakonie"}
TROISDORF, SIEGBURG = "troisdorf", "siegburg"
"""Municipalities: the first has an office of its own, the second belongs to the county's."""
_numbers = count(1)


def begun(
    by: str = CARITAS,
    municipality: str = TROISDORF,
    *,
    pseudonym: str | None = None,
    now: datetime = NOW,
    route: str | None = None,
    **situation: bool,
) -> str:
    """A checklist that the adviser has just begun; returns its reference. ``situation``: answers by id of the question."""
    with unit_of_work() as session:
        publish_where_missing(session, now)
        made = begin(
            session,
            actor(session, by),
            now,
            organisation=ORGANISATIONS[by],
            municipality=municipality,
            pseudonym=pseudonym or f"Ahorn {next(_numbers)}",
            situation=situation,
            route=route,
        )
        return made.record.reference


@contextmanager
def at_checklist(reference: str, by: str = CARITAS) -> Iterator[tuple[Session, Actor, ClientChecklist]]:
    """A unit of work in which somebody holds a checklist."""
    with unit_of_work() as session:
        found = session.scalars(select(ClientChecklist).join(Record).where(Record.reference == reference)).one()
        yield session, actor(session, by), found


def checklist(reference: str) -> ClientChecklist:
    """The checklist as it is now, for reading."""
    db.session.rollback()
    return db.session.scalars(select(ClientChecklist).join(Record).where(Record.reference == reference)).one()


def colleague(email: str = "kollegin@caritas.example", organisation: str = "caritas") -> int:
    """A further adviser of a service, who can sign in with the password of all demo accounts; returns the account's id."""
    with unit_of_work() as session:
        model = user(session, CARITAS)
        made = User(
            email=email,
            name="Kim Kollegin",
            password_hash=model.password_hash,
            language="de",
            active=True,
            created_at=NOW,
        )
        session.add(made)
        session.flush()
        controller_id = model.grants[0].controller_id
        session.add(
            RoleGrant(user=made, role="adviser", controller_id=controller_id, organisation=organisation, granted_at=NOW)
        )
        return made.id


def publish_where_missing(session: Session, now: datetime = NOW) -> None:
    """Publishes the small edition for each office that has none in effect."""
    for office in offices(session):
        if current(session, office.id, now.date()) is None:
            publish(session, office, small(), now=now)


def publish(
    session: Session,
    office: Controller,
    document: ChecklistDocument,
    *,
    valid_from: date = date(2026, 8, 19),
    number: int = 1,
    now: datetime = NOW,
) -> ChecklistEdition:
    """Puts an edition in effect without asking anybody."""
    content, content_hash = content_of(document)
    made = ChecklistEdition(
        controller_id=office.id,
        number=number,
        state="published",
        content=content,
        content_hash=content_hash,
        law_status=document.law_status,
        valid_from=valid_from,
        note="Zum Prüfen",
        created_at=now,
        changed_at=now,
        published_at=now,
    )
    session.add(made)
    session.flush()
    return made


def small(**changes: Any) -> ChecklistDocument:
    """A few items that bear the ids and conditions they have in the profile; F6, I1, I2 and H1 are never stored."""
    return ChecklistDocument.model_validate(SMALL | changes)


def _item(id: str, title: str, kind: str = "voraussetzung", **more: Any) -> dict[str, Any]:
    return {"id": id, "title": title, "kind": kind, "legal_basis": "§ 10 StAG", "verified": "belegt"} | more


def _when(field: str) -> dict[str, Any]:
    return {"applies_when": {"field": field, "is": True}}


def _unless(field: str) -> dict[str, Any]:
    return {"applies_when": {"not": {"field": field, "is": True}}}


NEVER = {"sensitive": True, "never_store": "Art. 9 DSGVO"}
SMALL: dict[str, Any] = {
    "law_status": "2026-08-19",
    "fees": {"adult": "255", "child": "51", "legal_basis": "§ 38 StAG"},
    "routes": [
        {"id": "anspruch", "title": "Anspruch", "legal_basis": "§ 10 Abs. 1 StAG"},
        {"id": "ermessen", "title": "Ermessen", "legal_basis": "§ 8 StAG"},
    ],
    "conditions": [
        {"id": "kind_unter_16", "label": "Kind unter 16 Jahren"},
        {"id": "kein_pass", "label": "kein Pass vorhanden"},
        {"id": "verheiratet", "label": "verheiratet oder verpartnert"},
        {"id": "verwitwet", "label": "verwitwet"},
        {"id": "beschaeftigt", "label": "beschäftigt"},
        {"id": "gastarbeitergeneration", "label": "Gast- oder Vertragsarbeitergeneration"},
        {"id": "krankheit_behinderung_alter", "label": "Krankheit, Behinderung oder Alter", **NEVER},
        {"id": "verurteilung", "label": "Verurteilung", **NEVER},
    ],
    "sections": [
        {
            "id": "A",
            "title": "Zuständigkeit und Antrag",
            "items": [
                _item("A1", "Zuständig: Stadt Troisdorf oder Rhein-Sieg-Kreis", "hinweis"),
                _item("A3", "Antrag vollständig", "nachweis", evidence=["Einbürgerungsantrag"]),
                _item("A4", "Unter 16 Jahren stellen die Eltern den Antrag", "nachweis", **_when("kind_unter_16")),
            ],
        },
        {
            "id": "B",
            "title": "Identität und Staatsangehörigkeit",
            "help": "Ohne geklärte Identität keine Einbürgerung",
            "items": [
                _item("B1", "Identität durch Pass geklärt", evidence=["Nationalpass im Original", "ID-Karte"]),
                _item("B2", "Ohne Pass: eigene Bemühungen belegt", **_when("kein_pass")),
                _item("B4", "Geburtsurkunde vorhanden", "nachweis", evidence=["Geburtsurkunde", "Übersetzung"]),
                _item("B5", "Ehe nachgewiesen", "nachweis", evidence=["Heiratsurkunde"], **_when("verheiratet")),
            ],
        },
        {
            "id": "E",
            "title": "Lebensunterhalt",
            "items": [_item("E2", "Beschäftigung nachgewiesen", "nachweis", **_when("beschaeftigt"))],
        },
        {
            "id": "F",
            "title": "Deutschkenntnisse",
            "items": [
                _item("F1", "Deutsch auf Stufe B1", evidence=["Zertifikat B1"], **_unless("kind_unter_16")),
                _item("F4", "Gastarbeitergeneration: mündlich genügt", "ausnahme", **_when("gastarbeitergeneration")),
                _item("F6", "Sprache und Test können entfallen", "ausnahme", **NEVER, **_when("krankheit_behinderung_alter")),
            ],
        },
        {
            "id": "H",
            "title": "Bekenntnis",
            "items": [_item("H1", "Bekenntnis zur Grundordnung", "erklaerung", **NEVER)],
        },
        {
            "id": "I",
            "title": "Straffreiheit",
            "items": [
                _item("I1", "Keine Verurteilung", **NEVER),
                _item("I2", "Unbeachtlich: bis 90 Tagessätze", "ausnahme", **_when("verurteilung")),
            ],
        },
    ],
}  # fmt: skip
