"""Programs people use read what h5py reads: R, Octave, pandas and ncdump, value by value; and the recipes of
outputs/README.md run as they stand there.

usage: recipes_test.py WRITER README     a program that writes a synthetic result; outputs/README.md

A reader that is not installed is skipped, but fails where BLOCRISK_REQUIRE_READERS=1.
"""

import ast
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import xarray as xr

NAME = "outputs/baseline-2027.h5"  # the file of the recipes, in the folder they run in
FOLDER = None  # set below
README = ""

# The main variables of `/`, and of every other group one at least.
VARIABLES = [
    f"{measure}_{figure}"
    for measure in ("shortfall", "months_short", "loss", "member_loss", "member_annual_loss")
    for figure in ("mean", "mean_lo", "mean_hi", "std", "std_lo", "std_hi", "stderr", "quantile", "quantile_lo", "quantile_hi", "var",
                   "cvar", "cvar_lo", "cvar_hi", "support", "paths_needed", "thin")
] + ["shortfall_exceedance", "short_probability", "short_probability_hi", "member_loss_return", "member_loss_return_thin",
     "worst_path", "worst_path_value", "quantile", "level", "threshold", "return_period",
     "timeline/time", "timeline/shortfall_mean", "timeline/price_ratio_quantile", "diagnostics/hhi",
     "convergence/shortfall_cvar95_half_width", "convergence/paths_done", "accumulators/ratio/shortfall_histogram",
     "samples/shortfall"]


def needed(found, what):
    """Skips where a reader is absent, unless this machine has to have it."""
    if found or os.environ.get("BLOCRISK_REQUIRE_READERS") == "1":
        return lambda test: test
    return unittest.skip(f"{what} is not installed")


def answers(*command):
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, cwd="/").returncode == 0


HAS_R = answers("Rscript", "-e", "library(ncdf4)")
HAS_HDF5R = answers("Rscript", "-e", "library(hdf5r)")
HAS_OCTAVE = answers("octave", "--no-gui", "--eval", "pkg load netcdf")
try:
    import pandas
except ImportError:
    pandas = None


def run(*command, code=None):
    done = subprocess.run(command, input=code, capture_output=True, text=True, cwd=FOLDER, timeout=240)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{code}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def stored(name):
    with h5py.File(FOLDER / NAME) as file:
        return file[name][...]


def with_absent_values(values):
    """As readers see them that take fill values of integers for absent."""
    flat = values.ravel()
    return np.where(flat == -1, math.nan, flat) if values.dtype.kind == "i" else flat


def by_group():
    groups = {}
    for path in VARIABLES:
        group, _, name = path.rpartition("/")
        groups.setdefault(group, []).append(name)
    return groups


def labels(name):
    with h5py.File(FOLDER / NAME) as file:
        return list(file[name].asstr())


def recipe(language, containing):
    """The one block of code of a language in the README that holds this text."""
    blocks = [block for tag, block in re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
              if tag == language and containing in block]
    if len(blocks) != 1:
        raise AssertionError(f"{len(blocks)} blocks of {language} with {containing} in outputs/README.md")
    return blocks[0]


def cell(name, member, mineral, *rest):
    return stored(name)[(labels("member").index(member), labels("mineral").index(mineral), *rest)]


class Case(unittest.TestCase):
    def expect_values(self, printed, expected=lambda name: with_absent_values(stored(name))):
        """Lines of a name and its values, as a reader printed them."""
        seen = {}
        for line in printed.splitlines():
            if line.startswith("variable "):
                name, *values = line.split()[1:]
                seen[name] = np.array([math.nan if value in ("NA", "NaN") else float(value) for value in values])
        self.assertEqual(sorted(seen), sorted(VARIABLES))
        for name in VARIABLES:
            np.testing.assert_array_equal(seen[name], expected(name), name)


