"""Write the reference rows that `farwatch validate` ships: src/farwatch/report/reference/*.json.

Every expected number comes from outside farwatch: arbitrary-precision quadrature (mpmath), scipy's distributions and
solvers, geographiclib, a closed form worked out here, enumeration of every case, or a publication that is cited.
Nothing here imports farwatch. Run `python builders/reference_rows.py`; the same packages give the same files.
"""

import json
import math
from itertools import permutations, product
from pathlib import Path

import mpmath as mp
import numpy as np
from geographiclib.geodesic import Geodesic
from scipy import integrate, linalg, optimize, stats

FOLDER = Path(__file__).parents[1] / "src" / "farwatch" / "report" / "reference"
mp.mp.dps = 30
LIGHT, BOLTZMANN = 299792458.0, 1.380649e-23


def row(name, quantity, inputs, expected, unit="1", source="computed: closed form", rel=None, abs_=None, note=None):
    """One row; a number is kept with 13 figures."""
    told = [float(f"{float(v):.13g}") for v in np.atleast_1d(expected)]
    tolerance = {"abs_tol": abs_} if abs_ is not None else {"rel_tol": 1e-9 if rel is None else rel}
    made = {
        "id": name,
        "area": name[0],
        "quantity": quantity,
        "inputs": inputs,
        "expected": told if isinstance(expected, list | tuple | np.ndarray) else told[0],
        "unit": unit,
        **tolerance,
        "source": source,
    }
    return made | ({"note": note} if note else {})


# A: detection ------------------------------------------------------------------------------------------------


def marcum(order, a, b):
    """Generalised Marcum Q by its defining integral."""
    weight = lambda x: x * (x / a) ** (order - 1) * mp.exp(-(x * x + a * a) / 2) * mp.besseli(order - 1, a * x)  # noqa: E731
    return float(mp.quad(weight, [b, b + 1, b + 4, b + 12, b + 40]))


def threshold(pfa, pulses):
    """Threshold on the sum of noise samples of unit mean power, by inversion of the upper gamma function."""
    start = float(stats.gamma.isf(pfa, pulses))
    return mp.findroot(lambda t: mp.log(mp.gammainc(pulses, t, regularized=True)) - mp.log(pfa), start)


def pd(swerling, snr_db, pulses, pfa):
    """Pd: Poisson mixture of gamma tails for a steady echo, averaged over the echo's gamma law by its own weights.

    A steady echo of energy x adds a Poisson number of degrees of freedom; a gamma law of x makes that number negative
    binomial. Both sums run until what is left cannot be seen.
    """
    limit, snr = threshold(pfa, pulses), mp.mpf(10) ** (mp.mpf(snr_db) / 10)
    shape = {0: None, 1: 1, 2: pulses, 3: 2, 4: 2 * pulses}[swerling]
    energy = pulses * snr
    total, left, k = mp.mpf(0), mp.mpf(1), 0
    weight = mp.exp(-energy) if shape is None else (1 + energy / shape) ** (-shape)
    share = None if shape is None else energy / (energy + shape)
    while left > mp.mpf(10) ** -16 and k < 20000:
        total += weight * mp.gammainc(pulses + k, limit, regularized=True)
        left -= weight
        k += 1
        weight *= energy / k if shape is None else share * (shape + k - 1) / k
    return float(total)


def snr_needed(swerling, wanted, pulses, pfa):
    """SNR per pulse in decibels that gives a Pd."""
    limit = 2.0 * float(threshold(pfa, pulses))
    shape = {0: 0, 1: 1, 2: pulses, 3: 2, 4: 2 * pulses}[swerling]

    def seen(snr_db):
        energy = pulses * 10.0 ** (snr_db / 10.0)
        if not shape:
            return stats.ncx2.sf(limit, 2 * pulses, 2.0 * energy)
        law = stats.gamma(shape, scale=energy / shape)
        within = lambda u: stats.ncx2.sf(limit, 2 * pulses, 2.0 * law.ppf(u))  # noqa: E731
        return integrate.quad(within, 0.0, 1.0, epsabs=1e-9, epsrel=1e-9, limit=400)[0]

    return float(optimize.brentq(lambda db: seen(db) - wanted, -15.0, 30.0, xtol=1e-11))


