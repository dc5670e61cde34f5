"""Hosts: network namespaces with one interface, their sockets, their packet filter."""

import array
import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess

CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
ETHTOOL_SET_TX_CHECKSUM = 0x17
INTERFACE = "eth0"

libc = ctypes.CDLL(None, use_errno=True)


class CommandFailed(Exception):
    """A program that the recording stands on failed: its command line and its own words."""


def run(*command, text=""):
    """Runs a program to its end and returns what it printed."""
    result = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=30, check=False)
    if result.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}: {result.stderr.strip()}")
    return result.stdout


class Namespace:
    """A network namespace that no name keeps: it is gone when the process is, however that ends.

    `delete` may be called at any time, more than once.
    """

    def __init__(self):
        self.descriptor = None

    def create(self):
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            if libc.unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            self.descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            self._set(home)
        finally:
            os.close(home)

    @property
    def path(self):
        """Where programs find the namespace; ip(8) takes it for a name."""
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    @contextlib.contextmanager
    def entered(self):
        """The calling thread inside the namespace: sockets made there stay there for good."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._set(self.descriptor)
            try:
                yield
            finally:
                self._set(home)
        finally:
            os.close(home)

    @staticmethod
    def _set(descriptor):
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def command(self, *command):
        """The command line that runs a program inside."""
        return ["nsenter", f"--net={self.path}", *command]

    def run(self, *command, text=""):
        return run(*self.command(*command), text=text)

    def ip(self, *lines):
        """Lines of ip(8), all in one process."""
        self.run("ip", "-batch", "-", text="\n".join(lines) + "\n")

    def delete(self):
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


class Host(Namespace):
    """One end of a wire: a namespace with addresses on its only interface."""

    # What the stories rest upon, whatever the machine is set to.
    SETTINGS = {
        "tcp_fin_timeout": "60", "tcp_rfc1337": "0", "tcp_timestamps": "1",
        "tcp_syncookies": "1", "tcp_tw_reuse": "2", "tcp_syn_linear_timeouts": "0",
    }

    # Networks that are reached through the interface without an address in them.
    NETWORKS = ("192.0.2.0/24", "198.51.100.0/24")

    def __init__(self, addresses):
        super().__init__()
        self.addresses = addresses
        self.filtered = False

    def bring_up(self):
        """Addresses, link, and settings, once the wire has made the interface."""
        self.ip(
            "link set lo up",
            f"link set {INTERFACE} addrgenmode none",
            *(f"addr add {address} dev {INTERFACE} {'nodad' if ':' in address else ''}"
              for address in self.addresses),
            f"link set {INTERFACE} up",
            *(f"route add {net} dev {INTERFACE}" for net in self.NETWORKS
              if not any(address.startswith(net[:8]) for address in self.addresses)))
        for setting, value in self.SETTINGS.items():
            self.set(setting, value)
        with self.entered():
            turn_off_transmit_checksum(INTERFACE)

    def set(self, setting, value):
        """One of the kernel's settings below net.ipv4, where it has that."""
        path = f"/proc/sys/net/ipv4/{setting}"
        with self.entered():
            if os.path.exists(path):
                with open(path, "w", encoding="ascii") as file:
                    file.write(value)

    def address(self, family=socket.AF_INET, index=0):
        """The host's nth address of a family, without the prefix length."""
        of_family = [a for a in self.addresses if (":" in a) == (family == socket.AF_INET6)]
        return of_family[index].split("/")[0]

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_STREAM):
        with self.entered():
            made = socket.socket(family, kind)
        made.settimeout(10)
        return made

    def drop(self, *matches):
        """From now on this host's TCP does not see matching packets; a tap on it still does."""
        if not self.filtered:
            self.run("nft", "add table inet faults; add chain inet faults input "
                     "{ type filter hook input priority 0; }")
            self.filtered = True
        for match in matches:
            self.run("nft", f"add rule inet faults input {match} counter drop")

    def stop_dropping(self):
        self.run("nft", "flush chain inet faults input")


def turn_off_transmit_checksum(interface):
    """Makes frames honest: full checksums and, as that offload rests on this, no segments larger
    than the link takes (ethtool -K INTERFACE tx off)."""
    value = array.array("B", struct.pack("=II", ETHTOOL_SET_TX_CHECKSUM, 0))
    pointer, _ = value.buffer_info()
    request = struct.pack("16sP", interface.encode(), pointer)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCETHTOOL, request)
