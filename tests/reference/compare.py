"""Compare per-path measures of the engine (HDF5 with /samples, npz or CSV) with the reference's npz.

The engine computes in single precision, the reference in double, on the same draws: nearly every cell
(path x member x mineral) agrees closely, a few differ because a threshold fell the other way.
Where the engine's file is of just the reference's paths, so are its means, with its own samples, and its
timelines, of the minerals none of whose cells differs.
Exit code 0 if every measure is within tolerance, 1 if one is not, 2 if nothing can be compared.

CSV: columns path, member, mineral (empty for member measures) and one column per measure.
"""

import argparse
import csv
import sys

import numpy as np

# Measures that count steps or compare with a threshold jump by whole steps when a comparison flips.
THRESHOLD_MEASURES = {"months_short", "longest_spell", "first_short", "recovery"}
# Smallest difference worth counting, in the measure's own unit; USD measures use a share of the column's largest.
ABSOLUTE_FLOOR = {
    "shortfall": 1e-5, "peak": 1e-5, "drawn": 1e-5, "curtailed": 1e-5, "essential_shortfall": 1e-5,
    "months_short": 1e-3, "longest_spell": 1e-3, "first_short": 1e-3, "recovery": 1e-3,
    "timeline_shortfall": 1e-4, "timeline_days_of_cover": 1e-2, "timeline_price_ratio": 1e-5,
    "timeline_restricted_fraction": 1e-5,
}  # fmt: skip
USD_FLOOR_SHARE = 1e-7
# So many paths may differ however few there are in all: a threshold falls the other way now and then.
FLIPPED_PATHS = 2
LEVEL_95 = 1  # of the engine's axis `level`
# What the engine follows through time -> bins per octave of its histogram and the smallest value they resolve.
TIMELINES = {
    "shortfall": (8, 2.0**-14), "days_of_cover": (8, 2.0**-4), "price_ratio": (64, 2.0**-4),
    "restricted_fraction": None,
}  # fmt: skip
# A writer may leave out the prefix where there is no cell measure of that name.
ALIASES = {"annual_loss": "member_annual_loss", "worst_year_loss": "member_worst_year_loss"}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engine", help="engine result: .h5, .npz or .csv")
    parser.add_argument("reference", help="npz written by blocrisk_reference")
    parser.add_argument("--relative", type=float, default=1e-4, help="a cell agrees within this (default 1e-4)")
    parser.add_argument("--share", type=float, default=0.99, help="share of cells that must agree (default 0.99)")
    parser.add_argument("--sigmas", type=float, default=5.0, help="paired standard errors allowed between means")
    parser.add_argument("--worst", type=int, default=0, help="print that many worst cells of each measure")
    options = parser.parse_args(arguments)
    reference = dict(np.load(options.reference))
    engine = read_engine(options.engine, reference)
    names = [name for name in engine if name in reference and name not in ("path", "member", "mineral")]
    if not names:
        print("no measure in common", file=sys.stderr)
        return 2
    print(f"{'measure':<38}{'cells':>9}{'agree':>9}{'max abs':>12}{'max rel':>11}{'mean diff':>12}{'z':>8}  verdict")
    verdicts = {name: report(name, engine[name], reference, options) for name in names}
    good = [fine for fine, _ in verdicts.values()]
    if options.engine.endswith(".h5"):
        of_cells = [name for name in names if reference[name].shape == reference["shortfall"].shape]
        clean = np.all([verdicts[name][1].all(axis=(0, 1)) for name in of_cells], axis=0)
        good += report_aggregates(options.engine, engine, reference, clean, options)
    return 0 if all(good) else 1


