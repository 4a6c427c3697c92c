"""`blocrisk replay` as a user meets it, and the story file as xarray reads it.

    replay_cli_test.py PATH_OF_BLOCRISK [unittest options], in the root of the source folder
"""

import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import xarray as xr

BLOCRISK = ""
BASELINE = Path("configs/baseline/scenario.toml").resolve()
ENGINES = ("h5netcdf", "netcdf4")


def blocrisk(*arguments):
    return subprocess.run([BLOCRISK, *map(str, arguments)], capture_output=True, text=True, timeout=240)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.shared = Path(cls._folder.name)
        cls.result = cls.shared / "result.h5"
        done = blocrisk("run", BASELINE, "--paths", 3000, "--samples", 100, "-o", cls.result)
        assert done.returncode == 0, done.stderr

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def expect(self, code, *arguments):
        done = blocrisk(*arguments)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def refused(self, code, words, *arguments):
        done = self.expect(code, "replay", *arguments)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)

    def damaged(self, change):
        """A copy of the result in which `change` has altered something."""
        path = self.folder / "damaged.h5"
        path.write_bytes(self.result.read_bytes())
        with h5py.File(path, "r+") as file:
            change(file)
        return path


class Words(Case):
    def test_the_worst_path_of_a_cell_is_told(self):
        done = self.expect(0, "replay", self.result, "--worst", "JPN,gallium")
        with h5py.File(self.result) as file:
            members, minerals = list(file["member"].asstr()), list(file["mineral"].asstr())
            path = file["worst_path"][members.index("JPN"), minerals.index("gallium"), 0]
        for word in [f"Path {path} of baseline-2027", "China", "Japan is short", "why:", "restrictions by China",
                     "step by step", "In all Japan goes without", "are the same"]:
            self.assertIn(word, done.stdout)
        self.assertEqual(done.stderr, "")

    def test_what_is_shown_can_be_chosen(self):
        done = self.expect(0, "replay", self.result, "--path", 7, "--member", "KOR,EUU", "--mineral", "nickel,cobalt")
        self.assertIn("Shown: EUU, KOR; cobalt, nickel", done.stdout)
        one = self.expect(0, "replay", self.result, "--worst", "KOR,2")
        self.assertIn("Shown: KOR; ", one.stdout)

    def test_every_step_stands_in_the_csv_and_the_json(self):
        arguments = ["replay", self.result, "--path", 42, "--member", "JPN", "--mineral", "gallium"]
        story = json.loads(self.expect(0, *arguments, "--json").stdout)
        rows = list(csv.DictReader(io.StringIO(self.expect(0, *arguments, "--csv").stdout)))
        self.assertEqual(story["path"], 42)
        unmet = next(s["values"] for s in story["story"]["series"] if s["quantity"] == "unmet")
        from_csv = [float(row["value"]) for row in rows if row["quantity"] == "unmet"]
        np.testing.assert_array_equal(unmet, from_csv)
        self.assertEqual(len(unmet), 60)
        demand = next(s["values"] for s in story["story"]["series"] if s["quantity"] == "reference_demand")
        measures = story["story"]["measures"][0]
        self.assertEqual((measures["member"], measures["mineral"]), ("JPN", "gallium"))
        self.assertAlmostEqual(sum(unmet) / sum(demand), measures["shortfall"], places=6)
        self.assertGreater(len(story["story"]["account"]), 5)
        caused = sum(float(row["value"]) for row in rows if row["quantity"] == "unmet_by_cause")
        self.assertAlmostEqual(caused, sum(unmet), delta=1e-4 * (1 + sum(unmet)))
        self.assertEqual({row["month"] for row in rows}, {str(month) for month in range(60)})

    def test_a_member_without_demand_has_nothing_to_follow(self):
        path = self.folder / "none.h5"
        done = blocrisk("run", BASELINE, "--paths", 50, "-o", path, "--set", "demand[gallium,NOR].demand_t_per_yr=0")
        self.assertEqual(done.returncode, 0, done.stderr)
        arguments = ["replay", path, "--path", 3, "--mineral", "gallium", "--member"]
        self.assertIn("no demand", self.expect(0, *arguments, "NOR").stdout)
        self.assertIn("gallium, JPN, step by step", self.expect(0, *arguments, "NOR,JPN").stdout)

    def test_a_weekly_scenario_gives_days(self):
        path = self.folder / "weekly.h5"
        self.expect(0, "run", "configs/weekly/scenario.toml", "--paths", 50, "-o", path)
        done = self.expect(0, "replay", path, "--worst", "JPN")
        self.assertRegex(done.stdout, r"month \d+\.\d+ \(\d{4}-\d\d-\d\d\): ")


