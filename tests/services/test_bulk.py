"""Deeds on several records: each judged and done by itself, with its reason; stale and foreign ones are refused."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import delete, select

from kimforms.extensions import db
from kimforms.models import Event, Follow, OutboxMessage, Record, User
from kimforms.services import bulk
from kimforms.services.catalogues import catalogues
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.inbox import COLLEAGUE, COORDINATOR, ELSEWHERE, OFFICE, person, record_of, report
from ..support.reports import CONTACT


def german(text: str, _english: str) -> str:
    return text


def english(_german: str, text: str) -> str:
    return text


def user_id(email: str) -> int:
    return db.session.scalars(select(User.id).where(User.email == email)).one()


def shown(*references: str) -> list[tuple[str, int]]:
    return [(one, record_of(one).row_version) for one in references]


def assign(email: str, chosen: list[tuple[str, int]], to: str | None, say: Any = german) -> list[bulk.Outcome]:
    deed = bulk.assigning(person(email), NOW, user_id(to) if to else None, "Katharina Vogt", say)
    return bulk.in_turn(unit_of_work, person(email), chosen, deed, say)


def move(email: str, chosen: list[tuple[str, int]], step: str, say: Any = german) -> list[bulk.Outcome]:
    deed = bulk.moving(person(email), NOW, step, catalogues(db.session()), say)
    return bulk.in_turn(unit_of_work, person(email), chosen, deed, say)


def assigned_by_people() -> int:
    """Without those that came with the submission itself."""
    wanted = select(Event.seq).where(Event.tag == "record:assign", Event.actor_id.is_not(None))
    return len(db.session.scalars(wanted).all())


def forget_mails() -> None:
    with unit_of_work() as session:
        session.execute(delete(Follow))


def test_a_stale_record_is_refused_and_the_others_are_done(app: Flask) -> None:
    first, second, third = report(), report(), report()
    chosen = shown(first, second, third)
    assign(COLLEAGUE, [chosen[1]], COORDINATOR)
    outcomes = assign(COORDINATOR, chosen, COORDINATOR)
    assert [one.done for one in outcomes] == [True, False, True]
    assert "jemand anderes" in outcomes[1].sentence and outcomes[1].title
    assert outcomes[0].sentence == "Zuständig ist jetzt Katharina Vogt."
    assert assigned_by_people() == 3
    assert record_of(first).assignee_id == record_of(third).assignee_id == user_id(COORDINATOR)


def test_who_gets_a_record_follows_it_and_is_told(app: Flask) -> None:
    reference = report()
    forget_mails()
    assign(COLLEAGUE, shown(reference), COORDINATOR)
    record = record_of(reference)
    assert db.session.get(Follow, (record.id, user_id(COORDINATOR))) is not None
    kinds = list(db.session.scalars(select(OutboxMessage.kind).where(OutboxMessage.record_id == record.id)))
    assert [kind for kind in kinds if "assignment" in kind]


def test_assigning_the_same_again_changes_nothing_and_nobody_can_be_chosen(app: Flask) -> None:
    reference = report()
    assert assign(COORDINATOR, shown(reference), COORDINATOR)[0].done
    again = assign(COORDINATOR, shown(reference), COORDINATOR)[0]
    assert again.done and "nichts geändert" in again.sentence and assigned_by_people() == 1
    assert assign(COORDINATOR, shown(reference), None)[0].sentence == "Jetzt ist niemand zuständig."
    assert record_of(reference).assignee_id is None


def test_only_people_who_work_there_can_become_responsible(app: Flask) -> None:
    reference = report()
    for email in (ELSEWHERE, OFFICE, "beratung@caritas.example"):
        outcome = assign(COORDINATOR, shown(reference), email)[0]
        assert not outcome.done and "Wählen Sie eine Person" in outcome.sentence
    assert assigned_by_people() == 0


def test_a_step_moves_those_in_the_right_state_and_says_why_not_for_the_others(app: Flask) -> None:
    first, second = report(**CONTACT), report()
    move(COORDINATOR, shown(second), "erfassen")
    chosen = shown(first, second)
    foreseen = bulk.foresee(
        db.session(), person(COORDINATOR), NOW, chosen=dict(chosen), transition_id="erfassen", say=german
    )
    assert [(one.done, one.sentence) for one in foreseen] == [
        (True, "Stand wird „erfasst“."),
        (False, "Im Stand „erfasst“ ist dieser Schritt nicht möglich."),
    ]
    assert record_of(first).state == "gemeldet"
    outcomes = move(COORDINATOR, chosen, "erfassen")
    assert [one.done for one in outcomes] == [True, False]
    assert record_of(first).state == "erfasst" and "nicht möglich" in outcomes[1].sentence


def test_steps_that_need_a_form_are_not_offered_for_several(app: Flask) -> None:
    reference = report()
    outcome = move(COORDINATOR, shown(reference), "verweisen")[0]
    assert not outcome.done and "mehrere" in outcome.sentence
    assert not move(COORDINATOR, shown(reference), "gibtsnicht")[0].done
    assert record_of(reference).state == "gemeldet"


def test_an_unmet_condition_is_the_reason(app: Flask) -> None:
    reference = report()
    move(COORDINATOR, shown(reference), "erfassen")
    outcome = move(COORDINATOR, shown(reference), "buendeln")[0]
    assert not outcome.done and outcome.sentence and record_of(reference).state == "erfasst"


def test_who_may_not_work_here_changes_nothing(app: Flask) -> None:
    reference = report()
    chosen = shown(reference)
    assert "Berechtigung" in assign(OFFICE, chosen, COORDINATOR)[0].sentence
    foreign = assign(ELSEWHERE, chosen, ELSEWHERE)[0]
    assert not foreign.done and "gibt es nicht" in foreign.sentence and foreign.title == ""
    assert not move(ELSEWHERE, chosen, "erfassen")[0].done
    assert not assign(COORDINATOR, [("IH-2099-9999", 1)], COORDINATOR)[0].done
    assert record_of(reference).row_version == chosen[0][1]


def test_following_is_for_oneself_and_needs_no_version(app: Flask) -> None:
    reference = report()
    actor = person(COORDINATOR)
    chosen = [(reference, 999)]
    for follow, sentence in ((True, "jetzt"), (True, "schon"), (False, "nicht mehr"), (False, "nicht gefolgt")):
        outcome = bulk.in_turn(
            unit_of_work, actor, chosen, bulk.following(actor, NOW, follow=follow, say=german), german
        )[0]
        assert outcome.done and sentence in outcome.sentence
    assert db.session.get(Follow, (record_of(reference).id, actor.user_id)) is None


def test_the_report_speaks_english_too(app: Flask) -> None:
    reference = report()
    assert move(COORDINATOR, shown(reference), "erfassen", english)[0].sentence == "The state is now “recorded”."


def test_a_broken_record_in_the_middle_rolls_back_by_itself(app: Flask) -> None:
    first, second = report(), report()

    def deed(session: Any, record: Record, _version: int) -> str:
        record.title = "geändert"
        session.flush()
        if record.reference == first:
            from kimforms.services.refusals import StepRefused  # noqa: PLC0415

            raise StepRefused(["So nicht."])
        return "gut"

    outcomes = bulk.in_turn(unit_of_work, person(COORDINATOR), shown(first, second), deed, german)
    assert [one.sentence for one in outcomes] == ["So nicht.", "gut"]
    assert record_of(first).title != "geändert" == record_of(second).title
