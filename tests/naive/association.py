"""Association as a textbook writes it: every joint event, every choice, matrices for chains and mixtures."""

import itertools

import numpy as np


def joint_events(weights):
    """All ways to give each row of weights [n, m] one column or none, no column twice: (choice, product of weights)."""
    n, m = weights.shape
    for choice in itertools.product(range(-1, m), repeat=n):
        taken = [k for k in choice if k >= 0]
        if len(set(taken)) == len(taken):
            yield choice, float(np.prod([weights[i, k] if k >= 0 else 1.0 for i, k in enumerate(choice)]))


def shares(weights):
    """Probability that column k belongs to row i, [n, m], where none weighs 1."""
    total, found = 0.0, np.zeros(weights.shape)
    for choice, weight in joint_events(weights):
        total += weight
        for i, k in enumerate(choice):
            if k >= 0:
                found[i, k] += weight
    return found / total


def chain(rates, dt_s):
    """Transition matrix [3, 3] of (seen, hidden, gone) over a time: rates = leaving, fading, coming out again.

    By small steps of the rates' own matrix.
    """
    leaving, fading, returning = rates
    flow = np.array([
        [-leaving - fading, fading, leaving],
        [returning, -leaving - returning, leaving],
        [0.0, 0.0, 0.0],
    ])  # fmt: skip
    steps = 1 << 16
    return np.linalg.matrix_power(np.eye(3) + flow * (dt_s / steps), steps)


def look(state, pd, ratio=None):
    """(seen, hidden, gone) after a look: a plot of this likelihood ratio against noise, or a miss."""
    weight = np.array([1.0 - pd, 1.0, 1.0]) if ratio is None else np.array([pd * ratio, 0.0, 1.0])
    after = state * weight
    return after / after.sum()


def mixture(parts):
    """Weight, mean and covariance of parts [(weight, mean, covariance)]."""
    whole = sum(w for w, _, _ in parts)
    mean = sum(w * x for w, x, _ in parts) / whole
    spread = sum(w * (p + np.outer(x - mean, x - mean)) for w, x, p in parts) / whole
    return whole, mean, spread


def best_choices(children):
    """Largest sum of worths over tracks: children = for each track [(score, plots)]; believed ones share no plot."""
    best = -np.inf
    for pick in itertools.product(*children):
        claimed = [plot for score, plots in pick if score > 0 for plot in plots]
        if len(set(claimed)) == len(claimed):
            best = max(best, sum(np.log1p(np.exp(score)) for score, _ in pick))
    return best
