"""A wave of letters in the browser: 500 rows with a bad one, a service that nobody confirmed, one PDF, and its deletion."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pikepdf
from playwright.sync_api import expect

from ..support.campaign import people
from ..support.naturalisation import EBH_TROISDORF
from ..support.server import Server
from ..support.story import Story, press, text_of, today
from .conftest import MakePerson

BAD = "Jürgen;Müßig;Größenweg;3;5384;Troisdorf\n"


def test_five_hundred_rows_with_one_bad_one(person: MakePerson, house: Server, tmp_path: Path) -> None:
    story = Story(house, person, "campaign")
    switched_on(story)
    text_approved(story)
    run = uploaded(story)
    printed(story, run, tmp_path)
    deleted(story, run)
    assert not story.found, "\n".join(story.found)


def switched_on(story: Story) -> None:
    """Off until data protection has approved it."""
    office = story.who(EBH_TROISDORF)
    office.expect("422", "409")
    page = office.open("/campaign")
    expect(page.locator("main")).to_contain_text("ausgeschaltet")
    story.look(office)
    page = story.who(EBH_TROISDORF).open("/naturalisation/settings")
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


def printed(story: Story, run: int, folder: Path) -> None:
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
    expect(page.locator("main")).to_contain_text(
        "Jeder Brief hat 2 Seiten, beidseitig gedruckt sind das 1 Blatt; zusammen 499 Blatt."
    )
    story.look(office)
    with page.expect_download() as loading:
        page.get_by_role("link", name="PDF herunterladen").click()
    letters = Path(shutil.copy(loading.value.path(), folder / "briefe.pdf"))
    with pikepdf.open(letters) as opened:
        assert len(opened.pages) == 2 * 499, "two pages, so that a letter is one sheet"
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
