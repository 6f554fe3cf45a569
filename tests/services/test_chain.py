"""From reports to a published solution: each step fills in the next, and nothing is typed twice."""

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Decision, Record, Task
from kimforms.services.decision_checks import Verdict, Votes
from kimforms.services.decisions import change_decision, take_decision
from kimforms.services.records import chain
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.chain import (
    BODY,
    DIRECT,
    NO_HURDLE,
    RECONSTRUCTION,
    SOLUTION,
    STEERING,
    at_work,
    change,
    day,
    decide,
    decision,
    gathered,
    joined_with,
    proposed,
    reconstruct,
    tomorrow,
)
from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    actor,
    last_payload,
    mails,
    stored,
    tags,
    take,
    user,
    work,
)
from ..support.themes import add, opened, recorded


def tasks_of(reference: str) -> list[tuple[str, str | None]]:
    rows = db.session.scalars(select(Task).where(Task.record_id == stored(reference).id).order_by(Task.id))
    return [(one.title, one.due_on.isoformat() if one.due_on else None) for one in rows]


def test_a_reconstruction_begins_with_what_is_known(app):
    theme = gathered()
    (reference,) = joined_with(theme, "case_reconstruction")
    record = stored(reference)
    assert stored(theme).state == "fallrekonstruktion"
    assert record.state == "entwurf" and record.answers["nummer"] == reference
    assert record.answers["cluster"] == theme
    assert record.answers["meldungen"] == joined_with(theme, "hurdle_report")
    assert record.answers["summe_faelle"] == stored(theme).answers["faelle"]
    assert record.assignee_id == user(db.session, COORDINATOR).id
    assert last_payload(reference, "record:link") == {"other": theme, "kind": "theme"}


def test_reports_that_come_later_reach_the_draft_and_no_finished_reconstruction(app):
    theme = gathered()
    (reference,) = joined_with(theme, "case_reconstruction")
    late = recorded(fallzahl="3-5")
    add(theme, late)
    assert late in stored(reference).answers["meldungen"]
    assert stored(reference).answers["summe_faelle"] == stored(theme).answers["faelle"]
    assert last_payload(reference, "record:change")["changes"].keys() == {"meldungen", "summe_faelle"}
    reconstruct(theme, DIRECT)
    before = stored(reference).answers
    add(theme, recorded())
    assert stored(reference).answers == before


def test_the_task_to_begin_is_done_once_it_has_begun(app):
    theme = opened(recorded(), recorded(), recorded())
    (task,) = db.session.scalars(select(Task).where(Task.record_id == stored(theme).id))
    assert task.title.startswith("Fallrekonstruktion beginnen") and task.done_at is None
    take(COORDINATOR, theme, "rekonstruieren")
    db.session.expire_all()
    assert task.done_by_id == user(db.session, COORDINATOR).id and "task:done" in tags(theme)


def test_below_three_cases_only_with_a_reason(app):
    theme = opened(recorded(fallzahl="1"))
    with pytest.raises(StepRefused, match="Ähnliche Fälle"):
        take(COORDINATOR, theme, "rekonstruieren")
    with pytest.raises(InputRefused):
        take(COORDINATOR, theme, "rekonstruieren_frueh")
    take(COORDINATOR, theme, "rekonstruieren_frueh", {"reason": "Es eilt: Die Regel gilt ab Januar."})
    (reference,) = joined_with(theme, "case_reconstruction")
    assert stored(reference).answers["ausnahme_grund"] == "Es eilt: Die Regel gilt ab Januar."


def test_solvable_at_short_notice(app):
    theme = gathered()
    reference = reconstruct(theme, DIRECT)
    record = stored(theme)
    assert stored(reference).state == "freigegeben"
    assert record.state == "direktloesung" and record.answers["direct_plan"] == DIRECT["direkt_massnahme"]
    with pytest.raises(StepRefused):
        take(COORDINATOR, theme, "eingefuehrt")
    change(theme, {"measures": [{"what": "Postfach einrichten", "who": "jobcenter", "until": "2026-12-01"}]})
    take(COORDINATOR, theme, "eingefuehrt")
    (publication,) = joined_with(theme, "publication")
    assert stored(theme).state == "umsetzung"
    assert stored(publication).answers["decided"] == DIRECT["direkt_massnahme"]


