"""What a scenario is told with: ends, faults, time."""

import asyncio
import contextlib
import errno
import socket
import struct

from recorder.frame import ACK, FIN, RST, SYN

from .puppet import Puppet
from .wire import Delay, Duplication, Hold, Loss

NO_LINGER = struct.pack("ii", 1, 0)
SETTLE_SECONDS = 0.3
# How often a connect() is tried whose ports are still in use, and how long it waits between.
CONNECT_RETRIES = 100
RETRY_SECONDS = 0.02


def anything(_):
    return True


def carries(bits):
    """Segments with all of these flags."""
    return lambda segment: segment.flags & bits == bits


def has_payload(segment):
    return bool(segment.payload)


def is_bare_ack(segment):
    return segment.flags & (SYN | FIN | RST | ACK) == ACK and not segment.payload


class End:
    """A real socket."""

    def __init__(self, made):
        made.setblocking(False)
        self.socket = made
        self.loop = asyncio.get_running_loop()

    async def send(self, data):
        if isinstance(data, int):
            data = b"x" * data
        await self.loop.sock_sendall(self.socket, data)

    async def read(self, length):
        """Exactly so much."""
        while length:
            chunk = await self.loop.sock_recv(self.socket, length)
            if not chunk:
                raise EOFError("end of file in the middle")
            length -= len(chunk)

    async def read_end(self):
        """To end of file."""
        while await self.loop.sock_recv(self.socket, 1 << 16):
            pass

    def shutdown(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def reset(self):
        """SO_LINGER 0, then close(): a RST at once."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.socket.close()

    def set(self, level, option, value):
        self.socket.setsockopt(level, option, value)


class Stage:
    """One 4-tuple of a world, and all that a scenario does with it."""

    def __init__(self, world, family, number):
        self.world = world
        self.family = family
        # Below the ports that the kernel chooses itself.
        self.ports = {"A": 20000 + number, "B": 10000 + number}
        self.is_puppet = False
        self.sockets = []
        self.listeners = {}
        self.flow = world.wire.flow(self.packed("A"), self.packed("B"))

    # Addresses.

    def address(self, side):
        host = "puppet" if side == "B" and self.is_puppet else side
        return self.world.addresses[host][self.family], self.ports[side]

    def packed(self, side):
        address, port = self.address(side)
        return socket.inet_pton(self.family, address), port

    # Ends.

    def make(self, side, **options):
        """A socket bound to the side's address and port."""
        made = self.world.hosts[side].socket(self.family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for name, value in options.items():
            made.setsockopt(*OPTIONS[name], value)
        made.bind(self.address(side))
        self.sockets.append(made)
        return End(made)

    def listen(self, side, **options):
        """A listener at the side's port, once."""
        if side not in self.listeners:
            self.listeners[side] = self.make(side, **options)
            self.listeners[side].socket.listen(8)
        return self.listeners[side]

    async def accept(self, side):
        made, _ = await asyncio.get_running_loop().sock_accept(self.listen(side).socket)
        self.sockets.append(made)
        return End(made)

    async def connect(self, side="A", **options):
        end = self.make(side, **options)
        peer = self.address("B" if side == "A" else "A")
        for _ in range(CONNECT_RETRIES):
            try:
                await asyncio.get_running_loop().sock_connect(end.socket, peer)
                return end
            except OSError as error:
                # On a busy host an earlier connection of these ports may not be over yet.
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
                await asyncio.sleep(RETRY_SECONDS)
        raise TimeoutError("the ports stay in use")

    async def open(self, client="A", **options):
        """A connection from A (or B) to the other: its two ends, A's first."""
        server = "B" if client == "A" else "A"
        self.listen(server)
        near = await self.connect(client, **options)
        far = await self.accept(server)
        return (near, far) if client == "A" else (far, near)

    async def exchange(self, near, far, size=100):
        await near.send(size)
        await far.read(size)
        await far.send(2 * size)
        await near.read(2 * size)

    async def opened(self, client="A", **options):
        """A connection that has said something both ways, all of it acknowledged."""
        near, far = await self.open(client, **options)
        await self.exchange(near, far)
        await self.wait()
        return near, far

    async def opened_again(self):
        """Once more on the same ports."""
        near = await self.connect("A")
        far = await self.accept("B")
        await self.exchange(near, far)
        return near, far

    def puppet(self, initial=0x10000000):
        """In the place of B a peer that is no kernel."""
        self.is_puppet = True
        self.flow = self.world.wire.flow(self.packed("A"), self.packed("B"))
        return Puppet(
            self.flow, self.packed("B"), self.packed("A"), self.world.has_timestamps, initial)

    async def puppet_open(self, client="B", initial=0x10000000):
        """A connection between A's kernel and a puppet: A's socket and the puppet."""
        puppet = self.puppet(initial)
        if client == "B":
            self.listen("A")
            await puppet.dial()
            end = await self.accept("A")
        else:
            connecting = asyncio.ensure_future(self.connect("A"))
            await puppet.answer()
            end = await connecting
        puppet.send(".P", b"question")
        await puppet.expect(".")
        await end.read(8)
        await end.send(b"the answer")
        await puppet.expect(".", payload=True)
        puppet.send(".")
        await self.wait()
        puppet.forget()
        return end, puppet

    # Time and faults.

    async def wait(self, seconds=SETTLE_SECONDS):
        await asyncio.sleep(seconds)

    def lose(self, place, way, match=anything, times=1, skip=0):
        return self.flow.add(Loss, place, way, match, times, skip)

    def delay(self, place, way, seconds, match=anything, times=1, skip=0):
        return self.flow.add(Delay, place, way, match, times, skip, seconds)

    def duplicate(self, place, way, match=anything, seconds=0.0, times=1, skip=0):
        return self.flow.add(Duplication, place, way, match, times, skip, seconds)

    def hold(self, place, way, match=anything, times=1, skip=0):
        return self.flow.add(Hold, place, way, match, times, skip)

    def quick(self):
        """A short wire, for what goes by the round trip."""
        self.flow.delay = {"pre": 0.001, "post": 0.001}

    def release(self):
        """Closes what is still open, once nothing is captured any more."""
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.close()


OPTIONS = {
    "receive_buffer": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "linger2": (socket.IPPROTO_TCP, socket.TCP_LINGER2),
    "quick_ack": (socket.IPPROTO_TCP, socket.TCP_QUICKACK),
}