def detection():
    source = "computed: mpmath, sums of gamma tails with Poisson or negative-binomial weights"
    name = "probability of detection, square-law noncoherent integration"
    cases = [
        (0, 11.5, 1, 1e-5),
        (0, 4.0, 7, 1e-7),
        (0, -3.0, 60, 1e-4),
        (1, 17.0, 1, 1e-8),
        (1, 8.0, 12, 1e-6),
        (2, 6.5, 12, 1e-6),
        (2, 1.0, 40, 1e-9),
        (3, 14.0, 3, 1e-5),
        (3, 9.0, 25, 1e-10),
        (4, 5.5, 9, 1e-6),
        (4, 0.5, 50, 1e-5),
        (1, -5.0, 200, 1e-3),
    ]
    yield from (
        row(
            f"A.OWN.PD.{i:02d}",
            name,
            {"swerling": s, "num_pulses": n, "snr_db": db, "pfa": p},
            pd(s, db, n, p),
            source=source,
            abs_=1e-8,
        )
        for i, (s, db, n, p) in enumerate(cases, 1)
    )
    name = "required per-pulse SNR, square-law noncoherent integration"
    for i, (s, want, n, p) in enumerate(
        [(0, 0.85, 4, 1e-6), (1, 0.8, 16, 1e-6), (2, 0.9, 30, 1e-8), (3, 0.7, 5, 1e-4), (4, 0.6, 10, 1e-7)], 1
    ):
        yield row(
            f"A.OWN.SNR.{i:02d}",
            name,
            {"swerling": s, "pd": want, "num_pulses": n, "pfa": p},
            snr_needed(s, want, n, p),
            "dB",
            "computed: scipy noncentral chi-square averaged over the echo's gamma law; Brent's method",
            abs_=1e-6,
        )
    for i, (m, a, b) in enumerate([(1, 2.5, 3.0), (3, 1.2, 4.5), (8, 4.0, 6.0), (2, 6.0, 3.0)], 1):
        yield row(
            f"A.OWN.MARCUM.{i:02d}",
            "generalised Marcum Q_M(a,b)",
            {"order_M": m, "a": a, "b": b},
            marcum(m, a, b),
            source="computed: mpmath quadrature of the defining integral",
            rel=1e-9,
        )
    for i, (n, p) in enumerate([(3, 1e-5), (24, 1e-9), (300, 1e-7)], 1):
        yield row(
            f"A.OWN.THR.{i:02d}",
            "square-law detection threshold (sum of N cells, unit mean noise power)",
            {"num_pulses": n, "pfa": p},
            float(threshold(p, n)),
            source="computed: mpmath inverse gamma tail",
        )
    yield row(
        "A.OWN.MN.01",
        "binary integration: P(at least M of N)",
        {"n": 7, "m": 4, "p_single": 0.35},
        stats.binom.sf(3, 7, 0.35),
        source="computed: scipy binomial tail",
    )
    yield row(
        "A.OWN.MN.02",
        "single-look Pfa so that M-of-N gives overall Pfa",
        {"n": 5, "m": 3, "pfa_overall": 1e-7},
        optimize.brentq(lambda p: math.log(stats.binom.sf(2, 5, p) / 1e-7), 1e-6, 0.1, xtol=1e-16),
        source="computed: scipy binomial tail, root by Brent's method",
        rel=1e-8,
    )
    yield row(
        "A.OWN.CFAR.01",
        "CA-CFAR threshold multiplier alpha = N(Pfa^(-1/N)-1)",
        {"num_ref_cells": 24, "pfa": 1e-5},
        24 * (10 ** (5 / 24) - 1),
    )


# B: the radar equation ---------------------------------------------------------------------------------------


def equation():
    wave = LIGHT / 5.6e9
    gain = 10**3.85
    snr = 2.5e5 * 1e-6 * gain**2 * wave**2 * 0.3 / ((4 * math.pi) ** 3 * 4e4**4 * BOLTZMANN * 500 * 10**0.7)
    yield row(
        "B.OWN.SNR.01",
        "single-pulse SNR (Pt*tau energy form)",
        {
            "freq_hz": 5.6e9,
            "range_tx_m": 4e4,
            "range_rx_m": 4e4,
            "peak_power_w": 2.5e5,
            "pulse_width_s": 1e-6,
            "gain_tx_dbi": 38.5,
            "gain_rx_dbi": 38.5,
            "system_noise_temp_k": 500.0,
            "loss_db": 7.0,
            "rcs_m2": 0.3,
        },
        10 * math.log10(snr),
        "dB",
        abs_=1e-8,
    )
    echo = 4e5 * (10**3.3) ** 2 * (LIGHT / 3.1e9) ** 2 * 5 / ((4 * math.pi) ** 3 * 9e4**4)
    yield row(
        "B.OWN.ECHO.01",
        "received echo power",
        {"freq_hz": 3.1e9, "peak_power_w": 4e5, "gain_dbi": 33.0, "rcs_m2": 5.0, "range_m": 9e4},
        echo,
        "W",
    )
    yield row(
        "B.OWN.RCS.01",
        "range scaling with RCS (fourth root)",
        {"range0_m": 402336.0, "rcs0_m2": 4.0, "rcs1_m2": 0.02},
        402336.0 * (0.02 / 4) ** 0.25,
        "m",
        note="a range claimed for 4 m2, carried over to 0.02 m2",
    )
    yield row(
        "B.OWN.NOISE.01",
        "thermal noise power kTB",
        {"bandwidth_hz": 2.5e5, "temp_k": 290.0},
        10 * math.log10(BOLTZMANN * 290 * 2.5e5) + 30,
        "dBm",
        abs_=1e-8,
    )
    stages, gains = [0.8, 3.0, 9.0], [22.0, 10.0, 30.0]
    f, g = [10 ** (s / 10) for s in stages], [10 ** (s / 10) for s in gains]
    yield row(
        "B.OWN.FRIIS.01",
        "cascade noise figure (Friis)",
        {"stage_nf_db": stages, "stage_gain_db": gains},
        10 * math.log10(f[0] + (f[1] - 1) / g[0] + (f[2] - 1) / (g[0] * g[1])),
        "dB",
        abs_=1e-8,
    )
    yield row("B.OWN.UNAMB.01", "unambiguous range c/(2 PRF)", {"prf_hz": 372.0}, LIGHT / 744, "m")
    yield row(
        "B.OWN.BLIND.01",
        "first blind speed lambda*PRF/2",
        {"prf_hz": 1250.0, "freq_hz": 2.7e9},
        0.5 * LIGHT / 2.7e9 * 1250,
        "m/s",
    )
    yield row(
        "B.OWN.ACC.01",
        "range accuracy c/(2B sqrt(2 SNR))",
        {"bandwidth_hz": 3e6, "snr_db": 14.0},
        LIGHT / 6e6 / math.sqrt(2 * 10**1.4),
        "m",
    )
    yield row(
        "B.OWN.DWELL.01",
        "pulses per dwell n = theta*PRF/(6*rpm)",
        {"beamwidth_deg": 1.1, "prf_hz": 360.0, "scan_rate_rpm": 6.0},
        11.0,
    )


