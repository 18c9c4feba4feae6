"""keras/pytorch.py: Keras's weights as a state_dict of the same model in PyTorch.

Keras and PyTorch lay out the same numbers in other ways: which axis is the output's, in which order
the gates of a recurrent layer stand, how many biases it has. Each kind of PyTorch's modules has a
reader here that takes what Keras's layer has, in the order of ``get_weights``, and returns it as
the module holds it. Who takes which weights is settled by their order, or by names.

Nothing here computes: numbers are moved, and a bias that Keras does not have is zeros.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..arrays.wording import brief

__all__ = ["to_torch"]

Array: TypeAlias = NDArray[Any]
Found: TypeAlias = dict[str, Array]


def to_torch(
    weights: Mapping[str, Array] | Iterable[tuple[str, Array]],
    module: Any,
    names: Mapping[str, str] | None = None,
    *,
    flattened: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Return a Keras model's weights as the state_dict of the same model in PyTorch.

    ``module.load_state_dict(to_torch(weights, module))`` loads them. Needs the package torch.

    Parameters
    ----------
    weights : iterable of (str, ndarray), or mapping
        As `initial_weights` returns them, or ``numpy.load`` reads what ``tfphilox weights`` wrote:
        names with slashes, in the order of ``get_weights``.
    module : torch.nn.Module
        Is only looked at: ``Linear``, ``Conv1d`` to ``Conv3d`` (also depthwise, and the two of a
        SeparableConv), ``ConvTranspose1d`` to ``3d``, ``BatchNorm1d`` to ``3d``, ``LayerNorm``,
        ``GroupNorm``, ``Embedding``, ``LSTM``, ``GRU``, ``RNN`` (of several layers, and
        bidirectional) and their cells, ``MultiheadAttention``.
    names : mapping of str to str, optional
        Which layer of Keras a module is, by the module's path and the layer's name, as
        ``{"encoder.fc": "dense_3"}``; or which weight a parameter is, as it stands, as
        ``{"positions": "embedding/embeddings"}``. Without names, and for the modules that are not
        named, the weights that are left are taken in their order, by the modules in theirs.
    flattened : mapping of str to int, optional
        How many channels the array had before it was flattened for a ``Linear``, by its path; 1 if
        its rows stay as they are. Keras flattens height, width, channels, PyTorch channels,
        height, width, so the rows have to be sorted. Without it they are where both stand in one
        ``Sequential``: convolutions, ``Flatten``, ``Linear``.

    Returns
    -------
    dict of str to torch.Tensor
        With every key of ``module.state_dict()``, the types that the module has, and memory of its
        own. Buffers that Keras does not have (``num_batches_tracked``) are copies of the module's.

    Raises
    ------
    ValueError
        If a weight has another kind or shape than the module's next, if a parameter gets none or a
        weight is left over, if a module is of another kind, if names fit nothing, or if it is not
        said how rows of a kernel behind a convolution were flattened. The message names both.
    ImportError
        If torch is absent.

    Warns
    -----
    UserWarning
        For a ``GRU`` without biases: in PyTorch it is as Keras's with ``reset_after=True``, and the
        weights do not show whether it was that.

    Notes
    -----
    Not in the weights, and for you to see to: PyTorch's BatchNorm has ``eps=1e-5, momentum=0.1``
    where Keras has ``epsilon=1e-3, momentum=0.99`` (``momentum=0.01`` in PyTorch's sense),
    LayerNorm's epsilon is 1e-3 in Keras; strided convolutions with ``padding="same"`` pad the end
    more; ``data_format="channels_first"`` flattens as PyTorch does (`flattened`: 1).

    References
    ----------
    torch/nn/modules: rnn.py (gates: input, forget, cell, output; reset, update, new), conv.py,
    activation.py (MultiheadAttention.in_proj_weight).
    keras/src/layers/rnn: lstm.py (gates: input, forget, cell, output), gru.py (update, reset, new).

    Examples
    --------
    >>> import tfphilox as tp
    >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3]}},
    ...     {"class_name": "Dense", "config": {"name": "dense", "units": 2}},
    ... ]}}
    >>> weights = tp.keras.initial_weights(model, seed=200)
    >>> [(name, array.shape) for name, array in weights]
    [('model/dense/kernel', (3, 2)), ('model/dense/bias', (2,))]

    >>> import torch                                            # doctest: +SKIP
    >>> fc = torch.nn.Linear(3, 2)                              # doctest: +SKIP
    >>> fc.load_state_dict(tp.keras.to_torch(weights, fc))      # doctest: +SKIP
    <All keys matched successfully>
    """
    import torch

    pairs = list(weights.items() if isinstance(weights, Mapping) else weights)
    return _Matching(torch, pairs, module, names or {}, flattened or {}).state_dict()


