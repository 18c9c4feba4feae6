"""weights/shapes.py: what the layers do to the sizes of their inputs.

A shape is a tuple of integers, with None for a size that is not known, batch first. A tensor whose
shape cannot be told at all is an `Unknown`, which says why: that is an error only once a weight
depends on it.

>>> window(224, 7, 2, "same")  # a convolution over 224 pixels
112
>>> broadcast((None, 4, 1), (3,))
(None, 4, 3)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...arrays.wording import brief

Dim: TypeAlias = "int | None"


class Shape(tuple[Dim, ...]):
    """The shape of a tensor; a type of its own, so that it is told from a tuple of numbers."""

    __slots__ = ()


@dataclass(frozen=True)
class Unknown:
    """A tensor whose shape cannot be inferred, and the reason."""

    reason: str


def channels_of(shape: Sequence[Dim], first: bool) -> Dim:
    """Return the size of the channel axis."""
    return shape[1] if first else shape[-1]


def spatial_of(shape: Sequence[Dim], first: bool) -> tuple[Dim, ...]:
    """Return the sizes between batch and channels."""
    return tuple(shape[2:] if first else shape[1:-1])


def with_spatial(shape: Sequence[Dim], spatial: Iterable[Dim], channels: Dim, first: bool) -> Shape:
    """Return the shape of the same batch with other sizes and channels."""
    return Shape((shape[0], channels, *spatial) if first else (shape[0], *spatial, channels))


def window(size: Dim, width: int, stride: int, padding: str, dilation: int = 1) -> Dim:
    """Return how many times a window fits: a convolution's or a pooling's output size."""
    if size is None:
        return None
    reach = dilation * (width - 1) + 1 if padding == "valid" else 1
    result = (size - reach) // stride + 1
    if result <= 0:
        raise ValueError(f"a window of {reach} does not fit into {size}")
    return result


def transposed(
    size: Dim, width: int, stride: int, padding: str, extra: int | None, dilation: int
) -> Dim:
    """Return the output size of a transposed convolution; `extra` is its output_padding."""
    if size is None:
        return None
    reach = dilation * (width - 1) + 1
    if extra is None:
        return size * stride + (max(reach - stride, 0) if padding == "valid" else 0)
    return (size - 1) * stride + reach - (0 if padding == "valid" else 2 * (reach // 2)) + extra


def product(sizes: Iterable[Dim]) -> Dim:
    """Return the number of elements, None if a size is unknown."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total


def reshaped(sizes: Sequence[Dim], target: Sequence[Dim]) -> tuple[Dim, ...]:
    """Return `target` with its -1 filled in."""
    known = math.prod(size for size in target if size is not None and size != -1)
    total = product(sizes)
    if total is None:
        return tuple(None if size == -1 else size for size in target)
    if -1 in target:
        if not known or total % known:
            raise ValueError(f"{tuple(sizes)} cannot be reshaped to {tuple(target)}")
        return tuple(total // known if size == -1 else size for size in target)
    if None not in target and total != known:
        raise ValueError(f"{tuple(sizes)} cannot be reshaped to {tuple(target)}")
    return tuple(target)


def broadcast(first: Sequence[Dim], second: Sequence[Dim]) -> Shape:
    """Return the shape of a sum; a size that is unknown gives way to one that is known."""
    rank = max(len(first), len(second))
    pairs = zip(
        (1,) * (rank - len(first)) + tuple(first),
        (1,) * (rank - len(second)) + tuple(second),
        strict=True,
    )
    sizes: list[Dim] = []
    for a, b in pairs:
        if a != b and 1 not in (a, b) and None not in (a, b):
            raise ValueError(f"shapes {tuple(first)} and {tuple(second)} do not broadcast")
        if a == 1 or (a is None and b != 1):
            sizes.append(b)
        else:
            sizes.append(a)
    return Shape(sizes)


def matmul(first: Sequence[Dim], second: Sequence[Dim]) -> Shape:
    """Return the shape of a matrix product."""
    a = (1, *first) if len(first) == 1 else tuple(first)
    b = (*second, 1) if len(second) == 1 else tuple(second)
    if None not in (a[-1], b[-2]) and a[-1] != b[-2]:
        raise ValueError(f"shapes {tuple(first)} and {tuple(second)} do not multiply")
    result = [*broadcast(a[:-2], b[:-2]), a[-2], b[-1]]
    if len(first) == 1:
        del result[-2]
    if len(second) == 1:
        del result[-1]
    return Shape(result)


def reduced(shape: Sequence[Dim], axis: int | Sequence[int] | None, keep: bool) -> Shape:
    """Return the shape of a sum over `axis`, or over all axes for None."""
    rank = len(shape)
    axes = range(rank) if axis is None else [axis] if isinstance(axis, int) else axis
    gone = {position(one, rank) for one in axes}
    if keep:
        return Shape(1 if at in gone else size for at, size in enumerate(shape))
    return Shape(size for at, size in enumerate(shape) if at not in gone)


def position(axis: int, rank: int) -> int:
    """Return an axis counted from the front."""
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} is out of range for {rank} dimensions")
    return axis % rank


