"""``make screenshots``: starts a demonstration in a temporary folder and takes the pictures of ``docs/images`` anew.

The pictures show invented reports. Their colours are reduced to a palette, so that the repository stays small.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from . import meeting_pictures, naturalisation_pictures
from .servers import ROOT, free_port, running

IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDE, NARROW = (1280, 800), (390, 844)
SMALL = (320, 640)
COLOURS = 128
MOST_BYTES = 150_000
PASSWORD = "kimforms-demo"
COORDINATOR, OFFICE, ADMIN = "koordination2@rsk.example", "leitung@rsk.example", "admin@rsk.example"
MANAGER = "dezernat@rsk.example"
SERVICE, NATURALISATION = "beratung@caritas.example", "einbuergerung@troisdorf.example"


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kimforms-pictures-"))
    try:
        with demonstration(folder) as (address, settings), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            taken = (pages, meeting_pages, naturalisation_pages)
            for page in chain.from_iterable(take(browser, address, settings) for take in taken):
                page.context.close()
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def demonstration(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A prepared server with the demonstration's data; gives its address and settings."""
    port = free_port()
    settings = {
        "KIMFORMS_DATA_DIR": str(folder),
        "KIMFORMS_DEMO": "1",
        "KIMFORMS_DEMO_PASSWORD": PASSWORD,
        "KIMFORMS_PORT": str(port),
        "KIMFORMS_WORKERS": "1",
    }
    for command in ("init", "demo"):
        subprocess.run([sys.executable, "-m", "kimforms.cli", command], cwd=ROOT, env=os.environ | settings, check=True)
    with running([sys.executable, "-m", "kimforms.cli", "serve"], settings, port):
        yield f"http://127.0.0.1:{port}", settings


def pages(browser: Browser, address: str, _settings: dict[str, str]) -> Iterator[Page]:
    """Takes all pictures; gives each page back so that it is closed."""
    yield reporting(browser, address)
    yield narrow_step(browser, address)
    coordination = signed_in(browser, address, COORDINATOR)
    coordination.goto(f"{address}/dashboard")
    shoot(coordination, "dashboard")
    coordination.goto(f"{address}/inbox")
    coordination.evaluate("window.scrollTo(0, 300)")
    shoot(coordination, "inbox")
    reference = referenced(coordination)
    coordination.goto(f"{address}/records/{reference}")
    shoot(coordination, "record")
    coordination.goto(f"{address}/records/{reference}/actions/speichern")
    shoot(coordination, "record-step")
    themes(coordination, address)
    yield coordination
    visitor = opened(browser, WIDE)
    visitor.goto(f"{address}/solutions")
    shoot(visitor, "solutions", visitor.locator("main h2").first)
    yield visitor
    small = signed_in(browser, address, COORDINATOR, SMALL)
    small.goto(f"{address}/inbox")
    shoot(small, "inbox-narrow", small.locator("main a[href*='/records/']").nth(1))
    yield small
    office = signed_in(browser, address, OFFICE)
    office.goto(f"{address}/outbox")
    office.evaluate("window.scrollTo(0, 320)")
    shoot(office, "outbox")
    yield office
    admin = signed_in(browser, address, ADMIN)
    admin.goto(f"{address}/admin/accounts")
    shoot(admin, "accounts")
    yield admin


def meeting_pages(browser: Browser, address: str, settings: dict[str, str]) -> Iterator[Page]:
    """The next meeting of the steering group, from the agenda to a vote."""
    office, manager = signed_in(browser, address, OFFICE), signed_in(browser, address, MANAGER)
    reference = meeting_pictures.planned(office, address, shoot)
    meeting_pictures.invited(office, manager, address, reference, shoot, IMAGES)
    yield manager
    guest = opened(browser, SMALL)
    meeting_pictures.replied(guest, address, settings, shoot)
    yield guest
    meeting_pictures.held(office, address, reference, shoot)
    yield office


def naturalisation_pages(browser: Browser, address: str, _settings: dict[str, str]) -> Iterator[Page]:
    """A service, an office, and what everybody sees."""
    service = signed_in(browser, address, SERVICE)
    naturalisation_pictures.of_a_service(service, address, shoot, IMAGES)
    yield service
    office = signed_in(browser, address, NATURALISATION)
    naturalisation_pictures.of_an_office(office, address, shoot)
    yield office
    anybody = opened(browser, NARROW)
    naturalisation_pictures.of_everybody(anybody, address, shoot)
    yield anybody


def themes(page: Page, address: str) -> None:
    """The board, the theme of the oldest decision with its story, and the cases of its reconstruction side by side."""
    page.goto(f"{address}/themes")
    page.locator("main h2").first.evaluate("one => one.scrollIntoView()")
    shoot(page, "themes")
    page.goto(f"{address}/decisions")
    page.goto(f"{address}/records/{references(page, 'TH')[-1]}")
    reconstruction = references(page, "FR")[0]
    page.get_by_role("heading", name="Die Geschichte des Themas").evaluate("one => one.scrollIntoView()")
    shoot(page, "theme-story")
    page.goto(f"{address}/records/{reconstruction}/comparison")
    shoot(page, "comparison", page.locator("main table").first)


