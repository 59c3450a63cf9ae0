"""A stage for the tracker: radars, targets that fly as told, and plots of them with known luck."""

import numpy as np

from farwatch.records import CLASS, PLOT, RADAR


def radar(**changes):
    """RADAR[1]: a 3-D rotating radar at the origin, 10 s a turn, 400 km, without false plots."""
    one = np.zeros(1, RADAR)
    one["to_local"] = np.eye(3)
    one["rotating"], one["interrogator"], one["period_s"], one["batches"] = 1, 1, 10.0, 1
    one["half_sector_rad"], one["elevation_min_rad"], one["elevation_max_rad"] = np.pi, -0.1, 1.2
    one["range_max_m"], one["pfa"], one["pulses"] = 400e3, 1e-6, 10
    for name, value in changes.items():
        one[name] = value
    return one


def radars(*parts):
    """Several radars as one table."""
    return np.concatenate(parts)


def straight(start, velocity, begin_s=0.0, end_s=np.inf):
    """A target that flies straight."""
    start, velocity = np.asarray(start, float), np.asarray(velocity, float)
    return lambda t: (start + velocity * (t - begin_s), velocity) if begin_s <= t <= end_s else None


def turning(start, speed_m_s, turns):
    """A target that flies east at one speed and turns level: turns = [(from_s, to_s, acceleration_m_s2), ...]."""
    t = np.arange(0.0, 1000.0, 0.05)
    rate = np.zeros_like(t)
    for from_s, to_s, acceleration in turns:
        rate[(t >= from_s) & (t < to_s)] = acceleration / speed_m_s
    course = np.pi / 2 + np.cumsum(rate) * 0.05
    v = speed_m_s * np.stack([np.sin(course), np.cos(course), np.zeros_like(t)], 1)
    x = np.asarray(start, float) + np.cumsum(v, 0) * 0.05
    return lambda now: (np.array([np.interp(now, t, c) for c in x.T]), np.array([np.interp(now, t, c) for c in v.T]))


def observe(sites, targets, rng, until_s, pd=0.9, sigmas=(50.0, 0.003, 0.003), false_plots=0.0, rcs_m2=1.0, reply=0):
    """PLOT[n] that `sites` (RADAR[]) have of `targets` until `until_s`, each with its own time in the turn."""
    found = []
    for r, site in enumerate(sites):
        for turn in range(int(until_s / site["period_s"])):
            for i, target in enumerate(targets):
                when = site["phase_s"] + turn * site["period_s"]
                state = target(when)
                if state is None:
                    continue
                azimuth = spherical(site, state[0])[1]
                when += (azimuth % (2 * np.pi)) / (2 * np.pi) * site["period_s"]
                state = target(when)
                if state is not None and rng.random() < pd:
                    echo = rcs_m2 * rng.exponential()
                    found.append(plot(site, r, when, spherical(site, state[0]), sigmas, i, rng, echo, reply))
            for _ in range(rng.poisson(false_plots)):
                at = rng.uniform(0.05, 1) * site["range_max_m"], rng.uniform(-np.pi, np.pi), rng.uniform(0, 0.5)
                when = site["phase_s"] + (turn + (at[1] % (2 * np.pi)) / (2 * np.pi)) * site["period_s"]
                found.append(plot(site, r, when, at, sigmas, -1, rng, rng.exponential(), 0))
    return np.array(found, PLOT) if found else np.zeros(0, PLOT)


def spherical(site, position):
    """Range, azimuth, elevation of a position as seen from a radar."""
    e, n, u = site["to_local"] @ (position - np.array([site["x_m"], site["y_m"], site["z_m"]]))
    return np.sqrt(e * e + n * n + u * u), np.arctan2(e, n), np.arctan2(u, np.hypot(e, n))


def plot(site, r, when, at, sigmas, truth, rng, rcs_m2, reply):
    """One PLOT record with its share of noise."""
    one = np.zeros(1, PLOT)[0]
    noise = rng.normal(size=3) * sigmas
    one["time_s"], one["radar_index"], one["truth"] = when, r, truth
    one["range_m"], one["azimuth_rad"], one["elevation_rad"] = at[0] + noise[0], at[1] + noise[1], at[2] + noise[2]
    one["range_sigma_m"], one["azimuth_sigma_rad"], one["elevation_sigma_rad"] = sigmas
    if site["elevation_beam_rad"] == 0 and sigmas[2] == 0:
        one["elevation_rad"] = 0.0
    one["snr"], one["rcs_m2"], one["reply"] = 100.0 * rcs_m2, rcs_m2, reply
    return one


def classes():
    """CLASS[4]: airliner, fighter, cruise missile, ballistic missile."""
    table = np.zeros(4, CLASS)
    table["hostile"] = 0, 1, 1, 1
    table["swerling"] = 1
    table["expected_speed_low_m_s"] = 180, 150, 200, 800
    table["expected_speed_high_m_s"] = 260, 600, 300, 3000
    table["expected_height_low_m"] = 3000, 100, 20, 0
    table["expected_height_high_m"] = 12500, 15000, 500, 80000
    table["expected_rcs_m2"], table["expected_rcs_spread_db"] = (30, 3, 0.1, 0.5), 5.0
    table["expected_reply"], table["prior"] = (0.95, 0.02, 0.0, 0.0), (0.7, 0.1, 0.1, 0.1)
    return table


def of_truth(states, i):
    """Rows of the tracks that last had a plot of target `i`."""
    return states[states["truth"] == i]
