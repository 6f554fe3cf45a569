"""Writes a PDF object by object, so that a document of any length takes little memory; `series.py` puts letters together with it.

Objects are made of pieces: bytes, and pairs that stand for what differs between copies of the same object.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

Sink = Callable[[bytes], Any]
Piece = bytes | tuple[str, int]
ROW = 9
"""Bytes of an object in the table of objects: kind, six bytes of place, two of position."""


class PdfWriter:
    """A PDF 1.7 with object streams (ISO 32000-1, 7.5.7 and 7.5.8); objects go out as soon as a stream of them is full."""

    MOST = 200

    def __init__(self, sink: Sink) -> None:
        self.sink, self.offset = sink, 0
        self.places = bytearray(b"\0" * 7 + b"\xff\xff")  # nine bytes an object, as the table wants them
        self.waiting: list[tuple[int, bytes]] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self, count: int = 1) -> int:
        """The number of a new object, or of the first of several."""
        first = len(self.places) // ROW
        self.places += bytes(ROW * count)
        return first

    def put(self, number: int, content: bytes) -> None:
        self.waiting.append((number, content))
        if len(self.waiting) >= self.MOST:
            self._flush()

    def put_stream(self, number: int, entries: bytes, content: bytes, *, packed: bool = True) -> None:
        data = zlib.compress(content, 6) if packed else content
        coded = b" /Filter /FlateDecode" if packed else b""
        self.put_raw(number, b"<< %s%s /Length %d >>" % (entries, coded, len(data)), data)

    def put_raw(self, number: int, dictionary: bytes, data: bytes) -> None:
        self._place(number, 1, self.offset, 0)
        self._write(b"%d 0 obj\n%s\nstream\n" % (number, dictionary))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")

    def end(self, catalogue: int, info: int) -> None:
        self._flush()
        table = self.reserve()
        start = self.offset
        self._place(table, 1, start, 0)
        head = b"/Type /XRef /W [1 6 2] /Size %d /Root %d 0 R /Info %d 0 R" % (len(self.places) // ROW, catalogue, info)
        self.put_stream(table, head, bytes(self.places))
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _flush(self) -> None:
        if not self.waiting:
            return
        number, offsets, body = self.reserve(), [], b""
        parts = []
        length = 0
        for place, (one, content) in enumerate(self.waiting):
            offsets.append(b"%d %d" % (one, length))
            parts.append(content)
            length += len(content) + 1
            self._place(one, 2, number, place)
        head = b" ".join(offsets) + b"\n"
        body = head + b"\n".join(parts)
        self.put_stream(number, b"/Type /ObjStm /N %d /First %d" % (len(parts), len(head)), body)
        self.waiting = []

    def _place(self, number: int, kind: int, where: int, more: int) -> None:
        row = b"%c%s%s" % (kind, where.to_bytes(6, "big"), more.to_bytes(2, "big"))
        self.places[number * ROW : (number + 1) * ROW] = row

    def _write(self, data: bytes) -> None:
        self.sink(data)
        self.offset += len(data)


class Copies:
    """Objects of another document, copied when first named."""

    def __init__(self, out: PdfWriter, pdf: Pdf) -> None:
        self.out, self.pdf, self.known = out, pdf, dict[int, int]()

    def pieces(self, value: Any) -> list[Piece]:
        number = value.objgen[0] if isinstance(value, pikepdf.Object) else 0
        if number:
            return [b"%d 0 R" % self._copy(value, number)]
        if isinstance(value, Array):
            return [b"[", *(piece for one in value for piece in (*self.pieces(one), b" ")), b"]"]
        if isinstance(value, Dictionary):
            return dictionary({key: self.pieces(one) for key, one in value.items()})
        if isinstance(value, bool):
            return [b"true" if value else b"false"]
        return [value.unparse() if isinstance(value, pikepdf.Object) else str(value).encode("ascii")]

    def _copy(self, value: Any, number: int) -> int:
        if number in self.known:
            return self.known[number]
        made = self.known[number] = self.out.reserve()
        if isinstance(value, pikepdf.Stream):
            data = value.read_raw_bytes()
            entries = {key: self.pieces(one) for key, one in value.items() if key != "/Length"}
            entries["/Length"] = [b"%d" % len(data)]
            self.out.put_raw(made, joined(dictionary(entries), {}), data)
        else:
            inner = (
                dictionary({key: self.pieces(one) for key, one in value.items()})
                if isinstance(value, Dictionary)
                else [b"[", *(piece for one in value for piece in (*self.pieces(one), b" ")), b"]"]
                if isinstance(value, Array)
                else [value.unparse(resolved=True)]
            )
            self.out.put(made, joined(inner, {}))
        return made


def dictionary(entries: dict[str, list[Piece]]) -> list[Piece]:
    made: list[Piece] = [b"<<"]
    for key, pieces in entries.items():
        made += [b" %s " % Name(key).unparse(), *pieces]
    return [*made, b" >>"]


def packed(pieces: Sequence[Piece]) -> list[Piece]:
    """The same with neighbouring bytes joined."""
    made: list[Piece] = []
    for piece in pieces:
        if made and isinstance(piece, bytes) and isinstance(made[-1], bytes):
            made[-1] += piece
        else:
            made.append(piece)
    return made


def joined(pieces: Sequence[Piece], values: dict[Any, bytes], numbers: dict[str, int] | None = None) -> bytes:
    made = []
    for piece in pieces:
        if isinstance(piece, bytes):
            made.append(piece)
        elif piece[0] == "own":
            made.append(b"%d 0 R" % ((numbers or {})["own"] + piece[1]))
        elif piece[0] == "key":
            made.append(b"%d" % ((numbers or {})["key"] + piece[1]))
        else:
            made.append(values[piece])
    return b"".join(made)


def refs(numbers: Sequence[int | None]) -> bytes:
    """References to objects; None is the null object."""
    return b" ".join(b"null" if number is None else b"%d 0 R" % number for number in numbers)
