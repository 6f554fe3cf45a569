"""HTML in, accessible PDF out. Called by services and the worker for receipts, letters, papers and minutes.

The result is PDF/UA-1 (ISO 14289-1), PDF/A-2a or PDF/A-3a: tagged, with title and language, fonts embedded. Nothing is ever
fetched from the network or from the disk: an HTML document may bring `data:` URLs and name files of the folder of fonts, nothing
else.
"""

from __future__ import annotations

import mimetypes
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

Variant = Literal["pdf/ua-1", "pdf/a-2a", "pdf/a-3a"]
"""`pdf/ua-1` (ISO 14289-1) to send and read, `pdf/a-2a` (ISO 19005-2) for the archive, `pdf/a-3a` (ISO 19005-3) to carry files."""

FONT_SCHEME = "font"
"""`url(font:Name.woff2)` in a stylesheet names a file directly in the folder of fonts."""

MAX_DATA_URL = 5_000_000
"""Characters of an embedded `data:` URL; more is refused, since a letter needs a coat of arms and no film."""

_ROOT = re.compile(r"<html\b[^>]*>", re.IGNORECASE)
_LANG = re.compile(r"\blang\s*=\s*[\"']?[A-Za-z]{2,3}\b", re.IGNORECASE)
_FONT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.(woff2|woff|ttf|otf)")


@dataclass(frozen=True)
class EmbeddedFile:
    """A file inside the PDF. `name` ends as the file's kind does (`.json`); `made_at` is when its content was true.

    `relationship` (ISO 19005-3, annex E): `Data` where the paper shows what the file says, `Source`, `Alternative`,
    `Supplement`.
    """

    name: str
    content: bytes
    description: str
    made_at: datetime
    relationship: Literal["Source", "Data", "Alternative", "Supplement"] = "Data"


class ForeignResource(ValueError):
    """The document named a resource that is neither embedded nor a bundled font; `.url` is what it asked for."""

    def __init__(self, url: str) -> None:
        super().__init__(f"Das Dokument verweist auf „{url[:120]}“. Erlaubt sind nur eingebettete Daten und Schriften.")
        self.url = url


def render_pdf(
    html: str,
    *,
    title: str,
    language: str = "de",
    fonts: Path | None = None,
    variant: Variant = "pdf/ua-1",
    files: Sequence[EmbeddedFile] = (),
) -> bytes:
    """Return `html` as PDF of this variant with this title and language (BCP 47, such as `de` or `en`).

    `html` is a whole document, whose `<html>` then needs `lang`, or the content of its body. `fonts` is the folder that
    `font:` URLs name; where it lacks one, the next family of the stylesheet is taken. `files` travel inside, byte by byte;
    only PDF/A-3 may carry them. Raises `ForeignResource` for any other URL that would have to be fetched, and ValueError
    for an empty title, a document without language, or files in another variant.
    """
    if not title.strip():
        raise ValueError("Ein PDF braucht einen Titel.")
    if files and variant != "pdf/a-3a":
        raise ValueError("Nur ein PDF/A-3 darf beliebige Dateien enthalten.")  # ISO 19005-2, 6.8
    document = _document(html, title, language)
    from weasyprint import HTML  # noqa: PLC0415  loading Pango takes half a second; most processes never print

    options: dict[str, Any] = {"pdf_variant": variant, "pdf_tags": True}
    if variant != "pdf/ua-1":
        options["output_intent"] = "srgb"  # ISO 19005-2, 6.2.3: colours mean the same on every machine
    refused: list[str] = []
    rendered = HTML(string=document, base_url=None, url_fetcher=_fetcher(fonts, refused)).render(**options)
    if refused:
        raise ForeignResource(refused[0])
    rendered.metadata.title = title
    rendered.metadata.lang = language
    rendered.metadata.generator = "kimforms"
    rendered.metadata.attachments += [_attachment(file) for file in files]
    with warnings.catch_warnings():
        # WeasyPrint 70 leaves the file of the colour profile to the garbage collector
        warnings.filterwarnings("ignore", r"unclosed file .*sRGB2014\.icc", ResourceWarning)
        pdf = rendered.write_pdf(finisher=_name_files_once if files else None, **options)
    if refused:
        raise ForeignResource(refused[0])
    return bytes(pdf)


def _name_files_once(_document: Any, pdf: Any) -> None:
    """WeasyPrint 70 puts each embedded file twice into the catalogue's list of associated files."""
    pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))


def _attachment(file: EmbeddedFile) -> Any:
    from weasyprint import Attachment  # noqa: PLC0415  see render_pdf

    return Attachment(
        file_obj=BytesIO(file.content),
        name=file.name,
        description=file.description,
        created=file.made_at.astimezone(UTC),
        modified=file.made_at.astimezone(UTC),
        relationship=file.relationship,
    )


def _document(html: str, title: str, language: str) -> str:
    root = _ROOT.search(html)
    if root is not None:
        if not _LANG.search(root.group()):
            raise ValueError("Dem Dokument fehlt die Sprache: <html lang=…>.")
        return html
    return (
        f'<!doctype html><html lang="{escape(language, quote=True)}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body>{html}</body></html>"
    )


def _fetcher(fonts: Path | None, refused: list[str]) -> Any:
    """A fetcher that answers `data:` and `font:` and notes everything else in `refused`."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415  see render_pdf

    class EmbeddedOnly(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            scheme, _, rest = url.partition(":")
            if scheme.lower() == "data" and len(url) <= MAX_DATA_URL:
                return super().fetch(url, headers)
            if scheme.lower() == FONT_SCHEME and _FONT_NAME.fullmatch(rest):
                file = _font(fonts, rest)
                if file is None:
                    raise ValueError(f"no such font: {rest}")  # the next family of the stylesheet is taken
                kind = mimetypes.guess_type(rest)[0] or "font/woff2"
                return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})
            refused.append(url)
            raise ValueError(f"refused: {url[:120]}")

    return EmbeddedOnly(allowed_protocols=("data",), allow_redirects=False)


def _font(fonts: Path | None, name: str) -> Path | None:
    """The file of this name, or the newest that bears a mark of its content in front of its ending, as built ones do."""
    if fonts is None:
        return None
    if (fonts / name).is_file():
        return fonts / name
    stem, _, ending = name.rpartition(".")
    built = [file for file in fonts.glob(f"{stem}.*.{ending}") if file.is_file()]
    return max(built, key=lambda file: file.stat().st_mtime, default=None)
