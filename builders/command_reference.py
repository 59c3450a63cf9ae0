"""Write the sections of docs/commands.md from the command line's own declarations.

Run `python builders/command_reference.py` after changing a command; `tests/architecture/test_docs.py` fails until
then. Everything outside the two markers is written by hand and stays.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from farwatch.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
BEGIN, END = "<!-- commands: begin (builders/command_reference.py) -->", "<!-- commands: end -->"


def declared(parameter: inspect.Parameter) -> tuple[Any, str, bool]:
    """Typer's declaration of a parameter, the name a user types for it, and whether it stands by its place."""
    found = [m for m in getattr(parameter.annotation, "__metadata__", ()) if hasattr(m, "param_decls")]
    info = found[-1] if found else None
    by_place = type(info).__name__ == "ArgumentInfo"
    listed = [getattr(info, "default", ""), *(getattr(info, "param_decls", None) or ())]
    names = [n for n in listed if isinstance(n, str) and n.startswith("-")]
    names = names or [f"--{parameter.name.replace('_', '-')}"]
    return info, parameter.name.upper() if by_place else ", ".join(names), by_place


def row(parameter: inspect.Parameter) -> str:
    """One line of a command's table."""
    info, name, _ = declared(parameter)
    default = parameter.default
    shown = {inspect.Parameter.empty: "required", None: "", False: "off"}.get(default, f"`{default}`")
    return f"| `{name}` | {shown} | {getattr(info, 'help', None) or ''} |"


def section(name: str, callback: Callable[..., Any]) -> str:
    """Heading, sentence and table of one command."""
    parameters = inspect.signature(callback, eval_str=True).parameters.values()
    asked = [declared(p)[1] if p.default is p.empty else f"[{declared(p)[1]}]" for p in parameters if declared(p)[2]]
    head = f"## `{' '.join(['farwatch', name, *asked])}`\n\n{inspect.getdoc(callback)}\n"
    table = ["| argument or option | default | meaning |", "| --- | --- | --- |", *map(row, parameters)]
    return "\n".join([head, *(table if parameters else ())]).strip()


def sections() -> str:
    """All commands, in the order of `farwatch --help`."""
    named = [(name_of(command), command.callback) for command in app.registered_commands]
    for group in app.registered_groups:
        commands = group.typer_instance.registered_commands
        named += [(f"{group.name} {name_of(command)}", command.callback) for command in commands]
    return "\n\n".join(section(name, callback) for name, callback in named)


def name_of(command: Any) -> str:
    """What a user types for a command."""
    return command.name or command.callback.__name__.strip("_").replace("_", "-")


def page() -> str:
    """The page as it should be: what is written by hand, and the generated part between the markers."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{sections()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
