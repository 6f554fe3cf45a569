"""Calendar objects and files of mails: kept with the mail, sent with it, links filled in, missing files told."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from sqlalchemy import select

from kimforms.documents.calendar import Attendee, CalendarEvent, request
from kimforms.extensions import db
from kimforms.models import Blob, Delivery, MessagePart, OutboxMessage, Person
from kimforms.services import delivery, mail_parts, outbox, reply_links
from kimforms.services.file_store import FileStore
from kimforms.services.unit_of_work import unit_of_work

from ..support.mail import mail_server

EVENT = CalendarEvent(
    uid="sitzung-1@kim.example",
    sequence=0,
    stamp=datetime(2026, 11, 23, 10, tzinfo=UTC),
    starts_at=datetime(2027, 1, 20, 13, tzinfo=UTC),
    ends_at=datetime(2027, 1, 20, 15, tzinfo=UTC),
    summary="Sitzung der Lenkungsgruppe",
    organizer_name="Geschäftsstelle",
    organizer_address="kim@rsk.example",
    attendee=Attendee("Jana Müller", "jana@b.example"),
)


@pytest.fixture
def mailbox():
    with mail_server() as box:
        yield box


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files")


def put(session, now, store, content=b"%PDF-1.7 Tagesordnung"):
    stored = store.put(BytesIO(content), 1000)
    blob = Blob(sha256=stored.sha256, size=stored.size, media_type="application/pdf", stored_at=now)
    session.add(blob)
    session.flush()
    return blob


def queue(session, now, *parts, to="jana@b.example", text="Guten Tag", link=None):
    return outbox.queue(
        session, now, controller_id=1, kind="meeting.invitation", to=[(to, None)], subject="Einladung", text=text,
        link=link, parts=parts,
    )  # fmt: skip


def send(box, now, store):
    sender = delivery.Sender(box.url, "kim@rsk.example", "secret", store)
    return delivery.deliver_batch(unit_of_work, sender, lambda: now, "w1")


def test_a_mail_arrives_with_calendar_and_files(app, now, mailbox, store):
    with unit_of_work() as session:
        blob = put(session, now, store)
        parts = (
            mail_parts.calendar("REQUEST", request(EVENT)),
            mail_parts.stored_file(blob, "Tagesordnung für März.pdf"),
            mail_parts.own_file("Einladung.pdf", "application/pdf", b"%PDF-1.7 Brief"),
        )
        queue(session, now, *parts)
    assert send(mailbox, now, store).counts == {"sent": 1}
    mail = mailbox.taken[0][1]
    assert mail.get_content_type() == "multipart/mixed"
    alternative, agenda, letter, ics = mail.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    calendar = list(alternative.iter_parts())[2]
    assert calendar["Content-Type"].params == {"charset": "utf-8", "method": "REQUEST", "component": "VEVENT"}
    assert calendar.get_content().replace("\n", "\r\n").encode() == ics.get_content() or (
        calendar.get_content().encode() == ics.get_content()
    )
    assert (agenda.get_filename(), agenda.get_content()) == ("Tagesordnung für März.pdf", b"%PDF-1.7 Tagesordnung")
    assert (letter.get_filename(), letter.get_content()) == ("Einladung.pdf", b"%PDF-1.7 Brief")
    assert (ics.get_content_type(), ics.get_filename()) == ("application/ics", "invite.ics")


def test_a_mail_without_parts_is_built_as_ever(app, now, mailbox, store):
    with unit_of_work() as session:
        queue(session, now)
    send(mailbox, now, store)
    assert mailbox.taken[0][1].get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("with_store", [True, False])
def test_a_missing_file_keeps_the_mail_back_and_says_which(app, now, mailbox, store, with_store):
    with unit_of_work() as session:
        blob = put(session, now, store)
        queue(session, now, mail_parts.stored_file(blob, "Vorlage.pdf"))
        if with_store:
            store.path_of(blob.sha256).unlink()
    assert send(mailbox, now, store if with_store else None).counts == {"dead": 1}
    db.session.rollback()
    found = db.session.scalars(select(Delivery)).one()
    assert found.error == "Die Anlage „Vorlage.pdf“ fehlt im Dateispeicher. Die Nachricht ging nicht hinaus."
    assert mailbox.taken == []


def test_links_in_the_calendar_are_filled_for_the_recipient_only(app, now, mailbox, store):
    with unit_of_work() as session:
        person = Person(controller_id=1, last_name="Müller", email="jana@b.example", created_at=now, changed_at=now)
        session.add(person)
        session.flush()
        link = reply_links.make(session, now, purpose="invitation", person=person, target_id=1, expires_at=None)
        text = f"Antworten: https://kim.example{reply_links.path(link)} und noch mehr Text, damit gefaltet wird."
        content = request(CalendarEvent(**{**EVENT.__dict__, "description": text}))
        queue(session, now, mail_parts.calendar("REQUEST", content))
        queue(session, now, mail_parts.calendar("REQUEST", content), to="other@b.example")
        token = reply_links.token_text("secret", link)
    send(mailbox, now, store)
    mine, others = (
        list(mail.iter_attachments())[0].get_content().replace(b"\r\n ", b"").decode() for _, mail in mailbox.taken
    )
    assert f"https://kim.example/r/{token} und" in mine
    assert token not in others
    assert "{{" not in mine + others
    raw = list(mailbox.taken[0][1].iter_attachments())[0].get_content()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75


def test_a_calendar_object_goes_to_one_recipient_once(app, now):
    part = mail_parts.calendar("REQUEST", request(EVENT))
    with pytest.raises(ValueError, match="one recipient"), unit_of_work() as session:
        queue(session, now, part, part)
    with pytest.raises(ValueError, match="one recipient"), unit_of_work() as session:
        to = [("a@b.example", None), ("c@b.example", None)]
        outbox.queue(session, now, controller_id=1, kind="x", to=to, subject="S", text="T", parts=(part,))
    assert db.session.scalar(select(OutboxMessage.id)) is None


def test_parts_go_with_their_mail(app, now, store):
    with unit_of_work() as session:
        message = queue(session, now, mail_parts.own_file("a.pdf", "application/pdf", b"x"))
        session.flush()
        session.delete(message)
    assert db.session.scalar(select(MessagePart.id)) is None


def test_the_office_sees_and_saves_the_parts_without_the_secret(client):
    with client.app.app_context(), unit_of_work() as session:
        now = datetime(2026, 11, 23, 10, tzinfo=UTC)
        store = FileStore(client.app.config["SETTINGS"].data_dir / "files")
        content = request(CalendarEvent(**{**EVENT.__dict__, "description": "Link: /r/{{reply:7}}"}))
        message = queue(
            session,
            now,
            mail_parts.calendar("REQUEST", content),
            mail_parts.stored_file(put(session, now, store), "Vorlage.pdf"),
            mail_parts.own_file("Einladung.pdf", "application/pdf", b"x" * 2048),
        )
        session.flush()
        number, parts = message.id, [part.id for part in message.parts]
    client.sign_in("leitung@rsk.example")
    section = client.get(f"/outbox/{number}").select_one("#parts")
    rows = [" ".join(row.text.split()) for row in section.select("tbody tr")]
    assert rows[1:] == ["Vorlage.pdf PDF 1 kB", "Einladung.pdf PDF 2 kB"]
    assert rows[0].startswith("invite.ics Kalendereintrag: Einladung")
    saved = client.http.get(f"/outbox/{number}/parts/{parts[0]}")
    assert saved.headers["Content-Disposition"] == "attachment; filename=invite.ics"
    assert b"reply:7" not in saved.data and b"[geheimer Link]" in saved.data
    with client.http.get(f"/outbox/{number}/parts/{parts[1]}") as answer:  # a file, which wants to be closed
        assert answer.data == b"%PDF-1.7 Tagesordnung"
    assert client.http.get(f"/outbox/{number + 1}/parts/{parts[0]}").status_code == 404
    assert client.http.get(f"/outbox/{number}/parts/999").status_code == 404


@pytest.mark.parametrize(
    ("email", "status"),
    [("admin@rsk.example", 403), ("koordination@rsk.example", 403), ("vorsitz@rsk.example", 403), (None, 303)],
)
def test_nobody_else_does(client, email, status):
    with client.app.app_context(), unit_of_work() as session:
        now = datetime(2026, 11, 23, 10, tzinfo=UTC)
        message = queue(session, now, mail_parts.own_file("Geheim.pdf", "application/pdf", b"x"))
        session.flush()
        number, part = message.id, message.parts[0].id
    if email:
        client.sign_in(email)
    assert client.http.get(f"/outbox/{number}/parts/{part}").status_code == status
    if email == "admin@rsk.example":
        assert "Geheim.pdf" not in client.get(f"/outbox/{number}").text
