"""Pictures of a meeting for ``make screenshots``: the office leads the next meeting of the steering group to its session."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page

from .servers import ROOT

BODY = "lenkungsgruppe-kim"
MANY = 11
"""So many people come: more than the half of seventeen."""
LINK = """
from flask import current_app
from sqlalchemy import select

from kimforms import create_app
from kimforms.extensions import db
from kimforms.models import Person, ReplyLink
from kimforms.services.reply_links import token_text

with create_app().app_context():
    wanted = select(ReplyLink).join(Person).where(ReplyLink.purpose == "invitation", ReplyLink.revoked_at.is_(None),
                                                  Person.user_id.is_(None))
    newest = db.session.scalars(wanted.order_by(ReplyLink.id.desc())).first()
    print(token_text(current_app.config["SECRET_KEY"], newest))
"""
Shoot = Callable[..., None]


def planned(page: Page, address: str, shoot: Shoot) -> str:
    """List, agenda, minutes of the last meeting, rulebook; the reference of the next meeting of the steering group."""
    page.goto(f"{address}/meetings")
    shoot(page, "meetings")
    coming, past = (_references(page.locator(part)) for part in ("#coming", "#past"))
    page.goto(f"{address}/meetings/{coming[0]}/agenda")
    shoot(page, "agenda", page.locator("#agenda-items li", has_text="BV-").first, top=True)
    page.goto(f"{address}/meetings/{past[0]}/minutes")
    shoot(page, "minutes", page.locator(".kf-minutes__block:has(.kf-inset)").first, top=True)
    page.goto(f"{address}/bodies/{BODY}/rulebook")
    page.get_by_label("Tag der Sitzung").fill(f"12.01.{coming[0].split('-')[1]}")
    page.get_by_role("button", name="Fristen ausrechnen").click()
    page.wait_for_load_state()
    shoot(page, "rulebook", page.get_by_role("heading", name="Fristenrechner"), top=True)
    return coming[0]


def invited(page: Page, manager: Page, address: str, reference: str, shoot: Shoot, images: Path) -> None:
    """Approved, sent, and the first page of the invitation as it comes out of the printer."""
    place = f"{address}/meetings/{reference}"
    page.goto(f"{place}/agenda")
    asks = page.get_by_role("button", name="Um Freigabe bitten")
    if asks.count():
        asks.click()
        manager.goto(f"{place}/agenda")
        manager.get_by_role("button", name="Tagesordnung freigeben").click()
        manager.wait_for_load_state()
    page.goto(f"{place}/invitation")
    page.get_by_role("button", name=re.compile(r"Auf die Liste setzen \(")).click()
    page.get_by_role("link", name=re.compile("Vorschau und Versand")).click()
    shoot(page, "invitation-preview", page.locator("#notice"), top=True)
    paper = page.request.get(f"{place}/invitation/invitation.pdf").body()
    drawn = subprocess.run(
        ["pdftoppm", "-png", "-r", "70", "-f", "1", "-l", "1", "-"], input=paper, capture_output=True, check=True
    )
    Image.open(io.BytesIO(drawn.stdout)).convert("L").quantize(32).save(images / "invitation-paper.png", optimize=True)
    page.locator("#send").get_by_role("button", name="Einladung versenden").click()
    page.get_by_text("Der Versand ist im Postausgang.").wait_for()


def replied(page: Page, address: str, environment: dict[str, str], shoot: Shoot) -> None:
    """What somebody without an account sees behind the link of the mail."""
    done = subprocess.run(
        [sys.executable, "-c", LINK], env=os.environ | environment, cwd=ROOT, check=True, capture_output=True, text=True
    )
    page.goto(f"{address}/r/{done.stdout.split()[-1]}")
    shoot(page, "reply-narrow", page.locator("h1"), top=True)


def held(page: Page, address: str, reference: str, shoot: Shoot) -> None:
    """The session with people in the room and a vote that was counted."""
    page.goto(f"{address}/meetings/{reference}/session")
    for number in range(1, MANY + 1):
        page.locator("#session-room").get_by_role("button", name=re.compile("^Ist da ")).first.click()
        page.locator(".kf-session-seat--here").nth(number - 1).wait_for()
    page.locator("#session-open").get_by_role("button", name="Sitzung eröffnen").click()
    agenda = page.locator("#session-agenda a[href*='item=']")
    for place in [one.get_attribute("href") or "" for one in agenda.all()]:
        page.goto(f"{address}{place}")
        if page.locator("#session-item a[href*='/records/BV-']").count():
            break
    page.get_by_role("button", name="Aufrufen", exact=True).click()
    page.locator("#ballot-yes").fill(str(MANY - 2))
    page.locator("#ballot-abstained").fill("2")
    page.get_by_role("button", name="Abstimmung prüfen und festhalten").click()
    page.get_by_role("button", name="Ergebnis verkünden").wait_for()
    shoot(page, "session", page.locator("#session-votes"), top=True)


def _references(part: Locator) -> list[str]:
    found = re.findall(r"/meetings/(LG-\d{4}-\d+)", part.inner_html())
    assert found, "the demonstration has meetings of the steering group"
    return list(dict.fromkeys(found))
