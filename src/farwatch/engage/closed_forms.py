"""Engagement arithmetic in closed form: what the mission must give when everything but the shots is perfect.

Probabilities are of single shots, independent of each other. Results are floats or small named tuples. These are
references to check against and to plan with; trials do not use them. Assignment is in `assignment`.

Sources: Washburn and Kress, "Combat Modeling" (2009), chapters 2 to 5, for shots, salvos, raids and Lanchester;
Hughes, "A salvo model of warships in missile combat", Naval Research Logistics 42 (1995); Koopman, "Search and
Screening" (1946); Erlang (1917) as in Cooper, "Introduction to Queueing Theory" (1981).
"""

from collections.abc import Sequence
from functools import cache
from math import ceil, comb, exp, floor, inf, log1p, prod, sqrt
from typing import NamedTuple

from farwatch.errors import RangeError

_ROUNDING = 1e-12


class Engagement(NamedTuple):
    """Mean number of shots at one target, and the chance that it gets through."""

    shots: float
    leak_probability: float


class Raid(NamedTuple):
    """What a raid does to a magazine, on average."""

    leakers: float
    shots: float
    p_no_leaker: float


class Losses(NamedTuple):
    """Units lost by two sides."""

    a: float
    b: float


class Waiting(NamedTuple):
    """Queue before a group of channels: chance to wait, and mean wait in units of the service time."""

    p_wait: float
    mean_wait: float


def _probability(p: float, name: str = "p_kill") -> float:
    if not 0.0 <= p <= 1.0:
        raise RangeError(f"{name} = {p} is not a probability")
    return p


def salvo_kill(p_kill: float, n_shots: int) -> float:
    """Chance that at least one of `n_shots` kills: 1 - (1-p)^n."""
    return 1.0 - (1.0 - _probability(p_kill)) ** n_shots


def shots_required(p_kill: float, confidence: float) -> int:
    """Fewest shots that kill with at least `confidence`, in [0, 1): ceil(ln(1-P) / ln(1-p))."""
    if not 0.0 <= confidence < 1.0 or not 0.0 < p_kill <= 1.0:
        raise RangeError(f"no number of shots at {p_kill} reaches confidence {confidence}")
    if p_kill == 1.0:
        return 1 if confidence > 0.0 else 0
    return ceil(log1p(-confidence) / log1p(-p_kill) - _ROUNDING)


def shoot_look_shoot(p_kill: float, max_shots: int) -> Engagement:
    """Single shots with a perfect look after each, at most `max_shots`: shots = (1-q^n) / p, leak = q^n."""
    q = 1.0 - _probability(p_kill)
    return Engagement(sum(q**k for k in range(max_shots)), q**max_shots)


def salvo_look_salvo(p_kill: float, salvos: Sequence[int]) -> Engagement:
    """Salvos of given sizes with a perfect look between them; a salvo is fired only if all before it failed."""
    q = 1.0 - _probability(p_kill)
    fired = [sum(salvos[:k]) for k in range(len(salvos))]
    return Engagement(sum(n * q**before for n, before in zip(salvos, fired, strict=True)), q ** sum(salvos))


def two_shots_misjudged(p_kill: float, p_miss_called_kill: float, p_kill_called_miss: float) -> Engagement:
    """A shot, an imperfect look, and a second shot if the first is judged a miss."""
    q = 1.0 - _probability(p_kill)
    _probability(p_miss_called_kill, "p_miss_called_kill")
    _probability(p_kill_called_miss, "p_kill_called_miss")
    again = p_kill * p_kill_called_miss + q * (1.0 - p_miss_called_kill)
    return Engagement(1.0 + again, q * (p_miss_called_kill + (1.0 - p_miss_called_kill) * q))


def raid_against_magazine(raid_size: int, magazine: int, p_kill: float) -> Raid:
    """Single shots at a raid until it is destroyed or the magazine empty; kills = min(R, Bin(M, p))."""
    p = _probability(p_kill)
    few = [comb(magazine, k) * p**k * (1.0 - p) ** (magazine - k) for k in range(min(raid_size, magazine + 1))]
    leakers = sum((raid_size - k) * chance for k, chance in enumerate(few))
    kills = raid_size - leakers
    return Raid(leakers, kills / p if p > 0.0 else float(magazine), 1.0 - sum(few))


def raid_against_even_salvo(raid_size: int, magazine: int, p_kill: float) -> Raid:
    """The whole magazine in one salvo, spread over the raid as evenly as it goes."""
    q = 1.0 - _probability(p_kill)
    each, more = divmod(magazine, raid_size)
    leaks = [q ** (each + 1)] * more + [q**each] * (raid_size - more)
    return Raid(sum(leaks), float(magazine), prod(1.0 - leak for leak in leaks))


def raid_shoot_look_shoot(raid_size: int, magazine: int, p_kill: float, max_shots: int) -> Raid:
    """Threats taken in turn, each shot at and looked at up to `max_shots` times while rounds last.

    Dynamic programme over (threats left, rounds left, shots at the present one).
    """
    p = _probability(p_kill)

    @cache
    def ahead(threats: int, rounds: int, shot: int) -> Raid:
        if threats == 0:
            return Raid(0.0, 0.0, 1.0)
        if rounds == 0:
            return Raid(float(threats), 0.0, 0.0)
        hit = ahead(threats - 1, rounds - 1, 0)
        if shot + 1 < max_shots:
            miss = ahead(threats, rounds - 1, shot + 1)
        else:
            after = ahead(threats - 1, rounds - 1, 0)
            miss = Raid(1.0 + after.leakers, after.shots, 0.0)
        mean = [p * good + (1.0 - p) * bad for good, bad in zip(hit, miss, strict=True)]
        return Raid(mean[0], 1.0 + mean[1], mean[2])

    result = Raid(float(raid_size), 0.0, 0.0)
    for threats in range(raid_size + 1):  # from short raids up, so that the recursion stays shallow
        for rounds in range(magazine + 1):
            result = ahead(threats, rounds, 0)
    return result


