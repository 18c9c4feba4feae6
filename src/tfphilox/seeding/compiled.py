"""compiled.py: the numbers of compiled functions, tf.function(jit_compile=True), on a CPU.

XLA has Philox's words, and makes other floats of them: a float from a word's upper bits, normals
by a logarithm of its own in pairs along one dimension, truncated normals by the inverse of the
error function. A seed's low 32 bits count. The product and the sum of a scaling are one operation,
rounded once, where the processor has one (FMA).

While a block of `compiling` is in force, the door where ops get their streams (streams.py) hands
out a `CompiledStream` in the place of a `Stream`: it has the methods of one that XLA has kernels
for.

Not known, and refused: what versions.RULES says so of, and scalings that meet subnormal numbers.

>>> with compiling():
...     CompiledStream(*start_of((11, 22))).uniform([3])
array([0.1370461 , 0.753585  , 0.98802114], dtype=float32)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._c import _compiled, _core, _rng
from .._c._undo import Put
from ..arrays.arguments import FLOAT16, FLOAT64
from ..arrays.arithmetic import broadcast_op, broadcast_shape
from ..arrays.conversion import new_array
from ..arrays.wording import brief
from ..stream import Stream
from . import scopes, threefry, versions

__all__ = [
    "CPUS",
    "PARAMETERS",
    "CompiledStream",
    "Compiler",
    "compiler",
    "compiling",
    "low_words",
    "multiply_add",
    "refuse",
]

# What the processor can: a fused multiply-add; that of float16, too; none.
CPUS = ("fma", "avx512-fp16", "no-fma")


# What the parameters of normals within bounds are to the compiled function.
PARAMETERS = ("literal", "run-time")


class Compiler(NamedTuple):
    """What is known of the compiler: the processor that it writes for, or None for one with FMA;
    what parameters are to it, or None where numbers of Python's are literals."""

    cpu: str | None
    parameters: str | None = None

    @property
    def fused(self) -> bool:
        return self.cpu != "no-fma"

    @property
    def rule(self) -> str:
        """What `explain` says."""
        return f"XLA: high 23 bits; {'fused' if self.fused else 'not fused'}"


def compiler() -> Compiler | None:
    """Return who compiles what runs here; None if nothing is compiled."""
    found: Compiler | None = scopes.compiling.get()
    return found


@contextmanager
def compiling(cpu: str | None = None, parameters: str | None = None) -> Iterator[None]:
    """Draw as compiled functions do, in this context, for a ``with`` block.

    What a block does not say is as in the block around.
    """
    if cpu is not None and cpu not in CPUS:
        raise ValueError(f"cpu must be None or one of {', '.join(CPUS)}, got {brief(cpu)}")
    if parameters is not None and parameters not in PARAMETERS:
        allowed = ", ".join(PARAMETERS)
        raise ValueError(f"parameters must be None or one of {allowed}, got {brief(parameters)}")
    around = compiler()
    if around is not None:
        cpu, parameters = cpu or around.cpu, parameters or around.parameters
    with Put(scopes.compiling, Compiler(cpu, parameters)), scopes.without_kernels():
        yield


def refuse(what: str) -> None:
    """Raise if something is being compiled that is not known to be made as XLA makes it."""
    if compiler() is not None:
        raise NotImplementedError(
            f"{what}: not known in a compiled function (jit_compile=True); draw outside of it"
        )


def low_words(pair: tuple[int, int]) -> tuple[int, int]:
    """Return a seed pair as XLA's kernels take it: its low 32 bits, without a sign."""
    check_signs(pair)
    return pair[0] & 0xFFFFFFFF, pair[1] & 0xFFFFFFFF


def check_signs(pair: tuple[int, int]) -> None:
    """Raise for seeds whose upper bits count in a way that is not known."""
    if min(pair) < 0 or max(pair) >= 2**31:
        _rule("compiled_seeds", "negative and 64-bit seeds")


def _rule(name: str, what: str) -> str:
    """Return the rule of the version that is mirrored, which must be a known one."""
    rule = versions.rule(name)
    if rule == "not known":
        raise NotImplementedError(
            f"{what} of compiled functions are not known for TensorFlow {versions.get()}"
        )
    return rule


