"""Personal data in German free text: what is found, and above all what is not."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.engine.personal_data import Hit, find_personal_data

REPORTS = Path(__file__).parents[2] / "kimforms/profiles/rhein_sieg/demo/reports.jsonl"

# the kind, what is to be marked, and the sentence around it
FOUND = [
    ("name", "Frau Yıldız", "Frau Yıldız wartet seit März."),
    ("name", "Herr Dr. Müller", "Das sagte Herr Dr. Müller am Telefon."),
    ("name", "Herrn Müller", "Wir haben Herrn Müller angerufen."),
    ("name", "Fam. Kaya", "Fam. Kaya hat keinen Bescheid."),
    ("name", "Familie Kaya", "Die Familie Kaya wohnt zu siebt in zwei Zimmern."),
    ("name", "Familie Al-Hassan", "Bei Familie Al-Hassan fehlt das Kindergeld."),
    ("name", "Frau van der Berg", "Frau van der Berg rief an."),
    ("name", "Frau von der Leyen", "Frau von der Leyen war dabei."),
    ("name", "Herr El Masri", "Herr El Masri hat widersprochen."),
    ("name", "Herr Abdul Karim Haidari", "Herr Abdul Karim Haidari kam 2019."),
    ("name", "Frau Müller-Lüdenscheidt", "und Frau Müller-Lüdenscheidt meinte"),
    ("name", "Frau Prof. Dr. Schmidt", "laut Frau Prof. Dr. Schmidt"),
    ("name", "Dr. Wagner", "Der Befund von Dr. Wagner fehlt."),
    ("name", "Prof. Dr. Lehmann", "Prof. Dr. Lehmann sieht das anders."),
    ("name", "Frau Bürgermeisterin Schulz", "Frau Bürgermeisterin Schulz war informiert."),
    ("name", "Frau YILDIZ", "Antrag von FRAU? Nein: Frau YILDIZ."),
    ("name", "Frau Șerban", "Frau Șerban fand keinen Platz."),
    ("name", "Herr O'Neill", "Herr O'Neill zog um."),
    ("name", "Eheleute Nazari", "Die Eheleute Nazari warten."),
    ("name", "Hr. Öztürk", "Hr. Öztürk meldete sich."),
    ("name", "Frau Koch", "Frau Koch vom Jobcenter lehnte ab."),
    ("name", "Herr Winter", "Herr Winter hat das so entschieden."),
    ("name", "Herr Fischer", "Herr Fischer sagte nein."),
    ("name", "Frau Albrecht", "Frau Albrecht ist zuständig."),
    ("name", "Fatma Kaya", "Name: Fatma Kaya"),
    ("name", "Rahimi", "ein Mann namens Rahimi"),
    ("name", "Fatma Kaya", "Unsere Klientin Fatma Kaya wartet."),
    ("name", "Ali Reza Nazari", "Der Sohn Ali Reza Nazari geht zur Schule."),
    ("name", "Petra Schmitz", "Sachbearbeiterin Petra Schmitz lehnte ab."),
    ("birth_date", "geb. 03.04.1987", "Klientin, geb. 03.04.1987, ohne Titel"),
    ("birth_date", "geboren am 3. April 1987", "Sie ist geboren am 3. April 1987 und"),
    ("birth_date", "geb. am 3.4.87", "Er, geb. am 3.4.87, wartet"),
    ("birth_date", "Geburtsdatum: 1987-04-03", "Geburtsdatum: 1987-04-03"),
    ("birth_date", "am 01.02.2020 geboren", "Das Kind ist am 01.02.2020 geboren."),
    ("birth_date", "geboren in Aleppo am 12.12.1990", "geboren in Aleppo am 12.12.1990"),
    ("birth_date", "*03.04.1987", "Klient (*03.04.1987) erhielt"),
    ("birth_date", "Geb.-Datum 3. 4. 1987", "Geb.-Datum 3. 4. 1987"),
    ("address", "Bonner Straße 12", "Die Wohnung in der Bonner Straße 12 ist nass."),
    ("address", "Hauptstr. 5a", "wohnhaft Hauptstr. 5a"),
    ("address", "Kaiserstraße 120", "Kaiserstraße 120, drittes OG"),
    ("address", "Lindenweg 7", "Sie lebt Lindenweg 7."),
    ("address", "Marktplatz 3", "Adresse: Marktplatz 3"),
    ("address", "Am Markt 5", "Er wohnt Am Markt 5."),
    ("address", "An der Burg 3", "Anschrift: An der Burg 3"),
    ("address", "53721 Siegburg", "nach 53721 Siegburg gezogen"),
    ("address", "D-53840 Troisdorf", "D-53840 Troisdorf"),
    ("address", "50667 Köln", "Post an 50667 Köln"),
    ("phone", "02241 13-2434", "erreichbar unter 02241 13-2434"),
    ("phone", "0171/1234567", "Handy 0171/1234567"),
    ("phone", "+49 2241 132434", "ruft +49 2241 132434 an"),
    ("phone", "(02241) 132434", "Tel. (02241) 132434"),
    ("phone", "0176 123 456 78", "Nummer 0176 123 456 78"),
    ("phone", "13-2434", "Durchwahl: 13-2434"),
    ("phone", "0049 171 1234567", "aus Syrien 0049 171 1234567"),
    ("email", "fatma.kaya@gmx.de", "an fatma.kaya@gmx.de schreiben"),
    ("email", "a_b+c@amt.rsk.example", "<a_b+c@amt.rsk.example>"),
    ("email", "kaya(at)web.de", "kaya(at)web.de"),
    ("file_number", "Az. 32-1/2025", "Bescheid vom Mai, Az. 32-1/2025."),
    ("file_number", "Aktenzeichen: 50.1-234/25", "Aktenzeichen: 50.1-234/25"),
    ("file_number", "BG-Nummer 38206//0012345", "BG-Nummer 38206//0012345"),
    ("file_number", "38206//0012345", "siehe 38206//0012345"),
    ("file_number", "Kundennummer 123A456789", "Kundennummer 123A456789"),
    ("file_number", "123A456789", "unter 123A456789 geführt"),
    ("file_number", "Az.: S 12 AS 345/24", "Az.: S 12 AS 345/24"),
    ("file_number", "Sozialversicherungsnummer 12 345678 K 901", "Sozialversicherungsnummer 12 345678 K 901"),
    ("iban", "DE89 3704 0044 0532 0130 00", "auf DE89 3704 0044 0532 0130 00 überweisen"),
    ("iban", "DE89370400440532013000", "IBAN DE89370400440532013000"),
    ("iban", "GB82WEST12345698765432", "GB82WEST12345698765432"),
    ("azr_number", "123456789012", "AZR-Nummer 123456789012"),
    ("azr_number", "1234 5678 9012", "AZR: 1234 5678 9012"),
    ("passport_number", "C01X00T47", "Reisepass Nr. C01X00T47"),
    ("passport_number", "A12345678", "Sein Pass: A12345678"),
    ("passport_number", "Y1234567X", "Aufenthaltstitel Nr. Y1234567X"),
    ("passport_number", "L01X00T47", "Personalausweis L01X00T47"),
]

NOT_FOUND = [
    "Frau in der Elternzeit bekommt kein Geld.",
    "Er ist nicht Herr der Lage.",
    "Die Frau wurde abgewiesen.",
    "Eine Familie aus Syrien wartet.",
    "Frau Bürgermeisterin hat zugesagt.",
    "Frauen finden keinen Kurs.",
    "Die Frau Angst hatte niemand bemerkt.",
    "weil die Familie Wohngeld beantragt hat",
    "Familie Ukraine, § 24, drei Kinder",
    "Die Frau Deutsch lernen lassen",
    "Frau Mitte 40, zwei Kinder",
    "Herr Anfang dreißig ohne Schulabschluss",
    "Frau O. (42) kann nicht lesen.",
    "Herr K. sitzt im Rollstuhl.",
    "Der Familie Unterlagen nachzureichen dauert.",
    "Frau mit drei Kindern",
    "Die Familie Leistungen nach SGB II beantragen lassen",
    "dass die Frau JC und BAMF verwechselt",
    "Frau und Mann getrennt untergebracht",
    "Familie Termin beim Amt erst im Mai",
    "der Familie Aufenthaltserlaubnisse erteilen",
    "Für die Frau Sprachkurse zu finden",
    "Der Herr Landrat war da.",
    "Frau Doktor hat das Attest verweigert",
    "Frau Afghanischer Herkunft",
    "Sehr geehrte Damen und Herren",
    "Herren der Verwaltung",
    "am 27.06.2024 trat das Gesetz in Kraft",
    "nach dem 01.01.2000 geborene Kinder",
    "Antrag vom 03.04.2025, Bescheid vom 12.06.2025",
    "In Deutschland geborene Kinder, ab 01.07.2025",
    "Jahrgang 1987",
    "Geburtsdatum fehlt im Formular",
    "Der Geburtstermin ist im Mai",
    "Frist bis 31.12.2026",
    "auf dem Weg 3 Monate verloren",
    "kein Kitaplatz 2025",
    "Kursplatz 12 Wochen später",
    "Stau auf der Bundesstraße 56",
    "Die Unterkunft liegt an der Straße 2 km außerhalb",
    "Straße 5 Minuten entfernt",
    "10000 Euro Schulden",
    "Über 17000 Menschen warten",
    "12345 Fälle im Jahr",
    "in den Jahren 2015-2016",
    "von 9 bis 12 Uhr, 0,5 Stellen",
    "Im Notfall 112 oder 116117 anrufen",
    "Telefon 116117",
    "Behördennummer 115",
    "§ 10 Abs. 1 Satz 1 Nr. 3 StAG",
    "§§ 8, 9, 10 StAG und § 104c AufenthG",
    "BVerwG, 18.12.2025, 1 C 27.24",
    "BVerwG, Az. 1 C 27.24",
    "Das Aktenzeichen fehlt auf dem Schreiben",
    "Az. unbekannt",
    "Kundennummer 4-stellig",
    "Aktenzeichen 2025 neu vergeben",
    "DE89 3704 0044 0532 0130 01",
    "Die IBAN wird nicht anerkannt",
    "AZR-Auskunft dauert 12 Monate",
    "Im Reisepass steht ein anderer Name",
    "Pass seit 2019 abgelaufen, Termin 2026",
    "Ausweis B2 und C1 verlangt",
    "24 Stunden, 7 Tage, 365 Tage",
    "Meldung IH-2026-0042",
    "1.234,56 Euro Nachzahlung",
    "Miete 850,00 Euro, Kaution 2550,00 Euro",
    "Zimmer 3.14 im Kreishaus",
    "Gruppe @ Jugendzentrum",
    "Kapitel 2.3, Seite 45",
    "SGB II, SGB XII, AsylbLG",
    "Bezug von 02/2024 bis 11/2024",
    "Bescheid 01-03-2024",
    "4,5 bis 6 Personen auf 24 qm",
    "Version 2.0.1 der Software",
    "Frau Alleinerziehend, schwanger",
    "Herr Epileptiker ohne Medikamente",
    "Eine Familie Kurden aus dem Nordirak",
    "Familie Nachzug gescheitert",
    "am Frankfurter Ring 12 Container",
    "Aufenthaltstitel nach § 25 Abs. 5 seit 01.02.2024",
    "Klientin Antrag Bürgergeld gestellt",
    "Die Mutter Deutschkurs B1, der Vater Arbeit in Köln",
    "Klient Anerkennung abgelehnt, Widerspruch eingelegt",
]


@pytest.mark.parametrize(("kind", "marked", "text"), FOUND, ids=[row[1] for row in FOUND])
def test_personal_data_is_marked_exactly(kind: str, marked: str, text: str) -> None:
    hits = find_personal_data(text)
    assert [(hit.kind, hit.text) for hit in hits] == [(kind, marked)]
    assert text[hits[0].start : hits[0].end] == marked
    assert hits[0].advice.endswith(".")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_ordinary_sentences_raise_no_alarm(text: str) -> None:
    assert find_personal_data(text) == []


def test_tables_are_large_enough() -> None:
    assert len({row[2] for row in FOUND}) >= 60
    assert len(set(NOT_FOUND)) >= 60


def test_several_hits_come_in_order_without_overlap() -> None:
    text = (
        "Frau Kaya (geb. 03.04.1987), Bonner Straße 12, 53721 Siegburg, Tel. 02241 132434, kaya@gmx.de, Az. 32-1/2025"
    )
    hits = find_personal_data(text)
    assert [hit.kind for hit in hits] == ["name", "birth_date", "address", "address", "phone", "email", "file_number"]
    assert all(before.end <= after.start for before, after in zip(hits, hits[1:], strict=False))


def test_no_alarm_on_two_hundred_anonymous_reports() -> None:
    lines = REPORTS.read_text("utf-8").splitlines()
    assert len(lines) > 200
    alarms: list[tuple[str, Hit]] = []
    for line in lines:
        report = json.loads(line)
        alarms += [
            (report["id"], hit) for text in (report["title"], report["description"]) for hit in find_personal_data(text)
        ]
    assert alarms == []


def test_a_name_put_into_any_report_is_found() -> None:
    missed = []
    for line in REPORTS.read_text("utf-8").splitlines():
        report = json.loads(line)
        text = f"{report['description']} Frau Yıldız ist betroffen."
        if [hit.text for hit in find_personal_data(text)] != ["Frau Yıldız"]:
            missed.append(report["id"])
    assert missed == []


def test_words_that_the_county_knows_are_no_names() -> None:
    assert find_personal_data("Familie Lohmar eV trifft sich")[0].kind == "name"
    assert find_personal_data("Familie Lohmar eV trifft sich", known_words={"Lohmar"}) == []


def test_advice_in_english() -> None:
    assert find_personal_data("Frau Kaya", language="en")[0].advice.startswith("This looks like a name")


REPEATED = [
    "Az. S 1 ",
    "a",
    "A",
    "0",
    "1 ",
    "Frau ",
    "Frau Müller ",
    "Frau von der ",
    "Dr. ",
    "a.",
    "0228 ",
    "Az. 1/",
    "a@",
    "@",
    "Straße 1 ",
    "Am-",
    "AB12",
    "DE89 ",
    "geb. ",
    "geb. in A am ",
    "Aa ",
    "A-",
    "A'",
    "Tel. 1 ",
    "AZR 12",
    "Pass ",
    "53721 A",
    "wohnt ",
    "*1.",
    "1.1.",
    "Name: ",
    "-",
    " ",
    "\n",
    "Kunden 1:",
    "(0",
    "+49 ",
    "ä",
    "Hauptstr",
]


@pytest.mark.parametrize("piece", REPEATED)
def test_time_grows_with_the_length_only(piece: str) -> None:
    """A quarter of a megabyte of the worst text we know; quadratic behaviour would take minutes."""
    text = piece * (250_000 // len(piece))
    begun = time.process_time()
    find_personal_data(text)
    assert time.process_time() - begun < 60, "no measure of speed: only what grows with the square gets here"


def test_a_megabyte_of_prose_is_read_to_its_end() -> None:
    prose = " ".join(json.loads(line)["description"] for line in REPORTS.read_text("utf-8").splitlines())
    text = (prose * (1_000_000 // len(prose) + 1))[:1_000_000] + " Frau Yıldız"
    assert [hit.text for hit in find_personal_data(text)] == ["Frau Yıldız"]


@given(
    st.text(alphabet=st.sampled_from("Frau Hr.MüleDz0123456789-/()@+:äßAZBG\n'*§"), max_size=400)
    | st.text(max_size=400)
)
def test_any_text_gives_ordered_hits_inside_it(text: str) -> None:
    end = 0
    for hit in find_personal_data(text):
        assert end <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end] == hit.text
        end = hit.end


@given(st.sampled_from(FOUND), st.sampled_from(NOT_FOUND), st.sampled_from(NOT_FOUND))
def test_what_is_found_alone_is_found_between_other_sentences(
    case: tuple[str, str, str], before: str, after: str
) -> None:
    kind, marked, text = case
    hits = find_personal_data(f"{before}.\n{text}\n{after}.")
    assert (kind, marked) in [(hit.kind, hit.text) for hit in hits]
