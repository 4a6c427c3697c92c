"""Section 6: unmet need by supplier country and cause, [path, sink] shared out at every step.

Written from the law with all weights side by side, [path, i, j], not cause by cause along suppliers.
"""

import numpy as np

CAUSES = ("closure", "outage", "upstream_feed", "restriction", "demand_growth")


class Attribution:
    """Sums of one mineral, tonnes [path, sink, country, cause]."""

    def __init__(self, network, mineral, n_paths):
        self.network, self.stage = network, mineral.stages[-1]
        self.spot = mineral.column.spot_fraction
        n_sinks = len(self.stage.sink_country)
        self.tonnes = np.zeros((n_paths, n_sinks, len(network.countries), len(CAUSES)))
        self.reference = np.zeros((n_paths, n_sinks))

    def add_step(self, chain, step):
        unmet = chain.stocks.gap
        self.reference = self.reference + chain.demand.reference
        weights, growth = self._weights(chain, step)
        total = sum(weight.sum(axis=1) for weight in weights) + growth
        share = np.divide(unmet, total, out=np.zeros_like(unmet), where=total > 0)
        for cause, weight in enumerate(weights):
            for node, country in enumerate(self.stage.country):
                self.tonnes[:, :, country, cause] += weight[:, node] * share
        own = np.where(total > 0, growth * share, unmet)
        for sink, country in enumerate(self.stage.sink_country):
            self.tonnes[:, sink, country, CAUSES.index("demand_growth")] += own[:, sink]

    def _weights(self, chain, step):
        """What reference deliveries lost, [path, i, j] by supplier cause, and demand growth [path, j]."""
        production, restrictions = chain.production[-1], chain.restrictions[-1]
        grown = (1.0 + self.stage.column.growth_per_yr) ** (step * self.network.dt)
        flow = self.stage.flow_t_per_step * grown[:, None]
        delivery = np.broadcast_to((1.0 - self.spot) * flow, (len(production.operating), *flow.shape))
        blocked = np.where(restrictions.group >= 0, restrictions.blocked, 0.0)
        target = chain.allocation[-1].target[restrictions.group, np.arange(len(self.stage.country))]  # [path, i, j]
        lost_parts = (
            (1.0 - production.operating)[:, :, None],
            (self.stage.column.outage_depth * production.out)[:, :, None],
            np.broadcast_to(1.0 - chain.last_feed_factor, production.operating.shape)[:, :, None],
            blocked[:, :, None] * target,
        )
        weights = []
        for part in lost_parts:
            weights.append(delivery * part)
            delivery = delivery - weights[-1]
        return weights, np.maximum(chain.demand.need - flow.sum(axis=0), 0.0)


def per_member(network, minerals, attributions):
    """[path, member, mineral, country, cause], fractions of demand over the horizon."""
    n_paths = len(attributions[0].tonnes)
    result = np.zeros((n_paths, len(network.members), len(minerals), len(network.countries), len(CAUSES)))
    for m, (mineral, attribution) in enumerate(zip(minerals, attributions)):
        for b, member in enumerate(network.members):
            for j in np.flatnonzero(mineral.stages[-1].sink_country == member):
                if mineral.demand.demand_t_per_yr[j] > 0:
                    result[:, b, m] = attribution.tonnes[:, j] / attribution.reference[:, j, None, None]
    return result
