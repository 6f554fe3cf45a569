"""Publishing: a copy becomes public by a second person, corrections leave a trace, withdrawn entries say only that."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Publication, Record, RecordLink
from kimforms.services import attachments, publishing
from kimforms.services.catalogues import catalogues
from kimforms.services.file_store import FileStore
from kimforms.services.processes import definition_of
from kimforms.services.publication_content import findings, published_fields, snapshot
from kimforms.services.queries import solution_entry, solutions
from kimforms.services.records.transitions import perform_transition
from kimforms.services.refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.publications import corrected, draft, public, published, stored_id, take
from ..support.records import COORDINATOR, NOW, OFFICE, SECOND, actor, last_payload, report, stored, tags, theme, work

pytestmark = pytest.mark.usefixtures("app")
LATER = NOW + timedelta(days=3)


def change(reference: str, by: str = COORDINATOR, **answers: Any) -> None:
    """Changes answers as the form does: with an event of its own."""
    from kimforms.services import audit  # noqa: PLC0415

    with work(by, reference) as (session, person, record):
        old = record.answers
        record.answers = {**old, **answers}
        changes = {
            name: {"old": audit.Erasable(old.get(name)), "new": audit.Erasable(new)} for name, new in answers.items()
        }
        audit.record(session, person, NOW, audit.Tag.RECORD_CHANGE, about=record, changes=changes)


def test_a_second_person_publishes_a_copy_of_the_declared_answers() -> None:
    reference = published(theme("Interner Titel"))
    row = public(reference)
    assert (row.slug, row.kind, row.number, row.sort) == (
        "ein-nachweis-genuegt-fuer-kita-und-schule",
        "solution",
        1,
        "loesung",
    )
    assert row.theme_id is not None
    assert row.theme_id != row.record_id
    assert set(row.content) == {"hurdle", "decided", "changed", "since", "for_whom", "contact"}
    assert {(tag.name, tag.label) for tag in row.tags} >= {("municipality", "Siegburg"), ("legal_area", "Schulrecht")}
    assert [(issue.number, issue.note) for issue in row.issues] == [(1, "")]
    assert stored(reference).state == "veroeffentlicht"
    assert tags(reference)[-1] == "publication:publish"
    assert last_payload(reference, "publication:publish")["slug"] == row.slug


@pytest.mark.parametrize("sender", [COORDINATOR, SECOND])
def test_who_began_or_sent_it_does_not_approve(sender: str) -> None:
    reference = draft()
    take(sender, reference, "freigabe_erbitten")
    for by in {COORDINATOR, sender}:
        with pytest.raises(StepRefused, match=r"andere Person|zweite, angemeldete Person"):
            take(by, reference, "freigeben")
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0


def test_who_wrote_the_text_does_not_approve_either() -> None:
    reference = draft()
    change(reference, SECOND, hurdle="Neu geschrieben.")
    take(COORDINATOR, reference, "freigabe_erbitten")
    with pytest.raises(StepRefused, match="mitgeschrieben"):
        take(SECOND, reference, "freigeben")
    take(OFFICE, reference, "freigeben")
    assert public(reference).content["hurdle"] == "Neu geschrieben."


def test_an_incomplete_draft_is_not_sent_for_approval_but_can_be_discarded() -> None:
    reference = draft(contact=None)
    with pytest.raises((StepRefused, InputRefused)):
        take(COORDINATOR, reference, "freigabe_erbitten")
    take(COORDINATOR, reference, "verwerfen")
    assert stored(reference).state == "verworfen"


def test_the_public_text_stays_until_the_correction_is_approved() -> None:
    reference = published()
    take(COORDINATOR, reference, "korrigieren", LATER)
    change(reference, changed="Es gilt erst ab Januar.", change_note="Der Beginn war falsch.")
    assert "Dezember" in public(reference).content["changed"]
    take(COORDINATOR, reference, "korrektur_freigabe_erbitten", LATER)
    assert "Dezember" in public(reference).content["changed"]
    take(SECOND, reference, "freigeben", LATER)
    row = public(reference)
    assert row.content["changed"] == "Es gilt erst ab Januar."
    assert (row.number, row.first_published_at, row.published_at) == (2, NOW, LATER)
    changes = solution_entry.changes_of(row.issues, "de")
    assert [(one.number, one.note) for one in changes] == [(2, "Der Beginn war falsch.")]
    [difference] = changes[0].differences
    assert difference.heading == "Was sich geändert hat"
    assert "".join(piece.text for piece in difference.pieces if piece.kind != "new").startswith("Seit Dezember")


def test_a_correction_says_what_it_corrects() -> None:
    reference = published()
    take(COORDINATOR, reference, "korrigieren")
    with pytest.raises(StepRefused):
        take(COORDINATOR, reference, "korrektur_freigabe_erbitten")


def test_the_note_of_an_earlier_correction_is_not_used_again() -> None:
    reference = published()
    corrected(reference, "Erste Berichtigung.", changed="Neu.")
    take(COORDINATOR, reference, "korrigieren")
    assert stored(reference).answers.get("change_note") is None


def test_a_correction_that_changes_nothing_leaves_no_trace() -> None:
    reference = published()
    corrected(reference, "Doch nichts.", LATER)
    row = public(reference)
    assert (row.number, len(row.issues), row.published_at) == (1, 1, NOW)


def test_the_address_stays_when_the_title_changes_and_equal_titles_get_their_own() -> None:
    first, second = published(), published()
    assert public(second).slug == public(first).slug + "-2"
    corrected(first, title="Ganz anders")
    assert public(first).slug == "ein-nachweis-genuegt-fuer-kita-und-schule"
    assert public(first).title == "Ganz anders"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Größe & Maß: Straße", "groesse-mass-strasse"),
        ("Follow", "follow-2"),
        ("عنوان عربي", "bekanntmachung"),
        ("x" * 160, "x" * 80),
        ("Élève à l’école", "eleve-a-l-ecole"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_addresses_are_made_of_titles(title: str, slug: str) -> None:
    assert public(published(title=title)).slug == slug


def test_withdrawing_needs_one_person_and_a_reason() -> None:
    reference = published()
    with pytest.raises(InputRefused):
        take(COORDINATOR, reference, "zurueckziehen")
    take(COORDINATOR, reference, "zurueckziehen", LATER, reason="Nicht abgestimmt.")
    row = public(reference)
    assert (row.withdrawn_at, row.withdrawn_reason, row.news_pending) == (LATER, "Nicht abgestimmt.", False)
    assert tags(reference)[-1] == "publication:withdraw"
    with work(COORDINATOR, reference) as (session, person, record):
        publishing.withdraw(session, person, LATER + timedelta(days=1), record, reason="Noch einmal")
    assert public(reference).withdrawn_at == LATER


def test_even_an_incomplete_correction_can_be_withdrawn_at_once() -> None:
    reference = published()
    take(COORDINATOR, reference, "korrigieren")
    change(reference, contact=None)
    take(OFFICE, reference, "zurueckziehen", reason="Nicht abgestimmt.")
    assert public(reference).withdrawn_at is not None


def test_what_was_withdrawn_comes_back_under_its_address_by_two_people() -> None:
    reference = published()
    slug = public(reference).slug
    take(COORDINATOR, reference, "zurueckziehen", reason="Nicht abgestimmt.")
    take(COORDINATOR, reference, "wieder_veroeffentlichen")
    change(reference, change_note="Jetzt abgestimmt.")
    take(COORDINATOR, reference, "korrektur_freigabe_erbitten")
    assert public(reference).withdrawn_at is not None
    take(SECOND, reference, "freigeben", LATER)
    row = public(reference)
    assert (row.slug, row.withdrawn_at, row.withdrawn_reason) == (slug, None, "")
    assert [issue.note for issue in row.issues] == ["", "Jetzt abgestimmt."]


def test_nothing_is_published_when_the_use_case_fails() -> None:
    reference = draft()
    take(COORDINATOR, reference, "freigabe_erbitten")
    with pytest.raises(RuntimeError), work(SECOND, reference) as (session, person, record):
        publishing.publish(
            session,
            person,
            NOW,
            record,
            published_fields(definition_of(record.version)),
            catalogues=catalogues(session),
        )
        raise RuntimeError
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0


def test_files_are_published_as_a_copy(data_dir: Any) -> None:
    reference = draft()
    store = FileStore(data_dir / "files")
    with work(COORDINATOR, reference) as (session, person, record):
        content, kind = attachments.store_upload(
            person, record=record, stream=io.BytesIO(b"%PDF-1.7 test"), name="Merkblatt.pdf", store=store
        )
        attachments.add_attachment(session, person, NOW, record=record, stored=content, kind=kind, name="Merkblatt.pdf")
    take(COORDINATOR, reference, "freigabe_erbitten")
    take(SECOND, reference, "freigeben")
    assert [(one.name, one.blob.media_type) for one in public(reference).files] == [
        ("Merkblatt.pdf", "application/pdf")
    ]
    take(COORDINATOR, reference, "korrigieren")
    with work(COORDINATOR, reference) as (session, person, record):
        number = session.scalars(select(attachments.Attachment.id)).one()
        attachments.remove_attachment(session, person, NOW, record=record, attachment_id=number)
        record.answers = {**record.answers, "change_note": "Das Merkblatt ist überholt."}
    assert len(public(reference).files) == 1, "public until the correction is approved"
    take(COORDINATOR, reference, "korrektur_freigabe_erbitten")
    take(SECOND, reference, "freigeben")
    assert public(reference).files == []


def test_links_are_addresses_of_the_web_and_nothing_else() -> None:
    rows = [
        {"label": "Gut", "url": "https://www.example.org/a"},
        {"label": "Böse", "url": "JavaScript:alert(1)"},
        {"label": "Auch böse", "url": "https://x y"},
        {"url": 7},
        "https://kein.example",
    ]
    with work(COORDINATOR, draft()) as (session, _person, record):
        record.answers = {**record.answers, "links": rows}
        shown = snapshot(session, record, ("title", "links"), catalogues=catalogues(session), today=NOW.date())
    assert shown.content["links"] == [{"label": "Gut", "url": "https://www.example.org/a"}]


def test_undeclared_and_personal_answers_stay_inside() -> None:
    reference = draft()
    with work(COORDINATOR, reference) as (session, _person, record):
        shown = snapshot(
            session, record, ("title", "hurdle", "nonsense"), catalogues=catalogues(session), today=NOW.date()
        )
        assert set(shown.content) == {"hurdle"}
        assert shown.tags == {}
        with pytest.raises(StepRefused):
            snapshot(session, record, ("hurdle",), catalogues=catalogues(session), today=NOW.date())


def test_personal_data_is_found_for_the_approver() -> None:
    reference = draft(
        hurdle="Frau Özdemir, geb. 03.04.1980, wartete.", contact="Herr Klein, 02241 13-1234, a@rsk.example"
    )
    with unit_of_work() as session:
        record = session.get_one(Record, stored_id(reference))
        lists = catalogues(session)
        shown = snapshot(
            session, record, published_fields(definition_of(record.version)), catalogues=lists, today=NOW.date()
        )
        found = {(one.label, one.hit.kind) for one in findings(shown, record, lists)}
    assert found == {
        ("Was war schwierig?", "name"),
        ("Was war schwierig?", "birth_date"),
        ("Wen kann man fragen?", "name"),
    }


# --- themes ----------------------------------------------------------------------------------------------------------


def show_theme(reference: str, at: Any = NOW, **answers: Any) -> None:
    with work(COORDINATOR, reference) as (session, person, record):
        record.answers = {**record.answers, **answers}
        publishing.publish(session, person, at, record, ("fields_of_action",), catalogues=catalogues(session))


def test_a_theme_without_public_title_is_not_published() -> None:
    reference = theme("Interner Titel")
    with pytest.raises(StepRefused):
        show_theme(reference)
    assert db.session.scalars(select(Publication)).all() == []


def test_of_a_theme_title_and_station_are_public_and_follow_it() -> None:
    reference = theme("Interner Titel")
    show_theme(reference, public_title="Kita-Nachweise")
    row = public(reference)
    assert (row.kind, row.title, row.station, row.content, row.news_pending) == (
        "theme",
        "Kita-Nachweise",
        "theme",
        {},
        False,
    )
    assert "Interner" not in row.stems + str(row.issues[0].content) + row.issues[0].title
    with work(COORDINATOR, reference) as (session, _person, record):
        record.state, record.state_since = "beschlussfassung", LATER
        publishing.refresh_station(session, record)
    assert (public(reference).station, public(reference).published_at) == ("steering_group", LATER)
    with work(COORDINATOR, reference) as (session, _person, record):
        record.state, record.open = "keine_huerde", False
        publishing.refresh_station(session, record)
    assert public(reference).station == publishing.ENDED


def test_a_record_that_is_not_public_has_no_station_to_refresh() -> None:
    reference = theme()
    with work(COORDINATOR, reference) as (session, _person, record):
        publishing.refresh_station(session, record)
    assert db.session.scalars(select(Publication)).all() == []


def test_the_approver_is_remembered() -> None:
    reference = published()
    assert public(reference).issues[0].approved_by_id == actor(db.session(), SECOND).user_id


# --- the theme moves with what is public of it -----------------------------------------------------------------------


def in_state(reference: str, state: str) -> str:
    with work(COORDINATOR, reference) as (_session, _person, record):
        record.state = state
    return reference


def test_a_result_moves_its_theme_and_a_withdrawal_moves_it_back() -> None:
    begun = in_state(theme(), "umsetzung")
    reference = published(begun)
    assert stored(begun).state == "bekannt"
    take(COORDINATOR, reference, "zurueckziehen", reason="Nicht abgestimmt.")
    assert stored(begun).state == "umsetzung"


def test_an_interim_report_leaves_the_theme_where_it_is() -> None:
    begun = in_state(theme(), "umsetzung")
    published(begun, art="zwischenstand")
    assert stored(begun).state == "umsetzung"


def test_approving_twice_publishes_once() -> None:
    reference = published()
    with pytest.raises(StepRefused):
        take(OFFICE, reference, "freigeben")
    assert (public(reference).number, len(public(reference).issues)) == (1, 1)


def test_a_page_that_was_overtaken_does_not_approve() -> None:
    reference = draft()
    take(COORDINATOR, reference, "freigabe_erbitten")
    with pytest.raises(StaleVersion), work(SECOND, reference) as (session, person, record):
        perform_transition(
            session,
            person,
            NOW,
            record=record,
            transition_id="freigeben",
            data={},
            row_version=record.row_version - 1,
            catalogues=catalogues(session),
        )
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0


@pytest.mark.parametrize(
    "by", ["beratung@caritas.example", "mitglied@jobcenter.example", "koordination@troisdorf.example"]
)
def test_nobody_else_approves(by: str) -> None:
    reference = draft()
    take(COORDINATOR, reference, "freigabe_erbitten")
    with pytest.raises((NotVisible, StepRefused)):
        take(by, reference, "freigeben")


def test_a_report_in_two_themes_solved_differently_knows_both() -> None:
    told = report()
    first, second = theme("A"), theme("B")
    with unit_of_work() as session:
        for one in (first, second):
            session.add(RecordLink(from_id=stored_id(told), to_id=stored_id(one), kind="theme", created_at=NOW))
    published(first)
    published(second, NOW + timedelta(days=1), title="Anders gelöst")
    found = solutions.for_records(db.session(), [stored_id(told)])
    assert [title for title, _slug, _kind in found[stored_id(told)]] == [
        "Anders gelöst",
        "Ein Nachweis genügt für Kita und Schule",
    ]
