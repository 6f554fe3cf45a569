"""How long the papers of a meeting take, and the dispatch of its invitations to a mail server on this machine.

``python -m benchmarks.meetings`` measures this part of ``make bench`` alone.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pypdf import PdfReader

from kimforms import create_app
from kimforms.config import read_settings
from kimforms.documents.calendar import Attendee, CalendarEvent, request
from kimforms.documents.invitation import AgendaData, AgendaItem, InvitationData, invitations_html
from kimforms.documents.letter import LetterData, letters_html
from kimforms.documents.minutes import (
    Attendance,
    DecisionText,
    MinutesData,
    MinutesItem,
    MinutesTask,
    VoteResult,
    minutes_html,
)
from kimforms.documents.paper import Entry, Letterhead
from kimforms.documents.pdf import Variant, render_pdf
from kimforms.extensions import db
from kimforms.models import Blob, Controller
from kimforms.services import delivery, mail_parts, outbox
from kimforms.services.file_store import FileStore
from kimforms.services.receipts import FONTS, TEMPLATES
from kimforms.services.set_up import set_up
from kimforms.services.unit_of_work import unit_of_work
from tests.support.mail import mail_server

LETTERS, INVITATIONS = 100, 200
HEAD = Letterhead("Rhein-Sieg-Kreis", "Geschäftsstelle der Lenkungsgruppe", "Siegburg")
COURSE = (
    "Die Koordination führt in die Vorlage ein. Sieben Beratungsstellen haben gemeldet, dass Kurse abgebrochen werden, "
    "weil die Kinderbetreuung fehlt; gezählt werden mindestens 14 Fälle aus acht Kommunen. In der Aussprache wird darauf "
    "hingewiesen, dass die Träger kurzfristig keine Räume haben und die Mittel geprüft werden müssen."
)
AGENDA = AgendaData(
    HEAD, "Tagesordnung", "2. Sitzung der Lenkungsgruppe", "LG-2027-02", (Entry("Tag", "20.01.2027"),),
    tuple(AgendaItem(str(n), f"Punkt {n} der Tagesordnung", "Beschluss", "Koordination", 15) for n in range(1, 11)),
)  # fmt: skip
Figure = tuple[str, float, str, str]


def measure() -> Iterator[Figure]:
    """What, how much, in which unit, and the aim."""
    html = minutes_html(minutes(), TEMPLATES)
    first, _ = _rendered(html)
    seconds, pages = _rendered(html)
    yield f"minutes of {pages} pages as PDF/UA-1, first in a process", first, "s", ""
    yield f"minutes of {pages} pages as PDF/UA-1", seconds, "s", ""
    seconds, pages = _rendered(html, "pdf/a-2a")
    yield f"minutes of {pages} pages as PDF/A-2a", seconds, "s", ""
    letters = [letter(number) for number in range(LETTERS)]
    seconds, pages = _rendered(letters_html(letters, TEMPLATES, title="Einladungen"))
    yield f"{LETTERS} invitation letters in one PDF of {pages} pages", seconds, "s", ""
    both = [InvitationData(one, AGENDA) for one in letters]
    seconds, pages = _rendered(invitations_html(both, TEMPLATES, title="Einladungen"))
    yield f"{LETTERS} letters with agenda in one PDF of {pages} pages", seconds, "s", ""
    with tempfile.TemporaryDirectory() as folder:
        yield from _dispatch(Path(folder))


def minutes() -> MinutesData:
    """Ten pages of minutes: 14 items with a discussion, every other one with a decision, 24 people."""
    vote = VoteResult("Einstimmig bei 2 Enthaltungen beschlossen.", 12, 0, 2, None, "offen", "Mehrheit der Stimmen")
    items = tuple(
        MinutesItem(str(n), f"Punkt {n} der Tagesordnung", "Beschluss", "Koordination", course=(COURSE,) * 2,
                    results=("Zur Kenntnis genommen.",),
                    decisions=(DecisionText("Die Vorlage wird angenommen.", f"LG-B-2027-{n:02}", vote=vote),) if n % 2 else ())
        for n in range(1, 15)
    )  # fmt: skip
    return MinutesData(
        HEAD, "Niederschrift", "LG-2027-02", "Lenkungsgruppe", date(2027, 1, 20), "14:00", "16:25", "Kreishaus", "Hansen",
        "Thelen", kind="course", items=items, statements=(COURSE,), quorum=("Beschlussfähig mit 13 von 17.",),
        attendance=tuple(Attendance(f"Person {n}", f"Sitz {n}", right="stimmberechtigt") for n in range(24)),
        tasks=tuple(MinutesTask(f"Aufgabe {n}", "Koordination", date(2027, 3, 1), str(n)) for n in range(1, 9)),
    )  # fmt: skip


def letter(number: int) -> LetterData:
    """An invitation to one person."""
    return LetterData(
        HEAD, "Rhein-Sieg-Kreis · Kaiser-Wilhelm-Platz 1 · 53721 Siegburg",
        ("Jobcenter", f"Person {number}", "Weg 1", "53721 Siegburg"),
        "Einladung zur 2. Sitzung der Lenkungsgruppe am 20.01.2027", f"Guten Tag, Person {number},", (COURSE, COURSE),
        information=(Entry("Unser Zeichen", "LG-2027-02"), Entry("Datum", "05.01.2027")),
        facts=(Entry("Tag", "20.01.2027"), Entry("Ort", "Kreishaus")), signature=("Brandt", "Geschäftsführerin"),
        enclosures=("Tagesordnung",), reference="LG-2027-02",
    )  # fmt: skip


def _rendered(html: str, variant: Variant = "pdf/ua-1") -> tuple[float, int]:
    begun = time.perf_counter()
    pdf = render_pdf(html, title="Messung", fonts=FONTS, variant=variant)
    return time.perf_counter() - begun, len(PdfReader(io.BytesIO(pdf)).pages)


def _dispatch(folder: Path) -> Iterator[Figure]:
    settings = read_settings({"KIMFORMS_DATA_DIR": str(folder), "KIMFORMS_SECRET_KEY": "bench", "KIMFORMS_DEMO": "1"})
    now = datetime.now(UTC)
    store = FileStore(folder / "files")
    with create_app(settings).app_context(), mail_server() as box:
        set_up(settings, now, demo_accounts=True)
        begun = time.perf_counter()
        with unit_of_work() as session:
            _queue(session, now, store)
        yield f"{INVITATIONS} invitations queued (calendar, 100 kB of papers)", time.perf_counter() - begun, "s", ""
        sender = delivery.Sender(box.url, "kim@rsk.example", "bench", store)
        begun = time.perf_counter()
        batch = delivery.deliver_batch(unit_of_work, sender, lambda: datetime.now(UTC), "bench", limit=1000)
        seconds = time.perf_counter() - begun
        if batch.counts.get("sent", 0) < INVITATIONS or len(box.taken) < INVITATIONS:
            raise RuntimeError(f"not all were sent: {batch.counts}")
        yield f"{sum(batch.counts.values())} invitations sent to a local SMTP server", seconds, "s", ""
        db.session.remove()


def _queue(session: db.Session, now: datetime, store: FileStore) -> None:  # type: ignore[name-defined]
    stored = store.put(io.BytesIO(b"%PDF-1.7 " + b"x" * 100_000), 1_000_000)
    blob = Blob(sha256=stored.sha256, size=stored.size, media_type="application/pdf", stored_at=now)
    session.add(blob)
    session.flush()
    controller = session.query(Controller).filter_by(key="rsk").one()
    for number in range(INVITATIONS):
        address = f"person{number}@mitglieder.example"
        event = CalendarEvent(
            "sitzung@kim.example", 0, now, now + timedelta(days=20), now + timedelta(days=20, hours=2),
            "Sitzung der Lenkungsgruppe", "Geschäftsstelle", "kim@rsk.example", "Kreishaus", description=COURSE,
            attendee=Attendee(f"Person {number}", address),
        )  # fmt: skip
        outbox.queue(
            session,
            now,
            controller_id=controller.id,
            kind="meeting.invitation",
            to=[(address, None)],
            subject="Einladung",
            text=COURSE,
            parts=(mail_parts.calendar("REQUEST", request(event)), mail_parts.stored_file(blob, "Tagesordnung.pdf")),
        )


if __name__ == "__main__":
    for what, value, unit, aim in measure():
        print(f"{what:60} {value:9.2f} {unit:5} {aim}", flush=True)
