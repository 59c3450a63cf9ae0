"""The plots of a scene as `farwatch track` reads them: a table, and its sensors as a YAML file beside it.

`plots.parquet` has `plots.sensors.yaml` at its side: `farwatch track plots.parquet --sensor plots.sensors.yaml`.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats.scene import Scene
from farwatch.formats.whole import appearing
from farwatch.track.files.plots import plot_columns, read_plots
from farwatch.track.files.writing import FORMS, write_columns
from farwatch.track.sensors import read_sensors, sensors_text


def sensors_beside(path: str | Path) -> Path:
    """Where the sensors of a table of plots are kept."""
    place = Path(path)
    suffix = max((s for s in FORMS if place.name.lower().endswith(s)), key=len, default="")
    return place.with_name(place.name[: len(place.name) - len(suffix)] + ".sensors.yaml")


def write(path: str | Path, scene: Scene) -> None:
    """Write the plots by the file's suffix, .csv, .csv.gz or .parquet, and the sensors beside them.

    The same scene gives the same bytes. InputError where there are no sensors or the suffix says nothing, StoreError
    where a file cannot be written.
    """
    if not scene.sensors:
        raise InputError(str(path), [Problem("scene", "", "must have sensors: plots mean nothing without them")])
    write_columns(path, plot_columns(scene.plots, scene.sensors))
    content = sensors_text(scene.sensors)
    with appearing(sensors_beside(path)) as partial:
        partial.write_text(content, encoding="utf-8", newline="\n")


def read(path: str | Path) -> Scene:
    """The plots of a table, with the sensors of the file beside it; rows that cannot be used are counted.

    InputError where one of the two cannot be read.
    """
    beside = sensors_beside(path)
    if not beside.is_file():
        hint = f"{beside.name}, as farwatch writes it"
        raise InputError(str(path), [Problem("sensors", "", "must be told by a file beside the table", hint)])
    sensors = read_sensors(beside)
    found = read_plots([path], sensors)
    counts = {"rows read": found.rows} | {f"rows left out: {kind}": count for kind, count in found.counts.items()}
    scene = Scene(source=str(path), plots=found.plots, sensors=sensors, counts=counts, notes=found.notes)
    own = [int(name) if name.isdigit() and len(name) < 19 else -1 for name in found.target_names]
    if own and min(own) >= 0:  # truth by numbers keeps them
        plots = scene.plots.copy()
        plots["truth"] = np.array([*own, -1])[plots["truth"]]
        scene = replace(scene, plots=plots)
    return scene
