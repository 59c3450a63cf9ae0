"""The catalogue as a reader sees it: a row per entry, and each entry's figures with range, source and conflicts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from farwatch.catalogue.entries import (
    KINDS,
    PARTS,
    Antenna,
    Catalogue,
    Claim,
    Dwells,
    Entry,
    Parameters,
    Radar,
    Round,
    System,
    Waveform,
    figures_of,
)
from farwatch.catalogue.figures import SCENARIO, Figure

SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "m": ((2e3, "km"),),
    "s": ((600.0, "min"),),
    "USD": ((1e6, "M USD"), (1e3, "k USD")),
    "Hz": ((1e9, "GHz"), (1e6, "MHz")),
    "W": ((1e6, "MW"), (1e3, "kW")),
}
FACTORS = {
    "km": 1e3, "min": 60.0, "M USD": 1e6, "k USD": 1e3, "GHz": 1e9, "MHz": 1e6, "MW": 1e6, "kW": 1e3,
    "ms": 1e-3, "us": 1e-6,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure as shown. `low`, `value`, `high` are in `unit`, chosen to read well; `printed` is as published.

    `alternative` marks another published number for the line above it: a conflict that stays visible.
    `remark` is why an assumption was made, where a range comes from, or why an alternative is set aside.
    """

    path: str
    meaning: str
    value: float
    low: float
    high: float
    unit: str
    printed: str
    kind: str
    source: str
    url: str
    date: str
    condition: str
    remark: str
    assumed: bool
    alternative: bool
    drawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an entry's page: its plain facts, then its figures."""

    title: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One row of the catalogue's table of contents."""

    kind: str
    name: str
    title: str
    gist: str
    figures: int
    assumed: int


def summary(catalogue: Catalogue) -> tuple[Summary, ...]:
    """One row for every entry, shelf by shelf: what it is, how many figures it has, how many are assumed."""
    rows = []
    for kind in KINDS:
        for entry in catalogue.shelf(kind).values():
            held = [figure for _, figure in figures_of(entry)]
            rows.append(
                Summary(
                    kind=kind,
                    name=entry.name,
                    title=entry.title,
                    gist=_gist(entry),
                    figures=len(held),
                    assumed=sum(figure.assumed for figure in held),
                )
            )
    return tuple(rows)


def sections(entry: Entry, catalogue: Catalogue) -> tuple[Section, ...]:
    """The page of one entry; a system's page goes on with its radars and its rounds."""
    lines = [line for path, figure in figures_of(entry) for line in _lines(path, figure, entry, catalogue)]
    own = Section(title=f"{entry.name}: {entry.title}", facts=tuple(_facts(entry)), lines=tuple(lines))
    if not isinstance(entry, System):
        return (own,)
    parts = (
        [catalogue.radars[name] for name in entry.radars],
        [catalogue.rounds[name] for name in entry.rounds],
    )
    return (own, *(section for shelf in parts for part in shelf for section in sections(part, catalogue)))


def describe(entry: Entry, catalogue: Catalogue) -> str:
    """The page of one entry as plain text, one figure a line; `*` marks an assumption, `|` a conflicting figure."""
    text = []
    for section in sections(entry, catalogue):
        text += ["", section.title, "-" * len(section.title)]
        text += [f"{name}: {fact}" for name, fact in section.facts]
        for line in section.lines:
            mark = "  |" if line.alternative else "*" if line.assumed else " "
            text.append(f"{mark} {line.path}: {range_text(line)}  [{origin(line)}]")
            text += [f"      {note}" for note in (line.condition, line.remark) if note]
    text += ["", "* assumed by this catalogue, not cited   | also published"]
    return "\n".join(text).lstrip("\n")


def range_text(line: Line) -> str:
    """Value, range and unit of a line, such as "250 km (240 to 250)"."""
    spread = f" ({number_text(line.low)} to {number_text(line.high)})" if line.low < line.high else ""
    unit = "" if line.unit in {"count", "prob", "ratio"} else f" {line.unit}"
    return f"{number_text(line.value)}{unit}{spread}"


