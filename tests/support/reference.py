"""reference.py: what every number must be, in slow big-integer Python.

This is the judge of the C core where no TensorFlow is at hand, so it is written to be read, not to
be fast: a counter is one Python integer, a word is cut from it by shift and mask, a rounding is a
comparison of fractions.  Everything goes in and comes out as bit patterns (Python integers), so a
comparison can never be forgiving by accident.

The only arithmetic not spelled out here is logarithm, sine and cosine.  TensorFlow takes them from
glibc, and so does this file, through ctypes.  Where the host has no glibc, the float32 ones come
from :class:`TableMath`, which evaluates glibc's published algorithm in NumPy doubles for all 2^23
inputs (the committed sums in golden_files/float32-sums.json prove those tables); the float64 ones
need glibc on a processor with fused multiply-add, see :func:`float64_math`.

It does not import tfphilox, and does not know how tfphilox is built.
"""

import ctypes
import functools
import itertools
import math
import platform
import struct
from fractions import Fraction

MASK32 = (1 << 32) - 1
MASK64 = (1 << 64) - 1
MASK128 = (1 << 128) - 1

# --- Philox4x32-10 -------------------------------------------------------------------------------


def philox(counter, key):
    """Return the four output words of the block `counter` (128 bits) under `key` (64 bits)."""
    c0, c1, c2, c3 = [counter >> shift & MASK32 for shift in (0, 32, 64, 96)]
    k0, k1 = key & MASK32, key >> 32 & MASK32
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = p1 >> 32 ^ c1 ^ k0, p1 & MASK32, p0 >> 32 ^ c3 ^ k1, p0 & MASK32
        k0 = k0 + 0x9E3779B9 & MASK32
        k1 = k1 + 0xBB67AE85 & MASK32
    return c0, c1, c2, c3


def stateful_key_counter(seed, seed2):
    """Key and counter of a stateful op with the attributes `seed` and `seed2`."""
    return seed & MASK64, (seed2 & MASK64) << 64


def stateless_key_counter(s0, s1):
    """Key and counter of a stateless op with the seed pair [s0, s1] (GetKeyCounter)."""
    m = philox((s0 & MASK64) | (s1 & MASK64) << 64, 0x3EC8F720 | 0x02461E29 << 32)
    return m[0] | m[1] << 32, m[2] << 64 | m[3] << 96


# --- Floating-point formats, exactly -------------------------------------------------------------

#            bits, precision, smallest normal exponent, largest exponent
FORMATS = {
    "float16": (16, 11, -14, 15),
    "bfloat16": (16, 8, -126, 127),
    "float32": (32, 24, -126, 127),
    "float64": (64, 53, -1022, 1023),
}
FLOATS = tuple(FORMATS)
SMALLEST_NORMAL = {dtype: Fraction(1, 1 << -row[2]) for dtype, row in FORMATS.items()}


@functools.lru_cache(maxsize=1 << 14)
def decode(dtype, bits):
    """Return (sign, magnitude); magnitude is a Fraction, or "inf", or "nan"."""
    width, precision, emin, emax = FORMATS[dtype]
    fraction_bits = precision - 1
    sign = bits >> (width - 1)
    field = bits >> fraction_bits & (1 << (width - precision)) - 1
    mantissa = bits & (1 << fraction_bits) - 1
    if field == emax - emin + 2:
        return sign, "nan" if mantissa else "inf"
    if field:
        mantissa |= 1 << fraction_bits
    exponent = max(field, 1) - 1 + emin - fraction_bits
    return sign, Fraction(mantissa << max(exponent, 0), 1 << max(-exponent, 0))


def encode(dtype, sign, magnitude, flush=False):
    """Round to nearest, ties to even, and return the bits.

    With `flush`, a result that is tiny *after* rounding (as if the exponent had no lower limit)
    becomes zero with the sign kept: the x86 FTZ rule.
    """
    width, precision, emin, emax = FORMATS[dtype]
    fraction_bits = precision - 1
    top = sign << (width - 1)
    infinity = (emax - emin + 2) << fraction_bits
    if magnitude == "nan":
        return infinity | 1 << (fraction_bits - 1)  # one NaN for all: payloads are not promised
    if magnitude == "inf":
        return top | infinity
    above, below = magnitude.numerator, magnitude.denominator
    if above == 0:
        return top
    exponent = _floor_log2(above, below)
    if flush and exponent < emin:
        unlimited = _round_even(above, below, exponent - fraction_bits)
        if exponent + unlimited.bit_length() - precision < emin:  # a carry makes one bit more
            return top
    exponent = max(exponent, emin)
    units = _round_even(above, below, exponent - fraction_bits)
    # `units` still has the leading one of a normal number, so adding it to the field below carries
    # a rounded-up mantissa into the exponent, and leaves a subnormal's field at zero.
    bits = units + ((exponent - emin) << fraction_bits)
    return top | min(bits, infinity)


