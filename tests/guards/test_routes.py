"""Doors: each declares who may enter, bears a regular name, has a short view, and answers every role as the tables here say."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from kimforms.blueprints.access import access_of
from kimforms.permissions import PERMISSIONS, ROLES

from ..support.client import CheckingClient
from ..support.databases import Workshop

PUBLIC = {
    "pages.home": "the front door",
    "pages.health": "monitoring asks, and the server itself at its start",
    "pages.accessibility": "BITV wants the statement in the open",
    "pages.privacy": "Art. 13 GDPR",
    "pages.imprint": "§ 5 DDG",
    "pages.favicon": "browsers ask by themselves",
    "accounts.login": "people sign in here",
    "accounts.logout": "an ended session may be ended again",
    "accounts.forgot": "whoever forgot the password cannot sign in",
    "accounts.set_password": "the link from the mail is the proof",
    "report.start": "advisers without account report; the process says who may",
    "report.begin": "the same form",
    "report.again": "leads to the same form",
    "report.fill": "the same form",
    "report.refresh": "the same form",
    "report.privacy": "Art. 13 GDPR",
    "report.saved": "a secret link, shown once to the browser that asked",
    "report.resume": "the secret link is the proof",
    "report.done": "the reference of what this browser has just sent",
    "report.receipt": "the receipt of what this browser has just sent",
    "meeting_calendars.read": "calendar programs cannot sign in; the secret address is the proof",
    "replies.open_link": "people without account answer by the link that was mailed to them",
    "report_status.show": "reference and retrieval code are the proof",
    "report_status.find": "reference and retrieval code are the proof",
    "report_status.leave": "ends the proof",
    "report_status.ask": "reference and retrieval code are the proof",
    "report_status.take": "reference and retrieval code are the proof",
    "advisory_services.index": "whoever looks for advice has no account",
    "advisory_services.read_pdf": "the same list on paper",
    "advisory_services.show": "one entry of the directory",
    "course_dates.index": "whoever looks for a course or a test has no account",
    "course_dates.new": "providers hold no account; the coordination looks at each date before it is shown",
    "course_dates.done": "the reference of what this browser has just sent",
    "course_dates.privacy": "Art. 13 GDPR",
    "course_dates.calendar": "the same dates for calendar programs",
    "naturalisation.index": "what naturalisation takes is for everybody",
    "self_check.show": "the check without account keeps nothing",
    "self_check.print_pdf": "the same result on paper",
    "solutions.index": "what was decided and solved is for everybody",
    "solutions.read_atom": "the same list for feed readers",
    "solutions.read_rss": "the same list for feed readers",
    "solutions.show": "one released entry",
    "solutions.print_pdf": "the same entry on paper",
    "solutions.download": "a released document of a released entry",
}
NOBODY = "signed out"
PEOPLE = {
    "adviser": "beratung@caritas.example",
    "case_manager": "casemanagement@siegburg.example",
    "coordinator": "koordination@rsk.example",
    "office": "leitung@rsk.example",
    "naturalisation": "einbuergerung@troisdorf.example",
    "member": "mitglied@jobcenter.example",
    "admin": "admin@rsk.example",
}
WHO = (NOBODY, *PEOPLE)
NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")
PARAMETER = re.compile(r"<(?:[a-z]+(?:\([^)]*\))?:)?[a-z][a-z_]*>")
MOST_VIEW_LINES = 28


def rules(app: Flask) -> Iterator[Rule]:
    """Every rule but the static files, of all blueprints."""
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static")


@pytest.fixture(scope="module")
def house(sqlite_workshop: Workshop) -> Flask:
    """The application on a database as the profile leaves it; these tests change nothing in it but sign-ins."""
    sqlite_workshop.fresh()
    return sqlite_workshop.app


@pytest.fixture(scope="module")
def visitors(house: Flask) -> dict[str, FlaskClient]:
    """One client for each role, signed in once, and one that is nobody."""
    clients = {}
    for who in WHO:
        client = CheckingClient(house)
        if who in PEOPLE:
            client.sign_in(PEOPLE[who])
        clients[who] = client.http
    return clients


def test_every_route_declares_who_may_enter(house: Flask) -> None:
    assert [rule.endpoint for rule in rules(house) if access_of(house, rule.endpoint) is None] == []


def test_public_routes_are_those_listed_here(house: Flask) -> None:
    found = {
        rule.endpoint for rule in rules(house) if (one := access_of(house, rule.endpoint)) and one.permission is None
    }
    assert sorted(found ^ PUBLIC.keys()) == [], "unknown here, or listed here and gone"


def test_every_declared_permission_is_one_of_the_table(house: Flask) -> None:
    wanted = {access.permission for rule in rules(house) if (access := access_of(house, rule.endpoint))} - {None}
    assert wanted <= PERMISSIONS.keys()


def test_every_role_of_the_permissions_has_a_visitor() -> None:
    assert set(ROLES) == PEOPLE.keys()


def test_endpoints_are_named_area_and_verb(house: Flask) -> None:
    assert [rule.endpoint for rule in rules(house) if not NAME.fullmatch(rule.endpoint)] == []


def test_addresses_are_in_kebab_case(house: Flask) -> None:
    wrong = [
        rule.rule
        for rule in rules(house)
        for part in rule.rule.strip("/").split("/")
        if part
        and not PART.fullmatch(part)
        and not PARAMETER.fullmatch(part)
        and not PART.fullmatch(PARAMETER.sub("x", part))
    ]
    assert not wrong, "\n".join(wrong)


def test_views_are_thin(house: Flask) -> None:
    long = {}
    for rule in rules(house):
        view = inspect.unwrap(house.view_functions[rule.endpoint])
        node = ast.parse(textwrap.dedent(inspect.getsource(view))).body[0]
        assert isinstance(node, ast.FunctionDef), rule.endpoint
        lines = (node.end_lineno or 0) - node.lineno + 1
        if lines > MOST_VIEW_LINES:
            long[rule.endpoint] = lines
    assert long == {}


# Who gets what on a GET without parameters: 200, 303 to the next page (signed out: to the sign-in page), 403, 404.
ALL = dict.fromkeys(WHO, 200)
SIGNED_IN = {who: 303 if who == NOBODY else 200 for who in WHO}


REPORTERS = ("adviser", "case_manager", "coordinator", "office")


def only(*roles: str) -> dict[str, int]:
    """200 for these roles, 403 for the others, 303 to the sign-in page when signed out."""
    return {who: 303 if who == NOBODY else 200 if who in roles else 403 for who in WHO}


STATUS: dict[str, dict[str, int]] = {
    "/": {who: 200 if who == NOBODY else 303 for who in WHO},
    "/accessibility": ALL,
    "/account": SIGNED_IN,
    "/account/held": SIGNED_IN,
    "/account/password": SIGNED_IN,
    "/admin/": {who: 303 if who in (NOBODY, "admin") else 403 for who in WHO},  # on to the accounts
    "/admin/accounts": only("admin"),
    "/admin/accounts/new": only("admin"),
    "/admin/responsibilities": only("admin"),
    "/bodies": only("adviser", "case_manager", "coordinator", "office", "member"),
    "/bodies/new": only("coordinator", "office"),
    "/bodies/persons": only("coordinator", "office"),
    "/bodies/persons/new": only("coordinator", "office"),
    "/briefings": only("adviser", "naturalisation"),
    "/briefings/coverage": only("naturalisation"),
    "/briefings/new": only("naturalisation"),
    "/campaign": only("naturalisation"),
    "/campaign/runs/new": only("naturalisation"),
    "/campaign/templates": only("naturalisation"),
    "/dashboard": SIGNED_IN,
    "/decisions": only("coordinator", "office", "member"),
    "/decisions/control": only("coordinator", "office"),
    "/decisions/control.pdf": only("coordinator", "office"),
    "/favicon.ico": dict.fromkeys(WHO, 301),
    "/healthz": ALL,
    "/imprint": ALL,
    "/login": ALL,
    "/checklists": only("adviser", "naturalisation"),
    "/checklists/lift": only("adviser"),
    "/checklists/new": only("adviser"),
    "/naturalisation/editions": only("adviser", "naturalisation"),
    "/naturalisation/settings": only("naturalisation"),
    "/naturalisation": ALL,
    "/naturalisation/check": ALL,
    "/naturalisation/translations": only("adviser", "naturalisation"),
    "/outbox": only("office", "admin"),
    "/outbox/discard": only("office", "admin"),
    "/password/forgot": ALL,
    "/privacy": ALL,
    "/inbox": only("coordinator", "office"),
    "/inbox/views": only("coordinator", "office"),
    "/meetings/inbound": only("coordinator", "office"),
    "/meetings/subscriptions": only("coordinator", "office", "member"),
    "/meetings": only("coordinator", "office", "member"),
    "/meetings/new": only("coordinator", "office"),
    "/meetings/polls": only("coordinator", "office"),
    "/meetings/polls/new": only("coordinator", "office"),
    "/meetings/rooms": only("coordinator", "office"),
    "/meetings/rooms/new": only("coordinator", "office"),
    "/meetings/series": only("coordinator", "office"),
    "/meetings/series/new": only("coordinator", "office"),
    "/my-reports": only(*REPORTERS),
    "/naturalisation/figures": only("naturalisation"),
    "/naturalisation/figures/export": only("naturalisation"),
    "/report": ALL,
    "/report/done": dict.fromkeys(WHO, 303),  # this browser has sent nothing
    "/report/drafts": only(*REPORTERS),
    "/report/form": {who: 303 if who in REPORTERS else 200 for who in WHO},  # with an account: a draft of one's own
    "/report/privacy": ALL,
    "/report/receipt.pdf": dict.fromkeys(WHO, 404),  # this browser has sent nothing
    "/report/saved": dict.fromkeys(WHO, 303),  # this browser has asked for no link
    "/report/status": ALL,
    "/feeds/course-dates.ics": ALL,
    "/naturalisation/dates": ALL,
    "/naturalisation/dates/done": dict.fromkeys(WHO, 303),  # this browser has sent nothing
    "/naturalisation/dates/new": ALL,
    "/naturalisation/dates/privacy": ALL,
    "/naturalisation/dates/waiting": only("coordinator"),
    "/services": ALL,
    "/services/care": only("adviser", "coordinator", "naturalisation"),
    "/services/list.pdf": ALL,
    "/services/new": only("coordinator", "naturalisation"),
    "/solutions": ALL,
    "/solutions/feed.atom": ALL,
    "/solutions/feed.rss": ALL,
    "/solutions/follow": SIGNED_IN,
    "/statistics": only("case_manager", "coordinator", "office", "member"),
    "/statistics/export": only("case_manager", "coordinator", "office", "member"),
    "/tasks": SIGNED_IN,
    "/themes": only("coordinator", "office"),
    "/themes/new": only("coordinator"),
    "/themes/proposals": only("coordinator", "office"),
}


def endpoint_of(app: Flask, path: str) -> str:
    return next(rule.endpoint for rule in rules(app) if rule.rule == path and "GET" in (rule.methods or ()))


def without_parameters(app: Flask) -> set[str]:
    return {rule.rule for rule in rules(app) if not rule.arguments and "GET" in (rule.methods or ())}


def test_the_table_names_every_address_without_parameters(house: Flask) -> None:
    assert sorted(without_parameters(house) ^ STATUS.keys()) == [], "unknown here, or listed here and gone"


def test_every_role_gets_what_the_table_says(house: Flask, visitors: dict[str, FlaskClient]) -> None:
    wrong = []
    for path in sorted(STATUS.keys() & without_parameters(house)):
        for who, client in visitors.items():
            answer = client.get(path)
            if answer.status_code != STATUS[path][who]:
                wrong.append(f"{path} for {who}: {answer.status_code}, the table says {STATUS[path][who]}")
            answer.close()
    assert not wrong, "\n".join(wrong)


def test_signed_out_people_are_led_to_the_sign_in_page(house: Flask, visitors: dict[str, FlaskClient]) -> None:
    wrong = []
    for path in sorted(STATUS):
        if STATUS[path][NOBODY] == 303 and access_of(house, endpoint_of(house, path)).permission:  # type: ignore[union-attr]
            place = visitors[NOBODY].get(path).headers.get("Location", "")
            if not place.startswith("/login"):
                wrong.append(f"{path}: {place}")
    assert not wrong, "\n".join(wrong)


def test_whoever_lacks_the_permission_is_refused_everywhere(house: Flask, visitors: dict[str, FlaskClient]) -> None:
    """All routes, with parameters and with POST too: refused before anything is looked up, so nothing is given away."""
    house.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    try:
        for rule in rules(house):
            access = access_of(house, rule.endpoint)
            assert access is not None
            for who in WHO if access.permission else ():
                if who in PERMISSIONS[access.permission or ""]:
                    continue
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    answer = visitors[who].open(address_of(rule), method=method)
                    if answer.status_code != (303 if who == NOBODY else 403):
                        wrong.append(f"{method} {rule.rule} for {who}: {answer.status_code}")
    finally:
        house.config["WTF_CSRF_ENABLED"] = True
    assert not wrong, "\n".join(wrong)


def address_of(rule: Rule) -> str:
    """An address that the rule matches, with values that name nothing."""
    return re.sub(
        r"<(?:int(?:\([^)]*\))?:)?[a-z_]+>", "999999", re.sub(r"<(?:string|path|uuid):[a-z_]+>", "999999", rule.rule)
    )


def test_a_declared_address_without_parameters_answers_nobody_with_an_error(
    house: Flask, visitors: dict[str, FlaskClient]
) -> None:
    """HEAD and an unknown language change nothing; no page breaks in English."""
    wrong = []
    for path in sorted(without_parameters(house)):
        for who in (NOBODY, "coordinator", "admin"):
            for query, method in (("?lang=en", "GET"), ("?lang=xx&page=-1&before=x", "GET"), ("?lang=de", "HEAD")):
                answer = visitors[who].open(path + query, method=method)
                if answer.status_code >= 500:
                    wrong.append(f"{method} {path}{query} for {who}: {answer.status_code}")
                answer.close()
    assert not wrong, "\n".join(wrong)
