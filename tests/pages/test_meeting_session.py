"""The page on which the office runs a meeting, and the read-only view of its members."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import AgendaItem, Decision, Vote

from ..support.databases import NOW
from ..support.meetings import MEMBER, at_work, named
from ..support.queries import statements_of
from ..support.records import COORDINATOR, OFFICE, user
from ..support.sessions import at, come, go, last_item, opened, voted

BALLOT = {"ballot-form": "open", "ballot-wording": "So wird es gemacht."}


def numbers(yes, no=0, abstained=0):
    return {f"ballot-{key}": str(value) for key, value in (("yes", yes), ("no", no), ("abstained", abstained))}


@pytest.fixture
def held(client):
    """A meeting that is on, ten minutes after it began; the address of its page."""
    with client.app.app_context():
        reference = opened()
    client.app.config["NOW"] = lambda: at(10)
    client.sign_in(OFFICE)
    yield f"/meetings/{reference}/session"
    client.app.config["NOW"] = lambda: NOW


def reference_of(place):
    return place.split("/")[2]


def text_of(page, selector):
    return " ".join(page.select_one(selector).get_text(" ").split())


def test_the_quorum_stands_on_the_page_and_follows_each_click(client, held):
    page = client.get(held)
    assert "beschlussfähig: 5 von 7 Stimmberechtigten anwesend, nötig sind 4" in text_of(page, "#session-quorum")
    seat = page.find("strong", string="Kim Stadt").find_parent("li")
    form = seat.select_one("form")
    fields = {one["name"]: one["value"] for one in form.select("input")}
    part = client.post(form["action"], fields, status=200, htmx=True)
    assert "6 von 7" in text_of(part, "#session-quorum")
    assert part.select_one("#ballot input[name=ballot-token]") is not None
    page = client.get(held)
    assert "da seit 14:10" in text_of(page, f"#{seat['id']}")


def test_a_vote_is_counted_proclaimed_and_numbered(client, held):
    page = client.get(held)
    client.submit(page, "#ballot-form", BALLOT | numbers(4, 1))
    page = client.follow()
    assert "Mit 4 Ja-Stimmen gegen 1 Nein-Stimme beschlossen" in text_of(page, "#session-votes")
    client.submit(page, "#session-votes form[action$=proclaim]")
    page = client.follow()
    assert "PG-B-2027-01" in text_of(page, "#session-votes")
    client.get("/decisions")
    page = client.get("/decisions/PG-B-2027-01")
    assert "So wird es gemacht." in page.get_text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (numbers(6), "6 Stimmen sind gezählt"),
        (numbers(2, 1), "2 Stimmen fehlen"),
        (numbers("x"), "ganze Zahlen"),
        ({}, "ganze Zahlen"),
        (numbers(5) | {"ballot-wording": ""}, "Wortlaut"),
        (numbers(5) | {"ballot-form": "loud"}, "wie abgestimmt wird"),
        (numbers(5) | {"ballot-form": "names"}, "5 Stimmen fehlen"),
    ],
)
def test_a_vote_that_does_not_fit_is_refused_and_what_was_typed_stands_there(client, held, changes, words):
    page = client.get(held)
    page = client.submit(page, "#ballot-form", BALLOT | changes, status=422)
    assert words in text_of(page, ".kf-errors")
    for name, value in changes.items():
        field = page.select_one(f"#ballot input[type=text][name='{name}']")
        assert field is None or field.get("value", "") == value
    with client.app.app_context():
        assert db.session.scalars(select(Vote)).all() == []


def test_somebody_who_came_meanwhile_makes_the_ballot_stale(client, held):
    page = client.get(held)
    with client.app.app_context(), at_work(reference_of(held)) as (work, actor, meeting):
        come(work, actor, meeting, "Stadt", 9)
    page = client.submit(page, "#ballot-form", BALLOT | numbers(5), status=409)
    assert "wer abstimmen darf" in page.get_text()
    assert page.select_one("input[name=ballot-yes]")["value"] == "5"
    client.submit(page, "#ballot-form", numbers(6))


def test_a_lost_quorum_refuses_the_vote(client, held):
    with client.app.app_context():
        go(reference_of(held), "Caritas", 5)
        go(reference_of(held), "Jobcenter", 6)
    page = client.get(held)
    assert "nicht beschlussfähig: 3 von 7" in text_of(page, "#session-quorum")
    page = client.submit(page, "#ballot-form", BALLOT | numbers(3), status=422)
    assert "nötig 4" in text_of(page, ".kf-errors")


def test_a_vote_by_name_counts_each_seat(client, held):
    page = client.get(held)
    seats = {one["name"] for one in page.select("#ballot input[name^=ballot-seat-]")}
    assert len(seats) == 5
    chosen = dict.fromkeys(sorted(seats), "yes")
    chosen[min(seats)] = "silent"
    client.submit(page, "#ballot-form", BALLOT | {"ballot-form": "names"} | chosen)
    assert "Einstimmig beschlossen" in text_of(client.follow(), "#session-votes")


def test_a_proclaimed_count_is_corrected_with_a_reason(client, held):
    with client.app.app_context():
        vote = voted(reference_of(held), 4, 1, minutes=8)
    client.post(f"{held}/votes/{vote}/proclaim")
    page = client.get(f"{held}/votes/{vote}/recount")
    page = client.submit(page, "main form", numbers(1, 4), status=422)
    assert "warum es berichtigt wird" in text_of(page, ".kf-errors")
    client.submit(page, "main form", numbers(1, 4) | {"reason": "Zettel vertauscht"})
    page = client.follow()
    assert "hebt den verkündeten Beschluss auf" in text_of(page, "#session-votes")
    with client.app.app_context():
        assert [one.amends_how for one in db.session.scalars(select(Decision).order_by(Decision.id))] == [
            None,
            "revoked",
        ]


def test_notes_save_themselves_and_a_second_writer_sees_both_texts(client, held):
    page = client.get(held)
    form = page.select_one("#notes-form")["action"]
    part = client.post(form, {"notes": "Erster", "notes-version": "0"}, status=200, htmx=True)
    assert part.select_one("input[name=notes-version]")["value"] == "1"
    part = client.post(form, {"notes": "Zweiter", "notes-version": "0"}, status=422, htmx=True)
    assert "Erster" in text_of(part, ".kf-session-theirs")
    page = client.post(form, {"notes": "Zweiter", "notes-version": "0"}, status=409)
    assert page.select_one("#notes").text.strip() == "Zweiter"
    client.submit(page, "#notes-form", button="button[value=both]")
    assert client.follow().select_one("#notes").text.strip() == "Erster\n\nZweiter"


def test_without_scripts_the_whole_meeting_works(client, held):
    page = client.get(held)
    client.submit(page, "#notes-form", {"notes": "Von Hand gespeichert"})
    page = client.follow()
    assert page.select_one("#notes").text.strip() == "Von Hand gespeichert"
    client.submit(page, "#result-form", {"result": "Kein weiterer Bedarf."})
    page = client.follow()
    owner = page.select("#task-owner option")[1]["value"]
    page = client.submit(page, "#task-form", {"task-title": "Nachfassen", "task-due": "31.02.2027"}, status=422)
    assert page.select_one("#task-title")["value"] == "Nachfassen"
    client.submit(page, "#task-form", {"task-title": "Nachfassen", "task-owner": owner, "task-due": "26.02.2027"})
    page = client.follow()
    assert "26.02.2027" in text_of(page, "#session-tasks")
    client.submit(page, "form[action$='/session/break']")
    assert "Pause" in text_of(client.follow(), "#session-quorum")
    client.submit(client.get(held), "form[action$='/session/break']")
    client.submit(client.get(held), "form[action$='/late-items']", {"late-title": "Dringlich"})
    page = client.get(held)
    late = page.find("a", string=lambda text: text and "Dringlich" in text)["href"]
    page = client.get(late.partition("#")[0])
    client.submit(page, "form[action$='/admission']", {"admission-yes": "4", "admission-no": "1"})
    assert "ist zugelassen" in client.follow().get_text()
    client.submit(client.get(held), "form[action$='/session/close']", {"close-at": "14:10"})
    page = client.follow()
    assert "Die Sitzung ist geschlossen" in page.get_text()
    client.submit(page, "form[action$='/reopen']", {"reopen-reason": "Nachtrag"})
    assert client.get(held).select_one("#ballot") is None  # no item is called


def test_text_modules_are_made_and_offered(client, held):
    page = client.get(f"{held}/text-modules")
    client.submit(page, "form.kf-form", {"module_title": "Dank", "module_text": "{gremium} dankt."})
    page = client.get(held)
    assert page.find("option", string="Dank")["value"] == "Prüfgremium pruefgremium dankt."
    page = client.submit(client.get(f"{held}/text-modules"), "form.kf-form", status=422)
    assert "Titel" in text_of(page, ".kf-errors")


def test_others_do_not_run_it_and_members_look_on(client, held):
    live = f"/meetings/{reference_of(held)}/live"
    with client.app.app_context():
        with at_work(reference_of(held)) as (work, _actor, meeting):
            last_item(work, meeting).notes = "Noch nicht öffentlich"
        voted(reference_of(held), 5, minutes=8)
    client.sign_in(COORDINATOR)
    client.get(held, status=403)
    client.sign_in(MEMBER)
    client.get(held, status=403)
    page = client.get(live)
    assert "Punkt 3" in text_of(page, "#live-now")
    assert "Noch nicht öffentlich" not in page.get_text()
    assert "beschlossen" not in page.get_text(), "not proclaimed yet"
    again = page.select_one("#live")["data-hx-get"]
    client.get(again, status=204, htmx=True)
    client.sign_in(OFFICE)
    client.submit(client.get(held), "#session-votes form[action$=proclaim]")
    client.sign_in(MEMBER)
    assert "einstimmig beschlossen" in client.get(again, htmx=True).get_text()
    client.sign_in("beratung@caritas.example")
    client.get(live, status=403)


def test_a_guest_sees_nothing_confidential(client, held):
    reference = reference_of(held)
    with client.app.app_context(), at_work(reference) as (work, _actor, meeting):
        item = last_item(work, meeting)
        item.confidential, item.title = True, "Geheime Sache"
        named(work, "Jobcenter").user = None
        named(work, "Hochschule").user = user(work, MEMBER)
    client.sign_in(MEMBER)
    page = client.get(f"/meetings/{reference}/live")
    assert "Vertraulicher Tagesordnungspunkt" in page.get_text()
    assert "Geheime Sache" not in page.get_text()


def test_polling_ends_when_the_meeting_ends(client, held):
    live = f"/meetings/{reference_of(held)}/live"
    assert "data-hx-trigger" in client.get(live).select_one("#live").attrs
    client.submit(client.get(held), "form[action$='/session/close']", {"close-at": "14:10"})
    assert "data-hx-trigger" not in client.get(live, htmx=True).select_one("#live").attrs


def test_the_number_of_statements_does_not_grow(client, held):
    def count(path):
        client.get(path)
        with statements_of(client.app) as sent:
            client.get(path)
        return len(sent)

    live = f"/meetings/{reference_of(held)}/live"
    before = count(held), count(live)
    with client.app.app_context(), at_work(reference_of(held)) as (work, actor, meeting):
        for label in ("Diakonie", "Stadt", "Gesundheitsamt"):
            come(work, actor, meeting, label, 8)
    with client.app.app_context():
        voted(reference_of(held), 7, minutes=9)
    with client.app.app_context(), at_work(reference_of(held)) as (work, _actor, meeting):
        work.add_all(AgendaItem(meeting=meeting, position=9 + number, title=f"Mehr {number}") for number in range(5))
    assert (count(held), count(live)) == before
    assert before[0] <= 30, before
