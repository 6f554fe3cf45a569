"""Tables, one file an aggregate. Importing this package makes all of them known to SQLAlchemy and Alembic."""

from .accounts import HeldInput, OneTimeToken, RateWindow, Responsibility, RoleGrant, User
from .audit import ChainHead, Event, EventValue
from .catalogue import Body, CatalogueEntry, Controller, Municipality, Organisation
from .decisions import Decision, ThemeMerge
from .full_text import POSTGRESQL as POSTGRESQL
from .outbox import Delivery, DigestItem, OutboxMessage
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
    "Attachment",
    "Blob",
    "Body",
    "CatalogueEntry",
    "ChainHead",
    "Comment",
    "Controller",
    "Decision",
    "Delivery",
    "DigestItem",
    "Draft",
    "Event",
    "EventValue",
    "FieldFollow",
    "Follow",
    "HeldInput",
    "Mention",
    "Municipality",
    "NewsSent",
    "NumberSequence",
    "OneTimeToken",
    "Organisation",
    "OutboxMessage",
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
    "Responsibility",
    "RoleGrant",
    "SavedView",
    "Setting",
    "Share",
    "SimilarityEntry",
    "SimilarityVerdict",
    "Task",
    "ThemeMerge",
    "TransitionApproval",
    "User",
]
