"""A file of one form turned into a file of another."""

from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats import forms
from farwatch.formats.choosing import only
from farwatch.formats.scene import Scene
from farwatch.track.files import read_plots
from farwatch.track.sensors import read_sensors

PLOT_TABLE = "table"
"""Form that holds motion or plots, not both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a conversion was asked for beyond its two files.

    read_as, write_as: forms by name; what: parts of the scene; columns: file that tells what columns of a table mean;
    sensors: files of sensors, where the source is a table of plots; epoch: date of time 0 of a source without one.
    """

    read_as: str | None = None
    write_as: str | None = None
    what: tuple[str, ...] = ()
    columns: Path | None = None
    sensors: tuple[Path, ...] = ()
    epoch: datetime | None = None


def convert_file(source: Path, out: Path, wish: Wish) -> tuple[Scene | None, list[Path]]:
    """Convert a file; the scene that was written, None of a table of outcomes, and the files that hold it.

    Raises InputError for whatever cannot be read, chosen or written; then nothing was written.
    """
    if not source.is_file():
        raise InputError(str(source), [Problem("file", "", "is a folder" if source.is_dir() else "does not exist")])
    if wish.read_as is None and _holds_outcomes(source):
        import_module("farwatch.formats.outcome_tables").convert_table(source, out)
        return None, [out]
    scene = only(dated(_read(source, wish), wish.epoch), wish.what)
    return scene, write(scene, out, wish.write_as)


def dated(scene: Scene, epoch: datetime | None) -> Scene:
    """A scene whose time 0 has the date that the user gave; InputError where it had one of its own."""
    if epoch is None:
        return scene
    if scene.epoch is not None:
        rule = f"is for sources without a date; this one has {scene.epoch:%Y-%m-%d %H:%M:%S} UTC"
        raise InputError(scene.source, [Problem("--epoch", f"{epoch:%Y-%m-%d %H:%M:%S}", rule)])
    return replace(scene, epoch=epoch)


def write(scene: Scene, out: Path, form: str | None = None) -> list[Path]:
    """Write a scene by form or suffix; plots without any motion become a table of plots. The files written."""
    name = form or forms.write_form(out)
    if name == PLOT_TABLE and scene.plots.size and not scene.moves.size:
        from farwatch.formats import plot_table

        plot_table.write(out, scene)
        return [out, plot_table.sensors_beside(out)]
    forms.writer(name)(out, scene)
    return [out]


def _holds_outcomes(source: Path) -> bool:
    """Whether a file is a table of a run or of a campaign, by its suffix and its columns."""
    from farwatch.errors import StoreError
    from farwatch.outcomes.columns import SPECS
    from farwatch.outcomes.parquet import columns_of

    if source.suffix.lower() not in {".parquet", ".pq"}:
        return False
    try:
        named = set(columns_of([source]))
    except StoreError:
        return False
    return any(source.stem == name and named >= {c.name for c in spec[:3]} for name, spec in SPECS.items()) or (
        {"point", "trial"} <= named
    )


def _read(source: Path, wish: Wish) -> Scene:
    if wish.columns is not None:
        mapped: Scene = import_module("farwatch.formats.mapped").read(source, wish.columns)
        return mapped
    if not wish.sensors:
        return forms.read(source, wish.read_as)
    sensors = tuple(one for path in wish.sensors for one in read_sensors(path))
    table = read_plots([source], sensors)
    counts = {"rows read": table.rows} | ({"rows left out": len(table.bad)} if table.bad else {})
    return Scene(
        source=str(source), plots=np.asarray(table.plots), sensors=sensors, counts=counts, notes=table.notes
    )
