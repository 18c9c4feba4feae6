"""weight_sums.py: the lines in which makers of golden data write weights down."""

import hashlib

import numpy as np


def summed(array):
    """Sixteen digits of the sha256 of an array's bytes, or its one value."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.size and flat[0] == flat[-1] and (flat == flat[0]).all():
        return f"all {float(flat[0])!r}"
    return hashlib.sha256(flat.view(f"<u{array.dtype.itemsize}")).hexdigest()[:16]


def described(weights):
    """For each weight its name, shape, dtype and sum."""
    return [
        f"{name} {'x'.join(map(str, array.shape)) or '-'} {array.dtype.name} {summed(array)}"
        for name, array in weights
    ]
