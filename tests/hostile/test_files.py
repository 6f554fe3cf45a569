"""Archives that were built to break whoever opens them."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from kimforms.services.file_kinds import kind_of


def archive(**parts: bytes) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return bytearray(buffer.getvalue())


def test_packed_content_that_cannot_be_unpacked(tmp_path: Path) -> None:
    content = archive(mimetype=b"application/vnd.oasis.opendocument.text")
    content[38:48] = b"\xff" * 10  # the deflated stream itself
    path = tmp_path / "broken"
    path.write_bytes(content)
    assert kind_of(path) is None


@pytest.mark.parametrize("seed", range(5))
def test_no_flipped_byte_raises(tmp_path: Path, seed: int) -> None:
    whole, chance, path = (
        archive(mimetype=b"application/vnd.oasis.opendocument.text"),
        random.Random(seed),
        tmp_path / "x",
    )
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(4, len(content))] = chance.randrange(256)
        path.write_bytes(content)
        assert kind_of(path) in (None, "odt")


def test_a_small_file_that_claims_to_be_huge_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(archive(mimetype=b"0" * 50_000_000))
    assert path.stat().st_size < 100_000
    assert kind_of(path) is None
