"""golden/slices.py: make a large array slice by slice, never whole.

Element i of a draw depends on the op's counter and i alone, so a slice is the same op started
further on: a stateful op by moving its kernel, a stateless one by its form that takes a counter,
a generator by its state. Every slice is made by calling the function itself, so its rules are not
written down a second time here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import op_table, raw_ops
from ..random import Generator
from .cases import arguments, new_generator
from .errors import GoldenError
from .provenance import Kernel, Provenance, observed, of_pair
from .spec import Case, SpecCall

__all__ = ["CHUNK", "Slices", "is_large", "plan"]

CHUNK = 1 << 21  # bytes of a slice: small enough for the caches, and for memory to be reused


def is_large(case: Case) -> bool:
    """Say whether `plan` has to look at a case, which may use up its op seeds."""
    if case.jit_compile:  # elements may come in pairs far apart
        return False
    shape = case.draws[0].keywords.get("shape")
    return len(case.draws) == 1 and isinstance(shape, list) and math.prod(shape) * 8 >= CHUNK


@dataclass(frozen=True)
class Slices:
    """An array that can be made in parts, inside the `setting` of its case."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    provenance: Provenance
    draw: Callable[[int, int], NDArray[Any]]  # blocks from the start, number of elements
    apart: int  # blocks that each element has of its own; 0 if they follow one another

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    def make(self, first: int, number: int) -> NDArray[Any]:
        """Make `number` elements from `first` on, which is a multiple of 4."""
        return self.draw(self._blocks(first), number)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        step = CHUNK // self.dtype.itemsize
        for first in range(0, self.count, step):
            yield self.make(first, min(step, self.count - first))

    def _blocks(self, first: int) -> int:
        """Return the blocks of 128 bits before an element."""
        if self.apart:
            return first * self.apart
        return first // (2 if self.dtype.itemsize == 8 else 4)


def plan(case: Case) -> Slices | None:
    """Return how to make a case's array slice by slice, if it is large and its op allows it.

    Parameters
    ----------
    case : Case
        Its `setting` must be in force, from here until the last slice is made.

    Examples
    --------
    >>> from tfphilox.golden.cases import setting
    >>> from tfphilox.golden.spec import parse
    >>> text = 'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[5000000]'
    >>> case = parse(text.encode()).cases[0]
    >>> with setting(case):
    ...     slices = plan(case)
    ...     slices.make(0, 1), slices.make(4999996, 2)
    (array([0.29197514], dtype=float32), array([0.6005503, 0.8271282], dtype=float32))
    """
    draw = case.draws[0]
    shape = draw.keywords.get("shape")
    if not is_large(case) or not isinstance(shape, list):
        return None
    scalars = (value for key, value in draw.keywords.items() if key not in ("shape", "seed"))
    plain = all(isinstance(value, int | float | str) for value in scalars)
    record = op_table.find(draw.op.target)
    if record is None or record.slicing is None:
        return None
    by = record.slicing.by
    try:
        if by == "counter" or (by == "pair" and draw.op.is_raw and plain):
            return _of_raw(draw, shape, record.slicing)
        if by == "kernel" and plain:
            return _of_kernel(draw, shape, record)
        if by == "pair" and plain:
            return _of_pair(draw, shape, record.slicing)
        if by == "state" and plain:
            return _of_generator(case, draw, shape, record)
    except GoldenError as error:
        raise error.within(case=case.name) from None
    except (TypeError, ValueError, OverflowError, ImportError):
        return None  # the op itself says what is wrong, where it is run whole
    return None


def _new(
    slicing: op_table.Slicing | None,
    shape: list[int],
    sample: NDArray[Any],
    source: Provenance,
    make: Callable[[int, int], NDArray[Any]],
) -> Slices | None:
    if slicing is None or sample.dtype.itemsize * math.prod(shape) <= CHUNK:
        return None
    return Slices(tuple(shape), sample.dtype, source, make, slicing.apart)


def _of_kernel(draw: SpecCall, shape: list[int], record: op_table.Record) -> Slices | None:
    """A stateful op: runs of it for no elements leave its kernel, which can be moved."""
    keywords = {**arguments(draw), "shape": [0]}
    for _ in range(draw.call):
        draw.op.target(**keywords)
    sample, source = observed(lambda: draw.op.target(**keywords))
    seed2 = source.seed2 or 0
    skipped = 0
    blocks_each = record.blocks or 0
    if draw.op.is_raw or keywords.get("seed") is not None:
        skipped = blocks_each * math.prod(shape) * draw.call
    else:
        keywords["seed"] = seed2  # the op seed that this call drew
    kernel = Kernel(lambda: draw.op.target(**keywords)).kernel

    def make(blocks: int, number: int) -> Any:
        kernel.position = (skipped + blocks) % 2**128
        return draw.op.target(**{**keywords, "shape": [number]})

    start = ((seed2 % 2**64 << 64) + skipped) % 2**128
    source = replace(source, counter=start)
    return _new(record.slicing, shape, sample, source, make)


def _of_pair(draw: SpecCall, shape: list[int], slicing: op_table.Slicing) -> Slices | None:
    """A stateless function: its scaling is that of the Generator's method of the same name."""
    keywords = {**arguments(draw), "shape": [0]}
    sample, source = observed(lambda: draw.op.target(**keywords))
    key, counter = of_pair(keywords.pop("seed"))
    keywords.pop("alg", None)
    make = _by_state(slicing.form, key, counter, keywords)
    return _new(slicing, shape, sample, source, make)


def _of_generator(
    case: Case, draw: SpecCall, shape: list[int], record: op_table.Record
) -> Slices | None:
    generator = new_generator(case)
    if generator is None or len(generator.state) != 3:  # ThreeFry pairs its halves across a draw
        return None
    keywords = {**arguments(draw), "shape": [0]}
    sample, source = observed(lambda: getattr(generator, draw.op.name)(**keywords))
    low, high, key = (int(part) % 2**64 for part in generator.state.numpy())
    skipped = (record.blocks or 0) * math.prod(shape) * draw.call
    counter = ((low | high << 64) + skipped) % 2**128
    source = replace(source, counter=counter)
    make = _by_state(draw.op.name, key, counter, keywords)
    return _new(record.slicing, shape, sample, source, make)


def _by_state(
    method: str, key: int, counter: int, keywords: dict[str, Any]
) -> Callable[[int, int], NDArray[Any]]:
    def make(blocks: int, number: int) -> Any:
        at = (counter + blocks) % 2**128
        state = np.array([at % 2**64, at >> 64, key], np.uint64)
        generator = Generator.from_state(state, "philox")
        return getattr(generator, method)(**{**keywords, "shape": [number]})

    return make


def _of_raw(draw: SpecCall, shape: list[int], slicing: op_table.Slicing) -> Slices | None:
    """A stateless raw op: its V2 form takes the counter."""
    keywords = {**arguments(draw), "shape": [0]}
    sample, source = observed(lambda: draw.op.target(**keywords))
    target = draw.op.target
    if "seed" in keywords:
        key, counter = of_pair(keywords.pop("seed"))
        target = getattr(raw_ops, slicing.form)
        keywords["alg"] = 1
    else:
        key = int(keywords["key"][0])
        counter = int(keywords["counter"][0]) | int(keywords["counter"][1]) << 64
    keywords["key"] = np.array([key], np.uint64)

    def make(blocks: int, number: int) -> Any:
        at = (counter + blocks) % 2**128
        counters = np.array([at % 2**64, at >> 64], np.uint64)
        return target(**{**keywords, "shape": [number], "counter": counters})

    return _new(slicing, shape, sample, source, make)
