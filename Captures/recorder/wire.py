"""The wire between two hosts: forwards frames after a fixed delay, and keeps copies of them.

It is a program, not a qdisc: netem is missing from many kernels, and a kept frame can be sent
again at any time, which is how late duplicates are made.
"""

import collections
import heapq
import itertools
import selectors
import threading
import time

from . import frame as frames
from . import link
OTHER = {"client": "server", "server": "client"}


class KeptFrame:
    """A frame that passed a wire, and the TCP fields that stories choose by."""

    def __init__(self, frame, to):
        self.frame = frame
        self.to = to
        segment = frames.segment(frame)
        self.ports = (segment.source[1], segment.destination[1]) if segment else ()
        self.flags = segment.flags if segment else 0
        self.payload = len(segment.payload) if segment else 0


class Wire:
    """Joins a client host and a server host through two interfaces in the wires' namespace."""

    def __init__(self, wires, name, client, server, delay_seconds):
        self.delay = delay_seconds
        self.kept = collections.deque(maxlen=4000)
        self.ends = dict(zip(
            ("client", "server"), link.join(wires.namespace, name, client, server)))

    def inject(self, kept):
        """Delivers a kept frame once more, now."""
        self.ends[kept.to].send(kept.frame)

    def forge(self, kept, payload):
        """Delivers data that nobody sent: as if it came behind a kept frame."""
        before = frames.segment(kept.frame)
        made = before._replace(
            sequence=before.end, flags=frames.PSH | frames.ACK, payload=payload)
        self.ends[kept.to].send(frames.built(made, 1 if kept.to == "client" else 2))

    def last(self, to, flags=0, payload=False, port=None):
        """The latest frame that went `to` a side with all of these flags (and any payload)."""
        for kept in reversed(self.kept):
            if (kept.to == to and kept.flags & flags == flags and (kept.payload or not payload)
                    and (port is None or port in kept.ports)):
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
