"""Coefficients of the asymptotic expansions in `gamma`, made exactly, as fractions, when the module is imported.

Nothing is typed from a table: each series follows from a recursion or an identity. With

    lambda - 1 - log(lambda) = eta**2 / 2,   x = shape lambda,

`alphas` expand lambda in eta; `temme_coefficients` expand Q(shape, x) for large shapes [dlmf 8.12.11]; and
`inversion_coefficients` expand what must be added to eta_0, the normal law's eta for a given Q, to find eta
[temme1992]. The latter come from the identity

    log f(eta) + log(d eta / d eta_0) = log Gamma*(shape) + shape (eta**2 - eta_0**2) / 2,   f = eta / (lambda - 1),

with eta = eta_0 + sum of e_k(eta_0) shape**-k, compared power by power of the shape.

Sources: [dlmf] NIST Digital Library of Mathematical Functions, 5.11 and 8.12; [temme1992] Temme, "Asymptotic inversion
of incomplete gamma functions", Math. Comp. 58.
"""

from fractions import Fraction
from functools import cache

Series = list[Fraction]


@cache
def alphas(count: int) -> tuple[Fraction, ...]:
    """Coefficients of lambda - 1 in powers of eta [dlmf 8.12.12]; the first belongs to eta**0."""
    alpha = [Fraction(0), Fraction(1), Fraction(1, 3)]
    for n in range(3, count):
        inner = sum((j * alpha[j] * alpha[n - j + 1] for j in range(2, n)), Fraction(0))
        alpha.append((alpha[n - 1] - inner) / (n + 1))
    return tuple(alpha)


def temme_coefficients(count: int, powers: int) -> list[list[float]]:
    """Coefficients d[k][n] of eta**n shape**-k in the uniform expansion [dlmf 8.12.11]."""
    most = powers + 2 * count + 4
    alpha = alphas(most)
    row = [Fraction(-1, 3)] + [(n + 2) * alpha[n + 2] for n in range(1, most - 2)]
    first, rows, double_factorial = row, [row], 1
    for k in range(1, count):
        double_factorial *= 2 * k + 1
        stirling = double_factorial * alpha[2 * k + 1] * (-1) ** k
        row = [stirling * first[n] + (n + 2) * row[n + 2] for n in range(len(row) - 2)]
        rows.append(row)
    return [[float(value) for value in row[:powers]] for row in rows]


def inversion_coefficients(powers: int) -> list[list[float]]:
    """Coefficients of eta_0**n in e_1 to e_4, as four rows."""
    most = powers + 14
    log_f = [-value for value in _log(list(alphas(most + 2)[1:]))]
    slope, bend, twist = _slope(log_f), _slope(_slope(log_f)), _slope(_slope(_slope(log_f)))
    e1 = log_f[1:]
    d1 = _slope(e1)
    e2 = _sum(_product(slope, e1), d1, [Fraction(-1, 12)], _times(Fraction(-1, 2), _product(e1, e1)))[1:]
    d2 = _slope(e2)
    e3 = _sum(
        _product(slope, e2), _times(Fraction(1, 2), _product(bend, _product(e1, e1))), d2,
        _times(Fraction(-1, 2), _product(d1, d1)), _times(Fraction(-1), _product(e1, e2)),
    )[1:]
    cubed = _product(e1, _product(e1, e1))
    e4 = _sum(
        _product(slope, e3), _product(bend, _product(e1, e2)), _times(Fraction(1, 6), _product(twist, cubed)),
        _slope(e3), _times(Fraction(-1), _product(d1, d2)),
        _times(Fraction(1, 3), _product(d1, _product(d1, d1))), [Fraction(1, 360)],
        _times(Fraction(-1), _product(e1, e3)), _times(Fraction(-1, 2), _product(e2, e2)),
    )[1:]
    return [[float(value) for value in row[:powers]] for row in (e1, e2, e3, e4)]


def _product(a: Series, b: Series) -> Series:
    """As long as the shorter, which is as far as it is known."""
    return [sum((a[j] * b[n - j] for j in range(n + 1)), Fraction(0)) for n in range(min(len(a), len(b)))]


def _sum(*series: Series) -> Series:
    """As long as the shortest, constants aside."""
    known = min(len(one) for one in series if len(one) > 1)
    return [sum((one[n] for one in series if n < len(one)), Fraction(0)) for n in range(known)]


def _times(factor: Fraction, a: Series) -> Series:
    return [factor * value for value in a]


def _slope(a: Series) -> Series:
    return [n * a[n] for n in range(1, len(a))]


def _log(a: Series) -> Series:
    """Logarithm of a series that begins with one."""
    out = [Fraction(0)]
    for n in range(1, len(a)):
        inner = sum((j * out[j] * a[n - j] for j in range(1, n)), Fraction(0))
        out.append(a[n] - inner / n)
    return out
