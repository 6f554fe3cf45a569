"""Files as answers: what may be attached and what is stored about it. Services keep the bytes and look into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

from kimforms.engine.fields.base import CleanContext, Field, FieldError, Setting
from kimforms.engine.fields.numbers import german
from kimforms.engine.fields.texts import clean_text

MEGABYTE = 1_000_000
Kind = Literal["pdf", "jpeg", "png", "docx", "xlsx", "odt", "ods", "txt", "csv"]


class _KindFacts(NamedTuple):
    media_types: tuple[str, ...]
    endings: tuple[str, ...]
    label: str


KINDS: Mapping[str, _KindFacts] = {
    "pdf": _KindFacts(("application/pdf",), (".pdf",), "PDF"),
    "jpeg": _KindFacts(("image/jpeg",), (".jpg", ".jpeg"), "JPEG"),
    "png": _KindFacts(("image/png",), (".png",), "PNG"),
    "docx": _KindFacts(
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",), (".docx",), "Word (.docx)"
    ),
    "xlsx": _KindFacts(
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",), (".xlsx",), "Excel (.xlsx)"
    ),
    "odt": _KindFacts(("application/vnd.oasis.opendocument.text",), (".odt",), "OpenDocument (.odt)"),
    "ods": _KindFacts(("application/vnd.oasis.opendocument.spreadsheet",), (".ods",), "OpenDocument (.ods)"),
    "txt": _KindFacts(("text/plain",), (".txt",), "Text (.txt)"),
    "csv": _KindFacts(("text/csv", "text/plain", "application/vnd.ms-excel"), (".csv",), "CSV"),
}


class File(Field):
    """One file, or several. Stored as `{"id", "name", "media_type", "size"}` with the id that the file store gave.

    `media_type` is what the service found by looking at the bytes, not what the browser said; `max_bytes` counts bytes.
    """

    type: Literal["file"] = "file"
    kinds: tuple[Kind, ...] = Setting(default=("pdf", "jpeg", "png"), min_length=1)
    max_bytes: int = Setting(default=10 * MEGABYTE, ge=1, le=200 * MEGABYTE)
    multiple: bool = False
    max_files: int = Setting(default=10, ge=1, le=100)
    missing: ClassVar[str] = "missing_file"

    def accept(self) -> str:
        """The value of the `accept` attribute of a file input."""
        return ",".join(ending for kind in self.kinds for ending in KINDS[kind].endings)

    def clean(self, raw: Any, context: CleanContext) -> dict[str, Any] | list[dict[str, Any]] | None:
        """See `Field.clean`; `raw` is the metadata of a stored file, or a list of such."""
        entries = raw if isinstance(raw, (list, tuple)) else [raw]
        entries = [entry for entry in entries if entry or entry == 0]
        if not entries:
            return None
        if not self.multiple:
            if len(entries) > 1:
                raise FieldError(context.say("file_count", max=1))
            return self._file(entries[0], context)
        if len(entries) > self.max_files:
            raise FieldError(context.say("file_count", max=self.max_files))
        return [self._file(entry, context) for entry in entries]

    def _file(self, entry: object, context: CleanContext) -> dict[str, Any]:
        if not isinstance(entry, Mapping):
            raise FieldError(context.say("file"))
        stored, size, media_type = entry.get("id"), entry.get("size"), entry.get("media_type")
        if isinstance(stored, bool) or not isinstance(stored, (str, int)) or stored == "" or len(str(stored)) > 200:
            raise FieldError(context.say("file"))
        if isinstance(size, bool) or not isinstance(size, int) or size < 0 or not isinstance(media_type, str):
            raise FieldError(context.say("file"))
        name = clean_text(entry.get("name"), context, max_length=255, lines=False)
        if name is None:
            raise FieldError(context.say("file"))
        name = name.replace("\\", "/").rpartition("/")[2] or "Datei"
        if not any(self._fits(KINDS[kind], name, media_type) for kind in self.kinds):
            allowed = ", ".join(KINDS[kind].label for kind in self.kinds)
            raise FieldError(context.say("file_kind", name=name, kinds=allowed))
        if size == 0:
            raise FieldError(context.say("file_empty", name=name))
        if size > self.max_bytes:
            raise FieldError(context.say("file_size", name=name, max=readable_size(self.max_bytes)))
        return {"id": stored, "name": name, "media_type": media_type, "size": size}

    def _fits(self, kind: _KindFacts, name: str, media_type: str) -> bool:
        return media_type.partition(";")[0].strip().lower() in kind.media_types and name.lower().endswith(kind.endings)

    def display(self, value: Any, context: CleanContext) -> str:
        """Names and sizes, joined by commas."""
        return ", ".join(f"{entry.get('name', '')} ({readable_size(entry.get('size'))})" for entry in _entries(value))

    def searchable(self, value: Any, context: CleanContext) -> str:
        """The names of the files."""
        return " ".join(str(entry.get("name", "")) for entry in _entries(value))

    def to_raw(self, value: Any) -> Any:
        """The metadata itself."""
        return value if value is not None else ([] if self.multiple else "")


def _entries(value: Any) -> Sequence[Mapping[str, Any]]:
    entries = value if isinstance(value, (list, tuple)) else [value]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def readable_size(size: object) -> str:
    """A size in bytes as people read it: `10 MB`, `1,5 MB`, `12 kB` (decimal units, as file managers show them)."""
    if not isinstance(size, int):
        return "? kB"
    if size >= MEGABYTE:
        return f"{german(round(size / MEGABYTE, 1), 1).removesuffix(',0')} MB"
    return f"{max(1, round(size / 1000))} kB"
