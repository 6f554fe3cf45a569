"""Pictures of naturalisation for ``make screenshots``: a checklist, the sheet for clients, the office, the public page."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

Shoot = Callable[..., None]


def of_a_service(page: Page, address: str, shoot: Shoot, images: Path) -> None:
    """The list, a checklist that came back, its hand-over, and the first page of the handout in Arabic."""
    page.goto(f"{address}/checklists")
    shoot(page, "checklists")
    page.get_by_role("link", name="Birke 7").first.click()
    page.wait_for_load_state()
    reference = page.url.rstrip("/").rpartition("/")[2]
    shoot(page, "checklist")
    page.goto(f"{address}/checklists/{reference}/hand-over")
    shoot(page, "hand-over")
    paper = page.request.get(f"{address}/checklists/{reference}/handout/sheet.pdf?language=ar").body()
    _drawn(paper, images / "handout-ar.png")


def of_an_office(page: Page, address: str, shoot: Shoot) -> None:
    """The editions of the checklist with what changes, as staff see them."""
    page.goto(f"{address}/naturalisation/editions")
    page.get_by_role("link", name="Fassung 2").first.click()
    page.wait_for_load_state()
    page.goto(f"{page.url}/differences")
    shoot(page, "edition-differences")
    page.goto(f"{address}/campaign")
    shoot(page, "campaign")


def of_everybody(page: Page, address: str, shoot: Shoot) -> None:
    """The public page on a telephone."""
    page.goto(f"{address}/naturalisation")
    shoot(page, "naturalisation-narrow")


def _drawn(paper: bytes, target: Path) -> None:
    drawn = subprocess.run(
        ["pdftoppm", "-png", "-r", "80", "-f", "1", "-l", "1", "-"], input=paper, capture_output=True, check=True
    )
    Image.open(io.BytesIO(drawn.stdout)).convert("RGB").quantize(64).save(target, optimize=True)
