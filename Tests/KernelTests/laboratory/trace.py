"""What the kernel's tracepoint sock:inet_sock_set_state tells of every change of state."""

import ctypes
import os
import re
import socket
import subprocess
import time
from typing import NamedTuple

TRACING = "/sys/kernel/tracing"
EVENT = "events/sock/inet_sock_set_state"
CLONE_NEWNS = 0x20000
STATES = {
    "TCP_ESTABLISHED": "ESTABLISHED", "TCP_SYN_SENT": "SYN_SENT", "TCP_SYN_RECV": "SYN_RECEIVED",
    "TCP_FIN_WAIT1": "FIN_WAIT_1", "TCP_FIN_WAIT2": "FIN_WAIT_2", "TCP_TIME_WAIT": "TIME_WAIT",
    "TCP_CLOSE": "CLOSED", "TCP_CLOSE_WAIT": "CLOSE_WAIT", "TCP_LAST_ACK": "LAST_ACK",
    "TCP_LISTEN": "LISTEN", "TCP_CLOSING": "CLOSING", "TCP_NEW_SYN_RECV": "SYN_RECEIVED",
}
LINE = re.compile(
    r" (?P<seconds>\d+)\.(?P<micros>\d{6}): inet_sock_set_state: family=(?P<family>\w+) "
    r"protocol=IPPROTO_TCP sport=(?P<sport>\d+) dport=(?P<dport>\d+) saddr=(?P<saddr>\S+) "
    r"daddr=(?P<daddr>\S+) saddrv6=(?P<saddrv6>\S+) daddrv6=(?P<daddrv6>\S+) "
    r"oldstate=(?P<old>\w+) newstate=(?P<new>\w+)")


class Change(NamedTuple):
    """A socket's change of state, at a time in nanoseconds since the epoch."""

    time: int
    local: tuple[bytes, int]
    remote: tuple[bytes, int]
    old: str
    new: str


class Unavailable(Exception):
    """The kernel's trace cannot be read here."""


def mount():
    """Makes tracefs reachable for this process alone, if it is not mounted."""
    if os.path.isdir(f"{TRACING}/instances"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise Unavailable("no mount namespace of our own")
    for command in (["mount", "--make-rprivate", "/"],
                    ["mount", "-t", "tracefs", "nodev", TRACING]):
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Unavailable(f"{' '.join(command)}: {result.stderr.strip()}")


def tai_offset():
    """The TAI clock's lead over the clock of captures, in whole seconds as nanoseconds."""
    lead = time.clock_gettime_ns(time.CLOCK_TAI) - time.time_ns()
    return round(lead / 10**9) * 10**9


class Trace:
    """An instance of the kernel's trace; `close` removes it."""

    PREFIX = "finwait-"

    def __init__(self):
        mount()
        if not os.path.isdir(f"{TRACING}/{EVENT}"):
            raise Unavailable(f"the kernel has no {EVENT}")
        self.remove_orphans()
        self.directory = f"{TRACING}/instances/{self.PREFIX}{os.getpid()}"
        os.mkdir(self.directory)
        self._write("buffer_size_kb", "16384")
        self._write("trace_clock", "tai")
        self._write(f"{EVENT}/enable", "1")
        self.offset = tai_offset()

    @classmethod
    def remove_orphans(cls):
        """Those of laboratories that were killed."""
        for name in os.listdir(f"{TRACING}/instances"):
            pid = name.removeprefix(cls.PREFIX)
            if name.startswith(cls.PREFIX) and not os.path.exists(f"/proc/{pid}"):
                os.rmdir(f"{TRACING}/instances/{name}")

    def _write(self, name, text):
        with open(f"{self.directory}/{name}", "w", encoding="ascii") as file:
            file.write(text)

    def changes(self):
        """All changes so far, in order of time.

        Raises Unavailable if the kernel had no room for some of them.
        """
        self._write("tracing_on", "0")
        for cpu in os.listdir(f"{self.directory}/per_cpu"):
            with open(f"{self.directory}/per_cpu/{cpu}/stats", encoding="ascii") as file:
                lost = re.search(r"overrun: (\d+)", file.read())
            if lost and lost.group(1) != "0":
                raise Unavailable(f"{lost.group(1)} events of the trace were lost")
        changes = []
        with open(f"{self.directory}/trace", encoding="utf-8", errors="replace") as file:
            for line in file:
                match = LINE.search(line)
                if match:
                    changes.append(self._change(match))
        return sorted(changes, key=lambda change: change.time)

    def _change(self, match):
        six = match["family"] == "AF_INET6"
        family = socket.AF_INET6 if six else socket.AF_INET

        def end(name, port):
            address = match[f"{name}v6"] if six else match[name]
            return socket.inet_pton(family, address), int(match[port])

        time_ns = int(match["seconds"]) * 10**9 + int(match["micros"]) * 1000 - self.offset
        return Change(time_ns, end("saddr", "sport"), end("daddr", "dport"),
                      STATES[match["old"]], STATES[match["new"]])

    def close(self):
        try:
            os.rmdir(self.directory)
        except FileNotFoundError:
            pass
