"""Two hundred invitations over a real mail server that refuses three, and the evidence that shows them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kimforms.models import Body, Seat, SeatHolder
from kimforms.services import delivery
from kimforms.services.meetings import invitees, notices
from kimforms.services.queries import invitations as queries
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.databases import NOW
from ..support.invitations import calendar_in, send
from ..support.mail import mail_server
from ..support.meetings import SINCE, at_work

pytestmark = pytest.mark.usefixtures("app")
MANY = 200
REFUSED = ("person7.viele@member.example", "person70.viele@member.example", "person170.viele@member.example")


def test_three_of_two_hundred_are_refused_and_named() -> None:
    meetings.body("exchange", "viele")
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == "viele")).one()
        for number in range(MANY - 8):
            seat = Seat(body=body, label=f"Sitz {number}", right="advisory", position=100 + number, valid_from=SINCE)
            person = meetings.person(session, f"Person {number}", tag="viele")
            session.add_all([seat, SeatHolder(seat=seat, person=person, role="principal", valid_from=SINCE)])
    reference = meetings.meeting("viele")
    with at_work(reference) as (session, actor, meeting):
        assert invitees.take_over(session, actor, NOW, meeting) == MANY
    send(reference)
    with mail_server() as box:
        for address in REFUSED:
            box.refuse[address] = "550 5.1.1 Kein solches Postfach"
        sender = delivery.Sender(box.url, "kim@rsk.example", "test-secret")
        batch = delivery.deliver_batch(unit_of_work, sender, lambda: NOW, "w1", limit=MANY * 2)
        assert batch.counts == {"sent": MANY - 3, "dead": 3}
        attendees = {address: calendar_in(mail).decode().replace("\r\n ", "") for address, mail in box.taken}
    assert len(attendees) == MANY - 3
    for address, content in attendees.items():
        assert content.count("ATTENDEE") == 1
        assert f"mailto:{address}" in content
        assert "{{reply:" not in content
    with at_work(reference) as (session, _actor, meeting):
        sent = notices.sent_of(session, meeting)
        words = {one.address: queries.status_of(one)[1] for one in sent.dispatches[0].recipients}
        assert {address for address, said in words.items() if said.startswith("Abgewiesen: 550")} == set(REFUSED)
        assert sum(said.startswith("Zugestellt an Mailserver am 23.11.2026") for said in words.values()) == MANY - 3
        checked = notices.check(session, meeting, invitees.everybody(session, meeting), sent)
        assert {one.name for one in checked.late} == {"Kim Person 7", "Kim Person 70", "Kim Person 170"}
