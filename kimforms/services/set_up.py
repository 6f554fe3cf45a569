"""The first start: migrations, the profile, and in demo mode the invented accounts. Repeating it changes nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import flask_migrate
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..config import Settings
from ..engine.profile import Profile, profile_folder, read_profile
from ..extensions import db
from ..models import Controller, Responsibility
from ..permissions import SYSTEM, Grant
from . import accounts, profile_loading, responsibilities
from .bodies import demo_people
from .passwords import DEFAULT_COST, Cost
from .unit_of_work import unit_of_work

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def set_up(
    settings: Settings, now: datetime, *, demo_accounts: bool, cost: Cost = DEFAULT_COST
) -> list[profile_loading.Planned]:
    """Brings database and profile up to date inside an application context; returns what was loaded."""
    prepare_migrations()
    flask_migrate.upgrade(str(MIGRATIONS))
    profile = read_profile(profile_folder(settings.profile))
    with unit_of_work() as session:
        done = profile_loading.load(session, SYSTEM, now, profile)
        if demo_accounts:
            create_demo_accounts(session, now, profile, settings.demo_password, cost)
    return done


def prepare_migrations() -> None:
    """Makes Flask-Migrate's commands work in this application; nothing else needs it, so no server loads it."""
    if "migrate" not in current_app.extensions:
        flask_migrate.Migrate(current_app, db, directory=str(MIGRATIONS), render_as_batch=True)


def create_demo_accounts(
    session: Session, now: datetime, profile: Profile, password: str, cost: Cost = DEFAULT_COST
) -> None:
    """The invented people of the profile, with a password that is no secret, and who sits in which body."""
    controllers = {row.key: row.id for row in session.scalars(select(Controller))}
    for person in profile.head.demo_accounts:
        bodies = [seat.body for seat in person.bodies] or [None]
        grants = [
            Grant(role.role, controllers[role.controller], person.organisation, person.municipality, body)
            for role in person.roles
            for body in bodies
        ]
        user = accounts.ensure_user(session, SYSTEM, now, person.email, person.name, password, grants, cost=cost)
        for slug in person.responsible_for:
            _make_responsible(session, now, controllers[person.roles[0].controller], slug, user.id)
    demo_people.seat_people(session, now, profile)


def _make_responsible(session: Session, now: datetime, controller_id: int, municipality: str, user_id: int) -> None:
    kept = session.scalar(select(Responsibility).filter_by(controller_id=controller_id, municipality=municipality))
    if kept is None and responsibilities.is_coordinator(session, controller_id, user_id, now.date()):
        responsibilities.set_responsible(session, SYSTEM, now, controller_id, municipality, user_id)
