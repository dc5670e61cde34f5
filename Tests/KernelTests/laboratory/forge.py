"""Frames made by hand."""

import struct

from recorder import link
from recorder.frame import ACK, FIN, PSH, RST, SYN

LETTERS = {"F": FIN, "S": SYN, "R": RST, "P": PSH, ".": ACK}


def flags(letters):
    """`FIN` and `ACK` are "F.", as tcpdump writes them."""
    return sum(LETTERS[letter] for letter in letters)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def timestamps(value, echo):
    """The timestamps option, padded as the kernel pads it."""
    return struct.pack("!BBBBII", 1, 1, 8, 10, value % 2**32, echo % 2**32)


def frame(segment):
    """The Ethernet frame that carries a segment to host A."""
    (source, sport), (destination, dport) = segment.source, segment.destination
    offset = (20 + len(segment.options)) << 2
    tcp = struct.pack(
        "!HHIIBBHHH", sport, dport, segment.sequence % 2**32, segment.acknowledgment % 2**32,
        offset, segment.flags, segment.window, 0, 0) + segment.options + segment.payload
    if len(source) == 4:
        kind = 0x0800
        pseudo = source + destination + struct.pack("!BBH", 0, 6, len(tcp))
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0)
        head += source + destination
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    else:
        kind = 0x86DD
        pseudo = source + destination + struct.pack("!II", len(tcp), 6)
        head = struct.pack("!IHBB", 0x60000000, len(tcp), 6, 64) + source + destination
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    macs = b"".join(
        bytes.fromhex(link.hardware_address(number).replace(":", "")) for number in (1, 2))
    return macs + struct.pack("!H", kind) + head + tcp
