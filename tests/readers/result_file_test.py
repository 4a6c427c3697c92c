"""A result file opens, unaided, in what people use: xarray (both engines), h5py, netCDF4, ncdump.

usage: result_file_test.py WRITER       a program that writes a synthetic result
       result_file_test.py RESULT.h5    a result of any run
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import netCDF4
import numpy as np
import xarray as xr

ENGINES = ("h5netcdf", "netcdf4")
GROUPS = ("/", "timeline", "diagnostics", "convergence", "accumulators", "accumulators/ratio", "accumulators/months",
          "accumulators/usd", "accumulators/shortfall_timeline")
LEVELS = (0.9, 0.95, 0.99, 0.995, 0.999)
MEASURES = {"ratio": ("shortfall", "peak", "drawn", "curtailed", "essential_shortfall"),
            "months": ("months_short", "longest_spell", "first_short", "recovery"),
            "usd": ("extra_cost", "price_shock_cost", "loss")}
FIGURES = ("mean", "mean_lo", "mean_hi", "std", "std_lo", "std_hi", "stderr", "mean_paths_needed", "mean_thin", "quantile", "quantile_lo", "quantile_hi", "var", "var_lo",
           "var_hi", "cvar", "cvar_lo", "cvar_hi", "support", "paths_needed", "thin")

FILE = None  # set below
IS_SYNTHETIC = not sys.argv[1].endswith(".h5")


def open_with(engine, group=None, **options):
    return xr.open_dataset(FILE, engine=engine, group=group, **options)


def datasets(file):
    found = []
    file.visititems(lambda name, item: found.append((name, item))
                    if isinstance(item, h5py.Dataset) else None)
    return found


class Xarray(unittest.TestCase):
    def test_both_engines_select_by_name_and_level(self):
        values = []
        for engine in ENGINES:
            with open_with(engine) as ds:
                cell = ds["shortfall_cvar"].sel(member="JPN", mineral="gallium")
                self.assertEqual(cell.dims, ("level",))
                np.testing.assert_array_equal(ds["level"], LEVELS)
                values.append(cell.values)
                self.assertEqual(float(cell.sel(level=0.95)), cell.values[1])
                self.assertEqual(ds["shortfall_mean"].attrs["units"], "1")
                self.assertEqual(ds.attrs["Conventions"], "CF-1.8")
                self.assertIsInstance(ds.attrs["scenario"], str)
        np.testing.assert_array_equal(*values)

    def test_every_figure_of_every_measure_is_there(self):
        with open_with("h5netcdf") as ds:
            for names in MEASURES.values():
                for name in names:
                    for figure in FIGURES:
                        self.assertEqual(ds[f"{name}_{figure}"].dims[:2], ("member", "mineral"))
            for name in ("member_loss", "member_worst_year_loss", "member_annual_loss",
                         "member_price_shock_cost"):
                for figure in FIGURES:
                    self.assertEqual(ds[f"{name}_{figure}"].dims[0], "member")
            for name in MEASURES["ratio"]:
                self.assertEqual(ds[f"{name}_exceedance"].dims, ("member", "mineral", "threshold"))
                for end in ("stderr", "lo", "hi", "paths_needed", "thin"):
                    self.assertEqual(ds[f"{name}_exceedance_{end}"].dims, ds[f"{name}_exceedance"].dims)
            for end in ("", "_lo", "_hi", "_support", "_paths_needed", "_thin"):
                self.assertEqual(ds["member_loss_return" + end].dims, ("member", "return_period"))
            for end in ("", "_stderr", "_lo", "_hi", "_paths_needed", "_thin"):
                self.assertEqual(ds["short_probability" + end].dims, ("member", "mineral"))
            self.assertEqual(ds["worst_path"].dims, ("member", "mineral", "rank"))

    def test_both_engines_give_the_same_values_in_every_group(self):
        for group in GROUPS:
            with open_with("h5netcdf", group, mask_and_scale=False) as a, \
                    open_with("netcdf4", group, mask_and_scale=False) as b:
                self.assertEqual(set(a.variables), set(b.variables), group)
                for name in a.variables:
                    self.assertEqual(a[name].dims, b[name].dims, name)
                    np.testing.assert_array_equal(a[name].values, b[name].values, name)

    def test_time_is_dates_and_cover_is_numbers(self):
        for engine in ENGINES:
            with open_with(engine, "timeline") as ds:
                self.assertEqual(ds["time"].dtype.kind, "M")
                start = np.datetime64(xr.open_dataset(FILE, engine=engine).attrs["start_date"])
                self.assertEqual(ds["time"].values[0], start)
                self.assertEqual(ds["days_of_cover_mean"].dtype, np.float64)
                self.assertEqual(ds["price_ratio_quantile"].dims, ("mineral", "time", "quantile"))
                ds["shortfall_mean"].sel(member="JPN", mineral="gallium", time=start)


    def test_diagnostics_are_selected_by_member_mineral_and_stage(self):
        for engine in ENGINES:
            with open_with(engine, "diagnostics") as ds:
                self.assertEqual(ds["n1_coverage"].dims, ("mineral",))
                self.assertEqual(ds["hhi"].dims, ("mineral", "stage"))
                self.assertEqual(ds["import_reliance"].dims, ("member", "mineral"))
                self.assertEqual(ds["calibration_scale"].dims, ("mineral", "stage"))
                for name in ds.data_vars:
                    self.assertEqual(ds[name].dtype, np.float64)
                    self.assertEqual(ds[name].attrs["units"], "1")
                hhi = ds["hhi"].sel(mineral="gallium", stage="refine").item()
                self.assertTrue(0 < hhi <= 1, hhi)
                np.testing.assert_array_equal(np.isnan(ds["hhi"]), np.isnan(ds["calibration_scale"]))
                reliance = ds["import_reliance"].sel(member="JPN", mineral="gallium").item()
                self.assertTrue(0 <= reliance <= 1, reliance)

    @unittest.skipUnless(IS_SYNTHETIC, "of any run")
    def test_diagnostics_are_those_that_were_written(self):
        with open_with("h5netcdf", "diagnostics") as ds:
            np.testing.assert_array_equal(ds["n1_coverage"], [0, 0.125])
            np.testing.assert_array_equal(ds["hhi"], [[np.nan, 0.5], [0.25, 0.5]])
            np.testing.assert_array_equal(ds["calibration_scale"], [[np.nan, 0.875], [1.25, 0.875]])
            np.testing.assert_array_equal(ds["import_reliance"], np.arange(6).reshape(3, 2) / 8)


class H5py(unittest.TestCase):
    def setUp(self):
        self.file = h5py.File(FILE)
        self.addCleanup(self.file.close)

    def test_every_axis_has_a_scale_of_its_name_and_length(self):
        for name, dataset in datasets(self.file):
            if h5py.h5ds.is_scale(dataset.id):
                self.assertEqual(dataset.ndim, 1)
                continue
            for dim, extent in zip(dataset.dims, dataset.shape):
                self.assertEqual(len(dim), 1, name)
                self.assertEqual(dim[0].shape, (extent,), name)

    def test_every_dataset_is_described(self):
        for name, dataset in datasets(self.file):
            self.assertIn("long_name", dataset.attrs, name)
            if h5py.h5ds.is_scale(dataset.id):
                continue
            self.assertIn("units", dataset.attrs, name)
            self.assertEqual(np.asarray(dataset.attrs["_FillValue"]).dtype, dataset.dtype, name)

    def test_types_and_filters_are_those_anyone_can_read(self):
        for name, dataset in datasets(self.file):
            string = h5py.check_string_dtype(dataset.dtype)
            self.assertTrue(string is not None or dataset.dtype.kind in "fiu", name)
            for index in range(dataset.id.get_create_plist().get_nfilters()):
                code = dataset.id.get_create_plist().get_filter(index)[0]
                self.assertIn(code, (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE), name)

    def test_nothing_holds_a_time_of_writing(self):
        for name, dataset in datasets(self.file):
            self.assertFalse(dataset.id.get_create_plist().get_obj_track_times(), name)

    def test_creation_order_is_tracked(self):
        order = h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED
        for group in ("/", "timeline", "accumulators", "accumulators/ratio"):
            plist = self.file[group].id.get_create_plist()
            self.assertEqual(plist.get_link_creation_order() & order, order, group)

    def test_means_follow_from_the_integer_state(self):
        n_paths = int(self.file.attrs["paths_done"])
        for group, names in MEASURES.items():
            state = self.file["accumulators"][group]
            for name in names:
                moments = state[f"{name}_moments"][...]
                sums = moments[..., 0, 0].astype(float) + moments[..., 0, 1].astype(float) * 2.0**64
                counted = state[f"{name}_histogram"][...].sum(axis=-1)
                self.assertTrue(set(np.unique(counted)) <= {0, n_paths})
                sampled = counted == n_paths
                means = sums / n_paths / state[f"{name}_scale"][...]
                np.testing.assert_allclose(self.file[f"{name}_mean"][...][sampled], means[sampled],
                                           rtol=1e-12, err_msg=name)

    def test_quantiles_lie_in_the_bins_that_hold_their_rank(self):
        state = self.file["accumulators/ratio"]
        edges = np.append(state["bin"][...], np.inf)
        histogram = state["shortfall_histogram"][...]
        n_paths = int(self.file.attrs["paths_done"])
        for member, mineral in np.ndindex(histogram.shape[:2]):
            cumulative = np.cumsum(histogram[member, mineral])
            if cumulative[-1] == 0:
                continue
            for k, level in enumerate(self.file["quantile"][...]):
                rank = int(np.ceil(round(level * n_paths, 6)))
                found = np.searchsorted(cumulative, rank)
                value = self.file["shortfall_quantile"][member, mineral, k]
                self.assertLessEqual(edges[found], value)
                self.assertLessEqual(value, edges[found + 1])

    def test_intervals_enclose_their_figures(self):
        for name, dataset in datasets(self.file):
            if not name.endswith("_lo"):
                continue
            low, value, high = (self.file[name[:-3] + end][...] for end in ("_lo", "", "_hi"))
            known = ~np.isnan(value)
            self.assertTrue(np.all(low[known] <= value[known]), name)
            self.assertTrue(np.all(value[known] <= high[known]), name)

    def test_worst_paths_are_sorted_and_end_in_fill_values(self):
        paths, values = self.file["worst_path"][...], self.file["worst_path_value"][...]
        self.assertEqual(int(self.file["worst_path"].attrs["_FillValue"]), -1)
        np.testing.assert_array_equal(paths < 0, np.isnan(values))
        filled = np.nan_to_num(values, nan=0.0)
        self.assertTrue(np.all(np.diff(filled, axis=-1) <= 0))


class Netcdf(unittest.TestCase):
    def test_library_sees_variables_along_named_dimensions(self):
        with netCDF4.Dataset(FILE) as ds:
            self.assertEqual(ds.data_model, "NETCDF4")
            self.assertEqual(ds["shortfall_quantile"].dimensions, ("member", "mineral", "quantile"))
            self.assertIn("gallium", list(ds["mineral"][:]))
            self.assertEqual(ds["accumulators/usd/loss_histogram"].dimensions,
                             ("member", "mineral", "bin"))

    @unittest.skipUnless(shutil.which("ncdump"), "ncdump is not installed")
    def test_ncdump_lists_the_header(self):
        done = subprocess.run(["ncdump", "-h", FILE], capture_output=True, text=True, check=True)
        self.assertIn("double shortfall_cvar(member, mineral, level)", done.stdout)
        self.assertIn("group: timeline", done.stdout)


def main():
    global FILE
    given = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        FILE = str(given)
        if given.suffix != ".h5":
            FILE = str(Path(folder) / "synthetic.h5")
            subprocess.run([given, FILE], check=True, stdout=subprocess.DEVNULL)
        unittest.main(argv=[sys.argv[0], "-v"])


if __name__ == "__main__":
    main()
