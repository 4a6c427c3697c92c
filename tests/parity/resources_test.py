"""No kernel takes more registers, stack or spills than kernels/cuda/resources.txt allows.

    resources_test.py LIMITS FILE.ptx... [--ptxas PTXAS] [--arch sm_90]

ptxas compiles the PTX and reports what each kernel takes; that is read and printed. Registers decide how
many threads are resident, stack and spills travel through memory. Before it judges, the reader is
tried on a report whose numbers are known.
"""

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

OURS = re.compile(r"(void )?blocrisk::(?!.*probe_kernel)")  # sorts and fills of libraries are not judged

KNOWN_REPORT = """ptxas info    : 45 bytes gmem
ptxas info    : Compiling entry function 'blocrisk::one(int)' for 'sm_90'
ptxas info    : Function properties for blocrisk::one(int)
    16 bytes stack frame, 24 bytes spill stores, 32 bytes spill loads
ptxas info    : Used 64 registers, used 1 barriers, 16 bytes cumulative stack size
ptxas info    : Compiling entry function 'library::two()' for 'sm_90'
ptxas info    : Function properties for library::two()
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 4 registers, used 0 barriers
"""


@dataclass(frozen=True)
class Resources:
    registers: int
    stack: int
    spill: int

    def __str__(self):
        return f"{self.registers:4} registers, {self.stack:5} bytes of stack, {self.spill:5} bytes spilled"


def read_report(text):
    """Demangled kernel name -> Resources."""
    found = {}
    for part in text.split("Compiling entry function '")[1:]:
        name = part.split("' for ")[0]
        stack, stores, loads = map(int, re.search(r"(\d+) bytes stack frame, (\d+) .*?, (\d+) ", part).groups())
        found[name] = Resources(int(re.search(r"Used (\d+) registers", part)[1]), stack, stores + loads)
    return found


def read_limits(text):
    """Pattern -> Resources at most."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {row[0]: Resources(*map(int, row[1:4])) for row in rows}


def complaints(kernels, limits):
    found = []
    for pattern in limits:
        if not any(re.search(pattern, name) for name in kernels):
            found.append(f"no kernel is called {pattern}: correct resources.txt")
    for name, taken in kernels.items():
        rows = [pattern for pattern in limits if re.search(pattern, name)]
        if len(rows) != 1:
            found.append(f"{name} has {len(rows)} rows in resources.txt")
            continue
        for what in ("registers", "stack", "spill"):
            has, most = getattr(taken, what), getattr(limits[rows[0]], what)
            if has > most:
                found.append(f"{rows[0]}: {what} {has}, allowed {most}")
    return found


def try_the_rule():
    kernels = read_report(KNOWN_REPORT)
    assert kernels == {"blocrisk::one(int)": Resources(64, 16, 56), "library::two()": Resources(4, 0, 0)}, kernels
    one = {"blocrisk::one(int)": Resources(64, 16, 56)}
    assert complaints(one, read_limits("# a comment\none 64 16 56 hot\n")) == []
    for bad in ("one 63 16 56", "one 64 15 56", "one 64 16 55", "two 64 16 56", "one 64 16 56\non. 64 16 56"):
        assert complaints(one, read_limits(bad)), bad


def compile_report(ptxas, arch, path):
    done = subprocess.run([ptxas, f"-arch={arch}", "-v", path, "-o", "/dev/null"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{ptxas} refused {path}:\n{done.stderr}")
    return subprocess.run(["c++filt"], input=done.stderr + done.stdout, capture_output=True, text=True, check=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("limits")
    parser.add_argument("ptx", nargs="+")
    parser.add_argument("--ptxas", default="ptxas")
    parser.add_argument("--arch", default="sm_90")
    asked = parser.parse_args()

    try_the_rule()
    kernels = {}
    for path in asked.ptx:
        kernels |= read_report(compile_report(asked.ptxas, asked.arch, path))
    ours = {name: taken for name, taken in kernels.items() if OURS.match(name)}
    for name, taken in ours.items():
        print(f"{taken}  {name[:110]}")
    wrong = complaints(ours, read_limits(Path(asked.limits).read_text()))
    print(*wrong, sep="\n")
    if wrong or not ours:
        sys.exit(1)


if __name__ == "__main__":
    main()
