"""Stories of lost packets, late packets, resets and attempts."""

import errno
import socket
import struct

from .story import PORT, Story
from .frame import ACK, FIN, SYN, segment

NO_LINGER = struct.pack("ii", 1, 0)


def reset(endpoint):
    """SO_LINGER 0, then close(): a RST at once."""
    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    endpoint.close()


class LostLastAck(Story):
    """The client closes first; while the server closes, its packet filter drops all that comes in,
    behind the tap: the last ACK is on the wire, but the server sends its FIN again."""

    number = "08"
    slug = "lost-last-ack"
    title = "The last ACK is lost behind the tap"
    verdict = "client TIME_WAIT; server CLOSED; late: retransmitted-fin, answered by ACK"
    tap = "server"
    client_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.close()
        self.read_end(far)
        self.server.drop(f"tcp dport {PORT}")
        far.close()
        self.wait(0.06)
        self.server.stop_dropping()
        self.wait(3)


class UnreadData(Story):
    """The client sends a request that the server never reads; the server calls `close()`."""

    number = "10"
    slug = "reset-unread-data"
    title = "Reset because of unread data"
    verdict = "both CLOSED; the server's RST stands for a FIN: cause unread-data"
    tap = "server"

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.sendall(b"nobody reads this\n")
        self.wait(0.2)
        far.close()
        self.wait(0.2)


class LingerZero(Story):
    """After request and answer the client sets `SO_LINGER` to 0 s and calls `close()`."""

    number = "11"
    slug = "linger-zero"
    title = "Reset by SO_LINGER 0"
    verdict = "both CLOSED; cause linger-zero (nothing was unread)"

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.wait(0.3)
        reset(near)
        self.wait(0.2)


class LateDuplicate(Story):
    """The client closes first. 2 s later the wire delivers the server's old answer once more: the
    client's ACK finds no socket at the server, whose RST ends TIME_WAIT."""

    number = "12"
    slug = "late-duplicate"
    title = "A late duplicate ends TIME_WAIT"
    verdict = ("late: duplicate-data, the ACK it draws from TIME_WAIT and the RST which that draws; "
               "client CLOSED early: cause time-wait-assassination")

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        old = self.wire.last("client", payload=True)
        self.close(near, far)
        self.wait(2)
        self.wire.inject(old)
        self.wait(1)


class LateDuplicatesAnswered(Story):
    """As 12, with a firewall at the server that lets nothing in once the connection is over (as
    stateful firewalls do): old data after 2 s, the old FIN after 30 s. Each restarts the timer, so
    that the client is still in TIME_WAIT when the capture ends 68 s after the close."""

    number = "12b"
    slug = "late-duplicates-answered"
    title = "Late duplicates restart TIME_WAIT"
    verdict = ("late: duplicate-data and retransmitted-fin, and the ACK that answers each and "
               "reaches nobody; client TIME_WAIT after 68 s; server CLOSED")
    client_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        old_data = self.wire.last("client", payload=True)
        self.close(near, far)
        self.wait(0.2)
        old_fin = self.wire.last("client", FIN)
        self.server.drop(f"tcp dport {PORT}")
        self.wait_until(2)
        self.wire.inject(old_data)
        self.wait_until(30)
        self.wire.inject(old_fin)
        self.wait_until(68)


class AfterTimeWait(Story):
    """The client closes first. 67 s later, TIME_WAIT being over, the wire delivers the server's
    old answer once more: RST."""

    number = "13"
    slug = "after-time-wait"
    title = "A packet that outlives TIME_WAIT"
    verdict = "both CLOSED; late: after-time-wait, and the RST that answers it and reaches nobody"

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        old = self.wire.last("client", payload=True)
        self.close(near, far)
        self.wait(67)
        self.wire.inject(old)
        self.wait(0.5)


class PortReused(Story):
    """The server closes first and is in TIME_WAIT. 1.5 s later the client connects again from the
    same port (`SO_REUSEADDR`, `bind()`); the second connection is closed by the client."""

    number = "14"
    slug = "port-reuse"
    title = "The port is used again in TIME_WAIT"
    verdict = ("two connections; late: syn-in-time-wait, effect new-connection; "
               "second: client TIME_WAIT, server CLOSED")
    client_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open(port=40001)
        self.exchange(near, far)
        self.close(far, near)
        self.wait(1.5)
        near, far = self.open(port=40001)
        self.exchange(near, far)
        self.close(near, far)


class PortReuseRefused(Story):
    """The client resets, but its RST is lost before the server (dropped behind the tap). It
    connects again from the same port: the server, still open, answers ACK, the client RST, and
    when it sends its SYN once more, that one is accepted."""

    number = "14b"
    slug = "port-reuse-refused"
    title = "The port is used again while the other side is still open"
    verdict = ("first connection reset; second connection: the SYN answered by ACK, then by "
               "SYN/ACK; both ESTABLISHED")
    tap = "server"
    client_ends = ("ESTABLISHED",)
    server_ends = ("ESTABLISHED",)

    def play(self):
        near, far = self.open(port=40001)
        self.exchange(near, far)
        self.server.drop("tcp flags rst")
        reset(near)
        self.wait(0.5)
        self.server.stop_dropping()
        near, far = self.open(port=40001)
        self.exchange(near, far)


