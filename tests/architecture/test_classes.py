"""Declarations are frozen values, built from fields; variants are composed, never inherited."""

import ast
from functools import cache

from architecture.house import classes, decorators, last_name, listing

OUTSIDE_BASES = {
    "NamedTuple", "Protocol", "ABC", "Exception", "BaseModel", "Enum", "IntEnum", "StrEnum", "TypedDict", "Generic",
    "SafeLoader", "CSafeLoader", "SafeDumper", "CSafeDumper",  # PyYAML is configured by subclass only
    "TyperGroup", "HTMLParser",
    "TupleModel",  # so is numba, by subclasses of its own
    "ModuleType",  # `farwatch.track` is a room and a verb: a module that can be called
}
COLLECTORS = {"Checks"}  # gathers problems while a file is read, and is gone when it has been
ROOM_SIGNALS = {"YamlError", "Page"}  # caught where their room ends, so no user ever meets them


@cache
def own():
    """Classes of the package by name."""
    return {node.name: node for _, node in classes()}


def holds_no_code(node):
    """Whether a class only declares: then sharing it is sharing fields or settings, not behaviour."""
    return not any(isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) for n in node.body)


def is_exception(name):
    """Whether a class descends from Exception."""
    node = own().get(name)
    return name == "Exception" or (node is not None and any(is_exception(last_name(b)) for b in node.bases))


def computes_once(node):
    """Whether a class keeps a derived value, for which Python needs a dictionary in the place of slots."""
    return any("cached_property" in decorators(n) for n in node.body if isinstance(n, ast.FunctionDef))


def test_dataclasses_are_frozen():
    """Every public dataclass is frozen and, unless it keeps a derived value, slotted."""
    loose = []
    for module, node in classes():
        for decorator in node.decorator_list:
            if last_name(decorator.func if isinstance(decorator, ast.Call) else decorator) != "dataclass":
                continue
            said = {k.arg for k in getattr(decorator, "keywords", ()) if getattr(k.value, "value", None) is True}
            needed = {"frozen"} if computes_once(node) else {"frozen", "slots"}
            if not needed <= said and not node.name.startswith("_"):
                loose.append(f"{module.name}:{node.lineno} {node.name}")
    assert not loose, listing(loose)


def test_no_implementation_is_inherited():
    """A base is a protocol, a plain declaration, or an exception: no class takes over another's methods."""
    heirs = [
        f"{module.name}:{node.lineno} {node.name}({last_name(base)})"
        for module, node in classes()
        for base in node.bases
        if last_name(base) not in OUTSIDE_BASES
        and not is_exception(last_name(base))
        and not (last_name(base) in own() and holds_no_code(own()[last_name(base)]))
    ]
    assert not heirs, listing(heirs)


def test_exceptions_live_in_one_tree():
    """Every exception is defined in `errors.py`, and the tree drawn there names each of them."""
    errors = [(m, n) for m, n in classes() if is_exception(n.name) and n.name not in ROOM_SIGNALS]
    strays = [f"{m.name} {n.name}" for m, n in errors if m.name != "errors.py"]
    drawn = next(ast.get_docstring(m.tree) for m, _ in errors if m.name == "errors.py")
    undrawn = [n.name for _, n in errors if n.name not in drawn]
    assert not strays, listing(strays)
    assert not undrawn, listing(undrawn)


def test_constructors_only_take_fields():
    """No public class but an exception writes its own constructor."""
    written = [
        f"{module.name}:{node.lineno} {node.name}"
        for module, node in classes()
        if not is_exception(node.name) and not node.name.startswith("_") and node.name not in COLLECTORS
        and any(isinstance(n, ast.FunctionDef) and n.name == "__init__" for n in node.body)
    ]
    assert not written, listing(written)
