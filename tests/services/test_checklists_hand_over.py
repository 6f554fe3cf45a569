"""The hand-over of a checklist: once, with its papers; receipt, milestones, return with gaps, and what never goes along."""

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Controller, HandOver
from kimforms.naturalisation import hand_over as documents
from kimforms.naturalisation.applies import never_stored
from kimforms.services.checklists import hand_over, hand_over_papers, milestones, returning, sharing
from kimforms.services.checklists.access import visible_checklist
from kimforms.services.checklists.entries import set_entry
from kimforms.services.checklists.keeping import note_talk
from kimforms.services.checklists.pseudonyms import Doubtful
from kimforms.services.editions.reading import current, document_of
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF, at_checklist, begun, checklist, publish
from ..support.records import actor
from .test_checklists_sharing import asked, mails, tags

LATER = NOW + timedelta(days=2)
DAY = NOW.date()
WHY = "Der Antrag soll wegen der langen Wartezeit jetzt gestellt werden."
SCHEMA = Path(__file__).parents[2] / "docs/hand-over-schema.json"


def made_ready(reference, by=CARITAS):
    """Everything that is missing is noted as met, and the talk took place."""
    with at_checklist(reference, by) as (session, who, found):
        note_talk(session, who, NOW, found, DAY)
        for item_id in list(found.missing):
            item = document_of(found.edition).items[item_id]
            seen = {item.evidence[0]: DAY} if item.evidence else {}
            version = next((one.row_version for one in found.entries if one.item_id == item_id), 0)
            set_entry(session, who, NOW, found, item_id, state="met", evidence=seen, row_version=version)
        assert found.ready


def handed(reference, reason="", now=NOW, by=CARITAS):
    with at_checklist(reference, by) as (session, who, found):
        return hand_over.hand_over(session, who, now, found, reason=reason).id


def reported(reference, kind, now=LATER, by=EBH_TROISDORF, **more):
    with at_checklist(reference, by) as (session, who, found):
        return milestones.report(session, who, now, found, kind=kind, **more).id


def returned(reference, gaps=(("B4", "Die Übersetzung fehlt."),), reason="unterlagen_fehlen", note="", **more):
    with at_checklist(reference, more.pop("by", EBH_TROISDORF)) as (session, who, found):
        returning.return_hand_over(session, who, LATER, found, reason=reason, gaps=gaps, note=note, **more)


def the_hand_over(number=1):
    db.session.rollback()
    return db.session.scalars(select(HandOver).where(HandOver.number == number)).one()


def office_sees(reference, email=EBH_TROISDORF):
    with unit_of_work() as session:
        return visible_checklist(session, actor(session, email), reference)[1]


def test_a_complete_checklist_goes_over_and_the_office_sees_the_whole(app):
    reference = begun(beschaeftigt=True)
    made_ready(reference)
    handed(reference)
    found = checklist(reference)
    assert (found.record.state, found.handed_over_at) == ("verwiesen", NOW)
    assert found.ends_on == date(2027, 5, 23)
    one = the_hand_over()
    assert (one.complete, one.reason, one.state) == (True, "", "sent")
    assert office_sees(reference).whole
    with pytest.raises(NotVisible):
        office_sees(reference, EBH_RSK)
    assert mails()[-1][0] == "checklist.hand_over"
    assert tags(reference)[-1] == "checklist:hand-over"


def test_an_incomplete_one_asks_for_the_reason_and_locks_nobody_out(app):
    reference = begun()
    with pytest.raises(InputRefused) as refused:
        handed(reference)
    assert "reason" in refused.value.errors
    handed(reference, reason=WHY)
    one = the_hand_over()
    assert (one.complete, one.reason) == (False, WHY)
    assert one.document["missing"]
    assert one.document["reason"] == WHY


def test_a_reason_with_personal_data_is_asked_about(app):
    with pytest.raises(Doubtful):
        handed(begun(), reason="Herr Yilmaz drängt.")


def test_a_double_click_makes_one_and_a_second_hand_over_is_refused(app):
    reference = begun()
    first = handed(reference, reason=WHY)
    assert handed(reference, reason=WHY, now=NOW + timedelta(seconds=3)) == first
    with pytest.raises(StepRefused, match="liegt schon"):
        handed(reference, reason=WHY, now=NOW + timedelta(hours=1))
    reported(reference, "received")
    with pytest.raises(StepRefused):
        handed(reference, reason=WHY, now=LATER)
    assert len(db.session.scalars(select(HandOver)).all()) == 1


