"""The pages of an invitation: list, preview, sending, evidence, answers with and without an account, calendars."""

from __future__ import annotations

import re

import icalendar
import pytest

from kimforms import jobs
from kimforms.models import AgendaItem, Body, ReplyLink, Seat, SeatHolder
from kimforms.services.meetings import answers, feeds, printing
from kimforms.services.meetings.inbound import take_in
from kimforms.services.meetings.moving import take_step
from kimforms.services.refusals import NotVisible
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings, minutes
from ..support.calendar_replies import reply
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.invitations import approved, invited, link_in, mails_to, rows, send
from ..support.meetings import CHAIR, MEMBER, at_work, named
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, OFFICE, actor, mails

SOCIAL = "sozialamt.pruefgremium@member.example"
DEPUTY = "vertretungsozialamt.pruefgremium@member.example"


def begun(client: CheckingClient, *, sent: bool = True) -> str:
    """A meeting, invited to unless told, and the office signed in."""
    with in_app(client.app):
        if sent:
            reference = invited()
        else:
            meetings.body()
            reference = approved()
    client.sign_in(OFFICE)
    return reference


def link_of(client: CheckingClient, address: str = SOCIAL, number: int = 0) -> str:
    """The path of the link in a mail to this address."""
    with in_app(client.app):
        return link_in(mails_to(address)[number])


def test_from_the_empty_list_to_the_evidence(client: CheckingClient) -> None:
    with in_app(client.app):
        meetings.body()
        reference = meetings.meeting()
    client.sign_in(OFFICE)
    page = client.get(f"/meetings/{reference}/invitation")
    assert "sobald die Tagesordnung freigegeben ist" in page.text
    client.submit(page, "form[action$='take-over']")
    page = client.follow()
    assert len(page.select("#people tbody tr")) == 8
    client.get(f"/meetings/{reference}/invitation/preview", status=409)
    with in_app(client.app), at_work(reference) as (session, actor, meeting):
        take_step(session, actor, NOW, meeting, "freigeben")
    page = client.get(f"/meetings/{reference}/invitation/preview")
    assert "fristgerecht" in page.text
    assert "BEGIN:VCALENDAR" in page.text
    client.submit(page, "#send")
    page = client.follow()
    assert len(page.select("tbody tr")) == 8
    assert "Wartet im Postausgang" in page.text
    with in_app(client.app):
        [mail] = mails_to(SOCIAL)
        names = [part.get_filename() for part in mail.iter_attachments()]
    assert f"Einladung-{reference}.pdf" in names
    client.post(f"/meetings/{reference}/invitation/send?kind=invitation", status=409)
    page = client.get(f"/meetings/{reference}/invitation")
    assert "Alle 8 Eingeladenen sind fristgerecht geladen." in page.text
    with in_app(client.app):
        assert len(mails("meeting.invitation")) == 8


