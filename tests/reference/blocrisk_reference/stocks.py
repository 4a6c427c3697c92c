"""Section 4.6 and the feed stocks of 4.5 (4): what is drawn, what is bought back, the scarcity memory."""

import numpy as np

from .allocation import tidy
from .calibrate import DAYS_PER_YEAR
from .price import share_of_gap_closed


def bought(leftover, orders):
    """Share of every order that the leftover [path] covers; orders is a list of [path, k] arrays."""
    total = sum(order.sum(axis=1) for order in orders)
    return np.minimum(1.0, np.divide(leftover, total, out=np.zeros_like(total), where=total > 0))


class FeedStocks:
    """Stocks of feed at the nodes of the next stage, [path, node]."""

    def __init__(self, network, next_stage, n_paths):
        self.network = network
        days = next_stage.column.feed_stock_days
        self.start = days * next_stage.feed_want_t_per_yr / DAYS_PER_YEAR
        self.stock = np.tile(self.start, (n_paths, 1))
        self.drawn_total = np.zeros_like(self.stock)
        self.bought_total = np.zeros_like(self.stock)

    def draw_and_refill(self, need, gap, leftover):
        """Returns the gap that is left."""
        draw = np.minimum(gap, self.stock)
        self.stock = self.stock - draw
        order = np.maximum(self.start - self.stock, 0.0) * self.network.dt
        buy = order * bought(leftover, [order])[:, None]
        self.stock = self.stock + buy
        self.drawn_total += draw
        self.bought_total += buy
        return tidy(gap - draw, need)


class Stocks:
    """Commercial and strategic stocks per sink [path, j], the shared stock [path]."""

    def __init__(self, network, mineral, n_paths):
        self.network = network
        demand, strategic, shared = mineral.demand, mineral.strategic, network.settings["shared_stock"]
        self.commercial_start = demand.commercial_stock_days * demand.demand_t_per_yr / DAYS_PER_YEAR
        self.strategic_start = strategic.tonnes
        self.shared_start = mineral.shared_t
        self.commercial = np.tile(self.commercial_start, (n_paths, 1))
        self.strategic = np.tile(self.strategic_start, (n_paths, 1))
        self.shared = np.full(n_paths, self.shared_start)
        self.member = network.is_member[mineral.stages[-1].sink_country]
        self.release_commercial = 1.0 - (1.0 - demand.commercial_release_fraction) ** (12.0 * network.dt)
        self.refill_commercial = np.array([share_of_gap_closed(network.dt, y) for y in demand.commercial_refill_yr])
        self.law, self.shared_law = strategic, shared
        self.latency = network.steps(strategic.latency_months)
        self.shared_latency = network.steps(shared["latency_months"])
        self.count = np.zeros_like(self.commercial)
        self.shared_count = np.zeros_like(self.commercial)
        self.drawn_total = np.zeros_like(self.commercial)
        self.bought_total = np.zeros(n_paths)

    def draw(self, need, gap, reference):
        """Sets gap_after_commercial, gap, drawn [path, j]."""
        commercial = np.minimum(gap, self.commercial * self.release_commercial)
        self.commercial = self.commercial - commercial
        gap = tidy(gap - commercial, need)
        self.gap_after_commercial = gap
        self.count = np.where(gap > self.law.trigger_fraction * need, self.count + 1, 0)
        self.shared_count = np.where(gap > self.shared_law["trigger_fraction"] * need, self.shared_count + 1, 0)

        limit = np.minimum(self.strategic, self.law.release_rate * reference)
        strategic = np.where(self.count > self.latency, np.minimum(gap, limit), 0.0)
        self.strategic = self.strategic - strategic
        gap = tidy(gap - strategic, need)

        served = np.where(self.member & (self.shared_count > self.shared_latency), gap, 0.0)
        wanted = served.sum(axis=1)
        members_reference = reference[:, self.member].sum(axis=1)
        total = np.minimum(np.minimum(self.shared, self.shared_law["release_rate"] * members_reference), wanted)
        shared = served * np.divide(total, wanted, out=np.zeros_like(wanted), where=wanted > 0)[:, None]
        self.shared = np.maximum(self.shared - shared.sum(axis=1), 0.0)
        self.gap = tidy(gap - shared, need)
        self.drawn = commercial + strategic + shared
        self.drawn_total += self.drawn

    def refill(self, leftover, price_ratio):
        dt = self.network.dt
        commercial = np.maximum(self.commercial_start - self.commercial, 0.0) * self.refill_commercial
        cheap = price_ratio[:, None] < self.law.buy_below
        strategic = np.where(cheap, np.maximum(self.strategic_start - self.strategic, 0.0) * dt, 0.0)
        cheap = price_ratio < self.shared_law["buy_below"]
        shared = np.where(cheap, np.maximum(self.shared_start - self.shared, 0.0) * dt, 0.0)
        share = bought(leftover, [commercial, strategic, shared[:, None]])
        self.commercial = self.commercial + commercial * share[:, None]
        self.strategic = self.strategic + strategic * share[:, None]
        self.shared = self.shared + shared * share
        self.bought_total += (commercial.sum(axis=1) + strategic.sum(axis=1) + shared) * share

    def days_of_cover(self, reference):
        """[path, j]; meaningful for members. The shared stock is split by reference demand."""
        members = np.where(self.member, reference, 0.0)
        total = members.sum(axis=1, keepdims=True)
        share = np.divide(members, total, out=np.zeros_like(members), where=total > 0)
        held = self.commercial + self.strategic + share * self.shared[:, None]
        per_yr = reference / self.network.dt
        return np.divide(held, per_yr, out=np.zeros_like(held), where=per_yr > 0) * DAYS_PER_YEAR


class ScarcityMemory:
    """s, [path]: the smoothed share of world need that is short after commercial stocks."""

    def __init__(self, network, mineral, n_paths):
        self.weight = share_of_gap_closed(network.dt, mineral.column.scarcity_months / 12.0)
        self.value = np.zeros(n_paths)

    def advance(self, need, gap_after_commercial, sink_restricts):
        """Sinks in countries that restrict to everyone do not count."""
        wanted = np.where(sink_restricts, 0.0, need).sum(axis=1)
        short = np.where(sink_restricts, 0.0, gap_after_commercial).sum(axis=1)
        ratio = np.divide(short, wanted, out=np.zeros_like(wanted), where=wanted > 0)
        self.value = self.value + (ratio - self.value) * self.weight
