"""The append-only, hash-chained history. Services call ``record`` in the transaction of the change they describe."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import ChainHead, Event, EventValue, Record
from ..permissions import Actor

GENESIS = "0" * 64
HEAD = "kimforms_head"
"""Where the session of a unit of work keeps the end of the chain once something was recorded."""


class Tag(Enum):
    """What may be recorded. Each tag declares the keys of its payload; anything else is refused."""

    RECORD_SUBMIT = "record:submit", ("reference", "process", "version", "state", "answers", "contact")
    RECORD_TRANSITION = "record:transition", ("transition", "old", "new", "form", "complete")
    RECORD_CHANGE = "record:change", ("changes",)
    RECORD_ASSIGN = "record:assign", ("old", "new")
    RECORD_ASK = "record:ask", ("question", "text")
    RECORD_ANSWER = "record:answer", ("question", "text", "by_reporter")
    RECORD_COMMENT = "record:comment", ("comment", "text", "mentions")
    RECORD_LINK = "record:link", ("other", "kind")
    RECORD_UNLINK = "record:unlink", ("other", "kind")
    RECORD_SHARE = "record:share", ("share", "with", "until")
    RECORD_UNSHARE = "record:unshare", ("share", "with")
    RECORD_EXPORT = "record:export", ("format", "count", "filters")
    RECORD_DOCUMENT = "record:document", ("document",)
    SIMILAR_JUDGE = "similar:judge", ("other", "similar")
    SIMILAR_FORGET = "similar:forget", ("other",)
    SIMILAR_DISMISS = "similar:dismiss", ("reports",)
    THEME_GATHER = "theme:gather", ("reports", "other")
    THEME_RELEASE = "theme:release", ("reports", "other")
    THEME_CASES = "theme:cases", ("other", "old", "new", "note")
    THEME_MERGE = "theme:merge", ("other", "role", "reports")
    THEME_UNMERGE = "theme:unmerge", ("other", "role", "reports")
    TASK_CREATE = "task:create", ("task", "title", "assignee", "due_on", "kind")
    TASK_CHANGE = "task:change", ("task", "changes")
    TASK_DONE = "task:done", ("task",)
    TASK_PROGRESS = "task:progress", ("task", "percent", "note")
    ATTACHMENT_ADD = "attachment:add", ("attachment", "name", "sha256", "size")
    ATTACHMENT_REMOVE = "attachment:remove", ("attachment",)
    DEADLINE_START = "deadline:start", ("rule", "due_on")
    DEADLINE_REMIND = "deadline:remind", ("rule", "due_on")
    DEADLINE_ESCALATE = "deadline:escalate", ("rule", "due_on")
    DEADLINE_DONE = "deadline:done", ("rule",)
    CONTACT_ERASE = "contact:erase", ("rule", "values")
    DRAFT_PURGE = "draft:purge", ("count",)
    MAIL_RETRY = "mail:retry", ("delivery",)
    MAIL_GIVE_UP = "mail:give-up", ("delivery",)
    VIEW_SHARE = "view:share", ("view", "name", "shared")
    ACCOUNT_CREATE = "account:create", ("user", "email", "name")
    ACCOUNT_INVITE = "account:invite", ("user",)
    ACCOUNT_ACCEPT = "account:accept", ("user",)
    ACCOUNT_RESET_ASK = "account:reset-ask", ("user",)
    ACCOUNT_PASSWORD = "account:password", ("user", "how")
    ACCOUNT_CHANGE = "account:change", ("user", "changes")
    ACCOUNT_DEACTIVATE = "account:deactivate", ("user",)
    ACCOUNT_ACTIVATE = "account:activate", ("user",)
    ACCOUNT_SIGN_IN = "account:sign-in", ("user",)
    ACCOUNT_SIGN_IN_FAIL = "account:sign-in-fail", ("user",)
    ROLE_GRANT = "role:grant", ("user", "role", "controller", "organisation", "municipality", "body", "valid_until")
    ROLE_REVOKE = "role:revoke", ("user", "role", "controller", "organisation", "municipality", "body")
    RESPONSIBILITY_CHANGE = "responsibility:change", ("controller", "municipality", "old", "new")
    PUBLICATION_PUBLISH = "publication:publish", ("publication", "slug", "number", "title", "note")
    PUBLICATION_WITHDRAW = "publication:withdraw", ("publication", "reason")
    PUBLICATION_NEWS = "publication:news", ("publication", "number", "told")
    SOLUTIONS_FOLLOW = "solutions:follow", ("fields", "mode", "corrections", "organisation")
    DECISION_TAKE = (
        "decision:take",
        ("decision", "reference", "body", "decided_on", "result", "wording", "votes", "amends", "how", "origin"),
    )
    DECISION_PROGRESS = "decision:progress", ("decision", "reference", "state", "note", "due_on")
    DECISION_MEASURE = "decision:measure", ("decision", "reference", "old", "new")
    CIRCULAR_DRAFT = "circular:draft", ("circular", "body", "title", "wording")
    CIRCULAR_START = "circular:start", ("circular", "reply_until", "ballots")
    CIRCULAR_ANSWER = "circular:answer", ("circular", "ballot", "choice", "comment", "by", "via")
    CIRCULAR_DEPUTY = "circular:deputy", ("circular", "ballot", "deputy")
    CIRCULAR_POST = "circular:post", ("circular", "person")
    CIRCULAR_CLOSE = "circular:close", ("circular", "state", "sentence")
    CIRCULAR_OFFER = "circular:offer", ("circular", "meeting")
    MEETING_SESSION = "meeting:session", ("what", "at", "note")
    MEETING_ATTENDANCE = "meeting:attendance", ("what", "person", "name", "at", "until", "old")
    MEETING_ITEM = "meeting:item", ("item", "title", "what", "note")
    MEETING_NOTES = "meeting:notes", ("item", "title", "what", "version", "text", "other")
    MEETING_VOTE = (
        "meeting:vote",
        ("vote", "item", "title", "what", "counts", "sentence", "names", "replaces", "before", "reason"),
    )
    STATISTICS_THRESHOLD = "statistics:threshold", ("old", "new")
    STATISTICS_RELEASE = "statistics:release", ("period", "threshold")
    BODY_CREATE = "body:create", ("body", "name", "formality", "decision")
    BODY_CHANGE = "body:change", ("body", "changes")
    BODY_END = "body:end", ("body", "ends_on", "reason")
    SEAT_ADD = "seat:add", ("body", "seat", "label", "right", "valid_from")
    SEAT_CHANGE = "seat:change", ("body", "seat", "label", "changes")
    SEAT_END = "seat:end", ("body", "seat", "label", "valid_until")
    SEAT_PLACE = "seat:place", ("body", "seat", "label", "person", "role", "rank", "valid_from", "valid_until")
    SEAT_LEAVE = "seat:leave", ("body", "seat", "label", "person", "role", "valid_until")
    OFFICER_APPOINT = "officer:appoint", ("body", "function", "person", "valid_from", "valid_until")
    OFFICER_END = "officer:end", ("body", "function", "person", "valid_until")
    PERSON_CREATE = "person:create", ("person", "values")
    PERSON_CHANGE = "person:change", ("person", "changes")
    PERSON_MERGE = "person:merge", ("person", "other")
    PERSON_DEACTIVATE = "person:deactivate", ("person",)
    PERSON_ACTIVATE = "person:activate", ("person",)
    MEETING_PLAN = "meeting:plan", ("body", "origin", "starts_at", "ends_at", "kind", "place", "video_url")
    MEETING_CHANGE = "meeting:change", ("changes", "sequence")
    AGENDA_CHANGE = "agenda:change", ("item", "what", "title", "changes")
    AGENDA_APPROVAL = "agenda:approval", ("what", "comment")
    PROPOSAL_CHANGE = "proposal:change", ("proposal", "what", "text")
    SERIES_CREATE = "series:create", ("series", "body", "rule", "meetings")
    SERIES_END = "series:end", ("series", "reason", "meetings")
    POLL_OPEN = "poll:open", ("poll", "body", "options", "people")
    POLL_ANSWER = "poll:answer", ("poll", "participant", "answers")
    POLL_REMIND = "poll:remind", ("poll", "people")
    POLL_CLOSE = "poll:close", ("poll", "meeting")
    ROOM_CHANGE = "room:change", ("room", "name", "active")
    RULEBOOK_ADOPT = "rulebook:adopt", ("body", "number", "valid_from", "title", "values")
    INVITEE_ADD = "invitee:add", ("invitee", "person", "seat", "role")
    INVITEE_REMOVE = "invitee:remove", ("invitee", "told")
    INVITEE_CHANNEL = "invitee:channel", ("invitee", "old", "new")
    INVITATION_ANSWER = "invitation:answer", ("invitee", "answer", "via")
    INVITATION_POST = "invitation:post", ("dispatch", "day", "letters")
    MEETING_DISPATCH = "meeting:dispatch", ("dispatch", "kind", "sequence", "mails", "letters")
    MEETING_SHORTEN = "meeting:shorten", ("reason",)
    FEED_RENEW = "feed:renew", ("person", "body")
    FEED_REVOKE = "feed:revoke", ("person", "body")
    MINUTES_DRAFT = "minutes:draft", ("blocks",)
    MINUTES_CHANGE = "minutes:change", ("block", "texts")
    MINUTES_REFRESH = "minutes:refresh", ("blocks",)
    MINUTES_HAND = "minutes:hand", ("version", "to")
    MINUTES_RETURN = "minutes:return", ("comment",)
    MINUTES_SIGN = "minutes:sign", ("version", "function", "person", "on_paper")
    MINUTES_UNSIGN = "minutes:unsign", ("version", "functions")
    MINUTES_SEND = "minutes:send", ("version", "dispatch", "recipients", "objections_until")
    MINUTES_POST = "minutes:post", ("to",)
    MINUTES_RESEND = "minutes:resend", ("person", "dispatch", "channel")
    MINUTES_OBJECT = "minutes:object", ("objection", "person", "via", "in_time", "text")
    MINUTES_ANSWER = "minutes:answer", ("objection", "how", "answer")
    MINUTES_ADDENDUM = "minutes:addendum", ("addendum", "number", "block", "text")
    MINUTES_SETTLE = "minutes:settle", ("how",)
    LETTER_DRAFT = "letter:draft", ("template", "number")
    LETTER_CHANGE = "letter:change", ("template", "blocks")
    LETTER_APPROVE = "letter:approve", ("template", "number", "law_status", "warnings")
    CAMPAIGN_UPLOAD = "campaign:upload", ("run", "number")
    CAMPAIGN_CHECK = "campaign:check", ("run", "counts")
    CAMPAIGN_PRINT = "campaign:print", ("run", "letters", "template", "law_status")
    CAMPAIGN_DOWNLOAD = "campaign:download", ("run",)
    CAMPAIGN_DELETE = "campaign:delete", ("run", "why", "files")
    WORK_START = "work:start", ("task", "kind", "subject")
    WORK_CANCEL = "work:cancel", ("task",)
    DIRECTORY_ENTER = "directory:enter", ("entry", "slug", "name", "organisation")
    DIRECTORY_CHANGE = "directory:change", ("entry", "slug", "via", "changes")
    DIRECTORY_CONFIRM = "directory:confirm", ("entry", "slug", "via")
    DIRECTORY_STATE = "directory:state", ("entry", "slug", "active", "reason")
    DIRECTORY_ASK = "directory:ask", ("entry", "slug", "reminder")
    DIRECTORY_MERGE = (
        "directory:merge",
        ("entry", "slug", "into", "organisation", "new_organisation", "checklists", "renamed"),
    )
    CHECKLIST_MOVE = "checklist:move", ("old", "new", "renamed")
    EDITION_BEGIN = "edition:begin", ("edition", "number", "based_on")
    EDITION_CHANGE = "edition:change", ("edition", "number", "part", "what", "changes")
    EDITION_DISCARD = "edition:discard", ("edition", "number")
    EDITION_PUBLISH = "edition:publish", ("edition", "number", "valid_from", "changes", "told")
    EDITION_WITHDRAW = "edition:withdraw", ("edition", "number", "reason", "instead", "lifted", "told")
    CHECKLIST_LIFT = "checklist:lift", ("old", "new", "review", "gone", "added", "erased", "questions")
    NATURALISATION_SETTINGS = "naturalisation:settings", ("changes",)
    CHECKLIST_BEGIN = "checklist:begin", ("edition", "pseudonym", "situation")
    CHECKLIST_ITEM = "checklist:item", ("item", "changes")
    CHECKLIST_SITUATION = "checklist:situation", ("changes", "route")
    CHECKLIST_TALK = "checklist:talk", ("talked_on",)
    CHECKLIST_RENAME = "checklist:rename", ("old", "new")
    CHECKLIST_ADVISER = "checklist:adviser", ("old", "new")
    CHECKLIST_SHARE = "checklist:share", ("share", "scope", "item")
    CHECKLIST_UNSHARE = "checklist:unshare", ("share",)
    CHECKLIST_MESSAGE = "checklist:message", ("message", "side", "item")
    CHECKLIST_HAND_OVER = "checklist:hand-over", ("number", "complete", "edition")
    CHECKLIST_MILESTONE = "checklist:milestone", ("number", "kind", "on")
    CHECKLIST_RETURN = "checklist:return", ("number", "reason", "gaps")
    CHECKLIST_KEEP = "checklist:keep", ("old", "new")
    CHECKLIST_ERASE = "checklist:erase", ("how", "counts")
    BRIEFING_PLAN = "briefing:plan", ("briefing", "starts_at", "edition")
    BRIEFING_CHANGE = "briefing:change", ("briefing", "changes")
    BRIEFING_INVITE = "briefing:invite", ("briefing", "people")
    BRIEFING_CANCEL = "briefing:cancel", ("briefing", "reason", "people")
    BRIEFING_REGISTER = "briefing:register", ("briefing", "place", "by_office")
    BRIEFING_LEAVE = "briefing:leave", ("briefing", "place", "by_office")
    BRIEFING_ATTEND = "briefing:attend", ("briefing", "attended", "absent")
    BRIEFING_FORGET = "briefing:forget", ("briefing", "people")
    FIGURES_TAKE = "figures:take", ("what", "threshold")
    PROFILE_LOAD = "profile:load", ("profile", "version", "new", "changed")
    PROCESS_PUBLISH = "process:publish", ("process", "version", "hash")

    def __init__(self, text: str, keys: tuple[str, ...]) -> None:
        self.text = text
        self.keys = frozenset(keys)


BY_TEXT = {tag.text: tag for tag in Tag}


@dataclass(frozen=True)
class Erasable:
    """A value that stands apart from the chain, which holds only its salted digest.

    ``personal`` marks what is erased with the reporter's contact; other free text lives as long as the record.
    """

    value: Any
    personal: bool = False


def record(
    session: Session,
    actor: Actor,
    now: datetime,
    tag: Tag,
    *,
    about: Record | None = None,
    controller_id: int | None = None,
    **payload: Any,
) -> Event:
    """Appends one event to the chain inside the current transaction and returns it.

    Every key declared by ``tag`` has to be given, and no other (ValueError). Values are JSON or :class:`Erasable`.
    """
    if payload.keys() != tag.keys:
        raise ValueError(f"{tag.text} wants {sorted(tag.keys)}, got {sorted(payload)}")
    apart: list[EventValue] = []
    text = canonical(dict(_set_apart(payload, "", apart)))
    head = _locked_head(session, now)
    event = Event(
        seq=head.count + 1,
        at=now.astimezone(UTC).isoformat(timespec="microseconds"),
        actor_id=actor.user_id,
        actor_kind=actor.kind,
        controller_id=controller_id if controller_id is not None else (about.controller_id if about else None),
        record_id=about.id if about else None,
        tag=tag.text,
        payload=text,
        previous_hash=head.hash,
    )
    event.hash = digest_of(event)
    event.values = apart
    session.add(event)
    head.count, head.hash, head.changed_at = event.seq, event.hash, now
    return event


def payload_of(event: Event) -> dict[str, Any]:
    """The payload with the values that stand apart put back; an erased one is None."""
    payload = json.loads(event.payload)
    for value in event.values:
        target, *path = [payload, *value.key.split("\x1f")]
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = value.value
    return dict(payload)


def canonical(value: Any) -> str:
    """JSON with one spelling only, so that the same value always has the same hash (RFC 8785 in spirit)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(event: Event) -> str:
    """SHA-256 over everything the event says and the hash of the one before."""
    columns = (
        event.seq,
        event.at,
        event.actor_id,
        event.actor_kind,
        event.controller_id,
        event.record_id,
        event.tag,
        event.payload,
        event.previous_hash,
    )
    return hashlib.sha256(canonical(columns).encode()).hexdigest()


def value_digest(salt: str, value: Any) -> str:
    """The salted digest that the chain holds in place of an erasable value."""
    return hashlib.sha256(f"{salt}\x1f{canonical(value)}".encode()).hexdigest()


def _set_apart(payload: Mapping[str, Any], prefix: str, apart: list[EventValue]) -> Iterator[tuple[str, Any]]:
    for key, value in payload.items():
        path = f"{prefix}{key}"
        if isinstance(value, Erasable):
            salt = secrets.token_hex(16)
            apart.append(EventValue(key=path, salt=salt, value=value.value, personal=value.personal))
            yield key, {"digest": value_digest(salt, value.value)}
        elif isinstance(value, Mapping):
            yield key, dict(_set_apart(value, f"{path}\x1f", apart))
        else:
            yield key, value


def _locked_head(session: Session, now: datetime) -> ChainHead:
    """The end of the chain, read once a transaction; the unit of work forgets it at the end."""
    head: ChainHead | None = session.info.get(HEAD)
    if head is None:
        head = session.scalar(select(ChainHead).with_for_update())
    if head is None:
        head = ChainHead(id=1, count=0, hash=GENESIS, changed_at=now)
        session.add(head)
    session.info[HEAD] = head
    return head
