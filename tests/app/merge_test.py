"""Results in parts, merged.

    merge_test.py PATH_OF_BLOCRISK [unittest options], in the source folder's root
"""

import json
import shutil
import sys
import unittest
from pathlib import Path

import h5py

from long_runs import BASELINE, PER_DRAW, Case, attribute, looks, seal


class Merge(Case):
    def part(self, first, last, *more):
        return self.run_small(f"{first}.h5", "--path-range", f"{first}:{last}", "--samples", 10_000, *more)

    def merge(self, code, *arguments, output="all.h5"):
        self.said = self.expect(code, "merge", *arguments, "-o", self.folder / output, "--no-volatile")
        return self.folder / output

    def test_parts_in_any_order_are_the_whole_byte_for_byte(self):
        whole = self.run_small("whole.h5", "--path-range", "65000:67000", "--samples", 10_000)
        parts = [self.part(66700, 67000), self.part(65000, 65500), self.part(65500, 66700)]
        self.same_bytes(self.merge(0, *parts), whole)

    def test_a_gap_may_be_filled_later(self):
        whole = self.run_small("whole.h5", "--path-range", "0:1500")
        parts = [self.run_small(f"{first}.h5", "--path-range", f"{first}:{first + 500}") for first in [0, 500, 1000]]
        two = self.merge(0, parts[2], parts[0], "--allow-gaps", output="two.h5")
        self.assertEqual(attribute(two, "path_ranges"), "0:500,1000:1500")
        self.assertEqual(attribute(two, "paths_done"), 1000)
        self.same_bytes(self.merge(0, two, parts[1], output="again.h5"), whole)

    def test_parts_asked_for_by_number_are_the_whole_too(self):
        whole = self.run_small("whole.h5", "--paths", 1500)
        first = self.run_small("first.h5", "--paths", 600)
        second = self.run_small("second.h5", "--path-range", "600:1500")
        self.same_bytes(self.merge(0, second, first), whole)

    def test_samples_are_joined_where_no_path_between_has_none(self):
        whole = self.run_small("whole.h5", "--path-range", "0:900", "--samples", 350)
        parts = [self.run_small(f"{first}.h5", "--path-range", f"{first}:{first + 300}", "--samples", n)
                 for first, n in [(0, 300), (300, 50), (600, 70)]]
        merged = self.merge(0, *parts, "--attribution", 300)
        self.assertIn("70 more were left out", self.said.stdout)
        self.same_bytes(merged, whole)

    def test_attribution_is_that_of_the_whole(self):
        options = ["--set", "clock.years=1", "--quiet", "--no-volatile"]
        for name, more in {"whole": ["--paths", 1200], "a": ["--paths", 700], "b": ["--path-range", "700:1200"]}.items():
            self.expect(0, "run", BASELINE, *options, *more, "-o", self.folder / f"{name}.h5")
        self.same_bytes(self.merge(0, self.folder / "a.h5", self.folder / "b.h5"), self.folder / "whole.h5")
        none = self.merge(0, self.folder / "a.h5", self.folder / "b.h5", "--attribution", "none", output="none.h5")
        with h5py.File(none) as file:
            self.assertNotIn("attribution", file)

    def test_the_history_is_that_of_the_whole_where_the_first_part_saw_it(self):
        whole = self.run_small("whole.h5", "--paths", 9000)
        self.assertEqual(looks(whole), [4096, 8192, 9000])
        parts = {}
        for first, last in [(0, 8192), (8192, 9000), (0, 5000), (5000, 9000)]:
            parts[first, last] = self.run_small(f"{first}_{last}.h5", "--path-range", f"{first}:{last}")
        self.same_bytes(self.merge(0, parts[8192, 9000], parts[0, 8192]), self.run_small("range.h5", "--path-range", "0:9000"))
        unseen = self.merge(0, parts[0, 5000], parts[5000, 9000], output="unseen.h5")
        self.assertIn("convergence: left out", self.said.stdout)
        self.assertIsNone(looks(unseen), "nobody saw the first 8,192 paths")
        self.same_but_for(unseen, self.folder / "range.h5", "convergence")
        self.expect(0, "verify", unseen, "--share", 1)
        self.assertIn("shortfall", self.expect(0, "show", unseen, "--convergence").stdout)

    def test_uncertain_inputs_are_merged_draw_by_draw(self):
        ends = [0, 8 * PER_DRAW, 20 * PER_DRAW, 24 * PER_DRAW]
        whole = self.run_draws("whole.h5", "--path-range", f"0:{ends[-1]}", "--samples", 100)
        parts = [self.run_draws(f"{a}.h5", "--path-range", f"{a}:{b}", "--samples", 100)
                 for a, b in zip(ends, ends[1:])]
        self.same_bytes(self.merge(0, parts[1], parts[2], parts[0]), whole)

    def test_a_precision_is_not_the_whole_s(self):
        first = self.run_small("first.h5", "--precision", 0.3, "--for", "JPN,gallium", "--paths", 30_000)
        done = int(attribute(first, "paths_done"))
        self.assertEqual((attribute(first, "stop_reason"), done < 30_000), ("precision", True))
        rest = self.run_small("rest.h5", "--path-range", f"{done}:{done + 100}")
        with h5py.File(self.merge(0, first, rest)) as file:
            self.assertEqual(file.attrs["stop_reason"], "done")
            self.assertEqual((file.attrs["paths_asked"], file.attrs["paths_done"]), (done + 100, done + 100))
            self.assertNotIn("precision_asked", file.attrs)
        self.same_bytes(self.folder / "all.h5", self.run_small("whole.h5", "--paths", done + 100))

    def test_overlaps_gaps_and_strangers_are_refused_in_words(self):
        first, second = self.part(0, 300), self.part(300, 500)
        self.part(200, 400)
        self.part(700, 800)
        seed = self.run_small("seed.h5", "--path-range", "300:400", "--seed", 9)
        other = self.run_small("other.h5", "--path-range", "300:400", "--set", "bloc.retaliation=2")
        (self.folder / "none.h5").write_text("")
        for file, words in {
            "200.h5": ["both hold", "200:300", "0.h5", "200.h5"],
            "700.h5": ["no file holds", "300:700", "--allow-gaps"],
            seed.name: ["seeds differ", "1", "9"],
            other.name: ["[bloc]", "retaliation = 1", "retaliation = 2"],
            "0.h5": ["both hold", "0:300"],
            "none.h5": ["not an HDF5 file"],
            "absent.h5": ["no such file"],
        }.items():
            with self.subTest(file=file):
                self.merge(4, first, self.folder / file)
                self.assertFalse((self.folder / "all.h5").exists())
                for word in words:
                    self.assertIn(word, self.said.stderr)
        self.merge(2, first)
        self.merge(4, first, second, output="0.h5")
        self.assertIn("--overwrite", self.said.stderr)

    def test_a_file_of_another_network_or_generator_is_refused(self):
        first, second = self.part(0, 300), self.part(300, 500)
        for name, value, words in [("network_hash", "0" * 64, "network"), ("generator", "dice", "generator"),
                                   ("schema_version", 1, "version"), ("path_ranges", "300:499", "paths")]:
            with self.subTest(name=name):
                changed = self.folder / "changed.h5"
                shutil.copy(second, changed)
                with h5py.File(changed, "r+") as file:
                    file.attrs[name] = value
                if name == "network_hash":
                    self.merge(4, first, changed)
                    self.assertIn("has lost its seal", self.said.stderr)
                seal(changed)
                self.merge(4, first, changed)
                self.assertIn("changed.h5", self.said.stderr)
                self.assertIn(words, self.said.stderr)

    def test_a_merged_file_says_what_of(self):
        options = ["--set", "clock.years=1", "--quiet", "--attribution", "none"]
        for first in [0, 200]:
            self.expect(0, "run", BASELINE, *options, "--path-range", f"{first}:{first + 200}",
                        "-o", self.folder / f"{first}.h5")
        answer = json.loads(self.expect(0, "merge", self.folder / "0.h5", self.folder / "200.h5", "--json",
                                        "-o", self.folder / "all.h5").stdout)
        self.assertEqual((answer["paths"], answer["path_ranges"]), (400, "0:400"))
        said = attribute(self.folder / "all.h5", "merged_from")
        for word in ["0.h5 (0:200)", "200.h5 (200:400)"]:
            self.assertIn(word, said)
        self.assertEqual(attribute(self.folder / "all.h5", "backend"), attribute(self.folder / "0.h5", "backend"))


if __name__ == "__main__":
    Case.program = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
