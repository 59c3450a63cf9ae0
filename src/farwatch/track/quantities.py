"""Quantities of this room that validation rows may ask for: text of the quantity -> function of the row's inputs."""

from collections.abc import Callable, Mapping
from math import nan
from typing import Any

import numpy as np

from farwatch.track import confirmation, consistency, gains, score
from farwatch.track.assign import assign_matrix, mean_random_cost
from farwatch.track.filter import blend, correct, reweigh
from farwatch.track.standards import standards

Inputs = Mapping[str, Any]
Answer = float | list[float]


def _gospa_parts(row: Inputs) -> Answer:
    found = score.gospa(row["truth"], row["tracks"], row["cutoff_c"], row["order_p"])
    return [found.localisation_m ** row["order_p"], found.missed, found.false_tracks]


def _gospa_switching(row: Inputs) -> Answer:
    steps = zip(row["truth_per_step"], row["tracks_per_step"], strict=True)
    first, second = [score.gospa(t, x, row["cutoff_c"], row["order_p"]) for t, x in list(steps)[:2]]
    return score.with_switching(second, first, row["switching_penalty"], row["order_p"]).distance_m


def _siap(row: Inputs) -> Answer:
    counts = [row[name] for name in ("num_truths", "num_truths_tracked", "num_tracks", "num_associated_tracks")]
    found = score.siap(*counts)
    return [found.completeness_share, found.ambiguity_ratio, found.spuriousness_share]


def _constant_velocity(row: Inputs) -> gains.Steady:
    return gains.constant_velocity(row["period_s"], row["psd_q_m2_s3"], row["meas_std_m"])


def _fused(row: Inputs) -> Answer:
    p = consistency.fused_covariance(row["P1"], row["P2"])
    return [float(p[0, 0]), float(p[0, 1]), float(p[1, 1])]


def _assignment(row: Inputs) -> Answer:
    cost = np.asarray(row["cost"], float)
    return float(cost[assign_matrix(cost)].sum())


def _machol_wien(row: Inputs) -> Answer:
    ranks = np.arange(1, row["n"] + 1)
    return _assignment({"cost": np.outer(ranks, ranks)})


class _Cycle:
    """One cycle of the tracker's own mixing, update and weighing, with all but one state component at rest."""

    def __init__(self, row: Inputs) -> None:
        self.x, self.p = np.zeros((2, 6)), np.zeros((2, 6, 6))
        self.weight = np.array(row["mode_probs"], float)
        self.x[:, 0], self.p[:, 0, 0] = row["model_means"], row["model_vars"]
        blend(self.x, self.p, self.weight, row["transition"][0][1], row["transition"][1][0])
        self.mixed = self.x[:, 0].tolist(), self.p[:, 0, 0].tolist()
        self.p[:, 0, 0] += row["process_var"]
        rows = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        place, noise = (float(row["measurement"]), 0.0, 0.0), (float(row["meas_var"]), 1.0, 1.0, np.inf)
        far = [correct(self.x[j], self.p[j], rows, place, (0.0, 0.0, 0.0), noise, 1.0) for j in range(2)]
        reweigh(self.weight, *far[0], *far[1])

    def combined(self) -> Answer:
        """Mean and variance over the models."""
        mean = float(self.weight @ self.x[:, 0])
        return [mean, float(self.weight @ (self.p[:, 0, 0] + (self.x[:, 0] - mean) ** 2))]


def _limit(name: str, figure: str) -> Answer:
    """What a shipped set allows of a figure."""
    [limit] = [limit for limit in standards()[name].limits if limit.figure == figure]
    bound = limit.most if limit.least is None else limit.least
    return nan if bound is None else bound


_LIMIT = "surveillance performance threshold: "
_IMM = "IMM one cycle, two scalar random-walk (F=H=1) models: "

