"""YAML 1.2 as data with marks: what a file says, and on which line and column it says it.

PyYAML reads YAML 1.1, where `no` is false, `010` is 8, `12:30:00` is 45000 and `1e3` is text. Here plain
words follow the core schema of YAML 1.2.2, chapter 10.3 [https://yaml.org/spec/1.2.2/#103-core-schema]. The
tree is built from parser events in one loop, so that depth and size are bounded before anything is built.
Keys are always text. Tags, duplicate keys and second documents are refused; anchors and aliases work, and
count as often as they are used.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from farwatch.errors import Problem

BYTE_LIMIT = 5_000_000
DEPTH_LIMIT = 32
NODE_LIMIT = 200_000
DIGIT_LIMIT = 30

Scalar: TypeAlias = str | int | float | bool | None
Path: TypeAlias = tuple[str | int, ...]

_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_TRUE = re.compile(r"(?:true|True|TRUE)\Z")
_FALSE = re.compile(r"(?:false|False|FALSE)\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)\Z")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """One value with its mark: a scalar, a list of nodes, or a mapping from text to nodes.

    `keys` holds the marks of a mapping's keys. `size` counts this node and all below, `depth` the levels,
    aliases as often as they are used.
    """

    value: "Scalar | list[Node] | dict[str, Node]"
    mark: Mark
    text: str = ""
    keys: Mapping[str, Mark] = field(default_factory=dict)
    size: int = 1
    depth: int = 1

    def plain(self) -> Any:
        """Give the value without marks: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def at(self, path: Path) -> "Node | None":
        """Give the node at `path`, or None."""
        node = self
        for step in path:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int) and 0 <= step < len(node.value):
                node = node.value[step]
            else:
                return None
        return node

    def mark_of(self, path: Path) -> Mark:
        """Mark of the value at `path`; where the path leads nowhere, of the last thing on the way."""
        for length in range(len(path), 0, -1):
            node = self.at(path[:length])
            if node is not None:
                return node.mark
        return self.mark

    def mark_of_key(self, path: Path) -> Mark:
        """Mark of the key that ends `path`; of the value where it ends in a list."""
        parent = self.at(path[:-1]) if path else None
        found = parent.keys.get(str(path[-1])) if parent is not None else None
        return found or self.mark_of(path)


