"""Make, and check, the tables behind csrc/math/floatmath.h and csrc/math/libmath.h.

    python tests/makers/make_float_tables.py            check the headers, print what was checked
    python tests/makers/make_float_tables.py --write    write them again; a correct tree does not change

What a formula gives is computed here with mpmath (400 bits) and must be equal, bit for bit:

* csrc/math/sincos_table.h: sin and cos of k/128 in two doubles each, and pi/2 in two and in four pieces. Of the 220 low
  parts, the 18 in ``GLIBC_LOW`` are not the nearest double but what IBM published and glibc still uses; since the
  target is glibc's bits, glibc's value stays. They lie up to 2^-108 away from it.
* csrc/math/log_tables.h: log(1/c) and ln 2 in two doubles.
* csrc/math/exp_table.h: 2^(i/128) in two parts, ln 2 / 128 in two doubles.
* csrc/math/pow_table.h: all of 1/c, log(c) and its tail.
* csrc/math/float_tables.h: 2^(i/32), log(c) and log2(c).

What was *searched for* by its authors cannot be computed: the 128 values 1/c of log_tables.h, the 16 of float_tables.h
and the polynomials' coefficients, among them all of csrc/math/lgamma_table.h. Those are read from the header, and the
properties their authors state are checked: where c lies, that every sum the method takes to be exact is exact, and the
largest error of each polynomial.
"""

import argparse
import itertools
import pathlib
import re
import struct
import sys

from mpmath import cos, exp, fabs, floor, log, log1p, loggamma, mp, mpf, nint, pi, sin

mp.prec = 400
MATH = pathlib.Path(__file__).resolve().parents[2] / "csrc" / "math"
LOG_HEADER = MATH / "log_tables.h"
SINCOS_HEADER = MATH / "sincos_table.h"
EXP_HEADER = MATH / "exp_table.h"
POW_HEADER = MATH / "pow_table.h"
FLOAT_HEADER = MATH / "float_tables.h"
LGAMMA_HEADER = MATH / "lgamma_table.h"

# Low parts of sin(k/128) ("ssn") and cos(k/128) ("ccs") that glibc's table does not round to nearest.
GLIBC_LOW = {
    ("ssn", 2): "-0x1.2ab639a9f0777p-63",
    ("ssn", 10): "-0x1.921915299468cp-58",
    ("ssn", 23): "-0x1.32c5c8b81c940p-66",
    ("ccs", 26): "0x1.e3a0d3e03b1d5p-57",
    ("ssn", 27): "-0x1.9883b57d6cdebp-58",
    ("ssn", 33): "-0x1.9b8c29dfd8ec8p-56",
    ("ssn", 34): "-0x1.9fb0a0c93e2b5p-56",
    ("ssn", 36): "0x1.46076fe0dcff5p-56",
    ("ssn", 40): "0x1.03d5504878398p-63",
    ("ccs", 44): "-0x1.660aec7ef636cp-58",
    ("ccs", 70): "0x1.8ff7947027a16p-58",
    ("ssn", 75): "-0x1.f190c70cbb5ffp-58",
    ("ccs", 75): "-0x1.b83d607cd5070p-63",
    ("ccs", 79): "0x1.95e25736c0358p-60",
    ("ssn", 85): "-0x1.97653a7d2f07bp-56",
    ("ssn", 90): "0x1.0da05738cc59ap-61",
    ("ssn", 94): "0x1.c843b4d0fb198p-58",
    ("ssn", 107): "0x1.ad1197ccd0393p-59",
}


def on_grid(x, exponent):
    """Round x to the nearest multiple of 2**exponent."""
    return nint(mpf(x) * mpf(2) ** -exponent) * mpf(2) ** exponent


def two_doubles(x):
    """Return the double nearest to x and the double nearest to what is left."""
    high = float(x)
    return high, float(x - mpf(high))


# ---------------------------------------------------------------- what formulas give