def _floor_log2(above, below):
    """The largest integer e with 2^e <= above / below."""
    exponent = above.bit_length() - below.bit_length()
    return exponent if below << max(exponent, 0) <= above << max(-exponent, 0) else exponent - 1


def _round_even(above, below, exponent):
    """Round above / below in units of 2^exponent to a whole number of them, ties to even."""
    below <<= max(exponent, 0)
    whole, rest = divmod(above << max(-exponent, 0), below)
    return whole + (2 * rest > below or (2 * rest == below and whole & 1))


def convert(source, target, bits):
    """Bits of a number of format `source`, rounded to format `target`."""
    return encode(target, *decode(source, bits))


def bits_of(dtype, number):
    """Bits of a Python float as TensorFlow converts it (bfloat16 goes by way of float32)."""
    bits = struct.unpack("<Q", struct.pack("<d", number))[0]
    if dtype == "bfloat16":
        return convert("float32", "bfloat16", convert("float64", "float32", bits))
    return convert("float64", dtype, bits)


def value_of(dtype, bits):
    """The Python float with these bits (every one of our formats fits in a double)."""
    return struct.unpack("<d", struct.pack("<Q", convert(dtype, "float64", bits)))[0]


# --- TensorFlow's arithmetic: one operation, one rounding, subnormals flushed --------------------


def _operand(dtype, bits):
    """Decode with DAZ: a subnormal operand counts as zero of its sign."""
    sign, magnitude = decode(dtype, bits)
    if not isinstance(magnitude, str) and magnitude < SMALLEST_NORMAL[dtype]:
        magnitude = Fraction(0)
    return sign, magnitude


def multiply(dtype, a, b):
    """a * b as TensorFlow's kernels compute it (half types: in float32, then rounded)."""
    if dtype in ("float16", "bfloat16"):
        product = multiply("float32", convert(dtype, "float32", a), convert(dtype, "float32", b))
        return convert("float32", dtype, product)
    (sa, ma), (sb, mb) = _operand(dtype, a), _operand(dtype, b)
    sign = sa ^ sb
    if "nan" in (ma, mb) or (ma == 0 and mb == "inf") or (ma == "inf" and mb == 0):
        return encode(dtype, 0, "nan")
    if "inf" in (ma, mb):
        return encode(dtype, sign, "inf")
    return encode(dtype, sign, ma * mb, flush=True)


def add(dtype, a, b):
    """a + b as TensorFlow's kernels compute it (half types: in float32, then rounded)."""
    if dtype in ("float16", "bfloat16"):
        total = add("float32", convert(dtype, "float32", a), convert(dtype, "float32", b))
        return convert("float32", dtype, total)
    (sa, ma), (sb, mb) = _operand(dtype, a), _operand(dtype, b)
    if "nan" in (ma, mb) or (ma == mb == "inf" and sa != sb):
        return encode(dtype, 0, "nan")
    if "inf" in (ma, mb):
        return encode(dtype, sa if ma == "inf" else sb, "inf")
    total = (-ma if sa else ma) + (-mb if sb else mb)
    if total == 0:
        return encode(dtype, sa & sb, Fraction(0))  # x + -x is +0; -0 + -0 is -0
    return encode(dtype, int(total < 0), abs(total), flush=True)


def negate(dtype, a):
    return a ^ 1 << (FORMATS[dtype][0] - 1)


def scale(dtype, numbers, mul=None, shift=None):
    """rnd * mul, then + shift: two roundings; None leaves a step out. All arguments are bits."""
    if mul is not None:
        numbers = [multiply(dtype, x, mul) for x in numbers]
    if shift is not None:
        numbers = [add(dtype, x, shift) for x in numbers]
    return list(numbers)


def scale_uniform(dtype, numbers, minval, maxval, short):
    """tf.random.uniform's scaling. `short`: minval is the Python int 0, so only `* maxval`."""
    if short:
        return scale(dtype, numbers, maxval)
    return scale(dtype, numbers, add(dtype, maxval, negate(dtype, minval)), minval)


# --- Logarithm, sine, cosine ---------------------------------------------------------------------

