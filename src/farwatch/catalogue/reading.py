"""From the data files to the catalogue: read, check everything, refuse with every problem at once.

The rules, each of which a test breaks on purpose: a number has a source or is marked assumed and says why; a source
has an address and a date; low <= value <= high; a range that its source does not print says where it comes from;
a published alternative outside the range says why it is set aside; units, kinds and keys are known; what an entry
refers to exists; names are unique and are text in YAML 1.1 and 1.2 alike.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from farwatch.catalogue.entries import KINDS, PARTS, Catalogue, Entry, Source
from farwatch.catalogue.figures import Figure
from farwatch.catalogue.parsing import Checks, count_from, figure_from, number_from
from farwatch.catalogue.references import check_references
from farwatch.errors import CatalogueError
from farwatch.records import FAMILIES

DATA = Path(__file__).parent / "data"

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LOOKS_NUMERIC = re.compile(r"[0-9]+(e[0-9]+)?")

WORDS = {
    "role": ("search", "fire-control"),
    "scan": ("rotating", "array"),
    "family": FAMILIES,
    "swerling": ("0", "1", "2", "3", "4"),
}
"""Fields that take one of a few words."""


@cache
def load() -> Catalogue:
    """The shipped catalogue, read once. Raises CatalogueError with every problem if its data breaks a rule."""
    return read(DATA)


def read(folder: Path) -> Catalogue:
    """The catalogue of a folder: sources.yaml, and one folder of YAML files for each shelf."""
    checks = Checks()
    sources = _sources(folder / "sources.yaml", checks)
    checks.sources = sources
    shelves: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    seen: dict[str, str] = {}
    for kind, made in KINDS.items():
        for path in sorted((folder / kind).glob("*.yaml")):
            checks.file = f"{kind}/{path.name}"
            for name, body in _mapping(path, checks).items():
                if not _good_name(name, seen, checks):
                    continue
                seen[name] = checks.file
                entry = _entry(made, name, body, checks)
                if entry is not None:
                    shelves[kind][name] = entry
    catalogue = Catalogue(sources=sources, **shelves)
    check_references(catalogue, seen, checks)
    if checks.problems:
        raise CatalogueError(str(folder), checks.problems)
    return catalogue


def _mapping(path: Path, checks: Checks) -> dict[Any, Any]:
    """Top level of one YAML file; a file that cannot be read as a mapping is one problem.

    Every scalar stays text until the field that holds it says what it is, so that no name is taken for a number
    and no date for a day; leaving YAML's guesses out also halves the time to load.
    """
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - it makes text only
    except (OSError, yaml.YAMLError) as broken:
        checks.problem("file", "", f"cannot be read: {broken}")
        return {}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        checks.problem("file", type(content).__name__, "must map names to entries")
        return {}
    return content


def _sources(path: Path, checks: Checks) -> dict[str, Source]:
    checks.file = path.name
    sources = {}
    allowed = [spec.name for spec in fields(Source) if spec.name != "id"]
    for name, body in _mapping(path, checks).items():
        if not isinstance(body, Mapping):
            checks.problem(str(name), repr(body), "a source is a mapping of title, url, date, kind")
            continue
        checks.unknown_keys(str(name), body, allowed)
        missing = [key for key in allowed if not isinstance(body.get(key), str) or not body[key]]
        for key in missing:
            checks.problem(f"{name}.{key}", repr(body.get(key)), "a source needs this as text")
        checks.one_of(f"{name}.kind", body.get("kind"), Checks.PUBLISHED)
        if not missing:
            sources[str(name)] = Source(id=str(name), **{key: body[key] for key in allowed})
    return sources


def _good_name(name: str, seen: Mapping[str, str], checks: Checks) -> bool:
    """Whether a name may enter: lower-case words joined by hyphens, not a number, not taken."""
    if not NAME.fullmatch(name) or LOOKS_NUMERIC.fullmatch(name):
        checks.problem(str(name), "", "a name is lower-case words joined by hyphens that no YAML reads as a number")
        return False
    if name in seen:
        checks.problem(name, "", f"the name is taken by {seen[name]}")
        return False
    return True


def _entry(made: type[Any], name: str, body: Any, checks: Checks) -> Entry | None:
    """One entry of class `made`; None after reporting what is wrong with it."""
    if not isinstance(body, Mapping):
        checks.problem(name, repr(body), "an entry is a mapping")
        return None
    before = len(checks.problems)
    specs = [spec for spec in fields(made) if spec.name != "name"]
    checks.unknown_keys(name, body, [spec.name for spec in specs])
    values = {"name": name} | _fields(specs, name, body, checks)
    entry: Entry | None = made(**values) if len(checks.problems) == before else None
    return entry


def _fields(specs: list[Field[Any]], where: str, body: Mapping[Any, Any], checks: Checks) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for spec in specs:
        path = f"{where}.{spec.name}"
        if body.get(spec.name, "") == "":
            if spec.default is MISSING:
                checks.problem(path, "", "is missing")
        else:
            values[spec.name] = _field(spec, path, body[spec.name], checks)
    return values


def _field(spec: Field[Any], path: str, given: Any, checks: Checks) -> Any:
    """One field's value, by what its declaration says it is."""
    if spec.name in WORDS:
        checks.one_of(path, given, WORDS[spec.name])
        return int(given) if spec.type is int and given in WORDS[spec.name] else given
    if spec.name == "claims":
        return _claims(path, given, checks)
    if spec.name == "kill_probability":
        return _kill_probability(spec, path, given, checks)
    if "unit" in spec.metadata:
        return figure_from(given, path, spec.metadata["unit"], spec.metadata["drawn"], checks)
    if spec.name in PARTS:
        return _part(PARTS[spec.name], path, given, checks)
    return _plain(spec, path, given, checks)


