"""How often a body has to meet, and whether the meetings of a year are enough.

Only the nine bodies with a number in their rhythm are ever warned about (domain notes; concept chapters 2.4 to 3.4).
`min_per_year` is a floor, the other numbers are what the concept tells; more is always fine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kimforms.rules.calendar_days import DAY
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import RuleRef, Verdict

NUMBERS = ("min_per_year", "per_year", "per_month", "per_week")
_WORDS = (
    "keine", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
)  # fmt: skip
_WHEN = {"min_per_year": "im Jahr", "per_year": "im Jahr", "per_month": "im Monat", "per_week": "in der Woche"}


@dataclass(frozen=True)
class Rhythm:
    """A number and what it counts: `number` meetings per year, month or week. `since`: the first year that it holds for."""

    kind: str
    number: int
    since: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, object] | None) -> "Rhythm | None":
        """The rhythm of a body in the profile; None for one without a number."""
        for kind in NUMBERS:
            number = (values or {}).get(kind)
            if isinstance(number, int) and not isinstance(number, bool) and number > 0:
                since = (values or {}).get("since")
                return cls(kind, number, since if isinstance(since, int) else None)
        return None


@dataclass(frozen=True)
class RhythmCheck:
    """Whether a year's meetings are enough. `missing`: how many meetings still have to be planned."""

    required: int
    planned: int
    missing: int
    verdict: Verdict


def rhythm_check(rhythm: Rhythm, days: Iterable[date], today: date, rulebook: Rulebook | None = None) -> RhythmCheck:
    """Checks the meetings of the year of `today`: held and planned ones by their day, without cancelled ones.

    Per year: the whole year counts. Per month and week: only what is left of the year, the current month or week
    included, can still be planned; the past is not warned about. A number that the body has set itself in its rulebook
    (`min_meetings_per_year`) takes the place of a yearly floor.
    """
    year = sorted(day for day in days if day.year == today.year)
    if rhythm.since is not None and today.year < rhythm.since:
        rule = (RuleRef("rhythm", "Rhythmus des Gremiums", f"seit {rhythm.since}", True),)
        return RhythmCheck(0, len(year), 0, Verdict(True, f"Der Rhythmus gilt erst seit {rhythm.since}.", rule))
    if rhythm.kind in ("min_per_year", "per_year"):
        return _yearly(rhythm, year, today, rulebook)
    return _in_periods(rhythm, year, today)


def _yearly(rhythm: Rhythm, year: list[date], today: date, rulebook: Rulebook | None) -> RhythmCheck:
    required, who = rhythm.number, "das Konzept"
    rules: tuple[RuleRef, ...] = (_rule(rhythm),)
    if rulebook and rhythm.kind == "min_per_year" and "min_meetings_per_year" in rulebook.settled:
        required, who = rulebook.min_meetings_per_year, "die Geschäftsordnung"
        rules = rulebook.cite("min_meetings_per_year")
    held = sum(day < today for day in year)
    missing = max(required - len(year), 0)
    least = "mindestens " if rhythm.kind == "min_per_year" else ""
    said = f"{who} verlangt {least}{_meetings(required)} im Jahr: {_number(len(year))} {_is(len(year))} geplant"
    if held:
        said += f", davon {_number(held)} schon gehalten"
    facts = (
        f"{today.year}: {len(year)} geplant oder gehalten, {held} davon vor dem {today:%d.%m.%Y}; nötig {required}.",
    )
    return RhythmCheck(required, len(year), missing, Verdict(not missing, _capital(said) + ".", rules, facts))


def _in_periods(rhythm: Rhythm, year: list[date], today: date) -> RhythmCheck:
    monthly = rhythm.kind == "per_month"
    periods = _months_left(today) if monthly else _weeks_left(today)
    counts = [sum(first <= day <= last for day in year) for first, last in periods]
    short = [count for count in counts if count < rhythm.number]
    missing = sum(rhythm.number - count for count in short)
    name = ("Monat", "Monaten") if monthly else ("Woche", "Wochen")
    said = f"das Konzept verlangt {_meetings(rhythm.number)} {_WHEN[rhythm.kind]}: "
    if short:
        left = f"{len(short)} von {len(periods)} verbleibenden {name[1]}" if len(periods) > 1 else f"diesem {name[0]}"
        left = "dieser Woche" if len(periods) == 1 and not monthly else left
        said += f"in {left} {'fehlt eine' if missing == 1 else f'fehlen {_number(missing)}'}"
    else:
        said += "bis zum Jahresende ist alles geplant"
    required = rhythm.number * len(periods)
    facts = (
        f"Vom {periods[0][0]:%d.%m.%Y} bis zum {periods[-1][1]:%d.%m.%Y}: {sum(counts)} geplant, nötig {required}.",
    )
    verdict = Verdict(not short, _capital(said) + ".", (_rule(rhythm),), facts)
    return RhythmCheck(required, sum(counts), missing, verdict)


def _months_left(today: date) -> list[tuple[date, date]]:
    firsts = [date(today.year, month, 1) for month in range(today.month, 13)]
    ends = [one - DAY for one in firsts[1:]] + [date(today.year, 12, 31)]
    return list(zip(firsts, ends, strict=True))


def _weeks_left(today: date) -> list[tuple[date, date]]:
    """The weeks from the current one to the last that begins in this year, Monday to Sunday, cut at the year's ends."""
    monday = today - timedelta(days=today.weekday())
    weeks = []
    while monday.year <= today.year:
        first, last = max(monday, date(today.year, 1, 1)), min(monday + timedelta(days=6), date(today.year, 12, 31))
        weeks.append((first, last))
        monday += timedelta(days=7)
    return weeks


def _rule(rhythm: Rhythm) -> RuleRef:
    least = "mindestens " if rhythm.kind == "min_per_year" else ""
    value = f"{least}{rhythm.number} {_WHEN[rhythm.kind]}"
    return RuleRef("rhythm", "Rhythmus nach dem Konzept", value, settled=True)


def _number(n: int) -> str:
    return _WORDS[n] if n < len(_WORDS) else str(n)


def _meetings(n: int) -> str:
    return f"{_number(n)} {'Sitzung' if n == 1 else 'Sitzungen'}"


def _is(n: int) -> str:
    return "sind" if n > 1 else "ist"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
