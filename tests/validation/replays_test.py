"""The replays of configs/replays: their page holds what the program gives, and the facts it states hold.

    replays_test.py PATH_OF_BLOCRISK [unittest options], in the root of the source folder
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import replays
from replay_figures import ANTIMONY, COBALT, DYTB, EPISODES, MAGNETS, NDPR, RARE_EARTHS, leaked_share

RUNS = None


class Page(unittest.TestCase):
    def test_the_page_holds_the_figures_that_the_program_gives(self):
        page = replays.PAGE.read_text()
        self.maxDiff = None
        self.assertEqual(
            page.splitlines(),
            replays.page_with_tables(page, RUNS).splitlines(),
            "run tests/validation/replays.py PATH_OF_BLOCRISK --write and read what changed",
        )

    def test_every_source_that_a_table_cites_is_listed(self):
        page = replays.PAGE.read_text()
        listed = page[page.index("| key | source |") :]
        first_cells = [line.split("|")[1] for line in listed.splitlines() if line.startswith("| ")]
        keys = {key.strip() for cell in first_cells for key in cell.split(",")}
        cited = {figure.source for episode in EPISODES for figure in episode.figures if figure.source}
        self.assertLessEqual(cited, keys)

    def test_replays_are_of_one_path(self):
        for episode in EPISODES:
            with self.subTest(episode=episode.name), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "result.h5"
                command = [RUNS.blocrisk, "run", replays.scenario_of(episode), "-o", path, "--samples", "16"]
                subprocess.run([*map(str, command), "--quiet"], check=True, stdout=subprocess.DEVNULL)
                with h5py.File(path) as file:
                    for measure in ["shortfall", "extra_cost", "drawn"]:
                        values = file[f"samples/{measure}"][:]
                        self.assertEqual(len(values), 16)
                        np.testing.assert_array_equal(values, np.broadcast_to(values[0], values.shape))


class Facts(unittest.TestCase):
    """Recorded facts; where the page states a miss, that it is one."""

    def arrivals(self, episode, run, member, mineral, first, last=None):
        return -RUNS.of(episode)[run].mean_short(member, mineral, first, last or first)

    def test_magnets_dip_as_deeply_as_recorded_and_are_back_in_july(self):
        for buyer in ["MEX", "JPN"]:
            dip = self.arrivals(MAGNETS, "B", buyer, NDPR, "2025-04", "2025-06")
            self.assertAlmostEqual(dip, -0.54, delta=0.1)
            self.assertEqual(self.arrivals(MAGNETS, "B", buyer, NDPR, "2025-03"), 0)
            self.assertEqual(self.arrivals(MAGNETS, "B", buyer, NDPR, "2025-07"), 0)

    def test_magnets_run_short_in_the_west_and_not_in_japan(self):
        replay = RUNS.of(MAGNETS)["A"]
        for member in ["USA", "EUU"]:
            self.assertGreater(replay.mean_short(member, NDPR, "2025-05", "2025-06"), 0.05)
        self.assertEqual(replay.mean_short("JPN", NDPR, "2025-01", "2025-12"), 0)
        self.assertTrue(2 <= replay.peak_price(DYTB) <= 3)

    def test_antimony_reaches_the_united_states_again_and_by_leakage(self):
        self.assertLess(self.arrivals(ANTIMONY, "C", "USA", "antimony", "2024-12"), -0.02)
        for month in ["2025-01", "2025-06", "2025-10"]:
            self.assertEqual(self.arrivals(ANTIMONY, "C", "USA", "antimony", month), 0)
            self.assertLess(self.arrivals(ANTIMONY, "D", "USA", "antimony", month), -0.02)
        months = ["2024-12", "2025-02", "2025-04", "2025-06", "2025-10"]
        recovering = [self.arrivals(ANTIMONY, "E", "USA", "antimony", month) for month in months]
        self.assertEqual(recovering, sorted(recovering))
        self.assertEqual(self.arrivals(ANTIMONY, "C", "USA", "antimony", "2025-11"), 0)

    def test_antimony_leaks_more_slowly_than_recorded_and_its_price_is_missed(self):
        self.assertTrue(0 < leaked_share(RUNS.of(ANTIMONY), "2024-12", "2025-04") < 0.5)
        self.assertLess(RUNS.of(ANTIMONY)["A"].peak_price("antimony"), 1.1)

    def test_cobalt_multiplies_by_two_to_four_but_late(self):
        replay = RUNS.of(COBALT)["A"]
        self.assertTrue(2 <= replay.peak_price("cobalt") <= 4)
        self.assertAlmostEqual(replay.price("cobalt", "2025-12"), 2.18, delta=0.3)
        self.assertLess(replay.price("cobalt", "2025-07"), 1.05)
        self.assertGreater(RUNS.of(COBALT)["C"].price("cobalt", "2025-12"), 4)

    def test_rare_earths_stop_for_japan_alone_too_hard_and_their_price_is_missed(self):
        stop = self.arrivals(RARE_EARTHS, "B", "JPN", NDPR, "2010-10", "2010-11")
        self.assertTrue(-0.95 < stop < -0.51, "deeper than recorded")
        self.assertEqual(self.arrivals(RARE_EARTHS, "B", "MEX", NDPR, "2010-11"), 0)
        year = self.arrivals(RARE_EARTHS, "B", "MEX", NDPR, "2011-01", "2011-12")
        self.assertTrue(-0.56 < year < -0.03)
        self.assertLess(RUNS.of(RARE_EARTHS)["A"].peak_price(DYTB), 3)


if __name__ == "__main__":
    RUNS = replays.Runs(sys.argv.pop(1))
    unittest.main()
