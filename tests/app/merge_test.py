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

from long_runs import BASELINE, DRAWS, PER_DRAW, SMALL, Case, attribute, looks


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

    def test_a_history_that_does_not_follow_is_named(self):
        def nudge(values, look):
            values[look] = np.nextafter(values[look], np.inf)
        name = "convergence/shortfall_cvar95_half_width"
        self.path = self.run_small("long.h5", "--paths", 5000)
        self.assertIn(name, self.expect(6, "verify", self.change(name, lambda values: nudge(values, 1))).stderr)
        earlier = self.change(name, lambda values: nudge(values, 0))
        self.assertIn(name, self.expect(6, "verify", earlier, "--share", 1).stderr)
        wrong = self.change("convergence/paths_done", lambda values: values.put(0, 2048))
        self.assertIn("convergence/paths_done", self.expect(6, "verify", wrong).stderr)
        self.expect(0, "verify", self.path, "--share", 1, "--lanes", "1")

    def test_a_run_that_a_precision_ended_and_a_checkpoint_are_right(self):
        precise = self.run_small("precise.h5", "--precision", 0.3, "--for", "JPN,gallium", "--min-paths", 4096)
        self.assertEqual(attribute(precise, "stop_reason"), "precision")
        self.expect(0, "verify", precise, "--share", 1)
        path = self.run_small("stopped.h5", "--batch", 5000, "--time-limit", "0.001", code=5)
        self.expect(0, "verify", f"{path}.checkpoint", "--share", 1)

    def test_uncertain_inputs_are_drawn_again(self):
        self.path = self.run_draws("draws.h5", "--path-range", f"{1000 * PER_DRAW}:{1030 * PER_DRAW}")
        compared = {seed: json.loads(self.expect(0, "verify", self.path, "--seed", seed, "--json").stdout)["paths_compared"]
                    for seed in range(1, 9)}
        last_block = next(seed for seed, paths in compared.items() if paths == 6 * PER_DRAW)
        self.expect(0, "verify", self.path, "--share", 1)

        def add_one(values):
            values.reshape(-1)[-1] += 1
        for name in ["uncertain/value", "uncertain/loss_sum"]:
            for share in [0.001, 1]:
                with self.subTest(name=name, share=share):
                    changed = self.change(name, add_one)
                    said = self.expect(6, "verify", changed, "--share", share, "--seed", last_block).stderr
                    self.assertIn("draw 1029 ", said)
        with h5py.File(self.path) as file:
            self.assertEqual(list(file["uncertain/draw"])[-1], 1029)

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
