"""Plots of a scene as the table that `farwatch track` reads, with their sensors beside it."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.formats import plot_table
from farwatch.formats.scene import Scene
from farwatch.records import PLOT
from farwatch.track.files import read_plots
from farwatch.track.sensors import Sensor, SensorPlace, read_sensors

ALPHA = Sensor(
    name="alpha", revisit_s=5.0, range_sigma_m=50.0, azimuth_sigma_deg=0.15, elevation_sigma_deg=0.2, max_range_m=4e5,
    at=SensorPlace(lat_deg=46.5, lon_deg=8.0), range_bias_m=120.0, azimuth_bias_deg=-0.5, time_bias_s=0.25,
)  # fmt: skip
BETA = Sensor(
    name="beta", revisit_s=10.0, range_sigma_m=80.0, azimuth_sigma_deg=0.2, max_range_m=3e5,
    at=SensorPlace(lat_deg=46.9, lon_deg=8.3), interrogator=True,
)  # fmt: skip


def plots():
    """Echoes of one radar, replies of another, one plot of noise."""
    made = np.zeros(5, PLOT)
    made["time_s"], made["radar_index"] = [0.5, 1.0, 2.0, 5.5, 11.0], [0, 1, 0, 0, 1]
    made["range_m"], made["azimuth_rad"] = [1e5, 2e5, 3e4, 1.001e5, 2.01e5], [0.001, 6.28, 3.0, 0.002, 6.27]
    made["range_sigma_m"], made["azimuth_sigma_rad"] = 40.0, 0.002
    echo = made["radar_index"] == 0
    made["elevation_rad"][echo], made["elevation_sigma_rad"][echo] = 0.02, 0.003
    made["doppler_m_s"][:1], made["doppler_sigma_m_s"][:1] = -200.0, 2.0
    made["height_m"][~echo], made["height_sigma_m"][~echo] = 9144.0, 10.0
    made["mode_a"][~echo], made["address"][~echo], made["reply"][~echo] = 0o7700, 0x3C6444, 1
    made["snr"], made["rcs_m2"], made["truth"] = 25.0, 1.5, [3, 7, -1, 3, 7]
    return made


@pytest.mark.parametrize("name", ["p.csv", "p.csv.gz", "p.parquet"])
def test_the_tracker_gets_every_plot_as_it_was(tmp_path, name):
    """What `farwatch track` would read, known errors of the sensors put on and taken off again."""
    plot_table.write(tmp_path / name, Scene(source="made", plots=plots(), sensors=(ALPHA, BETA)))
    sensors = read_sensors(tmp_path / "p.sensors.yaml")
    assert sensors == (ALPHA, BETA)
    table = read_plots([tmp_path / name], sensors)
    assert not table.bad
    for field in PLOT.names:
        if field != "truth":
            np.testing.assert_allclose(table.plots[field], plots()[field], rtol=1e-12, atol=1e-12, err_msg=field)
    scene = plot_table.read(tmp_path / name)
    assert scene.plots["truth"].tolist() == [3, 7, -1, 3, 7]
    assert scene.sensors == (ALPHA, BETA)
    assert scene.counts == {"rows read": 5}


def test_the_table_holds_what_was_measured(tmp_path):
    """Known errors are on again in the file, as a sensor would have told it; what was not measured is empty."""
    plot_table.write(tmp_path / "p.csv", Scene(source="made", plots=plots(), sensors=(ALPHA, BETA)))
    head, first, second = (tmp_path / "p.csv").read_text().splitlines()[:3]
    told = dict(zip(head.split(","), first.split(","), strict=True))
    assert (float(told["range_m"]), float(told["time_s"]), told["sensor"]) == (100_120.0, 0.75, "alpha")
    assert float(told["azimuth_rad"]) == pytest.approx(2 * np.pi + 0.001 - np.radians(0.5))
    told = dict(zip(head.split(","), second.split(","), strict=True))
    assert (told["mode_a"], told["address"], told["elevation_rad"], told["reply"]) == ("7700", "3c6444", "", "1")


def test_same_scene_same_bytes(tmp_path):
    """Two files of one scene do not differ."""
    for name in ("a.parquet", "b.parquet"):
        plot_table.write(tmp_path / name, Scene(source="made", plots=plots(), sensors=(ALPHA, BETA)))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert (tmp_path / "a.sensors.yaml").read_bytes() == (tmp_path / "b.sensors.yaml").read_bytes()


def test_plots_need_their_sensors(tmp_path):
    """Writing without sensors is refused, and so is reading without their file, or a plot of none of them."""
    with pytest.raises(InputError, match="must have sensors"):
        plot_table.write(tmp_path / "p.csv", Scene(source="made", plots=plots()))
    with pytest.raises(InputError, match="must be below 1"):
        plot_table.write(tmp_path / "p.csv", Scene(source="made", plots=plots(), sensors=(ALPHA,)))
    assert not list(tmp_path.iterdir())
    (tmp_path / "p.csv").write_text("time_s,range_m,azimuth_deg\n0,1000,3\n")
    with pytest.raises(InputError, match=r"p\.sensors\.yaml"):
        plot_table.read(tmp_path / "p.csv")
