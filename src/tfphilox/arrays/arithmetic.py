"""arithmetic: a drawn array times and plus arrays, as TensorFlow's broadcasting ops do it.

The usual scalars are fused into the fill; this is the general case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._c import _core
from .wording import brief

_Array = np.ndarray[Any, np.dtype[Any]]
# NumPy's stubs do not know "contig"
_OP_FLAGS: Any = [["readonly", "contig"], ["readonly", "contig"], ["writeonly", "contig"]]


def broadcast_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of arrays together, of any number of dimensions: NumPy's stops at 32.

    Raises
    ------
    ValueError
        The shapes do not broadcast.
    """
    rank = max(map(len, shapes))
    if rank <= 32:
        try:
            return np.broadcast_shapes(*shapes)
        except ValueError:
            raise _apart(shapes) from None
    together = [1] * rank
    for shape in shapes:
        for axis, dim in enumerate(shape, rank - len(shape)):
            if together[axis] == 1:
                together[axis] = dim
            elif dim not in (1, together[axis]):
                raise _apart(shapes)
    return tuple(together)


def _apart(shapes: Sequence[tuple[int, ...]]) -> ValueError:
    return ValueError(f"shape must broadcast with those of the arguments, got {brief(shapes)}")


def broadcast_op(op: str, x: _Array, y: _Array, out: _Array | None = None) -> _Array:
    """Return x op y by NumPy's broadcasting, each element rounded and flushed as TensorFlow's.

    `op` is "multiply", "add" or "subtract"; all arrays have one float dtype.
    """
    scalar = x.ndim == 0 and y.ndim == 0
    if out is None:
        out = np.empty(() if scalar else broadcast_shape(x.shape, y.shape), x.dtype)
    if scalar:
        _core.arithmetic(op, x, y, out)
    elif out.size:
        chunks = np.nditer(
            (x, y, out),
            flags=["external_loop", "buffered", "delay_bufalloc"],
            op_flags=_OP_FLAGS,
            order="C",
            buffersize=1 << 15,
        )
        with chunks:
            chunks.reset()
            for a, b, c in chunks:
                _core.arithmetic(op, a, b, c)
    return out
