"""Puts KERN, htmx and the fonts from node_modules, with our own CSS and JavaScript, into static/vendor.

Names hold the hash of their content, text is compressed beforehand, a manifest tells which is which. Called by
`python -m kimforms.assets`; needs no app."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .css import keep_rules

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
MANIFEST = "manifest.json"
SCRIPTS = ("kimforms.js", "meeting-notes.js")
KERN = Path("@kern-ux/native")
HTMX = Path("htmx.org")
FONTSOURCE = Path("@fontsource")

WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold"}  # what KERN's tokens name
# Names of people and places in our counties: Latin-1 comes with every page, Latin Extended-A and -B (Turkish, Polish,
# Romanian, Kurdish, Vietnamese) and Latin Extended Additional only where a page holds such a letter.
RANGES = {
    "": "U+0020-007E, U+00A0-00FF, U+0131, U+0152-0153, U+02C6, U+02DA, U+02DC, U+2010-2014, U+2018-201A, U+201C-201E, "
    "U+2020-2022, U+2026, U+2030, U+2039-203A, U+20AC, U+2122, U+2190-2193, U+2212, U+25B4, U+25BE, "
    "U+2713, U+FB01-FB02",
    "-ext": "U+0100-0130, U+0132-0151, U+0154-024F, U+0300-0304, U+0306-030C, U+0323-0328, U+1E00-1EFF",
}
# Fonts of handouts in other languages; Fontsource has cut them into scripts. Pages load a script only where they set text in
# it: these ranges stand in the stylesheet beside the family, Latin is for documents alone. Not Noto for Arabic: it draws
# letters as shape and dots, which share their glyphs, so that nobody can read or copy the text of a PDF again.
SCRIPT_WEIGHTS = (400, 600)
SCRIPTS_OF_FONTS = {
    "latin": ("noto-sans", ""),
    "latin-ext": ("noto-sans", ""),
    "cyrillic": ("noto-sans", "U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116"),
    "arabic": ("ibm-plex-sans-arabic", "U+0600-06FF, U+0750-077F, U+08A0-08FF, U+FB50-FDFF, U+FE70-FEFC"),
}
FEATURES = ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "tnum", "lnum", "case"]


class AssetsMissing(RuntimeError):
    """The packages that npm fetches are not there; says what to do."""


def build(node_modules: Path = ROOT / "node_modules", static: Path = STATIC) -> dict[str, str]:
    """Make static/vendor complete and return the manifest, name -> file name with hash.

    Does nothing when no source has changed since the last run. The same sources give the same names and bytes.
    """
    vendor = static / "vendor"
    sources = _sources(node_modules, static)
    fingerprint = _fingerprint(sources)
    known = read_manifest(vendor)
    if known.get("fingerprint") == fingerprint and all((vendor / name).is_file() for name in known["written"]):
        return known["files"]
    vendor.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    written: list[str] = []

    def put(name: str, content: bytes, compress: bool = True) -> str:
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"
        written.extend(_write(vendor, hashed, content, compress))
        files[name] = hashed
        return hashed

    fonts_of = _fingerprint(
        {name: path for name, path in sources.items() if name.startswith("font-") or name == "rules"}
    )
    faces = "".join(_font_faces(sources, put, _fonts_made(vendor, known, fonts_of)))
    faces += "".join(_script_faces(sources, put))
    kern = keep_rules(sources["kern"].read_text(encoding="utf-8"))
    own = sources["kimforms.css"].read_text(encoding="utf-8")
    put("kimforms.css", f"{kern.rstrip()}\n{faces}{own}".encode())
    put("htmx.min.js", sources["htmx"].read_bytes())
    for name in SCRIPTS:
        put(name, sources[name].read_bytes())
    put("favicon.svg", sources["favicon.svg"].read_bytes())
    for name, text in _licences(sources):
        written.extend(_write(vendor, f"licences/{name}", text, compress=False))
    manifest = {"fingerprint": fingerprint, "fonts": fonts_of, "files": files, "written": sorted(written)}
    _replace(vendor / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    _prune(vendor, {*written, MANIFEST})
    return files


def _sources(node_modules: Path, static: Path) -> dict[str, Path]:
    sources = {
        "kern": node_modules / KERN / "dist/kern.min.css",
        "htmx": node_modules / HTMX / "dist/htmx.min.js",
        "licence-kern": node_modules / KERN / "LICENSE.md",
        "licence-htmx": node_modules / HTMX / "LICENSE",
        **{
            f"licence-{package}": node_modules / FONTSOURCE / package / "LICENSE"
            for package, _ in SCRIPTS_OF_FONTS.values()
        },
        **{f"{name}.woff2": node_modules / path for name, path in _script_files().items()},
        **{f"font-{w}": node_modules / KERN / f"dist/fonts/fira-sans/FiraSans-{s}.woff2" for w, s in WEIGHTS.items()},
        **{name: static / name for name in ("kimforms.css", *SCRIPTS, "favicon.svg")},
        "rules": Path(__file__),
        "css": Path(__file__).with_name("css.py"),
    }
    for path in sources.values():
        if not path.is_file():
            raise AssetsMissing(f"{path} fehlt. Bitte zuerst 'npm ci' ausführen.")
    return sources


def _script_files() -> dict[str, Path]:
    """Plain name in static/vendor (`noto-sans-cyrillic-400`, `ibm-plex-sans-arabic-400`) -> file in node_modules."""
    return {
        f"{package}-{part}-{weight}".replace("arabic-arabic", "arabic"): FONTSOURCE
        / package
        / f"files/{package}-{part}-{weight}-normal.woff2"
        for part, (package, _) in SCRIPTS_OF_FONTS.items()
        for weight in SCRIPT_WEIGHTS
    }


def _fingerprint(sources: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(sources.items()):
        digest.update(name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_manifest(vendor: Path) -> dict[str, Any]:
    """What the last run wrote down: files, written, fingerprint; empty before the first run."""
    try:
        known = json.loads((vendor / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _fonts_made(vendor: Path, known: dict[str, Any], fingerprint: str) -> dict[str, bytes]:
    """The fonts of the last run by plain name, if made from the same sources: a new style needs no new fonts."""
    if known.get("fonts") != fingerprint:
        return {}
    fonts = {name: vendor / hashed for name, hashed in known["files"].items() if name.endswith(".woff2")}
    return {name: path.read_bytes() for name, path in fonts.items() if path.is_file()}


def _font_faces(sources: dict[str, Path], put: Callable[..., str], made: dict[str, bytes]) -> Iterator[str]:
    """Subset each weight, store it, and yield its @font-face rule."""
    for weight in WEIGHTS:
        for part, unicodes in RANGES.items():
            plain = f"fira-sans-{weight}{part}.woff2"
            hashed = put(plain, made.get(plain) or _subset(sources[f"font-{weight}"], unicodes), compress=False)
            yield (
                f'@font-face{{font-family:"Fira Sans";font-weight:{weight};font-style:normal;font-display:swap;'
                f'src:url("{hashed}") format("woff2");unicode-range:{unicodes}}}\n'
            )


def _script_faces(sources: dict[str, Path], put: Callable[..., str]) -> Iterator[str]:
    """Copy each file as it is, and yield the @font-face rule of those scripts that Fira Sans lacks."""
    for name in _script_files():
        hashed = put(f"{name}.woff2", sources[f"{name}.woff2"].read_bytes(), compress=False)
        part, weight = name.split("-")[-2:]
        unicodes = "" if "latin" in name else SCRIPTS_OF_FONTS[part][1]
        if unicodes:
            yield (
                f'@font-face{{font-family:"Other Scripts";font-weight:{weight};font-style:normal;font-display:swap;'
                f'src:url("{hashed}") format("woff2");unicode-range:{unicodes}}}\n'
            )


def _subset(font: Path, unicodes: str) -> bytes:
    """The font's letters in the given ranges as WOFF2, the same bytes each time."""
    from io import BytesIO  # noqa: PLC0415 - only needed when something changed

    from fontTools import subset  # noqa: PLC0415

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # Fira's old OS/2 table is known and harmless

    options = subset.Options(
        flavor="woff2",
        layout_features=FEATURES,
        hinting=False,
        desubroutinize=True,
        recalc_timestamp=False,
        notdef_outline=True,
    )
    with subset.load_font(str(font), options) as loaded:
        picker = subset.Subsetter(options)
        picker.populate(unicodes=subset.parse_unicodes(unicodes.replace("U+", "")))
        picker.subset(loaded)
        out = BytesIO()
        loaded.flavor = "woff2"
        loaded.save(out)
    return out.getvalue()