class _Weights:
    """Some of Keras's weights, of which the next is taken if it is what is asked for."""

    def __init__(self, pairs: Sequence[tuple[str, Array]], whose: str) -> None:
        self.pairs, self.whose, self.at = pairs, whose, 0

    def has(self, leaf: str) -> bool:
        """Say whether the next weight's name ends so."""
        return self.at < len(self.pairs) and _ends(self.pairs[self.at][0], leaf)

    def take(self, *leaves: str) -> Array:
        for leaf in leaves:
            if self.has(leaf):
                self.at += 1
                return self.pairs[self.at - 1][1]
        there = f"the next is {self.pairs[self.at][0]!r}" if self.left() else "none is left"
        raise ValueError(f"needs a weight {' or '.join(map(repr, leaves))}, but {there}")

    def left(self) -> int:
        return len(self.pairs) - self.at


class _Matching:
    """Which weights of Keras each module of PyTorch takes."""

    def __init__(
        self,
        torch: Any,
        pairs: Sequence[tuple[str, Array]],
        module: Any,
        names: Mapping[str, str],
        flattened: Mapping[str, int],
    ) -> None:
        if not isinstance(module, torch.nn.Module):
            raise TypeError(f"module must be a torch.nn.Module, got {brief(module)}")
        self.torch, self.module = torch, module
        self.modules = dict(module.named_modules())
        self.parameters = dict(module.named_parameters(remove_duplicate=False))
        self.flattened = dict(flattened)
        for path, channels in flattened.items():
            if not isinstance(self.modules.get(path), torch.nn.Linear):
                raise ValueError(f"flattened: {brief(path)} is no Linear of the module")
            if not isinstance(channels, int) or channels < 1:
                raise ValueError(f"flattened: channels must be 1 or more, got {brief(channels)}")
        self.named: dict[str, _Weights] = {}
        self.single: dict[str, Array] = {}
        self.rest = _Weights(self._without_named(pairs, names), "")
        self.readers = _readers(torch)
        self.found: dict[int, str] = {}  # a parameter's id -> the key it has a value under
        self.state: Found = {}
        self.channels = 0  # of what convolutions made last; 0 behind what else takes weights
        self.channels_of = ""

    def _without_named(
        self, pairs: Sequence[tuple[str, Array]], names: Mapping[str, str]
    ) -> list[tuple[str, Array]]:
        """Give names their weights; return the others."""
        rest = list(pairs)
        for path, name in names.items():
            if path in self.parameters:
                mine = [pair for pair in rest if _ends(pair[0], name)]
                if len(mine) != 1:
                    raise ValueError(
                        f"names: {len(mine)} weights are called {brief(name)}, for {path!r}: "
                        f"there are {_some(pair[0] for pair in rest)}"
                    )
                self.single[path] = mine[0][1]
            elif path in self.modules:
                mine = [pair for pair in rest if _inside(pair[0], name)]
                if not mine:
                    raise ValueError(
                        f"names: no layer {brief(name)} has weights that are not taken, for "
                        f"{path!r}: there are {_some(pair[0] for pair in rest)}"
                    )
                self.named[path] = _Weights(mine, name)
            else:
                raise ValueError(f"names: the module has no {brief(path)}")
            taken = {pair[0] for pair in mine}
            rest = [pair for pair in rest if pair[0] not in taken]
        return rest

    def state_dict(self) -> dict[str, Any]:
        done: set[str] = set()
        for path, module in self.modules.items():
            if any(path.startswith(f"{each}.") for each in done):  # inside of one that was read
                continue
            own = _keys(path, module.named_parameters())
            direct = _keys(path, module.named_parameters(recurse=False))
            for key in direct & self.single.keys():
                self._put(key, self.single[key])
            kind = next((each for each in self.readers if isinstance(module, each)), None)
            if kind is None:
                unknown = sorted(direct - self.state.keys() - self._shared(direct))
                if unknown:
                    raise ValueError(
                        f"{unknown[0]!r} of a {type(module).__name__}: which weight of Keras it "
                        "is must be said by names"
                    )
                continue
            if not own or not own <= self.state.keys() | self._shared(own):
                self._read(path, module, self.readers[kind])
            done.add(path)
        self._check_all_taken()
        return self._tensors()

    def _shared(self, keys: set[str]) -> set[str]:
        """Return those that are the same parameters as others that have their values."""
        return {key for key in keys if id(self.parameters[key]) in self.found}

    def _read(self, path: str, module: Any, reader: Callable[[_Weights, Any], Found]) -> None:
        weights = self._whose(path)
        kind = f"{path or 'the module'} ({type(module).__name__})"
        start = weights.at
        try:
            found = reader(weights, module)
        except ValueError as error:
            raise ValueError(f"{kind} {error}") from None
        if isinstance(module, self.torch.nn.Linear):
            found["weight"] = self._sorted(path, module, found["weight"])
        for name, array in found.items():
            key = f"{path}.{name}".lstrip(".")
            self._put(key, array, [each for each, _ in weights.pairs[start : weights.at]])
        if hasattr(module, "out_channels"):
            self.channels, self.channels_of = module.out_channels, path
        elif reader is not _norm and reader is not _batch_norm:
            self.channels = 0

    def _whose(self, path: str) -> _Weights:
        """Return what a module takes from: its own by name, or that of what it is in."""
        while path not in self.named and path:
            path = path.rpartition(".")[0]
        return self.named.get(path, self.rest)

    def _sorted(self, path: str, module: Any, weight: Array) -> Array:
        """Return a Linear's weight with its columns as PyTorch flattens what comes in."""
        channels = self.flattened.get(path, 0)
        size = weight.shape[-1]
        if not channels:
            if self.channels < 2 or size == self.channels or size % self.channels:
                return weight
            if not self._flatten_between(path):
                raise ValueError(
                    f"{path or 'the module'} (Linear) follows {self.channels_of!r}, which makes "
                    f"{self.channels} channels: say flattened={{{path!r}: {self.channels}}} if its "
                    f"{size} inputs are these, flattened, else {{{path!r}: 1}}"
                )
            channels = self.channels
        if size % channels:
            raise ValueError(f"flattened: {size} inputs of {path!r} are not {channels} channels")
        by_channel = weight.reshape(len(weight), size // channels, channels)
        return by_channel.transpose(0, 2, 1).reshape(len(weight), size)

    def _flatten_between(self, path: str) -> bool:
        """Say whether a Flatten lies between a Linear and the convolution before, in a row."""
        parent = path.rpartition(".")[0]
        if not isinstance(self.modules[parent], self.torch.nn.Sequential):
            return False
        names = [
            f"{parent}.{name}".lstrip(".") for name, _ in self.modules[parent].named_children()
        ]
        if self.channels_of not in names:
            return False
        between = names[names.index(self.channels_of) : names.index(path)]
        return any(isinstance(self.modules[name], self.torch.nn.Flatten) for name in between)

    def _put(self, key: str, array: Array, names: Sequence[str] = ()) -> None:
        holder, _, name = key.rpartition(".")
        there = getattr(self.modules[holder], name)
        if tuple(array.shape) != tuple(there.shape):
            given = f" ({', '.join(names)})" if names else ""
            raise ValueError(
                f"{key!r} has shape {tuple(there.shape)}, but Keras's weights{given} make "
                f"{tuple(array.shape)}"
            )
        self.state[key] = array
        if key in self.parameters:
            self.found[id(there)] = key

    def _check_all_taken(self) -> None:
        if self.rest.left():
            names = [name for name, _ in self.rest.pairs[self.rest.at :]]
            raise ValueError(
                f"{len(names)} of {len(self.rest.pairs)} weights are left over, the first is "
                f"{names[0]!r}: the module has fewer layers, or a layer without a bias"
            )
        for path, weights in self.named.items():
            if weights.left():
                raise ValueError(
                    f"names: {path!r} takes no {weights.pairs[weights.at][0]!r}, which "
                    f"{weights.whose!r} gives it"
                )

    def _tensors(self) -> dict[str, Any]:
        result = {}
        for key, there in self.module.state_dict().items():
            array = self.state.get(key)
            if array is None and id(self.parameters.get(key)) in self.found:
                array = self.state[self.found[id(self.parameters[key])]]
            result[key] = there.clone() if array is None else self._tensor(array).to(there)
        return result

    def _tensor(self, array: Array) -> Any:
        array = np.array(array, order="C", copy=True)
        if array.dtype.name == "bfloat16":  # which torch.from_numpy does not know
            return self.torch.from_numpy(array.view(np.int16)).view(self.torch.bfloat16)
        return self.torch.from_numpy(array)


# ---- one reader a kind of module --------------------------------------------------------------


def _readers(torch: Any) -> dict[tuple[Any, ...], Callable[[_Weights, Any], Found]]:
    nn = torch.nn
    return {
        (nn.Linear,): _linear,
        (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d): _transposed,
        (nn.Conv1d, nn.Conv2d, nn.Conv3d): _convolution,
        (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d): _batch_norm,
        (nn.LayerNorm, nn.GroupNorm): _norm,
        (nn.Embedding,): lambda weights, _: {"weight": weights.take("embeddings")},
        (nn.RNNBase,): _recurrent,
        (nn.RNNCellBase,): lambda weights, module: _gates(weights, module, "", module.bias),
        (nn.MultiheadAttention,): _attention,
    }


def _bias(weights: _Weights, module: Any) -> Found:
    return {} if module.bias is None else {"bias": weights.take("bias")}


def _linear(weights: _Weights, module: Any) -> Found:
    return {"weight": weights.take("kernel").T, **_bias(weights, module)}


def _channels_first(kernel: Array) -> Array:
    """From (..., a, b) to (b, a, ...)."""
    return kernel.transpose(kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2))


