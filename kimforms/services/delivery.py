"""Sends what the outbox holds: claims one delivery, talks to the mail server, writes down what became of it.

Exactly once, or shown as uncertain: a delivery is claimed in a transaction of its own before the server hears of it, so
a worker that dies in between leaves ``sending``, which becomes ``uncertain`` and is repeated by nobody but a person.
``kimforms/jobs.py`` and the command ``kimforms outbox`` call this; each transaction comes from ``unit``.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ..documents.mail import Letter, UnsendableAddress, mail_bytes
from ..models import Controller, Delivery, OneTimeToken, OutboxMessage
from ..permissions import Actor
from . import audit, mail_parts, reply_links, tokens, unsent
from .file_store import FileStore
from .refusals import NotVisible, StepRefused
from .smtp import MailServer, NoConnection, Outcome, Result
from .unsent import TOKEN

Unit = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]

BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
LEASE = timedelta(minutes=30)  # longer than all time-outs of one conversation together

NOT_FOR_YOU = {"de": "[Link nicht mehr gültig]", "en": "[link no longer valid]"}
INTERRUPTED = (
    "Der Versand wurde unterbrochen, nachdem er begonnen hatte. Ob die Mail angekommen ist, weiß das Programm nicht."
)

log = structlog.get_logger("kimforms.delivery")


@dataclass(frozen=True)
class Sender:
    """How this installation sends: mail server, address in From, the key that secret links are made from, and the store
    that files of mails lie in.
    """

    smtp_url: str
    mail_from: str
    secret_key: str
    files: FileStore | None = None


@dataclass
class Batch:
    """What became of the deliveries of one round, by outcome; ``unreachable`` is why the round ended early."""

    counts: dict[str, int] = field(default_factory=dict)
    unreachable: str | None = None

    def count(self, status: str) -> None:
        self.counts[status] = self.counts.get(status, 0) + 1


@dataclass(frozen=True)
class _Claim:
    delivery_id: int
    attempt: int
    letter: Letter | None
    problem: str = ""


def due(session: Session, now: datetime) -> bool:
    """Whether anything waits to be sent; reads only, so that polling costs nothing."""
    return session.scalar(_due(now).with_only_columns(Delivery.id).limit(1)) is not None


def deliver_batch(unit: Unit, sender: Sender, clock: Clock, worker: str, limit: int = 100) -> Batch:
    """Sends up to ``limit`` due deliveries over one connection; returns what became of them.

    Without a mail server nothing happens. When the server cannot be reached, the delivery at hand waits for its next
    try and the round ends. ``clock`` gives the time anew for each step.
    """
    batch = Batch()
    if not sender.smtp_url:
        return batch
    with MailServer(sender.smtp_url) as server:
        for _ in range(limit):
            with unit() as session:
                claim = _claim_next(session, clock(), worker, sender)
            if claim is None:
                break
            result = _send(server, sender, claim)
            with unit() as session:
                batch.count(_note(session, clock(), worker, claim, result))
            if result.connection_lost:
                batch.unreachable = result.reason
                break
    return batch


def mark_abandoned(session: Session, now: datetime) -> int:
    """Turns ``sending`` of dead workers into ``uncertain``; returns how many.

    A worker of this machine is known to be dead by its process, any other by a claim older than ``LEASE``.
    """
    found = session.execute(
        select(Delivery.id, Delivery.claimed_by, Delivery.claimed_at).where(Delivery.status == "sending")
    )
    abandoned = [row.id for row in found if row.claimed_at < now - LEASE or is_dead(row.claimed_by or "")]
    for delivery_id in abandoned:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.status == "sending")
            .values(status="uncertain", error=INTERRUPTED, next_at=None)
        )
    return len(abandoned)


def retry(session: Session, actor: Actor, now: datetime, delivery: Delivery, *, sure: bool = False) -> None:
    """Sends a dead or uncertain delivery again; an uncertain one only when the person is ``sure`` (it may be a double).

    Raises StepRefused for any other status. The counting of tries begins anew.
    """
    if delivery.status not in ("dead", "uncertain"):
        raise StepRefused(("Diese Zustellung ist nicht liegen geblieben. Sie kann nicht noch einmal gesendet werden.",))
    if delivery.status == "uncertain" and not sure:
        raise StepRefused(
            ("Bitte bestätigen Sie, dass die Mail auch dann noch einmal hinausgehen soll, wenn sie schon ankam.",)
        )
    _change(session, delivery, "queued", attempts=0, next_at=now, error=None, claimed_by=None, claimed_at=None)
    controller_id = delivery.message.controller_id
    audit.record(session, actor, now, audit.Tag.MAIL_RETRY, controller_id=controller_id, delivery=delivery.id)


def settle(session: Session, actor: Actor, now: datetime, delivery: Delivery) -> None:
    """Closes a dead or uncertain delivery that needs nothing more, for example because somebody phoned."""
    if delivery.status not in ("dead", "uncertain"):
        raise StepRefused(("Nur eine liegen gebliebene Zustellung lässt sich als erledigt markieren.",))
    _change(session, delivery, "settled", next_at=None)
    controller_id = delivery.message.controller_id
    audit.record(session, actor, now, audit.Tag.MAIL_GIVE_UP, controller_id=controller_id, delivery=delivery.id)


def discard(session: Session, actor: Actor, now: datetime, delivery: Delivery) -> None:
    """Settles a delivery that still waits, so that it is never sent. Raises StepRefused for any other status."""
    if delivery.status != "queued":
        raise StepRefused(("Diese Zustellung wartet nicht mehr. Sie lässt sich nicht mehr zurückhalten.",))
    _change(session, delivery, "settled", next_at=None, error=unsent.DISCARDED)
    controller_id = delivery.message.controller_id
    audit.record(session, actor, now, audit.Tag.MAIL_GIVE_UP, controller_id=controller_id, delivery=delivery.id)


def delivery_to_change(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    """The delivery, if the actor may send mails of its controller again; NotVisible otherwise."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.message.controller_id not in actor.controllers("outbox:retry"):
        raise NotVisible()
    return delivery