def test_minutes_are_named_and_do_not_count_as_the_invitation(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = minutes.held()
        minutes.sent(client.app, reference)
    client.sign_in(OFFICE)
    page = client.get(f"/meetings/{reference}/invitation")
    names = [one.get_text() for one in page.select("#dispatches tbody th a")]
    assert [re.split(r" \d", name)[0] for name in names] == ["Niederschrift", "Niederschrift zur Prüfung", "Einladung"]
    assert "Wartet im Postausgang" not in page.select_one("#people").text  # type: ignore[union-attr]


def test_only_steering_bodies_have_votes_and_a_quorum(client: CheckingClient) -> None:
    texts = {}
    for formality, slug in (("steering", meetings.SLUG), ("working", "werkstatt")):
        with in_app(client.app):
            meetings.body(formality, slug)
            reference = approved(slug)
            send(reference)
        client.sign_in(OFFICE)
        texts[formality] = client.get(f"/meetings/{reference}/invitation").text
    assert "sicher beschlussfähig" in texts["steering"] and "stimmberechtigt" in texts["steering"]
    assert "beschlussfähig" not in texts["working"] and "stimmberechtigt" not in texts["working"]
    assert "Mitglied" in texts["working"]


def test_papers_are_pdf(client: CheckingClient) -> None:
    reference = begun(client, sent=False)
    with in_app(client.app), at_work(reference) as (session, _actor, _meeting):
        person = named(session, "Sozialamt").id
    for path in ("invitation.pdf", "invitation.pdf?guests=1", f"invitation.pdf?person={person}", "agenda.pdf"):
        client.get(f"/meetings/{reference}/invitation/{path}")
        assert client.response is not None
        assert client.response.data.startswith(b"%PDF-"), path
    client.get(f"/meetings/{reference}/invitation/invitation.pdf?person=999999", status=404)


def test_letters_are_printed_and_noted_as_posted(client: CheckingClient) -> None:
    reference = begun(client, sent=False)
    page = client.get(f"/meetings/{reference}/invitation")
    client.submit(page, "form[action$='/channel']", button="button[name=channel]")
    page = client.get(f"/meetings/{reference}/invitation/preview")
    assert "Post" in page.text
    client.submit(page, "#send")
    page = client.follow()
    letters = page.select_one("a[href$='letters.pdf']")
    assert letters is not None
    client.get(str(letters["href"]))
    refused = client.submit(page, "#posted", {"day": "01.01.2020"}, status=422)
    assert "vom 23.11.2026 bis heute" in refused.text
    client.submit(page, "#posted", {"day": "23.11.2026"})
    assert "Brief versandt am 23.11.2026" in client.follow().text


def test_many_letters_are_printed_in_the_background(client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "AT_ONCE", 0)
    reference = begun(client, sent=False)
    page = client.get(f"/meetings/{reference}/invitation")
    client.submit(page, "form[action$='/channel']", button="button[name=channel]")
    client.submit(client.get(f"/meetings/{reference}/invitation/preview"), "#send")
    evidence = client.follow()
    assert evidence.select_one("a[href$='letters.pdf']") is None
    client.submit(evidence, "form[action$='/letters']")
    assert "Die Arbeit beginnt gleich." in client.follow().text
    monkeypatch.setattr(printing, "AT_ONCE", 1)
    assert jobs.LongWorkLoop(client.app, lambda: NOW).round()
    done = client.get("/progress/1")
    assert "Die Arbeit ist fertig." in done.text
    back = client.get(str(done.select_one("a[href*='/dispatches/']")["href"]))
    client.get(str(back.select_one("a[href$='letters.pdf']")["href"]))
    assert client.response is not None
    assert client.response.data.startswith(b"%PDF-")
    client.response.close()


def test_answering_without_an_account(client: CheckingClient) -> None:
    begun(client)
    guest = CheckingClient(client.app)
    link = link_of(client)
    page = guest.get(f"{link}?answer=accepted")
    assert guest.response is not None
    assert guest.response.headers["Referrer-Policy"] == "no-referrer"
    assert "Diese Antwort gilt für Kim Sozialamt" in page.text
    checked = page.select_one("input[name=answer][checked]")
    assert checked is not None
    assert checked["value"] == "accepted"
    with in_app(client.app):
        assert rows("PG-2027-01")["Sozialamt"].answer == "none"
    guest.submit(page, "#reply-form", {"comment": "Gern"})
    assert "Ihre Antwort ist gespeichert" in guest.follow().text
    page = guest.get(f"{link}?answer=declined")
    guest.submit(page, "#reply-form")
    with in_app(client.app):
        row = rows("PG-2027-01")["Sozialamt"]
        assert (row.answer, row.answered_via) == ("declined", "link")
    guest.submit(page, "#reply-form", {"answer": "perhaps"}, status=422)


def test_sending_a_deputy_by_link(client: CheckingClient) -> None:
    begun(client)
    guest = CheckingClient(client.app)
    page = guest.get(f"{link_of(client)}?answer=deputy")
    chosen = page.select("select[name=deputy] option")[1]
    guest.submit(page, "#reply-form", {"deputy": ""}, status=422)
    guest.submit(page, "#reply-form", {"deputy": str(chosen["value"])})
    page = guest.get(link_of(client, DEPUTY))
    assert "Kim Vertretung Sozialamt" in page.text
    office = client.get("/meetings/PG-2027-01/answers")
    assert "schickt Vertretung" in office.text
    guest.submit(page, "#reply-form", {"answer": "accepted"})
    office = client.get("/meetings/PG-2027-01/answers")
    assert "1 von 7 Stimmberechtigten zugesagt" in office.text


@pytest.mark.parametrize("change", ["tampered", "revoked", "begun", "over"])
def test_links_that_no_longer_count(client: CheckingClient, change: str) -> None:
    reference = begun(client)
    guest = CheckingClient(client.app)
    link = link_of(client)
    page = guest.get(link)
    if change == "tampered":
        guest.get(link[:-1] + ("A" if link[-1] != "A" else "B"), status=410)
        guest.get(re.sub(r"/r/(\d+)", lambda found: f"/r/{int(found[1]) + 1}", link), status=410)
        return
    if change == "revoked":
        with in_app(client.app):
            number = rows(reference)["Sozialamt"].id
        office = client.get(f"/meetings/{reference}/invitation/people/{number}/uninvite")
        client.submit(office, "#uninvite", {"reason": "Ein Versehen"})
        guest.get(link, status=410)
        guest.submit(page, "#reply-form", {"answer": "accepted"}, status=410)
        with in_app(client.app):
            assert "Ein Versehen" in mails_to(SOCIAL)[1].as_string()
        return
    with in_app(client.app), at_work(reference) as (session, _actor, meeting):
        meeting.starts_at = NOW
        if change == "over":
            meeting.ends_at = NOW
            for one in session.query(ReplyLink):
                one.expires_at = NOW
    if change == "begun":
        assert "Antworten sind nicht mehr möglich" in guest.get(link).text
        guest.submit(page, "#reply-form", {"answer": "accepted"}, status=409)
    else:
        guest.get(link, status=410)


def test_guests_read_nothing_confidential_behind_the_link(client: CheckingClient) -> None:
    with in_app(client.app):
        meetings.body()
        reference = approved()
        with at_work(reference) as (session, _actor, _meeting):
            session.query(AgendaItem).filter_by(position=1).one().confidential = True
            guest_id = meetings.person(session, "Besuch").id
    client.sign_in(OFFICE)
    page = client.get(f"/meetings/{reference}/invitation")
    client.submit(page, "#add-person", {"person": str(guest_id)})
    client.submit(client.get(f"/meetings/{reference}/invitation/preview"), "#send")
    page = CheckingClient(client.app).get(link_of(client, "besuch.person@member.example"))
    assert "Punkt 1" in page.text
    assert "Punkt 2" not in page.text
    member = CheckingClient(client.app)
    page = member.get(link_of(client))
    assert "Punkt 2" in page.text
    file = page.select_one("a[href*='?file=']")
    assert file is not None
    member.get(str(file["href"]))
    assert member.response is not None
    assert member.response.data.startswith(b"%PDF-")
    member.response.close()
    foreign = str(file["href"]).rpartition("=")[2]
    CheckingClient(client.app).get(f"{link_of(client, 'besuch.person@member.example')}?file={foreign}", status=404)


def test_members_answer_in_their_account_and_see_no_others(client: CheckingClient) -> None:
    reference = begun(client)
    member = CheckingClient(client.app)
    member.sign_in(MEMBER)
    page = member.get(f"/meetings/{reference}/answers")
    assert "Kim Sozialamt" not in page.text
    member.submit(page, "#reply-form", {"answer": "accepted"})
    assert "zugesagt" in member.follow().text
    member.get(f"/meetings/{reference}/invitation", status=403)
    with in_app(client.app):
        number = rows(reference)["Sozialamt"].id
    member.get(f"/meetings/{reference}/answers/{number}", status=403)
    page = client.get(f"/meetings/{reference}/answers/{number}")
    client.submit(page, "#reply-form", {"answer": "tentative"})
    with in_app(client.app):
        assert rows(reference)["Sozialamt"].answered_via == "office"
    other = CheckingClient(client.app)
    other.sign_in(ADVISER)
    other.get(f"/meetings/{reference}/answers", status=403)


def test_coordination_reads_but_does_not_send_for_steering_bodies(client: CheckingClient) -> None:
    reference = begun(client, sent=False)
    other = CheckingClient(client.app)
    other.sign_in(COORDINATOR)
    page = other.get(f"/meetings/{reference}/invitation")
    assert page.select("main form") == []
    other.get(f"/meetings/{reference}/invitation/preview", status=403)
    other.post(f"/meetings/{reference}/invitation/send?kind=invitation", status=403)


def test_rows_of_another_meeting_are_out_of_reach(client: CheckingClient) -> None:
    reference = begun(client)
    with in_app(client.app):
        other = approved()
        number = rows(reference)["Sozialamt"].id
    for path in (f"people/{number}/remove", f"people/{number}/channel", f"people/{number}/uninvite"):
        client.post(f"/meetings/{other}/invitation/{path}", status=404)
    client.get(f"/meetings/{other}/answers/{number}", status=404)
    client.get(f"/meetings/{other}/invitation/dispatches/1", status=404)
    client.get(f"/meetings/{other}/invitation/preview?kind=minutes", status=404)


def test_the_seat_changed_hands_and_one_click_follows(client: CheckingClient) -> None:
    reference = begun(client)
    with in_app(client.app), at_work(reference) as (session, _actor, _meeting):
        seat = session.query(Seat).join(Body).filter(Seat.label == "Sozialamt", Body.slug == meetings.SLUG).one()
        holder = session.query(SeatHolder).filter_by(seat_id=seat.id, role="principal").one()
        holder.person = meetings.person(session, "Nachfolge")
    page = client.get(f"/meetings/{reference}/invitation")
    assert "sitzt jetzt Kim Nachfolge" in page.text
    client.submit(page, "form[action$='/exchange']")
    with in_app(client.app):
        assert rows(reference)["Sozialamt"].person.last_name == "Nachfolge"
        assert mails("meeting.uninvitation") == [("meeting.uninvitation", SOCIAL)]
        assert mails("meeting.invitation")[-1] == ("meeting.invitation", "nachfolge.person@member.example")
    assert "sitzt jetzt" not in client.get(f"/meetings/{reference}/invitation").text


def test_the_number_of_queries_does_not_grow_with_the_list(client: CheckingClient) -> None:
    reference = begun(client)
    path = f"/meetings/{reference}/invitation"
    client.get(path)
    with statements_of(client.app) as before:
        client.get(path)
    page = client.get(path)
    for one in [str(option["value"]) for option in page.select("select[name=person] option")[1:4]]:
        client.submit(client.get(path), "#add-person", {"person": one})
    with statements_of(client.app) as after:
        client.get(path)
    assert len(after) == len(before)


def test_calendars_are_subscribed_renewed_and_ended(client: CheckingClient) -> None:
    reference = begun(client)
    member = CheckingClient(client.app)
    member.sign_in(CHAIR)
    page = member.get("/meetings/subscriptions")
    member.submit(page, "main form", button="button[value=renew]")
    page = member.follow()
    address = page.select_one("main code")
    assert address is not None
    path = address.text.removeprefix("http://localhost")
    program = CheckingClient(client.app)
    answer = program.http.get(path)
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == ["Sitzung Prüfgremium pruefgremium"]
    assert "Punkt" not in answer.text
    again = program.http.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert answer.headers["Last-Modified"]
    member.submit(page, "main form", button="button[value=renew]")
    assert program.http.get(path).status_code == 410
    assert program.http.get("/meetings/calendar/1-x.ics").status_code == 410
    other = link_of(client).removeprefix("/r/")
    assert program.http.get(f"/meetings/calendar/{other}.ics").status_code == 410
    page = member.get("/meetings/subscriptions")
    member.submit(page, "main form", button="button[value=end]")
    assert "Nicht abonniert" in member.follow().text
    member.post("/meetings/subscriptions", {"body": "lenkungsgruppe", "deed": "renew"}, status=404)
    assert reference


def test_a_subscription_shows_what_its_person_may_know(client: CheckingClient) -> None:
    with in_app(client.app):
        meetings.body()
        reference = approved()
        with at_work(reference) as (session, _actor, meeting):
            person = named(session, "Sozialamt")
            assert feeds.meetings_of(session, NOW, person, None) == []
            assert feeds.meetings_of(session, NOW, meetings.person(session, "Fremd"), meeting.body) == []
            with pytest.raises(NotVisible):
                feeds.renew(session, actor(session, ADVISER), NOW, None)


def test_mails_that_came_in_are_listed(client: CheckingClient) -> None:
    reference = begun(client)
    assert "Noch keine Mail eingegangen" in client.get("/meetings/inbound").text
    with in_app(client.app), unit_of_work() as session:
        take_in(session, NOW, reply(meetings.found(reference).uid, SOCIAL))
    page = client.get("/meetings/inbound")
    assert "Zusage von Kim Sozialamt per Kalenderantwort." in page.text
    assert "per Kalenderantwort" in client.get(f"/meetings/{reference}/answers").text


def test_the_history_tells_it_in_words(client: CheckingClient) -> None:
    reference = begun(client)
    with in_app(client.app), at_work(reference, None) as (session, nobody, meeting):
        mine = answers.rows_of(session, meeting, named(session, "Sozialamt").id)
        given = answers.Given("accepted")
        answers.give(session, nobody, NOW, meeting=meeting, rows=mine, given=given, via="link")
    page = client.get(f"/records/{reference}/history")
    for words in ("Person auf die Liste der Eingeladenen gesetzt", "8 per E-Mail, 0 per Post", "zugesagt, per Link"):
        assert words in page.text
