"""Exact detection probabilities: how many a second, beside scipy's non-central chi-square in the same run.

    python benchmarks/detection.py

Ratios are what to look at: the nanoseconds are those of the machine and of what else it does. Each figure is the best
of several repeats, in CPU time of one thread.
"""

import time

import numpy as np
from scipy import special, stats

from farwatch.detect import statistics

ROWS = 200_000
REPEATS = 7


def best_ns(work, rows):
    """Least CPU time per row over the repeats."""
    times = []
    for _ in range(REPEATS):
        start = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - start)
    return min(times) / rows


def main():
    """Print one line per mix."""
    rng = np.random.default_rng(1)
    snr_db = rng.uniform(-30, 40, ROWS)
    pfa = 10 ** rng.uniform(-12, -3, ROWS)
    few = slice(0, ROWS // 10)
    print(f"{'mix':44}{'ns each':>9}{'M/s':>7}{'scipy':>9}{'ratio':>7}")
    mixes = {
        "pulses log-uniform": (10 ** rng.uniform(0, 3, ROWS)).astype(int),
        "pulses uniform": rng.integers(1, 1001, ROWS),
    }
    statistics.pd([0, 1, 2, 3, 4], 10.0, 5, 1e-6)
    for name, pulses in mixes.items():
        snr = 10 ** (snr_db / 10)

        def scipy_steady(pulses=pulses, snr=snr):
            found = special.gammainccinv(pulses[few], pfa[few])
            return stats.ncx2.sf(2 * found, 2 * pulses[few], 2 * pulses[few] * snr[few])

        theirs = best_ns(scipy_steady, ROWS // 10)
        for case in (0, 1, 2, 3, 4, None):
            cases = rng.integers(0, 5, ROWS) if case is None else case
            said = f"{name}, {'cases 0 to 4' if case is None else f'case {case}'}"
            ours = best_ns(lambda c=cases, n=pulses: statistics.pd(c, snr_db, n, pfa), ROWS)
            print(f"{said:44}{ours:9.0f}{1e3 / ours:7.2f}{theirs:9.0f}{theirs / ours:7.2f}")
        table = best_ns(lambda n=pulses: statistics.pd(1, snr_db, n, 1e-6), ROWS)
        print(f"{name + ', case 1, one pfa':44}{table:9.0f}{1e3 / table:7.2f}{theirs:9.0f}{theirs / table:7.2f}")
    print("scipy: threshold and Pd of case 0 only, by gammainccinv and ncx2.sf, on the same rows")


if __name__ == "__main__":
    main()
