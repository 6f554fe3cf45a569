"""Forms of accounts and their administration. Each call builds a new class; ``say`` picks the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length

Say = Callable[[str, str], str]
"""Picks the German or the English text."""
Choices = Sequence[tuple[str, str]]
MOST_ROLES = 12
EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
LONGEST_PASSWORD_SENT = 4096  # more is refused before it is hashed


def sign_in_form(say: Say) -> Any:
    """E-mail and password. Nothing here may tell accounts apart, so only what is missing is said."""

    class SignInForm(FlaskForm):
        email = EmailField(
            say("E-Mail-Adresse", "E-mail address"),
            [InputRequired(say("Geben Sie Ihre E-Mail-Adresse ein.", "Enter your e-mail address."))],
            filters=[_strip],
        )
        password = PasswordField(
            say("Passwort", "Password"),
            [
                InputRequired(say("Geben Sie Ihr Passwort ein.", "Enter your password.")),
                Length(
                    max=LONGEST_PASSWORD_SENT, message=say("Das Passwort ist zu lang.", "The password is too long.")
                ),
            ],
        )
        next = HiddenField()

    return SignInForm()


def forgot_form(say: Say) -> Any:
    """The address to which a reset link goes."""

    class ForgotForm(FlaskForm):
        email = _email_field(say)

    return ForgotForm()


def new_password_form(say: Say, problem: Callable[[str], str | None]) -> Any:
    """A new password twice; ``problem`` says what is wrong with it, in the reader's language, or None."""

    class NewPasswordForm(FlaskForm):
        password, repeated_password = _new_password_fields(say, problem)

    return NewPasswordForm()


def change_password_form(say: Say, problem: Callable[[str], str | None]) -> Any:
    """The present password and a new one twice."""

    class ChangePasswordForm(FlaskForm):
        current_password = PasswordField(
            say("Bisheriges Passwort", "Present password"),
            [
                InputRequired(say("Geben Sie Ihr bisheriges Passwort ein.", "Enter your present password.")),
                Length(
                    max=LONGEST_PASSWORD_SENT, message=say("Das Passwort ist zu lang.", "The password is too long.")
                ),
            ],
        )
        password, repeated_password = _new_password_fields(say, problem)

    return ChangePasswordForm()


def account_form(say: Say, user: Any) -> Any:
    """What people may change about their own account."""

    class AccountForm(FlaskForm):
        name = _name_field(say)
        language = _language_field(say)
        digest = BooleanField(
            say("Hinweise gesammelt einmal am Tag schicken", "Send notices together once a day"),
            description=say(
                "Sonst kommt zu jedem Hinweis sofort eine E-Mail.", "Otherwise each notice comes as an e-mail at once."
            ),
        )

    return AccountForm(obj=user)


def role_form(say: Say, choices: Mapping[str, Choices]) -> Any:
    """One role with its scope. ``choices`` has role, controller, organisation, municipality, body."""

    class RoleForm(FlaskForm):
        role, controller, organisation, municipality, body = _role_fields(say, choices)

    return RoleForm()


def invitation_form(say: Say, choices: Mapping[str, Choices]) -> Any:
    """Who is invited, and as what: one row for each role."""

    class RoleRow(Form):
        role, controller, organisation, municipality, body = _role_fields(say, choices)

    class InvitationForm(FlaskForm):
        email = _email_field(say)
        name = _name_field(say)
        language = _language_field(say)
        grants = FieldList(FormField(RoleRow), say("Rollen", "Roles"), min_entries=1, max_entries=MOST_ROLES)

    form = InvitationForm()
    form.grants.kimforms = {"row_label": say("Rolle", "Role"), "optional": False}
    return form


def put_errors(form: Any, errors: Mapping[str, str]) -> None:
    """Shows what a service refused beside the fields it names, or above the form."""
    for name, sentence in errors.items():
        field = form._fields.get(name)
        if field is None or isinstance(field, FieldList):
            form.form_errors.append(sentence)
        else:
            field.errors = [*field.errors, sentence]


