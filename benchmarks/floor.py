"""The floors: a bare Flask page, a bare page of 25 rows, a bare insert with ``synchronous=FULL``."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from flask import Flask, request

PAGE = (
    "<!doctype html><html lang=de><title>{{ title }}</title><h1>{{ title }}</h1>"
    "{% for n in range(18) %}<p><label for=f{{ n }}>Feld {{ n }}</label><input id=f{{ n }} name=f{{ n }}></p>{% endfor %}"
)
ROWS = (
    "<!doctype html><html lang=de><title>Liste</title><h1>Liste</h1><table>"
    "{% for r in rows %}<tr><td><a href=/r/{{ r[0] }}>{{ r[0] }}</a></td><td>{{ r[1] }}</td><td>{{ r[2] }}</td>"
    "<td>{{ r[3] }}</td></tr>{% endfor %}</table>"
)


def create_floor() -> Flask:
    """The bare application; its database lies in ``FLOOR_DATA``."""
    app = Flask(__name__)
    path = Path(os.environ["FLOOR_DATA"]) / "floor.sqlite3"
    page = app.jinja_env.from_string(PAGE)
    rows = app.jinja_env.from_string(ROWS)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, timeout=15)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    with connect() as first:
        first.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT)")
        if first.execute("SELECT count(*) FROM row").fetchone()[0] == 0:
            first.executemany("INSERT INTO row (a, b, c) VALUES (?, ?, ?)", [("Titel", "Stand", "Ort")] * 1000)

    @app.get("/page")
    def bare_page() -> str:
        return page.render(title="Formular")

    @app.get("/rows")
    def bare_rows() -> str:
        found = connect().execute("SELECT id, a, b, c FROM row ORDER BY id DESC LIMIT 25").fetchall()
        return rows.render(rows=found)

    @app.post("/insert")
    def bare_insert() -> str:
        connect().execute("INSERT INTO row (a, b, c) VALUES (?, ?, ?)", (request.form["a"], "b", "c"))
        return "ok"

    return app
