"""The answers of a campaign as one self-contained page; the same answers give the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from farwatch.campaign.answers import Answers, Difference, PointAnswer, Sensitivity
from farwatch.campaign.money import Worth
from farwatch.campaign.plan_file import CampaignPlan, plain_plan
from farwatch.campaign.trials import Trials
from farwatch.catalogue.figures import Figure
from farwatch.errors import StoreError
from farwatch.report import campaign_losses, campaign_sites, campaign_wording, wording
from farwatch.report.campaign_axis import Axis, axis_of, numeric_fields
from farwatch.report.figures import curves, exchanges, fans, flow, intervals, matters
from farwatch.report.figures.canvas import Picture
from farwatch.report.ledger import Entry, cited, entries, places_of
from farwatch.report.page import TEMPLATES, breakable, show, spanned, text_link
from farwatch.report.settings_wording import field_name, number, setting
from farwatch.scenario import Scenario, plain

MOST = 6
"""Measures drawn."""


def write(
    answers: Answers,
    plan: CampaignPlan,
    path: Path,
    figures: Sequence[Figure] = (),
    scenarios: Mapping[str, Scenario] | None = None,
    kept: Trials | None = None,
) -> Path:
    """Write the page; StoreError when the file cannot be written.

    figures: those that trials drew. scenarios: by the names that the plan uses; they know the figures' sources, and
    maps are drawn of them. kept: the trials, from which the flow through the kill chain is drawn.
    """
    text = compose(answers, plan, figures, scenarios, kept)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path} could not be written: {error}") from error
    return path


def compose(
    answers: Answers,
    plan: CampaignPlan,
    figures: Sequence[Figure] = (),
    scenarios: Mapping[str, Scenario] | None = None,
    kept: Trials | None = None,
) -> str:
    """The page as text: all that comes from a file is escaped. Arguments as of `write`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from farwatch import __version__

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": wording.number, "money": wording.money}
    environment.filters |= {"breakable": breakable, "spanned": spanned}
    head, rows = matters_table(answers.sensitivity)
    told = _ledger(answers, figures, scenarios or {})
    texts = {"plan": plan_text(plan)} | {name: _scenario_text(one) for name, one in (scenarios or {}).items()}
    return environment.get_template("campaign.html.j2").render(
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
        version=__version__,
        answers=answers,
        w=campaign_wording,
        show=show,
        percent=f"{100.0 * answers.confidence:g}",
        table=PointTable(answers),
        **_pictures(answers, plan, scenarios or {}, kept),
        matters_head=head,
        matters_rows=rows,
        fixed=dict(plan.break_even.fixed_usd) if plan.break_even else {},
        starred=any(campaign_wording.is_starred(one) for row in answers.points for one in row.measures),
        method=method(plan),
        ledger=told,
        sources=cited(told),
        places=places_of(told),
        files=[(f"{name}.yaml", text, text_link(text, "application/yaml")) for name, text in texts.items()],
    )


def _pictures(
    answers: Answers, plan: CampaignPlan, scenarios: Mapping[str, Scenario], kept: Trials | None
) -> dict[str, Any]:
    """Every figure; None, or nothing, for one that these answers have nothing to show in."""
    axis = axis_of(answers.points, asked_field(plan))
    exchanged = answers.money.exchanges if answers.money else ()
    flows = campaign_losses.of_points(answers, kept) if kept is not None else ()
    return {
        "half": axis is not None and len(axis.panels) == 1,
        "names": {line.label: line.name for line in axis.lines} if axis else {},
        "measured": _measured(answers, axis),
        "compared": _compared(answers, axis),
        "scatter": _scatter(answers, axis),
        "exchange_picture": exchanges.along(axis, exchanged) if axis and exchanged
        else exchanges.draw(exchanged) if exchanged else None,
        "curve_picture": curves.draw(answers.curves, axis) if answers.curves else None,
        "matters_picture": _matters(answers.sensitivity),
        "spread": fans.spread([(campaign_wording.capital(campaign_wording.place(one.point)), one.through)
                               for one in flows], answers.confidence) if flows else None,
        "flows": [(campaign_wording.place(one.point), _flow(number, one, answers.confidence))
                  for number, one in enumerate(flows, start=1)],
        "sites": campaign_sites.sites(answers.points, scenarios) if answers.points and scenarios else None,
    }  # fmt: skip