# C: the earth ------------------------------------------------------------------------------------------------


def earth():
    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    for i, (lat, lon, h) in enumerate([(23.6, 45.2, 650.0), (-47.3, -110.6, 9000.0), (46.5, 8.3, 2431.5)], 1):
        la, lo = mp.radians(lat), mp.radians(lon)
        n = a / mp.sqrt(1 - e2 * mp.sin(la) ** 2)
        xyz = [(n + h) * mp.cos(la) * mp.cos(lo), (n + h) * mp.cos(la) * mp.sin(lo), (n * (1 - e2) + h) * mp.sin(la)]
        yield row(
            f"C.OWN.ECEF.{i:02d}",
            "geodetic to ECEF [x,y,z] WGS84",
            {"lat_deg": lat, "lon_deg": lon, "h_m": h},
            [float(v) for v in xyz],
            "m",
            "computed: mpmath closed form",
            abs_=1e-5,
        )
    for i, ends in enumerate([(23.6, 45.2, 26.9, 47.4), (46.5, 8.3, 45.1, 5.2), (-12.0, 170.0, 8.0, -175.0)], 1):
        found = Geodesic.WGS84.Inverse(*ends)
        names = ("lat1_deg", "lon1_deg", "lat2_deg", "lon2_deg")
        yield row(
            f"C.OWN.GEO.{i:02d}",
            "WGS84 geodesic inverse [distance m, azi1 deg, azi2 deg]",
            dict(zip(names, ends, strict=True)),
            [found["s12"], found["azi1"], found["azi2"]],
            "m, deg",
            "computed: geographiclib (Karney 2013)",
            rel=1e-9,
        )
    for i, (h, el, rng) in enumerate([(24.0, 0.3, 150e3), (10.0, 1.5, 400e3)], 1):
        radius = 8494678.36189
        height = (
            mp.sqrt((radius + h) ** 2 + mp.mpf(rng) ** 2 + 2 * rng * (radius + h) * mp.sin(mp.radians(el))) - radius
        )
        yield row(
            f"C.OWN.BEAM.{i:02d}",
            "target height from elevation and range (effective-earth sphere)",
            {"elevation_deg": el, "antenna_height_m": h, "range_m": rng, "eff_earth_radius_m": radius},
            float(height),
            "m",
            "computed: law of cosines, mpmath",
            abs_=1e-4,
        )
    sight = lambda h: math.sqrt(2 * 8494666.66667 * h + h * h)  # noqa: E731
    for i, (low, high) in enumerate([(24.0, 50.0), (24.0, 10000.0), (38.0, 120.0)], 1):
        yield row(
            f"C.OWN.HORIZON.{i:02d}",
            "mutual horizon slant distance sum of sqrt(2 a h + h^2), a=4/3*6371 km",
            {"h1_m": low, "h2_m": high, "eff_earth_radius_m": 8494666.66667},
            sight(low) + sight(high),
            "m",
            note="how far an antenna on a mast sees a target at this height over smooth earth",
        )
    yield row(
        "C.OWN.K.01",
        "k-factor 1/(1+R dn/dh)",
        {"earth_radius_m": 6371008.77, "gradient_per_m": -4.2e-8},
        1 / (1 - 6371008.77 * 4.2e-8),
    )
    radius, mu = 6371000.0, 3.986004418e14
    for i, reach in enumerate([240e3, 900e3], 1):
        half = mp.mpf(reach) / radius / 2
        # Minimum energy: semi-major axis a = (r + c/2)/2 with chord c; apogee and time from the ellipse itself.
        chord = 2 * radius * mp.sin(half)
        axis = (2 * radius + chord) / 4
        speed = mp.sqrt(mu * (2 / mp.mpf(radius) - 1 / axis))
        # The vacant focus lies on the chord, so the ray leaves at half the angle between the vertical and the chord.
        elevation = (mp.pi / 2 - half) / 2
        momentum = radius * speed * mp.cos(elevation)
        eccentricity = mp.sqrt(1 - momentum**2 / (mu * axis))
        apogee = axis * (1 + eccentricity) - radius
        anomaly = mp.acos((1 - radius / axis) / eccentricity)
        time = 2 * (mp.pi - anomaly + eccentricity * mp.sin(anomaly)) * mp.sqrt(axis**3 / mu)
        yield row(
            f"C.OWN.ARC.{i:02d}",
            "minimum-energy ballistic arc (vacuum, spherical non-rotating earth, surface to "
            "surface): [speed m/s, elevation deg, apogee m, time s]",
            {"ground_range_m": reach, "earth_radius_m": radius, "mu_m3_s2": mu},
            [float(speed), float(mp.degrees(elevation)), float(apogee), float(time)],
            "m/s, deg, m, s",
            "computed: Lambert's minimum-energy ellipse and Kepler's equation, mpmath",
            rel=1e-8,
        )


