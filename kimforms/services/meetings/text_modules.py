"""Texts that the office uses again and again in notes and decisions (Textbausteine), for all bodies or for one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ...models import Body, TextModule
from ...permissions import Actor
from ..bodies.access import require_work
from ..refusals import InputRefused, NotVisible

LONGEST_TITLE, LONGEST_TEXT = 120, 5_000
SHIPPED = (
    ("Bericht zur Kenntnis", "{gremium} nimmt den Bericht zur Kenntnis."),
    ("Aussprache", "Nach kurzer Aussprache besteht Einvernehmen über das weitere Vorgehen."),
    ("Nachfrage", "Auf Nachfrage wird erläutert, dass "),
    ("Vertagung", "Der Tagesordnungspunkt wird auf die nächste Sitzung vertagt, weil "),
    ("Auftrag an die Geschäftsstelle", "Die Geschäftsstelle wird gebeten, bis zur nächsten Sitzung "),
    (
        "Niederschrift ohne Einwendungen",
        "Gegen die Niederschrift der letzten Sitzung werden keine Einwendungen erhoben.",
    ),
)
"""What there is before the office has made texts of its own."""


def text_modules(session: Session, body: Body) -> list[tuple[str, str]]:
    """Title and text of the modules for this body; those shipped while the office has none. One statement."""
    rows = modules_of(session, body)
    found = [(one.title, one.text) for one in rows] or list(SHIPPED)
    return [(title, filled(text, {"gremium": body.name})) for title, text in found]


def modules_of(session: Session, body: Body) -> list[TextModule]:
    """The office's own modules: those of the body and those for all."""
    return list(
        session.scalars(
            select(TextModule)
            .where(
                TextModule.controller_id == body.controller_id,
                TextModule.active,
                or_(TextModule.body_id.is_(None), TextModule.body_id == body.id),
            )
            .order_by(TextModule.position, TextModule.title, TextModule.id)
        )
    )


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with its places filled; what is unknown stays as it is."""
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def add_module(
    session: Session, actor: Actor, body: Body, *, title: str, text: str, for_all: bool = False
) -> TextModule:
    """A text to use again. Raises :class:`NotPermitted`, and :class:`InputRefused` by field."""
    require_work(actor, body)
    title, text = " ".join(title.split()), text.replace("\r\n", "\n").strip()
    errors = {}
    if not title or len(title) > LONGEST_TITLE or "\x00" in title:
        errors["module_title"] = f"Geben Sie einen Titel mit höchstens {LONGEST_TITLE} Zeichen ein."
    if not text or len(text) > LONGEST_TEXT or "\x00" in text:
        errors["module_text"] = f"Geben Sie einen Text mit höchstens {LONGEST_TEXT} Zeichen ein."
    if errors:
        raise InputRefused(errors)
    made = TextModule(
        controller_id=body.controller_id, body_id=None if for_all else body.id, title=title, text=text,
        position=len(modules_of(session, body)),
    )  # fmt: skip
    session.add(made)
    return made


def retire_module(session: Session, actor: Actor, body: Body, module_id: int) -> None:
    """Takes a text off the list."""
    require_work(actor, body)
    module = session.get(TextModule, module_id)
    if module is None or module.controller_id != body.controller_id or module.body_id not in (None, body.id):
        raise NotVisible()
    module.active = False