class Values(Case):
    def test_measures_are_those_of_the_samples(self):
        """The program compares them to the bit and says how many; here by numpy from outside."""
        with xr.open_dataset(self.result, group="samples", engine="h5netcdf") as samples:
            for path in [0, 3, 57, 99]:
                story = self.folder / f"{path}.h5"
                done = self.expect(0, "replay", self.result, "--path", path, "-o", story)
                self.assertRegex(done.stdout, r"\d{4} values that the result holds of this path are the same")
                with xr.open_dataset(story, group="measures", engine="h5netcdf") as measures:
                    for name in samples.data_vars:
                        np.testing.assert_array_equal(measures[name].values, samples[name].sel(path=path).values, name)

    def test_a_path_alone_has_its_blocks_digest(self):
        path = self.folder / "one.h5"
        self.expect(0, "run", BASELINE, "--path-range", "77:78", "-o", path)
        digest = json.loads(self.expect(0, "replay", path, "--path", 77, "--json").stdout)["digest"]
        self.assertEqual(digest, json.loads(self.expect(0, "show", path, "--json").stdout)["digest"])

    def test_other_bits_than_the_stored_ones_are_an_error(self):
        def change(file):
            file["samples/peak"][5, 2, 3] += 0.125
        self.refused(6, ["path 5", "peak", "stored"], self.damaged(change), "--path", 5)

        def swap(file):
            file["worst_path_value"][2, 6, 0] *= 1.5
        self.refused(6, ["shortfall", "stored"], self.damaged(swap), "--worst",
                     f"{self.label('member', 2)},{self.label('mineral', 6)}")

    def label(self, axis, k):
        with h5py.File(self.result) as file:
            return file[axis].asstr()[k]


