"""Sweeps as users meet them: members are the runs they stand for, interrupted and joined sweeps give the same bytes,
failures are recorded, and the file opens as outputs/README.md says.

usage: sweep_cli_test.py BLOCRISK
"""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np
import scipy.stats
import xarray as xr

PROGRAM = sys.argv[1]
BASELINE = Path("configs/baseline/scenario.toml").resolve()
SHORT = ("--set", "clock.years=1")
ENGINES = ("h5netcdf", "netcdf4")

DAYS = """
[[axis]]
name = "days"
address = "shared_stock.days.*"
values = [0, 60]
"""
POOLING = """
[[axis]]
name = "pooling"
address = "bloc.pooling"
values = [false, true]
"""
# Every value but the first leaves refined gallium out of balance with what is wanted of it.
FAILING = """
[[axis]]
name = "output"
address = "nodes[gallium,refine,CHN].output_t_per_yr"
scale = [1, 0.1, 0.2]
"""
REFERENCE = "[differences]\nreference = { days = 0, pooling = false }\n"


def blocrisk(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=240, **options)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def expect(self, code, *arguments):
        done = blocrisk(*arguments)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def sweep_file(self, lines, paths=256, name="sweep"):
        path = self.folder / f"{name}.toml"
        path.write_text(f'name = "{name}"\nbase = "{BASELINE}"\npaths = {paths}\n{lines}')
        return path

    def sweep(self, lines, *arguments, paths=256, name="sweep", output=None, code=0):
        """Runs it; gives back the file's path and what was printed."""
        output = self.folder / f"{output or name}.h5"
        done = self.expect(code, "sweep", self.sweep_file(lines, paths, name), "-o", output, *SHORT, *arguments)
        return output, done

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())


