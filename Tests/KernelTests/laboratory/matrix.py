"""Every state of a kernel's end, and every kind of segment that can meet it there.

The peer is a puppet, so that the segment comes just as it is written; afterwards both sides end
the connection as well as they still can.
"""

import asyncio
import contextlib

from .scenario import VARIANTS, Catalog, Scenario

WITH_TIMESTAMPS = ("", "-v6")
# Long enough for a timer that is set anew to differ from what it was.
PAUSE_SECONDS = 0.7
# Octets that are missing.
GAP = 50


class Position:
    """A kernel's end in a state, and the puppet that it is connected to."""

    def __init__(self, stage):
        self.stage = stage
        self.end = None
        self.puppet = None
        self.connecting = None
        # Of the puppet's FIN, once it is sent; and the end of what it sent behind a gap.
        self.fin = None
        self.beyond_gap = None

    async def open(self, client="B"):
        self.end, self.puppet = await self.stage.puppet_open(client)

    async def pause(self, seconds=0.15):
        await self.stage.wait(seconds)

    async def take_fin(self):
        """The puppet sends FIN, the kernel takes it."""
        self.fin = self.puppet.send_next
        self.puppet.send("F.")
        await self.puppet.expect(".")

    async def finish(self):
        """Both sides end what is left."""
        puppet = self.puppet
        if self.beyond_gap is not None:
            puppet.send(".P", b"g" * GAP)
            puppet.send_next = self.beyond_gap
        puppet.send(".")
        await self.pause(0.1)
        if self.end is not None:
            self.end.close()
            await self.pause()
        if self.fin is None:
            self.fin = puppet.send_next
            puppet.send("F.")
        else:
            puppet.send(".")
        await self.pause()
        puppet.send(".")
        await self.pause()
        if self.connecting is not None:
            self.connecting.cancel()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self.connecting


# How a kernel's end is brought into a state.

async def syn_sent(at):
    at.puppet = at.stage.puppet()
    at.connecting = asyncio.ensure_future(at.stage.connect("A"))
    await at.puppet.expect("S")


async def syn_received(at):
    at.puppet = at.stage.puppet()
    at.stage.listen("A")
    at.puppet.send("S")
    await at.puppet.expect("S.")


async def established(at):
    await at.open()


async def fin_wait_1(at):
    await at.open()
    at.end.shutdown()
    await at.puppet.expect("F.")


async def fin_wait_1_orphan(at):
    await at.open()
    at.end.close()
    await at.puppet.expect("F.")


async def fin_wait_2(at):
    await fin_wait_1(at)
    at.puppet.send(".")


async def fin_wait_2_orphan(at):
    await fin_wait_1_orphan(at)
    at.puppet.send(".")


async def close_wait(at):
    await at.open()
    await at.take_fin()


async def last_ack(at):
    await close_wait(at)
    at.end.close()
    await at.puppet.expect("F.")


async def closing(at):
    await at.open()
    fin = at.puppet.receive_next
    at.end.close()
    await at.puppet.expect("F.")
    at.fin = at.puppet.send_next
    at.puppet.send("F.", ack=fin)
    await at.puppet.expect(".")


async def time_wait(at, client="B"):
    await at.open(client)
    at.end.close()
    await at.puppet.expect("F.")
    at.puppet.send(".")
    await at.pause()
    await at.take_fin()
    await at.pause(PAUSE_SECONDS)


async def time_wait_of_client(at):
    """On a port without a listener."""
    await time_wait(at, client="A")


async def closed(at):
    """Both FINs acknowledged, and the puppet was the first to close."""
    await last_ack(at)
    at.puppet.send(".")


STATES = [syn_sent, syn_received, established, fin_wait_1, fin_wait_1_orphan, fin_wait_2,
          fin_wait_2_orphan, close_wait, last_ack, closing, time_wait, time_wait_of_client, closed]

# What meets it. `n` is the puppet's next sequence number, `r` the kernel's.


def rst(offset, letters="R", **fields):
    return lambda p, at: p.send(letters, seq=p.send_next + offset, **fields)


def in_order(letters, payload=b"", **fields):
    def send(p, at):
        if "F" in letters and "." in letters and at.fin is None:
            at.fin = p.send_next + len(payload)
        p.send(letters, payload, **fields)
    return send


