"""What still comes onto the agenda: the deadline for motions, and the admission of items after it or after dispatch."""

from dataclasses import dataclass
from datetime import date, timedelta

from kimforms.rules.calendar_days import in_words, previous_working_day, rest_day, short
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import Verdict, counted


@dataclass(frozen=True)
class MotionDeadline:
    """The last day on which a motion for the agenda is in time."""

    day: date
    working_day: date
    verdict: Verdict


def motion_deadline(rulebook: Rulebook, meeting_day: date) -> MotionDeadline:
    """The last day for motions: so many calendar days before the meeting, the day of the meeting not counted.

    The day is not moved when it falls on a weekend (§ 193 BGB does not apply to periods counted backwards): motions by
    mail arrive on each day.
    """
    days = rulebook.agenda_motion_deadline_days
    day = meeting_day - timedelta(days=days)
    working = previous_working_day(day)
    facts = [
        f"Sitzungstag {in_words(meeting_day)}; {counted(days, 'Kalendertag', 'Kalendertage')} davor, "
        f"Sitzungstag nicht mitgezählt: {in_words(day)}."
    ]
    if working != day:
        facts.append(f"Der {short(day)} ist {rest_day(day)}; letzter Arbeitstag davor: {in_words(working)}.")
    said = f"Anträge zur Tagesordnung sind bis {in_words(day)} möglich."
    rules = rulebook.cite("agenda_motion_deadline_days")
    return MotionDeadline(day, working, Verdict(True, said, rules, tuple(facts)))


def motion_in_time(rulebook: Rulebook, meeting_day: date, received_on: date) -> Verdict:
    """Whether a motion received on this day is in time for the agenda."""
    last = motion_deadline(rulebook, meeting_day)
    ok = received_on <= last.day
    if ok:
        said = f"Der Antrag vom {short(received_on)} ist rechtzeitig (letzter Tag {short(last.day)})."
    else:
        late = counted((received_on - last.day).days, "Tag", "Tage")
        said = f"Der Antrag vom {short(received_on)} kommt {late} zu spät (letzter Tag {short(last.day)})."
    return Verdict(ok, said, last.verdict.rules, last.verdict.facts)


def admissible(rulebook: Rulebook) -> Verdict:
    """Whether later items can be admitted at all, and by what."""
    rules = rulebook.cite("late_item_majority")
    if rulebook.late_item_majority == "none":
        return Verdict(False, "Spätere Tagesordnungspunkte können nicht zugelassen werden.", rules)
    need = {
        "majority_of_present_voting": "die Mehrheit der anwesenden Stimmberechtigten",
        "two_thirds_of_present_voting": "zwei Drittel der anwesenden Stimmberechtigten",
        "unanimous": "ein einstimmiger Beschluss",
    }[rulebook.late_item_majority]
    return Verdict(True, f"Ein späterer Tagesordnungspunkt wird zugelassen, wenn {need} dafür ist.", rules)


def admission(rulebook: Rulebook, *, present_voting: int, yes: int, no: int = 0, abstentions: int = 0) -> Verdict:
    """Whether a late item is admitted by this vote at the start of the session.

    Majority and two thirds are of those present, so whoever abstains counts as not in favour. `unanimous`: nobody
    against and at least one in favour; abstentions do not break it.
    """
    rules = rulebook.cite("late_item_majority")
    mode = rulebook.late_item_majority
    if mode == "none":
        return admissible(rulebook)
    if min(yes, no, abstentions) < 0 or yes + no + abstentions > present_voting:
        said = f"Gezählt sind {yes + no + abstentions} Stimmen, anwesend sind {present_voting} Stimmberechtigte."
        return Verdict(False, said, rules)
    if mode == "unanimous":
        ok, need = no == 0 and yes > 0, "keine Gegenstimme"
    elif mode == "two_thirds_of_present_voting":
        ok, need = yes > 0 and yes * 3 >= present_voting * 2, f"{-(-present_voting * 2 // 3)} Ja-Stimmen"
    else:
        ok, need = yes * 2 > present_voting, f"{present_voting // 2 + 1} Ja-Stimmen"
    facts = (f"{yes} Ja, {no} Nein, {abstentions} Enthaltungen; anwesend {present_voting}; nötig: {need}.",)
    done = "zugelassen" if ok else "nicht zugelassen"
    return Verdict(ok, f"Der spätere Tagesordnungspunkt ist {done}.", rules, facts)
