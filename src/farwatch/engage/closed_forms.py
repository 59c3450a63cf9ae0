"""Engagement arithmetic in closed form: what the mission must give when everything but the shots is perfect.

Probabilities are of single shots, independent of each other. Results are floats or small named tuples. These are
references to check against and to plan with; trials do not use them. Assignment is in `assignment`. RangeError where a
formula has no answer. Small differences of large numbers are avoided, so that rare things keep their digits.

Sources: Washburn and Kress, "Combat Modeling" (2009), chapters 2 to 5, for shots, salvos, raids and Lanchester;
Hughes, "A salvo model of warships in missile combat", Naval Research Logistics 42 (1995); Koopman, "Search and
Screening" (1946); Erlang (1917) as in Cooper, "Introduction to Queueing Theory" (1981).
"""

from collections.abc import Sequence
from math import ceil, comb, exp, expm1, floor, inf, lgamma, log, log1p, prod, sqrt
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


def _counts(**counts: float) -> None:
    """Refuse what is not a whole number from 0."""
    for name, count in counts.items():
        if not (count >= 0 and count == floor(count)):
            raise RangeError(f"{name} = {count} is not a number of things")


def _positive(**values: float) -> None:
    """Refuse what is not a finite number above 0."""
    for name, value in values.items():
        if not 0.0 < value < inf:
            raise RangeError(f"{name} = {value} must be above 0 and finite")


def _power(p: float, count: float) -> float:
    """(1-p)^count, with the digits of a small p."""
    if count == 0:
        return 1.0
    return exp(count * log1p(-p)) if p < 1.0 else 0.0


def salvo_kill(p_kill: float, n_shots: int) -> float:
    """Chance that at least one of `n_shots` kills: 1 - (1-p)^n."""
    _counts(n_shots=n_shots)
    p = _probability(p_kill)
    if n_shots == 0:
        return 0.0
    return -expm1(n_shots * log1p(-p)) if p < 1.0 else 1.0


def shots_required(p_kill: float, confidence: float) -> int:
    """Fewest shots that kill with at least `confidence`: ceil(ln(1-P) / ln(1-p)); RangeError where none do."""
    _probability(p_kill)
    _probability(confidence, "confidence")
    return _shots_to_miss(p_kill, log1p(-confidence) if confidence < 1.0 else -inf)


def _shots_to_miss(p_kill: float, log_miss: float) -> int:
    """Fewest shots all of which miss with at most the chance exp(log_miss)."""
    if log_miss >= 0.0:
        return 0
    if p_kill == 1.0:
        return 1
    if p_kill == 0.0 or log_miss == -inf:
        raise RangeError(f"no number of shots at {p_kill} misses with a chance as small as exp({log_miss:g})")
    shots = log_miss / log1p(-p_kill)
    return max(ceil(shots - _ROUNDING * max(1.0, shots)), 1)


def shoot_look_shoot(p_kill: float, max_shots: int) -> Engagement:
    """Single shots with a perfect look after each, at most `max_shots`: shots = (1-q^n) / p, leak = q^n."""
    _counts(max_shots=max_shots)
    p = _probability(p_kill)
    return Engagement(salvo_kill(p, max_shots) / p if p > 0.0 else float(max_shots), _power(p, max_shots))


def salvo_look_salvo(p_kill: float, salvos: Sequence[int]) -> Engagement:
    """Salvos of given sizes with a perfect look between them; a salvo is fired only if all before it failed."""
    return salvos_misjudged(p_kill, salvos, 0.0, 0.0)


def salvos_misjudged(
    p_kill: float, salvos: Sequence[int], p_miss_called_kill: float, p_kill_called_miss: float
) -> Engagement:
    """Salvos of given sizes, each followed by a verdict on every round; one round called a kill ends the engagement.

    A salvo kills with its first hit, and its other rounds miss or find nothing: both are judged like a miss. So a salvo
    of n at a living target leaves it alive and believed so with q^n (1-m)^n, dead and believed alive with
    (1 - q^n) k (1-m)^(n-1); one at a dead target is told from a miss by nobody. m, k: chance that a miss is called
    a kill, and a kill a miss.
    """
    p = _probability(p_kill)
    m = _probability(p_miss_called_kill, "p_miss_called_kill")
    k = _probability(p_kill_called_miss, "p_kill_called_miss")
    alive, dead, leaked, shots = 1.0, 0.0, 0.0, 0.0
    for n in salvos:
        _counts(salvo=n)
        if n == 0:
            continue
        shots += n * (alive + dead)
        survives, unnoticed = _power(p, n), _power(m, n)
        leaked += alive * survives * (1.0 - unnoticed)
        dead = dead * unnoticed + alive * salvo_kill(p, n) * k * _power(m, n - 1)
        alive *= survives * unnoticed
    return Engagement(shots, leaked + alive)


