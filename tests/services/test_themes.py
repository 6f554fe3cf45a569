"""Themes: opened from reports, which come, go and move; cases are counted, not reports; nothing is done by halves."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Event, Record
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import definition_of
from kimforms.services.records import editing, linking
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StaleVersion
from kimforms.services.themes import counting, grouping, opening
from kimforms.services.themes.reports import Chosen, GroupedMeanwhile
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.queries import statements_of
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    last_payload,
    mails,
    report,
    stored,
    tags,
    take,
    user,
    work,
)
from ..support.themes import add, cases_of, crowd, crowded, joined, link_of, opened, recorded


def themes() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Record).where(Record.reference.like("TH-%"))) or 0


def test_a_theme_from_three_reports(app):
    reports = [recorded(fallzahl="3-5"), recorded(fallzahl="1"), recorded(fallzahl="unbekannt")]
    reference = opened(*reports, title="Kein Termin", summary="Monatelang kein Termin.")
    theme = stored(reference)
    assert theme.title == "Kein Termin" and theme.answers["summary"] == "Monatelang kein Termin."
    assert theme.assignee_id == user(db.session, COORDINATOR).id
    assert cases_of(reference) == dict(zip(sorted(reports), [3, 1, 1], strict=True))
    assert theme.case_count == theme.answers["faelle"] == 5
    assert {stored(one).state for one in reports} == {"gebuendelt"}
    assert last_payload(reference, "theme:gather") == {"reports": reports, "other": None}
    assert last_payload(reports[0], "record:link") == {"other": reference, "kind": "theme"}
    assert tags(reports[0])[-1] == "record:transition"


def test_from_three_cases_on_the_reconstruction_falls_due(app):
    reference = opened(recorded(fallzahl="2"))
    assert "task:create" not in tags(reference)
    add(reference, recorded(fallzahl="1"))
    payload = last_payload(reference, "task:create")
    assert payload["assignee"] == user(db.session, COORDINATOR).id and payload["due_on"] > NOW.date().isoformat()
    add(reference, recorded(fallzahl="6-10"))
    assert tags(reference).count("task:create") == 1, "once"


def test_an_empty_theme_and_one_with_stated_cases(app):
    assert stored(opened()).answers.get("faelle") in (0, None)
    first, second = recorded(fallzahl="3-5"), recorded(fallzahl="3-5")
    reference = opened(first, Chosen(second, 0, f"derselbe Fall wie {first}"))
    assert cases_of(reference) == {first: 3, second: 0} and stored(reference).case_count == 3
    link = link_of(db.session, reference, second)
    assert link.stated and link.note == f"derselbe Fall wie {first}"
    assert not link_of(db.session, reference, first).stated, "the form's answer, as proposed"


def test_the_same_form_twice_opens_one_theme(app):
    one = recorded()
    first, again = opened(one, key="same"), opened(one, key="same")
    assert first == again and themes() == 1
    assert tags(first).count("theme:gather") == 1
    assert opened(key="same", by=SECOND) != first, "a key is a person's own"


@pytest.mark.parametrize("email", [OFFICE, ADVISER, ELSEWHERE])
def test_only_coordinators_of_the_county(app, email):
    one, reference = recorded(), opened()
    with pytest.raises(NotPermitted):
        opened(one, by=email)
    with pytest.raises(NotPermitted):
        add(reference, one, by=email)
    assert themes() == 1 and cases_of(reference) == {}


def test_a_title_is_needed_and_nothing_is_left_behind(app):
    before = db.session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(InputRefused) as refused:
        opened("IH-2026-9999", title=" ")
    assert "title" in refused.value.errors
    with pytest.raises(InputRefused, match="prüfen") as refused:
        opened("IH-2026-9999")
    assert "IH-2026-9999" in refused.value.errors["reference"]
    assert themes() == 0 and db.session.scalar(select(func.count()).select_from(Event)) == before


@pytest.mark.parametrize(
    ("cases", "note", "field"),
    [(-1, "", "cases"), (10_001, "", "cases"), (0, "", "note"), (2, "x" * 301, "note"), (None, "", "cases")],
)
def test_numbers_that_do_not_fit_are_refused(app, cases, note, field):
    one = recorded()
    reference = opened(one)
    with pytest.raises(InputRefused) as refused, work(COORDINATOR, reference) as (session, person, theme):
        counting.state_cases(
            session, person, NOW, theme=theme, link=link_of(session, reference, one), cases=cases, note=note
        )
    assert set(refused.value.errors) == {field}
    assert cases_of(reference) == {one: 3}


def test_the_coordination_states_the_number(app):
    one, other = recorded(), recorded()
    reference = opened(one, other)
    assert stored(reference).case_count == 6
    for changed in (True, False):
        with work(COORDINATOR, reference) as (session, person, theme):
            link = link_of(session, reference, other)
            done = counting.state_cases(
                session, person, NOW, theme=theme, link=link, cases=0, note=f" derselbe  Fall wie {one}"
            )
            assert done is changed
    assert stored(reference).case_count == 3
    payload = last_payload(reference, "theme:cases")
    assert payload == {"other": other, "old": 3, "new": 0, "note": f"derselbe Fall wie {one}"}
    assert tags(reference).count("theme:cases") == 1


def test_a_stale_page_changes_nothing(app):
    one, other = recorded(), recorded()
    reference = opened(one)
    seen = stored(reference).row_version
    add(reference, other, row_version=seen)
    with pytest.raises(StaleVersion):
        add(reference, recorded(), row_version=seen)
    with pytest.raises(StaleVersion), work(COORDINATOR, reference) as (session, person, theme):
        grouping.remove_report(
            session, person, NOW, theme=theme, link=link_of(session, reference, one), row_version=seen
        )
    assert set(cases_of(reference)) == {one, other}


def test_two_coordinators_group_the_same_reports(app):
    one, other = recorded(), recorded()
    shown = {one: frozenset[str](), other: frozenset[str]()}
    first = opened(one, other, seen=shown)
    with pytest.raises(GroupedMeanwhile) as refused:
        opened(one, other, by=SECOND, seen=shown)
    assert f"{one} gehört inzwischen auch zu {first}." in refused.value.sentence
    assert refused.value.found == ((one, first), (other, first)) and themes() == 1
    second = opened(one, other, by=SECOND, seen={one: frozenset({first}), other: frozenset({first})})
    assert set(cases_of(first)) == set(cases_of(second)) == {one, other}, "who decides so may"
    third = opened()
    with pytest.raises(GroupedMeanwhile):
        add(third, one, seen={one: frozenset({first})})


def test_a_report_in_two_themes_counts_in_both(app):
    one = recorded()
    first, second = opened(one), opened(Chosen(one, 2, "nur die beiden aus Siegburg"))
    assert stored(first).case_count == 3 and stored(second).case_count == 2
    with work(COORDINATOR, first) as (session, person, theme):
        back = grouping.remove_report(session, person, NOW, theme=theme, link=link_of(session, first, one))
    assert not back and stored(one).state == "gebuendelt", "it belongs to the other one"
    assert stored(first).case_count == 0
    with work(COORDINATOR, second) as (session, person, theme):
        assert grouping.remove_report(session, person, NOW, theme=theme, link=link_of(session, second, one))
    assert stored(one).state == "erfasst"
    assert last_payload(second, "theme:release") == {"reports": [one], "other": None}


def test_a_report_in_two_themes_that_end_differently(app):
    one = recorded()
    first, second = opened(one, title="Endet ohne Hürde"), opened(one, title="Geht weiter")
    with unit_of_work() as session:
        ended = session.scalars(select(Record).where(Record.reference == first)).one()
        ended.state, ended.open, ended.closed_at = "keine_huerde", False, NOW
    with pytest.raises(InputRefused) as refused:
        add(first, recorded())
    assert "nimmt keine Meldungen mehr auf" in refused.value.errors["reference"]
    assert stored(one).state == "gebuendelt" and stored(second).case_count == 3
    third = opened(one, seen={one: frozenset({second})})
    assert cases_of(third) == {one: 3}, "a theme that has ended is nobody's rival"
    with work(COORDINATOR, second) as (session, person, theme):
        link = link_of(session, second, one)
        assert not grouping.remove_report(session, person, NOW, theme=theme, link=link)
    assert stored(one).state == "gebuendelt"


def test_moving_a_report_takes_its_cases_along(app):
    one, other = recorded(), recorded()
    first, second = opened(Chosen(one, 4, "nachgefragt"), other), opened(Chosen(other, 7, "alle"))

    def move(reference):
        with work(COORDINATOR, first) as (session, person, theme):
            target = session.scalars(select(Record).where(Record.reference == second)).one()
            grouping.move_report(
                session, person, NOW, theme=theme, link=link_of(session, first, reference), target=target
            )

    move(one)
    move(other)
    assert cases_of(first) == {} and cases_of(second) == {one: 4, other: 7}, "the larger number of a double stays"
    link = link_of(db.session, second, one)
    assert link.stated and link.note == "nachgefragt"
    assert stored(first).case_count == 0 and stored(second).case_count == 11
    assert last_payload(first, "theme:release") == {"reports": [other], "other": second}
    assert last_payload(second, "theme:gather") == {"reports": [other], "other": first}
    assert stored(one).state == "gebuendelt"


def test_what_is_no_report_of_this_theme_is_not_found(app):
    one = recorded()
    first, second = opened(one), opened()
    with work(COORDINATOR, second) as (session, person, theme):
        link = link_of(session, first, one)
        with pytest.raises(NotVisible):
            grouping.remove_report(session, person, NOW, theme=theme, link=link)
        with pytest.raises(NotVisible):
            counting.state_cases(session, person, NOW, theme=theme, link=link, cases=1)
    with pytest.raises(NotVisible), work(COORDINATOR, one) as (session, person, record):
        grouping.add_reports(session, person, NOW, theme=record, reports=[Chosen(one)])
    with pytest.raises(InputRefused, match="prüfen") as refused:
        add(second, first)
    assert "nur Meldungen" in refused.value.errors["reference"]


def test_withdrawn_reports_do_not_count(app):
    one, other = recorded(), recorded(by=ADVISER)
    reference = opened(one, other)
    assert stored(reference).case_count == 6
    take(ADVISER, other, "zurueckziehen", {"reason": "Hat sich erledigt."})
    assert stored(reference).case_count == 3 and set(cases_of(reference)) == {one, other}
    event = db.session.scalars(
        select(Event)
        .where(Event.record_id == stored(reference).id, Event.tag == "record:change")
        .order_by(Event.seq.desc())
    ).first()
    assert event.actor_kind == "system" and event.actor_id is None, "who withdrew is not named in the theme"
    with pytest.raises(InputRefused):
        opened(other)
    take(ADVISER, other, "wieder_aufnehmen")
    assert stored(reference).case_count == 6


def test_a_corrected_report_counts_anew_unless_a_number_was_stated(app):
    one = recorded(fallzahl="1")
    first, second = opened(one), opened(Chosen(one, 5, "nachgefragt"))
    take(COORDINATOR, one, "zurueck")
    with work(COORDINATOR, one) as (session, person, record):
        raw = editing.raw_of(definition_of(record.version), record.answers) | {"fallzahl": "6-10"}
        editing.change_answers(
            session, person, NOW, record=record, raw=raw, row_version=None, catalogues=catalogues(session)
        )
    assert (stored(first).case_count, stored(second).case_count) == (6, 5)


def test_a_link_from_the_page_of_a_record_counts_as_well(app):
    one, reference = recorded(), opened()
    with work(COORDINATOR, reference) as (session, person, theme):
        other = session.scalars(select(Record).where(Record.reference == one)).one()
        link = linking.link_records(session, person, NOW, record=theme, other=other, kind="theme")
        assert (link.from_record, link.to_record) == (other, theme), "from the report to the theme, whoever asks"
    assert stored(reference).case_count == 3
    with work(COORDINATOR, one) as (session, person, record):
        linking.unlink_records(session, person, NOW, link=link_of(session, reference, one), record=record)
    assert stored(reference).case_count == 0 and joined(db.session, reference, one) is None


def test_a_report_that_was_not_recorded_yet_is_linked_and_waits(app):
    one = report()
    reference = opened()
    gathered = add(reference, one, one)
    assert (gathered.taken, gathered.known, gathered.waiting) == ((one,), (), (one,))
    assert stored(one).state == "gemeldet" and stored(reference).case_count == 3
    assert add(reference, one).known == (one,)


def test_each_reporter_is_told_once(app):
    one, other = recorded(by=None), recorded(by=ADVISER, contact=False)
    before = len(mails())
    first = opened(one, other)
    opened(one)
    new = [kind for kind, _address in mails()[before:] if kind == "hurdle_report.new_state"]
    assert len(new) == 1, "who left no contact is not written to"
    assert first


def test_splitting_a_theme(app):
    reports = [recorded(), recorded(), recorded()]
    reference = opened(Chosen(reports[0], 4, "nachgefragt"), *reports[1:])
    with work(COORDINATOR, reference) as (session, person, theme):
        parted = opening.split(
            session, person, NOW, theme=theme, reports=reports[:1], title="Nur Siegburg", submission_key="split"
        ).theme.reference
    assert cases_of(parted) == {reports[0]: 4} and set(cases_of(reference)) == {*reports[1:], parted}
    assert stored(parted).case_count == 4 and stored(reference).case_count == 6
    link = joined(db.session, reference, parted)
    assert link is not None and link.kind == "split" and link.cases is None
    assert stored(reports[0]).state == "gebuendelt"
    for chosen, words in ((reports[1:], "mindestens eine"), ([], "mindestens eine"), ([reports[0]], "gehört nicht")):
        with pytest.raises(InputRefused) as refused, work(COORDINATOR, reference) as (session, person, theme):
            opening.split(session, person, NOW, theme=theme, reports=chosen, title="Noch eins", submission_key=words)
        assert words in refused.value.errors["reports"]
    with pytest.raises(StaleVersion), work(COORDINATOR, reference) as (session, person, theme):
        opening.split(
            session, person, NOW, theme=theme, reports=reports[1:2], title="x", submission_key="y", row_version=1
        )
    assert themes() == 2, "what was refused left no theme behind"


def test_five_thousand_reports_on_one_theme(app):
    """Grouped already, so that no step has to be taken: then the number of statements hardly grows."""
    names = crowd(5000)
    with unit_of_work() as session:
        session.query(Record).filter(Record.reference.in_(names)).update({"state": "gebuendelt", "open": True})
    reference = opened()
    with statements_of(app) as few:
        add(reference, *names[:10])
    with statements_of(app) as many:
        add(reference, *names)
    assert len(many) < len(few) + 60, "a statement for each 500 or so, none for each report"
    theme = stored(reference)
    assert len(cases_of(reference)) == 5000 and theme.case_count >= 5000
    assert tags(reference).count("theme:gather") == 2


def test_counting_takes_one_statement(app):
    reference = opened()
    crowded(reference, 300)
    db.session.rollback()
    theme = stored(reference)
    with statements_of(app) as sent:
        assert counting.count_cases(db.session, theme.id) <= 300
    assert len(sent) <= 2


def test_what_was_done_bears_its_own_time(app):
    one, reference, later = recorded(), opened(), NOW + timedelta(days=3)
    add(reference, one, now=later)
    assert stored(reference).changed_at == later
