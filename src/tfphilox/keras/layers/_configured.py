"""keras/layers/_configured.py: what every layer takes from its configuration: a type, arguments."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from ...arrays.wording import brief
from ...seeding import versions
from ...seeding.scopes import Whole
from ..config import float_dtype, only_float

if TYPE_CHECKING:
    from typing_extensions import Self

Policy: TypeAlias = DTypeLike | Mapping[str, Any] | None


class Configured(Whole):
    """A layer that can be made from what ``get_config`` of Keras's layer gave.

    A layer of Keras 3 is copied, deeply too, and pickled as Keras does it: the copy is made anew
    from the arguments, so it starts from its seed, wherever this one stands; without a seed it
    draws one. One of tf.keras 2 is copied with what it has counted.
    """

    dtype: np.dtype[Any]
    # the version of TensorFlow, the arguments, and since 0.2 the version of Keras
    _configuration: tuple[Any, ...]

    def __new__(cls, *args: Any, **keywords: Any) -> Self:
        layer = super().__new__(cls)
        choice = versions.keras_choice()
        layer._configuration = choice.tensorflow, args, keywords, choice.keras
        return layer

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        version, args, keywords, *more = self._configuration
        keras = more[0] if more else versions.choose(version, None).keras
        if versions.rule("keras_dropout_seed", keras) != "constructor":
            return super().__reduce_ex__(protocol)
        given = inspect.signature(type(self)).bind(*args, **keywords)
        if "seed" in given.signature.parameters:
            given.arguments["seed"] = getattr(self, "seed", None)
        return _made_anew, (type(self), version, given.args, given.kwargs, keras)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make the layer that a configuration describes, as a model's JSON holds it.

        Parameters
        ----------
        config : dict
            The constructor's arguments by name; ``trainable`` is ignored.

        References
        ----------
        keras/src/ops/operation.py, Operation.from_config.

        Examples
        --------
        >>> import tfphilox as tp
        >>> policy = {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}
        >>> config = {"name": "dropped", "trainable": True, "dtype": policy, "rate": 0.5, "seed": 1}
        >>> tp.keras.layers.Dropout.from_config(config)([1.0, 2.0, 3.0], training=True)
        array([2., 0., 6.], dtype=float16)
        """
        if not isinstance(config, Mapping):
            raise TypeError(f"config must be a dict, got {brief(config)}")
        return cls(**{name: value for name, value in config.items() if name != "trainable"})


def _made_anew(kind: Any, version: str, args: Any, keywords: Any, keras: str | None = None) -> Any:
    """Return a layer that was copied or pickled, by 0.1.0 without the Keras, which was the newest.

    References
    ----------
    keras/src/saving/keras_saveable.py, KerasSaveable.__reduce__.
    """
    newest = versions.choose(version, None).keras
    with versions.using(version), versions.using_keras(keras or newest):
        return kind(*args, **keywords)


def compute_dtype(layer: Configured, policy: Policy) -> np.dtype[Any]:
    """Return the type in which a layer computes: that of its dtype policy, or the policy itself.

    References
    ----------
    keras/src/dtype_policies/dtype_policy.py, DTypePolicy; keras 2: mixed_precision/policy.py.
    """
    dtype: DTypeLike | None
    if isinstance(policy, Mapping):
        inner = policy.get("config")
        if not isinstance(inner, Mapping) or not isinstance(inner.get("name"), str):
            raise ValueError(f"dtype must be a type or a policy with a name, got {brief(policy)}")
        dtype = inner["name"]
    else:
        dtype = policy
    if isinstance(dtype, str) and dtype in ("mixed_float16", "mixed_bfloat16"):
        dtype = dtype.removeprefix("mixed_")
    return only_float(type(layer).__name__, float_dtype(dtype))