# C: air and diffraction --------------------------------------------------------------------------------------


def air():
    name = "US76 [temperature K, pressure Pa, density kg/m3, sound speed m/s] at geometric altitude"
    table = [
        (5000, 255.676, 5.4048e4, 7.3643e-1, 320.545),
        (10000, 223.252, 2.6500e4, 4.1351e-1, 299.532),
        (15000, 216.650, 1.2111e4, 1.9476e-1, 295.069),
        (25000, 221.552, 2.5492e3, 4.0084e-2, 298.389),
        (60000, 247.021, 2.1958e1, 3.0968e-4, 315.073),
        (80000, 198.639, 1.0524, 1.8458e-5, 282.538),
    ]
    for i, (height, *expected) in enumerate(table, 1):
        source = "published: US Standard Atmosphere 1976 (NOAA-S/T 76-1562), table I"
        inputs = {"geometric_altitude_m": float(height)}
        yield row(f"C.OWN.US76.{i:02d}", name, inputs, expected, "K, Pa, kg/m3, m/s", source, rel=1e-4)
    for i, height in enumerate([-3000.0, 12345.0, 71000.0], 1):
        radius = mp.mpf(6356766)
        inputs = {"geometric_altitude_m": height, "r0_m": 6356766.0}
        expected = float(radius * height / (radius + height))
        yield row(f"C.OWN.GEOP.{i:02d}", "geopotential altitude from geometric", inputs, expected, "m", abs_=1e-6)
    for i, (t, p, e) in enumerate([(301.0, 985.0, 24.0), (258.0, 530.0, 0.6)], 1):
        inputs = {"temp_k": t, "dry_pressure_hpa": p, "vapour_pressure_hpa": e}
        name = "radio refractivity N = 77.6 Pd/T + 72 e/T + 3.75e5 e/T^2"
        yield row(f"C.OWN.N.{i:02d}", name, inputs, 77.6 * p / t + 72.0 * e / t + 3.75e5 * e / t**2, "N-units")
    yield from gases()
    yield from rays()
    yield from edges()
    yield from bounces()


def gases():
    source = "published: ITU-R Study Group 3 validation examples CG-3M3J-13-ValEx rev 5.1 (P.676-12, Annex 1)"
    air_state = {"dry_pressure_hpa": 1013.25, "water_vapour_density_g_m3": 7.5, "temp_k": 288.15}
    figures = [
        (12, 0.008698264, 0.009535388),
        (20, 0.01188355, 0.09704730),
        (60, 14.62347477, 0.1548419),
        (90, 0.0388697, 0.3419727),
        (130, 0.04150908, 0.7518447),
    ]
    for i, (ghz, oxygen, vapour) in enumerate(figures, 1):
        inputs = {"freq_ghz": ghz} | air_state
        dry = "specific attenuation, dry air (oxygen)"
        yield row(f"C.OWN.OXYGEN.{i:02d}", dry, inputs, oxygen, "dB/km", source, rel=1e-5)
        wet = "specific attenuation, water vapour"
        yield row(f"C.OWN.VAPOUR.{i:02d}", wet, inputs, vapour, "dB/km", source, rel=1e-5)
    name = (
        "one-way gaseous attenuation, ground (0 km) to height along refracted ray, P.835 mean annual global "
        "atmosphere (rho0=7.5)"
    )
    paths = [(1.3, 90, 100, 0.033183), (5.5, 10, 100, 0.227607), (10, 1, 5, 1.424485), (35, 45, 100, 0.393237)]
    for i, (ghz, elevation, top, loss) in enumerate(paths, 1):
        inputs = {"freq_ghz": ghz, "elevation_deg": elevation, "top_height_km": top}
        program = "computed: NTIA/p528 reference program (P.676-12 section 2.2)"
        yield row(f"C.OWN.GASPATH.{i:02d}", name, inputs, loss, "dB", program, rel=1e-4)
    name = "cloud specific attenuation (P.840)"
    clouds = [(9.6, 273.15, 0.2, 0.08536257686), (35.0, 250.0, 0.5, 1.5190233012), (94.0, 293.15, 1.0, 3.7798390811)]
    for i, (ghz, kelvin, water, each) in enumerate(clouds, 1):
        inputs = {"freq_ghz": ghz, "liquid_water_g_m3": water, "temp_k": kelvin}
        program = "computed: ITU-Rpy 0.4.0 (P.840-8)"
        yield row(f"C.OWN.CLOUD.{i:02d}", name, inputs, water * each, "dB/km", program, rel=1e-8)


