"""What people write freely about a checklist: read for personal data before it is kept."""

from __future__ import annotations

from ...engine.personal_data import find_personal_data
from ...models import ClientChecklist
from ..editions.reading import document_of
from ..refusals import InputRefused
from .pseudonyms import Doubtful
from .unspoken import refuse_unspoken


def checked(field: str, text: str, *, longest: int, wanted: str = "", insist: bool = False) -> str:
    """The text without blanks around it. ``wanted`` is the sentence that asks for it where it must not be empty.

    Raises :class:`InputRefused` when it is missing or too long, and :class:`Doubtful` when it looks like personal data
    and nobody confirmed that it is none (``insist``).
    """
    plain = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if wanted and not plain:
        raise InputRefused({field: wanted})
    if len(plain) > longest:
        raise InputRefused({field: f"Kürzen Sie den Text auf {longest} Zeichen."})
    hits = find_personal_data(plain)
    if hits and not insist:
        raise Doubtful(field, list(dict.fromkeys(f"„{hit.text}“: {hit.advice}" for hit in hits)))
    return plain


def about(
    checklist: ClientChecklist, field: str, text: str, *, longest: int, wanted: str = "", insist: bool = False
) -> str:
    """As :func:`checked`, for a text about this checklist: it may not name what is never stored either."""
    refuse_unspoken(field, text, document_of(checklist.edition))
    return checked(field, text, longest=longest, wanted=wanted, insist=insist)
