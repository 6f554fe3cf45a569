"""Who may enter a route. Every view declares it with one of the decorators here; a view that forgot is refused.

``install`` registers the check for all blueprints; a guard test walks the URL map and fails on views without declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request
from flask_login import current_user

from ..permissions import ANYONE, Actor, actor_of, may
from ..services.refusals import NotPermitted
from . import addresses

BERLIN = ZoneInfo("Europe/Berlin")
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """What a view declares: ``public`` with a reason, or a permission that one of the person's roles has to bring."""

    permission: str | None
    reason: str = ""


def public(reason: str) -> Callable[[View], View]:
    """Anyone may enter; ``reason`` says why and is listed by the guard test."""
    return _declare(Access(None, reason))


def requires(permission: str) -> Callable[[View], View]:
    """Only signed-in people with ``permission`` may enter; others get 303 to the sign-in page or 403."""
    return _declare(Access(permission))


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The declaration of an endpoint's view, or None when it forgot."""
    return getattr(app.view_functions[endpoint], "kimforms_access", None)


def current_actor() -> Actor:
    """The person of this request with grants, or ANYONE; built once a request."""
    if "actor" not in g:
        g.actor = actor_of(current_user, today()) if current_user.is_authenticated else ANYONE
    actor: Actor = g.actor
    return actor


def can(permission: str) -> bool:
    """For templates: whether the person of this request holds a permission with any controller."""
    return may(current_actor(), permission)


def now() -> datetime:
    """The time of this request, the same for all it does; tests set ``app.config["NOW"]``."""
    if "now" not in g:
        clock: Callable[[], datetime] | None = current_app.config.get("NOW")
        g.now = clock() if clock else datetime.now(UTC)
    moment: datetime = g.now
    return moment


def today() -> date:
    """The day in Germany at the time of this request."""
    return now().astimezone(BERLIN).date()


def install(app: Flask) -> None:
    """Registers the default-deny check before every request, and what addresses may hold."""
    addresses.install(app)
    app.before_request(_check)


def _check() -> Any:
    if request.endpoint is None or request.endpoint == "static":
        return None
    access = access_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    if access is None:
        raise NotPermitted()
    if access.permission is None:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if not may(current_actor(), access.permission):
        raise NotPermitted()
    return None


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.kimforms_access = access  # type: ignore[attr-defined]
        return view

    return mark