def ray(elevation, antenna, target, n0, decay, radius):
    """Ground range and delay range of a climbing ray in the exponential atmosphere: Snell's law, mpmath quadrature."""
    index = lambda h: 1 + mp.mpf(n0) * mp.mpf(10) ** -6 * mp.exp(-mp.mpf(decay) * h / 1000)  # noqa: E731
    kept = index(antenna) * (radius + antenna) * mp.cos(mp.radians(elevation))
    root = lambda h: mp.sqrt((index(h) * (radius + h)) ** 2 - kept**2)  # noqa: E731
    ends = [mp.sqrt(target - antenna) * k / 6 for k in range(7)]
    over = lambda f: mp.quad(lambda w: 2 * w * f(antenna + w * w), ends)  # noqa: E731
    ground = over(lambda h: kept / ((radius + h) * root(h))) * radius
    return ground, over(lambda h: index(h) ** 2 * (radius + h) / root(h))


def rays():
    names = {
        "GROUND": ("ray-traced ground range", "m", {"rel": 1e-8}),
        "DELAY": ("ray-traced delay range (integral n ds)", "m", {"rel": 1e-8}),
        "ANGLE": ("elevation refraction error (apparent - true)", "mrad", {"abs_": 1e-6}),
        "LATE": ("range error (delay range - straight range)", "m", {"abs_": 1e-3}),
    }
    radius = 6371008.77
    for i, (elevation, antenna, target, n0, decay) in enumerate(
        [(0.0, 20.0, 5000.0, 313.0, 0.143859), (0.3, 0.0, 15000.0, 350.0, 0.16), (8.0, 500.0, 30000.0, 280.0, 0.13)], 1
    ):
        ground, delay = ray(elevation, antenna, target, n0, decay, radius)
        low, high, angle = radius + antenna, radius + target, ground / radius
        east, up = high * mp.sin(angle), high * mp.cos(angle) - low
        told = {
            "GROUND": ground,
            "DELAY": delay,
            "ANGLE": 1000 * (mp.radians(elevation) - mp.atan2(up, east)),
            "LATE": delay - mp.hypot(east, up),
        }
        inputs = {
            "elevation_deg": elevation,
            "antenna_height_m": antenna,
            "target_height_m": target,
            "surface_refractivity_n": n0,
            "decay_per_km": decay,
            "earth_radius_m": radius,
        }
        for key, (name, unit, allowed) in names.items():
            source = "computed: Snell's law in spherical layers, mpmath quadrature"
            yield row(f"C.OWN.RAY.{key}.{i:02d}", name, inputs, float(told[key]), unit, source, **allowed)


def edges():
    for i, nu in enumerate([-0.4, 0.9, 3.3], 1):
        cosine, sine = mp.fresnelc(nu), mp.fresnels(nu)
        loss = -20 * mp.log10(mp.sqrt((1 - cosine - sine) ** 2 + (cosine - sine) ** 2) / 2)
        name = "knife-edge diffraction loss, exact Fresnel integral"
        yield row(f"C.OWN.EDGE.{i:02d}", name, {"nu": nu}, float(loss), "dB", "computed: mpmath Fresnel", abs_=1e-8)
        v = nu - 0.1
        name = "P.526 approximation J(nu)=6.9+20log10(sqrt((nu-0.1)^2+1)+nu-0.1)"
        near = 6.9 + 20.0 * math.log10(math.hypot(v, 1.0) + v)
        yield row(f"C.OWN.EDGERULE.{i:02d}", name, {"nu": nu}, near, "dB", abs_=1e-9)
    path = {"d1_m": 7000.0, "d2_m": 21000.0, "freq_hz": 1.3e9}
    radius = math.sqrt(LIGHT / 1.3e9 * 7000.0 * 21000.0 / 28000.0)
    yield row("C.OWN.ZONE.01", "first Fresnel-zone radius", path, radius, "m")
    above = path | {"clearance_height_m": -15.0}
    name = "diffraction parameter nu from geometry"
    yield row("C.OWN.NU.01", name, above, -15.0 * math.sqrt(2.0) / radius)
    name = "spherical-earth diffraction loss, any distance (P.526 sec. 3.2)"
    source = "published: ITU-R P.452 validation example, flat land, column Ldsph (eeveetza/Py452)"
    near, far = 8738.167287, 8735.511968
    figures = [(5.0, near, 0.1, 20.02432081), (5.0, near, 0.5, 7.30775532), (5.0, near, 2.0, 0.0)]
    for i, (distance, radius, ghz, loss) in enumerate([*figures, (100.0, far, 0.5, 76.11124705)], 1):
        inputs = {"distance_km": distance, "freq_ghz": ghz, "h1_m": 10.0, "h2_m": 10.0}
        inputs |= {"eff_earth_radius_km": radius, "polarisation": "V"}
        yield row(f"C.OWN.EARTH.{i:02d}", name, inputs, loss, "dB", source, abs_=1e-3)
    level = {"ground_range_m": [1000.0 * k for k in range(101)], "ground_m": [0.0] * 101}
    ends = {"antenna_m": 10.0, "target_m": 10.0, "eff_earth_radius_km": 8735.511968, "polarisation": "V"}
    name = "diffraction loss over a terrain profile (P.526 sec. 4.5)"
    source = "published: ITU-R P.452 validation example, flat land of 100 km, column Ld50 (eeveetza/Py452)"
    for i, (ghz, loss) in enumerate([(0.1, 67.30014953), (1.0, 85.58724637)], 1):
        yield row(f"C.OWN.PROFILE.{i:02d}", name, level | ends | {"freq_ghz": ghz}, loss, "dB", source, abs_=1e-3)


