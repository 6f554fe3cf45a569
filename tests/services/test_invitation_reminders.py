"""Reminders by the clock: once, shortly before answers are due, only to those who owe one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kimforms.services.meetings import reminders
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.invitations import invited, mails_to, rows, text_in
from ..support.meetings import at_work
from ..support.records import mails

pytestmark = pytest.mark.usefixtures("app")
SOCIAL = "sozialamt.pruefgremium@member.example"


def test_the_clock_reminds_once_three_days_before_answers_are_due() -> None:
    reference = invited()
    until = NOW.date() + timedelta(days=20)
    with at_work(reference) as (_session, _actor, meeting):
        meeting.reply_until = until
    with at_work(reference) as (session, _actor, _meeting):
        row = session.merge(rows(reference)["Sozialamt"])
        row.answer, row.answered_sequence = "accepted", 0
    assert reminders.run(unit_of_work, NOW + timedelta(days=16)) == 0
    assert reminders.run(unit_of_work, NOW + timedelta(days=17)) == 7
    assert reminders.run(unit_of_work, NOW + timedelta(days=17, hours=1)) == 0
    assert reminders.run(unit_of_work, NOW + timedelta(days=18)) == 0
    told = mails("meeting.reminder")
    assert len(told) == 7
    assert ("meeting.reminder", SOCIAL) not in told
    mail = mails_to(told[0][1])[-1]
    assert f"bis zum {until:%d.%m.%Y}" in text_in(mail)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html"
    ]  # fmt: skip


def test_nobody_is_reminded_of_a_meeting_that_began() -> None:
    reference = invited()
    with at_work(reference) as (_session, _actor, meeting):
        begins = meeting.starts_at
    assert reminders.run(unit_of_work, begins) == 0
