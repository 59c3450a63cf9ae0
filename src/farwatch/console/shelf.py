"""What lies in the console's folder: scenarios, plans, runs, campaigns; by name, and nothing outside it."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from farwatch.errors import FarwatchError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,79}")
"""Names of files and folders that are shown and served."""

TEXT_SUFFIXES = (".yaml", ".yml")

MOST_LISTED = 500

SCENARIO, PLAN = "scenario", "plan"

_FIRST_WORDS = re.compile(rb"^farwatch(-campaign)?:", re.MULTILINE)

_TITLE = re.compile(r"^title:[ \t]+(\S.*?)\s*$", re.MULTILINE)

MOST_TITLE = 200
"""Letters of a title that are shown in a list."""

Stamp = tuple[int, int, int]
"""When a file was changed, its size and its number on the disk: another stamp, another content."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A run or a campaign in the folder. `stamp`: that of its manifest and of what is written while it plays."""

    name: str
    path: Path
    manifest: Mapping[str, Any]

    @property
    def is_run(self) -> bool:
        """Whether it is a run, not a campaign."""
        return "trials_asked" in self.manifest

    @property
    def stamp(self) -> tuple[Stamp, ...]:
        """Changes whenever what it holds does."""
        parts = ("manifest.json", "blocks", "parts", "trials", "pending", "goals", "finished.json", "report.html")
        return tuple(stamp_of(self.path / part) for part in parts)

    @property
    def changed_s(self) -> float:
        """When a trial of it was last kept, in seconds of the system's clock."""
        parts = ("manifest.json", "blocks" if self.is_run else "pending")
        return max(stamp_of(self.path / part)[0] for part in parts) / 1e9


@dataclass(slots=True)
class _Remembered:
    """What was read from files, kept until they change."""

    kept: dict[Path, tuple[Stamp, Any]] = field(default_factory=dict)

    def of(self, path: Path, read: Callable[[Path], Any]) -> Any:
        """What `read` makes of a file."""
        stamp = stamp_of(path)
        known = self.kept.get(path)
        if known is None or known[0] != stamp:
            if len(self.kept) > 4 * MOST_LISTED:
                self.kept.clear()
            known = self.kept[path] = (stamp, read(path) if stamp[1] >= 0 else None)
        return known[1]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder, and single runs outside it that the user named; every look is at the disk as it is then."""

    home: Path
    named: Mapping[str, Path]
    _remembered: _Remembered = field(default_factory=_Remembered)

    def place(self, name: str) -> Path | None:
        """The path that a name stands for; None where it is no name, or leads out of the folder."""
        if name in self.named:
            return self.named[name]
        if not NAME.fullmatch(name):
            return None
        path = self.home / name
        return path if path.resolve() == path else None

    def text(self, name: str) -> Path | None:
        """The path of a scenario or plan file by its name, there or not; None where it is no such name."""
        path = self.place(name)
        usable = path is not None and path.suffix in TEXT_SUFFIXES and (path.is_file() or not path.exists())
        return path if usable else None

    def stored(self, name: str) -> Stored | None:
        """A run or a campaign by name."""
        path = self.place(name)
        manifest = None if path is None else self._remembered.of(path / "manifest.json", _manifest)
        return None if path is None or manifest is None else Stored(name, path, manifest)

    def all(self) -> list[Stored]:
        """Every run and campaign, by name."""
        names = dict.fromkeys([*self._names(), *self.named])
        return [one for name in names if (one := self.stored(name)) is not None]

    def page_of(self, path: Path) -> str:
        """Address of the page of a run or campaign by its folder; of the overview where it is neither."""
        found = next((one for one in self.all() if one.path == path.resolve()), None)
        return "/" if found is None else f"/{'runs' if found.is_run else 'campaigns'}/{quote(found.name)}"

    def texts(self) -> dict[str, list[str]]:
        """Names of files in the folder by what they are: scenarios and plans."""
        found: dict[str, list[str]] = {SCENARIO: [], PLAN: []}
        for name in self._names():
            path = self.text(name)
            kind = None if path is None else self.kind(path)
            if kind is not None:
                found[kind].append(name)
        return found

    def kind(self, path: Path) -> str | None:
        """Whether a file is a scenario or a plan, by its first words; None: neither."""
        return self._heading(path)[0]

    def title(self, path: Path) -> str:
        """The title of a scenario or plan file; empty where it has none, or it is not on a line of its own."""
        return self._heading(path)[1]

    def _heading(self, path: Path) -> tuple[str | None, str]:
        found: tuple[str | None, str] | None = self._remembered.of(path, _heading)
        return found or (None, "")

    def _names(self) -> list[str]:
        names = sorted(path.name for path in self.home.iterdir() if NAME.fullmatch(path.name))
        return names[:MOST_LISTED]


def shelf_of(home: Path, named: Sequence[Path] = ()) -> Shelf:
    """A shelf over a folder, with folders elsewhere by name, a number added where one is taken.

    FarwatchError where one does not exist.
    """
    for path in (home, *named):
        if not path.is_dir():
            raise FarwatchError(f"{path} is no folder; the console shows what is there, and makes none of its own")
    found: dict[str, Path] = {}
    for path in (path.resolve() for path in named):
        if path.parent == home.resolve() and NAME.fullmatch(path.name):
            continue  # it is shown as it is
        tries = [path.name or "run", *(f"{path.name}-{k}" for k in range(2, 1000))]
        name = next(name for name in tries if name not in found and not (home / name).exists())
        found[name] = path
    return Shelf(home.resolve(), found)


def stamp_of(path: Path) -> Stamp:
    """Stamp of a file or folder; sizes below 0 where there is none."""
    try:
        found = path.stat()
    except OSError:
        return (0, -1, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _manifest(path: Path) -> Mapping[str, Any] | None:
    """A manifest, without the long parts that no list needs; None where it is none."""
    try:
        found = json.loads(path.read_bytes()) if path.is_file() else None  # a pipe would never end
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    run = isinstance(found.get("scenario"), dict) and isinstance(found.get("trials_asked"), int)
    if not run and not isinstance(found.get("points"), list):
        return None
    keys = ("scenario", "scenario_digest", "seed", "block_trials", "trials_asked", "trials_done", "interrupted", "plan")
    kept = {key: found[key] for key in keys if key in found}
    for key in ("seed", "block_trials"):
        if not isinstance(kept.get(key), int):
            kept.pop(key, None)
    return kept if run else {key: value for key, value in kept.items() if key != "trials_asked"}


def kind_in(data: bytes) -> str | None:
    """Whether a text is a scenario or a plan, by its first words; None: neither."""
    found = _FIRST_WORDS.search(data[: 1 << 16])
    return None if found is None else PLAN if found.group(1) else SCENARIO


def _heading(path: Path) -> tuple[str | None, str]:
    """Kind and title of a file, by its first words."""
    try:
        with path.open("rb") as file:
            start = file.read(1 << 16)
    except OSError:
        return None, ""
    kind = kind_in(start)
    return kind, title_of(start.decode("utf-8", "replace")) if kind else ""


def title_of(text: str) -> str:
    """The title in a scenario's or plan's text, as far as it stands on one line of its own; empty where none does."""
    import yaml

    found = _TITLE.search(text)
    if found is None:
        return ""
    try:
        title = yaml.safe_load(found.group(1)[: 2 * MOST_TITLE])
    except (yaml.YAMLError, ValueError):
        return ""
    return title[:MOST_TITLE] if isinstance(title, str) else ""
