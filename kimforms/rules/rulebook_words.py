"""A rulebook said in whole German sentences, what a new version changes, and where values do not go together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kimforms.rules.rulebook import NAMES, OPTION_WORDS, PARAMETERS, Rulebook, in_words
from kimforms.rules.verdict import counted


@dataclass(frozen=True)
class Difference:
    """One parameter that two versions hold differently, or that one of them leaves to the default."""

    id: str
    name: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """`Ladungsfrist: bisher 14 Kalendertage, künftig 21 Kalendertage.`"""
        return f"{self.name}: bisher {self.before}, künftig {self.after}."


def differences(old: Rulebook, new: Rulebook) -> tuple[Difference, ...]:
    """What `new` changes, in the order of the rulebook. Setting a default as it is counts: it can no longer drift."""
    return tuple(
        Difference(key, NAMES[key], _held(old, key), _held(new, key))
        for key in PARAMETERS
        if getattr(old, key) != getattr(new, key) or (key in old.settled) != (key in new.settled)
    )


def _held(book: Rulebook, key: str) -> str:
    said = in_words(key, getattr(book, key))
    return said if key in book.settled else f"{said} (Vorgabe)"


def contradictions(book: Rulebook) -> tuple[str, ...]:
    """Values that are allowed each by itself and do not go together, one sentence each."""
    found = []
    if book.agenda_motion_deadline_days <= book.notice_period_days:
        found.append(
            "Anträge zur Tagesordnung können noch kommen, wenn die Einladung schon unterwegs ist: "
            "die Frist für Anträge ist nicht länger als die Ladungsfrist."
        )
    if book.shortened_notice_allowed and book.shortened_notice_days >= book.notice_period_days:
        found.append("Die verkürzte Ladungsfrist ist nicht kürzer als die Ladungsfrist.")
    if not book.deputies_allowed and book.deputy_rights == "full" and "deputy_rights" in book.settled:
        found.append("Vertretungen haben Rechte, obwohl Vertretung nicht erlaubt ist.")
    if book.ballot_form == "secret" and book.circular_vote_allowed:
        found.append("Abgestimmt wird geheim, ein Umlaufbeschluss ist aber nie geheim.")
    if book.approval_mode == "circular" and not book.circular_vote_allowed:
        found.append("Niederschriften werden im Umlauf genehmigt, Umlaufbeschlüsse sind aber nicht erlaubt.")
    return tuple(found)


def sentence_of(book: Rulebook, key: str) -> str:
    """The rule as a sentence: `Die Einladung geht den Mitgliedern mindestens 14 Kalendertage vor der Sitzung zu.`"""
    return _SENTENCES[key](book)


def _days(n: int) -> str:
    return counted(n, "Kalendertag", "Kalendertage")


def _after(n: int) -> str:
    return "am selben Tag" if n == 0 else f"{counted(n, 'Tag', 'Tage')} nach dem Absenden"


def _option(book: Rulebook, key: str) -> str:
    return OPTION_WORDS[key][getattr(book, key)]


def _yes_no(key: str, yes: str, no: str) -> Callable[[Rulebook], str]:
    return lambda book: yes if getattr(book, key) else no


def _listed(book: Rulebook, key: str) -> str:
    return "; ".join(OPTION_WORDS[key][one] for one in getattr(book, key))


_SENTENCES: Mapping[str, Callable[[Rulebook], str]] = {
    "min_meetings_per_year": lambda book: (
        f"Das Gremium tagt mindestens {book.min_meetings_per_year}-mal im Jahr."
        if book.min_meetings_per_year
        else "Eine Mindestzahl von Sitzungen ist nicht vorgeschrieben."
    ),
    "public": _yes_no("public", "Die Sitzungen sind öffentlich.", "Die Sitzungen sind nicht öffentlich."),
    "notice_period_days": lambda book: (
        f"Zwischen dem Zugang der Einladung und dem Sitzungstag liegen mindestens {_days(book.notice_period_days)}; "
        "beide Tage zählen nicht mit."
    ),
    "shortened_notice_allowed": _yes_no(
        "shortened_notice_allowed",
        "In eiligen Fällen darf die Ladungsfrist verkürzt werden.",
        "Die Ladungsfrist darf nicht verkürzt werden.",
    ),
    "shortened_notice_days": lambda book: (
        f"Die verkürzte Ladungsfrist beträgt {_days(book.shortened_notice_days)}"
        + ("." if book.shortened_notice_allowed else "; sie ist derzeit nicht erlaubt.")
    ),
    "shortened_notice_needs_reason": _yes_no(
        "shortened_notice_needs_reason",
        "Eine Verkürzung ist in der Einladung zu begründen.",
        "Eine Verkürzung braucht keine Begründung.",
    ),
    "notice_waiver": lambda book: {
        "none": "Auf Form und Frist der Ladung kann nicht verzichtet werden.",
        "all_voting_present_no_objection": (
            "Auf Form und Frist kann verzichtet werden, wenn alle Stimmberechtigten da sind und niemand widerspricht."
        ),
        "majority_present": "Auf Form und Frist kann die Mehrheit der Anwesenden verzichten.",
    }[book.notice_waiver],
    "deemed_receipt_email_days": lambda book: (
        f"Eine E-Mail gilt {_after(book.deemed_receipt_email_days)} als zugegangen, wenn keine Fehlermeldung kommt."
    ),
    "deemed_receipt_post_days": lambda book: (
        f"Ein Brief gilt {_after(book.deemed_receipt_post_days)} als zugegangen; fällt dieser Tag auf einen Samstag, "
        "Sonntag oder Feiertag, am nächsten Werktag."
    ),
    "agenda_motion_deadline_days": lambda book: (
        f"Anträge zur Tagesordnung kommen spätestens {_days(book.agenda_motion_deadline_days)} vor der Sitzung."
    ),
    "late_item_majority": lambda book: {
        "majority_of_present_voting": "Spätere Punkte lässt die Mehrheit der anwesenden Stimmberechtigten zu.",
        "two_thirds_of_present_voting": "Spätere Punkte lassen zwei Drittel der anwesenden Stimmberechtigten zu.",
        "unanimous": "Spätere Punkte werden nur einstimmig zugelassen.",
        "none": "Spätere Punkte können nicht zugelassen werden.",
    }[book.late_item_majority],
    "deputies_allowed": _yes_no(
        "deputies_allowed", "Mitglieder können sich vertreten lassen.", "Mitglieder können sich nicht vertreten lassen."
    ),
    "deputy_named_in_advance": _yes_no(
        "deputy_named_in_advance",
        "Vertretungen sind vor der Sitzung zu benennen.",
        "Vertretungen müssen nicht vorab benannt sein.",
    ),
    "deputy_only_when_member_absent": _yes_no(
        "deputy_only_when_member_absent",
        "Die Vertretung stimmt nur ab, wenn das Mitglied nicht da ist.",
        "Die Vertretung kann auch abstimmen, wenn das Mitglied da ist, aber nicht mitwirkt.",
    ),
    "deputy_rights": lambda book: f"Rechte der Vertretung: {_option(book, 'deputy_rights')}.",
    "quorum_share": lambda book: (
        f"Beschlussfähig ist das Gremium, wenn {_option(book, 'quorum_share')} anwesend sind."
        if book.quorum_share == "two_thirds"
        else f"Beschlussfähig ist das Gremium, wenn {_option(book, 'quorum_share')} anwesend ist."
    ),
    "quorum_minimum": lambda book: (
        f"In jedem Fall {'muss' if book.quorum_minimum == 1 else 'müssen'} mindestens "
        f"{in_words('quorum_minimum', book.quorum_minimum)} anwesend sein."
    ),
    "quorum_checked": lambda book: f"Die Beschlussfähigkeit wird {_option(book, 'quorum_checked')} geprüft.",
    "quorum_on_reinvitation": lambda book: (
        f"Bei erneuter Ladung zum selben Punkt: {_option(book, 'quorum_on_reinvitation')}."
    ),
    "majority": lambda book: f"Beschlüsse fasst das Gremium mit der {_option(book, 'majority')}.",
    "abstentions_count": _yes_no(
        "abstentions_count",
        "Enthaltungen zählen als abgegebene Stimmen.",
        "Enthaltungen zählen nicht als abgegebene Stimmen.",
    ),
    "tie_means": lambda book: {
        "rejected": "Bei Stimmengleichheit ist ein Antrag abgelehnt.",
        "chair_decides": "Bei Stimmengleichheit entscheidet die Stimme der Sitzungsleitung.",
        "postponed": "Bei Stimmengleichheit ist ein Antrag vertagt.",
    }[book.tie_means],
    "ballot_form": lambda book: f"Abgestimmt wird {_option(book, 'ballot_form')}.",
    "secret_on_demand": _yes_no(
        "secret_on_demand",
        "Verlangt es ein stimmberechtigtes Mitglied, wird geheim abgestimmt.",
        "Einzelne Mitglieder können keine geheime Abstimmung verlangen.",
    ),
    "circular_vote_allowed": _yes_no(
        "circular_vote_allowed",
        "Beschlüsse im Umlaufverfahren sind möglich.",
        "Beschlüsse im Umlaufverfahren sind nicht möglich.",
    ),
    "circular_vote_condition": lambda book: (
        f"Ein Umlaufbeschluss setzt voraus: {_option(book, 'circular_vote_condition')}."
    ),
    "circular_vote_reply_days": lambda book: (
        f"Für die Antwort im Umlauf {'ist' if book.circular_vote_reply_days == 1 else 'sind'} "
        f"{_days(book.circular_vote_reply_days)} Zeit."
    ),
    "circular_vote_silence": lambda book: f"Schweigen im Umlauf gilt als {_option(book, 'circular_vote_silence')}.",
    "minutes_kind": lambda book: f"Die Niederschrift ist ein {_option(book, 'minutes_kind')}.",
    "minutes_deadline_days": lambda book: (
        f"Die Niederschrift geht spätestens {_days(book.minutes_deadline_days)} nach der Sitzung hinaus."
    ),
    "minutes_signed_by": lambda book: (
        f"Die Niederschrift unterschreiben: {_listed(book, 'minutes_signed_by')}."
        if book.minutes_signed_by
        else "Die Niederschrift braucht keine Unterschrift."
    ),
    "minutes_contents": lambda book: (
        f"Die Niederschrift enthält: {_listed(book, 'minutes_contents')}."
        if book.minutes_contents
        else "Der Inhalt der Niederschrift ist nicht vorgeschrieben."
    ),
    "objection_period_days": lambda book: (
        f"Einwendungen gegen die Niederschrift sind {_days(book.objection_period_days)} ab Zugang möglich."
    ),
    "approval_mode": lambda book: f"Genehmigung der Niederschrift: {_option(book, 'approval_mode')}.",
}
