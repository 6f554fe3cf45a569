"""News of a publication: everybody who should hear of it does, once, whatever dies in between; nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from kimforms import jobs
from kimforms.extensions import db
from kimforms.models import Delivery, DigestItem, NewsSent, OutboxMessage, Record, RecordContact, RecordLink, User
from kimforms.permissions import Actor
from kimforms.services import digest, follows, news, retention
from kimforms.services.catalogues import catalogues
from kimforms.services.refusals import InputRefused, NotPermitted
from kimforms.services.unit_of_work import unit_of_work

from ..support.publications import corrected, field_of_action, public, published, stored_id, take
from ..support.records import (
    ADVISER,
    CASE_MANAGER,
    COORDINATOR,
    NOW,
    OTHER_ADVISER,
    actor,
    last_payload,
    mails,
    report,
    theme,
    user,
)

pytestmark = pytest.mark.usefixtures("app")
SECRET = "test"
ANNA, BEN = "anna@caritas.example", "ben@awo.example"


def joined(theme_reference: str, *reports: str) -> str:
    """The theme with these reports."""
    with unit_of_work() as session:
        for one in reports:
            link = RecordLink(from_id=stored_id(one), to_id=stored_id(theme_reference), kind="theme", created_at=NOW)
            session.add(link)
    return theme_reference


def anonymous(address: str, **answers: Any) -> str:
    return report(None, melder_email=address, rueckmeldung=answers.pop("wish", "ergebnis"), **answers)


def tell(batch: int = 2) -> None:
    news.run(unit_of_work, NOW, secret=SECRET, batch=batch)
    db.session.rollback()


def news_mails() -> list[str]:
    return sorted(address for _kind, address in mails(news.KIND))


def set_aside() -> list[str]:
    """Whom the daily mail will tell."""
    rows = db.session.scalars(select(User.email).join(DigestItem, DigestItem.user_id == User.id))
    return sorted(rows)


def follow(by: str, *fields: str, mode: str = "mail", **more: Any) -> bool:
    with unit_of_work() as session:
        wish = follows.Wish(frozenset(fields), mode, **more)
        return follows.follow_fields(session, actor(session, by), NOW, wish, catalogues=catalogues(session))


def test_reporters_case_managers_and_followers_are_told_once() -> None:
    subject = joined(theme("Intern"), anonymous(ANNA), anonymous(BEN), report(ADVISER))
    follow(OTHER_ADVISER, field_of_action())
    reference = published(subject)
    tell()
    assert news_mails() == sorted([ANNA, BEN, ADVISER, OTHER_ADVISER])
    assert set_aside() == [CASE_MANAGER]
    tell()
    assert len(news_mails()) == 4
    row = public(reference)
    assert (row.news_pending, row.news_number) == (False, 1)
    assert last_payload(reference, "publication:news")["told"] == 5
    assert db.session.scalar(select(func.count()).select_from(NewsSent)) == 0, "who it was is forgotten"


def test_mails_hold_the_public_title_and_link_and_nothing_of_the_report() -> None:
    titel = "Geheime Meldung über Kita"
    subject = joined(theme("Interner Titel"), anonymous(ANNA, titel=titel))
    published(subject)
    tell()
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == news.KIND)).one()
    whole = message.subject + message.text + message.html
    assert "Ein Nachweis genügt" in message.text
    assert "http://localhost/solutions/ein-nachweis-genuegt-fuer-kita-und-schule" in message.text
    for inside in (titel, "Interner Titel", "IH-2026", "TH-2026", "BK-2026", "/records/"):
        assert inside not in whole
    assert message.record is None


def test_several_reports_of_one_person_bring_one_mail() -> None:
    subject = joined(theme(), anonymous(ANNA), anonymous(ANNA.upper()), anonymous(ANNA))
    published(subject)
    tell(batch=1)
    assert [one.lower() for one in news_mails()] == [ANNA]


def test_a_report_in_two_themes_brings_one_mail_for_each_publication() -> None:
    one = anonymous(ANNA)
    first, second = joined(theme("A"), one), joined(theme("B"), one)
    published(first)
    tell()
    published(second, title="Anders gelöst")
    tell()
    assert news_mails() == [ANNA, ANNA]


def test_who_reported_by_account_and_without_one_gets_one_mail() -> None:
    subject = joined(theme(), report(ADVISER), anonymous(ADVISER))
    published(subject)
    tell(batch=1)
    assert news_mails() == [ADVISER]


def test_a_reporter_with_a_daily_mail_finds_it_there_with_its_link() -> None:
    with unit_of_work() as session:
        user(session, ADVISER).digest = True
    published(joined(theme(), report(ADVISER)))
    tell()
    assert news_mails() == []
    assert ADVISER in set_aside()
    digest.run(unit_of_work, NOW + timedelta(days=1))
    db.session.rollback()
    wanted = select(OutboxMessage).join(Delivery).where(OutboxMessage.kind == digest.KIND, Delivery.address == ADVISER)
    message = db.session.scalars(wanted).one()
    assert "\nhttp://localhost/solutions/ein-nachweis-genuegt-fuer-kita-und-schule\n" in message.text
    assert '<a href="http://localhost/solutions/ein-nachweis-genuegt-fuer-kita-und-schule">' in message.html


def test_nobody_is_told_who_cannot_or_will_not_be() -> None:
    withdrawn = anonymous("gone@x.example")
    with unit_of_work() as session:
        session.get_one(Record, stored_id(withdrawn)).state = "zurueckgezogen"
    erased = anonymous("erased@x.example")
    closed = report(OTHER_ADVISER)
    broken = anonymous("fine@x.example")
    with unit_of_work() as session:
        session.execute(update(RecordContact).where(RecordContact.record_id == stored_id(erased)).values(email=None))
        session.execute(update(RecordContact).where(RecordContact.record_id == stored_id(broken)).values(email="a b\n"))
        user(session, OTHER_ADVISER).active = False
        user(session, CASE_MANAGER).active = False
    subject = joined(
        theme(),
        withdrawn,
        erased,
        closed,
        broken,
        report(None, contact=False),
        anonymous("quiet@x.example", wish="nein"),
    )
    published(subject)
    tell()
    assert news_mails() == []
    assert set_aside() == []


def test_whose_roles_have_ended_is_told_nothing() -> None:
    follow(OTHER_ADVISER, news.ALL_FIELDS)
    with unit_of_work() as session:
        for grant in user(session, OTHER_ADVISER).grants:
            grant.valid_until = NOW.date() - timedelta(days=1)
    published()
    tell()
    assert news_mails() == []


def test_followers_are_told_as_they_chose_and_only_of_their_fields() -> None:
    first, second = field_of_action(0), field_of_action(1)
    follow(ADVISER, first, mode="mail")
    follow(OTHER_ADVISER, second, mode="mail")
    follow(COORDINATOR, news.ALL_FIELDS, mode="digest")
    follow(CASE_MANAGER, first, mode="mail")
    published(fields_of_action=[first])
    tell()
    assert news_mails() == sorted([ADVISER, CASE_MANAGER])
    assert set_aside() == [COORDINATOR]


def test_of_a_correction_only_those_hear_who_asked_for_it() -> None:
    follow(ADVISER, news.ALL_FIELDS, corrections=True)
    follow(OTHER_ADVISER, news.ALL_FIELDS)
    reference = published(joined(theme(), anonymous(ANNA)))
    tell()
    before = news_mails()
    corrected(reference, "Der Beginn war falsch.", changed="Es gilt ab Januar.")
    tell()
    after = news_mails()
    assert len(after) == len(before) + 1
    assert after.count(ADVISER) == 2
    message = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == news.KIND).order_by(OutboxMessage.id)
    ).all()[-1]
    assert message.subject == "Korrigiert: Ein Nachweis genügt für Kita und Schule"
    assert "Der Beginn war falsch." in message.text


def test_a_correction_that_overtakes_the_first_news_tells_nobody_twice() -> None:
    follow(ADVISER, news.ALL_FIELDS, corrections=True)
    reference = published(joined(theme(), anonymous(ANNA), anonymous(BEN)))
    news.tell_some(unit_of_work, NOW, secret=SECRET, batch=1)
    corrected(reference, changed="Es gilt ab Januar.")
    tell(batch=1)
    assert news_mails() == sorted([ADVISER, ANNA, BEN])
    assert public(reference).news_number == 2


def test_withdrawing_stops_the_news_and_publishing_again_goes_on_where_they_were() -> None:
    reference = published(joined(theme(), anonymous(ANNA), anonymous(BEN)))
    news.tell_some(unit_of_work, NOW, secret=SECRET, batch=1)
    take(COORDINATOR, reference, "zurueckziehen", reason="Nicht abgestimmt.")
    tell()
    assert len(news_mails()) == 1
    take(COORDINATOR, reference, "wieder_veroeffentlichen")
    with unit_of_work() as session:
        record = session.get_one(Record, stored_id(reference))
        record.answers = {**record.answers, "change_note": "Abgestimmt."}
    take(COORDINATOR, reference, "korrektur_freigabe_erbitten")
    take("leitung@rsk.example", reference, "freigeben")
    tell()
    assert news_mails() == sorted([ANNA, BEN])


class Killed(BaseException):
    """The worker dies; nothing may catch it."""


@contextmanager
def dying_at(number: int) -> Iterator[list[str]]:
    """Kills at the ``number``-th statement that is sent inside; the list holds those sent before."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)
        if len(sent) > number:
            raise Killed

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_worker_killed_at_any_statement_leaves_nobody_out_and_tells_nobody_twice() -> None:
    subject = joined(theme(), anonymous(ANNA), anonymous(BEN), report(ADVISER), anonymous(ANNA))
    follow(OTHER_ADVISER, news.ALL_FIELDS)
    reference = published(subject)
    deaths = step = 0
    while public(reference).news_pending:
        with dying_at(step) as sent:
            try:
                news.tell_some(unit_of_work, NOW, secret=SECRET, batch=2)
                step = 0  # this batch is through: kill the next one at each of its statements
            except Killed:
                deaths += 1
                step = len(sent)
        db.session.rollback()
    assert deaths > 30
    assert news_mails() == sorted([ANNA, BEN, ADVISER, OTHER_ADVISER])
    assert set_aside() == [CASE_MANAGER]


