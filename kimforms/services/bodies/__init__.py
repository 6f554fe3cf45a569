"""Bodies: who sits in them, their functions, their rules of procedure."""
