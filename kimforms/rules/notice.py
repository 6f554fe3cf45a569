"""Notice of a meeting: receipt, last lawful day of dispatch, invited in time, shortened notice, waiver.

The period runs between two days that are both not counted: the day of receipt (§ 187 (1) BGB) and the day of the
meeting (rulebook, `notice_period_days`). It protects the members, so its end is never moved (§ 193 BGB does not apply
to a least period that is counted backwards). What the agenda may still take in is in `late_items`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kimforms.rules.calendar_days import (
    DAY,
    Channel,
    in_words,
    next_working_day,
    no_delivery,
    previous_working_day,
    rest_day,
    short,
)
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import RuleRef, Verdict, counted, law

CHANNELS: dict[Channel, str] = {"email": "E-Mail", "post": "Post"}
_RECEIPT: dict[Channel, str] = {"email": "deemed_receipt_email_days", "post": "deemed_receipt_post_days"}


@dataclass(frozen=True)
class Receipt:
    """When something sent counts as received, and the lines that say why."""

    day: date
    rules: tuple[RuleRef, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class DispatchDay:
    """The last lawful day of dispatch by one channel.

    day -- the last day on which dispatch is lawful, weekends included
    working_day -- the last day on which somebody is in the office to do it
    receipt -- when it then counts as received
    """

    channel: Channel
    day: date
    working_day: date
    receipt: date
    verdict: Verdict


@dataclass(frozen=True)
class Sending:
    """One dispatch to one recipient. `bounced`: an error message came back, or the letter did."""

    channel: Channel
    sent_on: date
    bounced: bool = False


@dataclass(frozen=True)
class Recipient:
    """Somebody who had to be invited, with all that was sent; empty when nothing was."""

    name: str
    sendings: tuple[Sending, ...] = ()


@dataclass(frozen=True)
class RecipientCheck:
    """Whether one recipient was invited in time; `received` is None when nothing reached them."""

    name: str
    received: date | None
    verdict: Verdict


@dataclass(frozen=True)
class InvitationCheck:
    """Whether all were invited in time, and each of them. `shortened`: only thanks to the shortened notice."""

    verdict: Verdict
    each: tuple[RecipientCheck, ...]
    shortened: bool = False

    @property
    def late(self) -> tuple[RecipientCheck, ...]:
        return tuple(one for one in self.each if not one.verdict.ok)


def receipt(rulebook: Rulebook, channel: Channel, sent_on: date) -> Receipt:
    """When a dispatch counts as received.

    E-mail counts on every day, weekends included. A letter given on a Sunday or holiday is taken on the next weekday;
    when the last day of the period is a Saturday, Sunday or holiday, it counts as received on the next working day
    (§ 193 BGB applied accordingly, for the good of the recipient).
    """
    days: int = getattr(rulebook, _RECEIPT[channel])
    rules = rulebook.cite(_RECEIPT[channel])
    if channel == "email":
        day = sent_on + timedelta(days=days)
        after = f"{counted(days, 'Tag', 'Tage')} danach" if days else "am selben Tag"
        return Receipt(day, rules, (f"E-Mail vom {in_words(sent_on)}: Zugang {after}, am {in_words(day)}.",))
    facts = []
    posted = sent_on
    while reason := no_delivery(posted):
        facts.append(f"Aufgabe am {short(posted)}: {reason}, die Post nimmt sie erst am Tag danach an.")
        posted += DAY
    day = posted + timedelta(days=days)
    facts.append(f"Brief vom {in_words(posted)}: Zugang nach {counted(days, 'Tag', 'Tagen')}, am {in_words(day)}.")
    if reason := rest_day(day):
        moved = next_working_day(day)
        facts.append(f"Der {short(day)} ist {reason}: Zugang am nächsten Werktag, {in_words(moved)} (§ 193 BGB).")
        return Receipt(moved, (*rules, law("§ 193 BGB")), tuple(facts))
    return Receipt(day, rules, tuple(facts))


def latest_receipt(meeting_day: date, days: int) -> date:
    """The last day of receipt for a notice of so many calendar days between receipt and meeting."""
    return meeting_day - timedelta(days=days + 1)


def last_dispatch(rulebook: Rulebook, meeting_day: date, channel: Channel, *, shortened: bool = False) -> DispatchDay:
    """The last lawful day of dispatch for a meeting, with the regular or the shortened notice."""
    key = "shortened_notice_days" if shortened else "notice_period_days"
    days: int = getattr(rulebook, key)
    latest = latest_receipt(meeting_day, days)
    day = latest
    while receipt(rulebook, channel, day).day > latest:
        day -= DAY
    arrived = receipt(rulebook, channel, day)
    working = previous_working_day(day)
    facts = [
        f"Sitzungstag {in_words(meeting_day)}; {counted(days, 'Kalendertag', 'Kalendertage')} dazwischen, "
        "Zugang und Sitzungstag nicht mitgezählt.",
        f"Spätester Zugang: {in_words(latest)}.",
        *arrived.facts,
    ]
    if working != day:
        facts.append(f"Der {short(day)} ist {rest_day(day)}; letzter Arbeitstag davor: {in_words(working)}.")
    sentence = f"Letzter Tag für den Versand per {CHANNELS[channel]} ist {in_words(day)}."
    if working != day:
        sentence += f" Wer an diesem Tag nicht arbeitet, versendet bis {in_words(working)}."
    rules = rulebook.cite(key, _RECEIPT[channel])
    extra = tuple(rule for rule in arrived.rules if rule not in rules)
    return DispatchDay(channel, day, working, arrived.day, Verdict(True, sentence, (*rules, *extra), tuple(facts)))


def dispatch_on(rulebook: Rulebook, meeting_day: date, day: date, channel: Channel) -> Verdict:
    """Whether an invitation sent on this day would be in time, and what is left when not."""
    last = last_dispatch(rulebook, meeting_day, channel)
    way = CHANNELS[channel]
    if day <= last.day:
        left = (last.day - day).days
        rest = f"noch {counted(left, 'Tag', 'Tage')}" if left else "letzter Tag"
        said = f"Der Versand per {way} am {short(day)} ist fristgerecht ({rest})."
        return Verdict(True, said, last.verdict.rules, last.verdict.facts)
    late = f"Der Versand per {way} am {short(day)} ist zu spät: letzter Tag war {in_words(last.day)}."
    if rulebook.shortened_notice_allowed:
        short_last = last_dispatch(rulebook, meeting_day, channel, shortened=True)
        if day <= short_last.day:
            reason = " mit Begründung" if rulebook.shortened_notice_needs_reason else ""
            late += f" Mit verkürzter Ladungsfrist{reason} geht es bis {in_words(short_last.day)}."
            rules = (*last.verdict.rules, *rulebook.cite("shortened_notice_allowed", "shortened_notice_days"))
            return Verdict(False, late, rules, last.verdict.facts)
    return Verdict(False, late, last.verdict.rules, last.verdict.facts)


def shortening(rulebook: Rulebook, reason: str) -> Verdict:
    """Whether the notice may be shortened for this reason; the reason has to stand in the invitation."""
    if not rulebook.shortened_notice_allowed:
        said = "Die Ladungsfrist darf nicht verkürzt werden."
        return Verdict(False, said, rulebook.cite("shortened_notice_allowed"))
    rules = rulebook.cite("shortened_notice_needs_reason", "shortened_notice_days")
    days = counted(rulebook.shortened_notice_days, "Kalendertag", "Kalendertage")
    if rulebook.shortened_notice_needs_reason and not reason.strip():
        return Verdict(False, "Für die verkürzte Ladungsfrist fehlt die Begründung.", rules)
    given = (f"Begründung: {reason.strip()}",) if reason.strip() else ()
    return Verdict(True, f"Die Ladungsfrist ist auf {days} verkürzt.", rules, given)


def invited_in_time(
    rulebook: Rulebook, meeting_day: date, recipients: Sequence[Recipient], *, shortened_reason: str | None = None
) -> InvitationCheck:
    """Whether each recipient was invited in time; the earliest receipt of each counts.

    `shortened_reason` is None for the regular notice; a text (maybe empty) asks for the shortened one.
    """
    key = "notice_period_days"
    short_notice: Verdict | None = None
    if shortened_reason is not None:
        short_notice = shortening(rulebook, shortened_reason)
        key = "shortened_notice_days" if short_notice.ok else key
    latest = latest_receipt(meeting_day, getattr(rulebook, key))
    each = tuple(_one_recipient(rulebook, key, latest, one) for one in recipients)
    late = [one for one in each if not one.verdict.ok]
    rules = (*rulebook.cite(key), *(short_notice.rules if short_notice else ()))
    facts = [f"Sitzungstag {in_words(meeting_day)}; spätester Zugang {in_words(latest)}."]
    if short_notice:
        facts.extend((short_notice.sentence, *short_notice.facts))
    facts.extend(one.verdict.sentence for one in late)
    if not each:
        return InvitationCheck(Verdict(False, "Es ist noch niemand eingeladen.", rules, tuple(facts)), each)
    if not late:
        said = (
            f"Alle {len(each)} Eingeladenen sind fristgerecht geladen." if len(each) > 1 else each[0].verdict.sentence
        )
    else:
        said = f"{counted(len(late), 'Person ist', 'Personen sind')} von {len(each)} nicht fristgerecht geladen."
    regular = latest_receipt(meeting_day, rulebook.notice_period_days)
    shortened = key == "shortened_notice_days" and any(one.received is None or one.received > regular for one in each)
    return InvitationCheck(Verdict(not late, said, rules, tuple(facts)), each, shortened and not late)


def _one_recipient(rulebook: Rulebook, key: str, latest: date, recipient: Recipient) -> RecipientCheck:
    rules = rulebook.cite(key)
    if not recipient.sendings:
        verdict = Verdict(False, f"{recipient.name}: nicht eingeladen.", rules)
        return RecipientCheck(recipient.name, None, verdict)
    facts = [
        f"{CHANNELS[one.channel]} vom {short(one.sent_on)}: zurückgekommen, kein Zugang."
        for one in recipient.sendings
        if one.bounced
    ]
    arrived = [receipt(rulebook, one.channel, one.sent_on) for one in recipient.sendings if not one.bounced]
    if not arrived:
        verdict = Verdict(False, f"{recipient.name}: die Einladung ist nicht angekommen.", rules, tuple(facts))
        return RecipientCheck(recipient.name, None, verdict)
    first = min(arrived, key=lambda one: one.day)
    facts.extend(first.facts)
    ok = first.day <= latest
    if ok:
        said = f"{recipient.name}: fristgerecht geladen, Zugang am {short(first.day)}."
    else:
        late = counted((first.day - latest).days, "Tag", "Tage")
        said = f"{recipient.name}: {late} zu spät geladen, Zugang am {short(first.day)}, spätestens nötig am {short(latest)}."
    return RecipientCheck(recipient.name, first.day, Verdict(ok, said, (*rules, *first.rules), tuple(facts)))


def waiver(
    rulebook: Rulebook, *, voting_members: int, voting_present: int, objections: Sequence[str] = (), in_favour: int = 0
) -> Verdict:
    """Whether the body may waive form and period of the invitation (notice_waiver).

    voting_members -- all who may vote; voting_present -- those in the room; objections -- names of who objects;
    in_favour -- votes for the waiver, needed only where the majority of those present decides
    """
    rules = rulebook.cite("notice_waiver")
    if rulebook.notice_waiver == "none":
        return Verdict(False, "Auf Form und Frist der Ladung kann nicht verzichtet werden.", rules)
    facts: tuple[str, ...] = (f"Anwesend sind {voting_present} von {voting_members} Stimmberechtigten.",)
    if rulebook.notice_waiver == "all_voting_present_no_objection":
        if voting_present < voting_members:
            away = counted(voting_members - voting_present, "Stimmberechtigte Person fehlt", "Stimmberechtigte fehlen")
            return Verdict(False, f"Ein Verzicht auf Form und Frist geht nicht: {away}.", rules, facts)
        if objections:
            who = ", ".join(objections)
            return Verdict(False, f"Ein Verzicht auf Form und Frist geht nicht: Widerspruch von {who}.", rules, facts)
        said = "Auf Form und Frist der Ladung ist verzichtet: alle Stimmberechtigten sind da, niemand widerspricht."
        return Verdict(voting_members > 0, said, rules, facts)
    facts = (*facts, f"Für den Verzicht stimmen {in_favour}; nötig sind {voting_present // 2 + 1}.")
    if in_favour * 2 > voting_present:
        return Verdict(True, "Die Mehrheit der Anwesenden verzichtet auf Form und Frist der Ladung.", rules, facts)
    return Verdict(False, "Für den Verzicht auf Form und Frist fehlt die Mehrheit der Anwesenden.", rules, facts)