def report(name, engine, reference, options):
    """Print one line; returns whether the measure is within tolerance, and which cells are."""
    theirs, ours = align(engine, reference[name])
    difference = theirs - ours
    scale = np.maximum(np.abs(ours), np.abs(theirs))
    relative = np.divide(np.abs(difference), scale, out=np.zeros_like(scale), where=scale > 0)
    floor = ABSOLUTE_FLOOR.get(name, USD_FLOOR_SHARE * scale.max(initial=0.0))
    agree = (np.abs(difference) <= floor) | (relative <= options.relative)
    share = agree.mean()
    mean_difference, z = paired(difference)
    # A mean difference below the floor is rounding, however certain its sign.
    few = (~agree).reshape(len(agree), -1).any(axis=1).sum() <= FLIPPED_PATHS < len(agree) / 10
    fine = bool(np.isfinite(theirs).all() and (few or share >= options.share))
    fine &= bool(abs(z) <= options.sigmas or abs(mean_difference) <= max(floor, options.relative * np.abs(ours).mean()))
    print(
        f"{name:<38}{difference.size:>9}{share:>9.5f}{np.abs(difference).max():>12.4g}"
        f"{relative.max():>11.3g}{mean_difference:>12.3g}{z:>8.2f}  {'ok' if fine else 'OUT'}"
    )
    for cell in np.argsort(np.where(agree, 0, np.abs(difference)), axis=None)[::-1][: options.worst]:
        where = np.unravel_index(cell, difference.shape)
        if not agree[where]:
            print(f"    {describe(name, where, reference)}: engine {theirs[where]:.8g}, reference {ours[where]:.8g}")
    return fine, agree


def align(engine, reference):
    """Both as float64 over the paths they share; the engine starts at the reference's first path."""
    n = min(len(engine), len(reference))
    if engine.shape[1:] != reference.shape[1:]:
        raise SystemExit(f"shapes differ: engine {engine.shape}, reference {reference.shape}")
    return engine[:n].astype(float), reference[:n].astype(float)


def paired(difference):
    """Mean difference and its z: paths are independent, cells of a path are not."""
    per_path = difference.reshape(len(difference), -1).mean(axis=1)
    error = per_path.std(ddof=1) / np.sqrt(len(per_path)) if len(per_path) > 1 else 0.0
    return per_path.mean(), per_path.mean() / error if error > 0 else 0.0


def describe(name, where, reference):
    axes = ("member", "year") if name == "member_annual_loss" else ("member", "mineral")
    parts = [f"path {reference['path'][where[0]]}"]
    for axis, index in zip(axes, where[1:]):
        parts.append(str(reference[axis][index]) if axis in reference else f"{axis} {index}")
    return " ".join(parts + [str(k) for k in where[3:]])


def report_aggregates(path, engine, reference, clean, options):
    """What the engine keeps of all paths together. `clean`: the minerals whose timelines are compared."""
    import h5py

    with h5py.File(path) as file:
        paths = reference["path"]
        if file.attrs["path_ranges"] != f"{paths[0]}:{paths[-1] + 1}":
            print("of other paths than the reference's: means and timelines are not compared")
            return []
        means = {name: file[name + "_mean"][...] for name in engine if name + "_mean" in file}
        timeline = {name: np.nan_to_num(value[...]) for name, value in file["timeline"].items()}
        attribution = {name: value[...] for name, value in file["attribution"].items()} if "attribution" in file else {}
        if attribution:
            attribution["threshold"] = file["shortfall_var"][..., LEVEL_95]
    good = []
    for name, mean in means.items():
        over = (0, 2) if name == "member_annual_loss" else 0
        samples = engine[name].astype(float)
        floor = 1e-2 * ABSOLUTE_FLOOR.get(name, USD_FLOOR_SHARE * samples.max(initial=0.0))
        good.append(report_near(name + ", mean of samples", mean, samples.mean(axis=over), floor, 1e-6, options))
    print(f"timelines of {clean.sum()} of {clean.size} minerals")
    if not clean.any():
        return good
    good += report_attribution(attribution, reference, clean, options)
    for name, bins in TIMELINES.items():
        ours, floor = reference["timeline_" + name], ABSOLUTE_FLOOR["timeline_" + name]
        mean, our_mean = timeline[name + "_mean"][..., clean, :], ours.mean(axis=0)[..., clean, :]
        good.append(report_near(f"timeline {name}, mean", mean, our_mean, floor, options.relative, options))
        if bins is not None:
            per_octave, smallest = bins
            rank = np.ceil(np.round(timeline["quantile"] * len(ours), 9)).astype(int) - 1
            quantile = np.moveaxis(np.sort(ours, axis=0)[np.maximum(rank, 0)], 0, -1)[..., clean, :, :]
            theirs = timeline[name + "_quantile"][..., clean, :, :]
            good.append(report_near(f"timeline {name}, quantiles", theirs, quantile, smallest, 0.5 / per_octave, options))
    return good