def test_no_structural_hurdle(app):
    theme = gathered()
    reconstruct(theme, NO_HURDLE)
    assert stored(theme).state == "keine_huerde" and not stored(theme).open
    assert any("Einzelfall" in title for title, _ in tasks_of(theme))
    assert joined_with(theme, "decision_paper") == []


def test_whoever_wrote_a_reconstruction_does_not_approve_it(app):
    theme = gathered()
    reference = joined_with(theme, "case_reconstruction")[0]
    with pytest.raises(StepRefused):  # incomplete
        take(COORDINATOR, reference, "vorlegen")
    with pytest.raises(StepRefused):
        reconstruct_by_one_person(theme)
    assert stored(reference).state == "zur_freigabe" and stored(theme).state == "fallrekonstruktion"


def reconstruct_by_one_person(theme):
    reference = joined_with(theme, "case_reconstruction")[0]
    change(reference, RECONSTRUCTION | DIRECT | {"freigabe": str(user(db.session, SECOND).id)})
    take(COORDINATOR, reference, "vorlegen")
    take(COORDINATOR, reference, "freigeben")


def test_the_whole_way_over_the_steering_group(app):
    theme = gathered()
    reconstruction = reconstruct(theme, STEERING)
    (first,) = joined_with(theme, "decision_paper")
    begun = stored(first).answers
    assert stored(theme).state == "beschlussfassung"
    assert (begun["art"], begun["betreff"], begun["fallbasis"]) == (
        "einrichtung_pag",
        "Termine ohne Umweg",
        [reconstruction],
    )
    assert begun["ausgangslage"].startswith("Anträge bleiben liegen") and begun["pag_akteure"] == [
        "jobcenter",
        "caritas",
    ]
    proposed(theme)
    one = decide(first)
    assert one == "LG-B-2026-01"
    assert stored(first).state == "beschlossen" and stored(theme).state == "generatives_thema"
    paper = stored(first).answers
    assert paper["ergebnis"] == "zugestimmt" and paper["stimmen"] == {"ja": 12, "nein": 1, "enthaltung": 2}
    assert paper["beschluss_wortlaut"] == "Die Lenkungsgruppe setzt eine Projektarbeitsgruppe ein."
    assert "generatives Thema" in paper["status_folge"]
    assert stored(theme).answers["decisions"].startswith("LG-B-2026-01 vom 23.11.2026: Die Lenkungsgruppe setzt")
    group = at_work(theme)
    mandate = stored(group).answers
    assert mandate["members"] == ["jobcenter", "caritas"] and mandate["decision"] == one
    assert mandate["mandate"] == "Einen gemeinsamen Weg zum Termin entwerfen." and mandate["theme"] == theme
    with pytest.raises(StepRefused):
        take(COORDINATOR, group, "vorlegen")  # there is no result yet
    change(group, {"result": "Ein Postfach für alle Anträge."})
    take(COORDINATOR, group, "vorlegen")
    assert stored(theme).state == "loesung_beschluss"
    second = joined_with(theme, "decision_paper")[-1]
    assert second != first and stored(second).answers["loesung"] == "Ein Postfach für alle Anträge."
    assert stored(second).answers["art"] == "loesung_pag" and stored(second).answers["fallbasis"] == [reconstruction]
    proposed(theme, SOLUTION)
    two = decide(second, review_on=day("2027-06-01"))
    assert two == "LG-B-2026-02" and stored(theme).state == "umsetzung" and stored(group).state == "beendet"
    found = tasks_of(theme)
    assert ("LG-B-2026-02: Postfach einrichten (Jobcenter Rhein-Sieg)", "2027-01-31") in found or any(
        title.startswith("LG-B-2026-02: Postfach einrichten (") and due == "2027-01-31" for title, due in found
    )
    assert any("Überprüfung" in title and due == "2027-06-01" for title, due in found)
    (publication,) = joined_with(theme, "publication")
    text = stored(publication).answers
    assert text["decided"] == "Die Lenkungsgruppe beschließt das gemeinsame Postfach."
    assert text["changed"] == "Ein Postfach für alle Anträge." and text["municipalities"] == ["siegburg"]
    assert mails("decision_paper.decided")


