"""What the tests of long runs share: the program, a small scenario, and cases with a folder."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py

BASELINE = Path("configs/baseline/scenario.toml").resolve()
# A year instead of five, two members, few paths to attribute: as much program in less time.
SMALL = ["--set", "clock.years=1", "--set", 'bloc.members=["JPN","KOR"]', "--attribution", "300", "--no-volatile", "--quiet"]


class Case(unittest.TestCase):
    program = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, *arguments, **options):
        return subprocess.Popen([self.program, *map(str, arguments)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **options)

    def expect(self, code, *arguments, **options):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True,
                              timeout=300, **options)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def run_small(self, name, *arguments, code=0, **options):
        """Exit code checked; gives back the path of the result."""
        path = self.folder / name
        self.said = self.expect(code, "run", BASELINE, *SMALL, "-o", path, *arguments, **options)
        return path

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def same_bytes(self, a, b):
        self.assertTrue(a.read_bytes() == b.read_bytes(), f"{a.name} and {b.name} differ")


def attribute(path, name):
    with h5py.File(path) as file:
        return file.attrs[name]