def _convolution(weights: _Weights, module: Any) -> Found:
    kernel = weights.take("kernel", "depthwise_kernel", "pointwise_kernel")
    if kernel.ndim < 3:
        raise ValueError(f"needs the kernel of a convolution, but its shape is {kernel.shape}")
    if module.groups > 1 and kernel.shape[-2] == module.in_channels:  # a filter for each channel
        kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)
    return {"weight": _channels_first(kernel), **_bias(weights, module)}


def _transposed(weights: _Weights, module: Any) -> Found:
    kernel = weights.take("kernel")
    if kernel.ndim < 3 or module.groups > 1:
        raise ValueError(f"of {module.groups} groups has no like in Keras, for {kernel.shape}")
    return {"weight": _channels_first(kernel), **_bias(weights, module)}


def _norm(weights: _Weights, module: Any) -> Found:
    """Keras may leave out each of the two; the module has both or none."""
    found: Found = {}
    if module.weight is not None:
        shape = tuple(module.weight.shape)
        found["weight"] = weights.take("gamma") if weights.has("gamma") else np.ones(shape, "f")
        if module.bias is not None:
            found["bias"] = weights.take("beta") if weights.has("beta") else np.zeros(shape, "f")
    return found


def _batch_norm(weights: _Weights, module: Any) -> Found:
    found = _norm(weights, module)
    if module.running_mean is None:
        raise ValueError("must have track_running_stats=True, as Keras's has")
    found["running_mean"] = weights.take("moving_mean")
    found["running_var"] = weights.take("moving_variance")
    return found