def sincos_values():
    rows = {"sn": [], "ssn": [], "cs": [], "ccs": []}
    for k in range(110):
        for main, low, function in (("sn", "ssn", sin), ("cs", "ccs", cos)):
            high, rest = two_doubles(function(mpf(k) / 128))
            rows[main].append(high)
            rows[low].append(float.fromhex(GLIBC_LOW[low, k]) if (low, k) in GLIBC_LOW else rest)
    half_pi = pi / 2
    # Multiples of 2^-25, 2^-53 and 2^-80, so that a small whole number times a piece is exact; the last is the rest.
    part = [on_grid(half_pi, -25)]
    part.append(on_grid(half_pi - part[0], -53))
    part.append(on_grid(half_pi - sum(part), -80))
    part.append(half_pi - sum(part))
    return {
        "tfphilox_sincos_table": [
            value for row in zip(*rows.values(), strict=False) for value in row
        ],
        "tfphilox_half_pi": list(two_doubles(half_pi)),
        "tfphilox_half_pi_part": [float(p) for p in part],
        "tfphilox_two_over_pi": [float(2 / pi)],
    }


def log_values(invc):
    ln2_hi = on_grid(
        log(2), -43
    )  # log_logc is on the same grid, so k*ln2_hi + logc is exact for every |k| < 2048
    return {
        "tfphilox_log_table": [x for c in invc for x in (c, float(on_grid(-log(mpf(c)), -43)))],
        "tfphilox_log_ln2": [float(ln2_hi), float(log(2) - ln2_hi)],
    }


def exp_values():
    exact = [mpf(2) ** (mpf(i) / 128) for i in range(128)]
    scale = [float(x) for x in exact]
    ln2 = on_grid(log(2) / 128, -44)  # |n| < 2^18: n times it is exact
    return {
        "tfphilox_exp_per_ln2": [float(128 / log(2))],
        "tfphilox_exp_ln2": [float(ln2), float(log(2) / 128 - ln2)],
        "tfphilox_exp_scale": scale,
        "tfphilox_exp_tail": [float((x - s) / s) for x, s in zip(exact, scale, strict=False)],
    }


