"""Counts how often each branch of the model fires, so that a random network is known to exercise it."""

from collections import Counter

import numpy as np

from .run import load_and_calibrate, simulate

BRANCHES = (
    "outage", "closure", "flooding", "flood_tonnes", "project_tested", "project_taken", "project_tonnes", "jump_or_shock",
    "node_hit", "lifted", "under_takes_over", "replaced_goes_under", "weaker_goes_under", "restricts_everyone",
    "contract_surplus", "withheld_home", "withheld_elsewhere", "unsold", "members_pool", "open_pool",
    "feed_limited", "feed_stock_drawn", "feed_stock_bought", "commercial_below_target", "strategic_below_target",
    "shared_below_target", "stock_bought", "scarcity", "price_at_bound", "floor_lifts", "substituted", "response_at_limit",
    "unmet",
)  # fmt: skip


class BranchCounter:
    """An observer of `simulate`: counts path-steps (or path-node-steps) in which a branch mattered."""

    def __init__(self):
        self.count = Counter({name: 0 for name in BRANCHES})
        self.restriction_counts = {}

    def __call__(self, chain, step):
        self._production(chain, step)
        self._restrictions(chain)
        self._allocation(chain)
        self._stocks_and_price(chain, step)

    def _add(self, name, condition):
        self.count[name] += int(np.sum(condition))

    def _production(self, chain, step):
        flooding = chain.price.flooding
        self._add("flooding", flooding.active)
        for production in chain.production:
            self._add("outage", production.out)
            self._add("closure", production.operating < 1)
            projects = sum((p.tonnes(step, chain.earnings) > 0).sum() for p in production.projects)
            self._add("project_tonnes", projects)
            self._add("flood_tonnes", flooding.active & (production.operating < 1).any(axis=1))
            for project in production.projects:
                if project.tested and step == project.decision_step:
                    self._add("project_tested", len(project.taken))
                    self._add("project_taken", project.taken)

    def _restrictions(self, chain):
        self._add("restricts_everyone", chain.sink_restricts.any(axis=1))
        for restrictions in chain.restrictions:
            self.restriction_counts[id(restrictions)] = restrictions.fired

    def _allocation(self, chain):
        for sale in chain.allocation:
            self._add("contract_surplus", sale.surplus > 0)
            self._add("unsold", sale.unsold > 0)
            for name in ("withheld_home", "withheld_elsewhere", "members_pool", "open_pool"):
                if name in sale.given:
                    self._add(name, sale.given[name] > 0)
        for s, feed in enumerate(chain.feed_stocks):
            full = chain.production[s + 1].output_before_feed()
            self._add("feed_limited", chain.output[s + 1] < full * (1 - 1e-9))
            self._add("feed_stock_drawn", feed.stock < feed.start * (1 - 1e-9))
            self._add("feed_stock_bought", feed.bought_total > 0)

    def _stocks_and_price(self, chain, step):
        stocks, demand, price = chain.stocks, chain.demand, chain.price
        self._add("jump_or_shock", price.x != 0)
        self._add("commercial_below_target", stocks.commercial < stocks.commercial_start * (1 - 1e-9))
        self._add("strategic_below_target", stocks.strategic < stocks.strategic_start * (1 - 1e-9))
        self._add("shared_below_target", stocks.shared < stocks.shared_start * (1 - 1e-9))
        self._add("stock_bought", stocks.bought_total > 0)
        self._add("scarcity", chain.scarcity.value > 0)
        self._add("price_at_bound", np.abs(price.y) >= 2.5)
        self._add("floor_lifts", chain.floor.lift(step, price.ratio) > 0)
        self._add("substituted", demand.substituted > 0)
        floor = (1.0 - chain.mineral.column.max_response_fraction) * (1.0 - demand.substituted)[:, None]
        self._add("response_at_limit", demand.need <= demand.reference * floor * (1 + 1e-12))
        self._add("unmet", stocks.gap > 0)

    def result(self):
        for fired in self.restriction_counts.values():
            for name, value in fired.items():
                self.count["node_hit" if name == "hit" else name] += value
        return dict(self.count)


def count_branches(scenario_path, n_paths):
    network = load_and_calibrate(scenario_path)
    observer = BranchCounter()
    simulate(network, 0, n_paths, observer)
    return observer.result()
