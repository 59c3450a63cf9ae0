"""The command line: one verb per question; thin, every answer comes from a room.

Exit codes: 0 done; 1 a validation row failed or a limit is not met; 2 an input was refused; 130 interrupted (what was
finished is reported).
Heavy modules are imported inside the verb that needs them, so that `farwatch --help` is quick.
"""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from farwatch.cli_campaign import app as campaigns
from farwatch.cli_console import console as console_verb
from farwatch.cli_formats import convert, forms, replay
from farwatch.cli_picture import picture
from farwatch.cli_terminal import console_of as _console
from farwatch.cli_terminal import say_compiling as _say_compiling
from farwatch.errors import FarwatchError

if TYPE_CHECKING:
    from rich.console import Console

    from farwatch.campaign import Result


class Verbs(typer.core.TyperGroup):
    """All verbs, with one rule: what the user can mend, or stopped, ends in a short message and its exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except FarwatchError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("\ninterrupted; trials that were finished are kept, and nothing else was written", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    name="farwatch",
    cls=Verbs,
    help="What an air-defence system can really detect, track and destroy, from published figures.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(campaigns, name="campaign")

Trials = Annotated[int, typer.Option("--trials", "-n", min=1, help="How many times the raid is played.")]
Seed = Annotated[int | None, typer.Option(help="Seed of all chance; the scenario's own when left out.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads; all cores when left out. Changes no result.")]
PlotFiles = Annotated[
    list[Path], typer.Argument(help="Tables of plots, .csv, .csv.gz or .parquet; or one ASTERIX recording.")
]
SensorFiles = Annotated[
    list[Path] | None,
    typer.Option("--sensor", "-s", help="YAML file of a sensor; of a recording, what it does not tell. Repeatable."),
]
OnlyRadars = Annotated[
    list[str] | None, typer.Option("--only", help="Radar of a recording to take, as sac25-sic12. Repeatable.")
]
TracksOut = Annotated[Path, typer.Option("--out", "-o", help="Table of tracks to write: .csv, .csv.gz or .parquet.")]


def main() -> None:
    """Entry point."""
    app()


def _version(wanted: bool) -> None:
    if wanted:
        from farwatch import __version__

        typer.echo(f"farwatch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """What an air-defence system can really detect, track and destroy, from published figures."""


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped one.")],
    trials: Trials = 200,
    seed: Seed = None,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder for tables, manifest and report.html; <scenario>-out when left out. "
            "One that holds part of this run is continued.",
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change one field: --set raid.drones-north.count=24. May be repeated."),
    ] = None,
) -> None:
    """Play a raid against a defence many times: what happened, how sure, and why."""
    from farwatch.scenario import load, vary

    chosen = load(scenario)
    if change:
        chosen = vary(chosen, dict(_assignment(text) for text in change))
    _play(chosen, trials, seed, threads, out or Path(f"{Path(scenario).stem}-out"))


@app.command()
def demo(
    trials: Trials = 200,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("farwatch-demo"),
) -> None:
    """Play the shipped example: a long-range battery in the desert against a mixed raid."""
    from farwatch.scenario import load

    _play(load("desert-battery"), trials, None, None, out)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished or interrupted run.")],
) -> None:
    """Print the answer of a stored run again, and write its report.html anew."""
    from farwatch.campaign import load_result

    _tell(_console(), load_result(folder), folder)


@app.command()
def check(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped one.")],
) -> None:
    """Say everything that is wrong with a scenario, with line numbers and the nearest valid names."""
    from farwatch.scenario import ScenarioError, load
    from farwatch.scenario import check as problems_of

    problems = problems_of(scenario)
    if problems:
        typer.echo(str(ScenarioError(scenario, problems)))
        raise typer.Exit(2)
    typer.echo(f"{scenario}: no problems. {load(scenario).title}")


@app.command()
def schema(
    of: Annotated[str, typer.Option("--of", help="Which files: scenario, plan, sensor or traffic.")] = "scenario",
) -> None:
    """Print the JSON Schema of scenario, plan, sensor or traffic files, for editors that complete as you type."""
    import json

    if of == "sensor":
        from farwatch.track.sensors import sensor_schema as chosen
    elif of == "traffic":
        from farwatch.track.traffic import traffic_schema as chosen
    elif of == "plan":
        from farwatch.campaign import plan_schema as chosen
    elif of == "scenario":
        from farwatch.scenario import schema as chosen
    else:
        raise typer.BadParameter(f"{of!r} is none of scenario, plan, sensor, traffic")
    typer.echo(json.dumps(chosen(), indent=2))


@app.command()
def scenarios(
    name: Annotated[str | None, typer.Argument(help="Print this shipped scenario, to start your own from.")] = None,
) -> None:
    """List the shipped scenarios, or print one."""
    from farwatch.scenario import load, shipped, shipped_text

    if name is not None:
        typer.echo(shipped_text(name), nl=False)
        return
    for each in shipped():
        typer.echo(f"{each:<16}{load(each).title}")


@app.command()
def coverage(
    scenario: Annotated[
        str | None, typer.Argument(help="A scenario whose radars and ground are taken; or give --at.")
    ] = None,
    at: Annotated[
        list[str] | None, typer.Option(help="LAT,LON of a site; LAT,LON,HEADING for a radar with a sector. Repeatable.")
    ] = None,
    radar: Annotated[
        list[str] | None, typer.Option(help="Radar of the catalogue: one for all sites, or one for each in turn.")
    ] = None,
    antenna_m: Annotated[
        float | None, typer.Option(help="Antenna above the ground, m; the radar's own figure when left out.")
    ] = None,
    terrain: Annotated[
        str | None, typer.Option(help="Elevation file or folder, or a shipped name; a smooth earth when left out.")
    ] = None,
    radius_km: Annotated[
        float | None, typer.Option(min=0.1, help="How far to look; 150 km, or as far as the radar sees, when left out.")
    ] = None,
    line_of_sight: Annotated[bool, typer.Option("--line-of-sight", help="Geometry alone: no radar, no echo.")] = False,
    rcs_m2: Annotated[str, typer.Option(help="Cross-section looked for, m², or a target class.")] = "1",
    pd: Annotated[float, typer.Option(help="Chance of detection in one look that counts as seen.")] = 0.8,
    height_m: Annotated[
        list[str] | None, typer.Option(help="Height to look at: 300 above ground, 3000msl above the sea. Repeatable.")
    ] = None,
    route: Annotated[
        str | None,
        typer.Option(help='A flight at the first --height-m: "LAT,LON LAT,LON ...", or a GeoJSON, GPX or KML file.'),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out", "-o",
            help="What to write: .tif, .nc, .geojson, .png, .json, or a folder for all but .nc. Repeatable.",
        ),
    ] = None,
) -> None:
    """Show where one or many radars see a target over real ground, and from which height on."""
    from farwatch.detect.coverage import coverage as light
    from farwatch.report import coverage as pages
    from farwatch.report import coverage_files
    from farwatch.report.coverage_request import Words, read

    asked = read(
        Words(
            scenario=scenario,
            at=at or [],
            radar=radar or [],
            antenna_m=antenna_m,
            terrain=terrain,
            line_of_sight=line_of_sight,
            rcs_m2=rcs_m2,
            pd=pd,
            height_m=height_m or [],
            route=route,
            out=out or [],
        )
    )
    _say_compiling(_console(stderr=True), "sweep.sweep", "the sweep over the terrain, half a minute")
    radius_m = None if radius_km is None else 1e3 * radius_km
    area = light(asked.posts, asked.terrain, target=asked.target, radius_m=radius_m)
    pages.show(_console(), area, asked)
    for path in out or [Path("coverage-out")]:
        for written in coverage_files.write(area, asked, path):
            typer.echo(f"wrote {written}")


@app.command()
def track(
    plots: PlotFiles,
    sensor: SensorFiles = None,
    out: TracksOut = Path("tracks.csv"),
    association: Annotated[
        str, typer.Option(help="How plots are shared out: mht (several hypotheses), jpda or gnn.")
    ] = "mht",
    confirm: Annotated[
        str, typer.Option(help="When a track is confirmed: existence (by its probability), or M-of-N looks.")
    ] = "existence",
    models: Annotated[
        str, typer.Option(help="Motion models: cruise, manoeuvre, turn, singer, acceleration, ballistic; up to four.")
    ] = "cruise,manoeuvre",
    every: Annotated[
        float | None, typer.Option(help="Output every so many seconds; at each scan when left out.")
    ] = None,
    smooth: Annotated[
        bool, typer.Option("--smooth", help="With hindsight: mend each state by what came later. No live picture.")
    ] = False,
    traffic: Annotated[
        Path | None, typer.Option(help="YAML file of expected traffic: codes, addresses, routes.")
    ] = None,
    only: OnlyRadars = None,
    bad_rows: Annotated[
        str, typer.Option(help="Rows that cannot be used: skip them and say which, or refuse the input.")
    ] = "skip",
) -> None:
    """Track recorded plots: the confirmed tracks at each scan, as known then, without hindsight."""
    from farwatch.formats.asterix_tracking import given
    from farwatch.report import tracking as pages
    from farwatch.track import TrackOptions
    from farwatch.track import track as follow
    from farwatch.track.files.writing import form_of
    from farwatch.track.traffic import options_of

    form_of(out)  # refused before the work, not after
    words: dict[str, Any] = {"association": association, "confirm": confirm, "bad_rows": bad_rows, "smooth": smooth}
    words["models"] = tuple(name.strip() for name in models.split(","))
    options = TrackOptions(every_s=every, **words, **options_of(traffic))
    read = given(plots, sensor or [], only or [])
    console = _console()
    if read.recording is not None:
        pages.show_recording(console, read.recording, read.left_out)
    _say_compiling(_console(stderr=True), "picture.advance", "the tracker, half a minute")
    tracks = follow(read.plots, read.sensors, options)
    pages.show(console, tracks)
    typer.echo(f"wrote {tracks.write(out)}")


@app.command()
def register(
    plots: PlotFiles,
    sensor: SensorFiles = None,
    reference: Annotated[
        Path | None,
        typer.Option(help="Where targets really were, in any form; left out: several sensors correct each other."),
    ] = None,
    estimate: Annotated[
        list[str] | None, typer.Option(help="Error to find: range_m, azimuth_rad or time_s; all. Repeatable.")
    ] = None,
    height_sigma_m: Annotated[
        float | None, typer.Option(help="How far heights may be off, all alike, m: 300 of pressure heights, else 30.")
    ] = None,
    only: OnlyRadars = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="YAML file to write: the sensors, with their errors.")
    ] = None,
) -> None:
    """Find constant errors of range, azimuth and clock, from a reference or from targets that several sensors see."""
    from farwatch.errors import InputError
    from farwatch.formats.asterix_tracking import given
    from farwatch.report import registration as pages
    from farwatch.report.registration_request import asked, known_truth, misfit
    from farwatch.report.tracking import show_recording
    from farwatch.track.registering import register as find

    read = given(plots, sensor or [], only or [])
    options = asked(read, estimate or [], height_sigma_m)
    console = _console()
    if read.recording is not None:
        show_recording(console, read.recording, read.left_out)
    known = None if reference is None else known_truth(read, reference)
    found = find(read.plots, read.sensors, known, options)
    pages.show(console, found)
    if found.problems:
        raise InputError("registration", [*found.problems, *([] if known is None else misfit(read, known))])
    if out is not None:
        typer.echo(f"wrote {pages.write(out, found.mended())}")


@app.command()
def fuse(
    tracks: Annotated[list[Path], typer.Argument(help="Tables of tracks, one of each radar.")],
    out: TracksOut = Path("fused.csv"),
) -> None:
    """Fuse track files of several radars into one picture, never surer than they justify (covariance intersection)."""
    from farwatch.report import tracking as pages
    from farwatch.track.files.writing import form_of, write_columns
    from farwatch.track.fusing import fuse_files

    form_of(out)
    found = fuse_files(tracks)
    pages.show_fused(_console(), found)
    typer.echo(f"wrote {write_columns(out, found.columns)}")


@app.command()
def score(
    tracks: Annotated[Path, typer.Argument(help="Table of tracks, of `farwatch track` or another tracker.")],
    truth: Annotated[
        Path, typer.Argument(help="Where the targets really were: a table, or any form that farwatch reads.")
    ],
    sensor: Annotated[
        list[Path] | None,
        typer.Option("--sensor", "-s", help="Sensors of the tracks; the first one's place, where tables give degrees."),
    ] = None,
    cutoff_m: Annotated[
        float | None, typer.Option(min=0.001, help="Farther from the truth than this, a track is not of it, m.")
    ] = None,
    dimensions: Annotated[int, typer.Option(min=2, max=3, help="2: heights are not compared.")] = 3,
    from_s: Annotated[float | None, typer.Option(help="Compare from this time on.")] = None,
    until_s: Annotated[float | None, typer.Option(help="Compare until this time.")] = None,
    standard: Annotated[
        str | None, typer.Option(help="Limits to hold the figures against: wam-en-route, or a YAML file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    out: Annotated[
        list[Path] | None, typer.Option("--out", "-o", help="What to write: .json, .png, .svg or a folder. Repeatable.")
    ] = None,
) -> None:
    """Judge tracks by the truth: accuracy, missed and false tracks, continuity, consistency."""
    from farwatch.report import score as pages
    from farwatch.report.score_request import asked, judged

    options = asked(cutoff_m, dimensions, from_s, until_s, standard)
    found = judged(tracks, truth, sensor or [], options)
    if as_json:
        typer.echo(pages.to_json(found), nl=False)
    else:
        pages.show(_console(), found)
    for path in out or ():
        for written in pages.write(found, path):
            typer.echo(f"wrote {written}", err=as_json)
    if any(verdict.met is False for verdict in found.surveillance.verdicts):
        raise typer.Exit(1)


@app.command()
def catalogue(
    name: Annotated[str | None, typer.Argument(help="A system, radar, round or target class.")] = None,
) -> None:
    """List what is known of systems, radars, rounds and target classes, with every source."""
    from farwatch.report import catalogue as pages

    console = _console()
    if name is None:
        pages.show_contents(console)
    else:
        pages.show_entry(console, name)


@app.command()
def claim(
    who_range: Annotated[
        list[str], typer.Argument(help="A system or radar of the catalogue, then a range: s-400 402km.")
    ],
    rcs_m2: Annotated[
        float | None, typer.Option("--rcs-m2", help="Radar cross-section, m²; that of the class when left out.")
    ] = None,
    class_name: Annotated[
        str | None, typer.Option("--class", help="Target class; all of the catalogue when no target is named.")
    ] = None,
    height_m: Annotated[float | None, typer.Option(help="Height of the target above sea level, m.")] = None,
    height_agl_m: Annotated[float | None, typer.Option(help="Height of the target above the ground, m.")] = None,
    pd: Annotated[
        float | None, typer.Option(help="Chance of detection in one look; 0.5, or what the catalogue says.")
    ] = None,
    pfa: Annotated[float | None, typer.Option(help="Chance of a false alarm; the radar's own when left out.")] = None,
    at: Annotated[str | None, typer.Option(help="Place of the antenna, LAT,LON in degrees; with --terrain.")] = None,
    terrain: Annotated[
        str | None, typer.Option(help="Elevation file, or the name of a shipped clip; a smooth earth when left out.")
    ] = None,
    antenna_m: Annotated[
        float | None, typer.Option(help="Height of the antenna above ground, m; as published when left out.")
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="Another published point to compare: 170km@0.1m2. May be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for claim.json, claim.svg and claim.png.")
    ] = None,
) -> None:
    """Put a published sentence to the test: can this system or radar see such a target so far away?"""
    from farwatch.detect.claim import Sentence, Setting
    from farwatch.detect.claim import claim as judge
    from farwatch.report import claim as pages

    if len(who_range) < 2:
        raise typer.BadParameter("name who sees, and how far: farwatch claim s-400 402km")
    target = Sentence(rcs_m2=rcs_m2, class_name=class_name, height_m=height_m, height_agl_m=height_agl_m)
    setting = Setting(pd=pd, pfa=pfa, antenna_m=antenna_m, at=at, terrain=terrain)
    finding = judge(who_range[0], " ".join(who_range[1:]), target, setting, also or ())
    console = _console()
    pages.show(console, finding)
    for written in pages.write(finding, out) if out is not None else ():
        console.print(f"wrote {written}", markup=False, soft_wrap=True)


@app.command()
def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of reference rows; the shipped set when left out.")
    ] = None,
    failures: Annotated[bool, typer.Option("--failures", help="Show only rows that fail.")] = False,
) -> None:
    """Compute reference rows from outside through the public API, and print how far we are off."""
    from farwatch.report import validation

    verdicts = validation.validate(files or [])
    validation.show(_console(), verdicts, only_failures=failures)
    if any(verdict.failed for verdict in verdicts):
        raise typer.Exit(1)


@app.command()
def warm() -> None:
    """Compile everything now, so that the first run starts at once."""
    from farwatch.campaign import warm as compile_all

    _say_compiling(_console(stderr=True))
    compile_all()
    typer.echo("compiled")


app.command("console")(console_verb)
for verb in (convert, replay, forms, picture):
    app.command()(verb)


def _play(scenario: Any, trials: int, seed: int | None, threads: int | None, out: Path) -> None:
    """Run, keep the results, print the answer."""
    from farwatch.campaign import run as play
    from farwatch.report.progress import teller

    err = _console(stderr=True)
    _say_compiling(err)
    with teller(err, time.monotonic) as live:
        result = play(scenario, trials=trials, seed=seed, threads=threads, out=out, progress=live.tell)
    if result.interrupted:
        err.print(f"interrupted: {len(result)} of {trials} trials are kept; the same command goes on from there")
    _tell(_console(), result, out)
    if result.interrupted:
        raise typer.Exit(130)


def _tell(console: "Console", result: "Result", out: Path) -> None:
    """The answer in the terminal and the page beside the tables."""
    from farwatch.report import page, terminal

    terminal.show(console, result)
    written = page.write(result, out / "report.html")
    console.print(f"\nRead on: {written}   (tables and manifest in {out}{os.sep})", markup=False, soft_wrap=True)


def _assignment(text: str) -> tuple[str, Any]:
    """`path=value` of a --set option; the value is read as YAML."""
    from farwatch.scenario import value_of

    path, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"{text!r} has no '='; write --set path=value")
    return path.strip(), value_of(value)
