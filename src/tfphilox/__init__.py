"""tfphilox: TensorFlow's random numbers, bit for bit, as NumPy arrays, without TensorFlow.

``tfphilox.random`` is ``tf.random``, ``tfphilox.raw_ops`` is ``tf.raw_ops``, ``tfphilox.compat``
is ``tf.compat``: the same names and arguments, and arrays come out. `Stream` is one op's stream
in NumPy's terms.

>>> import tfphilox as tp
>>> tp.random.set_seed(0)
>>> tp.random.uniform([1])
array([0.29197514], dtype=float32)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import compat, config, image, nn, random, raw_ops
from ._c._core import available_isas, isa
from .explain import explain
from .graphs.function import function, while_loop
from .graphs.graph import Graph
from .graphs.signatures import TensorSpec
from .random.initializers import random_normal_initializer, random_uniform_initializer
from .stream import Stream

if TYPE_CHECKING:
    from . import data, golden, keras
    from .keras import initializers

__version__ = "0.1.0"

__all__ = [
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
    "nn",
    "random",
    "random_normal_initializer",
    "random_uniform_initializer",
    "raw_ops",
    "while_loop",
]


def __getattr__(name: str) -> Any:
    """Import the larger parts when they are asked for: the start stays short."""
    if name in ("data", "golden", "keras"):
        return import_module(f".{name}", __name__)
    if name == "initializers":  # tf.initializers is Keras's
        return import_module(".keras.initializers", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