@pytest.mark.parametrize(
    ("result", "state", "paper_state"),
    [
        ("rejected", "abgelehnt", "abgelehnt"),
        ("postponed", "vertagt", "vertagt"),
        ("amended", "generatives_thema", "beschlossen"),
    ],
)
def test_what_else_the_steering_group_may_decide(app, result, state, paper_state):
    theme = gathered()
    reconstruct(theme, STEERING)
    paper = proposed(theme)
    decide(paper, result, conditions="Ohne zusätzliches Personal." if result == "amended" else "")
    assert stored(theme).state == state and stored(paper).state == paper_state
    assert bool(joined_with(theme, "working_group")) == (result == "amended")


def test_a_postponed_paper_comes_again(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    paper = proposed(theme)
    decide(paper, "postponed")
    take(COORDINATOR, paper, "wieder_vorschlagen", now=tomorrow(30))
    assert stored(theme).state == "beschlussfassung"
    assert decide(paper, now=tomorrow(60)) == "LG-B-2027-01"
    assert stored(theme).state == "generatives_thema"


def test_a_rejected_theme_comes_again_with_a_new_paper(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    old = proposed(theme)
    decide(old, "rejected")
    take(COORDINATOR, old, "neue_fassung", now=tomorrow())
    new = joined_with(theme, "decision_paper")[-1]
    assert new != old and stored(theme).state == "beschlussfassung"
    assert stored(new).answers["pag_auftrag"] == stored(old).answers["pag_auftrag"]
    assert "ergebnis" not in stored(new).answers and stored(new).answers["vorlagen_nr"] == new


def test_a_rejected_proposal_goes_back_to_the_working_group(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    decide(proposed(theme))
    group = at_work(theme)
    change(group, {"result": "Mehr Personal."})
    take(COORDINATOR, group, "vorlegen")
    decide(proposed(theme, SOLUTION), "rejected")
    assert stored(theme).state == "generatives_thema" and stored(group).state == "arbeitet"
    change(group, {"result": "Ein Postfach."})
    take(COORDINATOR, group, "vorlegen")
    third = joined_with(theme, "decision_paper")[-1]
    assert stored(third).answers["loesung"] == "Ein Postfach." and stored(theme).state == "loesung_beschluss"


LATER = tomorrow(90)


def changed(reference, how, by=OFFICE, now=LATER, wording="Der Beschluss wird aufgehoben."):
    with unit_of_work() as session:
        old = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        verdict = Verdict(decided_on=now.date(), body=BODY, result="accepted", wording=wording)
        return change_decision(session, actor(session, by), now, decision=old, verdict=verdict, how=how).reference


def test_a_later_meeting_revokes_decision_1(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    paper = proposed(theme)
    one = decide(paper)
    two = changed(one, "revoked")
    assert decision(two).amends.reference == one
    assert stored(theme).state == "abgelehnt" and stored(paper).state == "aufgehoben"
    assert two in stored(theme).answers["decisions"] and one in stored(theme).answers["decisions"]
    with pytest.raises(StepRefused, match=two):
        changed(one, "revoked")


def test_a_later_meeting_revokes_a_rejection_and_decision_2(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    changed(decide(proposed(theme), "rejected"), "revoked")
    assert stored(theme).state == "beschlussfassung"
    other = gathered()
    reconstruct(other, STEERING)
    decide(proposed(other))
    group = at_work(other)
    change(group, {"result": "Ein Postfach."})
    take(COORDINATOR, group, "vorlegen")
    two = decide(proposed(other, SOLUTION))
    changed(two, "revoked")
    assert stored(other).state == "generatives_thema" and stored(group).state == "arbeitet"


def test_a_later_meeting_amends_the_wording(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    paper = proposed(theme)
    one = decide(paper)
    changed(one, "amended", wording="Die Arbeitsgruppe hat bis Juni Zeit.")
    assert stored(theme).state == "generatives_thema" and stored(paper).state == "beschlossen"
    assert stored(paper).answers["beschluss_wortlaut"] == "Die Arbeitsgruppe hat bis Juni Zeit."
    assert decision(one).wording == "Die Lenkungsgruppe setzt eine Projektarbeitsgruppe ein."


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"decided_on": day("2026-11-24")}, "decided_on"),
        ({"decided_on": day("2020-01-01")}, "decided_on"),
        ({"body": "kein-gremium"}, "body"),
        ({"result": "maybe"}, "result"),
        ({"result": "noted"}, "result"),
        ({"result": "amended"}, "conditions"),
        ({"votes": Votes(3, 5)}, "votes"),
        ({"votes": Votes(-1, 0)}, "votes"),
        ({"votes": Votes(17, 0, 1)}, "votes"),
        ({"result": "rejected", "votes": Votes(9, 3)}, "votes"),
        ({"review_on": day("2026-11-23")}, "review_on"),
        ({"wording": "x" * 10_001}, "wording"),
        ({"wording": "a\x00b"}, "wording"),
    ],
)
def test_a_decision_that_cannot_be_true_is_refused_and_nothing_is_written(app, settings, field):
    theme = gathered()
    reconstruct(theme, STEERING)
    paper = proposed(theme)
    before = tags(paper)
    with pytest.raises(InputRefused) as refused:
        decide(paper, **({"result": "accepted"} | settings))
    assert list(refused.value.errors) == [field]
    assert stored(paper).state == "vorgeschlagen" and tags(paper) == before
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0


def test_who_may_decide_and_when(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    paper = joined_with(theme, "decision_paper")[0]
    with pytest.raises(StepRefused, match="noch nicht"):
        decide(paper)
    proposed(theme)
    for nobody in (ADVISER, ELSEWHERE):
        with pytest.raises(NotPermitted):
            decide(paper, by=nobody)
    with pytest.raises(NotVisible):
        decide(theme)
    with work(OFFICE, paper) as (session, person, record), pytest.raises(StaleVersion):
        take_decision(
            session,
            person,
            NOW,
            paper=record,
            verdict=Verdict(NOW.date(), BODY, "accepted"),
            row_version=record.row_version - 1,
        )
    decide(paper)
    with pytest.raises(StepRefused, match="LG-B-2026-01"):
        decide(paper)  # the second click, or the second tab


def test_nobody_gives_the_state_of_a_generative_theme_by_hand(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    for person in (COORDINATOR, OFFICE):
        with pytest.raises(StepRefused):
            take(person, theme, "beschluss1_angenommen")
    assert stored(theme).state == "beschlussfassung"


def test_a_failure_late_in_the_chain_undoes_everything(app, monkeypatch):
    theme = gathered()
    reconstruct(theme, STEERING)
    paper = proposed(theme)
    before = (tags(paper), tags(theme), len(mails()))

    def fail(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(chain, "join", fail)
    with pytest.raises(OSError, match="no space"):
        decide(paper)
    assert (tags(paper), tags(theme), len(mails())) == before
    assert stored(theme).state == "beschlussfassung" and joined_with(theme, "working_group") == []
    assert db.session.scalar(select(func.count()).select_from(Record).where(Record.reference.like("PAG-%"))) == 0
