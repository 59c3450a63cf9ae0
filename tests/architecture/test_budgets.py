"""Files, functions and signatures stay small; the tail is what hurts, so the tail is capped."""

import ast

from architecture.house import classes, functions, kernels, listing, modules, percentile

FILE_CAP, FILE_P90 = 700, 450
FUNCTION_CAP, KERNEL_CAP, FUNCTION_P90 = 70, 120, 35
PUBLIC_ARGUMENTS, KERNEL_ARGUMENTS, COMMAND_ARGUMENTS = 6, 8, 12
METHODS = 20


def test_no_file_is_long():
    """No file exceeds its cap."""
    long = [f"{m.name}: {m.lines} lines" for m in modules() if m.lines > FILE_CAP]
    assert not long, listing(long)


def test_files_are_mostly_short():
    """Nine files in ten are far below the cap."""
    assert percentile([m.lines for m in modules()], 0.9) <= FILE_P90


def test_no_function_is_long():
    """No function exceeds its cap; kernels, which cannot be cut as freely, have a wider one."""
    long = [
        f"{f}: {f.length} lines"
        for f in functions()
        if f.length > (KERNEL_CAP if f.is_kernel else FUNCTION_CAP)
    ]
    assert not long, listing(long)


def test_functions_are_mostly_short():
    """Nine functions in ten fit on half a screen."""
    assert percentile([f.length for f in functions()], 0.9) <= FUNCTION_P90


def test_signatures_can_be_read():
    """A public function takes at most six arguments; a command of the cli has options instead."""
    wide = [
        f"{f}: {len(f.arguments)} arguments"
        for f in functions()
        if f.is_public and not f.is_kernel
        and len(f.arguments) > (COMMAND_ARGUMENTS if f.module.name.startswith("cli") else PUBLIC_ARGUMENTS)
    ]
    assert not wide, listing(wide)


def test_kernels_take_few_arguments():
    """A kernel takes at most eight arguments: what it needs more of travels in records."""
    wide = [f"{f}: {len(f.arguments)} arguments" for f in kernels() if len(f.arguments) > KERNEL_ARGUMENTS]
    assert not wide, listing(wide)


def test_classes_have_few_methods():
    """No class grows into a house of its own."""
    wide = [
        f"{module.name} {node.name}"
        for module, node in classes()
        if sum(isinstance(n, ast.FunctionDef) for n in node.body) > METHODS
    ]
    assert not wide, listing(wide)
