"""Editions of an office's checklist: drafts item by item, publishing, withdrawing, who is told, and lifting open checklists."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import (
    ChecklistEdition,
    ChecklistEntry,
    ChecklistMessage,
    ClientChecklist,
    Controller,
    Delivery,
    Event,
    OutboxMessage,
    RoleGrant,
)
from kimforms.naturalisation.document import from_json
from kimforms.services.checklists.entries import set_entry
from kimforms.services.checklists.keeping import note_talk
from kimforms.services.editions import draft_parts, drafting, lifting, publishing, reading, telling
from kimforms.services.editions.lifting_in_turn import in_turn, ready_to_lift
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.naturalisation import (
    CARITAS,
    DIAKONIE,
    EBH_RSK,
    EBH_TROISDORF,
    SIEGBURG,
    at_checklist,
    begun,
    checklist,
    publish_where_missing,
)
from ..support.records import actor, user

pytestmark = pytest.mark.usefixtures("app")
TODAY, MARCH = NOW.date(), date(2027, 3, 1)


def office_id(session, slug="troisdorf"):
    return session.scalars(select(Controller.id).where(Controller.key == slug)).one()


@contextmanager
def drafted(by=EBH_TROISDORF, slug="troisdorf"):
    """A unit of work in which somebody holds the draft of an office, which begins where there is none."""
    with unit_of_work() as session:
        publish_where_missing(session)
        who, office = actor(session, by), office_id(session, slug)
        draft = reading.draft_of(session, office) or drafting.begin_draft(session, who, NOW, controller_id=office)
        yield session, who, draft


def mark(draft, item_id):
    return drafting.mark_of(drafting.part_of(drafting.section_with(draft.content, item_id)["items"], item_id))


def retitle(item_id="B4", **values):
    with drafted() as (session, who, draft):
        values = values or {"title": "Geburtsurkunde mit Apostille"}
        drafting.change_item(session, who, NOW, draft, item_id, values, mark=mark(draft, item_id))


def published(day=TODAY, now=NOW):
    with drafted() as (session, who, draft):
        publishing.publish(session, who, now, draft, day)
        return draft.id


def tags():
    return [one for one in db.session.scalars(select(Event.tag).order_by(Event.seq)) if one.startswith("edition:")]


def mails():
    return db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind.startswith("edition:")).order_by(OutboxMessage.id)
    ).all()


def entry(reference, item_id):
    return next((one for one in checklist(reference).entries if one.item_id == item_id), None)


def noted(reference, item_id="B4", state="present", by=CARITAS):
    with at_checklist(reference, by) as (session, who, found):
        set_entry(session, who, NOW, found, item_id, state=state)


def test_a_draft_begins_with_what_is_published_and_there_is_one_at_most() -> None:
    with drafted() as (session, _, draft):
        now = reading.current(session, draft.controller_id, TODAY)
        assert now is not None
        assert (draft.content_hash, draft.number, draft.based_on_id) == (now.content_hash, now.number + 1, now.id)
    with pytest.raises(StepRefused, match="schon einen Entwurf"), unit_of_work() as session:
        drafting.begin_draft(session, actor(session, EBH_TROISDORF), NOW, controller_id=office_id(session))
    assert tags()[-1] == "edition:begin"


def test_a_changed_item_is_kept_with_its_trace_and_loses_its_check() -> None:
    with drafted() as (session, who, draft):
        drafting.verify_item(session, who, NOW, draft, "B4", "belegt", mark=mark(draft, "B4"))
        item = from_json(draft.content).items["B4"]
        assert (item.verified_by, item.verified_on) == (who.name, TODAY)
    retitle()
    with drafted() as (_, _, draft):
        item = from_json(draft.content).items["B4"]
        assert (item.title, item.verified, item.verified_by) == ("Geburtsurkunde mit Apostille", "offen", None)
    assert tags()[-2:] == ["edition:change", "edition:change"]


def test_ids_are_never_given_again() -> None:
    with drafted() as (session, who, draft):
        new = {"title": "Neu", "kind": "nachweis", "legal_basis": "§ 10 StAG"}
        first = drafting.add_item(session, who, NOW, draft, "B", new)
    published()
    with drafted() as (session, who, draft):
        drafting.remove_item(session, who, NOW, draft, first, mark=mark(draft, first))
        second = drafting.add_item(session, who, NOW, draft, "B", new)
    assert int(second[1:]) == int(first[1:]) + 1


def test_two_editors_of_one_item_notice_each_other_and_of_two_items_do_not() -> None:
    with drafted() as (_, _, draft):
        shown = {one: mark(draft, one) for one in ("B4", "B1")}
    retitle()
    with pytest.raises(StaleVersion), drafted() as (session, who, draft):
        drafting.change_item(session, who, NOW, draft, "B4", {"title": "Anders"}, mark=shown["B4"])
    with drafted() as (session, who, draft):
        assert drafting.change_item(session, who, NOW, draft, "B1", {"title": "Anders"}, mark=shown["B1"])
        assert from_json(draft.content).items["B4"].title == "Geburtsurkunde mit Apostille"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"kind": "unsinn"}, "kind"),
        ({"replaces": ["F1; DROP"]}, "replaces"),
    ],
)
def test_values_that_do_not_fit_are_named_and_nothing_is_written(values, field) -> None:
    with drafted() as (_, _, draft):
        before = draft.content_hash
    with pytest.raises(InputRefused) as refused, drafted() as (session, who, draft):
        drafting.change_item(session, who, NOW, draft, "B4", values, mark=mark(draft, "B4"))
    assert field in refused.value.errors
    with drafted() as (_, _, draft):
        assert draft.content_hash == before


def test_sections_questions_and_frame_of_a_draft() -> None:
    with drafted() as (session, who, draft):
        letter = draft_parts.add_section(session, who, NOW, draft, {"title": "Neues"})
        question = draft_parts.add_question(session, who, NOW, draft, {"label": "Fährt zur See?"})
        assert question == "faehrt_zur_see"
        draft_parts.change_frame(
            session, who, NOW, draft, law_status="2026-11-01", fees={"adult": "300", "child": "60", "legal_basis": "§ 38"},
            open_points=["Prüfen"], note="Neue Gebühr", mark=draft_parts.frame_mark(draft),
        )  # fmt: skip
        document = from_json(draft.content)
        assert (draft.law_status, document.fees.adult, document.sections[-1].id) == (date(2026, 11, 1), 300, letter)
        draft_parts.remove_section(session, who, NOW, draft, letter)
        draft_parts.remove_question(session, who, NOW, draft, question)
    with pytest.raises(StepRefused, match="Punkte"), drafted() as (session, who, draft):
        draft_parts.remove_section(session, who, NOW, draft, "B")
    with pytest.raises(StepRefused, match="B5"), drafted() as (session, who, draft):
        draft_parts.remove_question(session, who, NOW, draft, "verheiratet")


def test_another_offices_edition_is_never_touched() -> None:
    with drafted(EBH_RSK, "rsk") as (_, _, draft):
        theirs, published_id = draft.id, draft.based_on_id
    with unit_of_work() as session:
        who = actor(session, EBH_TROISDORF)
        with pytest.raises(NotVisible):
            reading.readable_edition(session, who, theirs)
        with pytest.raises(NotPermitted):
            reading.own_edition(session, who, published_id)
        draft = session.get_one(ChecklistEdition, theirs)
        for deed in (
            lambda: drafting.begin_draft(session, who, NOW, controller_id=draft.controller_id),
            lambda: drafting.change_item(session, who, NOW, draft, "B4", {"title": "x"}, mark=mark(draft, "B4")),
            lambda: drafting.discard_draft(session, who, NOW, draft),
            lambda: publishing.publish(session, who, NOW, draft, TODAY),
            lambda: publishing.withdraw(session, who, NOW, session.get_one(ChecklistEdition, published_id), "weil"),
        ):
            with pytest.raises(NotPermitted):
                deed()
        adviser = actor(session, CARITAS)
        assert reading.readable_edition(session, adviser, published_id).id == published_id
        with pytest.raises(NotVisible):
            reading.readable_edition(session, adviser, theirs)


def test_publishing_takes_effect_on_its_day_and_only_once() -> None:
    retitle()
    edition_id = published(MARCH)
    office = office_id(db.session)
    before, after = (reading.current(db.session, office, day) for day in (date(2027, 2, 28), MARCH))
    assert before is not None
    assert after is not None
    assert (before.number + 1, after.id) == (after.number, edition_id)
    with pytest.raises(StepRefused, match="kein Entwurf mehr"), unit_of_work() as session:
        edition = session.get_one(ChecklistEdition, edition_id)
        publishing.publish(session, actor(session, EBH_TROISDORF), NOW, edition, MARCH)
    with pytest.raises(StepRefused), unit_of_work() as session:
        edition = session.get_one(ChecklistEdition, edition_id)
        drafting.change_item(session, actor(session, EBH_TROISDORF), NOW, edition, "B4", {"title": "x"}, mark="x")


@pytest.mark.parametrize("day", [None, TODAY - timedelta(days=1), date(2099, 1, 1)])
def test_a_day_that_does_not_fit_is_refused(day) -> None:
    retitle()
    with pytest.raises(InputRefused) as refused:
        published(day)
    assert "valid_from" in refused.value.errors


def test_the_same_day_twice_nothing_changed_and_a_stale_page_are_refused() -> None:
    with pytest.raises(InputRefused, match="Angaben"):
        published(MARCH)  # the same as what is in effect
    retitle()
    published(MARCH)
    retitle("B1", title="Identität geklärt")
    with pytest.raises(InputRefused) as refused:
        published(MARCH)
    assert "schon Fassung" in refused.value.errors["valid_from"]
    with pytest.raises(StaleVersion), drafted() as (session, who, draft):
        publishing.publish(session, who, NOW, draft, date(2027, 4, 1), shown="0" * 64)


def test_errors_of_the_check_block_and_are_named() -> None:
    with drafted() as (session, who, draft):
        unknown = {"field": "gibt_es_nicht", "is": True}
        drafting.change_item(session, who, NOW, draft, "B4", {"applies_when": unknown}, mark=mark(draft, "B4"))
    with pytest.raises(InputRefused) as refused:
        published()
    assert any("B4" in one for one in refused.value.errors.values())
    assert tags()[-1] == "edition:change"


def test_services_are_told_once_a_person_and_pages_say_so() -> None:
    references = [begun(CARITAS), begun(CARITAS), begun(DIAKONIE), begun(DIAKONIE, SIEGBURG)]
    retitle()
    published(MARCH)
    told = db.session.scalars(
        select(Delivery.address).join(OutboxMessage).where(OutboxMessage.kind == "edition:published")
    )
    assert sorted(told) == [CARITAS, DIAKONIE]
    mail = mails()[0]
    assert mail.subject == "Checkliste Einbürgerung: Punkt B4 hat sich zum 1.3.2027 geändert"
    assert "Apostille" in mail.text
    assert "Ahorn" not in mail.text
    found = [telling.notices(db.session, checklist(one), TODAY) for one in references]
    assert [[one.kind for one in some] for some in found] == [["coming"], ["coming"], ["coming"], []]
    assert [one.kind for one in telling.notices(db.session, checklist(references[0]), MARCH)] == ["newer"]
    event = db.session.scalars(select(Event).where(Event.tag == "edition:publish")).all()[-1]
    assert (
        '"told":2' in event.payload.replace(" ", "") if isinstance(event.payload, str) else event.payload["told"] == 2
    )


def test_where_the_responsible_adviser_left_all_of_the_service_are_told() -> None:
    begun(CARITAS)
    with unit_of_work() as session:
        someone = user(session, "casemanagement@siegburg.example")
        session.add(
            RoleGrant(
                user_id=someone.id,
                role="adviser",
                controller_id=office_id(session, "rsk"),
                organisation="caritas",
                granted_at=NOW,
            )
        )
        grant = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user(session, CARITAS).id)).one()
        grant.valid_until = TODAY - timedelta(days=1)
    with unit_of_work() as session:
        people = telling.advisers_concerned(session, office_id(session), TODAY)
        assert [one.email for one in people] == ["casemanagement@siegburg.example"]


def test_lifting_keeps_states_marks_changes_and_a_second_click_changes_nothing() -> None:
    reference = begun(CARITAS, beschaeftigt=True)
    noted(reference, "B4")
    noted(reference, "B1", "met")
    noted(reference, "E2", "met")
    with drafted() as (session, who, draft):
        drafting.change_item(session, who, NOW, draft, "B4", {"title": "Anders"}, mark=mark(draft, "B4"))
        drafting.remove_item(session, who, NOW, draft, "E2", mark=mark(draft, "E2"))
        new = drafting.add_item(
            session, who, NOW, draft, "B", {"title": "Neu", "kind": "nachweis", "legal_basis": "§ 10"}
        )
    target_id = published()
    with at_checklist(reference) as (session, who, found):
        before = found.edition_id
        target = session.get_one(ChecklistEdition, target_id)
        seen = lifting.preview(found, target)
        assert [(one.kind, one.item_id) for one in seen.lines] == [("new", new), ("changed", "B4"), ("gone", "E2")]
        assert seen.kept == 1
        lifting.lift(session, who, NOW, found, target, shown_edition_id=before)
    assert checklist(reference).edition_id == target_id
    lifted = {one: entry(reference, one) for one in ("B4", "B1", "E2")}
    assert {key: one.state for key, one in lifted.items()} == {"B4": "present", "B1": "met", "E2": "met"}
    assert "Anders" in lifted["B4"].review
    assert lifted["B1"].review == ""
    assert "B4" in checklist(reference).missing
    events = select(func.count()).select_from(Event).where(Event.tag == "checklist:lift")
    assert db.session.scalar(events) == 1
    with at_checklist(reference) as (session, who, found):
        lifting.lift(session, who, NOW, found, session.get_one(ChecklistEdition, target_id), shown_edition_id=before)
    assert db.session.scalar(events) == 1


def test_what_became_sensitive_is_erased_and_named_nowhere() -> None:
    reference = begun(CARITAS, verheiratet=True)
    noted(reference, "B5")
    with at_checklist(reference) as (session, who, found):
        session.add(ChecklistMessage(checklist_id=found.record_id, item_id="B5", side="service", at=NOW, text="Frage"))
        note_talk(session, who, NOW, found, TODAY)
    with drafted() as (session, who, draft):
        drafting.change_item(
            session, who, NOW, draft, "B5", {"sensitive": True, "never_store": "Art. 9 DSGVO"}, mark=mark(draft, "B5")
        )
    target_id = published()
    with at_checklist(reference) as (session, who, found):
        done = lifting.lift(session, who, NOW, found, session.get_one(ChecklistEdition, target_id))
        assert [one.item_id for one in done.of_kind("erased")] == ["B5"]
    assert entry(reference, "B5") is None
    assert db.session.scalars(select(ChecklistMessage)).all() == []
    assert checklist(reference).talked_on is None
    event = db.session.scalars(select(Event).where(Event.tag == "checklist:lift")).one()
    assert "B5" not in str(event.payload)


def test_another_service_a_foreign_edition_and_a_draft_are_refused() -> None:
    reference, theirs = begun(CARITAS), begun(DIAKONIE, SIEGBURG)
    retitle()
    foreign = checklist(theirs).edition_id
    with at_checklist(reference, DIAKONIE) as (session, who, found), pytest.raises(NotPermitted):
        lifting.lift(session, who, NOW, found, found.edition)
    with drafted() as (session, _, draft):
        found = session.get_one(ClientChecklist, checklist_id(session, reference))
        for edition in (session.get_one(ChecklistEdition, foreign), draft):
            with pytest.raises(StepRefused):
                lifting.lift(session, actor(session, CARITAS), NOW, found, edition)


def checklist_id(session, reference):
    return session.scalars(
        select(ClientChecklist.record_id).join(ClientChecklist.record).filter_by(reference=reference)
    ).one()


def test_a_colleague_who_lifted_elsewhere_is_noticed() -> None:
    reference = begun(CARITAS)
    retitle()
    first = published()
    retitle("B1", title="Identität geklärt")
    second = published(TODAY + timedelta(days=1))
    with at_checklist(reference) as (session, who, found):
        shown = found.edition_id
        lifting.lift(session, who, NOW, found, session.get_one(ChecklistEdition, first), shown_edition_id=shown)
    with at_checklist(reference) as (session, who, found), pytest.raises(StaleVersion):
        lifting.lift(session, who, NOW, found, session.get_one(ChecklistEdition, second), shown_edition_id=shown)


def test_all_of_a_service_are_lifted_in_turn_and_reported_one_by_one() -> None:
    mine, other = [begun(CARITAS), begun(CARITAS)], begun(DIAKONIE)
    retitle()
    published()
    with unit_of_work() as session:
        who = actor(session, CARITAS)
        waiting = ready_to_lift(session, who, TODAY)
        shown = {one.checklist.record.reference: one.checklist.edition_id for one in waiting}
    assert sorted(shown) == sorted(mine)
    done = in_turn(unit_of_work, who, NOW, TODAY, shown | {other: 1, "EB-2026-9999": 1})
    assert [one.done for one in done] == [True, True, False, False]
    assert done[2].sentence == done[3].sentence, "another service's checklist is not told apart from none"
    assert done[2].pseudonym == ""
    assert ready_to_lift(db.session, who, TODAY) == []


def test_withdrawn_while_in_use_checklists_fall_back_and_services_are_told() -> None:
    reference = begun(CARITAS)
    old = checklist(reference).edition_id
    noted(reference, "B4")
    retitle()
    edition_id = published()
    with at_checklist(reference) as (session, who, found):
        lifting.lift(session, who, NOW, found, session.get_one(ChecklistEdition, edition_id))
    with unit_of_work() as session:
        who, edition = actor(session, EBH_TROISDORF), session.get_one(ChecklistEdition, edition_id)
        with pytest.raises(InputRefused):
            publishing.withdraw(session, who, NOW, edition, "  ")
        assert publishing.withdraw(session, who, NOW, edition, "Rechtsfehler in B4") == 1
        with pytest.raises(StepRefused):
            publishing.withdraw(session, who, NOW, edition, "noch einmal")
    assert checklist(reference).edition_id == old
    assert entry(reference, "B4").state == "present"
    assert entry(reference, "B4").review
    assert mails()[-1].kind == "edition:withdrawn"
    assert "Rechtsfehler" in mails()[-1].text


def test_the_only_edition_withdrawn_leaves_checklists_where_they_are() -> None:
    reference = begun(CARITAS)
    with unit_of_work() as session:
        edition = session.get_one(ChecklistEdition, checklist_id_edition(session, reference))
        assert publishing.withdraw(session, actor(session, EBH_TROISDORF), NOW, edition, "Fehler") == 0
    [notice] = telling.notices(db.session, checklist(reference), TODAY)
    assert (notice.kind, notice.edition) == ("withdrawn", None)
    assert "Eine andere Fassung gilt zurzeit nicht" in notice.sentence
    with drafted_again() as draft:
        assert draft.state == "draft"


def checklist_id_edition(session, reference):
    return session.get_one(ClientChecklist, checklist_id(session, reference)).edition_id


@contextmanager
def drafted_again():
    with unit_of_work() as session:
        yield drafting.begin_draft(session, actor(session, EBH_TROISDORF), NOW, controller_id=office_id(session))


def test_entries_are_not_asked_for_again_by_a_change_of_the_check_alone() -> None:
    reference = begun(CARITAS)
    noted(reference, "B4")
    with drafted() as (session, who, draft):
        drafting.verify_item(session, who, NOW, draft, "B4", "teilweise", mark=mark(draft, "B4"))
    edition_id = published()
    assert mails() == []
    with at_checklist(reference) as (session, who, found):
        assert lifting.lift(session, who, NOW, found, session.get_one(ChecklistEdition, edition_id)).empty
    assert db.session.scalars(select(ChecklistEntry.review)).all() == [""]
