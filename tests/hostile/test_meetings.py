"""One meeting full of secrets, and everybody who must not read them at every address of the application.

A confidential item with a point below it, a paper, a task, a decision, an addendum, an objection and a motion; the word that
stands in all of them is looked for in pages, papers, calendars and mails of a guest and of people who are no part of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.parse import quote

import pypdf
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kimforms.extensions import db
from kimforms.models import (
    AgendaItem,
    AgendaPaper,
    AgendaProposal,
    Body,
    Decision,
    Invitee,
    Meeting,
    Minutes,
    MinutesAddendum,
    MinutesObjection,
    OutboxMessage,
    Record,
    RoleGrant,
    Seat,
    SeatHolder,
    User,
    Vote,
)
from kimforms.services.unit_of_work import unit_of_work

from ..support import minutes as held
from ..support.client import CheckingClient, form_values
from ..support.databases import NOW, in_app
from ..support.invitations import mails_to
from ..support.meetings import MEMBER, SINCE, SLUG, at_work, body, named, person
from ..support.records import ADVISER, CASE_MANAGER, ELSEWHERE, OFFICE, user

WORD = "geheimrat"
GUEST, NEIGHBOUR, FORMER = "gast@hochschule.example", "nachbar@verein.example", "frueher@rsk.example"
OUTSIDE = {
    "member of another body": NEIGHBOUR,
    "member of former years": FORMER,
    "adviser": ADVISER,
    "case manager": CASE_MANAGER,
    "other controller": ELSEWHERE,
    "administration": "admin@rsk.example",
    "nobody": None,
}
ENDS_THE_SESSION = ("accounts.logout",)
HIGHEST = 12
MEETING_TABLES = (
    "meeting", "agenda_item", "agenda_paper", "invitee", "presence", "exclusion", "vote", "decision", "minutes", "minutes_version",
    "minutes_addendum", "minutes_signature", "circular_vote", "circular_ballot", "seat", "seat_holder", "officer", "rulebook",
    "dispatch", "task",
)  # fmt: skip


def account(session: Session, email: str, name: str) -> User:
    """An account of a member, with the password of all demo accounts."""
    pattern = user(session, MEMBER)
    made = User(email=email, name=name, password_hash=pattern.password_hash, created_at=NOW)
    made.grants.append(RoleGrant(role="member", controller_id=pattern.grants[0].controller_id, granted_at=NOW))
    session.add(made)
    session.flush()
    return made


@pytest.fixture(scope="module")
def house(sqlite_workshop: Any) -> Iterator[tuple[Any, str]]:
    """The application with the meeting: held, its minutes sent, corrected and objected to; the reference of the meeting."""
    sqlite_workshop.fresh()
    with in_app(sqlite_workshop.app) as app:
        reference = held.held()
        body("working", "nachbargruppe")
        _people()
        _secrets(reference)
        held.sent(app, reference)
        _after_minutes(reference)
    yield sqlite_workshop.app, reference


def _people() -> None:
    with unit_of_work() as session:
        guest = named(session, "Hochschule")
        guest.user, guest.email = account(session, GUEST, "Gast"), GUEST
        neighbour = person(session, "Nachbarin", email=NEIGHBOUR)
        neighbour.user = account(session, NEIGHBOUR, "Nachbarin")
        seat = session.scalars(select(Seat).join(Body).where(Body.slug == "nachbargruppe")).first()
        session.add(SeatHolder(seat=seat, person=neighbour, role="deputy", valid_from=SINCE))
        former = person(session, "Früher", email=FORMER)
        former.user = account(session, FORMER, "Früher")
        until = SINCE + timedelta(days=20)
        session.add(
            SeatHolder(seat=_seat(session, "Stadt"), person=former, role="deputy", valid_from=SINCE, valid_until=until)
        )


def _seat(session: Session, label: str) -> Seat:
    return session.scalars(select(Seat).join(Body).where(Body.slug == SLUG, Seat.label == label)).one()


def _secrets(reference: str) -> None:
    """A point below the confidential one with decision and paper, and a motion: none of them is marked itself."""
    with at_work(reference) as (session, _who, meeting):
        for row in session.scalars(select(Invitee).where(Invitee.meeting_id == meeting.record_id)):
            row.invited_at = held.INVITED
        parent = session.scalars(select(AgendaItem).where(AgendaItem.title == held.SECRET)).one()
        child = AgendaItem(
            meeting=meeting, parent_id=parent.id, position=0, kind="decision", title="Unterpunkt Geheimrat", state="done",
            motion="Der Geheimrat wird versetzt.", notes="Der Geheimrat wartet.", text="Der Geheimrat.",
        )  # fmt: skip
        session.add(child)
        session.flush()
        paper = Record(
            reference="IH-2026-0777", process=meeting.record.process, version=meeting.record.version,
            controller=meeting.record.controller, state="geplant", title="Akte des Geheimrats", created_at=NOW, state_since=NOW,
            changed_at=NOW,
        )  # fmt: skip
        session.add(paper)
        session.flush()
        session.add(AgendaPaper(item_id=child.id, title="Vorlage Geheimrat", record_id=paper.id))
        session.add(
            Vote(
                meeting_id=meeting.record_id, item=child, wording="Der Geheimrat geht.", yes=5, no=0, abstained=0, entitled=5,
                result="accepted", sentence="Einstimmig.", taken_at=held.CLOSED, proclaimed_at=held.CLOSED,
            )
        )  # fmt: skip
        session.add(
            Decision(
                reference=f"{reference}-B2", controller_id=meeting.body.controller_id, body=SLUG, confidential=True,
                decided_on=meeting.starts_at.date(), subject="ohne_vorlage", title="Geheimrat", result="accepted",
                wording="Der Geheimrat wird versetzt.", origin=f"item:{child.id}", item_id=child.id, taken_at=held.CLOSED,
            )
        )  # fmt: skip
        session.add(
            AgendaProposal(
                body_id=meeting.body_id, meeting_id=meeting.record_id, person=named(session, "Jobcenter"), received_at=NOW,
                title="Antrag Geheimrat", text="Zum Geheimrat.",
            )
        )  # fmt: skip


def _after_minutes(reference: str) -> None:
    with at_work(reference) as (session, _who, meeting):
        block = next(one["id"] for one in _minutes(session, meeting).content["blocks"] if one["confidential"])
        session.add(
            MinutesAddendum(
                meeting_id=meeting.record_id, number=1, block=block, text="Der Geheimrat heißt anders.", created_at=NOW
            )
        )  # fmt: skip
        session.add(
            MinutesObjection(
                meeting_id=meeting.record_id, person=named(session, "Jobcenter"), block=block, received_at=NOW, in_time=True,
                text="Der Geheimrat war nicht da.",
            )
        )  # fmt: skip


def _minutes(session: Session, meeting: Meeting) -> Minutes:
    return session.scalars(select(Minutes).where(Minutes.meeting_id == meeting.record_id)).one()


def text_of(answer: TestResponse) -> str:
    """What somebody reads in an answer, whatever its kind, with its headers (names of files)."""
    data, head = answer.data, " ".join(f"{name}: {value}" for name, value in answer.headers)
    answer.close()
    if answer.mimetype == "application/pdf":
        reader = pypdf.PdfReader(io.BytesIO(data))
        return head + str(reader.metadata) + "".join(page.extract_text() for page in reader.pages)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return head + "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return head + re.sub(r"\r?\n ", "", data.decode("utf-8", "replace"))  # RFC 5545 folds long lines


def paths(app: Any, method: str) -> Iterator[tuple[str, str]]:
    """Every address with values that exist: the endpoint and the path."""
    with in_app(app):
        references = list(db.session.scalars(select(Record.reference).where(Record.process_id.is_not(None))))
        decisions = list(db.session.scalars(select(Decision.reference)))
        invitees = db.session.scalar(select(func.max(OutboxMessage.id))) or 0
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.endpoint in ("static", *ENDS_THE_SESSION):
            continue
        values: list[list[str]] = []
        for part in re.findall(r"<[^>]+>", rule.rule):
            if "int" in part:
                most = invitees if "outbox" in rule.rule else HIGHEST
                values.append([str(number) for number in range(1, most + 1)])
            elif "reference" in part or "paper" in part or "other" in part:
                values.append(decisions if rule.rule.startswith("/decisions") else references)
            elif "slug" in part:
                values.append([SLUG])
            elif "block" in part:
                values.append(["item-3", "item-5"])
            else:
                values.append(["x"])
        for chosen in product(*values):
            path, rest = rule.rule, list(chosen)
            yield rule.endpoint, re.sub(r"<[^>]+>", lambda _part, rest=rest: quote(rest.pop(0)), path)


def signed_in(app: Any, email: str | None) -> tuple[CheckingClient, str]:
    client = CheckingClient(app)
    if email is None:
        return client, client.csrf_token()
    client.sign_in(email)
    return client, str(form_values(client.get("/account").select_one("main form"))["csrf_token"])


def state_of(app: Any) -> dict[str, list[Any]]:
    """All rows of the tables of meetings."""
    with in_app(app):
        found = {one: sorted(map(repr, db.session.execute(db.metadata.tables[one].select()))) for one in MEETING_TABLES}
        db.session.rollback()
    return found


@pytest.mark.parametrize("who", OUTSIDE)
def test_whoever_is_no_part_of_it_reads_nothing(house: tuple[Any, str], who: str) -> None:
    app, reference = house
    client, _token = signed_in(app, OUTSIDE[who])
    for endpoint, path in paths(app, "GET"):
        if endpoint == "themes.show":
            continue  # sends every reference on to /records, also one that does not exist
        answer = client.http.get(path)
        assert answer.status_code < 500, (who, path)
        assert WORD not in text_of(answer).casefold(), (who, path)
        if reference in path:
            assert answer.status_code in ((303,) if OUTSIDE[who] is None else (403, 404)), (who, path, answer.status)


def test_a_guest_reads_the_meeting_without_what_is_confidential(house: tuple[Any, str]) -> None:
    app, reference = house
    client, _token = signed_in(app, GUEST)
    seen = {}
    for endpoint, path in paths(app, "GET"):
        answer = client.http.get(path)
        assert answer.status_code < 500, path
        assert WORD not in text_of(answer).casefold(), path
        if reference in path:
            seen[endpoint] = min(answer.status_code, seen.get(endpoint, 999))
    for endpoint in ("meetings.show", "agenda.show", "minutes.show", "minutes.download", "meeting_live.show"):
        assert seen[endpoint] == 200, "the guest reads what is open"


@pytest.mark.parametrize("kind", ["send", "archive", "guests"])
def test_a_guest_gets_no_other_file_of_the_minutes_by_asking(house: tuple[Any, str], kind: str) -> None:
    app, reference = house
    client, _token = signed_in(app, GUEST)
    for more in ("", "&version=1", "&version=2", "&version=0"):
        answer = client.http.get(f"/meetings/{reference}/minutes/minutes.pdf?kind={kind}{more}")
        assert answer.status_code in (200, 403, 404)
        assert WORD not in text_of(answer).casefold(), (kind, more)


@pytest.mark.parametrize(
    "address", ["/decisions?q=Geheimrat", "/decisions?text=Geheimrat", "/tasks", "/meetings?year=2027"]
)
def test_asking_for_it_does_not_say_that_it_is_there(house: tuple[Any, str], address: str) -> None:
    """What a guest searches stands in the search field, and nowhere else."""
    app, _reference = house
    client, _token = signed_in(app, GUEST)
    page = client.get(address)
    for field in page.select("input"):
        field.decompose()
    for link in page.select("a[href]"):
        del link["href"]
    for form in page.select("form"):
        del form["action"]
    main = page.select_one("main")
    assert main is not None and "-B2" not in main.get_text()
    assert main.get_text().casefold().count(WORD) <= 1, "the word that was asked for, at most"


@pytest.mark.parametrize("who", [*OUTSIDE, "guest"])
def test_nobody_of_them_changes_anything(house: tuple[Any, str], who: str) -> None:
    app, reference = house
    before = state_of(app)
    client, token = signed_in(app, {**OUTSIDE, "guest": GUEST}[who])
    for endpoint, path in paths(app, "POST"):
        if reference not in path and SLUG not in path:
            continue
        answer = client.http.post(path, data={"csrf_token": token})
        assert answer.status_code < 500, (who, path)
        assert WORD not in text_of(answer).casefold(), (who, path)
        if who != "guest":
            wanted = (303, 401) if OUTSIDE[who] is None else (403, 404)
            assert answer.status_code in wanted, (who, endpoint, path, answer.status)
    assert state_of(app) == before


def test_no_mail_to_a_guest_tells_of_it(house: tuple[Any, str]) -> None:
    app, _reference = house
    with in_app(app):
        mails = mails_to(GUEST)
        assert mails, "the guest gets the minutes"
        for mail in mails:
            for part in mail.walk():
                content = part.get_payload(decode=True)
                text = str(mail["Subject"]) + str(part.get_filename())
                if isinstance(content, bytes) and part.get_content_type() == "application/pdf":
                    pages = pypdf.PdfReader(io.BytesIO(content)).pages
                    text += "".join(page.extract_text() for page in pages)
                elif isinstance(content, bytes):
                    text += content.decode("utf-8", "replace")
                assert WORD not in text.casefold(), part.get_content_type()


def test_asking_by_head_is_looking(house: tuple[Any, str]) -> None:
    """HEAD reaches views that take GET and POST, and no token protects it: whatever is not a POST only looks."""
    app, _reference = house
    before = state_of(app)
    client, _token = signed_in(app, OFFICE)
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    for endpoint, path in paths(app, "HEAD"):
        if endpoint in posted and (path.startswith(("/meetings", "/bodies", "/decisions", "/tasks"))):
            assert client.http.head(path).status_code == client.http.get(path).status_code, path
    assert state_of(app) == before
