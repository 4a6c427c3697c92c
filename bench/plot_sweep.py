"""Draw two sweeps: what stock and pooling buy, and which judgement moves the answer.

    plot_sweep.py STOCK_DAYS.h5 JUDGEMENT.h5 -o PICTURE.svg

Of configs/sweeps/stock_days.toml: CVaR 95 of gallium shortfall over days of shared stock, with and
without pooling. Of configs/sweeps/judgement.toml: first-order and total indices of the mean loss, with
intervals. Needs python3-matplotlib, besides what the tests need.
"""

import argparse

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

MEMBERS = ("USA", "EUU", "JPN", "KOR")
# The same bytes from the same result, text as text.
plt.rcParams.update({"svg.hashsalt": "blocrisk", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"})


def draw_stock(axes, sweep):
    grid = sweep.set_index(scenario=["days", "pooling"])
    for member in MEMBERS:
        cell = {"member": member, "mineral": "gallium", "level": 0.95}
        colour = None
        for pooling, style in ((True, "-"), (False, "--")):
            curve = grid.sel(pooling=pooling)
            value, low, high = (100 * curve[f"shortfall_cvar{end}"].sel(cell) for end in ("", "_lo", "_hi"))
            (line,) = axes.plot(curve["days"], value, style, marker="o", markersize=3, color=colour,
                                label=member if pooling else None)
            colour = line.get_color()
            axes.fill_between(curve["days"], low, high, color=colour, alpha=0.12, linewidth=0)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.set_xlabel("days of shared stock; with pooling, dashed without")
    axes.set_title("Gallium, CVaR 95 of shortfall, % of demand", loc="left", fontsize=10)
    axes.legend(frameon=False)


def draw_indices(axes, indices):
    names = [str(name) for name in indices["axis"].values]
    height = 0.8 / len(MEMBERS)
    for k, member in enumerate(MEMBERS):
        at = np.arange(len(names)) + (k - (len(MEMBERS) - 1) / 2) * height
        total, low, high, first = (indices[f"member_loss_mean_{kind}"].sel(member=member).values
                                   for kind in ("total", "total_lo", "total_hi", "first_order"))
        bars = axes.barh(at, total, height * 0.9, alpha=0.35, label=member,
                         xerr=[total - low, high - total], error_kw={"linewidth": 0.7, "alpha": 0.7})
        axes.barh(at, np.maximum(first, 0), height * 0.9, color=bars[0].get_facecolor(), alpha=0.9)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.grid(alpha=0.3, axis="x")
    axes.set_title("Mean loss: share of variance, alone (dark) and in all (light)", loc="left", fontsize=10)
    axes.legend(frameon=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stock_days")
    parser.add_argument("judgement")
    parser.add_argument("-o", "--output", required=True)
    asked = parser.parse_args()

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
    with xr.open_dataset(asked.stock_days) as sweep:
        draw_stock(left, sweep)
    with xr.open_dataset(asked.judgement, group="indices") as indices:
        draw_indices(right, indices)
    figure.savefig(asked.output, metadata={"Date": None})


if __name__ == "__main__":
    main()
