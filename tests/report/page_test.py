"""The report in a real browser without network: nothing complains, nothing is asked for, every
picture shows something, nothing overflows; light, dark, narrow and on paper.

    page_test.py PATH_OF_BLOCRISK [unittest options], in the root of the source folder

Needs Chromium; exits 77, which means skipped, where there is none that can be driven (Ubuntu has it
as a snap only). BLOCRISK_SCREENSHOTS=FOLDER keeps the pictures for a person to look at.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

import browser
import samples

BLOCRISK = ""
WIDE, NARROW, NARROWEST = 1280, 390, 320
PICTURES = ("[...document.querySelectorAll('svg')].map(svg => { const box = svg.getBoundingClientRect();"
            " return [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY]; })")


def pixels_of(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        folder = Path(cls.folder.name)
        makers = (samples.attributed, samples.unattributed, samples.quiet, samples.thin,
                  samples.one_cell, samples.uncertain)
        cls.pages = {maker.__name__: samples.make_page(BLOCRISK, maker(BLOCRISK, folder))
                     for maker in makers}
        cls.browser = cls.enterClassContext(browser.Browser(browser.find()))

    def open(self, name, **options):
        self.browser.open(self.pages[name], **options)

    def keep(self, name, data):
        if "BLOCRISK_SCREENSHOTS" in os.environ:
            (Path(os.environ["BLOCRISK_SCREENSHOTS"]) / name).write_bytes(data)

    def expect_silence(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual([url for url in self.browser.requests() if not url.startswith("data:,")],
                         [self.browser.evaluate("location.href.split('#')[0]")])

    def expect_no_overflow(self, width):
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
        for left, _, right, _ in self.browser.evaluate(PICTURES):
            self.assertGreaterEqual(left, 0)
            self.assertLessEqual(right, width)

    def expect_pictures(self, pixels, n_least):
        """Each has many pixels that are not the page's background."""
        boxes = self.browser.evaluate(PICTURES)
        self.assertGreaterEqual(len(boxes), n_least)
        background = pixels[2, 2].astype(int)
        for box in boxes:
            left, top, right, bottom = (int(round(edge)) for edge in box)
            area = pixels[top:bottom, left:right].astype(int)
            drawn = np.abs(area - background).max(axis=2) > 24
            self.assertGreater(drawn.mean(), 0.005, f"an empty picture at {box}")
            # Something in every third of its width, or it stopped half way.
            for third in np.array_split(drawn, 3, axis=1):
                self.assertTrue(third.any(), f"a part of the picture at {box} is empty")

    def look(self, name, width, scheme, n_least):
        self.open(name, width=width, scheme=scheme)
        png = self.browser.screenshot()
        self.keep(f"{name}-{width}-{scheme}.png", png)
        pixels = pixels_of(png)
        self.expect_silence()
        self.expect_no_overflow(width)
        self.expect_pictures(pixels, n_least)
        self.browser.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        self.expect_no_overflow(width)
        is_dark = pixels[2, 2].mean() < 128
        self.assertEqual(is_dark, scheme == "dark")

    def test_wide_narrow_light_and_dark(self):
        # thirteen curves, three maps, three fans, two bars; fewer where there is nothing to draw
        for name, n_least in (("attributed", 21), ("quiet", 5), ("thin", 19), ("one_cell", 7), ("uncertain", 22)):
            for width, scheme in ((WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROWEST, "dark")):
                with self.subTest(name=name, width=width, scheme=scheme):
                    self.look(name, width, scheme, n_least)

    def test_a_change_of_width_or_scheme_draws_again(self):
        self.open("attributed", width=WIDE)
        self.browser.resize(NARROW)
        self.browser.settle()
        self.expect_no_overflow(NARROW)
        self.browser.resize(WIDE)
        self.browser.settle()
        self.expect_pictures(pixels_of(self.browser.screenshot()), 21)
        first = self.browser.evaluate("document.querySelector('#cvar-map svg').outerHTML")
        self.browser.set_scheme("dark")
        self.browser.settle()
        self.assertNotEqual(self.browser.evaluate("document.querySelector('#cvar-map svg').outerHTML"), first)
        self.expect_silence()

    def test_text_is_never_not_a_number(self):
        for name in self.pages:
            with self.subTest(name=name):
                self.open(name)
                text = self.browser.evaluate("document.body.innerText + [...document.querySelectorAll("
                                             "'svg, td, th')].map(one => one.textContent).join(' ')")
                for word in ("NaN", "undefined", "null", "Infinity", "[object"):
                    self.assertNotIn(word, text)

    def test_marks_say_how_many_paths_it_would_take(self):
        self.open("thin")
        table = self.browser.evaluate("document.getElementById('exceedance-numbers').textContent")
        self.assertIn("† needs 30,000 paths", table)
        self.assertIn("or more", table)
        notes = [self.browser.evaluate(f"document.getElementById('{name}').innerText")
                 for name in ("fan-note", "glance")]
        self.assertIn("the outer bands 600, for the 99\u00a0% line 3,000", notes[0])
        self.assertIn("are marked †", notes[1])
        self.open("attributed")
        hidden = "document.getElementById('attribution-note').hidden"
        self.assertTrue(self.browser.evaluate(hidden))
        thin = "data.summary.shortfall_thin.map(of_member => of_member.findIndex(of_cell => of_cell[1]))"
        member, mineral = next(pair for pair in enumerate(self.browser.evaluate(thin)) if pair[1] >= 0)
        self.browser.evaluate(f"choose({member}, {mineral})")
        self.assertFalse(self.browser.evaluate(hidden))

    def test_hostile_names_are_only_shown(self):
        self.open("one_cell")
        heading = self.browser.evaluate("document.querySelector('h1').textContent")
        self.assertEqual(heading, samples.HOSTILE)
        self.assertEqual(self.browser.evaluate("document.images.length"), 0)
        option = "document.querySelector('select option').textContent"
        self.assertEqual(self.browser.evaluate(option), samples.HOSTILE)
        command = self.browser.evaluate("document.getElementById('replay-command').textContent")
        self.assertIn("replay 'one cell'\\''s.h5' --path", command)
        self.assertIn("9007199254740993", self.browser.evaluate("document.getElementById('origin').innerText"))
        self.expect_silence()

    def test_sections_without_content_say_so(self):
        self.open("quiet")
        text = self.browser.evaluate("document.body.innerText")
        for sentence in ("No member runs short of anything on any path.", "every curve is zero",
                         "No shortfall in any step.", "No shortfall to attribute.", "On no path is there any."):
            self.assertIn(sentence, text)
        self.open("unattributed")
        self.assertIn("holds no attribution", self.browser.evaluate("document.body.innerText"))

    def test_choosers_move_together(self):
        self.open("attributed")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('.chooser select').length"), 6)
        before = self.browser.evaluate("document.getElementById('fan-shortfall').innerHTML")
        self.browser.evaluate("{ const one = document.querySelectorAll('.chooser select')[2]; one.value = 2;"
                              " one.dispatchEvent(new Event('change')); }")
        self.browser.settle()
        members = "[0, 2, 4].map(k => document.querySelectorAll('.chooser select')[k].value)"
        self.assertEqual(self.browser.evaluate(members), ["2", "2", "2"])
        self.assertNotEqual(self.browser.evaluate("document.getElementById('fan-shortfall').innerHTML"), before)
        label = self.browser.evaluate("document.getElementById('fan-shortfall').getAttribute('aria-label')")
        self.assertIn("Japan", label)
        self.expect_silence()

    def test_a_cell_of_the_map_can_be_chosen(self):
        self.open("attributed")
        # In the lower right of the map: the last member, the last mineral.
        box = self.browser.evaluate("(() => { const box = document.querySelector('#cvar-map .mark-rect path:last-child')"
                                    ".getBoundingClientRect(); return [box.x + box.width / 2 + scrollX,"
                                    " box.y + box.height / 2 + scrollY]; })()")
        self.browser.click(*box)
        title = self.browser.evaluate("document.getElementById('cvar-map').title")
        self.assertRegex(title, r"^Norway, Platinum.*: \d+\.\d+\s% \(.* to .*\)$")
        self.browser.settle()
        chosen = "[0, 1].map(k => Number(document.querySelectorAll('.chooser select')[k].value))"
        self.assertEqual(self.browser.evaluate(chosen), [12, 12])

    def test_every_picture_has_words_and_a_table(self):
        self.open("attributed")
        nameless = ("[...document.querySelectorAll('svg')].filter(svg => !svg.closest('[role=img][aria-label]'))"
                    ".length")
        self.assertEqual(self.browser.evaluate(nameless), 0)
        empty = ("[...document.querySelectorAll('details')]"
                 ".filter(one => !one.querySelector('pre') && one.querySelectorAll('td').length < 9).length")
        self.assertEqual(self.browser.evaluate(empty), 0)
        self.assertGreaterEqual(self.browser.evaluate("document.querySelectorAll('details').length"), 7)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('select:not(label select)').length"), 0)

    def test_a_story_beside_a_path_is_shown(self):
        text = self.pages["attributed"].read_text(encoding="utf-8")
        told = self.pages["attributed"].with_name("told.html")
        told.write_text(text.replace('"story":"The world', '"story":"once upon \\u003cb>a time\\nThe world'),
                        encoding="utf-8")
        self.browser.open(told)
        self.browser.evaluate("choose(0, 0)")
        self.assertIn("once upon <b>a time", self.browser.evaluate("document.getElementById('worst-loss').textContent"))

    def test_paper(self):
        for name in ("attributed", "quiet", "one_cell"):
            with self.subTest(name=name):
                self.open(name, scheme="dark")
                self.check_print(name, self.browser.pdf())
                self.browser.settle()
                # and back on screen, dark and wide again
                self.expect_no_overflow(WIDE)
                self.assertLess(pixels_of(self.browser.screenshot())[2, 2].mean(), 128)
                self.expect_silence()

    def check_print(self, name, pdf):
        self.keep(f"{name}.pdf", pdf)
        file = Path(self.folder.name) / f"{name}.pdf"
        file.write_bytes(pdf)
        text = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True,
                              text=True).stdout
        for heading in self.browser.evaluate("[...document.querySelectorAll('section:not([hidden]) h2')].map(one => one.textContent)"):
            self.assertIn(heading, text)
        self.assertNotIn("The numbers of this picture", text)
        subprocess.run(["pdftoppm", "-r", "50", "-png", file, file.with_suffix("")], check=True)
        sheets = sorted(file.parent.glob(f"{name}-*.png"))
        self.assertGreaterEqual(len(sheets), 3)
        for sheet in sheets:
            pixels = pixels_of(sheet.read_bytes())
            # White to the edge, and nothing reaches into the margins, as a cut picture would.
            for edge in (pixels[:, :20], pixels[:, -20:], pixels[:20], pixels[-20:]):
                self.assertEqual(edge.min(), 255, sheet.name)


if __name__ == "__main__":
    BLOCRISK = str(Path(sys.argv.pop(1)).resolve())
    missing = [name for name in ("pdftotext", "pdftoppm") if not shutil.which(name)]
    if browser.find() is None:
        print("skipped: no browser among " + ", ".join(browser.NAMES) + " that can be driven (a snap cannot)")
        sys.exit(77)
    if missing:
        sys.exit(f"{' and '.join(missing)} not found: install poppler-utils")
    unittest.main()
