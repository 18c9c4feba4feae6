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
from ._c import _samplers as _samplers
from ._c._core import available_isas as available_isas
from ._c._core import isa as isa
from ._face import face as _face
from .explain import explain as explain

__version__ = "0.1.0"

_names, __getattr__, _ = _face(
    __name__,
    {
        "": "compat config data golden image keras lazy nn random raw_ops",
        "bit_generator": "BitGenerator",
        "dask": "",  # not among the names of `import *`: it needs the package dask
        "graphs.function": "function while_loop",
        "graphs.graph": "Graph",
        "graphs.signatures": "TensorSpec",
        "identification.search": "identify",
        "keras": "initializers",  # as in TensorFlow, they are Keras's
        "random.initializers": "random_normal_initializer random_uniform_initializer",
        "stream": "Stream",
    },
)
__all__ = sorted(["__version__", "available_isas", "explain", "isa", *_names])


def __dir__() -> list[str]:
    return list(__all__)
