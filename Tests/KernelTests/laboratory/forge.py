"""Parts of segments made by hand."""

import struct

from recorder.frame import ACK, FIN, PSH, RST, SYN

LETTERS = {"F": FIN, "S": SYN, "R": RST, "P": PSH, ".": ACK}


def flags(letters):
    """`FIN` and `ACK` are "F.", as tcpdump writes them."""
    return sum(LETTERS[letter] for letter in letters)


def timestamps(value, echo):
    """The timestamps option, padded as the kernel pads it."""
    return struct.pack("!BBBBII", 1, 1, 8, 10, value % 2**32, echo % 2**32)
