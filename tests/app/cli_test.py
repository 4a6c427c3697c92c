"""The program as a user meets it: exit codes, what is printed, what is left on disk.

    cli_test.py PATH_OF_BLOCRISK [unittest options], in the root of the source folder
"""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np

BLOCRISK = ""
BASELINE = Path("configs/baseline/scenario.toml").resolve()
CONFIGS = BASELINE.parent.parent


def blocrisk(*arguments, **options):
    options = {"capture_output": True, "text": True, "timeout": 240, **options}
    return subprocess.run([BLOCRISK, *map(str, arguments)], **options)


def bytes_read():
    """By this process and its children that ended."""
    return int(re.search(r"rchar: (\d+)", Path("/proc/self/io").read_text())[1])


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def expect(self, code, *arguments, **options):
        done = blocrisk(*arguments, **options)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def result(self, name, *arguments, scenario=BASELINE, paths=2000):
        """Runs a scenario for few paths; gives back the path of its file."""
        path = self.folder / name
        if "--path-range" not in arguments:
            arguments = ("--paths", paths, *arguments)
        self.expect(0, "run", scenario, "-o", path, *arguments)
        return path

    def scenario(self, text):
        path = self.folder / "scenario.toml"
        path.write_text(text)
        return path


class CommandLine(Case):
    def test_help_and_version_exit_0(self):
        self.assertIn("Exit codes", self.expect(0, "--help").stdout)
        self.assertRegex(self.expect(0, "--version").stdout, r"^blocrisk \d+\.\d+\.\d+")
        for command in ["run", "validate", "plan", "sweep", "compare", "replay", "show", "devices"]:
            self.assertIn("--json", self.expect(0, command, "--help").stdout)

    def test_senseless_command_lines_exit_2(self):
        for arguments in [
            [],
            ["walk"],
            ["sweep"],
            ["run"],
            ["run", BASELINE, "--pats", "10"],
            ["run", BASELINE, "--precision", "0"],
            ["run", BASELINE, "--precision", "1%"],
            ["run", BASELINE, "--precision", "nan"],
            ["run", BASELINE, "--for", "JPN"],
            ["run", BASELINE, "--min-paths", "1000"],
            ["run", BASELINE, "--precision", "0.1", "--paths", "5000", "--max-paths", "5000"],
            ["run", BASELINE, "--precision", "0.1", "--max-paths", "5000", "--min-paths", "5001"],
            ["run", BASELINE, "extra.toml"],
            ["run", BASELINE, "--paths"],
            ["run", BASELINE, "--backend", "abacus"],
            ["run", BASELINE, "--lanes", "7"],
            ["run", BASELINE, "--threads", "0"],
            ["run", BASELINE, "--progress", "loud"],
            ["run", BASELINE, "--devices", "-1"],
            ["run", BASELINE, "--devices", "first"],
            ["run", BASELINE, "--devices", ""],
            ["run", BASELINE, "--devices", "0", "--lanes", "8"],
            ["run", BASELINE, "--backend", "cuda", "--threads", "2"],
            ["run", BASELINE, "--paths", "10", "--path-range", "0:10"],
            ["run", BASELINE, "-o", f"{self.folder}/"],
            ["run", BASELINE, "-o", ""],
            ["validate", ""],
            ["show", ""],
            ["run", BASELINE, "--lanes", "wide"],
            ["run", BASELINE, "--threads", "-1"],
            ["run", BASELINE, "--threads", "two"],
            ["run", BASELINE, "--samples", "-1"],
            ["run", BASELINE, "--batch", "0"],
            ["run", BASELINE, "--set"],
            ["plan", BASELINE, "--devices", "0"],
            ["plan", BASELINE, "-o", f"{self.folder}/"],
        ]:
            with self.subTest(arguments=arguments):
                done = self.expect(2, *arguments)
                self.assertEqual(done.stdout, "")
                self.assertNotEqual(done.stderr, "")

    def test_a_word_that_is_no_command_is_answered_with_those_there_are(self):
        said = self.expect(2, "rnu", "x.toml").stderr
        for word in ["rnu", "run", "validate", "plan", "sweep", "compare", "replay", "show", "devices"]:
            self.assertIn(word, said)

    def test_what_was_given_and_what_is_allowed_are_said(self):
        for arguments, words in [
            (["run", BASELINE, "--lanes", "3"], ["--lanes", "3", "1, 8 and 16"]),
            (["run", BASELINE, "--lanes", "wide"], ["--lanes", "wide", "1, 8 and 16"]),
            (["run", BASELINE, "--threads", "-1"], ["--threads", "-1", "4096"]),  # in CLI11's words
            (["run", BASELINE, "--backend", "gpu"], ["--backend", "gpu", "auto", "cpu", "cuda"]),
            (["run", BASELINE, "--backend", "cpu", "--devices", "0"], ["--devices", "--backend cpu"]),
            (["run", BASELINE, "-o", ""], ["--output", "must name a file"]),
            (["show", ""], ["RESULT", "must name a file"]),
        ]:
            with self.subTest(arguments=arguments):
                said = self.expect(2, *arguments).stderr
                for word in words:
                    self.assertIn(word, said)

    def test_a_bad_number_is_named_with_what_is_allowed(self):
        for option, values in {
            "--paths": ["0", "-5", "1.5", "1e-3", "1e30", "ten", "", "1__0", "_1", "1_", "1e", "5X", "0x10", "1e6k5", "1000000000001"],
            "--seed": ["-1", "1.5", "18446744073709551616", "1e20", "abc"],
            "--path-range": ["5", "5:5", "7:3", ":", "a:b", "-1:5", "1:2:3", "0:2e12"],
        }.items():
            for value in values:
                with self.subTest(option=option, value=value):
                    done = self.expect(2, "plan", BASELINE, f"{option}={value}")
                    self.assertIn(option, done.stderr)

    def test_counts_are_read_as_people_write_them(self):
        for text, paths in {"1e6": 10**6, "10M": 10**7, "250k": 250_000, "1_000_000": 10**6, "1.5e3": 1500,
                            "2.5M": 2_500_000, "7": 7, "1E+3": 1000, "0.5K": 500, "1T": 10**12}.items():
            with self.subTest(text=text):
                plan = json.loads(self.expect(0, "plan", BASELINE, "--json", "--paths", text).stdout)
                self.assertEqual(plan["paths"], paths)