def two_shots_misjudged(p_kill: float, p_miss_called_kill: float, p_kill_called_miss: float) -> Engagement:
    """A shot, an imperfect look, and a second shot if the first is judged a miss."""
    return salvos_misjudged(p_kill, (1, 1), p_miss_called_kill, p_kill_called_miss)


def raid_against_magazine(raid_size: int, magazine: int, p_kill: float) -> Raid:
    """Single shots at a raid until it is destroyed or the magazine empty; kills = min(R, Bin(M, p))."""
    _counts(raid_size=raid_size, magazine=magazine)
    p = _probability(p_kill)
    if raid_size == 0:
        return Raid(0.0, 0.0, 1.0)
    chances = [_binomial(magazine, k, p) for k in range(magazine + 1)]
    leakers = sum((raid_size - k) * chance for k, chance in enumerate(chances[:raid_size]))
    kills = sum(min(raid_size, k) * chance for k, chance in enumerate(chances))
    return Raid(leakers, kills / p if p > 0.0 else float(magazine), sum(chances[raid_size:]))


def _binomial(n: int, k: int, p: float) -> float:
    """Chance of k successes in n; by logarithms where the coefficient would overflow."""
    if p in {0.0, 1.0}:
        return 1.0 if k == n * p else 0.0
    if n <= 500:  # comb(n, k) stays far below the largest float
        return float(comb(n, k)) * p**k * (1.0 - p) ** (n - k)
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p))


def raid_against_even_salvo(raid_size: int, magazine: int, p_kill: float) -> Raid:
    """The whole magazine in one salvo, spread over the raid as evenly as it goes."""
    _counts(raid_size=raid_size, magazine=magazine)
    p = _probability(p_kill)
    if raid_size == 0:
        return Raid(0.0, 0.0, 1.0)
    each, more = divmod(magazine, raid_size)
    leakers = more * _power(p, each + 1) + (raid_size - more) * _power(p, each)
    saved = salvo_kill(p, each + 1) ** more * salvo_kill(p, each) ** (raid_size - more)
    return Raid(leakers, float(magazine), saved)


def raid_shoot_look_shoot(raid_size: int, magazine: int, p_kill: float, max_shots: int) -> Raid:
    """Threats taken in turn, each shot at and looked at up to `max_shots` times while rounds last.

    Dynamic programme over threats left, and rounds left: the first of them dies at its k-th shot with p q^(k-1), or
    leaks after the last that it may have.
    """
    _counts(raid_size=raid_size, magazine=magazine, max_shots=max_shots)
    p = _probability(p_kill)
    ahead = [Raid(0.0, 0.0, 1.0)] * (magazine + 1)
    for _ in range(raid_size):
        before, ahead = ahead, []
        for rounds in range(magazine + 1):
            most = min(max_shots, rounds)
            hits = [(p * _power(p, k - 1), k, before[rounds - k]) for k in range(1, most + 1)]
            missed, after = _power(p, most), before[rounds - most]
            leakers = sum(chance * then.leakers for chance, _, then in hits) + missed * (1.0 + after.leakers)
            shots = sum(chance * (k + then.shots) for chance, k, then in hits) + missed * (most + after.shots)
            ahead.append(Raid(leakers, shots, sum(chance * then.p_no_leaker for chance, _, then in hits)))
    return ahead[magazine]


def no_leaker(raid_size: int, shots_each: int, p_kill: float) -> float:
    """Chance that none of a raid leaks when each is shot at `shots_each` times: (1-q^n)^W."""
    _counts(raid_size=raid_size, shots_each=shots_each)
    return _power(_power(_probability(p_kill), shots_each), raid_size)


def shots_for_no_leaker(raid_size: int, p_zero_target: float, p_kill: float) -> int:
    """Fewest shots per threat for a chance `p_zero_target` of no leaker: each may miss with 1 - P0^(1/W)."""
    _counts(raid_size=raid_size)
    _probability(p_kill)
    _probability(p_zero_target, "p_zero_target")
    if raid_size == 0 or p_zero_target == 0.0:
        return 0
    miss = -expm1(log(p_zero_target) / raid_size)
    return _shots_to_miss(p_kill, log(miss) if miss > 0.0 else -inf)


class Layers(NamedTuple):
    """A raid through independent layers."""

    leak_probability: float
    leakers: float
    p_no_leaker: float


def layers(layer_kill_probs: Sequence[float], raid_size: int) -> Layers:
    """Leak through layers that each stop a threat with their own probability."""
    _counts(raid_size=raid_size)
    leak = prod(1.0 - _probability(p, "layer_kill_probs") for p in layer_kill_probs)
    return Layers(leak, raid_size * leak, _power(leak, raid_size))


