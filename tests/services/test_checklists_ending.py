"""The end of a checklist: told before, kept by work, erased with proof; nothing of the client is left in any table."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text

from kimforms import jobs
from kimforms.extensions import db
from kimforms.models import ClientChecklist, Event
from kimforms.services import audit, audit_check
from kimforms.services.checklists import ending, questions, sharing
from kimforms.services.checklists.access import note_look, visible_checklist
from kimforms.services.checklists.entries import set_entry
from kimforms.services.refusals import NotVisible
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.naturalisation import CARITAS, EBH_TROISDORF, at_checklist, begun, checklist
from ..support.records import actor
from .test_checklists_hand_over import WHY, handed, reported, returned
from .test_checklists_sharing import answered, asked, mails, tags

SECRETS = ("Kranich 4711", "Flurkarte", "Heuwagen", "Nistkasten", "Wetterhahn", "Regentonne")
"""Words that stand nowhere else: the pseudonym, a note, a question, an answer, a reason, a gap."""


def whole_life():
    """A checklist with everything that can belong to one; returns its reference."""
    pseudonym, note, question, answer, reason, gap = SECRETS
    reference = begun(pseudonym=pseudonym, verheiratet=True, route="anspruch")
    with at_checklist(reference) as (session, who, found):
        set_entry(session, who, NOW, found, "B4", state="working", note=f"Die {note} suchen")
    asked(reference, text=f"Genügt der {question}?")
    answered(reference, text=f"Ein {answer} genügt.")
    handed(reference, reason=f"Wegen der {reason} schon jetzt: {WHY}")
    with at_checklist(reference, EBH_TROISDORF) as (session, who, found):
        note_look(session, who, NOW, found, "page")
    reported(reference, "received", note=f"Der {answer} liegt vor.")
    returned(reference, gaps=[("B4", f"Die {gap} fehlt.")], note=f"Auch die {gap}.")
    return reference


def everything():
    """All rows of all tables as one text."""
    db.session.rollback()
    names = inspect(db.engine).get_table_names()
    rows = [str(row) for name in names for row in db.session.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(rows).casefold()


def due(reference):
    found = checklist(reference)
    return found.ends_on, found.end_told_on, found.erased_at


def at(day):
    return NOW.replace(year=day.year, month=day.month, day=day.day)


def test_nothing_of_the_client_is_left_anywhere(app, data_dir):
    reference = whole_life()
    before = everything()
    assert [word for word in SECRETS if word.casefold() not in before] == []
    with at_checklist(reference) as (session, who, found):
        counts = ending.erase(session, who, NOW, found, how="service")
    after = everything()
    assert [word for word in SECRETS if word.casefold() in after] == []
    assert {name: counts[name] for name in counts if name != "values"} == {
        "entries": 1, "messages": 2, "shares": 2, "looks": 1, "milestones": 1, "hand_overs": 1,
    }  # fmt: skip
    assert counts["values"] > 5


def test_the_tombstone_proves_it_and_the_chain_stays_whole(app, data_dir):
    reference = whole_life()
    with at_checklist(reference) as (session, who, found):
        ending.erase(session, who, NOW, found, how="service")
        assert ending.erase(session, who, NOW, found, how="service") == {}
    found = checklist(reference)
    assert (found.record.state, found.record.open, found.erased_at) == ("geloescht", False, NOW)
    assert (found.pseudonym, found.pseudonym_key, found.situation, found.missing) == (None, None, {}, [])
    assert (found.municipality, found.route, found.adviser_id, found.handed_over_at) == (None, None, None, None)
    assert found.entries == []
    assert (found.record.title, found.record.answers, found.record.municipality) == ("", {}, None)
    assert tags(reference).count("checklist:erase") == 1
    event = db.session.scalars(select(Event).where(Event.tag == "checklist:erase")).one()
    payload = audit.payload_of(event)
    assert (payload["how"], payload["counts"]["messages"]) == ("service", 2)
    assert audit_check.verify(db.session(), data_dir).ok


def test_nobody_finds_an_erased_checklist(app):
    reference = begun()
    asked(reference)
    with at_checklist(reference) as (session, who, found):
        ending.erase(session, who, NOW, found, how="service")
    with unit_of_work() as session:
        for email in (CARITAS, EBH_TROISDORF):
            with pytest.raises(NotVisible):
                visible_checklist(session, actor(session, email), reference)


def test_the_pseudonym_is_free_again(app):
    reference = begun(pseudonym="Ahorn 12")
    with at_checklist(reference) as (session, who, found):
        ending.erase(session, who, NOW, found, how="service")
    assert begun(pseudonym="Ahorn 12") != reference


def test_a_notice_comes_before_and_names_no_content(app):
    reference = begun(pseudonym="Ahorn 12")
    ends_on = due(reference)[0]
    assert ending.run(unit_of_work, at(ends_on - timedelta(days=31))).told == 0
    day = ends_on - timedelta(days=30)
    assert ending.run(unit_of_work, at(day)).told == 1
    assert ending.run(unit_of_work, at(day)).told == 0
    (mail,) = mails()
    assert mail[0] == "checklist.ending"
    assert mail[3] == [CARITAS]
    assert f"{ends_on:%d.%m.%Y}" in mail[2]
    assert "Ahorn" not in mail[2]
    assert due(reference) == (ends_on, day, None)


def test_after_the_notice_it_is_erased_once(app, data_dir):
    reference = whole_life()
    ends_on = due(reference)[0]
    ending.run(unit_of_work, at(ends_on - timedelta(days=30)))
    assert ending.run(unit_of_work, at(ends_on)).erased == 0
    assert ending.run(unit_of_work, at(ends_on + timedelta(days=1))).erased == 1
    assert ending.run(unit_of_work, at(ends_on + timedelta(days=1))).erased == 0
    assert [word for word in SECRETS if word.casefold() in everything()] == []
    assert audit_check.verify(db.session(), data_dir).ok


def test_work_after_the_notice_keeps_it(app):
    reference = begun()
    ends_on = due(reference)[0]
    day = ends_on - timedelta(days=10)
    ending.run(unit_of_work, at(day))
    with at_checklist(reference) as (session, who, found):
        set_entry(session, who, at(day), found, "B4", state="working")
    later = due(reference)
    assert later[0] > ends_on
    assert later[1:] == (None, None)
    assert ending.run(unit_of_work, at(ends_on + timedelta(days=1))).erased == 0


def test_one_click_keeps_it(app):
    reference = begun()
    ends_on = due(reference)[0]
    day = ends_on - timedelta(days=5)
    ending.run(unit_of_work, at(day))
    with at_checklist(reference) as (session, who, found):
        assert ending.keep(session, who, at(day), found) > ends_on
        ending.keep(session, who, at(day), found)
    assert due(reference)[1] is None
    assert tags(reference).count("checklist:keep") == 1


def test_a_worker_that_stood_still_still_gives_notice(app):
    reference = begun()
    ends_on = due(reference)[0]
    late = ends_on + timedelta(days=100)
    assert (ending.run(unit_of_work, at(late)).told, due(reference)[0]) == (1, late + timedelta(days=30))
    assert ending.run(unit_of_work, at(late + timedelta(days=30))).erased == 0
    assert ending.run(unit_of_work, at(late + timedelta(days=31))).erased == 1


def test_one_that_fails_holds_up_no_other(app, monkeypatch):
    first, second = begun(), begun()
    ends_on = due(first)[0]
    ending.run(unit_of_work, at(ends_on - timedelta(days=30)))
    number, real = checklist(first).record_id, ending.erase

    def failing(session, who, now, found, *, how):
        if found.record_id == number:
            raise OSError("disk full")
        return real(session, who, now, found, how=how)

    monkeypatch.setattr(ending, "erase", failing)
    done = ending.run(unit_of_work, at(ends_on + timedelta(days=1)))
    assert (done.erased, len(done.failed)) == (1, 1)
    assert due(first)[2] is None
    assert due(second)[2] is not None


def test_the_clock_calls_it(app):
    reference = begun()
    jobs.round_by_the_clock(None, app, at(due(reference)[0] - timedelta(days=30)))
    assert due(reference)[1] is not None


def test_other_checklists_stay(app):
    gone, stays = whole_life(), begun(pseudonym="Linde 8")
    with at_checklist(stays) as (session, who, found):
        questions.ask(session, who, NOW, found, text="Bleibt das?")
        set_entry(session, who, NOW, found, "B4", state="working", note="bleibt")
    with at_checklist(gone) as (session, who, found):
        ending.erase(session, who, NOW, found, how="service")
    with at_checklist(stays) as (session, _, found):
        assert (found.pseudonym, [one.note for one in found.entries]) == ("Linde 8", ["bleibt"])
        assert len(sharing.live_shares(session, found)) == 1
    assert len(db.session.scalars(select(ClientChecklist)).all()) == 2
