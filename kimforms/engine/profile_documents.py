"""What stands in the files of a profile: a county as data, file by file.

`profile.py` reads folders into these models; services load them into the database. Ids are stable and link the files.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.definition import StationId
from kimforms.engine.fields import AnyField
from kimforms.engine.strict import Id, Strict
from kimforms.engine.text import Text

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
"""Id of an entry of a list: letters without umlauts, digits, hyphen, underscore and point (`4.1-Z1-M1`, `rsk-ki`)."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
Totals = dict[str, Annotated[Decimal, Field(ge=0)]]
"""How many entries there are, by name; the reader counts again and refuses a file whose totals differ."""


class NoticeSection(Strict):
    """A question of a privacy notice and its answer."""

    id: Id
    heading: Text
    text: Text


class PrivacyNotice(Strict):
    """What a controller tells under Art. 13 GDPR; `id` is the key of the process it belongs to."""

    id: Id
    title: Text
    version: str | None = None
    basis: str | None = None
    sections: tuple[NoticeSection, ...] = Field(min_length=1)


class ControllerEntry(Strict):
    """A data controller (Art. 4 No. 7 GDPR) with its own staff, notices and retention.

    Street, postcode, e-mail and phone stand in the imprint and in the accessibility statement; left out when not set.
    `themes`: after so many days without an event a theme stands out as stalled.
    """

    id: Id
    name: Words
    short_name: Words
    kind: Literal["county", "city"]
    organisation: Slug
    seat: Words
    street: Words | None = None
    postcode: Annotated[str, StringConstraints(pattern=r"^\d{5}$")] | None = None
    email: Address | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()/-]{2,39}$")] | None = None
    unit: Text
    coordination: Slug | None = None
    naturalisation_office: Slug | None = None
    signature: Text
    notices: tuple[PrivacyNotice, ...] = ()
    themes: dict[Literal["stalled_after_days"], Annotated[int, Field(ge=1, le=3650)]] = {}


class RoleEntry(Strict):
    """The name of a role and what it is for; its rights stand in the program."""

    key: Id
    label: Text
    description: Text
    assignable_per: Literal["controller", "organisation", "municipality", "body"]


class StationEntry(Strict):
    """The county's words for a station that reporters see."""

    id: StationId
    label: Text


class RoleHolding(Strict):
    """A role of a person at a controller."""

    role: Id
    controller: Id


class Seat(Strict):
    """What a person is in a body."""

    body: Slug
    function: Literal["head", "managing_director", "chair", "deputy_chair", "member", "deputy", "guest"]
    voting: bool = False


class DemoAccount(Strict):
    """An invented person for trying the program out; never created outside demo mode."""

    email: Address
    name: Words
    organisation: Slug | None = None
    municipality: Slug | None = None
    roles: tuple[RoleHolding, ...] = Field(min_length=1)
    bodies: tuple[Seat, ...] = ()
    responsible_for: tuple[Slug, ...] = ()


class ProfileDocument(Strict):
    """`profile.yaml`: who is who, and which further files there are."""

    format: Literal[1]
    id: Id
    name: Words
    version: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)*$")]
    as_of: date
    languages: tuple[Literal["de", "en"], ...] = Field(min_length=1)
    time_zone: Words
    holidays: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    controllers: tuple[ControllerEntry, ...] = Field(min_length=1)
    roles: tuple[RoleEntry, ...] = Field(min_length=1)
    stations: tuple[StationEntry, ...] = ()
    processes: tuple[Annotated[str, StringConstraints(pattern=r"^processes/[a-z][a-z0-9_]*\.yaml$")], ...] = ()
    demo_accounts: tuple[DemoAccount, ...] = ()


class County(Strict):
    """The county as a whole; shares are kept as written."""

    id: Slug
    name: Words
    ags_prefix: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
    government_district: str | None = None
    seat: str | None = None
    population_about: int | None = Field(default=None, ge=0)
    area_km2: Decimal | None = None
    share_without_german_citizenship_percent: Decimal | None = None
    share_without_german_citizenship_lowest_municipality_percent: Decimal | None = None
    share_without_german_citizenship_highest_municipality_percent: Decimal | None = None
    share_with_immigration_history_2023_percent: Decimal | None = None
    source: str | None = None


class CaseManagement(Strict):
    """Who employs the case managers and who supervises method and quality (an organisation)."""

    source: str | None = None
    employer: Words
    employer_since: date | None = None
    disciplinary_supervision: Words
    professional_supervision: Slug
    rule: str | None = None


