"""Visible differences: nothing is lost, words are compared within blocks, sentences say it."""

from hypothesis import given
from hypothesis import strategies as st

from kimforms.documents.differences import differences, in_words, summary

BLOCKS = st.lists(st.text("ab c.ä\n", max_size=20), max_size=8)


@given(BLOCKS, BLOCKS)
def test_both_versions_can_be_read_out_of_the_differences(old, new):
    blocks = differences(old, new)
    assert [block.old for block in blocks if block.kind != "inserted"] == old
    assert [block.new for block in blocks if block.kind != "deleted"] == new
    assert all(part.text for block in blocks for part in block.parts if block.kind == "changed")


@given(BLOCKS)
def test_equal_versions_have_no_differences(text):
    assert {block.kind for block in differences(text, text)} <= {"same"}
    assert summary(differences(text, text)) == "Keine Änderungen."


def test_words_are_compared_within_a_changed_block():
    old = ["Erster Absatz.", "Die Frist endet am 30.06.2027 um zwölf Uhr.", "Fällt weg, ganz und gar."]
    new = ["Erster Absatz.", "Die Frist endet am 31.07.2027 um zwölf Uhr.", "Etwas völlig Neues kommt."]
    same, changed, gone, came = differences(old, new)
    assert (same.kind, changed.kind, gone.kind, came.kind) == ("same", "changed", "deleted", "inserted")
    shown = [(part.kind, part.text) for part in changed.parts]
    assert ("same", "Die Frist endet am ") in shown and ("deleted", "30.06.2027") in shown
    assert in_words(changed) == "Entfernt: „30.06.2027“. Neu: „31.07.2027“."
    assert summary(differences(old, new)) == "1 Absatz geändert, 1 Absatz neu, 1 Absatz entfernt."


def test_neighbouring_words_are_one_change():
    (block,) = differences(
        ["Es gilt die alte lange Regel für alle hier"], ["Es gilt die neue kurze Regel für alle hier"]
    )
    assert [(part.kind, part.text) for part in block.parts] == [
        ("same", "Es gilt die "),
        ("deleted", "alte lange"),
        ("inserted", "neue kurze"),
        ("same", " Regel für alle hier"),
    ]


def test_a_moved_paragraph_is_new_in_one_place_and_gone_in_the_other():
    blocks = differences(["eins", "zwei", "drei"], ["zwei", "drei", "eins"])
    assert [(block.kind, block.old or block.new) for block in blocks] == [
        ("deleted", "eins"), ("same", "zwei"), ("same", "drei"), ("inserted", "eins"),
    ]  # fmt: skip


def test_sentences_in_english():
    blocks = differences(["a b c", "weg"], ["a b d", "neu hier"])
    assert [in_words(block, "en") for block in blocks] == [
        "Removed: “c”. New: “d”.", "Paragraph removed.", "New paragraph.",
    ]  # fmt: skip
    assert summary(blocks, "en") == "1 paragraph changed, 1 paragraph new, 1 paragraph removed."


def test_very_long_texts_are_not_compared_word_by_word():
    old, new = "x y " * 3000, "x z " * 3000
    (block,) = differences([old], [new])
    assert (block.old, block.new) == (old, new) and len(block.parts) == 2
