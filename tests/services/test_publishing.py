"""Publishing: a copy becomes public, corrections leave a trace, withdrawn entries say only that."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Publication
from kimforms.services import publishing
from kimforms.services.catalogues import catalogues
from kimforms.services.refusals import StepRefused

from ..support.records import COORDINATOR, NOW, theme, work


@pytest.mark.usefixtures("app")
def test_a_theme_without_public_title_is_not_published() -> None:
    reference = theme("Interner Titel")
    with pytest.raises(StepRefused), work(COORDINATOR, reference) as (session, actor, record):
        publishing.publish(session, actor, NOW, record, (), catalogues=catalogues(session))
    assert db.session.scalars(select(Publication)).all() == []
