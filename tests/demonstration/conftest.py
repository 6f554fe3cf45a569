"""The themes of the demonstration, told once for the whole file: interrupted twice, and gone on with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kimforms.services import demo
from kimforms.services.demo_themes import Progress

from ..support.databases import NOW, Workshop, in_app


class Stopped(Exception):
    """Somebody pulled the plug."""


def stops_after(steps: int) -> Progress:
    """Lets that many steps be taken."""
    left = steps

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Stopped

    return count


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A demonstration with all themes and the reports that belong to them; the others are the same with less to tell."""
    workshop = Workshop(tmp_path_factory.mktemp("demonstration"))
    workshop.fresh()
    settings = workshop.app.config["SETTINGS"]
    with in_app(workshop.app):
        joined = demo.joining(settings)
        for story in demo.stories(settings, NOW) or ():
            if story.number in joined:
                demo.tell(story, settings)
        for steps in (7, 120):
            with pytest.raises(Stopped):
                demo.stage(settings, NOW).play(stops_after(steps))
        demo.stage(settings, NOW).play()
    yield workshop
    workshop.close()


@pytest.fixture
def app(told: Workshop) -> Iterator[object]:
    """The application, inside an application context; the tests of this folder only read."""
    with in_app(told.app) as application:
        yield application
