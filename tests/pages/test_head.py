"""HEAD asks what GET would say and changes nothing: it comes without a CSRF token, from monitoring and link checkers."""

from __future__ import annotations

import re

from kimforms.extensions import db
from kimforms.models import User
from tests.guards.sources import modules
from tests.support.client import CheckingClient


def test_head_of_the_sign_in_page_is_fine(client: CheckingClient) -> None:
    assert client.http.head("/login").status_code == 200


def test_head_closes_no_account(client: CheckingClient) -> None:
    client.sign_in("admin@rsk.example")
    with client.app.app_context():
        other = db.session.query(User).filter_by(email="beratung@caritas.example").one().id
    assert client.http.head(f"/admin/accounts/{other}/deactivate").status_code == 200
    with client.app.app_context():
        assert db.session.get(User, other).active


def test_no_view_takes_everything_but_get_for_a_post() -> None:
    found = [
        name for name, module in modules().items() if re.search(r'method == "GET"', module.path.read_text("utf-8"))
    ]
    assert found == [], "HEAD would be taken for a POST; ask for POST instead"
