"""bounds.py: how fast the processor's ports allow each fill to be.

Every instruction of the kernels that a fill executes is counted, by stepping through it one
instruction at a time (ptrace; Linux on x86-64); the listing of the built extension (objdump) says
what each is.  A table of the ports that each kind of instruction may use then gives the fewest
cycles in which the work can leave: for every set of ports, the work that only they can do,
divided by how many they are; the largest of these is the bound.

    python bench/bounds.py            prints counts and bounds for every fill

What it does not do: latencies, caches, memory.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import os
import re
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from contenders import FILLS, Fill
from measure import processor, table

ELEMENTS = 2048

# Zen 4, measured: throughput alone and in pairs.  The four vector pipes are 256 bits wide, so an
# instruction on 512 bits takes two turns.  s, l: stores and loads of 256 bits; d: the divider;
# g: gathers, which follow each other no faster; f: six instructions a cycle enter.
# mnemonic, its pipes, turns for 256 bits
ZEN4 = [
    (r"vpmul|vmul|vfn?m(add|sub)|vcmp|vptest|vblendv|vpcmp|vpmov[bwdq]2m", "01", 1),
    (r"vadd|vsub|vmax|vmin|vps[rl][la]|vpro[lr]", "23", 1),
    (r"vgetexp|vgetmant|vrndscale|vcvtu?qq2pd", "23", 1),
    (r"vpshuf|vunpck|vpunpck|vshuf|vmovddup|vpalignr", "123", 1),
    (r"vperm|vpmov|vinsert|vextract|vpbroadcast[bwdq]|vpcompress|vpexpand", "12", 1),
    (r"vcvt", "23", 1.33),
    (r"vsqrtps", "d", 5),
    (r"vsqrtpd", "d", 8),
    (r"vp?gather", "g", 4.5),
    (r"vp|vand|vor|vxor|vblend", "0123", 1),
]
NAMES = {
    "0123": "vector pipes",
    "01": "multipliers",
    "23": "adders",
    "s": "stores",
    "l": "loads",
    "d": "divider",
    "g": "gathers",
    "f": "front end",
}
PORTS = {("AuthenticAMD", 25): (ZEN4, {"l": 2, "s": 1, "d": 1, "g": 1, "f": 6})}


class Unknown(Exception):
    """No bound can be told here."""


# ---- counting --------------------------------------------------------------------------------

TRACEME, PEEKUSER, SINGLESTEP = 0, 3, 9
RIP = 16 * 8  # its place in x86-64's struct user


def executed(isa: str, fill: Fill) -> tuple[Counter[int], int]:
    """How often each address was executed by a fill of ELEMENTS; where the extension begins."""
    from tfphilox._c import _core

    kinds = {"truncated": "truncated_normal", "full": "integers"}
    kind = kinds.get(fill.kind, fill.kind.removeprefix("scaled "))
    options: dict[str, Any] = {}
    if fill.kind == "integers":
        options = dict(zip(("minval", "maxval"), fill.bounds, strict=True))
    elif fill.kind.startswith("scaled"):
        options = {"mul": 6.25, "add": -2.5}

    def run() -> None:
        _core.fill_with(isa, kind, fill.dtype, 1, 2 << 64, 0, ELEMENTS, **options)

    run()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(affinity)})  # both on one CPU: three times as many steps a second
    child = os.fork()
    if child == 0:
        libc.ptrace(TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        run()
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
    counts: Counter[int] = Counter()
    os.waitpid(child, os.WUNTRACED)
    try:
        while libc.ptrace(SINGLESTEP, child, None, None) == 0:
            _, status = os.waitpid(child, 0)
            if not os.WIFSTOPPED(status) or os.WSTOPSIG(status) != signal.SIGTRAP:
                break
            counts[libc.ptrace(PEEKUSER, child, RIP, None)] += 1
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.sched_setaffinity(0, affinity)
    if not counts:
        raise Unknown("ptrace is not allowed")
    with open("/proc/self/maps") as maps:
        start = next(line for line in maps if _core.__file__ in line)
    return counts, int(start.split("-")[0], 16)


def listing() -> dict[int, tuple[str, str]]:
    """Address -> mnemonic and operands, of the extension's functions but Cython's."""
    from tfphilox._c import _core

    command = ["objdump", "-d", "--no-show-raw-insn", "--wide", _core.__file__]
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unknown(f"objdump does not run: {error}") from error
    found = {}
    for block in text.split("\n\n"):
        if re.search(r"<(__pyx|Py|_Py|tfphilox_(job|pool))", block[:80]):
            continue
        for line in block.splitlines():
            if match := re.match(r"\s*([0-9a-f]+):\s+(\S+)\s*(.*)", line):
                found[int(match[1], 16)] = (match[2], match[3])
    return found


# ---- the bound -------------------------------------------------------------------------------


def turns(mnemonic: str, operands: str, model: list[tuple[str, str, float]]) -> dict[str, float]:
    """The pipes that an instruction occupies, and for how long."""
    width = 2 if "%zmm" in operands else 1
    work = {"f": 1.0}
    if not mnemonic.startswith("v") or mnemonic == "vzeroupper":
        return work
    operands = operands.split("#")[0].strip()
    if "(" in operands and not mnemonic.startswith("vgather"):
        work["s" if operands.endswith(")") else "l"] = width
    if not mnemonic.startswith(("vmov", "vbroadcast")):
        for pattern, pipes, each in model:
            if re.match(pattern, mnemonic):
                work[pipes] = work.get(pipes, 0) + each * width
                break
    return work


def bound(work: dict[str, float], units: dict[str, int]) -> tuple[float, str]:
    """The fewest cycles, and the pipes that need them."""
    best = (0.0, "")
    for size in range(1, 5):
        for pipes in itertools.combinations("0123", size):
            load = sum(n for name, n in work.items() if set(name) <= set(pipes))
            best = max(best, (load / size, "".join(pipes)))
    return max([best, *((work[name] / number, name) for name, number in units.items())])


Found = tuple[float, str, dict[str, float]]  # cycles, the limiting pipes, work by pipes; an element


def cycles(fills: Sequence[Fill], isas: Sequence[str]) -> dict[tuple[str, str], Found]:
    """The bound of each instruction set and fill."""
    from tfphilox import available_isas

    maker, family, model_number = processor()
    # Zen 3 is of the same family, without AVX-512.
    if (maker, family) not in PORTS or "avx512" not in available_isas():
        raise Unknown(f"no table for {maker or 'this processor'} {family}, {model_number}")
    model, units = PORTS[maker, family]
    instructions = listing()
    found = {}
    for isa, fill in itertools.product(isas, fills):
        counts, base = executed(isa, fill)
        work: dict[str, float] = defaultdict(float)
        for address, count in counts.items():
            if address - base in instructions:
                for pipes, n in turns(*instructions[address - base], model).items():
                    work[pipes] += n * count / ELEMENTS
        least, limit = bound(work, units)
        found[isa, fill.name] = least, NAMES.get(limit, f"pipes {limit}"), work
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--isas", default="avx512,avx2", help="which instruction sets")
    parser.add_argument("--fills", default="", help="only fills whose name contains this")
    options = parser.parse_args()
    from tfphilox import available_isas

    isas = [isa for isa in options.isas.split(",") if isa in available_isas()]
    fills = [fill for fill in FILLS if options.fills in fill.name]
    names = ["f", "01", "23", "123", "12", "0123", "l", "s", "d", "g"]
    rows = []
    for (isa, name), (count, limit, work) in cycles(fills, isas).items():
        each = [f"{work[pipes]:.2f}" for pipes in names]
        rows.append([name, isa, *each, f"{count:.2f}", limit])
    print(table(["fill", "", "instructions", *names[1:], "cycles", "limit"], rows))


if __name__ == "__main__":
    main()
