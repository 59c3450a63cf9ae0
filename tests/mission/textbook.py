"""Scenarios built from the inputs of textbook formulas: everything but what the formula speaks of is perfect.

Radars miss nothing, rounds are fast, channels and rounds abound, and a verdict is right unless a formula has errors.
"""

from farwatch.scenario import load

KILOMETRES_PER_DEGREE = 104.64  # of longitude at 20 degrees north
LAYERS = (("samp-t", "aster-30-b1"), ("patriot", "gem-t"), ("samp-t-ng", "aster-30-b1nt"))  # outermost first
CATEGORIES = {"aircraft": "fighter", "cruise-missile": "cruise-missile-subsonic", "drone": "one-way-drone"}
SEEN = 100_000.0  # radar cross-section, m2, that no radar here misses


def layered(layer_kill_probs, raid_size, rounds_each=1, **doctrine):
    """A raid side by side over batteries one behind the other, each with time for one salvo at each target.

    A layer reaches 8 km along the route, which a target passes in 80 s; a verdict takes 90 s, and the next layer is
    30 km on. Layer k is the k-th of LAYERS: another round in each, because a figure belongs to a round. All engage on
    the common picture.
    """
    layers = len(layer_kill_probs)
    figures, batteries = {**_certain(["fighter"])}, []
    for k, ((system, name), p) in enumerate(zip(LAYERS, layer_kill_probs, strict=False)):
        lon_deg = 20.0 + (layers - k) * 30.0 / KILOMETRES_PER_DEGREE
        batteries.append(_battery(f"layer-{k + 1}", system, lon_deg, {name: 20 * raid_size}))
        figures |= _fast(name, 10_000.0) | _ample(system) | {f"{name}.kill_probability.aircraft": p}
    raid = [_group("fighters", "fighter", raid_size, 90.0, 30.0 * layers + 60.0)]
    return _scenario(batteries, raid, figures, {"shots_per_look": rounds_each, **doctrine}, delay_s=90.0)


def mixed(leak_probs):
    """A raid whose members leak independently, each past one round, with a probability of its category.

    At most as many different probabilities as there are CATEGORIES.
    """
    kinds = dict(zip(sorted(set(leak_probs)), CATEGORIES, strict=False))
    figures = {**_certain(CATEGORIES.values()), **_fast("aster-30-b1", 90_000.0), **_ample("samp-t")}
    raid = []
    for k, (leak, category) in enumerate(kinds.items()):
        figures[f"aster-30-b1.kill_probability.{category}"] = 1.0 - leak
        raid.append(_group(category, CATEGORIES[category], leak_probs.count(leak), 60.0 + 30.0 * k, 90.0))
    batteries = [_battery("alpha", "samp-t", 20.0, {"aster-30-b1": len(leak_probs)})]
    return _scenario(batteries, raid, figures, {"shots_per_look": 1, "max_shots": 1}, delay_s=1.0)


def stream(arrivals_s, channels, verdict_s):
    """Threats that each cross a thin ring about the battery at their own time, all around it.

    One that finds no free channel in the moment it can be met flies on. Rounds never kill, so that a channel is held
    for the flight and the `verdict_s` after it.
    """
    figures = {**_certain(["fighter"]), **_fast("aster-30-b1", 30_300.0), **_ample("samp-t")}
    figures |= {
        "aster-30-b1.range_min_m": 30_000.0,
        "aster-30-b1.kill_probability.aircraft": 1e-9,
        "samp-t.target_channels": channels,
    }
    raid = [
        _group(f"t{k}", "fighter", 1, 137.508 * k % 360.0, 38.0, at_s=float(at_s)) for k, at_s in enumerate(arrivals_s)
    ]
    batteries = [_battery("alpha", "samp-t", 20.0, {"aster-30-b1": 2 * len(raid)})]
    return _scenario(batteries, raid, figures, {"shots_per_look": 1, "decide_s": 0.5}, delay_s=verdict_s)


def _battery(name, system, lon_deg, ready):
    at = {"lat_deg": 20.0, "lon_deg": lon_deg}
    return {"name": name, "system": system, "at": at, "ready": ready, "reaction_s": 0, "engage_on": "picture"}


def _group(name, kind, count, bearing_deg, range_km, at_s=0.0):
    start = {"bearing_deg": bearing_deg, "range_km": range_km}
    return {
        "name": name, "class": kind, "count": count, "to": "depot", "from": start,
        "height_msl_m": 6000, "speed_m_s": 200, "spacing_m": 4000, "at_s": at_s,
    }  # fmt: skip


def _certain(kinds):
    return {f"{kind}.rcs_{side}_m2": SEEN for kind in kinds for side in ("nose", "side", "tail")}


def _fast(name, reach_m):
    return {f"{name}.speed_mean_m_s": 5000.0, f"{name}.range_max_m": reach_m, f"{name}.range_min_m": 100.0}


def _ample(system):
    return {f"{system}.target_channels": 200, f"{system}.round_channels": 400, f"{system}.launch_interval_s": 0.01}


def _scenario(batteries, raid, figures, doctrine, delay_s):
    import json

    errors = {name: doctrine.pop(name, 0.0) for name in ("miss_called_kill", "kill_called_miss")}
    plain = {
        "farwatch": 1,
        "title": "A textbook",
        "defence": batteries,
        "defended": [{"name": "depot", "at": {"lat_deg": 20.0, "lon_deg": 20.0}}],
        "raid": raid,
        "doctrine": {"decide_s": 1, "assessment": {"delay_s": delay_s, "recheck_plots": 0, **errors}, **doctrine},
        "tracker": {"hostile_threshold": 0.5, "drop_after_misses": 32},
        "figures": figures,
    }
    return load(json.dumps(plain, indent=1))
