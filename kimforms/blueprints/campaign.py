"""Waves of campaign letters: list, upload, columns, check, preview, printing, download, deletion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, request

from ..extensions import db
from ..forms.campaign import chosen_columns, columns_form, reading_form, upload_form
from ..models import CampaignRun
from ..services.campaign import deleting, mapping, printing, reading, runs, templates
from ..services.campaign.access import is_on, own_office, own_run, runs_of
from ..services.campaign.composing import obstacles
from ..services.campaign.keeping import Vault, vault_of
from ..services.campaign.letter_texts import letter
from ..services.naturalisation_office import settings_of
from ..services.refusals import InputRefused, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, progress
from .rendering import page, see_other, t

blueprint = Blueprint("campaign", __name__, url_prefix="/campaign")

MOST = 2**63 - 1
RUN = f"/runs/<int(max={MOST}):run_id>"


@blueprint.get("")
@access.requires("campaign:work")
def index() -> Response:
    """The waves of the reader's office; while the switch is off, why it is and what it takes."""
    session, now = db.session(), access.now()
    office = own_office(session, access.current_actor())
    settings, version = settings_of(session, office.id, now), templates.approved(session, office.id)
    return page(
        "campaign/index.html", office=office, on=is_on(settings), runs=runs_of(session, office.id), states=state_words(),
        version=version, obstacles=obstacles(session, now, office, version) if version else [], rules=letter().rules,
    )  # fmt: skip


@blueprint.route("/runs/new", methods=["GET", "POST"])
@access.requires("campaign:work")
def new() -> Response:
    """The upload of a list."""
    session, actor, now = db.session(), access.current_actor(), access.now()
    office = own_office(session, actor)
    settings = settings_of(session, office.id, now)
    form = upload_form(t)
    if request.method != "POST" or not is_on(settings):
        return page("campaign/new.html", status=409 if request.method == "POST" else 200, form=form, on=is_on(settings),
                    days=settings.run_days)  # fmt: skip
    if form.validate():
        try:
            prepared = runs.prepare(_uploaded(form))
            with unit_of_work() as session:
                run = runs.begin(session, actor, now, own_office(session, actor).id, prepared, *_place())
            return see_other(".columns", run_id=run.id)
        except InputRefused as refused:
            _show_errors(form, refused)
    return page("campaign/new.html", status=422, form=form, on=True, days=settings.run_days)


@blueprint.get(RUN)
@access.requires("campaign:work")
def show(run_id: int) -> Response:
    """One wave: where it stands and what comes next."""
    session, actor = db.session(), access.current_actor()
    run = own_run(session, actor, run_id)
    now, version = access.now(), templates.approved(session, run.controller_id)
    bar = progress.bar(run.task) if run.task is not None and run.state in ("working", "stopped") else {}
    hinders = obstacles(session, now, own_office(session, actor), version) if version and run.state == "checked" else []
    return page(
        "campaign/show.html", run=run, states=state_words(), bar=bar, version=version, obstacles=hinders,
        on=is_on(settings_of(session, run.controller_id, now)), **bar,
    )  # fmt: skip


@blueprint.route(f"{RUN}/columns", methods=["GET", "POST"])
@access.requires("campaign:work")
def columns(run_id: int) -> Response:
    """Which column holds what, with the first rows; sending it checks the list."""
    session, actor = db.session(), access.current_actor()
    run = own_run(session, actor, run_id)
    runs.require_before_printing(run)
    vault = _vault(run)
    form, names, rows = _columns_form(run, vault)
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                runs.check(
                    session, actor, access.now(), own_run(session, actor, run_id), vault, sheet=int(run.reading["sheet"]),
                    header=bool(run.reading["header"]), columns=chosen_columns(form, mapping.PARTS),
                )  # fmt: skip
            return see_other(".show", run_id=run_id)
        except InputRefused as refused:
            _show_errors(form, refused)
    how = reading_form(t, run.reading, reading.ENCODINGS, reading.SEPARATORS, bool(run.reading["header"]))
    return page("campaign/columns.html", status=422 if form.errors else 200, run=run, form=form, how=how, names=names,
                rows=rows[: runs.PREVIEW_ROWS], needed=mapping.NEEDED)  # fmt: skip


@blueprint.post(f"{RUN}/reading")
@access.requires("campaign:work")
def read_again(run_id: int) -> Response:
    """Reads the file once more, as the person says: encoding, separator, sheet, headings."""
    actor = access.current_actor()
    with unit_of_work() as session:
        run = own_run(session, actor, run_id)
        form = reading_form(t, run.reading, reading.ENCODINGS, reading.SEPARATORS, False)
        chosen = {name: str(form[name].data or "") for name in ("encoding", "separator", "sheet") if name in form}
        runs.read_again(run, _vault(run), encoding=chosen.get("encoding", ""), separator=chosen.get("separator", ""))
        sheet = chosen.get("sheet", "0")
        known = sheet.isascii() and sheet.isdigit() and len(sheet) < 3 and int(sheet) < len(run.reading["sheets"])
        run.reading = {**run.reading, "header": bool(form.header.data), "sheet": int(sheet) if known else 0}
    return see_other(".columns", run_id=run_id)