def worker_name() -> str:
    """Who this process is: machine, process id and the moment it began, so that a later process is another one."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(worker: str) -> bool:
    """Whether a worker of this machine has ended; one of another machine, or of no known name, cannot be judged."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:40] or not rest.isdigit():
        return False
    return _started(int(rest)) != worker.rpartition(":")[2]


def statuses(session: Session) -> dict[str, int]:
    """How many deliveries there are of each status."""
    rows = session.execute(select(Delivery.status, func.count()).group_by(Delivery.status))
    return {row[0]: row[1] for row in rows}


def _due(now: datetime) -> Select[tuple[Delivery]]:
    return select(Delivery).where(Delivery.status == "queued", or_(Delivery.next_at.is_(None), Delivery.next_at <= now))


def _claim_next(session: Session, now: datetime, worker: str, sender: Sender) -> _Claim | None:
    """Takes one due delivery. The row is locked where the database can, and the UPDATE decides between two workers."""
    wanted = _due(now).order_by(Delivery.next_at, Delivery.id).limit(1).with_for_update(skip_locked=True, of=Delivery)
    delivery = session.scalars(wanted.options(joinedload(Delivery.message))).first()
    if delivery is None:
        return None
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.status == "queued")
        .values(status="sending", claimed_by=worker, claimed_at=now, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # another worker was faster between reading and writing
        return None
    try:
        letter = _letter(session, now, delivery, sender)
    except (UnsendableAddress, ValueError) as error:
        return _Claim(delivery.id, delivery.attempts + 1, None, str(error))
    return _Claim(delivery.id, delivery.attempts + 1, letter)


def _letter(session: Session, now: datetime, delivery: Delivery, sender: Sender) -> Letter:
    message = delivery.message
    controller = session.get_one(Controller, message.controller_id)
    made = dict(_tokens(session, now, message, delivery, sender.secret_key))

    texts = message.text + message.html + mail_parts.places(message)
    links = reply_links.texts_for(session, sender.secret_key, texts, delivery.address, now)

    def filled(part: str) -> str:
        missing = NOT_FOR_YOU.get(message.language, NOT_FOR_YOU["de"])
        part = reply_links.PLACEHOLDER.sub(lambda found: links.get(int(found[1]), missing), part)
        return TOKEN.sub(lambda found: made.get(int(found[1]), missing), part)

    calendar, files = mail_parts.of_letter(message, filled, sender.files)
    return Letter(
        message_id=message.message_id,
        subject=message.subject,
        text=filled(message.text),
        html=filled(message.html),
        language=message.language,
        sender_name=controller.name,
        sender_address=sender.mail_from,
        recipient=delivery.address,
        sent_at=now,
        reply_to=message.reply_to,
        calendar=calendar,
        files=files,
    )


def _tokens(
    session: Session, now: datetime, message: OutboxMessage, delivery: Delivery, secret_key: str
) -> Iterator[tuple[int, str]]:
    """Secrets for this recipient: own tokens, not used and not expired, so that no text can ask for another's."""
    numbers = {int(number) for number in TOKEN.findall(message.text + message.html)}
    for number in sorted(numbers):
        token = session.get(OneTimeToken, number)
        mine = token is not None and delivery.user_id is not None and token.user_id == delivery.user_id
        if token is not None and mine and token.used_at is None and token.expires_at > now:
            yield number, tokens.token_text(secret_key, token)


def _send(server: MailServer, sender: Sender, claim: _Claim) -> Result:
    if claim.letter is None:
        return Result(Outcome.GIVE_UP, claim.problem)
    try:
        content = mail_bytes(claim.letter)
    except ValueError as error:  # UnsendableAddress included
        return Result(Outcome.GIVE_UP, str(error))
    try:
        server.open()
    except NoConnection as error:
        return Result(Outcome.TRY_AGAIN, str(error), connection_lost=True)
    return server.send(sender.mail_from, claim.letter.recipient, content)


def _note(session: Session, now: datetime, worker: str, claim: _Claim, result: Result) -> str:
    """Writes the outcome down, unless somebody else has taken the delivery meanwhile; returns the new status."""
    values: dict[str, object] = {"error": result.reason[:500] or None, "next_at": None}
    if result.outcome is Outcome.SENT:
        values |= {"status": "sent", "sent_at": now}
    elif result.outcome is Outcome.UNKNOWN:
        values |= {"status": "uncertain"}
    elif result.outcome is Outcome.TRY_AGAIN and claim.attempt <= len(BACK_OFF):
        values |= {"status": "queued", "next_at": now + BACK_OFF[claim.attempt - 1]}
    else:
        values |= {"status": "dead"}
    session.execute(
        update(Delivery)
        .where(
            Delivery.id == claim.delivery_id,
            Delivery.claimed_by == worker,
            Delivery.attempts == claim.attempt,
            Delivery.status.in_(("sending", "uncertain")),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    status = str(values["status"])
    if status != "sent":
        reason = without_address(result.reason, claim.letter.recipient if claim.letter else "", "***")
        log.warning("mail not sent", delivery=claim.delivery_id, status=status, reason=reason)
    return status


def without_address(text: str, address: str, instead: str) -> str:
    """What a mail server said, without the address that it repeats (in its own spelling): reporters stay unnamed."""
    return re.sub(re.escape(address), lambda _found: instead, text, flags=re.IGNORECASE) if address else text


def _change(session: Session, delivery: Delivery, status: str, **values: object) -> None:
    """Changes the status if it is still the one that was judged; StepRefused after a double click."""
    changed = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.status == delivery.status)
        .values(status=status, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise StepRefused(("Der Zustand dieser Zustellung hat sich gerade geändert.",))
    session.refresh(delivery)


def _started(process: int) -> str:
    """When a process began, in clock ticks since the machine started (proc(5), field 22); ``0`` when there is none."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return "0"
    return "0" if fields[0] == "Z" else fields[19]
