"""`blocrisk compare` as a user meets it, against numpy on the samples of both results.

    compare_cli_test.py PATH_OF_BLOCRISK [unittest options], in the root of the source folder
"""

import csv
import io
import json
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import xarray as xr

BLOCRISK = ""
CONFIGS = Path("configs").resolve()
BASELINE = CONFIGS / "baseline/scenario.toml"
VAULT = CONFIGS / "vault_90/scenario.toml"
PATHS = 4000


def blocrisk(*arguments):
    return subprocess.run([BLOCRISK, *map(str, arguments)], capture_output=True, text=True, timeout=240)


def cvar(values, level=0.95):
    var = np.sort(values)[int(np.ceil(level * len(values))) - 1]
    return var + np.maximum(values - var, 0).mean() / (1 - level)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.shared = Path(cls._folder.name)
        cls.a = cls.run_scenario(cls.shared / "a.h5", BASELINE, "--samples", PATHS)
        cls.b = cls.run_scenario(cls.shared / "b.h5", VAULT, "--samples", PATHS)

    @staticmethod
    def run_scenario(path, scenario, *arguments):
        if not {"--paths", "--path-range"} & set(arguments):
            arguments = ("--paths", PATHS, *arguments)
        done = blocrisk("run", scenario, "-o", path, *arguments)
        assert done.returncode == 0, done.stderr
        return path

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def variant(self, name, *arguments, scenario=BASELINE):
        return self.run_scenario(self.folder / name, scenario, *arguments)

    def expect(self, code, *arguments):
        done = blocrisk("compare", *arguments)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def rows(self, *arguments):
        """Cells by (member, mineral), members by (member, ""), and the whole answer."""
        answer = json.loads(self.expect(0, *arguments, "--json", "--quiet").stdout)
        rows = {(row["member"], row["mineral"]): row for row in answer["difference"]["cells"]}
        rows |= {(row["member"], ""): row for row in answer["difference"]["members"]}
        return rows, answer

    def refused(self, code, words, *arguments):
        done = self.expect(code, *arguments)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)


def student(degrees):
    """97.5 % point of Student's t, to first order."""
    return 1.959963985 * (1 + (1.959963985**2 + 1) / (4 * degrees))


def hall(d, extreme, point):
    """Where Hall's (1992) transformation of Student's ratio has a value, with one more sample."""
    x = np.append(d, extreme)
    c = x - x.mean()
    skewness = (c**3).sum() / (c**2).sum() ** 1.5
    shifted = point - skewness / 6
    root = np.cbrt(1 + skewness * shifted)
    return x.mean() - np.sqrt((c**2).sum()) / len(x) * 3 * shifted / (root**2 + root + 1)


