"""From what the kernel told by tracepoint and by polls to one account of each end's states.

The format is described in Tests/KernelTests/README.md.
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

# While a host takes a packet, its capture has it already and its state is still the old one.
TAKING_NANOSECONDS = 2_000_000
# A timer with more than this left does not end between two askings.
TIMER_NEAR_NANOSECONDS = 500_000_000
# Between connect() and its SYN.
DIALLING_NANOSECONDS = 20_000_000
# Between two askings; no small socket that the wire's delay leaves standing is missed in less.
BLIND_NANOSECONDS = 80_000_000
SMALL = ("TIME_WAIT", "FIN_WAIT_2")


class Transition(NamedTuple):
    """A change of state in nanoseconds; between `earliest` and `latest` the state is not known."""

    time: int
    state: str
    source: str
    earliest: int
    latest: int


class EndHistory:
    """One host's end of a 4-tuple.

    `changes` are the tracepoint's, `sights` the polls', each in order of time; `askings` are all
    polls of the host, `arrivals` the times when packets came and `dials` those when SYNs left, by
    the tap at the host.
    """

    def __init__(self, changes, sights, askings, arrivals, dials):
        self.sights = sights
        self.askings = askings
        self.arrivals = arrivals
        self.dials = dials
        self.transitions = []
        self.state = "CLOSED"
        # Whether one of the kernel's small sockets stands, which only polls tell of.
        self.is_small = False
        self.timer_end = None
        # What polls saw until then, the tracepoint has told better.
        self.told_until = 0
        self._merge(changes)

    def blind_spans(self):
        """When the host was not asked for so long that a small socket may have come and gone."""
        return [(before[0], after[1]) for before, after in zip(self.askings, self.askings[1:])
                if after[1] - before[0] > BLIND_NANOSECONDS]

    def timers(self):
        """When TIME_WAIT was seen to begin or begin anew: between two times; and its end."""
        return [(sight.earliest, sight.latest, sight.expiry) for sight in self.sights
                if sight.expiry is not None and sight.state == "TIME_WAIT"]

    def _merge(self, changes):
        events = [(change.time, 0, self._traced, change) for change in changes]
        events += [(sight.latest, 1, self._seen, sight) for sight in self.sights
                   if not sight.is_restart]
        for _, _, take, event in sorted(events, key=lambda event: event[:2]):
            take(event)

    def _add(self, time, state, source, earliest, latest):
        if state != self.state:
            self.transitions.append(Transition(time, state, source, earliest, latest))
            self.state = state

    def _traced(self, change):
        # connect() is in SYN_SENT before it finds that another socket has the 4-tuple.
        if change.new == "SYN_SENT" and not _between(
                self.dials, change.time, change.time + DIALLING_NANOSECONDS):
            return
        if change.old == "SYN_SENT" and self.state != "SYN_SENT":
            return
        self.is_small = False
        index = bisect_left(self.askings, (change.time,))
        asking = self.askings[index] if index < len(self.askings) else None
        self.told_until = asking[1] if asking else change.time
        if change.new != "CLOSED":
            earliest = change.time
            if change.old == "LISTEN":
                # The listener's child, made when the handshake ends: SYN_RECEIVED was too short for
                # a poll, and began after the last that saw nothing.
                earliest = max(
                    (began for began, ended in self.askings[max(0, index - 8):index]
                     if ended <= change.time), default=0)
            self._add(change.time, change.new, "trace", earliest, change.time)
            return
        # A small socket may stand in its place: the first asking begun since then tells.
        seen = [sight for sight in self.sights if sight.latest <= self.told_until]
        state = seen[-1].state if seen else None
        arrived = _between(self.arrivals, change.time, self.told_until)
        latest = self.told_until if arrived else change.time
        if state == "SYN_RECEIVED":
            # A new connection, which the tracepoint tells of only when its handshake ends.
            self.told_until = change.time
        self.is_small = state in SMALL
        self.timer_end = seen[-1].expiry if self.is_small else None
        self._add(change.time, state if self.is_small else "CLOSED",
                  "trace+diag" if self.is_small else "trace", change.time, latest)

    def _seen(self, sight):
        # Full sockets are the tracepoint's.
        if sight.latest <= self.told_until or not (self.is_small or self.state == "CLOSED"):
            return
        state = sight.state or "CLOSED"
        # The asking that ended at `told_until` may have met the socket as early as it began.
        began = self.transitions[-1].time if self.transitions else 0
        earliest, latest, source = max(sight.earliest, began), sight.latest, "diag"
        arrived = _between(self.arrivals, earliest - TAKING_NANOSECONDS, latest)
        is_timer = (sight.state is None and self.timer_end is not None
                    and self.timer_end - latest < TIMER_NEAR_NANOSECONDS)
        if len(arrived) == 1 and not is_timer:
            earliest, latest = arrived[0], min(latest, arrived[0] + TAKING_NANOSECONDS)
            source = "diag+rx"
        self.is_small = sight.state is not None
        self.timer_end = sight.expiry
        self._add(latest if source == "diag" else earliest, state, source, earliest, latest)


def _between(times, start, end):
    return times[bisect_right(times, start):bisect_right(times, end)]
