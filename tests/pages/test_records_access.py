"""Who may do what with a record: every route for every kind of person, in one table."""

from __future__ import annotations

import pytest

from kimforms.extensions import db
from kimforms.models import Record
from kimforms.services import tasks
from kimforms.services.tasks import Wanted
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.records import ADVISER, report, work

PEOPLE = {
    "creator": ADVISER,
    "other adviser": "beratung@diakonie.example",
    "case manager": "casemanagement@siegburg.example",
    "coordinator": "koordination@rsk.example",
    "second": "koordination2@rsk.example",
    "elsewhere": "koordination@troisdorf.example",
    "office": "leitung@rsk.example",
    "naturalisation": "einbuergerung@rsk.example",
    "member": "mitglied@jobcenter.example",
    "admin": "admin@rsk.example",
    "nobody": None,
}
NOT_THEIRS = {
    "other adviser": 404, "case manager": 404, "elsewhere": 404, "naturalisation": 404, "member": 404, "admin": 403,
    "nobody": 303,
}  # fmt: skip
NO_WORK = {
    **NOT_THEIRS,
    "creator": 403,
    "other adviser": 403,
    "case manager": 403,
    "naturalisation": 403,
    "member": 403,
}

READ = {"creator": 200, "coordinator": 200, "second": 200, "office": 200, **NOT_THEIRS}
STAFF = {**READ, "creator": 403}
WORK = {"coordinator": 303, "second": 303, "office": 403, **NO_WORK}
GET: dict[str, dict[str, int]] = {
    "": READ,
    "/history": STAFF,
    "/contact": {**STAFF, "office": 403},
    "/print.pdf": READ,
    "/actions/erfassen": {**READ, "creator": 409, "office": 409},
    "/actions/zurueckziehen": {**READ, "coordinator": 409, "second": 409, "office": 409},
    "/edit": {**READ, "creator": 403, "office": 403},
    "/shares": {**READ, **NO_WORK, "office": 403},
    "/similar": {**NO_WORK, "coordinator": 200, "second": 200, "office": 200},
    "/comparison": {**READ, "creator": 403, "coordinator": 404, "second": 404, "office": 404},
    "/attachments/1": {**READ, "creator": 404, "coordinator": 404, "second": 404, "office": 404},
}
POST: dict[str, dict[str, int]] = {
    "/actions/erfassen": {**READ, "creator": 409, "coordinator": 303, "second": 303, "office": 409},
    "/edit": {**READ, "creator": 403, "coordinator": 422, "second": 422, "office": 403},
    "/assign": WORK,
    "/similar/IH-2026-0404": {**WORK, "coordinator": 404, "second": 404},
    "/similar/theme": {**WORK, "coordinator": 303, "second": 303},
    "/follow": {**STAFF, "coordinator": 303, "second": 303, "office": 303},
    "/comments": {**WORK, "coordinator": 422, "second": 422},
    "/tasks": {**WORK, "coordinator": 422, "second": 422},
    "/tasks/{task}/done": {**STAFF, "coordinator": 303, "second": 303, "office": 403},
    "/links": {**WORK, "coordinator": 422, "second": 422},
    "/links/1/remove": WORK,
    "/shares": {**WORK, "coordinator": 422, "second": 422},
    "/shares/1/revoke": WORK,
    "/attachments": {**WORK, "coordinator": 422, "second": 422},
    "/attachments/1/remove": WORK,
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_gets_what(client, who):
    with in_app(client.app):
        reference = report()
        with work("koordination@rsk.example", reference) as (session, person, record):
            task = tasks.create_task(session, person, NOW, record=record, wanted=Wanted("Anrufen")).id
    if PEOPLE[who]:
        client.sign_in(PEOPLE[who])
    token = client.csrf_token() if PEOPLE[who] is None else token_of(client)
    got = {("GET", path): client.http.get(f"/records/{reference}{path}").status_code for path in GET}
    for path in POST:
        address = f"/records/{reference}{path.format(task=task)}"
        got["POST", path] = client.http.post(address, data={"csrf_token": token}).status_code
        with in_app(client.app):  # what was taken would change what comes next
            db.session.rollback()
            if path.startswith("/actions") and who in ("coordinator", "second"):
                reset(reference)
    wanted = {("GET", path): table[who] for path, table in GET.items()}
    wanted |= {("POST", path): table[who] for path, table in POST.items()}
    assert got == wanted


def token_of(client: CheckingClient) -> str:
    page = client.get("/account")
    return str(page.select_one("input[name=csrf_token]")["value"])


def reset(reference: str) -> None:
    with unit_of_work() as session:
        session.query(Record).filter_by(reference=reference).one().state = "gemeldet"


def test_every_route_of_these_blueprints_is_in_the_table(app):
    prefix = "/records/<reference>"
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(prefix)]
    listed = {("GET", path) for path in GET} | {("POST", path) for path in POST}
    plain = {"<transition_id>": "erfassen", "<int:task_id>": "{task}", "<other>": "IH-2026-0404"}
    for rule in rules:
        path = rule.rule.removeprefix(prefix)
        for variable, value in plain.items():
            path = path.replace(variable, value)
        for variable in ("<int:link_id>", "<int:share_id>", "<int:attachment_id>"):
            path = path.replace(variable, "1")
        for method in rule.methods & {"GET", "POST"}:
            assert (method, path) in listed, f"{method} {path}"
