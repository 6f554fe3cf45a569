"""A failed statement says what failed, not what people had written: errors go to the journal of the machine."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kimforms.extensions import db


def test_values_stay_out_of_the_error(app: Flask) -> None:
    with pytest.raises(DBAPIError) as failed:
        db.session.execute(text("SELECT :answer FROM no_such_table"), {"answer": "Frau Yilmaz"})
    assert "no_such_table" in str(failed.value)
    assert "Yilmaz" not in str(failed.value)
    db.session.rollback()