class MunicipalityEntry(Strict):
    """A town or municipality; the offices are organisations."""

    id: Slug
    name: Words
    type: Literal["Stadt", "Gemeinde"]
    bank: str | None = None
    ags: Annotated[str, StringConstraints(pattern=r"^\d{8}$")]
    ags_status: str | None = None
    case_management: bool
    case_management_reason: str | None = None
    immigration_office: Slug
    naturalisation_office: Slug
    voting_seat: bool = False
    own_tenant: bool = False
    note: str | None = None
    aliases: tuple[str, ...] = ()


class Post(Strict):
    """A post of the case management; a change is a new line with a new date, the old one gets `valid_until`."""

    id: Slug
    municipalities: tuple[Slug, ...] = Field(min_length=1)
    number: int = Field(ge=1)
    fte: Decimal = Field(gt=0, le=1)
    valid_from: date
    valid_until: date | None = None
    note: str | None = None


class MunicipalitiesDocument(Strict):
    """`municipalities.yaml`"""

    county: County
    totals: Totals
    case_management: CaseManagement | None = None
    municipalities: tuple[MunicipalityEntry, ...]
    case_management_posts: tuple[Post, ...] = ()


class Cluster(Strict):
    """A group of organisations."""

    id: Id
    label: Text


class OrganisationEntry(Strict):
    """An organisation, office, group or programme; `part_of` is another organisation."""

    id: Slug
    name: Words
    aliases: tuple[str, ...] = ()
    cluster: Id
    kind: Words
    part_of: Slug | None = None
    voting_seat: bool = False
    invited_by_topic: bool = False
    may_report: bool = False
    kim_module: Literal[1, 2, 3] | None = None
    kim_fte: Decimal | None = None
    campaign_role: str | None = None
    source: str | None = None
    note: str | None = None


class OrganisationsDocument(Strict):
    """`organisations.yaml`"""

    totals: Totals
    clusters: tuple[Cluster, ...]
    organisations: tuple[OrganisationEntry, ...]


class Topic(Strict):
    """A topic of a field of action with what was found."""

    id: Slug
    title: Words
    summary: str | None = None
    findings: tuple[Words, ...] = ()


class Measure(Strict):
    """A measure; `working_group` is a body."""

    id: Slug
    title: Words
    working_group: Slug | None = None
    note: str | None = None


class Goal(Strict):
    """A goal and its measures."""

    id: Slug
    title: Words
    measures: tuple[Measure, ...] = ()


class FieldOfAction(Strict):
    """A field of action; `concept_group` is the body that worked on it, `institutions` are organisations."""

    id: Slug
    number: str
    title: Words
    concept_group: Slug | None = None
    institutions: tuple[Slug, ...] = ()
    topics: tuple[Topic, ...] = ()
    goals: tuple[Goal, ...] = ()


class Term(Strict):
    """A word and what the county means by it."""

    term: Words
    meaning: Words


class FieldsOfActionDocument(Strict):
    """`fields_of_action.yaml`; `controlling_fields` are what the office keeps for each measure."""

    totals: Totals
    terms: tuple[Term, ...] = ()
    id_scheme: str | None = None
    fields: tuple[FieldOfAction, ...]
    controlling_fields: tuple[AnyField, ...] = ()


class SynonymGroup(Strict):
    """Terms that mean the same to the search; see the head of the file for how a term is matched."""

    id: Id
    terms: tuple[Words, ...] = Field(min_length=1)


class SynonymsDocument(Strict):
    """`synonyms.yaml`: abbreviations (small letters) with their long form, and groups of near-synonyms."""

    version: Literal[1]
    abbreviations: dict[str, Words] = {}
    groups: tuple[SynonymGroup, ...] = ()


Filling = str | bool | tuple[str, ...]
"""One value to fill in: an option, a tick, or several options."""


class DemoMapping(Strict):
    """`demo/mapping.yaml`: how the demo reports become answers of a process."""

    process: Id
    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.jsonl$")]
    totals: Totals
    fields: dict[str, Id]
    ignore: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = {}
    otherwise: dict[str, str] = {}
    when_empty: dict[str, str] = {}
    fill: dict[Id, Literal["same_as_report"] | Annotated[tuple[Filling, ...], Field(min_length=1)]] = {}
