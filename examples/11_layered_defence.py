"""Three layers and a command post: what are coordination, a link and a radar worth?

The same raid, the same luck. First three ways to command, then three things that fall out. Watch where the rounds
come from, and how the main reason for leaks changes with what is missing.

    python 11_layered_defence.py [TRIALS]
"""

import sys
from pathlib import Path

import farwatch as fw

trials = int(sys.argv[1]) if len(sys.argv) > 1 else 40
scenario = fw.load(Path(__file__).with_suffix(".yaml"))
batteries = [battery.name for battery in scenario.defence]

variants = {
    "one post decides for all": {},
    "each for itself, informed": {"command.level": "coordinated"},
    "each for itself, alone": {"command.level": "decentralised"},
    "every link down": {"command.link_loss": 1.0},
    "the long layer's radar out": {"outages": [{"what": "long/arabel"}]},
    "the medium layer out": {"outages": [{"what": "medium"}]},
}

print(f"{'':27}{'get through':>20}" + "".join(f"{name:>8}" for name in batteries) + f"{'M USD':>7}   mostly because")
for title, changes in variants.items():
    answer = fw.run(fw.vary(scenario, changes), trials=trials).summary()
    mean = answer.leakers.mean
    fired = {name: sum(row.fired.value for row in answer.rounds if row.battery == name) for name in batteries}
    interval = f"{mean.value:.1f} ({mean.low:.1f} to {mean.high:.1f})"
    reason = max(answer.reasons.shares, key=lambda share: share.count)
    print(
        f"{title:27}{interval:>20}"
        + "".join(f"{fired[name]:8.1f}" for name in batteries)
        + f"{answer.costs.defence.mean.value / 1e6:7.1f}   {reason.name if reason.count else 'nothing'}"
    )
