"""Exact probability of detection when the energy of a dwell is gamma of any shape (chi-square). Compiled.

The weights of the sum in `swerling` are then negative binomial of any real shape K > 0:

    w(k) = G(k + K) / (G(K) k!) (1 - q)^K q^k,      q = N S / (N S + K),

K = 1, N, 2 and 2N give Swerling's cases, K below 1 fades harder, a large K is a steady echo. The sum starts where the
weights do, runs by recurrence, and is closed by the incomplete beta function once the detector is sure to decide.

Sources: [swerling1997] Swerling, "Radar probability of detection for some additional fluctuating target cases", IEEE
Trans. AES 33; [dlmf] NIST Digital Library of Mathematical Functions, section 8.17 (incomplete beta, 8.17.22);
[loader2000] Loader, "Fast and accurate computation of binomial probabilities" (terms by Stirling's remainder).
"""

from math import floor, log1p

from farwatch.compiled import kernel
from farwatch.detect.gamma import gamma_tails, poisson_term

_TOLERANCE = 1e-16
_FAINT = 1e-250
_SURE = 1.0 - 1e-14
_MOST_STEPS = 200_000
_TINY = 1e-300


@kernel
def pd_gamma_echo(shape: float, snr: float, pulses: int, threshold: float) -> float:
    """Probability of detection for a dwell whose energy is gamma of `shape` > 0, mean `snr` per pulse (linear)."""
    mean = pulses * snr
    odds = mean / (mean + shape)
    k = _first_weight(shape, mean)
    order = pulses + k
    _, upper, step = gamma_tails(order, threshold)
    if upper >= _SURE:
        return 1.0
    weight = negative_binomial_term(k, shape, mean)
    total = weight * upper
    while True:
        upper += step
        order += 1.0
        step *= threshold / order
        ratio = odds * (k + shape) / (k + 1.0)
        weight *= ratio
        k += 1.0
        if upper >= _SURE or (step < _TOLERANCE and order > threshold):
            return min(1.0, total + negative_binomial_tail(k, shape, mean))
        total += weight * upper
        if ratio < 1.0 and weight <= _TOLERANCE * total * (1.0 - ratio):
            return min(1.0, total)


@kernel
def negative_binomial_term(k: float, shape: float, mean: float) -> float:
    """Chance of exactly `k` under a negative binomial law of real `shape` and given mean [loader2000]."""
    if mean <= 0.0:
        return 1.0 if k == 0.0 else 0.0
    whole = k + shape
    share = shape / (shape + mean)
    term = poisson_term(shape, whole * share) / poisson_term(whole, whole)
    return shape / whole * term * poisson_term(k, whole * (1.0 - share))


@kernel
def negative_binomial_tail(k: float, shape: float, mean: float) -> float:
    """Chance of `k` or more under a negative binomial law: the incomplete beta function I_q(k, shape)."""
    if k <= 0.0:
        return 1.0
    odds = mean / (mean + shape)
    term = negative_binomial_term(k, shape, mean)
    if odds * (k + shape + 2.0) < k + 1.0:
        return min(1.0, term * _beta_fraction(k, shape, odds))
    return max(0.0, 1.0 - term * k / shape * _beta_fraction(shape, k, shape / (mean + shape)))


@kernel
def _first_weight(shape: float, mean: float) -> float:
    """Index below which all weights together are nothing: 0, or where the rising weights reach 1e-250."""
    if shape * log1p(mean / shape) < 570.0:
        return 0.0
    low, high = 0.0, floor(max(0.0, mean * (shape - 1.0) / shape))
    while high - low > 1.0:
        middle = floor(0.5 * (low + high))
        if negative_binomial_term(middle, shape, mean) < _FAINT:
            low = middle
        else:
            high = middle
    return low if low > 0.0 else high


@kernel
def _beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function over its leading term [dlmf 8.17.22], by Lentz's method."""
    c = 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _MOST_STEPS):
        for half in range(2):
            if half == 0:
                part = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
            else:
                part = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
            d = 1.0 + part * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + part / c
            c = c if abs(c) > _TINY else _TINY
            change = c * d
            value *= change
        if abs(change - 1.0) < 1e-16:
            break
    return value
