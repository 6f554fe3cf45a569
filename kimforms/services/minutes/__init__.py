"""Minutes: written from what was recorded, checked, signed, sent, objected to, settled."""
