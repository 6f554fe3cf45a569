"""The demonstration's themes: every state, two years, the right people, and in public only what is public."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kimforms.engine.profile import profile_folder, read_profile
from kimforms.extensions import db
from kimforms.models import (
    Decision,
    Delivery,
    Event,
    OutboxMessage,
    Process,
    Publication,
    Record,
    RecordLink,
    SimilarityVerdict,
    Task,
)
from kimforms.services import audit_check, demo
from kimforms.services.processes import definition_of

from ..support.client import CheckingClient
from ..support.databases import NOW
from ..support.records import COORDINATOR, OFFICE, SECOND

STAFF = {COORDINATOR, SECOND, OFFICE, "dezernat@rsk.example"}
INSIDE = ("theme.", "case_reconstruction.", "decision_paper.", "working_group.", "publication.")
REFERENCE = re.compile(r"\b(IH|TH|FR|BV|PAG|BK)-\d{4}-\d+")


def themes():
    return db.session.scalars(select(Record).join(Process).where(Process.key == "theme").order_by(Record.id)).all()


def states_of(process):
    return set(db.session.scalars(select(Record.state).join(Process).where(Process.key == process)))


def test_every_state_of_a_theme_is_there(app):
    found = themes()
    assert {one.state for one in found} == set(definition_of(found[0].version).workflow.states)
    assert {one.case_count for one in found if one.state == "angelegt"} == {2, 3}


def test_the_other_records_of_the_chain_stand_everywhere_on_their_way(app):
    assert {"entwurf", "zur_freigabe", "freigegeben"} <= states_of("case_reconstruction")
    assert {"entwurf", "vorgeschlagen", "beschlossen", "vertagt", "abgelehnt"} <= states_of("decision_paper")
    assert states_of("working_group") == {"eingesetzt", "arbeitet", "vorgelegt", "beendet"}
    assert {"veroeffentlicht", "zurueckgezogen", "zur_freigabe"} <= states_of("publication")


def test_what_was_interrupted_was_not_done_twice(app):
    titles = [one.title for one in themes()]
    profile = read_profile(profile_folder("rhein_sieg"))
    assert sorted(titles) == sorted(one.title for one in profile.themes.themes)
    last = db.session.scalar(select(func.max(Event.seq)))
    settings = app.config["SETTINGS"]
    assert demo.stage(settings, NOW).play() == len(titles)
    assert db.session.scalar(select(func.max(Event.seq))) == last


def test_the_history_is_whole_and_ends_before_today(app, told):
    assert audit_check.verify(db.session(), told.data).ok
    for theme in themes():
        moments = db.session.scalars(select(Event.at).where(Event.record_id == theme.id).order_by(Event.seq)).all()
        assert moments == sorted(moments), theme.title
        assert (NOW - timedelta(days=730)).isoformat() < moments[0] and moments[-1] < NOW.isoformat()


def test_decisions_are_numbered_as_the_steering_group_met(app):
    found = db.session.scalars(select(Decision).order_by(Decision.id)).all()
    assert [one.decided_on for one in found] == sorted(one.decided_on for one in found)
    assert {one.result for one in found} == {"accepted", "amended", "rejected", "postponed"}
    assert [one.amends_how for one in found if one.amends is not None] == ["amended"]
    assert all(one.decided_on.weekday() < 5 for one in found)


def test_one_theme_stands_still_and_its_task_with_it(app, told):
    person = CheckingClient(told.app)
    person.sign_in(COORDINATOR)
    links = person.get("/themes?as=list&stalled=yes").select("main a[href^='/records/TH-']")
    (reference,) = {str(one["href"]).split("/")[2] for one in links}
    (theme,) = [one for one in themes() if one.reference == reference]
    waiting = select(Task.title).where(Task.record_id == theme.id, Task.done_at.is_(None))
    assert theme.state == "direktloesung" and len(db.session.scalars(waiting).all()) == 1


def test_reports_end_with_their_theme(app):
    ended = [one for one in themes() if one.state in ("abgeschlossen", "abgelehnt", "keine_huerde")]
    for theme in ended:
        joined = select(RecordLink.from_id).where(RecordLink.to_id == theme.id, RecordLink.cases.is_not(None))
        reports = db.session.scalars(select(Record).where(Record.id.in_(joined))).all()
        assert len(reports) >= 3
        assert {one.state for one in reports} == {"abgeschlossen"}, theme.title


def test_the_coordination_judged_some_reports(app):
    assert set(db.session.scalars(select(SimilarityVerdict.similar))) == {True, False}


def test_mails_about_themes_go_to_those_who_work_on_them(app):
    rows = db.session.execute(select(OutboxMessage.kind, Delivery.address).join(Delivery)).all()
    inside = [(kind, address) for kind, address in rows if kind.startswith(INSIDE)]
    assert {kind.partition(".")[0] + "." for kind, _ in inside} == set(INSIDE)
    assert {address for _, address in inside} <= STAFF
    told = {address for kind, address in rows if kind == "solutions.news"}
    assert told and not told & STAFF


def test_in_public_only_what_is_public(app, told):
    shown = db.session.scalars(select(Publication).order_by(Publication.id)).all()
    withdrawn = [one for one in shown if one.withdrawn_at is not None]
    kinds = [one.kind for one in shown if one.withdrawn_at is None and one.kind != "theme"]
    assert len(kinds) >= 4 and len(withdrawn) == 1
    assert any(one.number == 2 for one in shown), "one was corrected"
    slugs = [(one.slug, one.title, one.withdrawn_at is None) for one in shown]
    visitor = CheckingClient(told.app)
    listed = visitor.get("/solutions").get_text(" ")
    assert not REFERENCE.search(listed) and withdrawn[0].title not in listed
    assert "Kein Monat ohne Geld" not in listed, "that one waits for approval"
    for slug, title, public in slugs:
        page = visitor.get(f"/solutions/{slug}", status=200 if public else 410).get_text(" ")
        assert not REFERENCE.search(page), slug
        assert public or title not in visitor.get("/solutions").get_text(" ")


@pytest.mark.parametrize("path", ["/themes", "/decisions"])
def test_the_pages_of_the_coordination_show_it(told, path):
    person = CheckingClient(told.app)
    person.sign_in(COORDINATOR)
    assert person.get(path).select("main a[href*='/records/'], main a[href*='/decisions/']")


def test_enough_reports_wait_in_groups_of_their_own(app):
    settings = app.config["SETTINGS"]
    profile = read_profile(profile_folder("rhein_sieg"))
    joined = demo.joining(settings)
    waiting: dict[str, int] = {}
    for number, report in enumerate(profile.reports):
        if report["cluster"] and number not in joined:
            waiting[report["cluster"]] = waiting.get(report["cluster"], 0) + 1
    assert len([one for one in waiting.values() if one >= 3]) >= 5


def test_a_finished_demonstration_is_left_alone(app, told):
    settings = app.config["SETTINGS"]
    demo.finish(settings, NOW, demo.stage(settings, NOW))
    assert demo.stories(settings, NOW) is None
    assert not (told.data / demo.MARK).exists()