@blueprint.get(f"{RUN}/preview.pdf")
@access.requires("campaign:work")
def preview(run_id: int) -> Response:
    """The first letter of the list as it will be printed."""
    session = db.session()
    run = own_run(session, access.current_actor(), run_id)
    return pdf_response(printing.preview(session, access.now(), run, _vault(run)))


@blueprint.post(f"{RUN}/print")
@access.requires("campaign:work")
def begin_printing(run_id: int) -> Response:
    """Hands the run to the worker."""
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            run = own_run(session, actor, run_id)
            printing.start(session, actor, access.now(), run, _vault(run))
    except StepRefused as refused:  # the wave stays as it is: what is missing is to be mended elsewhere
        flash(refused.sentence, "danger")
        return see_other(".show", run_id=run_id)
    flash(t("Die Briefe werden jetzt erstellt.", "The letters are being made."), "success")
    return see_other(".show", run_id=run_id)


@blueprint.get(f"{RUN}/letters.pdf")
@access.requires("campaign:work")
def download(run_id: int) -> Response:
    """All letters as one PDF; noted as downloaded when its last byte went out."""
    actor, now, session = access.current_actor(), access.now(), db.session()
    run = own_run(session, actor, run_id)
    blocks, size = deleting.letters(run, _vault(run))
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def whole() -> Iterator[bytes]:
        yield from blocks
        with app.app_context(), unit_of_work() as session:
            deleting.note_download(session, now, actor, run_id)

    response = Response(whole(), mimetype="application/pdf")
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="anschreiben-{run.number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route(f"{RUN}/delete", methods=["GET", "POST"])
@access.requires("campaign:work")
def delete(run_id: int) -> Response:
    """Deletes addresses and letters for good, after a question."""
    actor, place = access.current_actor(), _place()[0]
    run = own_run(db.session(), actor, run_id)
    if request.method != "POST":
        return page("campaign/delete.html", run=run)
    with unit_of_work() as session:
        run = own_run(session, actor, run_id)
        deleting.delete(session, actor, access.now(), run, place, why="downloaded" if run.downloaded_at else "asked")
    with unit_of_work() as session:
        deleting.sweep(session, place)
    flash(t("Die Anschriften und Briefe sind gelöscht.", "The addresses and letters are deleted."), "success")
    return see_other(".show", run_id=run_id)


def state_words() -> dict[str, tuple[str, str]]:
    """States of a wave with their tones."""
    return {
        "uploaded": (t("Spalten zuordnen", "Assign columns"), "info"),
        "mapped": (t("kein Brief übrig", "no letter left"), "warning"),
        "checked": (t("geprüft", "checked"), "info"),
        "working": (t("wird erstellt", "being made"), "info"),
        "ready": (t("zum Herunterladen bereit", "ready to download"), "success"),
        "stopped": (t("angehalten", "stopped"), "warning"),
        "deleted": (t("Anschriften gelöscht", "addresses deleted"), "neutral"),
    }


def pdf_response(content: bytes) -> Response:
    """A PDF that no browser keeps."""
    response = make_response(content)
    response.headers.update({"Content-Type": "application/pdf", "Cache-Control": "private, no-store"})
    return response


def _uploaded(form: Any) -> runs.Upload:
    files = {name: form[name].data for name in ("file", "block_list")}
    content = {name: file.read() if file is not None and hasattr(file, "read") else b"" for name, file in files.items()}
    words = {name: str(form[name].data or "") for name in ("title", "criteria", "source")}
    return runs.Upload(**words, content=content["file"], block_list=content["block_list"])


def _columns_form(run: CampaignRun, vault: Vault) -> tuple[Any, list[str], list[list[str]]]:
    header = bool(run.reading["header"])
    names, rows = runs.table(vault, int(run.reading["sheet"]), header)
    chosen = run.columns or (mapping.guess(names) if header else {})
    return columns_form(t, mapping.PARTS, mapping.NEEDED, names, chosen), names, rows


def _show_errors(form: Any, refused: InputRefused) -> None:
    for name, sentence in refused.errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, sentence]


def _vault(run: CampaignRun) -> Vault:
    return vault_of(run, *_place())


def _place() -> tuple[Any, str]:
    return current_app.config["SETTINGS"].data_dir, current_app.config["SECRET_KEY"]
