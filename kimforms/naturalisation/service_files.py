"""Reads the advisory services that a profile brings: those that its concept names, and invented ones for the demonstration.

`naturalisation/services.yaml` names services without any contact, since nobody may invent one; `demo/services.yaml` holds
invented contacts that end in .example and is read by the demonstration alone.
"""

from __future__ import annotations

from pathlib import Path as Folder
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints

from kimforms.engine.profile import ProfileError
from kimforms.engine.profile_documents import Slug, Words
from kimforms.engine.strict import Strict
from kimforms.engine.yaml_io import validate
from kimforms.engine.yaml_lines import DefinitionError, Problem, load_yaml_with_lines

FILE = "naturalisation/services.yaml"
DEMO_FILE = "demo/services.yaml"
_Model = TypeVar("_Model", bound=Strict)
Code = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,40}$")]


class ServiceEntry(Strict):
    """A service of the directory; `id` is its address, `organisation` who looks after it, `controller` whose entry it is."""

    id: Slug
    controller: Slug
    organisation: Slug
    name: Words
    carrier: str = ""
    target_group: str = ""
    municipality: Slug | None = None
    municipalities: tuple[Slug, ...] = ()
    languages: tuple[Code, ...] = ()
    fields: tuple[Key, ...] = ()
    town_hall_hours: str = ""
    in_letters: bool = False


class ServicesFile(Strict):
    """`naturalisation/services.yaml`: what the concept says about services, and where."""

    source: Words
    open_point: Words
    total: int
    services: tuple[ServiceEntry, ...]


class DemoService(ServiceEntry):
    """An entry of the demonstration: complete, and confirmed so many days ago; it fills the entry with the same `id`."""

    street: str = ""
    postcode: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
    town: Words
    phone: str = ""
    email: Annotated[str, StringConstraints(pattern=r"^[a-z.-]+@[a-z.-]+\.example$")]
    website: str = ""
    hours: Words
    appointment_needed: bool | None = None
    accessible: bool | None = None
    confirmed_days_ago: Annotated[int, Field(ge=0, le=3000)] | None = None


class DemoCourseDate(Strict):
    """A date of a course or test of the demonstration, in so many days; `waits`: the coordination has not seen it yet."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,20}$")]
    title: Words
    provider: Words
    in_days: Annotated[int, Field(ge=1, le=700)]
    begins: Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d$")]
    ends: Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d$")]
    municipality: Slug
    place: Words
    registration: Words
    costs: str = ""
    waits: bool = False


class DemoServicesFile(Strict):
    """`demo/services.yaml`: entries of the directory, and dates of courses and tests."""

    services: tuple[DemoService, ...]
    dates: tuple[DemoCourseDate, ...] = ()


def read_services(folder: Folder) -> ServicesFile | None:
    """The services that a profile names; None where it names none. Raises `ProfileError` with file and line."""
    found = _read(folder, FILE, ServicesFile)
    if found is not None and found.total != len(found.services):
        reason = f"angegeben sind {found.total}, gezählt sind {len(found.services)}"
        raise ProfileError([(FILE, Problem(0, reason, ("total",)))])
    return found


def read_demo_services(folder: Folder) -> DemoServicesFile | None:
    """What the demonstration tells of the directory; None without such a file. Raises `ProfileError`."""
    return _read(folder, DEMO_FILE, DemoServicesFile)


def _read(folder: Folder, name: str, model: type[_Model]) -> _Model | None:
    path = folder / name
    if not path.is_file():
        return None
    try:
        return validate(model, load_yaml_with_lines(path.read_bytes(), name))
    except OSError:
        raise ProfileError([(name, Problem(0, "die Datei ist nicht lesbar"))]) from None
    except DefinitionError as refused:
        raise ProfileError((name, problem) for problem in refused.problems) from None