class CompiledStream:
    """The numbers of a key and a counter as XLA draws them; to be used once, from its start."""

    __slots__ = ("_compiler", "_threefry", "counter", "key")

    def __init__(self, key: int, counter: int, threefry: bool = False) -> None:
        self.key, self.counter = key, counter
        self._threefry = threefry
        self._compiler = compiler() or Compiler(None)
        _rule("compiled_literal_bounds", "numbers")

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(
            f"this op has no XLA kernel for a CPU ({name}): TensorFlow refuses to compile it"
        )

    # ---- what XLA draws --------------------------------------------------------------------

    def integers(
        self, shape: Any, minval: int | None, maxval: int | None, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Draw integers; those of Philox are the same as without XLA."""
        if not self._threefry:
            drawn: NDArray[Any] = Stream._of_key_counter(self.key, self.counter).integers(
                shape, minval, maxval, dtype
            )
            return drawn
        if minval is not None and maxval is not None and minval >= maxval:
            raise ValueError(f"minval must be below maxval, got {minval} and {maxval}")
        dims = tuple(shape)
        bits: Any = threefry.bits32 if dtype.itemsize == 4 else threefry.bits64
        words = bits(dims, self.key, self.counter).reshape(-1)
        if minval is not None and maxval is not None:
            words = words % words.dtype.type(maxval - minval)
            words += words.dtype.type(minval % 2 ** (8 * dtype.itemsize))
        return words.view(dtype).reshape(dims)  # type: ignore[no-any-return]

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32"
    ) -> NDArray[Any]:
        """Draw from [0, 1), times (maxval - minval) plus minval."""
        dtype = np.dtype(dtype)
        self._check_float16(dtype)
        numbers = type(minval) in (int, float) and type(maxval) in (int, float)
        if maxval is None or (numbers and minval == 0 and maxval == 1):
            return self._elements("uniform", tuple(shape), dtype, None)
        low, high = _operand(minval, dtype), _operand(maxval, dtype)
        width = broadcast_op("subtract", high, low)
        if self._are_folded(dtype, low, width, numbers):
            self._check_scale(dtype, width, low, False)
            drawn = self._elements("uniform", tuple(shape), dtype, None)
            return multiply_add(drawn + dtype.type(1), width, broadcast_op("subtract", low, width))
        return self._scaled("uniform", tuple(shape), dtype, width, low)

    def _are_folded(
        self, dtype: np.dtype[Any], low: NDArray[Any], width: NDArray[Any], numbers: bool
    ) -> bool:
        """Return whether the compiler reckons with u + 1, from which a uniform number is made."""
        if low.size != 1 or width.size != 1 or not low.any() or dtype.itemsize == 2:
            return False
        if versions.rule("compiled_literal_bounds") == "as all":
            return False
        _rule("compiled_literal_bounds", "uniform numbers with bounds")
        if not self._compiler.fused:
            raise NotImplementedError(
                f"uniform numbers with bounds in TensorFlow {versions.get()} are known for "
                "processors with FMA only"
            )
        if self._compiler.parameters is None and not numbers:
            raise NotImplementedError(
                f"uniform numbers with bounds in TensorFlow {versions.get()} depend on whether "
                "these are constants of the compiled function: say so by config.jit_compile("
                'parameters="literal") or parameters="run-time"'
            )
        return self._compiler.parameters != "run-time"

    def normal(
        self, shape: Any, mean: Any = None, stddev: Any = None, dtype: Any = "float32"
    ) -> NDArray[Any]:
        """Draw normals, times stddev plus mean; with both None, as the raw op has them."""
        dtype = np.dtype(dtype)
        return self._scaled("normal", tuple(shape), dtype, stddev, mean)

    def truncated_normal(
        self, shape: Any, mean: Any = None, stddev: Any = None, dtype: Any = "float32"
    ) -> NDArray[Any]:
        """Draw normals within two deviations, times stddev plus mean."""
        dtype = np.dtype(dtype)
        return self._scaled("truncated_normal", tuple(shape), dtype, stddev, mean)

    def bounded_normal(
        self, rows: NDArray[np.float64], literal: bool, out: NDArray[Any]
    ) -> NDArray[Any]:
        """Draw normals within bounds of their own.

        `rows` are means, deviations, lower and upper bounds, of one number or one for each of the
        last elements of `out`; `literal`: all were numbers of Python's.
        """
        dtype = out.dtype
        literal = self._are_literal(literal, rows)
        means, deviations, lower, upper = rows
        if not ((deviations > 0) & (lower < upper)).all():
            raise ValueError("standard deviations must be above 0, and minvals below maxvals")
        for name, row in ("bounds", lower), ("bounds", upper):
            self._check_sizes(name, dtype, row[np.isfinite(row)])
        self._check_sizes("means and deviations", dtype, means, deviations)
        self._check_float16(dtype)
        if dtype == FLOAT16:
            self._say_cpu("normals within bounds")
        _rule("compiled_bounded", "normals within bounds")
        if dtype == FLOAT64 and not self._compiler.fused:
            raise NotImplementedError(
                "float64 normals within bounds are known for processors with FMA only"
            )
        form = self._form("truncated_normal", dtype)
        if out.size:
            _compiled.fill(
                "bounded_normal", out, form, self.key, self.counter,
                laws=_compiled.laws(rows, dtype, literal),
                half_once=self._compiler.cpu == "avx512-fp16",
            )  # fmt: skip
        return out

    def _are_literal(self, numbers: bool, rows: NDArray[np.float64]) -> bool:
        """Return whether the compiler knows the parameters: said, or numbers of Python's."""
        if self._compiler.parameters is None and not numbers:
            raise NotImplementedError(
                "normals within bounds depend on whether their parameters are constants of the "
                'compiled function: say so by config.jit_compile(parameters="literal") or '
                'parameters="run-time"'
            )
        if self._compiler.parameters == "run-time":
            return False
        if rows.shape[1] != 1:
            raise NotImplementedError(
                "normals within bounds whose parameters are literal arrays: how a compiled "
                "function simplifies these is not known"
            )
        return True

    def categorical(self, logits: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
        """Draw the class of the greatest logit less log(-log u), for each row and sample."""
        if logits.dtype == FLOAT16:
            raise NotImplementedError(
                "categorical numbers of float16 logits have no XLA kernel for a CPU"
            )
        if np.isnan(logits).any():
            raise NotImplementedError(
                "NaN among the logits of categorical numbers: which class wins in a compiled "
                "function is not known"
            )
        _rule("compiled_normals", "categorical numbers")
        if logits.dtype == FLOAT64 and versions.rule("compiled_categorical") != "all":
            raise NotImplementedError(
                f"categorical numbers of float64 logits have no XLA kernel in TensorFlow "
                f"{versions.get()}"
            )
        if logits.dtype.itemsize == 2 and versions.rule("compiled_bfloat16") == "once":
            raise NotImplementedError(
                "categorical numbers of bfloat16 logits of compiled functions are not known for "
                f"TensorFlow {versions.get()}"
            )
        if out.size:
            form = self._form("gumbel", logits.dtype)
            _compiled.choose(logits, out, form, self.key, self.counter)
        return out

    # ---- how --------------------------------------------------------------------------------

    def _scaled(
        self, kind: str, dims: tuple[int, ...], dtype: np.dtype[Any], mul: Any, add: Any
    ) -> NDArray[Any]:
        """Return numbers of a kind, times mul plus add."""
        self._check_float16(dtype)
        if mul is None and add is None:
            return self._draw(kind, dims, dtype, None)
        factor, term = _operand(mul, dtype), _operand(add, dtype)
        if factor.ndim == 0 and term.ndim == 0:
            one = bool(factor == 1 and term == 0)
            if kind == "uniform" and one:
                return self._draw(kind, dims, dtype, None)
            self._check_scale(dtype, factor, term, one)
            if not self._rounds_once(dtype):
                return self._draw(kind, dims, dtype, (float(factor), float(term)))
        else:
            self._check_scale(dtype, factor, term, False)
        return self._apart(self._draw(kind, dims, dtype, None), factor, term)

    def _apart(self, drawn: NDArray[Any], factor: NDArray[Any], term: NDArray[Any]) -> NDArray[Any]:
        """Return drawn * factor + term by broadcasting."""
        dtype = drawn.dtype
        if self._rounds_once(dtype):
            whole = broadcast_shape(drawn.shape, factor.shape, term.shape)
            between = FLOAT64 if dtype == FLOAT16 else np.dtype("float32")
            wide: Any = [array.astype(between) for array in (drawn, factor, term)]
            return np.broadcast_to(wide[0] * wide[1] + wide[2], whole).astype(dtype)
        if not self._compiler.fused or dtype.itemsize == 2:
            return broadcast_op("add", broadcast_op("multiply", drawn, factor), term)
        return multiply_add(drawn, factor, term)

    def _rounds_once(self, dtype: np.dtype[Any]) -> bool:
        """Return whether a product and a sum of half the size are one operation."""
        if dtype == FLOAT16:
            return self._compiler.cpu == "avx512-fp16"
        return dtype.itemsize == 2 and versions.rule("compiled_bfloat16") == "once"

    def _check_float16(self, dtype: np.dtype[Any]) -> None:
        if dtype != FLOAT16:
            return
        rule = _rule("compiled_float16", "float16 numbers")
        if rule == "absent":
            raise NotImplementedError(
                f"TensorFlow {versions.get()} has no float16 kernels in compiled functions"
            )
        if not self._compiler.fused:
            raise NotImplementedError("float16 does not compile for a processor without FMA")

    def _say_cpu(self, what: str) -> None:
        """Raise unless it was said whether the processor has float16 arithmetic."""
        if self._compiler.cpu is None:
            raise NotImplementedError(
                f"float16 {what} depend on whether the processor has AVX512-FP16: say so by "
                'config.jit_compile(cpu="avx512-fp16") or cpu="fma"'
            )

    def _check_scale(
        self, dtype: np.dtype[Any], factor: NDArray[Any], term: NDArray[Any], one: bool
    ) -> None:
        """Raise for a scaling whose rounding is not known."""
        if dtype == FLOAT16 and not one:
            self._say_cpu("numbers with bounds, mean or deviation")
        self._check_sizes("bounds, means and deviations", dtype, factor, term)

    def _check_sizes(self, what: str, dtype: np.dtype[Any], *arrays: NDArray[Any]) -> None:
        least = 2.0**-700 if dtype == FLOAT64 else 2.0**-14 if dtype == FLOAT16 else 2.0**-60
        for array in arrays:
            sizes = np.abs(np.asarray(array, FLOAT64))
            if not np.isfinite(sizes).all() or ((sizes > 0) & (sizes < least)).any():
                raise NotImplementedError(
                    f"{what} in compiled functions must be finite, and 0 or at least {least} in "
                    "magnitude: smaller ones meet subnormal numbers"
                )

    def _form(self, kind: str, dtype: np.dtype[Any]) -> str:
        """Return the form of compiled.h that makes a kind of numbers."""
        form = "newest"
        if kind == "truncated_normal":
            rule = _rule("compiled_truncated", "truncated normals")
            if rule == "early":
                form = "early"
            elif rule != "newest" and dtype != FLOAT64:
                raise NotImplementedError(
                    "truncated normals of compiled functions depend on their place in a loop in "
                    f"TensorFlow {versions.get()}, and are not known"
                )
        elif kind in ("normal", "gumbel") and dtype != FLOAT64:
            rule = _rule("compiled_normals", f"{kind} numbers")
            if rule.endswith("not known"):
                raise NotImplementedError(
                    f"{kind} numbers of {dtype.name} of compiled functions depend on their place "
                    f"in a loop in TensorFlow {versions.get()}, and are not known"
                )
            form = "reordered" if rule.endswith("reordered") else "newest"
        if self._compiler.fused or kind == "uniform":
            return form
        known = versions.rule("compiled_unfused") == "known"
        if not known or dtype == FLOAT64:  # whose logarithm is the C library's, of the same class
            raise NotImplementedError(
                f"{kind} numbers of {dtype.name} are known for processors with FMA only, and for "
                f"others of TensorFlow {versions.NEWEST} all but float64's"
            )
        return "unfused"

    def _draw(
        self, kind: str, dims: tuple[int, ...], dtype: np.dtype[Any], scale: Any
    ) -> NDArray[Any]:
        if kind == "normal":
            return self._pairs(dims, dtype, scale)
        return self._elements(kind, dims, dtype, scale)

    def _elements(
        self, kind: str, dims: tuple[int, ...], dtype: np.dtype[Any], scale: Any
    ) -> NDArray[Any]:
        """Return numbers each of which is made of its own words."""
        if kind == "truncated_normal" and dtype == FLOAT16:
            self._say_cpu("truncated normals")
        form = self._form(kind, dtype)
        if scale is not None and not self._compiler.fused:
            form = "unfused"
        out = new_array(dims, dtype)
        if out.size:
            _compiled.fill(
                kind, out, form, self.key, self.counter, self._words(dims, dtype),
                scale=scale, half_once=self._compiler.cpu == "avx512-fp16",
            )  # fmt: skip
        return out

    def _pairs(self, dims: tuple[int, ...], dtype: np.dtype[Any], scale: Any) -> NDArray[Any]:
        """Return normals, whose pairs lie along the dimension that is halved."""
        form = self._form("normal", dtype)
        rule = _rule("compiled_normals", "normal numbers")
        out = new_array(dims, dtype)
        if not out.size:
            return out
        if rule.startswith("halves"):
            half = -(-out.size // 2)
            _compiled.fill(
                "normal", out, form, self.key, self.counter, None, half, half, scale=scale
            )
            return out
        sizes = dims or (1,)
        split = threefry.split_dimension(sizes)
        if dtype != FLOAT64 and split == len(sizes) - 1 and sizes[split] == 2:
            _rule("compiled_last_of_2", "normal numbers in pairs along a last dimension of 2")
        half = -(-sizes[split] // 2)
        distance = math.prod(sizes[split + 1 :])
        pairs = math.prod(sizes[:split]) * half * distance
        words = self._words((*sizes[:split], half, 2, *sizes[split + 1 :]), dtype)
        crop = sizes[split] % 2 and math.prod(sizes[:split]) > 1
        padded = out
        if crop:
            padded = new_array((*sizes[:split], 2 * half, *sizes[split + 1 :]), dtype)
        _compiled.fill(
            "normal", padded, form, self.key, self.counter, words, distance, pairs, scale=scale
        )
        if crop:
            out[...] = padded[(slice(None),) * split + (slice(sizes[split]),)]
        return out

    def _words(self, dims: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[np.uint32] | None:
        """Return ThreeFry's words for an array; None for Philox, whose the kernels make."""
        if not self._threefry:
            return None
        if dtype != FLOAT64:
            return threefry.bits32(dims, self.key, self.counter).reshape(-1)
        blocks = threefry.bits64(dims, self.key, self.counter).reshape(-1)
        return blocks.astype("<u8", copy=False).view("<u4").astype(np.uint32, copy=False)


def check_generator() -> None:
    """Raise unless it is known how far a draw moves a generator's state."""
    _rule("compiled_seeds", "generators' states")


def same_method(draw: Any) -> Any:
    """Return the method of `CompiledStream` for one of `Stream`."""
    name = getattr(draw, "__name__", "?")
    if getattr(Stream, name, None) is not draw or name not in vars(CompiledStream):
        raise NotImplementedError(
            "this op has no XLA kernel for a CPU: TensorFlow refuses to compile it"
        )
    return getattr(CompiledStream, name)


def multiply_add(x: NDArray[Any], factor: NDArray[Any], term: NDArray[Any]) -> NDArray[Any]:
    """Return x * factor + term by broadcasting, fused where XLA fuses it.

    All have one type, float32 or float64: for others it is not known.
    """
    by = compiler() or Compiler(None)
    if x.dtype.itemsize == 2:
        raise NotImplementedError(f"{x.dtype.name} in a layer of a compiled model is not known")
    if not by.fused:
        return broadcast_op("add", broadcast_op("multiply", x, factor), term)
    whole = broadcast_shape(x.shape, factor.shape, term.shape)
    operands = [np.ascontiguousarray(np.broadcast_to(array, whole)) for array in (x, factor, term)]
    return _rng.scale(*operands).reshape(whole)


def start_of(pair: tuple[int, int]) -> tuple[int, int]:
    """Return key and counter of a seed pair as XLA's kernels scramble it."""
    key, high = _core.scramble_seed(*low_words(pair))
    return key, high << 64


def _operand(value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.asarray(value, dtype)
