"""A body of its own with meetings in every state beside a running server: whatever has a page of its own is there once."""

from __future__ import annotations

import json
from typing import Any

from .meeting_journeys import beside
from .server import Server

SLUG = "seitengremium"
HOUSE = """
import json, sys
from datetime import UTC, date, datetime, timedelta

from flask import current_app
from sqlalchemy import select

from kimforms import create_app
from tests.support import databases

databases.NOW = now = datetime.now(UTC)  # before the others read it: what they write lies in the present
from kimforms.extensions import db
from kimforms.models import AgendaItem, Body, CircularBallot, Decision, Dispatch, Invitee, ReplyLink, Seat, SeatHolder
from kimforms.services import reply_links
from kimforms.services.circular import starting
from kimforms.services.meetings import polls, rooms, series
from kimforms.services.unit_of_work import unit_of_work
from tests.support import circular, invitations, meetings, minutes, sessions
from tests.support.records import OFFICE, actor

slug, made = sys.argv[1], {}
with create_app().app_context():
    meetings.body(slug=slug)
    made["planned"] = meetings.meeting(slug)
    made["invited"] = invitations.approved(slug)
    invitations.send(made["invited"], now=now)
    made["running"] = sessions.opened(slug=slug)
    made["vote"] = sessions.voted(made["running"], 5)
    made["draft"] = minutes.held_meeting(slug)
    minutes.begun(made["draft"])
    made["sent"] = minutes.held_meeting(slug)
    minutes.sent(current_app, made["sent"])
    made["drafted"], made["circular"] = (circular.draft(slug=slug) for _ in range(2))
    with circular.at_vote(made["circular"]) as (session, person, vote):
        starting.start_vote(session, person, now, vote=vote)
    with unit_of_work() as session:
        who = actor(session, OFFICE)
        body = session.scalars(select(Body).where(Body.slug == slug)).one()
        begins = meetings.BEGINS.replace(minute=0) + timedelta(days=21)
        options = [(begins + timedelta(days=day), begins + timedelta(days=day, hours=2)) for day in (0, 1)]
        poll = polls.open_poll(session, who, now, body=body, title="Klausurtag", options=options,
                               closes_on=now.date() + timedelta(days=14))
        wanted = series.Wanted("Jour fixe", "monthly", "weekday", begins.date(), begins.time(), 90,
                               begins.date() + timedelta(days=70), place="Kreishaus")
        days = {one.planned_on: one.starts_at.date() for one in series.preview(session, now, wanted)}
        room = rooms.put_room(session, who, now, controller_id=body.controller_id, data=rooms.RoomData("Raum der Seiten"))
        session.flush()
        made |= {"poll": poll.id, "series": series.create_series(session, who, now, body=body, wanted=wanted, chosen=days)[0].id,
                 "room": room.id, "person": meetings.named(session, "Stadt", slug).id,
                 "seat": session.scalars(select(Seat.id).where(Seat.body_id == body.id)).first()}
    session = db.session
    held = {key: meetings.found(made[key]).record_id for key in ("planned", "invited")}
    made["holder"] = session.scalars(select(SeatHolder.id).where(SeatHolder.seat_id == made["seat"])).first()
    for key, row in (("invitee", Invitee), ("dispatch", Dispatch)):
        made[key] = session.scalars(select(row.id).where(row.meeting_id == held["invited"])).first()
    made["item"] = session.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id == held["planned"])).first()
    made["ballot"] = session.scalars(select(CircularBallot.id)).first()
    made["decision"] = session.scalars(select(Decision.reference).where(Decision.item_id.is_not(None))).first()
    secret = current_app.config["SECRET_KEY"]
    for link in session.scalars(select(ReplyLink).where(ReplyLink.revoked_at.is_(None)).order_by(ReplyLink.id)):
        made[f"link_{link.purpose}"] = f"/r/{reply_links.token_text(secret, link)}"
print(json.dumps(made))
"""


