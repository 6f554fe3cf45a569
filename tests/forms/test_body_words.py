"""Every sentence that services of bodies refuse with has its English."""

import pytest

from kimforms.forms.body_words import SENTENCES, in_english

from .test_record_words import SERVICES, sentences

FILES = ("seats.py", "officers.py", "persons.py", "founding.py", "recording.py")


def said(name):
    """The sentences of a module: German texts that end with a full stop and begin with a capital or a name."""
    return [
        one
        for one in sentences(SERVICES / "bodies" / name)
        if one.endswith(".") and " " in one and "\n" not in one and not one.startswith(("The ", "What ", "Whether "))
    ]


def test_all_sentences_are_still_used_somewhere():
    used = {one for name in FILES for one in said(name)} | set(said("../../blueprints/persons.py"))
    form = {"Geben Sie einen Tag ein.", "Wählen Sie eine Person aus der Liste."}
    assert set(SENTENCES) - used - form == set()


@pytest.mark.parametrize(
    ("german", "english"),
    [
        ("Das Kürzel LG ist schon vergeben.", "The short name LG is taken already."),
        (
            "Samira Haddad hat diesen Sitz ab dem 01.01.2026. Die Zeiten überschneiden sich.",
            "Samira Haddad holds this seat (ab dem 01.01.2026). The times overlap.",
        ),
        ("Ein Satz, den niemand kennt.", "Ein Satz, den niemand kennt."),
    ],
)
def test_numbers_and_names_are_carried_over(german, english):
    assert in_english(german) == english