EPSILON32 = bits_of("float32", 1e-7)
TWO_PI = 2.0 * math.pi


def _float32(x):
    """Round a Python float to float32 and return it as a Python float."""
    return ctypes.c_float(x).value


def float32_u(m):
    """The uniform number m * 2^-23, raised to 1e-7f: what logf sees for the low 23 bits `m`."""
    return max(m * 2.0**-23, _float32(1e-7))


def float32_angle(m):
    """What sincosf sees for `m`: 2 pi u formed in double, rounded once."""
    return _float32(TWO_PI * (m * 2.0**-23))


def has_glibc():
    return platform.libc_ver()[0] == "glibc"


class GlibcMath:
    """logf and sincosf of the host."""

    def __init__(self):
        libm = ctypes.CDLL("libm.so.6")
        self._logf = libm.logf
        self._logf.argtypes, self._logf.restype = [ctypes.c_float], ctypes.c_float
        self._sincosf = libm.sincosf
        self._sincosf.argtypes = [ctypes.c_float] + [ctypes.POINTER(ctypes.c_float)] * 2
        self._sincosf.restype = None

    def log(self, m):
        return self._logf(float32_u(m))

    def sincos(self, m):
        sine, cosine = ctypes.c_float(), ctypes.c_float()
        self._sincosf(float32_angle(m), ctypes.byref(sine), ctypes.byref(cosine))
        return sine.value, cosine.value


class TableMath:
    """The same numbers without glibc: its published algorithm in NumPy doubles, all 2^23 inputs."""

    def __init__(self):
        self.tables = float32_tables()

    def log(self, m):
        return float(self.tables["log"][m])

    def sincos(self, m):
        return float(self.tables["sin"][m]), float(self.tables["cos"][m])


# Arm optimized-routines (MIT), math/logf_data.c and math/sincosf_data.c, which glibc >= 2.28 uses.
_LOGF_INVC = """
0x1.661ec79f8f3bep+0 0x1.571ed4aaf883dp+0 0x1.49539f0f010bp+0 0x1.3c995b0b80385p+0
0x1.30d190c8864a5p+0 0x1.25e227b0b8eap+0 0x1.1bb4a4a1a343fp+0 0x1.12358f08ae5bap+0
0x1.0953f419900a7p+0 0x1p+0 0x1.e608cfd9a47acp-1 0x1.ca4b31f026aap-1
0x1.b2036576afce6p-1 0x1.9c2d163a1aa2dp-1 0x1.886e6037841edp-1 0x1.767dcf5534862p-1"""
_LOGF_LOGC = """
-0x1.57bf7808caadep-2 -0x1.2bef0a7c06ddbp-2 -0x1.01eae7f513a67p-2 -0x1.b31d8a68224e9p-3
-0x1.6574f0ac07758p-3 -0x1.1aa2bc79c81p-3 -0x1.a4e76ce8c0e5ep-4 -0x1.1973c5a611cccp-4
-0x1.252f438e10c1ep-5 0x0p+0 0x1.aa5aa5df25984p-5 0x1.c5e53aa362eb4p-4
0x1.526e57720db08p-3 0x1.bc2860d22477p-3 0x1.1058bc8a07ee1p-2 0x1.4043057b6ee09p-2"""
_LOGF_POLY = "-0x1.00ea348b88334p-2 0x1.5575b0be00b6ap-2 -0x1.ffffef20a4123p-2"
_LN2 = "0x1.62e42fefa39efp-1"
_COSF_POLY = """0x1p0 -0x1.ffffffd0c621cp-2 0x1.55553e1068f19p-5 -0x1.6c087e89a359dp-10
0x1.99343027bf8c3p-16"""
_SINF_POLY = "-0x1.555545995a603p-3 0x1.1107605230bc4p-7 -0x1.994eb3774cf24p-13"


def _doubles(text):
    return [float.fromhex(word) for word in text.split()]


