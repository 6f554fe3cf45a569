"""Parts of a bundle become one PDF whose tags lead to its own pages and links."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest

from kimforms.documents.joining import join
from kimforms.documents.pdf import render_pdf

LETTER = (
    "<h1>Brief {0}</h1><p>Mehr unter <a href='https://a.example/{0}'>Seite {0}</a>.</p>"
    "<table><tr><th>Kopf {0}</th></tr><tr><td>Zelle {0}</td></tr></table><p style='break-before: page'>Rückseite {0}</p>"
)


def part(*numbers: int) -> bytes:
    body = "<div style='break-before: page'></div>".join(LETTER.format(number) for number in numbers)
    return render_pdf(body, title="Briefe", language="de")


def elements(node: pikepdf.Object) -> list[pikepdf.Object]:
    kids = node.get("/K")
    listed = list(kids) if isinstance(kids, pikepdf.Array) else [kids] if kids is not None else []
    found = []
    for kid in listed:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found += [kid, *elements(kid)]
    return found


def test_tags_of_all_parts_lead_to_their_own_pages(tmp_path: Path) -> None:
    joined = join([part(1, 2), part(3), part(4)])
    pdf = pikepdf.open(io.BytesIO(joined))
    assert len(pdf.pages) == 8
    tree = pdf.Root.StructTreeRoot
    numbers = list(tree.ParentTree.Nums)
    parents = {int(numbers[place]): numbers[place + 1] for place in range(0, len(numbers), 2)}
    assert len(parents) == len(numbers) // 2, "no key twice"
    assert list(parents) == sorted(parents)
    keys = []
    for page in pdf.pages:
        keys.append(int(page.obj.StructParents))
        assert all(one.Pg.objgen == page.obj.objgen for one in parents[keys[-1]] if "/Pg" in one)
        for link in page.obj.get("/Annots", ()):
            keys.append(int(link.StructParent))
            assert str(parents[keys[-1]].S) == "/Link"
    assert len(keys) == len(set(keys)) == len(parents)
    pages = {page.obj.objgen for page in pdf.pages}
    found = elements(tree)
    assert {one.Pg.objgen for one in found if "/Pg" in one} == pages
    assert [str(one.S) for one in found].count("/H1") == 4
    path = tmp_path / "joined.pdf"
    path.write_bytes(joined)
    text = subprocess.run(
        ["pdfinfo", "-struct-text", str(path)], capture_output=True, text=True, check=True
    ).stdout  # read by another program, in the order of the tags
    places = [text.index(f'"{word} {number}"') for number in (1, 2, 3, 4) for word in ("Brief", "Zelle", "Rückseite")]
    assert places == sorted(places)


def test_title_language_and_conformance_stay() -> None:
    pdf = pikepdf.open(io.BytesIO(join([part(1), part(2)])))
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Briefe"
    assert str(pdf.Root.Lang) == "de"
    assert bool(pdf.Root.MarkInfo.Marked)


def test_one_part_is_itself_and_none_is_refused() -> None:
    only = part(1)
    assert join([only]) == only
    with pytest.raises(ValueError, match="nothing"):
        join([])
    bare = io.BytesIO()
    empty = pikepdf.new()
    empty.add_blank_page()
    empty.save(bare)
    with pytest.raises(ValueError, match="no tags"):
        join([only, bare.getvalue()])
