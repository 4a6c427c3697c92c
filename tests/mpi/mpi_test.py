"""Runs on several ranks: the bytes of a single process, whoever stops or dies.

    mpi_test.py PATH_OF_BLOCRISK PATH_OF_MPIRUN [unittest options], in the source folder's root
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

import h5py

from ranks import BASELINE, SMALL, Case, rank_processes

PATHS = 6_000
RANKS = (1, 2, 3, 5)
UNCERTAIN = ["configs/uncertain_rates/scenario.toml", "--set", "clock.years=1", "--set", "sampling.paths_per_draw=128",
             "--set", 'bloc.members=["JPN","KOR"]', "--attribution", 300, "--no-volatile", "--quiet"]


def is_open_mpi():
    return "Open" in subprocess.run([Case.mpirun, "--version"], capture_output=True, text=True, check=False).stdout


def lanes_here(case):
    return json.loads(case.expect(0, 0, "devices", "--json").out)["cpu"]["lanes"]


def starve(pid):
    """Lets a process have no more memory than it held at its least, and a little to say so."""
    sizes = []
    # A batch takes some 16 MiB: its least and its most were both seen.
    while not sizes or max(sizes) - min(sizes) < 8 << 20:
        sizes.append(int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize())
        time.sleep(0.001)
    limit = min(sizes) + (1 << 20)
    resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))


class SameBytes(Case):
    def test_of_a_single_process_from_any_number_of_ranks(self):
        run = ["--paths", PATHS, "--samples", 3000, "--seed", 7]
        whole = self.run_small(0, "whole.h5", *run, "--batch", 777)
        lanes = lanes_here(self)
        for n_ranks in RANKS:
            # Calls of several pieces, calls shorter than a piece, and what the program chooses.
            for more in [["--batch", 2500, "--lanes", lanes[0]], ["--lanes", lanes[-1], "--threads", 2]]:
                with self.subTest(ranks=n_ranks, options=more):
                    self.same_bytes(self.run_small(n_ranks, "ranks.h5", *run, *more, "--overwrite"), whole)

    def test_where_a_range_begins_within_blocks_and_all_paths_are_attributed(self):
        small = [*SMALL[:SMALL.index("--attribution")], "--attribution", "all", "--no-volatile", "--quiet"]
        run = ["run", BASELINE, *small, "--path-range", "65000:67001", "--samples", 5000]
        self.expect(0, 0, *run, "-o", self.folder / "whole.h5")
        self.expect(0, 3, *run, "-o", self.folder / "ranks.h5")
        self.same_bytes(self.folder / "ranks.h5", self.folder / "whole.h5")

    def test_where_the_run_stops_at_a_precision(self):
        run = ["--precision", 0.05, "--precision-on", "shortfall.mean", "--for", "JPN,gallium"]
        whole = self.run_small(0, "whole.h5", *run)
        with h5py.File(whole) as file:
            self.assertEqual(file.attrs["stop_reason"], "precision")
        for n_ranks in (2, 3):
            self.same_bytes(self.run_small(n_ranks, f"{n_ranks}.h5", *run), whole)

    def test_where_inputs_are_uncertain(self):
        run = ["run", *UNCERTAIN, "--paths", 3072, "--samples", 250]
        whole = self.folder / "whole.h5"
        self.expect(0, 0, *run, "-o", whole)
        for n_ranks, batch in ((2, 3072), (3, 1730)):
            path = self.folder / f"{n_ranks}.h5"
            self.expect(0, n_ranks, *run, "--batch", batch, "-o", path)
            self.same_bytes(path, whole)

    def test_and_says_who_computed(self):
        path = self.folder / "out.h5"
        small = [word for word in SMALL if word not in ("--no-volatile", "--quiet")]
        done = self.expect(0, 3, "run", BASELINE, *small, "--paths", 1000, "--lanes", 1, "-o", path)
        self.assertEqual(done.err.count("3 ranks on 1 machine"), 1, done.err)
        self.assertEqual(done.out.count("result: "), 1, done.out)
        with h5py.File(path) as file:
            self.assertEqual(file.attrs["backend"], "cpu")
            self.assertIn("3 ranks on 1 machine, each ", file.attrs["devices"])


class Mistakes(Case):
    def told_once(self, code, *arguments, n_ranks=3, words=()):
        done = self.expect(code, n_ranks, *arguments)
        self.assertEqual(done.err.count("blocrisk: "), 1, done.err)
        for word in words:
            self.assertIn(word, done.err)
        self.assertEqual(done.out, "")

    def test_are_told_once_with_their_exit_code(self):
        out = self.folder / "out.h5"
        self.told_once(2, "run", BASELINE, "--path", "10", words=["--path"])
        self.told_once(2, "run", BASELINE, "--threads", 2, "--devices", 0, "-o", out)
        self.told_once(2, "run", BASELINE, "--mpi", "perhaps", words=["perhaps"])
        self.told_once(3, "run", BASELINE, "--set", "bloc.retaliation=-1", "-o", out, words=["retaliation"])
        self.told_once(4, "run", self.folder / "none.toml", words=["none.toml"])
        out.write_text("mine")
        self.told_once(4, "run", BASELINE, *SMALL, "-o", out, words=["--overwrite"])
        self.assertEqual(out.read_text(), "mine")

    def test_help_is_printed_once(self):
        done = self.expect(0, 3, "run", "--help")
        self.assertEqual(done.out.count("Usage"), 1, done.out)

    def test_of_a_draw_that_another_rank_meets_are_told_once(self):
        out = self.folder / "out.h5"
        text = (f'extends = "{BASELINE}"\nname = "impossible"\n[clock]\nyears = 1\n[sampling]\npaths_per_draw = 10\n'
                '[[uncertain]]\nname = "severity"\naddress = "instrument.ban.initial_severity"\n'
                'distribution = "uniform"\nlow = 0.9\nhigh = 1.1\n')
        scenario = self.folder / "scenario.toml"
        scenario.write_text(text)
        done = self.expect(3, 3, "run", scenario, "--paths", 2000, "--attribution", "none", "-o", out)
        self.assertEqual(done.err.count("blocrisk: "), 1, done.err)
        self.assertFalse(out.exists())

    def test_a_build_is_asked_for_mpi_without_a_launcher(self):
        alone = self.run_small(0, "alone.h5", "--paths", 1000)
        self.same_bytes(self.run_small(0, "one.h5", "--paths", 1000, "--mpi", "on"), alone)

    def test_ranks_may_be_runs_of_their_own(self):
        script = f"exec {self.program} run {BASELINE} $0 $@ --mpi off -o {self.folder}/$OMPI_COMM_WORLD_RANK$PMI_RANK.h5"
        program, Case.program = Case.program, "sh"
        try:
            self.expect(0, 2, "-c", script, *SMALL, "--paths", 1000)
        finally:
            Case.program = program
        self.same_bytes(self.folder / "0.h5", self.folder / "1.h5")


class Disturbed(Case):
    # Long enough to be met in the midst, by slow lanes and many small calls.
    SLOW = ["--samples", 1000, "--lanes", 1, "--threads", 1, "--batch", 2000]
    RUN = ["--paths", 20_000, *SLOW]

    def begin(self, n_ranks, name, run):
        path = self.folder / name
        process = self.start(n_ranks, "run", BASELINE, *SMALL, *run, "-o", path, "--checkpoint-every", "1e-6")
        return path, process

    def goes_on(self, path, n_ranks=2):
        """On as many ranks, to the bytes of a run that nobody disturbed."""
        whole = self.run_small(0, "whole.h5", *self.RUN)
        done = self.run_small(n_ranks, path.name, *self.RUN, "--resume")
        self.same_bytes(done, whole)
        self.assertFalse(Path(f"{path}.checkpoint").exists())

    def checkpoint_of(self, path):
        return Path(f"{path}.checkpoint")

    def begun(self, name, run):
        """The path and process of a run that has a checkpoint."""
        path, process = self.begin(3, name, run)
        self.wait_until(self.checkpoint_of(path).exists, process)
        return path, process

    def stopped_by(self, number, path, process):
        # MPICH's mpiexec exits with the signal's number.
        self.assertIn(process.returncode, (5,) if is_open_mpi() else range(1, 256), process.err)
        self.assertIn("--resume", process.err)
        self.assertEqual(process.err.count("blocrisk: "), 1, process.err)
        self.assertFalse(path.exists())
        with h5py.File(self.checkpoint_of(path)) as file:
            self.assertEqual(file.attrs["stop_reason"], number.name)

    def test_a_signal_leaves_a_checkpoint_that_goes_on_to_the_same_bytes(self):
        path, process = self.begun("out.h5", self.RUN)
        self.interrupt(process, signal.SIGUSR1)
        self.stopped_by(signal.SIGUSR1, path, process)
        self.goes_on(path, n_ranks=0)

    def test_a_signal_to_all_ranks_leaves_a_checkpoint(self):
        """As batch systems send it."""
        path, process = self.begun("out.h5", ["--paths", 400_000, *self.SLOW])
        for rank in rank_processes(process.pid).values():
            os.kill(rank, signal.SIGTERM)
        process.out, process.err = process.communicate(timeout=120)
        self.stopped_by(signal.SIGTERM, path, process)

    def test_a_launcher_that_waits_for_nobody_leaves_a_checkpoint(self):
        """Open MPI's kills a second after SIGTERM, perhaps in the midst of one: the one before is whole."""
        path, process = self.begun("out.h5", ["--paths", 400_000, *self.SLOW])
        self.interrupt(process, signal.SIGTERM)
        self.assertNotEqual(process.returncode, 0)
        self.assertFalse(path.exists())
        kept = [Path(f"{path}.checkpoint{of}") for of in ("", ".previous")]
        self.expect(0, 0, "show", next(file for file in kept if file.exists()))

    def test_a_time_limit_stops_all_and_exits_with_5(self):
        path = self.folder / "limit.h5"
        done = self.expect(5, 3, "run", BASELINE, *SMALL, *self.RUN, "-o", path, "--time-limit", "0.001")
        self.assertIn("time limit", done.err)
        self.assertEqual(done.err.count("blocrisk: "), 1, done.err)
        self.goes_on(path, n_ranks=3)

    def test_a_killed_rank_ends_the_job_and_its_checkpoint_goes_on(self):
        path, process = self.begun("killed.h5", self.RUN)
        os.kill(rank_processes(process.pid)[2], signal.SIGKILL)
        process.communicate(timeout=120)
        self.assertNotEqual(process.returncode, 0)
        self.assertFalse(path.exists())
        self.goes_on(path)

    def test_a_rank_that_runs_out_of_memory_costs_no_path_that_was_done(self):
        """Batches take megabytes that they give back. Whether it is MPI that asks for them first when no more are
        left, or the rank itself, is chance."""
        run = ["run", BASELINE, "--no-volatile", "--quiet", "--attribution", "none", "--paths", 20_000,
               "--threads", 1, "--batch", 3000]
        path = self.folder / "starved.h5"
        process = self.start(3, *run, "-o", path, "--checkpoint-every", "1e-6")
        self.wait_until(self.checkpoint_of(path).exists, process)
        starve(rank_processes(process.pid)[1])
        _, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 4, err)
        self.assertRegex(err, "rank 1: (MPI failed|out of memory)")
        self.assertIn("--resume", err)
        self.assertEqual(err.count("blocrisk: "), 1, err)
        self.expect(0, 0, *run, "-o", self.folder / "whole.h5")
        self.expect(0, 2, *run, "-o", path, "--resume")
        self.same_bytes(path, self.folder / "whole.h5")


if __name__ == "__main__":
    Case.program, Case.mpirun = os.path.abspath(sys.argv[1]), sys.argv[2]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
