"""Naturalisation as people live through it in the browser: a self-check without an account; a client's checklist from its
beginning through a question, a hand-over returned with a gap and a new edition to the decision; a wave of 499 letters.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pikepdf
from playwright.sync_api import Locator, Page, expect

from kimforms.services.records.facts import local_day

from ..support.browser import NARROW, WIDE, Person
from ..support.campaign import people
from ..support.naturalisation import CARITAS, EBH_TROISDORF
from ..support.server import Server
from .conftest import MakePerson

PSEUDONYM = "Ahorn 31"
GERMAN_BIRTH, ASKED = "Geburtsurkunde vorhanden", "Genügt eine Zweitschrift der Urkunde?"
ANSWER = "Ja, mit Übersetzung."
GAP = "Die Übersetzung der Urkunde fehlt."
CHANGED = "Geburtsurkunde mit Übersetzung vorhanden"
BAD = "Jürgen;Müßig;Größenweg;3;5384;Troisdorf\n"


@dataclass
class Story:
    """People at their windows; ``found`` is what axe and the search for overflow say on the way."""

    house: Server
    make: MakePerson
    folder: Path
    reference: str = ""
    found: list[str] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    def who(self, email: str) -> Person:
        """Somebody at their own window, signed in."""
        if email not in self.people:
            self.people[email] = self.make()
            self.people[email].sign_in(email)
        return self.people[email]

    def at(self, email: str, part: str = "") -> Page:
        """This person at a page of the checklist."""
        return self.who(email).open(f"/checklists/{self.reference}{part}")

    def look(self, person: Person) -> None:
        """What is wrong with the page, wide and narrow."""
        self.found += person.inspect()
        person.width = NARROW
        person.page.set_viewport_size({"width": NARROW, "height": 900})
        self.found += person.overflow()
        person.width = WIDE
        person.page.set_viewport_size({"width": WIDE, "height": 900})

    def kept(self, person: Person, path: str, name: str) -> Path:
        """A file of the server as this person's browser gets it."""
        answer = person.context.request.get(path)
        assert answer.ok, f"{path}: {answer.status}"
        target = self.folder / name
        target.write_bytes(answer.body())
        return target


def today() -> date:
    """The day as the offices count it, which is not always that of the machine."""
    return local_day(datetime.now(UTC))


