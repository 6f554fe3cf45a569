"""Brings a profile into the database: shows a plan first, loads idempotently, deletes nothing.

Called by ``kimforms profile load`` and by the first start. The profile was read and checked as a whole before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.definition import content_hash
from ..engine.profile import Profile
from ..engine.text import pick
from ..models import Body, CatalogueEntry, Controller, Municipality, Organisation, Process
from ..naturalisation.profile_checklist import read_checklist
from ..naturalisation.service_files import read_services
from ..permissions import Actor
from ..rules.rulebook import Rulebook, RulebookRefused, plain
from . import audit, catalogues, processes, translations
from .advice.from_profile import bring_services
from .bodies import from_profile
from .editions.from_profile import bring_editions, status_of
from .records import effects
from .records.chain import on_behalf
from .refusals import InputRefused

CHECKLIST = "checklist_edition"
Kind = type[Controller] | type[Municipality] | type[Organisation] | type[Body] | type[CatalogueEntry]


@dataclass(frozen=True)
class Entry:
    """One row that the profile wants: the table, what it is found by, and its columns."""

    table: Kind
    key: Mapping[str, Any]
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        return " ".join(str(part) for part in self.key.values())


@dataclass(frozen=True)
class Planned:
    """What loading would do with one entry: ``new``, ``same`` or ``changed`` with the columns that differ."""

    kind: str
    name: str
    status: str
    columns: tuple[str, ...] = ()


def plan(session: Session, profile: Profile) -> list[Planned]:
    """What :func:`load` would do, entry by entry; nothing is written."""
    checklist = read_checklist(profile.folder)
    found = [_judge(session, entry) for entry in _entries(session, profile)]
    found += [Planned(CHECKLIST, *one) for one in status_of(session, profile, checklist)]
    for definition in profile.processes.values():
        found.append(Planned("process", definition.key, _process_status(session, definition)))
    return found


def load(session: Session, actor: Actor, now: datetime, profile: Profile) -> list[Planned]:
    """Loads the whole profile and returns what was done. Entries that the profile no longer names stay untouched.

    Raises :class:`InputRefused` when a process has effects that this installation cannot carry out, or when a default of
    the rulebook is none that the rules know, and ``ProfileError`` when its checklist or its services are none.
    """
    checklist, services = read_checklist(profile.folder), read_services(profile.folder)
    for definition in profile.processes.values():
        if missing := effects.unserved(definition):
            raise InputRefused({definition.key: f"Unbekannte Wirkung: {', '.join(missing)}"})
    try:
        Rulebook.from_values({}, {one.id: one.default for _, one in profile.rulebook.parameters()})
    except RulebookRefused as refused:
        raise InputRefused(refused.problems) from None
    done: list[Planned] = []
    for table in (Controller, Municipality, Organisation, Body, CatalogueEntry):
        for entry in _entries(session, profile, only=table):
            done.append(_judge(session, entry))
            _write(session, entry)
        session.flush()  # later tables point at earlier ones
    from_profile.bring_bodies(session, on_behalf(actor), now, profile)
    done += [Planned(CHECKLIST, *one) for one in status_of(session, profile, checklist)]
    bring_editions(session, actor, now, profile, checklist)
    bring_services(session, now, services)
    for definition in profile.processes.values():
        done.append(Planned("process", definition.key, _process_status(session, definition)))
        controller = session.scalars(select(Controller).where(Controller.key == definition.controller)).one()
        processes.publish(session, actor, now, controller, definition)
    fresh = sum(one.status == "new" for one in done)
    changed = sum(one.status == "changed" for one in done)
    if fresh or changed:
        audit.record(
            session,
            actor,
            now,
            audit.Tag.PROFILE_LOAD,
            profile=profile.head.id,
            version=profile.head.version,
            new=fresh,
            changed=changed,
        )
    catalogues.forget()
    return done


def _entries(session: Session, profile: Profile, only: Kind | None = None) -> Iterator[Entry]:
    for table, build in _BUILDERS.items():
        if only is None or table is only:
            yield from build(session, profile)


def _controllers(_session: Session, profile: Profile) -> Iterator[Entry]:
    for one in profile.head.controllers:
        values = {"name": one.name, "short_name": one.short_name, "data": _data(one), "active": True}
        if one.organisation:
            values["data"]["profile"] = profile.head.id
        yield Entry(Controller, {"key": one.id}, values)


def _municipalities(_session: Session, profile: Profile) -> Iterator[Entry]:
    posts: dict[str, list[Any]] = {}
    for post in profile.municipalities.case_management_posts:
        for slug in post.municipalities:
            posts.setdefault(slug, []).append(_data(post))
    for one in profile.municipalities.municipalities:
        values = {
            "name": one.name,
            "ags": one.ags,
            "has_case_management": one.case_management,
            "data": _data(one) | {"posts": posts.get(one.id, [])},
            "active": True,
        }
        yield Entry(Municipality, {"slug": one.id}, values)


def _organisations(_session: Session, profile: Profile) -> Iterator[Entry]:
    for one in profile.organisations.organisations:
        values = {
            "name": one.name,
            "cluster": one.cluster,
            "kind": one.kind[:80],
            "may_report": one.may_report,
            "data": _data(one),
            "active": True,
        }
        yield Entry(Organisation, {"slug": one.id}, values)


def _bodies(session: Session, profile: Profile) -> Iterator[Entry]:
    controllers = dict(session.execute(select(Controller.key, Controller.id)).all())
    first = profile.head.controllers[0].id
    for one in profile.bodies.bodies:
        values = {
            "name": one.name,
            "kind": one.kind[:120],
            "controller_id": controllers.get(one.controller or first),
            "data": _data(one, "formality", "agenda"),
            "active": True,
            "formality": one.formality,
        }
        yield Entry(Body, {"slug": one.id}, values)


def _catalogue(_session: Session, profile: Profile) -> Iterator[Entry]:
    for position, area in enumerate(profile.fields_of_action.fields):
        own = _data(area, "topics", "goals")
        yield _listed("field_of_action", area.id, None, area.title, position, own)
        for number, topic in enumerate(area.topics):
            yield _listed("topic", topic.id, area.id, topic.title, number, _data(topic))
        for number, goal in enumerate(area.goals):
            yield _listed("goal", goal.id, area.id, goal.title, number, _data(goal, "measures"))
            for place, measure in enumerate(goal.measures):
                yield _listed("measure", measure.id, goal.id, measure.title, place, _data(measure))
    for position, group in enumerate(profile.rulebook.groups):
        yield _listed("rule_group", group.id, None, pick(group.title), position, _data(group, "parameters"))
        for number, one in enumerate(group.parameters):
            own = _data(one) | {"default": plain(one.default)}
            yield _listed("rule", one.id, group.id, pick(one.label), number, own)
    for position, (slug, title, items) in enumerate(from_profile.agenda_entries(profile)):
        yield _listed(from_profile.AGENDA, slug, None, title, position, {"items": items})
    document = profile.school_holidays
    for position, days in enumerate(document.holidays if document else ()):
        own = _data(days) | {"first": days.first.isoformat(), "last": days.last.isoformat()}
        own |= {"source": document.source, "as_of": document.as_of.isoformat()} if document else {}
        yield _listed("school_holiday", days.id, None, days.name, position, own)
    for position, (kind, slug, title, own) in enumerate(translations.entries(profile.folder)):
        yield _listed(kind, slug, None, title, position, own)


def _listed(kind: str, slug: str, parent: str | None, title: str, position: int, data: dict[str, Any]) -> Entry:
    values = {"parent": parent, "title": title[:400], "position": position, "data": data, "active": True}
    return Entry(CatalogueEntry, {"kind": kind, "slug": slug}, values)


_BUILDERS: dict[Kind, Any] = {
    Controller: _controllers,
    Municipality: _municipalities,
    Organisation: _organisations,
    Body: _bodies,
    CatalogueEntry: _catalogue,
}


def _data(model: BaseModel, *without: str) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"id", *without})


def _find(session: Session, entry: Entry) -> Any:
    table: Any = entry.table
    return session.scalars(select(table).filter_by(**entry.key)).one_or_none()


def _judge(session: Session, entry: Entry) -> Planned:
    row = _find(session, entry)
    kind = entry.table.__tablename__
    if row is None:
        return Planned(kind, entry.name, "new")
    differing = tuple(_differing(row, entry.values))
    return Planned(kind, entry.name, "changed" if differing else "same", differing)


def _differing(row: Any, values: Mapping[str, Any]) -> Iterable[str]:
    return (column for column, value in values.items() if getattr(row, column) != value)


def _write(session: Session, entry: Entry) -> None:
    row = _find(session, entry)
    if row is None:
        session.add(entry.table(**entry.key, **entry.values))
        return
    for column in tuple(_differing(row, entry.values)):
        setattr(row, column, entry.values[column])


def _process_status(session: Session, definition: Any) -> str:
    process = session.scalar(
        select(Process).join(Controller).where(Process.key == definition.key, Controller.key == definition.controller)
    )
    if process is None or process.current_version is None:
        return "new"
    return "same" if process.current_version.content_hash == content_hash(definition) else "changed"
