"""Runs that are stopped, killed or short of disk: what is left, and that going on from it gives the
bytes of a run that nobody disturbed.

    checkpoint_test.py PATH_OF_BLOCRISK [--kills N] [unittest options], in the source folder's root
"""

import json
import math
import os
import random
import resource
import signal
import sys
import time
import unittest
from pathlib import Path

import h5py

from long_runs import BASELINE, DRAWS, PER_DRAW, SMALL, UNCERTAIN, Case, attribute, data_bytes, looks

KILLS = 24
PATHS = 6_000
BATCH = 200
RUN = ["--paths", PATHS, "--batch", BATCH, "--samples", 1000, "--threads", 2]
# After every batch, however quick: more often than anybody would, so that kills meet writes.
OFTEN = ["--checkpoint-every", "1e-6"]
# Ends after 12,288 of its paths.
PRECISE = ["--precision", "0.05", "--precision-on", "shortfall.mean", "--for", "JPN,gallium", "--min-paths", 4096,
           "--max-paths", 30_000, "--batch", 500, "--samples", 1000, "--threads", 2]
# Batches end within draws.
UNCERTAIN_RUN = [*DRAWS, "--paths", 94 * PER_DRAW, *RUN[2:]]


def small_files():
    """No file may grow beyond 64 KiB: a full disk for whoever is not root."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))


class Stopped(Case):
    def test_signals_leave_a_checkpoint_that_goes_on_to_the_same_bytes(self):
        whole = self.run_small("whole.h5", *RUN)
        for number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(signal=number):
                path = self.folder / f"{number.name}.h5"
                command = ["run", BASELINE, *SMALL[:-1], "-o", path, *RUN, "--progress", "json"]
                run = self.start(*command)
                for line in run.stderr:
                    if '"paths_done"' in line:
                        break
                run.send_signal(number)
                out, err = run.communicate(timeout=120)
                self.assertEqual(run.returncode, 5, err)
                self.assertEqual(out, "")
                for word in [number.name, f"{path}.checkpoint", "--resume"]:
                    self.assertIn(word, err)
                self.assertFalse(path.exists())
                checkpoint = Path(f"{path}.checkpoint")
                self.assertEqual(attribute(checkpoint, "stop_reason"), number.name)
                self.assertIn("not finished", self.expect(0, "show", checkpoint).stdout)
                self.expect(0, *command, "--resume", "--lanes", "1")
                self.same_bytes(path, whole)
                self.assertFalse(checkpoint.exists())

    def test_a_time_limit_stops_however_short_and_every_run_gets_further(self):
        path = self.folder / "out.h5"
        limited = ["run", BASELINE, *SMALL, "-o", path, *RUN, "--time-limit", "0.001"]
        done = []
        for more in [[], ["--resume"], ["--resume"]]:
            self.assertIn("time limit", self.expect(5, *limited, *more).stderr)
            self.assertEqual(self.names()[0], "out.h5.checkpoint")
            done.append(int(attribute(f"{path}.checkpoint", "paths_done")))
        self.assertEqual(done, [BATCH, 2 * BATCH, 3 * BATCH])
        self.assertEqual(self.names(), ["out.h5.checkpoint", "out.h5.checkpoint.previous"])
        self.assertEqual(attribute(f"{path}.checkpoint.previous", "paths_done"), 2 * BATCH)
        self.run_small("out.h5", *RUN, "--resume")
        self.assertEqual(self.names(), ["out.h5"])

    def test_stopped_while_shortfall_is_attributed_no_path_is_lost(self):
        path = self.folder / "out.h5"
        command = ["run", BASELINE, "--set", "clock.years=1", "--no-volatile", "-o", path, "--paths", 2000, "--quiet"]
        run = self.start(*command[:-1], "--progress", "json", "--threads", "1", "--lanes", "1", "--attribution", "all")
        for line in run.stderr:
            if '"paths_done":2000' in line:
                break
        run.send_signal(signal.SIGTERM)
        _, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 5, err)
        with h5py.File(f"{path}.checkpoint") as file:
            self.assertEqual(file.attrs["paths_done"], 2000)
            self.assertEqual(file["accumulators/block_digest"].shape, (1,))
        again = json.loads(self.expect(0, *command, "--resume", "--json").stdout)
        self.assertEqual((again["paths"], again["paths_begun_with"]), (2000, 2000))

    def test_a_precision_ends_the_run_at_the_same_path(self):
        whole = self.run_small("whole.h5", *PRECISE)
        self.assertEqual(attribute(whole, "stop_reason"), "precision")
        self.assertEqual(looks(whole)[0], 4096)
        done = int(attribute(whole, "paths_done"))
        self.assertGreater(done, 5120, "it was not the first look that ended it")
        path = self.folder / "out.h5"
        for paths in [500 * k for k in range(1, 9)] + [4096, 4596]:  # a batch ends at a look
            more = ["--resume"] if paths > 500 else []
            self.run_small("out.h5", *PRECISE, "--time-limit", "0.001", *more, code=5)
            self.assertEqual(int(attribute(f"{path}.checkpoint", "paths_done")), paths)
            self.assertEqual(looks(f"{path}.checkpoint"), [4096] if paths >= 4096 else None)
        self.run_small("out.h5", *PRECISE, "--resume")
        self.same_bytes(path, whole)

    def test_a_precision_that_was_reached_before_the_run_was_stopped_still_ends_it(self):
        """Stopped between its last look and its result: no path more is sampled."""
        whole = self.run_small("whole.h5", *PRECISE)
        done = int(attribute(whole, "paths_done"))
        path = self.folder / "out.h5"
        run = self.start("run", BASELINE, *SMALL[:-1], "-o", path, *PRECISE, "--progress", "json")
        for line in run.stderr:
            if '"paths_done"' in line:
                break
        path.write_text("in the way")  # so that the result cannot be written
        run.communicate(timeout=120)
        self.assertEqual(run.returncode, 4)
        path.unlink()
        self.assertEqual(int(attribute(f"{path}.checkpoint", "paths_done")), done)
        self.run_small("out.h5", *PRECISE, "--resume", "--json")
        said = json.loads(self.said.stdout)
        self.assertEqual((said["paths"], said["paths_begun_with"], said["stop_reason"]), (done, done, "precision"))
        self.same_bytes(path, whole)

    def test_uncertain_inputs_go_on_within_a_draw(self):
        whole = self.run_draws("whole.h5", *UNCERTAIN_RUN)
        path = self.run_draws("out.h5", *UNCERTAIN_RUN, "--time-limit", "0.001", code=5)
        self.run_draws("out.h5", *UNCERTAIN_RUN, "--time-limit", "0.001", "--resume", code=5)
        with h5py.File(f"{path}.checkpoint") as file:
            self.assertEqual(list(file["uncertain/paths"]), 6 * [PER_DRAW] + [2 * BATCH - 6 * PER_DRAW])
        self.run_draws("out.h5", *UNCERTAIN_RUN, "--resume")
        self.same_bytes(path, whole)

    def test_an_unfinished_run_is_not_forgotten_by_mistake(self):
        path = self.run_small("out.h5", *RUN, "--time-limit", "0.001", code=5)
        self.run_small("out.h5", *RUN, code=4)
        for word in ["out.h5.checkpoint", "--resume", "--overwrite"]:
            self.assertIn(word, self.said.stderr)
        left = Path(f"{path}.checkpoint").rename(f"{path}.checkpoint.previous")
        self.run_small("out.h5", *RUN, code=4)
        self.assertIn(f"{left} is there", self.said.stderr)
        self.run_small("out.h5", *RUN, "--overwrite")
        self.assertEqual(self.names(), [path.name])


class Refused(Case):
    def test_another_run_is_not_resumed_and_the_difference_is_said(self):
        path = self.run_small("out.h5", *RUN, "--time-limit", "0.001", code=5)
        before = Path(f"{path}.checkpoint").read_bytes()
        for more, words in [
            (["--seed", 7], ["seeds differ", "1", "7"]),
            (["--paths", 5000], ["paths = 6000", "paths = 5000"]),
            (["--set", "bloc.pooling=false"], ["[bloc]", "pooling = true", "pooling = false"]),
            (["--set", "nodes[gallium,refine,CHN].growth_per_yr=0.5"], ["[network]", "gallium,refine,CHN"]),
            (["--samples", 10], ["--samples 1000", "--samples 10"]),
        ]:
            with self.subTest(more=more):
                options = [] if more[0] in ("--paths", "--samples") else more
                run = list(RUN)
                if not options:
                    run[run.index(more[0]) + 1] = more[1]
                self.run_small("out.h5", *run, "--resume", *options, code=4)
                for word in words:
                    self.assertIn(word, self.said.stderr)
        self.run_small("out.h5", *RUN[2:], "--path-range", "0:50", "--resume", code=4)
        self.assertEqual(Path(f"{path}.checkpoint").read_bytes(), before)
        self.assertEqual(self.names(), ["out.h5.checkpoint"])

    def test_another_precision_is_not_resumed(self):
        path = self.run_small("out.h5", *PRECISE, "--time-limit", "0.001", code=5)
        before = Path(f"{path}.checkpoint").read_bytes()
        begun = "--precision 0.05 on shortfall.mean for JPN,gallium after at least 4096 paths"
        for changed, value, words in [
            ("--precision", "0.04", "--precision 0.04 on"),
            ("--precision-on", "loss.mean", "on loss.mean"),
            ("--for", "KOR,gallium", "for KOR,gallium"),
            ("--min-paths", 5000, "5000 paths"),
        ]:
            with self.subTest(changed=changed):
                run = list(PRECISE)
                run[run.index(changed) + 1] = value
                self.run_small("out.h5", *run, "--resume", code=4)
                for word in [begun, words]:
                    self.assertIn(word, self.said.stderr)
        self.run_small("out.h5", "--paths", 30_000, *PRECISE[10:], "--resume", code=4)
        self.assertIn("now no --precision is asked for", self.said.stderr)
        self.assertEqual(Path(f"{path}.checkpoint").read_bytes(), before)

    def test_nothing_to_resume_and_nonsense_are_said(self):
        self.run_small("out.h5", "--paths", 100, "--resume", code=4)
        self.assertIn("no checkpoint", self.said.stderr)
        for bad in ["-1", "nan", "inf", "1e10", "soon", ""]:
            for option in ["--time-limit", "--checkpoint-every"]:
                with self.subTest(option=option, bad=bad):
                    self.run_small("out.h5", f"{option}={bad}", code=2)
                    self.assertIn(option, self.said.stderr)
        self.run_small("out.h5", "--time-limit=0", code=2)
        self.assertEqual(self.names(), [])


class Broken(Case):
    def test_a_broken_checkpoint_gives_way_to_the_one_before(self):
        whole = self.run_small("whole.h5", *RUN)
        path = self.run_small("out.h5", *RUN, "--time-limit", "0.001", code=5)
        self.run_small("out.h5", *RUN, "--time-limit", "0.001", "--resume", code=5)
        latest = Path(f"{path}.checkpoint")
        latest.write_bytes(latest.read_bytes()[:5000])
        loud = [option for option in SMALL if option != "--quiet"]
        said = self.expect(0, "run", BASELINE, *loud, "-o", path, *RUN, "--resume").stderr
        self.assertIn("checkpoint before", said)
        self.same_bytes(path, whole)
        self.assertEqual(self.names(), ["out.h5", "whole.h5"])

    def test_a_flipped_bit_is_not_built_upon(self):
        """In any variable, also in those that lie in the file as they are, without a checksum of HDF5's."""
        whole = self.run_small("whole.h5", *RUN)
        path = self.run_small("out.h5", *RUN, "--time-limit", "0.001", code=5)
        latest, numbers = Path(f"{path}.checkpoint"), random.Random(20270101)
        right = latest.read_bytes()
        with h5py.File(latest) as file:
            plain = [span for span in data_bytes(latest) if file[span[2]].chunks is None]
        spans = [span for span in plain if "accumulators" in span[2]]
        for offset, size, name in numbers.sample(spans, 6):
            content = bytearray(right)
            content[offset + numbers.randrange(size)] ^= 1 << numbers.randrange(8)
            latest.write_bytes(content)
            with self.subTest(name=name):
                self.run_small("out.h5", *RUN, "--resume", code=4)
                self.assertIn("damaged", self.said.stderr)
                self.assertFalse(path.exists())
        latest.write_bytes(right)
        self.run_small("out.h5", *RUN, "--time-limit", "0.001", "--resume", code=5)
        content = bytearray(latest.read_bytes())
        offset, size, _ = next(span for span in data_bytes(latest) if span[2] == "accumulators/block_digest")
        content[offset] ^= 1
        latest.write_bytes(content)
        self.run_small("out.h5", *RUN, "--resume")  # from the one before
        self.same_bytes(path, whole)

    def test_a_full_disk_costs_no_checkpoint_that_was_there(self):
        path = self.run_small("out.h5", *RUN, "--time-limit", "0.001", code=5)
        before = Path(f"{path}.checkpoint").read_bytes()
        self.assertGreater(len(before), 65536)
        self.run_small("out.h5", *RUN, "--resume", "--time-limit", "0.001", code=4, preexec_fn=small_files)
        for word in ["could not be kept", "File too large", "still there"]:
            self.assertIn(word, self.said.stderr)
        self.assertEqual(self.names(), ["out.h5.checkpoint"])
        self.assertEqual(Path(f"{path}.checkpoint").read_bytes(), before)

    def test_checkpoints_that_fail_do_not_end_the_run(self):
        self.run_small("out.h5", *RUN, *OFTEN, code=4, preexec_fn=small_files)
        self.assertIn("the run goes on", self.said.stderr)
        self.assertIn("out.h5: cannot write", self.said.stderr)
        self.assertEqual(self.names(), [])

    def test_a_result_that_cannot_be_written_leaves_its_paths(self):
        """Somebody else puts a file there while the run goes on."""
        path = self.folder / "out.h5"
        run = self.start("run", BASELINE, *SMALL[:-1], "-o", path, *RUN, "--progress", "json")
        for line in run.stderr:
            if '"paths_done"' in line:
                break
        path.write_text("mine")
        _, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 4, err)
        self.assertIn("--resume", err)
        self.assertEqual(path.read_text(), "mine")
        self.run_small("out.h5", *RUN, "--resume", "--overwrite")
        self.same_bytes(path, self.run_small("whole.h5", *RUN))


