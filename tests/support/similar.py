"""Other reports, so that likeness means something: in a database of three alike reports no word is rare."""

from __future__ import annotations

from datetime import timedelta

from kimforms.engine.profile import profile_folder, read_profile
from kimforms.models import Record
from kimforms.services import processes, similar_reports
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW

CARD = {
    "titel": "Fiktionsbescheinigung läuft ab",
    "situation": "Die Fiktionsbescheinigung endet, der Arbeitgeber kündigt.",
}
CARDS = {
    "titel": "Keine Verlängerung der Fiktionsbescheinigung",
    "situation": "Ohne gültige Fiktionsbescheinigung kündigen Arbeitgeber, die Ausländerbehörde antwortet nicht.",
}
NURSERY = {
    "titel": "Kein Kitaplatz",
    "situation": "Das Anmeldeverfahren der Kita ist nur online und nur auf Deutsch.",
}
VALLEY = {
    "titel": "Kein Bus ins Tal",
    "situation": "Der letzte Bus fährt um halb sieben, Abendkurse sind unerreichbar.",
}
_texts: list[tuple[str, str]] = []


def background(count: int = 60) -> None:
    """Reports of the demonstration that tell of other hurdles, referred as single cases: found, but in no group."""
    if not _texts:
        reports = read_profile(profile_folder("rhein_sieg")).reports
        _texts.extend((one["title"], one["description"]) for one in reports if not one.get("cluster"))
    with unit_of_work() as session:
        version = processes.current_version(session, "hurdle_report")
        at = NOW - timedelta(days=100)
        for number, (title, text) in enumerate(_texts[:count], start=1):
            record = Record(
                reference=f"IH-2025-{number:04}",
                process_id=version.process_id,
                version_id=version.id,
                controller_id=version.process.controller_id,
                state="einzelfall",
                open=False,
                title=title,
                answers={"titel": title, "situation": text},
                case_count=1,
                created_at=at,
                state_since=at,
                changed_at=at,
            )
            session.add(record)
            session.flush()  # the analysis names the record's id
            similar_reports.analyse_record(session, record, fresh=True)
