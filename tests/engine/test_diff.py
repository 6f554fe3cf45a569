"""What a new version changes is said in German, completely."""

# ruff: noqa: E501 - the tables read best with one case a line

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kimforms.engine.diff import diff
from kimforms.engine.plain import plain
from tests.engine.definitions import hurdle_report, processes, read, small

few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
KEYS = ("title", "numbering", "access", "form", "projection", "reporter", "mails", "documents", "retention", "notice")


@few
@given(processes(), processes(), st.sets(st.sampled_from(KEYS)))
def test_a_difference_is_told_exactly_if_there_is_one(data, other, swapped):
    old = read(data)
    new = read({key: (other if key in swapped else data)[key] for key in data})
    changes = diff(old, new)
    assert bool(changes) == (old != new)
    assert all(change.text.endswith(".") and "None" not in change.text for change in changes)
    assert len({(change.path, change.text) for change in changes}) == len(changes)


@few
@given(processes(), processes())
def test_the_workflow_is_compared_completely(data, other):
    names = list(data["workflow"]["states"])
    moved = copy.deepcopy(data)
    moved["workflow"]["states"] = dict(zip(names, other["workflow"]["states"].values(), strict=False))
    moved["workflow"]["on_submit"] = other["workflow"]["on_submit"]
    old, new = read(data), read(moved)
    assert bool(diff(old, new)) == (old != new)
    for number, transition in enumerate(other["workflow"]["transitions"]):
        if number < len(data["workflow"]["transitions"]):
            replaced = copy.deepcopy(data)
            own = data["workflow"]["transitions"][number]
            replaced["workflow"]["transitions"][number] = {**transition, "id": own["id"]}
            assert bool(diff(old, read(replaced))) == (old != read(replaced))


def test_nothing_changed_is_nothing_told():
    assert diff(hurdle_report(), hurdle_report()) == []


def changed(change):
    data = copy.deepcopy(BASE)
    change(data)
    return [(found.path, found.text) for found in diff(read(BASE), read(data))]


BASE = small(
    mails={"receipt": {"label": "Eingang", "subject": "Ihr Antrag", "text": "Guten Tag"}},
    documents={"receipt": {"title": "Quittung", "sections": [{"heading": "Antrag"}]}},
    retention=[{"what": "contact", "after": 6, "unit": "months"}],
)
BASE["form"]["steps"][0]["fields"].append(
    {"id": "why", "type": "long_text", "label": "Warum?", "show_when": {"field": "urgent", "is": "ja"}}
)
BASE["form"]["steps"].append({"id": "b", "title": "Ende", "fields": []})
BASE["workflow"]["states"]["new"]["deadlines"] = [{"id": "d", "label": "Prüfen", "after": 5}]


def fields(data):
    return data["form"]["steps"][0]["fields"]


def transition(data):
    return data["workflow"]["transitions"][0]


F = ("form", "steps", 0, "fields")
T = ("workflow", "transitions", 0)


