"""Many letters that share everything but the address and the salutation, as one tagged PDF that is written piece by piece.

A letter of three pages takes WeasyPrint a quarter of a second and five megabytes; ten thousand of them are mostly the same
pages again. So the letter is set once (the model), the lines that differ are set by themselves, a page for each letter, and
here both are put together: pages share their content, each letter has its own pages, links and structure elements (ISO
32000-1, 14.7 and 14.8). Nothing but the table of objects is kept in memory.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from kimforms.documents.pdf_writer import Copies, PdfWriter, Piece, Sink, dictionary, joined, packed, refs

GROUP = 100
"""Letters under one node of the trees of pages and of structure parents."""
FLIPPED = "1 0 0 -1 0 841.889764 cm 0.75 0 0 0.75 0 0 cm 0.086275 0.129412 0.184314 rg"
"""WeasyPrint draws from the top of an A4 page in CSS pixels; the colour is that of the text in `paper.css`."""
SHOWS = frozenset(("Tj", "TJ", "'", '"'))


@dataclass
class Letters:
    """Writes the document: `begin` with the model, `add` part by part, `end`. `count` are the letters so far.

    `sink` gets the bytes in their order. Raises ValueError for a model or a part that does not look as it should.
    """

    sink: Sink
    model: bytes
    count: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._out = PdfWriter(self.sink)
        self._pdf = Pdf.open(io.BytesIO(self.model))
        self._shared = Copies(self._out, self._pdf)
        self._own: dict[int, int] = {}
        self._pages = [page.obj for page in self._pdf.pages]
        document = _single(self._pdf.Root.StructTreeRoot.K)
        self._document = document.objgen[0]
        self._parents = _numbers(self._pdf.Root.StructTreeRoot.ParentTree)
        self._elements = [*list(_elements(document))[1:], *self._forgotten(document)]
        self._slots = self._find_slots()
        self._marks = self._marks_of_first_page()
        self._destinations = _destinations(self._pdf)
        links = [link for page in self._pages for link in page.get("/Annots", ())]
        for thing in (*self._pages, *self._elements, *links):
            self._own.setdefault(thing.objgen[0], len(self._own))
        if 0 in self._own:
            raise ValueError("the model holds a page, link or element that is no object of its own")
        self._reserve()
        self._templates = [self._template(one) for one in (*self._pages, *self._elements, *links)]

    @property
    def pages(self) -> int:
        """How many pages each letter has."""
        return len(self._pages)

    def add(self, part: bytes) -> int:
        """Appends the letters of a part: a PDF with a page of lines for each. Returns how many they were."""
        lines = Pdf.open(io.BytesIO(part))
        prefix = f"L{self.count}x"
        copies = Copies(self._out, lines)
        fonts = {**dict(self._pages[0].Resources.get("/Font", {}).items())}
        written = {name: self._shared.pieces(font) for name, font in fonts.items()}
        for name, font in lines.pages[0].obj.Resources.get("/Font", {}).items():
            written[f"/{prefix}{name[1:]}"] = copies.pieces(font)
        resources = self._out.reserve()
        rest = {key: self._shared.pieces(value) for key, value in self._pages[0].Resources.items() if key != "/Font"}
        self._out.put(resources, joined(dictionary({**rest, "/Font": dictionary(written)}), {}))
        for page in lines.pages:
            self._letter(_blocks(page, prefix), resources)
        return len(lines.pages)

    def end(self, title: str) -> None:
        """Writes what holds the document together: trees, catalogue, metadata, table of objects."""
        self._close_group()
        out = self._out
        out.put(self._page_root, _tree(b"/Type /Pages", self._page_groups, self.count * len(self._pages)))
        out.put(self._parent_root, b"<< /Kids [%s] >>" % refs([number for number, _ in self._parent_groups]))
        out.put(
            self._document_number,
            b"<< /Type /StructElem /S /Document /P %d 0 R /K [%s] >>" % (self._tree_root, refs(self._tops)),
        )
        keys = self.count * len(self._parents)
        out.put(
            self._tree_root,
            b"<< /Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d >>"
            % (self._document_number, self._parent_root, keys),
        )
        metadata = out.reserve()
        out.put_stream(metadata, b"/Type /Metadata /Subtype /XML", self._pdf.Root.Metadata.read_bytes(), packed=False)
        info, catalogue = out.reserve(), out.reserve()
        out.put(info, b"<< /Title %s /Producer (kimforms) >>" % String(title).unparse())
        out.put(
            catalogue,
            b"<< /Type /Catalog /Pages %d 0 R /StructTreeRoot %d 0 R /Metadata %d 0 R /Lang %s "
            b"/MarkInfo << /Marked true >> /ViewerPreferences << /DisplayDocTitle true >> >>"
            % (self._page_root, self._tree_root, metadata, self._pdf.Root.Lang.unparse()),
        )
        out.end(catalogue, info)

    def _reserve(self) -> None:
        out = self._out
        self._page_root, self._parent_root, self._tree_root, self._document_number = (out.reserve() for _ in range(4))
        save, restore, content = (out.reserve() for _ in range(3))
        out.put_stream(save, b"", b"q\n")
        out.put_stream(restore, b"", b"\nQ\n")
        out.put_stream(content, b"", self._without_slots())
        self._first_content = (save, content, restore)
        self._page_groups: list[tuple[int, int]] = []
        self._parent_groups: list[tuple[int, int]] = []
        self._tops: list[int] = []
        self._leaves: list[int] = []
        self._kids: list[int] = []
        self._page_group = out.reserve()

    def _forgotten(self, document: Any) -> list[Any]:
        """Elements of marked content that hang on the document but are not among its kids, as WeasyPrint leaves running feet."""
        known = {one.objgen[0] for one in _elements(document)}
        made: list[Any] = []
        for value in self._parents.values():
            for one in value if isinstance(value, Array) else [value]:
                top = one
                while top.objgen[0] not in known and top.P.objgen[0] != self._document:
                    top = top.P
                if top.objgen[0] not in known:
                    found = list(_elements(top))
                    known |= {element.objgen[0] for element in found}
                    made += found
        return made

    def _find_slots(self) -> tuple[int, int]:
        """The elements whose text differs: the last paragraph before the subject and the first one after it."""
        kinds = [str(one.get("/S")) for one in self._elements]
        if "/H1" not in kinds:
            raise ValueError("the model has no subject")
        subject = kinds.index("/H1")
        address = max(place for place, kind in enumerate(kinds[:subject]) if kind == "/P")
        salutation = kinds.index("/P", subject)
        return (_leaf(self._elements[address]), _leaf(self._elements[salutation]))

    def _marks_of_first_page(self) -> int:
        return len(self._parents[int(self._pages[0].StructParents)])

    def _without_slots(self) -> bytes:
        """The content of the first page without the words of the model's address and salutation."""
        gone = self._gone = {mark for one in self._elements if one.objgen[0] in self._slots for mark in _marks(one)}
        kept, silent = [], False
        for step in pikepdf.parse_content_stream(self._pages[0]):
            operator = str(step.operator)
            if operator == "BDC" and int(step.operands[1].get("/MCID", -1)) in gone:
                silent = True
            elif silent and operator == "EMC":
                silent = False
            elif not (silent and operator in SHOWS):
                kept.append(step)
        return bytes(pikepdf.unparse_content_stream(kept))

    def _template(self, thing: Any) -> list[Piece]:
        """An object of a letter as pieces: bytes that are the same in each, and what differs."""
        changed: dict[str, Any] = {}
        first = thing.objgen == self._pages[0].objgen
        for key, value in thing.items():
            if key in ("/StructParents", "/StructParent"):
                changed[key] = [("key", int(value))]
            elif key == "/Parent":
                changed[key] = [("group", 0)]
            elif first and key == "/Contents":
                changed[key] = [("contents", 0)]
            elif first and key == "/Resources":
                changed[key] = [("resources", 0)]
            elif key == "/K" and thing.objgen[0] in self._slots:
                changed[key] = [("slot", self._slots.index(thing.objgen[0]))]
            elif key == "/ID" and thing.get("/S") is not None:
                changed[key] = _id(value)
            elif key == "/A" and isinstance(value, Dictionary) and "/Headers" in value:
                names: list[Piece] = [piece for one in value.Headers for piece in (*_id(one), b" ")]
                rest = {name: self._pieces(one) for name, one in value.items() if name != "/Headers"}
                changed[key] = dictionary({**rest, "/Headers": [b"[", *names, b"]"]})
            elif key == "/Dest" and isinstance(value, String):
                changed[key] = self._pieces(self._destinations[bytes(value)])
            else:
                changed[key] = self._pieces(value)
        return packed(dictionary(changed))

    def _pieces(self, value: Any) -> list[Piece]:
        number = value.objgen[0] if isinstance(value, pikepdf.Object) else 0
        if number in self._own and number:
            return [("own", self._own[number])]
        if number and number == self._document:
            return [b"%d 0 R" % self._document_number]
        if not number and isinstance(value, Array):
            return [b"[", *(piece for one in value for piece in (*self._pieces(one), b" ")), b"]"]
        if not number and isinstance(value, Dictionary):
            return dictionary({key: self._pieces(one) for key, one in value.items()})
        return self._shared.pieces(value)

    def _letter(self, blocks: Sequence[bytes], resources: int) -> None:
        out, marks = self._out, self._marks
        base, stream = out.reserve(len(self._own)), out.reserve()
        drawn = [b"/Span <</MCID %d>> BDC\n%s\nEMC" % (marks + place, block) for place, block in enumerate(blocks)]
        out.put_stream(stream, b"", FLIPPED.encode() + b"\n" + b"\n".join(drawn))
        last = marks + len(blocks) - 1
        values = {
            ("group", 0): b"%d 0 R" % self._page_group,
            ("contents", 0): b"[%s]" % refs([*self._first_content, stream]),
            ("resources", 0): b"%d 0 R" % resources,
            ("slot", 0): b"[%s]" % b" ".join(b"%d" % mark for mark in range(marks, last)),
            ("slot", 1): b"[%d]" % last,
            ("letter", 0): b"%d" % (self.count + 1),
        }
        first_key = self.count * len(self._parents)
        numbers = {"own": base, "key": first_key}
        for place, template in enumerate(self._templates):
            out.put(base + place, joined(template, values, numbers))
        self._put_parents(base, first_key, len(blocks))
        self._tops += [base + self._own[one.objgen[0]] for one in self._elements if one.P.objgen[0] == self._document]
        self._kids += [base + self._own[page.objgen[0]] for page in self._pages]
        self.count += 1
        if self.count % GROUP == 0:
            self._close_group()

    def _put_parents(self, base: int, first_key: int, blocks: int) -> None:
        """The leaf of the tree of structure parents that belongs to this letter."""
        lines = []
        for key in sorted(self._parents):
            value = self._parents[key]
            if isinstance(value, Array):
                found: list[int | None] = [base + self._own[one.objgen[0]] for one in value]
                if key == int(self._pages[0].StructParents):
                    for mark in self._gone:
                        found[mark] = None
                    address, salutation = (base + self._own[slot] for slot in self._slots)
                    found += [address] * (blocks - 1) + [salutation]
                lines.append(b"%d [%s]" % (first_key + key, refs(found)))
            else:
                lines.append(b"%d %d 0 R" % (first_key + key, base + self._own[value.objgen[0]]))
        leaf = self._out.reserve()
        limits = (first_key + min(self._parents), first_key + max(self._parents))
        self._out.put(leaf, b"<< /Limits [%d %d] /Nums [%s] >>" % (*limits, b" ".join(lines)))
        self._leaves.append(leaf)

    def _close_group(self) -> None:
        if not self._leaves:
            return
        out, size = self._out, len(self._parents)
        node = out.reserve()
        first, last = (self.count - len(self._leaves)) * size, self.count * size - 1
        out.put(node, b"<< /Limits [%d %d] /Kids [%s] >>" % (first, last, refs(self._leaves)))
        self._parent_groups.append((node, len(self._leaves)))
        head = b"<< /Type /Pages /Parent %d 0 R /Count %d /Kids [%s] >>"
        out.put(self._page_group, head % (self._page_root, len(self._kids), refs(self._kids)))
        self._page_groups.append((self._page_group, len(self._kids)))
        self._leaves, self._kids = [], []
        self._page_group = out.reserve()


