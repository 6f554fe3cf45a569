"""Ballots: what was counted, and whether it fits the people entitled. One that does not fit never yields a result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kimforms.rules.entitlement import Entitlement, SeatVote
from kimforms.rules.quorum import Quorum
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import RuleRef, Verdict, counted

Choice = Literal["yes", "no", "abstained"]
Form = Literal["open", "names", "secret"]
FORMS: Mapping[Form, str] = {"open": "offen", "names": "namentlich", "secret": "geheim"}
FITS = RuleRef("ballot_fits", "Stimmen und Stimmberechtigte", settled=True)


class BallotRefused(ValueError):
    """A vote that does not count. `verdict` says why and by which rule; the text of the error is its sentence."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(verdict.sentence)


@dataclass(frozen=True)
class Ballot:
    """What was counted in one vote.

    open and secret votes give counts; a vote by name gives `names`: the choice of each seat by its id, and the counts
    follow from it. `not_taking_part`: entitled, in the room, and not voting; in a vote by name all seats without choice
    that are listed in `silent`. `invalid` papers are possible in secret votes only.
    """

    form: Form
    yes: int = 0
    no: int = 0
    abstained: int = 0
    invalid: int = 0
    not_taking_part: int = 0
    names: Mapping[int, Choice] = field(default_factory=dict)

    @classmethod
    def by_name(cls, names: Mapping[int, Choice], silent: int = 0) -> "Ballot":
        """A vote by name; `silent` of those entitled took no part."""
        given = list(names.values())
        yes, no, abstained = given.count("yes"), given.count("no"), given.count("abstained")
        return cls("names", yes, no, abstained, not_taking_part=silent, names=dict(names))

    @property
    def total(self) -> int:
        """All who are accounted for."""
        return self.yes + self.no + self.abstained + self.invalid + self.not_taking_part

    @property
    def words(self) -> str:
        """`9 Ja, 3 Nein, 1 Enthaltung`."""
        said = f"{self.yes} Ja, {self.no} Nein, {counted(self.abstained, 'Enthaltung', 'Enthaltungen')}"
        if self.invalid:
            said += f", {self.invalid} ungültig"
        return said + (f", {self.not_taking_part} nicht beteiligt" if self.not_taking_part else "")


def secret_demand(rulebook: Rulebook, who: Entitlement, person: int) -> Verdict:
    """Whether this person may ask for a secret vote: a voting member in the room, where the rulebook knows the right."""
    rules = rulebook.cite("secret_on_demand")
    if not rulebook.secret_on_demand:
        return Verdict(False, "Eine geheime Abstimmung auf Verlangen kennt die Geschäftsordnung nicht.", rules)
    entitled = who.of_person(person)
    if entitled is None or not entitled.ok:
        why = f" {entitled.sentence}" if entitled else ""
        return Verdict(False, f"Geheime Abstimmung kann nur verlangen, wer stimmberechtigt ist.{why}", rules)
    return Verdict(True, "Die Abstimmung ist geheim, weil ein stimmberechtigtes Mitglied es verlangt.", rules)


def check_form(rulebook: Rulebook, form: Form, *, secret_demanded: bool = False) -> Verdict:
    """Whether a vote may be taken in this form. A secret vote is always allowed: it takes nothing from anybody."""
    if form == "secret":
        return Verdict(True, "Die Abstimmung ist geheim.", rulebook.cite("ballot_form"))
    if rulebook.ballot_form == "secret":
        said = f"Die Abstimmung muss geheim sein, nicht {FORMS[form]}."
        return Verdict(False, said, rulebook.cite("ballot_form"))
    if secret_demanded and rulebook.secret_on_demand:
        said = f"Ein Mitglied hat geheime Abstimmung verlangt; {FORMS[form]} geht es nicht."
        return Verdict(False, said, rulebook.cite("secret_on_demand"))
    return Verdict(True, f"Die Abstimmung ist {FORMS[form]}.", rulebook.cite("ballot_form"))


