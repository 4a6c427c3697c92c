"""bench/compare_results.py on made-up runs: what it calls slower, and what it refuses to compare.

    compare_results_test.py [unittest options], in the root of the source folder
"""

import itertools
import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, "bench")
import compare_results

SCRIPT = Path("bench/compare_results.py").resolve()


def run_of(rates, device="H200", **changes):
    """Google Benchmark's JSON: {name: rates}."""
    benchmarks = [
        {"name": name, "run_name": name, "run_type": "iteration", "real_time": 1e3, "items_per_second": rate}
        for name, values in rates.items() for rate in values
    ]  # fmt: skip
    mean = {"name": "x_mean", "run_name": "x", "run_type": "aggregate", "real_time": 1, "items_per_second": 1e9}
    return {"context": {"device": device, "num_cpus": 16, **changes}, "benchmarks": [*benchmarks, mean]}


def noisy(median, count, seed, spread=0.01):
    draw = random.Random(seed)
    return [median * draw.gauss(1, spread) for _ in range(count)]


class Case(unittest.TestCase):
    def compare(self, stored, new, *options):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / "stored.json", Path(folder) / "new.json"]
            for path, told in zip(paths, (stored, new)):
                path.write_text(json.dumps(told))
            command = [sys.executable, SCRIPT, *paths, *options]
            return subprocess.run(list(map(str, command)), capture_output=True, text=True)

    def expect(self, code, stored, new, *options):
        done = self.compare(stored, new, *options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done


class Verdict(Case):
    def test_a_loss_beyond_the_tolerance_is_called_slower(self):
        done = self.expect(1, run_of({"a": noisy(100, 8, 1), "b": noisy(50, 8, 2)}), run_of({"a": noisy(88, 8, 3), "b": noisy(50, 8, 4)}))
        a, b = done.stdout.splitlines()[1:]
        self.assertIn("SLOWER", a)
        self.assertIn("ok", b)
        self.assertIn("0.88", a)

    def test_a_loss_within_the_tolerance_is_not(self):
        self.expect(0, run_of({"a": noisy(100, 8, 1)}), run_of({"a": noisy(97, 8, 2)}))
        self.expect(1, run_of({"a": noisy(100, 8, 1)}), run_of({"a": noisy(97, 8, 2)}), "--tolerance", "0.001")

    def test_faster_is_fine(self):
        self.expect(0, run_of({"a": noisy(100, 8, 1)}), run_of({"a": noisy(300, 8, 2)}))

    def test_noise_alone_is_rarely_slower(self):
        """No tolerance: at alpha = 0.01 five benchmarks may raise a false alarm once in a hundred."""
        alarms = 0
        for seed in range(300):
            ones = [
                compare_results.Comparison(str(k), [], [], compare_results.p_lower(noisy(1, 6, f"{seed}n{k}"), noisy(1, 6, f"{seed}s{k}")))
                for k in range(5)
            ]
            compare_results.judge(ones, 0.01)
            alarms += any(one.verdict == "SLOWER" for one in ones)
        self.assertLessEqual(alarms, 10)  # of 300; a right test exceeds it with a chance of 3e-4

    def test_times_serve_where_no_rate_is_told(self):
        old, new = run_of({"a": [1.0] * 6}), run_of({"a": [1.0] * 6})
        for told, time in ((old, 10.0), (new, 12.0)):
            for k, one in enumerate(told["benchmarks"]):
                del one["items_per_second"]
                one["real_time"] = time + 0.01 * k
        self.expect(1, old, new)


class Arithmetic(unittest.TestCase):
    def test_p_is_the_share_of_all_choices(self):
        for lower, than in [([1.0, 2.5, 4.0], [3.0, 5.0, 6.0, 7.0]), ([2.0, 2.0, 3.0], [2.0, 3.0, 4.0])]:
            values = [*lower, *than]
            ranks = compare_results.doubled_ranks(values)
            observed = sum(ranks[: len(lower)])
            sums = [sum(choice) for choice in itertools.combinations(ranks, len(lower))]
            self.assertAlmostEqual(compare_results.p_lower(lower, than), sum(s <= observed for s in sums) / len(sums))

    def test_interval_is_the_tables(self):
        """Five against five: the third smallest and largest of 25 ratios, from tables of the test."""
        one = compare_results.Comparison("a", [1.0, 1.1, 1.2, 1.3, 1.4], [2.0, 2.1, 2.2, 2.3, 2.4], 0.5)
        self.assertEqual(compare_results.interval(one), (one.ratios()[2], one.ratios()[-3]))
        self.assertEqual(compare_results.interval(compare_results.Comparison("a", [1.0], [2.0], 0.5))[0], 0.0)


class Refusals(Case):
    def test_another_device_is_refused_unless_asked_for(self):
        old, new = run_of({"a": noisy(1, 8, 1)}), run_of({"a": noisy(1, 8, 2)}, device="H100")
        self.assertIn("H100", self.expect(2, old, new).stderr)
        self.expect(0, old, new, "--any-machine")

    def test_a_benchmark_that_vanished_is_refused(self):
        old, new = run_of({"a": noisy(1, 8, 1), "b": noisy(1, 8, 3)}), run_of({"a": noisy(1, 8, 2)})
        self.assertIn("b was not measured now", self.expect(2, old, new).stderr)
        self.expect(0, new, old)  # a new one has nothing to be compared with

    def test_too_few_repetitions_are_refused(self):
        self.assertIn("too few", self.expect(2, run_of({"a": [1.0] * 3}), run_of({"a": [0.1] * 3})).stderr)


if __name__ == "__main__":
    unittest.main()