def number_text(number: float) -> str:
    """A number with at most four figures, never in powers of ten unless it is tiny."""
    return f"{number:,.0f}" if abs(number) >= 1000.0 else f"{number:.4g}"


def origin(line: Line) -> str:
    """Where a line comes from: kind, source and date, and whether trials draw it."""
    parts = [line.kind, line.source, line.date, "" if line.drawn or line.alternative else "not drawn"]
    return ", ".join(part for part in parts if part)


def shown(figure: Figure) -> tuple[float, str]:
    """Factor and unit in which a figure reads well: metres as kilometres when there are many."""
    for threshold, unit in SCALES.get(figure.unit, ()):
        if abs(figure.value) >= threshold:
            return FACTORS[unit], unit
    if figure.unit == "s" and 0.0 < abs(figure.value) < 0.1:
        unit = "ms" if abs(figure.value) >= 1e-3 else "us"
        return FACTORS[unit], unit
    return 1.0, figure.unit


def _lines(path: str, figure: Figure, entry: Entry, catalogue: Catalogue) -> Iterator[Line]:
    """The figure, then every conflicting one, all in the same unit."""
    factor, unit = shown(figure)
    meaning = _meaning(path, entry)
    for one in (figure, *figure.alternatives):
        source = catalogue.sources.get(one.source)
        yield Line(
            path=path,
            meaning=meaning,
            value=one.value / factor,
            low=one.low / factor,
            high=one.high / factor,
            unit=unit,
            printed=one.printed,
            kind=one.kind if one.kind != SCENARIO else "set by the scenario",
            source=source.title if source else "",
            url=source.url if source else "",
            date=one.date,
            condition=one.condition,
            remark=one.set_aside or one.why or one.spread,
            assumed=one.assumed,
            alternative=one is not figure,
            drawn=figure.drawn,
        )


def _meaning(path: str, entry: Entry) -> str:
    """What a figure's attribute means, from its declaration."""
    head, _, rest = path.partition(".")
    part = PARTS.get(head)
    declared = {spec.name: spec.metadata.get("meaning", "") for spec in fields(part or type(entry))}
    return str(declared.get(rest if part else head, ""))


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Everything about an entry that is not a figure."""
    for spec in fields(entry):
        held = getattr(entry, spec.name)
        if spec.name in {"name", "title"} or held in (None, "", ()) or isinstance(held, Figure | Parameters | Dwells):
            continue
        if isinstance(held, Claim):
            yield "claim", f"taken as Pd {held.pd:g} per look, Swerling {held.swerling}"
        elif isinstance(held, Antenna):
            yield "antenna", f"{held.pattern} in elevation"
        elif isinstance(held, Waveform):
            ratios = " : ".join(f"{ratio:g}" for ratio in held.stagger)
            yield "waveform", f"{held.canceller + 1}-pulse canceller, repetition frequencies {ratios} of their mean"
        elif isinstance(held, Mapping):
            if not any(isinstance(one, Figure) for one in held.values()):
                yield spec.name, ", ".join(f"{name} {count}" for name, count in held.items())
        elif isinstance(held, tuple):
            if not any(isinstance(one, Figure) for one in held):
                yield spec.name, ", ".join(held)
        else:
            yield spec.name, ("yes" if held else "no") if isinstance(held, bool) else str(held)


def _gist(entry: Entry) -> str:
    """A few words for the table of contents."""
    if isinstance(entry, System):
        return f"{', '.join(entry.rounds)}; {', '.join(entry.radars)}"
    if isinstance(entry, Round):
        return f"to {_short(entry.range_max_m)}, height to {_short(entry.height_max_m)}"
    if isinstance(entry, Radar):
        strength = "public parameter set"
        if entry.parameters is None and entry.claim is not None:
            strength = f"{_short(entry.claim.range_m)} at {_short(entry.claim.rcs_m2)}"
        return f"{entry.role}, {entry.scan}, {entry.band}-band, {strength}"
    return f"{entry.family}, {_short(entry.rcs_nose_m2)} from ahead, {_short(entry.speed_m_s)}"


def _short(figure: Figure) -> str:
    factor, unit = shown(figure)
    return f"{number_text(figure.value / factor)} {unit}" + (" (assumed)" if figure.assumed else "")
