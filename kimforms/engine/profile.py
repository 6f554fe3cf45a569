"""Reads a county's folder of YAML and refuses it whole when anything in it does not fit.

Called by the command line and the service that loads a profile; `profile_documents.py` describes the files. It reads
files and answers with data or with `ProfileError`; no database, no clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from kimforms.engine.catalogue import Option, StaticCatalogues
from kimforms.engine.check import check
from kimforms.engine.definition import Notice, ProcessDefinition
from kimforms.engine.demo_documents import DemoThemes
from kimforms.engine.demo_meetings import DemoMeetings
from kimforms.engine.demo_people import DemoPeople
from kimforms.engine.profile_bodies import BodiesDocument
from kimforms.engine.profile_checks import Contents, findings_of
from kimforms.engine.profile_documents import (
    ControllerEntry,
    DemoMapping,
    FieldsOfActionDocument,
    MunicipalitiesDocument,
    OrganisationsDocument,
    PrivacyNotice,
    ProfileDocument,
    SynonymsDocument,
)
from kimforms.engine.profile_rulebook import RulebookDefaultsDocument
from kimforms.engine.profile_school_holidays import SchoolHolidaysDocument
from kimforms.engine.text import Text, pick
from kimforms.engine.yaml_io import validate
from kimforms.engine.yaml_lines import DefinitionError, Problem, YamlDocument, load_yaml_with_lines

HEAD = "profile.yaml"
MAPPING = "demo/mapping.yaml"
THEMES = "demo/themes.yaml"
PEOPLE = "demo/people.yaml"
MEETINGS = "demo/meetings.yaml"
SCHOOL_HOLIDAYS = "school_holidays.yaml"
_Model = TypeVar("_Model", bound=BaseModel)


class ProfileError(ValueError):
    """A profile was refused. `file`, `line` (0: the file as a whole) and `reason` tell the first problem.

    `problems` has all of them as (file, problem), the message one line for each.
    """

    def __init__(self, problems: Iterable[tuple[str, Problem]]) -> None:
        self.problems = tuple(problems)
        self.file, first = self.problems[0]
        self.line, self.reason = first.line, first.reason
        super().__init__("\n".join(f"{file}, {one}" if one.line else f"{file}: {one}" for file, one in self.problems))


@dataclass(frozen=True)
class Profile:
    """A county as data, complete and without contradiction; `reports` and `themes` are those of the demonstration."""

    folder: Path
    head: ProfileDocument
    municipalities: MunicipalitiesDocument
    organisations: OrganisationsDocument
    bodies: BodiesDocument
    fields_of_action: FieldsOfActionDocument
    synonyms: SynonymsDocument
    rulebook: RulebookDefaultsDocument
    processes: Mapping[str, ProcessDefinition]
    mapping: DemoMapping | None = None
    reports: tuple[Mapping[str, Any], ...] = ()
    themes: DemoThemes | None = None
    people: DemoPeople | None = None
    meetings: DemoMeetings | None = None
    school_holidays: SchoolHolidaysDocument | None = None

    def controller(self, controller_id: str) -> ControllerEntry:
        """The controller with this id; `KeyError` if there is none."""
        found = next((one for one in self.head.controllers if one.id == controller_id), None)
        if found is None:
            raise KeyError(controller_id)
        return found

    def demo_answers(self, number: int) -> dict[str, Any]:
        """The raw answers of the demo report with this index, as `demo/mapping.yaml` says; `clean_answers` takes them.

        The same index always gives the same answers. `KeyError` without a demonstration, `IndexError` beyond its end.
        """
        if self.mapping is None:
            raise KeyError("demo")
        mapping, report = self.mapping, self.reports[number]
        raw: dict[str, Any] = {}
        for key, field_id in mapping.fields.items():
            value, names = report[key], mapping.values.get(key)
            if names is None:
                raw[field_id] = value
            elif isinstance(value, list):
                chosen = dict.fromkeys(names.get(one) or mapping.otherwise[key] for one in value)
                raw[field_id] = list(chosen) or [mapping.when_empty[key]]
            else:
                raw[field_id] = names.get(value) or mapping.otherwise[key]
        for field_id, values in mapping.fill.items():
            raw[field_id] = raw[mapping.fields["municipality"]] if values == "same_as_report" else _turn(values, number)
        return raw

    def catalogues(self) -> StaticCatalogues:
        """The lists of this profile, for checks and tools that have no database."""
        return _catalogues(self.municipalities, self.organisations, self.bodies, self.fields_of_action)


def _turn(values: Sequence[Any], number: int) -> Any:
    value = values[number % len(values)]
    return list(value) if isinstance(value, tuple) else value


def available_profiles() -> dict[str, Path]:
    """The folders of the profiles that ship with the program, by id."""
    root = Path(str(files("kimforms.profiles")))
    return {path.parent.name: path.parent for path in sorted(root.glob(f"*/{HEAD}"))}


def profile_folder(name_or_path: str) -> Path:
    """The folder of a shipped profile by its id, or the one that a path names; `ProfileError` if it is none."""
    shipped = available_profiles()
    folder = shipped.get(name_or_path) or Path(name_or_path)
    if not (folder / HEAD).is_file():
        known = ", ".join(shipped)
        reason = f"kein Profil: erwartet wird {known} oder ein Ordner mit {HEAD}"
        raise ProfileError([(name_or_path, Problem(0, reason))])
    return folder


def read_profile(folder: Path) -> Profile:
    """The profile in `folder`, read and checked as a whole.

    The full privacy notice that a controller gives for a process takes the place of the process's own. Raises
    `ProfileError` with every problem of the first stage that has any: each file by itself, the references between them,
    the processes.
    """
    contents = _Reading(folder).contents()
    if problems := findings_of(contents):
        raise ProfileError(problems)
    if problems := list(_process_problems(contents)):
        raise ProfileError(problems)
    return Profile(
        folder=folder,
        head=contents.head,
        municipalities=contents.municipalities,
        organisations=contents.organisations,
        bodies=contents.bodies,
        fields_of_action=contents.fields_of_action,
        synonyms=contents.synonyms,
        rulebook=contents.rulebook,
        processes=_with_notices(contents),
        mapping=contents.mapping,
        reports=contents.reports,
        themes=contents.themes,
        people=contents.people,
        meetings=contents.meetings,
        school_holidays=contents.school_holidays,
    )


class _Reading:
    """Reads the files one by one and gathers what is wrong in any of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, YamlDocument] = {}
        self._problems: list[tuple[str, Problem]] = []

    def contents(self) -> Contents:
        head = self._model(HEAD, ProfileDocument)
        municipalities = self._model("municipalities.yaml", MunicipalitiesDocument)
        organisations = self._model("organisations.yaml", OrganisationsDocument)
        bodies = self._model("bodies.yaml", BodiesDocument)
        fields_of_action = self._model("fields_of_action.yaml", FieldsOfActionDocument)
        synonyms = self._model("synonyms.yaml", SynonymsDocument)
        rulebook = self._model("rulebook_defaults.yaml", RulebookDefaultsDocument)
        processes = self._processes(head.processes if head else ())
        mapping = self._model(MAPPING, DemoMapping) if (self._folder / MAPPING).is_file() else None
        reports = self._reports(mapping)
        themes = self._model(THEMES, DemoThemes) if mapping and (self._folder / THEMES).is_file() else None
        people = self._model(PEOPLE, DemoPeople) if (self._folder / PEOPLE).is_file() else None
        meetings = (
            self._model(MEETINGS, DemoMeetings) if themes and people and (self._folder / MEETINGS).is_file() else None
        )
        school_holidays = self._school_holidays()
        if self._problems or not (
            head and municipalities and organisations and bodies and fields_of_action and synonyms and rulebook
        ):
            raise ProfileError(self._problems)
        return Contents(
            head=head,
            municipalities=municipalities,
            organisations=organisations,
            bodies=bodies,
            fields_of_action=fields_of_action,
            synonyms=synonyms,
            rulebook=rulebook,
            processes=processes,
            mapping=mapping,
            reports=reports,
            themes=themes,
            people=people,
            meetings=meetings,
            school_holidays=school_holidays,
            sources=self._sources,
        )

    def _model(self, name: str, model: type[_Model]) -> _Model | None:
        try:
            document = load_yaml_with_lines(self._bytes(name), name)
            self._sources[name] = document
            return validate(model, document)
        except DefinitionError as refused:
            self._problems += [(name, problem) for problem in refused.problems]
            return None

    def _school_holidays(self) -> SchoolHolidaysDocument | None:
        name = SCHOOL_HOLIDAYS
        document = self._model(name, SchoolHolidaysDocument) if (self._folder / name).is_file() else None
        for path, reason in document.problems() if document else ():
            self._problems.append((name, Problem(self._sources[name].line_of(path), reason, path)))
        return document

    def _bytes(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as broken:
            reason = "die Datei fehlt" if isinstance(broken, FileNotFoundError) else "die Datei ist nicht lesbar"
            raise DefinitionError(name, Problem(0, reason)) from None

    def _processes(self, names: Iterable[str]) -> dict[str, ProcessDefinition]:
        found: dict[str, ProcessDefinition] = {}
        for name in names:
            process = self._model(name, ProcessDefinition)
            if process is None:
                continue
            if process.key in found:
                line = self._sources[name].line_of(("key",))
                self._problems.append((name, Problem(line, f"den Prozess „{process.key}“ gibt es schon", ("key",))))
            found[process.key] = process
        return found

    def _reports(self, mapping: DemoMapping | None) -> tuple[Mapping[str, Any], ...]:
        if mapping is None:
            return ()
        name = f"demo/{mapping.source}"
        reports: list[Mapping[str, Any]] = []
        try:
            lines = self._bytes(name).decode("utf-8").splitlines()
        except (DefinitionError, UnicodeDecodeError) as refused:
            reason = (
                refused.reason if isinstance(refused, DefinitionError) else "die Datei ist nicht in UTF-8 gespeichert"
            )
            self._problems.append((name, Problem(0, reason)))
            return ()
        for number, line in enumerate(lines, start=1):
            try:
                report = json.loads(line) if line.strip() else None
            except ValueError:
                self._problems.append((name, Problem(number, "diese Zeile ist kein JSON")))
                continue
            if report is not None and not isinstance(report, dict):
                self._problems.append((name, Problem(number, "erwartet werden Schlüssel und Werte")))
            elif report is not None:
                reports.append(report)
        return tuple(reports)


def _process_problems(contents: Contents) -> Iterable[tuple[str, Problem]]:
    lists = _catalogues(contents.municipalities, contents.organisations, contents.bodies, contents.fields_of_action)
    roles = [role.key for role in contents.head.roles]
    by_key = {contents.sources[name].data["key"]: name for name in contents.head.processes}
    for key, process in _with_notices(contents).items():
        source = contents.sources[by_key[key]]
        for finding in check(process, catalogues=lists, roles=roles):
            if finding.severity == "error":
                yield by_key[key], Problem(source.line_of(finding.path), finding.text, finding.path)


def _with_notices(contents: Contents) -> dict[str, ProcessDefinition]:
    notices = {
        (controller.id, notice.id): notice for controller in contents.head.controllers for notice in controller.notices
    }
    found: dict[str, ProcessDefinition] = {}
    for key, process in contents.processes.items():
        notice = notices.get((process.controller, key))
        if notice is not None:
            written = Notice(title=notice.title, text=_notice_text(notice), version=notice.version)
            process = ProcessDefinition.model_validate({**dict(process), "notice": written})  # noqa: PLW2901
        found[key] = process
    return found


def _notice_text(notice: PrivacyNotice) -> Text:
    """The sections one below the other: the question on a line of its own, its answer, an empty line."""
    texts = [text for section in notice.sections for text in (section.heading, section.text)]
    languages = dict.fromkeys(one for text in texts if isinstance(text, dict) for one in text) or {"de": None}
    return {
        language: "\n\n".join(
            f"{pick(section.heading, language)}\n{pick(section.text, language)}" for section in notice.sections
        )
        for language in languages
    }


def _catalogues(
    municipalities: MunicipalitiesDocument,
    organisations: OrganisationsDocument,
    bodies: BodiesDocument,
    fields_of_action: FieldsOfActionDocument,
) -> StaticCatalogues:
    fields = fields_of_action.fields
    return StaticCatalogues(
        {
            "municipalities": [Option(one.id, one.name) for one in municipalities.municipalities],
            "organisations": [Option(one.id, one.name) for one in organisations.organisations],
            "bodies": [Option(one.id, one.name) for one in bodies.bodies],
            "fields_of_action": [Option(one.id, one.title) for one in fields],
            "topics": [Option(topic.id, topic.title, one.id) for one in fields for topic in one.topics],
            "goals": [Option(goal.id, goal.title, one.id) for one in fields for goal in one.goals],
            "measures": [
                Option(measure.id, measure.title, goal.id)
                for one in fields
                for goal in one.goals
                for measure in goal.measures
            ],
        }
    )


def read_demo_accounts(folder: Path) -> list[tuple[str, str, str]]:
    """``(e-mail, name, roles)`` of the invented people, without reading the rest of the profile."""
    head = validate(ProfileDocument, load_yaml_with_lines((folder / HEAD).read_bytes(), HEAD))
    return [
        (one.email, one.name, ", ".join(f"{held.role} {held.controller}" for held in one.roles))
        for one in head.demo_accounts
    ]