class LateInNewWindow(Story):
    """Without TCP timestamps. The client resets, which leaves no TIME_WAIT, and connects again from
    the same port, with an initial sequence number (`TCP_REPAIR`) a little below its old request.
    The wire delivers that once more: it lies in the window of the new connection, whose server
    refuses it for its old acknowledgment (RFC 5961 section 5) and answers ACK."""

    number = "14c"
    slug = "late-in-new-window"
    title = "An old packet in a new connection's window"
    verdict = ("two connections; first: reset, late: after-reset, which reaches the new connection; "
               "second: both ESTABLISHED")
    tap = "server"
    client_ends = ("ESTABLISHED",)
    server_ends = ("ESTABLISHED",)

    def play(self):
        for host in (self.client, self.server):
            host.set("tcp_timestamps", "0")
        near, far = self.open(port=40001)
        self.exchange(near, far)
        old = self.wire.last("server", payload=True)
        reset(near)
        self.wait(1)
        near, far = self.open(port=40001, sequence=segment(old.frame).sequence - 100)
        self.exchange(near, far)
        self.wait(0.5)
        self.wire.inject(old)
        self.wait(0.5)


class DataToOrphan(Story):
    """The client calls `close()`; 1 s later the server, in CLOSE_WAIT, sends data: nobody is left
    to read it, RST."""

    number = "17"
    slug = "data-to-orphan"
    title = "Data to an orphaned FIN_WAIT_2"
    verdict = "both CLOSED; the client's RST: cause data-to-orphan"

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.close()
        self.wait(1)
        far.sendall(b"are you still there?\n")
        self.wait(0.3)


class RefusedPort(Story):
    """The client connects to a port where nobody listens."""

    number = "18"
    slug = "refused-port"
    title = "Refused port"
    verdict = "one attempt, refused; both CLOSED; no finding"

    def play(self):
        near = self.client_socket()
        if near.connect_ex((self.server.address(), 81)) != errno.ECONNREFUSED:
            raise AssertionError("the port was not refused")


class HalfOpen(Story):
    """Two attempts. The server's packet filter drops the SYN to port 81, behind the tap. The
    client's drops the SYN/ACK from port 8080."""

    number = "19"
    slug = "half-open"
    title = "SYN without answer, and half-open"
    verdict = "port 81: client SYN_SENT; port 8080: client SYN_SENT, server SYN_RECEIVED"
    tap = "server"
    client_ends = ("SYN_SENT", "SYN_SENT")
    server_ends = ("SYN_RECEIVED",)

    def play(self):
        self.listen()
        self.server.drop("tcp dport 81")
        self.client.drop(f"tcp sport {PORT}")
        for port in (81, PORT):
            near = self.client_socket()
            near.setblocking(False)
            near.connect_ex((self.server.address(), port))
        self.wait(4)
        self.wire.last("client", SYN | ACK)


class UnansweredFin(Story):
    """The server's packet filter drops all that comes in; the client calls `close()`: its FIN is
    sent again and again."""

    number = "20"
    slug = "fin-wait-1"
    title = "A FIN without answer"
    verdict = "client FIN_WAIT_1, its FIN retransmitted; server ESTABLISHED"
    client_ends = ("FIN_WAIT_1",)
    server_ends = ("ESTABLISHED",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.wait(0.1)
        self.server.drop(f"tcp dport {PORT}")
        near.close()
        self.wait(8)


class LastAckHangs(Story):
    """As 08, but the packet filter goes on dropping: every one of the server's FINs is answered
    from TIME_WAIT, and no answer arrives."""

    number = "21"
    slug = "last-ack"
    title = "LAST_ACK that does not end"
    verdict = "client TIME_WAIT; server LAST_ACK, its FIN retransmitted; late: retransmitted-fin"
    client_ends = ("TIME_WAIT",)
    server_ends = ("LAST_ACK",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.close()
        self.read_end(far)
        self.server.drop(f"tcp dport {PORT}")
        far.close()
        self.wait(8)


class ClosingHangs(Story):
    """As 09, over a wire of 150 ms; both packet filters drop everything after the FINs."""

    number = "22"
    slug = "closing"
    title = "CLOSING that does not end"
    verdict = "both CLOSING, presumed: the ACKs of the FINs are lost behind the tap or before it"
    delay_seconds = 0.15
    client_ends = ("CLOSING",)
    server_ends = ("CLOSING",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        self.wait(0.5)
        # A FIN sent again would acknowledge the other FIN: it has to be dropped as well, later.
        for host in (self.client, self.server):
            host.drop("tcp flags & (fin | syn | rst | ack) == ack")
        near.close()
        far.close()
        self.wait(0.22)
        for host in (self.client, self.server):
            host.drop("meta l4proto tcp")
        self.wait(4)


class DataAfterFin(Story):
    """The client closes its half (`shutdown()`). Half a second later the wire delivers data with the
    sequence numbers behind its FIN, which it never sent, as a broken middlebox might: the server,
    in CLOSE_WAIT, takes no notice, and closes after another half second."""

    number = "24"
    slug = "data-after-fin"
    title = "Data after a FIN"
    verdict = "client TIME_WAIT; server CLOSED; late: data-after-fin, without answer"
    tap = "server"
    client_ends = ("TIME_WAIT",)

    def play(self):
        near, far = self.open()
        self.exchange(near, far)
        near.shutdown(socket.SHUT_WR)
        self.read_end(far)
        self.wait(0.5)
        self.wire.forge(self.wire.last("server", FIN), b"nobody sent this\n")
        self.wait(0.5)
        far.close()
