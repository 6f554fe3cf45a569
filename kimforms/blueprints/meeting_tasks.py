"""The task list of one meeting, from agenda to minutes, each step with its last day and the rule's explanation."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..models import Meeting
from ..rules.minutes_rules import dispatch_deadline
from ..rules.notice import last_dispatch
from ..rules.rulebook import Rulebook
from ..rules.verdict import Verdict
from ..services.bodies.access import STEERING, day_of
from .rendering import date_de, t

ORDER = ("geplant", "freigegeben", "eingeladen", "laeuft", "niederschrift", "abgeschlossen")


def steps_of(meeting: Meeting, rules: Rulebook, today: date) -> list[dict[str, Any]]:
    """For the macro ``task_list``; empty for a meeting that was called off."""
    state = meeting.record.state
    if state not in ORDER:
        return []
    at, day, place = ORDER.index(state), day_of(meeting), f"/meetings/{meeting.record.reference}"
    steering = meeting.body.formality == STEERING
    sent, minutes = last_dispatch(rules, day, "email"), dispatch_deadline(rules, day)
    steps = [_step(t("Tagesordnung aufstellen", "Draw up the agenda"), f"{place}/agenda", at > 0, None, today)]
    if steering:
        title = t("Tagesordnung freigeben", "Approve the agenda")
        who = t("Die Geschäftsführung gibt die Tagesordnung frei.", "The managing director approves the agenda.")
        steps.append(_step(title, f"{place}/agenda", at > 0, sent.working_day, today, who))
    title = t("Einladung versenden", "Send the invitation")
    steps.append(_step(title, f"{place}/invitation", at > 1, sent.working_day, today, _why(sent.verdict, steering)))
    if at == ORDER.index("eingeladen"):
        title = t("Antworten verfolgen", "Follow the answers")
        steps.append(_step(title, f"{place}/invitation", False, meeting.reply_until, today))
    title = t("Sitzung leiten und festhalten", "Hold the meeting and keep notes")
    steps.append(_step(title, f"{place}/session", at > 3, day, today))
    title = t("Niederschrift schreiben und versenden", "Write and send the minutes")
    steps.append(_step(title, f"{place}/minutes", at > 4, minutes.day, today, _why(minutes.verdict, steering)))
    return steps


def _why(verdict: Verdict, steering: bool) -> str:
    """The rule behind a day, for bodies that have rules of procedure."""
    return f"{verdict.sentence} ({verdict.origin})" if steering else ""


def _step(title: str, href: str, done: bool, due: date | None, today: date, hint: str = "") -> dict[str, Any]:
    if done:
        return {"title": title, "href": href, "status": t("erledigt", "done"), "tone": "success", "hint": None}
    if due is None:
        return {"title": title, "href": href, "status": t("offen", "open"), "tone": "info", "hint": hint or None}
    late = due < today
    status = t("überfällig seit", "overdue since") if late else t("bis", "by")
    return {
        "title": title, "href": href, "status": f"{status} {date_de(due)}", "tone": "danger" if late else "info",
        "hint": hint or None,
    }  # fmt: skip
