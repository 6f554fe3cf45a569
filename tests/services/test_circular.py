"""Votes by circulation: who is asked, objections, silence, deputies, the clock, ties, and the decision that follows."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Body, Decision, Dispatch, Event, OutboxMessage, Person, Rulebook, Seat, SeatHolder
from kimforms.services.circular import answering, closing, drafting, offering, starting
from kimforms.services.circular.drafting import Motion
from kimforms.services.queries import history, record_page
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import circular
from ..support import meetings as house
from ..support.chain import STEERING, gathered, proposed, reconstruct
from ..support.circular import AFTER, LAST_DAY, VOTERS, at_vote, ballot_of, found, say
from ..support.databases import NOW
from ..support.records import ADVISER, COORDINATOR, actor, mails, stored


@pytest.fixture(autouse=True)
def body(app):
    house.body()


def rules(**values):
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == house.SLUG)).one()
        session.add(Rulebook(body=body, number=1, valid_from=house.SINCE, title="GO", values=values, adopted_at=NOW))


def events(tag):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Event).where(Event.tag == tag))


def decisions():
    db.session.rollback()
    return db.session.scalars(select(Decision).order_by(Decision.id)).all()


def clock(now=AFTER):
    summary = closing.run(unit_of_work, now)
    assert summary.failed == []
    return summary


def test_everybody_on_a_voting_seat_is_asked_by_an_own_mail(app):
    reference = circular.sent()
    vote = found(reference)
    assert reference == "PG-U-2026-01"
    assert [one.seat.label for one in vote.ballots] == VOTERS
    assert (vote.state, vote.reply_until) == ("open", LAST_DAY.date())
    letters = db.session.scalars(select(OutboxMessage)).all()
    assert len(letters) == len(VOTERS) and all(len(one.deliveries) == 1 for one in letters)
    assert all("{{reply:" in one.text and "Beschlussvorschlag" in one.text for one in letters)
    assert events("circular:start") == 1
    assert [one.kind for one in db.session.scalars(select(Dispatch))] == ["circular"]


@pytest.mark.parametrize("person", [COORDINATOR, ADVISER, house.MEMBER])
def test_only_who_works_for_the_body_prepares_and_sends(person):
    with pytest.raises(NotPermitted):
        circular.draft(by=person)
    reference = circular.draft()
    for deed in (
        lambda session, who, vote: starting.start_vote(session, who, NOW, vote=vote),
        lambda session, who, vote: drafting.cancel_vote(session, who, NOW, vote=vote, reason="x"),
        lambda session, who, vote: drafting.change_draft(session, who, NOW, vote=vote, motion=circular.MOTION),
    ):
        with pytest.raises(NotPermitted), at_vote(reference, person) as (session, who, vote):
            deed(session, who, vote)
    assert found(reference).state == "draft"


@pytest.mark.parametrize(
    ("motion", "field"),
    [(Motion("", "x"), "title"), (Motion("x", " "), "wording"), (Motion("x", "y", "z" * 10001), "reasons")],
)
def test_a_motion_without_title_or_wording_is_refused(motion, field):
    with pytest.raises(InputRefused) as refused:
        circular.draft(motion=motion)
    assert list(refused.value.errors) == [field]


def test_a_draft_is_changed_until_it_goes_out_and_by_one_at_a_time():
    reference = circular.draft()
    fresh = Motion("Anderer Titel", "Anderer Wortlaut")
    with at_vote(reference) as (session, who, vote):
        assert drafting.change_draft(session, who, NOW, vote=vote, motion=fresh, row_version=1)
    with pytest.raises(StaleVersion), at_vote(reference) as (session, who, vote):
        drafting.change_draft(session, who, NOW, vote=vote, motion=circular.MOTION, row_version=1)
    with pytest.raises(StaleVersion), at_vote(reference) as (session, who, vote):
        starting.start_vote(session, who, NOW, vote=vote, row_version=1)
    with at_vote(reference) as (session, who, vote):
        starting.start_vote(session, who, NOW, vote=vote, row_version=2)
    with pytest.raises(StepRefused), at_vote(reference) as (session, who, vote):
        drafting.change_draft(session, who, NOW, vote=vote, motion=circular.MOTION)
    with pytest.raises(StepRefused), at_vote(reference) as (session, who, vote):
        starting.start_vote(session, who, NOW, vote=vote)
    assert found(reference).title == "Anderer Titel"


def test_rules_that_forbid_it_stop_it_before_it_begins():
    rules(circular_vote_allowed=False)
    reference = circular.draft()
    with pytest.raises(StepRefused) as refused, at_vote(reference) as (session, who, vote):
        starting.start_vote(session, who, NOW, vote=vote)
    assert refused.value.sentence == "Beschlüsse im Umlaufverfahren sind nicht erlaubt."
    assert mails() == []


def test_the_last_answer_ends_it_and_makes_a_decision_with_number():
    reference = circular.sent()
    for label in VOTERS[:-1]:
        say(reference, label, "yes")
    assert found(reference).state == "open"
    say(reference, VOTERS[-1], "abstained")
    vote, (made,) = found(reference), decisions()
    assert (vote.state, vote.result, vote.decision_id) == ("decided", "accepted", made.id)
    assert vote.sentence == "Im Umlaufverfahren einstimmig bei 1 Enthaltung beschlossen."
    assert (made.reference, made.origin, made.votes_yes, made.votes_abstained) == (
        "PG-B-2026-01",
        f"circular:{vote.id}",
        6,
        1,
    )
    assert (made.wording, made.vote_sentence) == (circular.MOTION.wording, vote.sentence)
    assert vote.explanation[0]["rules"]
    told = [one for one in db.session.scalars(select(OutboxMessage)) if "Ergebnis" in one.subject]
    assert len(told) == len(VOTERS) + 1  # and the managing director
    assert clock().closed == 0


def test_an_answer_may_be_changed_until_the_end_and_the_last_one_counts():
    reference = circular.sent()
    say(reference, "Caritas", "yes")
    say(reference, "Caritas", "no", comment="Doch nicht")
    ballot = ballot_of(db.session(), found(reference), "Caritas")
    assert (ballot.choice, ballot.comment, ballot.via) == ("no", "Doch nicht", "link")
    say(reference, "Caritas", "no", comment="Doch nicht")
    assert events("circular:answer") == 2


def test_an_objection_ends_it_at_once_and_all_are_told():
    reference = circular.sent()
    say(reference, "Jugendamt", "objection", comment="Das gehört besprochen")
    vote = found(reference)
    assert (vote.state, vote.decision_id) == ("stopped", None)
    assert "Kim Jugendamt" in vote.sentence
    assert decisions() == []
    told = [one for one in db.session.scalars(select(OutboxMessage)) if "Ergebnis" in one.subject]
    assert len(told) == len(VOTERS) + 1
    with pytest.raises(StepRefused):
        say(reference, "Caritas", "yes")


def test_where_the_majority_agrees_an_objection_counts_and_does_not_stop():
    rules(circular_vote_condition="majority_agrees")
    reference = circular.sent()
    say(reference, "Jugendamt", "objection")
    assert found(reference).state == "open"
    for label in VOTERS:
        if label != "Jugendamt":
            say(reference, label, "yes")
    assert found(reference).result == "accepted"
    other = circular.sent()
    for label in VOTERS:
        say(other, label, "objection" if label in VOTERS[:4] else "yes")
    assert found(other).state == "stopped"


@pytest.mark.parametrize(
    ("silence", "state", "yes"),
    [("abstention", "decided", 2), ("yes_vote", "decided", 7), ("objection", "stopped", None)],
)
def test_silence_counts_as_the_rulebook_says_when_the_clock_ends_it(silence, state, yes):
    rules(circular_vote_silence=silence)
    reference = circular.sent()
    say(reference, "Dezernat", "yes")
    say(reference, "Caritas", "yes")
    assert clock(LAST_DAY).closed == 0
    assert clock().closed == 1
    assert clock().closed == 0
    assert found(reference).state == state
    assert [one.votes_yes for one in decisions()] == ([yes] if yes else [])


def test_whoever_was_not_reached_could_not_object():
    reference = circular.draft()
    with at_vote(reference) as (session, who, vote):
        starting.start_vote(session, who, NOW, vote=vote)  # the mails never leave
    say(reference, "Dezernat", "yes")
    clock()
    vote = found(reference)
    assert vote.state == "stopped" and "nicht erreicht" in vote.sentence


def test_after_the_last_day_nobody_answers():
    reference = circular.sent()
    with pytest.raises(StepRefused) as refused:
        say(reference, "Caritas", "yes", now=AFTER)
    assert "07.12.2026" in refused.value.sentence


def test_reminders_go_once_to_those_who_are_silent():
    reference = circular.sent()
    say(reference, "Caritas", "yes")
    before = len(mails())
    assert clock(LAST_DAY - timedelta(days=4)).reminded == 0
    assert clock(LAST_DAY - timedelta(days=3)).reminded == 1
    assert clock(LAST_DAY - timedelta(days=2)).reminded == 0
    fresh = mails()[before:]
    assert len(fresh) == len(VOTERS) - 1
    assert "caritas.pruefgremium@member.example" not in {address for _kind, address in fresh}


def test_the_chair_decides_a_tie_where_the_rules_say_so():
    rules(tie_means="chair_decides")
    reference = circular.sent()
    for label in VOTERS:
        say(
            reference,
            label,
            {0: "yes", 1: "no"}.get(VOTERS.index(label) % 2, "yes") if label != "Stadt" else "abstained",
        )
    vote = found(reference)
    assert (vote.state, vote.closed_at is not None) == ("open", True)
    assert [one.subject for one in db.session.scalars(select(OutboxMessage)) if "Stimmengleichheit" in one.subject]
    with pytest.raises(StepRefused):
        say(reference, "Stadt", "yes")
    clock()
    with at_vote(reference) as (session, who, vote):
        closing.decide_tie(session, who, NOW, vote=vote, casting_vote="yes")
    assert (found(reference).result, decisions()[0].result) == ("accepted", "accepted")


def test_a_deputy_answers_when_asked_and_the_holder_prevails():
    reference = circular.sent()
    with unit_of_work() as session:
        number = house.named(session, "Caritas", role="deputy").id

    def as_deputy(choice):
        with at_vote(reference, None) as (session, who, vote):
            deputy, one = session.get_one(Person, number), ballot_of(session, vote, "Caritas")
            answering.answer(session, who, NOW, vote=vote, ballot=one, person=deputy, choice=choice)

    with pytest.raises(NotPermitted):
        as_deputy("yes")
    with at_vote(reference, None) as (session, who, vote):
        one = ballot_of(session, vote, "Caritas")
        answering.pass_to_deputy(session, who, NOW, vote=vote, ballot=one, deputy_id=number)
    as_deputy("yes")
    ballot = ballot_of(db.session(), found(reference), "Caritas")
    assert (ballot.choice, ballot.cast_by_id) == ("yes", number)
    say(reference, "Caritas", "no")
    with pytest.raises(StepRefused):
        as_deputy("yes")
    ballot = ballot_of(db.session(), found(reference), "Caritas")
    assert (ballot.choice, ballot.cast_by_id) == ("no", ballot.person_id)


def test_deputies_need_rules_that_allow_them_and_a_seat():
    reference = circular.sent()
    with unit_of_work() as session:
        caritas, social = (house.named(session, label, role="deputy").id for label in ("Caritas", "Sozialamt"))
    with pytest.raises(InputRefused), at_vote(reference, None) as (session, who, vote):
        one = ballot_of(session, vote, "Caritas")
        answering.pass_to_deputy(session, who, NOW, vote=vote, ballot=one, deputy_id=social)
    rules(deputies_allowed=False)
    other = circular.sent()
    with pytest.raises(StepRefused), at_vote(other, None) as (session, who, vote):
        one = ballot_of(session, vote, "Caritas")
        answering.pass_to_deputy(session, who, NOW, vote=vote, ballot=one, deputy_id=caritas)


def test_a_stranger_and_a_ballot_of_another_vote_are_refused():
    reference, other = circular.sent(), circular.sent()
    with pytest.raises(NotPermitted), at_vote(reference, None) as (session, who, vote):
        one = ballot_of(session, vote, "Caritas")
        stranger = house.named(session, "Jobcenter")
        answering.answer(session, who, NOW, vote=vote, ballot=one, person=stranger, choice="yes")
    foreign = ballot_of(db.session(), found(other), "Caritas").id
    with pytest.raises(Exception, match="nicht"), at_vote(reference, None) as (session, who, vote):
        one = session.get_one(type(vote.ballots[0]), foreign)
        answering.answer(session, who, NOW, vote=vote, ballot=one, person=one.person, choice="yes")
    for choice in ("", "maybe"):
        with pytest.raises(InputRefused):
            say(reference, "Caritas", choice)
    with pytest.raises(InputRefused):
        say(reference, "Caritas", "yes", comment="x" * 1001)


def test_a_person_with_two_seats_gets_one_mail_and_two_ballots_of_which_one_counts():
    with unit_of_work() as session:
        seat = session.scalars(select(Seat).where(Seat.label == "Stadt")).one()
        holder = session.scalars(select(SeatHolder).where(SeatHolder.seat_id == seat.id)).one()
        holder.person = house.named(session, "Caritas")
    reference = circular.sent()
    assert len(found(reference).ballots) == len(VOTERS)
    assert len(mails()) == len(VOTERS) - 1
    for label in VOTERS:
        say(reference, label, "yes")
    assert (decisions()[0].votes_yes, decisions()[0].votes_abstained) == (6, 1)
    assert any("zweite Stimme" in fact for fact in found(reference).explanation[0]["facts"])


def test_a_letter_goes_to_whoever_has_no_address_and_the_office_enters_the_answer():
    with unit_of_work() as session:
        house.named(session, "Diakonie").email = None
    reference = circular.sent()
    vote = found(reference)
    ballot = ballot_of(db.session(), vote, "Diakonie")
    person_id = ballot.person_id
    with at_vote(reference) as (session, who, vote):
        assert starting.note_posted(session, who, NOW, vote=vote, person_id=person_id)
        assert not starting.note_posted(session, who, NOW, vote=vote, person_id=person_id)
    with pytest.raises(NotPermitted), at_vote(reference, COORDINATOR) as (session, who, vote):
        one = ballot_of(session, vote, "Diakonie")
        answering.enter_by_post(session, who, NOW, vote=vote, ballot=one, choice="yes")
    with at_vote(reference) as (session, who, vote):
        one = ballot_of(session, vote, "Diakonie")
        answering.enter_by_post(session, who, NOW, vote=vote, ballot=one, choice="yes")
    ballot = ballot_of(db.session(), found(reference), "Diakonie")
    assert (ballot.choice, ballot.via) == ("yes", "post")


def test_a_vote_is_called_off_with_a_reason_and_all_are_told():
    reference = circular.sent()
    with pytest.raises(InputRefused), at_vote(reference) as (session, who, vote):
        drafting.cancel_vote(session, who, NOW, vote=vote, reason=" ")
    before = len(mails())
    with at_vote(reference) as (session, who, vote):
        drafting.cancel_vote(session, who, NOW, vote=vote, reason="Falsche Fassung")
    assert found(reference).sentence == "Abgebrochen: Falsche Fassung"
    assert len(mails()) == before + len(VOTERS) + 1
    with pytest.raises(StepRefused):
        say(reference, "Caritas", "yes")


def paper():
    theme = gathered()
    reconstruct(theme, STEERING)
    return proposed(theme)


def test_a_vote_on_a_paper_moves_it_and_its_theme():
    number = paper()
    with unit_of_work() as session:
        motion = drafting.motion_of(session.merge(stored(number)))
    reference = circular.sent(paper=number, motion=motion)
    with pytest.raises(InputRefused):
        circular.draft(paper=number, motion=motion)
    for label in VOTERS:
        say(reference, label, "yes")
    (made,) = decisions()
    assert made.paper.reference == number and made.theme is not None
    assert stored(number).state == "beschlossen"


def test_a_paper_that_was_withdrawn_meanwhile_is_not_decided_on():
    number = paper()
    reference = circular.sent(paper=number)
    with unit_of_work() as session:
        session.merge(stored(number)).state = "entwurf"
    for label in VOTERS:
        say(reference, label, "yes")
    assert (found(reference).state, decisions()) == ("stopped", [])


def test_what_was_stopped_goes_onto_the_next_agenda():
    planned = house.meeting()
    reference = circular.sent()
    with pytest.raises(StepRefused), house.at_work(planned) as (session, who, meeting):
        offering.offer_for_agenda(session, who, NOW, vote=session.merge(found(reference)), meeting=meeting)
    say(reference, "Caritas", "objection")
    with at_vote(reference) as (session, who, vote):
        (meeting,) = offering.next_meetings(session, vote.body, NOW.date())
        item = offering.offer_for_agenda(session, who, NOW, vote=vote, meeting=meeting)
        assert (item.title, item.motion, item.kind) == (vote.title, vote.wording, "decision")
    with pytest.raises(StepRefused), at_vote(reference) as (session, who, vote):
        (meeting,) = offering.next_meetings(session, vote.body, NOW.date())
        offering.offer_for_agenda(session, who, NOW, vote=vote, meeting=meeting)


def test_the_history_of_the_paper_tells_in_words_what_happened_and_not_who_voted_how():
    number = paper()
    reference = circular.sent(paper=number)
    for label in VOTERS:
        say(reference, label, "no", comment="Geheimer Grund")
    db.session.rollback()
    who = actor(db.session(), COORDINATOR)
    seen = record_page.find(db.session(), who, NOW.date(), number)
    lines, _more = history.lines(db.session(), who, NOW, seen)
    titles = [line.title for line in lines]
    assert f"Umlaufverfahren {reference} entschieden" in titles
    assert titles.count(f"Antwort im Umlaufverfahren {reference}") == len(VOTERS)
    assert f"Umlaufverfahren {reference} an {len(VOTERS)} Sitze verschickt" in titles
    assert "Geheimer Grund" not in str(lines)