def _id(value: Any) -> list[Piece]:
    """The id of a cell of a table, made unique by the number of its letter."""
    return [b"(" + re.sub(rb"[^0-9A-Za-z_-]", b"", bytes(value)) + b"-", ("letter", 0), b")"]


def _tree(head: bytes, groups: Sequence[tuple[int, int]], count: int) -> bytes:
    return b"<< %s /Count %d /Kids [%s] >>" % (head, count, refs([number for number, _ in groups]))


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, Array) else value


def _elements(top: Any) -> Iterator[Any]:
    """A structure element and all below it, in reading order."""
    yield top
    kids = top.get("/K", Array())
    for one in kids if isinstance(kids, Array) else [kids]:
        if isinstance(one, Dictionary) and "/S" in one:
            yield from _elements(one)


def _marks(element: Any) -> list[int]:
    kids = element.get("/K", Array())
    return [int(one) for one in (kids if isinstance(kids, Array) else [kids]) if isinstance(one, int)]


def _leaf(element: Any) -> int:
    """The number of the element below, or of itself, that holds the marked content."""
    found = [one for one in _elements(element) if _marks(one)]
    if len(found) != 1:
        raise ValueError("a line of the model is no single piece of text")
    return int(found[0].objgen[0])


def _numbers(tree: Any) -> dict[int, Any]:
    nums = tree.Nums
    return {int(nums[place]): nums[place + 1] for place in range(0, len(nums), 2)}


def _destinations(pdf: Pdf) -> dict[bytes, Any]:
    if "/Names" not in pdf.Root or "/Dests" not in pdf.Root.Names:
        return {}
    names = pdf.Root.Names.Dests.Names
    return {bytes(names[place]): names[place + 1] for place in range(0, len(names), 2)}


def _blocks(page: Any, prefix: str) -> list[bytes]:
    """The pieces of text of a page of lines, each as `BT … ET`, with its fonts under the names of this part."""
    made: list[bytes] = []
    current: list[Any] | None = None
    for step in pikepdf.parse_content_stream(page):
        operator = str(step.operator)
        if operator == "BT":
            current = []
        elif operator == "ET" and current is not None:
            if any(str(one.operator) in SHOWS for one in current):
                made.append(b"BT\n" + bytes(pikepdf.unparse_content_stream(current)) + b"\nET")
            current = None
        elif current is not None:
            if operator == "Tf":
                font = Name(f"/{prefix}{str(step.operands[0])[1:]}")
                current.append(pikepdf.ContentStreamInstruction([font, step.operands[1]], step.operator))
            else:
                current.append(step)
    return made
