"""The wire between two hosts: forwards frames after a fixed delay, and keeps copies of them.

It is a program, not a qdisc: netem is missing from many kernels, and a kept frame can be sent
again at any time, which is how late duplicates are made.
"""

import collections
import heapq
import itertools
import selectors
import socket
import struct
import threading
import time

from .namespaces import INTERFACE

ETH_P_ALL = 3
FIN, SYN, RST, ACK = 1, 2, 4, 16
OTHER = {"client": "server", "server": "client"}


class KeptFrame:
    """A frame that passed a wire; the TCP fields that stories choose by (IPv4 alone)."""

    def __init__(self, frame, to):
        self.frame = frame
        self.to = to
        self.source = self.destination = self.flags = self.payload = 0
        if len(frame) >= 54 and frame[12:14] == b"\x08\x00" and frame[23] == 6:
            tcp = 14 + (frame[14] & 15) * 4
            self.source, self.destination = struct.unpack_from("!HH", frame, tcp)
            self.flags = frame[tcp + 13]
            total, = struct.unpack_from("!H", frame, 16)
            self.payload = 14 + total - tcp - (frame[tcp + 12] >> 4) * 4


class Wire:
    """Joins a client host and a server host through two interfaces in the wires' namespace."""

    def __init__(self, wires, name, client, server, delay_seconds):
        self.delay = delay_seconds
        self.kept = collections.deque(maxlen=4000)
        self.ends = {}
        for number, (side, host) in enumerate((("client", client), ("server", server)), 1):
            end = f"{name}-{side[0]}"
            wires.namespace.ip(
                f"link add {end} type veth peer name {INTERFACE} "
                f"address 02:00:00:00:00:0{number} netns {host.name}",
                f"link set {end} addrgenmode none",
                f"link set {end} up")
            with wires.namespace.entered():
                made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
                made.bind((end, ETH_P_ALL))
            made.setblocking(False)
            self.ends[side] = made

    def inject(self, kept):
        """Delivers a kept frame once more, now."""
        self.ends[kept.to].send(kept.frame)

    def last(self, to, flags=0, payload=False, port=None):
        """The latest frame that went `to` a side with all of these flags (and any payload)."""
        for kept in reversed(self.kept):
            if (kept.to == to and kept.flags & flags == flags and (kept.payload or not payload)
                    and port in (None, kept.source, kept.destination)):
                return kept
        raise LookupError(f"no such frame went to the {to}")

    def close(self):
        for end in self.ends.values():
            end.close()


class Wires:
    """All wires of a recording, served by one thread."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.selector = selectors.DefaultSelector()
        self.due = []
        self.order = itertools.count()
        self.stopping = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self._serve, name="wires", daemon=True)

    def add(self, wire):
        for side, end in wire.ends.items():
            self.selector.register(end, selectors.EVENT_READ, (wire, OTHER[side]))

    def start(self):
        self.thread.start()

    def stop(self):
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join(5)
        self.selector.close()

    def _serve(self):
        try:
            while not self.stopping.is_set():
                wait = self.due[0][0] - time.monotonic() if self.due else 0.2
                for key, _ in self.selector.select(max(0, min(wait, 0.2))):
                    self._take(key.fileobj, *key.data)
                self._deliver()
        except OSError as error:
            if not self.stopping.is_set():
                self.failure = error

    def _take(self, end, wire, to):
        now = time.monotonic()
        while True:
            try:
                frame = end.recv(65536)
            except BlockingIOError:
                return
            kept = KeptFrame(frame, to)
            wire.kept.append(kept)
            heapq.heappush(self.due, (now + wire.delay, next(self.order), wire, kept))

    def _deliver(self):
        while self.due and self.due[0][0] <= time.monotonic():
            _, _, wire, kept = heapq.heappop(self.due)
            wire.inject(kept)
