"""Regularised incomplete gamma functions and their inverse, compiled.

Three methods, each where it is both exact and quick: the finite sum of whole shapes, the uniform asymptotic expansion
of large shapes near the transition, and series or continued fraction elsewhere. Both tails keep a relative error
below 1e-12 for shapes up to 1e5 (checked against mpmath). Shapes are floats, also whole ones: one machine code each.

Sources: [dlmf] NIST Digital Library of Mathematical Functions, sections 8.7, 8.9, 8.11 and 8.12 (uniform expansion
and the recursion of its coefficients, 8.12.9-8.12.12), 5.11 (Stirling); [temme1979] Temme, "The asymptotic
expansion of the incomplete gamma functions", SIAM J. Math. Anal. 10; [temme1992] Temme, "Asymptotic inversion of
incomplete gamma functions", Math. Comp. 58.
"""

from math import erfc, exp, factorial, lgamma, log, log1p, pi, sqrt

import numpy as np

from farwatch.chance import normal_quantile
from farwatch.compiled import kernel
from farwatch.detect.gamma_series import alphas, inversion_coefficients, temme_coefficients

_SMALL_SHAPE = 40
"""Shapes above this may use the expansion, whose error falls as shape**-7."""

_LARGE_SHAPE, _LARGE_DEVIATION = 60.0, 7.2
"""Beyond this shape and within these standard deviations the inversion needs no refinement."""

_TINY = 1e-300


_D = np.ascontiguousarray(np.array(temme_coefficients(7, 20)).T[::-1])
"""Coefficient of eta**(19 - row) shape**-column."""
_E = np.ascontiguousarray(np.array(inversion_coefficients(14)).T[::-1])
"""Coefficient of eta**(13 - row) shape**-(column + 1) in what is added to eta."""
_ALPHA = np.array([float(value) for value in alphas(21)][1:])[::-1].copy()
"""Coefficient of eta**(20 - row) in lambda - 1."""
_FACTORIAL = np.array([float(factorial(n)) for n in range(_SMALL_SHAPE + 1)])


@kernel
def poisson_term(shape: float, x: float) -> float:
    """Probability of `shape` events when `x` are expected, x**shape exp(-x) / shape!, with small relative error."""
    if x <= 0.0:
        return 1.0 if shape == 0.0 else 0.0
    if shape <= _SMALL_SHAPE:
        whole = int(shape)
        if float(whole) == shape and x < 600.0:
            return float(x**whole * exp(-x) / _FACTORIAL[whole])
        return exp(shape * log(x) - x - lgamma(shape + 1.0))
    away = (x - shape) / shape
    return exp(-shape * (away - log1p(away))) * _stirling(shape) / sqrt(2.0 * pi * shape)


@kernel
def _stirling(shape: float) -> float:
    """Stirling's approximation over the gamma function, for shapes of 40 and more [dlmf 5.11.1]."""
    inverse = 1.0 / shape
    square = inverse * inverse
    s = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0) * square) * square) * inverse
    return 1.0 - s * (1.0 - s * (0.5 - s * (1.0 / 6.0 - s * (1.0 / 24.0 - s / 120.0))))


@kernel
def gamma_tails(shape: float, x: float) -> tuple[float, float, float]:
    """Lower and upper regularised incomplete gamma functions P and Q, and the Poisson term of the same shape."""
    if x <= 0.0:
        return 0.0, 1.0, 0.0
    away = (x - shape) / shape
    if shape > _SMALL_SHAPE and -0.4 < away < 0.5:
        return _uniform_expansion(shape, away)
    term = poisson_term(shape, x)
    if away < 0.0:
        lower = min(1.0, term * _lower_series(shape, x))
        return lower, 1.0 - lower, term
    if float(int(shape)) == shape:
        upper = min(1.0, term * _finite_sum(shape, x))
    else:
        upper = min(1.0, term * shape * _upper_fraction(shape, x))
    return 1.0 - upper, upper, term


@kernel
def gamma_upper(shape: float, x: float) -> float:
    """Upper regularised incomplete gamma function Q."""
    return gamma_tails(shape, x)[1]


@kernel
def _finite_sum(shape: float, x: float) -> float:
    """Poisson terms below a whole `shape` over the term at it, from the largest down [dlmf 8.4.10]."""
    inverse = 1.0 / x
    at = shape
    term = 1.0
    total = 0.0
    while at > 0.0 and term > 1e-17 * total:
        term *= at * inverse
        total += term
        at -= 1.0
    return total


@kernel
def _uniform_expansion(shape: float, away: float) -> tuple[float, float, float]:
    """Large shapes, x = shape (1 + away) [dlmf 8.12.3, 8.12.4, 8.12.7]."""
    half_eta_squared = max(0.0, away - log1p(away))
    size = sqrt(2.0 * half_eta_squared)
    eta = size if away > 0.0 else -size
    series = _temme_series(eta, 1.0 / shape)
    height = exp(-shape * half_eta_squared) / sqrt(2.0 * pi * shape)
    tail = 0.5 * erfc(size * sqrt(0.5 * shape))
    term = height * _stirling(shape)
    if away > 0.0:
        tail += height * series
        return 1.0 - tail, tail, term
    tail -= height * series
    return tail, 1.0 - tail, term


