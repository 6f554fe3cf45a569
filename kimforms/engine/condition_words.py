"""Conditions as sentences, in German and English: why one holds, and what it asks for.

Part of `conditions.py` (`evaluate`, `explain`), which everybody else imports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kimforms.engine.condition_models import (
    ActorIs,
    All,
    Any_,
    Condition,
    DateAfter,
    DateBefore,
    FieldAfter,
    FieldBefore,
    FieldContains,
    FieldEmpty,
    FieldIn,
    FieldIs,
    FieldIsNot,
    LinksAtLeast,
    Not,
    OnField,
    RoleIs,
    StateIs,
    parts_of,
)


@dataclass(frozen=True)
class Labels:
    """What people call things: fields by id, options by field id and value, the others by key."""

    fields: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)


_GERMAN = {
    "quote": "„{}“",
    "if": "wenn ",
    "or": " oder ",
    "and": " und ",
    "always": "immer",
    "never": "nie",
    "comma": ", ",
    "true": "ja",
    "false": "nein",
    "other": "eigener Eintrag",
    "all_of_none": "keine Bedingung ist gestellt",
    "unanswered": "{} ist nicht beantwortet",
    "not": "nicht {}",
    "today": "heute",
    "in_days": "heute in {} Tagen",
    "days_ago": "heute vor {} Tagen",
    "in_day": "morgen",
    "day_ago": "gestern",
    "empty": "leer",
    "filled": "ausgefüllt",
    "earlier": "früher als {}",
    "later": "später als {}",
    "is": "ist",
    "contains": "enthält",
    "lies": "liegt",
    "less_than": "kleiner als {}",
    "at_most": "höchstens {}",
    "more_than": "größer als {}",
    "at_least": "mindestens {}",
    "state": "der Stand",
    "actor": "die handelnde Person",
    "has": "hat",
    "role": "die Rolle {}",
    "not_role": "nicht die Rolle {}",
    "creator": ("hat", "den Vorgang {}angelegt"),
    "follower": ("folgt", "dem Vorgang{}"),
    "assignee": ("ist", "für den Vorgang {}zuständig"),
    "record": "der Vorgang",
    "links": "mindestens {n} {kind}",
    "few_links": "weniger als {n} {kind}",
    "link": "Verknüpfung der Art {}",
    "link_many": "Verknüpfungen der Art {}",
    "process": " mit {}",
    "too_few": "der Vorgang hat {found} statt mindestens {n} {kind}",
    "created": "der Tag der Anlage",
    "submitted": "der Tag des Eingangs",
    "state_since": "der Beginn des Standes",
    "due": "die Frist",
}
_ENGLISH = {
    "quote": "“{}”",
    "if": "if ",
    "or": " or ",
    "and": " and ",
    "always": "always",
    "never": "never",
    "comma": ", ",
    "true": "yes",
    "false": "no",
    "other": "an entry of one's own",
    "all_of_none": "no condition is set",
    "unanswered": "{} is not answered",
    "not": "not {}",
    "today": "today",
    "in_days": "{} days from today",
    "days_ago": "{} days ago",
    "in_day": "tomorrow",
    "day_ago": "yesterday",
    "empty": "empty",
    "filled": "filled in",
    "earlier": "earlier than {}",
    "later": "later than {}",
    "is": "is",
    "contains": "has",
    "lies": "is",
    "less_than": "less than {}",
    "at_most": "at most {}",
    "more_than": "more than {}",
    "at_least": "at least {}",
    "state": "the state",
    "actor": "the person who acts",
    "has": "has",
    "role": "the role {}",
    "not_role": "not the role {}",
    "creator": ("is", "{}the creator of the record"),
    "follower": ("is", "{}a follower of the record"),
    "assignee": ("is", "{}responsible for the record"),
    "record": "the record",
    "links": "at least {n} {kind}",
    "few_links": "fewer than {n} {kind}",
    "link": "link of the kind {}",
    "link_many": "links of the kind {}",
    "process": " to {}",
    "too_few": "the record has {found} instead of at least {n} {kind}",
    "created": "the day of creation",
    "submitted": "the day of submission",
    "state_since": "the start of the state",
    "due": "the due date",
}
_NUMBERS = ("less_than", "at_most", "more_than", "at_least")


def capital(sentence: str) -> str:
    """The sentence with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


