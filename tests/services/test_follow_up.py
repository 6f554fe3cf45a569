"""Following up decisions: notes on the state, measures, the control list with what is overdue first, and its files."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Body, CatalogueEntry, Decision, Task
from kimforms.services import decisions, follow_up
from kimforms.services.decision_checks import About, Verdict
from kimforms.services.follow_up_export import table
from kimforms.services.meetings import tasks as meeting_tasks
from kimforms.services.queries import follow_up as queries
from kimforms.services.refusals import InputRefused, NotPermitted, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings as house
from ..support.databases import NOW
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, OFFICE, actor

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def body(app):
    house.body()


def decided(title="Kurse mit Kinderbetreuung", result="accepted"):
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == house.SLUG)).one()
        verdict = Verdict(decided_on=TODAY, body=body.slug, result=result, wording="So wird es gemacht.")
        office = actor(session, OFFICE)
        return decisions.note_decision(
            session, office, NOW, body=body, title=title, verdict=verdict, about=About()
        ).reference


def note(reference, state, by=OFFICE, **options):
    with unit_of_work() as session:
        decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        return follow_up.note_state(session, actor(session, by), NOW, decision=decision, state=state, **options)


def task(reference, title, due, *, progress=0):
    with unit_of_work() as session:
        decision = session.scalars(select(Decision).where(Decision.reference == reference)).one() if reference else None
        made = Task(
            controller_id=1, title=title, created_at=NOW, due_on=due, progress=progress,
            owner=house.named(session, "Caritas"), body=session.scalars(select(Body).where(Body.slug == house.SLUG)).one(),
            decision_id=decision.id if decision else None,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


def control(by=OFFICE, **filters):
    db.session.rollback()
    return queries.control(db.session(), actor(db.session(), by), queries.Filters(body=house.SLUG, **filters), TODAY)


def test_the_state_is_noted_once_and_every_note_stays():
    reference = decided()
    assert note(reference, "running", note="Begonnen") is not None
    assert note(reference, "running", note="Begonnen") is None
    note(reference, "done")
    assert control().lines == []
    (line,) = control(state="done").lines
    assert (line.state, line.decision.reference) == ("done", reference)


@pytest.mark.parametrize("person", [ADVISER, house.MEMBER, ELSEWHERE])
def test_others_note_nothing(person):
    reference = decided()
    with pytest.raises(NotPermitted):
        note(reference, "done", by=person)


@pytest.mark.parametrize(
    ("state", "options", "field"),
    [
        ("x", {}, "state"),
        ("stopped", {}, "note"),
        ("overtaken", {"note": " "}, "note"),
        ("done", {"note": "x" * 2001}, "note"),
    ],
)
def test_a_note_that_says_nothing_is_refused(state, options, field):
    reference = decided()
    with pytest.raises(InputRefused) as refused:
        note(reference, state, **options)
    assert list(refused.value.errors) == [field]


def test_what_was_rejected_is_not_carried_out():
    reference = decided(result="rejected")
    with pytest.raises(StepRefused):
        note(reference, "done")
    assert control(state="all").lines == []


def test_a_measure_of_the_concept_is_chosen_from_the_list():
    reference = decided()
    with unit_of_work() as session:
        slug = session.scalars(select(CatalogueEntry.slug).where(CatalogueEntry.kind == "measure").limit(1)).one()
    for wanted, changed in ((slug, True), (slug, False), ("", True)):
        with unit_of_work() as session:
            decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
            office = actor(session, OFFICE)
            assert follow_up.link_measure(session, office, NOW, decision=decision, measure=wanted) is changed
    with pytest.raises(InputRefused), unit_of_work() as session:
        decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        follow_up.link_measure(session, actor(session, OFFICE), NOW, decision=decision, measure="no-such")


def test_what_is_overdue_stands_on_top_and_the_tasks_propose_a_state():
    late, later, bare = decided("Spät"), decided("Später"), decided("Ohne Aufgabe")
    task(late, "Liefern", TODAY - timedelta(days=2))
    begun = task(later, "Beginnen", TODAY + timedelta(days=2), progress=30)
    found = control()
    assert [line.decision.reference for line in found.lines] == [late, later, bare]
    assert [(line.due, line.overdue, line.proposal) for line in found.lines] == [
        ("seit 2 Tagen überfällig", True, ""),
        ("in 2 Tagen", False, "running"),
        ("", False, ""),
    ]
    with unit_of_work() as session:
        office = actor(session, OFFICE)
        meeting_tasks.note_progress(session, office, NOW, task=session.get_one(Task, begun), percent=100, note="")
    assert {line.proposal for line in control().lines if line.decision.reference == later} == {"done"}
    body = db.session.scalars(select(Body).where(Body.slug == house.SLUG)).one()
    assert len(queries.control_of(db.session(), body, TODAY)) == 3


def test_tasks_without_a_decision_stand_below_and_other_controllers_see_nothing():
    task(None, "Raum suchen", date(2026, 12, 1))
    assert [one.title for one in control().loose] == ["Raum suchen"]
    assert control(COORDINATOR).loose
    decided()
    assert control(ELSEWHERE) == queries.Control([], [])


def test_the_number_of_queries_does_not_grow(app):
    counts = []
    for _round in range(2):
        reference = decided()
        for number in range(3):
            task(reference, f"Aufgabe {number}", TODAY)
        who = actor(db.session(), OFFICE)
        with statements_of(app) as sent:
            queries.control(db.session(), who, queries.Filters(), TODAY)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 3


def test_no_cell_of_the_files_is_a_formula():
    task(decided('=HYPERLINK("http://evil")'), "+1+1", TODAY)
    found = control()
    content, count = table(found, "csv")
    assert count == 1 and "'=HYPERLINK" in content.decode("utf-8-sig") and "'+1+1" in content.decode("utf-8-sig")
    book = load_workbook(BytesIO(table(found, "xlsx")[0]))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
