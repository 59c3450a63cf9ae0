"""Rules that need more than one field, the catalogue, or a file.

They work on plain data that may be broken elsewhere, so that a file's problems of shape and of meaning are
reported together: each rule looks at what it can read and leaves the rest to `shape`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import acos, cos, radians, sin
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from farwatch.errors import CatalogueError
from farwatch.scenario.findings import Finding
from farwatch.scenario.names import TERRAINS, TRAFFIC, locate
from farwatch.scenario.yaml12 import Path

if TYPE_CHECKING:
    from farwatch.catalogue import Catalogue

EARTH_RADIUS_KM = 6371.0
START_LIMIT_KM = 3000.0
SITE_LIMIT_KM = 500.0
JAMMER_LIMIT_KM = 1000.0
LOOKS_LIMIT = 32
_ROUNDING = 1e-9
TERRAIN_SUFFIXES = (".tif", ".tiff", ".vrt", ".hgt", ".hgt.gz")
TRAFFIC_SUFFIXES = (".parquet", ".csv")

_SIGNS = "check the signs and the order of lat_deg and lon_deg"

Row = tuple[Path, dict[str, Any]]


@dataclass(frozen=True)
class Draft:
    """A scenario that may still be wrong: its plain data and the folder of its file."""

    raw: dict[str, Any]
    folder: FilePath | None

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The shipped catalogue."""
        from farwatch import catalogue

        return catalogue.load()

    def rows(self, name: str) -> list[Row]:
        """The items of a list of the scenario that are mappings, with their paths."""
        items = self.raw.get(name)
        found = enumerate(items) if isinstance(items, list) else ()
        return [((name, index), item) for index, item in found if isinstance(item, dict)]

    def part(self, name: str) -> dict[str, Any]:
        """A mapping of the scenario; empty when it is not there or not a mapping."""
        found = self.raw.get(name)
        return found if isinstance(found, dict) else {}

    @cached_property
    def assets(self) -> dict[str, Any]:
        """What the groups may fly to: each asset's place, by name."""
        return {row["name"]: row.get("at") for _, row in self.rows("defended") if isinstance(row.get("name"), str)}

    @cached_property
    def rounds(self) -> list[str]:
        """Rounds of the batteries' systems, by name."""
        systems = [self.catalogue.systems.get(str(row.get("system"))) for _, row in self.rows("defence")]
        return list(dict.fromkeys(name for system in systems if system is not None for name in system.rounds))

    @cached_property
    def breakable(self) -> list[str]:
        """What an outage may name: each battery, each of its radars that is switched on, and its link."""
        found: list[str] = []
        for _, row in self.rows("defence"):
            name, chosen = row.get("name"), row.get("radars")
            system = self.catalogue.systems.get(str(row.get("system")))
            if isinstance(name, str):
                radars = chosen if isinstance(chosen, list) else system.radars if system is not None else ()
                found += [name, f"{name}/link", *(f"{name}/{radar}" for radar in radars)]
        return found


def read_meaning(raw: Any, folder: FilePath | None) -> list[Finding]:
    """Everything wrong with what a scenario means, whatever its shape."""
    if not isinstance(raw, dict):
        return []
    draft = Draft(raw, folder)
    return [finding for rule in _RULES for finding in rule(draft)]


def _near(name: str, choices: Any) -> str:
    from farwatch.catalogue import near

    return near(name, choices)


def _unknown(path: Path, name: str, rule: str, choices: Any) -> Iterator[Finding]:
    if name not in choices:
        yield Finding(path=path, rule=rule, hint=_near(name, choices) or "there are none")


def _names_are_unique(draft: Draft) -> Iterator[Finding]:
    for kind in ("defence", "defended", "raid", "jammers", "zones"):
        seen: set[str] = set()
        for path, row in draft.rows(kind):
            name = row.get("name")
            if isinstance(name, str):
                if name in seen:
                    rule = f"is the name of an earlier item of {kind}"
                    yield Finding(path=(*path, "name"), rule=rule, hint="give it a name of its own")
                seen.add(name)


def _batteries_are_in_the_catalogue(draft: Draft) -> Iterator[Finding]:
    for path, row in draft.rows("defence"):
        name = row.get("system")
        if not isinstance(name, str):
            continue
        systems = draft.catalogue.systems
        yield from _unknown((*path, "system"), name, "is not a system of the catalogue", systems)
        if name in systems:
            yield from _rounds_fit(path, row, name, systems[name].rounds)
            yield from _load_fits(draft, path, row)
            yield from _deliveries_fit(draft, path, row)
            yield from _radars_fit(draft, path, row)


