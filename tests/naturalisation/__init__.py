"""The rules of the naturalisation checklist, without app or database."""
