"""The rulebook of a body (Geschäftsordnung): 34 parameters as typed values, and which of them the body has set itself.

Values come from the stored version of a body; what the body has not set comes from the defaults of the profile
(`rulebook_defaults.yaml`). The field defaults below are the suggestion of November 2026; only `min_meetings_per_year`
stands in the concept (chapter 2.5). Names here are what verdicts cite: the labels of the form are too short to be
quoted alone ("Art", "Voraussetzung").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from kimforms.rules.verdict import RuleRef, counted

NoticeWaiver = Literal["none", "all_voting_present_no_objection", "majority_present"]
LateItemMajority = Literal["majority_of_present_voting", "two_thirds_of_present_voting", "unanimous", "none"]
DeputyRights = Literal["full", "speak_and_move", "listen"]
QuorumShare = Literal["more_than_half", "half", "two_thirds"]
QuorumChecked = Literal["opening", "each_item"]
QuorumOnReinvitation = Literal["any_number_if_announced", "minimum_only", "same"]
Majority = Literal["votes_cast", "present", "members"]
TieMeans = Literal["rejected", "chair_decides", "postponed"]
BallotForm = Literal["open", "secret"]
CircularCondition = Literal["nobody_objects", "majority_agrees"]
CircularSilence = Literal["abstention", "yes_vote", "objection"]
MinutesKind = Literal["results", "course"]
Signatory = Literal["chair", "minute_taker"]
MinutesContent = Literal[
    "place_time", "chair_and_minute_taker", "attendance", "invitation_proper", "quorum", "agenda", "motions", "decisions",
    "votes", "conflicts_of_interest", "annexes",
]  # fmt: skip
ApprovalMode = Literal["silent_after_objection_period", "next_meeting", "circular"]

MOST_DAYS = 366  # a period of more than a year is a slip of the keyboard


class RulebookRefused(ValueError):
    """Values that are no rulebook: `problems` maps the parameter's id to a German sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = MappingProxyType(dict(problems))
        super().__init__(" ".join(self.problems.values()))


@dataclass(frozen=True)
class Rulebook:
    """The rules in force. `settled` holds the ids that the body has set; all others are defaults."""

    min_meetings_per_year: int = 2
    public: bool = False
    notice_period_days: int = 14
    shortened_notice_allowed: bool = True
    shortened_notice_days: int = 3
    shortened_notice_needs_reason: bool = True
    notice_waiver: NoticeWaiver = "all_voting_present_no_objection"
    deemed_receipt_email_days: int = 1
    deemed_receipt_post_days: int = 4
    agenda_motion_deadline_days: int = 21
    late_item_majority: LateItemMajority = "majority_of_present_voting"
    deputies_allowed: bool = True
    deputy_named_in_advance: bool = True
    deputy_only_when_member_absent: bool = True
    deputy_rights: DeputyRights = "full"
    quorum_share: QuorumShare = "more_than_half"
    quorum_minimum: int = 3
    quorum_checked: QuorumChecked = "each_item"
    quorum_on_reinvitation: QuorumOnReinvitation = "any_number_if_announced"
    majority: Majority = "votes_cast"
    abstentions_count: bool = False
    tie_means: TieMeans = "rejected"
    ballot_form: BallotForm = "open"
    secret_on_demand: bool = True
    circular_vote_allowed: bool = True
    circular_vote_condition: CircularCondition = "nobody_objects"
    circular_vote_reply_days: int = 14
    circular_vote_silence: CircularSilence = "abstention"
    minutes_kind: MinutesKind = "results"
    minutes_deadline_days: int = 28
    minutes_signed_by: tuple[Signatory, ...] = ("chair", "minute_taker")
    minutes_contents: tuple[MinutesContent, ...] = get_args(MinutesContent)
    objection_period_days: int = 14
    approval_mode: ApprovalMode = "silent_after_objection_period"
    settled: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def from_values(cls, values: Mapping[str, object], defaults: Mapping[str, object] | None = None) -> "Rulebook":
        """The rulebook of a body that has set `values`; the rest from `defaults`, else from the suggestion above.

        Raises `RulebookRefused` with a German sentence for each unknown parameter and each value that does not fit.
        """
        problems: dict[str, str] = {}
        taken: dict[str, Any] = {}
        for given in (defaults or {}, values):
            for key, value in given.items():
                try:
                    taken[key] = checked(key, value)
                except ValueError as refused:
                    problems[key] = str(refused)
        if problems:
            raise RulebookRefused(problems)
        return cls(**taken, settled=frozenset(values))

    def values(self) -> dict[str, object]:
        """All 34 values, as JSON keeps them (lists for several)."""
        return {key: plain(getattr(self, key)) for key in PARAMETERS}

    def set_values(self) -> dict[str, object]:
        """Only what the body has set: `from_values` makes the same rulebook of it."""
        return {key: value for key, value in self.values().items() if key in self.settled}

    def cite(self, *ids: str) -> tuple[RuleRef, ...]:
        """The rules of a verdict, the leading one first."""
        return tuple(RuleRef(key, NAMES[key], in_words(key, getattr(self, key)), key in self.settled) for key in ids)


