"""What the catalogue holds: radars, rounds, systems, target classes, and the sources behind their figures.

Each physical quantity is a `Figure`. The metadata of a field says once which unit it is kept in, what it means,
and whether trials draw it; the loader, the listing and the reference page read it from there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from farwatch.catalogue.figures import Figure


def quantity(unit: str, meaning: str, *, drawn: bool = True, open_to_set: bool = False) -> dict[str, Any]:
    """Metadata of a field that holds a `Figure` kept in `unit`; `drawn` false marks structure.

    With `open_to_set` a scenario may give the figure where the catalogue has none.
    """
    return {"unit": unit, "meaning": meaning, "drawn": drawn, "open": open_to_set}


def says(meaning: str) -> dict[str, Any]:
    """Metadata of a field that holds a word, a text or a plain number."""
    return {"meaning": meaning}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One publication: what it is called, where it was read, when it appeared, who speaks in it."""

    id: str
    title: str
    url: str
    date: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A detection range as claimed, from which a radar without public parameters is calibrated."""

    range_m: Figure = field(metadata=quantity("m", "range at which the target is claimed to be detected"))
    rcs_m2: Figure = field(metadata=quantity("m2", "radar cross-section of that target"))
    pd: float = field(metadata=says("probability of detection per look that the claim is taken to mean"))
    swerling: int = field(metadata=says("fluctuation case that the claim is taken to mean"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The public parameter set of a radar, enough for the radar equation."""

    peak_power_w: Figure = field(metadata=quantity("W", "peak transmitted power"))
    gain_tx_dbi: Figure = field(metadata=quantity("dBi", "gain of the transmitting antenna"))
    gain_rx_dbi: Figure = field(metadata=quantity("dBi", "gain of the receiving antenna"))
    pulse_width_s: Figure = field(metadata=quantity("s", "length of the pulse before compression"))
    noise_figure_db: Figure = field(metadata=quantity("dB", "noise figure of the receiver"))
    losses_db: Figure = field(metadata=quantity("dB", "all losses of system and processing, both ways"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Antenna:
    """How a beam is shaped and steered, beside its widths. Without it: full gain between the elevation limits."""

    pattern: str = field(metadata=says("gain over elevation: flat, or cosecant-squared above beam_top_deg"))
    beam_top_deg: Figure | None = field(
        default=None, metadata=quantity("deg", "top of the main beam, above which a cosecant-squared gain falls")
    )
    roll_off: Figure | None = field(
        default=None, metadata=quantity("ratio", "exponent of the cosine by which an array's one-way gain falls off")
    )
    tilt_deg: Figure | None = field(
        default=None, metadata=quantity("deg", "elevation of an array's broadside", drawn=False)
    )
    sidelobe_db: Figure = field(metadata=quantity("dB", "usual sidelobe, one way, against the peak"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """How a radar tells moving echoes from still ones. Without it: every speed alike, and no clutter is left."""

    prf_hz: Figure = field(metadata=quantity("Hz", "pulse repetition frequency, mean of the set", drawn=False))
    stagger: tuple[float, ...] = field(metadata=says("repetition frequencies of the set, over their mean"))
    canceller: int = field(metadata=says("order of the canceller: 1 subtracts two pulses, 2 combines three"))
    improvement_db: Figure = field(metadata=quantity("dB", "improvement of echo over ground clutter, mean of speeds"))
    rain_improvement_db: Figure = field(metadata=quantity("dB", "the same over the echo of rain, by polarisation too"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwells:
    """What an array spends its time on. An array without them has no time budget: its looks cost nothing."""

    search_share: Figure = field(
        metadata=quantity("prob", "share of its time that search takes when nothing else asks for any", drawn=False)
    )
    least_share: Figure = field(
        metadata=quantity("prob", "share that search keeps, and tracking too, however busy it is", drawn=False)
    )
    confirm_dwell_s: Figure = field(
        metadata=quantity("s", "one more dwell on a track not confirmed yet, each time search finds it", drawn=False)
    )
    track_dwell_s: Figure = field(metadata=quantity("s", "one look at a confirmed track", drawn=False))
    track_interval_s: Figure = field(
        metadata=quantity("s", "time wanted between looks at a confirmed track", drawn=False)
    )
    support_dwell_s: Figure = field(metadata=quantity("s", "one dwell for a round in flight", drawn=False))
    support_interval_s: Figure = field(
        metadata=quantity("s", "time between dwells for one round in flight", drawn=False)
    )


Part: TypeAlias = Claim | Parameters | Antenna | Waveform | Dwells

PARTS: dict[str, type[Part]] = {
    "claim": Claim, "parameters": Parameters, "antenna": Antenna, "waveform": Waveform, "dwells": Dwells,
}  # fmt: skip
"""Parts of a radar that are entries of their own, by the field that holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """One kind of radar. A claim or a parameter set says how strong it is; where both stand, the claim is a check."""

    name: str
    title: str
    role: str = field(metadata=says("search, or fire-control: able to support a shot"))
    band: str = field(metadata=says("IEEE letter of the band"))
    scan: str = field(metadata=says("rotating, or array: electronic scan of a sector"))
    structure: str = field(metadata=says("where the plain numbers and undrawn figures come from"))
    frequency_hz: Figure = field(metadata=quantity("Hz", "centre frequency", drawn=False))
    period_s: Figure = field(metadata=quantity("s", "time between looks at one place", drawn=False))
    sector_deg: Figure = field(metadata=quantity("deg", "full width in azimuth", drawn=False))
    elevation_min_deg: Figure = field(metadata=quantity("deg", "lowest elevation", drawn=False))
    elevation_max_deg: Figure = field(metadata=quantity("deg", "highest elevation", drawn=False))
    antenna_height_m: Figure = field(metadata=quantity("m", "antenna above ground", drawn=False))
    range_min_m: Figure = field(metadata=quantity("m", "shortest range shown", drawn=False))
    range_instrumented_m: Figure = field(metadata=quantity("m", "longest range shown", drawn=False))
    azimuth_beam_deg: Figure = field(metadata=quantity("deg", "beam width in azimuth", drawn=False))
    elevation_beam_deg: Figure | None = field(
        default=None, metadata=quantity("deg", "beam width in elevation; none for a 2-D radar", drawn=False)
    )
    range_cell_m: Figure = field(metadata=quantity("m", "range resolution", drawn=False))
    range_floor_m: Figure = field(metadata=quantity("m", "range error that no SNR betters", drawn=False))
    angle_floor_deg: Figure = field(metadata=quantity("deg", "angle error that no SNR betters", drawn=False))
    pulses: int = field(metadata=says("pulses summed without coherence in one look"))
    pfa: float = field(metadata=says("probability of false alarm per resolution cell and look"))
    antenna: Antenna | None = None
    waveform: Waveform | None = None
    interrogator: bool = field(metadata=says("whether it asks transponders"))
    dwells: Dwells | None = None
    claim: Claim | None = None
    parameters: Parameters | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One kind of interceptor at mission level: an envelope, speeds, a price, a chance of a kill."""

    name: str
    title: str
    structure: str = field(metadata=says("where the plain numbers come from"))
    range_min_m: Figure = field(metadata=quantity("m", "nearest intercept"))
    range_max_m: Figure = field(metadata=quantity("m", "farthest intercept of an aircraft"))
    range_max_ballistic_m: Figure | None = field(
        default=None, metadata=quantity("m", "farthest intercept of a ballistic missile; none: it cannot")
    )
    height_min_m: Figure = field(metadata=quantity("m", "lowest intercept above ground"))
    height_max_m: Figure = field(metadata=quantity("m", "highest intercept above sea level"))
    height_max_far_m: Figure | None = field(
        default=None,
        metadata=quantity("m", "highest intercept at range_max_m; none: the same at every range", open_to_set=True),
    )
    speed_mean_m_s: Figure = field(metadata=quantity("m/s", "mean speed from launch to intercept at range_max_m"))
    speed_max_m_s: Figure | None = field(
        default=None,
        metadata=quantity("m/s", "greatest speed, at burn-out; none: its mean speed at every range", open_to_set=True),
    )
    boost_s: Figure | None = field(
        default=None, metadata=quantity("s", "from launch to speed_max_m_s; none: no time", open_to_set=True)
    )
    target_speed_max_m_s: Figure = field(metadata=quantity("m/s", "fastest target"))
    price_usd: Figure = field(metadata=quantity("USD", "price of one round"))
    reload_s: Figure = field(metadata=quantity("s", "time to put a launcher's load in place"))
    per_launcher: int = field(metadata=says("rounds on one launcher"))
    kill_probability: Mapping[str, Figure] = field(
        metadata=quantity("prob", "chance that one shot kills, by target family")
    )
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One fire unit as a mission uses it: its radars, its rounds, its channels and its pace."""

    name: str
    title: str
    maker_country: str
    command_post: str
    structure: str = field(metadata=says("where the plain numbers come from"))
    radars: tuple[str, ...]
    rounds: tuple[str, ...]
    ready: Mapping[str, int] = field(metadata=says("rounds on the launchers at the start, by kind"))
    target_channels: Figure = field(metadata=quantity("count", "targets engaged at once by one fire unit"))
    round_channels: Figure = field(metadata=quantity("count", "rounds in the air at once from one fire unit"))
    launchers: Figure = field(metadata=quantity("count", "launchers of one fire unit", drawn=False))
    reaction_s: Figure = field(metadata=quantity("s", "from a hostile track to the first launch at it"))
    launch_interval_s: Figure = field(metadata=quantity("s", "between two launches of the fire unit"))
    assess_delay_s: Figure = field(metadata=quantity("s", "from intercept to the verdict on it"))
    price_usd: Figure | None = field(default=None, metadata=quantity("USD", "price of one fire unit", drawn=False))
    claims: tuple[Figure, ...] = field(
        default=(), metadata=says("published figures of the whole system, for context; no trial uses them")
    )
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetClass:
    """One kind of target: its echo, its way of flying, what its arrival does."""

    name: str
    title: str
    family: str = field(metadata=says("one of records.FAMILIES"))
    ballistic: bool
    hostile: bool
    swerling: int = field(metadata=says("fluctuation case, 0 to 4"))
    structure: str = field(metadata=says("where the plain words and numbers come from"))
    rcs_nose_m2: Figure = field(metadata=quantity("m2", "mean radar cross-section from ahead"))
    rcs_side_m2: Figure = field(metadata=quantity("m2", "mean radar cross-section from the side"))
    rcs_tail_m2: Figure = field(metadata=quantity("m2", "mean radar cross-section from behind"))
    speed_m_s: Figure = field(metadata=quantity("m/s", "speed; a ballistic missile's is at burn-out"))
    height_agl_m: Figure = field(metadata=quantity("m", "typical height; a ballistic missile's is its apogee"))
    climb_rate_m_s: Figure = field(metadata=quantity("m/s", "fastest climb or descent on a route", drawn=False))
    turn_acceleration_m_s2: Figure = field(
        metadata=quantity("m/s2", "sideways acceleration in a turn on a route", drawn=False)
    )
    decoy: bool = field(default=False, metadata=says("whether it is sent to be shot at in place of others"))
    damage: Figure = field(metadata=quantity("prob", "chance that one arrival destroys an unhardened site"))
    price_usd: Figure = field(metadata=quantity("USD", "price of one"))
    reply_probability: Figure = field(
        metadata=quantity("prob", "chance that it answers one interrogation", drawn=False)
    )
    rcs_spread_db: Figure = field(
        metadata=quantity("dB", "spread of apparent cross-section that the picture expects", drawn=False)
    )
    prior: Figure = field(metadata=quantity("prob", "weight before any evidence", drawn=False))
    note: str = ""


Entry: TypeAlias = Radar | Round | System | TargetClass

KINDS: dict[str, type[Any]] = {"systems": System, "radars": Radar, "rounds": Round, "classes": TargetClass}
"""The catalogue's shelves, which are also the folders of its data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that exists for farwatch, by name. Names are unique across the shelves."""

    systems: Mapping[str, System]
    radars: Mapping[str, Radar]
    rounds: Mapping[str, Round]
    classes: Mapping[str, TargetClass]
    sources: Mapping[str, Source]

    def shelf(self, kind: str) -> Mapping[str, Entry]:
        """All entries of one kind: "systems", "radars", "rounds" or "classes"."""
        entries: Mapping[str, Entry] = getattr(self, kind)
        return entries

    def entries(self) -> Iterator[Entry]:
        """Every entry, shelf by shelf."""
        for kind in KINDS:
            yield from self.shelf(kind).values()


def figures_of(entry: Entry) -> Iterator[tuple[str, Figure]]:
    """Every figure of an entry with its path below the entry, such as "claim.range_m"."""
    for attribute, held in ((spec.name, getattr(entry, spec.name)) for spec in fields(entry)):
        if isinstance(held, Figure):
            yield attribute, held
        elif isinstance(held, Part):
            for spec in fields(held):
                figure = getattr(held, spec.name)
                if isinstance(figure, Figure):
                    yield f"{attribute}.{spec.name}", figure
        elif isinstance(held, Mapping):
            yield from ((f"{attribute}.{key}", figure) for key, figure in held.items() if isinstance(figure, Figure))
        elif attribute == "claims":
            yield from ((f"claims.{figure.name.rpartition('.')[2]}", figure) for figure in held)
