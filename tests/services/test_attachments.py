"""Files: looked at by content, stored once and whole, opened only by those who may."""

import io
import zipfile

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Attachment, Blob
from kimforms.permissions import Sight
from kimforms.services import attachments, file_kinds
from kimforms.services.file_store import FileStore, TooLarge
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible

from ..support import meetings
from ..support.databases import NOW
from ..support.records import ADVISER, COORDINATOR, OFFICE, last_payload, own_process, report, tags, work

ACCESS = {
    "create": {"roles": ["coordinator"]},
    "read": ["coordinator", "office"],
    "attachments": {"allowed": True, "kinds": ["pdf", "jpg", "docx", "odt", "txt"], "max_bytes": 20_000},
}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def packed(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return stream.getvalue()


def word(**more):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *more.values()):
            archive.writestr(name, "<x/>")
    return stream.getvalue()


ODT = packed(mimetype="application/vnd.oasis.opendocument.text")


@pytest.fixture
def store(data_dir):
    return FileStore(data_dir / "files")


def letter():
    return own_process(key="letter", access=ACCESS)


def upload(email, reference, store, content=PDF, name="Schreiben.pdf"):
    with work(email, reference) as (_session, person, record):
        stored, kind = attachments.store_upload(
            person, record=record, stream=io.BytesIO(content), name=name, store=store
        )
    with work(email, reference) as (session, person, record):
        return attachments.add_attachment(session, person, NOW, record=record, stored=stored, kind=kind, name=name).id


def files(store):
    return sorted(one.name for one in store.folder.rglob("*") if one.is_file()) if store.folder.exists() else []


def test_a_file_is_stored_under_its_digest_and_recorded(app, store):
    reference = letter()
    attachment_id = upload(COORDINATOR, reference, store)
    kept = db.session.get(Attachment, attachment_id)
    assert (kept.name, kept.blob.size, kept.blob.media_type) == ("Schreiben.pdf", len(PDF), "application/pdf")
    assert store.path_of(kept.sha256).read_bytes() == PDF
    assert last_payload(reference, "attachment:add")["name"] == "Schreiben.pdf"


def test_the_same_content_is_stored_once(app, store):
    reference = letter()
    upload(COORDINATOR, reference, store)
    upload(COORDINATOR, reference, store, name="Noch einmal.pdf")
    upload(COORDINATOR, reference, store)  # a second click
    assert len(files(store)) == 1
    assert len(list(db.session.scalars(select(Blob)))) == 1
    assert len(list(db.session.scalars(select(Attachment)))) == 2


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (PDF, "", "Wählen Sie eine Datei"),
        (b"", "leer.pdf", "ist leer"),
        (PDF + b"x" * 20_000, "gross.pdf", "größer als 20 kB"),
        (b"\x7fELF\x02\x01", "rechnung.pdf", "Diese Art von Datei"),
        (b"<html>\x00", "seite.txt", "Diese Art von Datei"),
        (b"\x89PNG\r\n\x1a\nxx", "bild.jpg", "Diese Art von Datei"),
        (b"PK\x03\x04kaputt", "brief.docx", "Diese Art von Datei"),
        (word(macro="word/vbaProject.bin"), "brief.docx", "Diese Art von Datei"),
        ("Grüße".encode("latin-1"), "alt.txt", "Diese Art von Datei"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_recorded(app, store, content, name, sentence):
    reference = letter()
    before = tags(reference)
    with pytest.raises(InputRefused, match=".*") as refused:
        upload(COORDINATOR, reference, store, content, name)
    assert sentence in refused.value.errors["file"]
    assert tags(reference) == before
    assert not [one for one in files(store) if one.startswith(".new")]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"), (b"\xff\xd8\xff\xe0....", "jpeg"), (b"\x89PNG\r\n\x1a\nxx", "png"), (word(), "docx"),
        (ODT, "odt"), ("Grüße,\r\nzwei".encode(), "txt"), (b"MZ\x90\x00", None), (packed(a="b"), None),
    ],
)  # fmt: skip
def test_the_kind_is_seen_in_the_content(tmp_path, content, kind):
    path = tmp_path / "whatever.exe"
    path.write_bytes(content)
    assert file_kinds.kind_of(path) == kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("Brief.pdf", "pdf", "Brief.pdf"),
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("C:\\Ordner\\Akte.PDF", "pdf", "Akte.pdf"),
        ("rechnung.pdf.exe", "pdf", "rechnung.pdf.exe.pdf"),
        ('a\r\nb"<x>.txt', "txt", "a b x .txt"),
        ("fdp\u202egnp.pdf", "pdf", "fdp gnp.pdf"),
        ("...", "pdf", "Datei.pdf"),
        ("x" * 400 + ".pdf", "pdf", "x" * 150 + ".pdf"),
        ("tabelle.csv", "txt", "tabelle.csv"),
    ],
)
def test_names_are_made_harmless(name, kind, safe):
    assert attachments.safe_name(name, kind) == safe