def asked_field(plan: CampaignPlan) -> str | None:
    """The field that the plan asks about along."""
    if plan.saturation is not None:
        return plan.saturation.field
    return plan.break_even.field if plan.break_even is not None else None


def _flow(number: int, one: campaign_losses.PointLosses, confidence: float) -> Picture:
    title = f"From the raid to the leakers {campaign_wording.place(one.point)}".strip()
    told = flow.Told(name=f"flow-{number}", title=title, confidence=confidence)
    return flow.draw(one.losses, one.raid, one.leaked, told)


@dataclass(frozen=True, slots=True)
class PointTable:
    """The columns that tell points apart: the scenario where there are several, and every varied field."""

    answers: Answers

    @property
    def many(self) -> bool:
        """Whether there are several scenarios."""
        return len({row.scenario for row in self.answers.points}) > 1

    @property
    def fields(self) -> list[str]:
        """Every varied field."""
        return list(dict.fromkeys(field for row in self.answers.points for field in row.changes))

    @property
    def heads(self) -> list[str]:
        """Heads of these columns."""
        heads = [*(["scenario"] if self.many else []), *map(field_name, self.fields)]
        return heads or ["point"]

    def cells(self, label: str) -> list[str]:
        """These columns of the point with a label."""
        row = self.named.get(label)
        if row is None:
            return [label, *[""] * (len(self.heads) - 1)]
        values = [number(row.changes[field]) if field in row.changes else "" for field in self.fields]
        return [*([row.scenario] if self.many else []), *values] or [label]

    @property
    def named(self) -> dict[str, PointAnswer]:
        """Points by label."""
        return {row.label: row for row in self.answers.points}

    @property
    def worths(self) -> list[Worth]:
        """What a leaker must cost, where it is known best."""
        return campaign_wording.best_known(self.answers.money.worths, self.named) if self.answers.money else []

    def base(self, label: str) -> str:
        """What a point is compared with: a scenario, or the values of another point."""
        return setting(self.named[label].changes) if label in self.named and self.named[label].changes else label

    def compared(self, measure: str) -> list[Difference]:
        """Comparisons in one measure."""
        return [row for row in self.answers.differences if row.measure == measure]

    @property
    def measures(self) -> list[str]:
        """Measures that are compared."""
        return list(dict.fromkeys(row.measure for row in self.answers.differences))


def _ledger(answers: Answers, figures: Sequence[Figure], scenarios: Mapping[str, Scenario]) -> tuple[Entry, ...]:
    """Every figure that was drawn, with range and source, and what settling it would take off the spread."""
    sources: dict[str, Any] = {}
    for scenario in scenarios.values():
        sources |= {name: asdict(source) for name, source in scenario.resolved_catalogue().sources.items()}
    shares = answers.sensitivity.shares.inputs if answers.sensitivity and answers.sensitivity.shares else ()
    matters = {one.name: wording.percent(one.settled.value) for one in shares if one.settled.low > 0.0}
    return entries([asdict(figure) for figure in figures if not figure.fixed], sources, matters)


def _scenario_text(scenario: Scenario) -> str:
    """A scenario as YAML, defaults written out."""
    import yaml

    return yaml.safe_dump(plain(scenario), sort_keys=False, allow_unicode=True, width=100)


