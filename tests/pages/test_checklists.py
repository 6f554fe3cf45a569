"""Pages of a service's checklists: list, points with and without htmx, situation, talk, colleague, name, end, history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import RoleGrant
from kimforms.naturalisation.applies import never_stored
from kimforms.services.checklists import keeping
from kimforms.services.checklists.entries import set_entry
from kimforms.services.editions.reading import document_of

from ..support.databases import NOW, in_app
from ..support.naturalisation import CARITAS, DIAKONIE, at_checklist, begun, checklist, colleague
from ..support.queries import statements_of
from .test_records import words

TODAY = NOW.date()
COLLEAGUE = "kollegin@caritas.example"
both = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])


def prepared(client, **more):
    with in_app(client.app):
        return begun(**more)


def entry(client, reference, item):
    with in_app(client.app):
        found = next((one for one in checklist(reference).entries if one.item_id == item), None)
        return (found.state, found.note, found.row_version) if found else None


def note(client, reference, item, state="met", by=CARITAS, **more):
    with in_app(client.app), at_checklist(reference, by) as (session, person, held):
        set_entry(session, person, NOW, held, item, state=state, **more)


def test_a_service_begins_a_checklist_with_the_name_that_is_offered(client):
    client.sign_in(CARITAS)
    page = client.get("/checklists/new")
    offered = page.select_one("#pseudonym")["value"]
    client.submit(page, "main form", {"municipality": "troisdorf"})
    situation = client.follow()
    assert words(situation.h1) == offered
    client.submit(situation, "main form", {"yes": ["verheiratet"], "route": "anspruch"})
    points = client.follow()
    assert points.select_one("#item-B5")
    assert offered in words(client.get("/checklists").main)


def test_a_name_is_warned_about_and_a_birth_date_refused(client):
    prepared(client)
    client.sign_in(CARITAS)
    page = client.get("/checklists/new")
    assert not page.select_one("#insist")
    again = client.submit(page, "main form", {"pseudonym": "Fatma Kaya", "municipality": "troisdorf"}, status=422)
    assert again.select_one("#insist")
    assert again.select_one("#pseudonym")["value"] == "Fatma Kaya"
    born = client.submit(again, "main form", {"pseudonym": "01.02.1985", "insist": "y"}, status=422)
    assert not born.select_one("#insist")
    client.submit(again, "main form", {"pseudonym": "Fatma Kaya", "insist": "y"})
    taken = client.submit(
        client.get("/checklists/new"),
        "main form",
        {"pseudonym": "fatma  KAYA", "insist": "y", "municipality": "siegburg"},
        status=422,
    )
    assert "gibt es bei Ihnen schon" in words(taken.main)


@both
def test_a_point_is_opened_changed_and_closed(client, htmx):
    reference = prepared(client)
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}")
    before = words(page.select_one("#checklist-progress"))
    row = page.select_one("#item-B4")
    opened = client.get(row.select_one("a")["href"], htmx=htmx)
    values = {"B4-state": "present", "B4-seen": ["0"], "B4-note": "Übersetzung folgt", "B4-follow_up_on": "30.11.2026"}
    answer = client.submit(opened, "#item-B4 form", values, status=200 if htmx else 303, htmx=htmx)
    shown = answer if htmx else client.follow()
    assert "liegt vor" in words(shown.select_one("#item-B4"))
    assert "gesehen am 23.11.2026" in words(shown.select_one("#item-B4"))
    progress = shown.select_one("#checklist-progress")
    assert words(progress) != before
    assert progress["aria-live"] == "polite"
    assert progress.has_attr("data-hx-swap-oob") is htmx
    assert entry(client, reference, "B4") == ("present", "Übersetzung folgt", 1)


def test_a_row_closes_without_change(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    closed = client.get(f"/checklists/{reference}/items/B4?closed=1", htmx=True)
    assert closed.select_one("#item-B4")
    assert not closed.select("form, #checklist-progress")


@both
def test_two_tabs_lose_nothing(client, htmx):
    reference = prepared(client)
    client.sign_in(CARITAS)
    first = client.get(f"/checklists/{reference}/items/B4", htmx=htmx)
    note(client, reference, "B4", "clarify", note="im Amt nachfragen")
    shown = client.submit(first, "#item-B4 form", {"B4-state": "met", "B4-note": "alles da"}, status=422, htmx=htmx)
    assert "im Amt nachfragen" in words(shown.select_one("[role=alert]"))
    assert shown.select_one("textarea").text.strip() == "alles da"
    assert entry(client, reference, "B4") == ("clarify", "im Amt nachfragen", 1)
    client.submit(shown, "#item-B4 form", status=200 if htmx else 303, htmx=htmx)
    assert entry(client, reference, "B4") == ("met", "alles da", 2)


def test_a_double_click_is_one_change(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}/items/B4")
    for _ in range(2):
        client.submit(page, "#item-B4 form", {"B4-state": "met"})
    assert entry(client, reference, "B4") == ("met", "", 1)


@both
def test_refused_entries_are_shown_again(client, htmx):
    reference = prepared(client)
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}/items/B4", htmx=htmx)
    for values, sentence in (
        ({"B4-state": "not_needed"}, "Begründen Sie"),
        ({"B4-follow_up_on": "31.02.2027", "B4-note": "bleibt"}, "Datum"),
        ({"B4-note": "Vorstrafe?"}, "nur persönlich"),
    ):
        again = client.submit(page, "#item-B4 form", values, status=422, htmx=htmx)
        assert sentence in words(again.select_one(".kf-errors"))
        assert again.select_one("textarea").text.strip() == values.get("B4-note", "")
    assert entry(client, reference, "B4") is None


def test_a_warned_note_is_kept_on_purpose(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}/items/B4")
    again = client.submit(page, "#item-B4 form", {"B4-note": "Frau Yılmaz anrufen"}, status=422)
    client.submit(again, "#item-B4 form", {"B4-insist": "y"})
    assert entry(client, reference, "B4")[1] == "Frau Yılmaz anrufen"


def test_what_is_never_stored_has_no_row_and_no_address(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    with in_app(client.app):
        hidden = never_stored(document_of(checklist(reference).edition))
    page = client.get(f"/checklists/{reference}")
    for item in hidden:
        assert not page.select_one(f"#item-{item}")
        assert f"{item} " in words(page.select_one("#talk"))
        client.get(f"/checklists/{reference}/items/{item}", status=422)
        client.post(f"/checklists/{reference}/items/{item}", {f"{item}-state": "met"}, status=422)
    client.get(f"/checklists/{reference}/items/B5", status=422)
    client.get(f"/checklists/{reference}/items/Z9", status=404)
    other = client.get(f"/checklists/{prepared(client, kein_pass=True)}")
    assert words(page.select_one("#talk ul")) == words(other.select_one("#talk ul")), "the same for everybody"


def test_one_day_is_kept_of_the_talk(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}/talk")
    client.submit(page, "main form", {"talked_on": "24.11.2026"}, status=422)
    client.submit(page, "main form", {"talked_on": "bald"}, status=422)
    client.submit(page, "main form", {"talked_on": "20.11.2026"})
    assert "Besprochen am 20.11.2026" in words(client.follow().select_one("#talk"))


def test_contradictory_answers_are_told_and_kept(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    with in_app(client.app):
        document = document_of(checklist(reference).edition)
    group = next((one.conditions for one in document.exclusive if len(one.conditions) > 1), None)
    assert group is not None
    page = client.get(f"/checklists/{reference}/situation")
    asked = {one["value"] for one in page.select("input[name=yes]")}
    client.submit(page, "main form", {"yes": [one for one in group if one in asked]})
    assert "passen nicht zusammen" in words(client.follow().main)
    assert "passen nicht zusammen" in words(client.get(f"/checklists/{reference}").main)


def test_a_stale_situation_is_shown_beside_what_was_entered(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}/situation")
    with in_app(client.app), at_checklist(reference) as (session, person, held):
        keeping.change_situation(session, person, NOW, held, situation={"kein_pass": True}, route=None)
    again = client.submit(page, "main form", {"yes": ["beschaeftigt"]}, status=422)
    assert "kein Pass" in words(again.select_one("[role=alert]"))
    assert again.select_one("input[value=beschaeftigt]").has_attr("checked")
    client.submit(again, "main form")
    with in_app(client.app):
        assert checklist(reference).situation == {"kein_pass": False, "beschaeftigt": True}


def test_an_adviser_who_left_sees_nothing_and_colleagues_take_over(client):
    reference = prepared(client)
    with in_app(client.app):
        colleague()
        with at_checklist(reference) as (session, person, _held):
            for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == person.user_id)):
                grant.valid_until = TODAY - timedelta(days=1)
    client.sign_in(COLLEAGUE)
    page = client.get("/checklists?view=unattended")
    assert reference in words(page.main)
    assert "niemand mehr" in words(page.main)
    form = client.get(f"/checklists/{reference}/colleague")
    assert "berät nicht mehr" in words(form.main)
    with in_app(client.app):
        me = db.session.scalars(
            select(RoleGrant.user_id).join(RoleGrant.user).where(RoleGrant.user.has(email=COLLEAGUE))
        ).first()
    client.submit(form, "main form", {"adviser_id": str(me)})
    assert reference not in words(client.get("/checklists?view=unattended").main)


def test_it_ends_and_is_taken_up_again(client):
    reference = prepared(client)
    client.sign_in(CARITAS)
    client.submit(client.get(f"/checklists/{reference}/end"), "main form")
    page = client.follow()
    assert not page.select("#item-B4 a")
    assert reference in words(client.get("/checklists?view=over").main)
    client.submit(page, "form[action$='take-up']")
    assert client.follow().select("#item-B4 a")


def test_history_tells_who_did_what(client):
    reference = prepared(client)
    note(client, reference, "B4", "working", note="x")
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}/rename")
    client.submit(page, "main form", {"pseudonym": "Ulme 500"})
    told = words(client.get(f"/checklists/{reference}/history").main)
    for part in ("Checkliste begonnen", "Punkt B4 geändert", "offen → in Arbeit", "→ Ulme 500"):
        assert part in told


def test_the_list_filters_and_pages_by_key(client):
    with in_app(client.app):
        made = [begun(now=NOW - timedelta(minutes=number)) for number in range(27)]
        other = begun(DIAKONIE)
        note_due = made[26]
    note(client, note_due, "B4", "working", follow_up_on=TODAY)
    client.sign_in(CARITAS)
    page = client.get("/checklists")
    listed = [one["href"].rsplit("/", 1)[1] for one in page.select("#checklist-list th a")]
    assert listed[0] == note_due, "what is due comes first"
    assert len(listed) == 1 + 25
    assert other not in words(page)
    rest = client.get(page.select_one("a[rel=next]")["href"])
    further = [one["href"].rsplit("/", 1)[1] for one in rest.select("#checklist-list th a")]
    assert set(listed[1:]).isdisjoint(further)
    assert len(further) == 2
    found = f"q={made[3]}"
    for query, count in (
        ("view=due", 1),
        ("municipality=siegburg", 0),
        (found, 1),
        ("view=ready", 0),
        ("adviser=999", 26),
    ):
        assert len(client.get(f"/checklists?{query}").select("#checklist-list tbody tr")) == count, query
    for after in ("x", "2026~1", "2026-11-23T00:00:00~1", "~", "%00"):
        client.get(f"/checklists?after={after}")
    assert client.get("/checklists?q=Ahorn", htmx=True).select_one("#checklist-list")


def test_queries_do_not_grow(client):
    with in_app(client.app):
        few = begun()
    client.sign_in(CARITAS)
    counts = {}
    for name in ("few", "many"):
        for path in ("/checklists", f"/checklists/{few}", f"/checklists/{few}/items/B4", f"/checklists/{few}/history"):
            client.get(path)
            with statements_of(client.app) as sent:
                client.get(path)
            counts.setdefault(path, []).append(len(sent))
        if name == "few":
            with in_app(client.app):
                for _ in range(30):
                    begun()
                for item in checklist(few).missing[:10]:
                    with at_checklist(few) as (session, person, held):
                        set_entry(session, person, NOW, held, item, state="met", note="ja", follow_up_on=TODAY)
    for path, (before, after) in counts.items():
        assert after <= before + 4, (path, before, after)
        assert after <= 22, (path, after)


def test_progress_counts_what_has_to_be_settled(client):
    reference = prepared(client)
    with in_app(client.app):
        missing = list(checklist(reference).missing)
    client.sign_in(CARITAS)
    shown = client.get(f"/checklists/{reference}").select_one("#checklist-progress")
    assert f"0 von {len(missing)} Punkten erledigt" in words(shown)
    note(client, reference, missing[0])
    assert f"1 von {len(missing)} erledigt" in words(client.get("/checklists").main)
    with in_app(client.app):
        assert [one.item_id for one in checklist(reference).entries] == [missing[0]]
