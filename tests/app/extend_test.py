"""Results with paths added to them.

    extend_test.py PATH_OF_BLOCRISK [unittest options], in the source folder's root
"""

import sys
import unittest
from pathlib import Path

import h5py

from long_runs import BASELINE, PER_DRAW, SMALL, Case, attribute, looks


class Extend(Case):
    def test_more_paths_are_those_of_a_run_from_scratch(self):
        whole = self.run_small("whole.h5", "--paths", 1500, "--samples", 200)
        for name, scenario in [("stored.h5", []), ("file.h5", [BASELINE, *SMALL[:4]])]:
            path = self.run_small(name, "--paths", 600, "--samples", 200)
            self.expect(0, "run", *scenario, "--extend", path, "--paths", 1500, "--no-volatile", "--lanes", "1")
            self.same_bytes(path, whole)
        path = self.run_small("kept.h5", "--paths", 600, "--samples", 200)
        before = path.read_bytes()
        self.expect(0, "run", "--extend", path, "--paths", 1500, "--no-volatile", "-o", self.folder / "more.h5")
        self.same_bytes(self.folder / "more.h5", whole)
        self.assertEqual(path.read_bytes(), before)

    def test_an_extension_that_is_stopped_goes_on(self):
        whole = self.run_small("whole.h5", "--paths", 1500)
        path = self.run_small("out.h5", "--paths", 600)
        command = ["run", "--extend", path, "--paths", 1500, "--no-volatile", "--quiet", "--batch", 100]
        self.expect(5, *command, "--time-limit", "0.001")
        self.assertEqual(int(attribute(f"{path}.checkpoint", "paths_done")), 700)
        self.assertEqual(int(attribute(path, "paths_done")), 600)
        self.expect(0, *command, "--resume")
        self.same_bytes(path, whole)
        self.assertEqual(self.names(), ["out.h5", "whole.h5"])

    def test_the_history_is_that_of_a_run_from_scratch(self):
        """Looks that a longer run has not are dropped: the end of the shorter, and what is before a 32nd."""
        whole = self.run_small("whole.h5", "--paths", 9000)
        path = self.run_small("out.h5", "--paths", 5000)
        self.assertEqual(looks(path), [4096, 5000])
        self.expect(0, "run", "--extend", path, "--paths", 9000, "--no-volatile", "--attribution", 300)
        self.assertEqual(looks(path), [4096, 8192, 9000])
        self.same_bytes(path, whole)
        long = 33 * 4096
        self.expect(0, "run", "--extend", path, "--paths", long, "--no-volatile", "--attribution", 300)
        self.assertEqual(looks(path), [8192, 16384, 32768, 65536, 131072, long])
        self.same_bytes(path, self.run_small("long.h5", "--paths", long))

    def test_a_result_that_a_precision_ended_is_extended_too(self):
        precision = ["--precision-on", "shortfall.mean", "--for", "JPN,gallium", "--min-paths", 4096, "--paths", 30_000]
        path = self.run_small("out.h5", "--precision", 0.08, *precision)
        done = int(attribute(path, "paths_done"))
        self.expect(0, "run", "--extend", path, "--paths", 30_000, "--no-volatile", "--attribution", 300,
                    "-o", self.folder / "all.h5")
        self.same_bytes(self.folder / "all.h5", self.run_small("whole.h5", "--paths", 30_000))
        self.expect(0, "run", "--extend", path, "--precision", 0.05, *precision, "--no-volatile", "--attribution", 300)
        self.assertGreater(int(attribute(path, "paths_done")), done)
        self.same_bytes(path, self.run_small("precise.h5", "--precision", 0.05, *precision))

    def test_a_precision_is_asked_of_a_result_from_its_end_on(self):
        path = self.run_small("out.h5", "--paths", 9000)
        self.expect(0, "run", "--extend", path, "--precision", 0.3, "--for", "JPN,gallium", "--paths", 30_000,
                    "--min-paths", 4096, "--no-volatile", "--attribution", 300)
        with h5py.File(path) as file:
            self.assertEqual(file.attrs["stop_reason"], "precision")
            self.assertLessEqual(file.attrs["precision_reached"], 0.3)
        done = int(attribute(path, "paths_done"))
        self.assertGreater(done, 9000)
        self.same_but_for(path, self.run_small("whole.h5", "--paths", done), "convergence")
        self.expect(0, "verify", path, "--share", 1)

    def test_uncertain_inputs_are_extended_by_whole_draws(self):
        whole = self.run_draws("whole.h5", "--paths", 24 * PER_DRAW, "--samples", 100)
        path = self.run_draws("out.h5", "--paths", 10 * PER_DRAW, "--samples", 100)
        said = self.expect(2, "run", "--extend", path, "--paths", 24 * PER_DRAW + 1).stderr
        self.assertIn("whole draws", said)
        self.expect(0, "run", "--extend", path, "--paths", 24 * PER_DRAW, "--no-volatile", "--lanes", "1")
        self.same_bytes(path, whole)

    def test_a_path_range_is_extended_as_one(self):
        whole = self.run_small("whole.h5", "--path-range", "100:900")
        path = self.run_small("out.h5", "--path-range", "100:300")
        self.expect(0, "run", "--extend", path, "--path-range", "100:900", "--no-volatile", "--attribution", 300)
        self.same_bytes(path, whole)

    def test_what_does_not_fit_is_refused_in_words(self):
        path = self.run_small("out.h5", "--paths", 600, "--samples", 100)
        before = path.read_bytes()
        for code, arguments, words in [
            (2, ["--paths", 600], ["--paths", "0:600"]),
            (4, ["--paths", 500], ["not the beginning"]),
            (4, ["--path-range", "50:900"], ["not the beginning"]),
            (4, ["--paths", 900, "--seed", 3], ["seeds differ"]),
            (4, ["--paths", 900, "--set", "bloc.pooling=false"], ["pooling"]),
            (4, ["--paths", 900, "--samples", 300], ["--samples 300", "100"]),
        ]:
            with self.subTest(arguments=arguments):
                said = self.expect(code, "run", "--extend", path, *arguments).stderr
                for word in words:
                    self.assertIn(word, said)
        self.assertIn("SCENARIO", self.expect(2, "run", "--paths", 10).stderr)
        self.expect(4, "run", "--extend", self.folder / "absent.h5", "--paths", 900)
        self.assertEqual(path.read_bytes(), before)


if __name__ == "__main__":
    Case.program = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