def _recurrent(weights: _Weights, module: Any) -> Found:
    found: Found = {}
    if getattr(module, "proj_size", 0):
        raise ValueError("with proj_size has no like in Keras")
    for layer in range(module.num_layers):
        for direction in ("", "_reverse")[: 1 + module.bidirectional]:
            found |= _gates(weights, module, f"_l{layer}{direction}", module.bias)
    return found


def _gates(weights: _Weights, module: Any, suffix: str, has_bias: bool) -> Found:
    """The four arrays of one cell. Keras has one bias, but for GRU, which has two."""
    is_gru = "GRU" in type(module).__name__
    kernel, recurrent = weights.take("kernel"), weights.take("recurrent_kernel")
    parts = {"weight_ih": kernel.T, "weight_hh": recurrent.T}
    if has_bias:
        bias = weights.take("bias")
        if is_gru and bias.ndim == 1:
            raise ValueError("has no like of a GRU with reset_after=False in PyTorch")
        parts["bias_ih"], parts["bias_hh"] = bias if is_gru else (bias, np.zeros_like(bias))
    elif is_gru:
        import warnings

        warnings.warn(
            "a GRU without biases: PyTorch's is as Keras's with reset_after=True", stacklevel=2
        )
    if is_gru:
        parts = {name: _reset_first(array) for name, array in parts.items()}
    return {f"{name}{suffix}": array for name, array in parts.items()}


