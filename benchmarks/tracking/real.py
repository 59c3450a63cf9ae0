"""The tracker on recorded flights with simulated plots: one table, a row for each flight and way to associate.

    python real.py FOLDER --flights vienna franconia --period 10 --pd 0.8 --false-plots 200 --flat --learn

FOLDER holds the recordings (gzip JSON collections of the Python package `traffic`, and two tables of Stone Soup). How
they are read, flown and judged is in `tests/track/flown.py`, and its figures are those of `farwatch score`.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from farwatch.track.prepare import ASSOCIATIONS, MODELS, settings
from track.flown import Look, judge, paths, play, plot_rms_m, radar

FLIGHTS = (
    "aircraft_carrier", "inflight_refuelling", "zero_gravity", "turkish_flag", "ajaccio", "vienna", "nice", "munich",
    "funchal", "border_control", "liguria", "franconia", "rega_zh",
)  # fmt: skip

HEAD = f"{'flight':20} {'by':5} {'plots m':>7} {'rms m':>6} {'held %':>6} {'id':>3} {'breaks':>6} {'first s':>7} \
{'false/h':>7} {'NEES/d':>6} {'in 95 %':>7} {'µs/plot':>7}"


def flown(folder, name, away_m, longest_s):
    """The first part of a flight's longest stretch."""
    file = folder / (name if "." in name else f"{name}.json.gz")
    found = paths(file, away_m)[0]
    return [found.during(found.begin_s, found.begin_s + longest_s)]


def row(name, association, flights, asked):
    """One line of the table."""
    look, tracker = asked.look, settings(association=association, confirm="existence", **asked.settings)
    told = radar(look, learned=asked.learn)
    play([flights[0].during(flights[0].begin_s, flights[0].begin_s + 60.0)], [look], tracker, luck(asked.seed), told)
    begun = time.process_time()
    states, plots = play(flights, [look], tracker, luck(asked.seed), told)
    spent_s = time.process_time() - begun
    found = judge(states, plots, flights, [look], flat=asked.flat and not asked.heights, cutoff_m=asked.cutoff)
    raw_m = plot_rms_m(flights, plots) if not asked.flat else np.nan
    return (
        f"{name:20} {association:5} {raw_m:7.0f} {found.rms_m:6.0f} {100 * found.held:6.1f} {found.changes:3} "
        f"{found.breaks:6} {found.first_s:7.1f} {found.false_per_hour:7.1f} {found.nees:6.2f} "
        f"{100 * found.inside:7.1f} {1e6 * spent_s / plots.size:7.1f}"
    )


def luck(seed):
    """The same for all trackers of a table."""
    return np.random.default_rng([seed, 20])


def arguments():
    """The command line, with a Look made of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--flights", nargs="+", default=FLIGHTS)
    parser.add_argument("--ours", nargs="+", default=ASSOCIATIONS, choices=ASSOCIATIONS)
    parser.add_argument("--models", nargs="+", choices=sorted(MODELS))
    parser.add_argument("--accelerations", nargs=2, type=float, metavar=("CRUISE", "MANOEUVRE"))
    parser.add_argument("--away", type=float, default=80e3, help="m from the radar to the middle of the flight")
    parser.add_argument("--longest", type=float, default=3000.0, help="s")
    parser.add_argument("--period", type=float, default=5.0)
    parser.add_argument("--pd", type=float, default=0.9)
    parser.add_argument("--false-plots", type=float, default=50.0)
    parser.add_argument("--flat", action="store_true", help="a radar without elevation")
    parser.add_argument("--heights", action="store_true", help="transponders report heights")
    parser.add_argument("--learn", action="store_true", help="Pd and noise are not told")
    parser.add_argument("--cutoff", type=float, default=2500.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    asked.look = Look(
        asked.period, asked.pd, asked.false_plots, range_max_m=350e3, elevation_sigma_deg=0.0 if asked.flat else 0.2,
        height_sigma_m=60.0 if asked.heights else 0.0,
    )  # fmt: skip
    chosen = {"models": asked.models, "accelerations_m_s2": asked.accelerations}
    asked.settings = {name: tuple(value) for name, value in chosen.items() if value}
    return asked


def main():
    asked = arguments()
    print(HEAD)
    for name in asked.flights:
        flights = flown(asked.folder, name, asked.away, asked.longest)
        for association in asked.ours:
            print(row(name, association, flights, asked), flush=True)


if __name__ == "__main__":
    main()