def _part(made: type[Any], path: str, given: Any, checks: Checks) -> Any:
    """A claim, a parameter set or a time budget inside a radar."""
    if not isinstance(given, Mapping):
        checks.problem(path, repr(given), "must be a mapping")
        return None
    before = len(checks.problems)
    specs = list(fields(made))
    checks.unknown_keys(path, given, [spec.name for spec in specs])
    values = _fields(specs, path, given, checks)
    return made(**values) if len(checks.problems) == before else None


def _claims(path: str, given: Any, checks: Checks) -> tuple[Figure, ...]:
    if not isinstance(given, Mapping):
        checks.problem(path, repr(given), "must map a name to each figure")
        return ()
    made = (figure_from(body, f"{path}.{key}", None, False, checks) for key, body in given.items())
    return tuple(figure for figure in made if figure is not None)


def _kill_probability(spec: Field[Any], path: str, given: Any, checks: Checks) -> dict[str, Figure]:
    if not isinstance(given, Mapping) or not given:
        checks.problem(path, repr(given), "must map target families to figures")
        return {}
    checks.unknown_keys(path, given, FAMILIES)
    made = {key: figure_from(body, f"{path}.{key}", spec.metadata["unit"], True, checks) for key, body in given.items()}
    return {key: figure for key, figure in made.items() if figure is not None}


def _plain(spec: Field[Any], path: str, given: Any, checks: Checks) -> Any:
    """A text, a whole number, a fraction, a yes or no, a list of names, or a mapping of names to counts."""
    kind = spec.type
    if kind is str:
        if not isinstance(given, str):
            checks.problem(path, repr(given), "must be text")
        return " ".join(str(given).split())
    if kind is bool:
        checks.one_of(path, given, ("true", "false"))
        return given == "true"
    if kind is int:
        return count_from(given, 1, path, checks)
    if kind is float:
        number = number_from(given, path, checks)
        if number is not None and not 0.0 < number < 1.0:
            checks.problem(path, str(given), "must lie between 0 and 1")
        return number
    if isinstance(given, list):
        return tuple(given)
    if isinstance(given, Mapping):
        return {key: count_from(count, 0, f"{path}.{key}", checks) for key, count in given.items()}
    checks.problem(path, repr(given), f"cannot be read as {spec.name}")
    return None
