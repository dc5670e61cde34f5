"""What could hide a wrong ratio: python3 -m unittest, run before every benchmark."""

import contextlib
import io
import sys
import unittest

import benchmark
import counting
import growth
import measuring
import plot
from measuring import Sample
from thresholds import Row, Thresholds


class Ratios(unittest.TestCase):
    def test_ratio_is_of_time_for_a_packet(self):
        results = {
            "finwait": benchmark.Result(3_000, Sample(wall=3.0, cpu=6.0, peak=30 * 2**20)),
            # A third of the packets, as long: three times the time for one.
            "tshark": benchmark.Result(1_000, Sample(wall=3.0, cpu=2.0, peak=2**20)),
        }
        wall = benchmark.measures("syn-flood", results, 10 * 2**20, "wall")
        self.assertEqual(wall["tshark/finwait"], 3.0)
        self.assertAlmostEqual(wall["finwait/tshark"], 1 / 3)
        self.assertEqual(wall["peak-MiB"], 30)
        self.assertEqual(wall["octets-a-connection"], 20 * 2**20 / 1_000)
        cpu = benchmark.measures("short", results, 0, "cpu")
        self.assertEqual(cpu["tshark/finwait"], 1.0)
        self.assertNotIn("octets-a-connection", cpu)

    def test_median_of_each_measure(self):
        samples = [Sample(1, 30, 200), Sample(9, 20, 300), Sample(2, 10, 100)]
        self.assertEqual(measuring.median(samples), Sample(2, 20, 200))


class Counts(unittest.TestCase):
    def test_calls_by_function(self):
        profile = """events: Ir
fn=(1) main
3 10
cfn=(2) malloc
calls=7 0
4 70
cfn=(3) swift_retain
calls=2 0
5 20
fn=(3)
9 20
cfn=(2)
calls=1 0
9 10
totals: 130
"""
        total, calls = counting.counts(profile)
        self.assertEqual(total, 130)
        self.assertEqual(calls, {"malloc": 8, "swift_retain": 2})

    def test_profile_of_nothing_is_none(self):
        with self.assertRaises(measuring.Failure):
            counting.counts("events: Ir\n")


class Judgement(unittest.TestCase):
    def test_at_most(self):
        row = Row("short", "finwait/libpcap", "<=", 1.0, None)
        self.assertEqual(row.verdict(1.0, 0.1), ("met", True))
        self.assertEqual(row.verdict(1.09, 0.1), ("met", True))
        self.assertEqual(row.verdict(1.11, 0.1), ("WORSE", False))

    def test_at_least(self):
        row = Row("short", "tshark/finwait", ">=", 300, None)
        self.assertEqual(row.verdict(301, 0.1), ("met", True))
        self.assertEqual(row.verdict(280, 0.1), ("met", True))
        self.assertEqual(row.verdict(250, 0.1), ("WORSE", False))

    def test_short_of_the_limit_may_not_become_worse(self):
        row = Row("short", "finwait/libpcap", "<=", 1.0, 14)
        self.assertEqual(row.verdict(15, 0.1), ("short of the limit", True))
        self.assertEqual(row.verdict(15, 0.1, strict=True), ("short of the limit", False))
        self.assertEqual(row.verdict(15.5, 0.1), ("WORSE", False))
        self.assertEqual(row.verdict(0.9, 0.1), ("met", True))
        self.assertEqual(Row("s", "m", ">=", 300, 20).verdict(10, 0.1), ("WORSE", False))

    def test_whole_file(self):
        thresholds = Thresholds.parse("tolerance 0.1\nshort a/b <=1.0 - # why\nlong a/b >=2 1\n")
        self.assertEqual(thresholds.rows[1], Row("long", "a/b", ">=", 2, 1))
        for found, status in [
            ({("short", "a/b"): 1.0}, 0),
            ({("short", "a/b"): 2.0}, 1),
            ({("short", "c"): 2.0}, 0),
            ({("short", "a/b"): 1.0, ("long", "a/b"): 0.5}, 1),
        ]:
            with contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(thresholds.judge(found), status, found)

    def test_a_damaged_file_is_refused(self):
        for text in ["short a/b <=1 -\n", "tolerance 0.1\nshort a/b 1 -\n", "tolerance\n"]:
            with self.assertRaises(ValueError, msg=text):
                Thresholds.parse(text)

    def test_our_file_names_what_is_measured(self):
        ours = Thresholds.read(measuring.HERE.parent / "thresholds")
        names = {"finwait", "finwait-2", "libpcap", "blocks", "tcptrace", "argus", "tshark",
                 "gopacket"}
        plain = {"peak-MiB", "octets-a-connection", "tenfold-time", "tenfold-memory"}
        for row in ours.rows:
            self.assertIn(row.shape, {*benchmark.PACKETS, "growth"})
            self.assertTrue(row.measure in plain or set(row.measure.split("/")) <= names, row)


class Growth(unittest.TestCase):
    POINTS = [
        growth.Point(100, finwait=50, libpcap=5, peak=100),
        growth.Point(1_000, finwait=40, libpcap=5, peak=110),
        growth.Point(10_000, finwait=60, libpcap=5, peak=99),
    ]

    def test_tenfold_is_the_worst_step(self):
        found = growth.tenfold(self.POINTS)
        self.assertEqual(found["growth", "tenfold-time"], 15)
        self.assertEqual(found["growth", "tenfold-memory"], 1.1)

    def test_page_keeps_what_is_around(self):
        page = f"before {growth.BEGIN} old {growth.END} after"
        self.assertEqual(
            growth.replaced(page, r"\1"), f"before {growth.BEGIN}\n\n\\1\n\n{growth.END} after")
        with self.assertRaises(measuring.Failure):
            growth.replaced("no marks", "")

    def test_points_lie_where_their_axes_say(self):
        drawn = plot.panel("t", "a", {"l": [(100, 0), (10_000, 8)]})
        left, right = plot.LEFT, plot.WIDTH - plot.RIGHT
        bottom, top = plot.HEIGHT - plot.BOTTOM, plot.TOP
        self.assertIn(f'points="{left:.1f},{bottom:.1f} {right:.1f},{top:.1f}"', drawn)
        self.assertEqual([plot.tick(most) for most in (8, 40, 99, 1_500)], [1, 5, 10, 200])


class Processes(unittest.TestCase):
    def test_a_failed_run_is_no_sample(self):
        with self.assertRaisesRegex(measuring.Failure, "exit status 3\nwhy"):
            measuring.run(["sh", "-c", "echo why >&2; exit 3"])

    def test_memory_and_time_are_the_childs(self):
        sample = measuring.run(
            [sys.executable, "-c", "import time; x = bytearray(2**27); time.sleep(0.2)"])
        self.assertGreater(sample.peak, 2**27)
        self.assertLess(sample.peak, 2**28)
        self.assertGreater(sample.wall, 0.2)
        self.assertLess(sample.cpu, sample.wall)


if __name__ == "__main__":
    unittest.main()
