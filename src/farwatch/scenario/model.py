"""What a user declares: the typed model of a scenario file.

Every field is declared once, here: its name (with unit), type, range, default and meaning. The reader, the
error text, the JSON Schema and the reference page `docs/scenario.md` follow from it. Rules that need more
than one field, or the catalogue, or a file, are in `meaning`.

Positions are WGS-84. Azimuths run clockwise from true north. A height says its datum: `_agl_` above the
ground below, `_msl_` above mean sea level. `None` always means "not given": the description says what then
holds.

Three fields are words that Python keeps for itself: in a file they are `class`, `from` and `for`, in Python
`class_name`, `start` and `targets`. Paths (`vary`, problems) use the words of the file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PrivateAttr, Tag

from farwatch.scenario.names import TERRAINS, TRAFFIC, locate

if TYPE_CHECKING:
    from farwatch.catalogue import Catalogue

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
CONFIRM_PATTERN = r"^[1-9][0-9]?-of-[1-9][0-9]?$"

DELIVERY_LIMIT = 8
"""As many as a ROUND record holds (`records.SUPPLY_LIMIT`), which is not imported here to start quickly."""

# Strict: the text "12" is not a number, and true is not 1.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Angle = Annotated[Number, Field(ge=-360, le=360)]
Share = Annotated[Number, Field(ge=0, le=1)]
Speed = Annotated[Number, Field(gt=0, le=8000)]
HeightAgl = Annotated[Number, Field(ge=0, le=30_000)]
HeightMsl = Annotated[Number, Field(ge=-450, le=100_000)]
Density = Annotated[Number, Field(gt=0, le=1000)]
Count = Annotated[Whole, Field(ge=0, le=100_000)]


Band = Literal["VHF", "UHF", "L", "S", "C", "X", "Ku", "K", "Ka"]

WeaponsStatus = Literal["free", "tight", "hold"]

Cover = Literal[
    "smooth", "flatland", "desert", "farmland", "rolling-hills", "wooded-hills", "mountains", "urban", "sea"
]


class Place(BaseModel):
    """A point on the ground."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lat_deg: Annotated[Number, Field(ge=-90, le=90)] = Field(
        description="Latitude, WGS-84, north positive.", examples=[23.6]
    )
    lon_deg: Annotated[Number, Field(ge=-180, le=180)] = Field(
        description="Longitude, WGS-84, east positive.", examples=[45.2]
    )


class Bearing(BaseModel):
    """A point on the ground as seen from the asset that the group flies to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bearing_deg: Angle = Field(description="Direction from the asset, clockwise from true north.", examples=[40])
    range_km: Annotated[Number, Field(gt=0, le=3000)] = Field(
        description="Distance from the asset along the ground.", examples=[110]
    )


def _position_kind(given: Any) -> str:
    """Tell `{lat_deg, lon_deg}` from `{bearing_deg, range_km}` by words that only one of them has."""
    words = given if isinstance(given, dict) else getattr(given, "__dict__", {})
    return "<place>" if any(str(word).startswith(("lat", "lon")) for word in words) else "<bearing>"


Position = Annotated[
    Annotated[Place, Tag("<place>")] | Annotated[Bearing, Tag("<bearing>")],
    Discriminator(_position_kind),
]


class Delivery(BaseModel):
    """Rounds that are brought to a battery while the mission runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_s: Annotated[Number, Field(ge=0, le=86_400)] = Field(
        description="Mission time at which they join the reserve.", examples=[1800]
    )
    rounds: Mapping[Name, Count] = Field(description="How many, by catalogue name.", examples=[{"48n6e3": 8}])


