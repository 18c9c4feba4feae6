"""weights/seeding.py: a seeded process, set aside between the models that are built in it.

Keras draws from the state of the whole program: Python's ``random``, the global seed, the cached
kernels, a generator of its own. `Seeding` holds a `Process` in which a model's weights are made, so
that a program's own random numbers are never disturbed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...arrays.wording import brief
from ...seeding import versions
from ...seeding.process import Lock, Process, current
from ...seeding.scopes import within
from .choice import choose_versions

__all__ = ["Seeding"]

_HOW = ("keras.utils.set_random_seed", "seed_everything", "tf.random.set_seed")


class Seeding:
    """A process just started and seeded, in which models are built one after another.

    Parameters
    ----------
    seed : int, optional
        0 to 2**32 - 1. Without one, nothing is seeded, and every model differs.
    seeding : str, optional
        What the script called: ``"keras.utils.set_random_seed"`` (the default from TensorFlow 2.7
        on, where it appeared); ``"seed_everything"``, which is ``random.seed``,
        ``numpy.random.seed`` and ``tf.random.set_seed`` (the default before); or
        ``"tf.random.set_seed"`` alone, which from 2.10 on does not seed a weight.
    tensorflow_version : str, optional
        Whose rules hold; by default those of `tfphilox.config.get_tensorflow_version` now.
    keras_version : str, optional
        Which Keras's, as in `tfphilox.config.set_keras_version`; by default what is set there, or
        TensorFlow's own. A model whose file says another Keras 3 is followed with that, and so are
        those after it, if neither was said.

    Attributes
    ----------
    tensorflow_version, keras_version : str
        Which are followed.
    why : str
        Who said that it is this Keras.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.

    Stream
    ------
    Each call of `initial_weights` goes on where the one before stopped; one that failed leaves
    everything as it was. The caller's own generators are not touched, in whatever thread. Two
    threads may share one: the second waits until the first call has ended.

    Examples
    --------
    >>> from tfphilox.keras import Seeding, initial_weights
    >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
    ...     {"class_name": "Dense", "config": {"units": 1, "name": "dense"}}]}}
    >>> once = Seeding(0)
    >>> first, second = (initial_weights(model, seed=once)[0][1].ravel() for _ in range(2))
    >>> first
    array([ 0.03841865, -0.46770066,  0.83014286], dtype=float32)
    >>> bool((first == second).any())
    False
    """

    def __init__(
        self,
        seed: int | None = None,
        *,
        seeding: str | None = None,
        tensorflow_version: str | None = None,
        keras_version: str | None = None,
    ) -> None:
        self._before: versions.Choice | None = None  # if the call fails that changes it
        self._choose(choose_versions(None, tensorflow_version, keras_version))
        self._said = keras_version is not None or bool(versions.said()[1])
        kind = versions.rule("keras_seeding", self.keras_version)
        if kind == "absent":
            raise ValueError("tensorflow_version must be 2.0 or newer for Keras")
        has_utility = kind == "utility"
        if seeding is None:
            seeding = _HOW[0] if has_utility else _HOW[1]
        if seeding not in _HOW or (seeding == _HOW[0] and not has_utility):
            allowed = ", ".join(_HOW if has_utility else _HOW[1:])
            raise ValueError(
                f"seeding must be one of {allowed} for TensorFlow {self.tensorflow_version}, "
                f"got {brief(seeding)}"
            )
        if seed is not None:
            if isinstance(seed, bool) or not hasattr(seed, "__index__"):
                raise TypeError(f"seed must be an integer, None or a Seeding, got {brief(seed)}")
            if not 0 <= seed < 2**32:
                raise ValueError(f"seed must be 0 to 2**32 - 1, got {brief(seed)}")
        self.seed = seed
        self.seeding = seeding
        # tf.keras numbers the names it makes up, as long as the process lives
        self.names: dict[str, int] = {}
        self._lock = Lock(reentrant=True)
        self._process = _started(None if seed is None else int(seed), seeding)

    def _choose(self, choice: versions.Choice) -> None:
        self.tensorflow_version, self.keras_version, self.why = choice

    @classmethod
    def for_model(
        cls,
        model: Any,
        seed: int | Seeding | None,
        seeding: str | None = None,
        tensorflow_version: str | None = None,
        keras_version: str | None = None,
    ) -> Seeding:
        """Return a process for a model that was read, with the versions of `choose_versions`.

        A Seeding that was given is returned, and follows another Keras 3 if the model's file says
        so and nobody else said.
        """
        if not isinstance(seed, Seeding):
            choice = choose_versions(model, tensorflow_version, keras_version)
            made = cls(
                seed,
                seeding=seeding,
                tensorflow_version=choice.tensorflow,
                keras_version=choice.keras,
            )
            made._choose(choice)
            return made
        if (tensorflow_version, keras_version, seeding) != (None, None, None):
            raise ValueError(
                "seed: a Seeding has its own tensorflow_version, keras_version and seeding"
            )
        if not seed._said and isinstance(model, Mapping) and "keras_version" in model:
            choice = choose_versions(model, seed.tensorflow_version)
            if versions.is_keras_3(choice.keras):
                seed._before = versions.Choice(
                    seed.tensorflow_version, seed.keras_version, seed.why
                )
                seed._choose(choice)
        return seed

    @contextmanager
    def active(self, keep: bool = True) -> Iterator[None]:
        """Run a block in this process; keep what the block makes of it unless it fails."""
        with (
            self._lock,
            versions.using(self.tensorflow_version),
            versions.using_keras(self.keras_version, self.why),
        ):
            process = self._process.snapshot()
            process.settings = current().settings
            try:
                with within(process):
                    yield
            except BaseException:
                if self._before is not None:
                    self._choose(self._before)
                raise
            if keep:
                self._process, self._before = process, None


def _started(seed: int | None, how: str) -> Process:
    """Return a process just started, in which a script has called the function that seeds."""
    process = Process()
    if seed is None:
        return process
    process.set_seed(seed)
    if how != _HOW[2]:
        process.sources.seed(seed)
    if how == _HOW[0]:
        process.set_random_seed(seed)
    return process
