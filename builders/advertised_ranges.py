"""Write the tables of docs/advertised-ranges.md: advertised ranges of public radars beside what their figures give.

    python builders/advertised_ranges.py

Radars come from the catalogue, through the same functions that a mission uses; the weather radar WSR-88D, which is none
of its sensors, and what others print about the radars stand here with their sources. Text between the tables is left
as it is. A test says whether the page is as this makes it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log, pi, radians
from pathlib import Path

from farwatch.catalogue import Figure, Radar, load
from farwatch.detect.equation import (
    LIGHT_M_S,
    from_db,
    noise_power_dbm,
    to_db,
    unambiguous_range,
    wavelength_m,
)
from farwatch.detect.horizon import minimum_visible_height
from farwatch.detect.prepare import unit_range
from farwatch.detect.statistics import required_snr

PAGE = Path(__file__).parents[1] / "docs" / "advertised-ranges.md"

PD, SWERLING = 0.8, 1
NMI_M = 1852.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """A printed range of a catalogue radar: what kind of range it is, and of what target, where that is said."""

    radar: str
    range_m: float
    kind: str
    rcs_m2: float | None = None
    source: str


RANGES = (
    Advertised(radar="asr-9", range_m=40 * NMI_M, kind="required of the next airport radar, 1974", rcs_m2=1.0,
               source="study"),
    Advertised(radar="asr-9", range_m=111e3, kind="“common specification” of an airport radar", rcs_m2=1.0,
               source="mathworks"),
    Advertised(radar="asr-9", range_m=111e3, kind="instrumented", source="card"),
    Advertised(radar="arsr-1", range_m=370e3, kind="instrumented; “maximum detection range” elsewhere",
               source="card, fortwiki"),
    Advertised(radar="arsr-3", range_m=445e3, kind="instrumented", source="card"),
    Advertised(radar="arsr-4", range_m=463e3, kind="instrumented", source="card"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulses:
    """Printed figures of a radar that must agree with one another; None where the page does not print one."""

    radar: str
    title: str
    prf_hz: tuple[float, float] | None = None
    mean_power_w: float | None = None
    cell_m: float | None = None


PULSES = (
    Pulses(radar="asr-9", title="ASR-9", prf_hz=(325.0, 1200.0), cell_m=150.0),
    Pulses(radar="arsr-1", title="ARSR-1/2", prf_hz=(360.0, 360.0), mean_power_w=2900.0),
    Pulses(radar="arsr-3", title="ARSR-3", prf_hz=(310.0, 365.0), mean_power_w=3300.0, cell_m=450.0),
    Pulses(radar="arsr-4", title="ARSR-4", mean_power_w=3500.0, cell_m=323.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The WSR-88D as printed in the two books of the National Academies."""

    power_w: float = 500e3
    gain_dbi: float = 45.8
    frequency_hz: float = 2.85e9
    beam_deg: float = 0.92  # middle of 0.96 at 2.7 GHz and 0.88 at 3.0 GHz
    pulse_s: float = 1.57e-6
    least_dbm: float = -113.0
    noise_k: float = 450.0
    bandwidth_hz: float = 0.63e6
    radome_db: float = 0.3
    slowest_hz: float = 322.0
    range_m: float = 460e3

    def least_dbz(self, range_m: float) -> float:
        """Weakest reflectivity at a range, dBZ: the weather radar equation of Probert-Jones, water, full beam."""
        water = 0.93
        least_w = float(from_db(self.least_dbm)) * 1e-3
        lost = least_w * 1024.0 * log(2.0) * float(wavelength_m(self.frequency_hz)) ** 2 * range_m**2
        lost *= float(from_db(self.radome_db))
        gain = float(from_db(self.gain_dbi))
        sent = pi**3 * self.power_w * gain**2 * radians(self.beam_deg) ** 2 * LIGHT_M_S * self.pulse_s * water
        return float(to_db(1e18 * lost / sent))


