"""The wire between the hosts: a delay, the middle tap, a delay; and scripted faults at each."""

import asyncio
import socket
import struct
import time

from recorder import frame as frames

SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
OTHER = {"A": "B", "B": "A"}
# One way: 20 ms. A state that a packet begins and the next one ends lasts for two polls at least.
DELAY_SECONDS = {"pre": 0.010, "post": 0.010}


class Passage:
    """A packet on its way: when it was sent, passed the middle tap, and was delivered (or None)."""

    def __init__(self, way, frame, segment, sent, is_copy=False):
        self.way = way
        self.frame = frame
        self.segment = segment
        self.sent = sent
        self.is_copy = is_copy
        self.mid = None
        self.out = None


class Fault:
    """What becomes of chosen packets at a place: before the middle tap ("pre") or behind ("post").
    """

    def __init__(self, place, way, match, times, skip):
        self.place = place
        self.way = way
        self.match = match
        self.left = times
        self.skip = skip
        self.met = asyncio.Event()
        self.held = []
        self.release_held = None

    def takes(self, place, passage):
        """Whether the fault is for this packet; counts it."""
        if (self.left == 0 or place != self.place or passage.way != self.way
                or passage.is_copy or not self.match(passage.segment)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.left -= 1
        self.met.set()
        return True

    def delays(self, passage):
        """The delays, beyond the usual, after which the packet goes on; none: it is lost."""
        raise NotImplementedError

    def stop(self):
        self.left = 0


class Loss(Fault):
    def delays(self, passage):
        return []


class Delay(Fault):
    seconds = 0.0

    def delays(self, passage):
        return [self.seconds]


class Duplication(Delay):
    """The second of the two comes later by `seconds`."""

    def delays(self, passage):
        return [0.0, self.seconds]


class Hold(Fault):
    """Keeps packets until `release`, which sends them on in order."""

    def delays(self, passage):
        self.held.append(passage)
        return []

    def release(self):
        held, self.held = self.held, []
        self.left = 0
        for passage in held:
            self.release_held(passage)


class Flow:
    """The packets of one 4-tuple, and the faults that they meet."""

    def __init__(self, wire):
        self.wire = wire
        self.delay = dict(DELAY_SECONDS)
        self.faults = []
        self.passages = []
        # Receives in the place of a host what is sent to it.
        self.puppets = {}

    def add(self, kind, place, way, match, times=1, skip=0, seconds=0.0):
        """A fault for the packets that one host sends (`way`: "A" or "B")."""
        fault = kind(place, way, match, times, skip)
        fault.seconds = seconds
        fault.release_held = lambda passage: self.wire.go_on(self, passage, place, 0.0)
        self.faults.append(fault)
        return fault

    def delays(self, place, passage):
        for fault in self.faults:
            if fault.takes(place, passage):
                return fault.delays(passage)
        return [0.0]

    def last(self, way, match):
        """The latest packet of a host's own that was so."""
        for passage in reversed(self.passages):
            if passage.way == way and not passage.is_copy and match(passage.segment):
                return passage
        raise LookupError("no such packet was sent")

    def first(self, way):
        """The first packet that a host sent: its SYN or SYN/ACK."""
        return next(passage for passage in self.passages if passage.way == way)

    def again(self, passage, place):
        """Delivers a packet once more: "pre" so that the middle tap sees it, "post" behind it."""
        self.wire.go_on(self, self.wire.copy(self, passage), place, 0.0)


class Wire:
    """Joins hosts A and B of a world."""

    def __init__(self, ends, mid):
        self.ends = dict(zip("AB", ends))
        self.mid = mid
        self.flows = {}
        self.loop = asyncio.get_running_loop()
        self.strangers = 0
        self.is_cut = False
        for side, end in self.ends.items():
            end.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
            self.loop.add_reader(end, self._readable, side, end)

    def flow(self, a, b):
        """The flow between two (packed address, port), made when it is first asked for."""
        if (a, b) not in self.flows:
            self.flows[a, b] = Flow(self)
        return self.flows[a, b]

    def _readable(self, side, end):
        while True:
            try:
                frame, ancillary, _, _ = end.recvmsg(65536, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
            self._take(side, frame, seconds * 10**9 + nanoseconds)

    def _take(self, side, frame, sent):
        segment = frames.segment(frame)
        ends = segment and (segment.source, segment.destination)
        if segment and side == "B":
            ends = ends[::-1]
        if ends not in self.flows:
            # Neighbours are set by hand: what comes here is no TCP.
            self.strangers += 1
            return
        self.begin(self.flows[ends], Passage(side, frame, segment, sent))

    def begin(self, flow, passage):
        """A packet comes onto the wire."""
        flow.passages.append(passage)
        for extra in self._parts(flow, passage, "pre"):
            self.go_on(flow, extra[1], "pre", flow.delay["pre"] + extra[0])

    def copy(self, flow, passage):
        copied = Passage(passage.way, passage.frame, passage.segment, passage.sent, is_copy=True)
        flow.passages.append(copied)
        return copied

    def _parts(self, flow, passage, place):
        """The packet and its duplicates, each with its extra delay."""
        delays = flow.delays(place, passage)
        first = [(delay, passage) for delay in delays[:1]]
        return first + [(delay, self._twin(flow, passage)) for delay in delays[1:]]

    def _twin(self, flow, passage):
        twin = self.copy(flow, passage)
        twin.mid = passage.mid
        return twin

    def go_on(self, flow, passage, place, delay):
        """After the delay: past the middle tap, or out of the wire."""
        step = self._pass_mid if place == "pre" else self._deliver
        self.loop.call_later(delay, step, flow, passage)

    def _pass_mid(self, flow, passage):
        if self.is_cut:
            return
        passage.mid = time.time_ns()
        self.mid.write(passage.mid, passage.frame)
        for extra in self._parts(flow, passage, "post"):
            self.go_on(flow, extra[1], "post", flow.delay["post"] + extra[0])

    def _deliver(self, flow, passage):
        to = OTHER[passage.way]
        if self.is_cut:
            return
        passage.out = time.time_ns()
        if to in flow.puppets:
            flow.puppets[to].receive(passage.segment)
        else:
            self.ends[to].send(passage.frame)

    def cut(self):
        """From now on nothing comes and nothing goes."""
        if not self.is_cut:
            self.is_cut = True
            for end in self.ends.values():
                self.loop.remove_reader(end)

    def close(self):
        self.cut()
        for end in self.ends.values():
            end.close()
