"""``python -m benchmarks.fill COUNT``: seeds the installation that the environment names."""

from __future__ import annotations

import sys

from kimforms import create_app
from kimforms.services.unit_of_work import unit_of_work

from .seed import seed

with create_app().app_context(), unit_of_work() as session:
    seed(session, int(sys.argv[1]))