def press(page: Page, name: str) -> None:
    """A button that leads to another page."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).last.click()


def text_of(pdf: Path) -> str:
    """What stands in a PDF, in the order of reading."""
    return subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()


def settings(story: Story) -> Page:
    page = story.who(EBH_TROISDORF).open("/naturalisation/settings")
    expect(page.locator("main")).to_contain_text("Troisdorf")
    return page


# --- without an account ------------------------------------------------------------------------------------------------


def test_somebody_checks_without_an_account(person: MakePerson, house: Server, tmp_path: Path) -> None:
    story = Story(house, person, tmp_path)
    page = settings(story)
    page.get_by_label("Selbstprüfung ohne Konto anbieten").check()
    story.look(story.who(EBH_TROISDORF))
    press(page, "Speichern")
    expect(page.locator("main")).to_contain_text("Die Einstellungen sind gespeichert")

    guest = person(width=NARROW)
    page = guest.open("/naturalisation")
    story.found += guest.inspect()
    page.get_by_role("link", name="Selbstcheck ohne Anmeldung").click()
    page.get_by_label("Wo wohnen Sie?").select_option("troisdorf")
    press(page, "Weiter")
    expect(page.locator("#applicable")).to_contain_text("B4")
    expect(page.locator("#applicable")).not_to_contain_text("B5")
    page.locator("[name=s-verheiratet]").check()
    expect(page.locator("#applicable")).to_contain_text("B5")  # htmx keeps the list up with the ticks
    story.found += guest.inspect()
    press(page, "Weiter zu den Punkten")
    for item, answer in (("B1", "yes"), ("B4", "no"), ("B5", "unclear")):
        page.locator(f"[name=p-{item}][value={answer}]").check()
    story.found += guest.inspect()
    press(page, "Ergebnis zeigen")
    for part, item in (("met", "B1"), ("missing", "B4"), ("advice", "B5")):
        expect(page.locator(f"#{part}")).to_contain_text(item)
    expect(page.locator("main")).to_contain_text("255")
    story.look(guest)
    with page.expect_download() as loading:
        page.evaluate("document.querySelector(\"form[action$='check.pdf']\").setAttribute('target', '_self')")
        page.get_by_role("button", name="PDF öffnen").click()
    told = text_of(Path(loading.value.path()))
    assert GERMAN_BIRTH in told and "keine Rechtsberatung" in told
    assert not house.rows("SELECT 1 FROM client_checklist WHERE municipality = 'troisdorf' AND pseudonym = ''")
    assert not story.found, "\n".join(story.found)


# --- a client's checklist ----------------------------------------------------------------------------------------------


def test_a_checklist_from_its_beginning_to_the_decision(person: MakePerson, house: Server, tmp_path: Path) -> None:
    story = Story(house, person, tmp_path)
    begun(story)
    noted(story)
    asked(story)
    handed_over(story)
    returned(story)
    lifted(story, published(story))
    decided(story)
    handout(story)
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


def handed_over(story: Story) -> None:
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
    sheet = story.kept(adviser, address, "verweis.pdf")
    said = embedded(sheet)
    assert "schema" in json.dumps(said) and not re.search(r'"[FGHI]\d+"', never(story, said))
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


def never(story: Story, said: dict[str, object]) -> str:
    """What the data say that is about items which are never stored."""
    return " ".join(re.findall(r'"(?:H1|I\d+|F6)"', json.dumps(said)))


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
    gone = office.page.goto(f"/checklists/{story.reference}")
    assert gone is not None and gone.status == 404
    page = story.at(CARITAS, "/hand-over")
    for word in ("eingegangen", "in Prüfung", "Nachforderung", "entschieden"):
        expect(page.locator("main")).to_contain_text(word)
    story.look(story.who(CARITAS))
    story.at(CARITAS, "/history")
    story.look(story.who(CARITAS))


def handout(story: Story) -> None:
    """In Arabic, with the German words beside it; a picture of it stays when one asks for it."""
    adviser = story.who(CARITAS)
    page = story.at(CARITAS, "/handout")
    page.locator("[name=language][value=ar]").check()
    story.look(adviser)
    sheet = story.kept(adviser, f"/checklists/{story.reference}/handout/sheet.pdf?language=ar", "handreichung.pdf")
    told = text_of(sheet)
    assert CHANGED in " ".join(told.split()) and re.search("[\u0600-\u06ff\ufb50-\ufeff]{3}", told)
    assert PSEUDONYM not in told and story.reference not in told


# --- letters -----------------------------------------------------------------------------------------------------------


def test_five_hundred_rows_with_one_bad_one(person: MakePerson, house: Server, tmp_path: Path) -> None:
    story = Story(house, person, tmp_path)
    switched_on(story)
    text_approved(story)
    run = uploaded(story)
    printed(story, run)
    deleted(story, run)
    assert not story.found, "\n".join(story.found)


def switched_on(story: Story) -> None:
    """Off until data protection has approved it."""
    office = story.who(EBH_TROISDORF)
    office.expect("422", "409")
    page = office.open("/campaign")
    expect(page.locator("main")).to_contain_text("ausgeschaltet")
    story.look(office)
    page = settings(story)
    page.get_by_label("Briefe der Kampagne hier erstellen").check()
    press(page, "Speichern")
    expect(page.locator(".kf-errors")).to_be_visible()
    page.get_by_label("Freigegeben von (Datenschutz)").fill("Behördliche Datenschutzbeauftragte")
    page.locator("[name=office-campaign_approved_on]").fill(f"{today():%d.%m.%Y}")
    for name, value in (
        ("public_url", "https://www.stadt.example/einbuergerung"), ("contact_name", "Kontakt Behörde"),
        ("contact_function", "Einbürgerungen"),
        ("contact_phone", "02241 900"), ("contact_email", "ebh@stadt.example"),
    ):  # fmt: skip
        page.locator(f"[name=office-{name}]").fill(value)
    press(page, "Speichern")
    expect(page.locator("main")).to_contain_text("Die Einstellungen sind gespeichert")


def text_approved(story: Story) -> None:
    """The proposed words become a version that does not change any more."""
    office = story.who(EBH_TROISDORF)
    page = office.open("/campaign/templates")
    press(page, "Neue Fassung")
    story.look(office)
    page.get_by_role("link", name="Freigeben").click()
    if page.locator("#sure").count():
        page.locator("#sure").check()
    story.look(office)
    press(page, "Freigeben")
    expect(page.locator("main")).to_contain_text("freigegeben")


def uploaded(story: Story) -> int:
    """A list as an office exports it: code page 1252, semicolons; the check names the bad row and why; the run's id."""
    office = story.who(EBH_TROISDORF)
    page = office.open("/campaign/runs/new")
    listed = people(499)
    content = "\n".join([*listed.splitlines()[:250], BAD.strip(), *listed.splitlines()[250:], ""])
    for letter, plain in {"Ł": "L", "ł": "l", "Ż": "Z", "ż": "z", "ó": "o", "ı": "i", "ş": "s"}.items():
        content = content.replace(letter, plain)
    content = content.replace("Олена", "Jörg").replace("Шевченко", "Größer")
    page.get_by_label("Name der Welle").fill("Herbstwelle")
    page.get_by_label("Kriterien der Auswahl").fill("seit zehn Jahren gemeldet")
    page.get_by_label("Quelle der Adressen").fill("Ausländerregister der Stadt")
    page.get_by_label("Liste der Personen").set_input_files(
        {"name": "Anschriften.csv", "mimeType": "text/csv", "buffer": content.encode("cp1252")}
    )
    press(page, "Hochladen")
    expect(page.locator("main table")).to_contain_text("Öztürk-Müßig")
    story.look(office)
    press(page, "Liste prüfen")
    expect(page.locator("section:has(#sums)")).to_contain_text("499")
    page.get_by_text("Zeilen einzeln").click()
    expect(page.locator("section:has(#reasons)")).to_contain_text(re.compile(r"Zeile 251: .*Postleitzahl"))
    story.look(office)
    found = re.search(r"/campaign/runs/(\d+)", page.url)
    assert found is not None, page.url
    return int(found[1])


