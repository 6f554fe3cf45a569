"""Thin HTTP: who asks, which form, which service, which template. ``all_blueprints`` is what create_app registers."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint

ROOMS = (
    "bodies", "body_seats", "persons",
    "minutes", "minutes_steps", "minutes_objections", "minutes_links",
    "meetings", "meeting_planning", "meeting_rooms", "meeting_series", "meeting_polls", "agenda",
    "agenda_parts",
    "invitations", "invitation_people", "invitation_papers", "invitation_answers", "meeting_calendars",
    "circular_votes", "circular_work", "follow_up",
    "meeting_session", "session_attendance", "session_items", "session_votes", "meeting_live",
    "pages", "accounts", "admin", "report", "report_drafts", "report_status", "inbox", "records",
    "record_steps", "record_work", "similar",
    "comparison", "tasks", "dashboard", "decisions", "statistics", "outbox", "solutions", "publishing",
    "advisory_services", "service_care", "course_dates",
    "naturalisation", "self_check", "checklist_handout", "checklists", "checklist_keeping",
    "checklist_sharing", "checklist_hand_over", "checklist_ending",
    "themes",
    "theme_deeds", "theme_proposals", "replies", "rulebooks", "progress", "campaign", "campaign_templates",
    "briefings", "briefing_planning",
    "naturalisation_figures",
    "editions", "edition_drafts", "edition_parts", "naturalisation_office", "checklist_lifting",
)  # fmt: skip


def all_blueprints() -> list[Blueprint]:
    """Every blueprint of the house, in one list that shows all doors; imported when an application is made."""
    return [import_module(f".{room}", __package__).blueprint for room in ROOMS]
