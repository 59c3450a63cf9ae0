"""Names of the data that ships with farwatch, and how a name or a path in a scenario becomes a file.

The files themselves lie in the world room; this table stands here because a scenario is checked before any
world exists, and rooms look only upwards.
"""

from collections.abc import Mapping
from pathlib import Path

TERRAINS: Mapping[str, str] = {"arabia-30s": "arabia-30s.tif", "alps-3s": "alps-3s.tif"}
"""Shipped elevation clips: name in a scenario -> file in `data_folder()`."""

TRAFFIC: Mapping[str, str] = {"swiss-traffic": "swiss-traffic.parquet"}
"""Shipped recordings of real flights: name in a scenario -> file in `data_folder()`."""


def data_folder() -> Path:
    """Folder of the shipped terrain and traffic files."""
    return Path(__file__).parents[1] / "world" / "data"


def shipped_folder() -> Path:
    """Folder of the shipped scenario files."""
    return Path(__file__).parent / "files"


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that ship with farwatch, in alphabetical order."""
    return tuple(sorted(path.stem for path in shipped_folder().glob("*.yaml")))


def locate(name: str, table: Mapping[str, str], folder: Path | None) -> Path:
    """Path of what a scenario calls `name`: a shipped name of `table`, or a path relative to `folder`.

    `folder` is the folder of the scenario file; None, for a scenario made from text, means the working
    folder. The file need not exist.
    """
    if name in table:
        return data_folder() / table[name]
    return (folder or Path()) / name
