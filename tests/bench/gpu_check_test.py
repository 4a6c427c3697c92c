"""bench/gpu_check.sh where no GPU is: its dry run passes and reports, and a planted difference fails it.

    gpu_check_test.py PATH_OF_BLOCRISK_EMULATED [unittest options], in the root of the source folder

The program has devices that the host emulates, so the script takes the way it takes on a GPU.
"""

import csv
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = ""


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def check(self, code, program, *options, **environment):
        command = ["bash", "bench/gpu_check.sh", "--dry-run", "--program", program, "--out", self.folder / "out", *options]
        # The interpreter of the tests has NumPy, which the part beside arrays wants.
        environment = {**os.environ, "PYTHON": sys.executable, **environment}
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
        log = self.folder / "out/log.txt"
        self.assertEqual(done.returncode, code, done.stdout + done.stderr + (log.read_text() if log.exists() else ""))
        return (self.folder / "out/report.md").read_text() if code < 2 else done.stderr

    def wrapper(self, text):
        path = self.folder / "wrapper"
        path.write_text(f"#!/usr/bin/env bash\n{text}\n")
        path.chmod(0o755)
        return path

    def rows(self, name):
        with open(self.folder / "out" / name, newline="") as file:
            return list(csv.DictReader(file))


class DryRun(Case):
    def test_it_passes_and_reports(self):
        report = self.check(0, PROGRAM, "--minutes", "20")  # a host is slow at being a device
        self.assertIn("DRY RUN", report)
        for title in ["What and where", "The same bits", "Sanitizer", "Speed", "Beside arrays", "Hardware counters"]:
            self.assertIn(f"## {title}", report)
        equality = self.rows("equality.csv")
        self.assertEqual({row["same"] for row in equality}, {"yes"})
        self.assertEqual({row["backend"] for row in equality}, {"cuda"})
        self.assertGreaterEqual(len(equality), 6)
        self.assertEqual({row["devices"] for row in equality}, {"", "0+0"})
        timings = self.rows("timings.csv")
        self.assertEqual({row["question"] for row in timings}, {"warm-up", "paths", "steps", "minerals", "repro_tax", "short", "backends"})
        self.assertRegex(report, r"\| steps \| 52 \| cuda \| 32 \| \d+ \| 1 \|")
        self.assertTrue(all(float(row["paths_per_s"]) > 0 for row in timings))
        self.assertRegex(report, "engine over (jax|cupy|numpy)")

    def test_another_seed_on_the_device_is_a_failure(self):
        report = self.check(1, self.wrapper(f'more=; [[ "$*" != *"--backend cuda"* ]] || more="--seed 5"; exec {PROGRAM} "$@" $more'), "--bits-only")
        self.assertIn("**FAILED**", report)
        self.assertIn("digest", report)
        self.assertIn("the files differ", report)

    def test_another_backend_than_cuda_is_a_failure(self):
        report = self.check(1, self.wrapper(f'exec {PROGRAM} "${{@/cuda/cpu}}"'), "--bits-only")
        self.assertIn("computed by cpu, not by cuda", report)

    def test_a_device_that_is_lost_is_a_failure(self):
        self.assertIn("the device's run failed", self.check(1, PROGRAM, "--bits-only", BLOCRISK_EMULATED_LOST_AFTER="6"))


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