def test_a_batch_that_fails_at_its_end_is_told_anew_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    published(joined(theme(), anonymous(ANNA), anonymous(BEN)))
    commit = Session.commit
    monkeypatch.setattr(Session, "commit", lambda _self: (_ for _ in ()).throw(Killed))
    with pytest.raises(Killed):
        news.tell_some(unit_of_work, NOW, secret=SECRET)
    monkeypatch.setattr(Session, "commit", commit)
    assert news_mails() == []
    tell()
    assert news_mails() == sorted([ANNA, BEN])


def test_many_reports_are_told_in_batches() -> None:
    one = anonymous(ANNA)
    subject = joined(theme(), one)
    with unit_of_work() as session:
        first = session.get_one(Record, stored_id(one))
        for number in range(450):
            record = Record(
                reference=f"IH-2030-{number:04}", process_id=first.process_id, version_id=first.version_id,
                controller_id=first.controller_id, state="gebuendelt", title="x", created_at=NOW, state_since=NOW, changed_at=NOW,
                contact=RecordContact(email=f"p{number}@x.example", feedback="ergebnis"),
            )  # fmt: skip
            session.add(record)
            session.flush()
            session.add(
                RecordLink(from_id=record.id, to_id=stored_id_in(session, subject), kind="theme", created_at=NOW)
            )
    reference = published(subject)
    assert news.audience(
        db.session(),
        theme_id=public(reference).theme_id,
        fields=[],
        controller_id=first.controller_id,
        today=NOW.date(),
    ) == news.Audience(451, 1, 0)
    batches = news.run(unit_of_work, NOW, secret=SECRET)
    db.session.rollback()
    assert batches > 4
    assert len(set(news_mails())) == len(news_mails()) == 451
    most = (
        select(func.count()).select_from(Delivery).group_by(Delivery.message_id).order_by(func.count().desc()).limit(1)
    )
    assert db.session.scalar(most) <= news.BATCH


