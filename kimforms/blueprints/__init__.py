"""Thin HTTP: who asks, which form, which service, which template. ``all_blueprints`` is the list that create_app registers."""

from __future__ import annotations

from flask import Blueprint


def all_blueprints() -> list[Blueprint]:
    """Every blueprint of the house, imported here so that one list shows all doors."""
    from importlib import import_module, util

    names = ("pages", "accounts", "admin", "report", "report_drafts", "report_status", "inbox", "records", "record_steps", "record_work", "tasks",
             "dashboard", "outbox")  # fmt: skip
    return [import_module(f"{__name__}.{n}").blueprint for n in names if util.find_spec(f"{__name__}.{n}")]
