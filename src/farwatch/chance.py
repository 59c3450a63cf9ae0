"""Addressed random numbers: every draw is a pure function of its address.

An address is (seed, trial, purpose, who acts, on whom, occasion). It is the key and the counter of
Philox 4x32-10 [salmon2011], so there is no state, no order, and no collision between addresses:
the same seed gives the same bits for any number of threads, and two variants of a scenario share their luck.

Sources: [salmon2011] Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, with
known-answer tests in the Random123 distribution. [wichura1988] Wichura, algorithm AS 241, Applied Statistics 37.
"""

import hashlib
from math import log, sqrt
from typing import Any

import numpy as np

from farwatch.compiled import kernel

# Purposes: one number per kind of draw, so that no two draws share an address. Never renumber.
# Typed, because a bare number would have every kernel compiled once for each of them.
PURPOSES: Any = np.arange(1, 13, dtype=np.int64)
FIGURE, LOOK, MEASURE, FALSE_PLOT, KILL, ASSESS, DAMAGE, TRANSPONDER, FLUCTUATION, STRATUM, FAVOUR, LINK = PURPOSES

NOBODY: Any = np.int64(0)
"""Whom, or the occasion, where an address has none."""

_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_PURPOSE_SHIFT = np.uint64(24)
_OCCASION_MASK = np.uint64(0xFFFFFF)
_TWELVE = np.uint64(12)
_TO_UNIT = 2.0**-52


def key_of(seed: int, trial: int) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Key of one trial: low and high word of the seed, and the trial's number."""
    return np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32 & 0xFFFFFFFF), np.uint64(trial)


def name_id(name: str) -> int:
    """A stable 32-bit number for a name, so that luck follows the name and not the place in a list."""
    return int.from_bytes(hashlib.blake2s(name.encode(), digest_size=4).digest(), "little")


@kernel
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> tuple[Any, Any, Any, Any]:
    """Ten rounds of Philox 4x32 on a counter of four words and a key of two, all uint64 below 2**32."""
    for _ in range(10):
        left = _MULTIPLIER_0 * c0
        right = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (right >> _HALF) ^ c1 ^ k0, right & _WORD, (left >> _HALF) ^ c3 ^ k1, left & _WORD
        k0 = (k0 + _WEYL_0) & _WORD
        k1 = (k1 + _WEYL_1) & _WORD
    return c0, c1, c2, c3


@kernel
def uniforms(key: Any, purpose: int, who: Any, whom: Any, occasion: Any) -> tuple[float, float]:
    """Two independent uniform numbers in the open interval (0, 1), 52 bits each: 0 and 1 never come.

    `key` comes from `key_of`; `who` and `whom` are 32-bit numbers; `occasion` counts below 2**24.
    """
    last = (np.uint64(purpose) << _PURPOSE_SHIFT) | (np.uint64(occasion) & _OCCASION_MASK)
    w0, w1, w2, w3 = philox(np.uint64(key[2]), np.uint64(who), np.uint64(whom), last, key[0], key[1])
    first = (float(((w0 << _HALF) | w1) >> _TWELVE) + 0.5) * _TO_UNIT
    second = (float(((w2 << _HALF) | w3) >> _TWELVE) + 0.5) * _TO_UNIT
    return first, second


@kernel
def uniform(key: Any, purpose: int, who: Any, whom: Any, occasion: Any) -> float:
    """One uniform number in (0, 1); see `uniforms`."""
    return uniforms(key, purpose, who, whom, occasion)[0]


@kernel
def normals(key: Any, purpose: int, who: Any, whom: Any, occasion: Any) -> tuple[float, float]:
    """Two independent standard normal numbers, by inversion; see `uniforms`."""
    first, second = uniforms(key, purpose, who, whom, occasion)
    return normal_quantile(first), normal_quantile(second)


@kernel
def poisson(mean: float, u: float) -> int:
    """Poisson number by inversion of one uniform `u`; exact to rounding for means up to about 500."""
    if mean <= 0.0:
        return 0
    if mean > 500.0:
        return int(max(0.0, mean + sqrt(mean) * normal_quantile(u) + 0.5))
    term = np.exp(-mean)
    total = term
    count = 0
    while total < u and count < 2000:
        count += 1
        term *= mean / count
        total += term
    return count


@kernel
def normal_quantile(p: float) -> float:
    """Inverse of the standard normal distribution function, relative error below 1e-15 [wichura1988]."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _central(r)
    r = sqrt(-log(p if q < 0.0 else 1.0 - p))
    z = _middle(r - 1.6) if r <= 5.0 else _tail(r - 5.0)
    return -z if q < 0.0 else z


@kernel
def _central(r: float) -> float:
    above = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
        + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745) * r + 3.387132872796366608
    below = ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
        + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252) * r + 1.0
    return above / below


@kernel
def _middle(r: float) -> float:
    above = ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
        + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
        + 4.6303378461565452959) * r + 1.42343711074968357734
    below = ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
        + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
        + 2.05319162663775882187) * r + 1.0
    return above / below


@kernel
def _tail(r: float) -> float:
    above = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
        + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
        + 5.4637849111641143699) * r + 6.6579046435011037772
    below = ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
        + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
        + 0.59983220655588793769) * r + 1.0
    return above / below