@pytest.mark.parametrize(
    ("change", "path", "text"),
    [
        (lambda d: d.update(title="Gesuch"), ("title",), "Der Prozess heißt jetzt „Gesuch“."),
        (lambda d: d["numbering"].update(digits=5), ("numbering", "digits"), "Der Prozess, Nummerierung, Stellen: jetzt „5“, vorher „4“."),
        (lambda d: d["access"]["create"].update(public=True), ("access", "create", "public"), "Der Prozess, Zugriff, Anlegen, öffentlich: jetzt „ja“, vorher „nein“."),
        (lambda d: d["access"].update(read=["office"]), ("access", "read"), "Der Prozess, Zugriff, Lesen: neu „office“; es entfällt „coordinator“."),
        (lambda d: d["retention"][0].update(after=7), ("retention", 0, "after"), "Der Prozess, Löschfristen „Kontaktdaten“, Dauer: jetzt „7“, vorher „6“."),
        (lambda d: fields(d).append({"id": "n", "type": "number", "label": "Anzahl"}), (*F, 3), "Das Feld „Anzahl“ (n, Zahl) ist neu."),
        (lambda d: fields(d).pop(), (*F, 2), "Das Feld „Warum?“ (why) entfällt."),
        (lambda d: fields(d)[0].update(label="Worum geht es?"), (*F, 0, "label"), "Das Feld „Betreff“ heißt jetzt „Worum geht es?“."),
        (lambda d: fields(d)[0].update(label={"de": "Betreff", "en": "Subject"}), (*F, 0, "label"), "Das Feld „Betreff“: die Bezeichnung ist nur in anderen Sprachen als Deutsch geändert."),
        (lambda d: fields(d)[0].update(type="long_text"), (*F, 0, "type"), "Das Feld „Betreff“ hat jetzt den Typ langer Text (vorher kurzer Text)."),
        (lambda d: fields(d)[0].update(required=False), (*F, 0, "required"), "Das Feld „Betreff“ ist nicht mehr Pflicht."),
        (lambda d: fields(d)[1].update(required=True), (*F, 1, "required"), "Das Feld „Dringend?“ ist jetzt Pflicht."),
        (lambda d: fields(d)[0].update(max_length=50), (*F, 0, "max_length"), "Das Feld „Betreff“, Höchstlänge: jetzt „50“, vorher „500“."),
        (lambda d: fields(d)[0].update(help="Kurz"), (*F, 0, "help"), "Das Feld „Betreff“: die Hilfe ist neu: „Kurz“."),
        (lambda d: fields(d)[1]["options"].append({"value": "egal", "label": "egal"}), (*F, 1, "options", 2), "Das Feld „Dringend?“: die Antwort „egal“ ist neu."),
        (lambda d: fields(d)[1]["options"].pop(), (*F, 1, "options"), "Das Feld „Dringend?“: die Antwort „nein“ entfällt."),
        (lambda d: fields(d)[1]["options"][0].update(label="Ja!"), (*F, 1, "options", 0, "label"), "Das Feld „Dringend?“, Antwort „ja“ heißt jetzt „Ja!“."),
        (lambda d: fields(d)[1]["options"].reverse(), (*F, 1, "options"), "Das Feld „Dringend?“: die Reihenfolge der Antworten ist geändert."),
        (lambda d: fields(d).reverse(), F, "Die Reihenfolge der Felder in „Angaben“ ist geändert."),
        (lambda d: d["form"]["steps"][1]["fields"].append(fields(d).pop()), ("form", "steps", 1, "fields", 0), "Das Feld „Warum?“ steht jetzt in „Ende“ (vorher in „Angaben“)."),
        (lambda d: d["form"]["steps"].append({"id": "c", "title": "Neu"}), ("form", "steps", 2), "Der Abschnitt „Neu“ ist neu."),
        (lambda d: d["form"]["steps"].pop(), ("form", "steps", 1), "Der Abschnitt „Ende“ entfällt."),
        (lambda d: d["form"]["steps"].reverse(), ("form", "steps"), "Die Reihenfolge der Abschnitte ist geändert."),
        (lambda d: d["workflow"]["states"].update(wait={"label": "wartet"}), ("workflow", "states", "wait"), "Der Stand „wartet“ ist neu."),
        (lambda d: d["workflow"]["states"].pop("done"), ("workflow", "states", "done"), "Der Stand „fertig“ entfällt."),
        (lambda d: d["workflow"]["states"]["new"].update(kind="waiting"), ("workflow", "states", "new", "kind"), "Der Stand „neu“, Art: jetzt „waiting“, vorher „open“."),
        (lambda d: d["workflow"]["states"]["new"]["deadlines"][0].update(after=9), ("workflow", "states", "new", "deadlines", 0, "after"), "Der Stand „neu“, Fristen „Prüfen“, Dauer: jetzt „9“, vorher „5“."),
        (lambda d: d["workflow"]["states"]["new"].pop("deadlines"), ("workflow", "states", "new", "deadlines"), "Der Stand „neu“, Fristen: „Prüfen“ entfällt."),
        (lambda d: d["workflow"]["transitions"].append({"id": "back", "label": "Zurück", "from": ["done"], "to": "new"}), ("workflow", "transitions", 1), "Der Schritt „Zurück“ ist neu: von „fertig“ nach „neu“."),
        (lambda d: d["workflow"]["transitions"].pop(), T, "Der Schritt „Abschließen“ entfällt."),
        (lambda d: transition(d).update(to="new"), (*T, "to"), "Der Schritt „Abschließen“ führt jetzt nach „neu“ (vorher „fertig“)."),
        (lambda d: transition(d).update({"from": ["new", "done"]}), (*T, "from"), "Der Schritt „Abschließen“ beginnt jetzt in „neu“ oder „fertig“ (vorher „neu“)."),
        (lambda d: transition(d).update(approvals=2), (*T, "approvals"), "Der Schritt „Abschließen“, nötige Zustimmungen: jetzt „2“, vorher „1“."),
        (lambda d: transition(d)["actors"].append({"is": "creator"}), (*T, "actors"), "Der Schritt „Abschließen“, wer den Schritt tun darf: neu {is: creator}."),
        (lambda d: transition(d).update(form=[{"id": "q", "type": "short_text", "label": "Grund"}]), (*T, "form", 0), "Der Schritt „Abschließen“: Das Feld „Grund“ (q, kurzer Text) ist neu."),
        (lambda d: d["mails"]["receipt"].update(subject="Eingang"), ("mails", "receipt", "subject"), "Die Mail „Eingang“: der Betreff ist jetzt „Eingang“ (vorher „Ihr Antrag“)."),
        (lambda d: d["mails"]["receipt"].update(text="Guten Tag\nviele Grüße"), ("mails", "receipt", "text"), "Die Mail „Eingang“: der Text ist geändert."),
        (lambda d: d["mails"].pop("receipt"), ("mails", "receipt"), "Die Mail „Eingang“ entfällt."),
        (lambda d: d["documents"].update(letter={"title": "Brief"}), ("documents", "letter"), "Das Dokument „Brief“ ist neu."),
    ],
)  # fmt: skip
def test_one_change_is_one_sentence_at_its_place(change, path, text):
    assert changed(change) == [(path, text)]


