"""What is kept for finding similar reports: the analysis of each text, and the coordination's verdicts, which win."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .columns import BigId, Key, Moment
from .records import Record


class SimilarityEntry(db.Model):
    """The analysed text of one report. ``seq`` grows with every change, so that an index in memory reads only what is new.

    ``version`` names the analyser that made ``features``; another one is analysed again. Empty features mean that the
    report is no longer to be found.
    """

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigId, index=True)
    version: Mapped[str] = mapped_column(String(64))
    features: Mapped[bytes] = mapped_column(LargeBinary)


class SimilarityVerdict(db.Model):
    """A coordinator said of two reports that they tell the same hurdle, or that they do not. One verdict a pair: the latest.

    The record with the smaller id stands first.
    """

    id: Mapped[Key]
    first_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    similar: Mapped[bool]
    judged_at: Mapped[Moment]
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    first: Mapped[Record] = relationship(foreign_keys=[first_id])
    second: Mapped[Record] = relationship(foreign_keys=[second_id])
    judged_by: Mapped[User | None] = relationship()

    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id <> second_id", name="not_itself"),
        Index(None, "judged_at"),
    )
