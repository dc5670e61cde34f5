"""Random programs on both hosts, and a wire with random faults.

Each has a seed of its own, made from the run's: the same seed tells the same program.
"""

import asyncio
import contextlib

from .scenario import Catalog, Scenario
from .wire import Delay, Duplication, Loss

PROGRAMS = 60
# Sooner or later a program that does not wait for anything any more closes.
PATIENCE_SECONDS = 12


def faults(s, chance):
    """A path that is good or bad, for this program's whole life."""
    quality = chance.random()
    if quality < 0.3:
        return
    rate = chance.choice([0.02, 0.05, 0.1, 0.2])
    for place in ("pre", "post"):
        for way in "AB":
            for kind, share, longest in (
                    (Loss, 1.0, 0), (Duplication, 0.5, 2), (Delay, 0.5, 0.5)):
                s.flow.add(kind, place, way, _by_chance(chance, rate * share), times=-1,
                           seconds=chance.uniform(0, longest))


def _by_chance(chance, rate):
    return lambda _: chance.random() < rate


class Program:
    """One side: what it does next is chosen anew after every step."""

    STEPS = ("send", "send", "read", "read", "sleep", "sleep", "shutdown", "close", "close", "reset")

    def __init__(self, end, chance):
        self.end = end
        self.chance = chance
        self.is_shut = False

    async def run(self):
        with contextlib.suppress(OSError):
            for _ in range(20):
                if await self.step(self.chance.choice(self.STEPS)):
                    return
            self.end.close()

    async def step(self, step):
        """Whether it was the last."""
        chance = self.chance
        if step == "send" and not self.is_shut:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self.end.send(chance.choice([1, 100, 1400, 5000])), PATIENCE_SECONDS)
        elif step == "read":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self.end.loop.sock_recv(self.end.socket, 1 << 16), chance.uniform(0.1, 4))
        elif step == "sleep":
            await asyncio.sleep(chance.choice([0.01, 0.1, 0.5, 2]))
        elif step == "shutdown" and not self.is_shut:
            self.is_shut = True
            self.end.shutdown()
        elif step == "close":
            self.end.close()
            return True
        elif step == "reset" and chance.random() < 0.2 and not self.is_shut:
            # After shutdown() it may end LAST_ACK without a packet (tcp_disconnect).
            self.end.reset()
            return True
        return False


async def play(s):
    """Connections one after the other on the same ports, whoever dials."""
    chance = s.random
    await s.wait(chance.uniform(0, 10))
    faults(s, chance)
    for _ in range(chance.choice([1, 1, 2, 3])):
        client = chance.choice("AAB")
        server = "B" if client == "A" else "A"
        s.listen(server)
        try:
            near = await asyncio.wait_for(s.connect(client), PATIENCE_SECONDS)
            far = await asyncio.wait_for(s.accept(server), PATIENCE_SECONDS)
        except (OSError, TimeoutError):
            break
        await asyncio.gather(Program(near, chance).run(), Program(far, chance).run())
        await s.wait(chance.choice([0.05, 0.5, 2, 5]))
    # Late duplicates of whatever there was.
    for _ in range(chance.choice([0, 1, 2])):
        await s.wait(chance.uniform(0.1, 5))
        s.flow.again(chance.choice(s.flow.passages), chance.choice(["pre", "post"]))


def programs():
    """The same number of every variant."""
    return Catalog(
        Scenario(f"random-{number}", play, (), ("", "-v6", "-plain"))
        for number in range(1, PROGRAMS + 1))