def test_a_changed_condition_is_explained_before_and_after():
    found = changed(lambda d: fields(d)[2].update(show_when={"field": "urgent", "is": "nein"}))
    assert [path for path, _ in found] == [(*F, 2, "show_when")]
    text = found[0][1]
    assert text.startswith("Das Feld „Warum?“: die Bedingung für die Anzeige ist jetzt „wenn")
    assert "„nein“" in text
    assert "„ja“" in text
    removed = changed(lambda d: fields(d)[2].pop("show_when"))
    assert "ist jetzt „immer“, vorher „wenn" in removed[0][1]


def test_long_and_short_ways_of_writing_the_same_condition_do_not_pretend_a_change_of_meaning():
    found = changed(lambda d: fields(d)[2].update(show_when={"all": [{"field": "urgent", "is": "ja"}]}))
    assert found[0][1] == (
        "Das Feld „Warum?“: die Bedingung für die Anzeige ist anders aufgeschrieben, bedeutet aber dasselbe."
    )
    assert len(found) == 1


def test_a_field_in_a_group_is_compared_too():
    old = copy.deepcopy(BASE)
    fields(old).append(
        {"id": "g", "type": "group", "label": "G", "fields": [{"id": "x", "type": "short_text", "label": "X"}]}
    )
    new = copy.deepcopy(old)
    fields(new)[3]["fields"][0]["required"] = True
    assert [found.text for found in diff(read(old), read(new))] == ["Das Feld „X“ ist jetzt Pflicht."]
    assert plain(read(new)) != plain(read(old))
