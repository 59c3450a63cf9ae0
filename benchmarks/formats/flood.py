"""A flood of UDP on the loopback at a multiple of what one air-picture service can read: does it hold, and recover?

First the service's own reading is timed in this process. Then `farwatch picture` runs as a process of its own beside
a good feed at the pace of life (one radar, three aircraft); then the flood comes on top, for a minute, at three times
that reading; then it stops. The flood is a third reports of radars that nobody knows, a third one report many times,
a third random bytes; with --known, reports of the known radar at random places, which reach the tracker as well.

    python benchmarks/formats/flood.py [--seconds 60] [--times 3] [--known]

It prints memory before, in and after, what was dropped and by whom, and the picture before and after; and ends with 1
where memory grew, a loss was not counted, or the picture did not come back.
"""

import argparse
import json
import multiprocessing
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from live.feeds import PERIOD_S, Stepped, block, plot, turns

REPORTS = 20
AIRCRAFT = {"3c0001", "3c0002", "3c0003"}
WARM_S, AFTER_S = 40.0, 40.0
GROWTH_MB = 64.0
"""What memory may grow by: the ring (17 MB), plots of 64 unknown radars (19 MB), and room to work in."""


def flood_datagrams(known, day_s):
    """A few hundred datagrams of about 600 bytes to be sent over and over."""
    luck = random.Random(1)
    made = []
    for k in range(300):
        time_s = day_s + luck.uniform(0.0, 120.0)
        sic = 1 if known else luck.randrange(2, 200)
        many = [
            plot(time_s, luck.uniform(2e4, 2e5), luck.uniform(0.0, 6.28), luck.randrange(1, 2**24), sic)[3:]
            for _ in range(REPORTS)
        ]
        wholes = block(48, b"".join(many))
        if known or k % 3 == 0:
            made.append(wholes)
        elif k % 3 == 1:
            made.append(block(48, many[0] * REPORTS))
        else:
            made.append(luck.randbytes(len(wholes)))
    return made


def reading_per_s(datagrams):
    """Datagrams a second that one process reads and sorts, tracking nothing."""
    stepped, count = Stepped(), 0
    stepped.hear(datagrams[:10])
    start_s = time.perf_counter()
    while time.perf_counter() - start_s < 3.0:
        stepped.hear(datagrams[:256])
        count += 256
    return count / (time.perf_counter() - start_s)


def pour(port, per_s, seconds, datagrams, sent):
    """Send datagrams at a rate, in portions of 5 ms."""
    one, start_s, count = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), time.monotonic(), 0
    while (now_s := time.monotonic()) - start_s < seconds:
        due = int((now_s - start_s) * per_s)
        while count < due:
            one.sendto(datagrams[count % len(datagrams)], ("127.0.0.1", port))
            count += 1
        time.sleep(0.005)
    sent.value = count


def memory_mb(pid):
    """Resident memory of a process."""
    words = Path(f"/proc/{pid}/status").read_text(encoding="ascii").split()
    return int(words[words.index("VmRSS:") + 1]) / 1024


class Feed:
    """The good feed, at the pace of life."""

    def __init__(self, port, day_s):
        self.timed = turns(int(600 / PERIOD_S), start_s=day_s)
        self.begin_day_s, self.begin_s = day_s, time.monotonic()
        self.end, self.at = ("127.0.0.1", port), 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def run(self, seconds, pid):
        """Send for a while; largest memory of the service meanwhile."""
        until_s, most = time.monotonic() + seconds, 0.0
        while (now_s := time.monotonic()) < until_s:
            while self.timed[self.at][0] - self.begin_day_s <= now_s - self.begin_s:
                self.socket.sendto(self.timed[self.at][1], self.end)
                self.at += 1
            most = max(most, memory_mb(pid))
            time.sleep(0.05)
        return most


def lines_of(path):
    """JSON lines so far."""
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def last_scan(path):
    """Addresses in the newest scan, and its time."""
    told = [line for line in lines_of(path) if line["type"] == "track"]
    newest = max((line["time_s"] for line in told), default=0.0)
    return {line["address"] for line in told if line["time_s"] == newest}, newest