def printed(story: Story, run: int) -> None:
    """A service that nobody confirmed stops it; then a bar runs in the background, and the letters come as one PDF."""
    office = story.who(EBH_TROISDORF)
    page = office.open("/services/new")
    for label, value in (("Name der Beratungsstelle", "Beratung im Grünen Haus"), ("Straße und Hausnummer", "Markt 3"),
                         ("Postleitzahl", "53840"), ("Ort", "Troisdorf"), ("Telefon", "02241 901")):  # fmt: skip
        page.get_by_label(label).first.fill(value)
    page.get_by_label("In den Briefen der Kampagne nennen").check()
    press(page, "Speichern")
    page = office.open(f"/campaign/runs/{run}")
    press(page, "Briefe erstellen")
    expect(page.locator("main")).to_contain_text("„Beratung im Grünen Haus“ (noch nie bestätigt)")
    story.look(office)
    page = office.open("/services/care")
    story.look(office)
    overdue = page.locator("main tbody tr").filter(has_text="überfällig").get_by_role("link")
    for address in [one.get_attribute("href") or "" for one in overdue.all()]:
        page.goto(address)
        press(page, "Alles stimmt: bestätigen")
    page = office.open(f"/campaign/runs/{run}")
    press(page, "Briefe erstellen")
    expect(page.locator("section[id^=progress-]")).to_be_visible()
    story.look(office)
    page.get_by_role("link", name="Weiter zum Ergebnis").click()
    expect(page.locator("main")).to_contain_text("Die Briefe sind fertig")
    story.look(office)
    with page.expect_download() as loading:
        page.get_by_role("link", name="PDF herunterladen").click()
    letters = Path(shutil.copy(loading.value.path(), story.folder / "briefe.pdf"))
    with pikepdf.open(letters) as opened:
        assert len(opened.pages) % 499 == 0 and len(opened.pages) // 499 in (1, 2)
    told = text_of(letters)
    assert len(set(re.findall(r"Öztürk-Müßig [A-Z]+", told))) == 100
    assert "Größenweg 3\n53842" not in told and "5384 Troisdorf" not in told


def deleted(story: Story, run: int) -> None:
    """After the confirmation only sums are left."""
    office = story.who(EBH_TROISDORF)
    page = office.open(f"/campaign/runs/{run}")
    page.get_by_role("link", name="PDF ist da: Anschriften löschen").click()
    story.look(office)
    press(page, "Endgültig löschen")
    expect(page.locator("main")).to_contain_text("Anschriften und Briefe sind gelöscht")
    story.look(office)
    assert office.page.goto(f"/campaign/runs/{run}/letters.pdf").status == 409  # type: ignore[union-attr]
    expect(office.open("/campaign").locator("main table")).to_contain_text("499")
