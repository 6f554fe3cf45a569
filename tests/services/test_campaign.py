"""A wave of letters from the upload to the proof of deletion: nothing in clear anywhere, nothing twice, nothing by others."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select, text

from kimforms.extensions import db
from kimforms.models import Blob, CampaignRun, Event, LetterTemplate, LongTask
from kimforms.services import long_work
from kimforms.services.campaign import access, deleting, keeping, printing, runs, templates
from kimforms.services.file_store import FileStore
from kimforms.services.refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import campaign
from ..support.campaign import EBH_RSK, EBH_TROISDORF, SECRET
from ..support.directory import entry
from ..support.records import ADVISER, COORDINATOR, actor

PEOPLE = 7


def ready(app, data_dir, content=None):
    """A run whose letters are made; returns its id."""
    campaign.open_office()
    campaign.approve()
    run_id = campaign.begin((content or campaign.people(PEOPLE)).encode(), data_dir)
    campaign.check(run_id, data_dir)
    campaign.start(run_id, data_dir)
    assert campaign.work(app)
    return run_id


def pdf_of(run_id, data_dir):
    run = campaign.run_of(run_id)
    blocks, size = deleting.letters(run, keeping.vault_of(run, data_dir, SECRET))
    content = b"".join(blocks)
    assert len(content) == size
    return content


def tags():
    return db.session.scalars(select(Event.tag).where(Event.tag.like("campaign:%")).order_by(Event.seq)).all()


def everything_stored(data_dir: Path) -> bytes:
    """All that the database and the data folder hold, but for the program's own caches."""
    rows = []
    with db.engine.connect() as connection:
        for name in db.metadata.tables:
            rows += [repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    files = [one.read_bytes() for one in data_dir.rglob("*") if one.is_file() and "cache" not in one.parts]
    return "\n".join(rows).encode() + b"".join(files)


def test_a_wave_from_upload_to_deletion(app, now, data_dir):
    run_id = ready(app, data_dir)
    run = campaign.run_of(run_id)
    assert (run.state, run.counts["letters"], run.task.state, run.task.done) == ("ready", PEOPLE, "done", PEOPLE)
    assert run.law_status == db.session.get(LetterTemplate, run.template_id).law_status
    with pikepdf.open(io.BytesIO(pdf_of(run_id, data_dir))) as found:
        assert len(found.pages) % PEOPLE == 0
        assert found.check_pdf_syntax() == []
    with unit_of_work() as session:
        deleting.note_download(session, now, actor(session, EBH_TROISDORF), run_id)
    assert campaign.run_of(run_id).delete_at == now + deleting.GRACE
    with unit_of_work() as session:
        run = session.get(CampaignRun, run_id)
        deleting.delete(session, actor(session, EBH_TROISDORF), now, run, data_dir, why="downloaded")
    with unit_of_work() as session:
        assert deleting.sweep(session, data_dir) == 1
    run = campaign.run_of(run_id)
    assert (run.state, run.nonce, run.counts["letters"]) == ("deleted", None, PEOPLE)
    assert run.proof["files"] > 0
    assert list((data_dir / "campaign").iterdir()) == []
    with pytest.raises(StepRefused, match="gelöscht"):
        keeping.vault_of(run, data_dir, SECRET)
    assert tags() == [f"campaign:{what}" for what in ("upload", "check", "print", "download", "delete")]


def test_no_address_stands_anywhere_in_clear(app, data_dir, capsys):
    run_id = ready(
        app, data_dir, campaign.people(PEOPLE).replace("Weiß", "Nirgendwosonst").replace("Größenweg", "Unauffindbarweg")
    )
    assert b"Unauffindbarweg" in pdf_words(pdf_of(run_id, data_dir), data_dir.parent)
    stored = everything_stored(data_dir)
    said = "".join(capsys.readouterr())
    for word in ("Nirgendwosonst", "Unauffindbarweg", "Öztürk"):
        assert word.encode() not in stored
        assert word.encode("utf-16-le") not in stored
        assert json.dumps(word).encode() not in stored
        assert word not in said


def pdf_words(content: bytes, folder: Path) -> bytes:
    import subprocess  # noqa: PLC0415 - only here

    return subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True, cwd=folder).stdout


