"""What a long-range air-defence system can really detect, track and destroy, from published figures.

::

    import farwatch as fw
    result = fw.run(fw.load("site.yaml"), trials=1000, seed=7)

Everything public is named here and loaded on first use, so that importing farwatch is quick and compiles nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # as in `typing`, which would cost half of this import
if TYPE_CHECKING:
    from farwatch import catalogue
    from farwatch.campaign import Result, campaign, run
    from farwatch.detect.claim import claim
    from farwatch.detect.coverage import coverage
    from farwatch.detect.posts import Post
    from farwatch.detect.reach import Target
    from farwatch.errors import FarwatchError, InputError, RangeError, ScenarioError, StoreError
    from farwatch.scenario import Scenario, check, load, schema, shipped, vary
    from farwatch.track.tracking import track

__version__ = "0.1.0"

__all__ = [
    "FarwatchError",
    "InputError",
    "Post",
    "RangeError",
    "Result",
    "Scenario",
    "ScenarioError",
    "StoreError",
    "Target",
    "campaign",
    "catalogue",
    "check",
    "claim",
    "coverage",
    "load",
    "run",
    "schema",
    "shipped",
    "track",
    "vary",
]

_ROOMS = {
    "farwatch.campaign": ("Result", "run"),
    "farwatch.detect.claim": ("claim",),
    "farwatch.detect.coverage": ("coverage",),
    "farwatch.detect.posts": ("Post",),
    "farwatch.detect.reach": ("Target",),
    "farwatch.errors": ("FarwatchError", "InputError", "RangeError", "ScenarioError", "StoreError"),
    "farwatch.scenario": ("Scenario", "check", "load", "schema", "shipped", "vary"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    """Bring a public name from its room on first use [PEP 562]."""
    if name in {"campaign", "catalogue", "track"}:  # rooms; the first and the last can also be called, see there
        return import_module(f"farwatch.{name}")
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'farwatch' has no attribute {name!r}; it offers {', '.join(__all__)}")
    value = getattr(import_module(_ROOM_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