def _rounds_fit(path: Path, row: dict[str, Any], system: str, rounds: tuple[str, ...]) -> Iterator[Finding]:
    for field in ("ready", "reserve"):
        load = row.get(field)
        for name in load if isinstance(load, dict) else ():
            if name not in rounds:
                rule = f"is not a round of {system}"
                yield Finding(path=(*path, field, name), rule=rule, hint=_near(str(name), rounds), at_key=True)


def _count(given: Any) -> int:
    """A number of rounds; 0 where it is no such number."""
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else 0


def _load_fits(draft: Draft, path: Path, row: dict[str, Any]) -> Iterator[Finding]:
    """A declared load stands on as many launchers as are declared."""
    launchers, ready = _count(row.get("launchers")), row.get("ready")
    if not launchers or not isinstance(ready, dict):
        return
    known = draft.catalogue.rounds
    places = {str(name): _count(given) / known[name].per_launcher for name, given in ready.items() if name in known}
    needed = sum(places.values())
    if needed <= launchers + _ROUNDING:
        return
    for name, share in places.items():
        left = launchers - (needed - share)
        if share and left >= 0.0:
            fits = int(left * known[name].per_launcher + _ROUNDING)
            rule = f"does not fit on {launchers} launchers with the rest of the load"
            yield Finding(path=(*path, "ready", name), rule=rule, hint=f"{fits} fit")
            return
    each = " or ".join(f"{known[name].per_launcher} {name}" for name, share in places.items() if share)
    rule = f"needs {needed:.4g} launchers and has {launchers}"
    yield Finding(path=(*path, "ready"), rule=rule, hint=f"one launcher holds {each}", at_key=True)


def _deliveries_fit(draft: Draft, path: Path, row: dict[str, Any]) -> Iterator[Finding]:
    """What is delivered is of the system, and has a place on the launchers."""
    system = draft.catalogue.systems[row["system"]]
    ready = row.get("ready")
    load = ready if isinstance(ready, dict) else system.ready
    given = row.get("resupply")
    for index, delivery in enumerate(given if isinstance(given, list) else ()):
        rounds = delivery.get("rounds") if isinstance(delivery, dict) else None
        for name in rounds if isinstance(rounds, dict) else ():
            at = (*path, "resupply", index, "rounds", name)
            if name not in system.rounds:
                rule = f"is not a round of {system.name}"
                yield Finding(path=at, rule=rule, hint=_near(str(name), system.rounds), at_key=True)
            elif not _count(load.get(name)):
                rule = "has no place on the launchers: none of its kind is ready at the start"
                yield Finding(path=at, rule=rule, hint=f"give some of {name} in ready", at_key=True)


def _radars_fit(draft: Draft, path: Path, row: dict[str, Any]) -> Iterator[Finding]:
    system = draft.catalogue.systems[row["system"]]
    chosen = row.get("radars")
    if not isinstance(chosen, list):
        return
    for index, name in enumerate(chosen):
        if isinstance(name, str):
            rule = f"is not a radar of {row['system']}"
            yield from _unknown((*path, "radars", index), name, rule, system.radars)
            if name in chosen[:index]:
                yield Finding(path=(*path, "radars", index), rule="is listed twice")
    able = [name for name in system.radars if draft.catalogue.radars[name].role == "fire-control"]
    known = all(name in system.radars for name in chosen if isinstance(name, str))
    if known and row.get("engage_on", "own-radar") == "own-radar" and not set(able) & set(map(str, chosen)):
        hint = f"add {' or '.join(able)}, or set engage_on: picture" if able else "set engage_on: picture"
        yield Finding(path=(*path, "radars"), rule="has no fire-control radar, so it could never shoot", hint=hint)


def _cues_are_possible(draft: Draft) -> Iterator[Finding]:
    for path, row in draft.rows("defence"):
        if row.get("engage_on") == "picture" and row.get("cue") == "own-radar":
            rule = "cannot stand beside engage_on: picture"
            yield Finding(path=(*path, "cue"), rule=rule, hint="such a launch needs no radar of its own", at_key=True)


def _targets_of_doctrine_are_known(draft: Draft) -> Iterator[Finding]:
    from farwatch.records import FAMILIES

    doctrine, choices = draft.part("doctrine"), (*draft.catalogue.classes, *FAMILIES)
    rule = "is neither a target class of the catalogue nor a family of them"
    salvo, kept = doctrine.get("salvo"), doctrine.get("keep_for")
    for name in salvo if isinstance(salvo, dict) else ():
        if name not in choices:
            path = ("doctrine", "salvo", name)
            yield Finding(path=path, rule=rule, hint=_near(str(name), choices), at_key=True)
    rounds = draft.rounds
    for name, row in kept.items() if isinstance(kept, dict) else ():
        path = ("doctrine", "keep_for", name)
        if name not in rounds:
            hint = _near(str(name), rounds) if rounds else "there are none"
            yield Finding(path=path, rule="is not a round of any battery", hint=hint, at_key=True)
        targets = row.get("for") if isinstance(row, dict) else None
        for index, target in enumerate(targets if isinstance(targets, list) else ()):
            if isinstance(target, str):
                yield from _unknown((*path, "for", index), target, rule, choices)


