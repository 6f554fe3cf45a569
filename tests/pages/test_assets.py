"""Static files: complete, small, the same each time, with the letters of our people's names, and none of KERN's classes
that the templates use cut away."""

from __future__ import annotations

import gzip
import io
import re
import shutil
from pathlib import Path

import brotli
import pytest
from fontTools.ttLib import TTFont

from kimforms.assets import AssetsMissing, build, is_immutable
from kimforms.assets.build import ROOT, WEIGHTS, read_manifest
from kimforms.assets.css import keep_rules, split_rules

NODE_MODULES = ROOT / "node_modules"
OWN = ("kimforms.css", "kimforms.js", "meeting-notes.js", "favicon.svg")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static folder of its own, built once."""
    return _built_in(tmp_path_factory.mktemp("static"))


@pytest.fixture
def own_copy(built: Path, tmp_path: Path) -> Path:
    """A built static folder that a test may damage."""
    return shutil.copytree(built, tmp_path / "static")


def _built_in(static: Path) -> Path:
    for name in OWN:
        shutil.copy(ROOT / "static" / name, static / name)
    build(NODE_MODULES, static)
    return static


def _bytes(static: Path, name: str) -> bytes:
    return (static / "vendor" / read_manifest(static / "vendor")["files"][name]).read_bytes()


def _snapshot(static: Path) -> dict[str, bytes]:
    vendor = static / "vendor"
    return {path.relative_to(vendor).as_posix(): path.read_bytes() for path in vendor.rglob("*") if path.is_file()}


def test_manifest_names_every_asset_the_frame_asks_for(built: Path) -> None:
    frame = (ROOT / "templates/base.html").read_text(encoding="utf-8")
    asked = set(re.findall(r"asset\('([^']+)'\)", frame))
    assert asked >= {"kimforms.css", "htmx.min.js", "kimforms.js"}
    assert asked <= set(read_manifest(built / "vendor")["files"])


def test_building_twice_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    assert _snapshot(_built_in(tmp_path)) == _snapshot(built)


def test_nothing_is_written_when_nothing_changed(built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (built / "vendor").rglob("*")}
    build(NODE_MODULES, built)
    assert {path: path.stat().st_mtime_ns for path in (built / "vendor").rglob("*")} == before


def test_a_changed_source_gets_a_new_name_and_the_old_file_goes(own_copy: Path) -> None:
    static = own_copy
    before = read_manifest(static / "vendor")["files"]
    (static / "kimforms.js").write_text("/* new */\n", encoding="utf-8")
    after = build(NODE_MODULES, static)
    assert after["kimforms.js"] != before["kimforms.js"]
    assert after["kimforms.css"] == before["kimforms.css"]
    assert not (static / "vendor" / before["kimforms.js"]).exists()


def test_a_deleted_file_is_made_again(own_copy: Path) -> None:
    static = own_copy
    victim = static / "vendor" / read_manifest(static / "vendor")["files"]["htmx.min.js"]
    victim.unlink()
    build(NODE_MODULES, static)
    assert victim.is_file()


def test_a_damaged_manifest_is_replaced(own_copy: Path) -> None:
    static = own_copy
    (static / "vendor/manifest.json").write_text("[", encoding="utf-8")
    assert build(NODE_MODULES, static)
    assert read_manifest(static / "vendor")["files"]


def test_missing_packages_are_named(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="npm ci"):
        build(tmp_path / "nowhere", tmp_path)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_fonts_keep_the_letters_of_names(built: Path, weight: int) -> None:
    covered: set[int] = set()
    for part in ("", "-ext"):
        with TTFont(io.BytesIO(_bytes(built, f"fira-sans-{weight}{part}.woff2"))) as font:
            covered |= set(font.getBestCmap())
    wanted = "äöüÄÖÜß ÇçĞğİıŞş ĄąĆćĘęŁłŃńÓóŚśŹźŻż ĂăÂâÎîȘșȚț ÊêÎîŞşÛû „“‚‘–—…€§·→←↑↓ẞ 0123456789"
    assert not {letter for letter in wanted if ord(letter) not in covered}


def test_german_needs_the_small_font_files_only(built: Path) -> None:
    with TTFont(io.BytesIO(_bytes(built, "fira-sans-400.woff2"))) as font:
        cmap = font.getBestCmap()
    assert all(ord(letter) in cmap for letter in "Straße, Überprüfung „Größe“ – 12,50 €…")
    assert ord("ğ") not in cmap


def test_the_stylesheet_names_the_font_files_that_exist(built: Path) -> None:
    names = re.findall(r'url\("(fira[^"]+)"\)', _bytes(built, "kimforms.css").decode())
    assert len(names) == 2 * len(WEIGHTS)
    assert all((built / "vendor" / name).is_file() for name in names)


def test_other_scripts_are_there_and_loaded_only_where_a_page_sets_text_in_them(built: Path) -> None:
    files = read_manifest(built / "vendor")["files"]
    for name in ("noto-sans-latin", "noto-sans-latin-ext", "noto-sans-cyrillic", "ibm-plex-sans-arabic"):
        for weight in (400, 600):
            assert (built / "vendor" / files[f"{name}-{weight}.woff2"]).is_file()
    css = _bytes(built, "kimforms.css").decode()
    faces = re.findall(r'@font-face\{font-family:"Other Scripts".*?\}', css)
    assert len(faces) == 4 and all("unicode-range:U+0" in one for one in faces)
    assert "noto-sans-latin" not in css, "Latin is for documents alone"
    for licence in ("NotoSans.txt", "IBMPlexSansArabic.txt"):
        text = (built / "vendor/licences" / licence).read_text(encoding="utf-8")
        assert "open font license" in text.lower()


def test_first_view_is_small(built: Path) -> None:
    sent = sum(len(gzip.compress(_bytes(built, name), 9)) for name in ("kimforms.css", "htmx.min.js", "kimforms.js"))
    assert sent < 60_000, "CSS and scripts with gzip; 80 kB with the page itself"
    fonts = sum(len(_bytes(built, f"fira-sans-{weight}.woff2")) for weight in WEIGHTS)
    assert fonts < 45_000


def test_compressed_files_hold_the_same_content(built: Path) -> None:
    for name in ("kimforms.css", "htmx.min.js", "kimforms.js"):
        plain = built / "vendor" / read_manifest(built / "vendor")["files"][name]
        assert gzip.decompress(Path(f"{plain}.gz").read_bytes()) == plain.read_bytes()
        assert brotli.decompress(Path(f"{plain}.br").read_bytes()) == plain.read_bytes()


def test_licences_go_with_the_files(built: Path) -> None:
    folder = built / "vendor/licences"
    assert "European Union Public" in (folder / "KERN.md").read_text(encoding="utf-8")
    assert "Open Font License" in (folder / "FiraSans.txt").read_text(encoding="utf-8")
    assert (folder / "htmx.txt").stat().st_size > 100


def test_only_hashed_names_are_kept_for_ever() -> None:
    build()
    hashed = read_manifest(ROOT / "static/vendor")["files"]["kimforms.css"]
    assert is_immutable(f"/static/vendor/{hashed}")
    assert is_immutable(f"/static/vendor/{hashed}.br")
    assert not is_immutable("/static/kimforms.css")
    assert not is_immutable("/static/vendor/manifest.json")


def test_templates_use_only_classes_that_exist(built: Path) -> None:
    """A misspelt class, or one that keep_rules took away, would leave a part of a page without its look."""
    css = _bytes(built, "kimforms.css").decode()
    known = set(re.findall(r"\.((?:kern|kf)-[a-zA-Z0-9_-]+)", css))
    # hooks without a look of their own: KERN's names for parts, and what CSS addresses through its parent
    hooks = {"kern-table__head", "kern-table__body", "kern-table__row", "kern-summary", "kern-task-list__status"}
    unknown: dict[str, set[str]] = {}
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for attribute in re.findall(r'class="([^"{}]+)"', text):
            missing = {c for c in attribute.split() if c.startswith(("kern-", "kf-")) and c not in known | hooks}
            if missing:
                unknown.setdefault(path.name, set()).update(missing)
    assert not unknown, "neither in KERN nor in static/kimforms.css"


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".kern-btn{a:b}", ".kern-btn{a:b}"),
        (".kern-mt-sm{a:b}", ""),
        (".kern-row .kern-col-md-4{a:b}", ""),
        (".kern-p-lg,.kern-card{a:b}", ".kern-card{a:b}"),
        ("@media (min-width: 1px){.kern-mt-sm-md{a:b}}", ""),
        ("@media (min-width: 1px){.kern-mt-auto{a:b}.kern-card{c:d}}", "@media (min-width: 1px){.kern-card{c:d}}"),
        (':root{--x: "}"}', ':root{--x: "}"}'),
        (".kern-number{a:b}", ".kern-number{a:b}"),
        ("@keyframes k{0%{a:b}to{c:d}}", "@keyframes k{0%{a:b}to{c:d}}"),
        (".a:is(.kern-p-sm,.b){a:b}", ".a:is(.kern-p-sm,.b){a:b}"),
    ],
)
def test_keep_rules(css: str, kept: str) -> None:
    assert keep_rules(css) == kept


def test_split_rules_loses_nothing() -> None:
    css = (NODE_MODULES / "@kern-ux/native/dist/kern.min.css").read_text(encoding="utf-8")
    assert "".join(split_rules(css)).strip() == css.strip()
