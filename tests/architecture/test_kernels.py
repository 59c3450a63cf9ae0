"""What is inside a kernel compiles fast, runs interpreted, and never raises."""

import ast
import re

import numpy as np

from architecture.house import ROOT, classes, dotted, kernels, last_name, listing, modules
from farwatch import records

BANNED = (
    ast.Raise, ast.Try, ast.With, ast.Assert, ast.Global, ast.Nonlocal, ast.Lambda, ast.Yield, ast.JoinedStr,
    ast.Dict, ast.Set, ast.DictComp, ast.SetComp, ast.Import, ast.ImportFrom, ast.MatMult,
)
BANNED_NAMES = ("np.linalg", "np.dot", "np.matmul", "np.einsum", "np.random", "np.outer", "np.inner", "print")


def record_fields():
    """Names of all fields of all record types."""
    layouts = [v for v in vars(records).values() if isinstance(v, np.dtype)]
    return {name for layout in layouts for name in layout.names}


def tuple_fields():
    """Names of all fields of the named tuples, which kernels do read by attribute."""
    tuples = [node for _, node in classes() if "NamedTuple" in map(last_name, node.bases)]
    return {n.target.id for node in tuples for n in node.body if isinstance(n, ast.AnnAssign)}


def test_kernels_use_plain_constructs():
    """A kernel raises nothing, opens nothing and builds no dictionary or text."""
    found = [
        f"{kernel}: {type(node).__name__} at line {getattr(node, 'lineno', '?')}"
        for kernel in kernels()
        for statement in kernel.node.body
        for node in ast.walk(statement)
        if isinstance(node, BANNED)
    ]
    assert not found, listing(found)


def test_kernels_do_matrices_by_hand():
    """A kernel calls no matrix routine, which costs seconds to compile, and no unaddressed chance."""
    found = [
        f"{kernel}: {dotted(node)}"
        for kernel in kernels()
        for node in ast.walk(kernel.node)
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node).startswith(BANNED_NAMES)
        and re.match(r"(np\.(linalg|dot|matmul|einsum|random|outer|inner)|print)\b", dotted(node))
    ]
    assert not found, listing(found)


def test_kernels_read_records_by_item():
    """A record is read as `radar["period_s"]`: attribute access fails when the compiler is off."""
    fields = record_fields() - tuple_fields()
    found = [
        f"{kernel}: .{node.attr} at line {node.lineno}"
        for kernel in kernels()
        for node in ast.walk(kernel.node)
        if isinstance(node, ast.Attribute) and node.attr in fields
    ]
    assert not found, listing(found)


def test_the_compiler_has_one_door():
    """Only `compiled.py` imports numba, so flags and cache have one owner."""
    found = [
        module.name
        for module in modules()
        if module.name != "compiled.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.split(".")[0] == "numba" for name in imported(node))
    ]
    assert not found, listing(found)


def imported(node):
    """Modules that an import statement names."""
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]


def test_every_kernel_has_a_test():
    """Every public kernel is named in a test or in a naive twin."""
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("*.py") if "architecture" not in p.parts]
    words = set(re.findall(r"\w+", "\n".join(texts)))
    untested = [str(kernel) for kernel in kernels() if kernel.is_public and kernel.node.name not in words]
    assert not untested, listing(untested)
