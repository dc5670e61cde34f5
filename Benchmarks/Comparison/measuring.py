"""Runs whole processes on generated captures, and says what each took."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / ".build"
FINWAIT = Path(os.environ.get("FINWAIT", HERE.parent.parent / ".build/release/finwait"))
GENERATE = BUILD / "release/generate"

# Octets of a record, generously: what a capture needs on the disk.
RECORD_OCTETS = {"long": 1_060, "ipv6": 125}
USUAL_RECORD_OCTETS = 105


class Failure(Exception):
    """A sentence for the user."""


@dataclass(frozen=True)
class Sample:
    """What one run took: seconds, and octets at most."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True)
class Capture:
    shape: str
    path: Path
    packets: int


def run(command):
    """Runs a command with its output thrown away.

    The peak cannot be less than this interpreter's own size, about 12 MiB: the kernel counts what
    a process was before it became the command.
    """
    with tempfile.TemporaryFile() as errors:
        null = os.open(os.devnull, os.O_RDWR)
        begun = time.monotonic()
        process = os.posix_spawnp(
            command[0],
            [str(word) for word in command],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, null, 0),
                (os.POSIX_SPAWN_DUP2, null, 1),
                (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
            ],
        )
        _, status, usage = os.wait4(process, 0)
        wall = time.monotonic() - begun
        os.close(null)
        if status != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()[-500:]
            code = os.waitstatus_to_exitcode(status)
            raise Failure(f"{' '.join(map(str, command))}: exit status {code}\n{said}")
    # Octets on a Mac, KiB elsewhere.
    unit = 1 if sys.platform == "darwin" else 1024
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def median(samples):
    """Each measure's own median."""
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
        int(statistics.median(sample.peak for sample in samples)),
    )


def generate(shape, packets, folder, *options):
    """Writes a capture of about so many packets, and counts them."""
    path = folder / "-".join([shape, str(packets), *options, ".pcap"]).replace("--", "")
    command = [GENERATE, shape, "--packets", packets, "--output", path, *options]
    check_disk(folder, octets(shape, packets))
    run(command)
    return Capture(shape, path, count(loop("block-loop"), path))


def count(program, path):
    """The packets of a capture, as one of the loops counts them."""
    said = subprocess.run([program, path], check=True, capture_output=True, text=True)
    return int(said.stdout.split()[0])


def octets(shape, packets):
    """What a capture takes on the disk, at most."""
    return packets * RECORD_OCTETS.get(shape, USUAL_RECORD_OCTETS)


def check_disk(folder, octets):
    free = shutil.disk_usage(folder).free
    # A little is left for others.
    if octets + 2**28 > free:
        raise Failure(
            f"{folder}: {octets / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free; "
            "SCRATCH=FOLDER takes another place, SCALE=0.1 smaller captures")


def loop(name):
    return BUILD / name


def build():
    """Builds what is measured with; finwait itself is built by make."""
    if not FINWAIT.exists():
        raise Failure(f"{FINWAIT} is missing: make release")
    swift = os.environ.get("SWIFT", "swift")
    subprocess.run(
        [swift, "build", "-c", "release", "--package-path", HERE.parent],
        check=True, stdout=subprocess.DEVNULL)
    for name, libraries in [("libpcap-loop", ["-lpcap"]), ("block-loop", [])]:
        subprocess.run(
            [os.environ.get("CC", "cc"), "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror",
             "-o", loop(name), HERE / f"{name}.c", *libraries],
            check=True)
    build_gopacket()


def build_gopacket():
    """Builds the contestant in Go, where Go and its libraries are installed as Debian has them."""
    program = loop("gopacket-states")
    program.unlink(missing_ok=True)
    if shutil.which("go") is None:
        return
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode"}
    subprocess.run(
        ["go", "build", "-o", program, HERE / "gopacket-states.go"], env=environment,
        stderr=subprocess.DEVNULL, check=False)


@contextmanager
def scratch():
    """A folder for captures, deleted at the end unless KEEP is set."""
    place = Path(os.environ.get("SCRATCH", BUILD))
    place.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="captures-", dir=place))
    try:
        yield folder
    finally:
        if os.environ.get("KEEP"):
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder)


def warn_of_others():
    """Whether others use the machine, and says so: the figures are theirs as well."""
    load = os.getloadavg()[0]
    if load > 1.2:
        print(f"note: the load of this machine is {load:.1f}; wall times say little "
              "(TIME=cpu compares processor time)")
    return load > 1.2