def check_ballot(
    rulebook: Rulebook,
    ballot: Ballot,
    who: Entitlement,
    *,
    quorum: Quorum | None = None,
    secret_demanded: bool = False,
) -> None:
    """Refuses a vote that does not fit: no quorum, wrong form, wrong counts, votes of people without one.

    Raises `BallotRefused`. `quorum` None leaves the quorum to the caller (votes on procedure).
    """
    form = check_form(rulebook, ballot.form, secret_demanded=secret_demanded)
    if not form.ok:
        raise BallotRefused(form)
    if quorum is not None and not quorum.ok:
        said = f"Abstimmen geht nicht: {quorum.present} von {quorum.members} Stimmberechtigten, nötig {quorum.needed}."
        raise BallotRefused(Verdict(False, said, quorum.verdict.rules, quorum.verdict.facts))
    _check_numbers(ballot)
    if ballot.form == "names":
        _check_names(ballot, who)
    elif ballot.names:
        _refuse(f"Bei einer Abstimmung, die {FORMS[ballot.form]} ist, werden keine Namen festgehalten.")
    _check_sum(ballot, who)


def _refuse(sentence: str, *facts: str, rules: tuple[RuleRef, ...] = (FITS,)) -> None:
    raise BallotRefused(Verdict(False, sentence, rules, facts))


def _check_numbers(ballot: Ballot) -> None:
    numbers = (ballot.yes, ballot.no, ballot.abstained, ballot.invalid, ballot.not_taking_part)
    if any(isinstance(one, bool) or not isinstance(one, int) or one < 0 for one in numbers):
        _refuse("Stimmen sind ganze Zahlen ab 0.")
    if ballot.invalid and ballot.form != "secret":
        _refuse(f"Ungültige Stimmen gibt es nur bei geheimer Abstimmung, nicht {FORMS[ballot.form]}.")


def _check_names(ballot: Ballot, who: Entitlement) -> None:
    for seat, choice in ballot.names.items():
        if choice not in ("yes", "no", "abstained"):
            _refuse(f"„{choice}“ ist keine Antwort in einer Abstimmung.")
        vote = who.of_seat(seat)
        if vote is None:
            _refuse("Eine Stimme gehört zu keinem stimmberechtigten Sitz dieses Gremiums.")
        elif vote.voter is None:
            _refuse(f"Die Stimme zählt nicht. {vote.verdict.sentence}", rules=vote.verdict.rules)
    given = list(ballot.names.values())
    if (ballot.yes, ballot.no, ballot.abstained) != (given.count("yes"), given.count("no"), given.count("abstained")):
        _refuse("Die Summen passen nicht zu den namentlichen Stimmen.")


def _check_sum(ballot: Ballot, who: Entitlement) -> None:
    entitled = who.entitled
    if not entitled:
        _refuse("Niemand im Raum ist zu diesem Punkt stimmberechtigt.")
    if ballot.total > entitled:
        cast = counted(ballot.total, "Stimme ist", "Stimmen sind")
        only = counted(entitled, "Person", "Personen")
        _refuse(f"{cast} gezählt, stimmberechtigt im Raum: {only}.", f"Gezählt: {ballot.words}.", *_names_of(who))
    if ballot.total < entitled:
        missing = entitled - ballot.total
        said = (
            f"{counted(missing, 'Stimme fehlt', 'Stimmen fehlen')}: gezählt {ballot.total}, stimmberechtigt im Raum "
            f"{entitled}. Tragen Sie ein, wie viele sich nicht beteiligt haben."
        )
        left = [one for one in who.voters if one.seat.id not in ballot.names] if ballot.form == "names" else []
        _refuse(said, f"Gezählt: {ballot.words}.", *(_of(one) for one in left))


def _names_of(who: Entitlement) -> tuple[str, ...]:
    names = ", ".join(one.voter.name for one in who.voters if one.voter)
    return (f"Stimmberechtigt: {names}.",) if names else ()


def _of(vote: SeatVote) -> str:
    return f"Ohne Stimme: {vote.voter.name if vote.voter else vote.seat.name}."