@needed(HAS_R, "R with ncdf4")
class R(Case):
    def test_reads_every_value_and_label(self):
        code = f'library(ncdf4); nc <- nc_open("{NAME}")\n' + "".join(
            f'cat("variable {name}", sprintf("%.17g", as.vector(ncvar_get(nc, "{name}"))), "\\n")\n'
            for name in VARIABLES)
        code += 'cat("labels", ncvar_get(nc, "member"), ncvar_get(nc, "mineral"), "\\n")\n'
        printed = run("Rscript", "-", code=code)
        self.expect_values(printed)
        self.assertIn("labels " + " ".join(labels("member") + labels("mineral")), printed)

    def test_recipe(self):
        printed = run("Rscript", "-", code="options(digits = 15)\n" + recipe("r", "library(ncdf4)") + "\nprice[1, 1]\n")
        values = [float(value) for value in re.findall(r"^\[1\] ([-\d.e]+)$", printed, re.MULTILINE)]
        self.assertEqual(len(values), 2, printed)
        self.assertAlmostEqual(values[0], cell("shortfall_cvar", "JPN", "gallium", 1), 12)
        self.assertAlmostEqual(values[1], stored("timeline/price_ratio_mean")[0, 0], 12)


@needed(HAS_HDF5R, "R with hdf5r")
class RAsHdf5(Case):
    def test_reads_every_value_and_label(self):
        code = f'library(hdf5r); f <- H5File$new("{NAME}", "r")\n' + "".join(
            f'cat("variable {name}", sprintf("%.17g", as.numeric(as.vector(f[["{name}"]]$read()))), "\\n")\n'
            for name in VARIABLES)
        code += 'cat("labels", f[["member"]][], f[["mineral"]][], "\\n")\n'
        printed = run("Rscript", "-", code=code)
        # hdf5r knows nothing of fill values: they are read as they stand
        self.expect_values(printed, lambda name: stored(name).ravel().astype(float))
        self.assertIn("labels " + " ".join(labels("member") + labels("mineral")), printed)

    def test_recipe(self):
        printed = run("Rscript", "-", code="options(digits = 15)\n" + recipe("r", "library(hdf5r)"))
        rows = re.findall(r"^\[1\] ([-\d.e+ ]+)$", printed, re.MULTILINE)
        self.assertEqual(len(rows), 2, printed)
        self.assertAlmostEqual(float(rows[0].split()[1]), cell("shortfall_cvar", "JPN", "gallium", 1), 12)
        self.assertAlmostEqual(float(rows[1]), stored("timeline/price_ratio_mean")[0, 0], 12)


@needed(HAS_OCTAVE, "Octave with netcdf")
class Octave(Case):
    def octave(self, code):
        script = FOLDER / "script.m"
        script.write_text(code)
        return run("octave", "--no-gui", "--norc", script)

    def test_reads_every_value_and_label(self):
        code = "pkg load netcdf\n" + "".join(
            f'printf("variable {name}"); printf(" %.17g", ncread("{NAME}", "/{name}")); printf("\\n");\n'
            for name in VARIABLES)
        code += f'printf("labels %s;%s\\n", ncreadatt("{NAME}", "/", "member_ids"), ncreadatt("{NAME}", "/", "mineral_ids"));\n'
        printed = self.octave(code)
        self.expect_values(printed)
        self.assertIn(f'labels {",".join(labels("member"))};{",".join(labels("mineral"))}', printed)

    def test_recipe(self):
        printed = self.octave("format long g\n" + recipe("octave", "pkg load netcdf") + "\nprice(1, 1)\n")
        values = [float(value) for value in re.findall(r"\b\d+\.\d+(?:e-?\d+)?\b|\b1\b", printed)]
        expected = [*cell("shortfall_cvar", "JPN", "gallium"), stored("timeline/price_ratio_mean")[0, 0]]
        np.testing.assert_allclose(values, expected, rtol=1e-12, err_msg=printed)


