"""What a meeting in the browser needs beside it: papers that wait for the agenda, and links as the readers of mails get them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

from kimforms.services.reply_links import token_text

from .server import ROOT, Server

PAPERS = """
import itertools, sys, time
from datetime import UTC, datetime

from kimforms import create_app
from tests.support import databases

databases.NOW = datetime.now(UTC)  # before the others read it: what they write lies in the present
from tests.support import chain, records, themes

records._numbers, themes._keys = (itertools.count(time.time_ns()) for _ in range(2))
with create_app().app_context():
    for _ in range(int(sys.argv[1])):
        theme = chain.gathered()
        chain.reconstruct(theme, chain.STEERING)
        print(chain.proposed(theme))
"""


def papers_on(server: Server, number: int) -> list[str]:
    """So many papers that ask the steering group for a working group, proposed for the agenda; their references."""
    return beside(server, PAPERS, str(number)).split()


def beside(server: Server, script: str, *arguments: str) -> str:
    """Runs a script beside a running server, with its settings; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def mailed_link(server: Server, address: str, subject: str) -> str:
    """The path of the reply link in the newest mail to this address whose subject has these words, as its reader gets it."""
    (text,) = server.rows(
        "SELECT text FROM outbox_message m JOIN delivery d ON d.message_id = m.id "
        "WHERE d.address = ? AND m.subject LIKE ? ORDER BY m.id DESC LIMIT 1",
        address, f"%{subject}%",
    )[0]  # fmt: skip
    found = re.search(r"/r/\{\{reply:(\d+)\}\}", text)
    assert found is not None, text
    number, purpose, nonce = server.rows("SELECT id, purpose, nonce FROM reply_link WHERE id = ?", found[1])[0]
    link: Any = SimpleNamespace(id=number, purpose=purpose, nonce=nonce)
    return f"/r/{token_text(server.environment['KIMFORMS_SECRET_KEY'], link)}"


PLACES = """
import json, sys
from datetime import date

from sqlalchemy import select

from kimforms import create_app
from kimforms.extensions import db
from kimforms.models import Body
from kimforms.services.bodies.people import people_on

with create_app().app_context():
    body = db.session.scalars(select(Body).where(Body.slug == sys.argv[1])).one()
    places = [one for one in people_on(db.session, body, date.fromisoformat(sys.argv[2])) if one.right == "voting"]
    print(json.dumps([
        {"seat": one.seat.label, "name": one.person.name, "email": one.person.email, "account": one.person.user_id is not None,
         "deputies": [each.name for each in one.deputies]}
        for one in places if one.person is not None
    ]))
"""


def voters_on(server: Server, body: str, day: str) -> list[dict[str, Any]]:
    """Who holds the voting seats of a body on a day: seat, name, address, whether there is an account, names of deputies."""
    return list(json.loads(beside(server, PLACES, body, day)))