def bounces():
    """Two rays over the round earth: the shortest way by the ground, found by its derivative in mpmath."""
    radius = mp.mpf(8494678)
    cases = [(15e3, 20.0, 300.0, 3.0, "H", 80.0, 5.0), (60e3, 30.0, 900.0, 1.3, "V", 22.0, 0.003)]
    for i, (ground, low, high, ghz, side, permittivity, conductivity) in enumerate(cases, 1):
        chord = lambda a, b, s: mp.sqrt((a - b) ** 2 + 4 * (radius + a) * (radius + b) * mp.sin(s / 2 / radius) ** 2)  # noqa: E731
        way = lambda r: chord(low, 0, r) + chord(high, 0, ground - r)  # noqa: B023, E731
        first = mp.findroot(lambda r: mp.diff(way, r), ground * low / (low + high))  # noqa: B023
        here = chord(low, 0, first)
        sine = (2 * radius * low + low**2 - here**2) / (2 * radius * here)
        wave = mp.mpf(LIGHT) / (ghz * 10**9)
        n2 = permittivity - 1j * wave * conductivity * mp.mpf("376.730313668") / (2 * mp.pi)
        root, straight = mp.sqrt(n2 - 1 + sine**2), sine if side == "H" else n2 * sine
        spread = 1 / mp.sqrt(1 + 2 * first * (ground - first) / (radius * ground * sine))
        phase = mp.exp(-2j * mp.pi * (way(first) - chord(low, high, ground)) / wave)
        factor = abs(1 + spread * (straight - root) / (straight + root) * phase)
        inputs = {"ground_range_m": ground, "h1_m": low, "h2_m": high, "freq_ghz": ghz, "polarisation": side}
        inputs |= {"eff_earth_radius_km": 8494.678, "permittivity": permittivity, "conductivity_s_m": conductivity}
        source = "computed: mpmath, shortest way by the ground; Fresnel's reflection; Kerr's divergence"
        name = "two-ray propagation factor over a smooth earth"
        yield row(f"C.OWN.BOUNCE.{i:02d}", name, inputs, float(factor), source=source, abs_=1e-3)


# D: tracking -------------------------------------------------------------------------------------------------


def tracking():
    for i, (period, density, sigma) in enumerate([(4.0, 0.5, 60.0), (10.0, 4.0, 150.0)], 1):
        transition = np.array([[1.0, period], [0.0, 1.0]])
        noise = density * np.array([[period**3 / 3, period**2 / 2], [period**2 / 2, period]])
        seen = np.array([[1.0, 0.0]])
        before = linalg.solve_discrete_are(transition.T, seen.T, noise, np.array([[sigma**2]]))
        gain = before @ seen.T / (before[0, 0] + sigma**2)
        after = before - gain @ seen @ before
        inputs = {"period_s": period, "psd_q_m2_s3": density, "meas_std_m": sigma}
        yield row(
            f"D.OWN.CV.{i:02d}",
            "CV Kalman filter, continuous white-noise acceleration: steady-state updated [pos std, vel std]",
            inputs,
            np.sqrt(np.diag(after)),
            "m, m/s",
            "computed: scipy discrete Riccati equation",
            rel=1e-7,
        )
        yield row(
            f"D.OWN.GAIN.{i:02d}",
            "CV Kalman filter, continuous white-noise acceleration: steady-state gain [K1, K2]",
            inputs,
            gain.ravel(),
            "1, 1/s",
            "computed: scipy discrete Riccati equation",
            rel=1e-7,
        )
    q, r = 2.5, 7.0
    before = (q + math.sqrt(q * q + 4 * q * r)) / 2
    yield row(
        "D.OWN.RW.01",
        "scalar random-walk Kalman: steady-state [predicted var, updated var, gain]",
        {"q": q, "r": r},
        [before, before * r / (before + r), before / (before + r)],
    )
    yield row(
        "D.OWN.GATE.01",
        "ellipsoidal gate threshold gamma for gate probability",
        {"gate_prob": 0.997, "meas_dim": 3},
        stats.chi2.ppf(0.997, 3),
        source="computed: scipy chi-square",
    )
    yield row(
        "D.OWN.GATE.02",
        "average NEES two-sided 95% acceptance interval",
        {"num_runs": 40, "state_dim": 6},
        stats.chi2.ppf([0.025, 0.975], 240) / 40,
        source="computed: scipy chi-square",
        rel=1e-8,
    )
    for i, (m, n, p, scans) in enumerate([(3, 5, 0.7, 8), (2, 4, 0.4, 10)], 1):
        yield row(
            f"D.OWN.CONF.{i:02d}",
            "P(track confirmed by scan K), sliding M-of-N window, empty start",
            {"m": m, "n": n, "pd": p, "num_scans": scans},
            confirmed(m, n, p, scans),
            source="computed: enumeration of every sequence of hits and misses",
        )
    dice = np.random.default_rng(402)
    for i, size in enumerate((5, 6), 1):
        cost = dice.integers(1, 100, (size, size))
        best = min(sum(cost[r, c] for r, c in enumerate(order)) for order in permutations(range(size)))
        yield row(
            f"D.OWN.ASSIGN.{i:02d}",
            "linear assignment minimum cost",
            {"cost": cost.tolist()},
            float(best),
            source="computed: enumeration of every permutation",
        )
    yield row(
        "D.OWN.GOSPA.01",
        "GOSPA distance (alpha=2)",
        {"truth": [[0.0, 0.0], [40.0, 0.0]], "tracks": [[3.0, 4.0]], "cutoff_c": 10.0, "order_p": 2.0},
        math.sqrt(25 + 50),
        "m",
        note="one pair 5 m apart, one target missed at half of 10^2",
    )