def _role_fields(say: Say, choices: Mapping[str, Choices]) -> Iterable[Any]:
    none = ("", say("keine", "none"))
    choose = ("", say("Bitte wählen", "Please choose"))
    controllers = choices["controller"]
    invalid = say("Wählen Sie einen Eintrag aus der Liste.", "Choose an entry of the list.")
    scope_hint = say("Bei dieser Rolle nötig: {}.", "Needed for this role: {}.")
    return (
        _Select(say("Rolle", "Role"), [choose, *choices["role"]], invalid, needed=True),
        _Select(
            say("Verantwortlicher", "Controller"),
            controllers if len(controllers) == 1 else [choose, *controllers],
            invalid,
            needed=True,
        ),
        _Select(
            say("Organisation", "Organisation"),
            [none, *choices["organisation"]],
            invalid,
            hint=scope_hint.format(say("Beratung", "adviser")),
        ),
        _Select(
            say("Kommune", "Municipality"),
            [none, *choices["municipality"]],
            invalid,
            hint=scope_hint.format("Case Management" if say("de", "en") == "de" else "case manager"),
        ),
        _Select(
            say("Gremium", "Body"),
            [none, *choices["body"]],
            invalid,
            hint=scope_hint.format(say("Gremienmitglied", "member of a body")),
        ),
    )


def _Select(  # noqa: N802 - reads like the field class it makes
    label: str, choices: Choices, invalid: str, *, needed: bool = False, hint: str = ""
) -> Any:
    def known(_form: Any, field: Field) -> None:
        if field.data not in [value for value, _ in choices]:
            raise ValidationError(invalid)

    validators = [InputRequired(invalid), known] if needed else [known]
    return SelectField(
        label,
        validators,
        choices=[SelectChoice(value, text) for value, text in choices],
        description=hint,
        validate_choice=False,
    )


def _new_password_fields(say: Say, problem: Callable[[str], str | None]) -> tuple[Any, Any]:
    def acceptable(_form: Any, field: Field) -> None:
        if sentence := problem(field.data or ""):
            raise ValidationError(sentence)

    def same(form: Any, field: Field) -> None:
        if field.data != form.password.data:
            raise ValidationError(
                say(
                    "Die beiden Passwörter sind verschieden. Geben Sie zweimal dasselbe ein.",
                    "The two passwords differ.",
                )
            )

    return (
        PasswordField(
            say("Neues Passwort", "New password"),
            [InputRequired(say("Geben Sie ein neues Passwort ein.", "Enter a new password.")), acceptable],
            description=say(
                "Mindestens 12 Zeichen. Am besten mehrere Wörter; Sonderzeichen sind erlaubt, aber nicht nötig.",
                "At least 12 characters. Several words are best; special characters are allowed but not needed.",
            ),
        ),
        PasswordField(
            say("Neues Passwort wiederholen", "Repeat the new password"),
            [InputRequired(say("Geben Sie das neue Passwort noch einmal ein.", "Enter the new password again.")), same],
        ),
    )


def _email_field(say: Say) -> Any:
    sentence = say(
        "Geben Sie eine E-Mail-Adresse wie name@beispiel.de ein.", "Enter an e-mail address like name@example.org."
    )

    def is_address(_form: Any, field: Field) -> None:
        if not EMAIL.fullmatch(field.data or "") or len(field.data) > 254:
            raise ValidationError(sentence)

    return EmailField(say("E-Mail-Adresse", "E-mail address"), [InputRequired(sentence), is_address], filters=[_strip])


def _name_field(say: Say) -> Any:
    sentence = say("Geben Sie den Vor- und Nachnamen ein.", "Enter the first and last name.")
    too_long = say("Höchstens 120 Zeichen.", "At most 120 characters.")
    return StringField(
        say("Vor- und Nachname", "First and last name"),
        [InputRequired(sentence), Length(max=120, message=too_long)],
        filters=[_strip],
    )


def _language_field(say: Say) -> Any:
    return _Select(
        say("Sprache", "Language"),
        [("de", "Deutsch"), ("en", "English")],
        say("Wählen Sie Deutsch oder Englisch.", "Choose German or English."),
        needed=True,
        hint=say("Für die Seiten und für E-Mails.", "For pages and for e-mails."),
    )


def _strip(value: str | None) -> str | None:
    return value.strip() if value else value
