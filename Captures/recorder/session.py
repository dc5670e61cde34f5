"""A recording: all stories side by side, each between hosts of its own."""

import os
import shutil
import sys
import tempfile
import threading
import time

from . import savefile
from .namespaces import Host, Namespace
from .story import Stopped
from .tap import Tap
from .wire import Wire, Wires


class Recording:
    """One story, its hosts, its wire and its taps."""

    def __init__(self, kind, session):
        self.kind = kind
        self.session = session
        self.error = None
        self.taps = []
        self.wire = self.story = None
        self.thread = threading.Thread(target=self.run, name=kind.number, daemon=True)
        self.sides = ("client", "server") if kind.tap == "both" else (kind.tap,)

    def prepare(self):
        """Hosts, wire and taps; what is made so far is ended by `end`, also after a failure."""
        kind, session = self.kind, self.session
        client = session.made(Host(kind.client_addresses))
        server = session.made(Host(kind.server_addresses))
        self.wire = Wire(session.wires, kind.number, client, server, kind.delay_seconds)
        session.wires.add(self.wire)
        client.bring_up()
        server.bring_up()
        self.story = kind(client, server, self.wire, session.stopping)
        for side in self.sides:
            path = os.path.join(session.directory, f"{kind.number}-{side}")
            self.taps.append(Tap(
                getattr(self.story, side), path, kind.expression, kind.snapshot_length,
                kind.interface))

    def run(self):
        """Plays the story to its end; an error is kept for the session to tell."""
        try:
            self.story.perform()
            for tap in self.taps:
                tap.stop()
            self.story.check()
        except Stopped:
            self.error = "interrupted"
        except Exception as error:  # pylint: disable=broad-except
            self.error = f"{self.kind.file_name()}: {type(error).__name__}: {error}"

    def write(self, directory):
        path = os.path.join(directory, self.kind.file_name())
        if self.kind.suffix == ".pcapng":
            savefile.write_pcapng(
                [(f"{side}-eth0", tap.path) for side, tap in zip(self.sides, self.taps)], path)
        elif self.kind.suffix == ".pcap.gz":
            savefile.write_gzip(self.taps[0].path, path)
        else:
            shutil.copyfile(self.taps[0].path, path)

    def end(self):
        for tap in self.taps:
            tap.kill()
        if self.story is not None:
            self.story.release()
        if self.wire is not None:
            self.wire.close()


class Session:
    """Makes what the stories need, plays them all, and leaves nothing behind."""

    def __init__(self):
        self.stopping = threading.Event()
        self.namespaces = []
        self.recordings = []
        self.wires = None
        self.directory = tempfile.mkdtemp(prefix="finwait-rec-")

    def made(self, namespace):
        self.namespaces.append(namespace)
        namespace.create()
        return namespace

    def record(self, kinds):
        """Plays the stories and returns what went wrong, a sentence each."""
        self.wires = Wires(self.made(Namespace()))
        print(f"setting up {len(kinds)} stories", file=sys.stderr)
        for kind in kinds:
            self.recordings.append(Recording(kind, self))
            self.recordings[-1].prepare()
        for recording in self.recordings:
            for tap in recording.taps:
                tap.wait_until_ready()
        self.wires.start()
        for recording in self.recordings:
            recording.thread.start()
        self.watch()
        errors = [recording.error for recording in self.recordings if recording.error]
        if self.wires.failure:
            errors.append(f"the wires failed: {self.wires.failure}")
        return errors

    def watch(self):
        """Waits for the stories, and tells how many still play."""
        told = None
        while playing := [r for r in self.recordings if r.thread.is_alive()]:
            names = " ".join(recording.kind.number for recording in playing)
            if names != told:
                print(f"{time.strftime('%T')} playing {names}", file=sys.stderr)
                told = names
            # Short, so that an interrupt is taken at once.
            playing[0].thread.join(0.5)

    def write(self, directory):
        """The captures and the kernel's states into a directory."""
        os.makedirs(directory, exist_ok=True)
        for recording in self.recordings:
            recording.write(directory)
        with open(os.path.join(directory, "kernel-states.tsv"), "w", encoding="ascii") as table:
            table.write("file\tlocal\tremote\tstate\tseconds_left\n")
            for recording in self.recordings:
                for row in recording.story.states:
                    left = "" if row.seconds_left is None else f"{row.seconds_left:g}"
                    fields = (
                        recording.kind.file_name(), row.local, row.remote, row.state, left)
                    table.write("\t".join(fields) + "\n")

    def close(self):
        self.stopping.set()
        for recording in self.recordings:
            if recording.thread.ident is not None:
                recording.thread.join(15)
            recording.end()
        if self.wires is not None:
            self.wires.stop()
        for namespace in self.namespaces:
            namespace.delete()
        shutil.rmtree(self.directory, ignore_errors=True)
