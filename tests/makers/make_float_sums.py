"""make_float_sums.py: glibc's logf, sinf and cosf on every input the float32 normals can meet.

TensorFlow's float32 Box-Muller calls logf(max(u, 1e-7f)) and sincosf(float(2 pi u)), where u is one
of the 2^23 numbers m * 2^-23.  So "equal to glibc" is a finite statement: three arrays of 2^23
floats.  This script makes them with a few lines of C against the host's glibc and writes their
sha256 (raw little-endian float32, m ascending) to golden_files/float32-sums.json, which
test_exhaustive.py holds every instruction set to.

    python tests/makers/make_float_sums.py            # writes the file
    python tests/makers/make_float_sums.py --check    # makes the sums and compares them with it

It refuses a host whose libm is not glibc, and one with a glibc older than 2.28 (another algorithm).
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUTPUT = os.path.join(TESTS, "golden_files", "float32-sums.json")
COUNT = 1 << 23
NAMES = ("log", "sin", "cos")

SOURCE = r"""
#define _GNU_SOURCE
#include <features.h>
#ifndef __GLIBC__
#error "not glibc: its logf and sincosf are not the ones TensorFlow's numbers come from"
#endif
#include <gnu/libc-version.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* usage: program log|sin|cos|version; 2^23 raw floats (or the version) go to standard output */
int main(int argc, char **argv)
{
    enum { COUNT = 1 << 23 };
    if (argc != 2)
        return 2;
    if (!strcmp(argv[1], "version"))
        return puts(gnu_get_libc_version()) < 0;
    float *out = malloc(COUNT * sizeof *out);
    if (!out)
        return 3;
    for (int m = 0; m < COUNT; m++) {
        float u = (float)m * 0x1p-23f;
        if (argv[1][0] == 'l') {
            out[m] = logf(u < 1.0e-7f ? 1.0e-7f : u);
        } else {
            float sine, cosine;
            sincosf((float)(2.0 * M_PI * (double)u), &sine, &cosine);
            out[m] = argv[1][0] == 's' ? sine : cosine;
        }
    }
    return fwrite(out, sizeof *out, COUNT, stdout) != COUNT;
}
"""


def compile_program(directory, compiler=None):
    """Compile the C program into `directory`; return the path of the executable."""
    source = os.path.join(directory, "float_sums.c")
    program = os.path.join(directory, "float_sums")
    with open(source, "w") as file:
        file.write(SOURCE)
    # -fno-builtin: the compiler must not fold or replace the calls that are being measured.
    command = [compiler or os.environ.get("CC") or "cc", "-O2", "-ffp-contract=off", "-fno-builtin"]
    subprocess.run([*command, source, "-o", program, "-lm"], check=True)
    return program


def results(program, name):
    """Return the 2^23 results of one function as little-endian bytes."""
    raw = subprocess.run([program, name], check=True, stdout=subprocess.PIPE).stdout
    if len(raw) != 4 * COUNT:
        raise RuntimeError(f"{program} {name} wrote {len(raw)} bytes, not {4 * COUNT}")
    return raw


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    options = parser.parse_args()
    if platform.libc_ver()[0] != "glibc" or sys.byteorder != "little":
        sys.exit("this needs a little-endian host with glibc; here is " + str(platform.libc_ver()))
    with tempfile.TemporaryDirectory() as directory:
        program = compile_program(directory)
        version = subprocess.run(
            [program, "version"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        if tuple(int(part) for part in version.split(".")[:2]) < (2, 28):
            sys.exit(f"glibc {version} is older than 2.28, whose float functions are others")
        sums = {name: hashlib.sha256(results(program, name)).hexdigest() for name in NAMES}
    if options.check:
        with open(OUTPUT) as file:
            expected = json.load(file)["sha256"]
        for name in NAMES:
            print(name, sums[name], "same" if sums[name] == expected[name] else "DIFFERENT")
        sys.exit(sums != expected)
    content = {
        "what": "sha256 of 2^23 little-endian float32 results, m = 0..2^23-1",
        "log": "logf(max(m * 2^-23, 1e-7f))",
        "sin": "sine of sincosf(float(2 pi * double(m * 2^-23)))",
        "cos": "cosine of the same",
        "glibc": version,
        "machine": platform.machine(),
        "date": datetime.date.today().isoformat(),
        "sha256": sums,
    }
    with open(OUTPUT, "w") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    print(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
