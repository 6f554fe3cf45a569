"""``kimforms user``: what an operator types, what is printed, and exit code 1 with one line on bad input."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from kimforms.cli import context
from kimforms.cli.user import user as command
from kimforms.extensions import db
from kimforms.models import User
from kimforms.services import accounts, responsibilities
from kimforms.services.refusals import Refusal

GOOD = "kupfer laterne gurke\n"
ROLE = ("--role", "coordinator", "--controller", "rsk")


@pytest.fixture
def run(app: Flask, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("kimforms.create_app", lambda _settings: app)
    monkeypatch.setattr(context, "settings", lambda: None)

    def call(*arguments: str, stdin: str = "") -> Result:
        db.session.rollback()
        return CliRunner().invoke(command, arguments, input=stdin)

    return call


def found(email: str) -> User | None:
    return accounts.find_user(db.session(), email)


def refused(result: Result) -> str:
    """The one line that ``main`` prints for the refusal or the usage error, which ends with exit code 1."""
    if isinstance(result.exception, Refusal):
        return str(result.exception)
    assert result.exit_code in (1, 2), result.output
    return result.output


def test_create_with_password_and_list(run: Any, now: datetime) -> None:
    result = run("create", "neu@awo.example", "--name", "Nele Neu", *ROLE, "--password-stdin", stdin=GOOD)
    assert (result.exit_code, result.output) == (0, "neu@awo.example: angelegt\n")
    listed = run("list").output.splitlines()
    assert "neu@awo.example\tNele Neu\taktiv\tcoordinator@rsk" in listed
    assert len(listed) == len(db.session.scalars(select(User)).all())


def test_create_with_invitation_and_link(run: Any, now: datetime) -> None:
    assert run("create", "neu@awo.example", "--name", "Nele Neu", *ROLE, "--invite").exit_code == 0
    link = run("link", "neu@awo.example").output
    assert link.startswith("http://localhost/password/")
    assert run("link", "neu@awo.example").output != link


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("create", "x@awo.example", "--name", "X", *ROLE), "", "--invite"),
        (("create", "x@awo.example", "--name", "X", *ROLE, "--password-stdin"), "kurz\n", "mindestens 12 Zeichen"),
        (("create", "x@awo.example", "--name", "X", *ROLE, "--password-stdin"), "", "mindestens 12 Zeichen"),
        (("create", "x", "--name", "X", *ROLE, "--invite"), "", "E-Mail-Adresse"),
        (("create", "admin@rsk.example", "--name", "X", *ROLE, "--password-stdin"), GOOD, "schon ein Konto"),
        (("create", "x@awo.example", "--name", "X", "--role", "king", "--controller", "rsk", "--invite"), "", "king"),
        (
            ("create", "x@awo.example", "--name", "X", "--role", "office", "--controller", "y", "--invite"),
            "",
            "rsk, troisdorf",
        ),
        (
            ("create", "x@awo.example", "--name", "X", "--role", "adviser", "--controller", "rsk", "--invite"),
            "",
            "Organisation",
        ),
        (("deactivate", "nobody@awo.example"), "", "kein Konto"),
        (("deactivate", "admin@rsk.example"), "", "letzte"),
        (("password", "admin@rsk.example", "--password-stdin"), "passwort1234\n", "Listen"),
        (("role", "remove", "admin@rsk.example", *ROLE), "", "nicht"),
    ],
)
def test_bad_input_is_one_clear_line_and_changes_nothing(
    run: Any, arguments: tuple[str, ...], stdin: str, said: str
) -> None:
    before = run("list").output
    assert said in refused(run(*arguments, stdin=stdin))
    assert run("list").output == before


def test_close_open_and_password(run: Any) -> None:
    email = "beratung@caritas.example"
    old = found(email)
    assert old is not None
    epoch = old.session_epoch
    assert run("deactivate", email).exit_code == 0
    assert "deaktiviert" in refused(run("link", email))
    assert run("activate", email).exit_code == 0
    assert run("password", email, "--password-stdin", stdin=GOOD).exit_code == 0
    user = found(email)
    assert user is not None
    assert user.active
    assert user.session_epoch == epoch + 2


def test_roles_are_added_and_removed_with_their_scope(run: Any) -> None:
    email = "beratung@caritas.example"
    scope = ("--role", "case_manager", "--controller", "rsk", "--municipality", "siegburg")
    assert run("role", "add", email, *scope).exit_code == 0
    assert "case_manager@rsk(siegburg)" in run("list").output
    assert run("role", "remove", email, *scope).exit_code == 0
    assert "case_manager@rsk(siegburg)" not in run("list").output


def held(email: str) -> set[str]:
    person = found(email)
    assert person is not None
    return {row.municipality for row in responsibilities.held_by(db.session(), person.id)}


def test_somebody_becomes_responsible_and_no_longer_is(run: Any) -> None:
    email = "koordination@rsk.example"
    said = run(
        "responsible", email, "--controller", "rsk", "--municipality", "siegburg", "--municipality", "lohmar"
    ).output
    assert said == f"{email}: zuständig für siegburg, lohmar\n"
    assert {"siegburg", "lohmar"} <= held(email)
    assert (
        "nicht mehr" in run("responsible", email, "--controller", "rsk", "--municipality", "lohmar", "--remove").output
    )
    assert "lohmar" not in held(email)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("koordination@rsk.example", "--controller", "rsk", "--municipality", "atlantis"),
            "Diese Kommune gibt es nicht",
        ),
        (("leitung@rsk.example", "--controller", "rsk", "--municipality", "siegburg"), "koordiniert hier nicht"),
        (("niemand@x.example", "--controller", "rsk", "--municipality", "siegburg"), "kein Konto"),
        (("koordination@rsk.example", "--controller", "xyz", "--municipality", "siegburg"), "Bekannt: rsk"),
        (
            ("leitung@rsk.example", "--controller", "rsk", "--municipality", "siegburg", "--remove"),
            "ist nicht zuständig für: siegburg",
        ),
    ],
)
def test_a_wrong_responsibility_is_refused(run: Any, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused(run("responsible", *arguments))
