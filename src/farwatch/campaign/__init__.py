"""Many missions: played on all cores, kept in a folder that can be continued, compared with shared luck.

::

    result = run(scenario, trials=1000, seed=7, out="results")
    again = load_result("results")
    change = compare(result, run(vary(scenario, {"doctrine.shots_per_look": 1}), trials=1000, seed=7))

`campaign` is the whole of it as one verb, from a plan to its answers: `fw.campaign("plan.yaml").answers()`.
"""

import sys
from types import ModuleType
from typing import Any

from farwatch.campaign.commission import Campaign, campaign, read_campaign
from farwatch.campaign.compare import Comparison, compare
from farwatch.campaign.execute import Progress, run, warm
from farwatch.campaign.plan_file import CampaignPlan, plan_schema
from farwatch.campaign.plan_reading import read_plan
from farwatch.campaign.result import Result, load_result

__all__ = [
    "Campaign",
    "CampaignPlan",
    "Comparison",
    "Progress",
    "Result",
    "campaign",
    "compare",
    "load_result",
    "plan_schema",
    "read_campaign",
    "read_plan",
    "run",
    "warm",
]


class _Room(ModuleType):
    """The room as a module that can be called, for the reason that `farwatch.track` can: room and verb share a name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Campaign:
        """Play a plan and answer it: `farwatch.campaign.commission.campaign`."""
        return campaign(*args, **kwargs)


sys.modules[__name__].__class__ = _Room
