"""Section 4.3: outages, closure, growth and projects of one stage. Arrays are [path, node]."""

import numpy as np

from .draws import exponential, happens, normal
from .price import share_of_gap_closed


class Production:
    def __init__(self, network, mineral, stage, draws):
        self.network, self.law, self.stage, self.draws = network, mineral.column, stage, draws
        shape = (draws.n_paths, len(stage.country))
        self.is_member = network.is_member[stage.country]
        self.operating = np.ones(shape)
        self.out = np.zeros(shape, bool)
        self.outages = [
            Outage(network, stage.column, node, draws, ("outage", mineral.id, stage.name, network.countries[c]))
            for node, c in enumerate(stage.country)
        ]
        self.projects = [
            Project(network, project, stage, draws) for project in mineral.projects if project.stage == stage.name
        ]

    def advance(self, step, earnings, flooder, flooding):
        """Sets capacity (t per step) and the tonnes that are uncontracted by nature: projects and flooding."""
        self._advance_outages(step)
        self._advance_closure(earnings.of(self.is_member))
        column, dt = self.stage.column, self.network.dt
        growth = (1.0 + column.growth_per_yr) ** (step * dt)
        full = self.stage.capacity_t_per_yr * dt * growth
        self.capacity = full * (1.0 - column.outage_depth * self.out) * self.operating
        self.extra = np.zeros_like(self.capacity)
        for project in self.projects:
            self.extra[:, project.node] += project.tonnes(step, earnings)
        closed = full * (1.0 - self.operating)
        rivals_closed = closed[:, self.stage.country != flooder].sum(axis=1)
        for node in np.flatnonzero(self.stage.country == flooder):
            self.extra[:, node] += np.where(flooding, rivals_closed, 0.0)

    def output_before_feed(self):
        idle = 1.0 - self.stage.utilisation
        return self.capacity * (self.stage.utilisation + self.law.surge_fraction * idle) + self.extra

    def _advance_outages(self, step):
        for node, outage in enumerate(self.outages):
            self.out[:, node] = outage.at(step)

    def _advance_closure(self, earned):
        a = self.law.close_ratio
        target = np.clip((earned / self.stage.column.cash_cost_ratio - a) / (1.0 - a), 0.0, 1.0)
        down = self.law.close_per_yr * self.network.dt
        up = self.law.open_per_yr * self.network.dt
        self.operating = self.operating + np.clip(target - self.operating, -down, up)


class Outage:
    """A node that breaks down and recovers: change number k comes a geometric number of steps after the step that
    follows the one before. Word k mod 4 of block k div 4 gives an exponential, whose whole part is that number."""

    def __init__(self, network, column, node, draws, tag):
        self.draws, self.tag = draws, tag
        rate, months = column.outage_per_yr[node], column.outage_months[node]
        self.happens = rate > 0 and column.outage_depth[node] > 0
        if not self.happens:
            return
        ends = share_of_gap_closed(network.dt, months / 12.0)
        self.mean_wait = (1.0 / (rate * network.dt), -1.0 / np.log1p(-ends) if ends < 1.0 else 0.0)
        self.down = np.zeros(draws.n_paths, bool)
        self.changes = np.zeros(draws.n_paths, int)
        self.next = self._wait(0)

    def at(self, step):
        """Is it down in this step? Steps come in order."""
        if not self.happens:
            return False
        due = self.next == step
        self.down = self.down ^ due
        self.changes = self.changes + due
        for change in np.unique(self.changes[due]):
            paths = due & (self.changes == change)
            self.next[paths] = step + 1 + self._wait(change)[paths]
        return self.down

    def _wait(self, change):
        word = self.draws.words(self.tag, change // 4)[change % 4]
        return np.floor(np.minimum(exponential(word, self.mean_wait[change % 2]), 2.0**20)).astype(int)


class Project:
    """Capacity that may come: decision, success, delay, ramp. Arrays are [path]."""

    def __init__(self, network, law, stage, draws):
        self.network, self.law = network, law
        country = network.countries.index(law.country)
        self.node = int(np.flatnonzero(stage.country == country)[0])
        self.is_member = network.is_member[country]
        w_success, w_delay, w_ramp, _ = draws.words(("project", law.name))
        self.survives = happens(w_success, law.success_probability)
        delay = law.delay_median_months * np.exp(law.delay_log_sd * normal(w_delay))
        ramp = law.ramp_median_months * np.exp(law.ramp_log_sd * normal(w_ramp))
        self.start_step = network.steps(law.start_month) + network.steps(delay)
        self.ramp_steps = network.steps(ramp)
        self.tested = law.decision_month >= 0
        self.decision_step = network.whole_steps(law.decision_month)
        self.taken = np.full(draws.n_paths, not self.tested)

    def tonnes(self, step, earnings):
        if self.tested and step == self.decision_step:
            earned = earnings.bloc if self.is_member else earnings.world
            self.taken = earned >= self.law.incentive_price_ratio
        since = step - self.start_step
        ramping = np.divide(since, self.ramp_steps, out=np.zeros_like(since), where=self.ramp_steps > 0)
        share = np.where(self.ramp_steps > 0, np.clip(ramping, 0.0, 1.0), since >= 0)
        return np.where(self.taken & self.survives, share * self.law.capacity_t_per_yr * self.network.dt, 0.0)
