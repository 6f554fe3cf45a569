"""What people could do or learn who may only read, who have lost a role, or who look from the side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Controller, DigestItem, Event, Process, Record, RecordLink, RoleGrant, User
from kimforms.services import digest
from kimforms.services.records import assigning, sharing
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient, form_values
from ..support.databases import NOW, in_app
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, OFFICE, SECOND, mails, report, take, user, work


def token_of(client: CheckingClient) -> str:
    return str(form_values(client.get("/account").select_one("main form"))["csrf_token"])


@pytest.mark.parametrize("email", [OFFICE, ADVISER])
@pytest.mark.parametrize("button", ["_refresh", "_add:kommunen", "_remove:kommunen"])
def test_no_button_opens_the_correction_page_for_readers(client: CheckingClient, email: str, button: str) -> None:
    with in_app(client.app):
        reference = report()
    client.sign_in(email)
    client.post(f"/records/{reference}/edit", {button: "0", "csrf_token": token_of(client)}, status=403)


def test_the_daily_overview_of_a_reporter_is_masked_in_the_outbox(client: CheckingClient) -> None:
    """Its text names the report; with the address beside it everybody in the office would know who reported."""
    with in_app(client.app):
        with unit_of_work() as session:
            user(session, ADVISER).digest = True
        reference = report(by=ADVISER)
        take(COORDINATOR, reference, "erfassen")
        take(COORDINATOR, reference, "rueckfragen", {"question": "Welche Ämter waren es?"})
        with unit_of_work() as session:
            assert session.scalar(select(DigestItem.id).join(User).where(User.email == ADVISER)) is not None
            digest.send_to(session, NOW + timedelta(days=1), user(session, ADVISER).id, 1)
    for email in (OFFICE, "admin@rsk.example"):
        client.sign_in(email)
        page = client.get("/outbox?kind=digest")
        assert page.select("#outbox-list a[href^='/outbox/']")
        assert ADVISER not in page.get_text()
        for link in page.select("#outbox-list a[href^='/outbox/']"):
            assert ADVISER not in client.get(str(link["href"])).get_text()
        assert not client.get("/outbox?kind=digest&q=beratung").select(
            "#outbox-list a[href^='/outbox/']:not([href*='?'])"
        )


def test_a_colleague_who_lost_the_role_gets_no_more_mail_of_what_they_followed(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = report()
        with work(SECOND, reference) as (session, person, record):
            assigning.follow_record(session, NOW, record=record, user_id=person.user_id)
        with unit_of_work() as session:
            for grant in session.scalars(
                select(RoleGrant).join(User, User.id == RoleGrant.user_id).where(User.email == SECOND)
            ):
                grant.valid_until = NOW.date() - timedelta(days=1)
        before = len(mails())
        take(COORDINATOR, reference, "erfassen")
        assert SECOND not in [address for _, address in mails()[before:]]


def test_who_was_given_a_record_to_read_writes_no_link_into_its_history(client: CheckingClient) -> None:
    with in_app(client.app):
        shared = report()
        with work(COORDINATOR, shared) as (session, person, record):
            reader = sharing.Reader(user_id=user(session, ELSEWHERE).id)
            sharing.share_record(session, person, NOW, record=record, reader=reader, until=NOW.date())
            count = len(session.scalars(select(Event.seq).where(Event.record_id == record.id)).all())
            other = session.scalars(select(Controller).where(Controller.key == "troisdorf")).one()
            process = Process(key="elsewhere", controller=other, read_roles=["coordinator"], title="Anderswo")
            session.add(process)
            session.flush()
            mine = Record(
                reference="XX-2026-0001", process=process, version=record.version, controller=other, state="gemeldet",
                title="eigener", created_at=NOW, state_since=NOW, changed_at=NOW,
            )  # fmt: skip
            session.add(mine)
    client.sign_in(ELSEWHERE)
    client.get(f"/records/{shared}")
    client.post("/records/XX-2026-0001/links", {"link-reference": shared, "csrf_token": token_of(client)}, status=422)
    with in_app(client.app):
        assert db.session.scalar(select(RecordLink.id)) is None
        record_id = select(Record.id).where(Record.reference == shared).scalar_subquery()
        assert len(db.session.scalars(select(Event.seq).where(Event.record_id == record_id)).all()) == count
