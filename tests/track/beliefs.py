"""Beliefs with any models, and the settings that go with them."""

import numpy as np

from farwatch.track import motion_models as models
from farwatch.track import settings
from farwatch.track.filter import begin, combine, equip
from farwatch.track.sight import SIGHT, take
from track.scene import plot, spherical

KINDS = {
    "velocity": int(models.VELOCITY), "turn": int(models.TURN), "singer": int(models.SINGER),
    "acceleration": int(models.ACCELERATION), "ballistic": int(models.BALLISTIC),
}  # fmt: skip


def tracker_of(*named, sojourn_s=40.0):
    """TRACKER[1] with these models: (kind, acceleration_m_s2, time_s, turn_rad_s, drag_per_m), the last two free."""
    one = settings()
    for m, (kind, acceleration, time_s, *rest) in enumerate(named):
        one["model_kind"][0, m] = KINDS[kind]
        one["model_acceleration_m_s2"][0, m], one["model_time_s"][0, m] = acceleration, time_s
        one["model_turn_rad_s"][0, m], one["model_drag_per_m"][0, m] = (*rest, 0.0, 0.0)[:2]
        one["model_sojourn_s"][0, m] = sojourn_s
    return one


def belief_for(tracker):
    """An empty belief for the models that a TRACKER names."""
    kinds = tracker["model_kind"][0]
    count = int((kinds != models.PAIR).sum())
    return np.zeros(1, np.dtype(models.belief_fields(count, models.states_of(kinds)), align=True))[0]


def fill(belief, rng, tracker, position_sigma_m=500.0):
    """Give a belief models that differ, with full covariances over the states that each has, about 100 km out."""
    x, p = belief["x"], belief["p"]
    n = x.shape[1]
    sizes = np.array([position_sigma_m] * 3 + [30.0] * 3 + [0.02] * models.has_turn(n) + [3.0] * 3)[:n]
    for m in range(x.shape[0]):
        has = np.array([models.owns(tracker["model_kind"][0, m], i, n) for i in range(n)])
        root = rng.normal(size=(n, n)) * sizes[:, None]
        p[m] = np.where(np.outer(has, has), root @ root.T / n, 0.0)
        middle = np.concatenate([[7e4, 6e4, 8e3, 150.0, -180.0, 5.0], np.zeros(n - 6)])
        x[m] = np.where(has, middle + rng.normal(size=n) * sizes * 0.2, 0.0)
    share = rng.uniform(0.2, 1.0, x.shape[0])
    belief["weight"], belief["time_s"] = share / share.sum(), 100.0
    combine(belief)
    return belief


def see(site, rng, when, state, sigmas, doppler_sigma_m_s=0.0, height=(0.0, 0.0)):
    """The SIGHT of a target (position, velocity), and its plot; height: what it reports (m), with its sigma."""
    seen = plot(site, 0, when, spherical(site, state[:3]), sigmas, 0, rng, 1.0, 0)
    away = state[:3] - np.array([site["x_m"], site["y_m"], site["z_m"]])
    if doppler_sigma_m_s > 0:
        rate = state[3:6] @ away / np.linalg.norm(away)
        seen["doppler_m_s"], seen["doppler_sigma_m_s"] = rate + rng.normal() * doppler_sigma_m_s, doppler_sigma_m_s
    seen["height_m"], seen["height_sigma_m"] = height
    sight = np.zeros(1, SIGHT)[0]
    take(seen, site, sight)
    return seen, sight


def started(sight, tracker, speed_max_m_s=600.0):
    """A belief for a tracker's models, begun from a first SIGHT."""
    belief = belief_for(tracker)
    begin(belief, sight, speed_max_m_s)
    equip(belief, tracker[0])
    return belief
