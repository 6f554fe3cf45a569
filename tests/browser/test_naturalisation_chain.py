"""A client's checklist in the browser: from its beginning through a question to the office, a hand-over that is returned with
a gap and a new edition of the law to the decision, and a handout in Arabic.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pikepdf
from playwright.sync_api import Locator, Page, expect

from ..support.naturalisation import CARITAS, EBH_TROISDORF
from ..support.server import Server
from ..support.story import Story, kept, press, text_of, today
from .conftest import MakePerson

PSEUDONYM = "Ahorn 31"
ASKED, ANSWER = "Genügt eine Zweitschrift der Urkunde?", "Ja, mit Übersetzung."
NEVER = {"F6", "H1", "H2", "H3", "H5", "I1", "I2", "I3", "I4", "I5"}
GAP = "Die Übersetzung der Urkunde fehlt."
CHANGED = "Geburtsurkunde mit Übersetzung vorhanden"


def test_a_checklist_from_its_beginning_to_the_decision(person: MakePerson, house: Server, tmp_path: Path) -> None:
    story = Story(house, person, "checklists")
    begun(story)
    noted(story)
    asked(story)
    handed_over(story, tmp_path)
    returned(story)
    lifted(story, published(story))
    decided(story)
    handout(story, tmp_path)
    assert not story.found, "\n".join(story.found)


def begun(story: Story) -> None:
    """Under a pseudonym, with the situation; a name is not taken for one."""
    adviser = story.who(CARITAS)
    adviser.expect("422")
    page = adviser.open("/checklists")
    story.look(adviser)
    page.get_by_role("link", name="Neue Checkliste").first.click()
    page.get_by_label("Pseudonym").fill("Herr Yılmaz, 12.03.1990")
    page.get_by_label("Wo wohnt die Person?").select_option("troisdorf")
    press(page, "Beginnen")
    expect(page.locator(".kf-errors")).to_be_visible()
    story.look(adviser)
    page.get_by_label("Pseudonym").fill(PSEUDONYM)
    press(page, "Beginnen")
    expect(page.locator("main")).to_contain_text("Was trifft zu?")
    for what in ("verheiratet", "beschaeftigt"):
        page.locator(f"[name=yes][value={what}]").check()
    story.look(adviser)
    press(page, "Speichern")
    found = re.search(r"/checklists/([A-Z]+-\d{4}-\d+)", page.url)
    assert found is not None, page.url
    story.reference = found[1]


def open_row(page: Page, item: str) -> Locator:
    """Opens an item in its place."""
    page.locator(f"#item-{item} a").first.click()
    row = page.locator(f"#item-{item}.kf-checklist__row--open")
    expect(row).to_be_visible()
    return row


def note(page: Page, item: str, state: str) -> None:
    """An item's state by htmx: the row closes, the bar above moves."""
    row = open_row(page, item)
    row.locator(f"[name='{item}-state'][value={state}]").check()
    row.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.locator(f"#item-{item}:not(.kf-checklist__row--open)")).to_be_visible()


def noted(story: Story) -> None:
    """Evidence seen, a follow-up, an item as a page of its own without scripts, the talk."""
    adviser = story.who(CARITAS)
    page = story.at(CARITAS)
    expect(page.locator("#item-B5")).to_be_visible()
    expect(page.locator("#item-I1")).to_have_count(0)
    story.look(adviser)
    before = page.locator("#checklist-progress").text_content() or ""
    row = open_row(page, "B1")
    row.locator("[name='B1-state'][value=met]").check()
    row.locator("[name='B1-seen']").first.check()
    row.get_by_label("Wiedervorlage am").fill(f"{today() + timedelta(days=30):%d.%m.%Y}")
    story.look(adviser)
    row.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.locator("#item-B1:not(.kf-checklist__row--open)")).to_contain_text("gesehen am")
    expect(page.locator("#checklist-progress")).not_to_have_text(before)
    note(page, "B5", "present")

    plain = story.make(javascript=False)
    plain.sign_in(CARITAS)
    page = plain.open(f"/checklists/{story.reference}")
    page.locator("#item-A6 a").first.click()
    page.locator("[name='A6-state'][value=met]").check()
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.locator("#item-A6")).to_contain_text("erfüllt")

    page = story.at(CARITAS)
    page.get_by_role("link", name="Gespräch vermerken").click()
    page.get_by_label("Besprochen am").fill(f"{today():%d.%m.%Y}")
    story.look(adviser)
    press(page, "Speichern")
    expect(page.locator("#talk")).to_contain_text(f"{today():%d.%m.%Y}")


