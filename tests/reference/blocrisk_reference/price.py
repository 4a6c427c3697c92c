"""Sections 4.1 and 4.2: the price, flooding, and what producers earn. Arrays are [path]."""

import numpy as np

from .draws import StepWords, exponential, happens

LOG_PRICE_BOUND = 2.5
SCARCITY_BOUND = 0.9


def bounded(log_price):
    return np.clip(log_price, -LOG_PRICE_BOUND, LOG_PRICE_BOUND)


def share_of_gap_closed(dt, time_yr):
    """min(1, dt / time), 1 where the time is 0."""
    return 1.0 if time_yr <= 0 else min(1.0, dt / time_yr)


class Price:
    """Log prices of one mineral: x, y with scarcity, y0 without."""

    def __init__(self, network, mineral, world, draws):
        self.network, self.law, self.draws = network, mineral.column, draws
        self.shock = world.shock[:, :, [m.id for m in network.minerals].index(mineral.id)]
        self.x = np.full(draws.n_paths, np.log(self.law.initial_price_ratio))
        self.y = bounded(self.x)
        self.y0 = self.y
        self.jump_words = StepWords(draws, [("jump", mineral.id)])
        self.flooding = Flooding(network, mineral, world, draws)
        self.gamma = 1.0 / (self.law.demand_elasticity + self.law.supply_elasticity)

    def advance(self, step, scarcity):
        """`scarcity` is the memory as the previous step left it."""
        law, dt = self.law, self.network.dt
        kappa = law.reversion_per_yr
        spread_yr = dt if kappa == 0 else (1.0 - np.exp(-2.0 * kappa * dt)) / (2.0 * kappa)
        self.x = self.x * np.exp(-kappa * dt) + law.volatility_per_sqrt_yr * np.sqrt(spread_yr) * self.shock[step]
        self.x = self.x + self._jump(step)
        self.flooding.advance(step)
        self.y0 = bounded(self.x - law.flood_depth * self.flooding.active)
        pull = -np.log(1.0 - np.minimum(scarcity, SCARCITY_BOUND))
        self.y = bounded(self.x - law.flood_depth * self.flooding.active + self.gamma * pull)

    @property
    def ratio(self):
        return np.exp(self.y)

    @property
    def ratio_without_scarcity(self):
        return np.exp(self.y0)

    def _jump(self, step):
        law = self.law
        if law.jumps_per_yr == 0:
            return 0.0
        jumps = happens(self.jump_words.at(step)[:, 0], 1.0 - np.exp(-law.jumps_per_yr * self.network.dt))
        w_up, w_size, _, _ = self.draws.words(("jump_size", self.law.id), step)
        up = happens(w_up, law.jump_up_probability)
        size = np.where(up, exponential(w_size, law.jump_up_mean), -exponential(w_size, law.jump_down_mean))
        return np.where(jumps, size, 0.0)


class Flooding:
    """Spells in which the flooder pushes the price down."""

    def __init__(self, network, mineral, world, draws):
        self.network, self.law = network, mineral.column
        self.active = np.zeros(draws.n_paths, bool)
        self.others_share = np.zeros(draws.n_paths)  # of last-stage output in the previous step
        self.exists = bool(self.law.flooder) and self.law.flood_per_yr > 0
        self.country = network.countries.index(self.law.flooder) if self.exists else -1
        self.actor = world.actors.get(self.law.flooder)
        self.words = StepWords(draws, [("flood", mineral.id)])

    def advance(self, step):
        if not self.exists:
            return
        word, dt = self.words.at(step)[:, 0], self.network.dt
        start = happens(word, 1.0 - np.exp(-self.law.flood_per_yr * self._regime_ratio(step) * dt))
        end = happens(word, share_of_gap_closed(dt, self.law.flood_months / 12.0))
        allowed = (self.others_share > self.law.flood_trigger_fraction) & (step > 0)
        self.active = np.where(self.active, ~end, start & allowed)

    def _regime_ratio(self, step):
        if self.actor is None or self.actor.law.events_per_yr[0] == 0:
            return np.ones(len(self.active))
        return self.actor.regime_rate(step) / self.actor.law.events_per_yr[0]

    def remember_output(self, countries, output):
        """output [path, node] of the last stage, after the feed limit, sold or not."""
        if self.exists:
            total = output.sum(axis=1)
            others = output[:, countries != self.country].sum(axis=1)
            self.others_share = np.divide(others, total, out=np.zeros_like(total), where=total > 0)


class Floor:
    """The bloc's price floor on one mineral."""

    def __init__(self, network, mineral):
        settings = network.settings["price_floor"]
        self.ratio = mineral.floor_ratio
        self.first_step = settings["from_year"] * network.steps_per_year
        self.passed_on = 1.0 - settings["circumvention_fraction"]

    def in_force(self, step):
        return step >= self.first_step

    def lift(self, step, price_ratio):
        """What the floor adds to the price."""
        if not self.in_force(step):
            return np.zeros_like(price_ratio)
        return self.passed_on * np.maximum(self.ratio - price_ratio, 0.0)


class Earnings:
    """The smoothed price that producers compare with cost and incentive: world's and bloc's."""

    def __init__(self, network, mineral, floor, n_paths):
        self.floor = floor
        self.weight = share_of_gap_closed(network.dt, mineral.column.earn_smoothing_months / 12.0)
        start = mineral.column.initial_price_ratio
        self.world = np.full(n_paths, float(start))
        self.bloc = np.full(n_paths, float(max(start, floor.ratio) if floor.in_force(0) else start))

    def advance(self, step, price_ratio):
        self.world = self.world + (price_ratio - self.world) * self.weight
        earned = price_ratio + self.floor.lift(step, price_ratio)
        self.bloc = self.bloc + (earned - self.bloc) * self.weight

    def of(self, is_member):
        """[path, node] for a mask [node]."""
        return np.where(is_member, self.bloc[:, None], self.world[:, None])
