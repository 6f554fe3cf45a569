"""Editions of a naturalisation office's checklist: draft, differences, publishing, withdrawing, lifting."""