def test_letters_are_sorted_by_postcode(app, data_dir):
    run_id = ready(app, data_dir)
    run = campaign.run_of(run_id)
    kept = keeping.vault_of(run, data_dir, SECRET).get_json("addresses")
    codes = [code for _, _, code in kept]
    assert codes == sorted(codes)
    assert len(set(codes)) > 1
    words = pdf_words(pdf_of(run_id, data_dir), data_dir.parent).decode()
    places = [words.index(f"Guten Tag {name},") for _, name, _ in kept]
    assert places == sorted(places)


def test_while_the_switch_is_off_nothing_is_kept(app, data_dir):
    campaign.open_office(on=False)
    with pytest.raises(StepRefused, match="Datenschutz"):
        campaign.begin(campaign.people(2).encode(), data_dir)
    assert db.session.scalars(select(CampaignRun)).all() == []
    assert not (data_dir / "campaign").exists()


def test_the_switch_alone_is_not_enough(app, now, data_dir):
    campaign.open_office()
    with unit_of_work() as session:
        access.require_on(session, campaign.controller(session).id, now).campaign_approval = " "
    with pytest.raises(StepRefused, match="Datenschutz"):
        campaign.begin(campaign.people(2).encode(), data_dir)


def test_another_office_and_other_roles_see_nothing_of_it(app, data_dir):
    run_id = ready(app, data_dir)
    template_id = campaign.run_of(run_id).template_id
    session = db.session()
    assert access.own_run(session, actor(session, EBH_TROISDORF), run_id).id == run_id
    for other in (EBH_RSK, ADVISER, COORDINATOR, None):
        with pytest.raises(NotVisible):
            access.own_run(session, actor(session, other), run_id)
        with pytest.raises(NotVisible):
            access.own_template(session, actor(session, other), template_id)
        with pytest.raises(NotVisible):
            long_work.visible_task(session, actor(session, other), campaign.run_of(run_id).task_id)


def test_a_service_that_nobody_confirmed_stops_the_run_and_is_named(app, now, data_dir):
    campaign.open_office()
    campaign.approve()
    entry("Alte Beratung", by="troisdorf", in_letters=True, confirmed=now.date() - timedelta(days=200))
    run_id = campaign.begin(campaign.people(2).encode(), data_dir)
    campaign.check(run_id, data_dir)
    with pytest.raises(StepRefused, match="6 Monaten nicht bestätigt: „Alte Beratung“"):
        campaign.start(run_id, data_dir)
    assert campaign.run_of(run_id).state == "checked"
    assert db.session.scalars(select(LongTask)).all() == []


def test_without_services_or_an_approved_text_nothing_is_printed(app, data_dir):
    campaign.open_office(services=False)
    run_id = campaign.begin(campaign.people(2).encode(), data_dir)
    campaign.check(run_id, data_dir)
    with pytest.raises(StepRefused, match="Fassung"):
        campaign.start(run_id, data_dir)
    campaign.approve()
    with pytest.raises(StepRefused, match="kein Beratungsdienst"):
        campaign.start(run_id, data_dir)


def test_a_cancelled_run_goes_on_with_what_is_done(app, now, data_dir, monkeypatch):
    monkeypatch.setattr(printing, "PART", 2)
    campaign.open_office()
    campaign.approve()
    run_id = campaign.begin(campaign.people(PEOPLE).encode(), data_dir)
    campaign.check(run_id, data_dir)
    task_id = campaign.start(run_id, data_dir)
    set_lines, made = printing._lines, []

    def lines(letter, addresses):
        made.append(len(addresses))
        if len(made) == 2:
            with unit_of_work() as session:
                long_work.cancel(session, actor(session, EBH_TROISDORF), now, session.get(LongTask, task_id))
        return set_lines(letter, addresses)

    monkeypatch.setattr(printing, "_lines", lines)
    campaign.work(app)
    assert campaign.run_of(run_id).state == "stopped"
    assert made == [2, 2]
    campaign.start(run_id, data_dir)
    campaign.work(app)
    assert campaign.run_of(run_id).state == "ready"
    assert made == [2, 2, 2, 1]
    words = pdf_words(pdf_of(run_id, data_dir), data_dir.parent).decode()
    assert words.count("Guten Tag ") == PEOPLE