_HINTS = get_type_hints(Rulebook)
PARAMETERS: tuple[str, ...] = tuple(one.name for one in fields(Rulebook) if one.name != "settled")
LOWEST = MappingProxyType({"min_meetings_per_year": 0, "quorum_minimum": 1, "circular_vote_reply_days": 1})
NAMES: Mapping[str, str] = MappingProxyType({
    "min_meetings_per_year": "Mindestzahl der Sitzungen",
    "public": "Öffentlichkeit der Sitzungen",
    "notice_period_days": "Ladungsfrist",
    "shortened_notice_allowed": "Verkürzung der Ladungsfrist",
    "shortened_notice_days": "verkürzte Ladungsfrist",
    "shortened_notice_needs_reason": "Begründung der verkürzten Ladungsfrist",
    "notice_waiver": "Verzicht auf Form und Frist der Ladung",
    "deemed_receipt_email_days": "Zugang bei E-Mail",
    "deemed_receipt_post_days": "Zugang bei Post",
    "agenda_motion_deadline_days": "Frist für Anträge zur Tagesordnung",
    "late_item_majority": "Zulassung späterer Tagesordnungspunkte",
    "deputies_allowed": "Vertretung",
    "deputy_named_in_advance": "Benennung der Vertretung vorab",
    "deputy_only_when_member_absent": "Stimme der Vertretung nur bei Abwesenheit des Mitglieds",
    "deputy_rights": "Rechte der Vertretung",
    "quorum_share": "Anteil für die Beschlussfähigkeit",
    "quorum_minimum": "Mindestzahl für die Beschlussfähigkeit",
    "quorum_checked": "Prüfung der Beschlussfähigkeit",
    "quorum_on_reinvitation": "Beschlussfähigkeit bei erneuter Ladung",
    "majority": "Mehrheit bei Abstimmungen",
    "abstentions_count": "Zählung der Enthaltungen",
    "tie_means": "Stimmengleichheit",
    "ballot_form": "Form der Abstimmung",
    "secret_on_demand": "geheime Abstimmung auf Verlangen",
    "circular_vote_allowed": "Umlaufbeschluss",
    "circular_vote_condition": "Voraussetzung des Umlaufbeschlusses",
    "circular_vote_reply_days": "Antwortfrist im Umlauf",
    "circular_vote_silence": "Schweigen im Umlauf",
    "minutes_kind": "Art der Niederschrift",
    "minutes_deadline_days": "Versand der Niederschrift",
    "minutes_signed_by": "Unterschriften der Niederschrift",
    "minutes_contents": "Pflichtinhalt der Niederschrift",
    "objection_period_days": "Frist für Einwendungen",
    "approval_mode": "Genehmigung der Niederschrift",
})  # fmt: skip
OPTION_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "notice_waiver": {
        "none": "nicht möglich",
        "all_voting_present_no_objection": "wenn alle Stimmberechtigten da sind und niemand widerspricht",
        "majority_present": "durch Mehrheit der Anwesenden",
    },
    "late_item_majority": {
        "majority_of_present_voting": "Mehrheit der anwesenden Stimmberechtigten",
        "two_thirds_of_present_voting": "zwei Drittel der anwesenden Stimmberechtigten",
        "unanimous": "nur einstimmig",
        "none": "nicht möglich",
    },
    "deputy_rights": {"full": "Rede, Antrag und Stimme", "speak_and_move": "Rede und Antrag", "listen": "nur Teilnahme"},
    "quorum_share": {
        "more_than_half": "mehr als die Hälfte der Stimmberechtigten",
        "half": "mindestens die Hälfte der Stimmberechtigten",
        "two_thirds": "mindestens zwei Drittel der Stimmberechtigten",
    },
    "quorum_checked": {"opening": "nur zu Beginn", "each_item": "zu jedem Tagesordnungspunkt"},
    "quorum_on_reinvitation": {
        "any_number_if_announced": "beschlussfähig ohne Rücksicht auf die Zahl, wenn die Einladung darauf hinweist",
        "minimum_only": "nur die Mindestzahl, wenn die Einladung darauf hinweist",
        "same": "wie bei der ersten Ladung",
    },
    "majority": {
        "votes_cast": "Mehrheit der abgegebenen Stimmen",
        "present": "Mehrheit der Anwesenden",
        "members": "Mehrheit aller Stimmberechtigten",
    },
    "tie_means": {"rejected": "abgelehnt", "chair_decides": "die Sitzungsleitung entscheidet", "postponed": "vertagt"},
    "ballot_form": {"open": "offen", "secret": "geheim"},
    "circular_vote_condition": {
        "nobody_objects": "niemand widerspricht dem Verfahren",
        "majority_agrees": "Mehrheit stimmt dem Verfahren zu",
    },
    "circular_vote_silence": {
        "abstention": "Enthaltung",
        "yes_vote": "Zustimmung",
        "objection": "Widerspruch gegen das Verfahren",
    },
    "minutes_kind": {"results": "Ergebnisprotokoll", "course": "Verlaufsprotokoll"},
    "minutes_signed_by": {"chair": "Sitzungsleitung", "minute_taker": "Protokollführung"},
    "minutes_contents": {
        "place_time": "Ort, Tag, Beginn, Ende",
        "chair_and_minute_taker": "Sitzungsleitung und Protokollführung",
        "attendance": "Anwesende, Vertretungen, Gäste, Entschuldigte",
        "invitation_proper": "ordnungsgemäße Ladung",
        "quorum": "Beschlussfähigkeit, auch Änderungen",
        "agenda": "Tagesordnung und ihre Änderungen",
        "motions": "Anträge",
        "decisions": "Beschlüsse im Wortlaut",
        "votes": "Abstimmungsergebnisse",
        "conflicts_of_interest": "Befangenheit",
        "annexes": "Anlagen",
    },
    "approval_mode": {
        "silent_after_objection_period": "gilt nach Ablauf der Einwendungsfrist",
        "next_meeting": "Beschluss in der nächsten Sitzung",
        "circular": "im Umlauf",
    },
})  # fmt: skip
_UNITS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "min_meetings_per_year": ("Sitzung im Jahr", "Sitzungen im Jahr"),
    "quorum_minimum": ("stimmberechtigte Person", "stimmberechtigte Personen"),
    "agenda_motion_deadline_days": ("Kalendertag vor der Sitzung", "Kalendertage vor der Sitzung"),
    "deemed_receipt_email_days": ("Tag nach dem Absenden", "Tage nach dem Absenden"),
    "deemed_receipt_post_days": ("Tag nach dem Absenden", "Tage nach dem Absenden"),
    "minutes_deadline_days": ("Kalendertag nach der Sitzung", "Kalendertage nach der Sitzung"),
    "objection_period_days": ("Kalendertag ab Zugang", "Kalendertage ab Zugang"),
})  # fmt: skip
Kind = Literal["number", "yes_no", "one_of", "several_of"]


