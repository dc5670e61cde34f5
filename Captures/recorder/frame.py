"""What a frame says: the TCP segment in it, over IPv4 or IPv6; and frames made by hand."""

import struct
from typing import NamedTuple

from .link import hardware_address

ETHERNET_LENGTH = 14
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Segment(NamedTuple):
    """The fields of a TCP segment; addresses as they stand in the packet."""

    source: tuple[bytes, int]
    destination: tuple[bytes, int]
    sequence: int
    acknowledgment: int
    flags: int
    window: int
    options: bytes
    payload: bytes

    @property
    def end(self):
        """The sequence number after its last octet, SYN and FIN counted."""
        length = len(self.payload) + bool(self.flags & SYN) + bool(self.flags & FIN)
        return (self.sequence + length) % 2**32


def segment(frame):
    """The segment of an Ethernet frame; None if it holds none, or a fragment of one."""
    if frame[12:14] == b"\x08\x00" and len(frame) >= 34 and frame[23] == 6:
        total, _, offset = struct.unpack_from("!HHH", frame, ETHERNET_LENGTH + 2)
        if offset & 0x3FFF:
            return None
        tcp = ETHERNET_LENGTH + (frame[ETHERNET_LENGTH] & 15) * 4
        source, destination = frame[26:30], frame[30:34]
        end = ETHERNET_LENGTH + total
    elif frame[12:14] == b"\x86\xdd" and len(frame) >= 54 and frame[20] == 6:
        tcp = ETHERNET_LENGTH + 40
        source, destination = frame[22:38], frame[38:54]
        end = tcp + struct.unpack_from("!H", frame, ETHERNET_LENGTH + 4)[0]
    else:
        return None
    if len(frame) < tcp + 20:
        return None
    ports = struct.unpack_from("!HH", frame, tcp)
    sequence, acknowledgment = struct.unpack_from("!II", frame, tcp + 4)
    window, = struct.unpack_from("!H", frame, tcp + 14)
    data = tcp + (frame[tcp + 12] >> 4) * 4
    return Segment(
        (source, ports[0]), (destination, ports[1]), sequence, acknowledgment, frame[tcp + 13],
        window, frame[tcp + 20:data], frame[data:end])


def built(segment, receiver):
    """The Ethernet frame that carries a segment to the first or the second host."""
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
        bytes.fromhex(hardware_address(number).replace(":", ""))
        for number in (receiver, 3 - receiver))
    return macs + struct.pack("!H", kind) + head + tcp


def checksum(data):
    """The internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
