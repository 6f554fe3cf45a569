"""Meetings: planning, agenda, invitation, what happens in them, and what follows."""
