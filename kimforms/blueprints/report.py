"""Reporting without an account, and what everybody who reports sees: start, notice, confirmation, receipt.

Nothing of an open form is stored on the server unless the person asks for it: all input travels with the form itself.
``report_drafts`` serves people with an account, ``report_status`` those who come back.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request, session, url_for
from flask_wtf.csrf import CSRFError

from ..documents.paper import paragraphs
from ..engine.text import pick
from ..extensions import db
from ..forms import report as flow
from ..models import Record
from ..permissions import ANYONE
from ..services import drafts, receipts, reporting
from ..services.catalogues import catalogues
from ..services.queries import reporting as queries
from ..services.refusals import InputRefused, NotVisible, TooMany
from ..services.unit_of_work import unit_of_work
from . import access
from .accounts import base_url
from .fresh_form import fresh_form
from .rendering import language, page, refusal_page, see_other, t, wants_fragment
from .report_pages import (
    Case,
    Desk,
    Notice,
    circumstances,
    draft_title,
    show,
    show_review,
    too_long_notice,
    visitor,
    with_news,
)

blueprint = Blueprint("report", __name__)
DONE = "report_done"
SAVED = "report_saved"
KEEPS_CODE = frozenset({"report.done", "report.receipt"})


@blueprint.before_app_request
def _forget_code() -> None:
    """The retrieval code is shown once: whoever goes on to another page has left it (the page says so)."""
    done = session.get(DONE)
    if done and done.get("code") and request.endpoint not in KEEPS_CODE and request.endpoint is not None:
        session[DONE] = {"reference": done["reference"], "gone": True}


@blueprint.get("/report")
@access.public("advisers of welfare associations hold no account; the process itself says who may report")
def start() -> Response:
    """What the form is for, how long it takes, and the drafts of a person with account."""
    offer = _offered()
    definition = offer.definition
    actor = reporting.reporter_of(access.current_actor(), definition, offer.controller_id)
    own = queries.drafts_of(db.session(), actor) if actor.user_id is not None else []
    return page("report/start.html", definition=definition, account=actor.user_id is not None,
                drafts=own[:3])  # fmt: skip


@blueprint.get("/report/form")
@access.public("the form itself, see start")
def begin() -> Response:
    """The first step of a new form; people with account are led to one that saves itself."""
    offer = _offered()
    definition = offer.definition
    actor = reporting.reporter_of(access.current_actor(), definition, offer.controller_id)
    if actor.user_id is not None:
        return see_other("report.start")
    case = Case(offer, definition, flow.FormState(key=flow.new_key()), _desk())
    if access.current_actor().user_id is not None:  # an account without the role: its page bears a name
        return show(case, case.next_page())
    lists = catalogues(db.session())
    return fresh_form(offer.content_hash, lists, case.state.key, lambda: show(case, case.next_page()))


@blueprint.get("/report/form/steps/<step_id>")
@access.public("the form itself, see start")
def again(**_place: str) -> Response:
    """The address of a page that a POST gave, opened without its input, for example from a bookmark."""
    return see_other("report.begin")


@blueprint.post("/report/form/steps/<step_id>")
@access.public("the form itself, see start")
def fill(step_id: str) -> Response:
    """Every button of the form: the next step, another one, saving, sending."""
    case = _posted(step_id)
    if flow.too_long(case.state):
        case.state.action = "refresh"
        return _again(show(case, case.next_page(), too_long_notice(), 422))
    if case.state.action == "submit":
        return _send(case)
    if case.state.action == "save":
        return _keep(case)
    return _again(show(case, case.next_page()))


@blueprint.post("/report/form/refresh")
@access.public("the form itself, see start")
def refresh() -> Response:
    """The questions of the step anew, after an answer that others depend on; nothing is stored."""
    case = _posted()
    case.state.action = "refresh"
    return _again(show(case, with_news(case.next_page(), case.state)))


@blueprint.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> Response:
    """The browser no longer has the session that the form was opened in: what was typed is shown, to be sent anew."""
    if request.endpoint != "report.fill":
        sentence = t("Bitte laden Sie die Seite neu. Ihre Eingaben stehen noch da.",
                     "Please reload the page. What you typed is still there.")  # fmt: skip
        return refusal_page(400, sentence)
    case = _posted()
    case.state.action = "refresh" if case.state.step else flow.CHECK
    notice = Notice("warning", t("Bitte senden Sie noch einmal", "Please send again"), t(
        "Die Seite war lange offen, oder Ihr Browser hat das Cookie verworfen. Es ist nichts verloren: Ihre Angaben "
        "stehen unten. Drücken Sie den Knopf einfach noch einmal.",
        "The page was open for a long time, or your browser dropped the cookie. Nothing is lost: your answers are "
        "below. Just press the button again."))  # fmt: skip
    return _again(show(case, case.next_page(), notice, 400))


@blueprint.get("/report/resume/<string:token>")
@access.public("the secret link is the proof; it opens one unfinished form")
def resume(token: str) -> Response:
    """An unfinished form behind its secret link."""
    draft = drafts.draft_behind(db.session(), access.now(), token, language=language())
    offer = queries.offer_of(db.session(), draft.version_id)
    state = flow.FormState(raw=drafts.input_of(draft), visited=list(draft.done_steps), key=draft.submission_key,
                           step=draft.step, token=token)  # fmt: skip
    notice = Notice("info", t("Ihr Entwurf", "Your draft"), t(
        "So haben Sie das Formular zwischengespeichert. Änderungen bewahren wir erst auf, wenn Sie wieder "
        "„Zwischenspeichern“ wählen.",
        "This is how you saved the form. Changes are kept only when you choose “Save for later” again."))  # fmt: skip
    case = Case(offer, offer.definition, state, _desk())
    return show(case, case.next_page(), notice)


@blueprint.get("/report/saved")
@access.public("shows a secret link once to the browser that asked for it")
def saved() -> Response:
    """The secret link of a form that was just saved; shown once."""
    token = session.pop(SAVED, None)
    if token is None:
        return see_other("report.start")
    days = drafts.WITHOUT_ACCOUNT.days
    link = f"{base_url()}/report/resume/{token}"  # never from the Host header, which anybody may set
    return page("report/saved.html", link=link, path=url_for("report.resume", token=token), days=days,
                until=access.now() + drafts.WITHOUT_ACCOUNT)  # fmt: skip


@blueprint.get("/report/done")
@access.public("shows the reference of the report that this browser has just sent")
def done() -> Response:
    """The confirmation: reference, retrieval code once, what happens next."""
    known = session.get(DONE)
    if not known:
        return see_other("report.start")
    return page("report/done.html", known=known, account=access.current_actor().user_id is not None)


@blueprint.get("/report/receipt.pdf")
@access.public("the receipt of the report that this browser has just sent")
def receipt() -> Response:
    """The same as a PDF."""
    known = session.get(DONE)
    record = queries.record_by_reference(db.session(), known["reference"]) if known else None
    if record is None or known.get("gone"):
        raise NotVisible(t(
            "Die Eingangsbestätigung gibt es nur direkt nach dem Absenden. Den Stand sehen Sie weiterhin mit "
            "Vorgangsnummer und Abrufcode.",
            "The confirmation is available only right after sending. You can still see the state with reference and "
            "retrieval code."))  # fmt: skip
    pdf = receipts.receipt_pdf(db.session(), record, known.get("code"), language=language())
    response = make_response(pdf)
    response.headers["Content-Type"] = "application/pdf"
    name = t("Eingangsbestaetigung", "Receipt")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{record.reference}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/report/privacy")
@access.public("Art. 13 GDPR: the notice is open to everybody")
def privacy() -> Response:
    """The privacy notice of the form."""
    notice = _offered().definition.notice
    if notice is None:
        return see_other("pages.privacy")
    return page("report/privacy.html", title=pick(notice.title, language()), notice=notice,
                parts=paragraphs(pick(notice.text, language())))  # fmt: skip


def remember(record: Record, code: str | None) -> Response:
    """303 to the confirmation; reference and code stand in the browser's own signed cookie until the page is left."""
    session[DONE] = {"reference": record.reference, "code": code}
    return see_other("report.done")