class Battery(BaseModel):
    """A fire unit of the defence: one system of the catalogue at one site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="What this battery is called in results.", examples=["alpha"])
    system: Name = Field(
        description="Catalogue name of the system: see `farwatch catalogue`.", examples=["s-400", "samp-t"]
    )
    at: Place = Field(description="Where it stands.")
    heading_deg: Angle = Field(
        default=0.0,
        description="Where radars that cover less than a full turn look, clockwise from true north.",
    )
    antenna_height_m: Annotated[Number, Field(ge=0, le=500)] | None = Field(
        default=None,
        description="Height of all its antennas above the ground. Not given: each radar's catalogue figure.",
    )
    ready: Mapping[Name, Count] | None = Field(
        default=None,
        description="Rounds on the launchers at the start, by catalogue name. Not given: the usual load of "
        "the system. A round of the system that is not listed is not carried.",
        examples=[{"48n6e3": 16, "9m96e2": 32}],
    )
    reserve: Mapping[Name, Count] | None = Field(
        default=None,
        description="Reload rounds behind the launchers, by catalogue name. Not given: none.",
    )
    resupply: tuple[Delivery, ...] = Field(
        default=(),
        max_length=DELIVERY_LIMIT,
        description="Rounds that come later and join the reserve. Reloading puts them where rounds of their kind "
        "stood.",
        examples=[[{"at_s": 1800, "rounds": {"48n6e3": 8}}]],
    )
    launchers: Annotated[Whole, Field(ge=1, le=100)] | None = Field(
        default=None,
        description="Launchers of this battery: `ready` must fit on them, and the usual load grows or shrinks with "
        "them. Not given: as many as the load needs.",
    )
    reload_teams: Annotated[Whole, Field(ge=1, le=8)] = Field(
        default=1, description="Launchers of one kind of round that are reloaded at the same time."
    )
    radars: tuple[Name, ...] | None = Field(
        default=None,
        description="Which of the system's radars are switched on. Not given: all of them.",
    )
    engage_on: Literal["own-radar", "picture"] = Field(
        default="own-radar",
        description="What a launch needs: the battery's own fire-control radar following the target, or any "
        "track of the common picture.",
    )
    reaction_s: Annotated[Number, Field(ge=0, le=3600)] | None = Field(
        default=None,
        description="From a track declared hostile to the first launch. Not given: the catalogue figure.",
    )
    cue: Literal["picture", "own-radar"] = Field(
        default="picture",
        description="When the reaction time begins: when the common picture calls the track hostile, so that the "
        "battery is ready when its own radar takes it up; or only when its own fire-control radar holds that track.",
    )


class Asset(BaseModel):
    """Something that the defence protects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="What raid groups call it in `to`.", examples=["depot"])
    at: Place = Field(description="Where it stands.")
    value: Annotated[Number, Field(ge=0, le=1e9)] = Field(
        default=1.0, description="What it is worth beside the other assets; any scale."
    )
    height_agl_m: Annotated[Number, Field(ge=0, le=1000)] = Field(
        default=0.0, description="Height above the ground of the point that is flown to."
    )


