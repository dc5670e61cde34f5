"""A peer without a kernel: it sends what the script says, whatever TCP would have sent."""

import asyncio
import struct
import time

from recorder.frame import ACK, FIN, RST, SYN, Segment, built

from . import forge
from .wire import Passage


class Puppet:
    """The end at B of a flow, played by hand.

    It takes what comes in order, as a receiver does, but sends nothing by itself.
    """

    def __init__(self, flow, local, remote, has_timestamps, initial=0x10000000):
        self.flow = flow
        self.local = local
        self.remote = remote
        self.has_timestamps = has_timestamps
        self.initial = initial
        self.send_next = initial
        self.receive_next = 0
        self.echo = 0
        self.has_dialled = False
        self.is_open = False
        # Subtracted from the timestamps sent: an old packet has an older one.
        self.age = 0
        self.received = []
        self.news = asyncio.Event()
        flow.puppets["B"] = self

    def receive(self, segment):
        """What the wire delivers."""
        self.received.append(segment)
        if segment.flags & SYN:
            self.receive_next = segment.end
        elif segment.sequence == self.receive_next and not segment.flags & RST:
            self.receive_next = segment.end
        at = segment.options.find(b"\x08\x0a")
        # A listener's child is not made of an ACK that echoes what came after the SYN/ACK
        # (tcp_check_req).
        if at >= 0 and (segment.flags & SYN or self.is_open):
            self.echo, = struct.unpack_from("!I", segment.options, at + 2)
        self.news.set()

    async def expect(self, letters, seconds=5.0, payload=None):
        """Waits for a segment with just these flags (PSH apart); earlier ones are skipped."""
        wanted = forge.flags(letters)
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            while self.received:
                segment = self.received.pop(0)
                if (segment.flags & (SYN | FIN | RST | ACK) == wanted
                        and payload in (None, bool(segment.payload))):
                    return segment
            self.news.clear()
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self.news.wait(), max(left, 0.001))
            except TimeoutError:
                raise AssertionError(f"the kernel did not send {letters}") from None

    def forget(self):
        """What came before is not waited for."""
        self.received.clear()

    def clock(self):
        """Its clock of timestamps: milliseconds."""
        return time.monotonic_ns() // 1_000_000 - self.age

    def send(self, letters, payload=b"", seq=None, ack=None, window=8192):
        """Sends a segment; without a sequence number the next one, which then counts on."""
        bits = forge.flags(letters)
        number = self.send_next if seq is None else seq % 2**32
        options = b""
        if self.has_timestamps and (not bits & RST or self.age):
            options = forge.timestamps(self.clock(), self.echo)
        if ack is None:
            ack = self.receive_next if bits & ACK else 0
        segment = Segment(
            self.local, self.remote, number, ack, bits, window, options, payload)
        is_first_syn = bits & SYN and not self.has_dialled
        self.has_dialled = self.has_dialled or bool(bits & SYN)
        if seq is None and not bits & RST or is_first_syn:
            self.send_next = segment.end
        self.flow.wire.begin(
            self.flow, Passage("B", built(segment, 1), segment, time.time_ns()))

    async def dial(self):
        """The handshake, as its initiator."""
        self.send("S")
        await self.expect("S.")
        self.is_open = True
        self.send(".")

    async def answer(self):
        """The handshake, as its responder."""
        await self.expect("S")
        self.send("S.")
        self.is_open = True
        await self.expect(".")