def confirmed(m, n, p, scans):
    """Chance that some window of at most n scans holds m hits, counted over every sequence."""
    total = 0.0
    for hits in product((0, 1), repeat=scans):
        if any(sum(hits[max(0, k - n + 1) : k + 1]) >= m for k in range(scans)):
            total += p ** sum(hits) * (1 - p) ** (scans - sum(hits))
    return total


# E: engagement -----------------------------------------------------------------------------------------------


def engagement():
    yield row("E.OWN.SALVO.01", "salvo kill probability 1-(1-p)^n", {"p_kill": 0.62, "n_shots": 3}, 1 - 0.38**3)
    yield row(
        "E.OWN.SHOTS.01",
        "shots needed for kill confidence: ceil(ln(1-P)/ln(1-p))",
        {"p_kill": 0.45, "confidence": 0.97},
        6.0,
        abs_=0.0,
    )
    leak, cost = 0.35**3, 1 + 0.35 + 0.35**2
    yield row(
        "E.OWN.SLS.01",
        "shoot-look-shoot, up to n single shots: [expected shots, leak probability]",
        {"p_kill": 0.65, "max_shots": 3},
        [cost, leak],
    )
    expected, none = spread(6, 10, 0.6)
    yield row(
        "E.OWN.RAID.01",
        "raid R vs magazine M, one simultaneous salvo spread evenly: [expected leakers, P(no leakers)]",
        {"raid_size": 6, "magazine": 10, "p_kill": 0.6},
        [expected, none],
    )
    shots = stats.binom(9, 0.55)
    alive = sum(shots.pmf(k) * max(5 - k, 0) for k in range(10))
    yield row(
        "E.OWN.RAID.02",
        "raid R vs magazine M, single shots until raid destroyed or empty: [expected leakers, P(no leakers)]",
        {"raid_size": 5, "magazine": 9, "p_kill": 0.55},
        [alive, shots.sf(4)],
        source="computed: scipy binomial; shots after the last kill change nothing",
    )
    leaks = [0.15, 0.4, 0.25, 0.6, 0.05]
    chance = sum(
        math.prod(p if hit else 1 - p for p, hit in zip(leaks, case, strict=True))
        for case in product((0, 1), repeat=5)
        if sum(case) >= 2
    )
    yield row(
        "E.OWN.PB.01",
        "Poisson-binomial: P(at least k leakers)",
        {"leak_probs": leaks, "k": 2},
        chance,
        source="computed: enumeration of every case",
    )
    for i, (load, channels) in enumerate([(4.5, 6), (12.0, 8)], 1):
        terms = [load**k / math.factorial(k) for k in range(channels + 1)]
        yield row(
            f"E.OWN.ERLB.{i:02d}",
            "Erlang-B blocking (saturated engagement channels, no queue)",
            {"offered_load_erl": load, "channels": channels},
            terms[-1] / sum(terms),
        )
    window = (65e3 - 3e3) / 240
    yield row(
        "E.OWN.OPP.01",
        "engagement opportunities per channel: floor((window - reaction)/cycle)+1, 0 if window<reaction",
        {"detect_range_m": 65e3, "min_range_m": 3e3, "speed_m_s": 240.0, "reaction_s": 12.0, "cycle_s": 30.0},
        float(math.floor((window - 12) / 30) + 1),
        abs_=0.0,
    )
    values, kill = [30, 55, 20], [[0.7, 0.5, 0.6], [0.4, 0.8, 0.5], [0.6, 0.6, 0.9], [0.5, 0.7, 0.4]]
    best = min(
        sum(v * math.prod(1 - kill[w][t] for w, aim in enumerate(plan) if aim == t) for t, v in enumerate(values))
        for plan in product(range(3), repeat=4)
    )
    yield row(
        "E.OWN.WTA.01",
        "static weapon-target assignment: minimum expected surviving value",
        {"target_values": values, "p_kill_weapon_by_target": kill},
        best,
        source="computed: enumeration of every assignment",
    )
    yield row(
        "E.OWN.COST.01",
        "cost-exchange: expected interceptor spend per destroyed threat / threat cost, fixed salvo n",
        {"p_kill": 0.6, "salvo": 2, "interceptor_cost": 1.6e6, "threat_cost": 3e4},
        2 * 1.6e6 / (1 - 0.16) / 3e4,
    )