def test_the_document_holds_no_item_that_is_never_stored_and_says_so(app):
    reference = begun(verheiratet=True)
    made_ready(reference)
    handed(reference)
    said = the_hand_over().document
    hidden = never_stored(document_of(checklist(reference).edition))
    assert hidden
    assert not hidden & {item["id"] for item in said["items"]}
    everything = documents.as_json(said).decode()
    assert not [one for one in hidden if f'"{one}"' in everything]
    assert said["left_out"] == documents.LEFT_OUT
    assert said["talked_on"] == DAY.isoformat()
    assert {one["id"] for one in said["situation"]} == {"verheiratet"}


def test_notes_of_the_service_stay_with_the_service(app):
    reference = begun()
    with at_checklist(reference) as (session, who, found):
        set_entry(session, who, NOW, found, "B4", state="working", note="Termin im Standesamt abwarten")
    handed(reference, reason=WHY)
    assert "Standesamt abwarten" not in documents.as_json(the_hand_over().document).decode()


def test_the_pdf_carries_the_json_byte_by_byte(app):
    reference = begun(pseudonym="Ahorn 99")
    made_ready(reference)
    handed(reference)
    one = the_hand_over()
    with pikepdf.open(io.BytesIO(hand_over_papers.pdf_of(one))) as pdf:
        carried = pdf.attachments["verweis.json"].get_file().read_bytes()
        xmp = str(pdf.open_metadata())
    assert carried == hand_over_papers.json_of(one)
    assert json.loads(carried)["pseudonym"] == "Ahorn 99"
    assert 'pdfaid:part="3"' in xmp
    assert 'pdfaid:conformance="A"' in xmp


def test_the_document_fits_its_documented_schema(app):
    reference = begun()
    handed(reference, reason=WHY)
    said = the_hand_over().document
    assert documents.HandOverDocument.model_validate(said).model_dump(mode="json", by_alias=True) == said
    assert (said["schema"], said["version"]) == ("urn:kimforms:naturalisation-hand-over", 1)
    assert json.loads(SCHEMA.read_text("utf-8")) == documents.json_schema()


def test_what_was_handed_over_stays_as_it_was(app):
    reference = begun()
    handed(reference, reason=WHY)
    before = dict(the_hand_over().document)
    returned(reference)
    with at_checklist(reference) as (session, who, found):
        entry = next(one for one in found.entries if one.item_id == "B4")
        set_entry(session, who, LATER, found, "B4", state="met", row_version=entry.row_version)
    assert the_hand_over().document == before


def test_the_office_confirms_receipt_and_reports_without_outcome(app):
    reference = begun()
    handed(reference, reason=WHY)
    reported(reference, "received")
    reported(reference, "examining", note="Frühestens im Januar.")
    reported(reference, "requested")
    reported(reference, "examining")
    reported(reference, "decided")
    one = the_hand_over()
    assert [row.kind for row in one.milestones] == ["received", "examining", "requested", "examining", "decided"]
    assert (one.state, one.received_at) == ("decided", LATER)
    assert checklist(reference).record.state == "entschieden"
    told = [mail for mail in mails() if mail[0] == "checklist.milestone"]
    assert [mail[3] for mail in told] == [[CARITAS]] * 5
    assert not any("Januar" in mail[2] or "entschieden" in mail[2] for mail in told)


def test_a_milestone_twice_is_one(app):
    reference = begun()
    handed(reference, reason=WHY)
    assert reported(reference, "received") == reported(reference, "received")
    assert len(the_hand_over().milestones) == 1


@pytest.mark.parametrize(
    ("kind", "more", "refusal"),
    [
        ("examining", {}, StepRefused),
        ("decided", {}, StepRefused),
        ("lost", {}, InputRefused),
        ("received", {"on": DAY - timedelta(days=1)}, InputRefused),
        ("received", {"on": DAY + timedelta(days=30)}, InputRefused),
        ("received", {"by": CARITAS}, NotPermitted),
        ("received", {"by": EBH_RSK}, NotVisible),
        ("received", {"by": DIAKONIE}, NotVisible),
    ],
)
def test_what_cannot_be_reported_is_refused(app, kind, more, refusal):
    reference = begun()
    handed(reference, reason=WHY)
    with pytest.raises(refusal):
        reported(reference, kind, **more)
    assert the_hand_over().milestones == []


def test_with_the_decision_nothing_is_shared_any_more(app):
    reference = begun()
    asked(reference)
    handed(reference, reason=WHY)
    reported(reference, "received")
    reported(reference, "decided")
    with pytest.raises(NotVisible):
        office_sees(reference)


