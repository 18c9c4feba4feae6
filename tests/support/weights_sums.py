"""weights_sums.py: models' weights as make_golden_weights.py writes them down."""

import hashlib

import numpy as np

SEEDINGS = {"everything": "seed_everything", "utility": "keras.utils.set_random_seed"}


def summed(array):
    """Sixteen digits of the sha256 of an array's bytes, or its one value."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.size and flat[0] == flat[-1] and (flat == flat[0]).all():
        return f"all {float(flat[0])!r}"
    return hashlib.sha256(flat.view(f"<u{array.dtype.itemsize}")).hexdigest()[:16]


def described(weights):
    return [
        f"{name} {'x'.join(map(str, array.shape)) or '-'} {array.dtype.name} {summed(array)}"
        for name, array in weights
    ]
