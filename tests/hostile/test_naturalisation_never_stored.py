"""Nothing of a point under Art. 9 or 10 GDPR gets into the database, by whichever way somebody tries to bring it in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from kimforms.extensions import db
from kimforms.models import ChecklistEdition, ChecklistShare, Controller, HandOver
from kimforms.naturalisation.applies import never_stored
from kimforms.services.audit_check import verify
from kimforms.services.checklists import (
    hand_over,
    hand_over_papers,
    keeping,
    milestones,
    protecting,
    questions,
    returning,
    sharing,
)
from kimforms.services.checklists.entries import set_entry
from kimforms.services.checklists.pseudonyms import Doubtful
from kimforms.services.editions import lifting
from kimforms.services.editions.reading import document_of
from kimforms.services.queries import checklist_history
from kimforms.services.refusals import InputRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.naturalisation import EBH_TROISDORF, NEVER, SMALL, at_checklist, begun, checklist, publish, small

SECRET = "Papageienfeder"


pytestmark = pytest.mark.usefixtures("app")


def tables() -> dict[str, str]:
    """Everything that stands in tables of checklists and in the history, as text."""
    db.session.rollback()
    names = [one for one in sorted(db.metadata.tables) if one not in ("checklist_edition", "process_version")]
    return {one: str(db.session.execute(text(f'SELECT * FROM "{one}"')).all()) for one in names}


def holding(word: str) -> list[str]:
    return [name for name, content in tables().items() if word in content]


def next_edition(**changes: Any) -> int:
    """Puts a second edition of Troisdorf in effect; returns its id."""
    with unit_of_work() as session:
        office = session.scalars(select(Controller).where(Controller.key == "troisdorf")).one()
        return publish(session, office, small(**changes), number=90, valid_from=NOW.date()).id


def made_sensitive(*, items: tuple[str, ...] = (), conditions: tuple[str, ...] = ()) -> dict[str, Any]:
    """The small edition with some points and questions protected."""
    return {
        "conditions": [one | (NEVER if one["id"] in conditions else {}) for one in SMALL["conditions"]],
        "sections": [
            section | {"items": [one | (NEVER if one["id"] in items else {}) for one in section["items"]]}
            for section in SMALL["sections"]
        ],
    }


def lifted(reference: str, edition_id: int) -> None:
    with at_checklist(reference) as (session, person, held):
        lifting.lift(session, person, NOW, held, session.get_one(ChecklistEdition, edition_id))


def returned(reference: str, item_id: str, gap: str) -> None:
    """A hand-over that the office gave back because of one point."""
    with at_checklist(reference) as (session, person, held):
        hand_over.hand_over(session, person, NOW, held, reason=f"Zu {item_id} eilt es")
    with at_checklist(reference, EBH_TROISDORF) as (session, person, held):
        returning.return_hand_over(
            session, person, NOW, held, reason="unterlagen_fehlen", gaps=[(item_id, gap)], note=f"Siehe {item_id}"
        )


def told_everywhere(reference: str, item_id: str) -> None:
    """Notes, asks, shares, answers, hands over and returns, all about one point."""
    with at_checklist(reference) as (session, person, held):
        set_entry(session, person, NOW, held, item_id, state="working", note=SECRET)
        questions.ask(session, person, NOW, held, text=f"{SECRET} nötig?", item_id=item_id)
    with at_checklist(reference, EBH_TROISDORF) as (session, person, held):
        questions.answer(session, person, NOW, held, text=f"Ja, {SECRET}", item_id=item_id)
    returned(reference, item_id, f"{SECRET} fehlt")


@pytest.fixture
def reference() -> str:
    """A checklist by the small edition, which a test may protect further."""
    with unit_of_work() as session:
        office = session.scalars(select(Controller).where(Controller.key == "troisdorf")).one()
        publish(session, office, small(), number=80, valid_from=NOW.date().replace(day=1))
    return begun(verheiratet=True, gastarbeitergeneration=True)


def test_what_becomes_sensitive_leaves_no_trace(reference: str, app: Flask) -> None:
    """Entry, question, answer, share, hand-over, return and history: everything of the point goes with the lifting."""
    told_everywhere(reference, "B5")
    assert len(holding(SECRET)) >= 4
    edition = next_edition(**made_sensitive(items=("B5",)))
    lifted(reference, edition)
    assert holding(SECRET) == []
    # a password hash may hold any two letters and digits
    assert [name for name in holding("B5") if name not in ("catalogue_entry", "user_account")] == []
    with unit_of_work() as session:
        assert session.scalars(select(ChecklistShare).where(ChecklistShare.item_id.is_not(None))).all() == []
        made = session.scalars(select(HandOver)).one()
        assert made.gaps == []
        assert b"B5" not in hand_over_papers.json_of(made)
        assert hand_over_papers.pdf_of(made).startswith(b"%PDF")
        assert verify(session, app.config["SETTINGS"].data_dir).ok
    with at_checklist(reference) as (session, _person, held):
        lines, _more = checklist_history.lines(session, held)
        assert lines
        assert not any("B5" in one.title + one.text or "None" in one.title for one in lines)


def test_a_checklist_that_nobody_lifts_loses_it_in_the_night(reference: str, app: Flask) -> None:
    """Returned, handed over or forgotten about: the law of today counts for what is kept."""
    told_everywhere(reference, "B5")
    before = checklist(reference).edition_id
    next_edition(**made_sensitive(items=("B5",), conditions=("gastarbeitergeneration",)))
    assert protecting.run(unit_of_work, NOW) == 1
    assert holding(SECRET) == []
    held = checklist(reference)
    assert held.edition_id == before, "it was not lifted"
    assert "gastarbeitergeneration" not in held.situation
    assert "verheiratet" in held.situation, "what is not protected stays"
    assert "B5" not in [entry.item_id for entry in held.entries]
    assert protecting.run(unit_of_work, NOW) == 1, "again without harm"
    with unit_of_work() as session:
        assert verify(session, app.config["SETTINGS"].data_dir).ok


def test_a_question_that_becomes_sensitive_leaves_no_answer(reference: str, app: Flask) -> None:
    """The situation of today, those of the past in the history, and the points that only this question brought."""
    with at_checklist(reference) as (session, person, held):
        set_entry(session, person, NOW, held, "F4", state="met", note=SECRET)
        keeping.change_situation(
            session, person, NOW, held, situation={"gastarbeitergeneration": False, "kein_pass": True}, route=None
        )
        keeping.change_situation(session, person, NOW, held, situation={"gastarbeitergeneration": True}, route=None)
    assert holding("gastarbeitergeneration")
    lifted(reference, next_edition(**made_sensitive(conditions=("gastarbeitergeneration",))))
    assert "F4" in never_stored(document_of(checklist(reference).edition))
    assert holding(SECRET) == []
    assert [one for one in holding("gastarbeitergeneration") if one != "audit_event"] == []
    with unit_of_work() as session:
        assert verify(session, app.config["SETTINGS"].data_dir).ok


def test_the_trace_of_lifting_is_the_same_whether_or_not_something_was_noted(reference: str) -> None:
    other = begun(verheiratet=True, gastarbeitergeneration=True)
    with at_checklist(reference) as (session, person, held):
        set_entry(session, person, NOW, held, "B5", state="met")
    edition = next_edition(**made_sensitive(items=("B5",)))
    for one in (reference, other):
        lifted(one, edition)
    db.session.rollback()
    rows = db.session.execute(
        text("SELECT payload FROM event WHERE tag = 'checklist:lift' ORDER BY seq")
    ).scalars().all()  # fmt: skip
    assert len(rows) == 2
    assert ['"erased":1' in one for one in rows] == [True, True]


def _tries(word: str) -> Iterator[tuple[str, Any]]:
    """Each way in which a person can write words about a checklist at its service."""
    yield "note", lambda s, p, h: set_entry(s, p, NOW, h, "B4", state="working", note=word, insist=True)
    yield "reason", lambda s, p, h: set_entry(s, p, NOW, h, "F1", state="not_needed", reason=word, insist=True)
    yield "question", lambda s, p, h: questions.ask(s, p, NOW, h, text=word, item_id="B4", insist=True)
    yield "question to the whole", lambda s, p, h: questions.ask(s, p, NOW, h, text=word, insist=True)
    yield "hand-over", lambda s, p, h: hand_over.hand_over(s, p, NOW, h, reason=word, insist=True)
    if word not in POINTS:  # a number such as F6 may well be a pseudonym
        yield "pseudonym", lambda s, p, h: keeping.rename(s, p, NOW, h, word[:50], insist=True)


TELLING = (
    "wegen Erkrankung", "ist schwerbehindert", "GdB 50", "hat Depressionen", "Pflegegrad 3", "Krankengeld seit Mai",
    "hat eine Vorstrafe", "war in Haft", "Strafe von 60 Tagessätzen", "Sehbehinderung", "hat Demenz", "posttraumatisch",
    "Ausnahme nach § 10 Abs. 6", "§ 12a StAG", "ärztliches Attest", "Suchtkrankheit",
    "ist Muslimin", "evangelische Kirche",
)  # fmt: skip
POINTS = ("siehe F6", "siehe f6", "wie I 1")


@pytest.mark.parametrize("words", (*TELLING, *POINTS))
def test_words_that_tell_are_refused_everywhere(reference: str, words: str) -> None:
    before = tables()
    passed = []
    for name, attempt in _tries(words):
        try:
            with at_checklist(reference) as (session, person, held):
                attempt(session, person, held)
            passed.append(name)
        except InputRefused as refused:
            assert refused.errors
    assert passed == []
    assert tables() == before


@pytest.mark.parametrize("words", (*TELLING, *POINTS))
def test_the_office_cannot_write_them_either(reference: str, words: str) -> None:
    with at_checklist(reference) as (session, person, held):
        hand_over.hand_over(session, person, NOW, held, reason="Es eilt")
    before = tables()
    attempts: tuple[Any, ...] = (
        lambda s, p, h: questions.answer(s, p, NOW, h, text=words, item_id="B4", insist=True),
        lambda s, p, h: milestones.report(s, p, NOW, h, kind="received", note=words, insist=True),
        lambda s, p, h: returning.return_hand_over(
            s, p, NOW, h, reason="unterlagen_fehlen", gaps=[("B4", words)], insist=True
        ),
        lambda s, p, h: returning.return_hand_over(s, p, NOW, h, reason="anderes", gaps=[], note=words, insist=True),
    )
    for attempt in attempts:
        with pytest.raises(InputRefused), at_checklist(reference, EBH_TROISDORF) as (session, person, held):
            attempt(session, person, held)
    assert tables() == before


@pytest.mark.parametrize(
    "words",
    [
        "Krankenpflegerin in Vollzeit", "Botschaft in Islamabad", "Haftpflichtversicherung liegt vor",
        "Krankenkasse bestätigt", "Krankenversicherung fehlt",
        "Arztrechnung bezahlt?",
        "Passersatz in 6 Wochen", "Straße geändert", "B1 und C1 liegen vor", "Bescheinigung der Stadt", "Termin am 3.12.",
        "Christa-Wolf-Schule", "wohnhaft in Troisdorf", "Kirchstraße", "§ 10 Abs. 1 StAG", "Kopie nach § 10 Abs. 4a",
    ],
)  # fmt: skip
def test_ordinary_words_pass(reference: str, words: str) -> None:
    with at_checklist(reference) as (session, person, held):
        made = set_entry(session, person, NOW, held, "B4", state="working", note=words, insist=True)
        assert made is not None and made.note == words


@pytest.mark.parametrize("item_id", ["F6", "H1", "I1", "I2"])
def test_no_door_opens_for_such_a_point(reference: str, item_id: str) -> None:
    """State, share, question; by the whole and by hand-over; whatever the case of its id."""
    before = tables()
    attempts: tuple[Any, ...] = (
        lambda s, p, h: set_entry(s, p, NOW, h, item_id, state="met"),
        lambda s, p, h: set_entry(s, p, NOW, h, item_id, state="open"),
        lambda s, p, h: sharing.share(s, p, NOW, h, scope="item", item_id=item_id),
        lambda s, p, h: questions.ask(s, p, NOW, h, text="Eine Frage", item_id=item_id),
    )
    for attempt in attempts:
        with pytest.raises(InputRefused), at_checklist(reference) as (session, person, held):
            attempt(session, person, held)
    assert tables() == before


@pytest.mark.parametrize("question", ["krankheit_behinderung_alter", "verurteilung", "gibt_es_nicht"])
@pytest.mark.parametrize("answer", [True, False])
def test_a_sensitive_question_is_never_answered(reference: str, question: str, answer: bool) -> None:
    before = tables()
    with pytest.raises(InputRefused), at_checklist(reference) as (session, person, held):
        keeping.change_situation(
            session, person, NOW, held, situation={"verheiratet": True, question: answer}, route=None
        )
    with pytest.raises(InputRefused):
        begun(**{question: answer})
    assert tables() == before


def test_a_point_that_also_comes_through_something_sensitive_needs_the_other_reason() -> None:
    """G3 of the real checklist (no test): met only where age, generation or hardship bring it, never by itself."""
    plain, young = begun(), begun(kind_unter_16=True)
    document = document_of(checklist(plain).edition)
    if "G3" not in document.items:
        pytest.fail("the profile's checklist was expected")
    for state in ("met", "not_needed", "working"):
        with pytest.raises(InputRefused), at_checklist(plain) as (session, person, held):
            set_entry(session, person, NOW, held, "G3", state=state, reason="so vereinbart")
    with at_checklist(young) as (session, person, held):
        assert set_entry(session, person, NOW, held, "G3", state="met") is not None


def test_what_stands_at_such_a_point_goes_with_the_other_reason() -> None:
    young = begun(kind_unter_16=True)
    with at_checklist(young) as (session, person, held):
        set_entry(session, person, NOW, held, "G3", state="met")
        set_entry(session, person, NOW, held, "B4", state="met")
    with at_checklist(young) as (session, person, held):
        keeping.change_situation(session, person, NOW, held, situation={"kind_unter_16": False}, route=None)
    assert [one.item_id for one in checklist(young).entries] == ["B4"]
    with at_checklist(young) as (session, person, held):
        keeping.change_situation(session, person, NOW, held, situation={"kind_unter_16": True}, route=None)
    assert [one.item_id for one in checklist(young).entries] == ["B4"], "it is noted anew, or not at all"


def test_a_paper_of_such_a_point_cannot_be_noted_elsewhere(reference: str) -> None:
    with pytest.raises(InputRefused), at_checklist(reference) as (session, person, held):
        set_entry(
            session, person, NOW, held, "B4", state="present", evidence={"Attest oder Gutachten": date(2026, 1, 2)}
        )


def test_a_doubtful_text_is_kept_nowhere_until_it_is_confirmed(reference: str) -> None:
    before = tables()
    with pytest.raises(Doubtful), at_checklist(reference) as (session, person, held):
        set_entry(session, person, NOW, held, "B4", state="working", note="Frau Aylin Yıldız, 0151 23456789")
    assert tables() == before
