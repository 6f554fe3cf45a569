"""What the views around a record share: the record in front of the person, its forms, and its parts as fragments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app, request
from sqlalchemy.orm import Session

from ..engine.fields.files import readable_size
from ..engine.text import pick
from ..extensions import db
from ..forms import records as forms
from ..forms.builder import Circumstances
from ..models import Body, User
from ..permissions import PERMISSIONS
from ..services import attachments, catalogues
from ..services.file_store import FileStore
from ..services.queries import record_page
from ..services.queries.record_page import Seen, View
from ..services.records import sharing
from . import access
from .rendering import language, t

SHARED_FOR = timedelta(days=90)


def look(session: Session, reference: str) -> Seen:
    """The record as far as this person sees it; raises NotVisible."""
    return record_page.find(session, access.current_actor(), access.today(), reference)


def whole_view(seen: Seen) -> View:
    """Everything on the record's page."""
    return record_page.view(db.session(), access.current_actor(), access.now(), seen, language=language())


def circumstances() -> Circumstances:
    """Lists, day and language of this request."""
    return Circumstances(catalogues.catalogues(db.session()), access.today(), language())


def coordination(seen: Seen) -> str:
    """Who works on the record, for those who are not told names: the unit that the controller's profile gives."""
    data = seen.record.controller.data or {}
    return pick(data.get("unit"), language()) or seen.record.controller.name


def store() -> FileStore:
    """Where files lie."""
    return FileStore(current_app.config["SETTINGS"].data_dir / "files")


def row_version() -> int | None:
    """The version of the record that the posted page had shown; None when it does not say."""
    return forms.number_in(request.form.get("row_version"))


def seen_event() -> int:
    """The last event that the posted page knew of."""
    return forms.number_in(request.form.get("seen")) or 0


def choices_of(people: Sequence[User]) -> list[tuple[str, str]]:
    """People for a list to choose from."""
    return [(str(person.id), person.name) for person in people]


def workers(seen: Seen, people: Sequence[User]) -> list[User]:
    """Those among the readers of a record who may work on it."""
    wanted = PERMISSIONS["record:work"]
    here = seen.record.controller_id
    return [one for one in people if any(g.role in wanted and g.controller_id == here for g in one.grants)]


def comment_form(people: Sequence[User], *, entered: bool = True) -> Any:
    """The form of a comment; nobody mentions themselves."""
    me = access.current_actor().user_id
    return forms.comment_form(t, [(str(one.id), f"@{one.name}") for one in people if one.id != me], entered=entered)


def task_form(people: Sequence[User], *, entered: bool = True) -> Any:
    """The form of a new task on a record."""
    me = access.current_actor().user_id
    own = [(str(one.id), one.name) for one in people if one.id == me]
    rest = [(str(one.id), one.name) for one in people if one.id != me]
    return forms.task_form(t, own + rest, entered=entered)


def share_form(seen: Seen) -> Any:
    """The form that opens a record to others, with three months as a start."""
    session = db.session()
    people = sharing.possible_readers(session, seen.record, access.today())
    organisations = [(one.value, one.label) for one in circumstances().catalogues.options("organisations")]
    bodies = [(one.slug, one.name) for one in session.query(Body).filter(Body.active).order_by(Body.name)]
    return forms.share_form(t, choices_of(people), organisations, bodies, {"until": access.today() + SHARED_FOR})


def file_form(seen: Seen) -> Any:
    """The form of an upload, or None where the process takes no files."""
    rules = seen.definition.access.attachments
    if not rules.allowed:
        return None
    kinds, size = attachments.kinds_in_words(rules.kinds), readable_size(rules.max_bytes)
    return forms.file_form(t, kinds, size, attachments.accepted(rules.kinds))