def ranges() -> str:
    """Table of ranges: advertised, computed, and what the target would have to be."""
    head = (
        "| radar | advertised | what it is | target | computed, km | error | target it takes | lowest height there |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    )
    return "\n".join([*head, *(_range_row(told) for told in RANGES)])


def _range_row(told: Advertised) -> str:
    radar = load().radars[told.radar]
    reach = reach_of(radar)
    rcs_m2 = told.rcs_m2 or 1.0
    computed_km = [1e-3 * end * rcs_m2**0.25 for end in (reach.value, reach.low, reach.high)]
    error = f"{100.0 * (1e3 * computed_km[0] / told.range_m - 1.0):+.0f} %" if told.rcs_m2 else "no target said"
    takes = [(told.range_m / end) ** 4 for end in (reach.value, reach.high, reach.low)]
    height_m = float(minimum_visible_height(radar.antenna_height_m.value, told.range_m))
    cells = (
        radar.title.split(",")[0].split(" (")[0], f"{1e-3 * told.range_m:.0f} km", f"{told.kind} [{told.source}]",
        f"{rcs_m2:g} m²" if told.rcs_m2 else "not said; 1 m² computed", _spread(computed_km), error,
        f"{_spread(takes)} m²", f"{_figures(height_m)} m",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def reach_of(radar: Radar) -> Figure:
    """Range at which 1 m2 is seen with chance `PD` in one look, m, with the spread of the radar's figures."""
    if radar.parameters is None:
        raise ValueError(f"{radar.name} has no public parameters")
    unit = unit_range(radar, radar.parameters)
    needed = float(from_db(required_snr(PD, radar.pfa, radar.pulses, SWERLING)))
    ends = {name: getattr(unit, name) / needed**0.25 for name in ("value", "low", "high")}
    return Figure(name=f"{radar.name}.reach", printed="", unit="m", kind=unit.kind, source=unit.source, date=unit.date,
                  why=unit.why, **ends)  # fmt: skip


def _spread(numbers: list[float]) -> str:
    value, low, high = numbers
    return f"{_figures(value)} ({_figures(low)}–{_figures(high)})"


def _figures(value: float) -> str:
    """Three figures at most, and no exponent."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.0f}" if value >= 10.0 else f"{value:.1f}"


def pulses() -> str:
    """Table of printed figures that follow from one another."""
    head = ("| radar | what | printed | computed | from | error |", "| --- | --- | --- | --- | --- | --- |")
    return "\n".join([*head, *(row for told in PULSES for row in _pulse_rows(told)), *_weather_rows()])


def _pulse_rows(told: Pulses) -> Iterator[str]:
    radar = load().radars[told.radar]
    parameters = radar.parameters
    if parameters is None:
        raise ValueError(f"{told.radar} has no public parameters")
    peak_w, width_s = parameters.peak_power_w.value, parameters.pulse_width_s.value
    shown_m = radar.range_instrumented_m.value
    if told.prf_hz is not None and told.mean_power_w is not None:
        middle = 0.5 * sum(told.prf_hz)
        yield _row(told.title, "mean power, kW", 1e-3 * told.mean_power_w, 1e-3 * peak_w * width_s * middle,
                   f"peak power, pulse of {1e6 * width_s:g} µs, {middle:g} pulses a second")  # fmt: skip
    elif told.mean_power_w is not None:
        middle = told.mean_power_w / (peak_w * width_s)
        yield _row(told.title, "range without ambiguity, km", 1e-3 * shown_m, 1e-3 * float(unambiguous_range(middle)),
                   f"mean and peak power and pulse: {middle:.0f} pulses a second")  # fmt: skip
    if told.prf_hz is not None:
        fastest = max(told.prf_hz)
        yield _row(told.title, "range without ambiguity, km", 1e-3 * shown_m, 1e-3 * float(unambiguous_range(fastest)),
                   f"{fastest:g} pulses a second, the most printed")  # fmt: skip
    if told.cell_m is not None and width_s < 1e-5:
        yield _row(told.title, "range resolution, m", told.cell_m, 0.5 * LIGHT_M_S * width_s, "pulse width")


def _weather_rows() -> Iterator[str]:
    radar = Weather()
    noise_dbm = float(noise_power_dbm(radar.bandwidth_hz, radar.noise_k))
    alone_km = 1e-3 * float(unambiguous_range(radar.slowest_hz))
    yield _row("WSR-88D", "range of observation, km", 1e-3 * radar.range_m, alone_km,
               f"{radar.slowest_hz:g} pulses a second, the fewest printed")  # fmt: skip
    yield _decibels("minimum detectable signal, dBm", radar.least_dbm, noise_dbm, "450 K and 0.63 MHz, echo = noise")
    yield _decibels("weakest rain at 50 km, dBZ", 0.0, radar.least_dbz(50e3), "the whole set: power, gain, beam, pulse")


def _row(title: str, what: str, printed: float, computed: float, source: str) -> str:
    error = round(100.0 * (computed / printed - 1.0))
    return f"| {title} | {what} | {printed:.4g} | {computed:.4g} | {source} | {error:+d} % |"


def _decibels(what: str, printed: float, computed: float, source: str) -> str:
    return f"| WSR-88D | {what} | {printed:g} | {computed:.1f} | {source} | {computed - printed:+.1f} dB |"


TABLES = {"ranges": ranges, "pulses": pulses}


def filled(text: str) -> str:
    """The page with its tables made anew; each stands between `<!-- NAME -->` and `<!-- end -->`."""
    for name, table in TABLES.items():
        marks = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        made = table().replace("\\", r"\\")
        text, count = re.subn(marks, rf"\g<1>{made}\n\g<2>", text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{PAGE.name} needs one place for the table {name}")
    return text


def main() -> None:
    """Write the page in place."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{PAGE.name} written")


if __name__ == "__main__":
    main()
