"""Results run again, as they were written and with bits flipped.

    verify_test.py PATH_OF_BLOCRISK [unittest options], in the source folder's root
"""

import json
import random
import shutil
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

from long_runs import PER_DRAW, Case, attribute, data_bytes


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
