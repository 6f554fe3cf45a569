"""An adviser with account: the draft saves itself, is found again, sent, and stands under "Meine Meldungen"."""

from __future__ import annotations

from ..support.journeys import fill_in, go_on
from ..support.server import Server, wait_until
from .conftest import MakePerson

ADVISER = "beratung@caritas.example"


def test_a_draft_saves_itself_is_resumed_and_sent(person: MakePerson, house: Server) -> None:
    adviser = person()
    page = adviser.page
    found: list[str] = []
    adviser.sign_in(ADVISER)
    adviser.open("/report")
    adviser.press("Neue Meldung beginnen")
    fill_in(adviser, "Unterwegs angefangen", contact=False, steps="abc", look=found)
    page.locator("#titel").fill("Unterwegs angefangen")
    page.locator("#situation").fill("Familien warten")
    page.locator("#saved", has_text="Entwurf gespeichert um").wait_for()
    wait_until(lambda: "Familien warten" in str(house.rows("SELECT raw FROM draft")), "the draft saves itself")
    found += adviser.inspect()
    adviser.close()

    again = person()
    page = again.page
    again.sign_in(ADVISER)
    again.open("/report/drafts")
    found += again.inspect()
    page.get_by_role("link", name="Unterwegs angefangen", exact=True).click()
    assert page.locator("#titel").input_value() == "Unterwegs angefangen"
    assert page.locator("#situation").input_value() == "Familien warten"
    page.locator("#situation").fill("Familien warten mehrere Monate auf einen Termin.")
    go_on(again)
    fill_in(again, "", contact=False, steps="ef", look=found)
    found += again.inspect()
    with page.expect_navigation():
        page.locator("button[value=submit]").click()
    reference = page.locator("#reference").inner_text()
    assert page.locator("#code").count() == 0, "with an account nobody needs a code"
    again.open("/my-reports")
    found += again.inspect()
    assert reference in page.locator("main").inner_text()
    page.get_by_role("link", name="Unterwegs angefangen").first.click()
    page.wait_for_url(f"**/records/{reference}")
    found += again.inspect()
    assert "Familien warten mehrere Monate auf einen Termin." in page.locator("main").inner_text(timeout=5000) or (
        page.locator("details", has_text="Beschreibung").count() > 0
    )
    again.open("/report/drafts")
    assert "Unterwegs angefangen" not in page.locator("main").inner_text()
    assert not found, "\n".join(found)


def test_the_connection_breaks_while_somebody_writes(person: MakePerson) -> None:
    adviser = person()
    page = adviser.page
    adviser.expect("ERR_INTERNET_DISCONNECTED")
    adviser.sign_in("beratung@diakonie.example")
    adviser.open("/report")
    adviser.press("Neue Meldung beginnen")
    page.locator("#organisation").fill("Diakonie An der Sieg")
    page.locator("#saved", has_text="Entwurf gespeichert um").wait_for()
    adviser.context.set_offline(True)
    page.get_by_text("Keine Verbindung zum Server").wait_for()
    page.locator("#organisation").fill("Diakonie An Sieg und Rhein")
    assert page.locator("#organisation").input_value() == "Diakonie An Sieg und Rhein"
    adviser.context.set_offline(False)
    page.get_by_text("Die Verbindung ist wieder da").wait_for()
    page.locator("#melder_art").select_option("mbe")
    page.locator("#saved", has_text="Entwurf gespeichert um").wait_for()
    adviser.open("/report/drafts")
    page.locator(".kf-drafts__item a").first.click()
    assert page.locator("#organisation").input_value() == "Diakonie An Sieg und Rhein"
