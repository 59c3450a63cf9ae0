"""Exact probability of detection: square-law detector, sum of N pulses, fluctuating echoes. Compiled.

Model: N samples of unit-mean noise power plus an echo of mean signal-to-noise ratio `snr` per pulse; the detector
compares the sum with a threshold. Whatever the fluctuation, the sum is a gamma variable of whole order N + k with k
random: Poisson for a steady echo, negative binomial for an echo whose energy is gamma of shape K. So

    Pd = sum over k of weight(k) Q(N + k, threshold),

with K = 1 (Swerling 1), N (2), 2 (3) and 2N (4). Cases 1 to 3 are summed in closed form where that is well
conditioned; case 4 is written as a binomial sum, which is finite. Every sum has positive terms only, starts where
the weights begin to matter, runs by recurrence, and stops at a relative tolerance: no cancellation, no underflow.

Validity: any N >= 1 and finite snr >= 0; measured error is in the page `docs/models/detection-statistics.md`.

Sources: [marcum1947] Marcum, RAND RM-754; [swerling1954] Swerling, RAND RM-1217; [meyer1973] Meyer and Mayer, "Radar
Target Detection", ch. 3; [shnidman1989] Shnidman, IEEE Trans. Information Theory 35 (stable summation).
"""

from math import exp, floor, log, log1p, sqrt

from farwatch.compiled import kernel
from farwatch.detect.chi_square import pd_gamma_echo
from farwatch.detect.gamma import gamma_tails, gamma_upper, gamma_upper_inverse, poisson_term

STEADY = 0
_ANY_SHAPE = -1
CASES = (0, 1, 2, 3, 4)
_TOLERANCE = 1e-15
_WIDTH = 8.5
"""Standard deviations below its mean at which a weight is taken as nothing (1e-17)."""


@kernel
def threshold_of(pfa: float, pulses: int) -> float:
    """Threshold on the sum of `pulses` unit-mean noise powers that noise alone passes with chance `pfa`."""
    return float(gamma_upper_inverse(float(pulses), pfa))


@kernel
def pd_of(case: int, snr: float, pulses: int, threshold: float) -> float:
    """Probability of detection for Swerling case 0 to 4, mean `snr` per pulse (linear)."""
    return float(pd_given(case, snr, pulses, threshold, gamma_upper(float(pulses), threshold)))


@kernel
def pd_given(case: int, snr: float, pulses: int, threshold: float, pfa: float) -> float:
    """The same, when the chance `pfa` of noise to pass the threshold is known already, which saves time."""
    if snr <= 0.0:
        return pfa
    if case == 0:
        return float(_pd_poisson(pulses * snr, pulses, threshold, pfa))
    if case == 1:
        return float(_pd_scan_exponential(snr, pulses, threshold, pfa))
    if case == 2:
        scaled = threshold / (1.0 + snr)
        return 1.0 if _is_far_below(pulses, scaled) else float(gamma_upper(float(pulses), scaled))
    if case == 3:
        return float(_pd_scan_chi4(snr, pulses, threshold, pfa))
    return float(_pd_pulse_chi4(snr, pulses, threshold))


@kernel
def pd_steady(snr: float, pulses: int, threshold: float) -> float:
    """Echo of constant power: Poisson weights. Also the generalised Marcum function, see `marcum_q`."""
    return float(_pd_poisson(pulses * snr, pulses, threshold, gamma_upper(float(pulses), threshold)))


@kernel
def _is_far_below(shape: float, x: float) -> bool:
    """Whether a gamma variable is surely above x: its lower tail is at most exp(-(shape - x)**2 / (2 shape))."""
    away = shape - x
    return away > 0.0 and away * away > 80.0 * shape


@kernel
def _pd_poisson(mean: float, pulses: int, threshold: float, pfa: float) -> float:
    away = mean + pulses - threshold
    if away > 0.0 and away * away > 80.0 * (pulses + 2.0 * mean):  # a miss is rarer than exp(-40): lower Gaussian bound
        return 1.0
    first = max(0.0, floor(mean - _WIDTH * sqrt(mean))) if mean > 30.0 else 0.0
    order = pulses + first
    if first == 0.0:
        upper, step = pfa, poisson_term(order, threshold)
    else:
        _, upper, step = gamma_tails(order, threshold)
    weight = poisson_term(first, mean)
    total = weight * upper
    k = first
    while weight > _TOLERANCE * total or k < mean:
        upper += step
        order += 1.0
        k += 1.0
        step *= threshold / order
        weight *= mean / k
        total += weight * upper
    return min(1.0, total)


@kernel
def _pd_scan_exponential(snr: float, pulses: int, threshold: float, pfa: float) -> float:
    """Swerling 1: energy of the dwell exponential [swerling1954; meyer1973, eq. 3-43]."""
    mean = pulses * snr
    if pulses == 1:
        return exp(-threshold / (1.0 + snr))
    if mean < 1.0:
        return float(_pd_negative_binomial(1.0, mean, pulses, threshold, pfa))
    order = pulses - 1.0
    share = mean / (1.0 + mean)
    lower = gamma_tails(order, threshold * share)[0]
    rest = lower * exp(-threshold / (1.0 + mean) - order * log(share)) if lower > 1e-280 else 0.0
    return min(1.0, pfa - poisson_term(order, threshold) + rest)


