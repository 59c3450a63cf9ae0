"""Scoring as its definitions read: dictionaries, every way to pair, one instant after the other."""

from itertools import permutations

import numpy as np


def best_pairs(cost, left_over):
    """Pairs {row: column} of least total cost over every way to pair; inf may not be paired."""
    n, m = cost.shape
    columns = [*range(m), *[None] * n]
    best, least = {}, np.inf
    for choice in set(permutations(columns, n)):
        total = sum(left_over if j is None else cost[i, j] for i, j in enumerate(choice))
        if total < least:
            best, least = {i: j for i, j in enumerate(choice) if j is not None}, total
    return best


def follow_pairs(instants, gate_m, p=2.0):
    """Partners at each of some instants ({target: position}, {track: position}), pairs staying while in the gate."""
    last_track, last_target, found = {}, {}, []
    for truth, tracks in instants:
        near = {(a, b): np.linalg.norm(np.subtract(truth[a], tracks[b])) for a in truth for b in tracks}
        near = {pair: gap**p for pair, gap in near.items() if gap < gate_m}
        kept = {a: b for a, b in near if last_track.get(a) == b and last_target.get(b) == a}
        rows = [a for a in truth if a not in kept]
        columns = [b for b in tracks if b not in kept.values()]
        cost = np.array([[near.get((a, b), np.inf) for b in columns] for a in rows]).reshape(len(rows), len(columns))
        chosen = best_pairs(cost, gate_m**p * (len(truth) + 1))
        kept |= {rows[i]: columns[j] for i, j in chosen.items()}
        last_track |= kept
        last_target |= {b: a for a, b in kept.items()}
        found.append(kept)
    return found


def fewest_tracks(sets):
    """Least number of tracks that cover a target's instants: `sets` are its tracks at each, empty where it has none."""
    needed, able = 0, set()
    for tracks in sets:
        if tracks:
            able = able & tracks
            if not able:
                needed, able = needed + 1, set(tracks)
    return needed


def squares(error, covariance):
    """e' P^-1 e by the inverse."""
    return np.array([e @ np.linalg.inv(p) @ e for e, p in zip(error, covariance, strict=True)])
