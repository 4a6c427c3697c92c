"""What `blocrisk report` writes: the data in the page are the result's, the page stands alone, and
mistakes leave a message and no file.

    report_test.py PATH_OF_BLOCRISK [unittest options], in the root of the source folder
"""

import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import samples

BLOCRISK = ""


class Elements(html.parser.HTMLParser):
    """A page as a browser's parser would cut it: scripts, the title, attributes that name files."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.scripts, self.title, self.addresses, self.ids = [], "", [], []
        self.inside = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        self.inside = tag
        self.ids.append(facts.get("id"))
        self.addresses += [facts[name] for name in ("src", "href", "srcset", "action") if name in facts]
        if tag == "script":
            self.scripts.append([facts, ""])

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, text):
        if self.inside == "script":
            self.scripts[-1][1] += text
        if self.inside == "title":
            self.title += text


def data_of(page):
    text = page.read_text(encoding="utf-8")
    found = [body for facts, body in Elements(text).scripts if facts.get("id") == "data"]
    assert len(found) == 1
    return json.loads(found[0])


def as_array(nested):
    return np.array(nested, dtype=object)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def report(self, *arguments, **options):
        return subprocess.run([BLOCRISK, "report", *map(str, arguments)], capture_output=True,
                              text=True, cwd=self.folder, **options)

    def refuse(self, code, *arguments, says):
        before = self.left_on_disk()
        done = self.report(*arguments)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        self.assertIn(says, done.stderr)
        self.assertEqual(self.left_on_disk(), before)

    def left_on_disk(self):
        return {path: path.stat().st_mtime_ns for path in self.folder.rglob("*") if path.is_file()}


class Data(Case):
    def compare(self, shown, stored, digits, name):
        """null stands for what is not finite, and for nothing else."""
        shown = as_array(shown)
        self.assertEqual(shown.shape, stored.shape, name)
        finite = np.isfinite(stored)
        self.assertTrue(np.array_equal(shown != None, finite), name)  # noqa: E711, elementwise
        values, expected = shown[finite].astype(float), stored[finite].astype(float)
        if digits is None:
            np.testing.assert_array_equal(values, expected, name)
        else:
            np.testing.assert_allclose(values, expected, rtol=0.5 * 10 ** (1 - digits), atol=0,
                                       err_msg=name)

    def check(self, result):
        data = data_of(samples.make_page(BLOCRISK, result))
        with h5py.File(result) as file:
            for name, values in data["summary"].items():
                self.compare(values, file[name][:], None, name)
            for name, values in data["diagnostics"].items():
                self.compare(values, file["diagnostics"][name][:], None, name)
            for name, values in data["timeline"].items():
                self.compare(values, file["timeline"][name][:], 4, name)
            self.check_axes(data["axes"], file)
            self.check_worst(data["worst_paths"], file)
            self.check_origin(data["origin"], file)
            if "attribution" in file:
                for name in ("expected", "tail"):
                    self.compare(data["attribution"][name], file["attribution"][name][:], 4, name)
            else:
                self.assertIsNone(data["attribution"])
        return data

    def check_axes(self, axes, file):
        for name in ("member", "mineral"):
            self.assertEqual(axes[name], list(file[name].asstr()))
        self.assertEqual(axes["stage"], list(file["diagnostics/stage"].asstr()))
        self.assertEqual(axes["timeline_quantile"], list(file["timeline/quantile"]))
        for name in ("level", "return_period"):
            self.assertEqual(axes[name], list(file[name]))
        self.assertEqual(axes["time"], list(file["timeline/time"]))

    def check_worst(self, worst, file):
        for key, name in (("by_shortfall", "worst_path"), ("by_loss", "member_worst_path")):
            paths, values = file[name][:][..., :10], file[name + "_value"][:][..., :10]
            for index in np.ndindex(paths.shape[:-1]):
                shown = worst[key]
                for at in index:
                    shown = shown[at]
                n = int((paths[index] >= 0).sum())
                self.assertEqual([entry["path"] for entry in shown], list(paths[index][:n]))
                self.assertEqual([entry["value"] for entry in shown], list(values[index][:n]))

    def check_origin(self, origin, file):
        self.assertEqual(origin["seed"], str(file.attrs["seed"]))
        self.assertEqual(origin["paths_done"], file.attrs["paths_done"])
        for name in ("path_ranges", "scenario_sha256", "network_hash", "commit", "command_line",
                     "backend", "devices", "compiler", "start_time", "end_time", "stop_reason"):
            self.assertEqual(origin[name], file.attrs[name], name)

    def test_figures_are_those_of_the_file(self):
        data = self.check(samples.baseline(BLOCRISK, self.folder))
        self.assertGreater(np.max(data["summary"]["shortfall_cvar"]), 0)
        self.assertEqual(data["names"]["country"]["JPN"], "Japan")
        self.assertIn("dropped", " ".join(entry["message"] for entry in data["adjustments"]))

    def test_an_interval_that_paths_cannot_close_ends_at_the_largest_loss_there_can_be(self):
        data = self.check(samples.thin(BLOCRISK, self.folder))
        largest = data["scenario"]["largest_annual_loss_usd"][0]
        self.assertIn(largest, data["summary"]["member_loss_return_hi"][0])
        self.assertEqual(np.max(data["summary"]["member_loss_return_hi"][0]), largest)

    def test_the_worst_paths_are_told_as_replay_tells_them(self):
        data = self.check(samples.baseline(BLOCRISK, self.folder, "told.h5", paths=1000))
        member = data["axes"]["member"].index("JPN")
        mineral = data["axes"]["mineral"].index("gallium")
        cell = data["worst_paths"]["by_shortfall"][member][mineral]
        told = self.replay("told.h5", cell[0]["path"], "--mineral", "gallium")
        self.assertIn(cell[0]["story"], told)
        self.assertIn("Japan goes without", cell[0]["story"])
        self.assertNotIn("story", cell[1])
        loss = data["worst_paths"]["by_loss"][member][0]
        self.assertIn(loss["story"], self.replay("told.h5", loss["path"]))

    def test_bands_of_uncertain_inputs_are_those_of_the_file(self):
        result = samples.uncertain(BLOCRISK, self.folder)
        shown = self.check(result)["uncertain"]
        with h5py.File(result) as file:
            group = file["uncertain"]
            self.assertEqual(shown["input"], list(group["input"].asstr()))
            self.assertEqual(shown["draws"], len(group["draw"]))
            for name in ("mean_lo", "mean_hi", "between_share"):
                self.compare(shown["member_loss"][name], group[f"member_loss_{name}"][:], None, name)
                self.compare(shown["shortfall"][name], group[f"shortfall_{name}"][:], None, name)
            self.compare(shown["member_loss"]["input_share"], group["member_loss_input_share"][:], None, "input_share")
            self.compare(shown["member_loss"]["p95"], file["member_loss_quantile"][:, 7], None, "p95")
        self.assertIsNone(self.check(samples.quiet(BLOCRISK, self.folder))["uncertain"])

    def replay(self, result, path, *options):
        command = [BLOCRISK, "replay", self.folder / result, "--path", path, "--member", "JPN", *options]
        return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout

    def test_attribution_may_be_absent(self):
        self.assertIsNone(self.check(samples.unattributed(BLOCRISK, self.folder))["attribution"])

    def test_nothing_happens_in_quiet(self):
        data = self.check(samples.quiet(BLOCRISK, self.folder))
        self.assertEqual(np.max(data["summary"]["shortfall_cvar"]), 0)

    def test_hostile_names_stay_text(self):
        result = samples.one_cell(BLOCRISK, self.folder)
        data = self.check(result)
        self.assertEqual(data["scenario"]["name"], samples.HOSTILE)
        self.assertEqual(data["names"]["country"]["constructor"], samples.HOSTILE)
        self.assertEqual(data["names"]["mineral"]["__proto__"], samples.HOSTILE)
        page = Elements(result.with_suffix(".html").read_text(encoding="utf-8"))
        self.assertEqual(page.title, "blocrisk: " + samples.HOSTILE)
        self.assertEqual(len(page.scripts), 3)

    def test_a_result_without_volatile_facts_has_a_page(self):
        result = samples.run(BLOCRISK, samples.CONFIGS / "quiet/scenario.toml", self.folder / "q.h5",
                             "--paths", 10, "--no-volatile")
        self.assertNotIn("command_line", data_of(samples.make_page(BLOCRISK, result))["origin"])


class Page(Case):
    def test_it_stands_alone_and_is_small(self):
        page = samples.make_page(BLOCRISK, samples.baseline(BLOCRISK, self.folder))
        self.assertLess(page.stat().st_size, 3_000_000)
        text = page.read_text(encoding="utf-8")
        elements = Elements(text)
        for address in elements.addresses:
            self.assertRegex(address, r"^(#[a-z]+|data:,)$")
            self.assertTrue(address == "data:," or address[1:] in elements.ids, address)
        style = text[text.index("<style>"):text.index("</style>")]
        self.assertNotRegex(style, r"@import|url\(")

    def test_the_default_name_is_the_results(self):
        samples.quiet(BLOCRISK, self.folder)
        self.assertEqual(self.report("quiet.h5").stdout, "report: quiet.html\n")
        self.assertTrue((self.folder / "quiet.html").is_file())

    def test_equal_results_give_equal_pages(self):
        result = samples.quiet(BLOCRISK, self.folder)
        first = samples.make_page(BLOCRISK, result).read_bytes()
        self.assertEqual(self.report(result.name, "-o", "again.html").returncode, 0)
        self.assertEqual((self.folder / "again.html").read_bytes(), first)


class Mistakes(Case):
    def setUp(self):
        super().setUp()
        self.result = samples.quiet(BLOCRISK, self.folder)

    def test_command_lines_that_make_no_sense(self):
        self.refuse(2, says="RESULT is required")
        self.refuse(2, "", says="must name a file")
        self.refuse(2, self.result, "-o", "", says="must name a file")
        self.refuse(2, self.result, "-o", "pages/", says="names a folder")
        self.refuse(2, self.result, "--jsn", says="--jsn")

    def test_the_result_is_never_overwritten(self):
        os.link(self.result, self.folder / "same.html")
        for name in ("quiet.h5", "./quiet.h5", "same.html"):
            self.refuse(2, self.result, "-o", name, "--overwrite", says="is the result itself")

    def test_files_that_are_no_results(self):
        self.refuse(4, "absent.h5", says="absent.h5")
        self.refuse(4, ".", "-o", "x.html", says="is a folder")
        (self.folder / "text.h5").write_text("not a result")
        self.refuse(4, "text.h5", says="text.h5")
        with h5py.File(self.folder / "other.h5", "w") as file:
            file["x"] = 1
        self.refuse(4, "other.h5", says="is not a result of blocrisk")
        (self.folder / "cut.h5").write_bytes(self.result.read_bytes()[:100_000])
        self.refuse(4, "cut.h5", says="cut.h5")

    def test_attribution_of_another_shape(self):
        with h5py.File(self.result, "r+") as file:
            del file["attribution/expected"]
            file["attribution/expected"] = np.zeros((2, 2))
        self.refuse(4, self.result, says="are due")

    def test_places_that_cannot_be_written(self):
        self.refuse(4, self.result, "-o", "absent/page.html", says="does not exist")
        self.refuse(4, self.result, "-o", "quiet.h5/page.html", says="quiet.h5")
        self.refuse(4, self.result, "-o", "/proc/page.html", says="cannot write")
        self.refuse(4, self.result, "-o", "n" * 300, says="cannot write")

    def test_an_existing_page_is_kept_unless_told(self):
        page = self.folder / "page.html"
        page.write_text("mine")
        self.refuse(4, self.result, "-o", page, says="--overwrite")
        self.assertEqual(self.report(self.result, "-o", page, "--overwrite").returncode, 0)
        self.assertIn("<!doctype html>", page.read_text(encoding="utf-8"))

    def test_a_scenario_that_cannot_be_read_costs_only_its_names(self):
        with h5py.File(self.result, "r+") as file:
            file.attrs["scenario"] = "name = 1"
        data = data_of(samples.make_page(BLOCRISK, self.result))
        self.assertIsNone(data["adjustments"])
        self.assertEqual(data["names"], {"country": {}, "mineral": {}})


if __name__ == "__main__":
    BLOCRISK = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
