"""The tables of configs/replays/README.md: what happened beside what the replays give, computed anew.

    replays.py PATH_OF_BLOCRISK [--write], in the root of the source folder

Prints the tables; with --write puts them into the page, between its markers.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

from page import rows, with_part
from replay_figures import CHANGES, EPISODES

REPLAYS = Path("configs/replays")
PAGE = REPLAYS / "README.md"


class Runs:
    """Replays by episode and name of run, each run once."""

    def __init__(self, blocrisk):
        self.blocrisk = blocrisk
        self.done = {}

    def of(self, episode):
        return {name: self.get(episode, changes) for name, changes in episode.runs.items()}

    def get(self, episode, changes):
        key = (episode.name, *changes)
        if key not in self.done:
            self.done[key] = Timeline(self.blocrisk, episode, changes)
        return self.done[key]


class Timeline:
    """What one run left in /timeline, by member, mineral and month such as "2025-05"."""

    def __init__(self, blocrisk, episode, changes):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "result.h5"
            command = [blocrisk, "run", str(scenario_of(episode)), "-o", str(path), "--quiet", *flags(changes)]
            try:
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            except OSError as error:
                sys.exit(f"{blocrisk} does not run: {error.strerror}")
            except subprocess.CalledProcessError as error:
                sys.exit(f"{' '.join(command)} ended with exit code {error.returncode}")
            with h5py.File(path) as file:
                self.members = list(file["member"].asstr())
                self.minerals = list(file["mineral"].asstr())
                self.shortfall = file["timeline/shortfall_mean"][:]  # [member, mineral, step]
                self.price_ratio = file["timeline/price_ratio_mean"][:]  # [mineral, step]
        year, month, _ = map(int, episode.start.split("-"))
        self.first_month = 12 * year + month - 1

    def step(self, month):
        year, in_year = map(int, month.split("-"))
        return 12 * year + in_year - 1 - self.first_month

    def price(self, mineral, month):
        """World price over base price."""
        return self.price_ratio[self.minerals.index(mineral), self.step(month)]

    def peak_price(self, mineral):
        return self.price_ratio[self.minerals.index(mineral)].max()

    def mean_short(self, member, mineral, first, last):
        """Unmet need over demand, mean from the first month to the last."""
        cell = self.members.index(member), self.minerals.index(mineral)
        return self.shortfall[cell][self.step(first) : self.step(last) + 1].mean()


def scenario_of(episode):
    return REPLAYS / episode.name / "scenario.toml"


def flags(changes):
    """The options of named groups of changes."""
    return [word for name in changes for change in CHANGES[name] for word in ("--set", change)]


def table(episode, runs):
    """Markdown: the figures of an episode, and the commands of its runs."""
    body = []
    for figure in episode.figures:
        recorded = f"{figure.recorded} [[{figure.source}]]" if figure.source else figure.recorded
        body.append([figure.what, recorded, figure.replay(runs), figure.run])
    lines = [rows(["figure", "recorded", "replay", "run"], body), "", "```sh"]
    for name, changes in episode.runs.items():
        options = "".join(f' "${{{group}[@]}}"' for group in changes)
        lines.append(f"blocrisk run {scenario_of(episode)}{options}  # {name}")
    return "\n".join([*lines, "```"])


def change_groups():
    """The named groups of --set as arrays of a shell."""
    arrays = [
        f"{name}=({' '.join('--set ' + repr(change) for change in changes)})" for name, changes in CHANGES.items()
    ]
    return "\n".join(["```bash", *arrays, "```"])


def page_with_tables(page, runs):
    """The page with the parts between its markers replaced by what they should be."""
    parts = {"changes": change_groups(), **{e.name: table(e, runs.of(e)) for e in EPISODES}}
    for name, text in parts.items():
        page = with_part(page, name, text)
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blocrisk", help="the program, as build/release/blocrisk")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE}")
    options = parser.parse_args()
    if not PAGE.exists():
        sys.exit(f"{PAGE} is not here: run this in the root of the source folder")
    runs = Runs(options.blocrisk)
    if options.write:
        PAGE.write_text(page_with_tables(PAGE.read_text(), runs))
        return
    for episode in EPISODES:
        print(f"{episode.name}\n\n{table(episode, runs.of(episode))}\n")


if __name__ == "__main__":
    main()
