"""What a service shows its office, questions and answers at an item, and the end of the sharing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import ChecklistMessage, ChecklistShare, Event, OutboxMessage, Record
from kimforms.services.checklists import questions, sharing
from kimforms.services.checklists.access import sight_of, visible_checklist
from kimforms.services.checklists.pseudonyms import Doubtful
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF, at_checklist, begun
from ..support.records import actor

LATER = NOW + timedelta(hours=1)
QUESTION = "Genügt die beglaubigte Kopie der Geburtsurkunde?"


def asked(reference, item="B4", text=QUESTION, now=NOW, by=CARITAS):
    with at_checklist(reference, by) as (session, who, found):
        return questions.ask(session, who, now, found, item_id=item, text=text).id


def answered(reference, item="B4", text="Ja, sie genügt.", now=LATER, by=EBH_TROISDORF):
    with at_checklist(reference, by) as (session, who, found):
        return questions.answer(session, who, now, found, item_id=item, text=text).id


def sees(reference, email):
    with unit_of_work() as session:
        return visible_checklist(session, actor(session, email), reference)[1]


def mails():
    db.session.rollback()
    return [
        (one.kind, one.subject, one.text, [row.address for row in one.deliveries])
        for one in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        if one.kind.startswith("checklist.")
    ]


def tags(reference):
    db.session.rollback()
    return list(
        db.session.scalars(select(Event.tag).join(Record).where(Record.reference == reference).order_by(Event.seq))
    )


def test_a_question_opens_exactly_its_item_to_the_own_office(app):
    reference = begun()
    asked(reference)
    sight = sees(reference, EBH_TROISDORF)
    assert (sight.side, sight.whole, sight.items) == ("office", False, {"B4"})
    for other in (EBH_RSK, DIAKONIE):
        with pytest.raises(NotVisible):
            sees(reference, other)
    assert tags(reference)[-2:] == ["checklist:share", "checklist:message"]


def test_both_sides_read_who_wrote_what_when(app):
    reference = begun()
    asked(reference)
    answered(reference)
    for email in (CARITAS, EBH_TROISDORF):
        with at_checklist(reference, email) as (session, who, found):
            read = questions.messages(session, found, sight_of(session, who, found))
            assert [(one.side, one.item_id, one.text, one.at) for one in read] == [
                ("service", "B4", QUESTION, NOW),
                ("office", "B4", "Ja, sie genügt.", LATER),
            ]
            assert all(one.author.name for one in read)


def test_an_answer_settles_the_question_and_the_next_one_opens_it_again(app):
    reference = begun()
    asked(reference)
    answered(reference)
    with at_checklist(reference) as (session, _, found):
        assert sharing.live_shares(session, found)[0].answered_at == LATER
    asked(reference, text="Und die Übersetzung?", now=LATER + timedelta(hours=1))
    with at_checklist(reference) as (session, _, found):
        (share,) = sharing.live_shares(session, found)
        assert share.answered_at is None


def test_mails_name_the_reference_and_no_content(app):
    reference = begun(pseudonym="Ahorn 77")
    asked(reference)
    answered(reference)
    (kind, subject, text, to), (kind2, subject2, text2, to2) = mails()
    assert (kind, subject, to) == ("checklist.question", f"Checkliste {reference}", [EBH_TROISDORF])
    assert (kind2, subject2, to2) == ("checklist.answer", f"Checkliste {reference}", [CARITAS])
    for said in (text, text2):
        assert "Ahorn" not in said
        assert "B4" not in said
        assert "Geburtsurkunde" not in said


def test_a_double_click_asks_once(app):
    reference = begun()
    assert asked(reference) == asked(reference, now=NOW + timedelta(seconds=5))
    assert answered(reference) == answered(reference, now=LATER + timedelta(seconds=5))
    db.session.rollback()
    assert len(db.session.scalars(select(ChecklistMessage)).all()) == 2
    assert len(db.session.scalars(select(ChecklistShare)).all()) == 1
    assert len(mails()) == 2


def test_the_end_of_the_sharing_takes_everything_from_the_office(app):
    reference = begun()
    asked(reference)
    with at_checklist(reference) as (session, who, found):
        share_id = sharing.live_shares(session, found)[0].id
        sharing.end_sharing(session, who, LATER, found, share_id)
        sharing.end_sharing(session, who, LATER, found, share_id)
    with pytest.raises(NotVisible):
        sees(reference, EBH_TROISDORF)
    with pytest.raises(NotVisible):
        answered(reference)
    assert tags(reference).count("checklist:unshare") == 1


def test_one_item_shared_opens_nothing_else(app):
    reference = begun()
    with at_checklist(reference) as (session, who, found):
        questions.ask(session, who, NOW, found, text="Passt der Weg über das Ermessen?")
        share = sharing.live_shares(session, found)[0]
        sharing.end_sharing(session, who, NOW, found, share.id)
        sharing.share(session, who, NOW, found, scope="item", item_id="B1")
    for item in (None, "B4"):
        with pytest.raises(NotVisible):
            answered(reference, item=item)
    with at_checklist(reference, EBH_TROISDORF) as (session, who, found):
        assert questions.messages(session, found, sight_of(session, who, found)) == []
    answered(reference, item="B1", text="Ja.")


def test_the_whole_shows_all_messages(app):
    reference = begun()
    asked(reference)
    with at_checklist(reference) as (session, who, found):
        sharing.share(session, who, NOW, found, scope="whole")
    assert sees(reference, EBH_TROISDORF).whole
    answered(reference, item=None, text="Das sieht gut aus.")
    with at_checklist(reference) as (session, _, found):
        by_scope = {one.scope: one.answered_at for one in sharing.live_shares(session, found)}
        assert by_scope == {"item": None, "whole": LATER}


@pytest.mark.parametrize("item", ["F6", "H1", "I1", "I2"])
def test_nothing_is_written_about_what_is_never_stored(app, item):
    reference = begun()
    with pytest.raises(InputRefused, match="Gespräch"):
        asked(reference, item=item)
    with pytest.raises(InputRefused), at_checklist(reference) as (session, who, found):
        sharing.share(session, who, NOW, found, scope="item", item_id=item)
    db.session.rollback()
    assert db.session.scalars(select(ChecklistShare)).all() == []


@pytest.mark.parametrize("item", ["Z99", "", "b4", "B4;", "B4' OR 1=1"])
def test_forged_items_do_not_exist(app, item):
    with pytest.raises(NotVisible):
        asked(begun(), item=item)


def test_texts_are_read_for_personal_data_and_for_what_stays_unspoken(app):
    reference = begun()
    with pytest.raises(Doubtful) as doubt:
        asked(reference, text="Frau Yilmaz, geboren am 03.04.1988, hat keine Urkunde.")
    assert doubt.value.field == "text"
    with pytest.raises(InputRefused) as refused:
        asked(reference, text="Es gibt eine Verurteilung, was nun?")
    assert "persönlich" in refused.value.errors["text"]
    for text in ("", "   ", "x" * 2001):
        with pytest.raises(InputRefused):
            asked(reference, text=text)
    with at_checklist(reference) as (session, who, found):
        questions.ask(session, who, NOW, found, text="Herr Muster ist eine Behörde?", item_id="B4", insist=True)


def test_shares_of_another_checklist_cannot_be_ended(app):
    mine, theirs = begun(), begun(DIAKONIE)
    asked(theirs, by=DIAKONIE)
    with at_checklist(theirs) as (session, _, found):
        foreign = sharing.live_shares(session, found)[0].id
    for number in (foreign, 999999):
        with pytest.raises(NotVisible), at_checklist(mine) as (session, who, found):
            sharing.end_sharing(session, who, NOW, found, number)
    assert sees(theirs, EBH_TROISDORF).side == "office"


def test_the_service_does_not_answer_itself(app):
    reference = begun()
    asked(reference)
    with pytest.raises(NotPermitted):
        answered(reference, by=CARITAS)


def test_an_ended_checklist_is_shown_to_nobody(app):
    from kimforms.services.checklists.keeping import end  # noqa: PLC0415

    reference = begun()
    with at_checklist(reference) as (session, who, found):
        end(session, who, NOW, found)
    with pytest.raises(StepRefused):
        asked(reference)
