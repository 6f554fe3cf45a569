"""The field types: a registry by name, and the union that a definition is read with.

`AnyField` is what a form holds; a new type is a class in one of the modules of this room and a line in this union.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Discriminator

from kimforms.engine.fields.base import CleanContext, Field, FieldError, Parts
from kimforms.engine.fields.checks import CheckItem
from kimforms.engine.fields.choices import Choice, Choosing, OneOf, SeveralOf, YesNo
from kimforms.engine.fields.computed import Compute, Computed
from kimforms.engine.fields.days import Date, Month, Time
from kimforms.engine.fields.files import File
from kimforms.engine.fields.groups import Group, RepeatingGroup
from kimforms.engine.fields.numbers import Money, Number
from kimforms.engine.fields.references import Municipality, Organisation, Person, Record
from kimforms.engine.fields.texts import Email, Heading, Information, LongText, Phone, ShortText

AnyField = Annotated[
    ShortText
    | LongText
    | Number
    | Money
    | Date
    | Month
    | Time
    | YesNo
    | OneOf
    | SeveralOf
    | Email
    | Phone
    | Municipality
    | Organisation
    | Person
    | Record
    | File
    | Group
    | RepeatingGroup
    | CheckItem
    | Heading
    | Information
    | Computed,
    Discriminator("type"),
]
_CLASSES: tuple[type[Field], ...] = (
    ShortText, LongText, Number, Money, Date, Month, Time, YesNo, OneOf, SeveralOf, Email, Phone, Municipality,
    Organisation, Person, Record, File, Group, RepeatingGroup, CheckItem, Heading, Information, Computed,
)  # fmt: skip

FIELD_TYPES: Mapping[str, type[Field]] = {cls.model_fields["type"].default: cls for cls in _CLASSES}
"""The class of each type by its name in a definition."""

for _nesting in (Group, RepeatingGroup):
    _nesting.model_rebuild(_types_namespace={"AnyField": AnyField})

__all__ = [
    "FIELD_TYPES",
    "AnyField",
    "CheckItem",
    "Choice",
    "Choosing",
    "CleanContext",
    "Compute",
    "Computed",
    "Date",
    "Email",
    "Field",
    "FieldError",
    "File",
    "Group",
    "Heading",
    "Information",
    "LongText",
    "Money",
    "Month",
    "Municipality",
    "Number",
    "OneOf",
    "Organisation",
    "Parts",
    "Person",
    "Phone",
    "Record",
    "RepeatingGroup",
    "SeveralOf",
    "ShortText",
    "Time",
    "YesNo",
]
