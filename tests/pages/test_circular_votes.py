"""The pages of votes by circulation: prepared and sent by the office, answered by link and by account, closed to everybody else."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Delivery, OutboxMessage, Seat, SeatHolder
from kimforms.services.unit_of_work import unit_of_work

from ..support import circular
from ..support import meetings as house
from ..support.circular import AFTER, VOTERS, ballot_of, found, say, token_of
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, OFFICE

LIST = f"/bodies/{house.SLUG}/circular-votes"


@pytest.fixture
def app(client):
    inside(client, house.body)
    return client.app


def inside(client, function, *args, **options):
    """What a helper finds or does in the database, outside of any request."""
    with client.app.app_context():
        return function(*args, **options)


def count(table):
    return db.session.query(table).count()


def number_of(reference, label):
    return ballot_of(db.session(), found(reference), label).id


def holder_of(reference, label):
    return ballot_of(db.session(), found(reference), label).person_id


def at(client, moment):
    client.app.config["NOW"] = lambda: moment


def fields(page, form="main form.kf-form"):
    first = page.select(form)[0]
    return {one["name"]: one.get("value", "") for one in first.select("input[type=hidden]")}


def choice(reference, label):
    return ballot_of(db.session(), found(reference), label).choice


def answers_for(reference, label, value, comment=""):
    number = ballot_of(db.session(), found(reference), label).id
    return {f"ballot-{number}-choice": value, f"ballot-{number}-comment": comment}


def test_the_office_prepares_looks_at_everything_and_sends(client, app):
    client.sign_in(OFFICE)
    page = client.get(LIST)
    assert "Noch keine Abstimmung" in page.text
    page = client.get(f"{LIST}/new")
    page = client.post(f"{LIST}/new", fields(page) | {"vote-title": "", "vote-wording": ""}, status=422)
    assert [one["href"] for one in page.select(".kf-errors__list a")] == ["#vote-title", "#vote-wording"]
    entered = {"vote-title": "Ersatztermin", "vote-wording": "Wir treffen uns im Februar."}
    client.post(f"{LIST}/new", fields(page) | entered, status=303)
    place = client.response.headers["Location"]
    page = client.get(place)
    assert place == f"{LIST}/PG-U-2026-01/preview"
    assert "(7)" in page.select("#voters h2")[0].text and "nach Umlaufbeschluss" in page.text
    client.post(f"{LIST}/PG-U-2026-01/start", fields(page, "main form.kf-confirm"), status=303)
    page = client.get(f"{LIST}/PG-U-2026-01")
    assert len(page.select("#answers tbody tr")) == len(VOTERS)
    assert inside(client, count, OutboxMessage) == len(VOTERS)
    client.post(f"{LIST}/PG-U-2026-01/start", {}, status=409)


def test_a_member_answers_by_the_link_and_looking_changes_nothing(client, app):
    reference = inside(client, circular.sent)
    token = inside(client, token_of, reference, "Caritas")
    page = client.get(f"/r/{token}?answer=yes")
    assert page.select("h1")[0].text.strip() == "Ersatztermin"
    assert inside(client, choice, reference, "Caritas") == ""
    assert [one["value"] for one in page.select("input[type=radio][checked]")] == ["yes"]
    client.post(f"/r/{token}", fields(page) | inside(client, answers_for, reference, "Caritas", ""), status=422)
    client.post(
        f"/r/{token}", fields(page) | inside(client, answers_for, reference, "Caritas", "no", "Zu spät"), status=303
    )
    page = client.get(f"/r/{token}")
    assert inside(client, choice, reference, "Caritas") == "no" and "gespeichert" in page.text
    client.post(f"/r/{token}", fields(page) | inside(client, answers_for, reference, "Caritas", "yes"), status=303)
    assert inside(client, choice, reference, "Caritas") == "yes"


@pytest.mark.parametrize(
    "change", [lambda one: one[:-2] + "AA", lambda one: one.replace("-", "1-", 1), lambda one: "1-" + "A" * 43]
)
def test_a_forged_link_opens_nothing(client, app, change):
    reference = inside(client, circular.sent)
    token = change(inside(client, token_of, reference, "Caritas"))
    client.get(f"/r/{token}", status=410)


def test_a_link_fills_in_no_other_ballot(client, app):
    reference = inside(client, circular.sent)
    token = inside(client, token_of, reference, "Caritas")
    page = client.get(f"/r/{token}")
    foreign = inside(client, answers_for, reference, "Stadt", "objection")
    client.post(f"/r/{token}", fields(page) | foreign, status=422)
    client.post(
        f"/r/{token}", fields(page) | foreign | inside(client, answers_for, reference, "Caritas", "yes"), status=303
    )
    assert (inside(client, choice, reference, "Stadt"), inside(client, choice, reference, "Caritas")) == ("", "yes")
    stranger = {"pass-ballot": str(inside(client, number_of, reference, "Stadt")), "deputy": "1"}
    client.post(f"/r/{token}", fields(page) | stranger, status=404)


def test_after_the_last_day_and_after_the_end_nothing_is_stored(client, app):
    reference = inside(client, circular.sent)
    token = inside(client, token_of, reference, "Caritas")
    page = client.get(f"/r/{token}")  # one tab, left open
    at(client, AFTER)
    refused = client.post(
        f"/r/{token}", fields(page) | inside(client, answers_for, reference, "Caritas", "yes"), status=409
    )
    assert "07.12.2026" in refused.text
    at(client, circular.NOW)
    inside(client, say, reference, "Stadt", "objection")
    refused = client.post(
        f"/r/{token}", fields(page) | inside(client, answers_for, reference, "Caritas", "yes"), status=409
    )
    assert "Kim Stadt" in refused.text
    assert inside(client, choice, reference, "Caritas") == ""
    assert client.get(f"/r/{token}").select("#ballot input[type=radio]") == []


def test_the_deputy_gets_a_link_when_the_holder_passes_it_on(client, app):
    reference = inside(client, circular.sent)
    token = inside(client, token_of, reference, "Caritas")
    page = client.get(f"/r/{token}")
    deputy = page.select("select[name=deputy] option")[0]["value"]
    number = inside(client, number_of, reference, "Caritas")
    client.post(f"/r/{token}", fields(page) | {"pass-ballot": str(number), "deputy": deputy}, status=303)
    second = inside(client, token_of, reference, "Caritas", deputy=True)
    page = client.get(f"/r/{second}")
    assert "in Vertretung für Kim Caritas" in page.text
    assert page.select("select[name=deputy]") == []
    client.post(f"/r/{second}", fields(page) | inside(client, answers_for, reference, "Caritas", "no"), status=303)
    page = client.get(f"/r/{token}")
    assert "Kim Vertretung Caritas" in page.text
    client.post(f"/r/{token}", fields(page) | inside(client, answers_for, reference, "Caritas", "yes"), status=303)
    page = client.get(f"/r/{second}")
    assert "geht vor" in page.text
    client.post(f"/r/{second}", fields(page) | inside(client, answers_for, reference, "Caritas", "no"), status=409)
    assert inside(client, choice, reference, "Caritas") == "yes"


def test_a_person_with_two_seats_has_both_ballots_on_one_page(client, app):
    with client.app.app_context(), unit_of_work() as session:
        seat = session.scalars(select(Seat).where(Seat.label == "Stadt")).one()
        holder = session.scalars(select(SeatHolder).where(SeatHolder.seat_id == seat.id)).one()
        holder.person = house.named(session, "Caritas")
    reference = inside(client, circular.sent)
    token = inside(client, token_of, reference, "Caritas")
    page = client.get(f"/r/{token}")
    assert len(page.select("#ballot fieldset legend.kern-label")) >= 2
    both = inside(client, answers_for, reference, "Caritas", "yes") | inside(
        client, answers_for, reference, "Stadt", "no"
    )
    client.post(f"/r/{token}", fields(page) | both, status=303)
    assert (inside(client, choice, reference, "Caritas"), inside(client, choice, reference, "Stadt")) == ("yes", "no")


def test_a_member_with_account_answers_on_the_page_and_sees_no_other_answers(client, app):
    reference = inside(client, circular.sent)
    inside(client, say, reference, "Caritas", "no", comment="Geheimer Grund")
    client.sign_in(house.MEMBER)
    page = client.get(f"{LIST}/{reference}")
    assert "Geheimer Grund" not in page.text and page.select("#answers") == []
    client.post(
        f"{LIST}/{reference}/answer",
        fields(page) | inside(client, answers_for, reference, "Jobcenter", "yes"),
        status=303,
    )
    assert inside(client, choice, reference, "Jobcenter") == "yes"
    for path in ("", "/new", f"/{reference}/preview", f"/{reference}/cancel", f"/{reference}/letters.pdf"):
        client.get(f"{LIST}{path}", status=200 if path == "" else 403)


def test_drafts_are_for_the_office_and_votes_for_the_body(client, app):
    draft, running = inside(client, circular.draft), inside(client, circular.sent)
    inside(client, house.body, "working", "werkstatt")
    client.sign_in(house.MEMBER)
    assert draft not in client.get(LIST).text
    client.get(f"{LIST}/{draft}", status=404)
    with client.app.app_context(), unit_of_work() as session:
        for holder in session.scalars(
            select(SeatHolder).where(SeatHolder.person_id == house.named(session, "Jobcenter").id)
        ):
            holder.valid_until = house.SINCE
    for path in (LIST, f"{LIST}/{running}"):
        client.get(path, status=404)
    client.post(f"{LIST}/{running}/answer", {}, status=404)
    client.get("/bodies/no-such/circular-votes", status=404)
    client.sign_in(ADVISER)
    for path in (LIST, f"{LIST}/{running}"):
        client.get(path, status=403)


def test_guests_and_coordination(client, app):
    reference = inside(client, circular.sent)
    with client.app.app_context(), unit_of_work() as session:
        for seat in session.scalars(select(Seat).where(Seat.label == "Jobcenter")):
            seat.right = "guest"
    client.sign_in(house.MEMBER)
    client.get(f"{LIST}/{reference}", status=404)
    client.sign_in(COORDINATOR)
    page = client.get(f"{LIST}/{reference}")
    assert page.select("#answers") == []  # a steering body is worked by the office
    client.get(f"{LIST}/new", status=403)
    client.post(f"{LIST}/{reference}/remind", {}, status=403)


def test_the_office_enters_paper_prints_letters_and_reminds(client, app):
    with client.app.app_context(), unit_of_work() as session:
        house.named(session, "Diakonie").email = None
    reference = inside(client, circular.sent)
    client.sign_in(OFFICE)
    page = client.get(f"{LIST}/{reference}")
    assert "Kim Diakonie" in page.select("#letters")[0].text
    pdf = client.http.get(f"{LIST}/{reference}/letters.pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.mimetype == "application/pdf"
    ballot, person = inside(client, number_of, reference, "Diakonie"), inside(client, holder_of, reference, "Diakonie")
    client.post(f"{LIST}/{reference}/posted/{person}", {}, status=303)
    assert "Brief verschickt" in client.get(f"{LIST}/{reference}").text
    page = client.get(f"{LIST}/{reference}/ballots/{ballot}")
    client.post(
        f"{LIST}/{reference}/ballots/{ballot}", inside(client, answers_for, reference, "Diakonie", ""), status=422
    )
    client.post(
        f"{LIST}/{reference}/ballots/{ballot}", inside(client, answers_for, reference, "Diakonie", "yes"), status=303
    )
    assert inside(client, choice, reference, "Diakonie") == "yes"
    before = inside(client, count, Delivery)
    client.post(f"{LIST}/{reference}/remind", {}, status=303)
    assert inside(client, count, Delivery) == before + len(VOTERS) - 1


def test_calling_off_and_the_next_agenda(client, app):
    reference, other = inside(client, circular.sent), inside(client, circular.sent)
    planned = inside(client, house.meeting)
    client.sign_in(OFFICE)
    client.post(f"{LIST}/{reference}/cancel", {"cancel-reason": ""}, status=422)
    client.post(f"{LIST}/{reference}/cancel", {"cancel-reason": "Falsche Fassung"}, status=303)
    assert "Abgebrochen: Falsche Fassung" in client.get(f"{LIST}/{reference}").text
    inside(client, say, other, "Stadt", "objection")
    page = client.get(f"{LIST}/{other}/offer")
    assert [one["value"] for one in page.select("select[name=meeting] option")] == [planned]
    client.post(f"{LIST}/{other}/offer", {"meeting": planned}, status=303)
    client.post(f"{LIST}/{other}/offer", {"meeting": "PG-2027-99"}, status=404)


@pytest.mark.parametrize("person", [OFFICE, house.MEMBER])
def test_the_number_of_queries_does_not_grow_with_the_answers(client, app, person):
    first, second = inside(client, circular.sent), inside(client, circular.sent)
    for label in VOTERS[:5]:
        if label != "Jobcenter":
            inside(client, say, second, label, "yes")
    client.sign_in(person)
    counts = []
    for reference in (first, second):
        with statements_of(client.app) as sent:
            client.get(f"{LIST}/{reference}")
        counts.append(len(sent))
    assert counts[0] == counts[1] < 30