class Waypoint(BaseModel):
    """A point on the way: `lat_deg` and `lon_deg`, or `bearing_deg` and `range_km` from the asset."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": ["lat_deg", "lon_deg"]}, {"required": ["bearing_deg", "range_km"]}]},
    )

    lat_deg: Annotated[Number, Field(ge=-90, le=90)] | None = Field(
        default=None, description="Latitude, WGS-84, north positive; together with lon_deg."
    )
    lon_deg: Annotated[Number, Field(ge=-180, le=180)] | None = Field(
        default=None, description="Longitude, WGS-84, east positive; together with lat_deg."
    )
    bearing_deg: Angle | None = Field(
        default=None,
        description="Direction from the asset, clockwise from true north; together with range_km.",
    )
    range_km: Annotated[Number, Field(gt=0, le=3000)] | None = Field(
        default=None, description="Distance from the asset along the ground; together with bearing_deg."
    )
    height_agl_m: HeightAgl | None = Field(
        default=None, description="Height above the ground from here on. Not given: as before."
    )
    height_msl_m: HeightMsl | None = Field(
        default=None, description="Height above mean sea level from here on. Not given: as before."
    )
    speed_m_s: Speed | None = Field(default=None, description="Speed from here on. Not given: as before.")

    @property
    def position(self) -> Place | Bearing:
        """Where it is, as one of the two ways to say so."""
        if self.lat_deg is not None and self.lon_deg is not None:
            return Place(lat_deg=self.lat_deg, lon_deg=self.lon_deg)
        if self.bearing_deg is not None and self.range_km is not None:
            return Bearing(bearing_deg=self.bearing_deg, range_km=self.range_km)
        raise AssertionError("a checked waypoint has one position")


class Group(BaseModel):
    """Members of one class that fly to one asset along one route: to attack it or, if friendly, to land."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="What this group is called in results.", examples=["drones"])
    class_name: Name = Field(
        alias="class",
        description="Catalogue name of the target class: see `farwatch catalogue`.",
        examples=["one-way-drone", "cruise-missile-subsonic", "srbm"],
    )
    count: Annotated[Whole, Field(ge=1, le=10_000)] = Field(default=1, description="Number of members.")
    to: Name = Field(description="The asset it flies to, by name.", examples=["depot"])
    start: Position = Field(
        alias="from",
        description="Where it appears: `{bearing_deg, range_km}` seen from the asset, or `{lat_deg, lon_deg}`.",
        examples=[{"bearing_deg": 40, "range_km": 110}],
    )
    via: tuple[Waypoint, ...] = Field(
        default=(), description="Points it passes on the way, in order. Not for ballistic classes."
    )
    height_agl_m: HeightAgl | None = Field(
        default=None,
        description="Height above the ground, following the terrain. Not given, nor height_msl_m: the "
        "class's usual height.",
    )
    height_msl_m: HeightMsl | None = Field(
        default=None, description="Height above mean sea level, held level. Instead of height_agl_m."
    )
    speed_m_s: Speed | None = Field(
        default=None,
        description="Speed over ground. Not given: the class figure, drawn from its published range in each trial.",
    )
    at_s: Annotated[Number, Field(ge=0, le=86_400)] = Field(
        default=0.0, description="Mission time at which the first member appears."
    )
    interval_s: Annotated[Number, Field(ge=0, le=3600)] = Field(
        default=0.0, description="Time between one member and the next on the same path."
    )
    spacing_m: Annotated[Number, Field(ge=0, le=50_000)] = Field(
        default=0.0, description="Distance between neighbours side by side, across the route."
    )
    side: Literal["hostile", "friendly"] = Field(
        default="hostile",
        description="Friendly members land where they fly to: they do no damage and are not counted with the raid.",
    )
    transponder: Annotated[bool, Field(strict=True)] | None = Field(
        default=None,
        description="Whether each member answers interrogation. Not given: friendly members do, and so do those of a "
        "harmless class.",
    )
    jammer_w_hz: Density | None = Field(
        default=None,
        description="Noise that each member sends in every radar's band: effective radiated power per bandwidth. Not "
        "given: it sends none.",
        examples=[0.001],
    )


class Traffic(BaseModel):
    """Recorded flights of real aircraft that share the sky with the raid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded: Text = Field(
        description="A shipped recording, or the path of a Parquet or CSV file with columns time_s, flight, "
        "lat_deg,lon_deg, height_m.",
        examples=["swiss-traffic"],
    )
    moved_to: Place | None = Field(
        default=None,
        description="Where the centre of the recording is put, its geometry kept. Not given: flown where it "
        "was recorded.",
    )
    from_s: Annotated[Number, Field(ge=0, le=1e7)] = Field(
        default=0.0, description="Time in the recording that becomes mission time zero."
    )
    limit: Annotated[Whole, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Most aircraft to keep, nearest to the defence first. Not given: all."
    )


class Assessment(BaseModel):
    """How kills are judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delay_s: Annotated[Number, Field(ge=0, le=600)] | None = Field(
        default=None,
        description="From intercept to judgement, for every battery. Not given: each battery's catalogue figure.",
    )
    miss_called_kill: Share = Field(default=0.05, description="Chance that a miss is judged a kill.")
    kill_called_miss: Share = Field(default=0.05, description="Chance that a kill is judged a miss.")
    recheck_plots: Annotated[Whole, Field(ge=0, le=1000)] = Field(
        default=5,
        description="A track that was called killed and is still seen this many times more is taken for alive again. "
        "0: never.",
    )


