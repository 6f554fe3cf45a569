"""Who is responsible for which municipality, as the administrator sets it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Responsibility, User
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from .test_admin import ADMIN, controller_id, give, user_id

FIRST, SECOND = "koordination@rsk.example", "koordination2@rsk.example"
PATH = "/admin/responsibilities"


@pytest.fixture
def admin(client: CheckingClient) -> CheckingClient:
    client.sign_in(ADMIN)
    return client


def chosen(page: BeautifulSoup, place: str) -> str:
    """What a browser shows as chosen."""
    option = page.select_one(f"#who-{place} option[selected]") or page.select_one(f"#who-{place} option")
    return option.text.strip()


def test_the_list_of_accounts_leads_there(admin: CheckingClient) -> None:
    page = admin.get("/admin/accounts")
    page = admin.get(str(page.select_one(f"a[href='{PATH}']")["href"]))
    assert len(page.select("#responsibilities tbody tr")) == 19
    names = {option.text.strip() for option in page.select("#who-siegburg option")}
    with admin.app.app_context():
        wanted = set(db.session.scalars(select(User.name).where(User.email.in_((FIRST, SECOND)))))
    assert names == wanted | {"niemand"}


def test_a_choice_is_saved_and_told(admin: CheckingClient) -> None:
    first = user_id(admin.app, FIRST)
    page = admin.get(PATH)
    admin.submit(page, "main form", {"who-siegburg": str(first), "who-lohmar": ""})
    page = admin.follow()
    said = page.select_one(".kf-flash").text
    name = chosen(page, "siegburg")
    assert f"Siegburg: {name}" in said
    assert "Lohmar: niemand" in said
    assert "Hennef" not in said
    with admin.app.app_context():
        assert db.session.scalar(select(Responsibility.user_id).filter_by(municipality="siegburg")) == first
        assert db.session.scalar(select(Responsibility.id).filter_by(municipality="lohmar")) is None
    admin.submit(page, "main form")
    assert "nichts geändert" in admin.follow().select_one(".kf-flash").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"who-siegburg": "999999"}, "Siegburg: Diese Person koordiniert hier nicht"),
        ({"who-siegburg": "x"}, "Siegburg: Diese Person koordiniert hier nicht"),
        ({"who-siegburg": "9" * 30}, "Siegburg: Diese Person koordiniert hier nicht"),
        ({"who-siegburg": "", "was-siegburg": "1"}, "Siegburg: Inzwischen hat jemand anderes"),
        ({"who-atlantis": "3"}, "atlantis: Diese Kommune gibt es nicht"),
    ],
)
def test_forged_values_are_refused_with_a_sentence_and_nothing_is_lost(
    admin: CheckingClient, data: dict[str, str], sentence: str
) -> None:
    page = admin.submit(admin.get(PATH), "main form", {"who-lohmar": ""} | data, status=422)
    assert sentence in page.select_one(".kf-errors").text
    assert chosen(page, "lohmar") == "niemand"
    assert page.title.text.startswith("Fehler:")
    with admin.app.app_context():
        assert db.session.scalar(select(Responsibility.id).filter_by(municipality="lohmar")) is not None


def test_refusals_speak_english(admin: CheckingClient) -> None:
    page = admin.get(f"{PATH}?lang=en")
    assert page.select_one("h1").text.strip() == "Responsibilities"
    page = admin.submit(page, "main form", {"who-siegburg": "999999"}, status=422)
    assert "does not coordinate here" in page.select_one("#who-siegburg-error").text


def test_another_controller_does_not_exist_until_one_administers_it(admin: CheckingClient) -> None:
    other = controller_id(admin.app, "troisdorf")
    admin.get(f"{PATH}?controller={other}", status=404)
    admin.post(PATH, {"controller": str(other), "who-siegburg": "1"}, status=403)
    for wrong in ("", "x", "9" * 30):
        admin.post(PATH, {"controller": wrong}, status=404)
    give(admin.app, ADMIN, "admin", "troisdorf")
    page = admin.get(PATH)
    page = admin.get(str(page.select_one(f"main a[href$='controller={other}']")["href"]))
    assert "Aylin Roth" in page.select_one("#who-troisdorf").text
    assert chosen(page, "troisdorf") == "niemand"


def test_somebody_who_no_longer_coordinates_is_shown_until_changed(admin: CheckingClient) -> None:
    number = user_id(admin.app, "leitung@rsk.example")
    with admin.app.app_context(), unit_of_work() as session:
        session.scalars(select(Responsibility).filter_by(municipality="siegburg")).one().user_id = number
    page = admin.get(PATH)
    assert "koordiniert nicht mehr" in chosen(page, "siegburg")
    admin.submit(page, "main form", {"who-lohmar": ""})
    assert "koordiniert nicht mehr" in chosen(admin.follow(), "siegburg")


def test_the_confirmations_say_what_ends(admin: CheckingClient) -> None:
    path = f"/admin/accounts/{user_id(admin.app, SECOND)}"
    page = admin.get(f"{path}/deactivate")
    assert "nicht mehr zuständig für: Eitorf, " in page.select_one(".kf-confirm").text
    link = str(admin.get(path).select_one("#grants tbody a")["href"])
    page = admin.get(link)
    assert "nicht mehr zuständig für: Eitorf, " in page.select_one(".kf-confirm").text
    admin.submit(page)
    with admin.app.app_context():
        assert db.session.scalar(select(Responsibility.id).filter_by(municipality="eitorf")) is None
    path = f"/admin/accounts/{user_id(admin.app, 'beratung@caritas.example')}"
    assert "nicht mehr zuständig" not in admin.get(f"{path}/deactivate").select_one(".kf-confirm").text
