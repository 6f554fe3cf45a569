"""Nobody but the service meets a client's checklist: other services, the other office, coordinators, members, guessed ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Delivery, OutboxMessage, RoleGrant
from kimforms.services import digest
from kimforms.services.checklists import keeping, reminding
from kimforms.services.checklists.entries import set_entry
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF, at_checklist, begun, colleague
from ..support.records import CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE, user

PSEUDONYM, NOTE = "Holunder 4711x", "Papageienfeder fehlt noch"
MEMBER, ADMIN = "mitglied@jobcenter.example", "admin@rsk.example"
OUTSIDERS = (None, DIAKONIE, EBH_TROISDORF, EBH_RSK, COORDINATOR, ELSEWHERE, OFFICE, CASE_MANAGER, MEMBER, ADMIN)


@pytest.fixture
def reference(client: CheckingClient) -> str:
    with in_app(client.app):
        made = begun(pseudonym=PSEUDONYM)
        with at_checklist(made) as (session, person, held):
            set_entry(session, person, NOW, held, "B4", state="working", note=NOTE, follow_up_on=NOW.date())
        return made


def addresses(client: CheckingClient, reference: str) -> Iterator[tuple[str, str]]:
    """Every address of a checklist, with the values of this one."""
    for rule in client.app.url_map.iter_rules():
        if rule.rule.startswith("/checklists/<reference>"):
            path = re.sub(r"<int:\w+>", "1", rule.rule.replace("<reference>", reference))
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, re.sub(r"<\w+>", "B4", path)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_address_of_it_opens_for_anybody_else(client: CheckingClient, reference: str, who: str | None) -> None:
    if who:
        client.sign_in(who)
    client.app.config["WTF_CSRF_ENABLED"] = False
    seen = 0
    try:
        for htmx in ({}, {"HX-Request": "true"}):
            for method, path in addresses(client, reference):
                answer = client.http.open(path, method=method, headers=htmx)
                text = answer.get_data(as_text=True)
                seen += 1
                if who is None:
                    assert answer.status_code in (303, 401), (method, path, answer.status_code)
                else:
                    assert answer.status_code in (403, 404), (method, path, answer.status_code)
                assert PSEUDONYM not in text
                assert NOTE not in text
    finally:
        client.app.config["WTF_CSRF_ENABLED"] = True
    assert seen > 40


@pytest.mark.parametrize("who", [DIAKONIE, EBH_RSK])
def test_a_guessed_reference_looks_like_one_that_never_was(client: CheckingClient, reference: str, who: str) -> None:
    client.sign_in(who)
    pages = [client.http.get(f"/checklists/{one}") for one in (reference, "EB-2026-9999")]
    assert [one.status_code for one in pages] == [404, 404]
    first, second = (one.get_data(as_text=True) for one in pages)
    varying = re.compile(r'EB-2026-\d+|(?:value|content)="[^"]{20,}"')
    assert varying.sub("", first) == varying.sub("", second)


@pytest.mark.parametrize("who", [one for one in OUTSIDERS if one])
def test_no_list_search_or_export_shows_it(client: CheckingClient, reference: str, who: str) -> None:
    client.sign_in(who)
    for path in (
        "/checklists", "/checklists?q=holunder", f"/checklists?q={reference}", "/checklists?view=due", "/dashboard", "/tasks",
        "/tasks?view=due", "/inbox", f"/inbox?q={reference}", "/inbox?q=Holunder", "/inbox?q=Checkliste&status=all",
        "/my-reports", "/themes", "/statistics", "/statistics/export", "/outbox", "/decisions", "/meetings", "/account",
        f"/records/{reference}", f"/records/{reference}/history", f"/records/{reference}/edit",
        f"/records/{reference}/shares", f"/records/{reference}/contact",
        "/naturalisation/figures", "/naturalisation/editions",
    ):  # fmt: skip
        answer = client.http.get(path)
        text = answer.get_data(as_text=True).replace("holunder", "").replace("Holunder&", "")
        assert PSEUDONYM not in text, path
        assert NOTE not in text, path
        if path.startswith("/records/"):
            assert answer.status_code in (403, 404), (path, answer.status_code)
        elif "q=" not in path and path != "/outbox":
            assert reference not in text, path


def test_its_own_service_gets_no_general_page_of_the_record_either(client: CheckingClient, reference: str) -> None:
    client.sign_in(CARITAS)
    for rest in ("", "/history", "/edit", "/shares"):
        assert client.http.get(f"/records/{reference}{rest}").status_code in (403, 404), rest


def test_no_mail_says_more_than_the_reference(client: CheckingClient, reference: str) -> None:
    with in_app(client.app):
        helper = colleague()
        with unit_of_work() as session:
            user(session, "kollegin@caritas.example").digest = True
        with at_checklist(reference) as (session, person, held):
            keeping.hand_to_colleague(session, person, NOW, held, user_id=helper)
        reminding.run(unit_of_work, NOW)
        digest.run(unit_of_work, NOW.replace(day=24))
        db.session.rollback()
        mails = db.session.scalars(select(OutboxMessage).where(OutboxMessage.text.contains(reference))).all()
        assert len(mails) >= 2
        for mail in mails:
            for word in (PSEUDONYM, "Holunder", NOTE, "B4", "Geburtsurkunde", f"/records/{reference}"):
                assert word not in mail.subject + mail.text + (mail.html or ""), (mail.kind, word)
        told = set(
            db.session.scalars(select(Delivery.address).where(Delivery.message_id.in_([one.id for one in mails])))
        )
        assert told == {"kollegin@caritas.example"}


def test_whoever_left_the_service_finds_nothing(client: CheckingClient, reference: str) -> None:
    client.sign_in(CARITAS)
    client.get(f"/checklists/{reference}")
    with in_app(client.app), unit_of_work() as session:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == user(session, CARITAS).id)):
            grant.organisation = "diakonie"
    client.get(f"/checklists/{reference}", status=404)
    assert reference not in str(client.get("/checklists"))


@pytest.mark.parametrize("item", ["I1", "H1", "F6", "i1", "B4x", "%00", "../B4", "Z99", "9" * 300, "🙈"])
def test_no_item_that_is_not_there_or_never_stored_can_be_written(
    client: CheckingClient, reference: str, item: str
) -> None:
    client.sign_in(CARITAS)
    token = client.csrf_token()
    for prefix in (item, "B4"):
        answer = client.http.post(
            f"/checklists/{reference}/items/{item}",
            data={"csrf_token": token, f"{prefix}-state": "met", f"{prefix}-note": "x"},
        )
        assert answer.status_code in (400, 404, 405, 422), answer.status_code
    with in_app(client.app), at_checklist(reference) as (_session, _person, held):
        assert {one.item_id for one in held.entries} == {"B4"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "\x00"), ("state", "approved"), ("note", "\x00" * 10), ("note", "\ud83d"), ("note", "x" * 100_000),
        ("reason", "<script>"), ("seen", "99"), ("seen", "-1"), ("seen", "x"), ("follow_up_on", "99.99.9999"),
        ("follow_up_on", "01.01.0001"), ("adviser_id", "-5"), ("adviser_id", "9" * 40), ("row_version", "x"),
        ("row_version", "9" * 40), ("seen_on", "31.12.2999"),
    ],
)  # fmt: skip
def test_broken_input_is_answered_and_breaks_nothing(
    client: CheckingClient, reference: str, field: str, value: str
) -> None:
    client.sign_in(CARITAS)
    data = {
        "csrf_token": client.csrf_token(),
        "A3-state": "working",
        "A3-seen": "0",
        f"A3-{field}": value.encode("utf-8", "replace"),
    }
    answer = client.http.post(f"/checklists/{reference}/items/A3", data=data)
    assert answer.status_code in (303, 400, 422), answer.status_code
    client.get(f"/checklists/{reference}")
