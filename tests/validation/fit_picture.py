"""The picture of configs/fit/README.md, in SVG. Needs python3-matplotlib."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from fit_record import FIRST_YEAR, per_year

MODEL, RECORD = "#7a9cc6", "#b3261e"


def draw(fit, path):
    plt.rcParams.update({"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "fit"})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), width_ratios=[1, 1.3])
    _counts(left, fit.actors)
    _china(right, next(a for a in fit.actors if a.name == "CHN"))
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _counts(axes, actors):
    """Events of the whole record: the model's 5 to 95 % and median, and what was recorded."""
    for row, actor in enumerate(reversed(actors)):
        low, middle, high = np.quantile(actor.long_term.struck.sum(axis=0), [0.05, 0.5, 0.95])
        axes.plot([low, high], [row, row], color=MODEL, linewidth=5, solid_capstyle="butt")
        axes.plot(middle, row, "|", color="white", markersize=7, markeredgewidth=1.5)
        axes.plot(actor.happened.sum(), row, "o", color=RECORD, markersize=4.5)
    axes.set_yticks(range(len(actors)), [a.name for a in reversed(actors)])
    axes.set_xlabel("events, January 2009 to October 2026")
    axes.plot([], [], color=MODEL, linewidth=5, label="model, 5–95 %")
    axes.plot([], [], "o", color=RECORD, markersize=4.5, label="record")
    axes.legend(frameon=False, loc="lower right")


def _china(axes, actor):
    """China year by year: recorded, and forecast from the record to the end of the year before."""
    years = FIRST_YEAR + np.arange(len(actor.counts))
    informed = actor.forecasts[2]
    counts = np.arange(informed.shape[1])
    high = (np.cumsum(informed, axis=1) < 0.95).sum(axis=1)
    long_run = per_year(actor.long_term.struck.T)[:, :-1].mean()
    axes.bar(years, high, width=0.9, color=MODEL, alpha=0.35, label="informed: up to 95 %")
    axes.plot(years, informed @ counts, "_", color="#2f5d94", markersize=14, markeredgewidth=2, label="informed: mean")
    axes.axhline(long_run, color="#2f5d94", linewidth=0.8, linestyle=":", label="long run: mean")
    axes.plot(years, actor.counts, "o", color=RECORD, markersize=5, label="record")
    axes.set_ylabel("events of China in a year")
    axes.set_xticks(years[::3])
    axes.set_ylim(-0.3, high.max() + 2.5)
    axes.legend(frameon=False, ncols=2, fontsize=8, loc="upper left")
