"""The public pages of solutions: list, search, filters, entry, trace, documents, paper, feeds, and following."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import FieldFollow, Record
from kimforms.services import attachments, publishing
from kimforms.services.catalogues import catalogues
from kimforms.services.file_store import FileStore
from kimforms.services.queries import solutions

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.publications import corrected, draft, field_of_action, public, published, take
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, NOW, OTHER_ADVISER, SECOND, report, theme, work

TITLES = "#solutions-results article h3"
SLUG = "ein-nachweis-genuegt-fuer-kita-und-schule"


def titles(page: Any) -> list[str]:
    return [one.get_text(strip=True) for one in page.select(TITLES)]


@pytest.fixture
def several(client: CheckingClient) -> CheckingClient:
    """Three results and a theme in work, the newest first: Nachweis, Dolmetschende, Sprachkurse, Zeugnisse."""
    with in_app(client.app):
        begun = theme("Interner Titel")
        with work(COORDINATOR, begun) as (session, person, record):
            record.answers = {**record.answers, "public_title": "Zeugnisse aus dem Ausland"}
            at = NOW - timedelta(days=400)
            publishing.publish(session, person, at, record, (), catalogues=catalogues(session))
        published(
            None,
            NOW - timedelta(days=20),
            title="Sprachkurse gemeinsam planen",
            art="zwischenstand",
            municipalities=[],
            hurdle="Kurse beginnen zu spät.",
            decided=None,
            changed="Noch nichts.",
        )
        published(
            None, NOW - timedelta(days=10), title="Dolmetschende am Telefon", art="beschluss", municipalities=["troisdorf"],
            fields_of_action=[field_of_action(3)], legal_areas=["sgb8"], hurdle="Wartezeiten auf Kitaplätze", changed=None,
        )  # fmt: skip
        published(theme(), NOW)
    return client


ALL_TITLES = [
    "Ein Nachweis genügt für Kita und Schule", "Dolmetschende am Telefon", "Sprachkurse gemeinsam planen",
    "Zeugnisse aus dem Ausland",
]  # fmt: skip


@pytest.mark.parametrize("htmx", [False, True])
def test_the_list_shows_what_is_public_with_its_badge(several: CheckingClient, htmx: bool) -> None:
    page = several.get("/solutions", htmx=htmx)
    assert titles(page) == ALL_TITLES
    badges = [one.get_text(strip=True) for one in page.select("#solutions-results .kern-badge")]
    assert badges == ["gelöst", "beschlossen", "in Arbeit", "in Arbeit"]
    assert "4 Einträge" in page.select_one("#solutions-found").text
    assert (page.select_one("h1") is None) == htmx


def query_of(several: CheckingClient, **filters: str) -> list[str]:
    return titles(several.get("/solutions", query_string=filters))


def test_words_are_found_by_their_stems_and_while_typing(several: CheckingClient) -> None:
    assert query_of(several, q="Kitaplatz") == ["Dolmetschende am Telefon"]
    assert query_of(several, q="nachweise SCHULEN") == ["Ein Nachweis genügt für Kita und Schule"]
    assert query_of(several, q="dolmet") == ["Dolmetschende am Telefon"]
    assert query_of(several, q="olmetschende") == []
    assert query_of(several, q="troisdorf") == ["Dolmetschende am Telefon"]
    for odd in ("%", "_", "'", '"', "a" * 5000, "\u202e", "SELECT * FROM record"):
        several.get("/solutions", query_string={"q": odd})


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": "solved"}, [0]), ({"kind": "decided"}, [1]), ({"kind": "in-work"}, [2, 3]),
        ({"municipality": "troisdorf"}, [1]), ({"area": "sgb8"}, [1]), ({"year": "2025"}, [3]), ({"year": "2026"}, [0, 1, 2]),
        ({"area": "sgb8", "kind": "solved"}, []), ({"kind": "wrong", "year": "x"}, [0, 1, 2, 3]),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(several: CheckingClient, filters: dict[str, str], expected: list[int]) -> None:
    assert query_of(several, **filters) == [ALL_TITLES[number] for number in expected]


def test_a_filter_of_a_field_of_action(several: CheckingClient) -> None:
    with in_app(several.app):
        value = field_of_action(3)
    page = several.get(f"/solutions?field={value}")
    assert titles(page) == ["Dolmetschende am Telefon"]
    assert page.select_one(".kf-chips a")["href"] == "/solutions"
    assert page.select_one("link[type='application/atom+xml']")["href"] == f"/solutions/feed.atom?field={value}"


def test_unknown_filters_are_named_and_an_empty_result_says_what_to_do(several: CheckingClient) -> None:
    assert "unbekannten Wert" in several.get("/solutions?kind=wrong").select_one("main .kern-alert").text
    assert "Dazu gibt es noch nichts" in several.get("/solutions?q=zzzz").select_one("#solutions-results").text


def test_the_form_works_without_scripts_and_remembers(several: CheckingClient) -> None:
    page = several.submit(
        several.get("/solutions"), "form[role=search]", {"q": "dolmet", "kind": "decided"}, status=200
    )
    assert titles(page) == ["Dolmetschende am Telefon"]
    assert page.select_one("#filter-q")["value"] == "dolmet"
    assert page.select_one("#filter-kind option[selected]")["value"] == "decided"


def test_pages_lead_on_and_back(client: CheckingClient) -> None:
    with in_app(client.app):
        for number in range(23):
            published(title=f"Lösung {number:02}", at=NOW - timedelta(hours=number // 2))  # some at the same moment
    first = client.get("/solutions")
    assert len(titles(first)) == solutions.A_PAGE
    second = client.get(first.select_one("a[rel=next]")["href"])
    assert len(titles(second)) == 3
    assert sorted(titles(first) + titles(second)) == [f"Lösung {number:02}" for number in range(23)]
    back = client.get(second.select_one("a[rel=prev]")["href"], htmx=True)
    assert titles(back) == titles(first)
    for key in ("x", "2026-01-01_1_1", "_" + "9" * 30, "9999-99-99_1", "2026-01-01T00:00:00+25:00_1"):
        assert titles(client.get("/solutions", query_string={"after": key}))


def test_the_number_of_queries_does_not_grow(client: CheckingClient) -> None:
    def count(path: str) -> int:
        client.get(path)
        with statements_of(client.app) as sent:
            client.get(path)
        return len(sent)

    with in_app(client.app):
        published(theme())
    few = {path: count(path) for path in ("/solutions", f"/solutions/{SLUG}", "/solutions/feed.atom", "/")}
    with in_app(client.app):
        for number in range(12):
            published(theme(), title=f"Noch eine Lösung {number}")
    assert {path: count(path) for path in few} == few
    assert few["/solutions"] <= 5
    assert few[f"/solutions/{SLUG}"] <= 7


def test_an_entry_says_everything_in_its_order(client: CheckingClient) -> None:
    with in_app(client.app):
        published(links=[{"label": "Merkblatt", "url": "https://www.example.org/m"}])
    page = client.get(f"/solutions/{SLUG}")
    assert page.h1.get_text(strip=True) == "Ein Nachweis genügt für Kita und Schule"
    headings = [one.get_text(strip=True) for one in page.select(".kf-solution-text h2")]
    assert headings == ["Die Hürde", "Was beschlossen wurde", "Was sich geändert hat", "Für wen", "Wen fragen?",
                        "Weitere Informationen im Internet"]  # fmt: skip
    assert "Das gilt ab 01.12.2026." in page.select_one("#changed").text
    assert page.select_one("#contact a")["href"] == "mailto:integration@rsk.example"
    assert page.select_one("meta[name=description]")["content"].startswith("Seit Dezember")
    assert page.select_one("meta[property='og:title']")["content"] == page.h1.get_text(strip=True)
    assert page.select_one("link[rel=canonical]")["href"] == f"http://localhost/solutions/{SLUG}"
    assert page.select_one("#changes") is None
    assert "kern-badge" in str(page.select_one(".kf-head"))


def test_in_english_the_frame_is_english_and_the_text_marked_as_german(client: CheckingClient) -> None:
    with in_app(client.app):
        published()
    page = client.get(f"/solutions/{SLUG}?lang=en")
    assert page.select_one("#hurdle h2").get_text(strip=True) == "The hurdle"
    assert page.select_one("#hurdle p")["lang"] == "de"
    assert page.h1.select_one("span")["lang"] == "de"


def test_a_correction_leaves_its_trace_with_the_earlier_wording(client: CheckingClient) -> None:
    with in_app(client.app):
        corrected(
            published(),
            "Der Beginn war falsch.",
            NOW + timedelta(days=2),
            changed="Seit Januar gilt ein Nachweis bei Kita.",
        )
    page = client.get(f"/solutions/{SLUG}")
    changes = page.select_one("#changes")
    assert "Korrigiert am 25.11.2026: Der Beginn war falsch." in " ".join(changes.text.split())
    assert [one.get_text(strip=True) for one in changes.select("del")][0].endswith("Dezember]")
    assert any("Januar" in one.text for one in changes.select("ins"))
    assert "Dezember" not in page.select_one("#changed").text.replace("01.12", "")


def test_a_withdrawn_entry_says_only_that_and_why(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = published()
        take(COORDINATOR, reference, "zurueckziehen", reason="Nicht mit der Stadt abgestimmt.")
    page = client.get(f"/solutions/{SLUG}", status=410)
    text = page.select_one("main").text
    assert "Nicht mit der Stadt abgestimmt." in text
    for gone in ("Ein Nachweis", "Kita", "Siegburg", "Familien"):
        assert gone not in page.text
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
    client.get(f"/solutions/{SLUG}/print.pdf", status=404)
    assert titles(client.get("/solutions")) == []
    assert titles(client.get("/solutions?q=Nachweis")) == []
    assert b"Nachweis" not in client.http.get("/solutions/feed.atom").data
    assert "Nachweis" not in client.get("/").text


def test_a_theme_shows_its_title_and_where_it_stands_until_its_result_is_public(client: CheckingClient) -> None:
    with in_app(client.app):
        begun = theme("Interner Titel")
        with work(COORDINATOR, begun) as (session, person, record):
            record.answers = {**record.answers, "public_title": "Zeugnisse aus dem Ausland", "summary": "Ganz intern"}
            publishing.publish(session, person, NOW, record, ("fields_of_action",), catalogues=catalogues(session))
    page = client.get("/solutions/zeugnisse-aus-dem-ausland")
    assert "gemeinsam untersucht" in page.select_one("#station").text
    assert "intern" not in page.text.lower().replace("internet", "")
    with in_app(client.app):
        published(begun)
    assert titles(client.get("/solutions")) == ["Ein Nachweis genügt für Kita und Schule"]
    assert "Ein Nachweis genügt" in client.get("/solutions/zeugnisse-aus-dem-ausland").select_one("#related").text
    assert client.get(f"/solutions/{SLUG}").select_one("#related") is None, "the result says more than its theme"


def test_unknown_entries_are_not_found(client: CheckingClient) -> None:
    for path in (
        "/solutions/nichts",
        "/solutions/nichts/print.pdf",
        "/solutions/nichts/documents/1",
        "/solutions/a%00b",
    ):
        client.get(path, status=404)


def with_file(client: CheckingClient) -> str:
    with in_app(client.app):
        reference = draft()
        store = FileStore(client.app.config["SETTINGS"].data_dir / "files")
        with work(COORDINATOR, reference) as (session, person, record):
            stored, kind = attachments.store_upload(
                person, record=record, stream=io.BytesIO(b"%PDF-1.7 test"), name="Merk\u202eblatt.pdf", store=store
            )
            attachments.add_attachment(
                session, person, NOW, record=record, stored=stored, kind=kind, name="Merkblatt.pdf"
            )
        take(COORDINATOR, reference, "freigabe_erbitten")
        take(SECOND, reference, "freigeben")
    return reference


def test_documents_are_downloaded_and_never_opened_inside_the_site(client: CheckingClient) -> None:
    reference = with_file(client)
    link = client.get(f"/solutions/{SLUG}").select_one("#documents a")
    assert link.get_text(strip=True) == "Merkblatt.pdf"
    answer = client.http.get(link["href"])
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7 test", "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()
    client.get("/solutions/anders/documents/1", status=404)
    with in_app(client.app):
        take(COORDINATOR, reference, "zurueckziehen", reason="Falsch.")
    client.get(link["href"], status=404)


def test_a_document_that_is_gone_from_the_disk_is_not_found(client: CheckingClient) -> None:
    with_file(client)
    link = client.get(f"/solutions/{SLUG}").select_one("#documents a")["href"]
    for path in (client.app.config["SETTINGS"].data_dir / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    client.get(link, status=404)


def test_an_attachment_of_a_draft_is_no_public_document(client: CheckingClient) -> None:
    with in_app(client.app):
        draft()
    for number in (1, 2, 999999):
        client.get(f"/solutions/{SLUG}/documents/{number}", status=404)


def test_the_paper_is_a_tagged_pdf(client: CheckingClient) -> None:
    with in_app(client.app):
        corrected(published(), changed="Es gilt ab Januar.")
    answer = client.http.get(f"/solutions/{SLUG}/print.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    import pypdf  # noqa: PLC0415

    reader = pypdf.PdfReader(io.BytesIO(answer.data))
    text = " ".join("".join(one.extract_text() for one in reader.pages).split())
    assert reader.metadata.title == "Ein Nachweis genügt für Kita und Schule"
    for words in ("Die Hürde", "Es gilt ab Januar.", "Korrigiert am 23.11.2026", f"http://localhost/solutions/{SLUG}"):
        assert words in text
    assert "BK-2026" not in text


@pytest.mark.parametrize(("path", "version"), [("/solutions/feed.atom", "atom10"), ("/solutions/feed.rss", "rss20")])
def test_feeds_are_read_by_an_independent_parser(several: CheckingClient, path: str, version: str) -> None:
    answer = several.http.get(path)
    found = feedparser.parse(answer.data)
    assert (found.bozo, found.version) == (False, version)
    assert [one.title for one in found.entries] == ALL_TITLES
    assert found.entries[0].link == f"http://localhost/solutions/{SLUG}"
    assert len({one.id for one in found.entries}) == 4
    assert "Kitaplätze" in found.entries[1].summary
    narrowed = feedparser.parse(several.http.get(f"{path}?q=dolmet").data)
    assert [one.title for one in narrowed.entries] == ["Dolmetschende am Telefon"]
    assert "dolmet" in narrowed.feed.subtitle


def test_a_feed_that_did_not_change_is_not_sent_again(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = published()
    first = client.http.get("/solutions/feed.atom")
    tag, before = first.headers["ETag"], feedparser.parse(first.data).entries[0]
    assert client.http.get("/solutions/feed.atom", headers={"If-None-Match": tag}).status_code == 304
    assert (
        client.http.get(
            "/solutions/feed.atom", headers={"If-Modified-Since": first.headers["Last-Modified"]}
        ).status_code
        == 304
    )
    with in_app(client.app):
        corrected(reference, at=NOW + timedelta(days=1), changed="Anders.")
    again = client.http.get("/solutions/feed.atom", headers={"If-None-Match": tag})
    after = feedparser.parse(again.data).entries[0]
    assert again.status_code == 200
    assert (after.id, after.published) == (before.id, before.published)
    assert after.updated > before.updated


def test_the_front_page_shows_the_latest_three(several: CheckingClient) -> None:
    page = several.get("/")
    assert [one.get_text(strip=True) for one in page.select("#solutions article h3")] == ALL_TITLES[:3]
    assert page.select_one("#solutions a[href='/solutions']")


def test_an_empty_house_says_so(client: CheckingClient) -> None:
    assert "Noch ist nichts veröffentlicht" in client.get("/solutions").text
    assert client.get("/").select("#solutions h3") == []
    assert feedparser.parse(client.http.get("/solutions/feed.atom").data).entries == []


def test_reports_know_what_became_of_their_themes(client: CheckingClient) -> None:
    with in_app(client.app):
        from ..services.test_news import joined  # noqa: PLC0415

        first, second = report(), report()
        subject = joined(theme(), first)
        reference = published(subject)
        ids = [db.session.scalar(select(Record.id).where(Record.reference == one)) for one in (first, second)]
        slug = public(reference).slug
        assert solutions.for_records(db.session(), ids) == {
            ids[0]: [("Ein Nachweis genügt für Kita und Schule", slug, "solution")]
        }
        take(COORDINATOR, reference, "zurueckziehen", reason="Falsch.")
        assert solutions.for_records(db.session(), ids) == {}


# --- following -------------------------------------------------------------------------------------------------------


def follows(client: CheckingClient) -> list[tuple[str, str, bool, str | None]]:
    with in_app(client.app):
        rows = db.session.scalars(select(FieldFollow).order_by(FieldFollow.id))
        return [(row.field_of_action, row.mode, row.corrections, row.for_organisation) for row in rows]


def test_following_by_form(client: CheckingClient) -> None:
    client.sign_in(ADVISER)
    page = client.get("/solutions/follow")
    assert page.select_one("input[name=what][checked]")["value"] == "nothing"
    first = page.select_one("input[name=fields]")["value"]
    client.submit(page, "main form", {"what": "some", "fields": [first], "mode": "mail", "organisation": "y"})
    assert follows(client) == [(first, "mail", False, "caritas")]
    page = client.follow()
    assert "gespeichert" in page.text
    assert page.select_one("input[name=what][checked]")["value"] == "some"
    client.submit(page, "main form", {"what": "all", "corrections": "y"})
    assert follows(client) == [("*", "mail", True, "caritas")]
    client.submit(client.get("/solutions/follow"), "main form", {"what": "nothing"})
    assert follows(client) == []


@pytest.mark.parametrize(
    "data",
    [
        {"what": "some"}, {"what": "some", "fields": ["unbekannt"]}, {"what": "all", "mode": "brieftaube"},
        {"what": "some", "fields": ["*" * 300]},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_nothing_is_saved(client: CheckingClient, data: dict[str, Any]) -> None:
    client.sign_in(ADVISER)
    page = client.submit(client.get("/solutions/follow"), "main form", data, status=422)
    assert page.select_one(".kf-errors")
    assert follows(client) == []


def test_colleagues_of_the_same_organisation_see_who_follows_for_it(client: CheckingClient) -> None:
    client.sign_in(OTHER_ADVISER)
    client.submit(client.get("/solutions/follow"), "main form", {"what": "all", "organisation": "y"})
    own = client.get("/solutions/follow")
    assert own.select_one("#colleagues") is None
    other = CheckingClient(client.app)
    other.sign_in(ADVISER)
    assert other.get("/solutions/follow").select_one("#colleagues") is None
    with in_app(client.app), work(COORDINATOR, theme()) as (session, _person, _record):
        row = session.scalars(select(FieldFollow)).one()
        row.for_organisation = "caritas"
    assert "Tobias Ahrens" in other.get("/solutions/follow").select_one("#colleagues").text


def test_case_managers_are_told_what_they_get_without_asking(client: CheckingClient) -> None:
    client.sign_in(CASE_MANAGER)
    assert "täglichen Übersicht" in client.get("/solutions/follow").select_one(".kf-inset").text
    assert client.get("/solutions").select_one("a[href='/solutions/follow']")


def test_following_wants_an_account(client: CheckingClient) -> None:
    client.get("/solutions/follow", status=303)
    assert client.response is not None
    assert client.response.headers["Location"].startswith("/login")
    with in_app(client.app):
        assert db.session.scalar(select(func.count()).select_from(FieldFollow)) == 0
