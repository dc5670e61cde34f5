"""A service with many clients: the capture that looks like life."""

import random
import socket
import threading
import time

from .faults import reset
from .story import Story

CLIENTS = 8
CONNECTIONS = 120
LENGTH_SECONDS = 90
# TIME_WAIT lasts 60 to 62 s by the kernel's timer wheel: what closes in this pause would be in
# TIME_WAIT or not at the end of the capture, by chance.
PAUSE = (24.0, 32.5)


class BusyServer(Story):
    """Eight clients, 120 connections in 90 s to port 8080, with one to four requests each, closed
    by either side. The server forgets to close three that their clients closed in the first ten
    seconds. Among the others: four resets, a last ACK lost behind the tap, a late duplicate, two
    downloads still running and two idle connections at the end."""

    number = "15"
    slug = "busy-server"
    title = "A busy server"
    verdict = ("five CLOSE_WAIT at the server: three idle for 80 s and more (their clients' "
               "FIN_WAIT_2 is over), two draining (clients in FIN_WAIT_2); two connections "
               "ESTABLISHED; "
               "TIME_WAIT at whichever side closed first in the last minute; four connections "
               "reset; late: one retransmitted FIN, and two duplicates whose answers from "
               "TIME_WAIT draw a RST each")
    tap = "server"
    expression = ""
    snapshot_length = 96
    client_addresses = tuple(f"198.51.100.{11 + n}/24" for n in range(CLIENTS))
    server_addresses = ("192.0.2.2/24",)

    def play(self):
        chance = random.Random(8080)
        self.listener = self.listen()
        self.failures = []
        threads = []
        for at, tell in self.schedule(chance):
            self.wait_until(at)
            seed = chance.random()
            thread = threading.Thread(target=self.told, args=(tell, random.Random(seed)))
            thread.start()
            threads.append(thread)
        self.wait_until(LENGTH_SECONDS)
        for thread in threads:
            thread.join(10)
        if self.failures:
            raise self.failures[0]

    def schedule(self, chance):
        """When each connection begins, and what becomes of it, in order of time."""
        special = {
            1.7: self.leaked, 4.1: self.leaked, 8.8: self.leaked,
            12.3: self.aborted, 37.9: self.aborted, 55.2: self.unread, 71.4: self.aborted,
            45.0: self.last_ack_lost, 62.0: self.duplicated,
            20.5: self.idle, 52.6: self.idle, 81.3: self.download, 83.0: self.download,
        }
        plan = list(special.items())
        while len(plan) < CONNECTIONS:
            at = chance.uniform(0.3, LENGTH_SECONDS - 3)
            if not PAUSE[0] - 2.5 < at < PAUSE[1] + 0.3:
                plan.append((at, self.healthy))
        return sorted(plan, key=lambda entry: entry[0])

    def told(self, tell, chance):
        try:
            tell(chance)
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(error)

    def talk(self, chance):
        """Opens a connection from one of the clients; one to four requests."""
        near, far = self.open(index=chance.randrange(CLIENTS))
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
            self.exchange(near, far, chance.choice((80, 240, 600, 1200, 2900)))
            self.wait(chance.uniform(0.01, 0.4))
        return near, far

    def healthy(self, chance):
        near, far = self.talk(chance)
        self.close(*((near, far) if chance.random() < 0.45 else (far, near)))

    def leaked(self, chance):
        near, _ = self.talk(chance)
        near.close()

    def aborted(self, chance):
        near, _ = self.talk(chance)
        reset(near)

    def unread(self, chance):
        near, far = self.talk(chance)
        near.sendall(b"GET /more HTTP/1.1\r\n\r\n")
        self.wait(0.05)
        far.close()

    def last_ack_lost(self, chance):
        near, far = self.talk(chance)
        port = near.getsockname()[1]
        near.close()
        self.read_end(far)
        self.server.drop(f"tcp sport {port}")
        far.close()
        self.wait(0.06)
        self.server.stop_dropping()

    def duplicated(self, chance):
        near, far = self.talk(chance)
        old = self.wire.last("server", payload=True, port=near.getsockname()[1])
        self.close(far, near)
        self.wait(1.5)
        self.wire.inject(old)

    def idle(self, chance):
        self.talk(chance)

    def download(self, chance):
        near, far = self.open(index=chance.randrange(CLIENTS))
        self.say(near, far, "GET /log HTTP/1.1\r\nHost: server.example\r\n\r\n")
        near.shutdown(socket.SHUT_WR)
        while time.monotonic() < self.began + LENGTH_SECONDS - 0.5:
            self.say(far, near, "line\n" * 80)
            self.wait(0.4)

    def check(self):
        """Which connections linger follows from the schedule; that no state is missing is told
        here, and that nothing hangs that should not."""
        count = {}
        for row in self.states:
            count[row.side, row.state] = count.get((row.side, row.state), 0) + 1
        waiting = count.pop(("client", "TIME_WAIT"), 0), count.pop(("server", "TIME_WAIT"), 0)
        expected = {
            ("server", "CLOSE_WAIT"): 5, ("client", "FIN_WAIT_2"): 2,
            ("client", "ESTABLISHED"): 2, ("server", "ESTABLISHED"): 2,
        }
        if count != expected or min(waiting) < 10:
            raise AssertionError(f"{self.file_name()}: {count}, TIME_WAIT {waiting}")
