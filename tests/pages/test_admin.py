"""Administration of accounts: who is seen and changed by whom, invitations, roles, closing."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Controller, OutboxMessage, User
from kimforms.permissions import SYSTEM, Grant
from kimforms.services import roles
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW

ADMIN = "admin@rsk.example"
ELSEWHERE = "koordination@troisdorf.example"
INVITED = {"email": "neu@awo.example", "name": "Nele Neu", "language": "de"}


def user_id(app: Flask, email: str) -> int:
    with app.app_context():
        return db.session.scalars(select(User.id).where(User.email == email)).one()


def controller_id(app: Flask, key: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Controller.id).where(Controller.key == key)).one()


def give(app: Flask, email: str, role: str, key: str) -> None:
    with app.app_context(), unit_of_work() as session:
        found = session.scalars(select(User).where(User.email == email)).one()
        number = session.scalars(select(Controller.id).where(Controller.key == key)).one()
        roles.put_grant(session, SYSTEM, NOW, found, Grant(role, number))


def names(page: BeautifulSoup) -> list[str]:
    return [cell.text.strip() for cell in page.select("#accounts tbody th")]


@pytest.fixture
def admin(client: CheckingClient) -> CheckingClient:
    client.sign_in(ADMIN)
    return client


@pytest.fixture
def role(admin: CheckingClient) -> dict[str, str]:
    return {"grants-0-role": "coordinator", "grants-0-controller": str(controller_id(admin.app, "rsk"))}


@pytest.mark.parametrize(
    "email",
    [
        "beratung@caritas.example",
        "casemanagement@siegburg.example",
        "koordination@rsk.example",
        "leitung@rsk.example",
        "einbuergerung@troisdorf.example",
        "vorsitz@rsk.example",
    ],
)
def test_only_administrators_may_enter(client: CheckingClient, email: str) -> None:
    client.sign_in(email)
    for path in ("/admin/", "/admin/accounts", "/admin/accounts/new", "/admin/accounts/1"):
        client.get(path, status=403)
    for path in ("/admin/accounts/1/roles", "/admin/accounts/1/deactivate", "/admin/accounts/1/invitation"):
        client.post(path, status=403)


def test_signed_out_people_are_sent_to_sign_in(client: CheckingClient) -> None:
    client.get("/admin/accounts", status=303)
    assert client.response is not None
    assert client.response.headers["Location"] == "/login?next=/admin/accounts"


def test_the_list_shows_the_own_controller_only(admin: CheckingClient) -> None:
    page = admin.get("/admin/accounts")
    assert "Miriam Kessler" in names(page)
    assert not {"Aylin Roth", "Nadine Faber"} & set(names(page))
    assert names(page) == sorted(names(page), key=str.lower)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=kessler", ["Miriam Kessler"]),
        ("q=MIRIAM+caritas", ["Miriam Kessler"]),
        ("q=diakonie", ["Tobias Ahrens"]),
        ("q=%25", []),
        ("q=roth", []),
        ("state=inactive", []),
        ("state=invited", []),
        ("state=nonsense&q=kessler", ["Miriam Kessler"]),
    ],
)
def test_the_list_is_searched_and_filtered(admin: CheckingClient, query: str, found: list[str]) -> None:
    assert names(admin.get(f"/admin/accounts?{query}")) == found


def test_the_list_is_paged_by_key(admin: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = names(admin.get("/admin/accounts"))
    monkeypatch.setattr("kimforms.services.queries.accounts.PAGE_SIZE", 4)
    seen: list[str] = []
    path: str | None = "/admin/accounts"
    while path:
        page = admin.get(path)
        seen += names(page)
        more = page.select_one("main a[href*='after=']")
        path = str(more["href"]) if more else None
    assert seen == everybody
    assert len(seen) > 4


def test_an_account_elsewhere_does_not_exist(admin: CheckingClient) -> None:
    number = user_id(admin.app, ELSEWHERE)
    for path in (f"/admin/accounts/{number}", f"/admin/accounts/{number}/deactivate", "/admin/accounts/99999"):
        admin.get(path, status=404)
    for deed in ("deactivate", "activate", "invitation", "roles", "roles/1/remove"):
        admin.post(f"/admin/accounts/{number}/{deed}", status=404)


def test_an_invitation_is_sent(admin: CheckingClient, role: dict[str, str]) -> None:
    page = admin.get("/admin/accounts/new")
    assert [option["value"] for option in page.select("#grants-0-controller option")] == [role["grants-0-controller"]]
    admin.submit(page, "main form", INVITED | role)
    page = admin.follow()
    assert page.select_one("h1").text.strip() == "Nele Neu"
    assert "eingeladen" in page.select_one(".kern-badge").text
    with admin.app.app_context():
        assert "{{token:" in db.session.scalars(select(OutboxMessage.text)).one()
    admin.submit(page, "form[action$='/invitation']")
    assert "Eine neue Einladung" in admin.follow().select_one(".kf-flash").text


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"email": "keine adresse"}, "#email"),
        ({"name": ""}, "#name"),
        ({"grants-0-role": ""}, "#grants-0-role"),
        ({"grants-0-role": "king"}, "#grants-0-role"),
        ({"grants-0-controller": "2"}, "#grants-0-controller"),
        ({"grants-0-organisation": "atlantis"}, "#grants-0-organisation"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_and_nothing_is_lost(
    admin: CheckingClient, role: dict[str, str], changes: dict[str, str], anchor: str
) -> None:
    data = INVITED | role | changes
    page = admin.submit(admin.get("/admin/accounts/new"), "main form", data, status=422)
    assert anchor in [link["href"] for link in page.select(".kf-errors a")]
    assert page.select_one("#email")["value"] == data["email"]
    assert names(admin.get("/admin/accounts?state=invited")) == []


def test_a_role_without_its_scope_is_refused_by_the_service(admin: CheckingClient, role: dict[str, str]) -> None:
    data = INVITED | role | {"grants-0-role": "adviser"}
    page = admin.submit(admin.get("/admin/accounts/new"), "main form", data, status=422)
    assert "Organisation" in page.select_one(".kf-errors").text


def test_rows_of_roles_are_added_and_removed_without_scripts(admin: CheckingClient, role: dict[str, str]) -> None:
    page = admin.get("/admin/accounts/new")
    page = admin.submit(page, "main form", INVITED | role, status=200, button="button[name='grants-add']")
    assert page.select_one("#grants-0-role option[selected]")["value"] == "coordinator"
    second = {"grants-1-role": "case_manager", "grants-1-municipality": "siegburg"}
    again = admin.submit(page, "main form", second, status=200, button="button[name='grants-remove'][value='0']")
    assert len(again.select("main select[name$='-role']")) == 1
    admin.submit(page, "main form", second)
    rows = [row.text for row in admin.follow().select("#grants tbody tr")]
    assert len(rows) == 2
    assert "Siegburg" in rows[1]


def test_somebody_known_elsewhere_gets_the_role_only(admin: CheckingClient, role: dict[str, str]) -> None:
    admin.submit(admin.get("/admin/accounts/new"), "main form", INVITED | role | {"email": ELSEWHERE})
    page = admin.follow()
    assert "schon ein Konto" in page.select_one(".kf-flash").text
    assert page.select_one("h1").text.strip() == "Aylin Roth"
    assert len(page.select("#grants tbody tr")) == 1
    assert "Troisdorf" not in page.select_one("#grants").text
    assert not page.select("a[href$='/deactivate']")
    admin.post(f"/admin/accounts/{user_id(admin.app, ELSEWHERE)}/deactivate", status=409)


def test_a_role_is_added_and_taken_after_a_question(admin: CheckingClient) -> None:
    path = f"/admin/accounts/{user_id(admin.app, 'beratung@caritas.example')}"
    page = admin.get(path)
    admin.submit(page, "form[action$='/roles']", {"role": "member", "body": "lenkungsgruppe-kim"})
    page = admin.follow()
    link = page.select("#grants tbody a")[-1]
    page = admin.get(str(link["href"]))
    assert "verliert die Rolle" in page.select_one(".kf-confirm").text
    admin.submit(page)
    assert len(admin.follow().select("#grants tbody tr")) == 1


def test_a_role_for_another_controller_cannot_be_smuggled_in(admin: CheckingClient) -> None:
    path = f"/admin/accounts/{user_id(admin.app, 'beratung@caritas.example')}"
    other = str(controller_id(admin.app, "troisdorf"))
    data = {"role": "admin", "controller": other}
    page = admin.submit(admin.get(path), "form[action$='/roles']", data, status=422)
    assert page.select_one("#controller-error")
    page = admin.submit(admin.get(path), "form[action$='/roles']", {"role": "member"}, status=422)
    assert page.select_one("#body-error")


def test_an_account_is_closed_after_a_question_and_opened_again(admin: CheckingClient) -> None:
    other = CheckingClient(admin.app)
    other.sign_in("beratung@caritas.example")
    path = f"/admin/accounts/{user_id(admin.app, 'beratung@caritas.example')}"
    page = admin.get(f"{path}/deactivate")
    assert "sofort überall abgemeldet" in page.select_one(".kf-confirm").text
    admin.submit(page)
    assert "deaktiviert" in admin.follow().select_one(".kern-badge").text
    other.get("/account", status=303)
    assert names(admin.get("/admin/accounts?state=inactive")) == ["Miriam Kessler"]
    admin.submit(admin.get(f"{path}/activate"))
    CheckingClient(admin.app).sign_in("beratung@caritas.example")


def test_the_own_account_and_the_own_role_stay(admin: CheckingClient) -> None:
    path = f"/admin/accounts/{user_id(admin.app, ADMIN)}"
    page = admin.get(path)
    assert not page.select("a[href$='/deactivate']")
    link = str(page.select_one("#grants tbody a")["href"])
    for address in (f"{path}/deactivate", link):
        page = admin.post(address, status=409)
        assert "nur eine andere Person" in page.select_one("main").text


def test_one_administrator_closes_the_account_of_another(admin: CheckingClient) -> None:
    give(admin.app, "koordination@rsk.example", "admin", "rsk")
    second = CheckingClient(admin.app)
    second.sign_in("koordination@rsk.example")
    second.submit(second.get(f"/admin/accounts/{user_id(admin.app, ADMIN)}/deactivate"))
    admin.get("/admin/accounts", status=303)


def test_an_administrator_of_two_controllers_chooses_between_them(admin: CheckingClient) -> None:
    give(admin.app, ADMIN, "admin", "troisdorf")
    page = admin.get("/admin/accounts/new?lang=en")
    assert page.select_one("h1").text.strip() == "Invite a person"
    assert len(page.select("#grants-0-controller option")) == 3
    assert "Aylin Roth" in names(admin.get("/admin/accounts"))