def reporting(browser: Browser, address: str) -> Page:
    """Walks through the form without an account: start, a step with a warning, review, confirmation, state."""
    page = opened(browser, WIDE)
    page.goto(f"{address}/report")
    shoot(page, "report-start")
    page.goto(f"{address}/report/form")
    for answer in STEPS:
        answer(page)
        page.get_by_role("button", name="Weiter", exact=True).click()
        page.wait_for_load_state()
        if page.get_by_text("Das sieht nach einem Namen aus", exact=False).count():
            shoot(page, "report-warning", page.get_by_text("Das sieht nach einem Namen aus", exact=False).first)
            page.get_by_label("Was passiert?").fill(SITUATION)
            page.get_by_role("button", name="Weiter", exact=True).click()
            page.wait_for_load_state()
    shoot(page, "report-check")
    page.get_by_role("button", name="Absenden", exact=True).click()
    page.wait_for_url("**/report/done")
    shoot(page, "report-done")
    reference, code = page.locator("#reference").inner_text(), page.locator("#code").inner_text()
    page.goto(f"{address}/report/status")
    page.get_by_label("Vorgangsnummer").fill(reference)
    page.get_by_label("Abrufcode").fill(code)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    shoot(page, "report-status")
    return page


def narrow_step(browser: Browser, address: str) -> Page:
    """A step of the form on a telephone."""
    page = opened(browser, NARROW)
    page.goto(f"{address}/report/form")
    shoot(page, "report-step-narrow")
    return page


SITUATION = (
    "Mehrere Ratsuchende finden nach dem B1-Kurs keinen B2-Kurs am Nachmittag. Vormittags fehlt die Kinderbetreuung, "
    "abends fährt kein Bus zurück."
)


def _office(page: Page) -> None:
    page.get_by_label("Ich melde als").select_option("mbe")
    organisation = page.locator("[name=organisation]")
    if organisation.first.evaluate("one => one.tagName") == "SELECT":
        organisation.first.select_option("caritas")
    else:
        organisation.first.fill("Caritas")
    page.get_by_label("Ihr Dienstort").select_option("siegburg")
    page.locator("input[name=rueckfragen][value=nein]").check()


def _where(page: Page) -> None:
    tick(page, "kommunen", "siegburg")
    tick(page, "kommunen", "hennef")
    page.locator("input[name=haeufigkeit][value=regelmaessig]").check()
    page.get_by_label("Wie viele ähnliche Fälle").select_option("3-5")
    page.locator("input[name=bereits_gemeldet][value=nein]").check()


def _topic(page: Page) -> None:
    page.get_by_label("Handlungsfeld", exact=True).select_option(index=1)
    for name, value in (("rechtskreise", "sgb2"), ("stellen", "sprachkurs"), ("huerdenart", "angebot_unpassend")):
        tick(page, name, value)
    page.locator("input[name=rechtskreiswechsel][value=nein]").check()


def _description(page: Page) -> None:
    page.get_by_label("Kurzer Titel der Hürde").fill("Kein B2-Kurs am Nachmittag")
    page.get_by_label("Was passiert?").fill(f"Frau Yılmaz aus der Beratung hat uns darauf gebracht. {SITUATION}")


def _group(_page: Page) -> None:
    """Nothing is required here."""


def _finish(page: Page) -> None:
    page.locator("input[name=dringlichkeit][value=mittel]").check()
    page.locator("input[name=rueckmeldung][value=ergebnis]").check()
    for name in ("anonym_bestaetigt", "datenschutz_gelesen"):
        page.locator(f"input[name={name}]").first.check()


STEPS: tuple[Callable[[Page], None], ...] = (_office, _where, _topic, _description, _group, _finish)


def tick(page: Page, name: str, value: str) -> None:
    """Chooses one of several answers, however they are drawn."""
    box = page.locator(f"input[type=checkbox][name={name}][value='{value}']")
    if box.count():
        box.check()
    else:
        chosen = page.locator(f"select[name={name}]")
        known = chosen.evaluate("one => [...one.selectedOptions].map(each => each.value)")
        chosen.select_option([*known, value])


def opened(browser: Browser, size: tuple[int, int]) -> Page:
    """A fresh window of this size, in German and light."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="de-DE",
        color_scheme="light",
        timezone_id="Europe/Berlin",
    )
    return context.new_page()


def signed_in(browser: Browser, address: str, email: str, size: tuple[int, int] = WIDE) -> Page:
    """A window in which this demo account is signed in."""
    page = opened(browser, size)
    page.goto(f"{address}/login")
    page.locator("main input[name=email]").fill(email)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/dashboard")
    return page


def referenced(page: Page) -> str:
    """The reference of a report in the inbox that stands in the middle of its way: the oldest one that is recorded."""
    page.goto(f"{page.url.partition('/inbox')[0]}/inbox?state=erfasst&order=oldest")
    return references(page, "IH")[0]


def references(page: Page, prefix: str) -> list[str]:
    """The records on the page whose references begin so, in their order."""
    found = re.findall(rf"/records/({prefix}-\d{{4}}-\d{{4,}})", page.content())
    assert found, f"the demonstration shows {prefix} on {page.url}"
    return list(dict.fromkeys(found))


def shoot(page: Page, name: str, at: Locator | None = None, *, top: bool = False) -> None:
    """Writes what the window shows as a small PNG; ``at`` is scrolled to first, ``top``: to the window's top."""
    page.evaluate("document.fonts.ready")
    if at is not None and top:
        at.evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top + window.scrollY - 90)")
    elif at is not None:
        at.scroll_into_view_if_needed()
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    target = IMAGES / f"{name}.png"
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    size = target.stat().st_size
    assert size < MOST_BYTES, f"{target.name} is too large: {size} bytes"
    print(f"{target.relative_to(ROOT)}  {picture.width} x {picture.height}  {size // 1000} kB")


if __name__ == "__main__":
    main()
