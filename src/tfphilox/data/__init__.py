"""data: the order in which TensorFlow's tf.data yields elements, without pipelines.

Data sets of numbers (or rows of arrays) with TensorFlow's names, `Dataset`; and for the common case
one function, `shuffle_order`.
"""

from .._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "": "experimental",
        "dataset": "AUTOTUNE Dataset INFINITE_CARDINALITY Options OrderIterator "
        "UNKNOWN_CARDINALITY",
        "orders": "shuffle_order",
    },
)
