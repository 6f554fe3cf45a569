"""Passwords: what may be one, how it is hashed, how it is compared. Sign-in, accounts and the command line ask here.

Rules after NIST SP 800-63B-4, 3.1.1.2 and BSI ORP.4.A22/A23: length counts, no rules of composition, no periodic
change, known and personal words are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 128
COMMON = Path(__file__).with_name("common_passwords.txt")


@dataclass(frozen=True)
class Cost:
    """Cost of argon2id. The default is above the OWASP Password Storage Cheat Sheet (46 MiB, t=1, p=1)."""

    time_cost: int = 2
    memory_cost: int = 47104
    parallelism: int = 1


DEFAULT_COST = Cost()


def hash_password(password: str, cost: Cost = DEFAULT_COST) -> str:
    """The argon2id hash, with salt and parameters in its text (PHC format)."""
    return _hasher(cost).hash(normal(password))


def matches(stored: str | None, password: str, cost: Cost = DEFAULT_COST) -> bool:
    """Whether the password fits. Without a stored hash one is verified all the same, so that both take equally long."""
    try:
        fits = _hasher(cost).verify(stored or _nobody(cost), normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None


def outdated(stored: str, cost: Cost = DEFAULT_COST) -> bool:
    """Whether the hash was made at another cost and should be made anew at the next sign-in."""
    return _hasher(cost).check_needs_rehash(stored)


def problem_with(password: str, email: str = "", name: str = "") -> tuple[str, str] | None:
    """Why this cannot be the password of that person, as a German and an English sentence; None when it can."""
    password = normal(password)
    if len(password) < SHORTEST:
        return (
            f"Wählen Sie mindestens {SHORTEST} Zeichen, zum Beispiel vier Wörter, die nichts miteinander zu tun haben.",
            f"Choose at least {SHORTEST} characters, for example four words that have nothing to do with each other.",
        )
    if len(password) > LONGEST:
        return f"Wählen Sie höchstens {LONGEST} Zeichen.", f"Choose at most {LONGEST} characters."
    letters = _bare(password)
    if any(word in letters and len(letters) - len(word) < SHORTEST - 4 for word in _personal_words(email, name)):
        return (
            "Ihr Name oder Ihre E-Mail-Adresse ist leicht zu erraten. Wählen Sie ein Passwort ohne sie.",
            "Your name or e-mail address is easy to guess. Choose a password without them.",
        )
    if len(set(letters)) < 5 or _is_common(letters):
        return (
            "Dieses Passwort steht auf den Listen, die Angreifende zuerst ausprobieren. Wählen Sie ein anderes.",
            "This password is on the lists that attackers try first. Choose another one.",
        )
    return None


def normal(password: str) -> str:
    """NFKC, so that the same characters typed on another keyboard are the same password (NIST SP 800-63B-4)."""
    return unicodedata.normalize("NFKC", password)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", normal(text).casefold())


def _is_common(letters: str) -> bool:
    """On the list, or a listed word with nothing but digits around it, or the same one repeated."""
    core = letters.strip("0123456789")
    return any(
        word in (letters, core) or (word * (len(letters) // len(word) + 1))[: len(letters)] == letters
        for word in _common_words()
    )


def _personal_words(email: str, name: str) -> Iterator[str]:
    local, _, domain = email.partition("@")
    for word in (email, local, domain.rpartition(".")[0], name, *re.split(r"[\s.\-_]+", f"{name} {local}")):
        if len(bare := _bare(word)) >= 4:
            yield bare


@cache
def _common_words() -> frozenset[str]:
    lines = COMMON.read_text("utf-8").splitlines()
    return frozenset(_bare(line) for line in lines if line and not line.startswith("#"))


@cache
def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(
        time_cost=cost.time_cost, memory_cost=cost.memory_cost, parallelism=cost.parallelism, type=Type.ID
    )


@cache
def _nobody(cost: Cost) -> str:
    return _hasher(cost).hash("nobody has this password")