@functools.lru_cache(maxsize=1)
def float32_tables():
    """Return {"log", "sin", "cos"}: 2^23 float32 results each; the index is the word's low bits."""
    import numpy as np

    m = np.arange(1 << 23, dtype=np.int64)
    u = np.maximum(m.astype(np.float32) * np.float32(2.0**-23), np.float32(1e-7))

    # logf: u = 2^k z with z near 1; log u = k ln2 + log c + log1p(z / c - 1), c one of 16 centres.
    ix = u.view(np.uint32).astype(np.int64)
    offset = ix - 0x3F330000
    i, k = offset >> 19 & 15, offset >> 23
    z = (ix - (k << 23)).astype(np.uint32).view(np.float32).astype(np.float64)
    a = _doubles(_LOGF_POLY)
    r = z * np.array(_doubles(_LOGF_INVC))[i] - 1.0
    y0 = np.array(_doubles(_LOGF_LOGC))[i] + k * float.fromhex(_LN2)
    r2 = r * r
    log = ((a[1] * r + a[2]) + a[0] * r2) * r2 + (y0 + r)

    # sincosf: n = nearest multiple of pi/2, two polynomials, swapped and signed by the quadrant.
    angle = (TWO_PI * (m * 2.0**-23)).astype(np.float32)
    x = angle.astype(np.float64)
    small = angle.view(np.uint32) >> 20 < np.float32(math.pi / 4).view(np.uint32) >> 20
    n = np.where(small, 0, ((x * (2 / math.pi * 2.0**24)).astype(np.int64) + 0x800000) >> 24)
    x = x - n * (math.pi / 2)
    x2 = x * x
    c = _doubles(_COSF_POLY)
    s = _doubles(_SINF_POLY)
    sine = (x + x2 * x * s[0]) + x2 * x * x2 * (s[1] + x2 * s[2])
    cosine = ((c[0] + x2 * c[1]) + x2 * x2 * c[2]) + x2 * x2 * x2 * (c[3] + x2 * c[4])
    tiny = angle < np.float32(2.0**-12)
    sine, cosine = np.where(tiny, x, sine), np.where(tiny, 1.0, cosine)
    odd = (n & 1).astype(bool)
    sin_sign = np.where(n & 2, -1.0, 1.0)
    cos_sign = np.where((n + 1) & 2, -1.0, 1.0)
    return {
        "log": log.astype(np.float32),
        "sin": (np.where(odd, cosine, sine) * sin_sign).astype(np.float32),
        "cos": (np.where(odd, sine, cosine) * cos_sign).astype(np.float32),
    }


@functools.lru_cache(maxsize=1)
def float32_math():
    """The float32 functions to judge by: the host's glibc, else the proved tables."""
    return GlibcMath() if has_glibc() else TableMath()


class Glibc64:
    """log and sincos of the host, for doubles."""

    def __init__(self):
        libm = ctypes.CDLL("libm.so.6")
        self.log = libm.log
        self.log.argtypes, self.log.restype = [ctypes.c_double], ctypes.c_double
        self._sincos = libm.sincos
        self._sincos.argtypes = [ctypes.c_double] + [ctypes.POINTER(ctypes.c_double)] * 2
        self._sincos.restype = None

    def sincos(self, x):
        sine, cosine = ctypes.c_double(), ctypes.c_double()
        self._sincos(x, ctypes.byref(sine), ctypes.byref(cosine))
        return sine.value, cosine.value


class Unavailable(Exception):
    """The host cannot judge float64 normals: its libm is not of the class TensorFlow is held to."""


# Inputs at which glibc's variants with and without fused multiply-add differ, and the results of
# the variant with (class 1 of the rules page, section 24). Found by search on glibc 2.36.
PROBES64 = {
    "log": [
        ("0x1.8cd2b5692b0ecp-2", "-0x1.e55dcce4fb571p-1"),
        ("0x1.728466eb06f8p-1", "-0x1.4b2fdce7fc454p-2"),
    ],
    "sin": [
        ("0x1.77522e1f97189p+1", "0x1.a9b7e9deaf0e5p-3"),
        ("0x1.168f42af1b045p-2", "0x1.1322fe775e364p-2"),
    ],
    "cos": [
        ("0x1.dadf4e4cd212p-1", "0x1.331f4e11151adp-1"),
        ("0x1.22f5902efbb9ep+2", "-0x1.52b6b950ce991p-3"),
    ],
}


@functools.lru_cache(maxsize=1)
def float64_math():
    """The float64 functions to judge by; raises Unavailable on a host of another class."""
    if not has_glibc():
        raise Unavailable(
            "float64 log and sincos are judged by glibc, and this host has another libm"
        )
    libm = Glibc64()
    for name, probes in PROBES64.items():
        for x, expected in probes:
            x, expected = float.fromhex(x), float.fromhex(expected)
            got = libm.log(x) if name == "log" else libm.sincos(x)[name == "cos"]
            if got != expected:
                raise Unavailable(
                    f"this host's {name}({x.hex()}) = {got.hex()}, not {expected.hex()}: "
                    "its libm is not of class 1 (glibc >= 2.36, a processor with FMA)"
                )
    return libm


