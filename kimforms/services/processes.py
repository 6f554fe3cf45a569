"""Process versions: publishing, finding the current one, and reading the document of a version once a process."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..engine.definition import ProcessDefinition, content_hash
from ..engine.plain import plain
from ..engine.text import pick
from ..models import Controller, Process, ProcessVersion
from ..permissions import Actor
from . import audit
from .refusals import NotVisible

_definitions: dict[str, ProcessDefinition] = {}


def definition_of(version: ProcessVersion) -> ProcessDefinition:
    """The definition of a version. Published versions never change, so each is parsed once a process, by its hash."""
    known = _definitions.get(version.content_hash)
    if known is None:
        known = ProcessDefinition.model_validate(version.document)
        _definitions[version.content_hash] = known
    return known


def definition_by_hash(session: Session, version_id: int, content_hash: str) -> ProcessDefinition:
    """The same for lists, which know id and hash: the document is read only when this process never met it."""
    known = _definitions.get(content_hash)
    return known if known is not None else definition_of(session.get_one(ProcessVersion, version_id))


def current_version(session: Session, key: str, controller_id: int | None = None) -> ProcessVersion:
    """The published version that new records of a process begin with; NotVisible when there is none.

    Without ``controller_id`` the process has to be unique over all controllers.
    """
    wanted = (
        select(ProcessVersion)
        .join(Process, Process.current_version_id == ProcessVersion.id)
        .where(Process.key == key)
        .order_by(Process.id)
    )
    if controller_id is not None:
        wanted = wanted.where(Process.controller_id == controller_id)
    version = session.scalars(wanted.limit(1)).first()
    if version is None:
        raise NotVisible()
    return version


def publish(
    session: Session, actor: Actor, now: datetime, controller: Controller, definition: ProcessDefinition
) -> ProcessVersion:
    """Makes ``definition`` the current version of its process. The same content again changes nothing."""
    process = session.scalar(
        select(Process).where(Process.controller_id == controller.id, Process.key == definition.key)
    )
    if process is None:
        process = Process(key=definition.key, controller=controller, read_roles=[])
        session.add(process)
        session.flush()  # the version needs the id
    digest = content_hash(definition)
    version = session.scalar(
        select(ProcessVersion).where(ProcessVersion.process_id == process.id, ProcessVersion.content_hash == digest)
    )
    if version is not None and process.current_version_id == version.id:
        return version
    if version is None:
        version = ProcessVersion(
            process=process,
            number=_next_number(session, process.id),
            document=plain(definition),
            content_hash=digest,
            published_at=now,
            published_by_id=actor.user_id,
        )
        session.add(version)
        session.flush()  # the process points at its id
    process.current_version_id = version.id
    process.title = pick(definition.title)
    process.read_roles = list(definition.access.read)
    audit.record(
        session,
        actor,
        now,
        audit.Tag.PROCESS_PUBLISH,
        controller_id=controller.id,
        process=definition.key,
        version=version.number,
        hash=digest,
    )
    return version


def _next_number(session: Session, process_id: int) -> int:
    last = session.scalar(select(func.max(ProcessVersion.number)).where(ProcessVersion.process_id == process_id))
    return (last or 0) + 1