def asked(story: Story) -> None:
    """The office sees the one item that it is asked about, and answers there."""
    page = story.at(CARITAS, "/questions?item=B4")
    page.get_by_label("Ihre Frage").fill(ASKED)
    press(page, "Frage senden")
    expect(page.locator("#thread-B4")).to_contain_text("wartet auf Antwort")
    story.look(story.who(CARITAS))
    office = story.who(EBH_TROISDORF)
    page = office.open("/checklists")
    expect(page.locator("#office-list")).to_contain_text("Frage offen")
    story.look(office)
    page.get_by_role("link", name=re.compile(story.reference)).click()
    expect(page.locator("main")).to_contain_text(ASKED)
    page = story.at(EBH_TROISDORF, "/questions?item=B4")
    expect(page.locator("main")).not_to_contain_text("Heirat")
    page.get_by_label("Ihre Antwort").fill(ANSWER)
    story.look(office)
    press(page, "Antwort senden")
    page = story.at(EBH_TROISDORF)
    expect(page.locator("#item-B1")).to_have_count(0)
    story.look(office)
    page = story.at(CARITAS, "/questions")
    expect(page.locator("#threads")).to_contain_text(ANSWER)
    expect(page.locator("#looks")).not_to_contain_text("Noch niemand")


def handed_over(story: Story, folder: Path) -> None:
    """Incomplete, so it asks for the reason; the PDF carries the data, the office confirms receipt."""
    adviser = story.who(CARITAS)
    page = story.at(CARITAS, "/hand-over")
    story.look(adviser)
    press(page, "Jetzt verweisen")
    expect(page.locator(".kf-errors")).to_be_visible()
    page.get_by_label("Warum verweisen Sie jetzt schon?").fill("Der Aufenthaltstitel läuft bald ab.")
    press(page, "Jetzt verweisen")
    expect(page.locator("#hand-over-1")).to_be_attached()
    story.look(adviser)
    address = page.locator("#hand-over-1").get_by_role("link", name=re.compile("Deckblatt")).get_attribute("href") or ""
    sheet = kept(adviser, address, folder / "verweis.pdf")
    said = embedded(sheet)
    assert said["pseudonym"] == PSEUDONYM
    assert not NEVER & set(re.findall(r'"([A-Z]\d+)"', json.dumps(said))), "sensitive items are not even named"
    assert "läuft bald ab" in text_of(sheet)

    page = story.at(EBH_TROISDORF, "/hand-over")
    story.look(story.who(EBH_TROISDORF))
    page.locator("[name=milestone-kind][value=received]").check()
    press(page, "Melden")
    expect(page.locator("#hand-over-1")).to_contain_text("eingegangen")


def embedded(pdf: Path) -> dict[str, object]:
    """The data in a PDF/A-3a: one associated file, JSON."""
    with pikepdf.open(pdf) as opened:
        (only,) = opened.attachments.values()
        with opened.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("3", "A")
        assert opened.Root.AF[0].AFRelationship == "/Data"
        found = json.loads(only.get_file().read_bytes())
    assert isinstance(found, dict)
    return found


def returned(story: Story) -> None:
    """The office names the gap; the service reads it at the item."""
    office = story.who(EBH_TROISDORF)
    page = story.at(EBH_TROISDORF, "/hand-over")
    page.get_by_role("link", name="Verweis zurückgeben").click()
    story.look(office)
    page.locator("[name=return-reason][value=unterlagen_fehlen]").check()
    page.locator("[name='return-gap_B4']").fill(GAP)
    press(page, "Zurückgeben")
    page = story.at(CARITAS)
    expect(page.locator("#item-B4")).to_contain_text(GAP)
    story.look(story.who(CARITAS))
    note(page, "B4", "met")