def spread(raid, magazine, p):
    """One salvo spread as evenly as it goes: expected leakers, chance of none."""
    least, more = divmod(magazine, raid)
    misses = [(1 - p) ** (least + (k < more)) for k in range(raid)]
    return sum(misses), math.prod(1 - m for m in misses)


# F: statistics -----------------------------------------------------------------------------------------------


def statistics():
    for i, (k, n, level) in enumerate([(9, 200, 0.95), (150, 160, 0.95), (3, 24, 0.9)], 1):
        found = stats.binomtest(k, n)
        inputs = {"successes": k, "trials": n, "confidence": level}
        for name, method in (("Wilson", "wilson"), ("Clopper-Pearson", "exact")):
            yield row(
                f"F.OWN.{name[0]}.{i:02d}",
                f"{name} interval",
                inputs,
                found.proportion_ci(level, method),
                source="computed: scipy.stats.binomtest",
                rel=1e-7,
            )
        law = stats.beta(k + 0.5, n - k + 0.5)
        yield row(
            f"F.OWN.J.{i:02d}",
            "Jeffreys interval",
            inputs,
            law.ppf([(1 - level) / 2, (1 + level) / 2]),
            source="computed: scipy beta quantiles",
            rel=1e-7,
        )
    yield row(
        "F.OWN.ZERO.01",
        "upper confidence bound on failure probability with zero failures: 1-(1-conf)^(1/n)",
        {"trials": 59, "confidence": 0.95},
        1 - 0.05 ** (1 / 59),
    )
    low, high = stats.chi2.ppf(0.025, 2 * 31) / 2 / 12.5, stats.chi2.ppf(0.975, 2 * 32) / 2 / 12.5
    yield row(
        "F.OWN.POISSON.01",
        "exact Poisson rate 95% interval",
        {"events": 31, "exposure": 12.5},
        [low, high],
        "1/s",
        "computed: scipy chi-square (Garwood 1936)",
        rel=1e-8,
    )
    sample = [4.0, 1.0, 6.0, 3.0, 5.0, 2.0, 4.5, 3.5]
    half = stats.t.ppf(0.975, 7) * np.std(sample, ddof=1) / math.sqrt(8)
    yield row(
        "F.OWN.PAIR.01",
        "paired-difference t interval (common random numbers) [mean, half-width 95%]",
        {"diffs": sample},
        [np.mean(sample), half],
        source="computed: scipy Student quantile",
        rel=1e-8,
    )
    yield row(
        "F.OWN.KS.01",
        "two-sided one-sample Kolmogorov-Smirnov 5% critical value (exact)",
        {"n": 40},
        stats.kstwo.isf(0.05, 40),
        source="computed: scipy exact law",
        rel=1e-6,
    )
    yield row(
        "F.OWN.CHI.01",
        "chi-square upper-tail p-value",
        {"df": 9, "statistic": 17.2},
        stats.chi2.sf(17.2, 9),
        source="computed: scipy chi-square",
        rel=1e-8,
    )
    yield row(
        "F.OWN.HALF.01",
        "t-based half-width of Monte Carlo mean",
        {"runs": 200, "sample_std": 3.2, "confidence": 0.95},
        stats.t.ppf(0.975, 199) * 3.2 / math.sqrt(200),
        source="computed: scipy Student quantile",
        rel=1e-8,
    )
    yield row(
        "F.OWN.PUB.01",
        "Wilson 95% interval",
        {"successes": 15, "trials": 148, "confidence": 0.95},
        [0.0624, 0.1605],
        source="published: Newcombe 1998 (Stat. Med. 17:857), table I, example 15/148",
        abs_=6e-5,
    )


AREAS = {
    "detection": detection,
    "equation": equation,
    "earth": earth,
    "air": air,
    "tracking": tracking,
    "engagement": engagement,
    "statistics": statistics,
}


def main():
    """Write one file for each area."""
    FOLDER.mkdir(exist_ok=True)
    for name, rows in AREAS.items():
        lines = ",\n".join(json.dumps(made, ensure_ascii=False) for made in rows())
        (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