def concatenated(shapes: Sequence[Sequence[Dim]], axis: int) -> Shape:
    """Return the shape of arrays joined along `axis`."""
    result = list(shapes[0])
    at = position(axis, len(result))
    for shape in shapes[1:]:
        if len(shape) != len(result):
            raise ValueError(f"shapes of different rank cannot be joined: {list(shapes)}")
        for number, size in enumerate(shape):
            mine = result[number]
            if number == at:
                result[at] = None if mine is None or size is None else mine + size
            elif mine is None:
                result[number] = size
            elif size is not None and size != mine:
                raise ValueError(f"shapes cannot be joined along axis {axis}: {list(shapes)}")
    return Shape(result)


def einsum(
    equation: str, bias_axes: str | None, shape: Sequence[Dim], output: Sequence[Dim]
) -> tuple[list[Dim], list[Dim] | None, Shape, list[int], list[int]]:
    """Return an EinsumDense's kernel, bias and output shape, and its kernel's axes in and out."""
    left, _, result = equation.replace(" ", "").partition("->")
    inputs, _, kernel = left.partition(",")
    names = inputs, kernel, result
    if not all(part.replace("...", "").isalpha() for part in names) or "..." in kernel:
        raise ValueError(f"equation must be like ab,bc->ac or ...b,bc->...c, got {brief(equation)}")
    if "..." in inputs:  # give the axes behind the dots names of their own
        count = len(shape) - len(inputs.replace("...", ""))
        spare = "".join(chr(0x2460 + at) for at in range(count))
        inputs, result = inputs.replace("...", spare), result.replace("...", spare)
    if len(inputs) != len(shape):
        raise ValueError(
            f"equation {brief(equation)} does not fit an input of shape {tuple(shape)}"
        )
    sizes: dict[str, Dim] = dict(zip(inputs, shape, strict=True))
    # output_shape says nothing of the batch, nor of the axes behind the dots
    first = len(result) - len(output) if equation.startswith("...") else 1
    if first < 1 or first + len(output) > len(result):
        raise ValueError(f"output_shape {tuple(output)} does not fit {brief(equation)}")
    given = dict(zip(result[first : first + len(output)], output, strict=True))
    for name, size in given.items():
        if size is not None and sizes.get(name) is None:
            sizes[name] = size
        elif size is not None and sizes[name] != size:
            raise ValueError(f"output_shape {tuple(output)} contradicts the input {tuple(shape)}")
    for name in kernel + result:
        if name not in sizes:
            raise ValueError(
                f"equation {brief(equation)}: the size of axis {brief(name)} is not known"
            )
    bias = None
    if bias_axes:
        if not set(bias_axes) <= set(result):
            raise ValueError(
                f"bias_axes {brief(bias_axes)} must be among the outputs of {brief(equation)}"
            )
        first = min(result.index(name) for name in bias_axes)
        bias = [sizes[name] if name in bias_axes else 1 for name in result[first:]]
    into = [at for at, name in enumerate(kernel) if name not in result]
    out = [at for at, name in enumerate(kernel) if name in result]
    return (
        [sizes[name] for name in kernel],
        bias,
        Shape(sizes[name] for name in result),
        into,
        out,
    )
