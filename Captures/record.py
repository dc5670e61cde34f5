#!/usr/bin/env python3
"""Records the captures of this directory from real sockets, and checks them against the kernel.

    record.py                        all stories into the directory of this script
    record.py --out DIR [STORY...]   all, or the given ones (01 06b ...), into another directory

Needs Linux, root, and the programs ip, ss, tcpdump, nft and nsenter. Takes about 100 s.
"""

import argparse
import os
import platform
import shutil
import signal
import sys
import time

from recorder.catalog import STORIES
from recorder.session import Session

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = {"ip": "iproute2", "ss": "iproute2", "tcpdump": "tcpdump", "nft": "nftables",
            "nsenter": "util-linux"}
BEGIN, END = "<!-- begin stories -->", "<!-- end stories -->"


def missing():
    """Why a recording cannot be made here; None if it can."""
    if platform.system() != "Linux":
        return "captures are recorded on Linux only: they need network namespaces"
    if os.geteuid() != 0:
        return "captures are recorded as root: network namespaces and tcpdump need it"
    absent = sorted({PACKAGES[name] for name in PACKAGES if shutil.which(name) is None})
    if absent:
        return f"not installed: {', '.join(absent)} (apt-get install {' '.join(absent)})"
    return None


def arguments():
    parser = argparse.ArgumentParser(
        description="Records the sample captures from real sockets in network namespaces.")
    parser.add_argument("--out", metavar="DIR", help="write there instead of beside this script")
    parser.add_argument("stories", metavar="STORY", nargs="*",
                        help=f"only these, with --out: {' '.join(sorted(STORIES))}")
    parsed = parser.parse_args()
    unknown = [name for name in parsed.stories if name not in STORIES]
    if unknown:
        parser.error(f"no such story: {' '.join(unknown)}")
    if parsed.stories and not parsed.out:
        parser.error("single stories need --out: the captures here are of one recording")
    chosen = set(parsed.stories or STORIES)
    return parsed.out, [STORIES[name] for name in sorted(chosen)]


def rewrite_readme():
    """The table of the README, from the stories' own words."""
    rows = ["| capture | story | how it is provoked | verdict at the end of the capture |",
            "|---|---|---|---|"]
    for _, kind in sorted(STORIES.items()):
        rows.append(f"| `{kind.file_name()}` | {kind.title} | {' '.join(kind.__doc__.split())} "
                    f"Tap: {kind.tap}. | {kind.verdict} |")
    version = platform.release().split("-")[0]
    stamp = f"Recorded on {time.strftime('%Y-%m-%d', time.gmtime())} with Linux {version}."
    path = os.path.join(HERE, "README.md")
    with open(path, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    after = rest.partition(END)[2]
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + stamp + "\n\n" + "\n".join(rows) + "\n" + END + after)


def main():
    out, kinds = arguments()
    reason = missing()
    if reason:
        print(f"record.py: {reason}", file=sys.stderr)
        return 77 if os.geteuid() != 0 else 69
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    session = Session()
    try:
        errors = session.record(kinds)
        if errors:
            print("\n".join(errors), file=sys.stderr)
            return 1
        session.write(out or HERE)
        if out is None:
            rewrite_readme()
        print(f"{len(kinds)} stories, each as the kernel tells it: {out or HERE}", file=sys.stderr)
        return 0
    except KeyboardInterrupt:
        print("record.py: interrupted, nothing written", file=sys.stderr)
        return 130
    finally:
        # A second Ctrl-C must not leave namespaces behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        session.close()


if __name__ == "__main__":
    sys.exit(main())
