"""What every story has: two hosts, a wire, a tap, and the kernel states it must end in."""

import collections
import socket
import struct
import threading
import time

from .kernel import socket_states

PORT = 8080
# The discard service (RFC 863): one datagram to it is the last frame of every capture.
MARKER_PORT = 9
# linux/tcp.h
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
SEND_QUEUE = 2


def begin_at(unconnected, sequence):
    """Gives a socket the sequence number of its SYN (TCP_REPAIR, which needs CAP_NET_ADMIN)."""
    for option, value in ((TCP_REPAIR, 1), (TCP_REPAIR_QUEUE, SEND_QUEUE),
                          (TCP_QUEUE_SEQ, struct.pack("I", sequence % 2**32)), (TCP_REPAIR, 0)):
        unconnected.setsockopt(socket.IPPROTO_TCP, option, value)


class Stopped(Exception):
    """The recording was interrupted."""


class Story:
    """One capture.

    The docstring of a subclass says how the story is provoked, `verdict` what must be read from
    the capture: both are the README's words. `play` returns at the instant the capture ends.
    """

    # Two digits and perhaps a letter; the file's name begins with it.
    number = ""
    slug = ""
    title = ""
    verdict = ""
    # The host whose interface is tapped; "both" taps both and merges them into one pcapng file.
    tap = "client"
    interface = "eth0"
    expression = "tcp or udp"
    snapshot_length = 262144
    suffix = ".pcap"
    delay_seconds = 0.002
    family = socket.AF_INET
    client_addresses = ("192.0.2.1/24",)
    server_addresses = ("192.0.2.2/24",)
    # The states of all ends that are not CLOSED when the capture ends, in any order.
    client_ends = ()
    server_ends = ()

    def __init__(self, client, server, wire, stopping):
        self.client = client
        self.server = server
        self.wire = wire
        self.stopping = stopping
        self.next_port = 40000
        self.sockets = []
        self.lock = threading.Lock()
        self.listener = None
        self.states = []

    @classmethod
    def file_name(cls):
        return f"{cls.number}-{cls.slug}{cls.suffix}"

    def play(self):
        raise NotImplementedError

    # What stories are told with.

    def listen(self, port=PORT):
        """A listening server socket."""
        made = self.server.socket(self.family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self.server.address(self.family), port))
        made.listen(64)
        self.sockets.append(made)
        return made

    def client_socket(self, port=None, index=0):
        """An unconnected client socket; ports count up from 40001, so that recordings agree."""
        made = self.client.socket(self.family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if port is None:
            self.next_port += 1
            port = self.next_port
        made.bind((self.client.address(self.family, index), port))
        self.sockets.append(made)
        return made

    def open(self, port=None, index=0, sequence=None):
        """A connection: its client socket and its server socket; `sequence` is the client's initial
        sequence number, if it is not to be the kernel's choice."""
        with self.lock:
            if self.listener is None:
                self.listener = self.listen()
            near = self.client_socket(port, index)
            if sequence is not None:
                begin_at(near, sequence)
            near.connect((self.server.address(self.family), PORT))
            far, _ = self.listener.accept()
            far.settimeout(10)
            self.sockets.append(far)
        return near, far

    def say(self, sender, receiver, text):
        """Sends, and reads all of it at the other end."""
        data = text if isinstance(text, bytes) else text.encode()
        sender.sendall(data)
        left = len(data)
        while left:
            chunk = receiver.recv(left)
            if not chunk:
                raise EOFError("the other side closed in the middle of a message")
            left -= len(chunk)

    def exchange(self, near, far, size=120):
        """One request and its answer."""
        self.say(near, far, "GET / HTTP/1.1\r\nHost: server.example\r\n\r\n")
        self.say(far, near, f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n" + "x" * size)

    def read_end(self, receiver):
        """Waits for the other side's FIN, as a program does that reads until end of file."""
        while receiver.recv(65536):
            pass

    def close(self, first, second):
        """A graceful close, one side after the other."""
        first.close()
        self.read_end(second)
        second.close()

    def wait(self, seconds):
        if self.stopping.wait(seconds):
            raise Stopped

    def wait_until(self, instant):
        """Until that many seconds after the story began."""
        self.wait(max(0, self.began + instant - time.monotonic()))

    # The recording of a story.

    def perform(self):
        """Plays the story, marks the capture's end, and takes down what the kernel says then."""
        marker_at = self.server.socket(self.family, socket.SOCK_DGRAM)
        marker_at.bind((self.server.address(self.family), MARKER_PORT))
        marker_from = self.client.socket(self.family, socket.SOCK_DGRAM)
        self.sockets += [marker_at, marker_from]
        self.began = time.monotonic()
        self.play()
        # Long enough for what was just said to be acknowledged.
        self.wait(0.1 + 3 * self.delay_seconds)
        marker_from.sendto(b"end of capture", (self.server.address(self.family), MARKER_PORT))
        marker_at.recv(64)
        self.states = (socket_states(self.client, "client") + socket_states(self.server, "server"))

    def check(self):
        """Raises AssertionError if the kernel's states are not those the story tells of."""
        for side, expected in (("client", self.client_ends), ("server", self.server_ends)):
            found = [row.state for row in self.states if row.side == side]
            if collections.Counter(found) != collections.Counter(expected):
                raise AssertionError(
                    f"{self.file_name()}: the {side} ends in {sorted(found) or 'CLOSED'}, "
                    f"not in {sorted(expected) or 'CLOSED'}")

    def release(self):
        """Closes every socket that is left, once the tap no longer runs."""
        for each in self.sockets:
            each.close()