def _licences(sources: dict[str, Path]) -> Iterator[tuple[str, bytes]]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    yield "KERN.md", sources["licence-kern"].read_bytes()
    yield "htmx.txt", sources["licence-htmx"].read_bytes()
    yield "NotoSans.txt", sources["licence-noto-sans"].read_bytes()
    yield "IBMPlexSansArabic.txt", sources["licence-ibm-plex-sans-arabic"].read_bytes()
    with TTFont(str(sources["font-400"]), lazy=True) as font:
        # name table: 0 copyright, 13 licence, 14 its address
        lines = [str(font["name"].getDebugName(number) or "") for number in (0, 13, 14)]
    yield "FiraSans.txt", ("\n\n".join(line for line in lines if line) + "\n").encode()


def _write(vendor: Path, name: str, content: bytes, compress: bool) -> list[str]:
    """Write a file, with .gz and .br beside it where that makes it smaller; returns the names written."""
    variants = {name: content}
    if compress:
        import brotli  # noqa: PLC0415 - only needed when something changed

        variants[f"{name}.gz"] = gzip.compress(content, 9, mtime=0)
        variants[f"{name}.br"] = brotli.compress(content)
    kept = [each for each, data in variants.items() if each == name or len(data) < len(content)]
    for each in kept:
        target = vendor / each
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != variants[each]:
            _replace(target, variants[each])
    return kept


def _replace(target: Path, content: bytes) -> None:
    """Write so that a server reading at the same time sees the old file or the new one, never half of it."""
    temporary = target.with_name(f".{target.name}.new")
    temporary.write_bytes(content)
    temporary.replace(target)


def _prune(vendor: Path, keep: set[str]) -> None:
    for path in vendor.rglob("*"):
        if path.is_file() and path.relative_to(vendor).as_posix() not in keep:
            path.unlink()
