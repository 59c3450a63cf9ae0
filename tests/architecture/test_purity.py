"""Below the command line there is no loose chance, no clock and no environment."""

import ast

from architecture.house import dotted, listing, modules

DOORS = ("cli", "console/")
NETWORK = {"live/sources.py": {"socket"}}  # the one place with sockets; what time it is, the command line tells it
BANNED_MODULES = {"random", "time", "secrets", "uuid", "locale", "getpass", "socket", "urllib", "http", "requests"}
BANNED_NAMES = {
    "np.random", "numpy.random", "os.environ", "os.getenv", "os.environb", "datetime.now", "datetime.utcnow",
    "datetime.today", "datetime.datetime.now", "datetime.date.today", "date.today",
}


def below_the_door():
    """Every module that is not the command line or the console."""
    return [module for module in modules() if not module.name.startswith(DOORS)]


def imports_of(module):
    """Every module named in an import, with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def test_no_module_brings_chance_clock_or_network():
    """No module imports a clock, a generator of its own, or the network."""
    banned = {*BANNED_NAMES, "numpy.random"}
    found = [
        f"{module.name}:{line} imports {name}"
        for module in below_the_door()
        for line, name in imports_of(module)
        if name.split(".")[0] in BANNED_MODULES - NETWORK.get(module.name, set()) or name in banned
    ]
    assert not found, listing(found)


def test_nothing_reads_chance_clock_or_environment():
    """No expression reaches numpy's generators, today's date or the environment."""
    found = [
        f"{module.name}:{node.lineno} {dotted(node)}"
        for module in below_the_door()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in BANNED_NAMES
    ]
    assert not found, listing(found)


def test_nothing_prints():
    """Only the command line speaks; a room returns values."""
    found = [
        f"{module.name}:{node.lineno}"
        for module in below_the_door()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "print"
    ]
    assert not found, listing(found)


def test_modules_hold_no_state():
    """No function writes a module's variables."""
    found = [
        f"{module.name}:{node.lineno} global {', '.join(node.names)}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
    ]
    assert not found, listing(found)
