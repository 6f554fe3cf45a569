"""A mail server repeats the address it refuses; neither the log nor the outbox may name a reporter by it."""

from __future__ import annotations

import structlog
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Delivery
from kimforms.services import delivery
from kimforms.services.queries import outbox
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.mail import mail_server
from ..support.records import OFFICE, actor, report
from ..support.reports import CONTACT

ADDRESS = CONTACT["melder_email"]


def test_what_the_mail_server_says_names_no_reporter(app: Flask) -> None:
    report(by=None)
    with mail_server() as box, structlog.testing.capture_logs() as logs:
        box.refuse[ADDRESS] = f"550 <{ADDRESS.upper()}> unknown"
        sender = delivery.Sender(box.url, "kim@rsk.example", "secret")
        delivery.deliver_batch(unit_of_work, sender, lambda: NOW, "w1")
    said = [line for line in logs if line["event"] == "mail not sent"]
    assert len(said) == 1
    assert ADDRESS not in str(said).lower() and "unknown" in str(said)
    db.session.rollback()
    number = db.session.scalar(
        select(Delivery.message_id).where(Delivery.address == ADDRESS, Delivery.status == "dead")
    )
    assert number is not None
    shown = outbox.message(db.session(), actor(db.session(), OFFICE), number)
    assert ADDRESS not in str(shown).lower()
