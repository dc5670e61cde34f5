"""The two interfaces between which a wire carries frames."""

import socket

from .namespaces import INTERFACE

ETH_P_ALL = 3


def join(wires, name, first, second):
    """Gives each of two hosts its interface, and returns the packet sockets of their far ends.

    The far ends are in the namespace `wires`: what is sent there reaches the host, what the host
    sends is read there.
    """
    ends = []
    for number, host in enumerate((first, second), 1):
        end = f"{name}-{number}"
        wires.ip(
            f"link add {end} type veth peer name {INTERFACE} "
            f"address {hardware_address(number)} netns {host.path}",
            f"link set {end} addrgenmode none",
            f"link set {end} up")
        with wires.entered():
            made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            made.bind((end, ETH_P_ALL))
        made.setblocking(False)
        ends.append(made)
    return ends


def hardware_address(number):
    """Of the first or the second host."""
    return f"02:00:00:00:00:{number:02x}"
