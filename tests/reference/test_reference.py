"""The reference against closed forms (model page, section 7), hand-worked cases and known answers.

Statistical tests use fixed seeds; each allows 4.5 standard errors, a false-alarm rate of 7e-6 had the seed been drawn.
Run with python3 -m pytest or python3 -m unittest from this folder.
"""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import compare
import numpy as np
from blocrisk_reference.allocation import fill, serve_in_order
from blocrisk_reference.calibrate import calibrate
from blocrisk_reference.cli import run_batches, save
from blocrisk_reference.coverage import BRANCHES, BranchCounter
from blocrisk_reference.draws import (
    Draws, StepWords, happens, normal, philox4x32_10, pick, pick_thresholds, stream_of, uniform,
)  # fmt: skip
from blocrisk_reference.measures import _peak, _spells
from blocrisk_reference.scenario import load_scenario
from blocrisk_reference.run import load_and_calibrate, simulate
from blocrisk_reference.world import sample_world
from random_scenario import write_scenario
from tiny import actor, instrument, mineral, network, node, scheduled, sink

SIGMAS = 4.5


def one_supplier(**change):
    """SEL supplies BUY and itself."""
    change.setdefault("actor", [actor("SEL")])
    nodes = [node("SEL", 1200, inclusion_probability=change.pop("inclusion", 1.0))]
    sinks = [sink("BUY", 1000, **change.pop("buyer", {})), sink("SEL", 200)]
    return network(nodes, sinks, **change)


