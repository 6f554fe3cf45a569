"""``python -m kimforms.cli`` is the same as ``kimforms``."""

from . import main

main()
