"""The agenda: points in and out and in order, papers offered by one click, approval, motions of members, what is carried over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.models import AgendaProposal, Meeting, Record
from kimforms.services import processes
from kimforms.services.bodies.access import Standing
from kimforms.services.catalogues import catalogues
from kimforms.services.meetings import agenda, approval, offers, planning, proposals, standing_items
from kimforms.services.meetings.agenda import Point
from kimforms.services.queries import agenda as queries
from kimforms.services.records.creating import begin_record
from kimforms.services.refusals import InputRefused, NotPermitted, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.databases import NOW
from ..support.meetings import BEGINS, MANAGER, MEMBER, at_work, found
from ..support.records import OFFICE, actor, mails, stored, tags, theme

pytestmark = pytest.mark.usefixtures("app")


def labels(reference: str, standing: Standing = Standing.WORK) -> list[str]:
    with at_work(reference) as (session, _actor, meeting):
        return [f"{label} {item.title}" for label, item in queries.agenda_of(session, meeting, standing)]


def move(reference: str, title: str, *ways: str) -> None:
    for way in ways:
        with at_work(reference) as (session, person, meeting):
            item = next(one for _label, one in queries.agenda_of(session, meeting) if one.title == title)
            agenda.move_item(session, person, NOW, item=item, way=way)


def planned(slug: str = meetings.SLUG, **values: object) -> str:
    return meetings.meeting(slug, **values)  # type: ignore[arg-type]


def test_points_move_up_down_in_and_out() -> None:
    meetings.body()
    reference = planned()
    move(reference, "Punkt 3", "up")
    assert labels(reference) == ["1 Punkt 1", "2 Punkt 3", "3 Punkt 2"]
    move(reference, "Punkt 3", "in")
    assert labels(reference) == ["1 Punkt 1", "1.1 Punkt 3", "2 Punkt 2"]
    move(reference, "Punkt 2", "in")
    assert labels(reference) == ["1 Punkt 1", "1.1 Punkt 3", "1.2 Punkt 2"]
    move(reference, "Punkt 2", "up", "out")
    assert labels(reference) == ["1 Punkt 1", "1.1 Punkt 3", "2 Punkt 2"]
    move(reference, "Punkt 1", "up", "in", "out")  # nowhere to go: nothing changes
    assert labels(reference) == ["1 Punkt 1", "1.1 Punkt 3", "2 Punkt 2"]


def test_a_new_point_stands_before_the_miscellaneous() -> None:
    meetings.body()
    reference = planned(items=0)
    for point in (Point("Verschiedenes", "miscellaneous"), Point("Bericht", "report"), Point("Wahl", "decision")):
        with at_work(reference) as (session, person, meeting):
            agenda.add_item(session, person, NOW, meeting=meeting, point=point)
    assert labels(reference) == ["1 Bericht", "2 Wahl", "3 Verschiedenes"]


@pytest.mark.parametrize(
    ("point", "field"),
    [
        (Point("  "), "title"), (Point("x" * 301), "title"), (Point("a\x00"), "title"), (Point("a", "feier"), "kind"),
        (Point("a", minutes=0), "minutes"), (Point("a", minutes=-1), "minutes"), (Point("a", minutes=601), "minutes"),
        (Point("a", motion="x" * 10_001), "motion"),
    ],
)  # fmt: skip
def test_what_is_no_point(point: Point, field: str) -> None:
    meetings.body()
    reference = planned()
    with at_work(reference) as (session, person, meeting), pytest.raises(InputRefused) as refused:
        agenda.add_item(session, person, NOW, meeting=meeting, point=point)
    assert field in refused.value.errors


def test_times_run_until_a_point_without_a_time() -> None:
    meetings.body()
    reference = planned(items=0, hours=1)
    for point in (Point("A", minutes=30), Point("B", minutes=40), Point("C"), Point("D", minutes=5)):
        with at_work(reference) as (session, person, meeting):
            agenda.add_item(session, person, NOW, meeting=meeting, point=point)
    with at_work(reference) as (session, _actor, meeting):
        lines, budget = queries.lines_of(session, meeting)
        assert [line.begins and (line.begins - BEGINS).seconds // 60 for line in lines] == [0, 30, 70, None]
        assert (budget.planned, budget.available, budget.exceeded, budget.open) == (75, 60, 15, 1)


def test_after_dispatch_points_are_late_and_dropped_ones_keep_their_number() -> None:
    meetings.body()
    reference = planned()
    with at_work(reference) as (_session, _actor, meeting):
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW
    with at_work(reference) as (session, person, meeting):
        assert agenda.add_item(session, person, NOW, meeting=meeting, point=Point("Dringend")).late
        agenda.remove_item(session, person, NOW, item=agenda.top_items(session, meeting)[0], note="erledigt")
    assert labels(reference) == ["1 Punkt 1", "2 Punkt 2", "3 Punkt 3", "4 Dringend"]
    with at_work(reference) as (session, _actor, meeting):
        assert agenda.top_items(session, meeting)[0].state == "dropped"


def test_guests_see_nothing_confidential_and_the_true_numbers() -> None:
    meetings.body()
    reference = planned()
    move(reference, "Punkt 2", "in")
    with at_work(reference) as (session, person, meeting):
        first = agenda.top_items(session, meeting)[0]
        agenda.change_item(session, person, NOW, item=first, point=Point("Personal", confidential=True))
    assert labels(reference, Standing.GUEST) == ["2 Punkt 3"]
    assert labels(reference, Standing.MEMBER) == ["1 Personal", "1.1 Punkt 2", "2 Punkt 3"]


def test_only_the_managing_director_approves_and_a_change_takes_it_back() -> None:
    meetings.body()
    reference = planned()
    with at_work(reference) as (session, person, meeting):
        assert approval.ask_for_approval(session, person, NOW, meeting=meeting) == 1
    assert mails("agenda_approval") == [("agenda_approval", MANAGER)]
    with at_work(reference) as (session, person, meeting), pytest.raises(NotPermitted):
        assert approval.asked_at(session, meeting) == NOW
        approval.approve_agenda(session, person, NOW, meeting=meeting)
    with at_work(reference, MANAGER) as (session, person, meeting):
        approval.approve_agenda(session, person, NOW, meeting=meeting)
    assert (found(reference).record.state, found(reference).agenda_approved_at) == ("freigegeben", NOW)
    with at_work(reference, MANAGER) as (session, person, meeting), pytest.raises(StepRefused):
        approval.approve_agenda(session, person, NOW, meeting=meeting)
    with at_work(reference) as (session, person, meeting):
        agenda.add_item(session, person, NOW, meeting=meeting, point=Point("Noch etwas"))
    assert (found(reference).record.state, found(reference).agenda_approved_at) == ("geplant", None)
    assert tags(reference)[-2:] == ["agenda:change", "record:transition"]
    with at_work(reference) as (session, _person, meeting):
        assert approval.asked_at(session, meeting) is None, "what was approved before has to be asked for anew"


def test_an_agenda_is_given_back_with_a_comment_that_the_planner_gets() -> None:
    meetings.body()
    reference = planned()
    with at_work(reference, MANAGER) as (session, person, meeting), pytest.raises(InputRefused):
        approval.return_agenda(session, person, NOW, meeting=meeting, comment=" ")
    with at_work(reference, MANAGER) as (session, person, meeting):
        approval.approve_agenda(session, person, NOW, meeting=meeting)
    with at_work(reference, MANAGER) as (session, person, meeting):
        approval.return_agenda(session, person, NOW, meeting=meeting, comment="Punkt 2 fehlt die Vorlage.")
    assert found(reference).record.state == "geplant"
    assert mails("agenda_returned") == [("agenda_returned", OFFICE)]


def test_a_theme_is_offered_once() -> None:
    meetings.body()
    name, reference, second = theme("Wartezeiten"), planned(), planned(begins=BEGINS + timedelta(days=30))
    with at_work(reference) as (session, person, meeting):
        record = session.scalars(select(Record).where(Record.reference == name)).one()
        assert record in offers.offered(session, person, meeting, NOW.date())
        item = offers.offer(session, person, NOW, meeting=meeting, record=record)
        assert [paper.record_id for paper in queries.papers_of(session, [item])[item.id]] == [record.id]
    with at_work(second) as (session, person, meeting):
        record = session.scalars(select(Record).where(Record.reference == name)).one()
        assert record not in offers.offered(session, person, meeting, NOW.date())
        with pytest.raises(InputRefused):
            offers.offer(session, person, NOW, meeting=meeting, record=record)


def test_a_decision_paper_learns_where_it_stands() -> None:
    meetings.body()
    reference, name = planned(), _paper()
    with at_work(reference) as (session, person, meeting):
        paper = session.scalars(select(Record).where(Record.reference == name)).one()
        item = offers.offer(session, person, NOW, meeting=meeting, record=paper)
        assert (item.kind, item.motion) == ("decision", "Die Lenkungsgruppe stimmt zu.")
    assert (stored(name).answers["sitzung"], stored(name).answers["top"]) == ("19.01.2027 (PG-2027-01)", "4")
    with at_work(reference) as (session, person, meeting):
        item = agenda.top_items(session, meeting)[3]
        agenda.move_item(session, person, NOW, item=item, way="up")
    with at_work(reference, MANAGER) as (session, person, meeting):
        approval.approve_agenda(session, person, NOW, meeting=meeting)
    assert stored(name).answers["top"] == "3"
    with at_work(reference) as (session, person, meeting):
        agenda.remove_item(session, person, NOW, item=agenda.top_items(session, meeting)[2])
    assert "sitzung" not in stored(name).answers
    with at_work(reference) as (session, person, meeting):
        paper = session.scalars(select(Record).where(Record.reference == name)).one()
        assert paper in offers.offered(session, person, meeting, NOW.date())


def test_a_paper_goes_with_its_point_to_the_second_day() -> None:
    meetings.body()
    reference, name = planned(), _paper()
    with at_work(reference) as (session, person, meeting):
        paper = session.scalars(select(Record).where(Record.reference == name)).one()
        item = offers.offer(session, person, NOW, meeting=meeting, record=paper)
        later = planning.Plan(BEGINS + timedelta(days=7), BEGINS + timedelta(days=7, hours=1))
        planning.split_meeting(session, person, NOW, meeting=meeting, plan=later, first_item=item)
    assert (stored(name).answers["sitzung"], stored(name).answers["top"]) == ("26.01.2027 (PG-2027-02)", "1")


def test_members_move_points_and_get_an_answer() -> None:
    meetings.body()
    reference = planned()
    with at_work(reference, MEMBER) as (session, person, meeting):
        made = proposals.propose_item(session, person, NOW, body=meeting.body, meeting=meeting, title="Öffnungszeiten")
        again = proposals.propose_item(session, person, NOW, body=meeting.body, meeting=meeting, title="Öffnungszeiten")
        assert made is again
        assert proposals.verdict_of(session, made, meeting).ok
        late = proposals.propose_item(
            session, person, BEGINS - timedelta(days=3), body=meeting.body, meeting=meeting, title="Zu spät"
        )
        assert not proposals.verdict_of(session, late, meeting).ok
        with pytest.raises(NotPermitted):
            proposals.take_proposal(session, person, NOW, proposal=made, meeting=meeting)
    with at_work(reference) as (session, person, meeting):
        first, second = proposals.open_proposals(session, meeting)
        proposals.take_proposal(session, person, NOW, proposal=first, meeting=meeting)
        with pytest.raises(InputRefused):
            proposals.refuse_proposal(session, person, NOW, proposal=second, meeting=meeting, answer="")
        proposals.refuse_proposal(
            session, person, NOW, proposal=second, meeting=meeting, answer="Bitte zur nächsten Sitzung."
        )
        with pytest.raises(StepRefused):
            proposals.take_proposal(session, person, NOW, proposal=first, meeting=meeting)
    assert labels(reference)[-1] == "4 Öffnungszeiten"
    assert mails("agenda_proposal") == [("agenda_proposal", MEMBER)] * 2
    with at_work(reference) as (session, person, meeting):
        agenda.remove_item(session, person, NOW, item=agenda.top_items(session, meeting)[-1])
        states = session.scalars(select(AgendaProposal.state).order_by(AgendaProposal.id)).all()
        assert states == ["open", "refused"]


def test_strangers_move_nothing() -> None:
    meetings.body()
    meetings.body("working", "werkstatt")
    reference = planned()
    with at_work(reference, "vorsitz@rsk.example") as (session, person, meeting):
        proposals.propose_item(session, person, NOW, body=meeting.body, meeting=meeting, title="Vom Vorsitz")
    with at_work(reference) as (session, _person, meeting), pytest.raises(NotPermitted):
        adviser = actor(session, "beratung@caritas.example")
        proposals.propose_item(session, adviser, NOW, body=meeting.body, meeting=meeting, title="Fremd")


def test_what_stayed_open_comes_onto_the_next_agenda_once() -> None:
    meetings.body()
    first, second = planned(), planned(begins=BEGINS + timedelta(days=30), items=0)
    with at_work(second) as (session, person, meeting):
        standing_items.put_standing_items(session, person, NOW, meeting)
    with at_work(first) as (session, _person, meeting):
        meeting.record.state, meeting.opened_at = "niederschrift", BEGINS
        agenda.top_items(session, meeting)[0].state = "done"
    for _time in range(2):
        with at_work(first) as (session, person, meeting):
            following = standing_items.carry_to_next(session, person, NOW, meeting)
            assert following is not None
            assert following.record.reference == second
    assert [one.split(" ", 1)[1] for one in labels(second)] == [
        "Niederschrift der letzten Sitzung", "Stand der Umsetzung früherer Beschlüsse", "Punkt 2", "Punkt 3", "Verschiedenes",
    ]  # fmt: skip
    with at_work(second) as (session, _person, meeting):
        minutes = agenda.top_items(session, meeting)[0]
        about = session.get_one(Meeting, minutes.about_minutes_id)
        assert (about.record.reference, minutes.text) == (first, f"Sitzung vom 19.01.2027 ({first})")


def test_a_sub_point_that_was_not_reached_is_carried_by_itself() -> None:
    meetings.body()
    first, second = planned(), planned(begins=BEGINS + timedelta(days=30), items=0)
    move(first, "Punkt 2", "in")
    with at_work(first) as (session, _person, meeting):
        meeting.record.state, meeting.opened_at = "niederschrift", BEGINS
        for _label, item in queries.agenda_of(session, meeting):
            item.state = "postponed" if item.title == "Punkt 2" else "done"
    with at_work(first) as (session, person, meeting):
        standing_items.carry_to_next(session, person, NOW, meeting)
    assert labels(second) == ["1 Punkt 2"]


def test_what_stands_below_an_unfinished_point_goes_with_it() -> None:
    meetings.body()
    first, second = planned(), planned(begins=BEGINS + timedelta(days=30), items=0)
    move(first, "Punkt 2", "in")
    with at_work(first) as (session, person, meeting):
        meeting.record.state, meeting.opened_at = "niederschrift", BEGINS
        standing_items.carry_to_next(session, person, NOW, meeting)
    assert labels(second) == ["1 Punkt 1", "1.1 Punkt 2", "2 Punkt 3"]


def test_exchange_formats_talk_about_their_topics() -> None:
    meetings.body("exchange", "runde")
    with at_work(planned("runde", items=0)) as (session, person, meeting):
        meeting.body.data = {**meeting.body.data, "topics": ["Hürden", "", "Nachrichten des Landes"]}
        standing_items.put_standing_items(session, person, NOW, meeting)
        titles = [item.title for item in agenda.top_items(session, meeting)]
    assert titles == ["Offene Aufgaben", "Hürden", "Nachrichten des Landes", "Verschiedenes"]


def test_the_template_of_the_body_counts() -> None:
    meetings.body(
        agenda=[
            {"kind": "report", "title": "Lage", "minutes": 15},
            {"title": ""},
            "kaputt",
            {"title": "Rest", "kind": "x"},
        ]
    )
    with at_work(planned(items=0)) as (session, person, meeting):
        standing_items.put_standing_items(session, person, NOW, meeting)
        points = [(item.title, item.kind, item.minutes) for item in agenda.top_items(session, meeting)]
    assert points == [("Lage", "report", 15), ("Rest", "discussion", None)]


def _paper() -> str:
    """A decision paper that is proposed for the agenda."""
    with unit_of_work() as session:
        record = begin_record(
            session, actor(session, OFFICE), NOW, version=processes.current_version(session, "decision_paper"),
            answers={"betreff": "Termine", "art": "geschaeftsordnung", "beschlussvorschlag": "Die Lenkungsgruppe stimmt zu."},
            catalogues=catalogues(session),
        )  # fmt: skip
        record.state = "vorgeschlagen"
        return record.reference


def secret_parent(reference: str) -> None:
    """Marks the first point as confidential and puts the second one below it."""
    move(reference, "Punkt 2", "in")
    with at_work(reference) as (session, person, meeting):
        first = queries.agenda_of(session, meeting)[0][1]
        point = Point(first.title, first.kind, first.text, first.motion, confidential=True)
        agenda.change_item(session, person, NOW, item=first, point=point)


def test_what_stood_below_something_confidential_stays_so_when_it_is_moved_or_carried_over() -> None:
    meetings.body()
    reference = planned()
    secret_parent(reference)
    move(reference, "Punkt 2", "out")
    assert labels(reference, Standing.GUEST) == ["3 Punkt 3"]
    move(reference, "Punkt 3", "up", "up", "up", "down", "in")
    assert labels(reference, Standing.GUEST) == []
    move(reference, "Punkt 3", "out")
    assert "Punkt 3" not in " ".join(labels(reference, Standing.GUEST)), "in and out does not publish it"
    following = planned(begins=BEGINS + timedelta(days=60), items=0)
    with at_work(reference) as (session, person, meeting):
        for _label, item in queries.agenda_of(session, meeting):
            item.state = "done" if item.title == "Punkt 1" else "postponed"
        target = session.scalars(select(Meeting).join(Record).where(Record.reference == following)).one()
        standing_items.carry_over(session, person, NOW, meeting, target)
    carried = [line.split(" ", 1)[1] for line in labels(following)]
    assert {"Punkt 2", "Punkt 3"} <= set(carried)
    assert not {"Punkt 2", "Punkt 3"} & {line.split(" ", 1)[1] for line in labels(following, Standing.GUEST)}


def test_a_point_below_a_confidential_one_cannot_be_marked_as_open() -> None:
    meetings.body()
    reference = planned()
    secret_parent(reference)
    with at_work(reference) as (session, person, meeting):
        parent, child = (item for _label, item in queries.agenda_of(session, meeting)[:2])
        agenda.change_item(session, person, NOW, item=child, point=Point("Neu", confidential=False))
        agenda.add_item(session, person, NOW, meeting=meeting, point=Point("Dazu"), parent=parent)
    with at_work(reference) as (session, _person, meeting):
        assert [item.confidential for _label, item in queries.agenda_of(session, meeting)] == [True, True, True, False]