def _send(case: Case) -> Response:
    state, about = case.state, circumstances()
    if state.trap:
        return _again(show_review(case, _trap_notice(), 422))
    try:
        with unit_of_work() as work:
            sent = reporting.submit_report(
                work, ANYONE, access.now(), version_id=case.version.id, raw=state.raw,
                key=state.key, visitor=visitor(), catalogues=about.catalogues, language=about.language,
            )  # fmt: skip
            return remember(sent.record, sent.code)
    except InputRefused:
        return _again(show_review(case, status=422))
    except TooMany as refused:
        return _again(show_review(case, _slow_notice(refused), 429))


def _keep(case: Case) -> Response:
    state = case.state
    try:
        with unit_of_work() as work:
            visitor().slow_down(work, access.now(), "report-draft", reporting.DRAFTS_AN_HOUR)
            session[SAVED] = drafts.keep_for_link(
                work, access.now(), version=case.version, key=state.key, token=state.token, raw=state.raw,
                step=state.step, visited=state.visited, title=draft_title(case.definition, state),
            )  # fmt: skip
    except TooMany as refused:
        state.action = "refresh"
        return _again(show(case, case.next_page(), _slow_notice(refused), 429))
    return see_other("report.saved")


def _offered(version_id: int | None = None) -> queries.Offer:
    try:
        return queries.offered(db.session(), version_id=version_id)
    except NotVisible:
        if version_id is None:
            raise
    return queries.offered(db.session())


def _posted(step_id: str | None = None) -> Case:
    """The form as it was posted, in the version that its page was made for. Public processes only."""
    asked = request.form.get("_version", "")
    offer = _offered(int(asked) if asked.isdecimal() and len(asked) < 10 else None)
    definition = offer.definition
    if not definition.access.create.public:
        raise NotVisible()
    items = [*request.form.items(multi=True), *([("_step", step_id)] if step_id else [])]
    return Case(offer, definition, flow.read_state(definition, items, None), _desk())


def _desk() -> Desk:
    return Desk(
        lambda step: url_for("report.fill", step_id=step), url_for("report.refresh"), False, url_for("report.start")
    )


def _again(response: Response) -> Response:
    """Lets the browser keep the page that answers a POST, so that "back" shows it with everything typed."""
    if not wants_fragment():
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _trap_notice() -> Notice:
    return Notice("warning", t("Bitte senden Sie noch einmal", "Please send again"), t(
        "Ein verstecktes Feld, das leer bleiben muss, war ausgefüllt. Manche Browser tun das von selbst. Wir haben es "
        "geleert und nichts verworfen: Drücken Sie noch einmal auf „Absenden“.",
        "A hidden field that has to stay empty was filled in. Some browsers do that by themselves. We have emptied it "
        "and dropped nothing: press “Send” once more."))  # fmt: skip


def _slow_notice(refused: TooMany) -> Notice:
    return Notice("warning", t("Im Moment kommt zu viel von Ihrer Adresse", "Too much comes from your address now"), t(
        f"{refused.sentence} Ihre Angaben sind nicht verloren: Lassen Sie diese Seite offen.",
        f"Please try again in {max(1, -(-refused.retry_after // 60))} minutes. Your answers are not lost: leave this "
        "page open."))  # fmt: skip
