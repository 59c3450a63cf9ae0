"""The plan of a campaign: the typed model of the file, and how it is read.

Every field is declared once, here; the reader, the error text, the JSON Schema and `docs/campaign.md` follow from it.
What needs more than one field, a scenario or the catalogue is in `plan_meaning`. A plan is checked whole before
anything is played: `read_plan` gives a plan or every problem in it, with lines.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from farwatch.scenario.model import Name, Number, Share, Text, Whole

TRIALS = 200
"""Trials of each point where a plan says neither `trials` nor `until`."""

MOST_TRIALS = 100_000
"""Budget of a plan that names none."""

Positive = Annotated[Number, Field(gt=0)]


def _number(value: Any) -> int | float:
    """A finite number as it stands in the file: whole numbers stay whole."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("float_type", "must be a number")
    if value - value != 0:
        raise PydanticCustomError("finite_number", "must be a finite number")
    return value


def _same(value: Any) -> Any:
    return value


AsWritten = Annotated[
    float, PlainValidator(_number), PlainSerializer(_same, when_used="json"), WithJsonSchema({"type": "number"})
]
"""A number that is stored as it was written: a range of whole numbers is one when it is read again."""


class Span(BaseModel):
    """A range of values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: AsWritten = Field(description="Lowest value. Where both ends are whole numbers, so is every value.")
    high: AsWritten = Field(description="Highest value.")
    steps: Annotated[Whole, Field(ge=2, le=1000)] | None = Field(
        default=None, description="How many values from low to high, evenly spaced; needed by a grid, and only there."
    )


def _values(value: Any) -> Any:
    """A list, or a range; anything else is told in one sentence."""
    if isinstance(value, dict | list | tuple | Span):
        return value
    raise PydanticCustomError("values", "must be a list of values, or a range {low, high}")


def _kind(value: Any) -> str:
    return "<range>" if isinstance(value, dict | Span) else "<list>"


Values = Annotated[
    Annotated[Annotated[tuple[Any, ...], Field(min_length=1)], Tag("<list>")] | Annotated[Span, Tag("<range>")],
    Discriminator(_kind),
    BeforeValidator(_values),
]


def _partner(value: Any) -> Any:
    if isinstance(value, str | dict):
        return value
    raise PydanticCustomError("partner", "must be the name of a scenario, or values of varied fields")


def _partner_kind(value: Any) -> str:
    return "<name>" if isinstance(value, str) else "<values>"


Partner = Annotated[
    Annotated[Name, Tag("<name>")] | Annotated[Mapping[Text, Any], Tag("<values>")],
    Discriminator(_partner_kind),
    BeforeValidator(_partner),
]


def _patterns(value: Any) -> Any:
    """`all` is every figure; one pattern may stand without a list."""
    if value == "all":
        return ("*",)
    return (value,) if isinstance(value, str) else value


class Vary(BaseModel):
    """What is varied: a design over fields of the scenarios, named by their paths."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    design: Literal["grid", "latin-hypercube", "sobol"] = Field(
        default="grid",
        description="`grid`: every combination. `latin-hypercube` and `sobol`: `points` combinations spread evenly.",
    )
    points: Annotated[Whole, Field(ge=2, le=10_000)] | None = Field(
        default=None, description="How many combinations; of a Latin hypercube or a Sobol sequence only."
    )
    fields: Mapping[Text, Values] = Field(
        min_length=1,
        description="Values by path, as in `--set`: a list, or a range {low, high}. Each scenario must have the path.",
        examples=[{"raid.drones.count": [10, 20, 40, 80], "doctrine.shots_per_look": {"low": 1, "high": 3}}],
    )


class Compare(BaseModel):
    """What every other point is compared with, trial by trial under shared luck."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    with_: Partner = Field(
        alias="with",
        description="A scenario of the plan: the others are compared with it at the same values. Or values of the "
        "varied fields: the point that has them.",
        examples=["alone", {"doctrine.shots_per_look": 1}],
    )


class Budget(BaseModel):
    """Where it ends at the latest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trials: Annotated[Whole, Field(ge=1, le=10**9)] = Field(
        default=MOST_TRIALS, description="Most trials over all points together."
    )


class Rare(BaseModel):
    """Importance sampling: leaks are made commoner than they are, and weighted back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tilt_odds: Annotated[Number, Field(gt=0, le=10)] = Field(
        description="By how much the log-odds of one kill in each trial are lowered; 1 to 3 for leaks that are rare."
    )


class Saturation(BaseModel):
    """The curve of leakage against a field that makes the raid larger, and its knee."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Text = Field(description="A field of `vary` with four different numbers or more, as the count of a group.")
    measure: Text = Field(default="leaked", description="Whose curve: `leaked` bends where the defence is full.")