class Kept(BaseModel):
    """The last rounds of one kind, kept for some targets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: tuple[Name, ...] = Field(
        alias="for",
        min_length=1,
        description="Target classes or families that may have the last of them.",
        examples=[["ballistic-missile"]],
    )
    count: Count = Field(description="How many each battery keeps, ready and in reserve together.", examples=[4])


class Doctrine(BaseModel):
    """When to shoot, how often, and with what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shots: Literal["shoot-look-shoot", "shoot-shoot", "in-depth"] = Field(
        default="shoot-look-shoot",
        description="Wait for the judgement of one salvo before the next; do not; or let each battery have its own "
        "salvo and its own judgement, without waiting for the others.",
    )
    shots_per_look: Annotated[Whole, Field(ge=1, le=20)] = Field(default=2, description="Rounds in one salvo.")
    salvo: Mapping[Name, Annotated[Whole, Field(ge=1, le=20)]] = Field(
        default={},
        description="Rounds in one salvo at a target class or a family of classes, instead of shots_per_look. A class "
        "goes before its family.",
        examples=[{"ballistic-missile": 2, "one-way-drone": 1}],
    )
    max_shots: Annotated[Whole, Field(ge=1, le=1000)] | None = Field(
        default=None, description="Most rounds spent on one track. Not given: no limit."
    )
    prefer: Literal["shortest-reach", "highest-kill", "cheapest"] = Field(
        default="shortest-reach", description="Which of the rounds that can reach the target is taken."
    )
    assignment: Literal["greedy", "optimal", "look-ahead"] = Field(
        default="greedy",
        description="How the command post matches rounds to targets at one decision: the worst threat takes the "
        "preferred round, then the next one; the match that kills most threat in all; or that match over this "
        "decision and the next minute and a half, in which what can wait does. The last two overrule prefer, and need "
        "centralised command.",
    )
    open_fire: Literal["earliest", "best-round"] = Field(
        default="earliest",
        description="Fire as soon as some round can meet the target; or wait for the round with the highest kill "
        "probability against it while that one can still come in time. best-round overrules prefer.",
    )
    keep_for: Mapping[Name, Kept] = Field(
        default={},
        description="Rounds, by catalogue name, whose last ones are kept for some targets. Not given: none.",
        examples=[{"48n6e3": {"for": ["ballistic-missile"], "count": 4}}],
    )
    priority: Literal["threat", "first-to-arrive", "value"] = Field(
        default="threat",
        description="Which target comes first: by value at stake over time to go, by time to go alone, or by value "
        "alone.",
    )
    weapons: WeaponsStatus = Field(
        default="tight",
        description="At what anybody may fire. tight: at what is judged hostile; free: also at what is undecided; "
        "hold: at nothing. A zone has its own.",
    )
    decide_s: Annotated[Number, Field(ge=0.1, le=60)] = Field(
        default=2.0, description="How often the command post decides."
    )
    hold_range_km: Annotated[Number, Field(gt=0, le=3000)] | None = Field(
        default=None,
        description="No launch while the intercept would be farther from the battery than this. Not given: "
        "as early as the round can reach.",
    )
    assessment: Assessment = Field(default=Assessment(), description="How kills are judged.")


