"""Section 4.5: who gets what a stage produces. Nodes are [path, i], sinks are [path, j], tonnes per step."""

import numpy as np

GAP_TOLERANCE = 1e-6


def tidy(gap, need):
    """A gap below 1e-6 of the need counts as none."""
    return np.where(gap < GAP_TOLERANCE * need, 0.0, gap)


def fill(pool, gap, weight):
    """Weighted pro-rata, capped at the gap, two passes. Returns what is given [path, j]."""
    given = np.zeros_like(gap)
    for _ in range(2):
        open_gap = gap - given
        left = pool - given.sum(axis=1)
        wanted = (weight * open_gap).sum(axis=1)
        rate = np.divide(left, wanted, out=np.zeros_like(left), where=wanted > 0)
        given = given + open_gap * np.minimum(1.0, rate[:, None] * weight)
    return given


def serve_in_order(pool, gap, weight, order, sink_country):
    """Rule `priority`: the named countries one after the other, then the rest pro-rata."""
    given = np.zeros_like(gap)
    left = pool.copy()
    for country in order:
        for j in np.flatnonzero(sink_country == country):
            given[:, j] = np.minimum(left, gap[:, j])
            left = left - given[:, j]
    rest = np.where(np.isin(sink_country, order), 0.0, gap)
    return given + fill(left, rest, weight)


def feed_factor(secondary_feed_fraction, feed_received, feed_wanted):
    ratio = np.divide(feed_received, feed_wanted, out=np.ones_like(feed_wanted), where=feed_wanted > 0)
    return secondary_feed_fraction + (1.0 - secondary_feed_fraction) * np.minimum(1.0, ratio)


class Allocation:
    """The fixed geometry of one stage, and the sale of one step's output to its sinks."""

    def __init__(self, network, mineral, stage):
        self.network, self.stage = network, stage
        self.spot = mineral.column.spot_fraction
        self.flow = stage.flow_t_per_step
        base = stage.base_t_per_yr * network.dt
        self.weight = network.purchasing_weight[stage.sink_country]
        self.member_node = network.is_member[stage.country]
        self.member_sink = network.is_member[stage.sink_country]
        self.per_base = np.divide(1.0, base, out=np.zeros_like(base), where=base > 0)
        self.has_flow = self.flow.sum(axis=1) > 0
        home = stage.country[:, None] == stage.sink_country[None, :]
        self.home_pairs = np.argwhere(home)
        self.in_group = network.group_holds[:, stage.sink_country]  # [group, j]
        self.target = ~home[None] & self.in_group[:, None, :]  # [group, i, j]: foreign destination in the group
        to_targets = (self.flow[None] * self.target).sum(axis=2) * self.per_base
        # Share of base output that flows to targets, [i, group]; a last column serves "no restriction".
        self.target_share = np.append(np.where(base > 0, to_targets, 1.0).T, np.zeros((len(base), 1)), axis=1)
        names = network.settings["allocation"]
        self.priority = [network.countries.index(c) for c in names["order"]] if names["rule"] == "priority" else None
        self.pooling = network.settings["bloc"]["pooling"]

    def sell(self, need, output, contracted, blocked, group):
        """Sets `gap` [path, j], `leftover` and `unsold` [path], and `given`, what each source gave [path, j]."""
        blocked = np.where(group >= 0, blocked, 0.0)
        self.given = {}
        self._deliver_contracts(need, contracted, blocked, group)
        uncontracted = np.where(self.has_flow, self.spot * contracted + (output - contracted), output)
        share = self.target_share[np.arange(group.shape[1]), group]
        open_part = np.where(blocked > 0, (1.0 - blocked) * share * uncontracted, uncontracted)
        self.withheld = self.withheld + uncontracted - open_part
        self._offer_withheld(blocked, group)
        self._fill_from_pools(open_part)
        self.gap = tidy(self.gap, need)

    def _deliver_contracts(self, need, contracted, blocked, group):
        per_flow = np.where(self.has_flow, (1.0 - self.spot) * contracted * self.per_base, 0.0)
        delivered = per_flow @ self.flow
        self.withheld = np.zeros_like(contracted)
        for g in range(len(self.in_group)):
            struck = per_flow * np.where(group == g, blocked, 0.0)
            if struck.any():
                to_targets = self.flow * self.target[g]
                delivered = delivered - struck @ to_targets
                self.withheld = self.withheld + struck * to_targets.sum(axis=1)
        delivered = np.maximum(delivered, 0.0)
        self.given["contract"] = np.minimum(delivered, need)
        self.surplus = (delivered - self.given["contract"]).sum(axis=1)
        self.gap = tidy(need - self.given["contract"], need)

    def _offer_withheld(self, blocked, group):
        """Home first, everywhere; then group by group to the sinks outside the group."""
        at_home, elsewhere = np.zeros_like(self.gap), np.zeros_like(self.gap)
        for i, j in self.home_pairs:
            at_home[:, j] = np.minimum(self.withheld[:, i], self.gap[:, j])
            self.withheld[:, i] -= at_home[:, j]
        self.gap = self.gap - at_home
        self.unsold = np.zeros(len(self.gap))
        for g in range(len(self.in_group)):
            pool = np.where((group == g) & (blocked > 0), self.withheld, 0.0).sum(axis=1)
            if pool.any():
                given = fill(pool, np.where(self.in_group[g], 0.0, self.gap), self.weight)
                elsewhere += given
                self.gap = self.gap - given
                self.unsold = self.unsold + pool - given.sum(axis=1)
        self.given["withheld_home"], self.given["withheld_elsewhere"] = at_home, elsewhere

    def _fill_from_pools(self, open_part):
        pool = open_part.sum(axis=1) + self.surplus
        if self.pooling:
            of_members = open_part[:, self.member_node].sum(axis=1)
            given = fill(of_members, np.where(self.member_sink, self.gap, 0.0), self.weight)
            self.given["members_pool"] = given
            self.gap = self.gap - given
            pool = pool - given.sum(axis=1)
        if self.priority is None:
            given = fill(pool, self.gap, self.weight)
        else:
            given = serve_in_order(pool, self.gap, self.weight, self.priority, self.stage.sink_country)
        self.given["open_pool"] = given
        self.gap = self.gap - given
        self.leftover = np.maximum(pool - given.sum(axis=1), 0.0)
