"""What the news of a publication say: its public title and where to read it, never anything of a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Subject, text and label of the link of a mail, and the one line that the daily mail has for it."""

    subject: str
    text: str
    label: str
    short: str


def words_for(reason: str, title: str, language: str, *, note: str = "", correction: bool = False) -> Words:
    """``reason`` is ``reporter``, ``case_manager`` or ``follower``; ``note`` says what a correction changed."""
    english = language == "en"
    label = "Read the publication" if english else "Zur Bekanntmachung"
    if correction:
        return _correction(title, note, label, english)
    if reason == "reporter":
        return _reporter(title, label, english)
    why = _why(reason, english)
    if english:
        text = f"Hello,\n\na solution or decision has been published:\n\n{title}\n\n{why}"
        return Words(f"Newly published: {title}", text, label, "A solution or decision has been published.")
    text = f"Guten Tag,\n\neine Lösung oder ein Beschluss ist veröffentlicht:\n\n{title}\n\n{why}"
    return Words(f"Neu veröffentlicht: {title}", text, label, "Eine Lösung oder ein Beschluss ist veröffentlicht.")


def _reporter(title: str, label: str, english: bool) -> Words:
    if english:
        return Words(
            "News about a hurdle that you reported",
            "Hello,\n\nthere is a result for a hurdle that you reported to the KIM coordination:\n\n"
            f"{title}\n\nThe page says what was decided and what changes. Thank you for making the hurdle visible.\n\n"
            "You get this message because you asked for feedback with your report.",
            label,
            f"There is a result for a hurdle that you reported: {title}",
        )
    return Words(
        "Neues zu einer Hürde, die Sie gemeldet haben",
        "Guten Tag,\n\nzu einer Hürde, die Sie der KIM-Koordination gemeldet haben, gibt es ein Ergebnis:\n\n"
        f"{title}\n\nAuf der Seite lesen Sie, was beschlossen wurde und was sich ändert. Vielen Dank, dass Sie die Hürde "
        "sichtbar gemacht haben.\n\nSie erhalten diese Nachricht, weil Sie bei Ihrer Meldung um Rückmeldung gebeten haben.",
        label,
        f"Zu einer Hürde, die Sie gemeldet haben, gibt es ein Ergebnis: {title}",
    )


def _correction(title: str, note: str, label: str, english: bool) -> Words:
    if english:
        text = f"Hello,\n\na publication has been corrected:\n\n{title}\n\nWhat was changed: {note}"
        return Words(f"Corrected: {title}", text, label, f"What was changed: {note}")
    text = f"Guten Tag,\n\neine Bekanntmachung ist korrigiert worden:\n\n{title}\n\nWas geändert wurde: {note}"
    return Words(f"Korrigiert: {title}", text, label, f"Was geändert wurde: {note}")


def _why(reason: str, english: bool) -> str:
    if reason == "case_manager":
        return (
            "You get this message because you work in case management. On the page you can choose how you are told."
            if english
            else "Sie erhalten diese Nachricht, weil Sie im Case Management arbeiten. Wie Sie benachrichtigt werden, "
            "wählen Sie auf der Seite."
        )
    return (
        "You get this message because you follow this field of action. You can change this on the page at any time."
        if english
        else "Sie erhalten diese Nachricht, weil Sie diesem Handlungsfeld folgen. Das ändern Sie jederzeit auf der Seite."
    )
