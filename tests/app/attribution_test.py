"""Attribution as users of a result meet it: parts add up to the shortfalls of the same file's paths.

usage: attribution_test.py BLOCRISK
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import xarray as xr

PROGRAM = sys.argv[1]
SCENARIO = "configs/baseline/scenario.toml"
PATHS = 3000


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)


class Attribution(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = Path(cls.folder.name) / "result.h5"
        done = run("run", SCENARIO, "--paths", PATHS, "--samples", PATHS, "--attribution", "all",
                   "--quiet", "-o", cls.file)
        assert done.returncode == 0, done.stderr
        cls.root = xr.load_dataset(cls.file)
        cls.parts = xr.load_dataset(cls.file, group="attribution")
        cls.shortfall = xr.load_dataset(cls.file, group="samples")["shortfall"].astype(float)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_expected_parts_add_up_to_the_mean(self):
        self.assertEqual(self.parts.attrs["paths"], PATHS)
        total = self.parts["expected"].sum(["country", "cause"])
        np.testing.assert_allclose(total, self.root["shortfall_mean"], rtol=1e-6, atol=1e-9)

    def test_the_tail_is_the_paths_above_value_at_risk(self):
        in_tail = self.shortfall > self.root["shortfall_var"].sel(level=0.95, drop=True)
        np.testing.assert_array_equal(self.parts["tail_paths"], in_tail.sum("path"))
        mean = self.shortfall.where(in_tail).mean("path")
        total = self.parts["tail"].sum(["country", "cause"], min_count=1)
        np.testing.assert_allclose(total, mean, rtol=2e-6, atol=1e-9)

    def test_growth_is_the_members_own(self):
        growth = self.parts["expected"].sel(cause="demand_growth")
        for member in growth["member"].values:
            others = growth.sel(member=member).drop_sel(country=member)
            self.assertEqual(float(abs(others).max()), 0.0)

    def test_fewer_paths_are_the_first(self):
        file = Path(self.folder.name) / "first.h5"
        done = run("run", SCENARIO, "--paths", PATHS, "--attribution", "1000", "--quiet", "-o", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        parts = xr.load_dataset(file, group="attribution")
        self.assertEqual(parts.attrs["paths"], 1000)
        mean = self.shortfall.isel(path=slice(0, 1000)).mean("path")
        np.testing.assert_allclose(parts["expected"].sum(["country", "cause"]), mean, rtol=2e-6,
                                   atol=1e-9)

    def test_show_names_the_largest_parts(self):
        shown = run("show", self.file, "--attribution")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        cell = self.parts["expected"].sel(member="JPN", mineral="gallium")
        largest = cell.stack(part=("country", "cause")).idxmax().item()
        block = shown.stdout[shown.stdout.index("gallium"):]
        line = next(line for line in block.splitlines() if "JPN" in line)
        self.assertIn(f"{largest[0]} {largest[1].replace('_', ' ')}", line)
        found = json.loads(run("show", self.file, "--json").stdout)["attribution"]
        self.assertEqual(found["paths"], PATHS)
        self.assertIn("attribution_expected.CHN.restriction", run("show", self.file, "--csv").stdout)

    def test_none_leaves_it_out_and_nonsense_is_refused(self):
        file = Path(self.folder.name) / "none.h5"
        done = run("run", SCENARIO, "--paths", 100, "--attribution", "none", "--quiet", "-o", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = run("show", file, "--attribution")
        self.assertEqual(shown.returncode, 4)
        self.assertIn("holds no attribution", shown.stderr)
        self.assertEqual(run("run", SCENARIO, "--attribution", "some").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
