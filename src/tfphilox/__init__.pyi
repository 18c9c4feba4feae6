from . import compat, config, data, golden, image, keras, lazy, nn, random, raw_ops
from ._c._core import available_isas, isa
from .bit_generator import BitGenerator
from .explain import explain
from .graphs.function import function, while_loop
from .graphs.graph import Graph
from .graphs.signatures import TensorSpec
from .identification.search import identify
from .keras import initializers
from .random.initializers import random_normal_initializer, random_uniform_initializer
from .stream import Stream

__version__: str

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
    "identify",
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
