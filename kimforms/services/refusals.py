"""Refusals: exceptions named after what was refused. Each carries a sentence for people and the HTTP status that fits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine.completeness import Completeness


class Refusal(Exception):
    """Base of all refusals; ``str(refusal)`` is a German sentence that a page may show."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotVisible(Refusal):
    """The thing does not exist for this person; the page does not tell whether it exists at all."""

    status = 404

    def __init__(self, sentence: str = "Diese Seite gibt es nicht, oder sie ist für Sie nicht freigegeben.") -> None:
        super().__init__(sentence)


class NotPermitted(Refusal):
    """The person may see the thing but not do this to it."""

    status = 403

    def __init__(self, sentence: str = "Dafür fehlt Ihnen die Berechtigung.") -> None:
        super().__init__(sentence)


class StepRefused(Refusal):
    """A workflow transition that may not be taken now; ``reasons`` says why, one sentence each."""

    status = 409

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons) or "Dieser Schritt ist jetzt nicht möglich.")
        self.reasons = tuple(reasons)


class Unfinished(StepRefused):
    """A step out of a draft whose answers are not complete; ``missing`` says what is (``engine.completeness``)."""

    def __init__(self, missing: Completeness) -> None:
        number = len(missing.open)
        what = "1 Angabe" if number == 1 else f"{number} Angaben"
        super().__init__([f"Der Entwurf ist noch nicht vollständig: {what} {'fehlt' if number == 1 else 'fehlen'}."])
        self.missing = missing


class StaleVersion(Refusal):
    """Somebody else changed the thing since it was shown; nothing was written and the page shows both versions."""

    status = 409

    def __init__(
        self, sentence: str = "Inzwischen hat jemand anderes diesen Vorgang geändert.", current: Any = None
    ) -> None:
        super().__init__(sentence)
        self.current = current


class InputRefused(Refusal):
    """Input that does not fit; ``errors`` maps a field (path) to a sentence that says what to do."""

    status = 422

    def __init__(self, errors: Mapping[str, str], sentence: str = "Bitte prüfen Sie Ihre Angaben.") -> None:
        super().__init__(sentence)
        self.errors = dict(errors)


class TooMany(Refusal):
    """A limit on repeated tries was reached; ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class LinkExpired(Refusal):
    """A link from a mail that was used already, has expired, or never existed."""

    status = 410
