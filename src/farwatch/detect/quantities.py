"""The detection quantities that `farwatch validate` can check, by the name a validation row gives them.

Each takes the row's inputs and calls the public functions of this room.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from farwatch.detect import (
    approximations,
    cfar,
    cloud,
    diffraction,
    equation,
    gas,
    horizon,
    integration,
    jamming,
    multipath,
    rain,
    refraction,
    statistics,
)
from farwatch.detect.equation import Emission, from_db, to_db
from farwatch.detect.measurement import angle_sigma_rad, range_sigma_m

Inputs = Mapping[str, Any]
Answer = float | list[float]


def _snr(i: Inputs, swerling: int | None = None) -> float:
    case = int(i["swerling"]) if swerling is None else swerling
    return float(statistics.required_snr(i["pd"], i["pfa"], i["num_pulses"], case))


def _pd(i: Inputs) -> float:
    return float(statistics.pd(i["swerling"], i["snr_db"], i["num_pulses"], i["pfa"]))


def _albersheim(i: Inputs) -> float:
    return float(approximations.albersheim_db(i["pd"], i["pfa"], i["num_pulses"]))


def _shnidman(i: Inputs) -> float:
    return float(approximations.shnidman_db(i["pd"], i["pfa"], i["num_pulses"], int(i.get("swerling", 0))))


STATISTICS: dict[str, Callable[[Inputs], Answer]] = {
    "generalised Marcum Q_M(a,b)": lambda i: float(statistics.marcum(i["order_M"], i["a"], i["b"])),
    "square-law detection threshold (sum of N cells, unit mean noise power)": lambda i: float(
        statistics.threshold(i["pfa"], i["num_pulses"])
    ),
    "noncoherent detection threshold, 10*log10(threshold)": lambda i: float(
        statistics.threshold_db(i["pfa"], i["num_pulses"])
    ),
    "real-detector threshold, 20*log10(Q^-1(Pfa))": lambda i: float(statistics.threshold_real_db(i["pfa"])),
    "required per-pulse SNR, square-law noncoherent integration": _snr,
    "required SNR, nonfluctuating, square-law": _snr,
    "probability of detection, square-law noncoherent integration": _pd,
    "probability of detection, nonfluctuating, complex square-law": _pd,
    "Albersheim required SNR (linear detector approximation)": _albersheim,
    "Shnidman required SNR, nonfluctuating": _shnidman,
    "Shnidman required SNR, fluctuating": _shnidman,
    "Shnidman approximation minus exact required SNR": lambda i: _shnidman(i) - _snr(i),
    "Albersheim minus exact square-law required SNR (SW0)": lambda i: _albersheim(i) - _snr(i, 0),
    "fluctuation loss (required SNR minus SW0 required SNR)": lambda i: float(
        statistics.fluctuation_loss_db(i["swerling"], i["pd"], i["pfa"], i["num_pulses"])
    ),
    "noncoherent integration gain, SW0": lambda i: float(
        statistics.integration_gain_db(i["pd"], i["pfa"], i["num_pulses"])
    ),
    "noncoherent integration loss 10log10(N) - gain, SW0": lambda i: float(
        statistics.integration_loss_db(i["pd"], i["pfa"], i["num_pulses"])
    ),
    "single-pulse Swerling-1 Pd = Pfa^(1/(1+SNR))": lambda i: float(statistics.pd(1, i["snr_db"], 1, i["pfa"])),
    "single-pulse Swerling-1 required SNR = ln(Pfa)/ln(Pd)-1": lambda i: float(
        statistics.required_snr(i["pd"], i["pfa"], 1, 1)
    ),
    "Pfa = 1/(false-alarm time * bandwidth)": lambda i: float(
        statistics.pfa_of_false_alarm_time(i["false_alarm_time_s"], i["bandwidth_hz"])
    ),
    "binary integration: P(at least M of N)": lambda i: float(integration.m_of_n(i["m"], i["n"], i["p_single"])),
    "single-look Pfa so that M-of-N gives overall Pfa": lambda i: float(
        integration.single_for_m_of_n(i["m"], i["n"], i["pfa_overall"])
    ),
    "cumulative Pd over n independent scans": lambda i: float(
        integration.cumulative_pd(i["pd_scan"], i["num_scans"])
    ),
    "CA-CFAR threshold multiplier alpha = N(Pfa^(-1/N)-1)": lambda i: float(
        cfar.ca_multiplier(i["num_ref_cells"], i["pfa"])
    ),
    "CA-CFAR loss at Pd=0.5, Swerling 1, single pulse": lambda i: float(
        cfar.ca_loss_db(i["num_ref_cells"], i["pfa"], i["pd"])
    ),
    "CA-CFAR Pd, Swerling 1 single pulse": lambda i: float(
        cfar.ca_pd(i["num_ref_cells"], i["pfa"], i["snr_db"])
    ),
    "OS-CFAR multiplier alpha: Pfa = prod_{i=0}^{k-1}(N-i)/(N-i+alpha)": lambda i: cfar.os_multiplier(
        int(i["num_ref_cells"]), int(i["rank_k"]), i["pfa"]
    ),
}


def _emission(i: Inputs) -> Emission:
    gain = i.get("gain_dbi", 0.0)
    noise_k = i.get("system_noise_temp_k", 290.0)
    if "noise_figure_db" in i:
        noise_k = 290.0 * from_db(i["noise_figure_db"])
    return Emission(
        peak_power_w=i.get("peak_power_w", 1.0), pulse_width_s=i.get("pulse_width_s", 1.0),
        frequency_hz=i["freq_hz"], gain_tx_dbi=i.get("gain_tx_dbi", gain), gain_rx_dbi=i.get("gain_rx_dbi", gain),
        loss_db=i.get("loss_db", 0.0), noise_k=noise_k,
    )


def _search_snr_one(i: Inputs) -> float:
    sector = equation.solid_angle(i["az_min_deg"], i["az_max_deg"], i["el_min_deg"], i["el_max_deg"])
    if "power_aperture_w_m2" in i:
        product = i["power_aperture_w_m2"]
    else:
        product = i["avg_power_w"] * equation.aperture_of_gain_m2(i["freq_hz"], i["rx_gain_dbi"])
    return float(
        equation.search_snr_one(product, i["search_time_s"], sector, i["system_noise_temp_k"], i["loss_db"])
    )


def _search_range(i: Inputs) -> float:
    return float(equation.range_for_snr(_search_snr_one(i), i["rcs_m2"], i["snr_req_db"]))


def _detection_range(i: Inputs) -> float:
    snr_one = equation.snr_one_of(_emission(i))
    needed_db = statistics.required_snr(i["pd"], i["pfa"], i["num_pulses"], i["swerling"])
    return float(equation.range_for_snr(snr_one, i["rcs_m2"], needed_db))


def _jammed(i: Inputs) -> jamming.Jammed:
    return jamming.Jammed(
        peak_power_w=i["peak_power_w"], gain_dbi=i["gain_dbi"], loss_db=i["radar_loss_db"],
        bandwidth_hz=i["radar_bandwidth_hz"], jammer_erp_w=float(from_db(i["jammer_erp_dbw"])),
        jammer_bandwidth_hz=i["jammer_bandwidth_hz"], rcs_m2=float(from_db(i["rcs_dbsm"])),
    )


EQUATION: dict[str, Callable[[Inputs], Answer]] = {
    "single-pulse SNR (Pt*tau energy form)": lambda i: float(
        equation.bistatic_snr_db(_emission(i), i["rcs_m2"], i["range_tx_m"], i["range_rx_m"])
    ),
    "maximum detection range (single pulse)": lambda i: float(
        equation.range_for_snr(equation.snr_one_of(_emission(i)), i["rcs_m2"], i["snr_req_db"])
    ),
    "required peak power": lambda i: float(
        equation.required_power(_emission(i), i["rcs_m2"], i["range_m"], i["snr_req_db"])
    ),
    "search radar SNR": lambda i: float(to_db(_search_snr_one(i) * i["rcs_m2"] / i["range_m"] ** 4)),
    "search-radar maximum range (PAP from Pav and rx gain)": _search_range,
    "search-radar maximum range": _search_range,
    "detection range: exact Swerling SNR + monostatic equation, Ts=290*F, n noncoherent pulses": _detection_range,
    "received echo power": lambda i: float(equation.received_power(_emission(i), i["rcs_m2"], i["range_m"])),
    "thermal noise power kTB": lambda i: float(equation.noise_power_dbm(i["bandwidth_hz"], i["temp_k"])),
    "cascade noise figure (Friis)": lambda i: equation.cascade_noise_figure_db(i["stage_nf_db"], i["stage_gain_db"]),
    "system noise temperature at antenna terminals: Ta + T0(Lr-1) + Lr*T0(F-1)": lambda i: float(
        equation.system_temperature(i["antenna_temp_k"], i["line_loss_db"], i["noise_figure_db"], i["t0_k"])
    ),
    "range scaling with RCS (fourth root)": lambda i: float(
        equation.scaled_range(i["range0_m"], i["rcs0_m2"], i["rcs1_m2"])
    ),
    "antenna gain from aperture": lambda i: float(
        equation.gain_of_aperture_dbi(i["freq_hz"], i["area_m2"], i["efficiency"])
    ),
    "pulses per dwell n = theta*PRF/(6*rpm)": lambda i: float(
        equation.pulses_per_dwell(i["beamwidth_deg"], i["prf_hz"], i["scan_rate_rpm"])
    ),
    "beam-shape loss, 1-D scan, Gaussian beam, dense sampling: sqrt(8 ln2/pi)": lambda i: (
        equation.beam_shape_loss_db(int(i["dimensions"]))
    ),
    "jam-to-signal ratio, self-screening": lambda i: float(
        jamming.self_screening_db(_jammed(i), i["target_range_m"])
    ),
    "jam-to-signal ratio, escort/stand-off jammer": lambda i: float(
        jamming.escort_db(
            _jammed(i), i["target_range_m"], i["jammer_range_m"], i["radar_gain_toward_jammer_dbi"]
        )
    ),
    "burn-through range, self-screening jammer (J/S equals tolerated value)": lambda i: float(
        jamming.self_screening_range(_jammed(i), i["jsr_tolerated_db"])
    ),
    "burn-through range, escort jammer": lambda i: float(
        jamming.escort_range(
            _jammed(i), i["jsr_tolerated_db"], i["jammer_range_m"], i["radar_gain_toward_jammer_dbi"]
        )
    ),
    "crossover range (J=S), self-screening jammer": lambda i: float(jamming.self_screening_range(_jammed(i))),
    "detection range against stand-off barrage noise: E/(N0+J0)=required, J0=ERPD*Gsl*lambda^2/(4 pi Rj)^2": (
        lambda i: jamming.stand_off_range(
            _emission(i), i["rcs_m2"], i["snr_req_db"], i["jammer_erp_density_w_per_hz"],
            i["sidelobe_gain_dbi"], i["jammer_range_m"],
        )
    ),
    "unambiguous range c/(2 PRF)": lambda i: float(equation.unambiguous_range(i["prf_hz"])),
    "first blind speed lambda*PRF/2": lambda i: float(equation.blind_speed(i["prf_hz"], i["freq_hz"])),
    "target range from echo delay": lambda i: float(
        equation.range_of_delay(i["delay_s"], i.get("speed_of_light_m_s", equation.LIGHT_M_S))
    ),
    "range accuracy c/(2B sqrt(2 SNR))": lambda i: range_sigma_m(
        0.5 * equation.LIGHT_M_S / i["bandwidth_hz"], 0.0, float(from_db(i["snr_db"]))
    ),
    "angle accuracy theta3/(1.6 sqrt(2 SNR))": lambda i: float(
        np.degrees(angle_sigma_rad(np.radians(i["beamwidth_deg"]), 0.0, float(from_db(i["snr_db"]))))
    ),
    "free-space path loss one-way": lambda i: float(equation.path_loss_db(i["freq_hz"], i["distance_m"])),
}


def _rain(i: Inputs) -> float:
    tilt = i["tilt_tau_deg"] if "tilt_tau_deg" in i else rain.tilt_of(i["polarisation"])
    rate, frequency = i["rain_rate_mm_h"], i["freq_ghz"] * 1e9
    return float(rain.specific_attenuation(rate, frequency, tilt, i["elevation_deg"]))


def _rain_coefficients(i: Inputs) -> list[float]:
    tilt = i["tilt_tau_deg"] if "tilt_tau_deg" in i else rain.tilt_of(i["polarisation"])
    return [float(c) for c in rain.coefficients(i["freq_ghz"] * 1e9, tilt, i["elevation_deg"])]


def _beam_height(i: Inputs) -> float:
    return float(
        horizon.height_at_range(
            i["range_m"], i["elevation_deg"], i.get("site_altitude_m", 0.0), i["k"] * i["earth_radius_m"]
        )
    )


def _target_height(i: Inputs) -> float:
    return float(
        horizon.height_at_range(i["range_m"], i["elevation_deg"], i["antenna_height_m"], i["eff_earth_radius_m"])
    )


PROPAGATION: dict[str, Callable[[Inputs], Answer]] = {
    "rain specific attenuation": _rain,
    "rain specific attenuation, horizontal path": _rain,
    "P.838-3 coefficients [k, alpha]": _rain_coefficients,
    "effective earth radius from refractivity gradient dn/dh=-39e-9 /m: R/(1+R dn/dh)": lambda i: float(
        horizon.effective_radius(i["gradient_per_m"], i["earth_radius_m"])
    ),
    "k-factor 1/(1+R dn/dh)": lambda i: float(horizon.earth_factor(i["gradient_per_m"], i["earth_radius_m"])),
    "target height from elevation and range (effective-earth sphere)": _target_height,
    "target height from elevation and range (4/3 earth, R=6371008.77 m)": _target_height,
    "propagated range from height and elevation (effective-earth sphere)": lambda i: float(
        horizon.range_at_height(
            i["target_height_m"], i["elevation_deg"], i["antenna_height_m"], i["eff_earth_radius_m"]
        )
    ),
    "beam-centre height, k=4/3, R=6370040 m, el 2 deg": _beam_height,
    "great-circle ground distance of beam bin, k=4/3, R=6370040 m, el 2 deg": lambda i: float(
        horizon.ground_range_of(i["range_m"], i["elevation_deg"], 0.0, i["k"] * i["earth_radius_m"])
    ),
    "radio horizon, d[km]=4.12(sqrt h1+sqrt h2)": lambda i: float(
        horizon.radio_horizon_rule_km(i["h1_m"], i["h2_m"])
    ),
    "mutual horizon slant distance sum of sqrt(2 a h + h^2), a=4/3*6371 km": lambda i: float(
        horizon.mutual_horizon(i["h1_m"], i["h2_m"], i["eff_earth_radius_m"])
    ),
}


def _gas(i: Inputs) -> tuple[float, float]:
    """Oxygen and vapour, dB/km."""
    state = (i["dry_pressure_hpa"], i["water_vapour_density_g_m3"], i["temp_k"])
    oxygen, vapour = gas.of_density(1e9 * i["freq_ghz"], *state)
    return float(oxygen), float(vapour)


def _gas_path(i: Inputs) -> float:
    bottom_m = 1e3 * i.get("bottom_height_km", 0.0)
    return float(gas.slant_attenuation(1e9 * i["freq_ghz"], i["elevation_deg"], bottom_m, 1e3 * i["top_height_km"]))


def _ray(i: Inputs) -> refraction.Ray:
    index = refraction.Index(
        refractivity_number=i["surface_refractivity_n"], decay_per_km=i["decay_per_km"],
        radius_m=i.get("earth_radius_m", refraction.CRPL.radius_m),
    )
    return refraction.trace(i["elevation_deg"], i["antenna_height_m"], i["target_height_m"], index)


def _grazed(i: Inputs) -> diffraction.Surface:
    """Land unless the row tells its ground."""
    return diffraction.Surface(
        permittivity_ratio=i.get("permittivity", diffraction.LAND.permittivity_ratio),
        conductivity_s_per_m=i.get("conductivity_s_m", diffraction.LAND.conductivity_s_per_m),
        polarisation=i["polarisation"], radius_m=1e3 * i["eff_earth_radius_km"],
    )


def _smooth_earth(i: Inputs) -> float:
    return float(
        diffraction.smooth_earth(
            1e3 * i["distance_km"], 1e9 * i["freq_ghz"], i["h1_m"], i["h2_m"], _grazed(i)
        )
    )


def _first_term(i: Inputs) -> float:
    return float(
        diffraction.first_term(1e3 * i["distance_km"], 1e9 * i["freq_ghz"], i["h1_m"], i["h2_m"], _grazed(i))
    )


def _profile(i: Inputs) -> float:
    ends = (i["antenna_m"], i["target_m"], 1e9 * i["freq_ghz"], _grazed(i))
    return diffraction.path_loss(i["ground_range_m"], i["ground_m"], *ends)


def _two_rays(i: Inputs) -> float:
    path = (i["ground_range_m"], i["h1_m"], i["h2_m"], 1e9 * i["freq_ghz"])
    return float(multipath.factor(*path, _grazed(i), i.get("roughness_m", 0.0)).factor)


PROPAGATION |= {
    "specific gaseous attenuation, total": lambda i: sum(_gas(i)),
    "specific gaseous attenuation, off-standard state": lambda i: sum(_gas(i)),
    "specific attenuation, dry air (oxygen)": lambda i: _gas(i)[0],
    "specific attenuation, water vapour": lambda i: _gas(i)[1],
    "one-way gaseous attenuation, ground (0 km) to height along refracted ray, P.835 mean annual global atmosphere "
    "(rho0=7.5)": _gas_path,
    "knife-edge diffraction loss, exact Fresnel integral": lambda i: float(diffraction.knife_edge(i["nu"])),
    "P.526 approximation J(nu)=6.9+20log10(sqrt((nu-0.1)^2+1)+nu-0.1)": lambda i: float(
        diffraction.knife_edge_rule(i["nu"])
    ),
    "diffraction parameter nu from geometry": lambda i: float(
        diffraction.edge_parameter(i["clearance_height_m"], i["d1_m"], i["d2_m"], i["freq_hz"])
    ),
    "first Fresnel-zone radius": lambda i: float(diffraction.fresnel_radius(i["d1_m"], i["d2_m"], i["freq_hz"])),
    "spherical-earth diffraction loss (first-term, P.526/P.452), land eps=22 sigma=0.003": _smooth_earth,
    "spherical-earth diffraction loss (first-term), land, k=4/3, a=8494.667 km": _first_term,
    "CRPL exponential atmosphere: ray-traced propagated (delay) range": lambda i: float(_ray(i).delay_range_m),
    "CRPL exponential atmosphere: true elevation": lambda i: float(_ray(i).true_elevation_deg),
    "ray-traced delay range (integral n ds)": lambda i: float(_ray(i).delay_range_m),
    "ray-traced ground range": lambda i: float(_ray(i).ground_range_m),
    "elevation refraction error (apparent - true)": lambda i: float(_ray(i).refraction_mrad),
    "range error (delay range - straight range)": lambda i: float(_ray(i).range_error_m),
}

MORE: dict[str, Callable[[Inputs], Answer]] = {
    "cloud specific attenuation (P.840)": lambda i: float(
        cloud.specific_attenuation(1e9 * i["freq_ghz"], i["liquid_water_g_m3"], i["temp_k"])
    ),
    "spherical-earth diffraction loss, any distance (P.526 sec. 3.2)": _smooth_earth,
    "diffraction loss over a terrain profile (P.526 sec. 4.5)": _profile,
    "two-ray propagation factor over a smooth earth": _two_rays,
}

QUANTITIES: dict[str, Callable[[Inputs], Answer]] = {**STATISTICS, **EQUATION, **PROPAGATION, **MORE}
