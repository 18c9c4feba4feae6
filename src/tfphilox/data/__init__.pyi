from . import experimental
from .dataset import Dataset, OrderIterator
from .orders import shuffle_order

__all__ = ["Dataset", "OrderIterator", "experimental", "shuffle_order"]
