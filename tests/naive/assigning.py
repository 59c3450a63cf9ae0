"""The slow obvious version of assignment: every combination, and rules as one would say them."""

import itertools

import numpy as np


def pairs(offers, n, epochs):
    """Every (epoch, track, row) that brings anything."""
    rows = offers.salvos.shape[1]
    return [
        (e, j, r)
        for e, j, r in itertools.product(range(epochs), range(n), range(rows))
        if offers.gains[e, j, r] > 0.0
    ]


def is_allowed(offers, supply, chosen):
    """Whether a list of (epoch, track, row) keeps every limit."""
    if len({j for _, j, _ in chosen}) < len(chosen):
        return False
    for r in range(supply.rows.size):
        if sum(offers.salvos[j, r] for _, j, row in chosen if row == r) > supply.rows["ready"][r]:
            return False
    epochs, batteries = supply.limits.shape
    for e, b in itertools.product(range(epochs), range(batteries)):
        mine = [(j, r) for epoch, j, r in chosen if epoch == e and supply.rows["battery_index"][r] == b]
        spent = {
            "rounds": sum(offers.salvos[j, r] for j, r in mine),
            "channels": sum(1 for j, _ in mine if not offers.held[j, b]),
            "starts": len(mine),
        }
        if any(spent[name] > supply.limits[name][e, b] for name in spent):
            return False
    return True


def worth(offers, chosen):
    """Discounted gain of a list of (epoch, track, row)."""
    return float(sum(offers.discount[e] * offers.gains[e, j, r] for e, j, r in chosen))


def chosen_of(offers, plan):
    """A plan, epoch * n_rows + row or -1 by track, as a list of (epoch, track, row)."""
    rows = offers.salvos.shape[1]
    return [(int(c) // rows, j, int(c) % rows) for j, c in enumerate(plan) if c >= 0]


def best(offers, supply, n, epochs):
    """Greatest discounted gain over every allowed combination."""
    options = [[None] + [p for p in pairs(offers, n, epochs) if p[1] == j] for j in range(n)]
    combinations = ([p for p in choice if p] for choice in itertools.product(*options))
    return max(worth(offers, chosen) for chosen in combinations if is_allowed(offers, supply, chosen))


def greedy(offers, supply, n):
    """Rows by track: in order of rank, each the least disliked, then greatest gain, that is still allowed."""
    chosen = []
    for j in range(n):
        mine = [p for p in pairs(offers, n, 1) if p[1] == j and is_allowed(offers, supply, [*chosen, p])]
        if mine:
            chosen.append(min(mine, key=lambda p: (offers.dislike[p[1], p[2]], -offers.gains[p])))
    return rows_of(chosen, n)


def marginal(offers, supply, n):
    """Rows by track: the greatest gain of all that is still allowed, again and again."""
    chosen = []
    while True:
        free = [p for p in pairs(offers, n, 1) if is_allowed(offers, supply, [*chosen, p])]
        if not free:
            return rows_of(chosen, n)
        chosen.append(max(free, key=lambda p: offers.gains[p]))


def rows_of(chosen, n):
    """Row by track, -1 = none."""
    found = np.full(n, -1)
    for _, j, r in chosen:
        found[j] = r
    return found


def most_transported(worths, parent, capacity):
    """Greatest total of one column a track, or none, within the capacity of every node on the way to a root."""
    n, columns = worths.shape
    top = 0.0
    for choice in itertools.product(range(-1, columns), repeat=n):
        flow = np.zeros(len(parent), int)
        for c in choice:
            while c >= 0:
                flow[c] += 1
                c = parent[c]  # noqa: PLW2901
        if (flow <= capacity).all() and all(c < 0 or worths[j, c] > 0 for j, c in enumerate(choice)):
            top = max(top, float(sum(worths[j, c] for j, c in enumerate(choice) if c >= 0)))
    return top


def scene(rng, shape, *, alike=True, held=False):
    """Random offers and supply, scarce enough to be contested; shape = tracks, batteries, rows of each, epochs."""
    from farwatch.engage.offers import new_offers, new_supply

    tracks, batteries, each, epochs = shape
    rows = batteries * each
    offers, supply = new_offers(tracks, rows, batteries, epochs), new_supply(rows, batteries, epochs)
    p = rng.uniform(0.3, 0.9, (epochs, tracks, rows)) * (rng.random((epochs, tracks, rows)) < 0.6)
    offers.salvos[:] = 2 if alike else rng.integers(1, 4, (tracks, rows))
    offers.gains[:] = rng.uniform(0.1, 1.0, tracks)[:, None] * (1 - (1 - p) ** offers.salvos)
    offers.dislike[:] = rng.integers(0, 3, (tracks, rows))
    offers.discount[:] = 0.97 ** np.arange(epochs)
    if held:
        offers.held[:] = rng.random((tracks, batteries)) < 0.3
    most = max(1, 2 * tracks // (batteries * epochs))
    supply.rows["battery_index"][:] = np.repeat(np.arange(batteries), each)
    supply.rows["ready"][:] = rng.integers(0, 1 + max(2, 4 * tracks // rows), rows)
    supply.limits["rounds"][:] = rng.integers(2, 3 + 2 * most, supply.limits.shape)
    supply.limits["channels"][:] = rng.integers(1, 1 + most, supply.limits.shape)
    supply.limits["starts"][:] = rng.integers(1, 1 + most, supply.limits.shape)
    return offers, supply