def main():
    """Run it, print it, judge it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--times", type=float, default=3.0)
    parser.add_argument("--known", action="store_true")
    asked = parser.parse_args()
    day_s = time.time() % 86400 // 1
    datagrams = flood_datagrams(asked.known, day_s + WARM_S)
    per_s = reading_per_s(datagrams)
    mean = sum(map(len, datagrams)) / len(datagrams)
    print(f"reading alone: {per_s:,.0f} datagrams of {mean:.0f} bytes a second ({per_s * REPORTS:,.0f} reports)")
    with tempfile.TemporaryDirectory() as folder:
        return flooded(asked, per_s * asked.times, datagrams, Path(folder) / "out.jsonl")


def flooded(asked, per_s, datagrams, out):
    """The three parts; 1 where it failed."""
    port, sent = 58_650, multiprocessing.Value("l", 0)
    command = ["picture", "--from", f"udp://127.0.0.1:{port}", "--json", str(out)]
    service = subprocess.Popen([sys.executable, "-c", "from farwatch.cli import main; main()", *command],
                               stdout=subprocess.DEVNULL)  # fmt: skip
    while not out.exists() or f":{port:04X} " not in Path("/proc/net/udp").read_text(encoding="ascii"):
        time.sleep(0.1)
    feed = Feed(port, time.time() % 86400 // 1)
    feed.run(WARM_S, service.pid)
    before_mb, before = memory_mb(service.pid), last_scan(out)[0]
    pouring = multiprocessing.Process(target=pour, args=(port, per_s, asked.seconds, datagrams, sent))
    pouring.start()
    first_mb = feed.run(asked.seconds / 2, service.pid)
    second_mb = feed.run(asked.seconds / 2, service.pid)
    pouring.join()
    flood_end_s = time.monotonic()
    back_s = None
    while time.monotonic() - flood_end_s < AFTER_S:
        feed.run(1.0, service.pid)
        shown, newest_s = last_scan(out)
        behind_s = feed.timed[feed.at][0] - newest_s
        if back_s is None and shown == AIRCRAFT and behind_s < 3 * PERIOD_S:
            back_s = time.monotonic() - flood_end_s
    after_mb, (after, _) = memory_mb(service.pid), last_scan(out)
    service.send_signal(signal.SIGINT)
    service.wait(timeout=60)
    end, looks = lines_of(out)[-1], [line for line in lines_of(out) if line["type"] == "health"]
    received = end["received"]
    lost = feed.at + sent.value - received["datagrams"] - received["dropped by the system"]
    print(f"sent {sent.value:,} flood datagrams ({sent.value / asked.seconds:,.0f}/s) and {feed.at:,} good ones")
    print(f"received {received['datagrams']:,}; dropped by the system {received['dropped by the system']:,},"
          f" in the ring {received['dropped in the ring']:,}; not accounted for {lost:,}")  # fmt: skip
    print(f"memory, MB: before {before_mb:.0f}, first half {first_mb:.0f}, second half {second_mb:.0f},"
          f" after {after_mb:.0f}")  # fmt: skip
    print(f"longest wait of a datagram {max((line['lag_s'] for line in looks), default=0.0):.1f} s;"
          f" plots: {end['plots']}; damaged {end['damaged']:,}")  # fmt: skip
    back = "never" if back_s is None else f"{back_s:.0f} s after the flood"
    print(f"picture before: {sorted(before)}; after: {sorted(after)}, back {back};"
          f" exit code {service.returncode}")  # fmt: skip
    held = second_mb - before_mb < GROWTH_MB and second_mb < first_mb + 16.0
    counted = abs(lost) <= 0.001 * (feed.at + sent.value)
    good = held and counted and before == after == AIRCRAFT and back_s is not None
    print("held" if good else f"FAILED: memory {held}, counted {counted}, picture {after == AIRCRAFT}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
