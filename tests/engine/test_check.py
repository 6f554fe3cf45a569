"""Every kind of mistake in a definition is found, told in German at the right place, and nothing else is."""

# ruff: noqa: E501 - the tables read best with one case a line

import copy

import pytest
from hypothesis import HealthCheck, given, settings

from kimforms.engine.catalogue import StaticCatalogues
from kimforms.engine.check import check, errors_in, texts_in
from tests.engine.definitions import hurdle_report, processes, read, small

ROLES = {"coordinator", "office", "adviser", "case_manager"}
TEXT = {"type": "short_text", "label": "Text"}
CHOICE = {"type": "one_of", "label": "Wahl", "options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}
MANY = {**CHOICE, "type": "several_of", "label": "Mehrere"}


def form(*fields, **step):
    data = small()
    data["form"]["steps"][0]["fields"].extend(fields)
    data["form"]["steps"][0].update(step)
    return data


def steps(*more):
    data = small()
    data["form"]["steps"].extend(more)
    return data


def finish(**settings_):
    data = small()
    data["workflow"]["transitions"][0].update(settings_)
    return data


def state(name, **settings_):
    data = small()
    data["workflow"]["states"].setdefault(name, {"label": name}).update(settings_)
    return data


def shown(condition, *others):
    """A field `x` that is shown when the condition holds, after the others."""
    return form(*others, {"id": "x", **TEXT, "show_when": condition})


def findings(data, **known):
    return [(finding.severity, finding.where, finding.text) for finding in check(read(data), **known)]


def test_a_sound_process_has_no_errors_and_no_warnings():
    assert errors_in(check(read(small()), roles=ROLES)) == []
    assert {severity for severity, _, _ in findings(small())} == {"hint"}


def test_the_shipped_process_has_no_errors_and_no_warnings():
    found = check(hurdle_report(), roles=ROLES)
    assert [finding for finding in found if finding.severity != "hint"] == []


F = "form.steps[0].fields"
T = "workflow.transitions[0]"
W = "workflow.states"
NUMBER = {"id": "n", "type": "number", "label": "Anzahl"}
DAY = {"id": "d", "type": "date", "label": "Tag"}
C = {"id": "c", **CHOICE}
M = {"id": "m", **MANY}
YES = {"id": "y", "type": "yes_no", "label": "Ja?"}
INFO = {"id": "i", "type": "information", "label": "Hinweis", "text": "…"}
GROUP = {"id": "g", "type": "group", "label": "Gruppe", "fields": [{"id": "inner", **TEXT}]}
ROWS = {"id": "r", "type": "repeating_group", "label": "Zeilen", "fields": [{"id": "cell", **TEXT}]}
PERSON = {"id": "p", "type": "person", "label": "Wer?", "role": "office"}
MAIL = {"question": {"subject": "Frage", "text": "Siehe {link}"}}


def mailed(to, mail="question"):
    return {**finish(effects=[{"notify": {"mail": mail, "to": to}}]), "mails": MAIL}


def effect(one, **more):
    return finish(effects=[one], **more)


CASES = [
    # ids
    (form({"id": "subject", **TEXT}), "error", f"{F}[2]", "Das Feld „subject“ gibt es zweimal."),
    (form({**GROUP, "fields": [{"id": "subject", **TEXT}]}), "error", f"{F}[2]", "„subject“ gibt es zweimal"),
    (steps({"id": "a", "title": "B", "fields": [{"id": "q", **TEXT}]}), "error", "form.steps[1].id", "„a“ gibt es zweimal"),
    (steps({"id": "urgent", "title": "B", "repeat": {}, "fields": [{"id": "q", **TEXT}]}), "error", f"{F}[1]", "mehrfacher Abschnitt"),
    (finish(form=[{"id": "q", **TEXT}, {"id": "q", **TEXT}]), "error", f"{T}.form[0]", "„q“ gibt es in diesem Formular zweimal"),
    # conditions
    (shown({"field": "gone", "is": "a"}), "error", f"{F}[2].show_when", "das Feld „gone“, das es nicht gibt"),
    (shown({"not": {"all": [{"field": "gone", "empty": True}]}}), "error", f"{F}[2].show_when", "„gone“"),
    (form({"id": "x", **TEXT, "required_when": {"field": "gone", "is": "a"}}), "error", f"{F}[2].required_when", "„gone“"),
    (shown({"field": "subject", "less_than": 3}), "error", f"{F}[2].show_when", "„Betreff“ ist keine Zahl"),
    (shown({"field": "c", "at_least": 3}, C), "error", f"{F}[3].show_when", "„Wahl“ ist keine Zahl"),
    (shown({"field": "subject", "before": "today"}), "error", f"{F}[2].show_when", "kein Datum"),
    (shown({"field": "n", "after": "today"}, NUMBER), "error", f"{F}[3].show_when", "kein Datum"),
    (shown({"field": "c", "contains": "a"}, C), "error", f"{F}[3].show_when", "nur eine Antwort"),
    (shown({"field": "m", "is": "a"}, M), "error", f"{F}[3].show_when", "schreiben Sie „contains“"),
    (shown({"field": "m", "in": ["a"]}, M), "error", f"{F}[3].show_when", "schreiben Sie „contains“"),
    (shown({"field": "c", "is": "z"}, C), "error", f"{F}[3].show_when", "„Wahl“ kann nie „z“ sein"),
    (shown({"field": "c", "is": True}, C), "error", f"{F}[3].show_when", "„Wahl“ kann nie „true“ sein"),
    (shown({"field": "c", "is_not": "z"}, C), "error", f"{F}[3].show_when", "„z“"),
    (shown({"field": "c", "in": ["a", "z"]}, C), "error", f"{F}[3].show_when", "„z“"),
    (shown({"field": "m", "contains": "z"}, M), "error", f"{F}[3].show_when", "„z“"),
    (shown({"field": "n", "is": "viele"}, NUMBER), "error", f"{F}[3].show_when", "„viele“"),
    (shown({"field": "y", "is": "vielleicht"}, YES), "error", f"{F}[3].show_when", "„vielleicht“"),
    (shown({"field": "i", "empty": False}, INFO), "error", f"{F}[3].show_when", "Hinweis ohne Antwort"),
    (shown({"state": "gone"}), "error", f"{F}[2].show_when", "den Stand „gone“"),
    (shown({"role": "boss"}), "error", f"{F}[2].show_when", "Die Rolle „boss“ gibt es nicht"),
    (shown({"field": "inner", "is": "a"}, GROUP), "error", f"{F}[3].show_when", "schreiben Sie „g.inner“"),
    (shown({"field": "cell", "is": "a"}, ROWS), "error", f"{F}[3].show_when", "mehrfach ausgefüllt"),
    (shown({"field": "x", "is": "a"}), "error", f"{F}[2].show_when", "hängt von seiner eigenen Antwort ab"),
    (form({"id": "x", **TEXT, "show_when": {"field": "c", "is": "a"}}, C), "warning", f"{F}[2].show_when", "erst nach „x“ gefragt"),
    (
        {**(data := shown({"field": "late", "is": "a"})), "form": {"steps": [*data["form"]["steps"], {"id": "b", "title": "B", "fields": [{"id": "late", **TEXT}]}]}},
        "error", f"{F}[2].show_when", "in einem späteren Abschnitt",
    ),
    (
        form({"id": "x", **TEXT, "show_when": {"field": "z", "is": "a"}}, {"id": "z", **TEXT, "show_when": {"field": "x", "is": "a"}}),
        "error", f"{F}[2].show_when", "hängt im Kreis wieder von „x“ ab",
    ),
    (steps({"id": "b", "title": "B", "show_when": {"field": "q", "is": "a"}, "fields": [{"id": "q", **TEXT}]}), "error", "form.steps[1].show_when", "erst hier oder danach gefragt"),
    (finish(when={"field": "gone", "is": "a"}), "error", f"{T}.when", "„gone“"),
    (finish(form=[{"id": "q", **TEXT, "show_when": {"field": "gone", "is": "a"}}]), "error", f"{T}.form[0].show_when", "„gone“"),
    # never shown
    (form({"id": "x", **TEXT, "required": True, "show_when": {"any": []}}), "error", f"{F}[2].show_when", "ist Pflicht, erscheint aber nie"),
    (form({"id": "x", **TEXT, "show_when": {"any": []}}), "warning", f"{F}[2].show_when", "erscheint nie"),
    (shown({"all": [{"field": "c", "is": "a"}, {"field": "c", "is": "b"}]}, C), "warning", f"{F}[3].show_when", "erscheint nie"),
    (
        form({"id": "x", **TEXT, "show_when": {"any": []}}, {"id": "z", **TEXT, "required": True, "show_when": {"field": "x", "is": "a"}}),
        "error", f"{F}[3].show_when", "ist Pflicht, erscheint aber nie",
    ),
    (steps({"id": "b", "title": "B", "show_when": {"any": []}, "fields": [{"id": "q", **TEXT, "required": True}]}), "error", "form.steps[1].show_when", "Der Abschnitt „B“ erscheint nie"),
    # fields
    (form({"id": "x", **TEXT, "required": True, "required_when": {"field": "urgent", "is": "ja"}}), "warning", f"{F}[2].required_when", "immer Pflicht"),
    (form({"id": "x", "type": "one_of", "label": "Leer"}), "error", f"{F}[2]", "keine Antworten"),
    (form({"id": "x", "type": "one_of", "label": "T", "options_from": "topics", "depends_on": "gone"}), "error", f"{F}[2]", "braucht das Feld „gone“"),
    (steps({"id": "b", "title": "Leer"}), "warning", "form.steps[1]", "hat keine Felder"),
    # projection and reporter
    (small(projection={}), "error", "projection.title", "Titel eines Vorgangs"),
    (small(projection={"title": "gone"}), "error", "projection.title", "„gone“ gibt es nicht"),
    ({**form(M), "projection": {"title": "m"}}, "error", "projection.title", "Typ several_of"),
    (small(projection={"title": "urgent"}), "warning", "projection.title", "kann leer bleiben"),
    (small(projection={"title": "subject", "municipalities": "subject"}), "error", "projection.municipalities", "Typ short_text"),
    ({**form({**GROUP, "fields": [{"id": "inner", **TEXT}]}), "projection": {"title": "inner"}}, "error", "projection.title", "steht in einer Gruppe"),
    ({**form({"id": "who", **TEXT, "personal_data": "x", "required": True}), "projection": {"title": "who"}}, "error", "projection.title", "Personendaten"),
    (small(reporter={"email": "subject"}), "error", "reporter.email", "hier passt nur email"),
    (small(reporter={"name": "gone"}), "error", "reporter.name", "„gone“ gibt es nicht"),
    (small(reporter={"name": "subject"}), "warning", "reporter.name", "nicht mit „personal_data“"),
    (small(reporter={"may_ask": {"field": "gone", "is": "a"}}), "error", "reporter.may_ask", "„gone“"),
    (small(reporter={"feedback": "urgent"}), "error", "reporter.feedback", "keine Antwort „stand“"),
    (small(reporter={"feedback": "gone"}), "error", "reporter.feedback", "„gone“ gibt es nicht"),
    # states
    (small(workflow={**small()["workflow"], "initial": "gone"}), "error", "workflow.initial", "Den Anfangsstand „gone“"),
    (state("lost", kind="done"), "error", f"{W}.lost", "Den Stand „lost“ erreicht kein Vorgang"),
    (state("done", kind="open"), "error", f"{W}.done", "führt kein Schritt heraus"),
    (state("done", kind="waiting"), "warning", W, "Kein Stand ist ein Ende"),
    (state("done", deadlines=[{"id": "d", "label": "F", "after": 1}]), "warning", f"{W}.done.deadlines", "läuft hier ins Leere"),
    (state("new", editable=[{"role": "boss"}]), "error", f"{W}.new.editable[0]", "„boss“"),
    (state("new", deadlines=[{"id": "d", "label": "F", "after": 1}] * 2), "error", f"{W}.new.deadlines[1].id", "zweimal"),
    (state("new", deadlines=[{"id": "d", "label": "F", "after": 2, "remind_before": [2], "notify": ["creator"]}]), "warning", f"{W}.new.deadlines[0].remind_before", "vor dem Beginn"),
    (state("new", deadlines=[{"id": "d", "label": "F", "after": 2, "remind_before": [1]}]), "error", f"{W}.new.deadlines[0].notify", "niemand ist als Empfänger"),
    (state("new", deadlines=[{"id": "d", "label": "F", "after": 2, "notify": ["creator"], "mail": "gone"}]), "error", f"{W}.new.deadlines[0].mail", "Die Mail „gone“"),
    (state("new", deadlines=[{"id": "d", "label": "F", "after": 2, "escalate": {"after": 1}}]), "error", f"{W}.new.deadlines[0].escalate", "sagt niemandem Bescheid"),
    (state("new", deadlines=[{"id": "d", "label": "F", "after": 2, "escalate": {"after": 1, "notify": [{"role": "boss"}]}}]), "error", f"{W}.new.deadlines[0].escalate.notify[0]", "„boss“"),
    (state("new", deadlines=[{"id": "d", "label": "F", "after": 2}]), "hint", f"{W}.new.deadlines[0]", "erinnert niemanden"),
    # transitions
    (finish(to="gone"), "error", f"{T}.to", "Den Stand „gone“ gibt es nicht"),
    (finish(**{"from": ["new", "gone"]}), "error", f"{T}.from[1]", "Den Stand „gone“ gibt es nicht"),
    (small(workflow={**small()["workflow"], "transitions": small()["workflow"]["transitions"] * 2}), "error", "workflow.transitions[1].id", "„finish“ gibt es zweimal"),
    (finish(actors=[]), "error", f"{T}.actors", "darf niemand tun"),
    (finish(actors=[{"role": "boss"}]), "error", f"{T}.actors", "darf niemand tun"),
    (finish(actors=[{"role": "office"}, {"role": "boss"}]), "error", f"{T}.actors[1]", "„boss“ gibt es nicht"),
    (finish(actors=[{"field": "gone"}]), "error", f"{T}.actors[0]", "„gone“ gibt es nicht"),
    (finish(actors=[{"field": "subject"}]), "error", f"{T}.actors[0]", "nennt keine Person"),
    (finish(actors=[{"field": "p"}], form=[PERSON]), "error", f"{T}.actors[0]", "vorher nicht ausgefüllt"),
    (finish(actors=[{"is": "creator"}], separate_person=True), "error", f"{T}.separate_person", "zweite Person"),
    (finish(actors=[{"is": "reporter"}], approvals=2), "error", f"{T}.approvals", "wer ein Konto hat"),
    (finish(actors=[{"system": True}], approvals=2), "error", f"{T}.approvals", "wer ein Konto hat"),
    (finish(actors=[{"is": "creator"}, {"is": "assignee"}], approvals=3), "error", f"{T}.approvals", "so viele Personen"),
    # mails, recipients, documents
    (mailed([]), "error", f"{T}.effects[0].notify", "keine Empfänger"),
    (mailed(["creator"], "gone"), "error", f"{T}.effects[0].notify.mail", "Die Mail „gone“"),
    (mailed([{"role": "boss"}]), "error", f"{T}.effects[0].notify.to[0]", "„boss“"),
    (mailed(["creator", {"field": "gone"}]), "error", f"{T}.effects[0].notify.to[1]", "„gone“ gibt es nicht"),
    (mailed([{"field": "subject"}]), "error", f"{T}.effects[0].notify.to[0]", "nennt niemanden"),
    (mailed(["reporter"]), "warning", f"{T}.effects[0].notify.to[0]", "kein Kontaktfeld"),
    (small(mails=MAIL), "warning", "mails.question", "verschickt niemand"),
    ({**mailed(["creator"]), "mails": {"question": {"subject": "{Titel}", "text": "x"}}}, "error", "mails.question.subject", "{Titel}"),
    ({**mailed(["creator"]), "mails": {"question": {"subject": "x", "text": {"de": "x", "en": "{title.x}"}}}}, "error", "mails.question.text", "{title.x}"),
    ({**mailed(["creator"]), "mails": {"question": {"subject": "x", "text": "Code {code}"}}}, "error", "mails.question.text", "Abrufcode"),
    ({**mailed(["creator"]), "mails": {"question": {"subject": "x", "text": "x", "attach": ["gone"]}}}, "error", "mails.question.attach[0]", "Das Dokument „gone“"),
    (small(documents={"letter": {"title": "T"}}), "hint", "documents.letter", "in keinem Schritt"),
    (small(documents={"receipt": {"title": "{Code}"}}), "error", "documents.receipt.title", "{Code}"),
    (small(documents={"receipt": {"title": "T", "sections": [{"text": "{x}"}]}}), "error", "documents.receipt.sections[0].text", "{x}"),
    (small(documents={"receipt": {"title": "T", "sections": [{"answers": {"steps": ["gone"]}}]}}), "error", "documents.receipt.sections[0].answers.steps", "„gone“"),
    (small(documents={"receipt": {"title": "T", "sections": [{"answers": {"fields": ["gone"]}}]}}), "error", "documents.receipt.sections[0].answers.fields", "„gone“"),
    ({**small(documents={"receipt": {"title": "T", "sections": [{"answers": {"fields": ["subject"]}}]}}), "reporter": {"name": "subject"}}, "error", "documents.receipt.sections[0].answers.fields", "gehört zum Kontakt"),
    # other effects
    (effect({"document": {"id": "gone"}}), "error", f"{T}.effects[0].document.id", "Das Dokument „gone“"),
    (effect({"set": {"field": "gone", "value": 1}}), "error", f"{T}.effects[0].set.field", "„gone“"),
    (effect({"set": {"field": "urgent", "value": "z"}}), "error", f"{T}.effects[0].set.value", "diesen Wert nicht"),
    (effect({"set": {"field": "urgent", "value": ["ja"]}}), "error", f"{T}.effects[0].set.value", "diesen Wert nicht"),
    (effect({"set": {"field": "urgent", "from": "gone"}}), "error", f"{T}.effects[0].set.from", "kein Feld „gone“"),
    (effect({"set": {"field": "urgent", "from": "q"}}, form=[{"id": "q", **TEXT}]), "error", f"{T}.effects[0].set.from", "passt nicht"),
    (effect({"assign": {"to": {"field": "gone"}}}), "error", f"{T}.effects[0].assign.to", "„gone“"),
    (effect({"assign": {"to": {"field": "subject"}}}), "error", f"{T}.effects[0].assign.to", "keine Person"),
    (effect({"task": {"title": "T", "to": []}}), "error", f"{T}.effects[0].task.to", "bekommt niemand"),
    (effect({"task": {"title": "T", "to": [{"field": "gone"}]}}), "error", f"{T}.effects[0].task.to[0]", "„gone“"),
    (effect({"link": {"kind": "theme", "field": "gone"}}), "error", f"{T}.effects[0].link.field", "„gone“"),
    (effect({"link": {"kind": "theme", "field": "q"}}, form=[{"id": "q", **TEXT}]), "error", f"{T}.effects[0].link.field", "keinen Vorgang"),
    (effect({"publish": {"fields": ["gone"]}}), "error", f"{T}.effects[0].publish.fields[0]", "„gone“"),
    ({**effect({"publish": {"fields": ["who"]}}), "form": form({"id": "who", **TEXT, "personal_data": "x"})["form"]}, "error", f"{T}.effects[0].publish.fields[0]", "Personendaten"),
    (effect({"publish": {"note": "gone"}}), "error", f"{T}.effects[0].publish.note", "„gone“"),
    (effect({"link": {"kind": "theme", "create": "theme", "copy": {"title": "gone"}}}), "error", f"{T}.effects[0].link.copy.title", "„gone“"),
    (effect({"link": {"kind": "theme", "create": "theme", "when": {"field": "gone", "is": 1}}}), "error", f"{T}.effects[0].link.when", "„gone“"),
    (effect({"step": {"links": "theme", "process": "theme", "transition": "go", "with": {"reason": "gone"}}}), "error", f"{T}.effects[0].step.with.reason", "„gone“"),
    (effect({"step": {"links": "theme", "process": "theme", "transition": "go", "when": {"field": "gone", "is": 1}}}), "error", f"{T}.effects[0].step.when", "„gone“"),
    (finish(automatic=True, when={"state": "new"}), "error", f"{T}.automatic", "das System darf den Schritt nicht tun"),
    (finish(automatic=True, actors=[{"system": True}]), "error", f"{T}.automatic", "Bedingung"),
    (finish(automatic=True, actors=[{"system": True}], when={"state": "new"}, form=[{"id": "q", **TEXT, "required": True}]), "error", f"{T}.automatic", "Pflichtangabe"),
    (effect({"deadline": {"id": "d", "after": 3}}), "warning", f"{T}.effects", "läuft hier ins Leere"),
    (small(workflow={**small()["workflow"], "on_submit": [{"notify": {"mail": "gone", "to": ["creator"]}}]}), "error", "workflow.on_submit[0].notify.mail", "„gone“"),
    # access, retention, texts
    (small(access={"read": ["office"]}), "error", "access.create", "Niemand darf einen Vorgang anlegen"),
    (small(access={"create": {"roles": ["adviser"]}}), "warning", "access.read", "Keine Rolle darf"),
    (small(access={"create": {"roles": ["boss"]}, "read": ["office"]}), "error", "access.create.roles[0]", "„boss“"),
    (small(access={"create": {"roles": ["adviser"]}, "read": ["office"], "contact": ["boss"]}), "error", "access.contact[0]", "„boss“"),
    (small(access={"create": {"public": True}, "read": ["office"]}), "hint", "notice", "Art. 13 DSGVO"),
    (form({"id": "who", **TEXT, "personal_data": "x"}), "warning", "retention", "keine Löschfrist"),
    (small(retention=[{"what": "contact", "after": 6, "unit": "months"}]), "warning", "retention", "kein Feld"),
    (small(title={"en": "Request"}), "error", "title", "fehlt der deutsche Text"),
    (small(title=" "), "error", "title", "fehlt der deutsche Text"),
    (form({"id": "x", "type": "short_text", "label": {"en": "Text"}}), "error", f"{F}[2].label", "fehlt der deutsche Text"),
    (form({"id": "x", **CHOICE, "options": [{"value": "a", "label": {"en": "A"}}]}), "error", f"{F}[2].options[0].label", "fehlt der deutsche Text"),
    (state("new", label={"de": "", "en": "new"}), "error", f"{W}.new.label", "fehlt der deutsche Text"),
    (small(title={"de": "Antrag", "en": "Request"}), "hint", "", "keine englische Fassung"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "severity", "where", "text"), CASES, ids=[f"{c[1]}-{c[2]}-{c[3]}"[:70] for c in CASES]
)
def test_each_mistake_is_found_where_it_stands(data, severity, where, text):
    found = findings(data, roles=ROLES)
    assert any((s, w) == (severity, where) and text in t for s, w, t in found), found


SOUND = [
    shown({"field": "c", "is": "a"}, C),
    shown({"field": "m", "contains": "b"}, M),
    shown({"field": "n", "at_least": 3}, NUMBER),
    shown({"field": "n", "is": 3}, NUMBER),
    shown({"field": "d", "before": "today"}, DAY),
    shown({"field": "y", "is": True}, YES),
    shown({"field": "y", "is": "ja"}, YES),
    shown({"field": "g.inner", "is": "a"}, GROUP),
    shown({"field": "subject", "empty": False}),
    shown({"not": {"field": "urgent", "is": "ja"}}),
    shown({"any": [{"field": "c", "is": "a"}, {"field": "c", "is": "b"}]}, C),
    shown({"all": [{"field": "y", "is": True}, {"field": "y", "is": "ja"}]}, YES),
    shown({"all": [{"field": "n", "is": 3}, {"field": "n", "is": "3.0"}]}, NUMBER),
    form({**CHOICE, "id": "k", "options": [{"value": "1", "label": "1"}]}, {"id": "x", **TEXT, "show_when": {"field": "k", "at_least": 1}}),
    form({**GROUP, "fields": [{"id": "q", **TEXT}, {"id": "x", **TEXT, "show_when": {"field": "q", "is": "a"}}]}),
    form({**ROWS, "fields": [{"id": "q", **TEXT}, {"id": "x", **TEXT, "show_when": {"field": "q", "is": "a"}}]}),
    steps({"id": "b", "title": "B", "repeat": {}, "fields": [{"id": "q", **TEXT}, {"id": "x", **TEXT, "show_when": {"field": "q", "is": "a"}}]}),
    steps({"id": "b", "title": "B", "show_when": {"field": "urgent", "is": "ja"}, "fields": [{"id": "q", **TEXT}]}),
    finish(form=[{"id": "q", **TEXT}, {"id": "z", **TEXT, "show_when": {"all": [{"field": "q", "is": "a"}, {"field": "urgent", "is": "ja"}]}}]),
    finish(actors=[{"is": "creator"}, {"role": "office"}], separate_person=True),
    finish(actors=[{"is": "creator"}, {"is": "assignee"}], approvals=2),
    mailed(["creator", "assignee", {"role": "office"}]),
    effect({"assign": {"to": {"field": "p"}}}, form=[PERSON]),
    effect({"set": {"field": "urgent", "from": "q"}}, form=[{"id": "q", **CHOICE}]),
    effect({"set": {"field": "urgent", "value": None}}),
    small(documents={"receipt": {"title": "T {code}", "sections": [{"answers": {"steps": ["a"]}}]}}),
    small(mails={"assignment": {"subject": "x", "text": "{actor}"}}),
]  # fmt: skip


@pytest.mark.parametrize("data", SOUND, ids=range(len(SOUND)))
def test_nothing_is_found_where_nothing_is_wrong(data):
    assert [found for found in findings(data, roles=ROLES) if found[0] != "hint"] == []


def test_a_repeated_step_keeps_its_answers_to_itself():
    data = steps({"id": "b", "title": "B", "repeat": {}, "fields": [{"id": "q", **TEXT}]})
    data["form"]["steps"].append(
        {"id": "c", "title": "C", "fields": [{"id": "x", **TEXT, "show_when": {"field": "q", "is": "a"}}]}
    )
    assert any("mehrfach ausgefüllt" in text for severity, _, text in findings(data) if severity == "error")


def test_roles_and_lists_are_judged_only_when_they_are_known():
    data = finish(actors=[{"role": "boss"}])
    assert errors_in(check(read(data))) == []
    municipality = {"id": "k", "type": "municipality", "label": "Kommune"}
    data = shown({"field": "k", "is": "troisdorf"}, municipality)
    assert errors_in(check(read(data))) == []
    known = StaticCatalogues({"municipalities": {"troisdorf": "Troisdorf"}})
    assert errors_in(check(read(data), catalogues=known)) == []
    unknown = StaticCatalogues({"municipalities": {"siegburg": "Siegburg"}})
    assert "„troisdorf“" in errors_in(check(read(data), catalogues=unknown))[0].text
    assert any("leer oder unbekannt" in text for _, _, text in findings(data, catalogues=StaticCatalogues()))


def test_errors_come_first():
    data = form({"id": "x", **TEXT, "personal_data": "x", "show_when": {"field": "gone", "is": "a"}})
    ranks = [("error", "warning", "hint").index(severity) for severity, _, _ in findings(data)]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


@given(processes())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_whatever_can_be_read_can_be_judged_and_paths_lead_into_it(data):
    definition = read(data)
    for finding in check(definition, roles=ROLES):
        part = definition.model_dump(by_alias=True, mode="json")
        for step in finding.path[:-2]:
            part = part[step]
        assert finding.text.endswith(".")


def test_every_text_is_found():
    data = copy.deepcopy(small())
    data["title"] = "T-1"
    data["form"]["steps"][0]["fields"][0]["help"] = {"de": "T-2"}
    found = [text for _, text in texts_in(read(data), ())]
    assert "T-1" in found
    assert {"de": "T-2"} in found
    assert len(found) == 10
