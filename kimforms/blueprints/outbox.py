"""The outbox: every mail the program wrote, where it stands, and what a person may do when it got stuck."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, current_app, flash, make_response, request, send_file, url_for

from ..extensions import db
from ..forms.outbox import discard_form, filter_form, kind_words, note_words, part_words, status_words
from ..services import delivery, mail_parts, unsent
from ..services.file_store import FileStore
from ..services.queries import outbox
from ..services.refusals import NotPermitted
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import page, see_other, t

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")

MOST = 2**63 - 1  # what a database key can hold
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'"
TONES = {"queued": "info", "sending": "info", "sent": "success", "uncertain": "warning", "dead": "danger"}


@blueprint.get("")
@access.requires("outbox:read")
def index() -> Response:
    """The list, newest first; filters and position are in the address."""
    form = filter_form(t, request.args)
    filters = outbox.Filters(form.status.data or "", form.kind.data or "", (form.q.data or "")[:200])
    actor = access.current_actor()
    before, after = _number("before"), _number("after")
    found = outbox.messages(db.session(), actor, filters, before=before, after=after)
    return page(
        "outbox/index.html",
        "outbox/_list.html",
        form=form,
        found=found,
        stuck=outbox.stuck(db.session(), actor),
        waits=unsent.waits(db.session(), actor),
        filtered=bool(filters.status or filters.kind or filters.text),
        newer_url=_turned(form, after=found.newer),
        older_url=_turned(form, before=found.older),
        **_words(),
    )


@blueprint.get(f"/<int(max={MOST}):message_id>")
@access.requires("outbox:read")
def show(message_id: int) -> Response:
    """One mail with its recipients."""
    message = outbox.message(db.session(), access.current_actor(), message_id)
    return page("outbox/show.html", message=message, **_words())


@blueprint.get(f"/<int(max={MOST}):message_id>/html")
@access.requires("outbox:content")
def html_part(message_id: int) -> Response:
    """The HTML part as a mail program shows it; the browser is told to run and load nothing."""
    message = outbox.message(db.session(), access.current_actor(), message_id)
    if message.html is None:
        raise NotPermitted()
    response = make_response(message.html)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


@blueprint.get(f"/<int(max={MOST}):message_id>/parts/<int(max={MOST}):part_id>")
@access.requires("outbox:content")
def part(message_id: int, part_id: int) -> Response:
    """A calendar object or file of a mail, to be saved; the browser never opens it inside this site."""
    line, content = mail_parts.open_part(
        db.session(),
        access.current_actor(),
        message_id=message_id,
        part_id=part_id,
        store=FileStore(current_app.config["SETTINGS"].data_dir / "files"),
        mask=outbox.without_secrets,
    )
    file = BytesIO(content) if isinstance(content, bytes) else content
    response = send_file(file, mimetype=line.media_type, as_attachment=True, download_name=line.name, etag=False)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get(f"/deliveries/<int(max={MOST}):delivery_id>/retry")
@access.requires("outbox:retry")
def ask_retry(delivery_id: int) -> Response:
    """Asks before a mail goes out that may have arrived already."""
    found = delivery.delivery_to_change(db.session(), access.current_actor(), delivery_id)
    message = outbox.message(db.session(), access.current_actor(), found.message_id)
    line = next(one for one in message.deliveries if one.id == delivery_id)
    return page("outbox/retry.html", message=message, line=line, **_words())


@blueprint.post(f"/deliveries/<int(max={MOST}):delivery_id>/retry")
@access.requires("outbox:retry")
def retry(delivery_id: int) -> Response:
    """Puts a stuck delivery back into the queue."""
    sure = request.form.get("sure") == "yes"
    with unit_of_work() as session:
        found = delivery.delivery_to_change(session, access.current_actor(), delivery_id)
        delivery.retry(session, access.current_actor(), access.now(), found, sure=sure)
        message_id = found.message_id
    flash(t("Die Nachricht wird noch einmal gesendet.", "The message will be sent again."), "success")
    return see_other("outbox.show", message_id=message_id)


@blueprint.post(f"/deliveries/<int(max={MOST}):delivery_id>/settle")
@access.requires("outbox:retry")
def settle(delivery_id: int) -> Response:
    """Closes a stuck delivery that needs nothing more."""
    with unit_of_work() as session:
        found = delivery.delivery_to_change(session, access.current_actor(), delivery_id)
        delivery.settle(session, access.current_actor(), access.now(), found)
        message_id = found.message_id
    flash(t("Die Zustellung ist als erledigt markiert.", "The delivery is marked as settled."), "success")
    return see_other("outbox.show", message_id=message_id)


@blueprint.get(f"/deliveries/<int(max={MOST}):delivery_id>/discard")
@access.requires("outbox:retry")
def ask_discard(delivery_id: int) -> Response:
    """Asks before a waiting mail is kept back for good."""
    found = delivery.delivery_to_change(db.session(), access.current_actor(), delivery_id)
    message = outbox.message(db.session(), access.current_actor(), found.message_id)
    line = next(one for one in message.deliveries if one.id == delivery_id)
    return page("outbox/discard.html", message=message, line=line, **_words())


@blueprint.post(f"/deliveries/<int(max={MOST}):delivery_id>/discard")
@access.requires("outbox:retry")
def discard(delivery_id: int) -> Response:
    """Keeps a waiting mail back for good."""
    with unit_of_work() as session:
        found = delivery.delivery_to_change(session, access.current_actor(), delivery_id)
        delivery.discard(session, access.current_actor(), access.now(), found)
        message_id = found.message_id
    flash(t("Die Nachricht wird nicht gesendet.", "The message will not be sent."), "success")
    return see_other("outbox.show", message_id=message_id)


@blueprint.get("/discard")
@access.requires("outbox:retry")
def ask_discard_old() -> Response:
    """Asks from which day on waiting mails stay, and says how many older ones would be discarded."""
    asked = "before" in request.args
    form = discard_form(t, request.args if asked else None, access.today())
    if asked and not form.validate():
        return page("outbox/discard_old.html", form=form, count=None, status=422)
    count = unsent.count_before(db.session(), access.current_actor(), form.before.day) if asked else None
    return page("outbox/discard_old.html", form=form, count=count)


@blueprint.post("/discard")
@access.requires("outbox:retry")
def discard_old() -> Response:
    """Keeps all older waiting mails back for good."""
    form = discard_form(t, request.form, access.today())
    if not form.validate():
        return page("outbox/discard_old.html", form=form, count=None, status=422)
    with unit_of_work() as session:
        count = unsent.discard_before(session, access.current_actor(), access.now(), form.before.day)
    one, many = (
        t("Eine Nachricht ist verworfen.", "One message has been discarded."),
        t("%s Nachrichten sind verworfen.", "%s messages have been discarded."),
    )
    flash(one if count == 1 else many % count, "success")
    return see_other("outbox.index")


def _words() -> dict[str, object]:
    sends = bool(current_app.config["SETTINGS"].smtp_url)
    words = {"statuses": status_words(t), "kinds": kind_words(t), "notes": note_words(t), "part_kinds": part_words(t)}
    return {**words, "tones": TONES, "sends": sends}


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _turned(form: object, **position: int | None) -> str | None:
    """The address of a neighbouring page with the same filters; None when there is none."""
    if None in position.values():
        return None
    kept = {name: value for name, value in form.data.items() if value}  # type: ignore[attr-defined]
    return url_for("outbox.index", **kept, **position)