def _assignment_has_a_post(draft: Draft) -> Iterator[Finding]:
    """Only a command post that decides for all batteries can match all rounds to all targets."""
    level = draft.part("command").get("level", "centralised")
    if draft.part("doctrine").get("assignment", "greedy") != "greedy" and level in ("coordinated", "decentralised"):
        rule = f"needs centralised command; command.level is {level}"
        yield Finding(path=("doctrine", "assignment"), rule=rule, hint="greedy is what each battery does for itself")


def _outages_are_known(draft: Draft) -> Iterator[Finding]:
    choices = draft.breakable
    for path, row in draft.rows("outages"):
        what, begin, end = row.get("what"), row.get("from_s", 0), row.get("to_s")
        if isinstance(what, str):
            rule = "is neither a battery, nor one of its radars that is switched on, nor its link"
            yield from _unknown((*path, "what"), what, rule, choices)
        if isinstance(begin, (int, float)) and isinstance(end, (int, float)) and end <= begin:
            yield Finding(path=(*path, "to_s"), rule=f"must be later than from_s, {begin:g}")


def _groups_are_known(draft: Draft) -> Iterator[Finding]:
    for path, row in draft.rows("raid"):
        name, asset = row.get("class"), row.get("to")
        if isinstance(name, str):
            rule = "is not a target class of the catalogue"
            yield from _unknown((*path, "class"), name, rule, draft.catalogue.classes)
            known = draft.catalogue.classes.get(name)
            if known is not None and known.ballistic:
                yield from _arc_is_free(path, row)
                if row.get("side") == "friendly":
                    rule = "cannot be friendly: a ballistic missile does not land"
                    yield Finding(path=(*path, "side"), rule=rule, hint="give another class, or leave side out")
        if isinstance(asset, str):
            yield from _unknown((*path, "to"), asset, "is not a defended asset", draft.assets)


def _arc_is_free(path: Path, row: dict[str, Any]) -> Iterator[Finding]:
    for field in ("via", "height_agl_m", "height_msl_m"):
        if row.get(field) not in (None, []):
            rule = "cannot be given for a ballistic class"
            yield Finding(
                path=(*path, field), rule=rule, hint="its arc follows from start, goal and speed", at_key=True
            )


def _heights_have_one_datum(draft: Draft) -> Iterator[Finding]:
    for path, row in (*draft.rows("raid"), *_waypoints(draft)):
        if row.get("height_agl_m") is not None and row.get("height_msl_m") is not None:
            rule = "cannot stand beside height_agl_m"
            yield Finding(path=(*path, "height_msl_m"), rule=rule, hint="keep one of the two heights", at_key=True)


def _waypoints(draft: Draft) -> list[Row]:
    rows: list[Row] = []
    for path, row in draft.rows("raid"):
        via = row.get("via")
        points = enumerate(via) if isinstance(via, list) else ()
        rows += [((*path, "via", index), point) for index, point in points if isinstance(point, dict)]
    return rows


def _waypoints_have_one_place(draft: Draft) -> Iterator[Finding]:
    pairs = ({"lat_deg", "lon_deg"}, {"bearing_deg", "range_km"})
    for path, row in _waypoints(draft):
        given = {word for word, value in row.items() if value is not None} & (pairs[0] | pairs[1])
        if given not in pairs:
            rule = "needs one position: lat_deg and lon_deg, or bearing_deg and range_km"
            hint = f"only {' and '.join(sorted(given))} given" if len(given) == 1 else ""
            yield Finding(path=path, rule=rule, hint=hint)


def _starts_are_near(draft: Draft) -> Iterator[Finding]:
    via: dict[Path, list[Row]] = {}
    for at, point in _waypoints(draft):
        via.setdefault(at[:2], []).append((at, point))
    for path, row in draft.rows("raid"):
        here = draft.assets.get(str(row.get("to")))
        for at, point in [((*path, "from"), row.get("from")), *via.get(path, ())]:
            far = distance_km(here, point)
            if far is not None and far > START_LIMIT_KM:
                rule = f"lies {far:.0f} km from {row.get('to')}; must be within {START_LIMIT_KM:.0f} km"
                yield Finding(path=at, rule=rule, hint=_SIGNS)


def _sites_are_near(draft: Draft) -> Iterator[Finding]:
    sites = [*draft.rows("defence"), *draft.rows("defended")]
    readable = [row for _, row in sites if distance_km(row.get("at"), row.get("at")) is not None]
    for path, row in sites if readable else ():
        far = distance_km(readable[0]["at"], row.get("at"))
        if far is not None and far > SITE_LIMIT_KM:
            first = readable[0].get("name", "the first site")
            rule = f"lies {far:.0f} km from {first}; one mission holds {SITE_LIMIT_KM:.0f} km"
            yield Finding(path=(*path, "at"), rule=rule, hint=_SIGNS)


