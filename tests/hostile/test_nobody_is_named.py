"""Walks through all that a role can reach and looks for what must not stand there: who reported, and live markup."""

from __future__ import annotations

import io
import re

import openpyxl
import pypdf
import pytest

from kimforms.services import tasks
from kimforms.services.records import commenting
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.records import (
    ADVISER,
    CASE_MANAGER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    OTHER_ADVISER,
    report,
    take,
    user,
    work,
)

CONTACT = {"melder_name": "Zzqname Geheim", "melder_email": "zzqmail@zzq.example", "melder_telefon": "02241 777123"}
WITHOUT_NAME = "Qqadviser Person"
TRACES = ("Zzqname", "zzqmail", "777123", "Qqadviser", ADVISER)
LIVE = '"><img src=x id=live><script>live()</script>{{7*7}}\u202e'
MOST_PAGES = 80
EVERYBODY_IS_LISTED = ("/shares",)  # the list of people to share with names all accounts alike
ON_REQUEST = ("/contact", "/logout", "lang=")


@pytest.fixture
def references(client: CheckingClient) -> list[str]:
    """A report with contact, and one by an account that did not want to be named, both with text that wants to be code."""
    with in_app(client.app):
        with unit_of_work() as session:
            user(session, ADVISER).name = WITHOUT_NAME
        found = [
            report(by=None, titel=LIVE, situation=LIVE, **CONTACT),
            report(by=ADVISER, contact=False, titel=f"ohne Namen {LIVE}"),
        ]
        for reference in found:
            take(COORDINATOR, reference, "erfassen")
            with work(COORDINATOR, reference) as (session, person, record):
                commenting.add_comment(session, person, NOW, record=record, text=LIVE)
                tasks.create_task(session, person, NOW, record=record, wanted=tasks.Wanted(LIVE))
        take(COORDINATOR, found[0], "rueckfragen", {"question": LIVE})
        take(None, found[0], "antworten", {"answer": LIVE})
        take(ADVISER, found[1], "zurueckziehen", {"reason": LIVE})
    return found


def text_of(client: CheckingClient, path: str) -> str:
    answer = client.http.get(path)
    assert answer.status_code < 500, path
    if answer.mimetype == "application/pdf":
        return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    if answer.mimetype.endswith("spreadsheetml.sheet"):
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("email", [COORDINATOR, OFFICE, ELSEWHERE, OTHER_ADVISER, CASE_MANAGER, None])
def test_no_page_names_who_reported_and_no_text_becomes_code(
    client: CheckingClient, references: list[str], email: str | None
) -> None:
    if email:
        client.sign_in(email)
    waiting = [
        "/",
        "/dashboard",
        "/inbox?status=all",
        "/inbox?q=Zzqname",
        "/tasks",
        "/outbox",
        "/report",
        "/my-reports",
        "/themes",
        "/themes/proposals",
        "/decisions",
        "/solutions",
        "/statistics",
    ]
    waiting += [f"/records/{one}{rest}" for one in references for rest in ("", "/history", "/print.pdf")]
    done: set[str] = set()
    while waiting and len(done) < MOST_PAGES:
        path = waiting.pop(0)
        if path in done or any(one in path for one in ON_REQUEST):
            continue
        done.add(path)
        text = text_of(client, path)
        if not path.endswith(".pdf"):  # on paper the signs themselves stand there
            assert "<img src=x" not in text and "<script>live" not in text, path
        named = [one for one in TRACES if one in text and f"q={one}" not in path]
        assert not named or path.endswith(EVERYBODY_IS_LISTED) or path.startswith("/login"), (path, named)
        links = (one.replace("&amp;", "&") for one in re.findall(r'href="(/[^"#]*)"', text))
        waiting += [one for one in links if not one.startswith("/static")]
    assert len(done) > 10


@pytest.mark.parametrize("email", [COORDINATOR, OFFICE])
def test_no_list_that_is_taken_home_names_who_reported(
    client: CheckingClient, references: list[str], email: str
) -> None:
    client.sign_in(email)
    page = client.http.get("/inbox/views").get_data(as_text=True)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)', page)[0]
    texts = []
    for form in ("csv", "xlsx"):
        data = {"csrf_token": token, "format": form, "query": "status=all"}
        answer = client.http.post("/inbox/export", data=data)
        content = answer.data
        answer.close()
        if form == "csv":
            texts.append(content.decode())
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            assert sheet is not None
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f"]
            texts.append(" ".join(str(cell.value) for cell in cells))
    for text in texts:
        assert all(one in text for one in references)
        assert not [one for one in TRACES if one in text]
