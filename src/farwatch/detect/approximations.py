"""Published approximations of the required SNR, kept to compare the exact values with. No mission uses them.

Sources: [albersheim1981] Albersheim, Proc. IEEE 69, 839 (linear detector, steady echo; good to 0.2 dB for Pfa 1e-7 to
1e-3, Pd 0.1 to 0.9, N to 8096); [shnidman2002] Shnidman, IEEE Trans. AES 38, 1059 (cases 0 to 4; within 0.5 dB for
Pfa 1e-9 to 1e-3, Pd 0.1 to 0.99, N to 100).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def albersheim_db(pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike) -> Floats:
    """Required SNR per pulse, dB, by Albersheim's formula."""
    chance, count = np.asarray(pd, np.float64), np.asarray(pulses, np.float64)
    a = np.log(0.62 / np.asarray(pfa, np.float64))
    b = np.log(chance / (1.0 - chance))
    slope = 6.2 + 4.54 / np.sqrt(count + 0.44)
    return np.asarray(-5.0 * np.log10(count) + slope * np.log10(a + 0.12 * a * b + 1.7 * b))


def shnidman_db(pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike, swerling: int = 0) -> Floats:
    """Required SNR per pulse, dB, by Shnidman's formulas for one fluctuation case."""
    chance, count = np.asarray(pd, np.float64), np.asarray(pulses, np.float64)
    few = count < 40
    alpha = np.where(few, 0.0, 0.25)
    away = np.sqrt(-0.8 * np.log(4.0 * chance * (1.0 - chance)))
    eta = np.sqrt(-0.8 * np.log(4.0 * np.asarray(pfa) * (1.0 - np.asarray(pfa)))) + np.sign(chance - 0.5) * away
    steady = eta * (eta + 2.0 * np.sqrt(count / 2.0 + (alpha - 0.25)))
    shape = _shape(swerling, count)
    if shape is None:
        return np.asarray(10.0 * np.log10(steady / count))
    c1 = (((17.7006 * chance - 18.4496) * chance + 14.5339) * chance - 3.525) / shape
    tail = 0.7 * np.log(1e-5 / np.asarray(pfa)) + (2.0 * count - 20.0) / 80.0
    c2 = (np.exp(27.31 * chance - 25.14) + (chance - 0.8) * tail) / shape
    loss_db = np.where(chance <= 0.872, c1, c1 + c2)
    return np.asarray(10.0 * np.log10(steady / count) + loss_db)


def _shape(swerling: int, count: Floats) -> Floats | None:
    """Shnidman's K: none for a steady echo."""
    shapes = {1: np.ones_like(count), 2: count, 3: 2.0 * np.ones_like(count), 4: 2.0 * count}
    return shapes.get(swerling)