QUANTITIES: dict[str, Callable[[Inputs], Answer]] = {
    "steady-state alpha-beta gains [alpha, beta] from tracking index Lambda=sigma_w T^2/sigma_n": lambda row: list(
        gains.alpha_beta(row["tracking_index"])
    ),
    "alpha-beta position variance-reduction ratio (2a^2+b(2-3a))/(a(4-2a-b))": lambda row: gains.variance_reduction(
        row["alpha"], row["beta"]
    ),
    "steady-state alpha-beta-gamma gains, K=[alpha, beta/T, gamma/T^2], piecewise-constant Wiener "
    "acceleration": lambda row: list(gains.alpha_beta_gamma(row["tracking_index"])),
    "Benedict-Bordner beta = alpha^2/(2-alpha)": lambda row: gains.benedict_bordner(row["alpha"]),
    "CV Kalman filter, continuous white-noise acceleration: steady-state updated [pos std, vel std]": lambda row: (
        np.sqrt(np.diag(_constant_velocity(row).updated)).tolist()
    ),
    "CV Kalman filter, continuous white-noise acceleration: steady-state gain [K1, K2]": lambda row: _constant_velocity(
        row
    ).gain.tolist(),
    "scalar random-walk Kalman: steady-state [predicted var, updated var, gain]": lambda row: list(
        gains.random_walk(row["q"], row["r"])
    ),
    "average NEES two-sided 95% acceptance interval": lambda row: list(
        consistency.mean_bounds(row["num_runs"], row["state_dim"])
    ),
    "ellipsoidal gate threshold gamma for gate probability": lambda row: consistency.gate_threshold(
        row["gate_prob"], row["meas_dim"]
    ),
    "gate volume c_nz gamma^(nz/2) sqrt|S|": lambda row: consistency.gate_volume(row["gamma"], row["S"]),
    _IMM + "mixed means": lambda row: _Cycle(row).mixed[0],
    _IMM + "mixed variances": lambda row: _Cycle(row).mixed[1],
    _IMM + "updated mode probabilities": lambda row: _Cycle(row).weight.tolist(),
    _IMM + "combined [mean, variance]": lambda row: _Cycle(row).combined(),
    "expected Markov-mode sojourn time T/(1-p_ii)": lambda row: confirmation.sojourn_s(row["p_ii"], row["period_s"]),
    "stationary mode probabilities of two-state chain": lambda row: list(
        confirmation.stationary(row["p11"], row["p22"])
    ),
    "GOSPA distance (alpha=2)": lambda row: (
        score.gospa(row["truth"], row["tracks"], row["cutoff_c"], row["order_p"]).distance_m
    ),
    "OSPA distance": lambda row: score.ospa(row["truth"], row["tracks"], row["cutoff_c"], row["order_p"]),
    "GOSPA decomposition [sum loc^p, missed count, false count]": _gospa_parts,
    "GOSPA with switching: total distance at second step": _gospa_switching,
    "SIAP [completeness, ambiguity, spuriousness] over time steps": _siap,
    "SIAP rate of track-number change": lambda row: score.number_change_rate(
        row["min_tracks_per_truth"], row["tracked_time_s"]
    ),
    "P(track confirmed by scan K), sliding M-of-N window, empty start": lambda row: confirmation.confirmed_by(
        row["m"], row["n"], row["pd"], row["num_scans"]
    ),
    "mean number of scans to confirmation, sliding M-of-N": lambda row: confirmation.mean_scans(
        row["m"], row["n"], row["pd"]
    ),
    "mean scans to L consecutive misses (q^-L - 1)/(1-q)": lambda row: confirmation.mean_scans_to_drop(
        row["miss_prob"], row["consecutive_misses"]
    ),
    "expected cells meeting M-of-N by chance in one N-scan window (static cells)": lambda row: (
        confirmation.false_confirmations(row["num_cells"], row["pfa"], row["m"], row["n"])
    ),
    "P(at least one Poisson false return in gate)": lambda row: consistency.noise_in_gate(
        row["density_per_m2"], row["gate_area_m2"]
    ),
    "polar-to-Cartesian conversion bias magnitude r(1-exp(-sigma^2/2)) and cross-range std r*sigma": lambda row: list(
        consistency.conversion_errors(row["range_m"], row["azimuth_std_deg"])
    ),
    "least-squares velocity std from N equally spaced positions: sigma/T*sqrt(12/(N(N^2-1)))": lambda row: (
        gains.least_squares_velocity_sigma(row["pos_std_m"], row["period_s"], row["n"])
    ),
    "fused covariance (P1^-1+P2^-1)^-1 as [p11,p12,p22]": _fused,
    "linear assignment minimum cost": _assignment,
    "linear assignment minimum cost (rectangular allowed)": _assignment,
    "Machol-Wien assignment (c_ij=i*j) minimum cost n(n+1)(n+2)/6": _machol_wien,
    _LIMIT + "minimum probability of position detection, WAM en-route": lambda _row: _limit(
        "wam-en-route", "update_probability"
    ),
    _LIMIT + "maximum horizontal position RMS error, WAM en-route": lambda _row: _limit(
        "wam-en-route", "horizontal_rms_m"
    ),
    _LIMIT + "maximum probability of long position gaps, WAM TMA": lambda _row: _limit(
        "wam-tma", "long_gap_probability"
    ),
    _LIMIT + "maximum probability of false detection, WAM": lambda _row: _limit("wam-tma", "false_report_share"),
    _LIMIT + "minimum probability of target report, manoeuvring area": lambda _row: _limit(
        "manoeuvring-area", "update_probability"
    ),
    _LIMIT + "maximum reported position error (95%), manoeuvring area": lambda _row: _limit(
        "manoeuvring-area", "horizontal_95_m"
    ),
    "expected optimal cost, n x n i.i.d. Exp(1) costs: sum 1/k^2": lambda row: mean_random_cost(row["n"]),
}
"""What `farwatch validate` can compute here."""
