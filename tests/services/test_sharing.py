"""Sharing: the only way over the border of a controller, for a time, to read and nothing more."""

from datetime import date, timedelta

import pytest

from kimforms.extensions import db
from kimforms.models import Share
from kimforms.permissions import Sight
from kimforms.services.queries import record_page
from kimforms.services.records import sharing
from kimforms.services.records.sharing import Reader
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StepRefused

from ..support.databases import NOW
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    OTHER_ADVISER,
    actor,
    last_payload,
    mails,
    report,
    tags,
    take,
    user,
    work,
)

UNTIL = date(2027, 1, 31)
TODAY = NOW.date()


def share(email, reference, to=None, until=UNTIL, **reader):
    with work(email, reference) as (session, person, record):
        if to:
            reader["user_id"] = user(session, to).id
        return sharing.share_record(session, person, NOW, record=record, reader=Reader(**reader), until=until).id


def seen(email, reference, day=TODAY):
    return record_page.find(db.session(), actor(db.session(), email), day, reference)


def test_a_shared_record_is_read_over_the_border_until_the_day(app):
    reference = report()
    with pytest.raises(NotVisible):
        seen(ELSEWHERE, reference)
    share(COORDINATOR, reference, ELSEWHERE)
    assert seen(ELSEWHERE, reference).sight is Sight.SHARED
    assert last_payload(reference, "record:share")["until"] == "2027-01-31"
    assert mails("share") == [("share", ELSEWHERE)]
    with pytest.raises(NotVisible):
        seen(ELSEWHERE, reference, UNTIL + timedelta(days=1))


def test_what_is_shared_is_read_only(app):
    reference = report()
    share(COORDINATOR, reference, ELSEWHERE)
    view = record_page.view(db.session(), actor(db.session(), ELSEWHERE), NOW, seen(ELSEWHERE, reference))
    assert (view.deeds, view.not_now, view.comments, view.tasks, view.lines) == ([], [], (), (), ())
    assert view.answers
    with pytest.raises(StepRefused):
        take(ELSEWHERE, reference, "erfassen")


def test_a_share_for_an_organisation(app):
    reference = report()
    organisation = next(iter(actor(db.session(), OTHER_ADVISER).organisations()))
    share(COORDINATOR, reference, organisation=organisation)
    assert seen(OTHER_ADVISER, reference).sight is Sight.SHARED
    assert ("share", OTHER_ADVISER) in mails("share")


def test_the_creator_with_a_share_stays_the_reporter(app):
    reference = report()
    share(COORDINATOR, reference, ADVISER)
    assert seen(ADVISER, reference).own
    take(ADVISER, reference, "zurueckziehen")


def test_the_same_again_moves_the_end(app):
    reference = report()
    first = share(COORDINATOR, reference, ELSEWHERE)
    assert share(COORDINATOR, reference, ELSEWHERE, until=UNTIL + timedelta(days=30)) == first
    assert db.session.get(Share, first).until == UNTIL + timedelta(days=30)


def test_a_share_ends_at_once(app):
    reference = report()
    share_id = share(COORDINATOR, reference, ELSEWHERE)
    for _ in range(2):
        with work(COORDINATOR, reference) as (session, person, record):
            sharing.revoke_share(session, person, NOW, record=record, share_id=share_id)
    with pytest.raises(NotVisible):
        seen(ELSEWHERE, reference)
    assert tags(reference).count("record:unshare") == 1


@pytest.mark.parametrize("email", [OFFICE, ADVISER, ELSEWHERE])
def test_who_may_not_share(app, email):
    reference = report()
    with pytest.raises(NotPermitted):
        share(email, reference, OTHER_ADVISER)
    assert "record:share" not in tags(reference)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "person"),
        ({"to": ELSEWHERE, "organisation": "caritas"}, "person"),
        ({"to": OFFICE}, "person"),
        ({"organisation": "gibt-es-nicht"}, "organisation"),
        ({"body": "gibt-es-nicht"}, "body"),
        ({"to": ELSEWHERE, "until": None}, "until"),
        ({"to": ELSEWHERE, "until": date(2026, 11, 22)}, "until"),
        ({"to": ELSEWHERE, "until": date(2030, 1, 1)}, "until"),
    ],
)
def test_what_does_not_fit_is_refused(app, options, field):
    reference = report()
    with pytest.raises(InputRefused) as refused:
        share(COORDINATOR, reference, **options)
    assert list(refused.value.errors) == [field]
    assert mails("share") == []
