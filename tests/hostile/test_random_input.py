"""Random fields, values, paths and headers at every door, as every role: each is answered, none with an error page.

The seed is fixed, so that a failure comes again; raise ``ROUNDS`` to look further.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.records import ADVISER, COORDINATOR, OFFICE, report

ROUNDS = 350
PEOPLE = (None, ADVISER, COORDINATOR, OFFICE, "admin@rsk.example", "einbuergerung@rsk.example")
VALUES = (
    "", "0", "-1", "1", "9223372036854775808", "9" * 5000, "\x00", "a\x00b", "²", "٣", "\u202eabc\u200b", "'; DROP TABLE x;--",
    "<script>alert(1)</script>", "{{7*7}}", "=1+1", "\r\nBcc: x@y.z", "A" * 20_000, "NaN", "1e999", "31.02.2026",
    "99.99.9999", "../../etc/passwd", "%", '"a', "NEAR(", "a:b", "\\", "ja", "next", "submit", "save", "refresh", "back",
    "assign", "transition", "IH-2026-0001", "IH-2026-0001:1", "1:1", "me", "\ufffe", "İ", "csv",
)  # fmt: skip
PLACES = ("0", "1", "99999999999999999999", "-1", "a\x00b", "ü", "IH-2026-0001", "erfassen", "a", "x" * 3000)
HEADERS: tuple[dict[str, str], ...] = (
    {}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Boosted": "true"}, {"Referer": "http://[::1"},
    {"X-Forwarded-For": "1.2.3.4"}, {"HX-Request": "true", "HX-History-Restore-Request": "true"},
)  # fmt: skip
ENDS_THE_SESSION = ("accounts.logout",)


def names() -> list[str]:
    """Every name that a template gives a control, and those that views read."""
    root = Path(__file__).parents[2]
    found: set[str] = {"_action", "_version", "_step", "_key", "_add:kommunen", "_remove:kommunen", "titel", "kommunen"}
    for path in [*root.glob("templates/**/*.html"), *root.glob("kimforms/blueprints/*.py")]:
        text = path.read_text("utf-8")
        found |= set(re.findall(r'name="([\w:-]+)"', text)) | set(re.findall(r'(?:get|getlist)\("([\w:-]+)"', text))
    return sorted(found)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_door_answers_whatever_comes(client: CheckingClient, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.app.config, "WTF_CSRF_ENABLED", False)
    with in_app(client.app):
        report()
    clients = {email: CheckingClient(client.app) for email in PEOPLE}
    for email, one in clients.items():
        if email:
            one.sign_in(email)
    chance, known = random.Random(seed), names()
    rules = [one for one in client.app.url_map.iter_rules() if one.endpoint not in ("static", *ENDS_THE_SESSION)]
    for _ in range(ROUNDS):
        rule = chance.choice(rules)
        path = re.sub(r"<[^>]+>", lambda _found: quote(chance.choice(PLACES), safe=""), rule.rule)
        if chance.random() < 0.5:
            path += f"?{quote(chance.choice(known))}={quote(chance.choice(VALUES))}"
        method = chance.choice(sorted(rule.methods or ()))
        data = {chance.choice(known): chance.choice(VALUES) for _ in range(chance.randint(0, 8))}
        email = chance.choice(PEOPLE)
        sent = {"data": data} if method == "POST" else {}
        answer = clients[email].http.open(path, method=method, headers=chance.choice(HEADERS), **sent)  # type: ignore[arg-type]
        answer.close()
        assert answer.status_code < 500, (method, path[:200], email, data)
