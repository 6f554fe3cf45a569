"""Several tagged PDFs as one, tags and all: long bundles of letters are set in parts, so that somebody can say how far they are.

Called by services that print in the background. Every part was made by `pdf.render_pdf`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

from pikepdf import Array, Dictionary, Name, Object, PageCopyWarning, Pdf


def join(parts: Sequence[bytes]) -> bytes:
    """The pages of all parts in their order. Title, language and conformance are those of the first part.

    The structure trees become one (ISO 32000-1, 14.7.4.4: each page and link keeps its own key into the parent tree).
    Raises ValueError without any part, or for one without tags.
    """
    if not parts:
        raise ValueError("there is nothing to join")
    if len(parts) == 1:
        return parts[0]
    whole = Pdf.open(io.BytesIO(parts[0]))
    root = _tree_of(whole)
    document = _document(root)
    children = list(_listed(document.get("/K")))
    parents, following = _parents(root), _next_key(root)
    for part in parts[1:]:
        other = Pdf.open(io.BytesIO(part))
        first = len(whole.pages)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PageCopyWarning)  # it reminds of tags, which come below
            whole.pages.extend(other.pages)
        for page in list(whole.pages)[first:]:
            _shift(page.obj, following)
        tree = whole.copy_foreign(_tree_of(other))
        for child in _listed(_document(tree).get("/K")):
            child.P = document
            children.append(child)
        parents += [(key + following, value) for key, value in _parents(tree)]
        following += _next_key(tree)
    document.K = Array(children)
    numbers = Array([thing for key, value in parents for thing in (key, value)])
    root.ParentTree = whole.make_indirect(Dictionary(Nums=numbers))
    root.ParentTreeNextKey = following
    out = io.BytesIO()
    whole.save(out, deterministic_id=True)
    return out.getvalue()


def _tree_of(pdf: Pdf) -> Object:
    tree = pdf.Root.get(Name.StructTreeRoot)
    if tree is None:
        raise ValueError("a part has no tags")
    return tree


def _document(tree: Object) -> Object:
    """The one element at the top of what WeasyPrint writes."""
    return next(iter(_listed(tree.K)))


def _listed(kids: object) -> list[Object]:
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]  # type: ignore[list-item]


def _parents(tree: Object) -> list[tuple[int, Object]]:
    """The entries of the parent tree, which may be one list or a tree of lists."""
    found: list[tuple[int, Object]] = []
    waiting = [tree.ParentTree]
    while waiting:
        node = waiting.pop(0)
        numbers = list(node.get("/Nums", ()))
        found += [(int(numbers[place]), numbers[place + 1]) for place in range(0, len(numbers), 2)]
        waiting += list(node.get("/Kids", ()))
    return found


def _next_key(tree: Object) -> int:
    known = [key for key, _value in _parents(tree)]
    return max(known) + 1 if known else 0


def _shift(page: Object, by: int) -> None:
    if "/StructParents" in page:
        page.StructParents = int(page.StructParents) + by
    for link in page.get("/Annots", ()):
        if "/StructParent" in link:
            link.StructParent = int(link.StructParent) + by
