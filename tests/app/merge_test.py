"""Results in parts: merged, extended, and verified against flipped bits.

    merge_test.py PATH_OF_BLOCRISK [unittest options], in the source folder's root
"""

import json
import random
import shutil
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

from long_runs import BASELINE, SMALL, Case, attribute


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
        for name, value in [("network_hash", "0" * 64), ("generator", "dice"), ("schema_version", 1),
                            ("path_ranges", "300:499")]:
            with self.subTest(name=name):
                changed = self.folder / "changed.h5"
                shutil.copy(second, changed)
                with h5py.File(changed, "r+") as file:
                    file.attrs[name] = value
                self.merge(4, first, changed)
                self.assertIn("changed.h5", self.said.stderr)

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
        command = ["run", "--extend", path, "--paths", 1500, "--no-volatile", "--quiet", "--batch", 100,
                   "--attribution", 300]
        self.expect(5, *command, "--time-limit", "0.001")
        self.assertEqual(int(attribute(f"{path}.checkpoint", "paths_done")), 700)
        self.assertEqual(int(attribute(path, "paths_done")), 600)
        self.expect(0, *command, "--resume")
        self.same_bytes(path, whole)
        self.assertEqual(self.names(), ["out.h5", "whole.h5"])

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


def same_values(a, b, name):
    with h5py.File(a) as one, h5py.File(b) as other:
        return one[name][...].tobytes() == other[name][...].tobytes()


class Verify(Case):
    def setUp(self):
        super().setUp()
        # Two blocks, both in part.
        self.path = self.run_small("out.h5", "--path-range", "65236:65836", "--samples", 50)

    def change(self, name, change):
        changed = self.folder / "changed.h5"
        shutil.copy(self.path, changed)
        with h5py.File(changed, "r+") as file:
            values = file[name][...]
            change(values)
            file[name][...] = values
        return changed

    def test_what_a_run_wrote_is_right_on_every_backend_and_width(self):
        for arguments in [[], ["--share", "1"], ["--lanes", "1"], ["--threads", "1"], ["--backend", "cpu", "--share", "0.5"]]:
            self.assertIn("the same bits", self.expect(0, "verify", self.path, *arguments).stdout)
        answer = json.loads(self.expect(0, "verify", self.path, "--share", "1", "--json").stdout)
        self.assertEqual((answer["blocks"], answer["blocks_compared"], answer["paths_compared"]), (2, 2, 600))

    def test_the_seed_picks_the_block(self):
        found = {json.loads(self.expect(0, "verify", self.path, "--json", "--seed", seed).stdout)["paths_compared"]
                 for seed in range(1, 9)}
        self.assertEqual(found, {300}, "one block of two, three hundred paths each")

    def test_a_digest_that_is_not_its_paths_names_the_block(self):
        for block in [0, 1]:
            def flip(values, block=block):
                values[block] ^= np.uint64(1 << 40)
            said = self.expect(6, "verify", self.change("accumulators/block_digest", flip), "--share", "1").stderr
            self.assertIn(f"block {block} ", said)
            self.assertNotIn(f"block {1 - block} ", said)

    def test_figures_that_do_not_follow_are_named(self):
        def nudge(values):
            values[...] = np.nextafter(values, np.inf)
        for name in ["shortfall_mean", "member_loss_var_hi", "timeline/price_ratio_mean", "diagnostics/calibration_scale"]:
            with self.subTest(name=name):
                self.assertIn(name, self.expect(6, "verify", self.change(name, nudge)).stderr)

    def test_with_every_path_sums_samples_and_attribution_are_compared_too(self):
        def add_one(values):
            values.reshape(-1)[0] += 1
        for name in ["accumulators/ratio/shortfall_moments", "attribution/tail_paths", "samples/loss"]:
            with self.subTest(name=name):
                said = self.expect(6, "verify", self.change(name, add_one), "--share", "1").stderr
                self.assertIn("samples" if name.startswith("samples") else name, said)

    def test_no_flipped_byte_of_data_passes(self):
        numbers = random.Random(20270101)
        spans = data_bytes(self.path)
        whole = self.path.read_bytes()
        flipped, caught = self.folder / "flipped.h5", 0
        for offset, size, name in numbers.sample(spans, 25):
            at = offset + numbers.randrange(size)
            content = bytearray(whole)
            content[at] ^= 1 << numbers.randrange(8)
            flipped.write_bytes(content)
            with self.subTest(name=name, at=at):
                done = self.start("verify", flipped, "--share", "1", "--quiet")
                _, err = done.communicate(timeout=120)
                if done.returncode == 0:  # a bit that the compressed values do not need
                    self.assertTrue(same_values(flipped, self.path, name), f"{name} {at}")
                else:
                    self.assertIn(done.returncode, [4, 6], f"{name} {at} {err}")
                    caught += 1
        self.assertGreater(caught, 12)

    def test_nonsense_is_refused(self):
        for share in ["0", "1.5", "-1", "nan", "all"]:
            self.assertIn("--share", self.expect(2, "verify", self.path, f"--share={share}").stderr)
        self.expect(2, "verify")
        self.expect(4, "verify", self.folder / "absent.h5")
        self.expect(2, "verify", self.path, "--backend", "cpu", "--devices", "0")
        with h5py.File(self.path, "r+") as file:
            file.attrs["scenario"] = file.attrs["scenario"].replace("years = 1", "years = 2")
        self.assertIn("damaged", self.expect(4, "verify", self.path).stderr)


if __name__ == "__main__":
    Case.program = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