class Killed(Case):
    """SIGKILL at random moments, every second one in the midst of a write."""

    RUNS = {"all of its paths": (BASELINE, RUN, BATCH), "up to a precision": (BASELINE, PRECISE, 500),
            "with uncertain inputs": (UNCERTAIN, UNCERTAIN_RUN, BATCH)}

    def kill(self, run, random_numbers):
        """Gives back the paths that the program said were done. It may have finished."""
        if random_numbers.random() < 0.5:
            time.sleep(random_numbers.uniform(0, 2))
        else:
            self.wait_for_writes(run, random_numbers.randint(2, 8))
            time.sleep(random_numbers.uniform(0, 0.01))
        run.kill()
        _, err = run.communicate(timeout=120)
        self.assertIn(run.returncode, [0, -signal.SIGKILL], err)
        lines = [json.loads(line) for line in err.splitlines() if '"paths_done"' in line and line.endswith("}")]
        return lines[-1]["paths_done"] if lines else 0

    def wait_for_writes(self, run, count):
        """Until the program begins its count-th write, or ends."""
        seen = set()
        while run.poll() is None and len(seen) < count:
            seen |= {entry.inode() for entry in os.scandir(self.folder) if entry.name.endswith(".tmp")}
            time.sleep(0.0005)  # short beside a write, and leaves the processor to the program

    def readable(self, path):
        """Paths in the newest of the checkpoints; every one of them can be read."""
        done = [0]
        for name in [f"{path}.checkpoint", f"{path}.checkpoint.previous"]:
            if Path(name).exists():
                self.expect(0, "show", name)
                done.append(int(attribute(name, "paths_done")))
        return max(done)

    def test_a_kill_costs_one_interval_at_most_and_the_bytes_are_the_same(self):
        random_numbers = random.Random(20270101)
        for name, (scenario, options, batch) in self.RUNS.items():
            with self.subTest(run=name):
                self.kill_until_done(scenario, options, batch, math.ceil(KILLS / len(self.RUNS)), random_numbers)

    def kill_until_done(self, scenario, options, batch, least_kills, random_numbers):
        whole = self.run_small("whole.h5", *options, "--overwrite", scenario=scenario)
        path, kills, finished, before = self.folder / "out.h5", 0, 0, 0
        for name in self.names():
            if name.startswith(path.name):  # A kill after the last write leaves a checkpoint beside a result.
                (self.folder / name).unlink()
        while kills < least_kills or not path.exists():
            self.assertLess(kills, 20 * KILLS, "the run does not get on")
            if path.exists():
                self.same_bytes(path, whole)
                path.unlink()
                finished, before = finished + 1, 0
            more = ["--resume"] if self.readable(path) else []
            run = self.start("run", scenario, *SMALL[:-1], "-o", path, *options, *OFTEN, "--progress", "json", *more)
            said = self.kill(run, random_numbers)
            kills += run.returncode != 0
            if path.exists():
                continue
            done = self.readable(path)
            self.assertGreaterEqual(done, before, "no checkpoint may be lost")
            self.assertGreaterEqual(done, said - batch, "one interval, here a batch, may be lost")
            before = done
        self.same_bytes(path, whole)
        print(f"{kills} kills, {finished + 1} runs finished", file=sys.stderr, flush=True)

    def test_what_killed_writers_left_is_cleared_away(self):
        path, left = self.folder / "out.h5", []
        for _ in range(12):
            more = ["--resume"] if self.readable(path) else []
            run = self.start("run", BASELINE, *SMALL, "-o", path, *RUN, *OFTEN, *more)
            self.wait_for_writes(run, 3)
            run.kill()
            run.communicate(timeout=120)
            left = [name for name in self.names() if name.endswith(".tmp")]
            if left:
                break
        self.assertNotEqual(left, [], "no kill met a write: this test shows nothing")
        self.run_small("out.h5", *RUN, "--resume")
        self.assertEqual(self.names(), ["out.h5"])


if __name__ == "__main__":
    Case.program = str(Path(sys.argv.pop(1)).resolve())
    if "--kills" in sys.argv:
        at = sys.argv.index("--kills")
        KILLS = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    unittest.main(verbosity=2)
