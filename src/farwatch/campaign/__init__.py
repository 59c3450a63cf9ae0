"""Many missions: played on all cores, kept in a folder that can be continued, compared with shared luck.

::

    result = run(scenario, trials=1000, seed=7, out="results")
    again = load_result("results")
    change = compare(result, run(vary(scenario, {"doctrine.shots_per_look": 1}), trials=1000, seed=7))
"""

from farwatch.campaign.compare import Comparison, compare
from farwatch.campaign.execute import Progress, run, warm
from farwatch.campaign.result import Result, load_result

__all__ = ["Comparison", "Progress", "Result", "compare", "load_result", "run", "warm"]
