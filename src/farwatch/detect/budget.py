"""The SNR budget of one radar from what is published of it: named terms in decibels, each with its range.

A radar with a public parameter set is reckoned by the radar equation; any other from its claimed range at a
cross-section. What nobody knows exactly is carried along twice: as the widest span that the published ranges allow, and
as draws, the same that trials use. Clear air is reckoned along a ray that leaves level, the most it can take; a claimed
range contains what the air took on its own way, so only the difference counts there. See `docs/claims.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10, pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.catalogue import Figure, Radar
from farwatch.catalogue.entries import Claim, Parameters
from farwatch.catalogue.uncertainty import draw
from farwatch.detect.equation import BOLTZMANN_J_K, STANDARD_K, to_db, wavelength_m
from farwatch.detect.gas import gas_of, two_way_loss
from farwatch.detect.prepare import snr_at_claim, unit_range

Floats = NDArray[np.float64]

DRAWS = 4000
SEED = 0
"""Draws are those of trials 0 to 3999 of seed 0: the same answer every time."""

RANGE_AXIS_M = np.logspace(1.0, 8.0, 4001)
"""Ranges at which the loss of the way is kept, for asking it backwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A number as most likely, and the least and the most that what is published allows."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4g}" if self.low == self.high else f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One line of a budget, dB; `note` says what it rests on, `reckoned` whether it is more than a placeholder."""

    name: str
    value_db: float
    low_db: float
    high_db: float
    note: str = ""
    reckoned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strength:
    """How strong a radar is: SNR per pulse of 1 m2 at 1 m, dB; its span, its draws, the figures behind it.

    `away_db` is what distance and air take at `RANGE_AXIS_M`.
    """

    radar: Radar
    snr_one_db: Span
    drawn_db: Floats
    away_db: Floats
    figures: tuple[Figure, ...]


def exactly(value: float) -> Span:
    """A number without doubt."""
    return Span(value=value, low=value, high=value)


def span_of(figure: Figure) -> Span:
    """A figure's value and range."""
    return Span(value=figure.value, low=figure.low, high=figure.high)


def in_db(span: Span, factor: float = 10.0) -> Span:
    """A span of positive numbers in decibels; `factor` 40 for a range."""
    low, value, high = (factor * log10(number) for number in (span.low, span.value, span.high))
    return Span(value=value, low=low, high=high)


def drawn(figure: Figure) -> Floats:
    """The figure in `DRAWS` draws, as in the trials of a campaign."""
    return draw((figure,), SEED, 0, DRAWS)[:, 0]


def strength_of(radar: Radar) -> Strength:
    """The strength of a radar of the catalogue: its public parameters where they stand, else its claim."""
    away_db = 40.0 * np.log10(RANGE_AXIS_M) + air_loss_db(radar, RANGE_AXIS_M)
    if radar.parameters is not None:
        unit = unit_range(radar, radar.parameters)
        held = tuple(figure for figure, _ in _parameters(radar.parameters))
        return Strength(
            radar=radar, snr_one_db=in_db(span_of(unit), 40.0), drawn_db=40.0 * np.log10(drawn(unit)), away_db=away_db,
            figures=held,
        )
    claim = _claim(radar)
    needed_db = float(to_db(snr_at_claim(radar, claim)))
    far, large = in_db(span_of(claim.range_m), 40.0), in_db(span_of(claim.rcs_m2))
    drawn_db = needed_db + 40.0 * np.log10(drawn(claim.range_m)) - 10.0 * np.log10(drawn(claim.rcs_m2))
    span = Span(
        value=needed_db + far.value - large.value,
        low=needed_db + far.low - large.high,
        high=needed_db + far.high - large.low,
    )
    figures = (claim.range_m, claim.rcs_m2)
    return Strength(radar=radar, snr_one_db=span, drawn_db=drawn_db, away_db=away_db, figures=figures)


def air_loss_db(radar: Radar, range_m: ArrayLike) -> Floats:
    """What clear air takes both ways beyond what the radar's strength already contains, dB; below 0 nearer than that.

    Broadcasts. Raises RangeError for a frequency outside that of the gas model.
    """
    gas, antenna_m = gas_of(radar.frequency_hz.value), radar.antenna_height_m.value
    loss_db = two_way_loss(gas, range_m, antenna_m, 0.0)
    if radar.parameters is None:
        loss_db = loss_db - two_way_loss(gas, _claim(radar).range_m.value, antenna_m, 0.0)
    return np.asarray(loss_db)


def away_db(radar: Radar, range_m: float) -> float:
    """What distance and clear air take at a range, dB."""
    return 40.0 * log10(range_m) + float(air_loss_db(radar, range_m))