class Members(Case):
    def test_each_is_the_run_that_it_stands_for(self):
        file, _ = self.sweep(DAYS + POOLING)
        with h5py.File(file) as sweep:
            self.assertEqual(list(sweep["scenario_name"].asstr()),
                             ["days=0, pooling=false", "days=0, pooling=true", "days=60, pooling=false",
                              "days=60, pooling=true"])
            for k in (1, 2):
                changes = [argument for line in sweep["changes"].asstr()[k].split("\n") for argument in ("--set", line)]
                run = self.folder / f"run{k}.h5"
                said = self.expect(0, "run", BASELINE, *SHORT, *changes, "--paths", 256, "--json", "-o", run)
                self.assertEqual(sweep["digest"].asstr()[k], json.loads(said.stdout)["digest"])
                with h5py.File(run) as result:
                    self.assertEqual(sweep["scenario_sha256"].asstr()[k], result.attrs["scenario_sha256"])
                    self.assertEqual(sweep["network_hash"].asstr()[k], result.attrs["network_hash"])
                    absent = [name for name in result if name not in sweep]
                    self.assertEqual(set(absent) - {"accumulators", "attribution", "convergence", "diagnostics",
                                                    "timeline"},
                                     {"rank", "worst_path", "worst_path_value", "member_worst_path",
                                      "member_worst_path_value"})
                    compared = 0
                    for name, dataset in result.items():
                        if name in absent or name in ("member", "mineral"):
                            continue
                        values = sweep[name][...] if dataset.ndim == 1 and name in ("quantile", "level", "threshold",
                                                                                  "return_period") else sweep[name][k]
                        np.testing.assert_array_equal(values, dataset[...], name)
                        compared += 1
                    self.assertGreater(compared, 300)

    def test_timelines_are_kept_on_request_and_figures_left_out(self):
        keep = '[keep]\nmeasures = ["shortfall"]\nfigures = ["mean"]\ntimelines = true\n'
        file, _ = self.sweep(POOLING + keep)
        run = self.folder / "run.h5"
        self.expect(0, "run", BASELINE, *SHORT, "--set", "bloc.pooling=true", "--paths", 256, "-o", run)
        ours = xr.open_dataset(file, group="timeline").isel(scenario=1)
        theirs = xr.open_dataset(run, group="timeline")
        for name in theirs.data_vars:
            np.testing.assert_array_equal(ours[name], theirs[name])
        figures = set(xr.open_dataset(file).data_vars)
        self.assertIn("shortfall_mean_hi", figures)
        self.assertFalse({"shortfall_cvar", "loss_mean", "member_loss_mean"} & figures)

    def test_differences_are_those_of_compare(self):
        file, _ = self.sweep(DAYS + POOLING + REFERENCE)
        runs = []
        for k, changes in enumerate((("days.*=60", "true"), ("days.*=0", "false"))):
            runs.append(self.folder / f"run{k}.h5")
            self.expect(0, "run", BASELINE, *SHORT, "--set", "shared_stock." + changes[0], "--set",
                        "bloc.pooling=" + changes[1], "--paths", 256, "-o", runs[-1])
        said = json.loads(self.expect(0, "compare", *runs, "--json").stdout)["difference"]
        with xr.open_dataset(file, group="differences") as found:
            self.assertEqual(found.attrs["reference_name"], "days=0, pooling=false")
            member = found.isel(scenario=3)
            for row in said["cells"]:
                at = {"member": row["member"], "mineral": row["mineral"]}
                for figure in ("shortfall_mean_difference", "shortfall_cvar95_difference",
                               "short_probability_difference", "months_short_mean_difference"):
                    for end in ("", "_lo", "_hi"):
                        self.assertEqual(float(member[figure + end].sel(at)), row[figure + end])
                self.assertEqual(float(member["shortfall_better_probability"].sel(at)), row["b_worse_probability"])
            for row in said["members"]:
                self.assertEqual(float(member["member_loss_cvar95_difference_lo"].sel(member=row["member"])),
                                 row["loss_cvar95_difference_lo"])
            own = found.isel(scenario=0)["shortfall_mean_difference"]
            self.assertTrue(((own == 0) | np.isnan(own)).all())
            self.assertGreater(len(said["cells"]), 50)

    def test_threads_and_lanes_change_no_byte(self):
        lines = DAYS + REFERENCE.replace(", pooling = false", "")
        base, _ = self.sweep(lines, "--no-volatile", paths=300)
        for k, arguments in enumerate([("--lanes", 1, "--threads", 1), ("--lanes", 8, "--threads", 3)]):
            other, _ = self.sweep(lines, "--no-volatile", *arguments, paths=300, output=f"other{k}")
            self.assertEqual(other.read_bytes(), base.read_bytes())

    def test_uncertain_inputs_of_the_base_are_drawn_in_every_member(self):
        lines = POOLING.replace("false, ", "")
        path = self.folder / "u.toml"
        base = BASELINE.parents[1] / "uncertain_rates/scenario.toml"
        path.write_text(f'name = "u"\nbase = "{base}"\npaths = 128\n{lines}')
        small = (*SHORT, "--set", "sampling.paths_per_draw=32")
        self.expect(0, "sweep", path, *small, "-o", self.folder / "u.h5")
        self.expect(0, "run", base, *small, "--paths", 128, "--attribution", "none", "-o", self.folder / "r.h5")
        with h5py.File(self.folder / "u.h5") as ours, h5py.File(self.folder / "r.h5") as theirs:
            np.testing.assert_array_equal(ours["shortfall_stderr"][0], theirs["shortfall_stderr"][...])
        self.assertIn("whole draws", self.expect(2, "sweep", path, *small, "--paths", 100, "-o",
                                                 self.folder / "x.h5").stderr)
        with path.open("a") as file:
            file.write("[differences]\nreference = 0\n")
        self.assertIn("leave the reference out", self.expect(3, "sweep", path, *small).stderr)


