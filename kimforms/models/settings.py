"""What a controller sets for itself while the program runs, by key; what the keys mean stands with the services that use them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..extensions import db
from .columns import BigId, Document, Moment


class Setting(db.Model):
    """One value of one controller, for example the number below which statistics hide a figure."""

    controller_id: Mapped[int] = mapped_column(BigId, ForeignKey("controller.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(Document)
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