def test_a_list_without_a_single_letter_is_not_printed(app, data_dir):
    campaign.open_office()
    campaign.approve()
    run_id = campaign.begin(f"{campaign.HEAD}\n;;;;;\n=1+1;Weiß;Weg;1;53840;Troisdorf\n".encode(), data_dir)
    done = campaign.check(run_id, data_dir)
    assert (done.letters, done.bad) == ([], [(3, "Eine Zelle beginnt wie eine Formel (=, +, - oder @).")])
    assert campaign.run_of(run_id).state == "mapped"
    with pytest.raises(StepRefused, match="Prüfen Sie zuerst"):
        campaign.start(run_id, data_dir)


def test_an_empty_list_is_refused(app, data_dir):
    campaign.open_office()
    for content in (b"", b"\n\n", ";;;\n".encode("utf-16")):
        with pytest.raises(InputRefused):
            campaign.begin(content, data_dir)


def test_the_block_list_keeps_people_out(app, data_dir):
    campaign.open_office()
    block = "Name;Straße;PLZ\nOEZTUERK-MUESSIG A, Ayse;Hauptstr. 1;53840\nNiemand;;\n".replace("Name;", "Name;")
    run_id = campaign.begin(campaign.people(3).encode(), data_dir, block=block.encode())
    campaign.check(run_id, data_dir)
    counts = campaign.run_of(run_id).counts
    assert (counts["blocked"], counts["letters"], counts["block_rows"], counts["block_bad"]) == (1, 2, 2, 1)


def test_what_is_due_is_deleted_by_the_clock(app, now, data_dir):
    run_id = ready(app, data_dir)
    due = campaign.run_of(run_id).delete_at
    assert due == now + timedelta(days=7)
    assert deleting.run_due(unit_of_work, due - timedelta(seconds=1), data_dir) == 0
    (data_dir / "campaign" / "999999").mkdir()  # what a broken transaction left
    assert deleting.run_due(unit_of_work, due, data_dir) == 1
    run = campaign.run_of(run_id)
    assert (run.state, run.proof["why"]) == ("deleted", "expired")
    assert list((data_dir / "campaign").iterdir()) == []
    assert deleting.run_due(unit_of_work, due, data_dir) == 0


def test_deleting_while_letters_are_made_stops_the_work(app, now, data_dir):
    campaign.open_office()
    campaign.approve()
    run_id = campaign.begin(campaign.people(3).encode(), data_dir)
    campaign.check(run_id, data_dir)
    task_id = campaign.start(run_id, data_dir)
    with unit_of_work() as session:
        deleting.delete(
            session, actor(session, EBH_TROISDORF), now, session.get(CampaignRun, run_id), data_dir, why="asked"
        )
    assert campaign.work(app) is False
    assert (campaign.run_of(run_id).state, db.session.get(LongTask, task_id).state) == ("deleted", "cancelled")


