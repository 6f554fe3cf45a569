"""Documents of a process filled in: blocks become parts, contacts and hidden questions stay out."""

import io
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from kimforms.documents.paper import Letterhead, PaperData, paper_html
from kimforms.documents.pdf import render_pdf
from kimforms.documents.process_paper import process_paper
from kimforms.engine.fields import CleanContext
from kimforms.engine.yaml_io import load_process

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
PROCESS = """
key: report
title: Meldung
controller: county
numbering: {prefix: IH}
reporter: {name: who, email: mail}
form:
  steps:
    - id: first
      title: {de: Stelle, en: Office}
      fields:
        - {id: may, type: yes_no, label: Rückfragen}
        - {id: who, type: short_text, label: Name, personal_data: meldende Person, show_when: {field: may, is: ja}}
        - {id: mail, type: email, label: E-Mail, personal_data: meldende Person}
    - id: second
      title: Hürde
      fields:
        - {id: info, type: information, label: Hinweis, text: Bitte kurz}
        - {id: what, type: long_text, label: {de: Was passiert?, en: What happens?}}
        - {id: more, type: short_text, label: Mehr, show_when: {field: what, empty: true}}
    - id: dates
      title: Termine
      repeat: {item: {de: Termin, en: Date}}
      fields:
        - {id: day, type: date, label: Tag}
workflow: {initial: new, states: {new: {label: neu}}}
documents:
  receipt:
    title: 'Beleg {reference}'
    intro: "Guten Tag\\n\\nwir danken, {controller}."
    sections:
      - table: {caption: Daten, rows: [{label: Nummer, text: '{reference}'}, {label: Code, text: '{code}'}]}
      - heading: {de: Angaben, en: Answers}
      - answers: {}
      - text: "Zeile eins\\nZeile zwei"
    closing: Freundliche Grüße
  short:
    title: Kurz
    sections: [{answers: {fields: [what]}}]
"""
ANSWERS = {
    "may": True,
    "who": "Ada Beispiel",
    "mail": "ada@x.example",
    "what": "Kurs {code} fehlt",
    "dates": [{"day": "2026-11-22"}, {"day": "2026-11-23"}],
}


def fill(document: str = "receipt", language: str = "de", **values: str) -> PaperData:
    context = CleanContext(today=date(2026, 11, 22), language=language, answers=ANSWERS)
    return process_paper(
        load_process(PROCESS, "report.yaml"),
        document,
        answers=ANSWERS,
        values={"reference": "IH-2026-0042", "controller": "Kreis Musterland", "code": "ABCD"} | values,
        letterhead=Letterhead("Kreis Musterland"),
        context=context,
    )


def shown(paper: PaperData) -> list[tuple[str, int, list[tuple[str, str]]]]:
    return [
        (one.heading, one.level, [(row.label, "|".join(row.lines)) for row in one.entries]) for one in paper.sections
    ]


def test_blocks_become_parts_in_their_order() -> None:
    paper = fill()
    assert paper.title == "Beleg IH-2026-0042"
    assert paper.intro == ("Guten Tag", "wir danken, Kreis Musterland.")
    assert paper.closing == ("Freundliche Grüße",)
    assert shown(paper) == [
        ("Daten", 2, [("Nummer", "IH-2026-0042"), ("Code", "ABCD")]),
        ("Angaben", 2, []),
        ("Stelle", 3, [("Rückfragen", "ja")]),
        ("Hürde", 3, [("Was passiert?", "Kurs {code} fehlt")]),
        ("Termin 1", 3, [("Tag", "22.11.2026")]),
        ("Termin 2", 3, [("Tag", "23.11.2026")]),
        ("", 2, []),
    ]
    assert paper.sections[-1].paragraphs == ("Zeile eins\nZeile zwei",)


def test_contacts_never_stand_on_paper() -> None:
    html = paper_html(fill(), TEMPLATES)
    assert "Ada" not in html
    assert "ada@x.example" not in html


