"""Tables, one file an aggregate. Importing this package makes all of them known to SQLAlchemy and Alembic."""

from .accounts import HeldInput, OneTimeToken, RateWindow, Responsibility, RoleGrant, User
from .audit import ChainHead, Event, EventValue
from .bodies import Officer, Person, Room, Rulebook, Seat, SeatHolder, TextModule
from .catalogue import Body, CatalogueEntry, Controller, Municipality, Organisation
from .circular import CircularBallot, CircularVote
from .decisions import Decision, DecisionProgress, ThemeMerge
from .full_text import POSTGRESQL as POSTGRESQL
from .invitations import (
    DatePoll,
    DatePollOption,
    DatePollParticipant,
    Dispatch,
    DispatchRecipient,
    InboundMail,
    Invitee,
    ReplyLink,
)
from .meetings import AgendaItem, AgendaPaper, AgendaProposal, Exclusion, Meeting, MeetingSeries, Presence, Vote
from .minutes import Minutes, MinutesAddendum, MinutesObjection, MinutesSignature, MinutesVersion
from .outbox import Delivery, DigestItem, MessagePart, OutboxMessage
from .processes import NumberSequence, Process, ProcessVersion
from .publishing import FieldFollow, NewsSent, Publication, PublicationFile, PublicationIssue, PublicationTag
from .records import (
    Draft,
    Record,
    RecordContact,
    RecordDeadline,
    RecordFacet,
    RecordLink,
    RecordSearch,
    Share,
    TransitionApproval,
)
from .settings import Setting
from .similarity import SimilarityEntry, SimilarityVerdict
from .views import SavedView
from .work import Attachment, Blob, Comment, Follow, Mention, Question, ReadLog, Task

__all__ = [
    "AgendaItem",
    "AgendaPaper",
    "AgendaProposal",
    "Attachment",
    "Blob",
    "Body",
    "CatalogueEntry",
    "ChainHead",
    "CircularBallot",
    "CircularVote",
    "Comment",
    "Controller",
    "DatePoll",
    "DatePollOption",
    "DatePollParticipant",
    "Decision",
    "DecisionProgress",
    "Delivery",
    "DigestItem",
    "Dispatch",
    "DispatchRecipient",
    "Draft",
    "Event",
    "EventValue",
    "Exclusion",
    "FieldFollow",
    "Follow",
    "HeldInput",
    "InboundMail",
    "Invitee",
    "Meeting",
    "MeetingSeries",
    "Mention",
    "MessagePart",
    "Minutes",
    "MinutesAddendum",
    "MinutesObjection",
    "MinutesSignature",
    "MinutesVersion",
    "Municipality",
    "NewsSent",
    "NumberSequence",
    "Officer",
    "OneTimeToken",
    "Organisation",
    "OutboxMessage",
    "Person",
    "Presence",
    "Process",
    "ProcessVersion",
    "Publication",
    "PublicationFile",
    "PublicationIssue",
    "PublicationTag",
    "Question",
    "RateWindow",
    "ReadLog",
    "Record",
    "RecordContact",
    "RecordDeadline",
    "RecordFacet",
    "RecordLink",
    "RecordSearch",
    "ReplyLink",
    "Responsibility",
    "RoleGrant",
    "Room",
    "Rulebook",
    "SavedView",
    "Seat",
    "SeatHolder",
    "Setting",
    "Share",
    "SimilarityEntry",
    "SimilarityVerdict",
    "Task",
    "TextModule",
    "ThemeMerge",
    "TransitionApproval",
    "User",
    "Vote",
]
