from . import experimental
from .dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    Options,
    OrderIterator,
)
from .orders import shuffle_order

__all__ = [  # noqa: RUF022  (sorted as text, as the face has them)
    "AUTOTUNE",
    "Dataset",
    "INFINITE_CARDINALITY",
    "Options",
    "OrderIterator",
    "UNKNOWN_CARDINALITY",
    "experimental",
    "shuffle_order",
]
