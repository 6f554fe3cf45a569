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
    r"\b(?:vor|un|be)?(?:verurteil|straf(?!f(?!rei|äll)|zettel)|ermittlungsverfahren|tagess[aä]tz|freiheitsstraf|geldstraf"
    r"|bewährung|maßregel|führungszeugnis|gefängnis|jva\b|haft(?!pflicht|ung|bar|et|en\b)"
    r"|diagnos|depressi|demen[zt]|trauma|posttraum|ptbs\b|psych(?:isch|ose|iat|o?therap)|therapien?\b|pflegegrad"
    r"|pflegebedürf|gdb\b|hiv\b|krebs\b|epilep|gehörlos"
    r"|religi|konfession|moslem|muslim|islam(?!abad)|christlich|evangelisch|katholisch|kirche\b|kirchen(?:aus|mit|steu)"
    r"|moschee|synagoge|jesidisch|jüdisch|alevit|mehrehe|extremis|verfassungsfeind)\w*"
    r"|\b\w*(?:krank(?!en(?:kasse|versicher|haus|pfleg|schwest))|behinder|attest)\w*"
    r"|§{1,2} ?12 ?a\b|§ ?10,? ?(?:abs(?:atz|\.)?|\() ?6\b",
    re.IGNORECASE,
)  # fmt: skip
"""Jobs, insurances and towns that only sound alike pass."""
_ITEM = re.compile(r"\b([A-Z]{1,2}) ?([0-9]{1,3})\b|\b([a-z]{1,2})([0-9]{1,3})\b")


def refuse_unspoken(field: str, text: str, document: ChecklistDocument) -> None:
    """Raises :class:`InputRefused` when a text names a point of which nothing is stored, or one of its subjects."""
    hidden = never_stored(document)
    for found in _ITEM.finditer(text):
        if "".join(part for part in found.groups() if part).upper() in hidden:
            raise InputRefused({field: SENTENCE.format(word=found[0])})
    refuse_subject(field, text)


def refuse_subject(field: str, text: str) -> None:
    """Raises :class:`InputRefused` for a word about offences, health or belief, wherever it stands."""
    found = _STEMS.search(text)
    if found is not None:
        raise InputRefused({field: SENTENCE.format(word=found[0])})
