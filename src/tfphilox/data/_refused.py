"""data/_refused.py: what tf.data has and this has not, and how to do it by indices."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["NAMES", "Options", "check", "refuse"]

_INDICES = "take the order, iter(dataset).take(n), and "
_OUTSIDE = "draws nothing: do it in NumPy, before from_tensor_slices or on what an iterator yields"

NAMES = {
    "window": _INDICES + "cut it: order[i:i + size] for i in range(0, n, shift)",
    "flat_map": _INDICES + "join what belongs to each: np.concatenate([parts[i] for i in order])",
    "interleave": "choose_from_datasets, by a data set that says whose turn it is",
    "padded_batch": _INDICES + "pad each order[i:i + size] with numpy.pad",
    "ragged_batch": "keep the elements of order[i:i + size] in a list",
    "sparse_batch": "keep the elements of order[i:i + size] in a list",
    "unbatch": "shuffle and map before batch, or numpy.concatenate the batches",
    "rebatch": "batch once, by the last size",
    "group_by_window": _INDICES + "group it: order[keys[order] == key]",
    "bucket_by_sequence_length": _INDICES + "group it: order[lengths[order] < bound]",
    "shard": _INDICES + "slice it: order[index::num_shards]",
    "scan": "loop over the iterator, with a state of your own",
    "reduce": "loop over the iterator, or functools.reduce",
    "take_while": "itertools.takewhile over the iterator",
    "unique": _INDICES + "numpy.unique(order, return_index=True)",
    "list_files": "from_tensor_slices(sorted(names)).shuffle(len(names), seed)",
    "from_generator": "from_tensor_slices(list(generator))",
    "from_tensors": "from_tensor_slices of an array with one more dimension, the first, of 1",
    "counter": "range(start, 2**62, step)",
    "save": "keep iterator.state, and numpy.save the elements",
    "load": "from_tensor_slices(numpy.load(file))",
    "snapshot": "cache, or keep iterator.state",
    "get_single_element": "next(iter(dataset))",
    "ignore_errors": "filter out what map_func cannot take",
    "element_spec": "look at next(iter(dataset))",
    "fingerprint": _OUTSIDE,
    "make_initializable_iterator": "iter(dataset), which is what running the initializer is",
    "make_one_shot_iterator": "iter(dataset)",
}  # fmt: skip


def refuse(name: str) -> NoReturn:
    """Raise the AttributeError for a name that a data set has not."""
    hint = NAMES.get(name)
    text = f"a Dataset has no {name!r}"
    raise AttributeError(text if hint is None else f"{text} here; instead: {hint}")


class Options:
    """Options of a pipeline, for `Dataset.with_options`: none of those taken changes an order.

    Any attribute can be set, and attributes of `experimental_optimization`, `threading`,
    `autotune`, `experimental_distribute` and the like. Those that let TensorFlow's order vary, or
    switch off the optimizations that make it what it is, are refused by `with_options`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> options = tp.data.Options()
    >>> options.threading.private_threadpool_size = 4
    >>> iter(tp.data.Dataset.range(3).with_options(options)).take(3)
    array([0, 1, 2])
    """

    def __init__(self, _nested: bool = False) -> None:
        self.__dict__["_nested"] = _nested

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self._nested or name not in _GROUPS:
            if name.startswith("__"):
                raise AttributeError(name)
            return None
        found = self.__dict__[name] = Options(True)
        return found


_GROUPS = {
    "autotune", "experimental_distribute", "experimental_optimization", "experimental_threading",
    "threading",
}  # fmt: skip


def check(options: Options) -> None:
    """Raise for options with which TensorFlow's order would be another one, or none."""
    found = {**vars(options), **vars(options.experimental_optimization)}
    for name in ("deterministic", "experimental_deterministic"):
        if found.get(name) is False:
            raise ValueError(f"options.{name} must not be False: the order would not be fixed")
    for name in ("apply_default_optimizations", "noop_elimination", "shuffle_and_repeat_fusion"):
        if found.get(name) is False:
            raise ValueError(
                f"options.experimental_optimization.{name} must not be False: the order of shuffle "
                "and repeat is that of TensorFlow's default optimizations"
            )
