"""The bodies of the shipped profile: how formal each is, what its agendas begin with, who sits there in the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from kimforms.engine.profile import Profile, ProfileError, profile_folder, read_profile


@pytest.fixture(scope="module")
def profile() -> Profile:
    return read_profile(profile_folder("rhein_sieg"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield Path(copytree(profile_folder("rhein_sieg"), tmp_path / "profile"))


def test_every_body_says_how_formal_it_is(profile: Profile) -> None:
    by_formality = {
        wanted: [one.id for one in profile.bodies.bodies if one.formality == wanted]
        for wanted in ("steering", "working", "exchange")
    }
    assert by_formality["steering"] == ["lenkungsgruppe-kim"]
    assert len(by_formality["working"]) == 13
    assert sum(map(len, by_formality.values())) == 46
    assert all(one.formality == "working" for one in profile.bodies.bodies if "arbeitsgruppe" in one.kind.lower())


def test_what_never_meets_here_says_why(profile: Profile) -> None:
    silent = {one.id for one in profile.bodies.bodies if one.no_meetings}
    assert {
        "kreistag",
        "ausschuss-soziales-integration",
        "kollegiale-fallberatung",
        "bedarfsabfragen",
        "fallkonferenz",
    } <= silent
    assert not [one.id for one in profile.bodies.bodies if one.no_meetings and one.rhythm.has_number]
    assert not [one.id for one in profile.bodies.bodies if not one.no_meetings and one.prefix is None]


def test_agendas_begin_as_the_rules_of_procedure_want(profile: Profile) -> None:
    steering = profile.bodies.agendas["steering"]
    assert steering[0].title == "Eröffnung, Feststellung der ordnungsgemäßen Ladung und der Beschlussfähigkeit"
    assert any(one.title == "Niederschrift der letzten Sitzung" for one in steering[:3])
    assert {items[-1].title.split(",")[0] for items in profile.bodies.agendas.values()} == {"Verschiedenes"}


def test_the_demonstration_can_meet(profile: Profile) -> None:
    assert profile.people is not None
    entered = [one for one in profile.people.people if one.account is None]
    seats = [seat for one in entered for seat in one.seats if seat.body == "lenkungsgruppe-kim"]
    assert sum(seat.role == "principal" for seat in seats) == 17 + 2 - 2, "two seats are held by accounts"
    assert sum(seat.role == "deputy" for seat in seats) == 6
    by_post = [one for one in entered if one.email is None]
    assert len(by_post) == 2
    assert all(one.postal_address for one in by_post)
    assert all(one.email is None or one.email.endswith(".example") for one in entered)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("bodies.yaml", "prefix: CM\n", "prefix: LG\n", "das Kürzel „LG“ hat schon Lenkungsgruppe KIM"),
        ("bodies.yaml", "prefix: CM\n", "prefix: TH\n", "das Kürzel „TH“ hat schon ein Prozess"),
        ("bodies.yaml", "formality: steering", "formality: strict", "erlaubt ist nur 'steering'"),
        ("demo/people.yaml", "organisation: rsk-amt40}", "organisation: bundesagentur}", "gibt es diesen Sitz nicht"),
        ("demo/people.yaml", "kim, organisation: rsk-amt40}", "kim, organisation: rsk-amt30}", "sitzt schon Schmitz-Bauer"),
        ("demo/people.yaml", "account: leitung@rsk.example", "account: niemand@rsk.example", "niemand@rsk.example"),
        ("demo/people.yaml", "renate.lindner@rsk.example", "renate.lindner@rsk.de", ".example"),
        ("demo/people.yaml", "{body: pag-delfin4, function: chair}", "{body: pag-unbekannt, function: chair}", "pag-unbekannt"),
        ("demo/meetings.yaml", "deputy: Breuer", "deputy: Niemand", "eine Person „Niemand“ gibt es"),
        ("demo/meetings.yaml", "offer: b2}", "offer: b9}", "das Thema „b9“ gibt es nicht"),
        ("demo/meetings.yaml", "steering: 7", "steering: 77", "eine 77. Sitzung gibt es nicht"),
        ("demo/meetings.yaml", "room: Großer Sitzungssaal", "room: Saal 9", "den Raum „Saal 9“ gibt es nicht"),
        ("demo/meetings.yaml", "{days_ago: 2, ask: true}", "{ask: true}", "erwartet wird eines von „before“"),
        ("demo/meetings.yaml", "{days_ago: 2, ask: true}", "{days_ago: 2}", "genau eine Angabe, was geschieht"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(folder: Path, file: str, old: str, new: str, says: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProfileError) as refused:
        read_profile(folder)
    assert says in str(refused.value)
