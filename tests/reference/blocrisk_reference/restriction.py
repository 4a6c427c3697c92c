"""Section 4.4: the export restrictions on the nodes of one stage. Arrays are [path, node].

Each node has a measure in force and at most one that lies underneath; `end` is the first step
in which a measure is no longer in force, -1 where there is none.
"""

import numpy as np
from scipy.special import ndtri

from .draws import StepWords, normal

NONE = -1


class Restrictions:
    def __init__(self, network, mineral, stage, world, draws):
        self.network, self.law, self.mineral_id, self.stage = network, mineral.column, mineral.id, stage
        shape = (draws.n_paths, len(stage.country))
        self.instrument = np.full(shape, NONE)
        self.group = np.full(shape, NONE)
        self.end = np.full(shape, NONE)
        self.severity = np.zeros(shape)  # v
        self.leak = np.zeros(shape)  # l
        self.under_instrument = np.full(shape, NONE)
        self.under_group = np.full(shape, NONE)
        self.under_end = np.full(shape, NONE)
        by_country = {actor.law.country: actor for actor in world.actors.values()}
        self.actor_of_node = [by_country.get(country) for country in stage.country]
        self.scheduled = [event for event in world.scheduled if event.minerals is None or mineral.id in event.minerals]
        names = [("include", mineral.id, stage.name, network.countries[c]) for c in stage.country]
        self.include_words = [StepWords(draws, [name]) for name in names]
        self.fired = {"lifted": 0, "under_takes_over": 0, "replaced_goes_under": 0, "weaker_goes_under": 0, "hit": 0}

    def advance(self, step):
        """Sets `blocked` b and `group`."""
        self._lift(step)
        fresh = np.zeros(self.end.shape, bool)
        for node, actor in enumerate(self.actor_of_node):
            if actor is None:
                continue
            self._apply_drawn(step, node, actor, fresh)
            for event in self.scheduled:
                if event.actor == actor.law.name and event.step == step:
                    n_paths = len(event.happens)
                    self._apply(
                        node, event.happens, np.full(n_paths, event.instrument), np.full(n_paths, event.group),
                        step + event.n_steps_in_force, fresh,
                    )  # fmt: skip
        self._settle_and_leak(fresh)
        self.blocked = self.severity * (1.0 - self.leak)

    def restricts_everyone(self):
        """[path, node]: b > 0 under a target group that holds every country."""
        holds_all = np.append(self.network.group_holds.all(axis=1), False)  # last entry serves group NONE
        return (self.blocked > 0) & holds_all[self.group]

    def _lift(self, step):
        over = (self.end != NONE) & (self.end <= step)
        take_over = over & (self.under_end > step)
        clear = over & ~take_over
        settled = self._instrument_value("settled_severity", self.under_instrument)
        self.severity = np.where(take_over, settled, np.where(clear, 0.0, self.severity))
        self.leak = np.where(clear, 0.0, self.leak)
        for name in ("instrument", "group", "end"):
            under = getattr(self, "under_" + name)
            current = np.where(take_over, under, np.where(clear, NONE, getattr(self, name)))
            setattr(self, name, current)
            setattr(self, "under_" + name, np.where(over, NONE, under))
        self.fired["lifted"] += int(over.sum())
        self.fired["under_takes_over"] += int(take_over.sum())

    def _apply_drawn(self, step, node, actor, fresh):
        inclusion = self.stage.column.inclusion_probability[node]
        event = actor.event[step]
        if inclusion == 0 or not event.any():
            return
        r = actor.law.bundle_correlation
        own = normal(self.include_words[node].at(step)[:, 0])
        hit = event & (np.sqrt(r) * actor.bundle[step] + np.sqrt(1.0 - r) * own < ndtri(inclusion))
        end = step + actor.n_steps_in_force[step]
        self._apply(node, hit, actor.instrument[step], actor.group[step], end, fresh)

    def _apply(self, node, hit, instrument, group, end, fresh):
        """One event at one node; all arguments but node are [path]."""
        here = (slice(None), node)
        old_end, under_end = self.end[here].copy(), self.under_end[here].copy()
        initial = self.network.instruments.initial_severity[instrument]
        takes = hit & (initial >= self.severity[here])
        old_goes_under = takes & (old_end > end) & (old_end > under_end)
        new_goes_under = hit & ~takes & (end > old_end) & (end > under_end)
        for name, new in (("instrument", instrument), ("group", group), ("end", end)):
            current, under = getattr(self, name), getattr(self, "under_" + name)
            below = np.where(old_goes_under, current[here], np.where(new_goes_under, new, under[here]))
            under[here] = below
            current[here] = np.where(takes, new, current[here])
        self.severity[here] = np.where(takes, initial, self.severity[here])
        self.leak[here] = np.where(takes, 0.0, self.leak[here])
        fresh[here] |= takes
        self.fired["hit"] += int(hit.sum())
        self.fired["replaced_goes_under"] += int(old_goes_under.sum())
        self.fired["weaker_goes_under"] += int(new_goes_under.sum())

    def _settle_and_leak(self, fresh):
        later = (self.end != NONE) & ~fresh
        if not later.any():
            return
        dt = self.network.dt
        settled = self._instrument_value("settled_severity", self.instrument)
        keep = _decay(dt, self._instrument_value("settling_months", self.instrument) / 12.0)
        self.severity = np.where(later, settled + (self.severity - settled) * keep, self.severity)
        enforcement = np.array([0.0 if a is None else a.law.enforcement for a in self.actor_of_node])
        reach = self.law.leakage_fraction * (1.0 - enforcement)
        close = 1.0 - _decay(dt, np.asarray(self.law.leakage_months / 12.0))
        self.leak = np.where(later, self.leak + (reach - self.leak) * close, self.leak)

    def _instrument_value(self, name, instrument):
        return np.append(getattr(self.network.instruments, name), 0.0)[instrument]  # last entry serves NONE


def _decay(dt, time_yr):
    """exp(-dt / time), 0 where the time is 0."""
    return np.where(time_yr > 0, np.exp(-dt / np.where(time_yr > 0, time_yr, 1.0)), 0.0)
