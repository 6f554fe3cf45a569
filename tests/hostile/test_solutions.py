"""Anybody reads the public pages: nothing of a record may stand there, and nothing written there may come alive."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree as ET

import pypdf
import pytest

from kimforms.extensions import db
from kimforms.models import Comment, OutboxMessage, RecordLink
from kimforms.services import news, publishing
from kimforms.services.catalogues import catalogues
from kimforms.services.records import commenting
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.publications import corrected, draft, public, published, stored_id, take
from ..support.records import ADVISER, COORDINATOR, NOW, report, theme, user, work

SECRETS = (
    "Zzqtitel", "Zzqsituation", "Zzqthema", "Zzqzusammenfassung", "Zzqkommentar", "zzqmail@zzq.example", "Zzqname", "Qqadviser",
    "IH-20", "TH-20", "BK-20", "FR-20", "Katharina Vogt", "Jonas Brandt",
)  # fmt: skip
LIVE = '"><img src=x id=live><script>live()</script>{{7*7}}\u202e'
PATHS = ("/", "/solutions", "/solutions?q=zzq", "/solutions/feed.atom", "/solutions/feed.rss")


@pytest.fixture
def slugs(client: CheckingClient) -> list[str]:
    """A whole chain with secrets at every place that is not public, and a second entry made of live markup."""
    with in_app(client.app):
        with unit_of_work() as session:
            user(session, ADVISER).name = "Qqadviser Person"
        told = report(
            None, titel="Zzqtitel", situation="Zzqsituation", melder_name="Zzqname", melder_email="zzqmail@zzq.example"
        )
        own = report(ADVISER, titel="Zzqtitel 2")
        begun = theme("Zzqthema")
        with work(COORDINATOR, begun) as (session, person, record):
            record.answers = {**record.answers, "summary": "Zzqzusammenfassung", "public_title": "Thema für alle"}
            publishing.publish(session, person, NOW, record, ("fields_of_action",), catalogues=catalogues(session))
            commenting.add_comment(session, person, NOW, record=record, text="Zzqkommentar")
            for one in (told, own):
                session.add(
                    RecordLink(from_id=stored_id(one), to_id=record.id, kind="theme", created_at=NOW, note="Zzqnotiz")
                )
        assert db.session.query(Comment).count() == 1
        first = published(begun)
        corrected(first, "Korrigiert", changed="Neu")
        live = published(
            title=LIVE, hurdle=LIVE, contact=LIVE, for_whom=LIVE, links=[{"label": LIVE, "url": "https://x.example/"}]
        )
        return [public(one).slug for one in (first, live, begun)]


def everything(client: CheckingClient, slugs: list[str]) -> dict[str, str]:
    found = {
        path: client.http.get(path).get_data(as_text=True) for path in (*PATHS, *(f"/solutions/{one}" for one in slugs))
    }
    for one in slugs:
        pdf = client.http.get(f"/solutions/{one}/print.pdf").data
        found[f"{one}.pdf"] = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return found


def test_nothing_of_a_record_stands_on_a_public_page(client: CheckingClient, slugs: list[str]) -> None:
    for path, text in everything(client, slugs).items():
        shown = text.replace("q=zzq", "").lower()
        assert [one for one in SECRETS if one.lower() in shown] == [], path


def test_nothing_of_a_record_is_found_by_searching(client: CheckingClient, slugs: list[str]) -> None:
    for word in ("Zzqtitel", "Zzqthema", "Zzqsituation", "IH-2026-0001", "TH-2026-0001", "BK-2026-0001", "Vogt"):
        assert client.get("/solutions", query_string={"q": word}).select("#solutions-results article") == [], word


def test_markup_stays_text(client: CheckingClient, slugs: list[str]) -> None:
    for path in ("/", "/solutions", f"/solutions/{slugs[1]}"):
        page = client.get(path)
        assert page.select("#live, main script") == [], path
        assert "49" not in page.select_one("main").text.replace("2049", ""), path
    for path in ("/solutions/feed.atom", "/solutions/feed.rss"):
        root = ET.fromstring(client.http.get(path).data)
        assert all(not one.tag.endswith(("script", "img")) for one in root.iter())


def test_the_news_hold_nothing_of_a_record(client: CheckingClient, slugs: list[str]) -> None:
    with in_app(client.app):
        news.run(unit_of_work, NOW, secret="test")
        db.session.rollback()
        rows = db.session.query(OutboxMessage).filter(OutboxMessage.kind == news.KIND).all()
        assert rows
        for row in rows:
            text = json.dumps([row.subject, row.text, row.html], ensure_ascii=False)
            assert [one for one in SECRETS if one in text] == []
            assert "<img" not in row.html


def test_drafts_and_what_waits_for_approval_are_nowhere(client: CheckingClient) -> None:
    with in_app(client.app):
        draft(title="Zzqentwurf")
        waiting = draft(title="Zzqwartet")
        take(COORDINATOR, waiting, "freigabe_erbitten")
    for path in (*PATHS, "/solutions?q=Zzqentwurf", "/solutions?q=Zzqwartet"):
        shown = client.http.get(path).get_data(as_text=True)
        assert "Zzqentwurf</" not in shown
        assert "Zzqwartet</" not in shown
    client.get("/solutions/zzqentwurf", status=404)
    client.get("/solutions/zzqwartet", status=404)


def test_a_correction_under_way_is_not_public(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = published()
        slug = public(reference).slug
        take(COORDINATOR, reference, "korrigieren")
        with work(COORDINATOR, reference) as (_session, _person, record):
            record.answers = {**record.answers, "changed": "Zzqneu", "change_note": "Zzqgrund"}
        take(COORDINATOR, reference, "korrektur_freigabe_erbitten")
    for path in (f"/solutions/{slug}", "/solutions", "/solutions/feed.atom"):
        assert "Zzq" not in client.http.get(path).get_data(as_text=True)


@pytest.mark.parametrize("path", ["/solutions", "/solutions/feed.atom", "/solutions/feed.rss"])
def test_odd_addresses_break_nothing(client: CheckingClient, slugs: list[str], path: str) -> None:
    for query in (
        "q=%00",
        "q=%ff%fe",
        "after=%00",
        "before=1_1&after=2_2",
        "field=" + "x" * 5000,
        "year=99999",
        "year=-1",
        "kind[]=x",
    ):
        assert client.http.get(f"{path}?{query}").status_code == 200, query
