"""The shipped hurdle report: complete, bilingual, with the conditions, the workflow and the rights that it promises."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kimforms.engine.check import check
from kimforms.engine.conditions import explain
from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.plain import plain
from kimforms.engine.profile import Profile, profile_folder, read_profile
from kimforms.engine.workflow import Allowed, Person, RecordFacts, allowed
from kimforms.engine.yaml_io import dump_process, load_process

FIELDS = {
    "a": "melder_art organisation dienstort rueckfragen melder_name melder_email melder_telefon",
    "b": "kommunen beobachtet_seit haeufigkeit fallzahl bereits_gemeldet vorgangsnummer_alt",
    "c": "handlungsfeld thema rechtskreise rechtskreiswechsel wechsel_von_nach stellen stellen_andere huerdenart",
    "d": "titel situation soll bruchstelle folgen versucht vorschlag loesungsebene",
    "e": "gruppe phase",
    "f": "dringlichkeit dringlichkeit_grund einzelfall_info gespraech_moeglich rueckmeldung anonym_bestaetigt "
    "datenschutz_gelesen",
}
REQUIRED = (
    "melder_art organisation dienstort rueckfragen melder_name melder_email kommunen haeufigkeit fallzahl "
    "bereits_gemeldet handlungsfeld rechtskreise rechtskreiswechsel stellen stellen_andere huerdenart titel situation "
    "dringlichkeit dringlichkeit_grund rueckmeldung anonym_bestaetigt datenschutz_gelesen"
)
SHOWN_WHEN: dict[str, Any] = {
    "melder_name": {"field": "rueckfragen", "is": "ja"},
    "melder_email": {"field": "rueckfragen", "is": "ja"},
    "melder_telefon": {"field": "rueckfragen", "is": "ja"},
    "vorgangsnummer_alt": {"field": "bereits_gemeldet", "is": "ja"},
    "thema": {
        "not": {"any": [{"field": "handlungsfeld", "is": "uebergreifend"}, {"field": "handlungsfeld", "is": "unklar"}]}
    },
    "wechsel_von_nach": {"field": "rechtskreiswechsel", "is": "ja"},
    "stellen_andere": {"field": "stellen", "contains": "andere"},
    "dringlichkeit_grund": {"field": "dringlichkeit", "is": "hoch"},
    "gespraech_moeglich": {"field": "rueckfragen", "is": "ja"},
}
OPTIONS = {
    "melder_art": 15, "rueckfragen": 2, "haeufigkeit": 4, "fallzahl": 6, "bereits_gemeldet": 2, "rechtskreise": 11,
    "rechtskreiswechsel": 3, "stellen": 19, "huerdenart": 14, "folgen": 9, "loesungsebene": 6, "gruppe": 15, "phase": 6,
    "dringlichkeit": 3, "gespraech_moeglich": 2, "rueckmeldung": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def profile() -> Profile:
    return read_profile(profile_folder("rhein_sieg"))


@pytest.fixture(scope="module")
def process(profile: Profile) -> ProcessDefinition:
    return profile.processes["hurdle_report"]


def test_six_steps_with_38_fields_in_their_order(process: ProcessDefinition) -> None:
    steps = {step.id: " ".join(field.id for field in step.fields) for step in process.form.steps}
    assert steps == FIELDS
    assert len(process.fields()) == 38


def test_the_required_questions(process: ProcessDefinition) -> None:
    assert " ".join(field.id for field in process.fields().values() if field.required) == REQUIRED


def test_the_conditions(process: ProcessDefinition) -> None:
    shown = {name: plain(field.show_when) for name, field in process.fields().items() if field.show_when is not None}
    assert shown == SHOWN_WHEN


def test_the_options(process: ProcessDefinition) -> None:
    fields = process.fields()
    assert {name: len(field.options) for name, field in fields.items() if getattr(field, "options", ())} == OPTIONS
    assert [one.minimum for one in fields["fallzahl"].options] == [1, 2, 3, 6, 11, 1]  # type: ignore[union-attr]


def test_nothing_stands_against_publishing_it(process: ProcessDefinition, profile: Profile) -> None:
    roles = [role.key for role in profile.head.roles]
    findings = check(process, catalogues=profile.catalogues(), roles=roles)
    assert [finding for finding in findings if finding.severity in ("error", "warning")] == []


def test_the_file_alone_is_sound_too() -> None:
    file = profile_folder("rhein_sieg") / "processes" / "hurdle_report.yaml"
    alone = load_process(file.read_bytes(), file.name)
    assert not [finding for finding in check(alone) if finding.severity == "error"]
    assert load_process(dump_process(alone), "again") == alone


def texts(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every text that people see, with where it stands, in the plain form of the definition."""
    if isinstance(part, dict):
        for key, value in part.items():
            here = f"{path}.{key}"
            if key in SHOWN and (isinstance(value, str) or (isinstance(value, dict) and set(value) <= {"de", "en"})):
                yield here, value
            else:
                yield from texts(value, here)
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from texts(value, f"{path}[{number}]")


SHOWN = {
    "title", "label", "hint", "help", "intro", "text", "subject", "confirm", "closing", "heading", "caption",
    "description", "source",
}  # fmt: skip


def test_every_text_is_there_in_both_languages(process: ProcessDefinition) -> None:
    found = dict(texts(plain(process)))
    assert len(found) > 300
    one_language = {
        path: text
        for path, text in found.items()
        if isinstance(text, str) and not (text.startswith("{") and text.endswith("}") and "\n" not in text)
    }
    assert one_language == {".projection.title": "titel"}
    incomplete = [
        path for path, text in found.items() if isinstance(text, dict) and not all(text.get(x) for x in ("de", "en"))
    ]
    assert incomplete == []


