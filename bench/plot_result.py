"""Draw a result: where the tail is, and what a bad year costs.

    plot_result.py RESULT.h5 -o PICTURE.svg

Left: CVaR 95 of shortfall, the mean of the worst twentieth of paths, per member and mineral. Right:
loss of a year by return period, per member, the largest first. Needs python3-matplotlib, besides
what the tests need.
"""

import argparse

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.colors import PowerNorm

N_CURVES = 6  # more are one bundle of lines
# The same bytes from the same result, text as text.
plt.rcParams.update({"svg.hashsalt": "blocrisk", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"})


def draw_tail(axes, result):
    percent = 100 * result["shortfall_cvar"].sel(level=0.95)
    members, minerals = percent["member"].values, percent["mineral"].values
    # Cells as vectors: an image would be a bitmap inside the file.
    colour = PowerNorm(0.5, 0, float(percent.max()))
    axes.pcolormesh(percent.values, cmap="OrRd", norm=colour, edgecolors="white")
    for row in range(len(members)):
        for column in range(len(minerals)):
            value = float(percent[row, column])
            ink = "white" if colour(value) > 0.65 else "black"
            text = f"{value:.1f}" if value >= 0.05 else "0"
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=7, color=ink)
    names = [name.replace("_", " ") for name in minerals]
    axes.set_xticks([k + 0.5 for k in range(len(names))], names, rotation=45, ha="right")
    axes.set_yticks([k + 0.5 for k in range(len(members))], members)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title("Shortfall, CVaR 95, % of demand over the horizon", loc="left", fontsize=10)


def draw_losses(axes, result):
    loss = result["member_loss_return"] / 1e9
    largest = loss.isel(return_period=-1).sortby(loss.isel(return_period=-1), ascending=False)
    for member in largest["member"].values[:N_CURVES]:
        curve = loss.sel(member=member)
        low, high = (result[f"member_loss_return_{end}"].sel(member=member) / 1e9 for end in ("lo", "hi"))
        (line,) = axes.plot(curve["return_period"], curve, marker="o", markersize=3, label=member)
        axes.fill_between(curve["return_period"], low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    periods = loss["return_period"].values
    axes.set_xticks(periods, [str(period) for period in periods])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    axes.set_xlabel("return period, years")
    axes.set_title("Loss of a year, bn USD", loc="left", fontsize=10)
    axes.legend(frameon=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("result")
    parser.add_argument("-o", "--output", required=True)
    asked = parser.parse_args()

    with xr.open_dataset(asked.result) as result:
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), width_ratios=(3, 2), layout="constrained")
        draw_tail(left, result)
        draw_losses(right, result)
        facts = result.attrs
        title = f"{facts['scenario_name']}, {int(facts['paths_done']):,} paths, seed {int(facts['seed'])}"
        figure.suptitle(title, fontsize=10)
        figure.savefig(asked.output, metadata={"Date": None})


if __name__ == "__main__":
    main()
