"""A point of a checklist: whether a condition is met, and by which evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from kimforms.engine.fields.base import CleanContext, Field, FieldError, Setting, several
from kimforms.engine.fields.choices import MOST_ENTRIES, Choice
from kimforms.engine.fields.messages import word
from kimforms.engine.fields.texts import clean_text
from kimforms.engine.text import Text, pick

_MET = {"yes": "yes", "ja": "yes", "no": "no", "nein": "no", "unclear": "unclear", "unklar": "unclear",
        "not_applicable": "not_applicable", "trifft nicht zu": "not_applicable"}  # fmt: skip
_MET |= {"true": "yes", "false": "no"}


class CheckItem(Field):
    """Stored as `{"met": …, "evidence": […], "note": "…"}`, without empty parts; `_MET` has the verdicts.

    `legal_basis` is the paragraph that the condition stands in, `exceptions` are told to people and decide nothing.
    """

    type: Literal["check_item"] = "check_item"
    kind: Literal["condition", "evidence", "exception", "exclusion", "declaration", "hint"] = "condition"
    legal_basis: Text | None = None
    evidence: tuple[Choice, ...] = ()
    exceptions: tuple[Text, ...] = ()
    note: Text | None = None
    verified: Literal["proven", "partly", "open"] | None = None
    not_applicable: bool = True
    note_max_length: int = Setting(default=1000, ge=1, le=10_000)
    missing: ClassVar[str] = "missing_choice"

    def clean(self, raw: Any, context: CleanContext) -> dict[str, Any] | None:
        """See `Field.clean`; a bare word counts as the verdict."""
        if not isinstance(raw, Mapping):
            raw = {"met": raw}
        value: dict[str, Any] = {}
        met = self._met(raw.get("met"), context)
        if met is not None:
            value["met"] = met
        evidence = self._shown_evidence(raw.get("evidence"), context)
        if evidence:
            value["evidence"] = evidence
        note = clean_text(raw.get("note"), context, max_length=self.note_max_length, lines=True)
        if note is not None:
            value["note"] = note
        if value and met is None and self.required and not context.partial:
            raise FieldError(self.missing_sentence(context.language))
        return value or None

    def _met(self, raw: object, context: CleanContext) -> str | None:
        entries = several(raw)
        if len(entries) != 1 or not isinstance(entries[0], (str, bool)):
            if entries:
                raise FieldError(context.say("met"))
            return None
        met = _MET.get(str(entries[0]).strip().lower())
        if met is None or (met == "not_applicable" and not self.not_applicable):
            raise FieldError(context.say("met"))
        return met

    def _shown_evidence(self, raw: object, context: CleanContext) -> list[str]:
        entries = several(raw)
        if len(entries) > MOST_ENTRIES:
            raise FieldError(context.say("unreadable"))
        known = {choice.value for choice in self.evidence}
        for entry in entries:
            if not isinstance(entry, str) or entry not in known:
                shown = entry[:60] if isinstance(entry, str) else "?"
                raise FieldError(context.say("option", value=shown))
        given = set(entries)
        return [choice.value for choice in self.evidence if choice.value in given]

    def display(self, value: Any, context: CleanContext) -> str:
        """`ja; Nachweise: …; Anmerkung: …`"""
        if not isinstance(value, Mapping):
            return ""
        language = context.language
        shown = [word(str(value["met"]), language)] if value.get("met") in _MET.values() else []
        labels = {choice.value: pick(choice.label, language) for choice in self.evidence}
        evidence = _listed(value.get("evidence"))
        if evidence:
            shown.append(
                f"{word('evidence', language)}: {', '.join(labels.get(str(each), str(each)) for each in evidence)}"
            )
        if value.get("note"):
            shown.append(f"{word('note', language)}: {value['note']}")
        return "; ".join(shown)

    def searchable(self, value: Any, context: CleanContext) -> str:
        """The note; a verdict finds nothing."""
        return str(value.get("note", "")) if isinstance(value, Mapping) else ""

    def to_raw(self, value: Any) -> dict[str, Any]:
        """A dictionary with all three parts."""
        parts = value if isinstance(value, Mapping) else {}
        return {"met": parts.get("met", ""), "evidence": _listed(parts.get("evidence")), "note": parts.get("note", "")}


def _listed(value: object) -> list[object]:
    """The evidence as stored; anything but a list counts as none."""
    return list(value) if isinstance(value, list | tuple) else []