def test_the_states_and_their_stations(process: ProcessDefinition) -> None:
    assert {name: (state.station, state.kind) for name, state in process.workflow.states.items()} == {
        "gemeldet": ("received", "open"),
        "erfasst": ("reviewed", "open"),
        "rueckfrage": ("reviewed", "waiting"),
        "themenspeicher": ("reviewed", "waiting"),
        "gebuendelt": ("theme", "waiting"),
        "einzelfall": ("reviewed", "done"),
        "zurueckgezogen": (None, "done"),
        "abgeschlossen": ("published", "done"),
    }


COORDINATOR = Person(id=1, roles=frozenset({"coordinator"}))
OFFICE = Person(id=2, roles=frozenset({"office"}))
CREATOR = Person(id=3, roles=frozenset({"adviser"}))
STRANGER = Person(id=4, roles=frozenset({"adviser", "case_manager", "member", "admin"}))
REPORTER = Person(id=None, roles=frozenset(), is_reporter=True)


def may(process: ProcessDefinition, state: str, person: Person, **facts: Any) -> set[str]:
    answers = facts.pop("answers", {"rueckfragen": "ja"})
    day = date(2026, 11, 2)
    record = RecordFacts(state=state, answers=answers, creator_id=3, created_on=day, submitted_on=day, **facts)
    found = allowed(process, record, person, date(2026, 11, 22))
    return {one.transition.id for one in found if isinstance(one, Allowed)}


@pytest.mark.parametrize(
    ("state", "transitions"),
    [
        ("gemeldet", {"erfassen", "rueckfragen", "verweisen"}),
        ("erfasst", {"rueckfragen", "speichern", "verweisen", "abschliessen"}),
        ("rueckfrage", {"antwort_erfassen", "ohne_antwort", "verweisen"}),
        ("themenspeicher", {"rueckfragen", "zurueck", "verweisen", "abschliessen"}),
        ("gebuendelt", {"zurueck", "abschliessen"}),
        ("einzelfall", {"wieder_oeffnen"}),
        ("zurueckgezogen", set()),
        ("abgeschlossen", {"wieder_oeffnen"}),
    ],
)
def test_what_the_coordination_may_do(process: ProcessDefinition, state: str, transitions: set[str]) -> None:
    assert may(process, state, COORDINATOR) == transitions


@pytest.mark.parametrize("person", [CREATOR, REPORTER])
@pytest.mark.parametrize(
    ("state", "transitions"),
    [
        ("gemeldet", {"zurueckziehen"}),
        ("rueckfrage", {"antworten", "zurueckziehen"}),
        ("gebuendelt", {"zurueckziehen"}),
        ("einzelfall", set()),
        ("zurueckgezogen", {"wieder_aufnehmen"}),
        ("abgeschlossen", set()),
    ],
)
def test_what_the_reporter_may_do(
    process: ProcessDefinition, person: Person, state: str, transitions: set[str]
) -> None:
    assert may(process, state, person) == transitions


@pytest.mark.parametrize("person", [OFFICE, STRANGER])
def test_others_may_do_nothing(process: ProcessDefinition, person: Person) -> None:
    assert all(may(process, state, person) == set() for state in process.workflow.states)


def test_nobody_is_asked_who_reported_without_a_name(process: ProcessDefinition) -> None:
    assert "rueckfragen" not in may(process, "erfasst", COORDINATOR, answers={"rueckfragen": "nein"})
    when = process.workflow.transition_by_id["rueckfragen"].when
    assert "Dürfen wir Sie für Rückfragen ansprechen?" in explain(when, process.labels())


@pytest.mark.parametrize(("links", "allowed_now"), [({}, False), ({"theme": 1}, True), ({"similar": 5}, False)])
def test_grouping_needs_a_theme(process: ProcessDefinition, links: dict[str, int], allowed_now: bool) -> None:
    assert ("buendeln" in may(process, "erfasst", COORDINATOR, links=links)) is allowed_now


def test_mails_hold_neither_content_nor_code(process: ProcessDefinition) -> None:
    for name, mail in process.mails.items():
        written = str(plain(mail))
        for placeholder in ("{code}", "{question}", "{comment}", "{reason}", "{title}"):
            assert placeholder not in written, name
        assert "{reference}" in written, name
        assert "{controller}" in str(plain(mail)["text"]["de"]), name


def test_the_head_of_the_centre_gets_every_report(process: ProcessDefinition) -> None:
    told = [effect["notify"]["to"] for effect in plain(process)["workflow"]["on_submit"] if "notify" in effect]
    assert ["reporter"] in told
    assert any({"role": "office"} in recipients and "responsible" in recipients for recipients in told)


def test_only_the_coordination_sees_contacts_and_files_are_not_taken(process: ProcessDefinition) -> None:
    assert process.access.contact == ("coordinator",)
    assert not process.access.attachments.allowed
    assert process.access.create.public
    assert process.reporter is not None
    assert process.reporter.contact_fields == ("melder_name", "melder_email", "melder_telefon")
    kept = {rule.what: (rule.after, rule.unit, rule.from_) for rule in process.retention}
    assert kept == {"contact": (6, "months", "closed"), "drafts": (14, "days", "last_change")}
