"""XML from strangers: the elements that matter, one at a time, within limits.

No document type is accepted, so there are no entities to expand and nothing outside to fetch; depth, number of
elements and size are limited. What lies outside the wanted elements is not kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from farwatch.errors import InputError, Problem

MOST_DEPTH = 64
"""Deepest nesting that is read."""

MOST_ELEMENTS = 1_000_000
"""Most elements inside a wanted one: some 300,000 positions with their times."""

MOST_BYTES = 1 << 29
"""Longest document that is read."""

MOST_TAG = 1 << 22
"""Longest tag, with its attributes, or comment."""

_STEP = 1 << 16


@dataclass(slots=True)
class _Building:
    """What is being built while a document is read: a tree where the reader is inside a wanted element."""

    wanted: frozenset[str]
    source: str
    depth: int = 0
    inside: int = 0
    elements: int = 0
    root: str = ""
    tree: TreeBuilder | None = None
    done: list[Element] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self.depth += 1
        self.elements += 1
        if self.depth > MOST_DEPTH or self.elements > MOST_ELEMENTS:
            rule = f"must not be nested deeper than {MOST_DEPTH}, nor hold more than {MOST_ELEMENTS} inside one"
            raise InputError(self.source, [Problem("elements", name, rule)])
        self.root = self.root or name
        if self.tree is None and name in self.wanted:
            self.tree, self.inside = TreeBuilder(), self.depth
        if self.tree is not None:
            self.tree.start(name, attributes)

    def end(self, name: str) -> None:
        if self.tree is not None:
            self.tree.end(name.rpartition(" ")[2])
            if self.depth == self.inside:
                self.done.append(self.tree.close())
                self.tree = None
        if self.tree is None:
            self.elements = 0
        self.depth -= 1

    def text(self, data: str) -> None:
        if self.tree is not None:
            self.tree.data(data)

    def doctype(self, name: str, *_: object) -> None:
        raise InputError(self.source, [Problem("document type", name, "must not be declared: it may hide entities")])


def elements(data: bytes, roots: tuple[str, ...], wanted: frozenset[str], source: str = "data") -> Iterator[Element]:
    """Each element whose local name is `wanted`, with all it holds, in order; names come without namespace.

    InputError where the document is no XML, has another root than `roots`, declares a document type, or is larger,
    deeper or fuller than the limits.
    """
    if len(data) > MOST_BYTES:
        raise InputError(source, [Problem("document", f"{len(data)} bytes", f"must hold {MOST_BYTES} bytes at most")])
    building = _Building(wanted, source)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = building.start, building.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = building.text, building.doctype
    view = memoryview(data)
    for at in range(0, max(1, len(data)), _STEP):
        _fed(parser, bytes(view[at : at + _STEP]), at + _STEP >= len(data), source)
        if at + _STEP - parser.CurrentByteIndex > MOST_TAG + _STEP:
            raise InputError(source, [Problem("tag", "", f"must be {MOST_TAG} bytes long at most")])
        if building.root and building.root not in roots:
            raise InputError(source, [Problem("root element", building.root, f"must be {' or '.join(roots)}")])
        yield from building.done
        building.done.clear()


def words(element: Element, name: str) -> str:
    """Text of the first child of that name, without blanks around it; empty where there is none."""
    child = element.find(name)
    return (child.text or "").strip() if child is not None else ""


def _fed(parser: expat.XMLParserType, part: bytes, last: bool, source: str) -> None:
    try:
        parser.Parse(part, last)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an encoding that Python lacks
        line = getattr(error, "lineno", None)
        raise InputError(source, [Problem("document", "", f"is no sound XML: {error}", line=line)]) from error
