"""What `farwatch register` prints and writes: the errors of each sensor, how sure, and sensor files that hold them."""

from math import degrees
from pathlib import Path
from typing import Any

import yaml
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from farwatch.formats.whole import appearing
from farwatch.report.tracking import bad_lines
from farwatch.report.wording import number, plural
from farwatch.track.registering import FIELDS, Registered
from farwatch.track.registration import GOOD
from farwatch.track.sensors import Sensor

DIGITS = 6
"""Decimals that are kept of an error in a file."""


def show(console: Console, found: Registered) -> None:
    """Print what was compared, then each error with its standard deviation, then what they are relative to."""
    console.print(Text(f"{plural(found.plots, 'plot')}, {found.how}", style="bold"), soft_wrap=True)
    for line in bad_lines(found.bad_rows, found.plots + len(found.bad_rows)):
        console.print(Text(f"  {line}"), soft_wrap=True)
    console.print(error_table(found))
    console.print(Text(f"relative to {gauge(found)}; ± is one standard deviation", style="dim"), soft_wrap=True)


def error_table(found: Registered) -> Table:
    """A row for each sensor and error."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name, right in (("sensor", 0), ("error", 0), ("found", 1), ("±", 1), ("pairs", 1), ("rejected", 1),
                        ("χ² ratio", 1), ("p-value", 1), ("", 0)):  # fmt: skip
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "")  # figures are never cut
    for row in found.biases.table():
        turn = degrees(1.0) if row["error"] == "azimuth_rad" else 1.0
        style = "" if row["status"] == GOOD else "yellow"
        table.add_row(
            found.sensors[row["radar"]].name, FIELDS[row["error"]],
            signed(turn * row["value"]), number(turn * row["sigma"]), f"{row['pairs']:,}", f"{row['rejected']:,}",
            number(row["chi2_ratio"]), f"{row['p_value']:.2g}", Text(row["status"], style=style),
        )
    return table


def gauge(found: Registered) -> str:
    """What the errors are relative to, with the sensors' names."""
    said = found.biases.gauge
    for r, sensor in enumerate(found.sensors):
        said = said.replace(f"radar {r} ", f"{sensor.name} ")
    return said


def signed(value: float) -> str:
    """A number with its sign."""
    text = number(abs(value))
    return f"−{text}" if value < 0.0 and text != "0" else text


def write(path: Path, sensors: tuple[Sensor, ...]) -> Path:
    """Write sensors as a YAML file that `--sensor` takes; StoreError where it cannot be written."""
    listed = [plain(sensor) for sensor in sensors]
    text = yaml.safe_dump(listed if len(listed) > 1 else listed[0], sort_keys=False, allow_unicode=True)
    with appearing(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path


def plain(sensor: Sensor) -> dict[str, Any]:
    """The fields of a sensor that were given or found."""
    given = sensor.model_dump(exclude_none=True, exclude_unset=True)
    return {name: round(value, DIGITS) if name in FIELDS.values() else value for name, value in given.items()}
