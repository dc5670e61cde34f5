"""What sock_diag tells: the kernel's small sockets of SYN_RECEIVED, FIN_WAIT_2 and TIME_WAIT.

No tracepoint tells of these. A process of its own asks every 20 ms, so that it stays in time.
"""

import multiprocessing
import os
import signal
import socket
import struct
import time
from typing import NamedTuple

SO_RCVBUFFORCE = 33
NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_DUMP = 0x301
NLMSG_ERROR, NLMSG_DONE = 2, 3
NAMES = {3: "SYN_RECEIVED", 5: "FIN_WAIT_2", 6: "TIME_WAIT", 12: "SYN_RECEIVED"}
WANTED = sum(1 << state for state in NAMES)
TIMER_TIME_WAIT = 3
INTERVAL_SECONDS = 0.020
# What the kernel rounds off when it tells how long a timer still runs.
ROUNDING_NANOSECONDS = 10_000_000


class Sight(NamedTuple):
    """A socket that changed between two askings: its state now (None: it is gone).

    `earliest` is when the last asking before began, `latest` when this one ended. `expiry` is when
    its timer will end, `is_restart` whether only that has changed.
    """

    side: str
    local: tuple[bytes, int]
    remote: tuple[bytes, int]
    state: str | None
    expiry: int | None
    earliest: int
    latest: int
    is_restart: bool


def meet(span, other):
    """Whether a timer can end in both spans, so that it was not restarted."""
    return other is not None and (
        span[0] <= other[1] + ROUNDING_NANOSECONDS and other[0] <= span[1] + ROUNDING_NANOSECONDS)


class Asker:
    """Asks the kernel of one host."""

    REQUESTS = [
        struct.pack("=IHHII", 16 + 56, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, 0, 0)
        + struct.pack("=BBBxI48x", family, socket.IPPROTO_TCP, 0, WANTED)
        for family in (socket.AF_INET, socket.AF_INET6)]

    def __init__(self, side, host):
        self.side = side
        with host.entered():
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        # The state of each socket, the span in which its timer ends, and the sight that told it.
        self.known = {}
        # When each asking began and ended.
        self.askings = []

    def ask(self, sights):
        """One asking; what has changed is appended."""
        began = time.time_ns()
        found = {}
        for family, request in zip((socket.AF_INET, socket.AF_INET6), self.REQUESTS):
            # What one call returns was written during the one before.
            before = time.time_ns()
            self.socket.send(request)
            while before:
                before = self._read(family, found, before)
        ended = time.time_ns()
        earliest = self.askings[-1][0] if self.askings else began
        self.askings.append((began, ended))
        for key in found.keys() | self.known.keys():
            state, span = found.get(key, (None, None))
            old_state, old_span, sight = self.known.get(key, (None, None, None))
            if state == old_state and (span is None or meet(span, old_span)):
                if span is not None:
                    # Each asking may tell it more exactly.
                    both = max(span[0], old_span[0]), min(span[1], old_span[1])
                    span = both if both[0] <= both[1] else span
                    sights[sight] = sights[sight]._replace(expiry=sum(span) // 2)
                    self.known[key] = (state, span, sight)
                continue
            expiry = None if span is None else sum(span) // 2
            if state is None:
                del self.known[key]
            else:
                self.known[key] = (state, span, len(sights))
            sights.append(Sight(
                self.side, *self._ends(key), state, expiry, earliest, ended,
                is_restart=state == old_state))

    def _read(self, family, found, before):
        """Reads one answer, written at `before` or later; None after the last one."""
        began = time.time_ns()
        data = self.socket.recv(1 << 20)
        now = time.time_ns()
        offset = 0
        while offset < len(data):
            length, kind = struct.unpack_from("=IH", data, offset)
            if kind == NLMSG_DONE:
                return None
            if kind == NLMSG_ERROR:
                raise OSError(-struct.unpack_from("=i", data, offset + 16)[0], "sock_diag")
            # struct inet_diag_msg
            body = offset + 16
            state, timer = data[body + 1], data[body + 2]
            expires, = struct.unpack_from("=I", data, body + 52)
            # A timer that should have ended and is late tells nothing new.
            is_running = timer == TIMER_TIME_WAIT and expires > 0
            rest = expires * 1_000_000
            span = (before + rest, now + rest) if is_running else None
            # A socket can move on after the kernel has chosen it.
            if state in NAMES:
                found[family, data[body + 4:body + 40]] = NAMES[state], span
            offset += (length + 3) & ~3
        return began

    @staticmethod
    def _ends(key):
        family, identity = key
        local_port, remote_port = struct.unpack_from("!HH", identity)
        size = 4 if family == socket.AF_INET else 16
        return (identity[4:4 + size], local_port), (identity[20:20 + size], remote_port)


class Poll:
    """A process that asks some hosts until it is stopped."""

    def __init__(self, hosts):
        context = multiprocessing.get_context("fork")
        self.ours, theirs = context.Pipe()
        self.process = context.Process(target=self._run, args=(hosts, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def _run(self, hosts, pipe):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.ours.close()
        askers = [Asker(side, host) for side, host in hosts]
        sights = []
        parent = os.getppid()
        next_time = time.monotonic()
        # `poll` also returns when the laboratory has died.
        while not pipe.poll(max(0.0, next_time - time.monotonic())) and os.getppid() == parent:
            for asker in askers:
                asker.ask(sights)
            next_time = max(next_time + INTERVAL_SECONDS, time.monotonic())
        pipe.send((sights, {asker.side: asker.askings for asker in askers}))

    def stop(self):
        """Everything seen, and by side when each asking began and ended."""
        self.ours.send("stop")
        result = self.ours.recv()
        self.process.join(10)
        return result

    def kill(self):
        if self.process.is_alive():
            self.process.kill()
            self.process.join(5)
