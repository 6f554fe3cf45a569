"""Which tests share a process under pytest-xdist: the journeys all, guards and faults by file, the others go where there is room.

xdist's own groups (``--dist loadgroup``) are not kept: xdist 3.8 renames tests in a way that pytest 9.2 no longer sees.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/browser/",)  # one server and one Chromium for all
BY_FILE = (
    "tests/guards/",
    "tests/faults/",
    "tests/demonstration/",
)  # what they prepare is worth keeping for the whole file


class ByRoom(LoadScopeScheduling):
    """Gives each process whole scopes, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(TOGETHER):
            return TOGETHER[0]
        return nodeid.split("::", 1)[0] if nodeid.startswith(BY_FILE) else nodeid
