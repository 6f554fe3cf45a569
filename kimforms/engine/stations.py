"""The stations of a hardship as those see them who reported it: few words instead of many states.

Pages and mails for reporters use it; which state belongs to which station is said in the definition.
"""

from dataclasses import dataclass

from kimforms.engine.definition import ProcessDefinition, StationId
from kimforms.engine.text import Text


@dataclass(frozen=True)
class Station:
    """One stop on the way, with its name and one plain sentence in German and English."""

    id: StationId
    label: Text
    sentence: Text


STATIONS: tuple[Station, ...] = (
    Station(
        "received",
        {"de": "eingegangen", "en": "received"},
        {
            "de": "Ihre Meldung ist bei der KIM-Koordination angekommen.",
            "en": "Your report has reached the KIM coordination.",
        },
    ),
    Station(
        "reviewed",
        {"de": "geprüft", "en": "reviewed"},
        {
            "de": "Die KIM-Koordination hat Ihre Meldung gelesen und erfasst.",
            "en": "The KIM coordination has read and recorded your report.",
        },
    ),
    Station(
        "theme",
        {"de": "Thema", "en": "theme"},
        {
            "de": "Ähnliche Meldungen sind zu einem Thema zusammengefasst und werden gemeinsam untersucht.",
            "en": "Similar reports were joined in one theme and are being examined together.",
        },
    ),
    Station(
        "steering_group",
        {"de": "Lenkungsgruppe", "en": "steering group"},
        {
            "de": "Die Lenkungsgruppe entscheidet, ob und wie das Thema bearbeitet wird.",
            "en": "The steering group decides whether and how the theme is worked on.",
        },
    ),
    Station(
        "working_group",
        {"de": "Arbeitsgruppe", "en": "working group"},
        {
            "de": "Eine Arbeitsgruppe erarbeitet Vorschläge.",
            "en": "A working group is preparing proposals.",
        },
    ),
    Station(
        "decision",
        {"de": "Beschluss", "en": "decision"},
        {
            "de": "Der Vorschlag liegt der Lenkungsgruppe zum Beschluss vor.",
            "en": "The proposal is before the steering group for decision.",
        },
    ),
    Station(
        "implemented",
        {"de": "umgesetzt", "en": "put into practice"},
        {
            "de": "Die Lösung wird umgesetzt.",
            "en": "The solution is being put into practice.",
        },
    ),
    Station(
        "published",
        {"de": "veröffentlicht", "en": "published"},
        {
            "de": "Das Ergebnis ist veröffentlicht.",
            "en": "The result has been published.",
        },
    ),
)

_BY_ID = {station.id: station for station in STATIONS}


def station_of(definition: ProcessDefinition, state: str) -> Station | None:
    """The station that a state shows to reporters; None if it shows none or the state is not in the definition."""
    found = definition.workflow.states.get(state)
    return _BY_ID[found.station] if found is not None and found.station is not None else None
