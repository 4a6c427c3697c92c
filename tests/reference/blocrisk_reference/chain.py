"""Section 4: one mineral's chain, step by step; the order of a step and nothing else.

`run_chain` returns records [step, path, ...] from which the measures are computed.
"""

from types import SimpleNamespace

import numpy as np

from .allocation import Allocation, feed_factor
from .demand import Demand
from .price import Earnings, Floor, Price
from .production import Production
from .restriction import Restrictions
from .stocks import FeedStocks, ScarcityMemory, Stocks


class Chain:
    """The state of one mineral on all paths."""

    def __init__(self, network, mineral, world, draws):
        n_paths = draws.n_paths
        self.network, self.mineral = network, mineral
        self.price = Price(network, mineral, world, draws)
        self.floor = Floor(network, mineral)
        self.earnings = Earnings(network, mineral, self.floor, n_paths)
        self.production = [Production(network, mineral, stage, draws) for stage in mineral.stages]
        self.restrictions = [Restrictions(network, mineral, stage, world, draws) for stage in mineral.stages]
        self.allocation = [Allocation(network, mineral, stage) for stage in mineral.stages]
        self.feed_stocks = [FeedStocks(network, stage, n_paths) for stage in mineral.stages[1:]]
        self.demand = Demand(network, mineral, self.price, n_paths)
        self.stocks = Stocks(network, mineral, n_paths)
        self.scarcity = ScarcityMemory(network, mineral, n_paths)

    def advance(self, step):
        scarcity_before = self.scarcity.value
        self.price.advance(step, scarcity_before)  # 4.1
        self.earnings.advance(step, self.price.ratio)  # 4.2
        flooding = self.price.flooding
        for production in self.production:  # 4.3
            production.advance(step, self.earnings, flooding.country, flooding.active)
        for restrictions in self.restrictions:  # 4.4
            restrictions.advance(step)
        self.demand.advance(step, scarcity_before)  # 4.7
        self._allocate()  # 4.5
        self._use_stocks()  # 4.6
        self.demand.remember_price(self.price, self.sink_restricts)

    def _allocate(self):
        """Stage by stage, first to last. The output of a stage is `output[s]`, after its feed limit."""
        self.output = []
        factor = 1.0  # of the stage's feed
        for s, stage in enumerate(self.mineral.stages):
            output = self.production[s].output_before_feed() * factor
            contracted = np.minimum(output, stage.utilisation * self.production[s].capacity)
            self.output.append(output)
            last = s + 1 == len(self.mineral.stages)
            need = self.demand.need if last else self._feed_need(s + 1)
            sale = self.allocation[s]
            sale.sell(need, output, contracted, self.restrictions[s].blocked, self.restrictions[s].group)
            if not last:
                gap = self.feed_stocks[s].draw_and_refill(need, sale.gap, sale.leftover)
                secondary = self.mineral.stages[s + 1].column.secondary_feed_fraction
                factor = feed_factor(secondary, need - gap, need)
        self.last_feed_factor = factor
        self.price.flooding.remember_output(self.mineral.stages[-1].country, self.output[-1])

    def _feed_need(self, s):
        return self.production[s].output_before_feed() * self.mineral.stages[s].feed_per_output

    def _use_stocks(self):
        need = self.demand.need
        self.sink_restricts = self._restricting_countries()[:, self.mineral.stages[-1].sink_country]
        self.stocks.draw(need, self.allocation[-1].gap, self.demand.reference)
        self.stocks.refill(self.allocation[-1].leftover, self.price.ratio)
        self.scarcity.advance(need, self.stocks.gap_after_commercial, self.sink_restricts)

    def _restricting_countries(self):
        """R(t) as [path, country]."""
        result = np.zeros((len(self.demand.need), len(self.network.countries)), bool)
        for stage, restrictions in zip(self.mineral.stages, self.restrictions):
            result[:, stage.country] |= restrictions.restricts_everyone()
        return result

    def restricted_fraction(self):
        """[path]: severity weighted by base output, averaged over stages."""
        shares = []
        for stage, restrictions in zip(self.mineral.stages, self.restrictions):
            total = stage.base_t_per_yr.sum()
            shares.append(restrictions.severity @ stage.base_t_per_yr / total if total > 0 else 0.0)
        return sum(shares) / len(shares)


def run_chain(network, mineral, world, draws, *observers):
    """Each observer(chain, step) sees the chain after every step."""
    chain = Chain(network, mineral, world, draws)
    records = {name: [] for name in RECORDS}
    for step in range(network.n_steps):
        chain.advance(step)
        for name, read in RECORDS.items():
            records[name].append(np.array(read(chain, step)))
        for observe in observers:
            observe(chain, step)
    return SimpleNamespace(chain=chain, **{name: np.stack(values) for name, values in records.items()})


RECORDS = {
    "reference": lambda chain, step: chain.demand.reference,
    "need": lambda chain, step: chain.demand.need,
    "unmet": lambda chain, step: chain.stocks.gap,
    "drawn": lambda chain, step: chain.stocks.drawn,
    "days_of_cover": lambda chain, step: chain.stocks.days_of_cover(chain.demand.reference),
    "price": lambda chain, step: chain.price.ratio,
    "price_without_scarcity": lambda chain, step: chain.price.ratio_without_scarcity,
    "floor_lift": lambda chain, step: chain.floor.lift(step, chain.price.ratio),
    "sink_restricts": lambda chain, step: chain.sink_restricts,
    "restricted_fraction": lambda chain, step: chain.restricted_fraction(),
}
