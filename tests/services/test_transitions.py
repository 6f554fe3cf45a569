"""Taking steps: state, history and mails change together or not at all."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import OutboxMessage, Question, TransitionApproval
from kimforms.services.queries import record_page
from kimforms.services.records import preview
from kimforms.services.refusals import InputRefused, NotVisible, StaleVersion, StepRefused

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    OTHER_ADVISER,
    SECOND,
    actor,
    last_payload,
    mails,
    own_process,
    report,
    stored,
    tags,
    take,
)


def told(email, reference, step, **options):
    seen = record_page.find(db.session(), actor(db.session(), email), NOW.date(), reference)
    transition = seen.definition.workflow.transition_by_id[step]
    return preview.consequences(
        db.session(), actor(db.session(), email), NOW, seen.record, seen.definition, transition, **options
    )


def test_a_step_moves_the_record_and_tells_of_it(app):
    reference = report()
    take(COORDINATOR, reference, "erfassen")
    record = stored(reference)
    assert record.state == "erfasst"
    assert tags(reference)[-2:] == ["record:transition", "deadline:start"]
    assert last_payload(reference, "record:transition") == {
        "transition": "erfassen", "old": "gemeldet", "new": "erfasst", "form": {}, "complete": True,
    }  # fmt: skip
    assert mails("hurdle_report.new_state") == [("hurdle_report.new_state", ADVISER)]


@pytest.mark.parametrize(
    ("email", "refusal"),
    [(OFFICE, StepRefused), (ADVISER, StepRefused), (OTHER_ADVISER, NotVisible), (ELSEWHERE, NotVisible)],
)
def test_who_may_not_is_refused_and_nothing_changes(app, email, refusal):
    reference = report()
    before, sent = tags(reference), mails()
    with pytest.raises(refusal):
        take(email, reference, "erfassen")
    assert (stored(reference).state, tags(reference), mails()) == ("gemeldet", before, sent)


def test_a_step_that_does_not_start_here_is_refused_with_the_state(app):
    reference = report()
    with pytest.raises(StepRefused, match="im Stand „gemeldet“ nicht möglich"):
        take(COORDINATOR, reference, "speichern")


def test_an_unmet_condition_is_refused_with_its_reason(app):
    reference = report(contact=False)
    take(COORDINATOR, reference, "erfassen")
    with pytest.raises(StepRefused, match="ist nicht „ja“"):
        take(COORDINATOR, reference, "rueckfragen", {"question": "Seit wann?"})
    with pytest.raises(StepRefused, match="Art „Thema“"):
        take(COORDINATOR, reference, "buendeln")
    assert stored(reference).state == "erfasst"


def test_a_stale_page_changes_nothing(app):
    reference = report()
    version = stored(reference).row_version
    take(COORDINATOR, reference, "erfassen", row_version=version)
    before = tags(reference)
    with pytest.raises(StaleVersion):
        take(SECOND, reference, "verweisen", {"reason": "Einzelfall"}, row_version=version)
    assert (stored(reference).state, tags(reference)) == ("erfasst", before)


def test_a_second_click_does_nothing_twice(app):
    reference = report()
    version = stored(reference).row_version
    take(COORDINATOR, reference, "erfassen", row_version=version)
    sent = mails()
    with pytest.raises(StaleVersion):
        take(COORDINATOR, reference, "erfassen", row_version=version)
    assert mails() == sent
    assert tags(reference).count("record:transition") == 1


def test_the_form_of_a_step_is_checked_before_anything_happens(app):
    reference = report()
    with pytest.raises(InputRefused) as refused:
        take(COORDINATOR, reference, "rueckfragen", {"question": "  "})
    assert list(refused.value.errors) == ["question"]
    assert db.session.scalar(select(Question.id)) is None


def test_question_and_answer_with_account(app):
    reference = report()
    take(COORDINATOR, reference, "rueckfragen", {"question": "Seit wann ist das so?"})
    assert mails("hurdle_report.question") == [("hurdle_report.question", ADVISER)]
    take(ADVISER, reference, "antworten", {"answer": "Seit dem Frühjahr."})
    question = db.session.scalars(select(Question)).one()
    assert (question.text, question.answer) == ("Seit wann ist das so?", "Seit dem Frühjahr.")
    assert last_payload(reference, "record:answer")["by_reporter"] is True
    assert mails("hurdle_report.answer_received") == [("hurdle_report.answer_received", SECOND)]


def test_question_and_answer_by_retrieval_code(app):
    reference = report(by=None)
    take(COORDINATOR, reference, "rueckfragen", {"question": "Wo?"})
    assert mails("hurdle_report.question") == [("hurdle_report.question", "m.musterfrau@beratung.example")]
    take(None, reference, "antworten", {"answer": "Überall."})
    question = db.session.scalars(select(Question)).one()
    assert (question.answer, question.answered_by_id) == ("Überall.", None)


def test_approvals_of_two_people(app):
    workflow = {
        "initial": "new",
        "states": {"new": {"label": "neu"}, "done": {"label": "fertig", "kind": "done"}},
        "transitions": [
            {"id": "agree", "label": "Zustimmen", "from": ["new"], "to": "done", "approvals": 2,
             "actors": [{"role": "coordinator"}]},
        ],
    }  # fmt: skip
    reference = own_process(workflow=workflow)
    assert told(COORDINATOR, reference, "agree", missing=2) == [
        "Ihre Zustimmung wird festgehalten. Danach fehlt noch eine."
    ]
    take(COORDINATOR, reference, "agree")
    assert (stored(reference).state, last_payload(reference, "record:transition")["complete"]) == ("new", False)
    with pytest.raises(StepRefused, match="schon zugestimmt"):
        take(COORDINATOR, reference, "agree")
    take(SECOND, reference, "agree")
    assert stored(reference).state == "done"
    assert db.session.scalar(select(TransitionApproval.user_id)) is None


def test_what_will_happen_is_said_before(app):
    reference = report()
    assert told(COORDINATOR, reference, "erfassen") == [
        "Der neue Stand ist „erfasst“.",
        "Eine Frist beginnt: „Über die Einordnung entscheiden“ bis 21.12.2026.",
        "Es wird 1 E-Mail versandt: an die meldende Person.",
    ]
    assert told(ADVISER, reference, "zurueckziehen", colleagues="KIM-Koordination")[-1] == (
        "Es wird 1 E-Mail versandt: an KIM-Koordination."
    )


def test_what_is_said_about_mails_is_what_is_sent(app):
    reference = report(rueckmeldung="nein", contact=False)
    promised = told(COORDINATOR, reference, "erfassen")
    assert promised[-2] == "Es wird keine E-Mail versandt."
    before = len(mails())
    take(COORDINATOR, reference, "erfassen")
    assert len(mails()) == before


def test_mails_name_the_municipality_in_words(app):
    report()
    text = db.session.scalars(select(OutboxMessage.text).where(OutboxMessage.kind == "hurdle_report.new_report")).one()
    assert "Kommune: Siegburg, Troisdorf" in text
