"""The naturalisation of the demonstration: lives through ``demo/naturalisation.yaml`` through the services that people use.

Each step has its own unit of work. How far it came stands in a setting that is written with the step, so that a
demonstration that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..engine.demo_naturalisation import (
    DemoBriefing,
    DemoChecklist,
    DemoEditionChange,
    DemoNaturalisation,
    DemoOffice,
    DemoStep,
)
from ..models import Briefing, ChecklistEdition, ClientChecklist, Controller, Delivery, OutboxMessage, Setting, User
from ..permissions import Actor, actor_of
from . import naturalisation_office
from .advice import briefing_places, briefings
from .campaign import templates
from .checklists import beginning, entries, hand_over, keeping, milestones, questions, returning, sharing
from .demo_days import at_clock
from .editions import draft_parts, drafting, publishing, reading
from .naturalisation_office import NewSettings
from .records.facts import local_day
from .refusals import StepRefused

PROGRESS = "demonstration-naturalisation"
OFFICES = {"troisdorf": "einbuergerung@troisdorf.example", "rsk": "einbuergerung@rsk.example"}
NOTICE = 14
"""Days before a briefing that people are invited."""
Unit = Callable[[], AbstractContextManager[Session]]
Deed = Callable[[Session, datetime], None]


@dataclass(frozen=True)
class Scene:
    """One step at its time; ``key`` is what the setting keeps once it happened."""

    at: datetime
    key: str
    deed: Deed


def tell(unit: Unit, document: DemoNaturalisation, now: datetime) -> int:
    """Tells what was not told yet, in the order of time; returns how many steps there are."""
    scenes = sorted(_scenes(document, now), key=lambda one: (one.at, one.key))
    for scene in scenes:
        with unit() as session:
            told = _told(session, now)
            if scene.key in told.value["told"]:
                continue
            before = set(session.scalars(select(OutboxMessage.id)))
            scene.deed(session, scene.at)
            told.value = {"told": [*told.value["told"], scene.key]}
            told.changed_at = now
            session.flush()  # its mails are found by their number
            if scene.at.date() < now.date():
                _sent(session, scene.at, before)
    return len(scenes)


def _sent(session: Session, at: datetime, before: set[int]) -> None:
    """Mails of past days were read long ago: nobody gets them today."""
    fresh = select(OutboxMessage.id).where(OutboxMessage.id.not_in(before))
    session.execute(
        update(Delivery)
        .where(Delivery.message_id.in_(fresh), Delivery.status == "queued")
        .values(status="sent", sent_at=at, next_at=None)
        .execution_options(synchronize_session=False)
    )


def _told(session: Session, now: datetime) -> Setting:
    first = session.scalars(select(Controller).order_by(Controller.id)).first()
    assert first is not None
    row = session.get(Setting, (first.id, PROGRESS))
    if row is None:
        row = Setting(controller_id=first.id, key=PROGRESS, value={"told": []}, changed_at=now)
        session.add(row)
    return row


def _scenes(document: DemoNaturalisation, now: datetime) -> Iterator[Scene]:
    for office in document.offices:
        yield Scene(_at(now, 94), f"office {office.controller}", _office(office))
        if office.campaign_approval:
            yield Scene(_at(now, 93), f"letter {office.controller}", _letter(office))
    for checklist in document.checklists:
        yield Scene(_at(now, checklist.days_ago), f"{checklist.pseudonym} begin", _begin(checklist))
        for number, step in enumerate(checklist.steps):
            at = _at(now, step.days_ago, number)
            yield Scene(at, f"{checklist.pseudonym} {number:02}", _step(checklist, step))
    for briefing in document.briefings:
        day = max(briefing.days_ago + NOTICE, 1)
        yield Scene(_at(now, day), f"briefing {briefing.title}", _plan(briefing, now))
        if briefing.days_ago > 0:
            yield Scene(_at(now, briefing.days_ago, 400), f"briefing {briefing.title} held", _hold(briefing))
    for change in document.editions:
        yield Scene(_at(now, change.days_ago), f"edition {change.controller} {change.item}", _publish(change, now))


def _at(now: datetime, days_ago: int, minutes: int = 0) -> datetime:
    return at_clock(local_day(now) - timedelta(days=days_ago), "09:00") + timedelta(minutes=minutes)


def _actor(session: Session, email: str, at: datetime) -> Actor:
    return actor_of(session.scalars(select(User).where(User.email == email)).one(), local_day(at))


def _controller(session: Session, key: str) -> Controller:
    return session.scalars(select(Controller).where(Controller.key == key)).one()


def _office(told: DemoOffice) -> Deed:
    def deed(session: Session, at: datetime) -> None:
        controller = _controller(session, told.controller)
        known = naturalisation_office.settings_of(session, controller.id, at)
        new = NewSettings(
            self_check_on=told.self_check,
            campaign_on=bool(told.campaign_approval),
            campaign_approval=told.campaign_approval,
            campaign_approved_on=min(told.campaign_approved_on, local_day(at)) if told.campaign_approved_on else None,
            retention_months=known.retention_months,
            notice_days=known.notice_days,
            confirm_months=known.confirm_months,
            run_days=known.run_days,
            online_url=told.online_url,
            public_url=told.public_url,
            contact=told.contact,
        )
        naturalisation_office.change_settings(
            session,
            _actor(session, told.by, at),
            at,
            controller_id=controller.id,
            new=new,
            row_version=known.row_version,
        )

    return deed


def _letter(told: DemoOffice) -> Deed:
    """The text of the campaign's letters, in the profile's words, approved: so that a wave can be tried at once."""

    def deed(session: Session, at: datetime) -> None:
        actor, controller = _actor(session, told.by, at), _controller(session, told.controller)
        draft = templates.begin_draft(session, actor, at, controller.id, controller.key)
        session.flush()  # approval looks at its version
        templates.approve(session, actor, at, draft, sure=True, row_version=draft.row_version)

    return deed


def _begin(told: DemoChecklist) -> Deed:
    def deed(session: Session, at: datetime) -> None:
        beginning.begin(
            session,
            _actor(session, told.by, at),
            at,
            organisation=told.organisation,
            municipality=told.municipality,
            pseudonym=told.pseudonym,
            situation=dict.fromkeys(told.situation, True),
            route=told.route,
            insist=True,
        )

    return deed


def _step(told: DemoChecklist, step: DemoStep) -> Deed:
    def deed(session: Session, at: datetime) -> None:
        checklist = session.scalars(
            select(ClientChecklist).where(
                ClientChecklist.organisation == told.organisation, ClientChecklist.pseudonym == told.pseudonym
            )
        ).one()
        adviser = _actor(session, told.by, at)
        office = _actor(session, OFFICES[checklist.record.controller.key], at)
        if step.talk:
            keeping.note_talk(session, adviser, at, checklist, local_day(at))
        elif step.ask:
            questions.ask(session, adviser, at, checklist, text=step.ask, item_id=step.item, insist=True)
        elif step.answer:
            questions.answer(session, office, at, checklist, text=step.answer, item_id=step.item, insist=True)
        elif step.share_whole:
            sharing.share(session, adviser, at, checklist, scope="whole")
        elif step.hand_over:
            hand_over.hand_over(session, adviser, at, checklist, reason=step.reason or "", insist=True)
        elif step.receive:
            milestones.report(session, office, at, checklist, kind="received")
        elif step.milestone:
            milestones.report(session, office, at, checklist, kind=step.milestone)
        elif step.give_back:
            gaps = list(step.give_back.items())
            returning.return_hand_over(
                session, office, at, checklist, reason="unterlagen_fehlen", gaps=gaps, insist=True
            )
        else:
            _note(session, adviser, at, checklist, step)

    return deed


def _note(session: Session, adviser: Actor, at: datetime, checklist: ClientChecklist, step: DemoStep) -> None:
    day = local_day(at)
    document = reading.document_of(checklist.edition)
    wanted = dict(step.items)
    if step.met_but is not None:
        wanted = {one: "met" for one in checklist.missing if one not in step.met_but}
    for item_id, state in wanted.items():
        known = entries.entry_of(checklist, item_id)
        seen = document.items[item_id].evidence if state in ("met", "present") else ()
        entries.set_entry(
            session,
            adviser,
            at,
            checklist,
            item_id,
            state=state,
            reason=step.reason or ("Trifft hier nicht zu" if state == "not_needed" else ""),
            evidence=dict.fromkeys(seen[:2], day),
            note=step.note or "",
            follow_up_on=day + timedelta(days=step.follow_up_in_days) if step.follow_up_in_days else None,
            row_version=known.row_version if known is not None else 0,
            insist=True,
        )
        session.flush()  # the next entry counts on what this one changed


def _plan(told: DemoBriefing, now: datetime) -> Deed:
    def deed(session: Session, at: datetime) -> None:
        controller = _controller(session, told.controller)
        edition = reading.current(session, controller.id, local_day(at))
        assert edition is not None
        day = local_day(now) - timedelta(days=told.days_ago)
        actor = _actor(session, told.by, at)
        data = briefings.BriefingData(
            title=told.title,
            text=told.text,
            starts_at=at_clock(day, "14:00"),
            ends_at=at_clock(day, "16:00"),
            place=told.place,
            video_url="",
            edition_id=edition.id,
            capacity=None,
        )
        made = briefings.plan(session, actor, at, data, controller_id=controller.id)
        try:
            briefings.invite(session, actor, at, made)
        except StepRefused:
            return  # nobody advises for this office yet
        for email in told.attended:
            briefing_places.register(session, _actor(session, email, at), at + timedelta(hours=2), made)

    return deed


def _hold(told: DemoBriefing) -> Deed:
    def deed(session: Session, at: datetime) -> None:
        made = session.scalars(select(Briefing).where(Briefing.title == told.title)).one()
        there = [place.id for place in made.places]
        actor = _actor(session, told.by, at)
        briefing_places.record_attendance(session, actor, at, made, there, row_version=made.row_version)

    return deed


def _publish(told: DemoEditionChange, now: datetime) -> Deed:
    def deed(session: Session, at: datetime) -> None:
        actor = _actor(session, told.by, at)
        controller = _controller(session, told.controller)
        draft: ChecklistEdition = drafting.begin_draft(session, actor, at, controller_id=controller.id)
        part = reading.document_of(draft).items[told.item]
        values = part.model_dump(mode="json", exclude_defaults=True)
        values |= {key: value for key in ("title", "note") if (value := getattr(told, key))}
        if told.evidence is not None:
            values["evidence"] = list(told.evidence)
        drafting.change_item(session, actor, at, draft, told.item, values, mark=drafting.mark_of(part))
        drafting.verify_item(
            session, actor, at, draft, told.item, "belegt",
            mark=drafting.mark_of(reading.document_of(draft).items[told.item]),
        )  # fmt: skip
        content = reading.document_of(draft)
        draft_parts.change_frame(
            session,
            actor,
            at,
            draft,
            law_status=content.law_status.isoformat(),
            fees=content.fees.model_dump(mode="json"),
            open_points=list(content.open_points),
            note=told.says,
            mark=draft_parts.frame_mark(draft),
        )
        publishing.publish(session, actor, at, draft, _day(now, told.in_effect_in_days))

    return deed


def _day(now: datetime, days: int) -> date:
    """The first of the month in which that day lies, or the day itself where that is past."""
    wanted = local_day(now) + timedelta(days=days)
    first = wanted.replace(day=1)
    return first if first > local_day(now) else wanted
