"""What is known of air traffic that is none of the raid: codes, addresses and routes, from a small YAML file."""

from math import inf
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from farwatch.scenario.findings import Finding, problems_from
from farwatch.scenario.model import Number, Text
from farwatch.track.codes import LARGEST_ADDRESS, LARGEST_CODE
from farwatch.track.corridors import Route
from farwatch.track.declared import Form, findings_of, read_tree, refuse

Height = Annotated[Number, Field(ge=-1000, le=100_000)]


def _digits(value: Any, root: int, limit: int, rule: str) -> str:
    """The digits of a code; a number that YAML made of them is taken by its digits."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    try:
        number = int(text, root) if text.isalnum() else 0
    except ValueError:
        number = 0
    if not 0 < number <= limit:
        raise PydanticCustomError("digits", "must be {rule}", {"rule": rule})
    return text


def _code(value: Any) -> str:
    return _digits(value, 8, LARGEST_CODE, 'up to four octal digits above 0, in quotes: "4321"')


def _address(value: Any) -> str:
    return _digits(value, 16, LARGEST_ADDRESS, 'up to six hexadecimal digits above 0, in quotes: "3430D8"')


class RouteSheet(BaseModel):
    """A route that traffic flies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text = Field(description="What it is called.")
    places: tuple[
        tuple[Annotated[Number, Field(ge=-90, le=90)], Annotated[Number, Field(ge=-180, le=180)]], ...
    ] = Field(min_length=2, description="Points along it, each [latitude, longitude] in degrees, WGS-84.")
    half_width_m: Annotated[Number, Field(gt=0, le=1e6)] = Field(
        default=7408.0, description="How far to each side it reaches; 4 nautical miles when left out."
    )
    low_m: Height | None = Field(default=None, description="Lowest height above the sea. Not given: from the ground.")
    high_m: Height | None = Field(default=None, description="Highest height above the sea. Not given: no limit.")
    both_ways: bool = Field(default=True, description="Whether it is flown either way, or only as the points follow.")

    @property
    def route(self) -> Route:
        """The same as the tracker takes it."""
        return Route(
            name=self.name, places=self.places, half_width_m=self.half_width_m, both_ways=self.both_ways,
            low_m=-inf if self.low_m is None else self.low_m, high_m=inf if self.high_m is None else self.high_m,
        )


class Traffic(BaseModel):
    """Traffic that is expected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: tuple[Annotated[str, BeforeValidator(_code)], ...] = Field(
        default=(), description="SSR Mode A codes, octal digits in quotes.", examples=[["4321"]]
    )
    addresses: tuple[Annotated[str, BeforeValidator(_address)], ...] = Field(
        default=(), description="24-bit Mode S addresses, hexadecimal digits in quotes.", examples=[["3430D8"]]
    )
    routes: tuple[RouteSheet, ...] = Field(default=(), description="Routes that traffic flies.")


FORM = Form(model=Traffic, parts={"routes": RouteSheet}, beginning="it may hold `codes:`, `addresses:` and `routes:`")


def read_traffic(path: str | Path) -> Traffic:
    """What a YAML file says of traffic; InputError with every problem, each with its line and the nearest field."""
    tree, problems = read_tree(path, FORM)
    raw = tree.plain()
    try:
        found = Traffic.model_validate(raw)
    except ValidationError as error:
        found, wrong = Traffic(), findings_of(error, raw, (), FORM)
    else:
        wrong = [one for k, route in enumerate(found.routes) for one in _meaning(route, k)]
    refuse(path, [*problems, *problems_from(wrong, raw, tree)])
    return found


def options_of(path: str | Path | None) -> dict[str, Any]:
    """What a traffic file, if there is one, says, by the fields of `TrackOptions`."""
    if path is None:
        return {}
    known = read_traffic(path)
    routes = tuple(route.route for route in known.routes)
    return {"expected_codes": known.codes, "expected_addresses": known.addresses, "routes": routes}


def traffic_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a traffic file."""
    made = Traffic.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "farwatch traffic"}


def _meaning(route: RouteSheet, k: int) -> list[Finding]:
    """What is wrong between fields of a route that are each right."""
    wrong = []
    if len(set(route.places)) < 2:
        wrong.append(Finding(path=("routes", k, "places"), rule="must hold two different places at least"))
    if route.low_m is not None and route.high_m is not None and not route.low_m < route.high_m:
        wrong.append(Finding(path=("routes", k, "low_m"), rule="must be less than high_m"))
    return wrong
