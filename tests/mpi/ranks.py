"""What the tests of MPI share: runs on so many ranks of this machine, and looking at single ranks."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
from long_runs import BASELINE, SMALL  # noqa: E402

# More ranks than processors, by whoever runs the tests. Waiting ranks leave them to others.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    # MPI itself leaks.
    "ASAN_OPTIONS": "detect_leaks=0",
}
RANK_NAMES = (b"OMPI_COMM_WORLD_RANK", b"PMI_RANK")


def is_ours(name):
    return not name.startswith(("OMPI_", "PMI", "SLURM_"))


def environment():
    """This one, but not as a rank of whatever started the test."""
    return {name: value for name, value in os.environ.items() if is_ours(name)} | ENVIRONMENT


def rank_processes(launcher):
    """Rank -> process number, of the ranks below a launcher."""
    parents, ranks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid = int(folder.name)
            parents[pid] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            variables = (folder / "environ").read_bytes().split(b"\0")
            named = dict(one.split(b"=", 1) for one in variables if b"=" in one)
            program = (folder / "cmdline").read_bytes().split(b"\0")[0]
        except (OSError, ValueError):
            continue
        for name in RANK_NAMES:
            if name in named and program == os.fsencode(Case.program):
                ranks[int(named[name])] = pid
    def is_below(pid):
        while pid > 1 and pid != launcher:
            pid = parents.get(pid, 0)
        return pid == launcher
    return {rank: pid for rank, pid in ranks.items() if is_below(pid)}


class Case(unittest.TestCase):
    program = mpirun = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, n_ranks, *arguments, **options):
        """On so many ranks; 0: without a launcher."""
        launcher = [self.mpirun, "-n", str(n_ranks)] if n_ranks else []
        return subprocess.Popen([*launcher, self.program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=environment(), **options)

    def expect(self, code, n_ranks, *arguments, **options):
        process = self.start(n_ranks, *arguments, **options)
        try:
            process.out, process.err = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            process.terminate()
            raise
        self.assertEqual(process.returncode, code, f"{n_ranks} ranks: {arguments}\n{process.out}\n{process.err}")
        return process

    def run_small(self, n_ranks, name, *arguments, code=0):
        """Exit code checked; gives back the path of the result."""
        path = self.folder / name
        self.said = self.expect(code, n_ranks, "run", BASELINE, *SMALL, "-o", path, *arguments)
        return path

    def same_bytes(self, a, b):
        self.assertTrue(Path(a).read_bytes() == Path(b).read_bytes(), f"{a} and {b} differ")

    def wait_until(self, is_so, process):
        """Of a run that has long to go."""
        while not is_so():
            self.assertIsNone(process.poll(), "the run ended before it could be disturbed")
            time.sleep(0.02)

    def interrupt(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        process.out, process.err = process.communicate(timeout=120)
        return process
