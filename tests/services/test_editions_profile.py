"""The profile's checklist becomes edition 1 of each office, once; later content becomes a draft where there is none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import func, select

from kimforms.engine.profile import Profile, ProfileError, profile_folder, read_profile
from kimforms.extensions import db
from kimforms.models import ChecklistEdition, Controller, Event
from kimforms.naturalisation.profile_checklist import FILE, read_checklist
from kimforms.permissions import SYSTEM
from kimforms.services import profile_loading
from kimforms.services.editions.drafting import begin_draft, discard_draft
from kimforms.services.editions.reading import current, document_of
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.naturalisation import EBH_TROISDORF
from ..support.records import actor

pytestmark = pytest.mark.usefixtures("app")
TODAY, LATER = date(2026, 11, 23), NOW + timedelta(days=1)


def editions(key: str) -> list[ChecklistEdition]:
    rows = select(ChecklistEdition).join(Controller).where(Controller.key == key).order_by(ChecklistEdition.number)
    return list(db.session.scalars(rows))


def load(profile: Profile) -> list[profile_loading.Planned]:
    with unit_of_work() as session:
        done = profile_loading.load(session, SYSTEM, LATER, profile)
    return [one for one in done if one.kind == profile_loading.CHECKLIST]


def changed(tmp_path: Path, old: str = "title: Lichtbild", new: str = "title: Passbild") -> Profile:
    """The shipped profile with another checklist; everything else is what is loaded already."""
    folder = Path(copytree(profile_folder("rhein_sieg") / "naturalisation", tmp_path / "p" / "naturalisation")).parent
    path = folder / FILE
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return replace(shipped(), folder=folder)


def shipped() -> Profile:
    return read_profile(profile_folder("rhein_sieg"))


@pytest.mark.parametrize("key", ["troisdorf", "rsk"])
def test_each_office_has_edition_one_from_the_day_of_its_state_of_law(key: str) -> None:
    [edition] = editions(key)
    assert (edition.number, edition.state, edition.note) == (1, "published", "aus dem Profil")
    assert edition.valid_from == edition.law_status == date(2026, 8, 19)
    assert document_of(edition) == read_checklist(profile_folder("rhein_sieg"))
    assert current(db.session(), edition.controller_id, TODAY) is edition
    assert current(db.session(), edition.controller_id, date(2026, 8, 18)) is None


def test_its_beginning_stands_in_the_history() -> None:
    rows = db.session.scalars(select(Event).where(Event.tag == "edition:publish")).all()
    assert sorted(json.loads(one.payload)["valid_from"] for one in rows) == ["2026-08-19", "2026-08-19"]
    assert {one.controller_id for one in rows} == {
        one.controller_id for key in ("troisdorf", "rsk") for one in editions(key)
    }


def test_loading_again_changes_nothing() -> None:
    before = db.session.scalar(select(func.count()).select_from(Event))
    assert {(one.name, one.status) for one in load(shipped())} == {("rsk", "same"), ("troisdorf", "same")}
    assert len(editions("rsk")) == len(editions("troisdorf")) == 1
    assert db.session.scalar(select(func.count()).select_from(Event)) == before


def test_other_content_becomes_one_draft_for_each_office_and_no_second(tmp_path: Path) -> None:
    profile = changed(tmp_path)
    planned = profile_loading.plan(db.session(), profile)
    assert [one.status for one in planned if one.kind == profile_loading.CHECKLIST] == ["changed", "changed"]
    assert {one.status for one in load(profile)} == {"changed"}
    for key in ("rsk", "troisdorf"):
        first, draft = editions(key)
        assert (draft.number, draft.state, draft.valid_from, draft.based_on_id) == (2, "draft", None, first.id)
        assert document_of(draft).items["A6"].title == "Passbild"
        assert document_of(first).items["A6"].title == "Lichtbild"
    assert {one.status for one in load(profile)} == {"same"}
    assert len(editions("rsk")) == 2


def test_a_draft_of_the_office_is_never_touched(tmp_path: Path) -> None:
    controller_id = editions("troisdorf")[0].controller_id
    with unit_of_work() as session:
        begin_draft(session, actor(session, EBH_TROISDORF), NOW, controller_id=controller_id)
    assert {(one.name, one.status) for one in load(changed(tmp_path))} == {("rsk", "changed"), ("troisdorf", "same")}
    assert document_of(editions("troisdorf")[1]).items["A6"].title == "Lichtbild"


def test_a_draft_thrown_away_does_not_come_back_with_the_same_content(tmp_path: Path) -> None:
    profile = changed(tmp_path)
    load(profile)
    with unit_of_work() as session:
        discard_draft(session, actor(session, EBH_TROISDORF), NOW, editions("troisdorf")[1])
    assert {one.status for one in load(profile)} == {"same"}
    assert len(editions("troisdorf")) == 1


def test_a_broken_checklist_refuses_the_whole_profile(tmp_path: Path) -> None:
    profile = changed(tmp_path, "  items: 68", "  items: 1")
    for refused in (lambda: load(profile), lambda: profile_loading.plan(db.session(), profile)):
        with pytest.raises(ProfileError, match=r"naturalisation/checklist.yaml, Zeile 12"):
            refused()


def test_a_profile_without_checklist_brings_no_edition(tmp_path: Path) -> None:
    assert load(replace(shipped(), folder=tmp_path)) == []
