"""How do cost and memory grow with paths, steps, minerals, nodes, sinks, members and threads?

    scaling.py BLOCRISK [--repetitions 3] [--most-paths 1e6] [--longest 1e7] [--clock wall|cpu]
               [--under "chrt -f 10"] [--note TEXT] [--out STEM]

Every figure is a whole run in a fresh process; a repetition goes once through all of them, so that what
changes on the machine meanwhile shows as spread. Growth is the exponent between the ends of an
axis, cost ~ size^growth: 1 is linear. `--clock cpu` takes processor time of the whole run instead of
the wall time of sampling: on a machine that others load, that is what still means something. With
--out, STEM.md and STEM.json keep the result.
"""

import argparse
import math
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import variants
from measuring import BASELINE, Run, as_json, machine, run_once, spread_percent

AIMED_PATHS_PER_S = 12_000  # baseline, one AVX-512 core
FROM_ONCE = 1_000_000  # paths of a run from which its length is repetition enough
GIB = 2**30


@dataclass
class Point:
    axis: str
    size: int
    scenario: Path
    paths: int
    options: list
    under: str
    clock: str
    runs: list[Run] = field(default_factory=list)

    def measure(self, program):
        self.runs.append(run_once(program, self.scenario, self.paths, self.options, self.under))

    def rates(self):
        return [run.paths / (run.cpu_s if self.clock == "cpu" else run.sample_s) for run in self.runs]

    def rate(self):
        """The best: what else runs on the machine only takes away."""
        return max(self.rates())

    def seconds_per_path(self):
        return 1 / self.rate()

    def wall_s(self):
        return min(run.wall_s for run in self.runs)

    def cpu_s(self):
        return min(run.cpu_s for run in self.runs)

    def peak_bytes(self):
        return max(run.peak_bytes for run in self.runs)


def make_points(folder, asked):
    one = ["--backend", "cpu", "--threads", 1]
    every = os.cpu_count()

    def point(axis, size, scenario, paths, options=one, under=asked.under):
        return Point(axis, int(size), scenario, int(paths), options, under, asked.clock)

    points = [point("paths", n, BASELINE, n, ["--backend", "cpu"]) for n in (1e4, 1e5, asked.most_paths)]
    yearly = ["--backend", "cpu", "--set", "clock.steps_per_year=1"]
    longest = max(asked.longest, 1e5)  # two lengths at least, for a ratio
    lengths = [10**power for power in range(4, int(math.log10(longest)) + 1)]
    points += [point("long runs", n, BASELINE, n, yearly) for n in lengths]
    for steps in (4, 12, 26, 52):
        options = [*one, "--set", f"clock.steps_per_year={steps}"]
        points.append(point("steps a year", steps, BASELINE, 2.4e5 / steps, options))
    for count in (1, 2, 4, 8, 13):
        scenario = variants.write_minerals(folder / f"minerals{count}", count)
        points.append(point("minerals", count, scenario, 2.6e5 / count))
    for nodes in (4, 8, 16, 32, 64):
        scenario = variants.write_network(folder / f"nodes{nodes}", nodes, 16, 4)
        points.append(point("nodes", nodes, scenario, 1e5))
    for sinks in (4, 8, 16, 32, 64):
        scenario = variants.write_network(folder / f"sinks{sinks}", 16, sinks, 4)
        points.append(point("sinks", sinks, scenario, 1e5))
    for members in (1, 4, 16, 60):
        scenario = variants.write_network(folder / f"members{members}", 16, 64, members)
        points.append(point("members", members, scenario, 5e4))
    for threads in sorted({1, 2, every}):
        options = ["--backend", "cpu", "--threads", threads]
        points.append(point("threads", threads, BASELINE, 4e4 * threads, options))
    return [*points, point("beside the others", 1e4, BASELINE, 1e4, ["--backend", "cpu"], under="")]


TITLES = {
    "paths": "Paths: baseline, all threads",
    "long runs": "Long runs: baseline with one step a year, all threads",
    "steps a year": "Steps: baseline, five years, one thread",
    "minerals": "Minerals: the baseline's first ones, one thread",
    "nodes": "Nodes: two stages of n nodes each, 16 sinks, 4 members, one mineral, one thread",
    "sinks": "Sinks: two stages of 16 nodes each, n sinks, 4 members, one mineral, one thread",
    "members": "Members: two stages of 16 nodes each, 64 sinks, n members, one mineral, one thread",
    "threads": "Threads: baseline, the same number of paths each",
    "beside the others": "A short run: baseline, all threads, at ordinary priority beside what else runs here",
}


def of_axis(points, axis):
    return [point for point in points if point.axis == axis]


def growth(points, cost=Point.seconds_per_path):
    first, last = points[0], points[-1]
    return math.log(cost(last) / cost(first)) / math.log(last.size / first.size)


