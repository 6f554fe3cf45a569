"""The same service tests run on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from ..support.databases import Workshop


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workshop(request: pytest.FixtureRequest) -> Workshop:
    return request.getfixturevalue(f"{request.param}_workshop")