def at_least(leak_probs: Sequence[float], k: int) -> float:
    """Chance of at least `k` leakers among threats that leak independently (Poisson-binomial), by convolution."""
    if k <= 0:
        return 1.0
    chances = [1.0]
    for leak in leak_probs:
        _probability(leak, "leak_probs")
        stay, go = [*chances, 0.0], [0.0, *chances]
        chances = [(1.0 - leak) * a + leak * b for a, b in zip(stay, go, strict=True)]
    return float(sum(chances[k:]))


class Force(NamedTuple):
    """One side of a salvo exchange: how many units, and of each one its shots, its defence and its staying power."""

    units: float
    offence: float
    defence: float
    staying: float


def hughes_salvo(a: Force, b: Force) -> Losses:
    """Losses of one simultaneous exchange [Hughes 1995]: (shots - shots stopped) / staying power, within the force."""
    _positive(staying_a=a.staying, staying_b=b.staying)
    if min(a.units, a.offence, a.defence, b.units, b.offence, b.defence) < 0.0:
        raise RangeError("units, offence and defence must not be negative")

    def loss(own: Force, other: Force) -> float:
        through = other.offence * other.units - own.defence * own.units
        return min(max(through / own.staying, 0.0), own.units)

    return Losses(loss(a, b), loss(b, a))


def lanchester_square(a: float, b: float, rate_a: float, rate_b: float) -> Losses:
    """Survivors (not losses) of a fight to the finish: `rate_a` is B lost per A and unit of time, `rate_b` of A."""
    if min(a, b, rate_a, rate_b) < 0.0:
        raise RangeError("units and rates must not be negative")
    harm_a, harm_b = rate_b * b * b, rate_a * a * a
    if harm_a == harm_b == 0.0 and a > 0.0 and b > 0.0:
        raise RangeError("a fight in which nobody is hit never ends")
    left_a = sqrt((harm_b - harm_a) / rate_a) if harm_b > harm_a else 0.0
    left_b = sqrt((harm_a - harm_b) / rate_b) if harm_a > harm_b else 0.0
    return Losses(a if b == 0.0 else left_a, b if a == 0.0 else left_b)


def erlang_b(offered_load_erl: float, channels: int) -> float:
    """Chance that an arrival finds every channel busy and is lost, by the usual recursion."""
    _counts(channels=channels)
    if not 0.0 <= offered_load_erl < inf:
        raise RangeError(f"load {offered_load_erl} Erl on {channels} channels")
    blocked = 1.0
    for n in range(1, channels + 1):
        blocked = offered_load_erl * blocked / (n + offered_load_erl * blocked)
    return blocked


def erlang_c(offered_load_erl: float, channels: int) -> Waiting:
    """Chance to wait and mean wait, when arrivals queue; the load must stay below the channels."""
    _counts(channels=channels)
    if not 0.0 <= offered_load_erl < channels:
        raise RangeError(f"a queue at load {offered_load_erl} Erl on {channels} channels never settles")
    lost = erlang_b(offered_load_erl, channels)
    wait = lost / (1.0 - (1.0 - lost) * offered_load_erl / channels)
    return Waiting(wait, wait / (channels - offered_load_erl))


def offered_load(channels: int, blocking: float) -> float:
    """Load, Erl, at which `channels` lose the share `blocking` of arrivals: bisection on `erlang_b`."""
    _counts(channels=channels)
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
    _positive(speed_m_s=speed_m_s, cycle_s=cycle_s)
    window_s = (detect_range_m - min_range_m) / speed_m_s
    if window_s < reaction_s:
        return 0
    cycles = (window_s - reaction_s) / cycle_s
    return floor(cycles + _ROUNDING * max(1.0, cycles)) + 1


def random_search(speed_m_s: float, sweep_width_m: float, time_s: float, area_m2: float) -> float:
    """Chance that a searcher moving at random finds a still target: 1 - exp(-v W t / A) [Koopman 1946]."""
    _positive(area_m2=area_m2)
    swept_m2 = speed_m_s * sweep_width_m * time_s
    if swept_m2 < 0.0:
        raise RangeError(f"{swept_m2} m2 cannot be swept")
    return -expm1(-swept_m2 / area_m2)


def cost_exchange(p_kill: float, salvo: int, interceptor_cost: float, threat_cost: float) -> float:
    """Spend on rounds per threat destroyed, over the price of the threat; infinite when nothing is destroyed."""
    _positive(threat_cost=threat_cost)
    killed = salvo_kill(p_kill, salvo)
    return salvo * interceptor_cost / (killed * threat_cost) if killed > 0.0 else inf
