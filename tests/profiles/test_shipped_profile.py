"""Every profile that ships reads without a finding; the county's profile holds all that the sources hold."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from kimforms.engine.catalogue import Option
from kimforms.engine.cleaning import clean_answers
from kimforms.engine.profile import Profile, ProfileError, available_profiles, profile_folder, read_profile
from kimforms.engine.text import pick
from kimforms.rules.rulebook import PARAMETERS, Rulebook, kind_of, options_of


@pytest.fixture(scope="module")
def profile() -> Profile:
    return read_profile(profile_folder("rhein_sieg"))


@pytest.mark.parametrize("name", available_profiles())
def test_every_shipped_profile_is_accepted(name: str) -> None:
    found = read_profile(profile_folder(name))
    assert found.head.id == name


def test_a_profile_is_found_by_its_folder_as_well() -> None:
    folder = available_profiles()["rhein_sieg"]
    assert profile_folder(str(folder)) == folder
    with pytest.raises(ProfileError, match="kein Profil: erwartet wird rhein_sieg oder ein Ordner"):
        profile_folder("/nowhere/at/all")


def test_municipalities(profile: Profile) -> None:
    document = profile.municipalities
    assert len(document.municipalities) == 19
    assert sum(one.case_management for one in document.municipalities) == 16
    assert len(document.case_management_posts) == 20
    assert sum(post.fte for post in document.case_management_posts) == Decimal("17.00")
    offices = Counter(one.naturalisation_office for one in document.municipalities)
    assert sorted(offices.values()) == [1, 18]


def test_organisations(profile: Profile) -> None:
    assert len(profile.organisations.organisations) == 92
    assert len(profile.organisations.clusters) == 10
    used = {one.cluster for one in profile.organisations.organisations}
    assert used == {one.id for one in profile.organisations.clusters}


def test_bodies(profile: Profile) -> None:
    bodies = {one.id: one for one in profile.bodies.bodies}
    assert len(bodies) == 46
    assert sum(one.rhythm.has_number for one in bodies.values()) == 9
    steering = next(one for one in bodies.values() if one.voting_members)
    assert sum(member.voting for member in steering.members) == 17
    assert len({member.list_item for member in steering.members if member.voting}) == 15
    assert {one.controller for one in bodies.values() if one.level == "Troisdorf"} == {"troisdorf"}


def test_rulebook_defaults_are_what_the_rules_know(profile: Profile) -> None:
    defaults = {one.id: one.default for _, one in profile.rulebook.parameters()}
    assert len(profile.rulebook.groups) == 7
    assert tuple(defaults) == PARAMETERS
    assert Rulebook.from_values({}, defaults) == Rulebook()
    for _, one in profile.rulebook.parameters():
        assert (one.type, {option.value for option in one.options}) == (kind_of(one.id), set(options_of(one.id)))
        assert all(isinstance(text, dict) and set(text) == {"de", "en"} for text in (one.label, one.help or one.label))


def test_fields_of_action(profile: Profile) -> None:
    fields = profile.fields_of_action.fields
    topics = [topic for one in fields for topic in one.topics]
    goals = [goal for one in fields for goal in one.goals]
    assert len(fields) == 8
    assert len(topics) == 27
    assert sum(len(topic.findings) for topic in topics) == 73
    assert len(goals) == 23
    assert sum(len(goal.measures) for goal in goals) == 66


def test_the_catalogues_hang_below_each_other(profile: Profile) -> None:
    lists = profile.catalogues()
    assert len(lists.options("municipalities")) == 19
    assert list(lists.options("topics", "wohnen")) == [
        Option("4.2-T1", "Unterbringung von Geflüchteten", "wohnen"),
        Option("4.2-T2", "Herausforderungen auf dem Wohnungsmarkt", "wohnen"),
    ]
    assert sum(len(lists.options("topics", one.value)) for one in lists.options("fields_of_action")) == 27
    assert sum(len(lists.options("measures", one.value)) for one in lists.options("goals")) == 66


def test_the_demo_accounts_are_those_that_the_handbook_names(profile: Profile) -> None:
    roles = {one.email: {holding.role for holding in one.roles} for one in profile.head.demo_accounts}
    assert roles == {
        "beratung@caritas.example": {"adviser"},
        "beratung@diakonie.example": {"adviser"},
        "casemanagement@siegburg.example": {"case_manager"},
        "koordination@rsk.example": {"coordinator"},
        "koordination2@rsk.example": {"coordinator"},
        "koordination@troisdorf.example": {"coordinator"},
        "leitung@rsk.example": {"office"},
        "dezernat@rsk.example": {"office"},
        "einbuergerung@troisdorf.example": {"naturalisation"},
        "einbuergerung@rsk.example": {"naturalisation"},
        "vorsitz@rsk.example": {"member"},
        "mitglied@jobcenter.example": {"member"},
        "admin@rsk.example": {"admin"},
    }


def test_every_municipality_has_exactly_one_coordinator(profile: Profile) -> None:
    covered = [one for account in profile.head.demo_accounts for one in account.responsible_for]
    assert sorted(covered) == sorted(one.id for one in profile.municipalities.municipalities)
    left = {one.id for one in profile.municipalities.municipalities if one.bank == "linksrheinisch"}
    assert any(left <= set(account.responsible_for) for account in profile.head.demo_accounts)


def test_the_privacy_notice_answers_what_article_13_asks(profile: Profile) -> None:
    notice = profile.processes["hurdle_report"].notice
    assert notice is not None
    german, english = pick(notice.text, "de"), pick(notice.text, "en")
    for part in (
        "Art. 6 Abs. 1 Buchst. e DSGVO",
        "§ 3 DSG NRW",
        "sechs Monate",
        "Art. 15",
        "Art. 21",
        "Art. 77",
        "Behördliche",
    ):
        assert part in german
    for part in ("Article 6(1)(e) GDPR", "six months", "Article 15", "Article 77", "data protection officer"):
        assert part in english
    assert german.count("\n\n") == english.count("\n\n")
    assert notice.version == profile.controller("rsk").notices[0].version


def test_synonyms_are_matched_in_folded_small_letters(profile: Profile) -> None:
    synonyms = profile.synonyms
    assert len(synonyms.groups) > 80
    assert all(short == short.lower() for short in synonyms.abbreviations)
    terms = [term for group in synonyms.groups for term in group.terms]
    assert all(term == term.lower() and not set(term) & set("äöüß") for term in terms)


def test_every_demo_report_becomes_a_complete_answer(profile: Profile) -> None:
    assert profile.mapping is not None
    assert len(profile.reports) == 227
    process, lists = profile.processes[profile.mapping.process], profile.catalogues()
    for number, report in enumerate(profile.reports):
        cleaned = clean_answers(process, profile.demo_answers(number), catalogues=lists, today=date(2026, 11, 22))
        assert cleaned.errors == {}, json.dumps(report, ensure_ascii=False)
        assert cleaned.answers["titel"] == report["title"].strip()
        assert report["cluster"] is None or report["cluster"] not in cleaned.answers.values()
