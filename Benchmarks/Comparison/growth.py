#!/usr/bin/env python3
"""Measures how time and memory grow with packets and with open connections.

Writes the table in Documentation/performance.md and Documentation/growth.svg; on a machine that
others use, or at another SCALE, into Benchmarks/.build instead. From the environment: MOST (power
of ten of the longest capture: 7, or 8), SCALE, RUNS, TIME, STRICT, KEEP, SCRATCH.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import partial

import measuring
import plot
from benchmark import MIB
from measuring import Failure
from thresholds import Thresholds

DOCUMENTATION = measuring.HERE.parent.parent / "Documentation"
BEGIN, END = "<!-- begin growth -->", "<!-- end growth -->"
# Few enough begin in a second that their number stands long before the shortest capture ends.
STEADY = ["--open", "500", "--rate", "50"]


@dataclass(frozen=True)
class Point:
    # Packets, or open connections: what grows.
    size: int
    # Nanoseconds for a packet, without starting the program.
    finwait: float
    libpcap: float
    # Of finwait, in octets.
    peak: int


def read_command(path):
    return [measuring.FINWAIT, "read", path]


def loop_command(path):
    return [measuring.loop("libpcap-loop"), path]


def medians(path, runs):
    """Of finwait and of the libpcap loop, run in turn."""
    samples = [
        (measuring.run(read_command(path)), measuring.run(loop_command(path)))
        for _ in range(runs)
    ]
    return tuple(measuring.median(of_one) for of_one in zip(*samples))


def measure(size, capture, start, runs, kind):
    took = medians(capture.path, runs)
    finwait, libpcap = (
        max(0.0, getattr(sample, kind) - getattr(nothing, kind)) / capture.packets * 1e9
        for sample, nothing in zip(took, start)
    )
    capture.path.unlink()
    return Point(size, finwait, libpcap, took[0].peak)


def series(folder, scale, most, runs, kind):
    """The points by packets, and by open connections."""
    start = medians(measuring.generate("short", 1, folder).path, runs)
    by_packets = []
    for power in range(5, most + 1):
        capture = measuring.generate("short", int(10**power * scale), folder, *STEADY)
        by_packets.append(measure(capture.packets, capture, start, runs, kind))
    by_open = []
    for power in range(3, 7):
        connections = int(10**power * scale)
        options = ["--connections", str(connections)]
        capture = measuring.generate("idle", int(10**7 * scale), folder, *options)
        by_open.append(measure(connections, capture, start, runs, kind))
    return by_packets, by_open


def table(points, what):
    rows = [
        f"| {what} | ns a packet | libpcap loop | peak MiB |",
        "|--:|--:|--:|--:|",
    ]
    for point in points:
        rows.append(
            f"| {point.size:,} | {point.finwait:.0f} | {point.libpcap:.0f} "
            f"| {point.peak / MIB:.0f} |")
    return "\n".join(rows)


def picture(by_packets, by_open):
    panels = [
        ("ns a packet, by length of the capture", "packets", by_packets),
        ("ns a packet, by open connections", "open connections, 10 million packets", by_open),
    ]
    return plot.document([
        partial(plot.panel, title, axis, {
            "finwait": [(point.size, point.finwait) for point in points],
            "libpcap loop": [(point.size, point.libpcap) for point in points],
        })
        for title, axis, points in panels
    ])


def replaced(page, tables, begin=BEGIN, end=END):
    """The page with the text between two marks replaced."""
    page, found = re.subn(
        f"{begin}.*{end}", lambda _: f"{begin}\n\n{tables}\n\n{end}", page, flags=re.DOTALL)
    if found != 1:
        raise Failure(f"performance.md: {begin} and {end} are not there once")
    return page


def tenfold(points):
    """The worst of ten times the packets, against the time and memory of a tenth."""
    pairs = list(zip(points, points[1:]))
    return {
        ("growth", "tenfold-time"): max(
            10 * more.finwait / less.finwait for less, more in pairs),
        ("growth", "tenfold-memory"): max(more.peak / less.peak for less, more in pairs),
    }


def main():
    environment = os.environ.get
    scale, most = float(environment("SCALE", "1")), int(environment("MOST", "7"))
    runs, kind = int(environment("RUNS", "5")), environment("TIME", "wall")
    if scale <= 0 or most < 6 or runs < 1 or kind not in ("wall", "cpu"):
        raise Failure("SCALE and RUNS are more than 0, MOST is 6 or more, TIME is wall or cpu")
    measuring.build()
    quiet = not measuring.warn_of_others()
    with measuring.scratch() as folder:
        by_packets, by_open = series(folder, scale, most, runs, kind)
    tables = "\n\n".join(
        [table(by_packets, "packets"), table(by_open, "open connections"),
         "![Time for a packet](growth.svg)"])
    into = DOCUMENTATION if scale == 1 and kind == "wall" and quiet else measuring.BUILD
    (into / "growth.svg").write_text(picture(by_packets, by_open))
    page = (DOCUMENTATION / "performance.md").read_text()
    (into / "performance.md").write_text(replaced(page, tables))
    print(f"{tables}\n\nwritten to {into}\n")
    thresholds = Thresholds.read(measuring.HERE.parent / "thresholds")
    thresholds.conclude(tenfold(by_packets), scale == 1, strict=bool(environment("STRICT")))


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.CalledProcessError) as failure:
        sys.exit(f"growth: {failure}")
