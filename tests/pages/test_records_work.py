"""Work around a record in the browser, with htmx and without: comments, tasks, links, files, shares, who is responsible."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Comment, Follow, RecordLink, Share, Task

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.records import (
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    mails,
    own_process,
    stored,
    tags,
    theme,
    user,
)
from .test_records import made, name, words

ACCESS = {
    "create": {"roles": ["coordinator"]},
    "read": ["coordinator", "office"],
    "attachments": {"allowed": True, "kinds": ["pdf"], "max_bytes": 50_000},
}
both = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])


def id_of(client: CheckingClient, email: str) -> str:
    with in_app(client.app):
        return str(user(db.session(), email).id)


def shown(client: CheckingClient, answer, htmx: bool):
    """The part after a deed: the fragment itself, or the page to which the answer leads."""
    return answer if htmx else client.follow()


@both
def test_a_comment(client, htmx):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    data = {"comment-text": "Zeile 1\nZeile 2", "comment-mentioned": [id_of(client, OFFICE)]}
    answer = client.submit(page, "#comments form", data, status=200 if htmx else 303, htmx=htmx)
    part = shown(client, answer, htmx).select_one("#comments")
    assert part.select_one(".kf-answer").text == "Zeile 1\nZeile 2"
    assert words(part.select_one(".kf-mention")) == f"@{name(client, OFFICE)}"
    assert part.select_one("textarea").text.strip() == ""
    with in_app(client.app):
        assert ("hurdle_report.mention", OFFICE) in mails()


@both
def test_an_empty_comment_is_asked_for_at_its_field(client, htmx):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.submit(client.get(f"/records/{reference}"), "#comments form", status=422, htmx=htmx)
    assert "Schreiben Sie einen Kommentar." in words(page.select_one("#comments .kern-error"))
    with in_app(client.app):
        assert db.session.scalar(select(Comment.id)) is None


@both
def test_a_task_from_making_to_done(client, htmx):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    data = {"task-title": "Jobcenter anrufen", "task-due_on": "20.11.2026", "task-assignee": id_of(client, OFFICE)}
    answer = client.submit(page, "#tasks form[action$='/tasks']", data, status=200 if htmx else 303, htmx=htmx)
    part = shown(client, answer, htmx).select_one("#tasks")
    assert "seit 3 Tagen überfällig" in words(part)
    answer = client.submit(part, "form[action$='/done']", status=200 if htmx else 303, htmx=htmx)
    assert "erledigt am 23.11.2026" in words(shown(client, answer, htmx).select_one("#tasks"))
    with in_app(client.app):
        assert tags(reference)[-2:] == ["task:create", "task:done"]


@both
def test_a_task_that_does_not_fit_keeps_what_was_typed(client, htmx):
    reference = made(client)
    client.sign_in(COORDINATOR)
    data = {"task-title": "Anrufen", "task-kind": "follow_up", "task-due_on": "31.02.2026"}
    page = client.submit(
        client.get(f"/records/{reference}"), "#tasks form[action$='/tasks']", data, status=422, htmx=htmx
    )
    form = page.select_one("#tasks form[action$='/tasks']")
    assert form.select_one("[name=task-title]")["value"] == "Anrufen"
    assert form.select_one(".kern-error") is not None
    assert form.find_parent("details").has_attr("open")
    with in_app(client.app):
        assert db.session.scalar(select(Task.id)) is None


@both
def test_links_are_made_and_removed(client, htmx):
    reference, other = made(client), made(client, titel="Ein anderer Vorgang")
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    status = 200 if htmx else 303
    data = {"link-reference": f" {other.lower()} "}
    answer = client.submit(page, "#links form[action$='/links']", data, status=status, htmx=htmx)
    part = shown(client, answer, htmx).select_one("#links")
    assert words(part.select_one(".kf-lines a")) == "Ein anderer Vorgang"
    answer = client.submit(part, "form[action$='/remove']", status=status, htmx=htmx)
    assert shown(client, answer, htmx).select_one("#links .kf-lines") is None
    with in_app(client.app):
        assert db.session.scalar(select(RecordLink.id)) is None


def test_a_link_with_a_theme_makes_the_next_step_possible_at_once(client):
    reference = made(client, ("erfassen", {}))
    theme = with_theme(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    assert "Bündeln" in words(page.select_one("#deeds-not"))
    data = {"link-reference": theme}
    part = client.submit(page, "#links form[action$='/links']", data, status=200, htmx=True)
    assert "Bündeln" in words(part.select_one("#deeds-now[data-hx-swap-oob]"))
    assert "Bündeln" not in words(part.select_one("#deeds-not[data-hx-swap-oob]"))


def with_theme(client: CheckingClient) -> str:
    with in_app(client.app):
        return theme()


@pytest.mark.parametrize("wanted", ["IH-2026-9999", "", "'; DROP TABLE record"])
def test_a_link_to_what_is_not_there_is_refused_at_its_field(client, wanted):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.post(f"/records/{reference}/links", {"link-reference": wanted}, status=422)
    assert page.select_one("#links .kern-error") is not None


@both
def test_following(client, htmx):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    answer = client.submit(page, "#follow form", status=200 if htmx else 303, htmx=htmx)
    part = shown(client, answer, htmx).select_one("#follow")
    assert words(part.select_one("button")) == "Nicht mehr folgen"
    client.submit(part, "form", status=200 if htmx else 303, htmx=htmx)
    with in_app(client.app):
        me = user(db.session(), COORDINATOR).id
        assert db.session.scalar(select(Follow.user_id).where(Follow.user_id == me)) is None


@both
def test_a_colleague_becomes_responsible_and_is_told(client, htmx):
    reference = made(client)
    client.sign_in(SECOND)
    page = client.get(f"/records/{reference}")
    data = {"assign-person": id_of(client, COORDINATOR)}
    answer = client.submit(page, "#assignment form", data, status=200 if htmx else 303, htmx=htmx)
    page = shown(client, answer, htmx)
    assert words(page.select_one("#responsible")) == name(client, COORDINATOR)
    with in_app(client.app):
        assert mails("hurdle_report.assignment") == [("hurdle_report.assignment", COORDINATOR)]


def test_assigning_to_oneself_tells_nobody(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    client.submit(client.get(f"/records/{reference}"), "#assignment form:last-of-type")
    with in_app(client.app):
        assert stored(reference).assignee.email == COORDINATOR
        assert mails("hurdle_report.assignment") == []


def test_two_assign_at_once(client):
    reference = made(client)
    other = CheckingClient(client.app)
    client.sign_in(COORDINATOR)
    other.sign_in(SECOND)
    mine = other.get(f"/records/{reference}")
    client.submit(client.get(f"/records/{reference}"), "#assignment form:last-of-type")
    page = other.submit(mine, "#assignment form", {"assign-person": ""}, status=409)
    assert name(client, COORDINATOR) in words(page.select_one("#theirs"))
    assert "niemand" in words(page.select_one("#mine"))
    other.submit(page, "#mine form")
    with in_app(client.app):
        assert stored(reference).assignee_id is None


@pytest.mark.parametrize("person", ["999999", "abc", "OFFICE"])
def test_only_people_who_work_on_records_become_responsible(client, person):
    reference = made(client)
    client.sign_in(COORDINATOR)
    chosen = id_of(client, OFFICE) if person == "OFFICE" else person
    before = id_of(client, SECOND)
    client.post(f"/records/{reference}/assign", {"assign-person": chosen}, status=422)
    with in_app(client.app):
        assert str(stored(reference).assignee_id) == before


def test_sharing_over_the_border_and_back(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/shares")
    client.submit(page, "#new-share form", {"share-person": id_of(client, ELSEWHERE), "share-until": "31.01.2027"})
    page = client.follow()
    assert "bis 31.01.2027" in words(page.select_one("#shared"))
    other = CheckingClient(client.app)
    other.sign_in(ELSEWHERE)
    read = other.get(f"/records/{reference}")
    assert "Familien warten mehrere Monate" in words(read.main)
    assert read.select_one("#comments, #tasks, #history, #assignment, #follow") is None
    assert name(client, SECOND) not in str(read)
    client.submit(page, "#shared form")
    other.get(f"/records/{reference}", 404)
    with in_app(client.app):
        assert db.session.scalar(select(Share.id)) is None


@pytest.mark.parametrize(
    ("data", "field"),
    [({"share-until": "bald"}, "share-until"), ({"share-until": ""}, "share-until"), ({}, "share-person")],
)
def test_a_share_that_does_not_fit(client, data, field):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.submit(client.get(f"/records/{reference}/shares"), "#new-share form", data, status=422)
    assert page.select_one(f".kf-errors a[href='#{field}']") is not None


def letter(client: CheckingClient) -> str:
    with in_app(client.app):
        return own_process(key="letter", access=ACCESS)


def upload(client: CheckingClient, reference: str, content: bytes, filename: str, status: int = 303):
    data = {"attachment-file": (io.BytesIO(content), filename)}
    return client.post(f"/records/{reference}/attachments", data, status, content_type="multipart/form-data")


def test_a_file_is_stored_shown_sent_and_removed(client):
    reference = letter(client)
    client.sign_in(COORDINATOR)
    assert client.get(f"/records/{reference}").select_one("#attachments input[type=file]")["accept"] == ".pdf"
    upload(client, reference, b"%PDF-1.7 Inhalt", "../Brief vom Amt.pdf")
    page = client.follow()
    link = page.select_one("#attachments .kf-lines a")
    assert words(link) == "Brief vom Amt.pdf"
    client.get(link["href"])
    headers = client.response.headers
    assert client.response.data == b"%PDF-1.7 Inhalt"
    assert headers["Content-Disposition"].startswith("attachment;")
    client.response.close()
    assert "sandbox" in headers["Content-Security-Policy"] and headers["X-Content-Type-Options"] == "nosniff"
    client.submit(page, "#attachments form[action$='/remove']")
    assert client.follow().select_one("#attachments .kf-lines") is None
    client.get(link["href"], 404)


def test_a_file_of_the_wrong_kind_or_none_is_refused_at_its_field(client):
    reference = letter(client)
    client.sign_in(COORDINATOR)
    page = upload(client, reference, b"MZ\x90\x00", "rechnung.pdf", 422)
    assert "Erlaubt sind: PDF" in words(page.select_one("#attachments .kern-error"))
    page = client.post(f"/records/{reference}/attachments", {}, status=422)
    assert "Wählen Sie eine Datei" in words(page.select_one("#attachments .kern-error"))


def test_files_are_for_those_who_see_the_record(client):
    reference = letter(client)
    client.sign_in(COORDINATOR)
    upload(client, reference, b"%PDF-1.7", "Brief.pdf")
    address = client.follow().select_one("#attachments .kf-lines a")["href"]
    other = CheckingClient(client.app)
    other.sign_in(ELSEWHERE)
    other.get(address, 404)
    client.submit(
        client.get(f"/records/{reference}/shares"), "#new-share form", {"share-person": id_of(client, ELSEWHERE)}
    )
    other.get(address)
    assert other.response.data == b"%PDF-1.7"
    other.response.close()


def test_hurdle_reports_take_no_files_and_say_so(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    assert client.get(f"/records/{reference}").select_one("#attachments") is None
    page = upload(client, reference, b"%PDF-1.7", "Brief.pdf", 422)
    assert "gibt es keine Dateien" in words(page.main)


def test_refusals_in_english(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    client.get("/account?lang=en")
    page = client.post(f"/records/{reference}/comments", {"comment-text": " "}, status=422)
    assert "Write a comment." in words(page.select_one("#comments .kern-error"))
    page = client.post(f"/records/{reference}/links", {"link-reference": "XX-1"}, status=422)
    assert "does not exist" in words(page.select_one("#links .kern-error"))