class Python(Case):
    def value_of(self, code, **names):
        """Runs a recipe and gives back what its last line is worth."""
        tree = ast.parse(code)
        before = os.getcwd()
        os.chdir(FOLDER)
        try:
            exec(compile(ast.Module(tree.body[:-1], []), "recipe", "exec"), names)
            return eval(compile(ast.Expression(tree.body[-1].value), "recipe", "eval"), names)
        finally:
            os.chdir(before)

    def test_recipe_of_xarray(self):
        found = self.value_of(recipe("python", "through_time"))
        with xr.open_dataset(FOLDER / NAME, group="timeline") as timeline:
            expected = timeline["days_of_cover_quantile"].values[labels("member").index("JPN"),
                                                                 labels("mineral").index("cobalt"), :, 0]
        self.assertEqual(found.dims, ("time",))
        np.testing.assert_array_equal(found, expected)

    def test_recipe_of_h5py(self):
        found = self.value_of(recipe("python", "import h5py"))
        np.testing.assert_array_equal(found, cell("shortfall_cvar", "JPN", "gallium"))

    @needed(pandas is not None, "pandas")
    def test_recipe_of_pandas(self):
        table = self.value_of(recipe("python", "to_dataframe"))
        self.assertEqual(set(table.index), set(labels("mineral")))
        for name in ("shortfall_mean", "months_short_mean", "short_probability"):
            for mineral in table.index:
                self.assertEqual(table.loc[mineral, name], cell(name, "JPN", mineral), name)

    @needed(pandas is not None, "pandas")
    def test_pandas_holds_every_value(self):
        for engine in ("h5netcdf", "netcdf4"):
            for group, names in by_group().items():
                with xr.open_dataset(FOLDER / NAME, engine=engine, group=group or None, mask_and_scale=False,
                                     decode_times=False) as ds:
                    for name in names:
                        self.expect_column(ds[name], stored(f"{group}/{name}"))

    def expect_column(self, variable, expected):
        if variable.name in variable.dims:
            column = variable.to_series()
        else:
            column = variable.to_dataframe()[variable.name]
            self.assertEqual(list(column.index.names), list(variable.dims))
        np.testing.assert_array_equal(column.to_numpy(), expected.ravel(), variable.name)


@needed(shutil.which("ncdump"), "ncdump")
class Ncdump(Case):
    def test_prints_every_value(self):
        for group, names in by_group().items():
            paths = [f"/{group}/{name}" if group else name for name in names]
            printed = run("ncdump", "-p", "9,17", "-v", ",".join(paths), NAME)
            if group:
                printed = printed.split(f"group: {group.rpartition('/')[2]} {{", 1)[1]
            data = printed.split("data:", 1)[1].split("group:", 1)[0]
            for name in names:
                text = re.search(rf"\n\s*{name} =\s+([^;]*) ;", data).group(1)
                values = np.array([math.nan if value in ("NaN", "NaNf", "_") else float(value)
                                   for value in re.split(r"[,\s]+", text.strip())])
                expected = stored(f"{group}/{name}")
                if expected.dtype == np.float32:  # nine digits are exact for singles
                    values = values.astype(np.float32)
                np.testing.assert_array_equal(values, with_absent_values(expected), name)

    def test_recipe(self):
        line = next(line for line in recipe("sh", "ncdump").splitlines() if line.startswith("ncdump"))
        self.assertIn("double shortfall_cvar(member, mineral, level)", run("sh", "-c", line))


class Recipes(unittest.TestCase):
    def test_julia_is_called_untested_where_nothing_runs_it(self):
        self.assertIn("NCDatasets", recipe("julia", "NCDataset"))
        self.assertRegex(README, r"Julia \(`NCDatasets`[^)]*untested")


def main():
    global FOLDER, README
    writer, readme = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    README = readme.read_text()
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = Path(folder)
        (FOLDER / NAME).parent.mkdir()
        subprocess.run([writer, FOLDER / NAME], check=True, stdout=subprocess.DEVNULL)
        unittest.main(argv=[sys.argv[0], "-v", *sys.argv[3:]])


if __name__ == "__main__":
    main()
