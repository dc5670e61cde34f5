"""What a run is held against: Benchmarks/thresholds."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    shape: str
    measure: str
    # "<=" or ">=", and the number behind it.
    comparison: str
    limit: float
    # As last measured on a quiet machine; None before.
    now: float | None

    def is_met(self, value, bar, tolerance=0.0):
        """Whether a value is not worse than a bar by more than a part of it."""
        if self.comparison == "<=":
            return value <= bar * (1 + tolerance)
        return value >= bar / (1 + tolerance)

    def verdict(self, value, tolerance, strict=False):
        """A word, and whether the run stands."""
        # What is short of its limit may at least not become worse; what has reached it may go
        # back there, no further.
        bar = self.limit
        if self.now is not None and not self.is_met(self.now, self.limit):
            bar = self.now
        if not self.is_met(value, bar, tolerance):
            return "WORSE", False
        if not self.is_met(value, self.limit, tolerance):
            return "short of the limit", not strict
        return "met", True


@dataclass(frozen=True)
class Thresholds:
    tolerance: float
    rows: list

    @staticmethod
    def parse(text):
        tolerance, rows = None, []
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            try:
                if words[0] == "tolerance":
                    _, value = words
                    tolerance = float(value)
                    continue
                shape, measure, limit, now = words
                comparison, limit = limit[:2], float(limit[2:])
                if comparison not in ("<=", ">="):
                    raise ValueError("a limit begins with <= or >=")
                rows.append(
                    Row(shape, measure, comparison, limit, None if now == "-" else float(now)))
            except ValueError as error:
                raise ValueError(f"thresholds, line {number}: {error}") from error
        if tolerance is None:
            raise ValueError("thresholds: no tolerance")
        return Thresholds(tolerance, rows)

    @staticmethod
    def read(path):
        return Thresholds.parse(path.read_text())

    def judge(self, found, strict=False):
        """Prints a table of the rows that were measured; gives the exit status."""
        shapes = {shape for shape, _ in found}
        stands = True
        print("| shape | measure | limit | now | measured | |")
        print("|---|---|--:|--:|--:|---|")
        for row in self.rows:
            if row.shape not in shapes:
                continue
            now = "-" if row.now is None else f"{row.now:g}"
            head = f"| {row.shape} | {row.measure} | {row.comparison} {row.limit:g} | {now} |"
            value = found.get((row.shape, row.measure))
            if value is None:
                print(f"{head} - | not measured |")
                stands = stands and not strict
                continue
            word, fits = row.verdict(value, self.tolerance, strict)
            print(f"{head} {value:.3g} | {word} |")
            stands = stands and fits
        return 0 if stands else 1

    def conclude(self, found, is_full_size, strict=False):
        """Ends the program with the judgement, which is for full size alone."""
        status = self.judge(found, strict)
        if is_full_size:
            sys.exit(status)
        print("\nNot judged: the thresholds are for full size.")
