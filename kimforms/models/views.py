"""Saved views of the inbox: a name for a set of filters, private or shared with colleagues of the same controller."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .columns import Key, Moment


class SavedView(db.Model):
    """``query`` is the query string of the list; it is read through the same filter form as a request."""

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    user: Mapped[User] = relationship()

    __table_args__ = (UniqueConstraint("user_id", "name"),)
