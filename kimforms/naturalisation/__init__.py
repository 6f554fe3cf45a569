"""The rules of the naturalisation checklist: what applies to whom, what is missing, what a new edition changes (pure)."""