class Designs(Case):
    def test_sobol_points_are_scipys_digit_by_digit_shifted(self):
        lines = '[design]\nkind = "sobol"\npoints = 8\nseed = 5\n'
        for name, address in [("a", "bloc.retaliation"), ("b", "price_floor.circumvention_fraction"),
                              ("c", "shared_stock.trigger_fraction")]:
            lines += f'[[axis]]\nname = "{name}"\naddress = "{address}"\ndistribution = "uniform"\nlow = 0\nhigh = 1\n'
        file, _ = self.sweep(lines, paths=16)
        with h5py.File(file) as sweep:
            words = np.array([(sweep[name][...] * 2**32).astype(np.uint64) for name in "abc"])
        points = scipy.stats.qmc.Sobol(3, scramble=False, bits=32).random(8)
        np.testing.assert_array_equal(words ^ words[:, :1], (points.T * 2**32).astype(np.uint64))

    def test_indices_tell_the_axis_that_matters(self):
        lines = '[design]\nkind = "saltelli"\npoints = 16\n'
        lines += '[[axis]]\nname = "idle"\naddress = "minerals[copper].price_usd_per_t"\ndistribution = "uniform"\n' \
                 'apply = "multiply"\nlow = 0.9\nhigh = 1.1\n'
        lines += '[[axis]]\nname = "at_risk"\naddress = "minerals[*].at_risk_usd_per_t"\ndistribution = "uniform"\n' \
                 'apply = "multiply"\nlow = 0.5\nhigh = 2\n'
        lines += '[keep]\nmeasures = ["shortfall", "loss"]\nfigures = ["mean", "cvar"]\n'
        file, _ = self.sweep(lines, paths=64)
        indices = xr.open_dataset(file, group="indices")
        self.assertEqual(indices.attrs["base_points"], 16)
        gallium = indices.sel(mineral="gallium", member="JPN")
        for kind in ("first_order", "total"):
            self.assertEqual(float(gallium[f"loss_mean_{kind}"].sel(axis="idle")), 0)
            # One straight line: the estimate's error is that of the points' variance.
            self.assertAlmostEqual(float(gallium[f"loss_mean_{kind}"].sel(axis="at_risk")), 1, delta=0.2)
        # Value at risk and prices of others move no tonne.
        self.assertTrue(np.isnan(gallium["shortfall_mean_total"]).all())
        # By hand, from the figures.
        loss = xr.open_dataset(file)["loss_mean"].sel(mineral="gallium", member="JPN").values.reshape(16, 4)
        a, b, swapped = loss[:, 0], loss[:, 1], loss[:, 3]
        mean = (a.mean() + b.mean()) / 2
        variance = (((a - mean) ** 2).mean() + ((b - mean) ** 2).mean()) / 2
        np.testing.assert_allclose(float(gallium["loss_mean_total"].sel(axis="at_risk")),
                                   ((a - swapped) ** 2).mean() / 2 / variance, rtol=1e-12)
        np.testing.assert_allclose(float(gallium["loss_mean_first_order"].sel(axis="at_risk")),
                                   ((b - mean) * (swapped - a)).mean() / variance, rtol=1e-9)
        said = self.expect(0, "show", file, "--indices", "--measure", "loss", "--mineral", "gallium").stdout
        self.assertIn("at_risk", said)
        self.assertIn("loss, mean_first_order, share of the variance: gallium", said)