def test_a_return_puts_the_gaps_at_the_items_and_the_service_works_on(app):
    reference = begun()
    made_ready(reference)
    handed(reference)
    returned(reference, gaps=[("B4", "Die Übersetzung fehlt."), ("B1", "Der Pass ist abgelaufen.")])
    found = checklist(reference)
    assert found.record.state == "zurueckgegeben"
    assert not found.ready
    assert set(found.missing) == {"B1", "B4"}
    marks = {entry.item_id: entry.review for entry in found.entries if entry.review}
    assert marks["B4"] == "Zurückgegeben am 25.11.2026: Die Übersetzung fehlt."
    one = the_hand_over()
    assert (one.state, one.return_reason) == ("returned", "unterlagen_fehlen")
    assert one.gaps[0] == {"item": "B4", "text": "Die Übersetzung fehlt."}
    with pytest.raises(NotVisible):
        office_sees(reference)
    (mail,) = [row for row in mails() if row[0] == "checklist.returned"]
    assert "Übersetzung" not in mail[2]
    with at_checklist(reference) as (session, who, held):
        for entry in list(held.entries):
            if entry.review:
                set_entry(session, who, LATER, held, entry.item_id, state="present", row_version=entry.row_version)
        assert held.ready
    handed(reference, now=LATER)
    assert (the_hand_over(2).state, checklist(reference).record.state) == ("sent", "verwiesen")


@pytest.mark.parametrize("item", ["F6", "I1", "I2"])
def test_a_gap_at_an_item_that_is_never_stored_is_refused(app, item):
    reference = begun()
    handed(reference, reason=WHY)
    with pytest.raises(InputRefused):
        returned(reference, gaps=[("B4", "Fehlt."), (item, "Bitte klären.")])
    assert the_hand_over().state == "sent"
    assert checklist(reference).entries == []


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"gaps": [("Z9", "Fehlt.")]}, NotVisible),
        ({"gaps": []}, InputRefused),
        ({"gaps": [("B4", " ")]}, InputRefused),
        ({"gaps": [("B4", "x" * 401)]}, InputRefused),
        ({"gaps": [("B4", "Fehlt.")] * 101}, InputRefused),
        ({"reason": "keine_lust"}, InputRefused),
        ({"gaps": [], "reason": "anderes"}, InputRefused),
        ({"gaps": [("B4", "Herr Yilmaz soll kommen.")]}, Doubtful),
        ({"by": CARITAS}, NotPermitted),
        ({"by": EBH_RSK}, NotVisible),
    ],
)
def test_a_return_that_names_nothing_or_the_wrong_is_refused(app, more, refusal):
    reference = begun()
    handed(reference, reason=WHY)
    with pytest.raises(refusal):
        returned(reference, **more)
    assert checklist(reference).record.state == "verwiesen"


def test_another_office_may_be_responsible_without_any_gap(app):
    reference = begun()
    handed(reference, reason=WHY)
    returned(reference, gaps=[], reason="zustaendigkeit", note="Zuständig ist der Kreis.")
    assert the_hand_over().note == "Zuständig ist der Kreis."


def test_after_a_request_for_more_the_service_hands_over_again(app):
    reference = begun()
    handed(reference, reason=WHY)
    for kind in ("received", "requested"):
        reported(reference, kind)
    handed(reference, reason=WHY, now=LATER)
    with at_checklist(reference) as (session, _, found):
        assert [one.scope for one in sharing.live_shares(session, found)] == ["hand_over"]
    assert the_hand_over(2).number == 2


def test_the_share_of_a_hand_over_lasts_until_the_office_is_done(app):
    reference = begun()
    handed(reference, reason=WHY)
    with pytest.raises(StepRefused), at_checklist(reference) as (session, who, found):
        sharing.end_sharing(session, who, NOW, found, sharing.live_shares(session, found)[0].id)


def newer_edition(session, valid_from):
    office = session.scalars(select(Controller).where(Controller.key == "troisdorf")).one()
    document = document_of(current(session, office.id, DAY))
    publish(session, office, document, valid_from=valid_from, number=90)


def test_a_newer_edition_is_told_before_the_hand_over_and_stands_in_it(app):
    reference = begun()
    with at_checklist(reference) as (session, _, found):
        assert hand_over.prepare(session, NOW, found).newer is None
        newer_edition(session, DAY)
        assert hand_over.prepare(session, NOW, found).newer.number == 90
    handed(reference, reason=WHY)
    assert the_hand_over().document["newer_edition"]["number"] == 90


def test_a_withdrawn_edition_wants_the_lift_or_a_reason(app):
    reference = begun()
    made_ready(reference)
    with at_checklist(reference) as (session, _, found):
        newer_edition(session, DAY)
        found.edition.state = "withdrawn"
    with pytest.raises(InputRefused) as refused:
        handed(reference)
    assert "zurückgezogen" in refused.value.errors["reason"]
    handed(reference, reason="Die Klientin zieht morgen um.")
    assert the_hand_over().complete


def test_an_adviser_who_left_finds_nothing(app):
    reference = begun()
    with unit_of_work() as session:
        gone = replace(actor(session, CARITAS), grants=())
        with pytest.raises(NotVisible):
            visible_checklist(session, gone, reference)
