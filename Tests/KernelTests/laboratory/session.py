"""A run of the laboratory: worlds, scenarios side by side, and the recordings of both."""

import asyncio
import collections
import json
import os
import random
import socket
import time

from recorder import frame as frames
from recorder import savefile

from .diag import Poll
from .hosts import World
from .stage import Stage
from .trace import Trace
from .truth import EndHistory

# Each world's name, its settings, and the variants played in it: a suffix and a family.
WORLDS = [
    ("timestamps", {"tcp_timestamps": "1"}, [("", socket.AF_INET), ("-v6", socket.AF_INET6)]),
    ("plain", {"tcp_timestamps": "0"}, [("-plain", socket.AF_INET)]),
]
# Between the beginnings of two scenarios, so that not all packets come at once.
STAGGER_SECONDS = 0.02
LIMIT_SECONDS = 230


class Part:
    """One scenario in one variant."""

    def __init__(self, scenario, suffix, stage, delay):
        self.name = scenario.name + suffix
        self.scenario = scenario
        self.stage = stage
        self.delay = delay
        self.error = None

    async def play(self):
        await asyncio.sleep(self.delay)
        try:
            async with asyncio.timeout(LIMIT_SECONDS - 30):
                await self.scenario.play(self.stage)
        except Exception as error:  # pylint: disable=broad-except
            self.error = f"{self.name}: {type(error).__name__}: {error}"


class Session:
    """Makes what the scenarios need, plays them, and leaves nothing behind."""

    def __init__(self, directory, seed):
        self.directory = directory
        self.seed = seed
        self.worlds = []
        self.parts = []
        self.trace = self.poll = None
        self.start = 0

    def play(self, scenarios):
        """Plays all, writes the recordings, and returns what went wrong, a sentence each."""
        return asyncio.run(self._play(scenarios))

    async def _play(self, scenarios):
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (1, 2, 15):
            loop.add_signal_handler(number, task.cancel)
        self.trace = Trace()
        for number, (name, settings, _) in enumerate(WORLDS):
            self.worlds.append(World(name, number, settings, self.directory))
            self.worlds[-1].has_timestamps = settings["tcp_timestamps"] == "1"
        for world in self.worlds:
            world.bring_up()
        self.poll = Poll([
            ((world.name, side), host) for world in self.worlds
            for side, host in world.hosts.items()])
        self.start = time.time_ns()
        self._cast(scenarios)
        watch = loop.create_task(_end_with_parent(task))
        async with asyncio.timeout(LIMIT_SECONDS):
            await asyncio.gather(*(part.play() for part in self.parts))
            # What was just sent arrives, and is seen by a poll.
            await asyncio.sleep(0.3)
        watch.cancel()
        await self._write()
        with open(os.path.join(self.directory, "complete"), "w", encoding="ascii"):
            pass
        return [part.error for part in self.parts if part.error]

    def _cast(self, scenarios):
        for number, scenario in enumerate(scenarios):
            for world, (_, _, variants) in zip(self.worlds, WORLDS):
                for suffix, family in variants:
                    if suffix not in scenario.variants:
                        continue
                    stage = Stage(world, family, number)
                    stage.random = random.Random(f"{self.seed} {scenario.name}{suffix}")
                    delay = len(self.parts) * STAGGER_SECONDS
                    self.parts.append(Part(scenario, suffix, stage, delay))

    async def _write(self):
        end = time.time_ns()
        for world in self.worlds:
            await world.stop_taps()
        sights, askings = await asyncio.to_thread(self.poll.stop)
        changes = self.trace.changes()
        for world in self.worlds:
            parts = [part for part in self.parts if part.stage.world is world]
            histories = {}
            for side in "AB":
                told, asked = _grouped(changes), askings[world.name, side]
                seen = _grouped(s for s in sights if s.side == (world.name, side))
                arrivals, dials = _packets(world, side)
                for part in parts:
                    key = _key(part.stage, side)
                    histories[part.name, side] = EndHistory(
                        told[key], seen[key], asked, arrivals[key], dials[key])
            self._write_truth(world, parts, histories, end)
            _write_passages(world, parts)

    def _write_truth(self, world, parts, histories, end):
        blind = {
            side: [[_seconds(time_ns) for time_ns in span]
                   for span in histories[parts[0].name, side].blind_spans()] for side in "AB"}
        document = {
            "meta": {"start": _seconds(self.start), "end": _seconds(end), "seed": self.seed,
                     "strangers": world.wire.strangers, "blind": blind},
            "connections": [
                {"id": number, "scenario": part.name, "situations": part.scenario.situations,
                 "a": list(part.stage.address("A")), "b": list(part.stage.address("B")),
                 "A": _told(histories[part.name, "A"], True),
                 "B": _told(histories[part.name, "B"], not part.stage.is_puppet)}
                for number, part in enumerate(parts, 1)],
        }
        with open(os.path.join(world.directory, "truth.json"), "w", encoding="ascii") as file:
            json.dump(document, file)

    def close(self):
        if self.poll is not None:
            self.poll.kill()
        for part in self.parts:
            part.stage.release()
        for world in self.worlds:
            world.take_down()
        if self.trace is not None:
            self.trace.close()


async def _end_with_parent(task):
    """Cancels the run once whoever asked for it is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    task.cancel()


def _seconds(nanoseconds):
    """Since the epoch; exact to a quarter of a microsecond, which is more than the trace tells."""
    return nanoseconds / 10**9


def _key(stage, side):
    return stage.packed(side), stage.packed("B" if side == "A" else "A")


def _grouped(events):
    """Lists of events by (local, remote); empty for what is not there."""
    groups = collections.defaultdict(list)
    for event in events:
        groups[event.local, event.remote].append(event)
    return groups


def _packets(world, side):
    """When packets came to a host and when SYNs left it, by (local, remote)."""
    arrivals, dials = collections.defaultdict(list), collections.defaultdict(list)
    path = os.path.join(world.directory, f"{side.lower()}.pcap")
    for time_ns, _, frame in savefile.read_pcap(path)[2]:
        segment = frames.segment(frame)
        arrivals[segment.destination, segment.source].append(time_ns)
        if segment.flags & (frames.SYN | frames.ACK) == frames.SYN:
            dials[segment.source, segment.destination].append(time_ns)
    return arrivals, dials


def _told(history, exists):
    return {
        "exists": exists,
        "transitions": [
            [_seconds(t.time), t.state, t.source, _seconds(t.earliest), _seconds(t.latest)]
            for t in history.transitions],
        "timers": [[_seconds(time) for time in timer] for timer in history.timers()],
    }


def _write_passages(world, parts):
    """What the wire did with every packet."""
    with open(os.path.join(world.directory, "wire.jsonl"), "w", encoding="ascii") as file:
        for part in parts:
            for passage in part.stage.flow.passages:
                times = {
                    name: None if time_ns is None else _seconds(time_ns)
                    for name, time_ns in (("sent", passage.sent), ("mid", passage.mid),
                                          ("out", passage.out))}
                file.write(json.dumps({
                    "scenario": part.name, "from": passage.way, "copy": passage.is_copy,
                    **times}) + "\n")