def checks(points):
    """(what, aim, measured, met)."""
    paths, threads = of_axis(points, "paths"), of_axis(points, "threads")
    rate = threads[0].rate()
    found = [("baseline paths/s, one thread", f">= {AIMED_PATHS_PER_S:,}", f"{rate:,.0f}", rate >= AIMED_PATHS_PER_S)]
    by_wall = paths[0].clock == "wall"
    if by_wall and len(threads) > 1:
        gain = threads[1].rate() / rate
        found.append(("two threads over one", ">= 1.8", f"{gain:.2f}", gain >= 1.8))
    whole = Point.wall_s if by_wall else Point.cpu_s
    peak, short_s = paths[-1].peak_bytes(), whole(paths[0])
    found.append((f"peak memory of {paths[-1].size:,} paths", "< 1 GiB", f"{peak / GIB:.2f} GiB", peak < GIB))
    found.append((f"{paths[0].size:,} paths, start to file", "< 2 s", f"{short_s:.2f} s", short_s < 2))
    for lengths in (paths, of_axis(points, "long runs")):
        flat = lengths[-1].peak_bytes() / lengths[0].peak_bytes()
        what = f"memory of {lengths[-1].size:,} paths over {lengths[0].size:,}"
        found.append((what if lengths is paths else f"{what}, one step a year", "<= 1.1", f"{flat:.2f}", flat <= 1.1))
    for axis in ("paths", "steps a year", "minerals", "nodes", "sinks", "members"):
        cost = whole if axis == "paths" else Point.seconds_per_path
        power = growth(of_axis(points, axis), cost)
        found.append((f"growth with {axis}", "<= 1.05", f"{power:.2f}", power <= 1.05))
    return found


def billion_lines(points):
    """What 1e9 paths cost, from what each path beyond the shortest run cost."""
    first, last = of_axis(points, "paths")[0], of_axis(points, "paths")[-1]
    per_path_s = (last.cpu_s() - first.cpu_s()) / (last.size - first.size)
    return ["", f"Extrapolated: 1e9 paths of the baseline take {1e9 * per_path_s / 3600:.0f} CPU-hours, as {last.size:,} paths take "
            f"{last.cpu_s():.1f} s of processor time and {first.size:,} take {first.cpu_s():.1f} s."]  # fmt: skip


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " ---: |" * len(header)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def axis_lines(axis, points):
    rows = [
        [f"{point.size:,}", f"{point.paths:,}", f"{point.rate():,.0f}", f"{spread_percent(point.rates()):.1f}",
         f"{point.seconds_per_path() * 1e6:.1f}", f"{point.wall_s():.2f}", f"{cpu_rate(point):,.0f}",
         f"{point.peak_bytes() / 2**20:.0f}"]
        for point in points
    ]  # fmt: skip
    header = [axis, "paths run", "paths/s", "spread %", "µs/path", "wall s", "paths/CPU s", "peak MiB"]
    return ["", f"## {TITLES[axis]}", "", *table(header, rows)]


def cpu_rate(point):
    """By processor time of the whole run: what a core that nobody else uses would do at least."""
    return max(run.paths / run.cpu_s for run in point.runs)


def report(points, here, asked):
    lines = [f"# Scaling of the CPU engine: {here['processor']}, {here['cores']} cores", ""]
    lines += [f"- {key.replace('_', ' ')}: {value}" for key, value in here.items()]
    lines += [f"- command: `./dev bench scaling --repetitions {asked.repetitions} --clock {asked.clock}{under_text(asked)}`"]
    lines += [f"- {asked.note}"] if asked.note else []
    counted = "sampling alone" if asked.clock == "wall" else "the processor time of the whole run"
    lines += ["", f"Best of {asked.repetitions} repetitions, one for a million paths and more; spread is the standard deviation. `paths/s` counts"]
    lines += [f"{counted}; `paths/CPU s` divides by the processor time of the whole run, start to file."]
    lines += ["", "## Aims", ""]
    rows = [[what, aim, value, "met" if met else "**missed**"] for what, aim, value, met in checks(points)]
    lines += table(["what", "aim", "measured", ""], rows)
    lines += billion_lines(points)
    for axis in TITLES:
        lines += axis_lines(axis, of_axis(points, axis))
    return "\n".join(lines) + "\n"


def under_text(asked):
    return f' --under "{asked.under}"' if asked.under else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--most-paths", type=float, default=1e6)
    parser.add_argument("--longest", type=float, default=1e7, help="paths of the longest run with one step a year")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="what rates are counted by")
    parser.add_argument("--under", default="", help="command to start each run with")
    parser.add_argument("--note", help="a line for the report: what else runs, what is special")
    parser.add_argument("--out", help="path of the report without its extension")
    asked = parser.parse_args()

    here = machine(asked.program)
    with tempfile.TemporaryDirectory() as folder:
        points = make_points(Path(folder), asked)
        for repetition in range(asked.repetitions):
            for point in points:
                if repetition == 0 or point.paths < FROM_ONCE:
                    point.measure(asked.program)
    text = report(points, here, asked)
    print(text, end="")
    if asked.out:
        results = [{"axis": p.axis, "size": p.size, "paths": p.paths, "runs": p.runs} for p in points]
        Path(f"{asked.out}.md").write_text(text)
        Path(f"{asked.out}.json").write_text(as_json(machine=here, under=asked.under, clock=asked.clock, points=results))


if __name__ == "__main__":
    main()