def range_of_loss_m(strength: Strength, loss_db: float) -> float:
    """Range at which distance and air take so much, m."""
    return float(10.0 ** np.interp(loss_db, strength.away_db, np.log10(RANGE_AXIS_M)))


def terms_of(radar: Radar, range_m: float, rcs_m2: Span) -> tuple[Term, ...]:
    """The lines that add up to the SNR per pulse of a cross-section at a range, dB."""
    if radar.parameters is not None:
        own = _parameter_terms(radar, radar.parameters, range_m, rcs_m2)
    else:
        own = _claim_terms(radar, _claim(radar), range_m, rcs_m2)
    return (*own, *_air_terms(radar, range_m))


def _claim(radar: Radar) -> Claim:
    """The claim that a radar without parameters must have: the catalogue's loader sees to it."""
    if radar.claim is None:
        raise TypeError(f"{radar.name} has neither parameters nor a claim")
    return radar.claim


def _claim_terms(radar: Radar, claim: Claim, range_m: float, rcs_m2: Span) -> Iterator[Term]:
    needed_db = float(to_db(snr_at_claim(radar, claim)))
    at = f"{claim.range_m.value / 1e3:g} km at {claim.rcs_m2.value:g} m²"
    note = f"{at}, taken as Pd {claim.pd:g} in one look ({claim.range_m.kind})"
    yield Term(name="echo at the published range", value_db=needed_db, low_db=needed_db, high_db=needed_db, note=note)
    far, there_db = in_db(span_of(claim.range_m), 40.0), 40.0 * log10(range_m)
    yield Term(
        name=f"from there to {range_m / 1e3:.4g} km",
        value_db=far.value - there_db,
        low_db=far.low - there_db,
        high_db=far.high - there_db,
        note=f"fourth power; the published range is {claim.range_m.low / 1e3:g} to {claim.range_m.high / 1e3:g} km",
    )
    large, echo = in_db(span_of(claim.rcs_m2)), in_db(rcs_m2)
    yield Term(
        name=f"from that target to {rcs_m2.value:.3g} m²",
        value_db=echo.value - large.value,
        low_db=echo.low - large.high,
        high_db=echo.high - large.low,
        note="ratio of cross-sections",
    )


def _parameter_terms(radar: Radar, parameters: Parameters, range_m: float, rcs_m2: Span) -> Iterator[Term]:
    for figure, name in _parameters(parameters):
        held, note = span_of(figure), figure.kind
        if figure.unit in {"dB", "dBi"}:
            yield _term(name, held, note, lost=figure.unit == "dB")
        else:
            yield _term(name, in_db(held), note)
    wavelength_db = 20.0 * log10(float(wavelength_m(radar.frequency_hz.value)))
    yield _term("wavelength, squared", exactly(wavelength_db), f"{radar.frequency_hz.value / 1e9:g} GHz")
    yield _term("(4π)³", exactly(30.0 * log10(4.0 * pi)), "spreading out and back", lost=True)
    noise = exactly(10.0 * log10(BOLTZMANN_J_K * STANDARD_K))
    yield _term("noise at 290 K, one hertz", noise, "thermal noise kT", lost=True)
    yield _term("cross-section", in_db(rcs_m2), "of the target")
    yield _term("distance, fourth power", exactly(40.0 * log10(range_m)), f"{range_m / 1e3:.4g} km", lost=True)


def _parameters(parameters: Parameters) -> tuple[tuple[Figure, str], ...]:
    return (
        (parameters.peak_power_w, "peak power"),
        (parameters.pulse_width_s, "length of the pulse"),
        (parameters.gain_tx_dbi, "antenna gain, sending"),
        (parameters.gain_rx_dbi, "antenna gain, receiving"),
        (parameters.noise_figure_db, "noise figure"),
        (parameters.losses_db, "losses of system and processing"),
    )


def _term(name: str, span: Span, note: str, lost: bool = False) -> Term:
    if lost:
        return Term(name=name, value_db=-span.value, low_db=-span.high, high_db=-span.low, note=note)
    return Term(name=name, value_db=span.value, low_db=span.low, high_db=span.high, note=note)


def _air_terms(radar: Radar, range_m: float) -> Iterator[Term]:
    """What the way through the air takes, beyond distance."""
    note = "both ways, level ray" if radar.parameters is not None else "beyond what the published range contains"
    yield _term("gases of the air", exactly(float(air_loss_db(radar, range_m))), note, lost=True)
    yield Term(name="rain", value_db=0.0, low_db=0.0, high_db=0.0, note="none", reckoned=False)
