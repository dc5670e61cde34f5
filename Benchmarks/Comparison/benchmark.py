#!/usr/bin/env python3
"""Compares finwait with what else reads captures: see Benchmarks/README.md.

From the environment: SHAPES, PACKETS, RUNS, SCALE, THREADS, TIME, STRICT, KEEP, SCRATCH.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import measuring
from measuring import Failure, median
from thresholds import Thresholds

# A million short connections, 3 GB, five million half-open; the others, what is enough.
PACKETS = {
    "short": 10_900_000, "long": 2_860_000, "syn-flood": 15_000_000, "idle": 3_200_000,
    "leaks": 2_000_000, "late": 2_000_000, "ipv6": 2_000_000, "vlan": 2_000_000,
}
# Where others are compared, not only the loops.
COMPARED_WITH_OTHERS = {"short", "long"}
# Who took so many seconds is run no more than so many times.
LONG_RUN, MOST_LONG_RUNS = 15, 3
MIB = 2**20


@dataclass(frozen=True)
class Contestant:
    name: str
    command: list
    # The slow ones read a smaller capture of the same shape.
    most_packets: int = sys.maxsize

    def on(self, path):
        return [path if word == "FILE" else word for word in self.command]


def contestants(shape, threads):
    found = [
        Contestant(
            "finwait" if count == 1 else f"finwait-{count}",
            [measuring.FINWAIT, "read", "--threads", count, "FILE"])
        for count in threads
    ]
    found.append(
        Contestant("finwait-json", [measuring.FINWAIT, "read", "--format", "json", "FILE"]))
    found.append(Contestant("libpcap", [measuring.loop("libpcap-loop"), "FILE"]))
    found.append(Contestant("blocks", [measuring.loop("block-loop"), "FILE"]))
    if shape not in COMPARED_WITH_OTHERS:
        return found
    others = [
        # Its memory grows by 0.8 KiB a packet, its time for a packet as well.
        Contestant("tcptrace", ["tcptrace", "-n", "FILE"], 1_000_000),
        Contestant("argus", ["argus", "-X", "-r", "FILE", "-w", os.devnull]),
        # Without putting application messages together: nobody asks for them here.
        Contestant(
            "tshark",
            ["tshark", "-n", "-o", "tcp.desegment_tcp_streams:FALSE", "-r", "FILE",
             "-Y", "tcp.flags.fin == 1"],
            60_000),
        Contestant("gopacket", [measuring.loop("gopacket-states"), "FILE"], 3_000_000),
    ]
    return found + [other for other in others if shutil.which(other.command[0])]


@dataclass(frozen=True)
class Result:
    packets: int
    sample: measuring.Sample

    def nanoseconds(self, kind):
        return getattr(self.sample, kind) / self.packets * 1e9


def compare(shape, packets, runs, threads, folder):
    """Medians by contestant, all run in turn."""
    running = contestants(shape, threads)
    captures = {}
    for size in {min(packets, contestant.most_packets) for contestant in running}:
        captures[size] = measuring.generate(shape, size, folder)
    whole = captures[packets]
    check_counts(whole)
    samples = {contestant.name: [] for contestant in running}
    for turn in range(runs):
        for contestant in running:
            taken = samples[contestant.name]
            if turn < MOST_LONG_RUNS or median(taken).wall < LONG_RUN:
                capture = captures[min(packets, contestant.most_packets)]
                taken.append(measuring.run(contestant.on(capture.path)))
    return {
        contestant.name: Result(
            captures[min(packets, contestant.most_packets)].packets,
            median(samples[contestant.name]))
        for contestant in running
    }


def check_counts(capture):
    """Who reads only a part is fast: all must have read the same."""
    with_libpcap = measuring.count(measuring.loop("libpcap-loop"), capture.path)
    if with_libpcap != capture.packets:
        raise Failure(f"libpcap reads {with_libpcap} of {capture.packets} packets")


def check_finwait(shape, folder):
    """That finwait reads all, as its own report has it; gives what it needs for next to nothing."""
    small = measuring.generate(shape, 1_000, folder)
    command = [measuring.FINWAIT, "read", "--format", "json", small.path]
    said = subprocess.run(command, check=True, capture_output=True).stdout
    read = sum(row["tcp_packets"] for row in json.loads(said)["captures"])
    if read != small.packets:
        raise Failure(f"{shape}: finwait reads {read} of {small.packets} packets")
    return measuring.run([measuring.FINWAIT, "read", small.path]).peak


def measures(shape, results, least_peak, kind):
    """What thresholds may name, by name."""
    nanoseconds = {name: result.nanoseconds(kind) for name, result in results.items()}
    found = {
        f"{one}/{other}": nanoseconds[one] / nanoseconds[other]
        for one in nanoseconds for other in nanoseconds if one != other
    }
    finwait = results["finwait"]
    found["peak-MiB"] = finwait.sample.peak / MIB
    if shape == "syn-flood":
        connections = finwait.packets / 3
        found["octets-a-connection"] = (finwait.sample.peak - least_peak) / connections
    return found


def print_table(shape, results, kind):
    base = results["finwait"].nanoseconds(kind)
    print(f"\n{shape}\n")
    print("| | packets | wall s | CPU s | peak MiB | Mpackets/s | time of finwait |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, result in results.items():
        sample = result.sample
        nanoseconds = result.nanoseconds(kind)
        print(
            f"| {name} | {result.packets:,} | {sample.wall:.3f} | {sample.cpu:.3f} "
            f"| {sample.peak / MIB:.0f} | {1e3 / nanoseconds:.3f} | {nanoseconds / base:.3g} |")


def main():
    environment = os.environ.get
    shapes = environment("SHAPES", " ".join(PACKETS)).replace(",", " ").split()
    scale = float(environment("SCALE", "1"))
    runs = int(environment("RUNS", "5"))
    threads = [int(count) for count in environment("THREADS", "1").split()]
    kind = environment("TIME", "wall")
    if unknown := set(shapes) - set(PACKETS):
        raise Failure(f"no such shape: {' '.join(sorted(unknown))}; there are {' '.join(PACKETS)}")
    if kind not in ("wall", "cpu") or runs < 1 or scale <= 0 or 1 not in threads:
        raise Failure("TIME is wall or cpu, RUNS and SCALE are more than 0, THREADS begin with 1")
    thresholds = Thresholds.read(measuring.HERE.parent / "thresholds")
    measuring.build()
    measuring.warn_of_others()
    for program in ("tcptrace", "argus", "tshark", measuring.loop("gopacket-states")):
        if not shutil.which(program):
            print(f"{program} is not installed: left out")
    sizes = {
        shape: max(1_000, int(int(environment("PACKETS", PACKETS[shape])) * scale))
        for shape in shapes
    }
    found = {}
    with measuring.scratch() as folder:
        # Now, and not after the first shapes.
        needed = [measuring.octets(shape, packets) for shape, packets in sizes.items()]
        measuring.check_disk(folder, sum(needed) if environment("KEEP") else max(needed))
        for shape, packets in sizes.items():
            least_peak = check_finwait(shape, folder)
            results = compare(shape, packets, runs, threads, folder)
            print_table(shape, results, kind)
            for name, value in measures(shape, results, least_peak, kind).items():
                found[shape, name] = value
            if not environment("KEEP"):
                for capture in folder.iterdir():
                    capture.unlink()
    print(f"\nMedians of {runs}, of {MOST_LONG_RUNS} at most where a run takes {LONG_RUN} s; "
          f"ratios of {kind} time for a packet.\nWho reads fewer packets reads a smaller capture "
          "of the same shape.\n")
    is_full_size = scale == 1 and not environment("PACKETS")
    thresholds.conclude(found, is_full_size, strict=bool(environment("STRICT")))


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.CalledProcessError) as failure:
        sys.exit(f"benchmark: {failure}")