def _measured(answers: Answers, axis: Axis | None) -> list[Picture]:
    """Each measure at every point; not the one of the curves, which stand above with their knees."""
    if len(answers.points) < 2:  # the table says it all
        return []
    names = [measure.name for measure in answers.points[0].measures]
    wanted = [k for k, name in enumerate(names) if not (answers.curves and answers.curves[0].measure == name)][:MOST]
    if axis is not None:
        return [curves.along(axis, place) for place in wanted]
    if fields := _spread(answers):
        return [curves.scatter(answers.points, place, fields) for place in wanted]
    return [intervals.points(answers.points, place) for place in wanted]


def _spread(answers: Answers) -> list[str]:
    """Fields to scatter the points over, where these are too many for a row each."""
    return numeric_fields(answers.points) if len(answers.points) > intervals.FEW else []


def _compared(answers: Answers, axis: Axis | None) -> list[Picture]:
    names = list(dict.fromkeys(row.measure for row in answers.differences))[:MOST]
    if axis is not None:
        return [curves.differences(axis, answers.differences, name) for name in names]
    return [intervals.differences(answers.differences, name) for name in names]


def _scatter(answers: Answers, axis: Axis | None) -> Picture | None:
    if not any(row.quantiles for row in answers.points):
        return None
    if axis is not None:
        return fans.draw(axis)
    fields = _spread(answers)
    return fans.scatter(answers.points, fields) if fields else intervals.quantiles(answers.points)


def _matters(it: Sensitivity | None) -> Picture | None:
    return matters.draw(it) if it is not None and (it.shares or it.screening) else None


def matters_table(it: Sensitivity | None) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Heading and rows of the table of inputs."""
    words = campaign_wording
    if it is not None and it.shares is not None:
        shares = [*words.by_share(it.shares.inputs), it.shares.chance]
        rows = [(one.name, *(words.share_of(each) for each in (one.first, one.settled, one.total))) for one in shares]
        return ("figure", "alone", "settled", "with all interplay"), rows
    if it is not None and it.screening is not None:
        effects = [*words.by_size(it.screening.inputs), it.screening.chance]
        return ("figure", "size (mu*)", "mean (mu)", "spread (sigma)", "direction"), [
            (one.name, *(words.estimate("", each) for each in (one.size, one.mean, one.spread)), words.direction(one))
            for one in effects
        ]
    return (), []


_DRAWN = (
    "Each trial draws every uncertain figure from its published or assumed range, and plays the raid once. Means have "
    "Student's interval corrected for skewness, chances Wilson's, quantiles that of order statistics, which holds for "
    "any law."
)
_LOOKS = (
    "Trials were added, half as many again at each look, until the interval of each chosen measure was as narrow as "
    "asked for. Looking at growing data favours intervals that are narrow by luck; the first look comes late enough, "
    "and a skewed measure needs more trials, so that the intervals still hold as often as they say (docs: statistics)."
)
_STRATIFIED = (
    "Figures were spread evenly over each eight trials (a Latin hypercube); the mean of eight is one observation. "
    "Quantiles treat trials as independent, which makes their intervals rather too wide."
)
_WEIGHTED = (
    "Leaks were made commoner and weighted back: each trial counts with the ratio of its chance to what was played. "
    "Means are unbiased; quantiles are not told."
)


def method(plan: CampaignPlan) -> list[str]:
    """Which method stands behind the numbers, and where it ends, in sentences."""
    said = [_DRAWN]
    said += [_LOOKS] if plan.until else []
    said += [_STRATIFIED] if plan.draws == "stratified" else []
    said += [_WEIGHTED] if plan.rare is not None else []
    said.append("All intervals are each by itself: of twenty, one misses its true value on average.")
    said.append("An interval says how well this model's answer is known, not how well the model fits the world.")
    return said


def plan_text(plan: CampaignPlan) -> str:
    """The plan as YAML, defaults written out; of files only their names."""
    import yaml

    plain: dict[str, Any] = plain_plan(plan)
    plain["scenarios"] = {name: Path(source).name for name, source in plain["scenarios"].items()}
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)
