"""The naturalisation checklist: dated editions of an office, and what advisory services keep for their clients.

Nothing here names a client: a checklist stands under a pseudonym of the service's own. Points that are sensitive, or that
apply only through something sensitive, have no row at all (Art. 9 and 10 GDPR).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .catalogue import Controller
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .records import Record


class NaturalisationOffice(db.Model):
    """What a naturalisation office sets for itself. Its switches are off until somebody turns them on.

    ``campaign_approval`` says who in data protection approved the merging of letters, and ``campaign_approved_on``
    when. Checklists end ``retention_months`` after the hand-over or the last change, with a notice ``notice_days``
    before. Entries of the directory count as confirmed for ``confirm_months``; what a run of letters keeps is deleted
    after ``run_days``. ``contact`` has ``name``, ``function``, ``phone``, ``email``, ``hours``, ``room``;
    ``online_url`` is the state's own application.
    """

    controller_id: Mapped[int] = mapped_column(BigId, ForeignKey("controller.id"), primary_key=True)
    self_check_on: Mapped[bool] = mapped_column(default=False)
    campaign_on: Mapped[bool] = mapped_column(default=False)
    campaign_approval: Mapped[str] = mapped_column(String(300), default="")
    campaign_approved_on: Mapped[date | None] = mapped_column(Date)
    retention_months: Mapped[int] = mapped_column(default=6)
    notice_days: Mapped[int] = mapped_column(default=30)
    confirm_months: Mapped[int] = mapped_column(default=6)
    run_days: Mapped[int] = mapped_column(default=7)
    online_url: Mapped[str] = mapped_column(String(300), default="")
    public_url: Mapped[str] = mapped_column(String(300), default="")
    contact: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    controller: Mapped[Controller] = relationship()

    __mapper_args__ = {"version_id_col": row_version}


class ChecklistEdition(db.Model):
    """One edition (Fassung) of an office's checklist: a draft, published with a date of effect, or withdrawn.

    ``content`` is a ``naturalisation.document.ChecklistDocument`` as JSON; a published one never changes. An office has
    at most one draft. In effect on a day is the published edition with the latest ``valid_from`` up to that day.
    """

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    content: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    content_hash: Mapped[str] = mapped_column(String(64))
    law_status: Mapped[date] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_edition.id"))
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawal_reason: Mapped[str] = mapped_column(String(500), default="")
    row_version: Mapped[int] = mapped_column(default=1)
    controller: Mapped[Controller] = relationship()

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        UniqueConstraint("controller_id", "number"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),
        Index(None, "controller_id", "state", "valid_from"),
    )


class ClientChecklist(db.Model):
    """A client's checklist at an advisory service: a record (process ``checklist…`` of the office, reference ``EB-…``).

    ``organisation`` is the service, the only one that ever sees it but for what it shares with the office. The record
    has no creator and no title of its own, so that no general page, list or search meets it. ``situation`` maps ids of
    conditions that are not sensitive to true or false; one that is missing was not asked. ``talked_on``: the day on
    which the sensitive points were talked through, all of them at once. ``ready`` and ``missing`` (ids of items) repeat
    what the rules say, for lists. Both names are null when it was erased.
    """

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(80))
    pseudonym: Mapped[str | None] = mapped_column(String(60))
    pseudonym_key: Mapped[str | None] = mapped_column(String(60))
    edition_id: Mapped[int] = mapped_column(ForeignKey("checklist_edition.id"), index=True)
    adviser_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    municipality: Mapped[str | None] = mapped_column(String(80))
    situation: Mapped[dict[str, bool]] = mapped_column(Document, default=dict)
    route: Mapped[str | None] = mapped_column(String(40))
    started_on: Mapped[date] = mapped_column(Date)
    talked_on: Mapped[date | None] = mapped_column(Date)
    talked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    follow_up_on: Mapped[date | None] = mapped_column(Date)
    ready: Mapped[bool] = mapped_column(default=False)
    missing: Mapped[list[str]] = mapped_column(Document, default=list)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[Moment]
    ends_on: Mapped[date | None] = mapped_column(Date, index=True)
    end_told_on: Mapped[date | None] = mapped_column(Date)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    record: Mapped[Record] = relationship()
    edition: Mapped[ChecklistEdition] = relationship()
    adviser: Mapped[User | None] = relationship(foreign_keys=[adviser_id])
    entries: Mapped[list[ChecklistEntry]] = relationship(order_by="ChecklistEntry.id", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("organisation", "pseudonym_key"),
        Index(None, "organisation", "changed_at"),
        Index(None, "organisation", "follow_up_on"),
    )


class ChecklistEntry(db.Model):
    """What a service noted at one item; an item without row is open. Never one for a sensitive item.

    ``state``: ``open``, ``working`` (in Arbeit), ``present`` (liegt vor), ``met`` (erfüllt), ``not_needed`` (with
    ``reason``), ``clarify`` (Klärung nötig). ``evidence``: ``{"name", "seen_on", "by"}`` for each paper that somebody
    has seen, ``name`` as the edition calls it. ``review``: the item changed with a new edition and has to be looked at
    again; says why.
    """

    id: Mapped[Key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("client_checklist.record_id"))
    item_id: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="open")
    reason: Mapped[str] = mapped_column(String(500), default="")
    evidence: Mapped[list[Any]] = mapped_column(Document, default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    follow_up_on: Mapped[date | None] = mapped_column(Date)
    adviser_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    review: Mapped[str] = mapped_column(String(500), default="")
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    row_version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        UniqueConstraint("checklist_id", "item_id"),
        CheckConstraint("state IN ('open', 'working', 'present', 'met', 'not_needed', 'clarify')", name="state"),
        Index(None, "item_id", "state"),
    )


class ChecklistShare(db.Model):
    """What a service shares with the office: one item or the whole, for a question or a look, until it ends the sharing.

    ``scope``: ``item`` (then ``item_id``), ``whole``, or ``hand_over`` (begins with a hand-over and ends with the
    case).
    """

    id: Mapped[Key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("client_checklist.record_id"), index=True)
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    scope: Mapped[str] = mapped_column(String(10))
    item_id: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checklist: Mapped[ClientChecklist] = relationship()

    __table_args__ = (
        CheckConstraint("scope IN ('item', 'whole', 'hand_over')", name="scope"),
        Index(None, "controller_id", "ended_at", "id"),
    )


class ChecklistMessage(db.Model):
    """A question of the service or an answer of the office, at an item or to the whole; both see who wrote what when.

    ``read_at``: when somebody of the service first opened the page with this answer of the office.
    """

    id: Mapped[Key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("client_checklist.record_id"), index=True)
    share_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_share.id"), index=True)
    item_id: Mapped[str | None] = mapped_column(String(20))
    side: Mapped[str] = mapped_column(String(7))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[Moment]
    text: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    author: Mapped[User | None] = relationship()

    __table_args__ = (CheckConstraint("side IN ('service', 'office')", name="side"),)


class ChecklistLook(db.Model):
    """Every look of the office at a shared checklist: who, when, and at what (``page``, ``item``, ``pdf``, ``json``)."""

    id: Mapped[Key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("client_checklist.record_id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[Moment]
    what: Mapped[str] = mapped_column(String(20))
    user: Mapped[User] = relationship()


class HandOver(db.Model):
    """A hand-over (Verweis) to the office. ``document`` is the machine-readable JSON that the PDF carries, as it was that day.

    ``state``: ``sent``, ``received``, ``returned`` (with ``gaps``: ``{"item", "text"}``), ``decided``. An incomplete
    one has a ``reason``.
    """

    id: Mapped[Key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("client_checklist.record_id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="sent")
    at: Mapped[Moment]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    complete: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    edition_id: Mapped[int] = mapped_column(ForeignKey("checklist_edition.id"))
    document: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    gaps: Mapped[list[Any]] = mapped_column(Document, default=list)
    return_reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    checklist: Mapped[ClientChecklist] = relationship()
    milestones: Mapped[list[Milestone]] = relationship(order_by="Milestone.id", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("checklist_id", "number"),
        CheckConstraint("state IN ('sent', 'received', 'returned', 'decided')", name="state"),
    )


class Milestone(db.Model):
    """What the office reports back under the pseudonym: ``received``, ``examining``, ``requested``, ``decided``; no outcome."""

    id: Mapped[Key]
    hand_over_id: Mapped[int] = mapped_column(ForeignKey("hand_over.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    on: Mapped[date] = mapped_column("reached_on", Date)
    note: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[Moment]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (CheckConstraint("kind IN ('received', 'examining', 'requested', 'decided')", name="kind"),)
