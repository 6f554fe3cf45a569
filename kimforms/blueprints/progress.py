"""How far long work is: a page, and the part of it that other pages include and htmx asks for until the work has ended."""

from __future__ import annotations

from zlib import crc32

from flask import Blueprint, Response, flash, make_response, request, url_for

from ..extensions import db
from ..models import LongTask
from ..services import long_work
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import page, see_other, t, wants_fragment

blueprint = Blueprint("progress", __name__, url_prefix="/progress")

MOST = 2**63 - 1
PLACES = {
    "campaign-letters": ("campaign.show", "run_id"),
    "meeting-letters": ("invitations.evidence", "dispatch_id"),
}
"""Where the work of a kind belongs: endpoint and the name of the parameter that its subject is."""


@blueprint.get(f"/<int(max={MOST}):task_id>")
@access.requires("progress:read")
def show(task_id: int) -> Response:
    """The page, or the part that is polled: 204 while nothing changed; without its trigger once the work ended."""
    task = long_work.visible_task(db.session(), access.current_actor(), task_id)
    if wants_fragment() and request.args.get("seen") == mark_of(task):
        return make_response("", 204)
    return page("progress/show.html", "progress/_bar.html", **bar(task))


@blueprint.post(f"/<int(max={MOST}):task_id>/cancel")
@access.requires("progress:read")
def cancel(task_id: int) -> Response:
    """Asks the worker to stop."""
    with unit_of_work() as session:
        task = long_work.visible_task(session, access.current_actor(), task_id)
        long_work.cancel(session, access.current_actor(), access.now(), task)
    flash(t("Die Arbeit wird angehalten.", "The work is being stopped."), "info")
    return see_other("progress.show", task_id=task_id)


def bar(task: LongTask) -> dict[str, object]:
    """What ``progress/_bar.html`` reads; any page that includes it passes these."""
    endpoint, parameter = PLACES.get(task.kind, ("", ""))
    further = {"reference": task.params["reference"]} if "reference" in task.params else {}
    place = url_for(endpoint, **{parameter: task.subject_id}, **further) if endpoint else None
    return {"task": task, "mark": mark_of(task), "leads_to": place, "words": _words()}


def mark_of(task: LongTask) -> str:
    """Changes with whatever the part shows."""
    stop = "x" if task.cancel_asked_at else ""
    return f"{task.state}-{task.done}-{task.total}-{crc32(task.text.encode()):x}{stop}"


def _words() -> dict[str, tuple[str, str]]:
    return {
        "waiting": (t("Die Arbeit beginnt gleich.", "The work begins in a moment."), "info"),
        "working": (t("Die Arbeit läuft.", "The work is under way."), "info"),
        "done": (t("Die Arbeit ist fertig.", "The work is finished."), "success"),
        "failed": (t("Die Arbeit wurde nicht fertig.", "The work did not finish."), "danger"),
        "cancelled": (t("Die Arbeit wurde angehalten.", "The work was stopped."), "warning"),
    }