class Wording:
    """The sentences for one reader: labels and language."""

    def __init__(self, labels: Labels | Mapping[str, str] | None, language: str) -> None:
        self._labels = labels if isinstance(labels, Labels) else Labels(fields=labels or {})
        self._german = language != "en"
        self._words: Mapping[str, Any] = _GERMAN if self._german else _ENGLISH

    @property
    def always(self) -> str:
        """The word for a condition that is not there."""
        return str(self._words["always"])

    def _quote(self, text: object) -> str:
        return str(self._words["quote"]).format(text)

    def _field(self, field_id: str) -> str:
        known = self._labels.fields
        return self._quote(known.get(field_id) or known.get(field_id.rpartition(".")[2]) or field_id)

    def _value(self, field_id: str, value: object) -> str:
        known = self._labels.options.get(field_id, {}).get(str(value))
        if known is None and isinstance(value, bool):
            known = self._words["true" if value else "false"]
        if known is None and value == "other":
            known = self._words["other"]
        return self._quote(known if known is not None else self._number(value))

    def _number(self, value: object) -> str:
        return str(value).replace(".", ",") if self._german and isinstance(value, float) else str(value)

    def _moment(self, moment: str) -> str:
        if not moment.startswith("today"):
            day = date.fromisoformat(moment)
            return f"der {day:%d.%m.%Y}" if self._german else f"{day.day} {day:%B %Y}"
        days = int(moment[5:] or 0)
        if days == 0:
            return str(self._words["today"])
        many = "" if abs(days) == 1 else "s"
        return str(self._words[f"in_day{many}" if days > 0 else f"day{many}_ago"]).format(abs(days))

    def _clause(self, condition: Condition, positive: bool) -> tuple[str, str, str]:
        """Subject, verb and the rest of a main clause that says that the comparison holds, or that it does not."""
        if isinstance(condition, OnField):
            return self._field_clause(condition, positive)
        words = self._words
        if isinstance(condition, StateIs):
            states = (condition.state,) if isinstance(condition.state, str) else condition.state
            named = self._either([self._quote(self._labels.states.get(state, state)) for state in states])
            return words["state"], words["is"], self._perhaps_not(named, positive)
        if isinstance(condition, RoleIs):
            named = self._quote(self._labels.roles.get(condition.role, condition.role))
            return words["actor"], words["has"], words["role" if positive else "not_role"].format(named)
        if isinstance(condition, ActorIs):
            verb, rest = words[condition.actor]
            negation = words["not"].format("") if not positive else ""
            if condition.actor == "follower" and self._german and negation:
                negation = " nicht"
            return words["actor"], verb, rest.format(negation)
        if isinstance(condition, LinksAtLeast):
            kind = words["links" if positive else "few_links"].format(n=condition.at_least, kind=self._links(condition))
            return words["record"], words["has"], kind
        if isinstance(condition, (DateBefore, DateAfter)):
            return words[condition.date], words["lies"], self._perhaps_not(self._day_rest(condition), positive)
        raise TypeError(type(condition).__name__)

    def _field_clause(self, condition: OnField, positive: bool) -> tuple[str, str, str]:
        words, subject = self._words, self._field(condition.field)
        if isinstance(condition, FieldEmpty):
            return subject, words["is"], words["empty" if condition.empty is positive else "filled"]
        if isinstance(condition, FieldIsNot):
            return subject, words["is"], self._perhaps_not(self._value(condition.field, condition.is_not), not positive)
        if isinstance(condition, (FieldBefore, FieldAfter)):
            return subject, words["lies"], self._perhaps_not(self._day_rest(condition), positive)
        if isinstance(condition, FieldContains):
            return (
                subject,
                words["contains"],
                self._perhaps_not(self._value(condition.field, condition.contains), positive),
            )
        if isinstance(condition, FieldIs):
            rest = self._value(condition.field, condition.is_)
        elif isinstance(condition, FieldIn):
            rest = self._either([self._value(condition.field, value) for value in condition.in_])
        else:
            name = next(name for name in _NUMBERS if hasattr(condition, name))
            rest = words[name].format(self._number(getattr(condition, name)))
        return subject, words["is"], self._perhaps_not(rest, positive)

    def _day_rest(self, condition: FieldBefore | FieldAfter | DateBefore | DateAfter) -> str:
        if isinstance(condition, (FieldBefore, DateBefore)):
            return str(self._words["earlier"]).format(self._moment(condition.before))
        return str(self._words["later"]).format(self._moment(condition.after))

    def _links(self, condition: LinksAtLeast) -> str:
        kind = self._quote(self._labels.links.get(condition.links, condition.links))
        named = str(self._words["link" if condition.at_least == 1 else "link_many"]).format(kind)
        if condition.process is None:
            return named
        return named + str(self._words["process"]).format(
            self._quote(self._labels.processes.get(condition.process, condition.process))
        )

    def _perhaps_not(self, rest: str, positive: bool) -> str:
        return rest if positive else str(self._words["not"]).format(rest)

    def _either(self, words: Sequence[str]) -> str:
        return str(self._words["or"]).join(
            [str(self._words["comma"]).join(words[:-1]), words[-1]] if words[1:] else words
        )

    def unanswered(self, field_id: str) -> str:
        """The clause for a comparison that found no answer."""
        return str(self._words["unanswered"]).format(self._field(field_id))

    def too_few_links(self, condition: LinksAtLeast, found: int) -> str:
        """The clause for links that are missing, with how many there are."""
        return str(self._words["too_few"]).format(found=found, n=condition.at_least, kind=self._links(condition))

    def statement(self, condition: Condition, positive: bool) -> str:
        """A main clause that says that the comparison holds, or that it does not."""
        subject, verb, rest = self._clause(condition, positive)
        return f"{subject} {verb} {rest}"

    def join_facts(self, clauses: Sequence[str]) -> str:
        """Main clauses joined by `und`, each once."""
        clauses = list(dict.fromkeys(clauses))
        return str(self._words["and"]).join(clauses) or str(self._words["all_of_none"])

    def explain(self, condition: Condition) -> str:
        """The condition as a subordinate clause that begins with `wenn`."""
        if isinstance(condition, (All, Any_)) and not parts_of(condition):
            return str(self._words["always" if isinstance(condition, All) else "never"])
        return f"{self._words['if']}{self._subordinate(condition, positive=True, inside=False)}"

    def _subordinate(self, condition: Condition, positive: bool, inside: bool) -> str:
        if isinstance(condition, Not):
            return self._subordinate(condition.not_, not positive, inside)
        if isinstance(condition, (All, Any_)):
            parts = parts_of(condition)
            inner = [self._subordinate(part, positive, inside=len(parts) > 1) for part in parts]
            if not inner:
                return str(self._words["always" if isinstance(condition, All) is positive else "never"])
            joined = str(self._words["and" if isinstance(condition, All) is positive else "or"]).join(inner)
            return f"({joined})" if inside and len(inner) > 1 else joined
        subject, verb, rest = self._clause(condition, positive)
        return f"{subject} {rest} {verb}" if self._german else f"{subject} {verb} {rest}"
