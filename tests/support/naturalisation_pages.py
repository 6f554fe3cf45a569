"""What has a page of its own around naturalisation, made once beside a running server: for axe and the checker of HTML."""

from __future__ import annotations

import json
from typing import Any

from .meeting_journeys import beside
from .naturalisation import CARITAS, EBH_RSK, EBH_TROISDORF
from .records import COORDINATOR
from .server import Server

HOUSE = """
import json
from datetime import UTC, datetime

from kimforms import create_app
from tests.support import databases

databases.NOW = now = datetime.now(UTC)  # before the others read it: what they write lies in the present
from sqlalchemy import select

from kimforms.models import AdvisoryService, ChecklistEdition, Controller
from kimforms.services.checklists import hand_over, questions, returning, sharing
from kimforms.services.checklists.entries import set_entry
from kimforms.services.editions import drafting
from kimforms.services.records.facts import local_day
from kimforms.services.unit_of_work import unit_of_work
from tests.support.briefings import planned
from tests.support.naturalisation import CARITAS, EBH_RSK, SIEGBURG, at_checklist, begun
from tests.support.records import actor

made = {}
with create_app().app_context():
    for number, name in enumerate(("working", "shown", "handed", "returned")):
        made[name] = one = begun(municipality=SIEGBURG, pseudonym=f"Zeder {number + 500}", verheiratet=True, now=now)
        with at_checklist(one) as (session, person, held):
            set_entry(session, person, now, held, "B4", state="clarify", note="Noch zu klären", follow_up_on=local_day(now))
            questions.ask(session, person, now, held, text="Genügt das?", item_id="B4")
        if name == "shown":
            with at_checklist(one) as (session, person, held):
                sharing.share(session, person, now, held, scope="whole")
        if name in ("handed", "returned"):
            with at_checklist(one) as (session, person, held):
                hand_over.hand_over(session, person, now, held, reason="Es eilt")
        if name == "returned":
            with at_checklist(one, EBH_RSK) as (session, person, held):
                returning.return_hand_over(session, person, now, held, reason="unterlagen_fehlen",
                                           gaps=[("B4", "Die Übersetzung fehlt")])
    made["briefing"] = planned(EBH_RSK)
    with unit_of_work() as session:
        office = session.scalars(select(Controller).where(Controller.key == "rsk")).one()
        draft = drafting.begin_draft(session, actor(session, EBH_RSK), now, controller_id=office.id)
        made["draft"], made["edition"] = draft.id, draft.based_on_id
        made["service"] = session.scalars(select(AdvisoryService.slug).where(AdvisoryService.active)).first()
print(json.dumps(made))
"""


def house_of(server: Server) -> dict[str, Any]:
    """What the script made: references of checklists by what happened to them, ids of editions and a briefing, a service."""
    return dict(json.loads(beside(server, HOUSE)))


def pages_of(made: dict[str, Any]) -> dict[str, list[str]]:
    """The addresses by who looks at them; an address of mail or ``nobody``."""
    own = ["", "/items/B4", "/situation", "/talk", "/colleague", "/rename", "/end", "/history", "/questions"]
    own += ["/questions?item=B4", "/hand-over", "/handout", "/erase"]
    draft, edition, briefing = (f"/naturalisation/editions/{made['draft']}", made["edition"], made["briefing"])
    parts = ("", "/differences", "/publish", "/discard", "/frame", "/sections/new", "/sections/B", "/items/B4")
    parts += ("/items/B4/remove", "/sections/B/items/new", "/questions/new", "/questions/verheiratet")
    service = f"/services/{made['service']}"
    return {
        "nobody": ["/naturalisation", "/naturalisation/check", "/naturalisation/dates", "/services", service],
        CARITAS: [
            "/checklists", "/checklists?view=due", "/checklists?q=nichts", "/checklists/new", "/checklists/lift",
            *(f"/checklists/{made['working']}{one}" for one in own),
            *(f"/checklists/{made[one]}{part}" for one in ("handed", "returned") for part in ("", "/hand-over", "/questions")),
            f"/checklists/{made['working']}?lang=en", "/checklists?lang=de",
            "/naturalisation/editions", f"/naturalisation/editions/{edition}", "/naturalisation/translations",
            "/services/care", "/briefings", "/dashboard",
        ],
        EBH_RSK: [
            "/checklists", *(f"/checklists/{made[one]}" for one in ("working", "shown", "handed")),
            f"/checklists/{made['working']}/questions", f"/checklists/{made['shown']}/questions",
            f"/checklists/{made['handed']}/hand-over", f"/checklists/{made['handed']}/hand-over/return",
            "/naturalisation/editions", *(draft + one for one in parts),
            f"/naturalisation/editions/{edition}", f"/naturalisation/editions/{edition}/withdraw",
            "/naturalisation/settings", "/naturalisation/figures", "/naturalisation/translations", "/campaign",
            "/campaign/templates", "/services/care", "/services/new",
            "/briefings", "/briefings/coverage", "/briefings/new", "/dashboard",
            *(f"/briefings/{briefing}{one}" for one in ("", "/edit", "/people", "/cancel")),
        ],
        COORDINATOR: ["/naturalisation/dates/waiting", "/services/care", "/services/new"],
        EBH_TROISDORF: [f"{service}/edit", f"{service}/end", f"{service}/merge", "/campaign/runs/new"],
    }  # fmt: skip