class BreakEven(BaseModel):
    """Where the money turns: what a leaker must cost for the dearer defence to pay; where the exchange turns."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    with_: Name | None = Field(
        default=None,
        alias="with",
        description="The scenario that the others' cost is set against. Not given: that of `compare`, else the first.",
    )
    field: Text | None = Field(
        default=None,
        description="A varied field along which to look for the value where the defence spends as much as the raid.",
    )
    fixed_usd: Mapping[Name, Annotated[Number, Field(ge=0)]] = Field(
        default_factory=dict,
        description="What having a scenario's defence costs beside the rounds it fires, by scenario, per raid.",
    )


class Sensitivity(BaseModel):
    """Which unknown figure matters most, told apart from chance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["morris", "sobol"] = Field(
        description="`morris`: screening, cheap, ranks many figures. `sobol`: shares of the variance, for a few dozen."
    )
    scenario: Name | None = Field(default=None, description="Which scenario. Not given: the first.")
    figures: Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(_patterns)] = Field(
        default=("*",),
        description="Names of drawn figures, or patterns with `*`; `all`. The others vary as well and count as chance.",
        examples=[["48n6e3.*", "*.price_usd"]],
    )
    by: Literal["figure", "entry"] = Field(
        default="figure", description="`entry`: all figures of one radar, round or class of the catalogue as one input."
    )
    measure: Text = Field(default="leaked", description="What they matter for: one of the measures, or any other.")
    trajectories: Annotated[Whole, Field(ge=4, le=100_000)] | None = Field(
        default=None, description="Of `morris`: walks through all figures, each one trial a figure and two more; 32."
    )
    samples: Annotated[Whole, Field(ge=16, le=1_000_000)] | None = Field(
        default=None, description="Of `sobol`: rows, each one trial a figure and three more; a power of two; 512."
    )


class CampaignPlan(BaseModel):
    """A campaign: which scenarios, what is varied, what is measured, how well, and which answers are wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    farwatch_campaign: Literal[1] = Field(
        default=1, alias="farwatch-campaign", description="Version of the plan's format."
    )
    title: Text = Field(description="The question, in a sentence.", examples=["Does a short-range layer pay?"])
    scenarios: Mapping[Name, Text] = Field(
        min_length=1,
        description="What is played, by a short name: a file, from the folder of the plan, or a shipped scenario.",
        examples=[{"alone": "desert-battery", "layered": "battery-and-short.yaml"}],
    )
    vary: Vary | None = Field(default=None, description="What is varied; every scenario is played at every point.")
    measures: tuple[Text, ...] = Field(
        default=("leaked", "leaked_share", "any_leak"),
        min_length=1,
        description="What is measured: number columns of the table `trials`, and `leaked_share` and `any_leak`.",
        examples=[["leaked_share", "rounds_fired", "defence_cost_usd"]],
    )
    until: Mapping[Text, Positive] = Field(
        default_factory=dict,
        description="Play until the interval of each of these measures is this narrow: its half-width. With `compare`, "
        "the interval of the difference.",
        examples=[{"leaked_share": 0.01}],
    )
    trials: Annotated[Whole, Field(ge=2, le=10**8)] | None = Field(
        default=None, description=f"Trials of each point, instead of `until`; {TRIALS} when neither is given."
    )
    budget: Budget = Field(default_factory=Budget, description="Where it ends at the latest.")
    compare: Compare | None = Field(default=None, description="What the others are compared with.")
    seed: Annotated[Whole, Field(ge=0, lt=2**63)] | None = Field(
        default=None, description="Seed of all chance, one for all points. Not given: the one the scenarios agree on."
    )
    confidence: Annotated[Share, Field(ge=0.5, lt=1)] = Field(default=0.95, description="Of every interval.")
    draws: Literal["independent", "stratified"] = Field(
        default="independent",
        description="How uncertain figures are drawn: each trial by itself, or spread evenly over each eight trials.",
    )
    rare: Rare | None = Field(default=None, description="Importance sampling for leaks that are rare.")
    saturation: Saturation | None = Field(default=None, description="Leakage against the size of the raid.")
    break_even: BreakEven | None = Field(default=None, description="Where the money turns.")
    sensitivity: Sensitivity | None = Field(default=None, description="Which unknown figure matters most.")

    _folder: Path | None = PrivateAttr(default=None)

    @property
    def folder(self) -> Path | None:
        """Folder that the scenarios' paths start from; None, for a plan made in Python, means the working folder."""
        return self._folder

    @property
    def trials_each(self) -> int:
        """Trials of each point of a plan without `until`."""
        return self.trials if self.trials is not None else TRIALS


def plain_plan(plan: CampaignPlan) -> dict[str, Any]:
    """A plan as plain data in the words of a file: defaults written out, what is not given left out."""
    return plan.model_dump(mode="json", by_alias=True, exclude_none=True)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a plan file, for completion and checks in an editor."""
    from farwatch.campaign.measured import MEASURES
    from farwatch.scenario import shipped

    made = CampaignPlan.model_json_schema(by_alias=True)
    made["properties"]["measures"]["items"]["examples"] = list(MEASURES)
    made["properties"]["scenarios"]["examples"].append({name: name for name in shipped()})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "farwatch campaign plan"}
