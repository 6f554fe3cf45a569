"""Drafts: whose they are, how long they live, and what of a secret link is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.forms.report import new_key
from kimforms.models import Draft, User
from kimforms.permissions import Actor
from kimforms.services import drafts
from kimforms.services.queries.reporting import offered
from kimforms.services.refusals import LinkExpired, NotVisible
from kimforms.services.unit_of_work import unit_of_work


def person(email: str) -> Actor:
    user = db.session.scalars(select(User).where(User.email == email)).one()
    return Actor("person", user.id, user.name, user.email)


def keep(now: datetime, **changes: Any) -> str:
    values: dict[str, Any] = {
        "key": new_key(),
        "token": "",
        "raw": {"titel": "T"},
        "step": "d",
        "visited": ["a", "d"],
        "title": "T",
    }
    with unit_of_work() as session:
        return drafts.keep_for_link(session, now, version=offered(session), **values | changes)


def test_a_draft_begins_once_and_lives_180_days_after_its_last_change(app: Flask, now: datetime) -> None:
    actor = person("beratung@caritas.example")
    with unit_of_work() as session:
        version = offered(session)
        first = drafts.start_draft(session, actor, now, version=version, key=new_key())
        assert drafts.start_draft(session, actor, now, version=version, key=new_key()).id == first.id
        later = now + timedelta(days=3)
        drafts.save_draft(session, later, first, raw={"titel": "T"}, step="d", visited=["d"], title="T", window="w")
        assert first.expires_at == later + drafts.WITH_ACCOUNT
        assert drafts.input_of(first) == {"titel": "T"} and drafts.written_by(first, "d") == "w"
        assert drafts.start_draft(session, actor, now, version=version, key=new_key()).id != first.id


def test_a_draft_is_its_owners_alone(app: Flask, now: datetime) -> None:
    owner, other = person("beratung@caritas.example"), person("beratung@diakonie.example")
    with unit_of_work() as session:
        draft = drafts.start_draft(session, owner, now, version=offered(session), key=new_key())
        with pytest.raises(NotVisible):
            drafts.own_draft(session, other, draft.id)
        with pytest.raises(NotVisible):
            drafts.delete_draft(session, other, draft.id)
        number = draft.id
        drafts.delete_draft(session, owner, number)
    with pytest.raises(NotVisible):
        drafts.own_draft(db.session(), owner, number)


def test_nobody_keeps_more_drafts_than_anybody_finishes(app: Flask, now: datetime) -> None:
    actor = person("beratung@caritas.example")
    with unit_of_work() as session:
        version = offered(session)
        for _ in range(drafts.MOST_DRAFTS):
            draft = drafts.start_draft(session, actor, now, version=version, key=new_key())
            drafts.save_draft(session, now, draft, raw={"titel": "T"}, step="d", visited=[], title="")
            session.flush()
        with pytest.raises(drafts.TooManyDrafts):
            drafts.start_draft(session, actor, now, version=version, key=new_key())


def test_a_secret_link_is_stored_as_a_hash_and_ends_after_14_days(app: Flask, now: datetime) -> None:
    token = keep(now)
    draft = db.session.scalars(select(Draft)).one()
    assert token not in (draft.link_hash, draft.submission_key) and draft.user_id is None
    assert drafts.draft_behind(db.session(), now + timedelta(days=13, hours=23), token).id == draft.id
    with pytest.raises(LinkExpired):
        drafts.draft_behind(db.session(), now + timedelta(days=14), token)
    with pytest.raises(LinkExpired):
        drafts.draft_behind(db.session(), now, token[:-1])


def test_saving_again_keeps_the_link_and_one_draft(app: Flask, now: datetime) -> None:
    key = new_key()
    token = keep(now, key=key)
    assert keep(now, key=key, token=token, raw={"titel": "Neu"}) == token
    newer = keep(now, key=key, raw={"titel": "Ohne Link"})
    assert newer != token
    with pytest.raises(LinkExpired):
        drafts.draft_behind(db.session(), now, token)
    assert drafts.input_of(drafts.draft_behind(db.session(), now, newer)) == {"titel": "Ohne Link"}
    assert len(db.session.scalars(select(Draft)).all()) == 1


def test_a_draft_behind_a_link_can_be_deleted_by_it(app: Flask, now: datetime) -> None:
    token = keep(now)
    with unit_of_work() as session:
        drafts.delete_behind(session, now, token)
        drafts.delete_behind(session, now, token)
    assert db.session.scalars(select(Draft)).all() == []
