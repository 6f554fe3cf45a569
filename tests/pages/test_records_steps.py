"""Taking a step and correcting answers in the browser: asked before, done once, nothing lost between two people."""

from __future__ import annotations

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.records import ADVISER, COORDINATOR, OFFICE, SECOND, mails, stored, tags
from .test_records import made, name, words


def two(client: CheckingClient) -> tuple[CheckingClient, CheckingClient]:
    other = CheckingClient(client.app)
    client.sign_in(COORDINATOR)
    other.sign_in(SECOND)
    return client, other


def test_a_step_is_asked_before_it_is_taken(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/actions/erfassen")
    told = [words(one) for one in page.select(".kf-inset li")]
    assert told == [
        "Der neue Stand ist „erfasst“.",
        "Eine Frist beginnt: „Über die Einordnung entscheiden“ bis 21.12.2026.",
        "Es wird 1 E-Mail versandt: an die meldende Person.",
    ]
    with in_app(client.app):
        assert stored(reference).state == "gemeldet"
    client.submit(page, "main form")
    assert words(client.follow().select_one(".kf-flash")) == "„Erfassen“ ist erledigt. Stand: erfasst."
    with in_app(client.app):
        assert stored(reference).state == "erfasst"


def test_with_htmx_the_question_opens_inside_the_page(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    link = client.get(f"/records/{reference}").select_one("#deeds a[data-hx-get]")
    assert link["href"] == link["data-hx-get"] and link["data-hx-target"] == "#deed"
    fragment = client.get(link["href"], htmx=True)
    assert fragment.select_one("h1") is None
    assert fragment.select_one("[data-focus]").text == "Erfassen?"
    client.submit(fragment, "form")
    assert client.response.headers["Location"].endswith(f"/records/{reference}")


def test_what_a_step_asks_for_is_kept_when_something_is_wrong(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/actions/rueckfragen")
    text = "Wie heißt die Dienststelle? " * 100
    page = client.submit(page, "main form", {"question": text}, status=422)
    assert page.select_one("textarea").text.strip() == text.strip()
    assert page.select_one(".kf-errors a")["href"] == "#question"


def test_a_step_that_is_not_possible_is_refused_with_reasons(client):
    reference = made(client, ("erfassen", {}), contact=False)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/actions/rueckfragen", 409)
    assert "ist nicht „ja“" in words(page.main)
    client.get(f"/records/{reference}/actions/gibt_es_nicht", 404)
    page = client.post(f"/records/{reference}/actions/rueckfragen", {"question": "Wo?"}, status=409)
    assert "ist nicht „ja“" in words(page.main)
    assert "Wo?" in words(page.main)


def test_a_double_click_gets_a_sentence_and_nothing_happens_twice(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/actions/erfassen")
    client.submit(page, "main form")
    with in_app(client.app):
        sent = mails()
    client.submit(page, "main form")
    assert "haben Sie gerade schon ausgeführt" in words(client.follow().select(".kf-flash")[-1])
    with in_app(client.app):
        assert mails() == sent
        assert tags(reference).count("record:transition") == 1


def test_two_at_once_the_second_sees_what_happened_and_keeps_the_text(client):
    reference = made(client)
    first, second = two(client)
    mine = second.get(f"/records/{reference}/actions/verweisen")
    first.submit(first.get(f"/records/{reference}/actions/erfassen"), "main form")
    page = second.submit(mine, "main form", {"reason": "Das ist ein Einzelfall."}, status=409)
    assert "Erfassen: „gemeldet“ → „erfasst“" in words(page.select_one("#theirs"))
    assert name(client, COORDINATOR) in words(page.select_one("#theirs"))
    assert page.select_one("#mine textarea").text.strip() == "Das ist ein Einzelfall."
    second.submit(page, "#mine form")
    with in_app(client.app):
        assert stored(reference).state == "einzelfall"


def test_two_at_once_when_the_step_has_become_impossible(client):
    reference = made(client)
    first, second = two(client)
    mine = second.get(f"/records/{reference}/actions/rueckfragen")
    first.submit(first.get(f"/records/{reference}/actions/verweisen"), "main form", {"reason": "Einzelfall"})
    page = second.submit(mine, "main form", {"question": "Seit wann besteht das?"}, status=409)
    assert page.select_one("#mine form") is None
    assert "nicht mehr möglich" in words(page.select_one("#mine"))
    assert "Seit wann besteht das?" in words(page.select_one("#mine"))


def test_a_comment_of_a_colleague_is_no_conflict(client):
    reference = made(client)
    first, second = two(client)
    mine = second.get(f"/records/{reference}/actions/erfassen")
    first.post(f"/records/{reference}/comments", {"comment-text": "Ich habe angerufen."})
    second.submit(mine, "main form")
    with in_app(client.app):
        assert stored(reference).state == "erfasst"


def test_answers_are_corrected_on_one_page(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/edit")
    assert page.select_one("[name=melder_email], [name=rueckfragen], [name=anonym_bestaetigt]") is None
    client.submit(page, "main form", {"titel": "Zu lange Wartezeit"})
    page = client.follow()
    assert words(page.h1) == "Zu lange Wartezeit"
    with in_app(client.app):
        record = stored(reference)
        assert record.contact.email == "m.musterfrau@beratung.example"
        assert record.answers["rueckfragen"] == "ja"


def test_wrong_corrections_are_shown_at_their_question_and_keep_everything(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/edit")
    page = client.submit(page, "main form", {"titel": "", "situation": "Neu beschrieben."}, status=422)
    assert page.select_one(".kf-errors a")["href"] == "#titel"
    assert page.select_one("[name=situation]").text.strip() == "Neu beschrieben."


def test_questions_follow_the_answers_without_scripts(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/edit")
    assert page.select_one("[name=vorgangsnummer_alt]") is None
    page = client.submit(page, "main form", {"bereits_gemeldet": "ja"}, status=200, button="[name=_refresh]")
    assert page.select_one("[name=vorgangsnummer_alt]") is not None
    with in_app(client.app):
        assert stored(reference).answers["bereits_gemeldet"] == "nein"


def test_dropped_answers_are_named(client):
    reference = made(client, bereits_gemeldet="ja", vorgangsnummer_alt="IH-2025-0001")
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/edit")
    client.submit(page, "main form", {"bereits_gemeldet": "nein"})
    assert "Entfallen, weil die Frage nicht mehr gestellt wird" in words(client.follow().main)


def test_two_correct_at_once_and_both_versions_are_shown(client):
    reference = made(client)
    first, second = two(client)
    mine = second.get(f"/records/{reference}/edit")
    first.submit(
        first.get(f"/records/{reference}/edit"), "main form", {"titel": "Fremder Titel", "haeufigkeit": "vereinzelt"}
    )
    typed = {"titel": "Mein Titel", "situation": "Meine Schilderung."}
    page = second.submit(mine, "main form", typed, status=409)
    rows = {words(row.select_one("th")): [words(one) for one in row.select("td")] for row in page.select("tbody tr")}
    assert rows["Kurzer Titel der Hürde beide geändert"] == [
        "Lange Wartezeit auf Termine", "Fremder Titel", "Mein Titel",
    ]  # fmt: skip
    assert rows["Wie häufig tritt sie auf?"][1:] == ["vereinzelt", "regelmäßig"]
    assert page.select_one("[name=titel]")["value"] == "Mein Titel"
    assert page.select_one("[name=haeufigkeit][checked]")["value"] == "vereinzelt"
    second.submit(page, "#joined form")
    with in_app(client.app):
        answers = stored(reference).answers
        assert (answers["titel"], answers["situation"], answers["haeufigkeit"]) == (
            "Mein Titel", "Meine Schilderung.", "vereinzelt",
        )  # fmt: skip


def test_a_mistake_does_not_hide_that_somebody_was_faster(client):
    reference = made(client)
    first, second = two(client)
    mine = second.get(f"/records/{reference}/edit")
    first.submit(first.get(f"/records/{reference}/edit"), "main form", {"titel": "Fremder Titel"})
    again = second.submit(mine, "main form", {"titel": ""}, status=409)
    assert "Fremder Titel" in words(again.select_one("#versions"))


def test_who_may_not_correct(client):
    reference = made(client)
    client.sign_in(OFFICE)
    client.get(f"/records/{reference}/edit", 403)


def test_the_reporter_withdraws(client):
    reference = made(client)
    client.sign_in(ADVISER)
    page = client.get(f"/records/{reference}")
    page = client.get(page.select_one("#steps a")["href"])
    told = words(page.select_one(".kf-inset"))
    assert "KIM-Koordination" in told and name(client, SECOND) not in str(page)
    client.submit(page, "main form")
    with in_app(client.app):
        assert stored(reference).state == "zurueckgezogen"
