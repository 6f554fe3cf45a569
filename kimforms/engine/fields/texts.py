"""Text that people type (short, long, e-mail, phone), and what stands between the questions."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from pydantic import field_validator, model_validator

from kimforms.engine.fields.base import CleanContext, Field, FieldError, Setting, is_blank, single
from kimforms.engine.text import BrokenText, Text, normalise, one_line, pick

SHORT = 500
LONG = 10_000
LONGEST = 100_000


def clean_text(raw: object, context: CleanContext, *, max_length: int, lines: bool) -> str | None:
    """The text to store: NFC, without control characters, with `\\n` as line end, or on one line; None for nothing.

    Raises `FieldError` when it is no text, holds lone surrogates, or is longer than `max_length` characters.
    """
    raw = single(raw, context)
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise FieldError(context.say("unreadable"))
    text = str(raw)
    try:
        text = normalise(text) if lines else one_line(text)
    except BrokenText:
        raise FieldError(context.say("broken_text")) from None
    if len(text) > max_length:
        raise FieldError(context.say("too_long", over=len(text) - max_length, max=max_length))
    return text or None


class _TextField(Field):
    max_length: int = Setting(default=SHORT, ge=1, le=LONGEST)
    min_length: int = Setting(default=0, ge=0)
    _lines: ClassVar[bool] = False

    @model_validator(mode="after")
    def _lengths_fit(self) -> Self:
        if self.min_length > self.max_length:
            raise ValueError("min_length ist größer als max_length")
        return self

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`; a draft may still be too short."""
        text = clean_text(raw, context, max_length=self.max_length, lines=self._lines)
        if text is not None and len(text) < self.min_length and not context.partial:
            raise FieldError(context.say("too_short", min=self.min_length, length=len(text)))
        return text


class ShortText(_TextField):
    """One line of text; `pattern` is a regular expression for the whole of it, `pattern_hint` says it to people."""

    type: Literal["short_text"] = "short_text"
    pattern: str | None = Setting(default=None, max_length=200)
    pattern_hint: Text | None = None

    @field_validator("pattern")
    @classmethod
    def _pattern_is_tame(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            check_pattern(pattern)
        return pattern

    @model_validator(mode="after")
    def _pattern_meets_short_texts(self) -> Self:
        if self.pattern is not None and self.max_length > SHORT:
            raise ValueError(f"mit pattern darf max_length höchstens {SHORT} sein")
        return self

    @cached_property
    def _compiled(self) -> re.Pattern[str] | None:
        return None if self.pattern is None else re.compile(self.pattern)

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`."""
        text = super().clean(raw, context)
        if text is not None and self._compiled is not None and not self._compiled.fullmatch(text):
            hint = pick(self.pattern_hint or self.help, context.language)
            raise FieldError(context.say("pattern_hint", hint=hint) if hint else context.say("pattern"))
        return text


class LongText(_TextField):
    """Several lines of text."""

    type: Literal["long_text"] = "long_text"
    max_length: int = Setting(default=LONG, ge=1, le=LONGEST)
    rows: int = Setting(default=5, ge=2, le=40)
    _lines: ClassVar[bool] = True


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that is none, or that could take ages on a short text: nested or adjacent unbounded repetition.

    Raises ValueError with a German sentence. A coordinator writes patterns, the public sends texts against them.
    """
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"pattern ist kein regulärer Ausdruck: {error}") from None
    bare = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "C", re.sub(r"\\[^\d]", "E", pattern))
    if re.search(r"\\\d|\(\?P=|\(\?[=!<]", bare):
        raise ValueError("pattern darf keine Rückverweise und kein Vorausschauen enthalten")
    if re.search(r"\)(?:[*+]|\{\d*,?(?:\d{2,}|\d*,)\})", bare):
        raise ValueError("pattern darf eine Klammer nicht unbegrenzt wiederholen")
    if len(re.findall(r"[*+]|\{\d*,(?:\d{2,})?\}", bare)) > 2:
        raise ValueError("pattern darf höchstens zwei lange Wiederholungen (*, +, {n,}) enthalten")


_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _ascii_domain(domain: str) -> str:
    """The domain as DNS knows it (RFC 5891); the empty string if it has no such form.

    ß is kept: the older standard that Python's codec follows turns straße into strasse, which is somebody else's.
    """
    try:
        if "ß" not in domain:
            return domain.lower().encode("idna").decode("ascii")
        labels = domain.lower().split(".")
        return ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode('ascii')}" for each in labels)
    except UnicodeError:
        return ""


class Email(Field):
    """An e-mail address (RFC 5321, 4.1.2 without quoted local parts); the domain is stored in its ASCII form."""

    type: Literal["email"] = "email"

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`."""
        text = clean_text(raw, context, max_length=254, lines=False)
        if text is None:
            return None
        text = text.removeprefix("mailto:")
        local, at, domain = text.rpartition("@")
        if at and local and not local.isascii() and " " not in local and "@" not in local:
            raise FieldError(context.say("email_umlaut"))
        ascii_domain = _ascii_domain(domain)
        labels = ascii_domain.split(".")
        known = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
        # RFC 5321, 4.5.3.1: local part 64, path 256 with its angle brackets
        if not known or not _LOCAL.fullmatch(local) or len(local) > 64 or len(local) + len(ascii_domain) > 253:
            raise FieldError(context.say("email"))
        return f"{local}@{ascii_domain}"

    def display(self, value: Any, context: CleanContext) -> str:
        """The address with its domain as people write it."""
        return self.to_raw(value)

    def to_raw(self, value: Any) -> str:
        """The address with its domain as people write it."""
        local, at, domain = str(value or "").rpartition("@")
        try:
            return f"{local}{at}{domain.encode('ascii').decode('idna')}" if at else str(value or "")
        except UnicodeError:
            return str(value)


_PHONE = re.compile(r"\+?[\d ()/.\-–]+(?:(?:App\.|Durchwahl|DW|-) ?\d{1,6})?")


class Phone(Field):
    """A phone number as people write it (02241 13-1234); 5 to 15 digits (ITU-T E.164, 6.2.1)."""

    type: Literal["phone"] = "phone"

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`."""
        text = clean_text(raw, context, max_length=40, lines=False)
        if text is None:
            return None
        digits = sum(character.isdigit() for character in text)
        if not text.isascii() or not _PHONE.fullmatch(text) or not 5 <= digits <= 15:
            raise FieldError(context.say("phone"))
        return text


class _NoAnswer(Field):
    holds_answer: ClassVar[bool] = False

    @model_validator(mode="after")
    def _asks_nothing(self) -> Self:
        if self.required or self.required_when is not None:
            raise ValueError(f"„{self.id}“ fragt nichts und kann nicht Pflicht sein")
        return self

    def clean(self, raw: Any, context: CleanContext) -> None:
        """Nothing is ever stored."""
        return

    def display(self, value: Any, context: CleanContext) -> str:
        """Nothing to show."""
        return ""

    def to_raw(self, value: Any) -> str:
        """Nothing to show."""
        return ""


class Heading(_NoAnswer):
    """A heading between questions."""

    type: Literal["heading"] = "heading"
    level: int = Setting(default=2, ge=2, le=4)


class Information(_NoAnswer):
    """A paragraph between questions; `tone` chooses the kind of alert."""

    type: Literal["information"] = "information"
    text: Text = ""
    tone: Literal["info", "success", "warning", "danger"] = "info"


__all__ = [
    "Email",
    "Heading",
    "Information",
    "LongText",
    "Phone",
    "ShortText",
    "check_pattern",
    "clean_text",
    "is_blank",
]
