"""A person with an account who gets a seat or a function may sign in as a member of the body."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...models import Body, Person, User
from ...permissions import Actor, Grant
from ..roles import as_grant, put_grant

MEMBER = "member"
READERS = ("office", "coordinator")


def give_member_role(session: Session, actor: Actor, now: datetime, body: Body, person: Person) -> bool:
    """Gives the role of a member of this body to the account of the person; False when there is nothing to give.

    Whoever coordinates or keeps the office reads everything already. The grant is recorded like any other role. Taking
    it back is for the administration of accounts: what a member sees of meetings ends with the seat anyway, what was
    shared with the whole body does not.
    """
    if person.user_id is None:
        return False
    user = session.get_one(User, person.user_id)
    wanted = Grant(MEMBER, body.controller_id, person.organisation, None, body.slug)
    held = [as_grant(one) for one in user.grants if one.valid_until is None or one.valid_until >= now.date()]
    if any(one.role in READERS and one.controller_id == body.controller_id for one in held):
        return False
    if any(one.role == MEMBER and (one.controller_id, one.body) == (body.controller_id, body.slug) for one in held):
        return False
    put_grant(session, actor, now, user, wanted)
    return True
