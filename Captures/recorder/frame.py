"""What a frame says: the TCP segment in it, over IPv4 or IPv6."""

import struct
from typing import NamedTuple

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


def following(frame, payload):
    """A frame with what the sender of an IPv4 frame would send next: `payload`, behind all that the
    frame holds."""
    made = bytearray(frame)
    tcp = ETHERNET_LENGTH + (made[ETHERNET_LENGTH] & 15) * 4
    data = tcp + (made[tcp + 12] >> 4) * 4
    before = segment(frame)
    made[data:] = payload
    identification, = struct.unpack_from("!H", made, ETHERNET_LENGTH + 4)
    struct.pack_into("!HH", made, ETHERNET_LENGTH + 2,
                     len(made) - ETHERNET_LENGTH, (identification + 1) % 2**16)
    struct.pack_into("!I", made, tcp + 4, before.end)
    made[tcp + 13] = PSH | ACK
    _seal(made, ETHERNET_LENGTH + 10, made[ETHERNET_LENGTH:tcp])
    pseudo_header = made[ETHERNET_LENGTH + 12:ETHERNET_LENGTH + 20] + struct.pack(
        "!BBH", 0, made[ETHERNET_LENGTH + 9], len(made) - tcp)
    _seal(made, tcp + 16, pseudo_header + made[tcp:])
    return bytes(made)


def _seal(frame, at, covered):
    """Puts the internet checksum (RFC 1071) of what it covers at its place there."""
    old, = struct.unpack_from("!H", frame, at)
    words = struct.unpack(f"!{(len(covered) + 1) // 2}H", bytes(covered) + b"\0" * (len(covered) % 2))
    total = sum(words) - old
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into("!H", frame, at, 0xFFFF - total)
