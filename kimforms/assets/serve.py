"""Serves static files through WhiteNoise, compressed; names with a hash may be kept by browsers for ever."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from flask import Flask, has_request_context, request
from whitenoise import WhiteNoise

from .build import STATIC, read_manifest

HOUR = 3600


def install(app: Flask, static: Path = STATIC) -> None:
    """Put WhiteNoise in front of the app under /static and give templates `asset`."""
    app.jinja_env.globals["asset"] = asset_url
    asset_files.cache_clear()
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(static),
        prefix="static/",
        max_age=HOUR,
        autorefresh=app.debug,
        immutable_file_test=is_immutable,
        add_headers_function=_headers,
    )


@lru_cache(maxsize=1)
def asset_files() -> Mapping[str, str]:
    """Plain name -> name with hash; empty before `python -m kimforms.assets` has run."""
    return dict(read_manifest(STATIC / "vendor").get("files", {}))


def asset_url(name: str) -> str:
    """The address of a static file by its plain name ("kimforms.css"), below the prefix the app is mounted at."""
    prefix = request.script_root if has_request_context() else ""
    hashed = asset_files().get(name)
    return f"{prefix}/static/vendor/{hashed}" if hashed else f"{prefix}/static/{name}"


def is_immutable(path: str, _url: str = "") -> bool:
    """Whether a file's name holds the hash of its content, so that it never changes under this name."""
    name = Path(path).name.removesuffix(".gz").removesuffix(".br")
    return name in asset_files().values()


def _headers(headers: object, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"  # type: ignore[index]
