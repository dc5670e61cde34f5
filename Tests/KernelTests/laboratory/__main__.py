"""python3 -m laboratory --out DIR [--seed N] [SCENARIO...]: records scenarios of real kernels.

    --list    the names of all scenarios, variants included, a line each, and nothing else

Needs Linux, root, and the programs that `missing` names. Exit status 69: they are missing.
"""

import argparse
import asyncio
import os
import platform
import shutil
import signal
import sys

from .catalog import SCENARIOS
from .session import Session
from .trace import Unavailable, mount

PROGRAMS = {"ip": "iproute2", "tcpdump": "tcpdump", "nsenter": "util-linux"}
UNAVAILABLE, INTERRUPTED = 69, 130


def missing():
    """Why the laboratory cannot run here; None if it can."""
    if platform.system() != "Linux":
        return "the kernel tests need Linux"
    if os.geteuid() != 0:
        return "the kernel tests need root: network namespaces, taps and the kernel's trace"
    absent = sorted({PROGRAMS[name] for name in PROGRAMS if shutil.which(name) is None})
    if absent:
        return f"not installed: {', '.join(absent)} (apt-get install {' '.join(absent)})"
    try:
        mount()
    except Unavailable as error:
        return f"the kernel's trace cannot be read: {error}"
    return None


def arguments():
    parser = argparse.ArgumentParser(prog="laboratory")
    parser.add_argument("--out", metavar="DIR")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true", help="only say what is missing")
    parser.add_argument("scenarios", metavar="SCENARIO", nargs="*")
    return parser.parse_args()


def main():
    options = arguments()
    if options.list:
        for scenario in SCENARIOS:
            for variant in scenario.variants:
                print(scenario.name + variant)
        return 0
    reason = missing()
    if reason:
        print(reason, file=sys.stderr)
        return UNAVAILABLE
    if options.check:
        return 0
    # Whatever else the machine does: what the clock of a poll or of the wire misses is not tested.
    os.setpriority(os.PRIO_PROCESS, 0, -20)
    # Test runners block signals in the threads from which they start programs; tcpdump and we end
    # by them.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    chosen = [s for s in SCENARIOS if not options.scenarios or s.name in options.scenarios]
    os.makedirs(options.out, exist_ok=True)
    session = Session(options.out, options.seed)
    try:
        errors = session.play(chosen)
    except (KeyboardInterrupt, asyncio.CancelledError):
        errors = ["interrupted"]
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        session.close()
    print("\n".join(errors), file=sys.stderr)
    return INTERRUPTED if errors == ["interrupted"] else int(bool(errors))


if __name__ == "__main__":
    sys.exit(main())
