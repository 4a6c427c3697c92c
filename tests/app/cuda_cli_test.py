"""The CUDA backend as a user meets it, where no device is needed: choice, exit codes, files.

    cuda_cli_test.py PATH_OF_BLOCRISK PATH_OF_BLOCRISK_EMULATED [unittest options], in the root of the source folder

The first is the program as shipped, with every device hidden; the second has devices that the host
emulates (tests/support/emulated_cuda.cu), and that fail when told to. Asks nothing but Python itself.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

REAL, EMULATED = "", ""
SCENARIO = Path("configs/weekly/scenario.toml").resolve()
SHORT = ["--set", "clock.years=1"]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def ask(self, code, program, *arguments, **environment):
        hidden = {"CUDA_VISIBLE_DEVICES": ""} if program == REAL else {}
        environment = {**os.environ, **hidden, **{f"BLOCRISK_EMULATED_{key}": str(value) for key, value in environment.items()}}
        command = [program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def run_paths(self, code, program, *arguments, **environment):
        arguments = ["run", SCENARIO, *SHORT, "--paths", 96, "-o", self.folder / "out.h5", *arguments]
        return self.ask(code, program, *arguments, **environment)

    def expect_nothing_written(self):
        self.assertEqual(list(self.folder.iterdir()), [])


class WithoutDevice(Case):
    def test_devices_says_why_there_are_none(self):
        self.assertIn("cuda  none: ", self.ask(0, REAL, "devices").stdout)
        self.assertRegex(json.loads(self.ask(0, REAL, "devices", "--json").stdout)["cuda"]["reason"], "driver")

    def test_cuda_is_refused_with_the_reason_and_what_is_here(self):
        for arguments in [["--backend", "cuda"], ["--devices", "0"], ["--devices", "0,0"]]:
            with self.subTest(arguments=arguments):
                said = self.run_paths(4, REAL, *arguments).stderr
                self.assertIn("backend cuda is not here", said)
                self.assertIn("driver", said)
                self.assertIn("cpu", said)
                self.expect_nothing_written()

    def test_auto_takes_the_cpu_and_says_so(self):
        said = self.run_paths(0, REAL).stderr
        self.assertRegex(said, "backend cpu: .*auto: .*driver")

    def test_plan_knows_the_device_memory(self):
        plan = json.loads(self.ask(0, REAL, "plan", SCENARIO, "--json").stdout)
        self.assertGreater(plan["least_device_memory_bytes"], 10**6)
        self.assertGreater(plan["device_memory_bytes"], plan["least_device_memory_bytes"])


class OnEmulatedDevices(Case):
    def test_cuda_is_used_where_it_works(self):
        done = self.run_paths(0, EMULATED, "--json")
        self.assertEqual(json.loads(done.stdout)["backend"], "cuda")
        self.assertIn("auto: a CUDA device works", done.stderr)

    def test_any_split_over_devices_gives_the_cpus_file(self):
        files = []
        for arguments in [["--backend", "cpu", "--lanes", 1], ["--devices", "0"], ["--devices", "0,0"], ["--devices", "1,0,1"]]:
            self.run_paths(0, EMULATED, *arguments, "--no-volatile", "--overwrite", DEVICES=2)
            files.append((self.folder / "out.h5").read_bytes())
        for other in files[1:]:
            self.assertTrue(files[0] == other)

    def test_a_device_that_is_not_here_is_refused_with_those_that_are(self):
        said = self.run_paths(4, EMULATED, "--devices", "0,2", DEVICES=2).stderr
        self.assertIn("CUDA device 2 cannot be had", said)
        self.assertIn("cuda device 1 (emulated)", said)
        self.expect_nothing_written()

    def test_too_little_memory_is_refused_and_auto_falls_back(self):
        said = self.run_paths(4, EMULATED, "--backend", "cuda", FREE_MIB=3).stderr
        self.assertIn("this scenario takes at least", said)
        self.assertIn("--backend cpu", said)
        self.expect_nothing_written()
        self.assertRegex(self.run_paths(0, EMULATED, FREE_MIB=3).stderr, "backend cpu: .*auto: CUDA failed: .*MiB to spare")

    def test_a_device_that_fails_at_once_makes_auto_fall_back(self):
        self.assertRegex(self.run_paths(0, EMULATED, LOST_AFTER=2).stderr, "backend cpu: .*auto: CUDA failed: .*ECC")

    def test_a_device_lost_in_a_run_ends_it_with_nothing_written(self):
        for arguments in [[], ["--backend", "cuda"], ["--devices", "0,0"]]:
            with self.subTest(arguments=arguments):
                done = self.run_paths(4, EMULATED, *arguments, "--overwrite", LOST_AFTER=IN_A_BATCH)
                self.assertEqual(done.stdout, "")
                self.assertIn("backend cuda", done.stderr)
                self.assertIn("uncorrectable ECC error", done.stderr)
                self.assertIn("nothing was written", done.stderr)
                self.expect_nothing_written()

    def test_an_older_result_survives_a_lost_device(self):
        self.run_paths(0, EMULATED)
        before = (self.folder / "out.h5").read_bytes()
        self.run_paths(4, EMULATED, "--overwrite", LOST_AFTER=IN_A_BATCH)
        self.assertTrue((self.folder / "out.h5").read_bytes() == before)
        self.assertEqual([entry.name for entry in self.folder.iterdir()], ["out.h5"])


# Launches of a worker: some 19 try it out, as many again are its first batch.
IN_A_BATCH = 24

if __name__ == "__main__":
    REAL, EMULATED = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
