"""Section 4.7: what the final sinks want. Sinks are [path, j], tonnes per step."""

import numpy as np


class Demand:
    def __init__(self, network, mineral, price, n_paths):
        self.network, self.law, self.rows = network, mineral.column, mineral.demand
        n_sinks = len(mineral.demand.demand_t_per_yr)
        self.substituted = np.zeros(n_paths)
        self.log_price_paid = np.repeat(price.y[:, None], n_sinks, axis=1)

    def advance(self, step, scarcity):
        """Sets `reference` D(t) and `need` N. `scarcity` is the memory as the previous step left it."""
        dt, law = self.network.dt, self.law
        if law.substitution_max > 0:
            room = 1.0 - self.substituted / law.substitution_max
            change = law.substitution_per_yr * scarcity * room - law.substitution_reversal_per_yr * self.substituted
            self.substituted = self.substituted + dt * change
        growth = (1.0 + self.rows.growth_per_yr) ** (step * dt)
        reference = self.rows.demand_t_per_yr * dt * growth
        self.reference = np.tile(reference, (len(scarcity), 1))
        response = np.exp(-law.demand_elasticity * np.maximum(self.log_price_paid, 0.0))
        response = np.maximum(response, 1.0 - law.max_response_fraction)
        self.need = self.reference * response * (1.0 - self.substituted)[:, None]

    def remember_price(self, price, sink_restricts):
        """Countries that restrict to everyone see the price without scarcity."""
        self.log_price_paid = np.where(sink_restricts, price.y0[:, None], price.y[:, None])