def report_attribution(engine, reference, clean, options):
    """Parts of the mean and of the tail, which starts at the engine's threshold, of the clean minerals."""
    if not engine or "attribution" not in reference:
        return []
    parts = reference["attribution"]
    in_tail = reference["shortfall"] > engine["threshold"]
    n_tail = in_tail.sum(axis=0)
    tail = np.einsum("pbmck,pbm->bmck", parts, in_tail) / np.maximum(n_tail, 1)[..., None, None]
    same_tail = clean[None, :] & (n_tail == engine["tail_paths"]) & (n_tail > 0)
    floor = ABSOLUTE_FLOOR["shortfall"]
    pairs = {"expected": (engine["expected"][:, clean], parts.mean(axis=0)[:, clean]), "tail": (engine["tail"][same_tail], tail[same_tail])}
    good = []
    for name, (theirs, ours) in pairs.items():
        some = (theirs > 0) | (ours > 0)  # most countries have no part in most shortfalls
        good.append(report_near(f"attribution, {name}", theirs[some], ours[some], floor, 1e-3, options))
    return good


def report_near(name, theirs, ours, floor, relative, options):
    """Print one line; True if enough values agree."""
    difference, scale = np.abs(theirs - ours), np.maximum(np.abs(theirs), np.abs(ours))
    share = ((difference <= floor) | (difference <= relative * scale)).mean() if ours.size else 1.0
    fine = bool(share >= options.share)
    print(f"{name:<38}{ours.size:>9}{share:>9.5f}{difference.max(initial=0):>12.4g}{'':>31}  {'ok' if fine else 'OUT'}")
    return fine


def read_engine(path, reference):
    """Dict of arrays whose first axis is the path, from the reference's first path on."""
    if path.endswith(".npz"):
        data = dict(np.load(path))
    elif path.endswith(".csv"):
        return read_csv(path, reference)
    else:
        data = read_hdf5(path)
    if "path" in data:
        keep = np.isin(data["path"], reference["path"])
        data = {name: value[keep] if len(value) == len(keep) else value for name, value in data.items()}
        data["path"] = np.asarray(data["path"])
        if len(data["path"]) and data["path"][0] != reference["path"][0]:
            raise SystemExit(f"engine starts at path {data['path'][0]}, reference at {reference['path'][0]}")
    return data


def read_hdf5(path):
    import h5py

    with h5py.File(path) as file:
        samples = file["samples"]
        data = {name: samples[name][...] for name in samples if isinstance(samples[name], h5py.Dataset)}
        if "path" not in data and "path" in file:
            data["path"] = file["path"][...]
    numbers = {name: value for name, value in data.items() if value.dtype.kind in "fiu" and value.ndim > 0}
    return {ALIASES.get(name, name): value for name, value in numbers.items()}


def read_csv(path, reference):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    axes = {name: {str(v): k for k, v in enumerate(reference[name])} for name in ("path", "member", "mineral")}
    data = {}
    for row in rows:
        if row["path"] not in axes["path"]:
            continue
        cell = tuple(axes[name][row[name]] for name in axes if row.get(name))
        for name, value in row.items():
            if name in reference and name not in axes and value != "":
                data.setdefault(name, np.full(reference[name].shape, np.nan))[cell] = float(value)
    return data


if __name__ == "__main__":
    sys.exit(main())
