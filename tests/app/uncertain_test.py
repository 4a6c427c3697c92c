"""Uncertain inputs as users of a result meet them: what was drawn, what the file says of it, what is refused.

usage: uncertain_test.py BLOCRISK
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import scipy.stats
import xarray as xr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))
from blocrisk_reference.draws import Draws  # noqa: E402

PROGRAM = sys.argv[1]
SCENARIO = "configs/uncertain_rates/scenario.toml"
PER_DRAW = 64
PATHS = 40 * PER_DRAW
SMALL = ("--set", f"sampling.paths_per_draw={PER_DRAW}", "--set", "clock.years=2")


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)


def lognormal(median, log_sd):
    return lambda u: median * np.exp(log_sd * scipy.stats.truncnorm(-3, 3).ppf(u))


# As configs/uncertain_rates has them.
LAWS = {
    "chinese event rates": lognormal(0.85, 0.35),
    "end of tense times": lognormal(0.5, 0.35),
    "congolese event rate": lognormal(0.8, 0.5),
    "length of structural bans": lognormal(1.0, 0.4),
    "short bans": scipy.stats.beta(6, 2).ppf,
    "leakage": scipy.stats.triang(0.7 / 1.3, 0.3, 1.3).ppf,
    "demand elasticity": lognormal(1.0, 0.35),
    "bundling": scipy.stats.uniform(0.2, 0.6).ppf,
    "value at risk": lognormal(1.0, 0.5),
}


class Uncertain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = Path(cls.folder.name) / "result.h5"
        cls.done = run("run", SCENARIO, *SMALL, "--paths", PATHS, "--samples", PATHS, "--attribution", PATHS,
                       "--no-volatile", "--quiet", "-o", cls.file)
        assert cls.done.returncode == 0, cls.done.stderr
        cls.root = xr.load_dataset(cls.file)
        cls.draws = xr.load_dataset(cls.file, group="uncertain")
        samples = xr.load_dataset(cls.file, group="samples").astype(float)
        cls.samples = samples
        cls.by_draw = samples["shortfall"].values.reshape(-1, PER_DRAW, *samples["shortfall"].shape[1:])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_values_are_laws_at_addressed_words(self):
        self.assertEqual(list(self.draws["input"].values), list(LAWS))
        self.assertEqual(self.draws.attrs["addresses"].split("\n")[0], "actor.CHN.events_per_yr")
        for name, law in LAWS.items():
            u = (Draws(1, 0, 40).words(("uncertain", name))[0].astype(float) + 0.5) / 2**32
            np.testing.assert_allclose(self.draws["value"].sel(input=name), law(u), rtol=1e-9)

    def test_variances_are_those_of_one_way_analysis(self):
        means = self.by_draw.mean(axis=1)
        within = self.by_draw.var(axis=1, ddof=1).mean(axis=0)
        between = np.maximum(means.var(axis=0, ddof=1) - within / PER_DRAW, 0)
        tight = {"rtol": 1e-3, "atol": 1e-7}
        np.testing.assert_allclose(self.draws["shortfall_within_std"], np.sqrt(within), **tight)
        # A difference of nearly equal numbers, where little is not known.
        np.testing.assert_allclose(self.draws["shortfall_between_std"] ** 2, between, rtol=1e-3,
                                   atol=1e-3 * (within / PER_DRAW).max())
        clustered = np.sqrt(means.var(axis=0, ddof=1) / len(means))
        plain = self.root["shortfall_std"] / np.sqrt(PATHS)
        np.testing.assert_allclose(self.root["shortfall_stderr"], np.maximum(clustered, plain), **tight)

    def test_sums_are_those_of_the_paths(self):
        scale = xr.load_dataset(self.file, group="accumulators/ratio")["shortfall_scale"]
        sums = self.draws["shortfall_sum"].values / scale.values
        np.testing.assert_allclose(sums, self.by_draw.sum(axis=1), rtol=1e-6, atol=1e-9)

    def test_bands_hold_the_mean_and_intervals_their_figure(self):
        mean = self.root["shortfall_mean"]
        self.assertTrue(((self.draws["shortfall_mean_lo"] <= mean + 1e-12)
                         & (mean <= self.draws["shortfall_mean_hi"] + 1e-12)).all())
        for name in ("quantile", "var", "cvar"):
            low, value, high = (self.root[f"shortfall_{name}{end}"] for end in ("_lo", "", "_hi"))
            self.assertTrue(((0 <= low) & (low <= value) & (value <= high) & (high <= 1)).all(), name)

    def test_attribution_adds_up(self):
        parts = xr.load_dataset(self.file, group="attribution")
        np.testing.assert_allclose(parts["expected"].sum(["country", "cause"]), self.root["shortfall_mean"],
                                   rtol=1e-5, atol=1e-9)

    def test_any_schedule_gives_the_same_file(self):
        for options in (("--threads", 1, "--batch", 96), ("--threads", 3, "--lanes", 1)):
            other = Path(self.folder.name) / "other.h5"
            done = run("run", SCENARIO, *SMALL, "--paths", PATHS, "--samples", PATHS, "--attribution", PATHS,
                       "--no-volatile", "--quiet", "--overwrite", "-o", other, *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(other.read_bytes(), self.file.read_bytes(), options)

    def test_tables_tell_what_is_not_known(self):
        self.assertIn("What is not known, from 40 draws of the uncertain inputs", self.done.stdout)
        shown = run("show", self.file)
        self.assertIn("What is not known, from 40 draws", shown.stdout)
        told = json.loads(run("show", self.file, "--json").stdout)["uncertain"]
        self.assertEqual([i["name"] for i in told["inputs"]], list(LAWS))
        share = {r["member"]: r["loss_between_share"] for r in told["members"]}
        for member, value in share.items():
            stored = float(self.draws["member_loss_between_share"].sel(member=member))
            self.assertAlmostEqual(value, stored)
        rows = run("show", self.file, "--csv").stdout
        self.assertIn("shortfall_between_share,1,", rows)

    def refused(self, code, *arguments):
        output = Path(self.folder.name) / "refused.h5"
        done = run("run", *arguments, "--quiet", "-o", output)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertFalse(output.exists())
        return done.stderr

    def test_only_whole_draws_are_run(self):
        self.assertIn("0:1024 would be", self.refused(2, SCENARIO, "--paths", 1000))
        self.assertIn("0:2048 would be", self.refused(2, SCENARIO, "--path-range", "1:1025"))
        self.assertIn("more than the 65536", self.refused(2, SCENARIO, "--paths", 1024 * 65537))

    def test_cuda_is_refused_and_auto_takes_the_cpu(self):
        told = self.refused(2, SCENARIO, "--paths", 1024, "--backend", "cuda")
        self.assertIn("does not sample scenarios with [[uncertain]]", told)
        output = Path(self.folder.name) / "auto.h5"
        done = run("run", SCENARIO, *SMALL, "--paths", PER_DRAW, "--progress", "none", "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("[[uncertain]] inputs are sampled on the CPU", done.stderr)

    def test_one_draw_says_nothing_of_others(self):
        output = Path(self.folder.name) / "one.h5"
        done = run("run", SCENARIO, *SMALL, "--paths", PER_DRAW, "--quiet", "--json", "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)["uncertain"]
        self.assertEqual(told["draws"], 1)
        self.assertIsNone(told["members"][0]["loss_between_share"])
        root = xr.load_dataset(output)
        self.assertTrue(np.isnan(root["shortfall_stderr"]).all())
        self.assertTrue((root["shortfall_cvar_lo"] == 0).all())
        self.assertTrue((root["shortfall_cvar_hi"] == 1).all())

    def test_mistakes_are_told_with_their_place(self):
        scenario = Path(self.folder.name) / "wrong.toml"
        base = Path("configs/baseline/scenario.toml").resolve()
        entry = ("\n[[uncertain]]\nname = '{}'\naddress = '{}'\ndistribution = 'uniform'\nlow = {}\nhigh = {}\n")
        scenario.write_text(f"extends = '{base}'\nname = 'wrong'\n"
                            + entry.format("a", "actor.CNH.enforcement", 0, 1)
                            + entry.format("b", "minerals[gallium].leakage", 0, 1)
                            + entry.format("c", "clock.years", 1, 2)
                            + entry.format("d", "bloc.retaliation", 2, 1))
        told = self.refused(3, scenario, "--paths", 1024)
        for part in (":6: uncertain.a.address = actor.CNH.enforcement (matches nothing; nearest: actor.CHN",
                     ":13: uncertain.b.address", ":20: uncertain.c.address = clock.years (cannot be",
                     ":29: uncertain.d.low = 2 (must be at most the upper end, 1"):
            self.assertIn(part, told)
        scenario.write_text(f"extends = '{base}'\nname = 'ends'\n"
                            + entry.format("a", "actor.CHN.enforcement", 0.5, 1.5)
                            + entry.format("b", "demand[*].demand_t_per_yr", 0.7, 1.3))
        told = self.refused(3, scenario, "--paths", 1024)
        self.assertIn('actor.CHN.enforcement = 1.5 (must be 0 to 1; at an end of the uncertain input "a", 1.5)', told)
        self.assertIn('at an end of the uncertain input "b", 0.7', told)
        self.assertEqual(run("validate", scenario).returncode, 3)

    def test_validate_says_what_it_tried(self):
        done = run("validate", SCENARIO)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("9 uncertain inputs, drawn every 1024 paths", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
