"""Links of mails in wrong hands and at wrong doors: of another purpose, after their person left, tampered, sent twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Event, Invitee, OutboxMessage, ReplyLink
from kimforms.services import reply_links
from kimforms.services.meetings import dispatch
from kimforms.services.unit_of_work import unit_of_work

from ..support import circular, invitations
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.meetings import at_work, named

SECRET = "test-secret"


def token(purpose: str, label: str = "Jugendamt") -> str:
    """A live token of somebody of the body, of this purpose."""
    wanted = select(ReplyLink).where(ReplyLink.purpose == purpose)
    person = named(db.session(), label)
    return reply_links.token_text(SECRET, db.session.scalars(wanted.where(ReplyLink.person_id == person.id)).one())


@pytest.fixture
def links(client: CheckingClient) -> dict[str, str]:
    """A token of each of three purposes, of the same person, and the reference of the meeting."""
    with in_app(client.app):
        reference = invitations.invited()
        circular.sent()
        with unit_of_work() as session:
            person = named(session, "Jugendamt")
            reply_links.make(session, NOW, purpose="feed", person=person, target_id=None, expires_at=None)
        return {one: token(one) for one in ("invitation", "circular", "feed")} | {"meeting": reference}


def test_a_token_opens_only_what_it_was_made_for(client: CheckingClient, links: dict[str, str]) -> None:
    for purpose in ("invitation", "circular"):
        client.get(f"/meetings/calendar/{links[purpose]}.ics", status=410)
    client.get(f"/meetings/calendar/{links['feed']}.ics")
    answer = client.http.get(f"/r/{links['feed']}")
    assert answer.status_code in (200, 303, 410)
    with in_app(client.app):
        for link in db.session.scalars(select(ReplyLink)):
            forged = f"{link.id}-{links['invitation'].partition('-')[2]}"
            if forged != links["invitation"]:
                client.get(f"/r/{forged}", status=410)


@pytest.mark.parametrize("purpose", ["invitation", "circular", "feed"])
def test_links_end_with_their_person(client: CheckingClient, links: dict[str, str], purpose: str) -> None:
    path = f"/meetings/calendar/{links[purpose]}.ics" if purpose == "feed" else f"/r/{links[purpose]}"
    client.get(path)
    with in_app(client.app), unit_of_work() as session:
        named(session, "Jugendamt").active = False
    client.get(path, status=410)
    if purpose != "feed":
        data = {"csrf_token": client.csrf_token(), "answer": "accepted", "choice": "yes"}
        client.post(path, data, status=410)


def test_looking_at_links_again_and_again_writes_nothing(client: CheckingClient, links: dict[str, str]) -> None:
    """Scanners of mail servers open every link, with every answer in it, by GET and HEAD."""

    def rows() -> tuple[Any, ...]:
        with in_app(client.app):
            answers = [
                tuple(row) for row in db.session.execute(select(Invitee.id, Invitee.answer, Invitee.answered_at))
            ]
            used = list(db.session.scalars(select(ReplyLink.first_used_at)))
            return answers, used, list(db.session.scalars(select(Event.seq)))

    before = rows()
    for purpose in ("invitation", "circular"):
        for answer in ("accepted", "declined", "deputy", "yes", "no", "objection"):
            for send in (client.http.get, client.http.head, client.http.options):
                assert send(f"/r/{links[purpose]}?answer={answer}&choice={answer}").status_code == 200
    assert rows() == before


def test_who_is_uninvited_answers_no_more_and_the_same_answer_twice_tells_once(
    client: CheckingClient, links: dict[str, str]
) -> None:
    path = f"/r/{links['invitation']}"
    page = client.get(path)
    field = page.select_one("main form [name$='answer'], main form [name*='answer']")
    assert field is not None
    for _click in range(2):
        client.submit(page, "main form", {str(field["name"]): "declined"})
    with in_app(client.app):
        assert invitations.rows(links["meeting"])["Jugendamt"].answer == "declined"
        mails = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == "meeting.answer")).all()
        assert len(mails) <= 1
        with at_work(links["meeting"]) as (session, person, meeting):
            row = session.get_one(Invitee, invitations.rows(links["meeting"])["Jugendamt"].id)
            dispatch.uninvite(session, person, NOW, meeting, row, reason="Umbesetzt.")
    client.get(path, status=410)
    client.submit(page, "main form", {str(field["name"]): "accepted"}, status=410)
    with in_app(client.app):
        assert "Jugendamt" not in invitations.rows(links["meeting"])
