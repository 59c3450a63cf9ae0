"""Data goes one way through the house."""

import tomllib

from importlinter import cli

from architecture.house import PACKAGE, ROOT, listing

CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def test_the_contract_holds(capsys):
    """No room imports a room below it, and every room has its place in the order."""
    status = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert status == cli.EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_room_has_its_place():
    """Each file or folder directly under the package is a layer of the contract."""
    layers = {layer.strip("()") for layer in CONTRACT["contracts"][0]["layers"]}
    found = {p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    strays = sorted(found - layers - {"__init__"})
    assert not strays, listing(strays)


def test_every_room_is_a_package():
    """A room is a folder with a front door of its own: no namespace folder hides from the contract."""
    folders = [p for p in PACKAGE.rglob("*") if p.is_dir() and any(p.glob("*.py"))]
    doorless = [str(p.relative_to(PACKAGE)) for p in folders if not (p / "__init__.py").exists()]
    assert not doorless, listing(doorless)
