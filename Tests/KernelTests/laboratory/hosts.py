"""Worlds: two hosts each, joined by a wire."""

import asyncio
import contextlib
import os
import socket

from recorder import link, savefile
from recorder.namespaces import INTERFACE, Host, Namespace
from recorder.tap import Tap

from .wire import Wire

SNAPSHOT_LENGTH = 2048
# Since Linux 6.1: a table of its own for every namespace made in this one.
TABLE_SETTING = "/proc/sys/net/ipv4/tcp_child_ehash_entries"


class LaboratoryHost(Host):
    """A host that knows its neighbours, so that there is nothing on the wire but TCP."""

    NETWORKS = ()
    SETTINGS = {
        **Host.SETTINGS, "tcp_tw_reuse": "1", "tcp_fastopen": str(0x1 | 0x2 | 0x4 | 0x200),
        "tcp_max_syn_backlog": "4096", "tcp_invalid_ratelimit": "500",
    }

    def __init__(self, addresses, settings):
        super().__init__(addresses)
        self.settings = settings

    def bring_up(self):
        super().bring_up()
        with self.entered():
            for setting, value in self.settings.items():
                with open(f"/proc/sys/net/ipv4/{setting}", "w", encoding="ascii") as file:
                    file.write(value)

    def know(self, addresses, number):
        """Sets where addresses are found, for good."""
        self.ip(*(
            f"neigh replace {address} lladdr {link.hardware_address(number)} dev {INTERFACE} "
            "nud permanent" for address in addresses))


class World:
    """Two hosts with settings of their own, and the taps on them."""

    def __init__(self, name, number, settings, directory):
        self.name = name
        self.directory = os.path.join(directory, name)
        os.makedirs(self.directory)
        # The tracepoint tells the states of all the machine's sockets: those of another
        # laboratory have other addresses.
        high, low = divmod(os.getpid() & 0xFFFF, 256)
        base = 16 * number
        self.addresses = {
            host: {
                socket.AF_INET: f"10.{high}.{low}.{base + offset}",
                socket.AF_INET6: f"fd00:{os.getpid() >> 16:x}:{os.getpid() & 0xFFFF:x}::"
                                 f"{base + offset:x}",
            } for offset, host in enumerate(("A", "B", "puppet"), 1)}
        self.hosts = {
            side: LaboratoryHost(
                [f"{self.addresses[side][socket.AF_INET]}/28",
                 f"{self.addresses[side][socket.AF_INET6]}/64"], settings)
            for side in "AB"}
        self.between = Namespace()
        self.mid = savefile.Writer(os.path.join(self.directory, "mid.pcap"))
        self.wire = None
        self.taps = []

    def bring_up(self):
        self.between.create()
        with self.between.entered():
            # The table of sockets is searched at every poll; the machine's has places for millions.
            with contextlib.suppress(FileNotFoundError):
                with open(TABLE_SETTING, "w", encoding="ascii") as file:
                    file.write("8192")
            for host in self.hosts.values():
                host.create()
        ends = link.join(self.between, "w", self.hosts["A"], self.hosts["B"])
        for host in self.hosts.values():
            host.bring_up()
        self.hosts["A"].know(
            [*self.addresses["B"].values(), *self.addresses["puppet"].values()], 2)
        self.hosts["B"].know(self.addresses["A"].values(), 1)
        for side, host in self.hosts.items():
            path = os.path.join(self.directory, f"{side.lower()}.pcap")
            self.taps.append(Tap(host, path, "tcp", SNAPSHOT_LENGTH))
        for tap in self.taps:
            tap.wait_until_ready()
        self.wire = Wire(ends, self.mid)

    async def stop_taps(self):
        """What was on the wire stays there."""
        self.wire.cut()
        await asyncio.gather(*(asyncio.to_thread(tap.stop) for tap in self.taps))
        self.mid.close()

    def take_down(self):
        for tap in self.taps:
            tap.kill()
        if self.wire is not None:
            self.wire.close()
        for namespace in (self.between, *self.hosts.values()):
            namespace.delete()