class Command(BaseModel):
    """Who decides, how long orders take, and how sure the links are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["centralised", "coordinated", "decentralised"] = Field(
        default="centralised",
        description="One command post decides for all batteries; each battery decides for itself and sees what the "
        "others fire at; or it does not see that.",
    )
    delay_s: Annotated[Number, Field(ge=0, le=600)] = Field(
        default=0.0,
        description="From a decision to the first launch that follows from it, unless the battery acts alone.",
    )
    link_loss: Share = Field(
        default=0.0,
        description="Chance in each trial, for each battery, that its link is down all through it. Without its link a "
        "battery acts alone, on targets that its own fire-control radar follows.",
    )


class Outage(BaseModel):
    """Something out of action for a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Text = Field(
        description="A battery by its name, one of its radars as `battery/radar`, or its link as `battery/link`.",
        examples=["alpha", "alpha/92n6e", "alpha/link"],
    )
    from_s: Annotated[Number, Field(ge=0, le=86_400)] = Field(default=0.0, description="Mission time when it begins.")
    to_s: Annotated[Number, Field(gt=0, le=86_400)] | None = Field(
        default=None, description="Mission time when it ends. Not given: it lasts to the end."
    )


class Zone(BaseModel):
    """A circle over the ground with a weapons control status of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="What it is called in messages.", examples=["corridor"])
    at: Place = Field(description="Its centre.")
    radius_km: Annotated[Number, Field(gt=0, le=1000)] = Field(description="Its radius along the ground.")
    weapons: WeaponsStatus = Field(
        description="At what may be fired while it is over the zone; of overlapping zones the first counts."
    )


class Tracker(BaseModel):
    """How plots become tracks, and tracks get an identity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confirm: Annotated[str, Field(pattern=CONFIRM_PATTERN)] = Field(
        default="3-of-5",
        description="Plots in looks that confirm a track: `M-of-N`, N at most 32.",
        examples=["2-of-3", "3-of-5"],
    )
    drop_after_misses: Annotated[Whole, Field(ge=1, le=32)] = Field(
        default=5, description="Looks in a row without a plot after which a confirmed track is dropped."
    )
    hostile_threshold: Annotated[Number, Field(gt=0, lt=1)] = Field(
        default=0.9, description="Probability of a threat class from which a track is called hostile."
    )
    neutral_threshold: Annotated[Number, Field(gt=0, lt=1)] = Field(
        default=0.8, description="Probability of a harmless class from which a track is called neutral."
    )
    gate_probability: Annotated[Number, Field(gt=0, lt=1)] = Field(
        default=0.999, description="Chance that a true plot falls inside its track's gate."
    )
    cruise_acceleration_m_s2: Annotated[Number, Field(gt=0, le=100)] = Field(
        default=0.5, description="Acceleration that the model of steady flight allows for."
    )
    manoeuvre_acceleration_m_s2: Annotated[Number, Field(gt=0, le=500)] = Field(
        default=20.0, description="Acceleration that the model of turning flight allows for."
    )


class Weather(BaseModel):
    """The air between radar and target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rain_mm_h: Annotated[Number, Field(ge=0, le=250)] = Field(
        default=0.0, description="Rain rate, the same everywhere below the rain height: it weakens echoes and sends "
        "back its own."
    )
    fog_g_m3: Annotated[Number, Field(ge=0, le=5)] = Field(
        default=0.0, description="Liquid water of a fog or low cloud that lies everywhere below fog_top_msl_m."
    )
    fog_top_msl_m: HeightMsl = Field(default=1000.0, description="Top of the fog, above mean sea level.")


class Ground(BaseModel):
    """The ground that radars see behind low targets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clutter: Cover | None = Field(
        default=None,
        description="What it is covered with, which says how strong its echo is. Not given: it sends no echo back.",
        examples=["desert"],
    )
    sea_state: Annotated[Whole, Field(ge=0, le=6)] = Field(
        default=3, description="Sea state, where it is covered with sea."
    )


