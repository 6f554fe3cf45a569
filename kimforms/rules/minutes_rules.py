"""Minutes (Niederschrift): when they go out, what they must hold, who signs, how long objections count, how they settle."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kimforms.rules.calendar_days import in_words, next_working_day, rest_day, short
from kimforms.rules.notice import Recipient, receipt
from kimforms.rules.rulebook import OPTION_WORDS, Rulebook
from kimforms.rules.verdict import RuleRef, Verdict, counted, law


@dataclass(frozen=True)
class Deadline:
    """A last day and how it was found."""

    day: date
    verdict: Verdict


@dataclass(frozen=True)
class ContentsCheck:
    """Which mandatory contents are missing, by id; the verdict names them."""

    missing: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True)
class ObjectionPeriod:
    """Until when each recipient may object, and until when anybody may (`day`; None: nobody got the minutes)."""

    day: date | None
    each: Mapping[str, date | None]
    verdict: Verdict


def dispatch_deadline(rulebook: Rulebook, meeting_day: date) -> Deadline:
    """The last day for sending the minutes; the day of the meeting is not counted (§ 187 (1), § 193 BGB)."""
    days = rulebook.minutes_deadline_days
    start = f"Sitzungstag {in_words(meeting_day)}; {counted(days, 'Kalendertag', 'Kalendertage')} danach"
    end, rules, facts = _end(meeting_day, days, rulebook.cite("minutes_deadline_days"), start)
    return Deadline(end, Verdict(True, f"Die Niederschrift ist bis {in_words(end)} zu versenden.", rules, facts))


def sent_in_time(rulebook: Rulebook, meeting_day: date, day: date) -> Verdict:
    """Whether minutes sent on this day are in time."""
    last = dispatch_deadline(rulebook, meeting_day)
    if day <= last.day:
        said = f"Der Versand der Niederschrift am {short(day)} ist rechtzeitig (letzter Tag {short(last.day)})."
        return Verdict(True, said, last.verdict.rules, last.verdict.facts)
    late = counted((day - last.day).days, "Tag", "Tage")
    said = f"Der Versand der Niederschrift am {short(day)} ist {late} zu spät (letzter Tag {short(last.day)})."
    return Verdict(False, said, last.verdict.rules, last.verdict.facts)


def signatures(rulebook: Rulebook, signed: Collection[str]) -> Verdict:
    """Whether all have signed who must: `signed` holds the functions chair and minute_taker as far as they have."""
    rules = rulebook.cite("minutes_signed_by")
    words = OPTION_WORDS["minutes_signed_by"]
    missing = [words[one] for one in rulebook.minutes_signed_by if one not in signed]
    if missing:
        return Verdict(False, f"Es fehlt die Unterschrift: {' und '.join(missing)}.", rules)
    if not rulebook.minutes_signed_by:
        return Verdict(True, "Unterschriften sind nicht vorgeschrieben.", rules)
    return Verdict(True, "Alle nötigen Unterschriften sind da.", rules)


def contents(rulebook: Rulebook, present: Collection[str]) -> ContentsCheck:
    """Which mandatory contents are missing; `present` holds the ids that the minutes have or that do not apply."""
    rules = rulebook.cite("minutes_contents")
    missing = tuple(one for one in rulebook.minutes_contents if one not in present)
    if missing:
        names = "; ".join(OPTION_WORDS["minutes_contents"][one] for one in missing)
        return ContentsCheck(missing, Verdict(False, f"In der Niederschrift fehlt: {names}.", rules))
    return ContentsCheck((), Verdict(True, "Die Niederschrift enthält alles, was vorgeschrieben ist.", rules))


def objection_deadline(rulebook: Rulebook, received_on: date) -> Deadline:
    """The last day for objections of somebody who received the minutes on this day (§ 187 (1), § 193 BGB)."""
    days = rulebook.objection_period_days
    start = f"Zugang am {in_words(received_on)}; {counted(days, 'Kalendertag', 'Kalendertage')} danach"
    end, rules, facts = _end(received_on, days, rulebook.cite("objection_period_days"), start)
    return Deadline(end, Verdict(True, f"Einwendungen sind bis {in_words(end)} möglich.", rules, facts))


def objection_period(rulebook: Rulebook, recipients: Sequence[Recipient]) -> ObjectionPeriod:
    """Until when objections count, from the deemed receipt of each recipient; the last one ends the period.

    Somebody whom nothing reached has no deadline (None) and keeps the verdict from being ok.
    """
    each: dict[str, date | None] = {}
    facts: list[str] = []
    rules = rulebook.cite("objection_period_days")
    for recipient in recipients:
        arrived = [receipt(rulebook, one.channel, one.sent_on) for one in recipient.sendings if not one.bounced]
        if not arrived:
            each[recipient.name] = None
            facts.append(f"{recipient.name}: die Niederschrift ist nicht angekommen.")
            continue
        first = min(arrived, key=lambda one: one.day)
        end = objection_deadline(rulebook, first.day)
        each[recipient.name] = end.day
        facts.append(f"{recipient.name}: Zugang {short(first.day)}, Einwendungen bis {short(end.day)}.")
        rules = (*rules, *(rule for rule in (*first.rules, *end.verdict.rules) if rule not in rules))
    ends = [end for end in each.values() if end is not None]
    if not ends:
        said = "Die Frist für Einwendungen läuft noch nicht: niemand hat die Niederschrift."
        return ObjectionPeriod(None, each, Verdict(False, said, rules, tuple(facts)))
    last = max(ends)
    said = f"Einwendungen sind bis {in_words(last)} möglich."
    missing = len(each) - len(ends)
    if missing:
        said += f" {counted(missing, 'Person hat', 'Personen haben')} die Niederschrift nicht erhalten."
    return ObjectionPeriod(last, each, Verdict(not missing, said, rules, tuple(facts)))


def objection_in_time(rulebook: Rulebook, received_on: date, raised_on: date) -> Verdict:
    """Whether an objection raised on this day still counts."""
    last = objection_deadline(rulebook, received_on)
    ok = raised_on <= last.day
    word = "rechtzeitig" if ok else "zu spät"
    said = f"Die Einwendung vom {short(raised_on)} ist {word} (letzter Tag {short(last.day)})."
    return Verdict(ok, said, last.verdict.rules, last.verdict.facts)


def settled(
    rulebook: Rulebook, *, objections_until: date | None, open_objections: int, today: date, approved: bool = False
) -> Verdict:
    """Whether the minutes are settled today.

    `approved`: the next meeting (approval_mode next_meeting) or the circular vote (circular) has approved them. Open
    objections keep them open in every mode.
    """
    rules = rulebook.cite("approval_mode", "objection_period_days")
    if open_objections:
        count = counted(open_objections, "Einwendung ist", "Einwendungen sind")
        return Verdict(False, f"Die Niederschrift ist noch offen: {count} nicht erledigt.", rules)
    if rulebook.approval_mode != "silent_after_objection_period":
        where = "in der nächsten Sitzung" if rulebook.approval_mode == "next_meeting" else "im Umlauf"
        if approved:
            return Verdict(True, f"Die Niederschrift ist {where} genehmigt.", rules)
        return Verdict(False, f"Die Niederschrift braucht noch die Genehmigung {where}.", rules)
    if objections_until is None:
        return Verdict(False, "Die Niederschrift ist noch nicht versandt.", rules)
    if today <= objections_until:
        return Verdict(False, f"Einwendungen sind noch bis {in_words(objections_until)} möglich.", rules)
    said = f"Die Niederschrift ist zur Kenntnis genommen: bis {short(objections_until)} keine offenen Einwendungen."
    return Verdict(True, said, rules)


def _end(
    start: date, days: int, rules: tuple[RuleRef, ...], said: str
) -> tuple[date, tuple[RuleRef, ...], tuple[str, ...]]:
    end = start + timedelta(days=days)
    line = f"{said}: {in_words(end)}."
    if reason := rest_day(end):
        moved = next_working_day(end)
        move = f"Der {short(end)} ist {reason}: die Frist endet am nächsten Werktag, {in_words(moved)} (§ 193 BGB)."
        return moved, (*rules, law("§ 193 BGB")), (line, move)
    return end, rules, (line,)
