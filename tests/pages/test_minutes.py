"""Minutes in the browser's eyes: the office writes, the chair signs, members read and object, guests read less."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from kimforms.models import Decision, Task
from kimforms.services.minutes import signing
from tests.support import meetings, minutes
from tests.support.client import CheckingClient
from tests.support.databases import Workshop, in_app
from tests.support.meetings import CHAIR, MEMBER, at_work
from tests.support.minutes import AFTER, SECRET, minutes_in
from tests.support.queries import statements_of
from tests.support.records import COORDINATOR, OFFICE


@pytest.fixture
def later(workshop: Workshop) -> Any:
    """The day on which the minutes are written, two days after the meeting."""
    workshop.app.config["NOW"], before = lambda: AFTER, workshop.app.config["NOW"]
    yield
    workshop.app.config["NOW"] = before


@pytest.fixture
def reference(workshop: Workshop, client: CheckingClient, later: None) -> str:
    with in_app(workshop.app):
        return minutes.held()


def page_of(reference: str) -> str:
    return f"/meetings/{reference}/minutes"


def signed_in(workshop: Workshop, email: str) -> CheckingClient:
    made = CheckingClient(workshop.app)
    made.sign_in(email)
    return made


def text_of(soup: Any) -> str:
    return re.sub(r"\s+", " ", soup.get_text(" "))


def fetched(client: CheckingClient, path: str, status: int = 200) -> bytes:
    """The file at an address."""
    answer = client.http.get(path)
    content = answer.data
    answer.close()
    assert answer.status_code == status and (status != 200 or answer.mimetype == "application/pdf")
    return content


def pdf_text(content: bytes, folder: Path) -> str:
    path = folder / "minutes.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout


def test_the_office_writes_hands_over_and_sends(workshop: Workshop, client: CheckingClient, reference: str) -> None:
    client.sign_in(OFFICE)
    empty = client.get(page_of(reference))
    client.submit(empty, "form[action$='/begin']")
    shown = client.follow()
    assert "Einstimmig bei 1 Enthaltung beschlossen." in text_of(shown)
    edit = client.get(f"{page_of(reference)}/blocks/statements")
    client.submit(edit, "#block-form", {"text-agenda": "Die Reihenfolge bleibt."})
    shown = client.follow()
    assert "Die Reihenfolge bleibt." in text_of(shown)
    client.submit(shown, "form[action$='/check']")
    shown = client.follow()
    client.submit(shown, "form[action$='/sign']")
    shown = client.follow()
    assert shown.select("form[action$='/sign-on-paper']"), "the chair may sign on paper"
    client.submit(shown, "form[action$='/sign-on-paper']")
    shown = client.follow()
    assert "auf Papier" in text_of(shown)
    preview = client.get(f"{page_of(reference)}/send")
    assert "Einwendungen sind bis" in text_of(preview)
    client.submit(preview, "form.kf-confirm")
    shown = client.follow()
    assert "versandt" in text_of(shown)
    assert client.get(f"{page_of(reference)}/versions").select_one("h1")
    client.submit(preview, "form.kf-confirm")  # a second click
    with at_work_app(workshop, reference) as (session, _who, _meeting):
        assert len(minutes_in(session, reference).versions) == 1


def test_the_chair_signs_or_gives_back_with_remarks(workshop: Workshop, client: CheckingClient, reference: str) -> None:
    with in_app(workshop.app):
        minutes.handed(reference)
    client.sign_in(CHAIR)
    shown = client.get(page_of(reference))
    client.submit(shown, "#return-form", {"return-comment": ""}, status=422)
    client.submit(shown, "#return-form", {"return-comment": "Bitte TOP 2 ergänzen."})
    assert "ist in Arbeit" in text_of(client.follow()), "a draft is not for the chair's eyes"
    office = signed_in(workshop, OFFICE)
    assert "Bitte TOP 2 ergänzen." in text_of(office.get(page_of(reference)))
    office.submit(office.get(page_of(reference)), "form[action$='/check']")
    client.submit(client.get(page_of(reference)), "form[action$='/sign']")
    with at_work_app(workshop, reference) as (session, _who, _meeting):
        assert signing.signing_of(session, minutes_in(session, reference)).done == {"chair"}


def test_what_is_missing_is_named_with_the_way_to_fill_it_in(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    with at_work_app(workshop, reference) as (_session, _who, meeting):
        meeting.chair, meeting.dispatched_at = None, None
        for one in list(meeting_invitations(_session, meeting)):
            _session.delete(one)
    with in_app(workshop.app):
        minutes.begun(reference)
    client.sign_in(OFFICE)
    shown = client.get(page_of(reference))
    assert "ordnungsgemäße Ladung" in text_of(shown)
    assert shown.select_one("a[href$='/blocks/statements']")
    assert not shown.select("form[action$='/check']")
    refused = client.post(f"{page_of(reference)}/check", status=409)
    assert "Schreiben Sie, ob ordnungsgemäß geladen wurde." in text_of(refused)
    edit = client.get(f"{page_of(reference)}/blocks/statements")
    client.submit(edit, "#block-form", {"text-invitation": "Mit Schreiben vom 21.12.2026 ordnungsgemäß geladen."})
    assert client.follow().select("form[action$='/check']")


def test_two_people_write_the_same_block_and_nothing_is_lost(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    with in_app(workshop.app):
        minutes.begun(reference)
    block = f"{page_of(reference)}/blocks/statements"
    client.sign_in(OFFICE)
    other = signed_in(workshop, meetings.MANAGER)
    mine, theirs = client.get(block), other.get(block)
    other.submit(theirs, "#block-form", {"text-agenda": "Text der anderen"})
    both = client.submit(mine, "#block-form", {"text-agenda": "Mein Text"}, status=409)
    assert {"Text der anderen", "Mein Text"} <= {one.get_text(strip=True) for one in both.select(".kf-answer")}
    assert "Mein Text" in both.select_one("textarea[name='text-agenda']").text  # type: ignore[union-attr]
    client.submit(both, "#block-form", {"text-agenda": "Text der anderen und mein Text"})
    assert "Text der anderen und mein Text" in text_of(client.follow())


def test_a_block_saves_itself_and_goes_on_from_there(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    with in_app(workshop.app):
        minutes.begun(reference)
    block = f"{page_of(reference)}/blocks/statements"
    client.sign_in(OFFICE)
    form = client.get(block)
    saved = client.submit(form, "#block-form", {"text-agenda": "Erster Satz."}, status=200, htmx=True)
    version = saved.select_one("input[name=version]")
    assert version is not None
    client.submit(form, "#block-form", {"text-agenda": "Erster Satz. Zweiter.", "version": version["value"]})
    stale = client.submit(form, "#block-form", {"text-agenda": "Ganz anders."}, status=409, htmx=True)
    assert "Ihr Text steht noch da" in text_of(stale)


def test_members_read_from_the_sending_on_and_object(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    with in_app(workshop.app):
        minutes.signed(reference)
    client.sign_in(MEMBER)
    assert "ist in Arbeit" in text_of(client.get(page_of(reference)))
    client.get(f"{page_of(reference)}/minutes.pdf", status=404)
    with in_app(workshop.app):
        minutes.send(workshop.app, reference)
    shown = client.get(page_of(reference))
    assert SECRET in text_of(shown)
    assert "Die Ämter berichten." not in text_of(shown), "minutes of results do not tell the course, on paper or here"
    client.submit(shown, "#objection-form", {"objection-text": ""}, status=422)
    client.submit(shown, "#objection-form", {"objection-text": "Ich war dafür.", "objection-block": "item-2"})
    assert "Ich war dafür." in text_of(client.follow())
    office = signed_in(workshop, OFFICE)
    number = int(re.findall(r"objections/(\d+)", str(office.get(page_of(reference))))[0])
    answer = office.get(f"{page_of(reference)}/objections/{number}")
    office.submit(answer, "#refuse-form", {"refusal-reason": ""}, status=422)
    office.submit(answer, "#accept-form", {"addendum-text": "Kim Jobcenter stimmte dafür."})
    assert "Nachtrag 1" in text_of(office.follow())
    assert "gefolgt" in text_of(client.get(page_of(reference)))
    add = office.get(f"{page_of(reference)}/addenda")
    office.submit(add, "#addendum-form", {"addendum-text": "Beginn war 14:03 Uhr.", "addendum-reason": "Schreibfehler"})
    assert "Nachtrag 2" in text_of(office.follow())


def test_the_overview_shows_members_what_they_come_for(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    overview = f"/meetings/{reference}"
    with in_app(workshop.app):
        minutes.signed(reference)
    client.sign_in(MEMBER)
    before = client.get(overview)
    assert "sobald die Niederschrift versandt ist" in text_of(before) and f"{reference}-B" not in text_of(before)
    assert before.select_one("#minutes") is None
    with in_app(workshop.app):
        minutes.send(workshop.app, reference)
        with meetings.at_work(reference) as (session, _who, _meeting):
            until = minutes.minutes_in(session, reference).objections_until
            task = session.scalars(select(Task).where(Task.title == "Räume anfragen")).one()
            task.owner_id = meetings.named(session, "Jobcenter").id
    page = client.get(overview)
    assert f"{reference}-B Gemeinsame Sprechstunde" in text_of(page.select_one("#decisions"))
    assert page.select_one("#decisions .kern-badge").text.strip() == "zugestimmt"
    assert page.select_one(f"#minutes a[href='{page_of(reference)}']") is not None
    assert f"Einwendungen bis {until:%d.%m.%Y}" in text_of(page.select_one("#minutes"))
    tasks = text_of(page.select_one("#own-tasks"))
    assert "Räume anfragen" in tasks and SECRET not in tasks
    office = signed_in(workshop, OFFICE).get(overview)
    assert office.select_one("#decisions") is None and office.select_one("#own-tasks") is None
    with in_app(workshop.app), meetings.at_work(reference) as (session, _who, _meeting):
        session.scalars(select(Decision).where(Decision.reference == f"{reference}-B")).one().confidential = True
    assert f"{reference}-B" in text_of(client.get(overview)), "members read what is confidential"
    with in_app(workshop.app):
        guest_account(reference)
    guest = text_of(client.get(overview))
    assert f"{reference}-B" not in guest and "Einwendungen bis" not in guest and "Niederschrift lesen" in guest


def test_guests_get_nothing_confidential_neither_on_the_page_nor_in_the_file(
    workshop: Workshop, client: CheckingClient, reference: str, tmp_path: Path
) -> None:
    with in_app(workshop.app):
        minutes.sent(workshop.app, reference)
        guest = guest_account(reference)
    client.sign_in(guest)
    shown = client.get(page_of(reference))
    assert SECRET not in str(shown) and "Vertraulich" in text_of(shown)
    for query in ("", "?kind=send", "?kind=archive", "?kind=guests"):
        content = fetched(client, f"{page_of(reference)}/minutes.pdf{query}")
        found = pdf_text(content, tmp_path)
        assert SECRET not in found and "Sprechstunde" in found
        reader = PdfReader(io.BytesIO(content))
        assert SECRET not in str(reader.metadata) and SECRET not in str(reader.outline)
    client.post(f"{page_of(reference)}/objections", {"objection-text": "Nein"}, status=403)
    client.get(f"{page_of(reference)}/draft.pdf", status=403)
    office = signed_in(workshop, OFFICE)
    assert SECRET in pdf_text(fetched(office, f"{page_of(reference)}/minutes.pdf"), tmp_path)


def test_people_without_account_sign_object_and_withdraw_by_their_link(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    from kimforms.extensions import db  # noqa: PLC0415
    from kimforms.models import OutboxMessage, ReplyLink  # noqa: PLC0415
    from kimforms.services import reply_links  # noqa: PLC0415

    def link_of(label: str) -> str:
        person = minutes.somebody(db.session, label)  # type: ignore[arg-type]
        found = (
            db.session.query(ReplyLink).filter_by(person_id=person.id, purpose="minutes").order_by(ReplyLink.id.desc())
        )
        return f"/r/{reply_links.token_text('test-secret', found.first())}"

    with in_app(workshop.app):
        with at_work(reference) as (session, _who, meeting):
            meeting.chair = minutes.somebody(session, "Sozialamt")
        minutes.handed(reference)
        chair = link_of("Sozialamt")
    shown = client.get(chair)
    assert "Ich unterzeichne" in text_of(shown)
    with in_app(workshop.app), at_work(reference) as (session, _who, _meeting):
        assert not signing.signing_of(session, minutes_in(session, reference)).done, "looking changes nothing"
    client.submit(shown, "form.kf-post")
    with in_app(workshop.app):
        with at_work(reference) as (session, who, _meeting):
            signing.sign(session, who, AFTER, minutes=minutes_in(session, reference), function="minute_taker")
        minutes.send(workshop.app, reference)
        member, guest = link_of("Diakonie"), link_of("Hochschule")
        mails = db.session.query(OutboxMessage).filter_by(kind="minutes.minutes").all()
        assert all(len(one.deliveries) == 1 and len(one.parts) == 1 for one in mails)
    shown = client.get(member)
    client.submit(shown, "#objection-form", {"objection-text": "TOP 2 fehlt etwas."})
    shown = client.follow()
    assert "TOP 2 fehlt etwas." in text_of(shown)
    client.submit(shown, "form.kf-post")
    assert "zurückgenommen" in text_of(client.follow())
    assert fetched(client, f"{member}?file=1")
    read = client.get(guest)
    assert SECRET not in str(read) and not read.select("#objection-form")


def test_facts_are_taken_anew_and_own_texts_stay(workshop: Workshop, client: CheckingClient, reference: str) -> None:
    with in_app(workshop.app):
        minutes.begun(reference)
    client.sign_in(OFFICE)
    edit = client.get(f"{page_of(reference)}/blocks/item-2")
    client.submit(edit, "#block-form", {"text-course": "Von Hand geschrieben."})
    with at_work_app(workshop, reference) as (session, _who, meeting):
        from kimforms.models import AgendaItem  # noqa: PLC0415

        item = session.get_one(AgendaItem, 2)
        item.notes, item.title, meeting.place = "Neue Notizen", "Offene Sprechstunde", "Rathaus"
    preview = client.get(f"{page_of(reference)}/refresh")
    assert preview.select("ins") and preview.select("del")
    client.submit(preview, "form.kf-confirm")
    shown = text_of(client.follow())
    assert "Offene Sprechstunde" in shown and "Rathaus" in shown
    assert "Von Hand geschrieben." in shown and "Neue Notizen" not in shown


def test_coordinators_read_a_steering_body_and_change_nothing(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    with in_app(workshop.app):
        minutes.begun(reference)
    client.sign_in(COORDINATOR)
    assert not client.get(page_of(reference)).select("form[method=post][action*='minutes']")
    for path in ("check", "sign-on-paper", "posted"):
        client.post(f"{page_of(reference)}/{path}", status=403)
    client.get(f"{page_of(reference)}/blocks/head", status=403)
    client.get(f"{page_of(reference)}/draft.pdf", status=403)


def test_the_number_of_queries_is_fixed(workshop: Workshop, client: CheckingClient, reference: str) -> None:
    with in_app(workshop.app):
        minutes.sent(workshop.app, reference)
    client.sign_in(OFFICE)
    client.get(page_of(reference))
    with statements_of(workshop.app) as before:
        client.get(page_of(reference))
    with in_app(workshop.app), at_work(reference) as (session, _who, meeting):
        for number in range(12):
            person = meetings.person(session, f"Gast {number}")
            session.add(minutes.guest_row(meeting, person))
    with statements_of(workshop.app) as after:
        client.get(page_of(reference))
    assert len(after) == len(before) <= 60


def guest_account(reference: str) -> str:
    """An account with the role of a member, invited to this one meeting as a guest."""
    from kimforms.models import User  # noqa: PLC0415

    with at_work(reference) as (session, _who, meeting):
        person = minutes.somebody(session, "Hochschule")
        person.user = session.query(User).filter_by(email=MEMBER).one()
        holder = minutes.somebody(session, "Jobcenter")
        holder.user = None
        assert meeting.body is not None
    return MEMBER


def at_work_app(workshop: Workshop, reference: str) -> Any:
    from contextlib import contextmanager  # noqa: PLC0415

    @contextmanager
    def work() -> Any:
        with in_app(workshop.app), at_work(reference) as found:
            yield found

    return work()


def meeting_invitations(session: Any, meeting: Any) -> Any:
    from kimforms.models import Dispatch  # noqa: PLC0415

    return session.query(Dispatch).filter_by(meeting_id=meeting.record_id, kind="invitation")