def test_files_that_were_changed_are_not_opened(app, data_dir):
    run_id = ready(app, data_dir)
    run = campaign.run_of(run_id)
    vault = keeping.vault_of(run, data_dir, SECRET)
    path = vault.path("letters")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StepRefused, match="nicht öffnen"):
        vault.get("letters")
    path.write_bytes(bytes(content[: len(content) // 3]))
    with pytest.raises(StepRefused, match="nicht öffnen"):
        vault.get("letters")
    with pytest.raises(StepRefused, match="nicht öffnen"):
        keeping.vault_of(run, data_dir, "another secret").get("addresses")


@pytest.mark.parametrize("size", [0, 1, keeping.BLOCK - 1, keeping.BLOCK, keeping.BLOCK + 1, 3 * keeping.BLOCK])
def test_every_length_comes_back_as_it_was(tmp_path, size):
    vault = keeping.Vault(tmp_path, keeping.key_of("secret", keeping.new_nonce(), 1))
    content = bytes(number % 251 for number in range(size))
    vault.put("x", content)
    assert vault.get("x") == content
    assert vault.size("x") == size


def test_an_approved_text_never_changes(app, now):
    campaign.open_office()
    template_id = campaign.approve()
    with unit_of_work() as session:
        found = session.get(LetterTemplate, template_id)
        who = actor(session, EBH_TROISDORF)
        with pytest.raises(StepRefused, match="ändert sich nicht"):
            templates.change(
                session,
                who,
                now,
                found,
                blocks=found.blocks,
                law_status=found.law_status,
                note="",
                row_version=found.row_version,
            )
        with pytest.raises(StepRefused, match="ändert sich nicht"):
            templates.approve(session, who, now, found, sure=True, row_version=found.row_version)
    second = campaign.approve()
    db.session.rollback()
    assert (db.session.get(LetterTemplate, template_id).state, db.session.get(LetterTemplate, second).state) == (
        "retired",
        "approved",
    )


def test_outdated_law_asks_for_a_second_look_and_missing_words_block(app, now):
    campaign.open_office()
    with unit_of_work() as session:
        who, office = actor(session, EBH_TROISDORF), campaign.controller(session)
        draft = templates.begin_draft(session, who, now, office.id, office.key)
        blocks = {**draft.blocks, "anlass": "Nach acht Jahren geht es schnell.", "datenschutz": "Wir schützen Daten."}
        version = draft.row_version
        templates.change(
            session, who, now, draft, blocks=blocks, law_status=draft.law_status, note="", row_version=version
        )
        session.flush()
        found = {(one.block, one.severity) for one in templates.problems(session, draft, now)}
        assert {("anlass", "warning"), ("datenschutz", "error")} <= found
        with pytest.raises(StepRefused, match="herkunft"):
            templates.approve(session, who, now, draft, sure=True, row_version=draft.row_version)
        blocks["datenschutz"] = "Quelle: {herkunft}."
        templates.change(
            session, who, now, draft, blocks=blocks, law_status=draft.law_status, note="", row_version=draft.row_version
        )
        session.flush()
        with pytest.raises(StepRefused, match="Hinweise"):
            templates.approve(session, who, now, draft, sure=False, row_version=draft.row_version)
        with pytest.raises(StaleVersion):
            templates.approve(session, who, now, draft, sure=True, row_version=99)
        with pytest.raises(InputRefused) as refused:
            templates.change(
                session, who, now, draft, blocks={**blocks, "gebuehr": "{unbekannt}"}, law_status=None, note="",
                row_version=draft.row_version,
            )  # fmt: skip
        assert refused.value.errors.keys() == {"gebuehr", "law_status"}


def test_the_brochure_must_be_a_pdf(app, now, data_dir):
    store = FileStore(data_dir / "files")
    with pytest.raises(InputRefused, match="prüfen"):
        templates.store_brochure(io.BytesIO(b"no pdf"), "x.pdf", store)
    sha256, size, name = templates.store_brochure(io.BytesIO(b"%PDF-1.7 ..."), "../Broschüre.docx", store)
    with unit_of_work() as session:
        who, office = actor(session, EBH_TROISDORF), campaign.controller(session)
        draft = templates.begin_draft(session, who, now, office.id, office.key)
        templates.set_brochure(session, who, now, draft, sha256=sha256, size=size, name=name)
        assert session.get(Blob, sha256).media_type == "application/pdf"
        assert name.endswith(".pdf")
        assert "/" not in name
        assert "anlagen" not in {one.block for one in templates.problems(session, draft, now)}


def test_a_list_is_read_again_as_the_person_says(app, data_dir):
    campaign.open_office()
    run_id = campaign.begin(campaign.people(2).replace("Ş", "S").encode("utf-8"), data_dir)
    with unit_of_work() as session:
        run = session.get(CampaignRun, run_id)
        runs.read_again(run, keeping.vault_of(run, data_dir, SECRET), encoding="utf-8", separator="|")
    run = campaign.run_of(run_id)
    names, rows = runs.table(keeping.vault_of(run, data_dir, SECRET), 0, header=True)
    assert names == [campaign.HEAD]
    assert len(rows) == 2
