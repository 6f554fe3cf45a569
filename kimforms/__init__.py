"""kimforms: forms and workflows for the Kommunales Integrationsmanagement. ``create_app`` wires the house and does nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from . import assets, extensions
from .blueprints import access, all_blueprints, navigation, rendering
from .blueprints import accounts as account_pages
from .blueprints.campaign_uploads import CarefulRequest
from .config import Settings, read_settings, secret_key_of
from .services import outbox, similar_texts
from .services.campaign import letter_texts
from .services.meetings import organizer
from .services.unit_of_work import keep_anchor_in

ROOT = Path(__file__).resolve().parent.parent
MAX_REQUEST_BYTES = 12 * 1024 * 1024


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """The WSGI application for ``settings`` (the environment when None); ``overrides`` go into ``app.config``."""
    settings = settings or read_settings()
    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    app.request_class = CarefulRequest
    app.config.from_mapping(_configuration(settings))
    app.config.update(overrides)
    app.jinja_env.bytecode_cache = _compiled_templates(settings)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    keep_anchor_in(make_url(settings.database_url), settings.data_dir)
    outbox.configure(settings.base_url)
    organizer.configure(settings.inbound_address, settings.mail_from)
    letter_texts.configure(settings.profile)
    similar_texts.configure(settings.profile, settings.encoder or None)
    extensions.set_log_level(settings.log_level)
    extensions.db.init_app(app)
    extensions.csrf.init_app(app)
    extensions.htmx.init_app(app)
    extensions.babel.init_app(app, locale_selector=rendering.language, timezone_selector=lambda: "Europe/Berlin")
    extensions.login_manager.init_app(app)
    account_pages.install(app)
    access.install(app)
    rendering.install(app)
    navigation.install(app)
    for blueprint in all_blueprints():
        app.register_blueprint(blueprint)
    assets.install(app, ROOT / "static")
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def _compiled_templates(settings: Settings) -> FileSystemBytecodeCache:
    """Keeps compiled templates in the data folder, so that only the first start compiles them."""
    folder = settings.data_dir / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "SETTINGS": settings,
        "SECRET_KEY": secret_key_of(settings),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # a failed statement is logged without people's answers
        "MAX_CONTENT_LENGTH": MAX_REQUEST_BYTES,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "SESSION_COOKIE_NAME": "kimforms",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,  # bound to the session, which has its own end
        "BABEL_DEFAULT_LOCALE": "de",
    }


__all__ = ["create_app"]
