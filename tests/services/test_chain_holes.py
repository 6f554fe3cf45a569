"""Ways round the chain that somebody might try, and states out of which there has to be a way."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import delete, func, select

from kimforms.extensions import db
from kimforms.models import Decision, Publication, RecordLink
from kimforms.services import attachments
from kimforms.services.catalogues import catalogues
from kimforms.services.decision_checks import Verdict
from kimforms.services.decisions import change_decision
from kimforms.services.file_store import FileStore
from kimforms.services.processes import current_version
from kimforms.services.queries import decisions as queries
from kimforms.services.records import linking
from kimforms.services.records.creating import begin_record
from kimforms.services.refusals import InputRefused, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.chain import (
    BODY,
    DIRECT,
    NO_HURDLE,
    PAPER,
    RECONSTRUCTION,
    SOLUTION,
    STEERING,
    at_work,
    change,
    decide,
    gathered,
    joined_with,
    proposed,
    reconstruct,
    tomorrow,
)
from ..support.publications import draft, public
from ..support.records import COORDINATOR, NOW, OFFICE, SECOND, actor, stored, take, user, work
from ..support.themes import link_of, opened, recorded

pytestmark = pytest.mark.usefixtures("app")
LATER = tomorrow(90)
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


def before_decision() -> tuple[str, str]:
    """A theme before decision 1, and its paper, proposed."""
    theme = gathered()
    reconstruct(theme, STEERING)
    return theme, proposed(theme)


def before_solution() -> tuple[str, str, str]:
    """A theme before decision 2, its working group, and the paper with the proposal, still a draft."""
    theme, paper = before_decision()
    decide(paper)
    group = at_work(theme)
    change(group, {"result": "Ein gemeinsames Postfach."})
    take(COORDINATOR, group, "vorlegen")
    return theme, group, joined_with(theme, "decision_paper")[-1]


def changed(reference: str, how: str, wording: str = "Der Beschluss wird aufgehoben.", **options: int) -> str:
    with unit_of_work() as session:
        old = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        verdict = Verdict(decided_on=LATER.date(), body=BODY, result="accepted", wording=wording)
        return change_decision(
            session, actor(session, OFFICE), LATER, decision=old, verdict=verdict, how=how, **options
        ).reference


def attach(by: str, reference: str, folder) -> None:
    store = FileStore(folder)
    with work(by, reference) as (session, person, record):
        kept, kind = attachments.store_upload(person, record=record, stream=io.BytesIO(PDF), name="a.pdf", store=store)
        attachments.add_attachment(session, person, NOW, record=record, stored=kept, kind=kind, name="a.pdf")


def test_who_adds_a_file_before_the_approval_does_not_approve(tmp_path) -> None:
    reference = draft()
    take(COORDINATOR, reference, "freigabe_erbitten")
    seen = stored(reference).row_version
    attach(SECOND, reference, tmp_path)
    with pytest.raises(StepRefused, match="mitgeschrieben"):
        take(SECOND, reference, "freigeben")
    with pytest.raises(StaleVersion):
        take(OFFICE, reference, "freigeben", row_version=seen)
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0
    take(OFFICE, reference, "freigeben")
    assert [one.name for one in public(reference).files] == ["a.pdf"]


def test_two_people_agree_on_the_same_words_or_on_none() -> None:
    theme = gathered()
    change(theme, {"public_title": "Wartezeiten"})
    take(COORDINATOR, theme, "zeigen")
    change(theme, {"public_title": "Etwas ganz anderes"}, by=SECOND)
    take(SECOND, theme, "zeigen")
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0
    take(COORDINATOR, theme, "zeigen")
    assert public(theme).title == "Etwas ganz anderes"


def test_an_approved_reconstruction_moves_its_theme_or_is_refused() -> None:
    source, target = gathered(), opened(recorded())
    reference = joined_with(source, "case_reconstruction")[0]
    with unit_of_work() as session:
        link = link_of(session, source, reference)
        link.to_id = stored(target).id
    change(reference, RECONSTRUCTION | {"freigabe": str(user(db.session, SECOND).id)} | STEERING)
    take(COORDINATOR, reference, "vorlegen")
    with pytest.raises(StepRefused, match=rf"{target} ist im Stand „angelegt“"):
        take(SECOND, reference, "freigeben")
    assert stored(reference).state == "zur_freigabe" and not joined_with(target, "decision_paper")


def test_nothing_is_decided_on_a_paper_whose_theme_stands_elsewhere() -> None:
    theme, paper = before_decision()
    take(COORDINATOR, paper, "zurueckziehen", {"reason": "Noch einmal lesen"})
    change(paper, {"art": "loesung_pag", "loesung": "Ein Postfach."} | SOLUTION)
    take(COORDINATOR, paper, "vorschlagen")
    with pytest.raises(StepRefused, match=rf"{theme} ist im Stand „zur Beschlussfassung“"):
        decide(paper)
    assert stored(paper).state == "vorgeschlagen" and not joined_with(theme, "publication")
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0


def test_no_working_group_without_a_theme() -> None:
    theme, paper = before_decision()
    with unit_of_work() as session:
        session.execute(delete(RecordLink).where(RecordLink.from_id == stored(paper).id))
    with pytest.raises(StepRefused, match="gehört noch kein Vorgang der Art „Thema“"):
        decide(paper)
    assert stored(theme).state == "beschlussfassung" and not joined_with(theme, "working_group")


@pytest.mark.parametrize("how", ["paper", "theme"])
def test_a_proposal_that_is_not_brought_goes_back_to_the_working_group(how: str) -> None:
    theme, group, paper = before_solution()
    if how == "paper":
        take(COORDINATOR, paper, "hinfaellig")
    else:
        take(COORDINATOR, theme, "loesung_zurueck")
    assert stored(theme).state == "generatives_thema" and stored(group).state == "arbeitet"
    assert stored(paper).state == "hinfaellig"
    take(COORDINATOR, group, "vorlegen")
    assert stored(theme).state == "loesung_beschluss" and joined_with(theme, "decision_paper")[-1] != paper


def test_without_decision_1_the_paper_of_its_working_group_is_void() -> None:
    theme, group, paper = before_solution()
    one = db.session.scalars(select(Decision.reference)).one()
    change(paper, SOLUTION)
    take(COORDINATOR, paper, "vorschlagen")
    changed(one, "revoked")
    assert stored(theme).state == "abgelehnt" and stored(group).state == "beendet"
    assert stored(paper).state == "hinfaellig"


def test_a_decision_revoked_after_the_theme_was_closed_takes_it_up_again() -> None:
    theme, group, paper = before_solution()
    change(paper, SOLUTION)
    take(COORDINATOR, paper, "vorschlagen")
    two = decide(paper)
    notice = joined_with(theme, "publication")[0]
    change(notice, {"changed": "Ein Postfach.", "contact": "KIM", "since": "2026-11-01", "for_whom": "Alle"})
    take(COORDINATOR, notice, "freigabe_erbitten")
    take(SECOND, notice, "freigeben")
    take(COORDINATOR, theme, "abschliessen", {"effect": "Es wirkt."})
    changed(two, "revoked")
    assert stored(theme).state == "generatives_thema" and stored(group).state == "arbeitet"


def test_an_amendment_is_changed_by_way_of_what_it_amended() -> None:
    theme, paper = before_decision()
    one = decide(paper)
    seen = stored(paper).row_version
    two = changed(one, "amended", "Bis Juni.")
    with pytest.raises(InputRefused) as twice:
        changed(one, "amended", "Bis Juni.")
    assert list(twice.value.errors) == ["wording"]
    with pytest.raises(StaleVersion):
        changed(one, "amended", "Bis Juli.", row_version=seen)
    with pytest.raises(StepRefused, match=one):
        changed(two, "revoked")
    assert stored(theme).state == "generatives_thema"
    changed(one, "amended", "Bis August.")
    changed(one, "revoked")
    assert stored(theme).state == "abgelehnt"


def test_a_rejection_that_a_new_paper_replaced_is_not_revoked() -> None:
    theme, paper = before_decision()
    one = decide(paper, "rejected")
    take(COORDINATOR, paper, "neue_fassung")
    decide(proposed(theme, PAPER), "rejected")
    with pytest.raises(StepRefused, match="gilt nicht mehr"):
        changed(one, "revoked")
    assert stored(theme).state == "abgelehnt"


def test_a_theme_without_reports_can_be_ended_and_taken_up_again() -> None:
    empty, full = opened(), opened(recorded())
    with pytest.raises(StepRefused):
        take(COORDINATOR, full, "einstellen", {"reason": "Versehen"})
    take(COORDINATOR, empty, "einstellen", {"reason": "Versehen"})
    assert stored(empty).state == "keine_huerde" and not stored(empty).open
    take(COORDINATOR, empty, "neu_aufrollen", {"reason": "Doch"})
    assert stored(empty).state == "angelegt"


def test_a_closed_theme_takes_no_report_from_the_reports_page_either() -> None:
    theme, late = opened(), recorded()
    take(COORDINATOR, theme, "einstellen", {"reason": "Versehen"})
    with work(COORDINATOR, late) as (session, person, record), pytest.raises(InputRefused) as refused:
        other = session.merge(stored(theme))
        linking.link_records(session, person, NOW, record=record, other=other, kind="theme")
    assert theme in refused.value.errors["reference"]
    assert joined_with(theme, "hurdle_report") == []


def test_a_theme_taken_up_again_is_judged_by_one_new_reconstruction() -> None:
    theme = gathered()
    first = reconstruct(theme, NO_HURDLE)
    take(COORDINATOR, theme, "neu_aufrollen", {"reason": "Neue Meldungen"})
    take(COORDINATOR, theme, "rekonstruieren")
    reconstruct(theme, STEERING)
    take(COORDINATOR, theme, "neu_beurteilen", {"reason": "Doch anders"})
    states = [stored(one).state for one in joined_with(theme, "case_reconstruction")]
    assert stored(first).state == "ersetzt" and states == ["ersetzt", "ersetzt", "entwurf"]


def test_a_direct_solution_that_does_not_work_is_improved() -> None:
    theme = gathered()
    reconstruct(theme, DIRECT)
    change(theme, {"measures": [{"what": "Postfach", "who": "", "until": "", "result": ""}]})
    take(COORDINATOR, theme, "eingefuehrt")
    take(COORDINATOR, theme, "nachbessern", {"reason": "Niemand liest das Postfach."})
    assert stored(theme).state == "direktloesung"


@pytest.mark.parametrize("key", ["2026-01-01_" + "9" * 30, "2026-01-01_٣", "morgen_1", "2026-01-01_", "\x00_1"])
def test_a_place_in_the_register_that_nobody_gave_out_leads_to_its_beginning(key: str) -> None:
    one = decide(before_decision()[1])
    page = queries.register(db.session(), actor(db.session(), OFFICE), queries.Filters(), NOW.date(), key)
    assert [line.reference for line in page.lines] == [one]


@pytest.mark.parametrize(
    ("words", "found"), [("ÄMTER", 1), ("ämter", 1), ("Ämter", 1), ("a\x00b", 0), ("%", 0), ("_", 0)]
)
def test_the_register_is_searched_in_any_case(words: str, found: int) -> None:
    decide(before_decision()[1], wording="Ämter teilen sich ein Postfach.")
    page = queries.register(db.session(), actor(db.session(), OFFICE), queries.Filters(text=words), NOW.date())
    assert len(page.lines) == found


def test_a_publication_begun_by_itself_is_no_way_round_the_theme() -> None:
    with unit_of_work() as session:
        version = current_version(session, "decision_paper")
        paper = begin_record(
            session, actor(session, COORDINATOR), NOW, version=version, answers={"art": "einrichtung_pag"},
            catalogues=catalogues(session),
        ).reference  # fmt: skip
    with pytest.raises(StepRefused):
        take(COORDINATOR, paper, "vorschlagen")
