"""The tap: tcpdump on a host's interface."""

import re
import signal
import subprocess
import threading

from .namespaces import INTERFACE

# In immediate mode the kernel keeps a place of the snapshot length for every packet.
BUFFER_KIB = "32768"


class Tap:
    """One tcpdump, ready once made, its file complete once stopped."""

    def __init__(self, host, path, expression, snapshot_length, interface=INTERFACE):
        self.path = path
        self.words = []
        self.ready = threading.Event()
        self.process = subprocess.Popen(
            host.command(
                "tcpdump", "-i", interface, "-n", "-Z", "root", "--time-stamp-precision=nano",
                "--immediate-mode", "-U", "-B", BUFFER_KIB, "-s", str(snapshot_length), "-w", path,
                expression),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.words.append(line.strip())
            if "listening on" in line:
                self.ready.set()

    def wait_until_ready(self):
        if not self.ready.wait(20):
            raise RuntimeError(f"tcpdump did not start: {' '.join(self.words)}")

    def stop(self):
        """Ends tcpdump as Ctrl-C does.

        Raises RuntimeError if the capture is not complete.
        """
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        self.reader.join(5)
        told = " ".join(self.words)
        dropped = re.search(r"(\d+) packets? dropped by kernel", told)
        if self.process.returncode != 0 or dropped is None or dropped.group(1) != "0":
            raise RuntimeError(f"tcpdump: {told}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