def kind_of(key: str) -> Kind:
    """The kind of a parameter, in the words of the profile. Raises `KeyError` for an unknown one."""
    hint = _HINTS[key]
    if hint is bool:
        return "yes_no"
    if hint is int:
        return "number"
    return "several_of" if get_origin(hint) is tuple else "one_of"


def options_of(key: str) -> tuple[str, ...]:
    """The values that a parameter of kind one_of or several_of may take; empty for the others."""
    hint = _HINTS[key]
    inner = get_args(hint)[0] if get_origin(hint) is tuple else hint
    return get_args(inner) if get_origin(inner) is Literal else ()


def checked(key: str, value: object) -> int | bool | str | tuple[str, ...]:
    """A value of a parameter with its right type. Raises `ValueError` with a German sentence."""
    if key not in PARAMETERS:
        raise ValueError(f"„{key}“ ist keine Stellgröße der Geschäftsordnung.")
    kind = kind_of(key)
    if kind == "yes_no":
        if not isinstance(value, bool):
            raise ValueError(f"{NAMES[key]}: Antworten Sie mit Ja oder Nein.")
        return value
    if kind == "number":
        lowest = LOWEST.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= MOST_DAYS:
            raise ValueError(f"{NAMES[key]}: Geben Sie eine ganze Zahl von {lowest} bis {MOST_DAYS} an.")
        return value
    if kind == "one_of":
        if not isinstance(value, str) or value not in options_of(key):
            raise ValueError(f"{NAMES[key]}: „{value}“ steht nicht zur Wahl.")
        return value
    return _several(key, value)


def _several(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ValueError(f"{NAMES[key]}: Erwartet wird eine Liste von Angaben.")
    chosen = list(value)
    unknown = [str(one) for one in chosen if one not in options_of(key)]
    if unknown:
        raise ValueError(f"{NAMES[key]}: „{unknown[0]}“ steht nicht zur Wahl.")
    return tuple(option for option in options_of(key) if option in chosen)


def plain(value: object) -> object:
    """A value as JSON and YAML keep it."""
    return list(value) if isinstance(value, tuple) else value


def in_words(key: str, value: object) -> str:
    """A value for people: `14 Kalendertage`, `ja`, `offen`, `Sitzungsleitung und Protokollführung`."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, int):
        return counted(value, *_UNITS.get(key, ("Kalendertag", "Kalendertage")))
    words = OPTION_WORDS[key]
    if isinstance(value, str):
        return words[value]
    assert isinstance(value, tuple | list)
    return "; ".join(words[one] for one in value) or "nichts"
