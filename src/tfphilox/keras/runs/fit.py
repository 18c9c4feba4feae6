"""runs/fit.py: a run cut into steps, each of which knows where its draws begin.

What a layer draws in a step follows from how many batches of which size went before, in training
and in evaluation; those numbers are known for every step without going through the ones before it.

>>> before = Passes().after(True, 32, 10).after(True, 5, 1)
>>> before.count(True), before.count(False)
(11, 0)
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

from ...arrays.arguments import integer
from ...arrays.wording import brief

__all__ = ["Draws", "Fit", "Passes", "Step"]


class Passes:
    """How many batches a model was called on, in the order in which each kind first came.

    A kind is whether it trained, the size of the batch, and whether fit (or its like) cut it.
    """

    __slots__ = ("counts",)

    def __init__(self, counts: Mapping[tuple[bool, int, bool], int] | None = None) -> None:
        self.counts = dict(counts or {})

    def after(self, training: bool, batch: int, times: int, cut: bool = True) -> Passes:
        """Return what they are after some more."""
        result = Passes(self.counts)
        if times and batch:
            key = training, batch, cut
            result.counts[key] = result.counts.get(key, 0) + times
        return result

    def count(self, training: bool) -> int:
        """Return how many there were."""
        return sum(number for key, number in self.counts.items() if key[0] == training)


class Drawing(Protocol):
    """A run, as far as its draws are concerned."""

    @property
    def _paths(self) -> list[str]: ...

    def _drawn(self, path: str, batch: int, cut: bool, before: Passes) -> Any: ...


class Draws(Mapping[str, Any]):
    """What the layers of a model draw in one batch, by their paths, made when it is asked for.

    Of dropouts it is the mask: 0 where an input is dropped, elsewhere what it is multiplied with.
    Of `GaussianNoise` it is what is added (of compiled models the normals of deviation 1, which XLA
    multiplies and adds in one operation), of `GaussianDropout` what is multiplied, of
    `AlphaDropout` where inputs stay. Of image layers it is what ``get_random_transformation``
    returns, of attention the mask of the scores, of recurrent layers a dict with the masks of
    "dropout" and "recurrent_dropout", each a list with one a gate where Keras has that many. A
    layer that is called more than once in a batch has a list.

    >>> from tfphilox.keras import replay
    >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
    ...     {"class_name": "Dropout", "config": {"rate": 0.5, "name": "dropout"}}]}}
    >>> draws = replay(model, seed=0).train_on_batch(2)
    >>> list(draws), draws["dropout"]
    (['dropout'], array([[2., 0., 2.],
           [0., 0., 0.]], dtype=float32))
    """

    __slots__ = ("_batch", "_before", "_cut", "_run")

    def __init__(self, run: Drawing, batch: int, cut: bool, before: Any) -> None:
        self._run, self._batch, self._cut = run, batch, cut
        self._before = before  # Passes, or a function that returns them

    def __getitem__(self, path: str) -> Any:
        before = self._before() if callable(self._before) else self._before
        return self._run._drawn(path, self._batch, self._cut, before)

    def __iter__(self) -> Iterator[str]:
        return iter(self._run._paths)

    def __len__(self) -> int:
        return len(self._run._paths)

    def __repr__(self) -> str:
        return f"<what a batch of {self._batch} draws: {', '.join(self) or 'nothing'}>"


class Step(NamedTuple):
    """One step of a run.

    Attributes
    ----------
    epoch, step : int
        The step is counted from 0 in each epoch.
    indices : int64 array
        Which samples the batch has, in order.
    draws : Draws
    """

    epoch: int
    step: int
    indices: NDArray[np.int64]
    draws: Draws


class Fit(Sequence[Step]):
    """The steps of a call of ``model.fit``; see `Run.fit`.

    A sequence: a step is made when it is asked for, whichever it is, and a slice is a part of the
    run.

    >>> from tfphilox.keras import replay
    >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
    ...     {"class_name": "Dense", "config": {"units": 1, "name": "dense"}}]}}
    >>> fit = replay(model, seed=0).fit(10, batch_size=4, epochs=2)
    >>> len(fit), [step.indices.tolist() for step in fit[:3]], fit[5].epoch
    (6, [[2, 0, 5, 8], [7, 1, 9, 6], [3, 4]], 1)
    """

    def __init__(self, run: Drawing, before: Passes, shape: _Shape, order: Any) -> None:
        self._run = run
        self._before = before
        self._shape = shape
        self._order = order  # an epoch -> its samples in order
        self._steps = range(shape.steps * max(0, shape.epochs - shape.first))
        self._cached: tuple[int, NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return len(self._steps)

    @overload
    def __getitem__(self, at: SupportsIndex) -> Step: ...
    @overload
    def __getitem__(self, at: slice) -> Fit: ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            part = object.__new__(Fit)
            part.__dict__.update(self.__dict__, _steps=self._steps[at])
            return part
        return self._step(self._steps[operator.index(at)])

    def __iter__(self) -> Iterator[Step]:
        return map(self._step, self._steps)

    def __repr__(self) -> str:
        return f"<Fit of {len(self)} steps>"

    def _step(self, number: int) -> Step:
        shape = self._shape
        epoch, step = divmod(number, shape.steps)
        if self._cached is None or self._cached[0] != epoch:
            self._cached = epoch, self._order(epoch)
        indices = self._cached[1][step * shape.batch : (step + 1) * shape.batch]
        draws = Draws(self._run, len(indices), True, lambda: self._passes(number))
        return Step(shape.first + epoch, step, indices, draws)

    def _passes(self, number: int) -> Passes:
        """Return what went before a step."""
        epoch, step = divmod(number, self._shape.steps)
        return self._shape.passes(self._before, epoch, step)


class _Shape(NamedTuple):
    """How a call of fit is cut: samples, batches, epochs, and how it validates."""

    samples: int
    batch: int
    first: int
    epochs: int
    validation: int
    validation_batch: int
    every: int

    @property
    def steps(self) -> int:
        return -(-self.samples // self.batch)

    def passes(self, before: Passes, epoch: int, step: int) -> Passes:
        """Return what went before a step of the epoch that is so many after the first."""
        full, rest = divmod(self.samples, self.batch)
        result = before.after(True, self.batch, epoch * full + step)
        result = result.after(True, rest, epoch if rest else 0)
        times = (self.first + epoch) // self.every - self.first // self.every
        full, rest = divmod(self.validation, self.validation_batch)
        return result.after(False, self.validation_batch, times * full).after(False, rest, times)


def shape_of(
    samples: Any,
    batch_size: Any,
    epochs: Any,
    validation_split: float,
    initial_epoch: Any,
    validation_samples: Any,
    validation_batch_size: Any,
    validation_freq: Any,
) -> _Shape:
    """Check the arguments of fit, and split the samples as Keras does."""
    total = count("samples", samples, 1)
    batch = count("batch_size", 32 if batch_size is None else batch_size, 1)
    if not isinstance(validation_split, int | float) or not 0 <= validation_split < 1:
        raise ValueError(f"validation_split must be 0 to 1, got {brief(validation_split)}")
    apart = count("validation_samples", validation_samples or 0)
    if validation_split and not apart:  # validation_data goes before it
        total, apart = split(total, validation_split)
    return _Shape(
        total,
        batch,
        count("initial_epoch", initial_epoch),
        count("epochs", epochs),
        apart,
        count("validation_batch_size", validation_batch_size or batch, 1),
        count("validation_freq", validation_freq, 1),
    )


def split(samples: int, validation_split: float) -> tuple[int, int]:
    """Return how many samples train and how many validate.

    References
    ----------
    keras/src/trainers/data_adapters/array_slicing.py, train_validation_split.
    """
    train = math.floor(samples * (1.0 - validation_split))
    if train in (0, samples):
        raise ValueError(
            f"validation_split={validation_split} leaves nothing of {samples} samples to train or "
            "to validate"
        )
    return train, samples - train


def count(name: str, value: Any, least: int = 0) -> int:
    """Return an integer of at least `least`."""
    number = integer(name, value)
    if number < least:
        raise ValueError(f"{name} must be {least} or more, got {brief(number)}")
    return number
