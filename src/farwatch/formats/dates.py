"""Dates as formats print them, ISO 8601, to and from the scene's clock."""

from datetime import UTC, datetime
from math import nan

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.scene import Scene


def posix_s(text: str) -> float:
    """Seconds since 1970 UTC of an ISO 8601 date, taken as UTC where it names no zone; NaN where it is no date."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return nan


def told(moment: datetime) -> str:
    """A date as `2026-01-02T03:04:05.25Z`: UTC, no more decimals than it needs."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def told_all(scene: Scene, time_s: NDArray[np.float64]) -> list[str]:
    """Times of a scene's clock (n,) as dates to the millisecond, `2026-01-02T03:04:05.250Z`."""
    start = np.datetime64(scene.start.replace(tzinfo=None), "ms")
    moments = start + np.rint(time_s * 1000.0).astype("timedelta64[ms]")
    return [f"{text}Z" for text in np.datetime_as_string(moments).tolist()]
