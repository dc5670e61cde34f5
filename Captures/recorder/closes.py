"""Stories of closes that go as the programs on both sides meant them."""

import socket

from .story import Story


class GracefulByClient(Story):
    """The client asks, reads the answer and calls `close()`; the server reads end of file and
    calls `close()`."""

    number = "01"
    slug = "graceful-close-by-client"
    title = "Graceful close by the client"
    verdict = "client TIME_WAIT; server CLOSED"
    client_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.wait(0.3)
        near.close()
        self.read_end(far)
        self.wait(0.05)
        far.close()


class GracefulByServer(Story):
    """As 01, but the server calls `close()` first. The file is compressed with gzip."""

    number = "02"
    slug = "graceful-close-by-server"
    title = "Graceful close by the server"
    verdict = "server TIME_WAIT; client CLOSED"
    tap = "server"
    suffix = ".pcap.gz"
    server_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.close(far, near)


class CloseWaitAtServer(Story):
    """The client calls `close()` on its first connection; the server never closes it. A second
    connection, 6 s later, is closed well."""

    number = "03"
    slug = "close-wait-server"
    title = "CLOSE_WAIT left by a server"
    verdict = ("server CLOSE_WAIT for 6 s (idle), its client FIN_WAIT_2; "
               "second connection: client TIME_WAIT")
    tap = "server"
    client_ends = ("FIN_WAIT_2", "TIME_WAIT")
    server_ends = ("CLOSE_WAIT",)

    def play(self):
        near, far = self.open()
        for _ in range(3):
            self.exchange(near, far)
            self.wait(0.1)
        near.close()
        self.wait(6)
        near, far = self.open()
        self.exchange(near, far)
        self.close(near, far)


class CloseWaitAtClient(Story):
    """The server calls `close()` after its answer; the client, a connection pool that does not
    look, keeps its socket. A second connection, 6 s later, is closed well by the server. Captured
    on all interfaces (`-i any`): link type LINUX_SLL2."""

    number = "04"
    slug = "close-wait-client"
    title = "CLOSE_WAIT left by a client"
    verdict = ("client CLOSE_WAIT for 6 s (idle), its server FIN_WAIT_2; "
               "second connection: server TIME_WAIT")
    interface = "any"
    client_ends = ("CLOSE_WAIT",)
    server_ends = ("FIN_WAIT_2", "TIME_WAIT")

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.wait(0.5)
        far.close()
        self.wait(6)
        near, far = self.open()
        self.exchange(near, far)
        self.close(far, near)


class HalfCloseInUse(Story):
    """The client sends its request and calls `shutdown(SHUT_WR)`; the server sends its answer in
    ten pieces over 4 s, then calls `close()`; the client reads to the end and calls `close()`."""

    number = "05"
    slug = "half-close-in-use"
    title = "Half-close in use"
    verdict = "client TIME_WAIT; server CLOSED; no late packet: the data after the FIN is in order"
    client_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.say(near, far, "everything, please\n")
        near.shutdown(socket.SHUT_WR)
        self.read_end(far)
        for number in range(10):
            self.say(far, near, f"piece {number}\n" * 20)
            self.wait(0.4)
        far.close()
        self.read_end(near)
        near.close()


class HalfCloseDraining(Story):
    """As 05, but the capture ends while the server is still sending."""

    number = "05b"
    slug = "half-close-draining"
    title = "Half-close, still draining"
    verdict = "server CLOSE_WAIT, draining (no leak); client FIN_WAIT_2"
    tap = "server"
    client_ends = ("FIN_WAIT_2",)
    server_ends = ("CLOSE_WAIT",)

    def play(self):
        near, far = self.open()
        self.say(near, far, "everything, please\n")
        near.shutdown(socket.SHUT_WR)
        self.read_end(far)
        for number in range(15):
            self.wait(0.4)
            self.say(far, near, f"piece {number}\n" * 20)


class OrphanedFinWait2(Story):
    """The client calls `close()`, the server holds. The capture ends 3 s later."""

    number = "06"
    slug = "fin-wait-2-orphan"
    title = "FIN_WAIT_2 after close()"
    verdict = "client FIN_WAIT_2 (an orphan: it has a timer); server CLOSE_WAIT"
    client_ends = ("FIN_WAIT_2",)
    server_ends = ("CLOSE_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.close()
        self.wait(3)


class FinWait2AfterShutdown(Story):
    """The client calls `shutdown(SHUT_WR)`, the server holds; 3 s later the server sends once
    more, and the client's ACK shows that it is no orphan."""

    number = "06b"
    slug = "fin-wait-2-shutdown"
    title = "FIN_WAIT_2 after shutdown(SHUT_WR)"
    verdict = "client FIN_WAIT_2 (without a timer); server CLOSE_WAIT"
    client_ends = ("FIN_WAIT_2",)
    server_ends = ("CLOSE_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.shutdown(socket.SHUT_WR)
        self.read_end(far)
        self.wait(3)
        self.say(far, near, "one thing more\n")
        self.wait(1)


class FinWait2Expired(Story):
    """As 06, but the capture ends 68 s after `close()`."""

    number = "06c"
    slug = "fin-wait-2-expired"
    title = "FIN_WAIT_2 timed out"
    verdict = "client CLOSED (no packet tells: FIN_WAIT_2 stays possible); server CLOSE_WAIT"
    server_ends = ("CLOSE_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.close()
        self.wait(68)


class TimeWaitLingering(Story):
    """Ten connections, one every half second, closed by the client (eight) or the server (two)."""

    number = "07"
    slug = "time-wait"
    title = "TIME_WAIT at the end of the capture"
    verdict = "eight clients and two servers in TIME_WAIT, the youngest just entered"
    client_ends = ("TIME_WAIT",) * 8
    server_ends = ("TIME_WAIT",) * 2

    def play(self):
        for number in range(10):
            self.wait(0.5)
            near, far = self.open()
            self.exchange(near, far)
            self.close(*((far, near) if number in (3, 7) else (near, far)))


class SimultaneousClose(Story):
    """Both sides call `close()` at once; the wire takes 20 ms, so that the FINs cross."""

    number = "09"
    slug = "simultaneous-close"
    title = "Simultaneous close"
    verdict = "both TIME_WAIT, by way of CLOSING"
    delay_seconds = 0.02
    client_ends = ("TIME_WAIT",)
    server_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.wait(0.2)
        near.close()
        far.close()
        self.wait(0.2)


class InternetProtocol6(Story):
    """Over IPv6: one connection closed well by the client, one that the server never closes."""

    number = "16"
    slug = "ipv6"
    title = "IPv6"
    verdict = "first: client TIME_WAIT; second: server CLOSE_WAIT for 5 s, client FIN_WAIT_2"
    family = socket.AF_INET6
    client_addresses = ("2001:db8::1/64",)
    server_addresses = ("2001:db8::2/64",)
    client_ends = ("TIME_WAIT", "FIN_WAIT_2")
    server_ends = ("CLOSE_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.close(near, far)
        near, far = self.open()
        self.exchange(near, far)
        near.close()
        self.wait(5)


class BothTaps(Story):
    """One connection closed by the client and one by the server, captured on both hosts and merged
    by time into one pcapng file with two interfaces."""

    number = "23"
    slug = "both-taps"
    title = "Every packet captured twice"
    verdict = ("client TIME_WAIT and server TIME_WAIT; half of the frames are copies, "
               "none a retransmission")
    tap = "both"
    suffix = ".pcapng"
    client_ends = ("TIME_WAIT",)
    server_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.close(near, far)
        self.wait(0.2)
        near, far = self.open()
        self.exchange(near, far)
        self.close(far, near)