@kernel
def _pd_scan_chi4(snr: float, pulses: int, threshold: float, pfa: float) -> float:
    """Swerling 3: energy of the dwell gamma of shape 2 [swerling1954; meyer1973, eq. 3-55]."""
    half = 0.5 * pulses * snr
    if half < 3.0:
        return float(_pd_negative_binomial(2.0, 2.0 * half, pulses, threshold, pfa))
    scaled = threshold / (1.0 + half)
    if pulses == 1:
        return (1.0 + scaled * half / (1.0 + half)) * exp(-scaled)
    order = pulses - 1.0
    share = half / (1.0 + half)
    bracket = 1.0 + scaled - (pulses - 2) / half
    lower = gamma_tails(order, threshold * share)[0]
    rest = lower * exp(-scaled - (pulses - 2) * log(share)) if lower > 1e-280 else 0.0
    term = poisson_term(order, threshold)
    return min(1.0, pfa - term + term * order / (1.0 + half) + bracket * rest)


@kernel
def _pd_negative_binomial(shape: float, mean: float, pulses: int, threshold: float, pfa: float) -> float:
    """Weak slow fluctuation: the mixture from its first term on, which is where its weights begin."""
    odds = mean / (mean + shape)
    order = float(pulses)
    upper, step = pfa, poisson_term(order, threshold)
    weight = 1.0 / (1.0 + mean / shape)
    if shape == 2.0:
        weight *= weight
    total = weight * upper
    enough = _TOLERANCE * (1.0 - odds)
    k = 0.0
    while weight > enough * total or k < mean:
        upper += step
        order += 1.0
        weight *= odds * (k + shape)
        k += 1.0
        weight /= k
        step *= threshold / order
        total += weight * upper
    return min(1.0, total)


@kernel
def _pd_pulse_chi4(snr: float, pulses: int, threshold: float) -> float:
    """Swerling 4: each pulse exponential or, with chance `p`, gamma of shape 2: binomial weights [shnidman1989]."""
    half = 0.5 * snr
    p = half / (1.0 + half)
    x = threshold / (1.0 + half)
    mean = pulses * p
    spread = sqrt(mean / (1.0 + half))
    first = max(0.0, floor(mean - _WIDTH * spread - 3.0))
    order = pulses + first
    if _is_far_below(order, x):
        return 1.0
    _, upper, step = gamma_tails(order, x)
    if upper >= 1.0:
        return 1.0
    if first == 0.0:
        weight = exp(-pulses * log1p(half))
    else:
        weight = poisson_term(first, mean) * poisson_term(pulses - first, pulses - mean)
        weight /= poisson_term(float(pulses), float(pulses))
    total = weight * upper
    k = first
    while k < pulses and (weight > _TOLERANCE * total or k < mean):
        upper += step
        order += 1.0
        weight *= half * (pulses - k)
        k += 1.0
        weight /= k
        step *= x / order
        total += weight * upper
    return min(1.0, total)


@kernel
def marcum_q(order: int, a: float, b: float) -> float:
    """Generalised Marcum function Q_M(a, b) of whole order: a steady echo of energy a²/2 against b²/2."""
    if a <= 0.0:
        return float(gamma_upper(float(order), 0.5 * b * b))
    return float(pd_steady(0.5 * a * a / order, order, 0.5 * b * b))


@kernel
def snr_needed(case: int, pd: float, pulses: int, threshold: float) -> float:
    """Mean SNR per pulse (linear) at which `pd_of` gives `pd`; NaN when noise alone gives more."""
    return float(_snr_for(case, 0.0, pd, pulses, threshold))


@kernel
def snr_needed_shape(shape: float, pd: float, pulses: int, threshold: float) -> float:
    """The same for dwell energy that is gamma of any `shape`; NaN also when 120 dB are not enough."""
    return float(_snr_for(_ANY_SHAPE, shape, pd, pulses, threshold))


@kernel
def _pd_any(case: int, shape: float, snr: float, pulses: int, threshold: float, pfa: float) -> float:
    if case == _ANY_SHAPE:
        return float(pd_gamma_echo(shape, snr, pulses, threshold))
    return float(pd_given(case, snr, pulses, threshold, pfa))


@kernel
def _snr_for(case: int, shape: float, pd: float, pulses: int, threshold: float) -> float:
    """Bisection in decibels, then false position that halves an end met twice (Illinois), to 1e-13 in Pd."""
    low, high = -80.0, 120.0
    pfa = gamma_upper(float(pulses), threshold)
    below = _pd_any(case, shape, 10.0 ** (low / 10.0), pulses, threshold, pfa) - pd
    above = _pd_any(case, shape, 10.0 ** (high / 10.0), pulses, threshold, pfa) - pd
    if below > 0.0 or above < 0.0:
        return float("nan")
    while high - low > 3.0:
        middle = 0.5 * (low + high)
        value = _pd_any(case, shape, 10.0 ** (middle / 10.0), pulses, threshold, pfa) - pd
        if value < 0.0:
            low, below = middle, value
        else:
            high, above = middle, value
    side = 0
    middle = 0.5 * (low + high)
    for _ in range(100):
        middle = (low * above - high * below) / (above - below)
        value = _pd_any(case, shape, 10.0 ** (middle / 10.0), pulses, threshold, pfa) - pd
        if abs(value) < 1e-13 * pd or high - low < 1e-11:
            break
        if value < 0.0:
            low, below = middle, value
            if side == -1:
                above *= 0.5
            side = -1
        else:
            high, above = middle, value
            if side == 1:
                below *= 0.5
            side = 1
    return float(10.0 ** (0.1 * middle))
