"""An RRULE (RFC 5545, 3.3.10): which parts a series of meetings may have, and how it is said in German."""

import re
from datetime import date, datetime

PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
_DAYS = {
    "MO": "Montag", "TU": "Dienstag", "WE": "Mittwoch", "TH": "Donnerstag", "FR": "Freitag", "SA": "Samstag", "SU": "Sonntag",
}  # fmt: skip
_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_BYDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}")
_NUMBERS = {"INTERVAL": (1, 99), "COUNT": (1, 400), "BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31), "BYSETPOS": (-5, 5)}
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WORKDAYS = "MO,TU,WE,TH,FR"


def parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule by name, upper case. Raises `ValueError` with a German sentence."""
    text = rule.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        key, equals, value = piece.partition("=")
        if not equals or not value or key in parts:
            raise ValueError("Die Wiederholung ist nicht lesbar; sie besteht aus Angaben wie FREQ=MONTHLY;BYDAY=2TU.")
        parts[key] = value
    return parts


def check_parts(parts: dict[str, str]) -> None:
    """Refuses parts that make no series of meetings. Raises `ValueError` with a German sentence.

    Narrower than RFC 5545: no parts below the day, weekdays with a place only within a month.
    """
    frequency = parts.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        raise ValueError("Die Wiederholung braucht einen Takt: täglich, wöchentlich, monatlich oder jährlich.")
    if unknown := sorted(parts.keys() - PARTS):
        raise ValueError(f"Die Angabe „{unknown[0]}“ wird in Serien nicht verwendet.")
    _check_numbers(parts)
    if "BYDAY" in parts:
        _check_weekdays(parts, frequency)
    if "BYMONTH" in parts and frequency != "YEARLY":
        raise ValueError("Ein Monat geht nur bei jährlicher Wiederholung.")
    if "BYMONTHDAY" in parts and (frequency not in ("MONTHLY", "YEARLY") or "BYDAY" in parts):
        raise ValueError("Die Wiederholung ist nicht lesbar: ein Tag im Monat geht nur monatlich und ohne Wochentag.")
    _check_place(parts)


def _check_numbers(parts: dict[str, str]) -> None:
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("Geben Sie entweder eine Zahl von Terminen oder ein Ende an, nicht beides.")
    for key, (low, high) in _NUMBERS.items():
        for text in parts.get(key, "1").split(","):
            if not _NUMBER.fullmatch(text) or not low <= int(text) <= high or int(text) == 0:
                raise ValueError(f"Die Wiederholung ist nicht lesbar: {key}={text} geht nicht.")
    if parts.get("WKST", "MO") not in _DAYS:
        raise ValueError(f"Die Wiederholung ist nicht lesbar: WKST={parts['WKST']} geht nicht.")
    if "UNTIL" in parts:
        _check_until(parts["UNTIL"])


def _check_place(parts: dict[str, str]) -> None:
    """BYSETPOS is read where it can be said: the n-th of one weekday, or of Monday to Friday."""
    if "BYSETPOS" not in parts:
        return
    if "BYDAY" not in parts or ("," in parts["BYDAY"] and parts["BYDAY"] != _WORKDAYS):
        raise ValueError(
            "Die Wiederholung ist nicht lesbar: BYSETPOS geht mit einem Wochentag oder mit Montag bis Freitag."
        )


def _check_until(text: str) -> None:
    try:
        datetime.strptime(text[:8], "%Y%m%d")  # noqa: DTZ007 - a day without a time
    except ValueError as wrong:
        raise ValueError(f"Die Wiederholung ist nicht lesbar: UNTIL={text} ist kein Tag.") from wrong


def _check_weekdays(parts: dict[str, str], frequency: str) -> None:
    monthly = frequency == "MONTHLY" or (frequency == "YEARLY" and "BYMONTH" in parts)
    for text in parts["BYDAY"].split(","):
        found = _BYDAY.fullmatch(text)
        place = int(found[1] or 0) if found else 9
        if found is None or abs(place) > 5 or (found[1] is not None and place == 0):
            raise ValueError(f"Die Wiederholung ist nicht lesbar: „{text}“ ist kein Wochentag einer Serie.")
        if place and not monthly:
            raise ValueError("Ein „2. Dienstag“ geht nur monatlich oder jährlich mit Monat.")
        if frequency == "YEARLY" and not (monthly and (place or "BYSETPOS" in parts)):
            raise ValueError(
                "Jährlich braucht ein Wochentag seinen Monat und seinen Platz darin, etwa den 2. Dienstag im Mai."
            )


def rule_in_words(rule: str, first_on: date) -> str:
    """The rule without its time of day; `first_on` gives what the rule leaves open (RFC 5545: DTSTART fills the gaps)."""
    parts = parts_of(rule)
    every = int(parts.get("INTERVAL", "1"))
    said = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}[parts["FREQ"]](
        parts, every, first_on
    )
    if "COUNT" in parts:
        said += f", {parts['COUNT']}-mal"
    if "UNTIL" in parts:
        end = parts["UNTIL"]
        said += f", bis {end[6:8]}.{end[4:6]}.{end[:4]}"
    return said


def _daily(parts: dict[str, str], every: int, _first: date) -> str:
    if parts.get("BYDAY") == _WORKDAYS:
        return "montags bis freitags"
    return "täglich" if every == 1 else f"alle {every} Tage"


def _weekly(parts: dict[str, str], every: int, first: date) -> str:
    codes = parts.get("BYDAY") or list(_DAYS)[first.weekday()]
    if codes == _WORKDAYS and every == 1:
        return "montags bis freitags"
    days = _joined([_DAYS[code] for code in codes.split(",")])
    return f"jeden {days}" if every == 1 else f"alle {every} Wochen am {days}"


def _monthly(parts: dict[str, str], every: int, first: date) -> str:
    if every == 1 and "BYDAY" in parts:
        return f"jeden {_weekdays(parts)} im Monat"
    often = {1: "monatlich", 3: "vierteljährlich", 6: "halbjährlich", 12: "jährlich"}.get(every, f"alle {every} Monate")
    if "BYDAY" in parts:
        return f"{often} am {_weekdays(parts)} im Monat"
    return f"{often} am {_month_days(parts, first)}"


def _yearly(parts: dict[str, str], every: int, first: date) -> str:
    months = [int(one) for one in parts.get("BYMONTH", str(first.month)).split(",")]
    where = _joined([_MONTHS[month - 1] for month in months])
    often = "jährlich" if every == 1 else f"alle {every} Jahre"
    if "BYDAY" in parts:
        return f"{often} am {_weekdays(parts)} im {where}"
    if "BYMONTHDAY" not in parts or parts["BYMONTHDAY"].isdecimal():
        return f"{often} am {parts.get('BYMONTHDAY', first.day)}. {where}"
    return f"{often} am {_month_days(parts, first)} im {where}"


def _month_days(parts: dict[str, str], first: date) -> str:
    days = [int(one) for one in parts.get("BYMONTHDAY", str(first.day)).split(",")]
    return _joined([_month_day(day) for day in days])


def _month_day(day: int) -> str:
    if day == -1:
        return "letzten Tag"
    return f"{day}." if day > 0 else f"{-day}. Tag vom Monatsende"


def _weekdays(parts: dict[str, str]) -> str:
    """`2. Dienstag`, `1. und 3. Dienstag`, `letzten Montag und 2. Freitag`."""
    position = int(parts.get("BYSETPOS", "0").split(",")[0])
    if position and parts["BYDAY"] == _WORKDAYS:
        return f"{_place(position)} Wochentag (Montag bis Freitag)"
    found = [_BYDAY.fullmatch(one) for one in parts["BYDAY"].split(",")]
    pairs = [(int(one[1] or position), _DAYS[one[2]]) for one in found if one]
    names = {name for _, name in pairs}
    places = [_place(nth) for nth, _ in pairs]
    if len(names) == 1 and all(places):
        return f"{_joined(places)} {names.pop()}"
    return _joined([f"{place} {name}".strip() for place, (_, name) in zip(places, pairs, strict=True)])


def _place(nth: int) -> str:
    if nth == 0:
        return ""
    if nth < 0:
        return "letzten" if nth == -1 else f"{-nth}.-letzten"
    return f"{nth}."


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} und {words[-1]}"