class Draw(unittest.TestCase):
    def test_philox_gives_its_published_words(self):
        full = 0xFFFFFFFF
        known = [  # Random123, tests/kat_vectors
            ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
            ((full,) * 4, (full, full), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
            (
                (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
                (0xA4093822, 0x299F31D0),
                (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
            ),
        ]
        for counter, key, words in known:
            self.assertEqual(tuple(int(w) for w in philox4x32_10(counter, key)), words)

    def test_an_address_is_block_stream_path(self):
        draws = Draws(seed=(5 << 32) | 9, first_path=(3 << 32) | 4, n_paths=2)
        words = draws.words(("price", "ore"), block=6)
        expected = philox4x32_10((6, stream_of("price", "ore"), 5, 3), (9, 5))
        self.assertEqual([int(w[1]) for w in words], [int(w) for w in expected])

    def test_four_steps_share_a_block(self):
        draws = Draws(1, 0, 3)
        by_step = StepWords(draws, [("a",), ("b",)])
        for step in (0, 1, 2, 3, 4, 11):
            np.testing.assert_array_equal(by_step.at(step)[:, 1], draws.words(("b",), step // 4)[step % 4])

    def test_hash_is_fnv_then_murmur_finalizer(self):
        self.assertEqual(stream_of("a"), _fmix32(0xE40C292C))  # FNV-1a of "a", from its authors' test suite
        self.assertEqual(stream_of("foo", "bar"), stream_of("foo|bar"))

    def test_never_and_always(self):
        words = np.array([0, 1, 2**31, 2**32 - 1], dtype=np.uint64)
        self.assertFalse(happens(words, 0.0).any())
        self.assertTrue(happens(words, 1.0).all())
        np.testing.assert_array_equal(happens(words, 0.5), [True, True, False, False])

    def test_pick_covers_the_whole_range(self):
        words = np.array([0, 2**30 - 1, 2**30, 2**32 - 1], dtype=np.uint64)
        np.testing.assert_array_equal(pick(words, pick_thresholds([1.0, 0.0, 3.0])), [0, 0, 2, 2])
        np.testing.assert_array_equal(pick(words, np.tile(pick_thresholds([1.0, 3.0]), (4, 1))), [0, 0, 1, 1])

    def test_normal_is_odd_in_its_sign_bit_and_standard(self):
        words = np.array([0, 2**31, 2**31 - 1, 2**32 - 1], dtype=np.uint64)
        z = normal(words)
        self.assertEqual(z[0], -z[1])
        self.assertAlmostEqual(z[0], 6.3379575, places=4)  # -Phi^-1(2^-33)
        self.assertLess(abs(z[2]), 1e-9)
        sample = normal(np.concatenate(Draws(3, 0, 50_000).words(("n",))))
        self.assertLess(abs(sample.mean()), SIGMAS / np.sqrt(sample.size))
        self.assertLess(abs(sample.var() - 1.0), SIGMAS * np.sqrt(2.0 / sample.size))

    def test_uniform_is_inside_the_open_interval(self):
        u = uniform(np.array([0, 2**32 - 1], dtype=np.uint64))
        self.assertEqual(u[0], 2.0**-24)
        self.assertEqual(u[1], 1.0 - 2.0**-24)


def _fmix32(h):
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return h ^ (h >> 16)


class Calibration(unittest.TestCase):
    def setUp(self):
        nodes = [
            node("SEL", 900), node("BUY", 300), node("ALT", 0.0), node("POR", 100),
            node("SEL", 500, "refine", yield_fraction=0.9, secondary_feed_fraction=0.1),
            node("BUY", 550, "refine", yield_fraction=0.8),
        ]  # fmt: skip
        sinks = [sink("BUY", 700), sink("ALT", 300)]
        trade = [
            {"mineral": "ore", "stage": "refine", "importer": "ALT", "exporter": "SEL", "import_fraction": 0.7},
            {"mineral": "ore", "stage": "refine", "importer": "ALT", "exporter": "POR", "import_fraction": 0.2},
        ]
        self.network = network(nodes, sinks, [mineral(stages="mine;refine")], tables={"trade": trade})
        self.mine, self.refine = self.network.minerals[0].stages

    def test_outputs_are_scaled_from_the_last_stage_back(self):
        np.testing.assert_allclose(self.refine.base_t_per_yr, np.array([500, 550]) * 1000 / 1050)
        want = self.refine.base_t_per_yr * np.array([0.9 / 0.9, 1 / 0.8])
        np.testing.assert_allclose(self.mine.base_t_per_yr.sum(), want.sum())
        default = np.array([1000.0, 1000 / 3, 0.0, 1000 / 9])  # output / 0.9
        np.testing.assert_allclose(self.mine.capacity_t_per_yr, np.maximum(self.mine.base_t_per_yr, default))

    def test_rows_and_columns_fit(self):
        for stage in (self.mine, self.refine):
            total = stage.sink_want_t_per_yr.sum()
            flow = stage.flow_t_per_step * 12
            np.testing.assert_allclose(flow.sum(axis=1), stage.base_t_per_yr, atol=1e-12 * total)
            np.testing.assert_allclose(flow.sum(axis=0), stage.sink_want_t_per_yr, atol=1e-12 * total)
            self.assertTrue((flow[stage.base_t_per_yr > 0] > 0).all(), "a small floor keeps every pair possible")

    def test_a_fraction_without_base_output_is_dropped_and_reported(self):
        self.assertTrue(any("dropped" in line for line in self.network.minerals[0].reports))


class ScenarioFiles(unittest.TestCase):
    def test_a_variant_overrides_what_it_extends(self):
        with tempfile.TemporaryDirectory() as folder:
            base = write_scenario(11, Path(folder) / "base")
            first = load_scenario(base)
            actor_name, mineral_name = first["tree"]["actor"][0]["country"], first["tables"]["minerals"][0]["id"]
            variant = Path(folder) / "variant.toml"
            variant.write_text(
                'extends = "base/scenario.toml"\n[bloc]\npooling = true\n'
                f'[[actor]]\ncountry = "{actor_name}"\nenforcement = 0.125\n'
                f'[set]\n"minerals[{mineral_name}].spot_fraction" = "*0.5"\n"nodes[*,*,*].inclusion_probability" = 0\n'
                f'"actor.{actor_name}.events_per_yr[0]" = "+1"\n',
                encoding="utf-8",
            )
            second = load_scenario(variant, ["clock.years=1", "sampling.seed=77"])
        self.assertTrue(second["tree"]["bloc"]["pooling"])
        self.assertEqual(second["tree"]["bloc"]["members"], first["tree"]["bloc"]["members"])
        self.assertEqual(second["tree"]["actor"][0]["enforcement"], 0.125)
        old_rate, new_rate = (s["tree"]["actor"][0]["events_per_yr"][0] for s in (first, second))
        self.assertAlmostEqual(new_rate, old_rate + 1)
        old, new = (s["tables"]["minerals"][0]["spot_fraction"] for s in (first, second))
        self.assertAlmostEqual(new, 0.5 * old)
        self.assertTrue(all(row["inclusion_probability"] == 0 for row in second["tables"]["nodes"]))
        self.assertEqual((second["tree"]["clock"]["years"], second["tree"]["sampling"]["seed"]), (1, 77))

    def test_an_address_that_matches_nothing_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(ValueError):
                load_scenario(write_scenario(11, folder), ["nodes[none,none,none].growth_per_yr=1"])


    def test_addresses_reach_elements_entries_and_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            path = write_scenario(11, folder)
            before = load_scenario(path)
            project = before["tables"]["projects"][0]["name"]
            sets = ["actor.*.events_per_yr=*2", "actor.*.events_per_yr[0]=+1", "price_floor.ratio.*=7"]
            after = load_scenario(path, [*sets, "nodes[*].outage_depth=0.3", f'projects["{project}"].start_month=5'])
        for old, new in zip(before["tree"]["actor"], after["tree"]["actor"]):
            doubled = [2 * rate for rate in old["events_per_yr"]]
            self.assertEqual(new["events_per_yr"], [doubled[0] + 1, *doubled[1:]])
        self.assertEqual(set(after["tree"]["price_floor"]["ratio"].values()), {7})
        self.assertEqual({row["outage_depth"] for row in after["tables"]["nodes"]}, {0.3})
        started = [row["name"] for row in after["tables"]["projects"] if row["start_month"] == 5]
        self.assertIn(project, started)


class ClosedForm(unittest.TestCase):
    def test_a_quiet_world_meets_every_need(self):
        with tempfile.TemporaryDirectory() as folder:
            path = write_scenario(21, folder)
            scenario = load_scenario(path)
        tree, tables = scenario["tree"], scenario["tables"]
        tree["scheduled"] = []
        for a in tree["actor"]:
            a["events_per_yr"] = [0.0] * len(a["start"])
        for row in tables["minerals"]:
            row.update(volatility_per_sqrt_yr=0, jumps_per_yr=0, flood_per_yr=0, initial_price_ratio=1)
        for row in tables["nodes"]:
            row.update(outage_per_yr=0, growth_per_yr=0, cash_cost_ratio=0.1)
            row["yield_fraction"] = 0.9  # one yield per stage, as the promise asks
            row["secondary_feed_fraction"] = 0
        for row in tables["demand"]:
            row["growth_per_yr"] = 0
        for row in tables["countries"]:
            row["purchasing_weight"] = 1.0
        for row in tables["projects"]:
            row["success_probability"] = 0
        tree["network"]["balance_tolerance"] = 1e9
        result = simulate(calibrate(scenario), 0, 4)
        for name in ("shortfall", "drawn", "loss", "curtailed", "months_short"):
            self.assertEqual(np.abs(result[name]).max(), 0.0, name)

    def test_a_quota_cuts_every_foreign_sink_by_its_severity(self):
        quota = 0.3
        law = one_supplier(instrument=[instrument(initial=quota)], scheduled=[scheduled("q", "SEL", 6)])
        unmet = simulate(law, 0, 3)["timeline_shortfall"][:, 0, 0]
        np.testing.assert_allclose(unmet[:, :6], 0.0, atol=1e-12)
        np.testing.assert_allclose(unmet[:, 6:], quota, rtol=1e-9)

    def test_a_quota_on_one_group_spares_the_others(self):
        nodes, sinks = [node("SEL", 1200)], [sink("BUY", 700), sink("ALT", 300), sink("SEL", 200)]
        law = network(
            nodes, sinks, members=("BUY", "ALT"), actor=[actor("SEL")], instrument=[instrument(initial=0.4)],
            target_group=[{"name": "everyone"}, {"name": "buy", "countries": ["BUY"]}],
            scheduled=[scheduled("q", "SEL", 0, target="buy")],
        )  # fmt: skip
        shortfall = simulate(law, 0, 2)["shortfall"][:, :, 0]
        np.testing.assert_allclose(shortfall, [[0.4, 0.0]] * 2, rtol=1e-9)

    def test_a_short_ban_over_a_long_quota_gives_the_quota_back(self):
        law = one_supplier(
            instrument=[instrument("ban", 1.0, months=3), instrument("quota", 0.5, settled=0.25, months=20)],
            scheduled=[scheduled("q", "SEL", 2, "quota"), scheduled("b", "SEL", 5)],
        )
        unmet = simulate(law, 0, 1)["timeline_shortfall"][0, 0, 0]
        settling = 0.25 + 0.25 * np.exp(-np.arange(3.0))  # settling_months = 1
        expected = np.concatenate([np.zeros(2), settling, np.ones(3), np.full(14, 0.25), np.zeros(2)])
        np.testing.assert_allclose(unmet, expected, atol=1e-9)

    def test_a_weaker_longer_measure_waits_underneath(self):
        law = one_supplier(
            instrument=[instrument("ban", 0.9, months=4), instrument("quota", 0.5, settled=0.2, months=10)],
            scheduled=[scheduled("b", "SEL", 1), scheduled("q", "SEL", 2, "quota")],
        )
        unmet = simulate(law, 0, 1)["timeline_shortfall"][0, 0, 0]
        expected = np.concatenate([[0], np.full(4, 0.9), np.full(7, 0.2), np.zeros(12)])
        np.testing.assert_allclose(unmet, expected, atol=1e-9)

    def test_survival_under_lasting_bans(self):
        """P(never short in n steps) = (1 - q (1 - e^{-lambda dt}))^n."""
        rate, inclusion, n_paths = 0.8, 0.6, 40_000
        law = one_supplier(inclusion=inclusion, years=1, actor=[actor("SEL", rate)])
        months_short = simulate(law, 0, n_paths)["months_short"][:, 0, 0]
        survival = (1 - inclusion * (1 - np.exp(-rate / 12))) ** 12
        error = np.sqrt(survival * (1 - survival) / n_paths)
        self.assertLess(abs((months_short == 0).mean() - survival), SIGMAS * error)

    def test_a_stock_lasts_its_days(self):
        """A full ban from month 3: commercial stock all released at will, then short to the end."""
        stock_days = 2.5 * 365 / 12
        for spy in (12, 52):
            law = one_supplier(
                buyer={"commercial_stock_days": stock_days, "commercial_release_fraction": 1.0},
                steps_per_year=spy, scheduled=[scheduled("b", "SEL", 3)],
            )  # fmt: skip
            result = simulate(law, 0, 1)
            self.assertAlmostEqual(result["shortfall"][0, 0, 0], (24 - 3 - 2.5) / 24, places=9)
            self.assertAlmostEqual(result["drawn"][0, 0, 0], 2.5 / 24, places=9)
            self.assertAlmostEqual(result["timeline_days_of_cover"][0, 0, 0, 0], stock_days, places=9)
            whole = np.floor(spy * 5.5 / 12)  # steps before the one in which the stock runs out
            self.assertAlmostEqual(result["first_short"][0, 0, 0], whole * 12 / spy)
            self.assertAlmostEqual(result["months_short"][0, 0, 0], 24 - whole * 12 / spy)

    def test_strategic_stock_waits_for_its_latency(self):
        stocks = [{"mineral": "ore", "holder": "BUY", "days": 365.0 / 12 * 3, "latency_months": 2.0, "release_rate": 1.0}]
        law = one_supplier(scheduled=[scheduled("b", "SEL", 4)], tables={"stocks": stocks})
        unmet = simulate(law, 0, 1)["timeline_shortfall"][0, 0, 0]
        np.testing.assert_allclose(unmet[4:12], [1, 1, 0, 0, 0, 1, 1, 1], atol=1e-9)

    def test_shared_stock_is_split_by_gaps_among_members(self):
        nodes, sinks = [node("SEL", 1200)], [sink("BUY", 700), sink("ALT", 300), sink("OUT", 200)]
        law = network(
            nodes, sinks, members=("BUY", "ALT"), actor=[actor("SEL")], scheduled=[scheduled("b", "SEL", 0)],
            shared_stock={"days": {"ore": 365.0 / 12 * 6}, "latency_months": 0.0, "release_rate": 0.5},
        )  # fmt: skip
        result = simulate(law, 0, 1)
        np.testing.assert_allclose(result["timeline_shortfall"][0, :, 0, :12], 0.5, rtol=1e-9)
        np.testing.assert_allclose(result["timeline_shortfall"][0, :, 0, 12:], 1.0, rtol=1e-9)
        np.testing.assert_allclose(result["drawn"][0, :, 0], 0.25, rtol=1e-9)

    def test_price_alone_has_the_moments_of_its_process(self):
        n_paths, kappa, sigma, start = 20_000, 0.7, 0.3, 1.4
        for reversion in (kappa, 0.0):
            ore = mineral(volatility_per_sqrt_yr=sigma, reversion_per_yr=reversion, initial_price_ratio=start)
            law = one_supplier(minerals=[ore], years=2)
            log_price = np.log(simulate(law, 0, n_paths)["timeline_price_ratio"][:, 0])
            for step in (0, 11, 23):
                time = (step + 1) / 12
                mean = np.log(start) * np.exp(-reversion * time)
                variance = sigma**2 * ((1 - np.exp(-2 * reversion * time)) / (2 * reversion) if reversion else time)
                self.assertLess(abs(log_price[:, step].mean() - mean), SIGMAS * np.sqrt(variance / n_paths))
                self.assertLess(abs(log_price[:, step].var() / variance - 1), SIGMAS * np.sqrt(2 / n_paths))

    def test_jumps_add_a_compound_process(self):
        n_paths, rate, up, mean_up, mean_down = 40_000, 2.0, 0.6, 0.05, 0.03
        ore = mineral(jumps_per_yr=rate, jump_up_probability=up, jump_up_mean=mean_up, jump_down_mean=mean_down)
        log_price = np.log(simulate(one_supplier(minerals=[ore], years=1), 0, n_paths)["timeline_price_ratio"][:, 0, -1])
        chance = 1 - np.exp(-rate / 12)
        mean_size = up * mean_up - (1 - up) * mean_down
        second = 2 * (up * mean_up**2 + (1 - up) * mean_down**2)
        mean, variance = 12 * chance * mean_size, 12 * (chance * second - (chance * mean_size) ** 2)
        self.assertLess(abs(log_price.mean() - mean), SIGMAS * np.sqrt(variance / n_paths))

    def test_event_counts_are_poisson_in_small_steps(self):
        n_paths, rate = 5_000, 1.5
        law = one_supplier(actor=[actor("SEL", rate)], years=1, steps_per_year=52)
        world = sample_world(law, Draws(law.seed, 0, n_paths))
        count = world.actors["SEL"].event.sum(axis=0)
        mean = 52 * (1 - np.exp(-rate / 52))
        self.assertLess(abs(count.mean() - mean), SIGMAS * np.sqrt(count.var() / n_paths))
        self.assertLess(abs(count.var() / (mean * np.exp(-rate / 52)) - 1), SIGMAS * np.sqrt(2.5 / n_paths))

    def test_regimes_reach_their_stationary_occupancy(self):
        n_paths = 20_000
        switch = [[0, 2.0], [3.0, 0]]
        change = {"events_per_yr": [0.1, 0.2], "start": [0.6, 0.4], "switch_per_yr": switch}
        law = one_supplier(actor=[{**actor("SEL"), **change}])
        world = sample_world(law, Draws(law.seed, 0, n_paths))
        error = np.sqrt(0.24 / n_paths)
        for step in (0, 5, 23):  # the start is the stationary distribution 3/5, 2/5
            self.assertLess(abs((world.actors["SEL"].regime[step] == 1).mean() - 0.4), SIGMAS * error)

    def test_excitation_raises_the_rate_after_an_event(self):
        """A scheduled event at step 0 excites a single further step's draw as the law says."""
        n_paths, beta, delta = 60_000, 1.2, 3.0
        law = one_supplier(
            actor=[actor("SEL", 0.0, self_excitation=beta, memory_per_yr=delta)], years=1,
            scheduled=[scheduled("b", "SEL", 0)],
        )  # fmt: skip
        event = sample_world(law, Draws(law.seed, 0, n_paths)).actors["SEL"].event
        self.assertFalse(event[0].any(), "h counts events of earlier steps")
        first = 1 - np.exp(-beta / 12)
        self.assertLess(abs(event[1].mean() - first), SIGMAS * np.sqrt(first * (1 - first) / n_paths))
        none_yet = ~event[1]
        second = 1 - np.exp(-beta * np.exp(-delta / 12) / 12)
        error = np.sqrt(second * (1 - second) / none_yet.sum())
        self.assertLess(abs(event[2][none_yet].mean() - second), SIGMAS * error)

    def test_a_larger_stock_never_hurts_on_any_path(self):
        previous = None
        for days in (0.0, 20.0, 60.0, 150.0):
            law = one_supplier(
                minerals=[mineral(leakage_fraction=0.5, demand_elasticity=0.2, max_response_fraction=0.3)],
                actor=[actor("SEL", 1.0)], inclusion=0.7, instrument=[instrument(initial=0.9, months=5)],
                buyer={"commercial_stock_days": days},
            )  # fmt: skip
            shortfall = simulate(law, 0, 500)["shortfall"][:, 0, 0]
            if previous is not None:
                self.assertTrue((shortfall <= previous + 1e-12).all())
            previous = shortfall
        self.assertGreater(previous.max(), 0.0)


class HandWorked(unittest.TestCase):
    def test_a_project_ramps_from_its_start(self):
        projects = [{
            "name": "new", "mineral": "ore", "stage": "mine", "country": "SEL", "capacity_t_per_yr": 120.0,
            "decision_month": -1, "start_month": 2.5, "delay_median_months": 1.0, "delay_log_sd": 0.0,
            "ramp_median_months": 4.0, "ramp_log_sd": 0.0, "success_probability": 1.0, "incentive_price_ratio": 9.0,
        }]  # fmt: skip
        law = one_supplier(tables={"projects": projects})
        seen = []
        simulate(law, 0, 1, lambda chain, step: seen.append(chain.production[0].extra[0, 0]))
        np.testing.assert_allclose(seen[:10], [0, 0, 0, 0, 1.25, 3.75, 6.25, 8.75, 10, 10], atol=1e-12)
        projects[0]["decision_month"] = 1
        law = one_supplier(tables={"projects": projects})
        seen.clear()
        simulate(law, 0, 1, lambda chain, step: seen.append(chain.production[0].extra[0, 0]))
        self.assertEqual(max(seen), 0.0, "the incentive price was not reached")

    def test_a_mine_closes_at_its_rate(self):
        ore = mineral(initial_price_ratio=0.6, supply_elasticity=1e9, close_per_yr=1.2, open_per_yr=1.2)
        nodes = [node("SEL", 1200, cash_cost_ratio=0.8)]
        law = network(nodes, [sink("BUY", 1200)], [ore], actor=[actor("SEL")])
        seen = []
        simulate(law, 0, 1, lambda chain, step: seen.append(chain.production[0].operating[0, 0]))
        np.testing.assert_allclose(seen[:6], [0.9, 0.8, 0.7, 0.6, 0.5, 0.5], atol=1e-12)  # h/cost = 0.75

    def test_a_floor_keeps_a_bloc_mine_open(self):
        ore = mineral(
            initial_price_ratio=0.6, supply_elasticity=1e9, close_per_yr=1.2, open_per_yr=1.2, earn_smoothing_months=0,
        )  # fmt: skip
        nodes = [node("BUY", 1200, cash_cost_ratio=0.8)]
        floor = {"from_year": 0.25, "circumvention_fraction": 0.5, "ratio": {"ore": 1.0}}
        law = network(nodes, [sink("BUY", 1200)], [ore], price_floor=floor)
        seen = []
        simulate(law, 0, 1, lambda chain, step: seen.append(chain.production[0].operating[0, 0]))
        np.testing.assert_allclose(seen[:8], [0.9, 0.8, 0.7, 0.8, 0.9, 1, 1, 1], atol=1e-12)  # earns 0.8 from step 3

    def test_extra_cost_of_a_floor_is_what_it_adds(self):
        floor = {"circumvention_fraction": 0.25, "ratio": {"ore": 1.4}}
        law = network([node("SEL", 1200)], [sink("BUY", 1200)], price_floor=floor)
        result = simulate(law, 0, 1)
        self.assertAlmostEqual(result["extra_cost"][0, 0, 0], 0.75 * 0.4 * 1000 * 2400, places=6)
        self.assertAlmostEqual(result["member_annual_loss"][0, 0, 1], 0.75 * 0.4 * 1000 * 1200, places=6)

    def test_leakage_opens_a_ban_in_time(self):
        ore = mineral(leakage_fraction=0.5, leakage_months=4.0)
        law = one_supplier(minerals=[ore], actor=[actor("SEL", enforcement=0.2)], scheduled=[scheduled("b", "SEL", 0)])
        unmet = simulate(law, 0, 1)["timeline_shortfall"][0, 0, 0]
        np.testing.assert_allclose(unmet, 1 - 0.4 * (1 - np.exp(-np.arange(24) / 4.0)), rtol=1e-9)

    def test_the_underlying_keeps_the_leak(self):
        """Ban replaces quota (leak back to 0); when it runs out the quota goes on with the ban's leak."""
        ore = mineral(leakage_fraction=0.5, leakage_months=4.0)
        law = one_supplier(
            minerals=[ore], instrument=[instrument("ban", 1.0, months=3), instrument("quota", 0.5, months=20)],
            scheduled=[scheduled("q", "SEL", 0, "quota"), scheduled("b", "SEL", 4)],
        )  # fmt: skip
        unmet = simulate(law, 0, 1)["timeline_shortfall"][0, 0, 0]
        leak = lambda k: 0.5 * (1 - np.exp(-k / 4.0))  # noqa: E731
        self.assertAlmostEqual(unmet[6], 1 - leak(2), places=9)
        self.assertAlmostEqual(unmet[7], 0.5 * (1 - leak(3)), places=9)

    def test_feed_short_of_supply_limits_the_next_stage(self):
        nodes = [node("SEL", 1200), node("BUY", 1200, "refine", secondary_feed_fraction=0.25, feed_stock_days=0)]
        nodes[0]["output_t_per_yr"] = 900.0
        law = network(
            nodes, [sink("BUY", 1200)], [mineral(stages="mine;refine")], actor=[actor("SEL")],
            scheduled=[scheduled("b", "SEL", 1)],
        )  # fmt: skip
        unmet = simulate(law, 0, 1)["timeline_shortfall"][0, 0, 0]
        np.testing.assert_allclose(unmet, [0] + [0.75] * 23, atol=1e-9)

    def test_fill_is_capped_and_goes_round_twice(self):
        gap, weight = np.array([[4.0, 4.0, 2.0]]), np.array([2.0, 1.0, 1.0])
        given = fill(np.array([7.0]), gap, weight)
        np.testing.assert_allclose(given, [[4.0, 2.0, 1.0]])  # rate 0.5: all of the first, half of the others
        given = fill(np.array([9.0]), gap, weight)  # rate 9/14: 4, 18/7, 9/7; then 8/7 over the rest
        np.testing.assert_allclose(given, [[4.0, 4 - 10 / 7 * 0.2 * 7 / 3, 2 - 5 / 7 * 0.2 * 7 / 3]], rtol=1e-9)

    def test_priority_serves_in_order(self):
        given = serve_in_order(np.array([7.0]), np.array([[4.0, 4.0, 2.0]]), np.ones(3), [1], np.arange(3))
        np.testing.assert_allclose(given, [[2.0, 4.0, 1.0]])

    def test_spells_and_peak(self):
        law = SimpleNamespace(n_steps=30, steps_per_year=12)
        short = np.zeros((30, 3), bool)
        short[[2, 3, 6], 0] = True  # clean year from step 7
        short[[2, 20], 1] = True  # clean year from step 3
        spells = _spells(law, short)
        np.testing.assert_allclose(spells["months_short"], [3, 2, 0])
        np.testing.assert_allclose(spells["longest_spell"], [2, 1, 0])
        np.testing.assert_allclose(spells["first_short"], [2, 2, 30])
        np.testing.assert_allclose(spells["recovery"], [5, 1, 0])
        short[20, 0] = short[29, 1] = True
        short[8, 1] = True
        spells = _spells(law, short)
        np.testing.assert_allclose(spells["recovery"], [5, 28, 0])  # steps 7..18 are clean; never again
        ratio = np.zeros((30, 1))
        ratio[4:6] = 0.6
        np.testing.assert_allclose(_peak(law, ratio), 0.4)


class RandomNetworks(unittest.TestCase):
    N_PATHS = 24
    SEEDS = range(31, 37)

    @classmethod
    def setUpClass(cls):
        cls.counter, cls.problems, cls.results, cls.networks = BranchCounter(), [], [], []
        for seed in cls.SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                law = load_and_calibrate(write_scenario(seed, folder))
            cls.networks.append(law)
            cls.results.append(simulate(law, 0, cls.N_PATHS, cls._observe))
        cls.count = cls.counter.result()

    @classmethod
    def _observe(cls, chain, step):
        cls.counter(chain, step)
        for s, sale in enumerate(chain.allocation):
            last = s + 1 == len(chain.allocation)
            need = chain.demand.need if last else chain._feed_need(s + 1)
            sold = sum(given.sum(axis=1) for given in sale.given.values())
            output = chain.output[s].sum(axis=1)
            cls._close("output = sold + leftover + unsold", output, sold + sale.leftover + sale.unsold, output.max())
            met = sum(sale.given.values()) + sale.gap
            # A gap below 1e-6 of the need is dropped, up to twice a stage.
            cls._close("given + gap = need", met, need, 2.1e-6 / 1e-10 * np.maximum(need, 1e-30))
            if not last:
                feed = chain.feed_stocks[s]
                held = feed.start + feed.bought_total - feed.drawn_total
                cls._close("feed stock", held, feed.stock, 1e3 * feed.start.max())
        stocks, demand = chain.stocks, chain.demand
        sale = chain.allocation[-1]
        supplied = sum(sale.given.values()) + stocks.drawn + stocks.gap
        cls._close("supply + draws + unmet = need", supplied, demand.need, 4.1e-6 / 1e-10 * demand.need)
        held = stocks.commercial.sum(axis=1) + stocks.strategic.sum(axis=1) + stocks.shared
        opening = stocks.commercial_start.sum() + stocks.strategic_start.sum() + stocks.shared_start
        balance = opening + stocks.bought_total - stocks.drawn_total.sum(axis=1)
        cls._close("opening + bought - drawn = closing", held, balance, 1e3 * opening)
        for name in ("commercial", "strategic", "shared"):
            if (getattr(stocks, name) < 0).any():
                cls.problems.append(f"{name} stock is negative")

    @classmethod
    def _close(cls, name, a, b, scale):
        if not (np.abs(a - b) <= 1e-10 * scale + 1e-12).all():
            cls.problems.append(f"{name}: {np.abs(a - b).max()}")

    def test_nothing_is_lost_or_made(self):
        self.assertEqual(self.problems[:5], [])

    def test_every_branch_fires(self):
        self.assertEqual([name for name in BRANCHES if not self.count.get(name)], [])

    def test_measures_are_finite_and_in_range(self):
        for result in self.results:
            for name, value in result.items():
                self.assertTrue(np.isfinite(value).all(), name)
                self.assertGreaterEqual(value.min(initial=0.0), -1e-12, name)
            for name in ("shortfall", "peak", "essential_shortfall", "timeline_shortfall", "curtailed"):
                self.assertLessEqual(result[name].max(), 1 + 1e-12, name)

    def test_a_path_can_be_replayed_alone(self):
        alone = simulate(self.networks[0], 17, 1)
        for name, value in self.results[0].items():
            np.testing.assert_allclose(alone[name][0], value[17], rtol=1e-9, atol=1e-9, err_msg=name)

    def test_appending_a_mineral_leaves_the_others_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            scenario = load_scenario(write_scenario(33, folder))
        tree, tables = scenario["tree"], scenario["tables"]
        first = tables["minerals"][0]["id"]
        copy = {**tables["minerals"][0], "id": "appended"}
        tables["minerals"].append(copy)
        for name in ("nodes", "demand", "trade", "stocks"):
            tables[name] += [{**row, "mineral": "appended"} for row in tables[name] if row["mineral"] == first]
        for row in tables["correlation"]:
            row["appended"] = 0.0
        if tables["correlation"]:
            ids = [row["id"] for row in tables["minerals"]]
            tables["correlation"].append({"mineral": "appended", **{m: float(m == "appended") for m in ids}})
        tree["shared_stock"]["days"].pop("appended", None)
        longer = simulate(calibrate(scenario), 0, self.N_PATHS)
        before = self.results[list(self.SEEDS).index(33)]["shortfall"]
        np.testing.assert_allclose(longer["shortfall"][:, :, :-1], before, rtol=1e-9, atol=1e-12)


class Comparing(unittest.TestCase):
    """compare.py passes rounding and fails what is planted."""

    def setUp(self):
        law = one_supplier(inclusion=0.7, actor=[actor("SEL", 1.0)], instrument=[instrument(initial=0.6, months=6)])
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.ours = str(Path(self.folder.name) / "ours.npz")
        save(self.ours, law, 10, run_batches(law, 10, 210))
        self.data = dict(np.load(self.ours))

    def verdict(self, **change):
        theirs = str(Path(self.folder.name) / "theirs.npz")
        np.savez(theirs, **{**self.data, **change})
        with contextlib.redirect_stdout(io.StringIO()):
            return compare.main([theirs, self.ours])

    def test_single_precision_passes(self):
        self.assertEqual(self.verdict(shortfall=self.data["shortfall"].astype(np.float32)), 0)

    def test_a_planted_bias_of_one_percent_fails(self):
        self.assertEqual(self.verdict(shortfall=self.data["shortfall"] * 1.01), 1)

    def test_two_percent_of_wrong_cells_fail(self):
        wrong = self.data["months_short"].copy()
        wrong[:4] += 1
        self.assertEqual(self.verdict(months_short=wrong), 1)

    def test_a_flip_on_two_paths_passes(self):
        flipped = self.data["months_short"].copy()
        flipped[:2] += 1
        self.assertEqual(self.verdict(months_short=flipped), 0)

    def test_not_a_number_fails(self):
        wrong = self.data["loss"].copy()
        wrong[0, 0, 0] = np.nan
        self.assertEqual(self.verdict(loss=wrong), 1)

    def test_csv_is_read_by_names(self):
        theirs = Path(self.folder.name) / "theirs.csv"
        lines = [f"{p},BUY,ore,{v:.9g}" for p, v in zip(self.data["path"], self.data["peak"][:, 0, 0])]
        theirs.write_text("\n".join(["path,member,mineral,peak", *reversed(lines)]) + "\n", encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(compare.main([str(theirs), self.ours]), 0)


if __name__ == "__main__":
    unittest.main()
