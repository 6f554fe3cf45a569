"""The directory of advisory services: who is named where, who looks after what, asking by mail, merging two services."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kimforms.engine.profile import ProfileError, profile_folder
from kimforms.extensions import db
from kimforms.models import (
    AdvisoryService,
    ChecklistShare,
    ClientChecklist,
    DigestItem,
    Event,
    OutboxMessage,
    ReplyLink,
)
from kimforms.naturalisation.service_files import read_services
from kimforms.permissions import ANYONE
from kimforms.services import audit, demo_services, reply_links
from kimforms.services.advice import asking, course_dates, directory, entries, merging
from kimforms.services.advice.from_profile import bring_services
from kimforms.services.advice.vocabulary import FIELDS, LANGUAGES, language_name, language_names
from kimforms.services.checklists.access import visible_checklist
from kimforms.services.naturalisation_office import settings_of
from kimforms.services.refusals import InputRefused, LinkExpired, NotPermitted, NotVisible, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.directory import EBH_RSK, EBH_TROISDORF, MAIL, controller, entry, stored_entry, token
from ..support.naturalisation import begun
from ..support.records import ADVISER, COORDINATOR, NOW, OTHER_ADVISER, actor, mails, user

TODAY = NOW.date()
SECRET = "test-secret"


def names(rows):
    return [one.name for one in rows]


def listed(**filters):
    db.session.rollback()
    found = names(directory.services_for(db.session(), day=filters.pop("day", TODAY), **filters))
    return [one for one in found if one.startswith("Stelle")]


def told(tag):
    return [
        audit.payload_of(one)
        for one in db.session.scalars(select(Event).where(Event.tag == tag.text).order_by(Event.seq))
    ]


def act(email, deed, slug, *more, **options):
    with unit_of_work() as session:
        who = actor(session, email)
        return deed(session, who, options.pop("now", NOW), directory.entry_by_slug(session, slug), *more, **options)


def change(by, slug, **values):
    def deed(session, who, now, row):
        return entries.change(session, who, now, row, entries.replace(entries.data_of(row), **values))

    return act(by, deed, slug)


# --- who is named ----------------------------------------------------------------------------------------------------


def test_services_are_found_by_place_and_field(app):
    entry("Stelle Kreis", fields=("migration",))
    entry("Stelle Siegburg", municipalities=("siegburg",))
    entry("Stelle Troisdorf", municipalities=("troisdorf", "lohmar"), fields=("naturalisation", "youth"))
    assert listed() == ["Stelle Kreis", "Stelle Siegburg", "Stelle Troisdorf"]
    assert listed(municipality="troisdorf") == ["Stelle Kreis", "Stelle Troisdorf"]
    assert listed(municipality="troisdorf", field="naturalisation") == ["Stelle Troisdorf"]
    assert listed(field="discrimination") == []


def test_an_entry_that_ended_or_is_past_its_day_is_not_named(app):
    slug = entry("Stelle A", valid_until=TODAY)
    entry("Stelle B", valid_until=TODAY - timedelta(days=1))
    assert listed() == ["Stelle A"]
    act(EBH_TROISDORF, entries.set_active, slug, False, "Die Stelle schließt.")
    assert listed() == []
    assert told(audit.Tag.DIRECTORY_STATE)[-1]["reason"] == "Die Stelle schließt."


@pytest.mark.parametrize(
    ("confirmed", "stale"),
    [(None, True), (date(2026, 5, 22), True), (date(2026, 5, 23), False), (TODAY, False)],
)
def test_letters_name_what_the_office_chose_and_stop_at_what_nobody_confirmed(app, confirmed, stale):
    entry("Stelle Brief", in_letters=True, confirmed=confirmed)
    entry("Stelle Kreis", by="rsk", in_letters=True)
    entry("Stelle ohne Brief")
    session = db.session()
    named, unconfirmed = (
        [one for one in rows if one.name.startswith("Stelle")]
        for rows in directory.for_letters(session, controller(session).id, TODAY)
    )
    assert names(named) == ["Stelle Brief"]
    assert names(unconfirmed) == (["Stelle Brief"] if stale else [])


def test_overdue_entries_follow_the_rule_of_their_own_office(app):
    entry("Stelle T", confirmed=TODAY - timedelta(days=100))
    entry("Stelle K", by="rsk", confirmed=TODAY - timedelta(days=100))
    with unit_of_work() as session:
        office = settings_of(session, controller(session, "rsk").id, NOW)
        office.confirm_months = 3
        session.add(office)
    rows = [one for one in directory.services_for(db.session(), day=TODAY) if one.name.startswith("Stelle")]
    stale = directory.stale_among(db.session(), rows, TODAY)
    assert [one.name for one in rows if one.id in stale] == ["Stelle K"]


# --- who looks after an entry ----------------------------------------------------------------------------------------


def test_advisers_of_the_organisation_and_staff_of_the_controller_look_after_an_entry(app):
    slug = entry()
    for email in (ADVISER, EBH_TROISDORF):
        assert change(email, slug, phone=f"02241 {len(email)}") == ("phone",)
    for email in (OTHER_ADVISER, EBH_RSK, COORDINATOR, None):
        with pytest.raises(NotPermitted):
            change(email, slug, phone="02241 999")
    assert stored_entry(slug).phone == f"02241 {len(EBH_TROISDORF)}"
    assert [one["via"] for one in told(audit.Tag.DIRECTORY_CHANGE)] == ["account", "account"]


def test_advisers_change_nothing_that_is_for_the_office_to_decide(app):
    slug = entry()
    changed = change(ADVISER, slug, in_letters=True, organisation="diakonie", valid_until=TODAY, hours="Mo 9 bis 12")
    assert changed == ("hours",)
    row = stored_entry(slug)
    assert (row.in_letters, row.organisation, row.valid_until) == (False, "caritas", None)


def test_only_staff_enter_and_end_entries(app):
    slug = entry()
    with unit_of_work() as session, pytest.raises(NotPermitted):
        data = entries.EntryData("Stelle")
        entries.enter(session, actor(session, ADVISER), NOW, data, controller_id=controller(session).id)
    with pytest.raises(NotPermitted):
        act(ADVISER, entries.set_active, slug, False, "weg")
    with pytest.raises(InputRefused, match="Angaben"):
        act(EBH_TROISDORF, entries.set_active, slug, False, " ")
    assert stored_entry(slug).active


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " \n "), ("name", "x" * 201), ("postcode", "5384"), ("postcode", "5384O"),
        ("email", "keine"), ("email", "a@b.example\r\nBcc: c@d.example, e@f"), ("website", "javascript:alert(1)"),
        ("website", "//x.example"), ("languages", ("de", "klingonisch")), ("fields", ("zauberei",)),
        ("municipalities", ("koeln",)), ("municipality", "koeln"), ("organisation", "gibt-es-nicht"),
        ("hours", "Mo\ud800"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_a_sentence_at_its_field(app, field, value):
    slug = entry()
    before = stored_entry(slug).row_version
    with pytest.raises(InputRefused) as refused:
        change(EBH_TROISDORF, slug, **{field: value})
    assert list(refused.value.errors) == [field]
    assert stored_entry(slug).row_version == before


def test_a_stale_page_writes_nothing(app):
    slug = entry()
    seen = stored_entry(slug).row_version
    change(EBH_TROISDORF, slug, phone="02241 1")

    def late(session, who, now, row):
        entries.change(session, who, now, row, entries.replace(entries.data_of(row), phone="2"), row_version=seen)

    with pytest.raises(StaleVersion):
        act(ADVISER, late, slug)
    assert stored_entry(slug).phone == "02241 1"


def test_equal_names_and_reserved_words_get_addresses_of_their_own(app):
    assert [entry("Neu & alt"), entry("Neu & alt"), entry("New"), entry("Care")] == [
        "neu-alt", "neu-alt-2", "new-2", "care-2",
    ]  # fmt: skip


def test_languages_have_names_in_both_languages():
    assert language_names(["tr", "en", "kmr", "de"]) == ["Deutsch", "Englisch", "Kurdisch (Kurmandschi)", "Türkisch"]
    assert language_names(["uk", "de"], "en") == ["German", "Ukrainian"]
    unnamed = [one for one in LANGUAGES for tongue in ("de", "en") if language_name(one, tongue) == one]
    assert unnamed == []
    assert all(set(one) == {"de", "en"} for one in FIELDS.values())


# --- asking by mail --------------------------------------------------------------------------------------------------


def ask_at(day, hour=9):
    return asking.run(unit_of_work, NOW.replace(year=day.year, month=day.month, day=day.day, hour=hour))


def test_a_service_is_asked_once_reminded_once_and_asked_anew_after_the_period(app):
    slug = entry(confirmed=date(2026, 11, 1))
    due = date(2027, 5, 1) - timedelta(days=asking.LEAD_DAYS)
    assert ask_at(due - timedelta(days=1)) == 0
    assert (ask_at(due), ask_at(due), ask_at(due + timedelta(days=13))) == (1, 0, 0)
    assert (ask_at(due + timedelta(days=14)), ask_at(due + timedelta(days=30))) == (1, 0)
    assert ask_at(date(2027, 10, 3)) == 1
    assert [kind for kind, to in mails() if to == MAIL] == [
        "directory.confirm",
        "directory.reminder",
        "directory.confirm",
    ]
    assert [one["reminder"] for one in told(audit.Tag.DIRECTORY_ASK)] == [False, True, False]
    assert stored_entry(slug).reminded_at is None


def test_the_mail_tells_no_secret_and_the_reminder_carries_the_same_link(app):
    entry()
    ask_at(TODAY)
    ask_at(TODAY + timedelta(days=14))
    texts = list(db.session.scalars(select(OutboxMessage.text).where(OutboxMessage.kind.startswith("directory."))))
    link = db.session.scalars(select(ReplyLink).where(ReplyLink.purpose == "service")).one()
    assert all(f"/r/{reply_links.placeholder(link)}" in one for one in texts) and len(texts) == 2
    assert not any(reply_links.token_text(SECRET, link) in one for one in texts)


def test_nobody_is_asked_without_an_address_or_after_the_end(app):
    entry(email="")
    slug = entry("Am Ende")
    act(EBH_TROISDORF, entries.set_active, slug, False, "geschlossen")
    assert ask_at(TODAY) == 0


def test_a_confirmation_ends_the_asking(app):
    slug = entry()
    ask_at(TODAY)
    act(ADVISER, entries.confirm, slug)
    row = stored_entry(slug)
    assert (row.confirmed_on, row.asked_at, row.confirmed_by) == (TODAY, None, user(db.session, ADVISER).name)
    assert ask_at(TODAY + timedelta(days=20)) == 0
    assert told(audit.Tag.DIRECTORY_CONFIRM)[-1]["via"] == "account"


def test_by_link_the_service_corrects_only_what_is_its_own(app):
    slug = entry()
    ask_at(TODAY)
    with unit_of_work() as session:
        row = directory.entry_by_slug(session, slug)
        data = entries.replace(
            entries.data_of(row), phone="02241 77", hours="Di 14 bis 16 Uhr", email="fremd@anders.example",
            name="Übernommen", in_letters=True, organisation="diakonie",
        )  # fmt: skip
        changed = entries.correct_by_link(session, ANYONE, NOW, row, data)
        asking.tell_of_correction(session, NOW, row, changed)
    row = stored_entry(slug)
    assert (row.phone, row.hours, row.email, row.name) == (
        "02241 77",
        "Di 14 bis 16 Uhr",
        MAIL,
        "Beratungsstelle Am Markt",
    )
    assert (row.in_letters, row.organisation, row.confirmed_on) == (False, "caritas", TODAY)
    items = db.session.scalars(select(DigestItem)).all()
    assert [one.user_id for one in items] == [user(db.session, EBH_TROISDORF).id]
    assert f"/services/{slug}" in items[0].text


def test_a_new_address_makes_the_old_link_worthless(app):
    slug = entry()
    ask_at(TODAY)
    old = token(slug)
    change(ADVISER, slug, email="neu@stelle.example")
    with pytest.raises(LinkExpired):
        reply_links.look_up(db.session(), SECRET, old, NOW)
    assert ask_at(TODAY) == 1


def test_a_link_to_an_entry_that_is_gone_opens_nothing(app):
    slug = entry()
    ask_at(TODAY)
    link = db.session.scalars(select(ReplyLink).where(ReplyLink.purpose == "service")).one()
    with unit_of_work() as session:
        session.scalars(select(AdvisoryService).where(AdvisoryService.slug == slug)).one().active = False
    with pytest.raises(LinkExpired):
        asking.entry_behind(db.session(), link)


def test_staff_ask_at_once_and_read_why_not(app):
    slug, silent = entry(confirmed=TODAY), entry("Ohne Adresse", email="")
    act(EBH_TROISDORF, asking.ask, slug)
    assert [kind for kind, _to in mails()] == ["directory.confirm"]
    with pytest.raises(InputRefused, match="Angaben"):
        act(EBH_TROISDORF, asking.ask, silent)
    with pytest.raises(NotPermitted):
        act(ADVISER, asking.ask, slug)


# --- merging ---------------------------------------------------------------------------------------------------------


def merged(from_, into, by=EBH_TROISDORF):
    with unit_of_work() as session:
        one, other = (directory.entry_by_slug(session, slug) for slug in (from_, into))
        return merging.merge(session, actor(session, by), NOW, one, other)


def test_a_service_goes_up_in_another_with_its_checklists(app):
    old = entry("Alter Dienst", municipalities=("troisdorf",), languages=("de", "ar"), in_letters=True)
    new = entry("Neuer Dienst", organisation="diakonie", municipalities=("siegburg",), confirmed=TODAY)
    mine, clash = begun(pseudonym="Ahorn 1"), begun(pseudonym="Buche 2")
    begun(OTHER_ADVISER, pseudonym="ahorn  1")
    moved = merged(old, new)
    assert (moved.checklists, moved.renamed) == (2, ((mine, "Ahorn 1", "Ahorn 1 (2)"),))
    db.session.rollback()
    rows = db.session.execute(select(ClientChecklist.organisation, ClientChecklist.pseudonym)).all()
    assert sorted(tuple(one) for one in rows) == [
        ("diakonie", "Ahorn 1 (2)"), ("diakonie", "Buche 2"), ("diakonie", "ahorn 1"),
    ]  # fmt: skip
    row, other = stored_entry(old), stored_entry(new)
    assert (row.active, row.merged_into_id) == (False, other.id)
    assert (set(other.municipalities), set(other.languages)) == ({"troisdorf", "siegburg"}, {"de", "ar", "tr"})
    assert (other.in_letters, other.confirmed_on) == (True, None)
    assert [(one["old"], one["new"], one["renamed"]) for one in told(audit.Tag.CHECKLIST_MOVE)] == [
        ("caritas", "diakonie", True), ("caritas", "diakonie", False),
    ]  # fmt: skip
    text = " ".join(db.session.scalars(select(OutboxMessage.text).where(OutboxMessage.kind == "directory.merged")))
    assert mine in text and clash not in text and "Ahorn" not in text
    assert {to for _kind, to in mails("directory.merged")} >= {ADVISER, OTHER_ADVISER}


def test_shares_move_with_their_checklist(app):
    old, new = entry("Alter Dienst"), entry("Neuer Dienst", organisation="diakonie")
    reference = begun(pseudonym="Ahorn 1")
    with unit_of_work() as session:
        row = session.scalars(select(ClientChecklist)).one()
        session.add(
            ChecklistShare(
                checklist_id=row.record_id, controller_id=row.record.controller_id, scope="whole", created_at=NOW
            )
        )
    merged(old, new)
    for email, sees in ((EBH_TROISDORF, True), (OTHER_ADVISER, True), (ADVISER, False)):
        session = db.session()
        if sees:
            assert visible_checklist(session, actor(session, email), reference)[0].organisation == "diakonie"
        else:
            with pytest.raises(NotVisible):
                visible_checklist(session, actor(session, email), reference)


def test_checklists_stay_where_the_service_goes_on(app):
    old, new = entry("Caritas Nord"), entry("Neuer Dienst", organisation="diakonie")
    entry("Caritas Süd")
    begun(pseudonym="Ahorn 1")
    assert merged(old, new).checklists == 0
    assert db.session.scalars(select(ClientChecklist.organisation)).all() == ["caritas"]


def test_merging_is_refused_where_it_makes_no_sense(app):
    old, new, elsewhere = (
        entry("Alter Dienst"),
        entry("Neuer Dienst", organisation="diakonie"),
        entry("Kreis", by="rsk"),
    )
    nobody = entry("Ohne Träger", organisation=None)
    with pytest.raises(InputRefused):
        merged(old, old)
    for by in (EBH_RSK, ADVISER, COORDINATOR):
        with pytest.raises(NotPermitted):
            merged(old, new, by=by)
    with pytest.raises(NotPermitted):
        merged(old, elsewhere)
    merged(elsewhere_free := entry("Frei", organisation="caritas"), old)
    with pytest.raises(StepRefused):
        merged(elsewhere_free, new)
    with unit_of_work() as session:
        for row in session.scalars(select(AdvisoryService).where(AdvisoryService.organisation == "caritas")):
            row.active = row.slug == old
    with pytest.raises(StepRefused, match="Träger"):
        merged(old, nobody)


def test_a_merged_entry_takes_nothing_any_more(app):
    old, new = entry("Alter Dienst"), entry("Neuer Dienst", organisation="diakonie")
    merged(old, new)
    for deed in (entries.confirm, asking.ask):
        with pytest.raises(StepRefused):
            act(EBH_TROISDORF, deed, old)
    with pytest.raises(StepRefused):
        act(EBH_TROISDORF, entries.set_active, old, True, "")


@pytest.mark.parametrize(("pseudonym", "wanted"), [("Ahorn 12", "Ahorn 12 (2)"), ("A" * 60, "A" * 56 + " (2)")])
def test_the_suffix_fits_and_is_free(pseudonym, wanted):
    assert merging.free_name(pseudonym, {merging.key_of(pseudonym)}) == wanted
    assert merging.free_name("Ahorn", {"ahorn", "ahorn (2)"}) == "Ahorn (3)"


# --- profile and demonstration ---------------------------------------------------------------------------------------


def test_the_profile_names_three_services_and_invents_no_contact(app):
    rows = db.session.scalars(select(AdvisoryService).order_by(AdvisoryService.slug)).all()
    assert [one.slug for one in rows] == ["diakonie", "kja", "kurdische-gemeinschaft"]
    assert {one.controller.key for one in rows} == {"troisdorf"}
    for one in rows:
        contact = (one.street, one.postcode, one.phone, one.email, one.website, one.hours, one.town_hall_hours)
        assert not any(contact) and one.languages == [] and one.confirmed_on is None
    named, stale = directory.for_letters(db.session(), rows[0].controller_id, TODAY)
    assert (len(named), len(stale)) == (3, 3), "no letter goes out before they are confirmed"


def test_loading_the_profile_again_touches_no_entry(app):
    change(EBH_TROISDORF, "kja", phone="02241 1")
    act(EBH_TROISDORF, entries.set_active, "diakonie", False, "beendet")
    with unit_of_work() as session:
        assert bring_services(session, NOW, read_services(profile_folder("rhein_sieg"))) == []
    assert (stored_entry("kja").phone, stored_entry("diakonie").active) == ("02241 1", False)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("total: 3", "total: 4", "gezählt sind 3"),
        ("controller: troisdorf", "kontroller: troisdorf", "Zeile"),
        ("total: 3", "total: [", "Zeile"),
    ],
)
def test_a_broken_file_of_services_is_refused_with_its_line(tmp_path, old, new, reason):
    file = tmp_path / "naturalisation" / "services.yaml"
    file.parent.mkdir()
    text = (profile_folder("rhein_sieg") / "naturalisation" / "services.yaml").read_text("utf-8")
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProfileError, match=reason):
        read_services(tmp_path)
    assert read_services(tmp_path / "nowhere") is None


def test_the_demonstration_tells_a_directory_once(app):
    settings = app.config["SETTINGS"]
    for _ in range(2):
        demo_services.tell(unit_of_work, settings, NOW)
    db.session.rollback()
    rows = directory.services_for(db.session(), day=TODAY)
    assert len(rows) == 8
    assert all(one.email.endswith(".example") and one.confirmed_on for one in rows)
    stale = directory.stale_among(db.session(), rows, TODAY)
    assert [one.slug for one in rows if one.id in stale] == ["aef-eitorf"]
    for office in ("troisdorf", "rsk"):
        named, waiting = directory.for_letters(db.session(), controller(db.session(), office).id, TODAY)
        assert named and not waiting, "the demonstration's letters can go out"
    dates = course_dates.upcoming_dates(db.session(), TODAY)
    assert (len(dates), len(course_dates.waiting(db.session()))) == (3, 1)
