"""What the scripts around the program share: one run in a fresh process, figures with their spread, the machine."""

import json
import os
import shlex
import statistics
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "configs/baseline/scenario.toml"


@dataclass
class Run:
    paths: int
    wall_s: float  # start to file, seen from outside
    cpu_s: float  # of all threads, start to file
    sample_s: float  # sampling alone, as the program says
    peak_bytes: int


def run_once(program, scenario, paths, options=(), under=""):
    """`under` is a command that starts another, such as "chrt -f 10"."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*shlex.split(under), program, "run", scenario, "--paths", int(paths)]
        command += ["-o", Path(folder) / "out.h5", "--json", "--quiet", "--attribution", "none", *options]
        start = time.perf_counter()
        run = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE)
        told = json.loads(run.stdout.read())
        _, status, usage = os.wait4(run.pid, 0)
        wall_s = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"run failed with status {os.waitstatus_to_exitcode(status)}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Run(told["paths"], wall_s, cpu_s, told["timings"]["sample_s"], usage.ru_maxrss * 1024)


def spread_percent(values):
    """Standard deviation in percent of the median; 0 of a single value."""
    return 100 * statistics.stdev(values) / statistics.median(values) if len(values) > 1 else 0.0


def machine(program):
    """Everything a figure should be read with."""
    facts = dict(line.split(":", 1) for line in tell("lscpu").splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    devices = json.loads(tell(program, "devices", "--json"))["cpu"]
    return {
        "processor": facts.get("Model name", "unknown"),
        "cores": os.cpu_count(),
        "lanes": devices["lanes"],
        "caches": ", ".join(f"{key[:3].rstrip()} {facts[key]}" for key in ("L1d cache", "L2 cache", "L3 cache") if key in facts),
        "clocks": clocks(facts),
        "virtual": "Hypervisor vendor" in facts,
        "load_before": round(os.getloadavg()[0], 1),
        "compiler": compiler(program),
        "program": tell(program, "--version").strip(),
    }


def clocks(facts):
    mhz = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "MHz" in line]
    told = ", ".join(sorted(set(mhz))) or "unknown"
    return f"{told} MHz as the kernel says, not fixed; highest {facts.get('CPU max MHz', 'not told')}"


def compiler(program):
    """As the compiler signed the program."""
    lines = tell("readelf", "-p", ".comment", program).splitlines()
    return next((line.split("]")[1].strip() for line in lines if "]" in line), "unknown")


def tell(*command):
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        return ""


def as_json(**parts):
    return json.dumps(parts, indent=1, default=asdict) + "\n"
