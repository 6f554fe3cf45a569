"""Real mail servers on loopback (aiosmtpd) with the moods that mail servers have, and records to write mails about."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller as SmtpController
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.orm import Session as Database

from kimforms.engine.definition import ProcessDefinition
from kimforms.models import Controller, Record, RecordContact
from kimforms.permissions import SYSTEM
from kimforms.services import processes

from ..engine.definitions import small


class Mailbox:
    """What the server took, and how it answers: ``refuse`` maps addresses to replies."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.refuse: dict[str, str] = {}
        self.data_reply = "250 OK"
        self.drop_after_data = False
        self.sessions: set[int] = set()
        self.reached = threading.Event()
        self.hold = threading.Event()
        self.hold.set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.taken]

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions.add(id(session))
        content = envelope.original_content or b""
        parsed = message_from_bytes(content, policy=policy.default)
        if self.data_reply.startswith("250"):
            self.taken += [(address, parsed) for address in envelope.rcpt_tos]  # type: ignore[misc]
        self.reached.set()
        while not self.hold.is_set():
            await _tick()
        if self.drop_after_data:
            assert server.transport is not None
            server.transport.abort()
        return self.data_reply


async def _tick() -> None:
    await asyncio.sleep(0.01)


class _OnFreePort(SmtpController):
    """Asks the system for a port, and greets the server where it really listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server on a free port for the time of a test."""
    mailbox = Mailbox()
    controller = _OnFreePort(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        mailbox.hold.set()
        controller.stop()


def make_record(
    session: Database,
    now: datetime,
    definition: dict[str, Any] | None = None,
    *,
    email: str | None = None,
    **columns: Any,
) -> Record:
    """A record of a small process of the county, with a reporter's contact when ``email`` is given."""
    controller = session.query(Controller).filter_by(key="rsk").one()
    read = ProcessDefinition.model_validate(definition or small())
    version = processes.publish(session, SYSTEM, now, controller, read)
    values = {
        "reference": "AN-2026-0001", "title": "Ein Antrag", "state": "new", "created_at": now, "state_since": now,
        "changed_at": now,
    }  # fmt: skip
    record = Record(process_id=version.process_id, version=version, controller=controller, **(values | columns))
    if email:
        record.contact = RecordContact(email=email, answers={"email": email}, may_ask=True)
    session.add(record)
    session.flush()
    return record
