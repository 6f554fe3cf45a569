"""Who may take which transition, and what follows. The list of buttons and the POST never disagree."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.engine.catalogue import StaticCatalogues
from kimforms.engine.conditions import Labels
from kimforms.engine.definition import content_hash
from kimforms.engine.effects import kind_of
from kimforms.engine.workflow import (
    SYSTEM,
    Allowed,
    FormInvalid,
    Person,
    RecordFacts,
    Refused,
    TransitionRefused,
    allowed,
    deadlines_of,
    decide,
    may_edit,
)
from tests.engine.definitions import hurdle_report, read, small

TODAY = date(2026, 11, 23)
COORDINATOR = Person(1, frozenset({"coordinator"}))
ASK = {
    "id": "ask",
    "label": "Rückfrage stellen",
    "from": ["new"],
    "to": "asked",
    "actors": [{"role": "coordinator"}],
    "when": {"field": "urgent", "is": "ja"},
    "form": [
        {"id": "reason", "type": "short_text", "label": "Grund", "required": True, "max_length": 10},
        {
            "id": "by",
            "type": "number",
            "label": "Tage",
            "required": True,
            "show_when": {"field": "subject", "is": "eilig"},
        },
    ],
    "effects": [{"notify": {"mail": "question", "to": ["reporter"]}}],
}


def process(*transitions, **states):
    plain = {
        "new": {"label": "neu", "editable": [{"role": "coordinator"}, {"is": "creator"}]},
        "asked": {
            "label": "gefragt",
            "deadlines": [{"id": "d", "label": "Antwort", "after": 2}, {"id": "e", "label": "Akte", "after": 9}],
        },
        "done": {"label": "fertig", "kind": "done"},
    }
    return read(
        small(workflow={"initial": "new", "states": {**plain, **states}, "transitions": list(transitions) or [ASK]})
    )


def one(definition, facts, person, transition_id):
    return next(v for v in allowed(definition, facts, person, TODAY) if v.transition.id == transition_id)


def take(definition, facts, person, transition_id, data=None):
    return decide(definition, facts, person, transition_id, data or {}, today=TODAY, catalogues=StaticCatalogues())


def finish(actors, **settings):
    return {"id": "finish", "label": "Abschließen", "from": ["new"], "to": "done", "actors": actors, **settings}


@pytest.mark.parametrize(
    ("actor", "person", "facts", "may"),
    [
        ({"role": "coordinator"}, COORDINATOR, {}, True),
        ({"role": "office"}, COORDINATOR, {}, False),
        ({"role": "coordinator"}, Person(1), {}, False),
        ({"is": "creator"}, Person(1), {"creator_id": 1}, True),
        ({"is": "creator"}, Person(2), {"creator_id": 1}, False),
        ({"is": "creator"}, Person(None), {"creator_id": None}, False),
        ({"is": "creator"}, Person(None, is_reporter=True), {"creator_id": None}, False),
        ({"is": "assignee"}, Person(1), {"assignee_id": 1}, True),
        ({"is": "assignee"}, Person(1), {"assignee_id": None}, False),
        ({"is": "assignee"}, Person(None), {"assignee_id": None}, False),
        ({"is": "reporter"}, Person(None, is_reporter=True), {}, True),
        ({"is": "reporter"}, Person(1), {"creator_id": 1}, True),
        ({"is": "reporter"}, Person(None), {}, False),
        ({"is": "reporter"}, Person(2), {"creator_id": 1}, False),
        ({"field": "expert"}, Person(7), {"answers": {"expert": "7"}}, True),
        ({"field": "expert"}, Person(7), {"answers": {"expert": ["6", "7"]}}, True),
        ({"field": "expert"}, Person(7), {"answers": {"expert": 7}}, True),
        ({"field": "expert"}, Person(7), {"answers": {"expert": "77"}}, False),
        ({"field": "expert"}, Person(1), {"answers": {"expert": True}}, False),
        ({"field": "expert"}, Person(None), {"answers": {"expert": "None"}}, False),
        ({"field": "expert"}, Person(7), {}, False),
        ({"body": "steering"}, Person(7, bodies=frozenset({"steering"})), {}, True),
        ({"body": "steering"}, Person(7, frozenset({"steering"})), {}, False),
        ({"system": True}, SYSTEM, {}, True),
        ({"system": True}, COORDINATOR, {}, False),
        ({"role": "coordinator"}, SYSTEM, {}, False),
    ],
)
def test_who_may_take_a_transition(actor, person, facts, may):
    definition = process(finish([actor]))
    record = RecordFacts("new", **facts)
    verdict = one(definition, record, person, "finish")
    assert isinstance(verdict, Allowed) is may
    if may:
        assert take(definition, record, person, "finish").new_state == "done"
    else:
        assert verdict.hidden
        with pytest.raises(TransitionRefused) as refused:
            take(definition, record, person, "finish")
        assert refused.value.reasons == verdict.reasons


def test_without_actors_nobody_may_not_even_the_system():
    definition = process(finish([]))
    for person in (COORDINATOR, SYSTEM, Person(1, is_reporter=True)):
        assert isinstance(one(definition, RecordFacts("new", creator_id=1), person, "finish"), Refused)


def test_one_of_several_actors_is_enough_and_all_are_named_in_the_refusal():
    definition = process(finish([{"is": "assignee"}, {"role": "office"}, {"role": "admin"}]))
    assert isinstance(one(definition, RecordFacts("new", assignee_id=1), COORDINATOR, "finish"), Allowed)
    refused = one(definition, RecordFacts("new"), COORDINATOR, "finish")
    assert refused.reasons == (
        "Diesen Schritt darf nur tun, wer für den Vorgang zuständig ist oder wer die nötige Rolle hat.",
    )
    named = allowed(
        definition, RecordFacts("new"), COORDINATOR, TODAY, labels=Labels(roles={"office": "Geschäftsstelle"})
    )[0]
    assert "wer die Rolle „Geschäftsstelle“ hat" in named.reasons[0]


def test_only_transitions_of_the_present_state_are_listed_in_their_order():
    definition = process(ASK, finish([{"role": "office"}]), {**finish([]), "id": "end", "from": ["asked"]})
    found = allowed(definition, RecordFacts("new"), COORDINATOR, TODAY)
    assert [verdict.transition.id for verdict in found] == ["ask", "finish"]
    assert allowed(definition, RecordFacts("done"), COORDINATOR, TODAY) == []
    assert allowed(definition, RecordFacts("gone"), COORDINATOR, TODAY) == []


@pytest.mark.parametrize(
    ("state", "transition_id", "reason"),
    [
        ("new", "explode", "Diesen Schritt gibt es nicht."),
        ("done", "ask", "„Rückfrage stellen“ ist im Stand „fertig“ nicht möglich."),
        ("gone", "ask", "„Rückfrage stellen“ ist im Stand „gone“ nicht möglich."),
    ],
)
def test_unknown_steps_and_wrong_states_are_refused(state, transition_id, reason):
    with pytest.raises(TransitionRefused) as refused:
        take(process(), RecordFacts(state, answers={"urgent": "ja"}), COORDINATOR, transition_id, {"reason": "x"})
    assert refused.value.reasons == (reason,)


def test_an_unmet_condition_says_why_and_the_button_is_not_hidden():
    verdict = one(process(), RecordFacts("new", answers={"urgent": "nein"}), COORDINATOR, "ask")
    assert isinstance(verdict, Refused)
    assert not verdict.hidden
    assert "„Dringend?“" in verdict.reasons[0]
    assert "„ja“" in verdict.reasons[0]


def test_a_condition_looks_at_the_record_not_at_what_is_being_sent():
    with pytest.raises(TransitionRefused):
        take(process(), RecordFacts("new"), COORDINATOR, "ask", {"urgent": "ja", "reason": "x"})


@pytest.mark.parametrize(
    ("when", "facts", "holds"),
    [
        ({"actor": "assignee"}, {"assignee_id": 1}, True),
        ({"actor": "assignee"}, {"assignee_id": 2}, False),
        ({"actor": "follower"}, {"follower_ids": frozenset({1})}, True),
        ({"actor": "creator"}, {"creator_id": 1}, True),
        ({"role": "coordinator"}, {}, True),
        ({"links": "theme", "at_least": 1}, {"links": {"theme": 1}}, True),
        ({"links": "theme", "at_least": 2}, {"links": {"theme": 1}}, False),
        ({"date": "state_since", "before": "today-30"}, {"state_since": date(2026, 10, 1)}, True),
        ({"date": "state_since", "before": "today-30"}, {"state_since": date(2026, 11, 1)}, False),
        ({"date": "due", "before": "today"}, {"due_on": date(2026, 11, 22)}, True),
        ({"date": "created", "after": "today"}, {"created_on": TODAY}, False),
        ({"date": "submitted", "before": "today"}, {"submitted_on": date(2026, 11, 22)}, True),
        ({"state": "new"}, {}, True),
    ],
)
def test_conditions_see_the_whole_record(when, facts, holds):
    definition = process(finish([{"role": "coordinator"}], when=when))
    assert isinstance(one(definition, RecordFacts("new", **facts), COORDINATOR, "finish"), Allowed) is holds


@pytest.mark.parametrize(
    ("answers", "data", "cleaned", "wrong"),
    [
        ({}, {"reason": " Grund "}, {"reason": "Grund"}, set()),
        ({}, {}, None, {"reason"}),
        ({}, {"reason": "viel zu lang für zehn"}, None, {"reason"}),
        ({}, {"reason": "x", "by": "5"}, {"reason": "x"}, set()),
        ({}, {"reason": "x", "other": "y"}, {"reason": "x"}, set()),
        ({"subject": "eilig"}, {"reason": "x", "by": "5"}, {"reason": "x", "by": 5}, set()),
        ({"subject": "eilig"}, {"reason": "x"}, None, {"by"}),
        ({"subject": "eilig"}, {"by": "fünf"}, None, {"reason", "by"}),
        ({}, "Unsinn", None, {""}),
        ({}, [("reason", "x")], None, {""}),
    ],
)
def test_the_form_of_a_transition_is_cleaned_like_any_form(answers, data, cleaned, wrong):
    record = RecordFacts("new", answers={"urgent": "ja", **answers})
    if wrong:
        with pytest.raises(FormInvalid) as refused:
            take(process(), record, COORDINATOR, "ask", data)
        assert set(refused.value.errors) == wrong
        assert all(sentence for sentence in refused.value.errors.values())
    else:
        assert take(process(), record, COORDINATOR, "ask", data).form_answers == cleaned


def test_who_may_not_is_told_before_the_form_is_looked_at():
    with pytest.raises(TransitionRefused):
        take(process(), RecordFacts("new", answers={"urgent": "ja"}), Person(5), "ask", {})


def test_a_decision_holds_state_effects_and_deadlines():
    decision = take(process(), RecordFacts("new", answers={"urgent": "ja"}), COORDINATOR, "ask", {"reason": "x"})
    assert (decision.new_state, decision.complete, decision.approvals) == ("asked", True, frozenset({1}))
    assert [kind_of(effect) for effect in decision.effects] == ["notify"]
    assert [(one.rule.id, one.due) for one in decision.deadlines] == [
        ("d", date(2026, 11, 25)),
        ("e", date(2026, 12, 4)),
    ]
    assert deadlines_of(process(), "asked", TODAY) == decision.deadlines
    assert deadlines_of(process(), "gone", TODAY) == ()


def test_a_transition_back_to_the_same_state_lets_its_clocks_run_on():
    definition = process({**finish([{"role": "coordinator"}]), "from": ["asked"], "to": "asked"})
    decision = take(definition, RecordFacts("asked"), COORDINATOR, "finish")
    assert (decision.new_state, decision.deadlines) == ("asked", ())


PUBLISH = finish([{"role": "coordinator"}, {"is": "reporter"}, {"system": True}], separate_person=True)


@pytest.mark.parametrize(
    ("person", "facts", "reason"),
    [
        (COORDINATOR, {"creator_id": 2, "last_actor_id": 3}, None),
        (COORDINATOR, {}, None),
        (SYSTEM, {"creator_id": 1}, None),
        (COORDINATOR, {"creator_id": 1, "last_actor_id": 3}, "selbst angelegt"),
        (COORDINATOR, {"creator_id": 2, "last_actor_id": 1}, "den vorigen Schritt getan"),
        (COORDINATOR, {"creator_id": 2, "last_actor_id": 3, "author_ids": frozenset({1, 4})}, "mitgeschrieben"),
        (COORDINATOR, {"creator_id": 2, "last_actor_id": 3, "author_ids": frozenset({4})}, None),
        (Person(None, is_reporter=True), {}, "zweite, angemeldete Person"),
        (Person(4, is_reporter=True), {"creator_id": 9}, "selbst angelegt"),
    ],
)
def test_a_second_person_is_neither_the_creator_nor_the_previous_actor(person, facts, reason):
    verdict = one(process(PUBLISH), RecordFacts("new", **facts), person, "finish")
    if reason is None:
        assert isinstance(verdict, Allowed)
    else:
        assert isinstance(verdict, Refused)
        assert not verdict.hidden
        assert reason in verdict.reasons[0]


def test_n_different_persons_have_to_approve():
    definition = process(finish([{"body": "steering"}, {"system": True}], approvals=3, effects=[{"publish": {}}]))
    people = [Person(n, bodies=frozenset({"steering"})) for n in (1, 2, 3)]
    facts = RecordFacts("new")
    for number, person in enumerate(people[:2], 1):
        decision = take(definition, facts, person, "finish")
        assert (decision.complete, decision.new_state, decision.effects, decision.deadlines) == (False, "new", (), ())
        assert len(decision.approvals) == number
        facts = RecordFacts("new", approvals={"finish": set(decision.approvals)})
        again = one(definition, facts, person, "finish")
        assert isinstance(again, Refused)
        missing = {1: "von 2 weiteren Personen", 2: "einer weiteren Person"}[number]
        assert again.reasons == (f"Sie haben schon zugestimmt; es fehlt noch die Zustimmung {missing}.",)
        with pytest.raises(TransitionRefused):
            take(definition, facts, person, "finish")
    assert one(definition, facts, people[2], "finish").approved == 2
    last = take(definition, facts, people[2], "finish")
    assert (last.complete, last.new_state, len(last.effects)) == (True, "done", 1)
    assert isinstance(one(definition, facts, SYSTEM, "finish"), Refused)


def test_approvals_of_another_transition_do_not_count():
    definition = process(finish([{"role": "coordinator"}], approvals=2))
    decision = take(definition, RecordFacts("new", approvals={"other": {7, 8}}), COORDINATOR, "finish")
    assert not decision.complete


def test_two_approvals_of_a_separate_person_exclude_the_creator_from_both():
    definition = process(finish([{"role": "coordinator"}], approvals=2, separate_person=True))
    facts = RecordFacts("new", creator_id=1, approvals={"finish": {1}})
    assert len(one(definition, facts, COORDINATOR, "finish").reasons) == 2


def test_who_may_change_the_answers():
    definition = process()
    assert may_edit(definition, RecordFacts("new"), COORDINATOR)
    assert may_edit(definition, RecordFacts("new", creator_id=5), Person(5))
    assert not may_edit(definition, RecordFacts("new", creator_id=5), Person(6))
    assert not may_edit(definition, RecordFacts("asked"), COORDINATOR)
    assert not may_edit(definition, RecordFacts("gone"), COORDINATOR)


PROPERTY = process(
    ASK,
    finish([{"role": "office"}, {"is": "creator"}], separate_person=True, when={"links": "theme", "at_least": 1}),
    {**finish([{"role": "coordinator"}, {"is": "reporter"}], approvals=2), "id": "vote", "from": ["new", "asked"]},
    {**finish([{"field": "expert"}, {"is": "assignee"}]), "id": "expertise", "from": ["asked"]},
    {**finish([]), "id": "never"},
)
persons = st.builds(
    Person,
    id=st.none() | st.integers(1, 3),
    roles=st.frozensets(st.sampled_from(["coordinator", "office", "adviser"])),
    is_reporter=st.booleans(),
    is_system=st.booleans(),
)
nobody_or_one = st.none() | st.integers(1, 3)
records = st.builds(
    RecordFacts,
    state=st.sampled_from(["new", "asked", "done", "gone"]),
    answers=st.fixed_dictionaries(
        {},
        optional={
            "urgent": st.sampled_from(["ja", "nein"]),
            "subject": st.sampled_from(["eilig", "ruhig"]),
            "expert": st.sampled_from(["1", "2"]),
        },
    ),
    creator_id=nobody_or_one,
    assignee_id=nobody_or_one,
    last_actor_id=nobody_or_one,
    links=st.dictionaries(st.just("theme"), st.integers(0, 2)),
    approvals=st.dictionaries(st.just("vote"), st.frozensets(st.integers(1, 3), max_size=1)),
)
submitted = st.fixed_dictionaries(
    {}, optional={"reason": st.sampled_from(["", "Grund", "x" * 11]), "by": st.sampled_from(["", "5", "fünf"])}
)


def _form_is_valid(transition_id, facts, data):
    if transition_id != "ask":
        return True
    shown = facts.answers.get("subject") == "eilig"
    return data.get("reason") == "Grund" and (not shown or data.get("by") == "5")


@given(records, persons, st.sampled_from(["ask", "finish", "vote", "expertise", "never", "unknown"]), submitted)
def test_the_list_and_the_post_never_disagree(facts, person, transition_id, data):
    offered = {v.transition.id: v for v in allowed(PROPERTY, facts, person, TODAY)}
    verdict = offered.get(transition_id)
    try:
        decision = take(PROPERTY, facts, person, transition_id, data)
    except TransitionRefused as refused:
        assert not isinstance(verdict, Allowed)
        assert refused.reasons
        if verdict is not None:
            assert refused.reasons == verdict.reasons
    except FormInvalid:
        assert isinstance(verdict, Allowed)
        assert not _form_is_valid(transition_id, facts, data)
    else:
        assert isinstance(verdict, Allowed)
        assert _form_is_valid(transition_id, facts, data)
        assert decision.new_state == (verdict.transition.to if decision.complete else facts.state)
        assert decision.complete or transition_id == "vote"


@given(records, persons)
def test_whoever_has_no_part_in_it_may_nothing(facts, person):
    stranger = Person(99, frozenset({"adviser"}))
    assert all(isinstance(verdict, Refused) for verdict in allowed(PROPERTY, facts, stranger, TODAY))
    assert all(isinstance(v, Refused) for v in allowed(PROPERTY, facts, person, TODAY) if v.transition.id == "never")


def test_what_is_asked_often_is_computed_once():
    definition = hurdle_report()
    assert definition.fields() is definition.fields()
    assert content_hash(definition) is content_hash(definition)
    assert definition.labels() is definition.labels()
