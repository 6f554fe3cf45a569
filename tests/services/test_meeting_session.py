"""A meeting is held: grid, quorum, items, notes, votes, decisions; each step with its history, each refusal with its reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Decision, Event, Presence, Vote
from kimforms.services.meetings import attendance, notes, offers, proclaiming, progress, session, voting
from kimforms.services.meetings.room import ballot_token, room_of
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion, StepRefused

from ..support.chain import STEERING as CASE
from ..support.chain import decision, gathered, proposed, reconstruct
from ..support.databases import NOW
from ..support.meetings import BEGINS, MEMBER, body, meeting
from ..support.records import COORDINATOR, stored
from ..support.sessions import at, at_work, come, found, go, last_item, named, opened, voted


def tags(reference):
    held = found(reference)
    rows = db.session.scalars(select(Event.tag).where(Event.record_id == held.record_id).order_by(Event.seq))
    return list(rows)


def sentence(reference, minutes):
    held = found(reference)
    return room_of(db.session(), held).quorum(at(minutes)).verdict.sentence


def test_opening_pins_the_rules_and_a_second_click_changes_nothing(app):
    reference = meeting(body())
    for minute in (0, 5):
        with at_work(reference) as (work, actor, held):
            session.open_meeting(work, actor, at(minute), held, chair_id=named(work, "Dezernat").id)
    held = found(reference)
    assert (held.record.state, held.opened_at, held.pinned, held.chair.last_name) == ("laeuft", at(0), True, "Dezernat")
    assert tags(reference).count("meeting:session") == 1


@pytest.mark.parametrize("who", [COORDINATOR, MEMBER])
def test_only_the_office_holds_a_meeting_of_a_steering_body(app, who):
    reference = meeting(body())
    with pytest.raises(NotPermitted), at_work(reference, who) as (work, actor, held):
        session.open_meeting(work, actor, at(0), held)
    assert found(reference).record.state == "geplant"


def test_quorum_follows_who_comes_and_goes(app):
    reference = opened("Dezernat", "Sozialamt", "Jugendamt")
    assert (
        sentence(reference, 2) == "Das Gremium ist nicht beschlussfähig: 3 von 7 Stimmberechtigten anwesend, nötig 4."
    )
    with at_work(reference) as (work, actor, held):
        come(work, actor, held, "Jobcenter", 20)
    assert sentence(reference, 20).startswith("Das Gremium ist beschlussfähig: 4 von 7")
    go(reference, "Dezernat", 40)
    assert "nicht beschlussfähig" in sentence(reference, 40)
    held = found(reference)
    points = room_of(db.session(), held).changes(progress.in_order(db.session(), held))
    assert [point.at for point in points] == [at(0), at(20), at(40)]


def test_the_grid_takes_no_time_that_cannot_be_and_no_presence_twice(app):
    reference = opened()
    with at_work(reference) as (work, actor, held):
        first = come(work, actor, held, "Stadt", 5)
        assert come(work, actor, held, "Stadt", 5) is first
        for wrong in (at(60), at(-60 * 20)):
            with pytest.raises(InputRefused):
                attendance.correct(work, actor, at(10), held, first.id, arrived_at=wrong, left_at=None, remote=False)
        with pytest.raises(InputRefused, match="prüfen"):
            attendance.correct(work, actor, at(10), held, first.id, arrived_at=at(6), left_at=at(5), remote=False)
        attendance.correct(work, actor, at(10), held, first.id, arrived_at=at(3), left_at=at(8), remote=True)
        attendance.arrive(work, actor, at(10), held, person_id=first.person_id, seat_id=first.seat_id, at=at(9))
    rows = db.session.scalars(select(Presence).where(Presence.person_id == first.person_id)).all()
    assert [(one.arrived_at, one.left_at, one.remote) for one in rows] == [(at(3), at(8), True), (at(9), None, False)]


def test_a_vote_without_quorum_is_refused_with_the_reason(app):
    reference = opened("Dezernat", "Sozialamt", "Jugendamt")
    with pytest.raises(voting.VoteRefused) as refused:
        voted(reference, 3)
    assert refused.value.status == 422
    assert "3 von 7 Stimmberechtigten, nötig 4" in refused.value.errors["votes"]
    assert db.session.scalars(select(Vote)).all() == []


@pytest.mark.parametrize(
    ("counts", "words"),
    [((6, 0, 0), "6 Stimmen sind gezählt"), ((3, 1, 0), "1 Stimme fehlt"), ((-1, 0, 6), "ganze Zahlen")],
)
def test_a_vote_that_does_not_fit_the_people_is_refused(app, counts, words):
    reference = opened()
    with pytest.raises(voting.VoteRefused) as refused:
        voted(reference, *counts)
    assert words in refused.value.errors["votes"]


def test_a_double_click_counts_once(app):
    reference = opened()
    assert voted(reference, 4, 1) == voted(reference, 4, 1)
    assert tags(reference).count("meeting:vote") == 1


def test_the_deputy_votes_until_the_member_comes(app):
    reference = opened("Dezernat", "Jugendamt", "Jobcenter")
    with at_work(reference) as (work, actor, held):
        come(work, actor, held, "Caritas", 5, "deputy")
        item = last_item(work, held)
        room = room_of(work, held)
        seen = ballot_token(room.who(at(8), item), room.quorum(at(8), item))
    with at_work(reference) as (work, actor, held):
        come(work, actor, held, "Caritas", 9)
        room = room_of(work, held)
        names = [one.voter.name for one in room.who(at(9)).voters]
    assert "Kim Caritas" in names
    assert "Kim Vertretung Caritas" not in names
    with pytest.raises(StaleVersion, match="wer abstimmen darf"):
        voted(reference, 4, seen=seen)


def test_a_vote_by_name_keeps_each_seat_and_a_secret_one_only_counts(app):
    reference = opened()
    held = found(reference)
    room = room_of(db.session(), held)
    choices = {one.seat.id: "yes" if number else "no" for number, one in enumerate(room.who(at(5)).voters)}
    by_name = voted(reference, 0, form="names", names=choices)
    secret = voted(reference, 3, 1, form="secret", invalid=1, minutes=12, wording="Anders.")
    votes = {one.id: one for one in db.session.scalars(select(Vote))}
    assert votes[by_name].names == {str(seat): choice for seat, choice in choices.items()}
    assert votes[by_name].sentence == "mit 4 Ja-Stimmen gegen 1 Nein-Stimme beschlossen"
    assert (votes[secret].names, votes[secret].invalid) == (None, 1)


def test_a_secret_vote_that_a_member_demands_cannot_be_open(app):
    reference = opened()
    with pytest.raises(voting.VoteRefused, match="geheim"):
        voted(reference, 5, secret_demanded=True)


def test_whoever_is_excluded_neither_votes_nor_counts(app):
    reference = opened("Dezernat", "Sozialamt", "Jugendamt", "Jobcenter")
    with at_work(reference) as (work, actor, held):
        item = last_item(work, held)
        attendance.exclude(work, actor, at(2), item, person_id=named(work, "Jobcenter").id, reason="eigene Vergabe")
        room = room_of(work, held)
        assert (room.quorum(at(3), item).ok, room.quorum(at(3)).ok) == (False, True)
    with pytest.raises(voting.VoteRefused, match="nötig 4"):
        voted(reference, 3)


def test_only_the_called_item_and_not_during_a_break(app):
    reference = opened()
    with at_work(reference) as (work, actor, held):
        session.pause(work, actor, at(5), held)
    with pytest.raises(StepRefused, match="unterbrochen"):
        voted(reference, 5)
    with at_work(reference) as (work, actor, held):
        session.resume(work, actor, at(6), held)
        progress.call_item(work, actor, at(7), progress.in_order(work, held)[0])
    with pytest.raises(StepRefused, match="aufgerufenen"):
        voted(reference, 5)


def test_proclaimed_a_vote_becomes_a_decision_with_a_number(app):
    reference = opened()
    vote = voted(reference, 4, 0, 1)
    with at_work(reference) as (work, actor, held):
        made = proclaiming.proclaim(work, actor, at(11), voting.vote_of(work, held, vote))
        assert proclaiming.proclaim(work, actor, at(12), voting.vote_of(work, held, vote)) is made
    made = db.session.scalars(select(Decision)).one()
    assert (made.reference, made.result, made.paper_id) == ("PG-B-2027-01", "accepted", None)
    assert (made.wording, made.votes_yes, made.origin) == ("So wird es gemacht.", 4, f"item:{made.item_id}")
    assert made.vote_sentence == "einstimmig bei 1 Enthaltung beschlossen"
    assert "decision:take" in tags(reference)


def test_before_proclamation_a_count_is_corrected_freely_after_it_with_a_reason(app):
    reference = opened()
    first = voted(reference, 3, 2)
    with at_work(reference) as (work, actor, held):
        second = voting.recount(
            work,
            actor,
            at(11),
            voting.vote_of(work, held, first),
            voting.Count(yes=4, no=1, wording="So wird es gemacht."),
        )
        proclaiming.proclaim(work, actor, at(12), second)
        with pytest.raises(InputRefused, match="prüfen") as refused:
            proclaiming.recount_proclaimed(
                work, actor, at(13), second, voting.Count(yes=5, wording="So wird es gemacht.")
            )
        assert "reason" in refused.value.errors
    assert [one.replaced_at for one in db.session.scalars(select(Vote).order_by(Vote.id))] == [at(11), None]


@pytest.mark.parametrize(("yes", "no", "later"), [(4, 1, "rejected"), (1, 4, "accepted")])
def test_another_outcome_after_proclamation_replaces_the_decision(app, yes, no, later):
    reference = opened()
    vote = voted(reference, yes, no)
    with at_work(reference) as (work, actor, held):
        proclaiming.proclaim(work, actor, at(11), voting.vote_of(work, held, vote))
    with at_work(reference) as (work, actor, held):
        count = voting.Count(yes=no, no=yes, wording="So wird es gemacht.")
        fresh, newest = proclaiming.recount_proclaimed(
            work, actor, at(20), voting.vote_of(work, held, vote), count, "Zettel doppelt gezählt"
        )
        assert (fresh.result, fresh.decision_id, fresh.replaces_id) == (later, newest.id, vote)
    first, revoking, *more = db.session.scalars(select(Decision).order_by(Decision.id))
    assert (revoking.amends_id, revoking.amends_how) == (first.id, "revoked")
    assert "Zettel doppelt gezählt" in revoking.wording
    assert [one.result for one in more] == (["accepted"] if later == "accepted" else [])


def test_a_paper_is_decided_and_its_theme_follows(app):
    theme = gathered()
    reconstruct(theme, CASE)
    paper = proposed(theme)
    reference = opened()
    with at_work(reference) as (work, actor, held):
        last_item(work, held).record = stored(paper)
    vote = voted(reference, 5)
    with at_work(reference) as (work, actor, held):
        made = proclaiming.proclaim(
            work,
            actor,
            at(11),
            voting.vote_of(work, held, vote),
            proclaiming.Proclaimed(conditions="nur bis Jahresende"),
        ).reference
    made = decision(made)
    assert (made.result, made.paper.state, made.theme.state) == ("amended", "beschlossen", "generatives_thema")
    assert made.vote_sentence == "einstimmig beschlossen"
    with at_work(reference) as (work, actor, held):
        count = voting.Count(yes=1, no=4, wording="So wird es gemacht.")
        proclaiming.recount_proclaimed(work, actor, at(30), voting.vote_of(work, held, vote), count, "falsch gezählt")
    assert stored(paper).state == "aufgehoben"


def test_a_dropped_point_lets_its_paper_go_and_takes_it_back(app):
    theme = gathered()
    reconstruct(theme, CASE)
    paper = proposed(theme)
    reference, later = opened(), meeting(begins=BEGINS + timedelta(days=30))
    with at_work(reference) as (work, actor, held):
        last_item(work, held).record = stored(paper)
    assert not offered_for(later, {paper, theme}), "the paper stands on an open agenda, and the theme comes with it"
    with at_work(reference) as (work, actor, held):
        progress.put_off(work, actor, at(10), last_item(work, held), "dropped", "zurückgezogen")
    assert "sitzung" not in stored(paper).answers
    assert offered_for(later, {paper, theme}) == {paper, theme}
    with at_work(reference) as (work, actor, held):
        progress.call_item(work, actor, at(11), last_item(work, held))
    assert reference in stored(paper).answers["sitzung"]
    assert not offered_for(later, {paper, theme})


def offered_for(reference, wanted):
    with at_work(reference) as (work, actor, held):
        return {one.reference for one in offers.offered(work, actor, held, NOW.date())} & wanted


def test_a_paper_is_postponed_without_a_vote(app):
    theme = gathered()
    reconstruct(theme, CASE)
    paper = proposed(theme)
    reference = opened()
    with at_work(reference) as (work, actor, held):
        item = last_item(work, held)
        item.record = stored(paper)
        made = proclaiming.settle_without_vote(work, actor, at(10), item, "postponed")
        assert made.result == "postponed"
    assert stored(paper).state == "vertagt"


def test_a_late_item_needs_the_majority_of_those_present(app):
    reference = opened()
    with at_work(reference) as (work, actor, held):
        item = progress.add_late_item(work, actor, at(3), held, "Dringlicher Antrag")
        assert item.late
        with pytest.raises(InputRefused):
            progress.admit(work, actor, at(4), item, yes=6, no=0, abstained=0)
        assert not progress.admit(work, actor, at(4), item, yes=2, no=1, abstained=2)
        assert item.state == "dropped"
        assert progress.admit(work, actor, at(5), item, yes=3, no=0, abstained=2)
        assert (item.state, item.admitted["yes"]) == ("open", 3)


def test_form_and_notice_are_waived_only_with_everybody_there(app):
    reference = opened()
    with at_work(reference) as (work, actor, held):
        with pytest.raises(InputRefused) as refused:
            session.record_waiver(work, actor, at(2), held, in_favour=5, against=0)
        assert "2 Stimmberechtigte fehlen" in refused.value.errors["waiver"]
        for label in ("Diakonie", "Stadt"):
            come(work, actor, held, label, 3)
        session.record_waiver(work, actor, at(4), held, in_favour=7, against=0)
        assert held.waiver["by"] == "notice_waiver"


def test_notes_keep_both_texts_when_two_people_write(app):
    reference = opened()
    with at_work(reference) as (work, actor, held):
        assert notes.save_notes(work, actor, last_item(work, held), notes.Written("Erster Satz.", 0)) == 1
    with pytest.raises(notes.NotesConflict) as conflict, at_work(reference) as (work, actor, held):
        notes.save_notes(work, actor, last_item(work, held), notes.Written("Anderer Satz.", 0))
    assert (conflict.value.theirs, conflict.value.mine) == ("Erster Satz.", "Anderer Satz.")
    with at_work(reference) as (work, actor, held):
        item = last_item(work, held)
        text = notes.both("Erster Satz.", "Anderer Satz.")
        assert notes.settle_conflict(work, actor, at(9), item, text=text, seen=1) == 2
        assert item.notes == "Erster Satz.\n\nAnderer Satz."
    assert "meeting:notes" in tags(reference)


def test_an_answer_that_got_lost_is_no_conflict_with_oneself(app):
    reference = opened()
    with at_work(reference) as (work, actor, held):
        notes.save_notes(work, actor, last_item(work, held), notes.Written("Ein", 0))
    with at_work(reference) as (work, actor, held):
        again = notes.Written("Ein Satz", 0, attempts=("Ei", "Ein"))
        assert notes.save_notes(work, actor, last_item(work, held), again) == 2


def test_closing_waits_for_proclamation_and_postpones_what_was_not_reached(app):
    reference = opened()
    vote = voted(reference, 5)
    with pytest.raises(StepRefused, match="nicht verkündet"), at_work(reference) as (work, actor, held):
        session.close_meeting(work, actor, at(60), held)
    with at_work(reference) as (work, actor, held):
        proclaiming.proclaim(work, actor, at(61), voting.vote_of(work, held, vote))
        session.close_meeting(work, actor, at(62), held)
        states = [one.state for one in progress.in_order(work, held)]
    assert states == ["postponed", "postponed", "done"]
    assert found(reference).record.state == "niederschrift"
    with pytest.raises(StepRefused), at_work(reference) as (work, actor, held):
        attendance.add_guest(work, actor, at(63), held, name="Kim Gast")
    with at_work(reference) as (work, actor, held):
        session.reopen_meeting(work, actor, at(70), held, "TOP 2 vergessen")
        assert [one.state for one in progress.in_order(work, held)] == ["open", "open", "done"]
    assert found(reference).closed_at is None


def test_the_end_is_typed_without_seconds_and_means_its_whole_minute(app):
    reference = opened()
    left = at(60) + timedelta(seconds=40)
    with at_work(reference) as (work, actor, held):
        come(work, actor, held, "Stadt").arrived_at = left
    with pytest.raises(InputRefused) as refused, at_work(reference) as (work, actor, held):
        session.close_meeting(work, actor, left, held, at=at(59))
    assert "letzten Ereignis" in refused.value.errors["closed_at"]
    with at_work(reference) as (work, actor, held):
        session.close_meeting(work, actor, left, held, at=at(60))
    assert found(reference).closed_at == left


def test_working_groups_write_results_and_do_not_vote(app):
    reference = opened(formality="working")
    with pytest.raises(StepRefused, match="Geschäftsordnung"):
        voted(reference, 5)
    with at_work(reference, COORDINATOR) as (work, actor, held):
        progress.write_result(work, actor, at(9), last_item(work, held), "Konsens: gemeinsames Postfach.")
        assert progress.finish_item(work, actor, at(10), last_item(work, held)) is None
