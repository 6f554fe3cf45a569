"""What people could learn or break through themes: text that would be code, foreign records, shared copies, old pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Record, RecordLink
from kimforms.services.records import sharing
from kimforms.services.themes.reports import Chosen

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.records import ADVISER, COORDINATOR, report, take, user, work
from ..support.themes import cases_of, opened, recorded

CODE = '<script>alert(1)</script>"><img src=x>{{ 7*7 }}'


def themes(client: CheckingClient) -> int:
    with in_app(client.app):
        return db.session.scalar(select(func.count()).select_from(Record).where(Record.reference.like("TH-%"))) or 0


def test_what_people_type_never_becomes_code(client: CheckingClient) -> None:
    with in_app(client.app):
        one = recorded(titel=CODE[:100])
        reference = opened(Chosen(one, 2, CODE), title=CODE[:150], summary=CODE, now=NOW - timedelta(days=50))
        other = opened(one, title="Zweites")
    client.sign_in(COORDINATOR)
    for path in (
        "/themes", "/themes?as=list", f"/records/{reference}", f"/themes/{reference}/reports?q=<script>", "/dashboard",
        f"/themes/new?reports={one}&title={CODE}", f"/themes/{other}/merge?target={reference}", f"/themes/{reference}/split",
    ):  # fmt: skip
        page = client.get(path)
        assert not page.select("main script, main img[src=x]") and "49" not in page.get_text().split(), path
    client.get(f"/themes/{reference}/dossier.pdf")
    assert client.response is not None and client.response.data.startswith(b"%PDF")


def test_who_was_given_a_theme_to_read_sees_none_of_its_reports(client: CheckingClient) -> None:
    with in_app(client.app):
        one = recorded(by=None, titel="Nur für die Koordination")
        reference = opened(one)
        with work(COORDINATOR, reference) as (session, person, record):
            reader = sharing.Reader(user_id=user(session, ADVISER).id)
            sharing.share_record(
                session, person, NOW, record=record, reader=reader, until=NOW.date() + timedelta(days=9)
            )
    client.sign_in(ADVISER)
    page = client.get(f"/records/{reference}")
    assert one not in page.get_text() and "Nur für die Koordination" not in page.get_text()
    assert not page.select("#theme-reports, #theme-story, #theme-figures")
    for path in ("reports", "dossier.pdf", "merge"):
        client.get(f"/themes/{reference}/{path}", status=403)


@pytest.mark.parametrize(
    "data",
    [
        {"report": "\x00", "typed": "\x00IH-2026-0077", "deed": "create", "title": "x\x00"},
        {"report": ["IH-2026-0001"] * 500, "cases-IH-2026-0001": "9" * 5000, "deed": "create", "title": "T"},
        {"deed": "drop:", "title": "\ud83d", "q": "x" * 9000, "report": "../../etc/passwd"},
        {"deed": "search", "q": '" OR 1=1 --', "fields_of_action": "no-such-field"},
        {"deed": "create", "title": "T", "fields_of_action": ["no-such-field", "\x00"]},
        {"deed": "create", "title": "x" * 100_000},
    ],
)
def test_odd_forms_open_nothing(client: CheckingClient, data: dict[str, object]) -> None:
    with in_app(client.app):
        report()
    client.sign_in(COORDINATOR)
    token = client.csrf_token()
    sent = {
        key: ([_sendable(one) for one in value] if isinstance(value, list) else _sendable(value))
        for key, value in data.items()
    }
    answer = client.http.post("/themes/new", data={**sent, "key": "k", "csrf_token": token})
    assert answer.status_code in (200, 422), answer.get_data(as_text=True)[:400]
    assert themes(client) == 0


def _sendable(value: object) -> object:
    if isinstance(value, list):
        return [_sendable(one) for one in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def test_a_report_of_nobody_elses_theme_is_reached_through_an_own_one(client: CheckingClient) -> None:
    """The link's number alone opens nothing: it has to belong to the theme of the address."""
    with in_app(client.app):
        one = recorded()
        mine, other = opened(), opened(one)
        link = db.session.scalar(select(RecordLink.id))
    client.sign_in(COORDINATOR)
    for deed in ("cases", "move", "remove"):
        client.get(f"/themes/{mine}/reports/{link}/{deed}", status=404)
        client.post(f"/themes/{mine}/reports/{link}/{deed}", {"cases": "1", "target": mine}, status=404)
    assert set(_cases(client, other)) == {one}


def _cases(client: CheckingClient, reference: str) -> dict[str, int | None]:
    with in_app(client.app):
        return cases_of(reference)


def test_whoever_withdraws_is_not_named_in_the_theme(client: CheckingClient) -> None:
    with in_app(client.app):
        one = recorded(by=ADVISER)
        reference = opened(one, recorded())
        take(ADVISER, one, "zurueckziehen")
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    assert "Miriam Kessler" not in page.get_text() and "Caritas" not in page.get_text()
    assert "kimforms" in page.select_one("#history").get_text()  # type: ignore[union-attr]
