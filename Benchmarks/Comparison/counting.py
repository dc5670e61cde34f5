#!/usr/bin/env python3
"""Counts what finwait does for a packet: instructions, allocations, and references counted.

Runs it by valgrind's callgrind on two captures of each shape, and tells what one has more than the
other by how many packets it has more: what starting costs is in both. The counts are the same on
every machine, whatever else it does. Writes the table in Documentation/performance.md.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import growth
import measuring
from measuring import Failure

BEGIN, END = "<!-- begin counts -->", "<!-- end counts -->"
SHAPES = ["long", "short", "syn-flood", "idle"]
PACKETS = [50_000, 100_000]
COLUMNS = {
    "allocations": {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"},
    "retains": {"swift_retain", "swift_retain_n", "swift_bridgeObjectRetain"},
    "releases": {"swift_release", "swift_release_n", "swift_bridgeObjectRelease"},
}


def counts(profile):
    """Instructions, and calls by function, of a profile as callgrind writes it."""
    names, calls, callee = {}, Counter(), None
    total = 0
    for line in profile.splitlines():
        if named := re.match(r"(c?)fn=\((\d+)\)(?: (.*))?", line):
            is_callee, number, name = named.groups()
            if name:
                names[number] = name
            if is_callee:
                callee = number
        elif line.startswith("calls="):
            calls[callee] += int(line[len("calls="):].split()[0])
        elif line.startswith(("summary:", "totals:")):
            total = int(line.split()[1])
    if total == 0:
        raise Failure("callgrind wrote no total")
    by_name = Counter()
    for number, count in calls.items():
        by_name[names[number]] += count
    return total, by_name


def profile(capture, folder):
    # Valgrind takes the debugging information of a program that is linked statically for damaged.
    program, out = Path(folder) / "finwait", Path(folder) / "callgrind.out"
    subprocess.run(["strip", "--strip-debug", "-o", program, measuring.FINWAIT], check=True)
    subprocess.run(
        ["valgrind", "--tool=callgrind", "-q", f"--callgrind-out-file={out}", program, "read",
         capture.path],
        check=True, stdout=subprocess.DEVNULL)
    return counts(out.read_text())


def row(shape, folder):
    few, many = (measuring.generate(shape, packets, folder) for packets in PACKETS)
    (fewer, calls_of_few), (more, calls_of_many) = (
        profile(capture, folder) for capture in (few, many))
    packets = many.packets - few.packets
    calls = calls_of_many - calls_of_few
    cells = [f"{(more - fewer) / packets:,.0f}"]
    for functions in COLUMNS.values():
        cells.append(f"{sum(calls[function] for function in functions) / packets:.3f}")
    return f"| {shape} | " + " | ".join(cells) + " |"


def main():
    measuring.build()
    with measuring.scratch() as folder:
        rows = [row(shape, folder) for shape in SHAPES]
    head = f"| shape | instructions | {' | '.join(COLUMNS)} |\n|---|--:|" + "--:|" * len(COLUMNS)
    table = "\n".join([head, *rows])
    page = growth.DOCUMENTATION / "performance.md"
    page.write_text(growth.replaced(page.read_text(), table, BEGIN, END))
    print(table)


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.CalledProcessError) as failure:
        sys.exit(f"counting: {failure}")