# --- Words to numbers ----------------------------------------------------------------------------


def _box_muller32(w0, w1):
    """Two float32 normals as Python floats: sine first. Every step rounded to float32."""
    libm = float32_math()
    radius = _float32(math.sqrt(_float32(-2.0 * libm.log(w0 & 0x7FFFFF))))
    sine, cosine = libm.sincos(w1 & 0x7FFFFF)
    return _float32(sine * radius), _float32(cosine * radius)


def _double01(high, low):
    return ((high & 0xFFFFF) << 32 | low) * 2.0**-52


def _box_muller64(w0, w1, w2, w3):
    libm = float64_math()
    u = max(_double01(w0, w1), 1e-7)
    radius = math.sqrt(-2.0 * libm.log(u))
    sine, cosine = libm.sincos(TWO_PI * _double01(w2, w3))
    return sine * radius, cosine * radius


def _uniform_block(dtype, words):
    if dtype == "float64":
        pairs = words[0:2], words[2:4]
        return [encode(dtype, 0, Fraction((h & 0xFFFFF) << 32 | low, 1 << 52)) for h, low in pairs]
    mantissa = {"float16": 10, "bfloat16": 7, "float32": 23}[dtype]
    return [encode(dtype, 0, Fraction(w & (1 << mantissa) - 1, 1 << mantissa)) for w in words]


def _normal_block(dtype, words):
    if dtype == "float64":
        return [_stored(dtype, z) for z in _box_muller64(*words)]
    return [_stored(dtype, z) for z in _box_muller32(*words[0:2]) + _box_muller32(*words[2:4])]


def _stored(dtype, z):
    """Bits of a float32 (float64) result, kept in a Python float, as an element of `dtype`."""
    if dtype == "float64":
        return struct.unpack("<Q", struct.pack("<d", z))[0]
    bits = struct.unpack("<I", struct.pack("<f", z))[0]
    return bits if dtype == "float32" else convert("float32", dtype, bits)


def truncated_group(dtype, key, counter):
    """One group, 4 numbers (float64: 2), and how many blocks it took to find them."""
    size = 2 if dtype == "float64" else 4
    group = []
    for blocks in itertools.count(1):
        words = philox(counter + blocks - 1 & MASK128, key)
        attempts = [words] if dtype == "float64" else [words[0:2], words[2:4]]
        for attempt in attempts:
            pair = _box_muller64(*attempt) if dtype == "float64" else _box_muller32(*attempt)
            for z in pair:
                if abs(z) < 2.0:
                    group.append(_stored(dtype, z))
                    if len(group) == size:
                        return group, blocks


def _integer_block(dtype, words, minval, maxval):
    if dtype in ("int64", "uint64"):
        words = words[0] | words[1] << 32, words[2] | words[3] << 32
        mask = MASK64
    else:
        mask = MASK32
    if minval is None:
        return list(words)
    span = (maxval - minval) & mask
    return [minval + w % span & mask for w in words]


# --- Fills ---------------------------------------------------------------------------------------


def group_size(kind, dtype):
    """How many elements one Philox block (or one truncated group) makes."""
    return 2 if kind != "words" and dtype in ("float64", "int64", "uint64") else 4


def group_stride(kind, dtype):
    """How many blocks lie between the starts of neighbouring groups."""
    return 64 * group_size(kind, dtype) if kind == "truncated_normal" else 1


def fill(kind, dtype, key, counter, first, count, minval=None, maxval=None):
    """Elements [first, first + count) of a stream, unscaled, as a list of bit patterns.

    kind: "words", "uniform", "normal", "truncated_normal" or "integers" (minval and maxval, or None
    for the full range). Negative integers come out as two's-complement bits of the dtype.
    """
    size, stride = group_size(kind, dtype), group_stride(kind, dtype)
    out = []
    start = first // size
    for group in range(start, -((first + count) // -size)):
        at = counter + group * stride & MASK128
        if kind == "truncated_normal":
            out += truncated_group(dtype, key, at)[0]
            continue
        words = philox(at, key)
        if kind == "words":
            out += words
        elif kind == "uniform":
            out += _uniform_block(dtype, words)
        elif kind == "normal":
            out += _normal_block(dtype, words)
        elif kind == "integers":
            out += _integer_block(dtype, words, minval, maxval)
        else:
            raise ValueError(kind)
    skip = first - start * size
    return out[skip : skip + count]