class StoryFile(Case):
    def setUp(self):
        super().setUp()
        self.story = self.folder / "story.h5"
        self.expect(0, "replay", self.result, "--path", 57, "-o", self.story)

    def test_both_engines_read_every_variable(self):
        for group in ["/", "measures"]:
            with xr.open_dataset(self.story, engine=ENGINES[0], group=group) as a, \
                    xr.open_dataset(self.story, engine=ENGINES[1], group=group) as b:
                self.assertEqual(set(a.variables), set(b.variables))
                for name in a.variables:
                    self.assertEqual(a[name].dims, b[name].dims, name)
                    np.testing.assert_array_equal(a[name].values, b[name].values, name)
                    if name in a.data_vars:
                        self.assertTrue(a[name].attrs["long_name"], name)
        with h5py.File(self.story) as file:
            for name, item in file.items():
                if isinstance(item, h5py.Dataset):
                    self.assertIn("long_name", item.attrs, name)
                    if item.attrs.get("CLASS") != b"DIMENSION_SCALE":
                        self.assertIn("units", item.attrs, name)
                        self.assertIn("_FillValue", item.attrs, name)

    def test_quantities_hang_together(self):
        with xr.open_dataset(self.story, engine="h5netcdf") as ds:
            self.assertEqual(ds["delivery"].dims, ("member", "mineral", "stage", "country", "time"))
            self.assertEqual(ds["unmet_by_cause"].dims, ("member", "mineral", "country", "cause", "time"))
            self.assertEqual(str(ds["time"].values[1])[:10], "2027-02-01")
            unmet = ds["unmet"].fillna(0)
            np.testing.assert_allclose(ds["unmet_by_cause"].sum(["country", "cause"]), unmet, rtol=1e-4, atol=1e-4)
            np.testing.assert_allclose(ds["unmet"] / ds["reference_demand"], ds["shortfall"], rtol=1e-5)
            last = ds["delivery"].isel(stage=-1).sum("country")
            got = (ds["need"] - ds["market_gap"]).fillna(0)
            scale = ds["need"].fillna(0).max("time") + 1
            self.assertLess(float((abs(last - got) / scale).max()), 1e-4)
            np.testing.assert_allclose((ds["market_gap"] - ds["drawn"] - ds["unmet"]).fillna(0) / scale, 0, atol=1e-5)
            self.assertGreater(float(unmet.sum()), 0)
            self.assertGreater(float((ds["blocked_fraction"] > 0).sum()), 100)

    def test_the_same_twice_are_the_same_bytes(self):
        again = self.folder / "again.h5"
        self.expect(0, "replay", self.result, "--path", 57, "-o", again)
        self.assertEqual(self.story.read_bytes(), again.read_bytes())

    def test_an_existing_file_is_kept(self):
        before = self.story.read_bytes()
        self.refused(4, ["--overwrite"], self.result, "--path", 58, "-o", self.story)
        self.assertEqual(self.story.read_bytes(), before)
        self.expect(0, "replay", self.result, "--path", 58, "-o", self.story, "--overwrite")
        self.assertNotEqual(self.story.read_bytes(), before)


class Refusals(Case):
    def test_senseless_choices_exit_2(self):
        for words, arguments in [
            (["--path", "--worst"], []),
            (["--path"], ["--path", "1", "--worst", "JPN"]),
            (["3000", "0:3000"], ["--path", "3000"]),
            (["JPM", "nearest: JPN"], ["--worst", "JPM"]),
            (["galium", "nearest: gallium"], ["--worst", "JPN,galium"]),
            (["MEMBER[,MINERAL][,RANK]"], ["--worst", "JPN,gallium,x,1"]),
            (["rank 0"], ["--worst", "JPN,gallium,0"]),
            (["rank 101", "100"], ["--worst", "JPN,101"]),
            (["--member", "XXX"], ["--path", "1", "--member", "JPN,XXX"]),
            (["--mineral", "gold"], ["--path", "1", "--mineral", "gold"]),
            (["--path"], ["--path", "-1"]),
            (["--output"], ["--path", "1", "-o", ""]),
            (["--csv"], ["--path", "1", "--csv", "--json"]),
            (["the result itself"], ["--path", "1", "-o", self.result, "--overwrite"]),
        ]:
            with self.subTest(arguments=arguments):
                self.refused(2, words, self.result, *arguments)

    def test_another_network_is_refused_with_both_hashes(self):
        def rename(file):
            file.attrs["network_hash"] = "0123456789abcdef" * 4
        with h5py.File(self.result) as file:
            own = file.attrs["network_hash"]
        self.refused(4, ["0123456789abcdef", own], self.damaged(rename), "--path", 1)

    def test_a_changed_scenario_is_refused(self):
        def change(file):
            file.attrs["scenario"] = file.attrs["scenario"].replace("years = 5", "years = 4")
        self.refused(4, ["damaged"], self.damaged(change), "--path", 1)

    def test_an_invalid_scenario_is_the_files_fault(self):
        def change(file):
            text = file.attrs["scenario"].replace("years = 5", "years = -5")
            file.attrs["scenario"] = text
            file.attrs["scenario_sha256"] = hashlib.sha256(text.encode()).hexdigest()
        self.refused(4, ["clock.years", "this program does not"], self.damaged(change), "--path", 1)


if __name__ == "__main__":
    BLOCRISK = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