class Figures(Case):
    def test_they_are_numpys_on_the_samples(self):
        rows, answer = self.rows(self.a, self.b)
        self.assertEqual(answer["difference"]["paths"], PATHS)
        n_apart = n_checked = 0
        with xr.open_dataset(self.a, group="samples") as a, xr.open_dataset(self.b, group="samples") as b:
            for (member, mineral), row in rows.items():
                if mineral:
                    x, y = (ds["shortfall"].sel(member=member, mineral=mineral).values.astype(float) for ds in (a, b))
                    p, q = (ds["months_short"].sel(member=member, mineral=mineral).values.astype(float) for ds in (a, b))
                    figure = "shortfall"
                    self.assertAlmostEqual(row["months_short_mean_difference"], (p - q).mean(), places=9)
                    self.assertAlmostEqual(row["short_probability_difference"], (p > 0).mean() - (q > 0).mean(), places=12)
                else:
                    x, y = (ds["member_loss"].sel(member=member).values.astype(float) for ds in (a, b))
                    figure = "loss"
                d = x - y
                mean, low, high = (row[f"{figure}_mean_difference{end}"] for end in ("", "_lo", "_hi"))
                self.assertAlmostEqual(mean, d.mean(), delta=1e-12 * max(1, abs(d.mean())))
                self.assertAlmostEqual(row[f"{figure}_mean_a"], x.mean(), delta=1e-12 * max(1, x.mean()))
                tail = row[f"{figure}_cvar95_difference"]
                self.assertAlmostEqual(tail, cvar(x) - cvar(y), delta=1e-9 * max(1, cvar(x)))
                self.assertLessEqual(row[f"{figure}_cvar95_difference_lo"], tail)
                self.assertGreaterEqual(row[f"{figure}_cvar95_difference_hi"], tail)
                self.assertAlmostEqual(row["a_worse_probability"], (d > 0).mean(), places=12)
                self.assertAlmostEqual(row["b_worse_probability"], (d < 0).mean(), places=12)
                # Where hundreds of paths differ both ways, no bound but the samples' own has a part in it.
                if min((d > 0).sum(), (d < 0).sum()) > 100:
                    point = student((d != 0).sum())
                    self.assertAlmostEqual(low, hall(d, d.min(), point), delta=1e-6 * (high - low))
                    self.assertAlmostEqual(high, hall(d, d.max(), -point), delta=1e-6 * (high - low))
                    n_checked += 1
                # Far from zero, sign and interval agree.
                if abs(d.mean()) > 4 * d.std() / np.sqrt(PATHS) and (d != 0).sum() > 100:
                    self.assertGreater(low * high, 0, (member, mineral))
                    n_apart += 1
        self.assertGreater(n_apart, 100)
        self.assertGreater(n_checked, 15)

    def test_more_stock_helps_and_the_order_of_the_two_turns_the_sign(self):
        one, _ = self.rows(self.a, self.b)
        other, _ = self.rows(self.b, self.a)
        self.assertGreater(one["USA", "gallium"]["shortfall_mean_difference_lo"], 0)
        self.assertGreater(one["JPN", ""]["loss_mean_difference_lo"], 0)
        for key, row in one.items():
            for name in row:
                if name.endswith("_difference"):
                    self.assertAlmostEqual(row[name], -other[key][name], delta=1e-9 * max(1, abs(row[name])))
                    self.assertAlmostEqual(row[name + "_lo"], -other[key][name + "_hi"], delta=1e-6 * max(1, abs(row[name])))

    def test_pairing_narrows_the_interval(self):
        """Against the same difference as if the two were independent."""
        rows, _ = self.rows(self.a, self.b)
        with xr.open_dataset(self.a, group="samples") as a, xr.open_dataset(self.b, group="samples") as b:
            x, y = (ds["shortfall"].sel(member="JPN", mineral="gallium").values for ds in (a, b))
        row = rows["JPN", "gallium"]
        width = row["shortfall_mean_difference_hi"] - row["shortfall_mean_difference_lo"]
        self.assertLess(width, 0.5 * 2 * 1.96 * np.sqrt((x.var() + y.var()) / PATHS))

    def test_a_scenario_against_itself_differs_by_exactly_nothing(self):
        rows, answer = self.rows(self.a, self.a)
        for row in rows.values():
            self.assertFalse(row["thin"])
            for name, value in row.items():
                if "_difference" in name or name in ("a_worse_probability", "b_worse_probability"):
                    self.assertEqual(value, 0, name)
        self.assertIn("same network", answer["cautions"][0])
        self.assertIn("every difference is exactly zero", self.expect(0, self.a, self.a).stdout)

    def test_sampled_again_the_figures_are_the_same(self):
        """Files without samples, any number of threads and lanes."""
        a = self.variant("a.h5")
        b = self.variant("b.h5", scenario=VAULT)
        rows, _ = self.rows(self.a, self.b, "--paths", 1500)
        for arguments in [[], ["--threads", 1], ["--lanes", 1]]:
            again, _ = self.rows(a, b, "--paths", 1500, *arguments)
            self.assertEqual(rows, again)
        self.assertEqual(rows, self.rows(self.a, b, "--paths", 1500)[0])

    def test_csv_json_and_text_agree(self):
        rows, _ = self.rows(self.a, self.b)
        lines = list(csv.DictReader(io.StringIO(self.expect(0, self.a, self.b, "--csv").stdout)))
        for line in lines:
            value = rows[line["member"], line["mineral"]][line["figure"]]
            self.assertEqual(float(line["value"]), value, line)
        text = self.expect(0, self.a, self.b).stdout
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        for word in ["A  baseline-2027", "B  vault_90", "4,000 paths", "A less B", "gallium", "Loss"]:
            self.assertIn(word, text)
        self.assertNotIn("nan", text)


