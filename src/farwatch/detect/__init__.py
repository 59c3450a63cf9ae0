"""What is seen: truth in, plots out.

`statistics` exact detection probabilities · `equation` the radar equation · `horizon` and `rain` propagation ·
`floor` terrain masking · `scan` looks and plots · `dwells` an array's time ·
`prepare` a scenario's radars as arrays. In one trial:

    settle(radars)                                          once the drawn figures are in
    reset_field(sensors, truth, field)                      at the start
    scan(sensors, truth, field, r, t0, t1, key, plots)      at the end of each slice of each radar's period
"""

from farwatch.detect.equation import settle
from farwatch.detect.prepare import Prepared, prepare
from farwatch.detect.scan import Field, Sensors, batch_room, new_field, reset_field, scan

__all__ = [
    "Field",
    "Prepared",
    "Sensors",
    "batch_room",
    "new_field",
    "prepare",
    "reset_field",
    "scan",
    "settle",
]
