"""The source as data: every module of the package, parsed once, and the questions the rules ask of it."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "farwatch"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One source file."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self):
        """Path inside the package, with slashes on every system."""
        return self.path.relative_to(PACKAGE).as_posix()


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method of the package."""

    module: Module
    node: FunctionNode
    owner: ast.ClassDef | None

    def __str__(self):
        prefix = f"{self.owner.name}." if self.owner else ""
        return f"{self.module.name}:{self.node.lineno} {prefix}{self.node.name}"

    @property
    def is_kernel(self):
        """Whether it carries `@kernel`, `@inner_kernel` or `@allocating_kernel`."""
        return not {"kernel", "inner_kernel", "allocating_kernel"}.isdisjoint(decorators(self.node))

    @property
    def is_public(self):
        """Whether neither it nor its class begins with an underscore."""
        return not self.node.name.startswith("_") and not (self.owner and self.owner.name.startswith("_"))

    @property
    def arguments(self):
        """Its arguments, without self and cls."""
        listed = [*self.node.args.posonlyargs, *self.node.args.args, *self.node.args.kwonlyargs]
        bound = self.owner is not None and "staticmethod" not in decorators(self.node)
        return listed[1:] if bound else listed

    @property
    def length(self):
        """Lines from `def` to the end, without the docstring."""
        documented = ast.get_docstring(self.node) is not None
        first = self.node.body[0]
        docstring = first.end_lineno - first.lineno + 1 if documented else 0
        return self.node.end_lineno - self.node.lineno + 1 - docstring


def decorators(node):
    """Names of a definition's decorators, without their modules and arguments."""
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return [last_name(d) for d in called]


def last_name(node):
    """The last word of a dotted name: `np.float64` gives float64; empty for anything else."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def dotted(node):
    """A dotted name as text, `np.random.default_rng`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


@cache
def modules():
    """Every module of the package."""
    paths = sorted(PACKAGE.rglob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return [Module(p, ast.parse(t, str(p)), len(t.splitlines())) for p, t in zip(paths, texts, strict=True)]


@cache
def functions():
    """Every function and method of the package, nested ones too."""
    found = []
    for module in modules():
        owners = {
            child: parent
            for parent in ast.walk(module.tree)
            if isinstance(parent, ast.ClassDef)
            for child in parent.body
        }
        nodes = [n for n in ast.walk(module.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        found += [Function(module, node, owners.get(node)) for node in nodes]
    return found


@cache
def kernels():
    """Every function that is compiled."""
    return [function for function in functions() if function.is_kernel]


@cache
def classes():
    """Every class of the package, with its module."""
    return [(m, node) for m in modules() for node in ast.walk(m.tree) if isinstance(node, ast.ClassDef)]


def percentile(values, share):
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def listing(offences):
    """Offences as a message, one a line."""
    return "\n" + "\n".join(str(offence) for offence in offences)
