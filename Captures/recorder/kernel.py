"""What the kernel says of its sockets, in the words that finwait uses."""

import re
from typing import NamedTuple

STATES = {
    "ESTAB": "ESTABLISHED", "FIN-WAIT-1": "FIN_WAIT_1", "FIN-WAIT-2": "FIN_WAIT_2",
    "CLOSE-WAIT": "CLOSE_WAIT", "LAST-ACK": "LAST_ACK", "CLOSING": "CLOSING",
    "TIME-WAIT": "TIME_WAIT", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECEIVED",
}
UNITS = {"ms": 0.001, "sec": 1, "min": 60}


class SocketState(NamedTuple):
    """One end of a connection as ss(8) lists it; an end that is CLOSED is not listed."""

    side: str
    local: str
    remote: str
    state: str
    # Until TIME_WAIT or an orphaned FIN_WAIT_2 is over; None when no such timer runs.
    seconds_left: float | None


def socket_states(host, side):
    """Every TCP connection of a host, listeners apart."""
    rows = []
    for line in host.run("ss", "-tanoH").splitlines():
        fields = line.split()
        if fields[0] == "LISTEN":
            continue
        timer = re.search(r"timer:\(timewait,([^,]+),", line)
        rows.append(SocketState(
            side, fields[3], fields[4], STATES[fields[0]],
            seconds(timer.group(1)) if timer else None))
    return sorted(rows)


def seconds(text):
    """ss writes a timer as 1min3sec, 57sec, 2.996ms or 180ms; a dot groups thousands there."""
    total = 0.0
    for number, unit in re.findall(r"([\d.]+)(ms|sec|min)", text):
        if unit == "ms":
            number = number.replace(".", "")
        total += float(number) * UNITS[unit]
    return total
