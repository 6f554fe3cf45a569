"""What may stand in the variable parts of an address; anything else is no page (404) before a view or query sees it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, UnicodeConverter


class Number(IntegerConverter):
    """A key of the database: beyond 18 digits neither SQLite nor PostgreSQL takes the number as a parameter."""

    regex = "[0-9]{1,18}"


class Word(UnicodeConverter):
    """A reference or id without NUL, which PostgreSQL refuses to compare with."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.regex = self.regex.replace("[^/]", "[^/\x00]")


def install(app: Flask) -> None:
    """Gives ``<int:…>`` and plain ``<…>`` these meanings, before any blueprint is registered.

    Secret links are ``<string:…>``: they are looked up by their hash, and a forged one gets a page that says what to do.
    """
    app.url_map.converters |= {"int": Number, "default": Word}
