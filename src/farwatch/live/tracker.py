"""The tracker, one hand-over at a time: the kernels of `farwatch track`, and a picture that lasts.

Its room is fixed when it begins, but for sensors: each that becomes known widens the picture by a column, which leaves
what is in it untouched. The same plots in the same batches give the same tracks as `farwatch.track.track`, to the bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from farwatch.records import CLASS, PLOT, STATE, TENTATIVE
from farwatch.track.follow import BATCH, play_batches
from farwatch.track.picture import CROWDED, EXTENT, SERIAL, UNREAD, Picture
from farwatch.track.prepare import new_picture
from farwatch.track.sensors import Sensor, SensorPlace, together
from farwatch.track.tracking import TrackOptions, settled, tracker_of
from farwatch.world.earth import Frame

MOST_TRACKS, MOST_PLOTS = 4096, 8192
"""Slots for tracks, tentative ones too, and plots of one batch that are read: 15 MB of room."""

ROWS = 20_000
"""States written before the batches pause."""

LIVE = TrackOptions(identify=False)
"""As `farwatch track`, but that nobody is judged: a live picture says where things are, not whose they are."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Air:
    """A picture of tracks and the sensors that feed it."""

    options: TrackOptions = LIVE
    sensors: tuple[Sensor, ...] = ()
    radars: Any = None
    frame: Frame | None = None
    picture: Picture | None = None

    @property
    def tentative(self) -> int:
        """Tracks that are not confirmed."""
        if self.picture is None:
            return 0
        return int((self.picture.tracks["status"][: self.picture.counters[EXTENT]] == TENTATIVE).sum())

    @property
    def crowded(self) -> int:
        """Plots and tentative tracks for which there was no room."""
        return 0 if self.picture is None else int(self.picture.counters[[CROWDED, UNREAD]].sum())


def emptied(air: Air) -> Air:
    """The same sensors, no tracks, nothing learned; serials of tracks go on."""
    if not air.sensors:
        return replace(air, picture=None)
    made = new_picture(tracker_of(air.options), len(air.sensors), np.zeros(0, CLASS), (MOST_TRACKS, MOST_PLOTS))
    if air.picture is not None:
        made.counters[SERIAL] = air.picture.counters[SERIAL]
    return replace(air, picture=made)


def admitted(air: Air, sensors: Sequence[Sensor]) -> Air:
    """The picture with more sensors: those that it has, then others, all of them placed.

    InputError where they do not make one picture (`track.sensors.together`).
    """
    if len(sensors) == len(air.sensors):
        return air
    radars, frame = together(sensors)
    more = len(sensors) - len(air.sensors)
    grown = replace(air, sensors=tuple(sensors), radars=radars, frame=frame)
    return emptied(grown) if air.picture is None else replace(grown, picture=_wider(air.picture, more))


def _wider(picture: Picture, more: int) -> Picture:
    """A picture with room for more sensors, none of which holds a track."""
    return picture._replace(
        looks=np.pad(picture.looks, ((0, 0), (0, more)), constant_values=-np.inf),
        streaks=np.pad(picture.streaks, ((0, 0), (0, more)), constant_values=-1),
        waits=np.pad(picture.waits, ((0, more), (0, 0))),
        senses=np.pad(picture.senses, ((0, more), (0, 0))),
        noise=np.pad(picture.noise, ((0, more), (0, 0))),
    )


def warm() -> None:
    """Compile the tracker, or load it compiled, so that the first data need not wait for it."""
    sensor = Sensor(
        name="nobody", at=SensorPlace(lat_deg=0.0, lon_deg=0.0), revisit_s=1.0, range_sigma_m=100.0,
        azimuth_sigma_deg=0.1, max_range_m=1e5,
    )  # fmt: skip
    batches, plots = np.zeros(1, BATCH), np.zeros(1, PLOT)
    batches["time_s"], batches["size"] = 1.0, 1
    plots["range_m"], plots["range_sigma_m"], plots["azimuth_sigma_rad"] = 5e4, 100.0, 1e-3
    advanced(admitted(Air(), [sensor]), batches, plots)


def advanced(air: Air, batches: np.ndarray, plots: np.ndarray) -> np.ndarray:
    """STATE rows at the end of each BATCH[n] of PLOT[], of each track one at a time; the picture moves on in place."""
    if air.picture is None or not batches.size:
        return np.zeros(0, STATE)
    parts, done = [np.zeros(0, STATE)], 0
    rows = np.zeros(max(ROWS, 2 * air.picture.tracks.size), STATE)
    while done < batches.size:
        done, count = play_batches(air.picture, air.radars, plots, batches, done, rows)
        parts.append(rows[:count].copy())
    return settled(np.concatenate(parts))