def stored_id_in(session: Session, reference: str) -> int:
    return session.scalars(select(Record.id).where(Record.reference == reference)).one()


def test_the_worker_tells_by_itself(app: Any) -> None:
    published(joined(theme(), anonymous(ANNA)))
    loop = jobs.OutboxLoop(app, lambda: NOW)
    for _ in range(6):
        loop.round()
    assert news_mails() == [ANNA]
    assert loop.round() == jobs.POLL_SECONDS


def test_news_that_cannot_be_told_keep_no_other_mail_back(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    monkeypatch.setattr(news, "_tell_reporters", lambda *_: 1 / 0)
    assert jobs.OutboxLoop(app, lambda: NOW).round() == jobs.POLL_SECONDS


# --- following -------------------------------------------------------------------------------------------------------


def test_a_choice_replaces_the_one_before_and_is_recorded() -> None:
    first, second = field_of_action(0), field_of_action(1)
    assert follow(ADVISER, first, second)
    assert not follow(ADVISER, first, second)
    assert follow(ADVISER, second, mode="digest", organisation="caritas")
    with unit_of_work() as session:
        assert follows.follows_of(session, actor(session, ADVISER)) == follows.Wish(
            frozenset({second}), "digest", False, "caritas"
        )
    assert follow(ADVISER)
    with unit_of_work() as session:
        assert follows.follows_of(session, actor(session, ADVISER)) == follows.Wish()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (follows.Wish(frozenset({"gibt-es-nicht"})), "fields"),
        (follows.Wish(frozenset({"*"}), "taube"), "mode"),
        (follows.Wish(frozenset({"*"}), "mail", False, "diakonie"), "organisation"),
    ],
)
def test_what_is_unknown_or_not_ones_own_is_refused(wish: follows.Wish, field: str) -> None:
    with pytest.raises(InputRefused) as refused, unit_of_work() as session:
        follows.follow_fields(session, actor(session, ADVISER), NOW, wish, catalogues=catalogues(session))
    assert set(refused.value.errors) == {field}


def test_nobody_follows_without_an_account() -> None:
    with pytest.raises(NotPermitted), unit_of_work() as session:
        follows.follow_fields(session, Actor("anyone"), NOW, follows.Wish(), catalogues=catalogues(session))


def test_an_address_goes_from_the_news_with_the_last_report_that_held_it() -> None:
    first, second = anonymous(ANNA), anonymous(ANNA)
    published(joined(theme(), first, second, anonymous(BEN), report(ADVISER)))
    tell()
    with unit_of_work() as session:
        session.delete(session.get_one(RecordContact, stored_id(first)))
    retention.run(unit_of_work, NOW)
    db.session.rollback()
    assert news_mails() == sorted([ANNA, BEN, ADVISER]), "a second report still holds it"
    with unit_of_work() as session:
        session.delete(session.get_one(RecordContact, stored_id(second)))
    retention.run(unit_of_work, NOW)
    db.session.rollback()
    assert [one.partition("-")[0] for one in news_mails()] == [BEN, ADVISER, "reporter"]
    waiting = select(Delivery.status).join(OutboxMessage).where(OutboxMessage.kind == news.KIND)
    assert sorted(db.session.scalars(waiting)) == ["dead", "queued", "queued"], "who is forgotten is written no more"
