"""Decision 1 sets up a working group as a body with mandate and seats; revoked, the body ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Body, Task
from kimforms.services.audit import Tag
from kimforms.services.bodies import from_decision
from kimforms.services.decision_checks import Verdict
from kimforms.services.decisions import change_decision
from kimforms.services.numbering import prefix_of
from kimforms.services.queries.history_words import TELLERS
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.bodies import body_in, places, told
from ..support.chain import BODY, PAPER, STEERING, decide, decision, gathered, joined_with, proposed, reconstruct
from ..support.databases import NOW
from ..support.records import OFFICE, actor, stored, tags

pytestmark = pytest.mark.usefixtures("app")
TODAY = NOW.date()


def decided(**paper: object) -> tuple[str, str, str]:
    """A theme with decision 1; references of theme, decision, and working group."""
    theme = gathered()
    reconstruct(theme, STEERING)
    taken = decide(proposed(theme, PAPER | paper))
    return theme, taken, joined_with(theme, "working_group")[-1]


def group_of(reference: str) -> Body:
    db.session.rollback()
    record = stored(reference)
    return db.session.scalars(select(Body).where(Body.record_id == record.id)).one()


def test_decision_1_makes_a_body_of_the_working_group() -> None:
    _theme, taken, reference = decided(pag_frist="2027-06-30")
    body = group_of(reference)
    assert (body.formality, body.origin, body.active, body.ends_on) == ("working", "decision", True, None)
    assert body.mandate == stored(reference).answers["mandate"] == "Einen gemeinsamen Weg zum Termin entwerfen."
    assert body.set_up_by_id == body_in(db.session(), BODY).id
    assert (body.data["decision"], body.data["deadline"]) == (taken, "2027-06-30")
    assert [one.seat.organisation for one in places(body.slug, TODAY)] == ["jobcenter", "caritas"]
    assert all(one.person is None and one.right == "voting" for one in places(body.slug, TODAY))
    assert body.agenda[0]["title"].startswith("Begrüßung")
    assert prefix_of(body) == "PAG1"


def test_the_history_of_the_working_group_tells_of_its_body() -> None:
    _theme, taken, reference = decided()
    assert tags(reference)[-3:] == ["body:create", "seat:add", "seat:add"]
    assert told(Tag.BODY_CREATE)[-1]["decision"] == taken
    assert {Tag.BODY_CREATE.text, Tag.SEAT_ADD.text, Tag.BODY_END.text} <= TELLERS.keys()


def test_only_an_agreed_decision_1_makes_a_body() -> None:
    for result in ("rejected", "postponed"):
        theme = gathered()
        reconstruct(theme, STEERING)
        decide(proposed(theme), result)
    assert db.session.scalars(select(Body).where(Body.origin == "decision")).all() == []


def test_two_working_groups_do_not_share_name_address_or_prefix() -> None:
    first, second = group_of(decided()[2]), group_of(decided()[2])
    first = group_of(stored_reference(first))
    assert first.name != second.name
    assert first.slug != second.slug
    assert {prefix_of(first), prefix_of(second)} == {"PAG1", "PAG2"}


def test_setting_up_again_gives_the_same_body() -> None:
    _theme, taken, reference = decided()
    before = group_of(reference).id
    with unit_of_work() as session:
        record, office = stored(reference), actor(session, OFFICE)
        again = from_decision.set_up_working_group(session, office, NOW, decision=decision(taken), record=record)
        assert again.id == before
    assert len(places(group_of(reference).slug, TODAY)) == 2


def test_a_revoked_decision_ends_the_body_and_its_meetings_become_a_task() -> None:
    _theme, taken, reference = decided()
    slug = group_of(reference).slug
    meetings.meeting(slug, items=0)
    with unit_of_work() as session:
        verdict = Verdict(TODAY, BODY, "accepted", wording="Der Beschluss wird aufgehoben.")
        later = change_decision(
            session, actor(session, OFFICE), NOW, decision=decision(taken), verdict=verdict, how="revoked"
        ).reference
    body = group_of(reference)
    assert body.ends_on == TODAY
    assert len(places(slug, TODAY)) == 2
    assert places(slug, TODAY + timedelta(days=1)) == []
    assert told(Tag.BODY_END)[-1]["reason"] == f"{taken} ist durch {later} aufgehoben"
    titles = db.session.scalars(select(Task.title).where(Task.record_id == stored(reference).id)).all()
    assert [one for one in titles if one.startswith("Sitzungen von")]


def test_an_amended_decision_leaves_the_body_alone() -> None:
    _theme, taken, reference = decided()
    with unit_of_work() as session:
        verdict = Verdict(TODAY, BODY, "accepted", wording="Anderer Wortlaut.")
        change_decision(session, actor(session, OFFICE), NOW, decision=decision(taken), verdict=verdict, how="amended")
    assert group_of(reference).ends_on is None


def stored_reference(body: Body) -> str:
    """The reference of the record of a body."""
    return body.slug.upper()
