"""Just enough of the savefile formats: read what tcpdump wrote, write it as gzip or pcapng."""

import gzip
import heapq
import struct

NANOSECOND_MAGIC = 0xA1B23C4D


def read_pcap(path):
    """The link type and the records (nanoseconds, original length, bytes) of a file of ours."""
    with open(path, "rb") as file:
        data = file.read()
    magic, _, _, _, _, snapshot_length, link_type = struct.unpack_from("=IHHiIII", data)
    if magic != NANOSECOND_MAGIC:
        raise ValueError(f"{path} is not a nanosecond pcap file of this machine's byte order")
    records, offset = [], 24
    while offset < len(data):
        seconds, nanoseconds, captured, original = struct.unpack_from("=IIII", data, offset)
        offset += 16
        records.append((seconds * 10**9 + nanoseconds, original, data[offset:offset + captured]))
        offset += captured
    return link_type, snapshot_length, records


class Writer:
    """A nanosecond pcap file of Ethernet frames."""

    LINK_TYPE_ETHERNET = 1

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack(
            "=IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, 262144, self.LINK_TYPE_ETHERNET))

    def write(self, nanoseconds, frame):
        seconds, nanoseconds = divmod(nanoseconds, 10**9)
        self.file.write(struct.pack("=IIII", seconds, nanoseconds, len(frame), len(frame)) + frame)

    def close(self):
        self.file.close()


def write_gzip(source, destination):
    """Without a time or a name in the gzip header: the same capture, the same bytes."""
    with open(source, "rb") as file, open(destination, "wb") as out:
        out.write(gzip.compress(file.read(), mtime=0))


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


END_OF_OPTIONS = struct.pack("<HH", 0, 0)


def write_pcapng(sources, destination):
    """One pcapng file with an interface for each (name, pcap file), merged by time."""
    out = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    streams = []
    for interface, (name, path) in enumerate(sources):
        link_type, snapshot_length, records = read_pcap(path)
        options = option(2, name.encode()) + option(9, b"\x09") + END_OF_OPTIONS
        out.append(block(1, struct.pack("<HHI", link_type, 0, snapshot_length) + options))
        streams.append([(time, interface, size, frame) for time, size, frame in records])
    for time, interface, size, frame in heapq.merge(*streams):
        head = struct.pack(
            "<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(frame), size)
        out.append(block(6, head + frame))
    with open(destination, "wb") as file:
        file.write(b"".join(out))