def _reset_first(array: Array) -> Array:
    """From update, reset, new to reset, update, new."""
    update, reset, new = np.split(array, 3)
    return np.concatenate([reset, update, new])


def _attention(weights: _Weights, module: Any) -> Found:
    if module.bias_k is not None:
        raise ValueError("with add_bias_kv has no like in Keras")
    heads, has_bias = module.num_heads, module.in_proj_bias is not None
    kernels, biases = [], []
    for name in ("query", "key", "value"):
        kernel = weights.take(f"{name}/kernel")
        if kernel.ndim != 3 or kernel.shape[1] != heads:
            raise ValueError(f"has {heads} heads, but {name}/kernel has shape {kernel.shape}")
        kernels.append(kernel.reshape(len(kernel), -1).T)
        if has_bias:
            biases.append(weights.take(f"{name}/bias").reshape(-1))
    out = weights.take("attention_output/kernel")
    found = {"out_proj.weight": out.reshape(-1, out.shape[-1]).T}
    if has_bias:
        found["out_proj.bias"] = weights.take("attention_output/bias")
        found["in_proj_bias"] = np.concatenate(biases)
    if module.in_proj_weight is not None:
        found["in_proj_weight"] = _joined(kernels)
    else:
        names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        found |= dict(zip(names, kernels, strict=True))
    return found


def _joined(kernels: Sequence[Array]) -> Array:
    if len({kernel.shape for kernel in kernels}) > 1:
        shapes = ", ".join(str(kernel.shape) for kernel in kernels)
        raise ValueError(f"has one size for query, key and value, but they have {shapes}")
    return np.concatenate(kernels)


# ---- names --------------------------------------------------------------------------------------


def _parts(name: str) -> list[str]:
    return re.sub(r":\d+$", "", name).split("/")


def _ends(name: str, leaf: str) -> bool:
    """Say whether the last parts of a weight's name are these: a/b/kernel:0 ends in b/kernel."""
    wanted = _parts(leaf)
    return _parts(name)[-len(wanted) :] == wanted


def _inside(name: str, layer: str) -> bool:
    """Say whether a weight is of this layer: a/b/kernel is of a, of b and of a/b."""
    parts, wanted = _parts(name)[:-1], _parts(layer)
    return any(parts[i : i + len(wanted)] == wanted for i in range(len(parts)))


def _keys(path: str, parameters: Iterable[tuple[str, Any]]) -> set[str]:
    return {f"{path}.{name}".lstrip(".") for name, _ in parameters}


def _some(names: Iterable[str]) -> str:
    return brief(", ".join(names))
