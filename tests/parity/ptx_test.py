"""Every float operation in the device code rounds to nearest: `.rn`, never `approx` or `ftz`.

Usage: ptx_test.py FILE.ptx...

The host rounds each +, -, *, /, sqrt and fma to nearest; a PTX instruction without `.rn` leaves
ptxas free to fuse a product with a sum, and a flushed or approximate one has other bits outright.
Before it judges, the rule is tried on instructions whose verdict is known.
"""

import re
import sys
from pathlib import Path

FLOAT = r"\.(?:f16x2|f16|bf16|f32x2|f32|f64)\b"
ROUNDED = re.compile(rf"^(?:add|sub|mul|div|fma|mad|sqrt|rcp)\b.*{FLOAT}")
# Between floats, or between a float and an integer.
CONVERSION = re.compile(rf"^cvt\b.*{FLOAT}")
WIDENING = "cvt.f64.f32"  # exact, so it takes no rounding
# Atomics depend on their order, min and max on the sign of zero; the rest is never exact.
FORBIDDEN = re.compile(rf"^(?:atom|red|min|max|sin|cos|ex2|lg2|tanh|rsqrt)\b.*{FLOAT}")

GOOD = """add.rn.f32 fma.rn.f64 sqrt.rn.f32 cvt.rn.f32.u32 cvt.rzi.s32.f32 cvt.f64.f32 abs.f32 neg.f32
          mul.wide.u32 mul.lo.s32 add.s64 atom.global.add.u64 min.s32""".split()
BAD = """add.f32 mul.f64 add.rz.f32 fma.rn.ftz.f32 div.full.f32 sqrt.approx.f32 ex2.approx.f32
         atom.global.add.f32 cvt.f32.f64 cvt.rz.f32.s32 min.f32""".split()


def complaint(instruction):
    """Why this opcode with its modifiers may differ from the host; None if it cannot."""
    modifiers = set(instruction.split("."))
    if modifiers & {"ftz", "approx", "full"}:
        return "not exact"
    if FORBIDDEN.match(instruction):
        return "not a host operation"
    if ROUNDED.match(instruction) and "rn" not in modifiers:
        return "does not say .rn"
    if CONVERSION.match(instruction) and instruction != WIDENING:
        if not modifiers & {"rn", "rni", "rzi", "rmi", "rpi"}:
            return "not to nearest, nor to an integer"
    return None


def instructions(text):
    """(line number, opcode with modifiers) of each instruction, predicates stripped."""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"\s*(?:@!?%\w+\s+)?([a-z][\w.:]*)\s", line)
        if match:
            yield number, match.group(1)


def main(paths):
    wrong = [i for i in GOOD if complaint(i)] + [i for i in BAD if not complaint(i)]
    if wrong:
        sys.exit(f"the rule itself is wrong about: {', '.join(wrong)}")
    n_float, failures = 0, []
    for path in paths:
        for number, instruction in instructions(Path(path).read_text()):
            n_float += bool(ROUNDED.match(instruction))
            why = complaint(instruction)
            if why:
                failures.append(f"{path}:{number}: {instruction}: {why}")
    print(*failures[:50], sep="\n")
    print(f"{n_float} float operations, {len(failures)} instructions that are not the host's")
    if failures or n_float == 0:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