class Interruptions(Case):
    def test_a_killed_sweep_goes_on_and_gives_the_same_bytes(self):
        lines = DAYS + POOLING + REFERENCE
        whole, _ = self.sweep(lines, "--no-volatile", paths=2000)
        expected = whole.read_bytes()
        journal = self.folder / "again.h5.journal"
        for how, code in [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 5)]:
            command = [PROGRAM, "sweep", self.folder / "sweep.toml", "-o", self.folder / "again.h5", "--no-volatile",
                       *map(str, SHORT)]
            process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            self.wait_until(lambda: journal.exists() and journal.stat().st_size > 10_000)
            process.send_signal(how)
            said = process.communicate(timeout=120)[1]
            if process.returncode == 0:
                self.skipTest("the machine was too quick to be interrupted")
            self.assertEqual(process.returncode, code, said)
            self.assertFalse((self.folder / "again.h5").exists())
            if how == signal.SIGTERM:
                self.assertIn("--resume", said)
            refused = self.expect(4, "sweep", *command[2:])
            self.assertIn("--resume goes on", refused.stderr)
            other = self.sweep_file(lines + "# another\n", 2000, "other")
            self.assertIn("another sweep", self.expect(4, "sweep", other, "--resume", *command[3:]).stderr)
            done = json.loads(self.expect(0, "sweep", *command[2:], "--resume", "--json").stdout)
            self.assertLess(done["members_run"], 4)
            self.assertEqual((self.folder / "again.h5").read_bytes(), expected)
            self.assertFalse(journal.exists())
            (self.folder / "again.h5").unlink()
        self.assertEqual(self.names(), ["other.toml", "sweep.h5", "sweep.toml"])

    def test_members_that_were_not_asked_for_stay_in_the_journal(self):
        lines = DAYS + POOLING
        whole, _ = self.sweep(lines, "--no-volatile", paths=2000)
        output, journal = self.folder / "again.h5", self.folder / "again.h5.journal"
        command = ["sweep", self.folder / "sweep.toml", "-o", output, "--no-volatile", *SHORT]
        process = subprocess.Popen([PROGRAM, *map(str, command)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.wait_until(lambda: journal.exists() and journal.stat().st_size > 10_000)
        process.kill()
        process.wait()
        if not journal.exists():
            self.skipTest("the machine was too quick to be interrupted")
        done = self.expect(0, *command, "--resume", "--members", "3:4")
        self.assertIn("again.h5.journal stays", done.stderr)
        self.assertEqual(list(xr.open_dataset(output)["scenario"].values), [3])
        done = json.loads(self.expect(0, *command, "--resume", "--overwrite", "--json").stdout)
        self.assertLess(done["members_run"], 3)
        self.assertEqual(output.read_bytes(), whole.read_bytes())
        self.assertFalse(journal.exists())

    def wait_until(self, condition):
        for _ in range(2400):
            if condition():
                return
            time.sleep(0.05)
        self.fail("it did not come")

    def test_pieces_join_to_the_bytes_of_the_whole(self):
        lines = DAYS + POOLING + REFERENCE
        whole, _ = self.sweep(lines, "--no-volatile")
        sweep = self.folder / "sweep.toml"
        pieces = []
        for members in ("0:1", "1:4"):
            pieces += ["--from", self.folder / f"piece{len(pieces)}.h5"]
            self.expect(0, "sweep", sweep, "--members", members, "-o", pieces[-1], *SHORT)
        self.assertEqual(list(xr.open_dataset(pieces[-1])["scenario"].values), [1, 2, 3])
        joined = self.folder / "joined.h5"
        done = self.expect(0, "sweep", sweep, *pieces, "-o", joined, "--no-volatile", "--json", *SHORT)
        self.assertEqual(json.loads(done.stdout)["members_run"], 0)
        self.assertEqual(joined.read_bytes(), whole.read_bytes())
        self.expect(0, "sweep", sweep, "--members", "2:3", "--from", whole, "-o", self.folder / "part.h5", *SHORT)
        self.assertNotIn("part.h5.journal", self.names())
        other = self.expect(4, "sweep", sweep, *pieces, "-o", self.folder / "x.h5", "--seed", 9, *SHORT)
        self.assertIn("another sweep", other.stderr)
        self.assertNotIn("x.h5.journal", self.names())

    def test_an_existing_output_is_refused(self):
        file, _ = self.sweep(POOLING)
        before = file.read_bytes()
        self.sweep(POOLING, code=4)
        self.assertEqual(file.read_bytes(), before)
        self.sweep(POOLING, "--overwrite")
        self.assertEqual(self.names(), ["sweep.h5", "sweep.toml"])


class Failures(Case):
    def test_a_failed_member_is_recorded_and_the_rest_goes_on(self):
        file, done = self.sweep(FAILING + POOLING)
        self.assertIn("4 of them failed", done.stdout)
        self.assertIn("member 2 (output=0.1, pooling=false) failed", done.stderr)
        for engine in ENGINES:
            with xr.open_dataset(file, engine=engine) as sweep:
                self.assertEqual(list(sweep["status"].values), [0, 0, 1, 1, 1, 1])
                self.assertEqual(sweep["message"].values[0], "")
                self.assertIn("gallium", sweep["message"].values[3])
                self.assertTrue(np.isnan(sweep["shortfall_mean"][2:]).all())
                self.assertFalse(np.isnan(sweep["shortfall_mean"][:2]).any())
        self.assertIn("-", self.expect(0, "show", file).stdout)

    def test_fail_fast_stops_at_the_first(self):
        file, done = self.sweep(FAILING, "--fail-fast", code=3)
        self.assertIn("member 1 (output=0.1) failed", done.stderr)
        self.assertFalse(file.exists())
        self.sweep(FAILING, "--resume")
        with h5py.File(file) as sweep:
            self.assertEqual(list(sweep["status"]), [0, 1, 1])

    def test_a_reference_that_fails_is_told(self):
        _, done = self.sweep(FAILING + "[differences]\nreference = { output = 0.1 }\n", code=3)
        self.assertIn('the reference of the differences, "output=0.1", cannot be run: ', done.stderr)
        self.assertIn("gallium", done.stderr)
        self.assertEqual(self.names(), ["sweep.toml"])

    def test_nothing_is_written_where_every_member_fails(self):
        _, done = self.sweep(FAILING.replace("[1, ", "["), code=3)
        self.assertIn("every member failed", done.stderr)
        self.assertEqual(self.names(), ["sweep.toml"])

    def test_mistakes_of_the_sweep_exit_3_and_of_the_command_line_2(self):
        _, done = self.sweep(DAYS.replace("60", "-60") + POOLING.replace("pooling", "poling"), code=3)
        self.assertIn("2 mistakes", done.stderr)
        self.assertIn("sweep.toml:8", done.stderr)
        sweep = self.sweep_file(POOLING)
        for arguments in (["--members", "2:2"], ["--members", "0:3"], ["--members", "x"], ["--paths", "0"], ["--lanes", 3]):
            self.expect(2, "sweep", sweep, *arguments, "-o", self.folder / "x.h5")
        self.assertIn("is a scenario", self.expect(2, "sweep", BASELINE).stderr)
        self.expect(4, "sweep", self.folder / "none.toml")
        self.expect(4, "sweep", sweep, "-o", self.folder / "none/x.h5")
        self.expect(4, "sweep", sweep, "--from", self.folder / "none.h5", "-o", self.folder / "x.h5")
        self.assertEqual(self.names(), ["sweep.toml"])


class Reading(Case):
    """What outputs/README.md says, as it stands there."""

    def test_the_recipe_of_the_readme_with_both_engines(self):
        page = Path("outputs/README.md").read_text().split("## Sweep files")[1]
        recipe = page.split("```python")[1].split("```")[0]
        (self.folder / "outputs").mkdir()
        self.expect(0, "sweep", "configs/sweeps/stock_days.toml", *SHORT, "--paths", 64, "-o",
                    self.folder / "outputs/stock_days.h5")
        for engine in ENGINES:
            code = f"import xarray as xr\nfrom functools import partial\n" \
                   f"xr.open_dataset = partial(xr.open_dataset, engine={engine!r})\n{recipe}\n" \
                   "assert grid['shortfall_mean'].shape == (14, 13, 13)\n" \
                   "assert differences.sizes['scenario'] == 14\n"
            done = subprocess.run([sys.executable, "-c", code], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_line_that_chooses_a_scenario_does(self):
        """As it stands in both READMEs."""
        line = 'ds.set_index(scenario=["pooling", "days"]).sel(pooling=True, days=60)'
        for page in ("README.md", "outputs/README.md"):
            self.assertIn(f"\n{line} ", Path(page).read_text())
        file, _ = self.sweep(DAYS + POOLING)
        for engine in ENGINES:
            with xr.open_dataset(file, engine=engine) as ds:
                chosen = eval(line)
                self.assertNotIn("scenario", chosen.sizes)
                self.assertEqual(str(chosen["scenario_name"].values), "days=60, pooling=true")
                for name in ("shortfall_mean", "member_loss_cvar"):
                    np.testing.assert_array_equal(chosen[name], ds[name][3])

    def test_coordinates_with_both_engines(self):
        file, _ = self.sweep(DAYS + POOLING)
        for engine in ENGINES:
            ds = xr.open_dataset(file, engine=engine)
            self.assertEqual(ds["pooling"].dtype, bool)
            self.assertEqual(set(ds.coords) & {"days", "pooling", "scenario_name"},
                             {"days", "pooling", "scenario_name"})
            self.assertEqual(ds["days"].attrs["units"], "days of members' base-year demand")
            recipe = ds.set_index(scenario=["days", "pooling"])
            chosen = recipe.sel(pooling=True, days=60)
            np.testing.assert_array_equal(chosen["shortfall_mean"], ds["shortfall_mean"][3])
            table = recipe["member_loss_mean"].unstack("scenario")
            self.assertEqual(dict(table.sizes), {"member": 13, "days": 2, "pooling": 2})
            self.assertEqual(float(table.sel(member="JPN", days=0, pooling=True)),
                             float(ds["member_loss_mean"].sel(member="JPN")[1]))
            by_name = ds.swap_dims(scenario="scenario_name").sel(scenario_name="days=0, pooling=true")
            np.testing.assert_array_equal(by_name["shortfall_mean"], ds["shortfall_mean"][1])

    def test_the_file_is_plain_netcdf(self):
        file, _ = self.sweep(DAYS + POOLING + REFERENCE)
        with h5py.File(file) as sweep:
            self.assertEqual(sweep.attrs["schema"], "blocrisk-sweep")
            self.assertIn("[[axis]]", sweep.attrs["sweep"])
            for group in (sweep, sweep["differences"]):
                for name, dataset in group.items():
                    if isinstance(dataset, h5py.Group):
                        continue
                    self.assertIn("long_name", dataset.attrs, name)
                    self.assertIn(dataset.dtype.kind, "fiO", name)
                    if dataset.attrs.get("CLASS") != b"DIMENSION_SCALE":
                        self.assertEqual(dataset.dims[0][0].name.split("/")[-1], "scenario" if dataset.shape[0] == 4
                                         else name)

    def test_show_has_tables_for_people_and_programs(self):
        file, _ = self.sweep(DAYS + POOLING + REFERENCE)
        text = self.expect(0, "show", file, "--member", "JPN,KOR").stdout
        self.assertIn("member_loss, mean, million USD", text)
        self.assertIn("days=60, pooling=true", text)
        ds = xr.open_dataset(file)
        said = json.loads(self.expect(0, "show", file, "--measure", "shortfall", "--mineral", "gallium", "--json").stdout)
        self.assertEqual([(of["axes"]["days"], of["axes"]["pooling"]) for of in said["scenarios"]],
                         [(0, False), (0, True), (60, False), (60, True)])
        for row in said["rows"]:
            if row["figure"] == "mean":
                at = {"member": row["member"], "mineral": row["mineral"]}
                self.assertEqual(row["value"], float(ds["shortfall_mean"].sel(at)[row["scenario"]]))
                self.assertLessEqual(row["lo"], row["value"])
        rows = list(csv.DictReader(io.StringIO(self.expect(0, "show", file, "--differences", "--csv").stdout)))
        self.assertEqual({row["figure"] for row in rows}, {"mean_difference", "cvar95_difference"})
        self.assertEqual(len(rows), 4 * 13 * 2)
        text = self.expect(0, "show", file, "--differences", "--measure", "shortfall", "--mineral", "gallium").stdout
        self.assertIn('less that of "days=0, pooling=false"', text)
        self.assertIn("[", text)
        for arguments, code in [(["--indices"], 4), (["--measure", "colour"], 2), (["--member", "MOON"], 2),
                                (["--attribution"], 2), (["--differences", "--measure", "peak"], 2)]:
            self.expect(code, "show", file, *arguments)

    def test_commands_for_one_result_say_what_a_sweep_is(self):
        file, _ = self.sweep(POOLING)
        for arguments in (["report", file], ["compare", file, file], ["replay", file, "--path", 1]):
            self.assertIn("is the file of a sweep", self.expect(4, *arguments).stderr)
        run = self.folder / "run.h5"
        self.expect(0, "run", BASELINE, *SHORT, "--paths", 64, "-o", run)
        self.assertIn("one run", self.expect(2, "show", run, "--differences").stderr)
        for command in ("run", "validate"):
            self.assertIn("is a sweep", self.expect(2, command, self.folder / "sweep.toml").stderr)

    def test_plan_says_about_how_large_the_file_becomes(self):
        axis = '[[axis]]\nname = "x"\naddress = "actor.CHN.events_per_yr"\nscale = ' + str([0.5 + k / 10 for k in range(8)])
        for keep in ('', '\n[keep]\nmeasures = ["shortfall"]\nfigures = ["mean"]\ntimelines = true\n'):
            sweep, file = self.sweep_file(axis + keep, paths=1000), self.folder / "sweep.h5"
            said = json.loads(self.expect(0, "plan", sweep, "--json").stdout)["output_bytes"]
            self.expect(0, "sweep", sweep, "-o", file, "--overwrite", "--quiet")
            self.assertGreater(said / file.stat().st_size, 0.8, keep)
            self.assertLess(said / file.stat().st_size, 1.4, keep)

    def test_plan_tells_members_files_and_time_and_leaves_nothing(self):
        sweep = self.sweep_file(FAILING + POOLING, 1000)
        text = self.expect(0, "plan", sweep, *SHORT).stdout
        for word in ("grid, 6 members of 1,000 paths", "axis           output: 3 values", "paths          6,000",
                     "would fail     2 (output=0.1, pooling=false)", "about"):
            self.assertIn(word, text)
        said = json.loads(self.expect(0, "plan", sweep, "--json").stdout)
        self.assertEqual((said["members"], said["paths"], len(said["failing"])), (6, 6000, 4))
        self.assertEqual(self.names(), ["sweep.toml"])


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main()
