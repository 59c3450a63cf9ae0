"""What `farwatch coverage` was asked, read from the words of the command line; all problems at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from farwatch import catalogue
from farwatch.catalogue.names import near
from farwatch.detect.paths import Route
from farwatch.detect.posts import Post, posts_of
from farwatch.detect.reach import Target
from farwatch.errors import InputError, Problem
from farwatch.scenario import Scenario, load, typed
from farwatch.scenario.typed import Level, Spot

TOLD_M = (30.0, 100.0, 300.0, 1e3, 3e3, 10e3)
"""Heights above ground that are told when nobody asks for others."""

DRAWN = (".gpx", ".kml", ".kmz")
"""Suffixes of files with routes that other programs draw."""

SUFFIXES = (".tif", ".tiff", ".nc", ".geojson", ".json", ".png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The options as typed."""

    scenario: str | None = None
    at: list[str] = field(default_factory=list)
    radar: list[str] = field(default_factory=list)
    antenna_m: float | None = None
    terrain: str | None = None
    line_of_sight: bool = False
    rcs_m2: str = "1"
    pd: float = 0.8
    height_m: list[str] = field(default_factory=list)
    route: str | None = None
    out: list[Path] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The same, understood. `posts` is a whole scenario when its radars are used as they stand.

    `chosen` says whether the heights were asked for, or are the usual ones.
    """

    posts: tuple[Post, ...] | Scenario
    terrain: str | Path | None
    target: Target | None
    heights: tuple[Level, ...]
    chosen: bool
    route: Route | None


def read(words: Words) -> Request:
    """Understand the options; InputError with every problem in them, ScenarioError for an unsound scenario."""
    problems: list[Problem] = []
    posts, terrain = _from_scenario(words, problems) if words.scenario is not None else (_posts(words, problems), None)
    heights = typed.levels("--height-m", words.height_m, problems)
    target = None if words.line_of_sight else _target(words, problems)
    route = None if words.route is None else _route(words, words.route, heights, problems)
    problems += _unwritable(words.out)
    if problems:
        raise InputError("farwatch coverage", problems)
    return Request(
        posts=posts,
        terrain=words.terrain if words.terrain is not None else terrain,
        target=target,
        heights=tuple(heights) or tuple(Level(told, "ground") for told in TOLD_M),
        chosen=bool(heights),
        route=route,
    )


def _from_scenario(words: Words, problems: list[Problem]) -> tuple[Scenario | tuple[Post, ...], Path | None]:
    """A scenario's radars at their sites; for geometry alone, their antennas."""
    scenario = load(words.scenario or "")
    for option, given in (("--at", words.at), ("--radar", words.radar)):
        if given:
            problems.append(Problem(option, given[0], "cannot go with a scenario", "change the scenario's defence"))
    if words.antenna_m is not None:
        rule = "cannot go with a scenario"
        problems.append(Problem("--antenna-m", f"{words.antenna_m:g}", rule, "set antenna_height_m in its defence"))
    if not words.line_of_sight:
        return scenario, scenario.terrain_file
    radars = scenario.resolved_catalogue().radars
    return tuple(
        Post(
            name=post.name, lat_deg=post.lat_deg, lon_deg=post.lon_deg,
            antenna_agl_m=(
                post.antenna_agl_m if post.antenna_agl_m is not None
                else radars[post.radar or ""].antenna_height_m.value
            ),
        )
        for post in posts_of(scenario)
    ), scenario.terrain_file


def _posts(words: Words, problems: list[Problem]) -> tuple[Post, ...]:
    """Sites typed after --at, with the radars typed after --radar."""
    spots = typed.spots("--at", words.at, problems)
    if not words.at:
        problems.append(Problem("--at", "", "is needed, or a scenario", "for example --at 46.95,8.2"))
    names = [None] * len(spots) if words.line_of_sight else list(_radars(words, problems))
    if len(names) == 1:
        names *= len(spots)
    elif spots and names and len(names) != len(spots):
        rule = f"must be one for all sites, or one for each of the {len(spots)}"
        problems.append(Problem("--radar", ", ".join(map(str, names)), rule))
        return ()
    if words.line_of_sight and words.antenna_m is None:
        problems.append(Problem("--antenna-m", "", "is needed with --line-of-sight", "for example --antenna-m 20"))
    return tuple(
        Post(
            name="site" if len(spots) == 1 else f"site-{number}", lat_deg=spot.lat_deg, lon_deg=spot.lon_deg,
            radar=name, antenna_agl_m=words.antenna_m, heading_deg=spot.heading_deg,
        )
        for number, (spot, name) in enumerate(zip(spots, names, strict=False), 1)
    )


