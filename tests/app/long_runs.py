"""What the tests of long runs share: the program, a small scenario, and cases with a folder."""

import hashlib
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py

BASELINE = Path("configs/baseline/scenario.toml").resolve()
UNCERTAIN = Path("configs/uncertain_rates/scenario.toml").resolve()
# A year instead of five, two members, few paths to attribute: as much program in less time.
SMALL = ["--set", "clock.years=1", "--set", 'bloc.members=["JPN","KOR"]', "--attribution", "300", "--no-volatile", "--quiet"]
# Of an uncertain scenario: draws of few paths, so that there are many, and batches cut some.
PER_DRAW = 64
DRAWS = ["--set", f"sampling.paths_per_draw={PER_DRAW}"]


def seal(path):
    """Seals a file that a test has changed, as the program seals what it writes."""
    content = path.read_bytes()
    digits = hashlib.sha256(content).hexdigest()
    path.write_bytes(content + f"blocrisk seal, SHA-256 of all bytes before this line: {digits}\n".encode())


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

    def run_small(self, name, *arguments, code=0, scenario=BASELINE, **options):
        """Exit code checked; gives back the path of the result."""
        path = self.folder / name
        self.said = self.expect(code, "run", scenario, *SMALL, "-o", path, *arguments, **options)
        return path

    def run_draws(self, name, *arguments, **options):
        """Likewise, with uncertain inputs."""
        return self.run_small(name, *DRAWS, *arguments, scenario=UNCERTAIN, **options)

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def same_but_for(self, a, b, group):
        """The same values in every variable of `b` but those of one group."""
        with h5py.File(a) as one, h5py.File(b) as other:
            names = []
            other.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
            self.assertGreater(len(names), 100)
            for name in names:
                if name.startswith(f"{group}/"):
                    continue
                mine, others = one[name][...], other[name][...]
                is_text = mine.dtype.kind == "O"
                self.assertEqual(*[list(a) if is_text else a.tobytes() for a in (mine, others)], name)

    def same_bytes(self, a, b):
        self.assertTrue(a.read_bytes() == b.read_bytes(), f"{a.name} and {b.name} differ")


def data_bytes(path):
    """(offset, size, name) of the values of every variable in the file."""
    spans = []

    def visit(name, item):
        if not isinstance(item, h5py.Dataset) or item.dtype.kind == "O" or item.size == 0:
            return
        if item.chunks is None:
            spans.append((item.id.get_offset(), item.id.get_storage_size(), name))
            return
        for k in range(item.id.get_num_chunks()):
            chunk = item.id.get_chunk_info(k)
            spans.append((chunk.byte_offset, chunk.size, name))

    with h5py.File(path) as file:
        file.visititems(visit)
    return spans


def looks(path):
    """Counts of paths in the history of a file, or None where it has none."""
    with h5py.File(path) as file:
        return list(file["convergence/paths_done"]) if "convergence" in file else None


def attribute(path, name):
    with h5py.File(path) as file:
        return file.attrs[name]
