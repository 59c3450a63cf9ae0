"""One decision: from hostile tracks to shots, in order of threat, by doctrine and command level.

Order of one decision: finish reloads; see who can act, and for whom; count what is in the air and under engagement;
rank the tracks that may be fired at; let the command post, or each battery for itself, choose a battery and a round for
each in turn and fire a salvo. Nothing here reads what is true: `truth` tags are only copied, and used to file why
a track was not fired at.
"""

from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.choose import choose
from farwatch.engage.command import CENTRALISED, POST, is_taken, muster
from farwatch.engage.deal import deal
from farwatch.engage.fire import fire
from farwatch.engage.rank import rank, tell_blocks
from farwatch.engage.recall import count, recall
from farwatch.engage.stock import RANKED, SHOTS, reload
from farwatch.engage.table import GREEDY, LOOK_AHEAD


@kernel
def decide(defence: Any, stock: Any, picture: Any, radars: Any, now: float) -> int:
    """One decision at `now`: append shots to `stock.shots` and return how many.

    Of the picture it reads `tracks`, TRACK[n], and `streaks`, i4[n, n_radars]: misses in a row by radar, -1 = that
    radar does not hold the track. radars: RADAR[n_radars]. New shots are the last rows of
    stock.shots[:stock.counts[SHOTS]]; launches may lie the delay of command and a few launch intervals after `now`.
    """
    tracks, streaks, doctrine = picture.tracks, picture.streaks, defence.doctrine[0]
    before = stock.counts[SHOTS]
    reload(defence, stock, now)
    united = muster(defence, stock, now)
    recall(defence, stock, tracks, streaks, radars, now)
    count(stock, tracks)
    rank(defence, stock, tracks, united, now)
    central = doctrine["level"] == CENTRALISED
    if central and doctrine["assignment"] != GREEDY:
        crowded = doctrine["assignment"] == LOOK_AHEAD and stock.counts[RANKED] > stock.table.slots.size
        while deal(defence, stock, tracks, streaks, radars, now) > 0 and (doctrine["in_depth"] or crowded):
            continue  # once more: there is room on the table for those that it did not hold
    if central and doctrine["assignment"] != LOOK_AHEAD:  # after an optimal deal: what was more than the table holds
        while serve(defence, stock, tracks, streaks, radars, POST, now) > 0 and doctrine["in_depth"]:
            continue  # once more: another battery may add its own salvo
    for b in range(stock.launchers.size):
        if not central or stock.launchers[b]["alone"]:
            serve(defence, stock, tracks, streaks, radars, b, now)
    tell_blocks(stock, tracks, doctrine["look"])
    return stock.counts[SHOTS] - before  # type: ignore[no-any-return]


@kernel
def serve(defence: Any, stock: Any, tracks: Any, streaks: Any, radars: Any, who: int, now: float) -> int:
    """Let `who`, the POST or a battery, fire at the ranked tracks in turn, one salvo at each; returns how many."""
    salvos = 0
    for k in range(stock.counts[RANKED]):
        slot = stock.order[k]
        memory = stock.memory[slot]
        pending = memory["flying"] > 0 or memory["waiting"] > 0
        if pending and is_taken(defence.doctrine[0], stock.launchers, stock.engaged, slot, who):
            continue
        row = choose(defence, stock, tracks, streaks[slot], radars, slot, who, now)
        if row >= 0:
            fire(defence, stock, tracks[slot], slot, row, now)
            salvos += 1
    return salvos