def out_of_order(letters, offset, payload=b"", **fields):
    return lambda p, at: p.send(letters, payload, seq=p.send_next + offset, **fields)


def behind_gap(letters, payload=b""):
    """What is missing comes when the connection is ended."""
    def send(p, at):
        start = p.send_next + GAP
        at.beyond_gap = start + len(payload) + letters.count("F")
        if "F" in letters:
            at.fin = start + len(payload)
        p.send(letters, payload, seq=start)
    return send


def acknowledging(letters, offset, seq=0):
    return lambda p, at: p.send(
        letters, seq=p.send_next + seq, ack=p.receive_next + offset)


def handshake(letters, offset=0):
    """Relative to the puppet's SYN."""
    return lambda p, at: p.send(letters, seq=p.initial + offset)


def fin_again(p, at):
    p.send("F.", seq=p.send_next if at.fin is None else at.fin)


def older(send, milliseconds=5000):
    """With an older timestamp."""
    def aged(p, at):
        p.age = milliseconds
        send(p, at)
        p.age = 0
    return aged


def newer(send):
    return older(send, -5000)


KINDS = {
    "rst": (rst(0), (5,)),
    "rst-ack": (rst(0, "R."), (5,)),
    "rst-ack-zero": (rst(0, "R.", ack=0), (34,)),
    "rst-payload": (rst(0, "R", payload=b"gone"), (34,)),
    "rst-in-window": (rst(100), (3, 5, 33)),
    "rst-one-below": (rst(-1), (4,)),
    "rst-below": (rst(-5), ()),
    "rst-outside": (rst(1 << 29), ()),
    "syn-again": (handshake("S"), (14,)),
    "syn-newer": (lambda p, at: p.send("S", seq=p.send_next + 100_000), (10, 12, 14, 22)),
    "syn-older": (handshake("S", -50_000), (9, 14)),
    "syn-ack-again": (handshake("S."), ()),
    "data": (in_order(".P", b"more\n"), (24,)),
    "data-again": (out_of_order(".P", -8, b"question"), ()),
    "data-behind-gap": (behind_gap(".P", b"more\n"), ()),
    "data-without-ack": (out_of_order("P", 0, b"more\n"), ()),
    "data-outside": (out_of_order(".P", 1 << 29, b"more\n"), ()),
    "fin": (in_order("F."), ()),
    "fin-again": (fin_again, (1, 7)),
    "fin-behind-gap": (behind_gap("F."), (2,)),
    "fin-bare": (out_of_order("F", 0), (24,)),
    "fin-of-unsent": (acknowledging("F.", 1000), (24,)),
    "fin-with-data": (in_order("F.P", b"more\n"), ()),
    "ack": (in_order("."), (6,)),
    "ack-ahead": (out_of_order(".", 100), ()),
    "ack-of-unsent": (acknowledging(".", 1000), ()),
    "ack-below": (acknowledging(".", -1), (21,)),
    "ack-too-old": (acknowledging(".", -(1 << 29)), ()),
    "keep-alive": (out_of_order(".", -1), (8,)),
    "keep-alive-octet": (out_of_order(".", -1, b"x"), (8,)),
    "no-flags": (out_of_order("", 0), ()),
}
TIMED_KINDS = {
    "old-ack": (older(in_order(".")), ()),
    "old-data": (older(out_of_order(".P", -8, b"question")), ()),
    "old-fin": (older(fin_again), ()),
    "old-rst": (older(rst(0)), ()),
    "old-syn-newer": (older(KINDS["syn-newer"][0]), (11,)),
    "new-syn-older": (newer(KINDS["syn-older"][0]), (11,)),
}


def meeting(state, send):
    async def play(stage):
        at = Position(stage)
        await state(at)
        await at.pause()
        send(at.puppet, at)
        await at.pause(PAUSE_SECONDS)
        await at.finish()
    return play


def matrix():
    """All states by all kinds."""
    scenarios = Catalog()
    for state in STATES:
        name = state.__name__.replace("_", "-")
        for kinds, variants in ((KINDS, VARIANTS), (TIMED_KINDS, WITH_TIMESTAMPS)):
            for kind, (send, situations) in kinds.items():
                scenarios.append(Scenario(
                    f"{name}-meets-{kind}", meeting(state, send), situations, variants))
    return scenarios