def published(story: Story) -> int:
    """A new edition of Troisdorf with one other item, in effect on the earliest day; its number."""
    office = story.who(EBH_TROISDORF)
    page = office.open("/naturalisation/editions")
    press(page, "Neuen Entwurf beginnen")
    page.locator("#item-B4").get_by_role("link", name=re.compile("Bearbeiten")).click()
    page.get_by_label("Text des Punktes").fill(CHANGED)
    story.look(office)
    press(page, "Speichern")
    expect(page.locator("#item-B4")).to_contain_text(CHANGED)
    page.get_by_role("link", name="Veröffentlichen").click()
    page.locator("[name$=valid_from]").fill(f"{today():%d.%m.%Y}")
    story.look(office)
    press(page, "Veröffentlichen")
    ((number, day),) = story.house.rows(
        "SELECT e.number, e.valid_from FROM checklist_edition e JOIN controller c ON c.id = e.controller_id "
        "WHERE c.key = 'troisdorf' AND e.state = 'published' ORDER BY e.number DESC LIMIT 1"
    )
    assert day == today().isoformat()
    return int(number)


def lifted(story: Story, number: int) -> None:
    """The adviser is told, sees what changes, and lifts."""
    assert story.house.rows(
        "SELECT 1 FROM outbox_message m JOIN delivery d ON d.message_id = m.id WHERE d.address = ? AND m.text LIKE '%B4%'",
        CARITAS,
    )
    page = story.at(CARITAS)
    expect(page.locator("main")).to_contain_text("B4 hat sich zum")
    story.look(story.who(CARITAS))
    page.get_by_role("link", name="Vorschau und Übernehmen").click()
    expect(page.locator("#preview")).to_contain_text(CHANGED)
    story.look(story.who(CARITAS))
    press(page, f"Auf Fassung {number} heben")
    page = story.at(CARITAS)
    expect(page.locator("#item-B4")).to_contain_text("neu ansehen")
    note(page, "B4", "met")
    expect(page.locator("#item-B4")).not_to_contain_text("neu ansehen")


def decided(story: Story) -> None:
    """Handed over again; milestones reach the service; with the decision the office's sight ends."""
    page = story.at(CARITAS, "/hand-over")
    page.get_by_label("Warum verweisen Sie jetzt schon?").fill("Die Lücke ist geschlossen.")
    press(page, "Jetzt verweisen")
    office = story.who(EBH_TROISDORF)
    for kind in ("received", "examining", "requested", "decided"):
        page = story.at(EBH_TROISDORF, "/hand-over")
        page.locator(f"[name=milestone-kind][value={kind}]").check()
        press(page, "Melden")
    office.expect("404")
    gone = office.page.goto(f"/checklists/{story.reference}")
    assert gone is not None and gone.status == 404
    page = story.at(CARITAS, "/hand-over")
    for word in ("eingegangen", "in Prüfung", "Nachforderung", "entschieden"):
        expect(page.locator("main")).to_contain_text(word)
    story.look(story.who(CARITAS))
    story.at(CARITAS, "/history")
    story.look(story.who(CARITAS))


def handout(story: Story, folder: Path) -> None:
    """In Arabic, with the German words beside it; a picture of it stays when one asks for it."""
    adviser = story.who(CARITAS)
    page = story.at(CARITAS, "/handout")
    page.locator("[name=language][value=ar]").check()
    story.look(adviser)
    sheet = kept(adviser, f"/checklists/{story.reference}/handout/sheet.pdf?language=ar", folder / "handreichung.pdf")
    told = text_of(sheet)
    assert "Geburtsurkunde mit Übersetzung" in told, "a new text has no translation yet and stands there in German"
    assert re.search("[\u0600-\u06ff\ufb50-\ufeff]{3}", told)
    assert PSEUDONYM not in told and story.reference not in told
