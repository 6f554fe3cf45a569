"""Pages of campaign letters: as staff go through them, and for everybody else closed."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import AdvisoryService, CampaignRun, LetterTemplate, LongTask
from kimforms.services.unit_of_work import unit_of_work

from ..support import campaign
from ..support.campaign import EBH_RSK, EBH_TROISDORF
from ..support.databases import in_app
from ..support.queries import statements_of

ADVISER = "beratung@caritas.example"


@pytest.fixture
def staff(client):
    client.sign_in(EBH_TROISDORF)
    return client


def open_office(client, **more):
    with client.app.app_context():
        campaign.open_office(**more)
        db.session.remove()


def approved(client):
    with client.app.app_context():
        campaign.approve()
        db.session.remove()


def upload(client, content=None, status=303, block=None, name="liste.csv"):
    page = client.get("/campaign/runs/new")
    files = {"run-file": (io.BytesIO(campaign.people(4).encode() if content is None else content), name)}
    if block is not None:
        files["run-block_list"] = (io.BytesIO(block), "sperrliste.csv")
    words = {"run-title": "Herbstwelle", "run-criteria": "seit zehn Jahren", "run-source": "Ausländerregister"}
    return client.submit(page, "main form", words | files, status=status)


def run_id(client):
    with client.app.app_context():
        found = db.session.scalars(select(CampaignRun.id).order_by(CampaignRun.id.desc())).first()
        db.session.remove()
        return found


def work(client):
    with client.app.app_context():
        assert campaign.work(client.app)
        db.session.remove()


def test_while_it_is_off_the_page_says_why_and_takes_nothing(staff):
    page = staff.get("/campaign")
    assert "ausgeschaltet" in page.select_one("main").text
    assert "/naturalisation/settings" in str(page)
    assert page.select_one("a[href='/campaign/runs/new']") is None
    page = staff.get("/campaign/runs/new")
    assert page.select_one("main form") is None
    files = {"run-title": "x", "run-file": (io.BytesIO(b"a;b"), "x.csv")}
    staff.post("/campaign/runs/new", files, status=409)
    assert run_id(staff) is None


def test_a_wave_through_the_pages(staff):
    open_office(staff)
    approved(staff)
    upload(staff, campaign.people(4).encode() + b"=1;X;Weg;1;53840;Y\n")
    page = staff.follow()
    assert page.select_one("h1").text.strip() == "Spalten zuordnen"
    assert "Öztürk-Müßig" in page.select_one("table").text
    assert page.select_one("select[name='column-street'] option[selected]").text == "Straße"
    staff.submit(page, "form[action$='/columns']")
    page = staff.follow()
    text = page.select_one("main").text
    assert "Fehlerhafte Zeilen" in text
    assert "Zeile 6: Eine Zelle beginnt wie eine Formel" in " ".join(text.split())
    number = run_id(staff)
    staff.get(f"/campaign/runs/{number}/preview.pdf")
    assert staff.response.data.startswith(b"%PDF")
    staff.submit(page, "form[action$='/print']")
    page = staff.follow()
    bar = page.select_one("section[id^='progress-']")
    assert bar["data-hx-trigger"] == "every 2s"
    assert "Stand aktualisieren" in bar.text
    address = bar["data-hx-get"]
    staff.get(address, status=204, htmx=True)
    work(staff)
    part = staff.get(address, htmx=True)
    assert part.select_one("[data-hx-trigger]") is None
    assert "fertig" in part.text
    page = staff.get(f"/campaign/runs/{number}")
    assert "Die Briefe sind fertig" in page.text
    assert page.select_one("[data-hx-get]") is None
    response = staff.http.get(f"/campaign/runs/{number}/letters.pdf")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert len(response.data) == int(response.headers["Content-Length"])
    assert response.data.startswith(b"%PDF-1.7")
    page = staff.get(f"/campaign/runs/{number}")
    assert "PDF ist da" in page.text
    page = staff.get(f"/campaign/runs/{number}/delete")
    staff.submit(page, "main form")
    page = staff.follow()
    assert "gelöscht" in page.text
    staff.get(f"/campaign/runs/{number}/letters.pdf", status=409)
    assert "4" in staff.get("/campaign").select_one("table").text


def test_an_entry_that_nobody_confirmed_stops_the_letters_on_the_page_of_the_wave(staff):
    open_office(staff)
    approved(staff)
    upload(staff)
    staff.submit(staff.follow(), "form[action$='/columns']")
    page = staff.follow()
    with in_app(staff.app), unit_of_work() as session:
        entry = session.scalars(select(AdvisoryService).where(AdvisoryService.in_letters).limit(1)).one()
        entry.confirmed_on, name = None, entry.name
    staff.submit(page, "form[action$='/print']")
    told = staff.follow()
    assert name in told.text
    assert told.select_one("form[action$='/print']") is not None, "nothing is lost: it can be begun again"
    with in_app(staff.app):
        assert db.session.scalar(select(LongTask.id)) is None


def test_a_download_that_broke_off_is_no_download(staff):
    open_office(staff)
    approved(staff)
    upload(staff)
    staff.submit(staff.follow(), "form[action$='/columns']")
    staff.submit(staff.follow(), "form[action$='/print']")
    work(staff)
    number = run_id(staff)
    response = staff.http.get(f"/campaign/runs/{number}/letters.pdf", buffered=False)
    next(iter(response.response))
    response.close()
    assert "wurde heruntergeladen" not in staff.get(f"/campaign/runs/{number}").text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "liste.csv", "leer"),
        (b"%PDF-1.4", "liste.csv", "keine CSV"),
        (b"PK\x03\x04", "liste.xlsx", "beschädigt"),
        (b"a;b\n" * 60_000, "liste.csv", "zu lang"),
    ],
)
def test_a_file_that_cannot_be_read_keeps_the_words(staff, content, name, said):
    open_office(staff)
    page = upload(staff, content, status=422, name=name)
    assert said in page.select_one(".kf-errors").text
    assert page.select_one("input[name='run-title']")["value"] == "Herbstwelle"
    assert run_id(staff) is None


def test_a_list_that_is_larger_than_any_request_is_refused(staff):
    open_office(staff)
    assert sent(staff, b"x" * (13 * 1024 * 1024)).status_code == 413


def test_columns_must_be_chosen_and_the_file_can_be_read_again(staff):
    open_office(staff)
    upload(staff, campaign.people(3).partition("\n")[2].encode())
    page = staff.follow()
    assert "Spalte 1" in page.select_one("table").text
    page = staff.submit(page, "form[action$='/columns']", status=422)
    assert "Wählen Sie die Spalte" in page.select_one(".kf-errors").text
    staff.submit(page, "form[action$='/reading']", {"reading-separator": "|", "reading-encoding": "cp1252"})
    page = staff.follow()
    assert "Ã–" in page.select_one("table").text
    staff.submit(
        page, "form[action$='/reading']", {"reading-separator": ";", "reading-encoding": "utf-8", "reading-sheet": "99"}
    )
    page = staff.follow()
    columns = {"first_name": 0, "last_name": 1, "street": 2, "number": 3, "postcode": 4, "town": 5}
    chosen = {f"column-{part}": str(place) for part, place in columns.items()}
    staff.submit(page, "form[action$='/columns']", chosen)
    assert "geprüft" in staff.follow().text


def test_the_text_of_the_letter_is_written_approved_and_closed(staff):
    staff.submit(staff.get("/campaign/templates"), "main form, .kf-post")
    page = staff.follow()
    broken = staff.submit(page, "form[action^='/campaign/templates/']", {"letter-gebuehr": "{quatsch}"}, status=422)
    assert "gibt es nicht" in broken.select_one(".kf-errors").text
    staff.submit(page, "form[action^='/campaign/templates/']", {"letter-anlass": "Seit acht Jahren leben Sie hier."})
    page = staff.follow()
    assert "acht Jahren" in page.select_one(".kern-alert--warning").text
    template_id = template_of(staff)
    staff.get(f"/campaign/templates/{template_id}/preview.pdf")
    assert staff.response.data.startswith(b"%PDF")
    wrong = {"brochure": (io.BytesIO(b"no pdf"), "x.pdf")}
    staff.submit(page, "form[action$='/brochure']", wrong, status=422)
    staff.submit(page, "form[action$='/brochure']", {"brochure": (io.BytesIO(b"%PDF-1.7 x"), "Broschüre.pdf")})
    staff.get(f"/campaign/templates/{template_id}/brochure.pdf")
    assert staff.response is not None
    staff.response.close()
    page = staff.get(f"/campaign/templates/{template_id}/approve")
    staff.submit(page, "main form", status=409)
    staff.submit(page, "main form", {"sure": "yes"})
    page = staff.follow()
    assert "freigegeben" in page.text
    assert page.select_one("textarea") is None


def template_of(client):
    with client.app.app_context():
        found = db.session.scalars(select(LetterTemplate.id)).one()
        db.session.remove()
        return found


def test_others_get_nothing_of_a_wave(client):
    client.sign_in(EBH_TROISDORF)
    open_office(client)
    approved(client)
    upload(client)
    client.submit(client.follow(), "form[action$='/columns']")
    client.submit(client.follow(), "form[action$='/print']")
    number, template_id = run_id(client), template_of(client)
    with client.app.app_context():
        task_id = db.session.scalars(select(LongTask.id)).one()
        db.session.remove()
    paths = [f"/campaign/runs/{number}{part}" for part in ("", "/columns", "/preview.pdf", "/letters.pdf", "/delete")]
    paths += [f"/campaign/templates/{template_id}{part}" for part in ("", "/preview.pdf", "/brochure.pdf", "/approve")]
    for other, status in ((EBH_RSK, 404), (ADVISER, 403)):
        client.post("/logout")
        client.sign_in(other)
        for path in paths:
            client.get(path, status=status)
        for path in (
            f"/campaign/runs/{number}/print",
            f"/campaign/runs/{number}/delete",
            f"/campaign/templates/{template_id}/approve",
        ):
            client.post(path, status=status)
        client.get(f"/progress/{task_id}", status=404)
        client.post(f"/progress/{task_id}/cancel", status=404)


def test_the_list_of_waves_takes_the_same_number_of_queries(staff):
    open_office(staff)
    upload(staff)
    staff.get("/campaign")
    with statements_of(staff.app) as few:
        staff.get("/campaign")
    for _ in range(3):
        upload(staff)
    with statements_of(staff.app) as many:
        staff.get("/campaign")
    assert len(few) == len(many)


def test_large_uploads_of_addresses_never_touch_the_disk(staff, monkeypatch):
    import tempfile  # noqa: PLC0415 - what is watched here

    open_office(staff)
    made = []
    for name in ("SpooledTemporaryFile", "TemporaryFile", "NamedTemporaryFile"):
        real = getattr(tempfile, name)
        monkeypatch.setattr(
            tempfile, name, lambda *a, _real=real, _name=name, **k: made.append(_name) or _real(*a, **k)
        )
        monkeypatch.setattr(f"werkzeug.formparser.{name}", getattr(tempfile, name), raising=False)
    content = campaign.people(20_000).encode()
    assert len(content) > 900_000
    assert sent(staff, content).status_code == 303
    assert made == []


def sent(client, content):
    """The upload as bytes, so that the test's own client makes no temporary file."""
    words = {
        "run-title": "T", "run-criteria": "K", "run-source": "Q", "csrf_token": client.csrf_token(),
        "run-csrf_token": client.csrf_token(),
    }  # fmt: skip
    parts = [
        f'--grenze\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in words.items()
    ]
    head = '--grenze\r\nContent-Disposition: form-data; name="run-file"; filename="x.csv"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + b"\r\n--grenze--\r\n"
    return client.http.post("/campaign/runs/new", data=body, content_type="multipart/form-data; boundary=grenze")