def double_of(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def pow_cells():
    """Return the 128 cells' two ends."""
    ends = [mpf(double_of(0x3FE6955500000000 + (i << 45))) for i in range(129)]
    return list(itertools.pairwise(ends))


def pow_values():
    invc, logc, tail = [], [], []
    for low, high in pow_cells():
        centre = (low + high) / 2
        invc.append(on_grid(1 / centre, -7 if centre < 1 else -8))
        logc.append(on_grid(-log(invc[-1]), -43))
        tail.append(-log(invc[-1]) - logc[-1])
    return {
        "tfphilox_pow_invc": [float(x) for x in invc],
        "tfphilox_pow_logc": [float(x) for x in logc],
        "tfphilox_pow_logc_tail": [float(x) for x in tail],
    }


def float_values(invc):
    return {
        "tfphilox_exp2f_scale": [float(mpf(2) ** (mpf(i) / 32)) for i in range(32)],
        "tfphilox_expf_per_ln2": [float(32 / log(2))],
        "tfphilox_logf_logc": [float(-log(mpf(c))) for c in invc],
        "tfphilox_powf_log2c": [float(-log(mpf(c)) / log(2)) for c in invc],
        "tfphilox_logf_ln2": [float(log(2))],
    }


# ---------------------------------------------------------------- the headers

NUMBER = re.compile(r"[-+]?0x[0-9a-fA-F.]+p[-+]?\d+")


def read(header):
    """Return {array name: list of doubles} of a header's static const doubles."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    found = {}
    for name, size, body in re.findall(
        r"(?:static const|LARGE_TABLE) double (\w+)(?:\[(\d+)\])?\s(?:#if TABLES_HERE\n)?= (.*?);",
        text,
        flags=re.S,
    ):
        found[name] = [float.fromhex(x) for x in NUMBER.findall(body)]
        assert len(found[name]) == int(size or 1), (
            f"{header.name}: {name} has {len(found[name])} values"
        )
    return found


def literal(x):
    """The shortest hex literal in C of a double."""
    text = x.hex()
    return re.sub(r"\.?0+p", "p", text)


def write(header, values):
    """Put values into a header's arrays; all other text stays."""
    text = header.read_text()
    for name, numbers in values.items():
        if len(numbers) == 1:
            body = literal(numbers[0])
        else:
            cells = [literal(x) for x in numbers]
            width = max(map(len, cells)) if len(cells) > 4 else 0
            lines = [
                ", ".join(c.rjust(width) for c in cells[i : i + 4]) for i in range(0, len(cells), 4)
            ]
            body = "{\n    " + ",\n    ".join(lines) + "\n}"
        before = (
            rf"(?:static const|LARGE_TABLE) double {name}(?:\[\d+\])?\s(?:#if TABLES_HERE\n)?= "
        )
        pattern = re.compile(rf"({before}).*?(?=(?:\n#endif\n)?;)", flags=re.S)
        text, count = pattern.subn(lambda m, body=body: m.group(1) + body, text)
        assert count == 1, f"{header.name}: no place for {name}"
    header.write_text(text)


# ---------------------------------------------------------------- what was searched for: its stated properties


def poly(coefficients, x):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * x + mpf(c)
    return total


def largest(error, low, high, points=20000):
    """Largest |error(x)| over Chebyshev points of [low, high]."""
    middle, half = (mpf(low) + mpf(high)) / 2, (mpf(high) - mpf(low)) / 2
    return max(
        fabs(error(middle + half * cos(pi * i / points)))
        for i in range(points + 1)
        if i * 2 != points
    )


def exponent(x):
    return float(log(x, 2))


def check_sincos(values, say):
    def taylor(x):
        return x + x**3 * poly(values["tfphilox_sin_taylor"], x * x)

    def sin_small(x):
        return x + x**3 * poly(values["tfphilox_sin_small"], x * x)

    def cos_small(x):
        return 1 - x * x * poly(values["tfphilox_cos_small"], x * x)

    # Bounds measured once with the published coefficients and then fixed here, rounded up.
    edge = mpf(1) / 256 + mpf(2) ** -30
    for what, error, low, high, bound in (
        (
            "sin_taylor, relative, (0, 0.126]",
            lambda x: taylor(x) / sin(x) - 1,
            mpf(2) ** -10,
            0.126,
            -63.8,
        ),
        (
            "sin_small, relative, (0, 1/256]",
            lambda x: sin_small(x) / sin(x) - 1,
            mpf(2) ** -20,
            edge,
            -60.9,
        ),
        ("cos_small, absolute, [0, 1/256]", lambda x: cos_small(x) - cos(x), 0, edge, -79.9),
    ):
        worst = exponent(largest(error, low, high, 2000))
        say(f"sincos_table.h: {what}: largest error 2^{worst:.2f}")
        assert worst < bound, f"{what}: 2^{worst} is not below 2^{bound}"

    part = [mpf(p) for p in values["tfphilox_half_pi_part"]]
    assert fabs(sum(part) - pi / 2) < mpf(2) ** -135
    for p in part[:3]:  # at most 4 quarter turns fit below 2*pi: n*p must be a double
        assert all(mpf(float(n * p)) == n * p for n in range(5))

    table = values["tfphilox_sincos_table"]
    worst = max(
        fabs(mpf(table[4 * k + at]) + mpf(table[4 * k + at + 1]) - f(mpf(k) / 128))
        for k in range(110)
        for at, f in ((0, sin), (2, cos))
    )
    say(
        f"sincos_table.h: sn + ssn, cs + ccs: largest error 2^{exponent(worst):.2f}, glibc's own low parts included"
    )
    assert worst < mpf(2) ** -108


def check_log(values, say):
    invc, logc = values["tfphilox_log_table"][::2], values["tfphilox_log_table"][1::2]
    widest = mpf(0)
    for i, (ic, lc) in enumerate(zip(invc, logc, strict=False)):
        # Entry i serves z of [0.6875 + i/256, ...) below 1 and, from i = 80 on, steps of 1/128.
        low, step = (
            (mpf(176 + i) / 256, mpf(1) / 256) if i < 80 else (1 + mpf(i - 80) / 128, mpf(1) / 128)
        )
        centre = low + step / 2
        off = (mpf(ic) - 1 / centre) * mpf(2) ** (52 if ic >= 1 else 53)
        assert fabs(off) <= 2**29 + 1, f"log_invc[{i}] is {off} ulp from 1/centre"
        r = max(fabs(low * mpf(ic) - 1), fabs((low + step) * mpf(ic) - 1))
        widest = max(widest, r)
        if not 80 <= i < 88:  # z from 1 to 1.0625: never with k = 0, where log_near1 stands in
            assert r < mpf(float.fromhex("0x1.fp-9")), f"log_invc[{i}]: |z/c - 1| up to {r}"
        assert fabs(-log(mpf(ic)) - mpf(lc)) < mpf(2) ** -66, f"log_logc[{i}]"
        assert (768.0 + lc) - 768.0 == lc, f"log_logc[{i}] is not a multiple of 2^-43"
    say(
        f"log_tables.h: |z*invc - 1| <= {float(widest).hex()}, |logc - log(c)| < 2^-66, logc on the grid 2^-43"
    )
    assert widest < mpf(2) ** -8

    ln2_hi, ln2_lo = map(mpf, values["tfphilox_log_ln2"])
    assert fabs(ln2_hi + ln2_lo - log(2)) < mpf(2) ** -97
    assert all(
        floor(k * ln2_hi * 2**43) == k * ln2_hi * 2**43 and k * ln2_hi < 2**10
        for k in (1, 1023, 1074)
    )

    def main(r):
        return r + r * r * poly(values["tfphilox_log_poly"], r)

    def near1(r):
        return r + r * r * poly(values["tfphilox_log_near1"], r)

    # The figures in glibc's e_log_data.c, and its intervals.
    for what, error, low, high, stated in (
        (
            "log_poly, absolute",
            lambda r: main(r) - log1p(r),
            "-0x1.fp-9",
            "0x1.fp-9",
            "0x1.882ff33p-65",
        ),
        (
            "log_near1, relative",
            lambda r: near1(r) / log1p(r) - 1,
            "-0x1p-4",
            "0x1.09p-4",
            "0x1.c04d76cp-63",
        ),
    ):
        worst = largest(error, float.fromhex(low), float.fromhex(high), 4000)
        say(f"log_tables.h: {what}: largest error {float(worst).hex()}, stated {stated}")
        assert worst <= mpf(float.fromhex(stated)) * mpf("1.001"), what


def check_exp(values, say):
    coefficients = values["tfphilox_exp_poly"]

    def main(r):
        return 1 + r + r * r * poly(coefficients, r)

    edge = log(2) / 256 + mpf(2) ** -40
    worst = largest(lambda r: main(r) - exp(r), -edge, edge, 4000)
    say(
        f"exp_table.h: exp_poly, absolute: largest error 2^-66 * {float(worst * 2**66):.4f}, stated 1.555"
    )
    assert worst < mpf("1.556") * mpf(2) ** -66
    high, low = map(mpf, values["tfphilox_exp_ln2"])
    assert fabs(high + low - log(2) / 128) < mpf(2) ** -98
    assert all(mpf(float(n * high)) == n * high for n in (1, 2**17 - 1, 138000))


def check_pow(values, say):
    p = [mpf(x) for x in values["tfphilox_pow_poly"]]
    assert p[0] == -0.5

    def main(r):
        s = p[0] * r * r
        return r + s + s * r * (p[1] + p[2] * r + s * (p[3] + p[4] * r + s * (p[5] + p[6] * r)))

    bound = float.fromhex("0x1.6bp-8")
    worst = largest(lambda r: main(r) / log1p(r) - 1, -bound, bound, 4000)
    say(
        f"pow_table.h: pow_poly, relative: largest error {float(worst).hex()}, stated 0x1.11922ap-70"
    )
    assert worst <= mpf(float.fromhex("0x1.11922ap-70")) * mpf("1.001")
    widest = mpf(0)
    rows = zip(
        pow_cells(),
        *(values["tfphilox_pow_" + name] for name in ("invc", "logc", "logc_tail")),
        strict=False,
    )
    for i, ((low, high), invc, logc, tail) in enumerate(rows):
        for z in (low, high - mpf(2) ** (-53 if low < 1 else -52)):
            r = z * mpf(invc) - 1
            assert mpf(float(r)) == r, f"pow_invc[{i}]: z/c - 1 is not exact"
            widest = max(widest, fabs(r))
        assert fabs(-log(mpf(invc)) - mpf(logc) - mpf(tail)) < mpf(2) ** -97, f"pow_logc[{i}]"
    say(f"pow_table.h: |z/c - 1| <= {float(widest).hex()}, |logc + tail - log(c)| < 2^-97")
    assert widest < mpf(2) ** -7


def check_floats(values, say):
    def descending(name, x):
        return poly(values[name][::-1], x)

    def two_to(r):
        return 1 + r * descending("tfphilox_exp2f_poly", r)

    edge = mpf(1) / 64
    worst = largest(lambda r: two_to(r) / mpf(2) ** r - 1, -edge, edge, 2000)
    say(
        f"float_tables.h: exp2f_poly, relative: largest error 2^-34 * {float(worst * 2**34):.4f}, stated 1.69"
    )
    assert worst < mpf("1.695") * mpf(2) ** -34

    def logarithm(r):
        return r + r * r * descending("tfphilox_logf_poly", r)

    def logarithm2(r):
        return r * descending("tfphilox_powf_poly", r)

    ends = [struct.unpack("<f", struct.pack("<I", 0x3F330000 + (i << 19)))[0] for i in range(17)]
    worst, worst2 = mpf(0), mpf(0)
    for i, invc in enumerate(values["tfphilox_logf_invc"]):
        # Relative to the logarithm of x = 2^k z, largest for k = 0 or where it comes near 0 with another k.
        logc, log2c = (mpf(values["tfphilox_" + name][i]) for name in ("logf_logc", "powf_log2c"))
        low, high = ends[i] * mpf(invc) - 1, ends[i + 1] * mpf(invc) - 1
        for k in (-1, 0, 1):
            for j in range(201):
                r = low + (high - low) * j / 200
                exact = k * log(2) - log(mpf(invc)) + log1p(r)
                if fabs(exact) > mpf(2) ** -23:
                    worst = max(worst, fabs((k * log(2) + logc + logarithm(r)) / exact - 1))
                    worst2 = max(worst2, fabs((k + log2c + logarithm2(r)) * log(2) / exact - 1))
    say(
        f"float_tables.h: logf_poly, relative: largest error 2^-26 * {float(worst * 2**26):.4f}, stated 1.957; "
        f"powf_poly: 2^-33 * {float(worst2 * 2**33):.4f}, stated 1.83"
    )
    assert worst < mpf("1.96") * mpf(2) ** -26
    assert worst2 < mpf("1.84") * mpf(2) ** -33


def check_lgamma(values, say):
    mp.prec = 160  # loggamma is slow
    get = {name.removeprefix("tfphilox_lgamma_"): numbers for name, numbers in values.items()}
    place, (least, rest) = mpf(get["place"][0]), map(mpf, get["least"])
    stirling = get["stirling"]

    def below2(y):
        return -y / 2 + y * poly(get["below2"], y) - loggamma(2 - y)

    def about(y):
        return least - rest + y * y * poly(get["about"], y) - loggamma(place + y)

    def above1(y):
        return -y / 2 + y * poly(get["above1_p"], y) / poly(get["above1_q"], y) - loggamma(1 + y)

    def above2(y):
        return y / 2 + y * poly(get["above2_p"], y) / poly(get["above2_q"], y) - loggamma(2 + y)

    def large(z):
        exact = loggamma(1 / z) - (1 / z - mpf(1) / 2) * (log(1 / z) - 1)
        return mpf(stirling[0]) + z * poly(stirling[1:], z * z) - exact

    # Measured once with the published coefficients and rounded up. (Sun states 2^-61.71 and 2^-58.74 for the last two,
    # which the coefficients' own rounding to doubles does not leave.)
    for what, error, low, high, bound in (
        ("below2", below2, 0, 0.2684, -60.9),
        ("about", about, -0.2316, 0.27, -57.5),
        ("above1", above1, 0, 0.2317, -58.6),
        ("above2", above2, 0, 1, -57.7),
        ("stirling", large, mpf(2) ** -20, mpf(1) / 8, -55.4),
    ):
        worst = exponent(largest(error, low, high, 300))
        say(f"lgamma_table.h: {what}, absolute: largest error 2^{worst:.2f}")
        assert worst < bound, f"lgamma {what}: 2^{worst} is not below 2^{bound}"
    mp.prec = 400


def check(say=lambda text: None):
    """Raise AssertionError where a header differs from what this file computes; return the number of values equal."""
    equal = 0
    found = read(SINCOS_HEADER)
    found_log = read(LOG_HEADER)
    found_exp, found_pow, found_float = map(read, (EXP_HEADER, POW_HEADER, FLOAT_HEADER))
    for header, have, want in (
        (SINCOS_HEADER, found, sincos_values()),
        (LOG_HEADER, found_log, log_values(found_log["tfphilox_log_table"][::2])),
        (EXP_HEADER, found_exp, exp_values()),
        (POW_HEADER, found_pow, pow_values()),
        (FLOAT_HEADER, found_float, float_values(found_float["tfphilox_logf_invc"])),
    ):
        for name, numbers in want.items():
            wrong = [
                i
                for i, (a, b) in enumerate(zip(have[name], numbers, strict=False))
                if a.hex() != b.hex()
            ]
            assert not wrong, f"{header.name}: {name} differs at {wrong}"
            assert len(have[name]) == len(numbers), f"{header.name}: {name} has another length"
            equal += len(numbers)
    say(
        f"{equal} values recomputed, all equal; {len(GLIBC_LOW)} of them are glibc's own low parts:"
    )
    for (name, k), text in GLIBC_LOW.items():
        function = sin if name == "ssn" else cos
        near = two_doubles(function(mpf(k) / 128))[1]
        off = exponent(fabs(mpf(near) - mpf(float.fromhex(text))))
        assert near != float.fromhex(text), f"{name}[{k}] is the nearest double: no exception"
        say(f"    {name}[{k}] = {text} where {near.hex()} is nearest: 2^{off:.1f} apart")
    check_sincos(found, say)
    check_log(found_log, say)
    check_exp(found_exp, say)
    check_pow(found_pow, say)
    check_floats(found_float, say)
    check_lgamma(read(LGAMMA_HEADER), say)
    return equal


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--write", action="store_true", help="write the computed values into the headers"
    )
    if parser.parse_args().write:
        write(SINCOS_HEADER, sincos_values())
        write(LOG_HEADER, log_values(read(LOG_HEADER)["tfphilox_log_table"][::2]))
        write(EXP_HEADER, exp_values())
        write(POW_HEADER, pow_values())
        write(FLOAT_HEADER, float_values(read(FLOAT_HEADER)["tfphilox_logf_invc"]))
    try:
        check(print)
    except AssertionError as problem:
        sys.exit(f"make_float_tables: {problem}")


if __name__ == "__main__":
    main()