class YamlError(Exception):
    """A text that is not acceptable YAML; carries the one `Problem` that stopped the reading."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def resolve(text: str) -> Scalar:
    """Value of a plain scalar by the core schema of YAML 1.2.

    Raises ValueError for a whole number longer than `DIGIT_LIMIT` digits.
    """
    if _NULL.match(text):
        return None
    if _TRUE.match(text) or _FALSE.match(text):
        return text[0] in "tT"
    if _DECIMAL.match(text) or _BASED.match(text):
        if len(text) > DIGIT_LIMIT:
            raise ValueError(f"a whole number of more than {DIGIT_LIMIT} digits")
        return int(text, 10 if _DECIMAL.match(text) else 0)
    if _FLOAT.match(text):
        return float(text)
    if _INFINITY.match(text):
        return float("-inf") if text[0] == "-" else float("inf")
    return float("nan") if _NAN.match(text) else text


class _Open:
    """A list (`items`) or a mapping (`pairs`) whose end has not come yet."""

    def __init__(self, mark: Mark, anchor: str | None, *, mapping: bool) -> None:
        self.mark = mark
        self.anchor = anchor
        self.items: list[Node] | None = None if mapping else []
        self.pairs: dict[str, Node] | None = {} if mapping else None
        self.keys: dict[str, Mark] = {}
        self.key: str | None = None
        self.size = 1
        self.depth = 1


def compose(data: bytes | str) -> tuple[Node, list[Problem]]:
    """Read one document: its tree, and the duplicate keys in it (the first of each is kept).

    Raises YamlError with the problem where reading cannot go on: not UTF-8, not YAML, empty, too large, too
    deep, a tag, an alias without its anchor.
    """
    text = _decoded(data)
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise YamlError(_syntax_problem(error)) from None
    if builder.root is None:
        raise YamlError(Problem("file", "", "is empty; a scenario starts with `farwatch: 1`", line=1, column=1))
    return builder.root, builder.duplicates


def _decoded(data: bytes | str) -> str:
    if len(data) > BYTE_LIMIT:
        raise YamlError(Problem("file", "", f"is larger than {BYTE_LIMIT / 1e6:g} MB"))
    try:
        return (data.encode() if isinstance(data, str) else data).decode("utf-8-sig")
    except UnicodeError as error:
        raise YamlError(_encoding_problem(data, error)) from None


def _encoding_problem(data: bytes | str, error: UnicodeError) -> Problem:
    start: int = getattr(error, "start", 0)
    wrong = f"0x{ord(data[start]) if isinstance(data, str) else data[start]:02x}"
    before = data[:start].encode(errors="replace") if isinstance(data, str) else data[:start]
    line = before.count(b"\n") + 1
    column = len(before) - before.rfind(b"\n")
    return Problem("file", wrong, "must be UTF-8 text", "save it as UTF-8", line, column)


def _events(text: str) -> Iterator[Any]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


def _syntax_problem(error: Any) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    context = getattr(error, "context", None)
    rule = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    rule = f"{context}: {rule}" if context else str(rule)
    hint = "check the indentation, brackets and colons just before"
    if "special characters" in str(error) or "control characters" in str(error):
        hint = "remove the control character"
    elif "cannot start any token" in rule:
        hint = "indent with spaces, not with tabs; put text that begins with @, % or ` in quotes"
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    return Problem("file", "", f"is not YAML: {rule}", hint, line, column)


class _Builder:
    """Builds the tree from events, with a stack instead of recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.duplicates: list[Problem] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        """Take the next parser event."""
        kind = type(event).__name__
        mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
        if kind in {"ScalarEvent", "SequenceStartEvent", "MappingStartEvent"} and event.tag is not None:
            self._refuse(mark, str(event.tag), "tags are not used here", "write the value without it, quoted if text")
        if kind == "ScalarEvent":
            self._scalar(event, mark)
        elif kind == "SequenceStartEvent":
            self._begin(_Open(mark, event.anchor, mapping=False))
        elif kind == "MappingStartEvent":
            self._begin(_Open(mark, event.anchor, mapping=True))
        elif kind in {"SequenceEndEvent", "MappingEndEvent"}:
            self._end()
        elif kind == "AliasEvent":
            self._alias(event.anchor, mark)
        elif kind == "DocumentStartEvent" and self.root is not None:
            self._refuse(mark, "---", "only one document in a file", "remove everything from here on")

    @staticmethod
    def _refuse(mark: Mark, value: str, rule: str, hint: str = "") -> None:
        raise YamlError(Problem("file", value, rule, hint, mark.line, mark.column))

    def _scalar(self, event: Any, mark: Mark) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.pairs is not None and top.key is None:
            self._key(top, str(event.value), mark)
            return
        value: Scalar = event.value
        if event.implicit[0]:
            try:
                value = resolve(event.value)
            except ValueError as error:
                self._refuse(mark, _short(event.value), f"must not be {error}")
        self._add(Node(value, mark, event.value), event.anchor)

    def _key(self, top: _Open, key: str, mark: Mark) -> None:
        if top.keys.get(key) is not None:
            first = top.keys[key].line
            rule = f"appears twice in the same mapping, first in line {first}"
            self.duplicates.append(Problem(key, "", rule, "keep one of the two", mark.line, mark.column))
        else:
            top.keys[key] = mark
        top.key = key

    def _begin(self, opened: _Open) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.pairs is not None and top.key is None:
            self._refuse(opened.mark, "", "a key must be a word, not a list or a mapping")
        self._refuse_depth(len(self._stack) + 1, opened.mark)
        self._stack.append(opened)

    def _end(self) -> None:
        done = self._stack.pop()
        inside: list[Node] | dict[str, Node] = done.items if done.items is not None else done.pairs or {}
        self._add(Node(inside, done.mark, "", done.keys, done.size, done.depth), done.anchor)

    def _alias(self, anchor: str, mark: Mark) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.pairs is not None and top.key is None:
            self._refuse(mark, f"*{anchor}", "an alias cannot be a key")
        node = self._anchors.get(anchor)
        if node is None:
            self._refuse(mark, f"*{anchor}", "refers to an anchor that is not complete before it")
        else:
            self._refuse_depth(len(self._stack) + node.depth, mark)
            self._add(node, None)

    def _refuse_depth(self, depth: int, mark: Mark) -> None:
        if depth > DEPTH_LIMIT:
            self._refuse(mark, "", f"nested more than {DEPTH_LIMIT} levels deep")

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        top.size += node.size
        top.depth = max(top.depth, 1 + node.depth)
        if top.size > NODE_LIMIT:
            self._refuse(node.mark, "", f"more than {NODE_LIMIT} values, aliases counted as often as they are used")
        if top.items is not None:
            top.items.append(node)
        elif top.pairs is not None and top.key is not None:
            top.pairs.setdefault(top.key, node)
            top.key = None


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:20] + "…"
