"""What no text about a checklist may say: that a point under Art. 9 or 10 GDPR applied, or anything about it.

The words are a net, not a proof: what somebody paraphrases passes. Pages say before what does not belong here.
"""

from __future__ import annotations

import re

from ...naturalisation.applies import never_stored
from ...naturalisation.document import ChecklistDocument
from ..refusals import InputRefused

SENTENCE = (
    "„{word}“ gehört zu dem, was Sie nur persönlich besprechen. Dazu wird nichts gespeichert, auch keine Notiz. "
    "Nehmen Sie es aus dem Text."
)
_STEMS = re.compile(
    r"\b(?:vor|un)?(?:verurteil|bestraf|straftat|straffäll|vorstraf|strafverfahren|strafbefehl|strafregister|straffrei"
    r"|ermittlungsverfahren|tagess[aä]tz|freiheitsstraf|geldstraf|bewährung|maßregel|führungszeugnis"
    r"|krank(?!en(?:kasse|versicher))|erkrank|behinder|schwerbehind|diagnos|psych(?:isch|ose|iat|o?therap)|attest"
    r"|religi|konfession|moslem|muslim|christlich|jesidisch|alevit|mehrehe|extremis|verfassungsfeind)\w*",
    re.IGNORECASE,
)  # fmt: skip


def refuse_unspoken(field: str, text: str, document: ChecklistDocument) -> None:
    """Raises :class:`InputRefused` when a text names a point of which nothing is stored, or one of its subjects."""
    hidden = never_stored(document)
    for word in re.findall(r"\b[A-Za-z]{1,2} ?[0-9]{1,3}\b", text):
        if word.replace(" ", "").upper() in hidden and word[0].isupper():
            raise InputRefused({field: SENTENCE.format(word=word)})
    found = _STEMS.search(text)
    if found is not None:
        raise InputRefused({field: SENTENCE.format(word=found[0])})