def _jammers_are_near(draft: Draft) -> Iterator[Finding]:
    sites = [row.get("at") for _, row in draft.rows("defence")]
    for path, row in draft.rows("jammers"):
        away = [far for site in sites if (far := distance_km(site, row.get("at"))) is not None]
        if away and min(away) > JAMMER_LIMIT_KM:
            rule = f"lies {min(away):.0f} km from the nearest battery; must be within {JAMMER_LIMIT_KM:.0f} km"
            yield Finding(path=(*path, "at"), rule=rule, hint=_SIGNS)


def distance_km(a: Any, b: Any) -> float | None:
    """Great-circle distance of two `{lat_deg, lon_deg}`; None where either is unreadable.

    Spherical law of cosines; a sphere is within 0.6 % of the ellipsoid, enough for a check of sanity.
    """
    numbers = []
    for place in (a, b):
        for word in ("lat_deg", "lon_deg"):
            value = place.get(word) if isinstance(place, dict) else None
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                return None
            if not abs(value) <= (90 if word == "lat_deg" else 180):
                return None
            numbers.append(radians(value))
    lat_a, lon_a, lat_b, lon_b = numbers
    cosine = sin(lat_a) * sin(lat_b) + cos(lat_a) * cos(lat_b) * cos(lon_a - lon_b)
    return EARTH_RADIUS_KM * acos(max(-1.0, min(1.0, cosine)))


def _files_exist(draft: Draft) -> Iterator[Finding]:
    terrain = draft.raw.get("terrain")
    if isinstance(terrain, str):
        yield from _file(("terrain",), terrain, draft.folder, (TERRAINS, TERRAIN_SUFFIXES))
    for path, row in draft.rows("traffic"):
        recorded = row.get("recorded")
        if isinstance(recorded, str):
            yield from _file((*path, "recorded"), recorded, draft.folder, (TRAFFIC, TRAFFIC_SUFFIXES))


def _file(
    path: Path, name: str, folder: FilePath | None, known: tuple[Mapping[str, str], tuple[str, ...]]
) -> Iterator[Finding]:
    """A file that a scenario names: shipped, in table `known[0]`, or there and ending as in `known[1]`."""
    table, suffixes = known
    if name in table:
        return
    try:
        file = locate(name, table, folder)
        there, is_folder = file.exists(), file.is_dir()
    except (OSError, ValueError):
        yield Finding(path=path, rule="is not a path that this machine can open")
        return
    if not there:
        rule = f"is neither shipped nor a file beside the scenario ({', '.join(suffixes)})"
        yield Finding(path=path, rule=rule, hint=_near(name, table))
    elif is_folder and ".hgt" in suffixes:
        if not any(file.glob("*.hgt*")):
            yield Finding(path=path, rule="is a folder without .hgt files")
    elif is_folder or not name.lower().endswith(suffixes):
        yield Finding(path=path, rule=f"must be a file of one of the kinds {', '.join(suffixes)}")


def _confirmation_is_possible(draft: Draft) -> Iterator[Finding]:
    confirm = draft.part("tracker").get("confirm")
    hits, _, looks = confirm.partition("-of-") if isinstance(confirm, str) else ("", "", "")
    if not (hits.isdigit() and looks.isdigit()):
        return
    if int(hits) > int(looks):
        hint = f"did you mean {looks}-of-{hits}?"
        yield Finding(path=("tracker", "confirm"), rule="asks for more plots than looks", hint=hint)
    elif int(looks) > LOOKS_LIMIT:
        yield Finding(path=("tracker", "confirm"), rule=f"must count at most {LOOKS_LIMIT} looks")


def _figures_can_be_replaced(draft: Draft) -> Iterator[Finding]:
    from farwatch import catalogue

    given = draft.part("figures")
    known = catalogue.figures(draft.catalogue) if given else {}
    for name, value in given.items():
        try:
            catalogue.override(draft.catalogue, {str(name): value})
        except CatalogueError as error:
            for problem in error.problems:
                at_key = name not in known
                yield Finding(path=("figures", name), rule=problem.rule, hint=problem.hint, at_key=at_key)


_RULES = (
    _names_are_unique,
    _batteries_are_in_the_catalogue,
    _cues_are_possible,
    _targets_of_doctrine_are_known,
    _assignment_has_a_post,
    _outages_are_known,
    _groups_are_known,
    _heights_have_one_datum,
    _waypoints_have_one_place,
    _starts_are_near,
    _sites_are_near,
    _jammers_are_near,
    _files_exist,
    _confirmation_is_possible,
    _figures_can_be_replaced,
)