class Run(Case):
    def test_the_baseline_leaves_a_file_and_prints_a_table(self):
        path = self.folder / "out.h5"
        done = self.expect(0, "run", BASELINE, "--paths", "20k", "-o", path)
        self.assertTrue(path.is_file())
        self.assertEqual([entry.name for entry in self.folder.iterdir()], ["out.h5"])
        for word in ["gallium", "dysprosium_terbium", "JPN", "USA", "paths/s", str(path)]:
            self.assertIn(word, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)
        self.assertIn("cpu" if "cpu" in done.stderr else "cuda", done.stderr)
        self.assertNotIn("\r", done.stderr, "a live line belongs on a terminal")

    def test_json_holds_the_parts_of_the_wall_time(self):
        path = self.folder / "out.h5"
        done = json.loads(self.expect(0, "run", BASELINE, "--paths", 1000, "-o", path, "--json").stdout)
        self.assertEqual(done["paths"], 1000)
        self.assertEqual(done["output"], str(path))
        parts = done["timings"]
        self.assertEqual(set(parts), {"parse_s", "calibrate_s", "sample_s", "analyse_s", "attribute_s", "write_s",
                                      "total_s"})
        self.assertAlmostEqual(sum(parts.values()) - parts["total_s"], parts["total_s"], delta=0.05)

    def test_quiet_keeps_standard_error_empty(self):
        done = self.expect(0, "run", BASELINE, "--paths", 1000, "-o", self.folder / "out.h5", "--quiet")
        self.assertEqual(done.stderr, "")

    def test_a_live_line_is_shown_on_a_terminal_and_erased(self):
        terminal, end = pty.openpty()
        self.addCleanup(os.close, terminal)
        command = ["run", BASELINE, "--paths", 2000, "--batch", 1000, "-o", self.folder / "out.h5"]
        done = blocrisk(*command, capture_output=False, stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        self.assertEqual(done.returncode, 0)
        said = os.read(terminal, 65536).decode()
        self.assertIn("\r100.0 %", said)
        self.assertIn("left", said)
        self.assertTrue(said.endswith("\r\033[K"), said)

    def test_progress_json_is_one_object_a_line(self):
        done = self.expect(0, "run", BASELINE, "--paths", 5000, "-o", self.folder / "out.h5", "--progress", "json")
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        progress = [line for line in lines if line["event"] == "progress"]
        self.assertEqual(progress[-1]["paths_done"], 5000)
        self.assertEqual(progress[-1]["remaining_s"], 0)

    def test_the_default_output_is_named_after_the_scenario(self):
        self.expect(0, "run", BASELINE, "--paths", 100, cwd=self.folder)
        self.assertTrue((self.folder / "outputs/baseline-2027.h5").is_file())

    def test_every_seed_is_a_seed(self):
        files = [self.result(f"{seed}.h5", "--seed", seed, "--no-volatile").read_bytes() for seed in [0, 1, 2**64 - 1]]
        self.assertEqual(len(set(files)), 3)
        self.assertEqual(files[0], self.result("again.h5", "--seed", "0", "--no-volatile").read_bytes())

    def test_the_command_line_beats_set_and_set_beats_the_file(self):
        plan = json.loads(self.expect(0, "plan", BASELINE, "--json", "--set", "sampling.paths=500").stdout)
        self.assertEqual(plan["paths"], 500)
        plan = self.expect(0, "plan", BASELINE, "--json", "--set", "sampling.paths=500", "--paths", "600")
        self.assertEqual(json.loads(plan.stdout)["paths"], 600)

    def test_set_may_come_before_the_scenario(self):
        self.expect(0, "plan", "--set", "clock.years=2", "--set", "sampling.paths=500", BASELINE)


class Memory(Case):
    def peak_kib(self, paths, batch):
        process = subprocess.Popen([BLOCRISK, "run", BASELINE, "--set", "clock.steps_per_year=1", "--attribution", "none",
                                    "--quiet", "-o", self.folder / f"{batch}.h5", "--paths", str(paths), "--batch",
                                    str(batch)], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return used.ru_maxrss

    def test_does_not_grow_with_the_batches(self):
        if b"__asan_init" in Path(BLOCRISK).read_bytes():
            self.skipTest("the address sanitizer keeps what was given back")
        self.assertLess(self.peak_kib(400_000, 2000), 1.1 * self.peak_kib(40_000, 20_000))


class SameBytes(Case):
    def bytes_of(self, name, *arguments, paths=3000):
        return self.result(name, "--no-volatile", *arguments, paths=paths).read_bytes()

    def test_threads_and_batches_do_not_change_a_byte(self):
        one = self.bytes_of("one.h5", "--threads", 1)
        self.assertEqual(one, self.bytes_of("two.h5", "--threads", 2))
        for batch in [1000, 77, 2999]:
            self.assertEqual(one, self.bytes_of(f"batch{batch}.h5", "--batch", batch), batch)

    def test_lanes_do_not_change_a_byte(self):
        here = json.loads(self.expect(0, "devices", "--json").stdout)["cpu"]["lanes"]
        files = {self.bytes_of(f"{lanes}.h5", "--lanes", lanes, paths=1500) for lanes in here}
        self.assertEqual(len(files), 1)

    def test_disjoint_ranges_add_up_to_the_whole(self):
        whole = self.result("whole.h5", paths=3000)
        parts = [self.result(f"{part}.h5", "--path-range", part) for part in ["0:1100", "1100:3000"]]
        with h5py.File(whole) as all_, h5py.File(parts[0]) as a, h5py.File(parts[1]) as b:
            names = []
            all_["accumulators"].visit(lambda name: names.append(name) if name.endswith("histogram") else None)
            self.assertGreater(len(names), 10)
            for name in names:
                total = a["accumulators"][name][...] + b["accumulators"][name][...]
                np.testing.assert_array_equal(all_["accumulators"][name][...], total, name)
                self.assertGreater(total.sum(), 0)


class Precision(Case):
    ONE_YEAR = ["--set", "clock.years=1"]  # a fifth of the work

    def test_a_run_stops_at_the_same_path_however_it_is_scheduled(self):
        rule = [*self.ONE_YEAR, "--precision", 0.07, "--for", "JPN,gallium", "--min-paths", 4096, "--no-volatile"]
        first = self.result("a.h5", *rule, "--threads", 1, paths=50000)
        with h5py.File(first) as file:
            done = int(file.attrs["paths_done"])
            self.assertEqual(file.attrs["stop_reason"], "precision")
            self.assertEqual(int(file.attrs["paths_asked"]), 50000)
            self.assertEqual(file.attrs["path_ranges"], f"0:{done}")
            self.assertTrue(4096 < done < 50000, done)
            self.assertEqual(file.attrs["precision_asked"], 0.07)
            self.assertEqual(file.attrs["precision_widest"], "shortfall.cvar95 of JPN gallium")
            cell = (list(file["member"].asstr()).index("JPN"), list(file["mineral"].asstr()).index("gallium"), 1)
            low, value, high = (file["shortfall_cvar" + end][cell] for end in ("_lo", "", "_hi"))
            self.assertAlmostEqual((high - low) / 2 / value, file.attrs["precision_reached"], 12)
            self.assertLessEqual(file.attrs["precision_reached"], 0.07)
        for name, how in {"threads": ["--threads", 2], "lanes": ["--lanes", 1], "batch": ["--batch", 777],
                          "another batch": ["--batch", 100000, "--threads", 2]}.items():
            again = self.result(f"{name}.h5", *rule, *how, paths=50000)
            self.assertEqual(again.read_bytes(), first.read_bytes(), name)
        # The paths of a run of that many, and its figures.
        plain = self.result("plain.h5", *self.ONE_YEAR, paths=done)
        with h5py.File(plain) as a, h5py.File(first) as b:
            np.testing.assert_array_equal(a["shortfall_cvar"], b["shortfall_cvar"])
            np.testing.assert_array_equal(a["accumulators/block_digest"], b["accumulators/block_digest"])

    def test_a_precision_that_is_not_reached_is_said(self):
        done = self.expect(0, "run", BASELINE, *self.ONE_YEAR, "--precision", 1e-4, "--max-paths", 5000, "--min-paths", 4096,
                           "--precision-on", "shortfall.mean", "--precision-on", "member_loss.cvar95",
                           "-o", self.folder / "out.h5")
        self.assertRegex(done.stdout, r"precision: the widest 95 % interval, \w+\.\w+ of .*, not reached")
        with h5py.File(self.folder / "out.h5") as file:
            self.assertEqual(file.attrs["stop_reason"], "done")
            self.assertEqual(file.attrs["precision_on"], "shortfall.mean,member_loss.cvar95")

    def test_samples_are_all_there_however_soon_a_run_is_precise(self):
        path = self.result("out.h5", *self.ONE_YEAR, "--precision", 0.9, "--min-paths", 1, "--samples", 5000, paths=8000)
        with h5py.File(path) as file:
            self.assertEqual(int(file.attrs["paths_done"]), 5120)
            self.assertEqual(file["samples/path"].shape, (5000,))

    def test_unknown_figures_and_cells_are_answered_with_the_nearest(self):
        for option, text, answer in [("--precision-on", "shortfal.cvar95", "nearest: shortfall.cvar95"),
                                     ("--precision-on", "peak.exceedance.0.3", "nearest: peak.exceedance.0.1"),
                                     ("--for", "JPM", "nearest: JPN"),
                                     ("--for", "JPN,KOR", "two members")]:
            done = self.expect(2, "run", BASELINE, "--precision", 0.1, option, text, "-o", self.folder / "out.h5")
            self.assertIn(answer, done.stderr)
            self.assertFalse((self.folder / "out.h5").exists())

    def test_one_measure_in_full_is_the_file_s(self):
        path = self.result("measure.h5", *self.ONE_YEAR, paths=2000)
        chosen = ["--measure", "months_short", "--member", "JPN,USA", "--mineral", "gallium"]
        rows = json.loads(self.expect(0, "show", path, *chosen, "--json").stdout)["rows"]
        self.assertEqual([row["member"] for row in rows], ["USA", "JPN"])
        with h5py.File(path) as file:
            at = (list(file["member"].asstr()).index("JPN"), list(file["mineral"].asstr()).index("gallium"))
            for name, of, index in (("mean", "mean", ()), ("p95", "quantile", (7,)), ("cvar99_hi", "cvar_hi", (2,))):
                self.assertEqual(rows[1][name], file[f"months_short_{of}"][(*at, *index)], name)
        text = self.expect(0, "show", path, *chosen).stdout
        self.assertIn("gallium JPN", text)
        self.assertNotIn("tungsten", text)
        self.assertIn("JPN,,cvar95,USD,", self.expect(0, "show", path, "--measure", "member_loss", "--csv").stdout)
        self.assertIn("nearest: months_short", self.expect(2, "show", path, "--measure", "months_shorts").stderr)
        self.assertIn("nearest: JPN", self.expect(2, "show", path, "--measure", "drawn", "--member", "JAP").stderr)
        self.expect(2, "show", path, "--member", "JPN")

    def test_convergence_is_that_of_shorter_runs(self):
        long, short = (self.result(f"{paths}.h5", *self.ONE_YEAR, paths=paths) for paths in (9000, 4096))
        points = {}
        for path in (long, short):
            shown = json.loads(self.expect(0, "show", path, "--convergence", "--json").stdout)
            cell = next(entry for entry in shown["convergence"] if entry["member"] == "JPN"
                        and entry.get("mineral") == "gallium" and entry["figure"] == "shortfall.cvar95")
            points[path] = {point["paths"]: point for point in cell["points"]}
        self.assertEqual(list(points[long]), [4096, 8192, 9000])
        self.assertEqual(points[long][4096], points[short][4096])
        self.assertLess(points[long][9000]["half_width"], points[long][4096]["half_width"])
        text = self.expect(0, "show", long, "--convergence").stdout
        self.assertIn("JPN gallium", text)
        csv = self.expect(0, "show", long, "--convergence", "--csv").stdout.splitlines()
        self.assertEqual(csv[0], "member,mineral,figure,unit,paths,value,half_width")
        self.assertEqual(len({line.split(",")[4] for line in csv[1:]}), 3)


class Refusals(Case):
    def test_an_existing_output_is_kept_before_any_sampling(self):
        path = self.result("out.h5")
        before = path.read_bytes()
        done = self.expect(4, "run", BASELINE, "--paths", "1e12", "-o", path, timeout=20)
        self.assertIn("--overwrite", done.stderr)
        self.assertEqual(path.read_bytes(), before)
        self.expect(0, "run", BASELINE, "--paths", 500, "-o", path, "--overwrite")
        self.assertNotEqual(path.read_bytes(), before)

    def test_a_place_that_cannot_take_the_file_is_refused_before_any_sampling(self):
        folder = self.folder / "folder"
        folder.mkdir()
        plain = self.folder / "plain"
        plain.write_text("")
        (self.folder / "nowhere").symlink_to("absent")
        (self.folder / "round").symlink_to("round")
        for output in [self.folder / "absent/out.h5", folder, plain / "out.h5", Path("/proc/out.h5"), Path("/dev/full"),
                       self.folder / "nowhere", self.folder / "round", self.folder / ("long" * 63)]:
            with self.subTest(output=output):
                self.expect(4, "run", BASELINE, "--paths", "1e12", "-o", output, timeout=20)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_read_only_folder_is_refused_before_any_sampling(self):
        self.folder.chmod(0o500)
        self.expect(4, "run", BASELINE, "--paths", "1e12", "-o", self.folder / "out.h5", timeout=20)

    def test_more_memory_than_there_is_is_refused_before_any_sampling(self):
        plan = json.loads(self.expect(0, "plan", BASELINE, "--paths", "1e12", "--threads", 4096, "--json").stdout)
        here = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if plan["host_memory_bytes"] <= here:
            self.skipTest("this machine has the memory")
        self.assertLess(plan["host_memory_bytes"] - 4096 * plan["host_memory_per_thread_bytes"], here,
                        "it is the threads that take too much")
        done = self.expect(4, "run", BASELINE, "--paths", "1e12", "--threads", 4096, "--backend", "cpu",
                           "-o", self.folder / "out.h5", timeout=20)
        for word in ["memory", "--threads", "plan"]:
            self.assertIn(word, done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_an_absent_backend_is_an_error_that_lists_what_is_here(self):
        if json.loads(self.expect(0, "devices", "--json").stdout)["cuda"]["devices"]:
            self.skipTest("CUDA is here")
        done = self.expect(4, "run", BASELINE, "--paths", 100, "--backend", "cuda", "-o", self.folder / "out.h5")
        self.assertIn("cpu", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def expect_one_line(self, code, word, *arguments, **options):
        done = self.expect(code, *arguments, **options)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(word, done.stderr)
        return done

    def test_a_file_that_is_no_result_is_refused_in_one_line(self):
        whole = self.result("whole.h5", paths=100).read_bytes()
        for name, content in {"text.h5": b"not a result", "empty.h5": b"", "half.h5": whole[:len(whole) // 2],
                              "head.h5": whole[:100]}.items():
            (self.folder / name).write_bytes(content)
        with h5py.File(self.folder / "other.h5", "w") as other:
            other["x"] = [1.0]
        os.mkfifo(self.folder / "pipe.h5")
        for name, word in {"text.h5": "not an HDF5 file", "empty.h5": "not an HDF5 file", "half.h5": "cut short",
                           "head.h5": "cut short", "other.h5": "not a result", "absent.h5": "no such file",
                           ".": "is a folder", "pipe.h5": "not a regular file"}.items():
            with self.subTest(name=name):
                done = self.expect_one_line(4, word, "show", self.folder / name, timeout=20)
                self.assertIn(str(self.folder / name), done.stderr)

    def test_what_is_no_scenario_file_is_refused_in_one_line(self):
        os.mkfifo(self.folder / "pipe.toml")
        for name, word in {"absent.toml": "no such file", ".": "is a folder", "pipe.toml": "not a regular file"}.items():
            for command in ["run", "validate", "plan"]:
                with self.subTest(name=name, command=command):
                    self.expect_one_line(4, word, command, self.folder / name, timeout=20)

    def test_a_file_that_may_not_be_read_is_refused_in_one_line(self):
        """As root, by somebody else: root may read anything."""
        self.folder.chmod(0o755)
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        for command, name in [("show", "locked.h5"), ("validate", "locked.toml")]:
            path = self.folder / name
            path.write_text("")
            path.chmod(0)
            try:
                self.expect_one_line(4, "Permission denied", command, path, **user)
            except PermissionError:
                self.skipTest("the program may not be run by another user")


class Mistakes(Case):
    def test_six_mistakes_are_all_shown(self):
        path = self.scenario(
            f'extends = "{BASELINE}"\n'
            "[clock]\nyears = -1\nstep_per_year = 12\n"
            "[sampling]\npaths = -3\n"
            '[bloc]\nmembers = ["JPN", "XXX"]\n'
            "[network]\nhome_bias = nan\n"
            "[[instrument]]\nname = 'ban'\ninitial_severity = 1.5\n"
        )
        for command in [["validate", path], ["run", path, "-o", self.folder / "out.h5"], ["plan", path]]:
            done = self.expect(3, *command)
            self.assertEqual(done.stdout, "")
            for word in ["years", "step_per_year", "steps_per_year", "paths", "XXX", "home_bias", "initial_severity"]:
                self.assertIn(word, done.stderr)
            self.assertIn(f"{path}:3:", done.stderr)
        self.assertFalse((self.folder / "out.h5").exists())

    def test_validate_json_lists_the_complaints(self):
        path = self.scenario(f'extends = "{BASELINE}"\n[clock]\nyears = -1\n[network]\nhome_bias = -2\n')
        answer = json.loads(self.expect(3, "validate", path, "--json").stdout)
        self.assertFalse(answer["valid"])
        self.assertEqual(len(answer["complaints"]), 2)
        self.assertEqual({c["line"] for c in answer["complaints"]}, {3, 5})

    def test_a_bad_set_is_a_complaint(self):
        for bad in ["clock.yeers=3", "clock.years=-3", "clock.years", "=3", "nodes[gallium,refine,XXX].growth_per_yr=0",
                    "nodes[gallium].growth_per_yr=1", "nodes[gallium,refine,CHN", "minerals[gallium].id=x", "network=3",
                    "actor.CHN.events_per_yr[9]=1", "actor.CHN.events_per_yr[-1]=1", "clock.years=*x", "clock.start=*2",
                    "clock.years=", "clock.years=1e999", "clock={years=3}", "a[=1", ".=1", "[]=1", "x.y.z=1"]:
            with self.subTest(bad=bad):
                done = blocrisk("validate", BASELINE, "--set", bad)
                self.assertEqual(done.returncode, 3, done.stdout)
                self.assertIn(bad, done.stderr)

    def test_no_paths_is_a_mistake(self):
        self.assertIn("paths", self.expect(3, "run", BASELINE, "--set", "sampling.paths=0").stderr)

    def test_a_missing_file_is_named(self):
        self.assertIn("absent.toml", self.expect(4, "run", self.folder / "absent.toml").stderr)


class Stopping(Case):
    def test_a_signal_stops_a_run_and_leaves_a_checkpoint(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(signal=number):
                run = subprocess.Popen(
                    [BLOCRISK, "run", BASELINE, "--paths", "1e11", "-o", self.folder / "out.h5", "--progress", "json"],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for line in run.stderr:
                    if '"paths_done"' in line:
                        break
                run.send_signal(number)
                out, err = run.communicate(timeout=60)
                self.assertEqual(run.returncode, 5, err)
                self.assertEqual(out, "")
                self.assertIn("--resume", err)
                self.assertEqual([path.name for path in self.folder.iterdir()], ["out.h5.checkpoint"])
                (self.folder / "out.h5.checkpoint").unlink()

    def test_a_signal_is_noticed_soon_however_long_a_path_takes(self):
        """4,096 steps and one lane: a block of paths would take minutes."""
        run = subprocess.Popen(
            [BLOCRISK, "run", BASELINE, "--paths", "1e9", "-o", self.folder / "out.h5", "--progress", "json",
             "--lanes", "1", "--set", 'bloc.members=["JPN"]', "--set", "clock.years=4",
             "--set", "clock.steps_per_year=1024"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        for line in run.stderr:
            if '"backend"' in line:
                break
        time.sleep(1)  # well into the sampling
        run.send_signal(signal.SIGINT)
        start = time.monotonic()
        _, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 5, err)
        self.assertLess(time.monotonic() - start, 20)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["out.h5.checkpoint"])

    def test_a_reader_who_leaves_is_no_error(self):
        read, write = os.pipe()
        os.close(read)
        for arguments in [["run", BASELINE, "--paths", "500", "-o", self.folder / "out.h5"], ["devices"], ["--help"]]:
            done = blocrisk(*arguments, capture_output=False, stdout=write, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 0, done.stderr)
        os.close(write)

    def test_closed_streams_do_not_end_up_in_the_file(self):
        path = self.folder / "out.h5"
        done = subprocess.run(["sh", "-c", f'"{BLOCRISK}" run "{BASELINE}" --paths 500 -o "{path}" >&- 2>&-'], timeout=60)
        self.assertEqual(done.returncode, 0)
        with h5py.File(path) as file:
            self.assertIn("shortfall_mean", file)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk_behind_standard_output_is_said(self):
        with open("/dev/full", "w") as full:
            done = blocrisk("devices", capture_output=False, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 4)


class Scenarios(Case):
    def test_quiet_is_zero_everywhere(self):
        with h5py.File(self.result("out.h5", scenario=CONFIGS / "quiet/scenario.toml", paths=500)) as file:
            for measure in ["shortfall", "peak", "months_short", "longest_spell", "recovery", "drawn", "curtailed",
                            "extra_cost", "price_shock_cost", "loss", "essential_shortfall"]:
                self.assertEqual(np.nanmax(file[f"{measure}_mean"][...]), 0, measure)
            np.testing.assert_array_equal(file["member_loss_mean"][...], 0)

    def test_emergency_is_certain(self):
        with h5py.File(self.result("out.h5", scenario=CONFIGS / "emergency/scenario.toml", paths=500)) as file:
            self.assertGreater(file["shortfall_mean"][...].max(), 0.01)
            for measure in ["shortfall", "peak", "months_short", "drawn", "extra_cost", "loss"]:
                self.assertEqual(file[f"{measure}_std"][...].max(), 0, measure)
                quantile = file[f"{measure}_quantile"][...]
                np.testing.assert_array_equal(quantile[..., 0], quantile[..., -1], measure)
                for figure in ("mean", "quantile", "var", "cvar"):
                    low, high = (file[f"{measure}_{figure}_{end}"][...] for end in ("lo", "hi"))
                    np.testing.assert_allclose(low, high, rtol=1e-12, err_msg=f"{measure}_{figure}")
            np.testing.assert_array_equal(file["short_probability_lo"], file["short_probability_hi"])
            self.assertEqual(file["shortfall_exceedance_thin"][...].max(), 0)

    def test_every_shipped_scenario_runs(self):
        scenarios = sorted(CONFIGS.glob("*/scenario.toml"))
        self.assertGreaterEqual(len(scenarios), 6)
        for scenario in scenarios:
            with self.subTest(scenario=scenario.parent.name):
                paths = 1024 if scenario.parent.name == "uncertain_rates" else 300  # whole draws
                self.result(f"{scenario.parent.name}.h5", scenario=scenario, paths=paths)
                self.expect(0, "validate", scenario)


class OtherCommands(Case):
    def test_validate_says_what_calibration_adjusted(self):
        done = self.expect(0, "validate", BASELINE)
        for word in ["baseline-2027", "valid", "13 minerals", "calibration"]:
            self.assertIn(word, done.stdout)
        answer = json.loads(self.expect(0, "validate", BASELINE, "--json").stdout)
        self.assertTrue(answer["valid"])
        self.assertEqual(answer["minerals"], 13)

    def test_static_diagnostics_are_shown_and_stored(self):
        path = self.result("out.h5", paths=100)
        answers = [json.loads(self.expect(0, *command, "--json").stdout)["diagnostics"]
                   for command in [("validate", BASELINE), ("show", path)]]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(len(answers[0]["minerals"]), 13)
        for done in [self.expect(0, "validate", BASELINE), self.expect(0, "show", path)]:
            self.assertIn("N-1 %", done.stdout)
        with h5py.File(path) as file:
            gallium = list(file["diagnostics/mineral"].asstr()).index("gallium")
            refine = list(file["diagnostics/stage"].asstr()).index("refine")
            shown = next(row for row in answers[1]["minerals"] if row["mineral"] == "gallium")
            self.assertEqual(shown["n1_coverage"], file["diagnostics/n1_coverage"][gallium])
            self.assertEqual(shown["hhi_refine"], file["diagnostics/hhi"][gallium, refine])
            self.assertGreater(shown["hhi_refine"], 0.9)
        self.assertIn("JPN,gallium,import_reliance,1,", self.expect(0, "show", path, "--csv").stdout)

    def test_plan_estimates_without_sampling(self):
        plan = json.loads(self.expect(0, "plan", BASELINE, "--json", "--paths", "1e12", timeout=20).stdout)
        for key in ["host_memory_bytes", "output_bytes", "expected_s"]:
            self.assertGreater(plan[key], 0, key)
        self.assertLess(plan["host_memory_bytes"], 2**30)
        self.assertEqual(plan["output"], "outputs/baseline-2027.h5")
        plan = json.loads(self.expect(0, "plan", BASELINE, "--json", "-o", "absent/x.h5", cwd=self.folder).stdout)
        self.assertEqual(plan["output"], "absent/x.h5")
        self.assertEqual(list(self.folder.iterdir()), [], "a plan touches nothing")
        self.assertIn("estimate", self.expect(0, "plan", BASELINE).stdout)

    def test_show_gives_back_what_the_run_printed(self):
        path = self.folder / "out.h5"
        run = json.loads(self.expect(0, "run", BASELINE, "--paths", 2000, "-o", path, "--json").stdout)
        show = json.loads(self.expect(0, "show", path, "--json").stdout)
        self.assertEqual(run["summary"], show["summary"])
        self.assertEqual(run["digest"], show["digest"])
        self.assertRegex(run["digest"], "^[0-9a-f]{16}$")
        self.assertIn("gallium", self.expect(0, "show", path).stdout)
        csv = self.expect(0, "show", path, "--csv").stdout.splitlines()
        self.assertEqual(len({line.count(",") for line in csv}), 1)
        self.expect(2, "show", path, "--csv", "--json")

    @unittest.skipUnless(os.access("/proc/self/io", os.R_OK), "what a program reads is not told here")
    def test_a_file_is_hashed_once(self):
        """Large files take long to read: once for the hash, once for what is in it, and `verify` compares too."""
        path = self.result("out.h5", "--samples", 2000, "--quiet")
        for command, most in [(("show", path), 2.4), (("verify", path, "--quiet"), 3.4), (("replay", path, "--path", 1), 2.4)]:
            before = bytes_read()
            self.expect(0, *command)
            self.assertLess((bytes_read() - before) / path.stat().st_size, most, command)

    def test_samples_are_stored_on_request(self):
        with h5py.File(self.result("out.h5", "--samples", "10", paths=100)) as file:
            self.assertEqual(file["samples/shortfall"].shape[0], 10)
        with h5py.File(self.result("none.h5", paths=100)) as file:
            self.assertNotIn("samples", file)


if __name__ == "__main__":
    BLOCRISK = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