class Jammer(BaseModel):
    """A transmitter of noise that stays where it is, away from the raid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="What it is called in messages.", examples=["stand-off"])
    at: Place = Field(description="Where it is.")
    height_msl_m: HeightMsl = Field(description="Height above mean sea level.", examples=[9000])
    density_w_hz: Density = Field(
        description="Effective radiated power toward the radars, per bandwidth of its noise.", examples=[0.01]
    )
    bands: tuple[Band, ...] | None = Field(
        default=None, min_length=1, description="Radar bands that it covers. Not given: all of them."
    )


class Range(BaseModel):
    """A figure with the range it is drawn from in each trial."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Number = Field(description="Most likely value, in the figure's own unit.")
    low: Number = Field(description="Lowest value thought possible.")
    high: Number = Field(description="Highest value thought possible.")


def _figure_kind(given: Any) -> str:
    """Tell a plain number from `{value, low, high}`."""
    return "<range>" if isinstance(given, (dict, Range)) else "<number>"


FigureValue = Annotated[
    Annotated[Number, Tag("<number>")] | Annotated[Range, Tag("<range>")],
    Discriminator(_figure_kind),
]


class Scenario(BaseModel):
    """A defence, what it defends, and what comes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    farwatch: Literal[1] = Field(description="Version of this file format: 1.")
    title: Text = Field(description="One line that says what this scenario shows.")
    terrain: Text | None = Field(
        default=None,
        description="A shipped clip, or the path of a GeoTIFF, COG, VRT or .hgt file, or of a folder of .hgt "
        "files. Not given: a smooth earth at sea level.",
        examples=["arabia-30s", "alps-3s"],
    )
    duration_s: Annotated[Number, Field(gt=0, le=86_400)] | None = Field(
        default=None, description="Length of the mission. Not given: until the last of the raid has arrived."
    )
    seed: Annotated[Whole, Field(ge=0, lt=2**63)] = Field(
        default=1, description="Seed of all chance; the command line can replace it."
    )
    defence: tuple[Battery, ...] = Field(min_length=1, description="The batteries.")
    defended: tuple[Asset, ...] = Field(default=(), description="What they defend.")
    raid: tuple[Group, ...] = Field(default=(), description="What comes. Empty: only the picture is kept.")
    traffic: tuple[Traffic, ...] = Field(default=(), description="Real aircraft in the same sky.")
    doctrine: Doctrine = Field(default=Doctrine(), description="When to shoot, how often, and with what.")
    command: Command = Field(
        default=Command(), description="Who decides, how long orders take, and how sure the links are."
    )
    outages: tuple[Outage, ...] = Field(default=(), description="What is out of action, and when.")
    zones: tuple[Zone, ...] = Field(default=(), description="Where another weapons control status holds.")
    tracker: Tracker = Field(default=Tracker(), description="How plots become tracks.")
    weather: Weather = Field(default=Weather(), description="The air between radar and target.")
    ground: Ground = Field(default=Ground(), description="The ground that radars see behind low targets.")
    jammers: tuple[Jammer, ...] = Field(default=(), description="Noise from outside the raid.")
    figures: Mapping[str, FigureValue] = Field(
        default={},
        description="Catalogue figures replaced for this scenario, as `entry.figure`: a number, or `{value, "
        "low, high}`, in SI units.",
        examples=[{"48n6e3.range_max_m": 240000}],
    )

    _folder: Path | None = PrivateAttr(default=None)

    @property
    def folder(self) -> Path | None:
        """Folder of the file it was read from, where its relative paths start; None when made from text."""
        return self._folder

    @property
    def terrain_file(self) -> Path | None:
        """The file or folder that `terrain` names; None for a smooth earth."""
        return None if self.terrain is None else locate(self.terrain, TERRAINS, self._folder)

    @property
    def traffic_files(self) -> tuple[Path, ...]:
        """The file of each row of `traffic`, in the same order."""
        return tuple(locate(row.recorded, TRAFFIC, self._folder) for row in self.traffic)

    def resolved_catalogue(self) -> "Catalogue":
        """Give the catalogue with this scenario's `figures` in place of its own."""
        from farwatch import catalogue

        given = {
            path: figure if isinstance(figure, float) else figure.model_dump() for path, figure in self.figures.items()
        }
        found = catalogue.load()
        return catalogue.override(found, given) if given else found