class Pairs(Case):
    def test_other_draws_are_refused_saying_what_differs(self):
        for words, arguments in [
            (["seed", "of A is 1", "of B 2"], ["--seed", 2]),
            (["number of steps", "60", "48"], ["--set", "clock.years=4"]),
            (["steps_per_year", "12", "4"], ["--set", "clock.steps_per_year=4"]),
            (["clock.start", "2027-01-01", "2028-01-01"], ["--set", "clock.start=2028-01-01"]),
            (["path range", "0:4000", "5000:5100"], ["--path-range", "5000:5100"]),
        ]:
            with self.subTest(arguments=arguments):
                other = self.folder / "other.h5"
                done = blocrisk("run", BASELINE, "-o", other, "--overwrite",
                                *([] if "--path-range" in arguments else ["--paths", 100]), *arguments)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.refused(4, ["do not share their draws", *words], self.a, other)

    def test_another_engine_or_format_is_refused(self):
        def changed(name, value):
            path = self.folder / f"{name}.h5"
            path.write_bytes(self.b.read_bytes())
            with h5py.File(path, "r+") as file:
                file.attrs[name] = value
            return path
        self.refused(4, ["engine", "9.9.9"], self.a, changed("engine_version", "9.9.9"))
        self.refused(4, ["format version 1"], self.a, changed("schema_version", np.int64(1)))
        self.refused(4, ["ab" * 32], self.a, changed("network_hash", "ab" * 32))

    def test_only_the_paths_of_both_are_compared(self):
        part = self.variant("part.h5", "--path-range", "3000:7000", scenario=VAULT)
        _, answer = self.rows(self.a, part)
        self.assertEqual(answer["path_range"], "3000:4000")
        self.refused(2, ["--paths 1001", "1000 paths in common", "3000:4000"], self.a, part, "--paths", 1001)

    def test_bits_that_differ_from_the_files_are_an_error(self):
        a = self.variant("a.h5", "--path-range", "0:500")
        with h5py.File(a, "r+") as file:
            file["accumulators/block_digest"][0] += np.uint64(1)
        self.refused(6, ["a.h5", "block 0"], a, a, "--quiet")

    def test_what_only_one_has_is_said_and_left_out(self):
        other = self.variant("other.h5", "--set", 'bloc.members=["JPN","USA","BRA"]', "--paths", 200)
        rows, answer = self.rows(self.a, other)
        left_out = "\n".join(answer["difference"]["left_out"])
        self.assertIn("only A has the member EUU", left_out)
        self.assertIn("only B has the member BRA", left_out)
        self.assertEqual({member for member, _ in rows}, {"JPN", "USA"})
        self.assertIn("left out: only A has the member EUU", self.expect(0, self.a, other).stdout)

    def test_another_threshold_is_a_caution(self):
        other = self.variant("other.h5", "--set", "measures.short_threshold=0.1")
        self.assertIn("short_threshold", self.expect(0, self.a, other, "--paths", 500).stdout)

    def test_a_signal_stops_the_sampling(self):
        a = self.variant("a.h5", "--paths", 20_000)
        run = subprocess.Popen([BLOCRISK, "compare", a, a, "--lanes", "1", "--threads", "1"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        self.assertIn("sampling A again, backend cpu", run.stderr.readline())
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=120)
        self.assertEqual((run.returncode, out), (5, ""), err)
        self.assertIn("SIGINT", err)

    def test_senseless_command_lines_exit_2(self):
        for words, arguments in [
            (["B"], [self.a]),
            (["A"], [""]),
            (["--paths"], [self.a, self.b, "--paths", 0]),
            (["--csv"], [self.a, self.b, "--csv", "--json"]),
            (["--devices"], [self.a, self.b, "--devices", 0, "--threads", 1]),
        ]:
            with self.subTest(arguments=arguments):
                self.refused(2, words, *arguments)
        self.refused(4, ["no such file"], self.a, self.folder / "absent.h5")


if __name__ == "__main__":
    BLOCRISK = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
