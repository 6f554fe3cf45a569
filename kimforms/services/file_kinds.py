"""What a file really is, by its content: names and what browsers say are not believed."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from ..engine.fields.files import KINDS

BEGINNING = 4096
ALIASES = {"jpg": "jpeg"}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_OFFICE: Mapping[str, str] = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
MOST_PARTS = 5000
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError,
    ValueError, KeyError, OverflowError,
)  # fmt: skip
"""What reading an archive that somebody built to be broken may raise."""


def kind_of(path: Path) -> str | None:
    """One of the keys of ``engine.fields.files.KINDS``, or None for anything else. Reads little and never raises.

    Text is UTF-8 (or plain ASCII) without control characters; a table of comma-separated values is text.
    """
    with path.open("rb") as file:
        head = file.read(BEGINNING)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"PK\x03\x04"):
        return _packed(path)
    return "txt" if _is_text(path) else None


def media_type(kind: str) -> str:
    """The media type under which content of this kind is sent."""
    return KINDS[kind].media_types[0]


def fits(kind: str | None, allowed: tuple[str, ...]) -> bool:
    """Whether content of ``kind`` is among the endings that a definition allows (``jpg`` is ``jpeg``, csv is text)."""
    wanted = {ALIASES.get(one, one) for one in allowed}
    return kind in wanted or (kind == "txt" and "csv" in wanted)


def _packed(path: Path) -> str | None:
    """Office documents are ZIP archives with a known part; macros (``vbaProject.bin``) make them something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > MOST_PARTS or any(name.endswith("vbaProject.bin") for name in names):
                return None
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return _OPEN_DOCUMENT.get(archive.read("mimetype").strip())
            if "[Content_Types].xml" in names:
                return next((kind for part, kind in _OFFICE.items() if part in names), None)
    except BROKEN:
        return None
    return None


def _is_text(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            while part := file.read(BEGINNING):
                if any(one < " " and one not in "\t\r\n\f" for one in part):
                    return False
    except UnicodeDecodeError:
        return False
    return path.stat().st_size > 0
