"""Is it CUDA that computes where a device is, and does it compute the CPU's bits?

    gpu_used_test.py PATH_OF_BLOCRISK, in the root of the source folder

Exits 77, for ctest to call it skipped, where no device works; but fails there where the environment has
BLOCRISK_REQUIRE_GPU, as on machines that are there for their GPU.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
SCENARIO = "configs/baseline/scenario.toml"


def tell(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{arguments}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def main(program):
    cuda = tell(program, "devices", "--json")["cuda"]
    if not cuda["devices"]:
        print(f"no device: {cuda['reason']}")
        return 1 if "BLOCRISK_REQUIRE_GPU" in os.environ else SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        common = ["run", SCENARIO, "--path-range", "65000:66500", "--json", "--quiet", "--overwrite", "-o", Path(folder) / "out.h5"]
        runs = [tell(program, *common, *more) for more in ([], ["--devices", "0,0"], ["--backend", "cpu", "--lanes", 1])]
    for run in runs:
        print(f"{run['backend']}: {run['device']}, digest {run['digest']}")
    if [run["backend"] for run in runs] != ["cuda", "cuda", "cpu"]:
        print("CUDA was not the one used")
        return 1
    return 0 if len({run["digest"] for run in runs}) == 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