def test_hurdle_reports_take_no_files(app, store):
    reference = report()
    with pytest.raises(InputRefused, match=".*") as refused:
        upload(COORDINATOR, reference, store)
    assert refused.value.errors["file"].startswith("Zu diesen Vorgängen gibt es keine Dateien")
    assert files(store) == []


@pytest.mark.parametrize("email", [OFFICE, ADVISER])
def test_only_who_works_on_it_adds_files(app, store, email):
    reference = letter()
    with pytest.raises(NotPermitted):
        upload(email, reference, store)
    assert files(store) == []


def test_only_the_office_brings_files_to_a_meeting_of_a_steering_body(app, store):
    meetings.body()
    meetings.body("working", "pruefgruppe")
    steering, working = meetings.meeting(), meetings.meeting("pruefgruppe")
    with pytest.raises(NotPermitted):
        upload(COORDINATOR, steering, store)
    assert files(store) == []
    assert upload(OFFICE, steering, store)
    assert upload(COORDINATOR, working, store)


def test_a_removed_file_is_gone_but_stays_in_the_history(app, store):
    reference = letter()
    attachment_id = upload(COORDINATOR, reference, store)
    for expected in (True, False):
        with work(COORDINATOR, reference) as (session, person, record):
            done = attachments.remove_attachment(session, person, NOW, record=record, attachment_id=attachment_id)
            assert done is expected
    assert tags(reference)[-2:] == ["attachment:add", "attachment:remove"]
    with work(COORDINATOR, reference) as (session, _person, record), pytest.raises(NotVisible):
        attachments.open_attachment(session, Sight.FULL, record=record, attachment_id=attachment_id, store=store)


@pytest.mark.parametrize(("sight", "opens"), [(Sight.FULL, True), (Sight.SHARED, True), (Sight.REPORTER, False)])
def test_who_may_open_a_file(app, store, sight, opens):
    reference = letter()
    attachment_id = upload(COORDINATOR, reference, store)
    other = report()
    with work(COORDINATOR, reference) as (session, _person, record):
        if opens:
            _found, path = attachments.open_attachment(
                session, sight, record=record, attachment_id=attachment_id, store=store
            )
            assert path.read_bytes() == PDF
        else:
            with pytest.raises(NotVisible):
                attachments.open_attachment(session, sight, record=record, attachment_id=attachment_id, store=store)
    with work(COORDINATOR, other) as (session, _person, record), pytest.raises(NotVisible):
        attachments.open_attachment(session, Sight.FULL, record=record, attachment_id=attachment_id, store=store)


def test_a_full_disk_is_said_and_leaves_nothing(app, store, monkeypatch):
    reference = letter()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kimforms.services.file_store.os.fsync", full)
    with pytest.raises(InputRefused, match=".*") as refused:
        upload(COORDINATOR, reference, store)
    assert "ließ sich nicht speichern" in refused.value.errors["file"]
    assert files(store) == []


def test_too_much_is_stopped_while_it_comes(tmp_path):
    store = FileStore(tmp_path)
    with pytest.raises(TooLarge):
        store.put(io.BytesIO(b"x" * 100), 99)
    assert files(store) == []
    assert store.put(io.BytesIO(b"x" * 99), 99).size == 99


@pytest.mark.parametrize("address", ["../../etc/passwd", "a" * 63, "A" * 64, ""])
def test_only_digests_lead_to_files(tmp_path, address):
    with pytest.raises(ValueError, match="not a SHA-256"):
        FileStore(tmp_path).path_of(address)
