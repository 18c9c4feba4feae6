"""tfphilox: TensorFlow's random numbers, bit for bit, as NumPy arrays, without TensorFlow.

``tfphilox.random`` is ``tf.random``, ``tfphilox.raw_ops`` is ``tf.raw_ops``, ``tfphilox.compat``
is ``tf.compat``: the same names and arguments, and arrays come out. `Stream` is one op's stream
in NumPy's terms.

>>> import tfphilox as tp
>>> tp.random.set_seed(0)
>>> tp.random.uniform([1])
array([0.29197514], dtype=float32)
"""

# Each part is loaded when it is first asked for, and __init__.pyi says to type checkers what there
# is. The doors to C are loaded at once, for a build that makes other numbers must not import; and
# so is `explain`, or a later import of the module of that name would take the function's place.
from importlib import import_module as _import_module

from ._c import _samplers as _samplers
from ._c._core import available_isas, isa
from .explain import explain

__version__ = "0.1.0"

_MODULES = {
    **{
        name: f".{name}"
        for name in (
            "compat", "config", "data", "golden", "image", "keras", "lazy", "nn", "random",
            "raw_ops",
        )
    },
    "dask": ".dask",  # not among the public names of `import *`: it needs the package dask
    "initializers": ".keras.initializers",  # as in TensorFlow, they are Keras's
}  # fmt: skip
_NAMES = {
    "BitGenerator": ".bit_generator",
    "Graph": ".graphs.graph",
    "Stream": ".stream",
    "TensorSpec": ".graphs.signatures",
    "function": ".graphs.function",
    "random_normal_initializer": ".random.initializers",
    "random_uniform_initializer": ".random.initializers",
    "while_loop": ".graphs.function",
}

__all__ = [
    "BitGenerator",
    "Graph",
    "Stream",
    "TensorSpec",
    "__version__",
    "available_isas",
    "compat",
    "config",
    "data",
    "explain",
    "function",
    "golden",
    "image",
    "initializers",
    "isa",
    "keras",
    "lazy",
    "nn",
    "random",
    "random_normal_initializer",
    "random_uniform_initializer",
    "raw_ops",
    "while_loop",
]


def __getattr__(name: str) -> object:
    """Load what is asked for the first time."""
    if name in _MODULES:
        found: object = _import_module(_MODULES[name], __name__)
    elif name in _NAMES:
        found = getattr(_import_module(_NAMES[name], __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
