"""The main navigation: the doors that the roles of this person open, and the name of the controller on every page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, request

from ..extensions import db
from ..services.queries import controllers
from . import access
from .rendering import t

LIFETIME = timedelta(minutes=1)

ENTRIES: tuple[tuple[str, str, str, str], ...] = (
    ("Übersicht", "Overview", "/dashboard", "dashboard:read"),
    ("Posteingang", "Inbox", "/inbox", "inbox:read"),
    ("Themen", "Themes", "/themes", "theme:read"),
    ("Sitzungen", "Meetings", "/meetings", "meeting:read"),
    ("Beschlüsse", "Decisions", "/decisions", "decision:read"),
    ("Checklisten", "Checklists", "/checklists", "checklist:read"),
    ("Hürde melden", "Report a hurdle", "/report", "report:create"),
    ("Meine Meldungen", "My reports", "/my-reports", "report:own"),
    ("Aufgaben", "Tasks", "/tasks", "task:own"),
    ("Gremien", "Bodies", "/bodies", "body:read"),
    ("Lösungen", "Solutions", "/solutions", "solutions:follow"),
    ("Einbürgerung", "Naturalisation", "/naturalisation", "edition:read"),
    ("Fassungen", "Editions", "/naturalisation/editions", "edition:read"),
    ("Schulungen", "Briefings", "/briefings", "briefing:read"),
    ("Kampagne", "Campaign", "/campaign", "campaign:work"),
    ("Beratungsdienste", "Advisory services", "/services", "account:own"),
    ("Kurse und Tests", "Courses and tests", "/naturalisation/dates", "account:own"),
    ("Zahlen", "Figures", "/naturalisation/figures", "naturalisation:figures"),
    ("Einstellungen", "Settings", "/naturalisation/settings", "naturalisation:settings"),
    ("Statistik", "Statistics", "/statistics", "statistics:read"),
    ("Postausgang", "Outbox", "/outbox", "outbox:read"),
    ("Konten", "Accounts", "/admin/accounts", "account:manage"),
)
FOR_EVERYBODY = (
    ("Hürde melden", "Report a hurdle", "/report"),
    ("Stand einer Meldung", "State of a report", "/report/status"),
    ("Lösungen und Beschlüsse", "Solutions and decisions", "/solutions"),
    ("Einbürgerung", "Naturalisation", "/naturalisation"),
    ("Beratungsdienste", "Advisory services", "/services"),
)


def install(app: Flask) -> None:
    """Gives every page ``nav_items`` and ``controller_name``."""
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {"nav_items": _items(), "controller_name": controller_name()}


def _items() -> list[tuple[str, str, bool, None]]:
    actor = access.current_actor()
    if actor.kind != "person":
        return [_item(german, english, path) for german, english, path in FOR_EVERYBODY]
    return [_item(german, english, path) for german, english, path, permission in ENTRIES if access.can(permission)]


def _item(german: str, english: str, path: str) -> tuple[str, str, bool, None]:
    here = request.path
    current = here == path or (here.startswith(f"{path}/") and not _belongs_elsewhere(here, path))
    return t(german, english), f"{request.script_root}{path}", current, None


def _belongs_elsewhere(here: str, path: str) -> bool:
    longer = [*(entry[2] for entry in ENTRIES), *(entry[2] for entry in FOR_EVERYBODY)]
    return any(len(other) > len(path) and here.startswith(other) for other in longer)


_name: tuple[datetime, str] | None = None


def controller_name() -> str:
    """The name of the first controller, asked for once a minute."""
    global _name  # noqa: PLW0603 - one value a process
    moment = datetime.now(UTC)
    if _name is None or moment - _name[0] > LIFETIME:
        main = controllers.main_controller(db.session())
        _name = (moment, main.name if main else "")
    return _name[1]
