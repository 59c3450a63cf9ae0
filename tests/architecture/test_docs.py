"""The documentation names everything a user can meet, and what it shows runs."""

import importlib.util
import inspect
import os
import re

import pytest

from architecture.house import PACKAGE, ROOT, listing
from farwatch import errors

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)]
MODEL_PAGES = [p for p in PAGES if p.parent.name == "models" and p.stem != "index"]
HAS_CLI = (PACKAGE / "cli.py").exists()
needs_cli = pytest.mark.skipif(not HAS_CLI, reason="there is no command line yet")


def blocks(page, *languages):
    """Fenced blocks of a page in some languages."""
    fences = re.findall(r"^```(\w*)[^\n]*\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    return [body for language, body in fences if language in languages]


def reference():
    """The builder of `docs/commands.md`, as a module."""
    spec = importlib.util.spec_from_file_location("command_reference", ROOT / "builders" / "command_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands():
    """Command names of the cli with the options each takes, as typed."""
    titled = re.findall(r"^## `farwatch ([\w-]+)[^`]*`\n(.*?)(?=^## |\Z)", reference().sections(), re.M | re.S)
    found = {}
    for name, body in titled:  # the verbs of a group stand under its name
        found.setdefault(name, set()).update(re.findall(r"(?<=`|,| )--[a-z][a-z0-9-]+(?=`|,)", body))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_code_on_a_page_runs(page, tmp_path, monkeypatch):
    """Python blocks of a page run in order, from an empty folder."""
    code = blocks(page, "python")
    if not code:
        pytest.skip("no code on this page")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for block in code:
        exec(compile(block, page.name, "exec"), names)


@needs_cli
def test_commands_on_pages_exist():
    """Every `farwatch VERB --option` shown in a block is a command, and its options exist."""
    known, wrong = commands(), []
    for page in PAGES:
        for line in "\n".join(blocks(page, "", "sh", "bash", "console", "text")).splitlines():
            shown = re.match(r"\s*(?:\$ )?farwatch ([a-z][a-z-]*)(.*)", line)
            if shown is None:
                continue
            verb, rest = shown.groups()
            unknown = set(re.findall(r"--[a-z][a-z0-9-]+", rest.split("#")[0])) - known.get(verb, set()) - {"--help"}
            if verb not in known or unknown:
                wrong.append(f"{page.name}: {line.strip()}")
    assert not wrong, listing(wrong)


@needs_cli
def test_every_command_is_documented():
    """`docs/commands.md` is what the command line declares: running its builder again changes nothing."""
    assert reference().page() == (DOCS / "commands.md").read_text(encoding="utf-8")


def test_every_exception_has_a_row():
    """`docs/errors.md` explains each exception."""
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    kinds = [name for name, v in vars(errors).items() if inspect.isclass(v) and issubclass(v, Exception)]
    missing = [name for name in kinds if f"`{name}`" not in text]
    assert not missing, listing(missing)


def test_every_scenario_field_has_a_row():
    """`docs/scenario.md` has a row for each field of the scenario model."""
    pytest.importorskip("pydantic")
    from farwatch import schema

    text = (DOCS / "scenario.md").read_text(encoding="utf-8")
    declared = schema()
    models = [declared, *declared.get("$defs", {}).values()]
    fields = {name for model in models for name in model.get("properties", {})}
    missing = sorted(name for name in fields if f"`{name}`" not in text)
    assert not missing, listing(missing)


@pytest.mark.parametrize("page", MODEL_PAGES, ids=lambda page: page.stem)
def test_every_model_page_is_complete(page):
    """A model page gives equation, source, range of validity and known error."""
    text = page.read_text(encoding="utf-8").lower()
    parts = {"equation": r"equation|formula", "source": r"source", "validity": r"valid", "error": r"known error"}
    missing = [name for name, pattern in parts.items() if not re.search(pattern, text)]
    assert not missing, listing(missing)


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_every_decision_names_what_was_rejected(page):
    """A decision page says what was decided and which options were not taken, and why."""
    text = page.read_text(encoding="utf-8")
    assert "## Rejected" in text
    assert "## Decision" in text


def test_links_lead_somewhere():
    """Relative links between pages point at files that exist."""
    broken = []
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", prose)
        broken += [f"{page.relative_to(ROOT)}: {t}" for t in targets if not (page.parent / t).exists()]
    assert not broken, listing(broken)


@needs_cli
def test_help_is_spoken_in_our_words():
    """Each command explains itself in a sentence."""
    from farwatch.cli import app

    groups = [group.typer_instance for group in app.registered_groups]
    declared = [command for part in (app, *groups) for command in part.registered_commands]
    silent = [c.callback.__name__ for c in declared if not (c.help or c.callback.__doc__)]
    assert not silent, listing(silent)


def test_examples_are_listed():
    """Every example has a row in the folder's own page."""
    folder = ROOT / "examples"
    text = (folder / "README.md").read_text(encoding="utf-8")
    unlisted = [p.name for p in sorted(folder.iterdir()) if p.name != "README.md" and p.name not in text]
    assert not [name for name in unlisted if not name.startswith((".", "__"))], os.linesep.join(unlisted)