def whole_house(server: Server) -> dict[str, Any]:
    """References, keys and paths of links: meetings by their state, and whatever belongs to the body."""
    return dict(json.loads(beside(server, HOUSE, SLUG).splitlines()[-1]))


def pages_of(made: dict[str, Any]) -> dict[str, list[str]]:
    """Who looks at which pages around meetings, each with parameters that exist."""
    body, meeting = f"/bodies/{SLUG}", "/meetings/{}".format
    planned, invited, running, draft, sent = (
        meeting(made[one]) for one in ("planned", "invited", "running", "draft", "sent")
    )
    circulars = [f"{body}/circular-votes/{made[one]}" for one in ("drafted", "circular")]
    office = [
        "/bodies/lenkungsgruppe-kim", "/bodies/lenkungsgruppe-kim/rulebook", "/bodies/lenkungsgruppe-kim/rulebook/new",
        "/bodies/lenkungsgruppe-kim/circular-votes", "/meetings?year=2027", "/decisions", "/decisions/control",
        f"/decisions/{made['decision']}", "/bodies", "/bodies/new", "/bodies/persons", "/bodies/persons/new",
        *(f"{body}{rest}" for rest in (
            "", "/edit", "/end", "/functions", "/standard-agenda", "/seats/new", f"/seats/{made['seat']}",
            f"/seats/{made['seat']}/edit", f"/seats/{made['seat']}/end", f"/seats/{made['seat']}/place",
            f"/holders/{made['holder']}/end", "/circular-votes", "/circular-votes/new",
        )),
        *(f"/bodies/persons/{made['person']}{rest}" for rest in ("", "/edit", "/merge")),
        *(f"{circulars[0]}{rest}" for rest in ("", "/edit", "/preview")),
        *(f"{circulars[1]}{rest}" for rest in ("", "/cancel", f"/ballots/{made['ballot']}")),
        "/meetings", "/meetings/new", "/meetings/series", "/meetings/series/new", f"/meetings/series/{made['series']}",
        f"/meetings/series/{made['series']}/end", "/meetings/polls", "/meetings/polls/new", f"/meetings/polls/{made['poll']}",
        "/meetings/rooms", "/meetings/rooms/new", f"/meetings/rooms/{made['room']}", "/meetings/inbound",
        "/meetings/subscriptions",
        *(f"{planned}{rest}" for rest in (
            "", "/agenda", "/agenda/items/new", f"/agenda/items/{made['item']}", f"/agenda/items/{made['item']}/papers",
            f"/agenda/items/{made['item']}/remove", "/invitation", "/move", "/cancel", "/split", "/session", "/minutes",
        )),
        *(f"{invited}{rest}" for rest in (
            "", "/agenda", "/invitation", "/invitation/preview?kind=update", "/invitation/preview?kind=reminder", "/answers",
            f"/answers/{made['invitee']}", f"/invitation/people/{made['invitee']}/uninvite",
            f"/invitation/dispatches/{made['dispatch']}", "/session",
        )),
        *(f"{running}{rest}" for rest in (
            "", "/agenda", "/session", "/live", "/session/text-modules", f"/session/votes/{made['vote']}/recount",
        )),
        *(f"{draft}{rest}" for rest in ("", "/session", "/reinvite", "/minutes", "/minutes/blocks/head", "/minutes/refresh")),
        *(f"{sent}{rest}" for rest in ("/minutes", "/minutes/addenda", "/minutes/versions")),
    ]  # fmt: skip
    member = [
        "/meetings", "/meetings?year=2027", "/meetings/subscriptions", "/decisions", "/bodies", body, f"{body}/rulebook",
        circulars[1], invited, f"{invited}/agenda", f"{invited}/answers", running, f"{running}/live", f"{sent}/minutes",
    ]  # fmt: skip
    links = [made[f"link_{one}"] for one in ("invitation", "poll", "circular", "minutes")]
    coordinator = ["/bodies", body, "/meetings", "/meetings/new", planned]
    return {"office": office, "member": member, "nobody": [*links, "/r/1-forged"], "coordinator": coordinator,
            "adviser": ["/bodies", body]}  # fmt: skip
