"""The setting for sentence embeddings: a wrong one stops the start with a sentence, a model of one's own is used."""

import pytest

from kimforms.config import SettingsError, read_settings
from kimforms.services import similar_texts

OWN = """
import numpy

class Model:
    name, dimensions = "letters", 26

    def encode(self, texts):
        return numpy.array([[text.lower().count(chr(97 + at)) + 0.1 for at in range(26)] for text in texts], "float32")

def load(folder):
    return Model()
"""


@pytest.mark.parametrize("spec", ["nirgends", "/etc", "fuse2"])
def test_an_encoder_that_is_not_there_is_refused_at_the_start(spec):
    with pytest.raises(SettingsError, match="KIMFORMS_ENCODER"):
        read_settings({"KIMFORMS_ENCODER": spec})


def test_none_is_the_default():
    assert read_settings({}).encoder == ""


def test_a_model_of_ones_own_reads_the_reports(tmp_path):
    (tmp_path / "encoder.py").write_text(OWN)
    before = similar_texts._chosen
    try:
        similar_texts.configure("rhein_sieg", None)
        plain = similar_texts.analyser().version
        similar_texts.configure("rhein_sieg", read_settings({"KIMFORMS_ENCODER": str(tmp_path)}).encoder)
        assert similar_texts.analyser().version != plain
    finally:
        similar_texts.configure(*before)
