"""A meeting is written while its workers are killed with -9: every answered click stands, no text is half, no vote twice."""

from __future__ import annotations

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import count
from threading import Event

import psutil

from ..support.databases import PASSWORD
from ..support.server import Answer, Server, Visitor, hidden, wait_until
from ..support.sessions import meeting_on
from .conftest import MakeServer

SEED = 20270119
SENTENCES, MOST_SENTENCES = 40, 1000
KILLS = 3


def test_a_meeting_loses_at_most_the_click_in_flight(make_server: MakeServer) -> None:
    server = make_server()
    server.start()
    reference = meeting_on(server, "pruefgremium")
    office = Visitor(server.port)
    assert office.sign_in("leitung@rsk.example", PASSWORD).status == 303
    place = f"/meetings/{reference}/session"
    enough, over = Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(_kill_at_random, server, enough, over)
        people, text = _hold(office, place, enough)
        over.set()
        killing.result()
    assert enough.is_set(), "too few kills to mean anything"
    wait_until(server.healthy, "the killed workers are replaced")
    (present,) = server.rows("SELECT count(*) FROM presence")[0]
    assert present == people, "each arrival stands once"
    assert [row[0] for row in server.rows("SELECT notes FROM agenda_item WHERE notes != ''")] == [text]
    assert server.rows("SELECT yes, no, abstained FROM vote") == [(people, 0, 0)]
    assert len(server.rows("SELECT reference FROM decision WHERE item_id IS NOT NULL")) == 1
    verified = server.command("audit", "verify")
    assert verified.returncode == 0, verified.stderr


def _hold(office: Visitor, place: str, enough: Event) -> tuple[int, str]:
    """Opens, lets five people in, writes on until enough workers were killed, votes, proclaims.

    Each click is made again until it is answered. Returns the number of people and the notes.
    """
    people = 0
    for _ in range(5):
        page = _again(lambda: office.get(place)).page
        seat = next(one for one in page.select(".kf-session-seat--away") if one.select_one("form"))
        form = seat.select_one("form")
        assert form is not None
        fields = [(str(one["name"]), str(one["value"])) for one in form.select("input")]
        action = str(form["action"])
        _again(lambda action=action, fields=fields: office.post(action, fields))
        people += 1
    _press(office, place, "form[action$='/open']")
    item = office_item(office, place)
    _press(office, f"{place}?item={item}", "form[action$='/state']", ("deed", "call"))
    text, token = "", _token(office, place)
    for number in count():
        if number >= SENTENCES and (enough.is_set() or number >= MOST_SENTENCES):
            break
        before, text = text, f"{text}Satz {number}. "
        data = [("csrf_token", token), ("notes", text), ("notes-version", str(number)), ("notes-attempt", before)]
        data += [("notes-attempt", text)]
        answer = _again(lambda data=data: office.post(f"{place}/items/{item}/notes", data))
        assert answer.status == 303, answer.text[:500]
    votes = (("ballot-form", "open"), ("ballot-wording", "Ja."), ("ballot-yes", str(people)))
    _press(office, place, "#ballot-form", *votes)
    _press(office, place, "#session-votes form[action$='/proclaim']")
    return people, text


def office_item(office: Visitor, place: str) -> str:
    """The id of the last item of the agenda."""
    link = _again(lambda: office.get(place)).page.select(".kf-session-agenda a")[-1]
    return str(link["href"]).partition("item=")[2].partition("#")[0]


def _press(office: Visitor, page: str, selector: str, *more: tuple[str, str]) -> None:
    """Sends a form of a page as a browser would; gone from the page: an earlier try had been carried out."""

    def once() -> Answer:
        answer = office.get(page)
        form = answer.page.select_one(selector)
        if form is None:
            return answer
        own = [(str(one["name"]), str(one.get("value", ""))) for one in form.select("input[type=hidden][name]")]
        return office.post(str(form["action"]), [*own, *more])

    _again(once)


def _token(office: Visitor, place: str) -> str:
    return dict(hidden(_again(lambda: office.get(place)).page))["csrf_token"]


def _again(click) -> Answer:  # type: ignore[no-untyped-def]
    """Tries until the server answers; a dead worker answers nothing, or 5xx."""

    def once() -> Answer | None:
        try:
            answer: Answer = click()
        except (OSError, HTTPException):
            return None
        return answer if answer.status < 500 else None

    found: Answer = wait_until(once, "an answer")
    return found


def _kill_at_random(server: Server, enough: Event, over: Event) -> None:
    """Kills one child after another with -9 until it is over, and says when there were enough."""
    chance, kills, limit = random.Random(SEED), 0, time.monotonic() + 60
    while not over.wait(chance.uniform(0.2, 0.8)) and time.monotonic() < limit:
        if children := server.children():
            try:
                chance.choice(children).send_signal(signal.SIGKILL)
                kills += 1
            except psutil.NoSuchProcess:
                continue
        if kills >= KILLS:
            enough.set()
