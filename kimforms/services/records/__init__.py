"""Use cases on records: submitting one, moving it through its workflow, changing answers, assigning, asking, linking."""
