"""Thin HTTP: who asks, which form, which service, which template. ``all_blueprints`` is what create_app registers."""

from __future__ import annotations

from flask import Blueprint


def all_blueprints() -> list[Blueprint]:
    """Every blueprint of the house, in one list that shows all doors; imported when an application is made."""
    from . import (  # noqa: PLC0415 - a room may be imported without all the others
        accounts,
        admin,
        agenda,
        agenda_parts,
        bodies,
        body_seats,
        circular_votes,
        circular_work,
        comparison,
        dashboard,
        decisions,
        follow_up,
        inbox,
        invitation_answers,
        invitation_papers,
        invitation_people,
        invitations,
        meeting_calendars,
        meeting_live,
        meeting_planning,
        meeting_polls,
        meeting_rooms,
        meeting_series,
        meeting_session,
        meetings,
        minutes,
        minutes_links,
        minutes_objections,
        minutes_steps,
        outbox,
        pages,
        persons,
        publishing,
        record_steps,
        record_work,
        records,
        replies,
        report,
        report_drafts,
        report_status,
        rulebooks,
        session_attendance,
        session_items,
        session_votes,
        similar,
        solutions,
        statistics,
        tasks,
        theme_deeds,
        theme_proposals,
        themes,
    )

    rooms = (
        bodies, body_seats, persons,
        minutes, minutes_steps, minutes_objections, minutes_links,
        meetings, meeting_planning, meeting_rooms, meeting_series, meeting_polls, agenda, agenda_parts,
        invitations, invitation_people, invitation_papers, invitation_answers, meeting_calendars,
        circular_votes, circular_work, follow_up,
        meeting_session, session_attendance, session_items, session_votes, meeting_live,
        pages, accounts, admin, report, report_drafts, report_status, inbox, records, record_steps, record_work, similar,
        comparison, tasks, dashboard, decisions, statistics, outbox, solutions, publishing, themes,
        theme_deeds, theme_proposals, replies, rulebooks,
    )  # fmt: skip
    return [room.blueprint for room in rooms]