def test_without_a_code_there_is_no_row_about_it() -> None:
    assert shown(fill(code=""))[0] == ("Daten", 2, [("Nummer", "IH-2026-0042")])


def test_a_document_may_show_single_answers() -> None:
    assert shown(fill("short")) == [("Hürde", 2, [("Was passiert?", "Kurs {code} fehlt")])]


def test_a_paper_speaks_the_language_of_its_reader() -> None:
    headings = [heading for heading, *_ in shown(fill(language="en"))]
    assert headings == ["Daten", "Answers", "Office", "Hürde", "Date 1", "Date 2", ""]


def test_an_unknown_document_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        fill("letter")


def test_the_paper_becomes_a_pdf_whose_short_answers_stay_whole() -> None:
    paper = fill()
    assert not paper.sections[3].entries[0].is_long
    pdf = render_pdf(paper_html(paper, TEMPLATES), title=paper.title)
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    for part in ("Beleg IH-2026-0042", "Termin 2", "Zeile zwei", "Seite 1 von 1", "Freundliche Grüße"):
        assert part in text


LAID_OUT = """
key: paper
title: Vorlage
controller: county
numbering: {prefix: BV}
form:
  steps:
    - id: head
      title: Kopf
      fields:
        - {id: basis, type: record, label: Fallbasis, process: cases, multiple: true}
        - {id: proposal, type: long_text, label: Vorschlag}
        - {id: empty, type: long_text, label: Leer}
        - id: plan
          type: repeating_group
          label: Umsetzung
          fields:
            - {id: what, type: short_text, label: Schritt}
            - {id: never, type: short_text, label: Nie}
            - {id: when, type: date, label: bis}
    - id: cases
      title: Die Fälle
      repeat: {item: Fall, naming: letters}
      fields: [{id: start, type: long_text, label: Ausgangslage}]
workflow:
  initial: new
  states: {new: {label: neu}}
documents:
  record:
    title: Vorlage
    sections:
      - heading: Beschluss
      - answers: {steps: [head], fields: [proposal], look: box}
      - answers: {steps: [head], fields: [basis, empty, plan], look: prose, cases: [basis]}
      - answers: {steps: [cases], look: prose}
"""


@pytest.mark.parametrize(("number", "told"), [(7, "7 Fälle"), (1, "1 Fall"), (0, "0 Fälle")])
def test_a_paper_laid_out_as_a_decision_paper(number: int, told: str) -> None:
    answers = {
        "basis": ["FR-2026-0001", "FR-2026-0002"], "proposal": "Erstens <b>\nZweitens",
        "plan": [{"what": "Anfangen", "when": "2026-12-01"}, {"what": "Enden"}], "cases": [{"start": "x"}, {"start": "y"}],
    }  # fmt: skip
    paper = process_paper(
        load_process(LAID_OUT, "paper"), "record", answers=answers, values={}, letterhead=Letterhead("Kreis"),
        context=CleanContext(today=date(2026, 11, 22)), cases={"basis": number},
    )  # fmt: skip
    parts = paper.sections
    assert [part.heading for part in parts] == [
        "Beschluss", "", "Kopf", "Fallbasis", "Umsetzung", "Fall A", "Ausgangslage", "Fall B", "Ausgangslage",
    ]  # fmt: skip
    assert (parts[1].quoted, parts[1].paragraphs) == (True, ("Erstens <b>", "Zweitens"))
    assert parts[3].paragraphs == (told,)
    assert parts[4].grid is not None
    assert parts[4].grid.columns == ("Schritt", "bis")
    assert parts[4].grid.rows == (("Anfangen", "01.12.2026"), ("Enden", ""))
    html = paper_html(paper, TEMPLATES)
    assert "FR-2026" not in html
    assert "Erstens &lt;b&gt;" in html
    tags = PdfReader(io.BytesIO(render_pdf(html, title=paper.title, language="de"))).trailer["/Root"]["/MarkInfo"]
    assert tags["/Marked"]