def _radars(words: Words, problems: list[Problem]) -> Iterator[str]:
    """The radars named, each in the catalogue; a system's name is answered with its radars."""
    entries = catalogue.load()
    if not words.radar:
        hint = "farwatch catalogue lists them; or ask for --line-of-sight"
        problems.append(Problem("--radar", "", "is needed", hint))
    for name in words.radar:
        if name in entries.systems:
            hint = "its radars are " + ", ".join(entries.systems[name].radars)
            problems.append(Problem("--radar", name, "is a system, not a radar", hint))
        elif name not in entries.radars:
            problems.append(Problem("--radar", name, "is not in the catalogue", near(name, entries.radars)))
        yield name


def _target(words: Words, problems: list[Problem]) -> Target:
    """The echo looked for: a number of square metres, or a class of the catalogue seen from ahead."""
    swerling, rcs_m2, name = 1, 1.0, ""
    classes = catalogue.load().classes
    if words.rcs_m2 in classes:
        kind = classes[words.rcs_m2]
        swerling, rcs_m2, name = kind.swerling, kind.rcs_nose_m2.value, kind.name
    else:
        try:
            rcs_m2 = float(words.rcs_m2)
        except ValueError:
            rule = "must be a number of square metres or a target class"
            problems.append(Problem("--rcs-m2", words.rcs_m2, rule, near(words.rcs_m2, classes)))
        if not 1e-6 <= rcs_m2 <= 1e6:
            problems.append(Problem("--rcs-m2", words.rcs_m2, "must be 1e-6 to 1e6 m2"))
    if not 0.0 < words.pd < 1.0:
        problems.append(Problem("--pd", f"{words.pd:g}", "must lie between 0 and 1", "0.5, 0.8 and 0.9 are usual"))
    return Target(rcs_m2=rcs_m2, pd=words.pd, swerling=swerling, name=name)


def _route(words: Words, text: str, heights: list[Level], problems: list[Problem]) -> Route | None:
    places = _drawn(text, problems) if text.lower().endswith(DRAWN) else typed.route("--route", text, problems)
    if words.line_of_sight:
        problems.append(Problem("--route", text, "needs a radar: a chance of detection has none otherwise"))
    if not heights:
        problems.append(Problem("--height-m", "", "is needed with --route", "for example --height-m 300"))
        return None
    return Route(
        lat_deg=tuple(place.lat_deg for place in places), lon_deg=tuple(place.lon_deg for place in places),
        height_m=heights[0].height_m, above=heights[0].above,
    )


def _drawn(text: str, problems: list[Problem]) -> list[Spot]:
    """Places of the first route in a GPX or KML file."""
    from farwatch.formats.route import routes

    try:
        first = routes(text)[0]
    except InputError as error:
        problems += [Problem("--route", text, f"{one.where}: {one.rule}", one.hint) for one in error.problems]
        return []
    return [Spot(float(lat), float(lon), 0.0) for lat, lon in zip(first.lat_deg, first.lon_deg, strict=True)]


def _unwritable(out: list[Path]) -> Iterator[Problem]:
    """Files that could not be written as asked."""
    for path in out:
        if path.suffix and path.suffix.lower() not in SUFFIXES:
            rule = "cannot be written in that form"
            yield Problem("--out", str(path), rule, f"one of {', '.join(SUFFIXES)}, or a folder")
        elif path.suffix and not path.absolute().parent.is_dir():
            yield Problem("--out", str(path), "lies in a folder that does not exist")
        elif not path.suffix and path.is_file():
            yield Problem("--out", str(path), "is a file, not a folder")