def no_leaker(raid_size: int, shots_each: int, p_kill: float) -> float:
    """Chance that none of a raid leaks when each is shot at `shots_each` times: (1-q^n)^W."""
    return salvo_kill(p_kill, shots_each) ** raid_size


def shots_for_no_leaker(raid_size: int, p_zero_target: float, p_kill: float) -> int:
    """Fewest shots per threat for a chance `p_zero_target` of no leaker."""
    return shots_required(p_kill, p_zero_target ** (1.0 / raid_size))


class Layers(NamedTuple):
    """A raid through independent layers."""

    leak_probability: float
    leakers: float
    p_no_leaker: float


def layers(layer_kill_probs: Sequence[float], raid_size: int) -> Layers:
    """Leak through layers that each stop a threat with their own probability."""
    leak = prod(1.0 - _probability(p, "layer_kill_probs") for p in layer_kill_probs)
    return Layers(leak, raid_size * leak, (1.0 - leak) ** raid_size)


def at_least(leak_probs: Sequence[float], k: int) -> float:
    """Chance of at least `k` leakers among threats that leak independently (Poisson-binomial), by convolution."""
    chances = [1.0]
    for leak in leak_probs:
        _probability(leak, "leak_probs")
        stay, go = [*chances, 0.0], [0.0, *chances]
        chances = [(1.0 - leak) * a + leak * b for a, b in zip(stay, go, strict=True)]
    return sum(chances[max(k, 0) :])


class Force(NamedTuple):
    """One side of a salvo exchange: how many units, and of each one its shots, its defence and its staying power."""

    units: float
    offence: float
    defence: float
    staying: float


def hughes_salvo(a: Force, b: Force) -> Losses:
    """Losses of one simultaneous exchange [Hughes 1995]: (shots - shots stopped) / staying power, within the force."""

    def loss(own: Force, other: Force) -> float:
        through = other.offence * other.units - own.defence * own.units
        return min(max(through / own.staying, 0.0), own.units)

    return Losses(loss(a, b), loss(b, a))


def lanchester_square(a: float, b: float, rate_a: float, rate_b: float) -> Losses:
    """Survivors (not losses) of a fight to the finish: `rate_a` is B lost per A and unit of time, `rate_b` of A."""
    balance = rate_a * a * a - rate_b * b * b
    return Losses(sqrt(max(balance, 0.0) / rate_a), sqrt(max(-balance, 0.0) / rate_b))


def erlang_b(offered_load_erl: float, channels: int) -> float:
    """Chance that an arrival finds every channel busy and is lost, by the usual recursion."""
    if offered_load_erl < 0.0 or channels < 0:
        raise RangeError(f"load {offered_load_erl} Erl on {channels} channels")
    blocked = 1.0
    for n in range(1, channels + 1):
        blocked = offered_load_erl * blocked / (n + offered_load_erl * blocked)
    return blocked


def erlang_c(offered_load_erl: float, channels: int) -> Waiting:
    """Chance to wait and mean wait, when arrivals queue; the load must stay below the channels."""
    if not 0.0 <= offered_load_erl < channels:
        raise RangeError(f"a queue at load {offered_load_erl} Erl on {channels} channels never settles")
    lost = erlang_b(offered_load_erl, channels)
    wait = lost / (1.0 - (1.0 - lost) * offered_load_erl / channels)
    return Waiting(wait, wait / (channels - offered_load_erl))


def offered_load(channels: int, blocking: float) -> float:
    """Load, Erl, at which `channels` lose the share `blocking` of arrivals: bisection on `erlang_b`."""
    if not 0.0 < blocking < 1.0 or channels < 1:
        raise RangeError(f"no load blocks {blocking} of arrivals on {channels} channels")
    low, high = 0.0, 1.0
    while erlang_b(high, channels) < blocking:
        high *= 2.0
    while high - low > 1e-14 * high:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        low, high = (middle, high) if erlang_b(middle, channels) < blocking else (low, middle)
    return 0.5 * (low + high)


def opportunities(
    detect_range_m: float, min_range_m: float, speed_m_s: float, reaction_s: float, cycle_s: float
) -> int:
    """Engagements that one channel can start on a threat coming straight in: floor((window - reaction) / cycle) + 1."""
    window_s = (detect_range_m - min_range_m) / speed_m_s
    if window_s < reaction_s:
        return 0
    return floor((window_s - reaction_s) / cycle_s + _ROUNDING) + 1


def random_search(speed_m_s: float, sweep_width_m: float, time_s: float, area_m2: float) -> float:
    """Chance that a searcher moving at random finds a still target: 1 - exp(-v W t / A) [Koopman 1946]."""
    return 1.0 - exp(-speed_m_s * sweep_width_m * time_s / area_m2)


def cost_exchange(p_kill: float, salvo: int, interceptor_cost: float, threat_cost: float) -> float:
    """Spend on rounds per threat destroyed, over the price of the threat; infinite when nothing is destroyed."""
    killed = salvo_kill(p_kill, salvo)
    return salvo * interceptor_cost / (killed * threat_cost) if killed > 0.0 else inf