@kernel
def _temme_series(eta: float, inverse: float) -> float:
    """Sum over k of c_k(eta) shape**-k: Horner in eta squared, even and odd powers side by side for speed."""
    e0 = e1 = e2 = e3 = e4 = e5 = e6 = 0.0
    o0 = o1 = o2 = o3 = 0.0
    square = eta * eta
    for n in range(0, 20, 2):
        o0 = o0 * square + _D[n, 0]
        e0 = e0 * square + _D[n + 1, 0]
        o1 = o1 * square + _D[n, 1]
        e1 = e1 * square + _D[n + 1, 1]
        o2 = o2 * square + _D[n, 2]
        e2 = e2 * square + _D[n + 1, 2]
    for n in range(8, 20, 2):
        o3 = o3 * square + _D[n, 3]
        e3 = e3 * square + _D[n + 1, 3]
    for n in range(12, 20):
        e4 = e4 * eta + _D[n, 4]
        e5 = e5 * eta + _D[n, 5]
        e6 = e6 * eta + _D[n, 6]
    high = ((e6 * inverse + e5) * inverse + e4) * inverse + (e3 + eta * o3)
    return ((high * inverse + (e2 + eta * o2)) * inverse + (e1 + eta * o1)) * inverse + (e0 + eta * o0)


@kernel
def _lower_series(shape: float, x: float) -> float:
    """P over the Poisson term, by its power series [dlmf 8.11.4]; all terms positive."""
    term = 1.0
    total = 1.0
    at = shape
    for _ in range(1000000):
        at += 1.0
        term *= x / at
        total += term
        if term < 1e-17 * total:
            break
    return total


@kernel
def _upper_fraction(shape: float, x: float) -> float:
    """Q over shape times the Poisson term, by its continued fraction and Lentz's method [dlmf 8.9.2]."""
    b = x + 1.0 - shape
    c = 1.0 / _TINY
    d = 1.0 / b
    value = d
    for i in range(1, 100000):
        numerator = -i * (i - shape)
        b += 2.0
        d = numerator * d + b
        if abs(d) < _TINY:
            d = _TINY
        c = b + numerator / c
        if abs(c) < _TINY:
            c = _TINY
        d = 1.0 / d
        step = d * c
        value *= step
        if abs(step - 1.0) < 1e-16:
            break
    return value


@kernel
def gamma_upper_inverse(shape: float, q: float) -> float:
    """The x at which Q(shape, x) = q, for 0 < q < 1 and shape >= 1.

    Temme's inversion [temme1992]; where it is not good to 5e-11, Halley steps on log Q follow.
    """
    if shape == 1.0:
        return -log(q)
    z = -normal_quantile(q)
    x = shape * _inverse_start(shape, z)
    if shape > _LARGE_SHAPE and abs(z) < _LARGE_DEVIATION:
        return x
    for _ in range(60):
        upper, term = gamma_tails(shape, x)[1:]
        slope = -term * shape / (x * upper)
        if not slope < 0.0:  # also when both have underflowed
            break
        f = log(upper / q)
        curvature = slope * ((shape - 1.0) / x - 1.0 - slope)
        step = f / slope
        bend = 1.0 - 0.5 * step * curvature / slope
        if bend > 0.5:
            step /= bend
        x = max(x - step, 0.1 * x)
        if abs(f) < 2e-5:  # the error after a Halley step goes with the cube of the one before
            break
    return x


@kernel
def _inverse_start(shape: float, z: float) -> float:
    """x / shape at `z` standard deviations, by the expansion; Horner in eta squared, even and odd side by side."""
    eta = z / sqrt(shape)
    square = eta * eta
    e1 = e2 = e3 = e4 = o1 = o2 = o3 = o4 = 0.0
    for n in range(0, 14, 2):
        o1 = o1 * square + _E[n, 0]
        e1 = e1 * square + _E[n + 1, 0]
        o2 = o2 * square + _E[n, 1]
        e2 = e2 * square + _E[n + 1, 1]
        o3 = o3 * square + _E[n, 2]
        e3 = e3 * square + _E[n + 1, 2]
        o4 = o4 * square + _E[n, 3]
        e4 = e4 * square + _E[n + 1, 3]
    i = 1.0 / shape
    eta += ((((e4 + eta * o4) * i + (e3 + eta * o3)) * i + (e2 + eta * o2)) * i + (e1 + eta * o1)) * i
    square = eta * eta
    even = odd = 0.0
    for n in range(0, 20, 2):
        even = even * square + _ALPHA[n]
        odd = odd * square + _ALPHA[n + 1]
    return max(1.0 + eta * (odd + eta * even), 1e-8)
