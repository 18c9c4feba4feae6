"""weights/table.py: the layers that hold weights themselves, one row each.

A row says which initializers the constructor makes, in its order (in Keras 3 each of them draws a
seed there and then), which weights the layer creates, and what shape it returns.

>>> dense = Config({"class_name": "Dense", "config": {"units": 3, "use_bias": False}})
>>> list(WITH_WEIGHTS["Dense"].weights(dense, Shape((None, 5))))[0][:3]
('kernel', (5, 3), 'kernel_initializer')
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .config import Config
from .layer import Row, Weight
from .shapes import (
    Dim,
    Shape,
    channels_of,
    einsum,
    position,
    spatial_of,
    transposed,
    window,
    with_spatial,
)

__all__ = ["WITH_WEIGHTS", "analyzed_einsum", "conv_output"]

_PADDING = ("valid", "same", "causal")
_KERAS_2, _KERAS_3 = ("keras", "2"), ("keras", "3")


def _known(config: Config, size: Dim, what: str = "the last axis of its input") -> int:
    if size is None:
        raise ValueError(f"{config.where}: {what} must have a known size")
    return size


def _bias(config: Config, size: int) -> Iterator[Weight]:
    if config.flag("use_bias", True):
        yield Weight("bias", (size,), "bias_initializer")


def _refuse(config: Config, *keys: str) -> None:
    """Raise for arguments that make other weights."""
    for key in keys:
        if config.get(key):
            raise config.error(key, "None: its weights are not supported")


def _dense(config: Config, shape: Shape) -> Iterator[Weight]:
    _refuse(config, "lora_rank", "quantization_config")
    units = config.integer("units")
    yield Weight("kernel", (_known(config, shape[-1]), units), "kernel_initializer")
    yield from _bias(config, units)


def _dense_output(config: Config, shape: Shape) -> Shape:
    return Shape((*shape[:-1], config.integer("units")))


def _einsum(config: Config, shape: Shape) -> Iterator[Weight]:
    _refuse(config, "lora_rank", "quantization_config")
    kernel, bias, _, _, _ = analyzed_einsum(config, shape)
    yield Weight("kernel", tuple(kernel), "kernel_initializer")
    if bias is not None:
        yield Weight("bias", tuple(bias), "bias_initializer")


def analyzed_einsum(config: Config, shape: Shape) -> Any:
    """Return what `einsum` says of an EinsumDense."""
    equation = config.get("equation")
    if not isinstance(equation, str):
        raise config.error("equation", "text such as ab,bc->ac")
    output = config.get("output_shape")
    output = [output] if isinstance(output, int) else output
    if not isinstance(output, list | tuple):
        raise config.error("output_shape", "a list of sizes")
    return einsum(equation, config.get("bias_axes"), shape, output)


# -- convolutions


def _sizes(config: Config, rank: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    kernel = config.integers("kernel_size", rank, least=1)
    strides = config.integers("strides", rank, 1, least=1)
    return kernel, strides, config.integers("dilation_rate", rank, 1, least=1)


def _channels(config: Config, shape: Shape, rank: int) -> int:
    if len(shape) != rank + 2:
        raise ValueError(f"{config.where}: its input must have {rank + 2} axes, got {shape}")
    return _known(config, channels_of(shape, config.channels_first), "the channels of its input")


def conv_output(config: Config, shape: Shape, rank: int, channels: Dim) -> Shape:
    """Return the output shape of a convolution."""
    kernel, strides, dilations = _sizes(config, rank)
    padding = config.text("padding", "valid", _PADDING)
    spatial = spatial_of(shape, config.channels_first)
    sizes = [
        window(*axis[:3], padding, axis[3])
        for axis in zip(spatial, kernel, strides, dilations, strict=True)
    ]
    return with_spatial(shape, sizes, channels, config.channels_first)


def _conv(rank: int) -> Row:
    def weights(config: Config, shape: Shape) -> Iterator[Weight]:
        _refuse(config, "lora_rank")
        filters, groups = config.integer("filters"), config.integer("groups", 1)
        channels = _channels(config, shape, rank)
        if channels % groups or filters % groups:
            raise config.error("groups", f"a divisor of {channels} channels and {filters} filters")
        kernel = config.integers("kernel_size", rank, least=1)
        yield Weight("kernel", (*kernel, channels // groups, filters), "kernel_initializer")
        yield from _bias(config, filters)

    def output(config: Config, shape: Shape) -> Shape:
        return conv_output(config, shape, rank, config.integer("filters"))

    return Row(("kernel_initializer", "bias_initializer"), weights, output)


def _conv_transpose(rank: int) -> Row:
    def weights(config: Config, shape: Shape) -> Iterator[Weight]:
        filters, channels = config.integer("filters"), _channels(config, shape, rank)
        kernel = config.integers("kernel_size", rank, least=1)
        yield Weight("kernel", (*kernel, filters, channels), "kernel_initializer")
        yield from _bias(config, filters)

    def output(config: Config, shape: Shape) -> Shape:
        kernel, strides, dilations = _sizes(config, rank)
        extra: tuple[int | None, ...] = (None,) * rank
        if config.get("output_padding") is not None:
            extra = config.integers("output_padding", rank)
        padding = config.text("padding", "valid", _PADDING)
        spatial = spatial_of(shape, config.channels_first)
        sizes = [
            transposed(size, k, s, padding, e, d)
            for size, k, s, e, d in zip(spatial, kernel, strides, extra, dilations, strict=True)
        ]
        return with_spatial(shape, sizes, config.integer("filters"), config.channels_first)

    return Row(("kernel_initializer", "bias_initializer"), weights, output)


def _depthwise(rank: int) -> Row:
    def weights(config: Config, shape: Shape) -> Iterator[Weight]:
        multiplier, channels = config.integer("depth_multiplier", 1), _channels(config, shape, rank)
        kernel = config.integers("kernel_size", rank, least=1)
        name = "kernel" if config.keras3 else "depthwise_kernel"
        yield Weight(name, (*kernel, channels, multiplier), "depthwise_initializer")
        yield from _bias(config, channels * multiplier)

    def output(config: Config, shape: Shape) -> Shape:
        channels = _channels(config, shape, rank) * config.integer("depth_multiplier", 1)
        return conv_output(config, shape, rank, channels)

    return Row(("depthwise_initializer", "bias_initializer"), weights, output)


def _separable(rank: int) -> Row:
    def weights(config: Config, shape: Shape) -> Iterator[Weight]:
        multiplier, channels = config.integer("depth_multiplier", 1), _channels(config, shape, rank)
        kernel, filters = config.integers("kernel_size", rank, least=1), config.integer("filters")
        deep = (*kernel, channels, multiplier)
        yield Weight("depthwise_kernel", deep, "depthwise_initializer")
        wide = (*(1,) * rank, channels * multiplier, filters)
        yield Weight("pointwise_kernel", wide, "pointwise_initializer")
        yield from _bias(config, filters)

    def output(config: Config, shape: Shape) -> Shape:
        return conv_output(config, shape, rank, config.integer("filters"))

    draws = "depthwise_initializer", "pointwise_initializer", "bias_initializer"
    return Row(draws, weights, output)


def _locally_connected(rank: int) -> Row:
    def weights(config: Config, shape: Shape) -> Iterator[Weight]:
        if config.get("implementation", 1) != 1:
            raise config.error("implementation", "1")
        filters, channels = config.integer("filters"), _channels(config, shape, rank)
        kernel = config.integers("kernel_size", rank, least=1)
        where = spatial_of(output(config, shape), config.channels_first)
        total = channels
        for width in kernel:
            total *= width
        if rank == 1:
            yield Weight("kernel", (where[0], total, filters), "kernel_initializer")
        else:
            places = _known(config, where[0]) * _known(config, where[1])
            yield Weight("kernel", (places, total, filters), "kernel_initializer")
        if config.flag("use_bias", True):
            yield Weight("bias", (*where, filters), "bias_initializer")

    def output(config: Config, shape: Shape) -> Shape:
        return conv_output(config, shape, rank, config.integer("filters"))

    return Row(("kernel_initializer", "bias_initializer"), weights, output, _KERAS_2)


# -- embeddings


def _embedding(config: Config, shape: Any) -> Iterator[Weight]:
    _refuse(config, "lora_rank", "quantization_config")
    sizes = config.integer("input_dim"), config.integer("output_dim")
    yield Weight("embeddings", sizes, "embeddings_initializer")


def _embedding_output(config: Config, shape: Shape) -> Shape:
    length = config.get("input_length")
    known = [length] if isinstance(length, int) else length
    if isinstance(known, list | tuple) and len(known) == len(shape) - 1:
        return Shape((shape[0], *known, config.integer("output_dim")))
    return Shape((*shape, config.integer("output_dim")))


def _reversible(config: Config, shape: Any) -> Iterator[Weight]:
    yield from _embedding(config, shape)
    if not config.flag("tie_weights", True):
        sizes = config.integer("output_dim"), config.integer("input_dim")
        yield Weight("reverse_embeddings", sizes, "embeddings_initializer")


# -- normalization


def _axes(config: Config, shape: Shape) -> tuple[Dim, ...]:
    return tuple(shape[position(axis, len(shape))] for axis in config.axes("axis", -1))


def _batch_norm(config: Config, shape: Shape) -> Iterator[Weight]:
    if config.flag("renorm"):
        raise config.error("renorm", "False: its weights are not supported")
    axes = config.axes("axis", -1)
    sizes = _axes(config, shape)
    if len(axes) > 1:  # tf.keras: broadcast over the other axes
        kept = {position(axis, len(shape)) for axis in axes}
        sizes = tuple(size if at in kept else 1 for at, size in enumerate(shape))
    dtype = None
    if not config.keras3 and config.dtype in ("float16", "bfloat16"):
        dtype = "float32"  # keras 2: BatchNormalizationBase._param_dtype
    if config.flag("scale", True):
        yield Weight("gamma", sizes, "gamma_initializer", dtype=dtype)
    if config.flag("center", True):
        yield Weight("beta", sizes, "beta_initializer", dtype=dtype)
    yield Weight("moving_mean", sizes, "moving_mean_initializer", False, dtype)
    yield Weight("moving_variance", sizes, "moving_variance_initializer", False, dtype)


def _layer_norm(config: Config, shape: Shape) -> Iterator[Weight]:
    axes = sorted(position(axis, len(shape)) for axis in config.axes("axis", -1))
    sizes = tuple(shape[axis] for axis in axes)
    rms = config.flag("rms_scaling")
    if config.flag("scale", True) or rms:
        yield Weight("gamma", sizes, "gamma_initializer")
    if config.flag("center", True) and not rms:
        yield Weight("beta", sizes, "beta_initializer")


def _group_norm(config: Config, shape: Shape) -> Iterator[Weight]:
    size = _known(config, _axes(config, shape)[0])
    groups = config.integer("groups", 32, least=-1)
    if groups != -1 and (groups < 1 or size % groups):
        raise config.error("groups", f"a divisor of {size} channels")
    if config.flag("scale", True):
        yield Weight("gamma", (size,), "gamma_initializer")
    if config.flag("center", True):
        yield Weight("beta", (size,), "beta_initializer")


def _rms_norm(config: Config, shape: Shape) -> Iterator[Weight]:
    axes = sorted(position(axis, len(shape)) for axis in config.axes("axis", -1))
    yield Weight("scale", tuple(shape[axis] for axis in axes), "Ones")


def _normalization(config: Config, shape: Shape) -> Iterator[Weight]:
    if config.get("mean") is not None or config.get("input_mean") is not None:
        return
    axes = config.axes("axis", -1) if config.get("axis", -1) is not None else []
    kept = sorted(position(axis, len(shape)) for axis in axes)
    sizes = tuple(shape[axis] for axis in kept)
    yield Weight("mean", sizes, "Zeros", False)
    yield Weight("variance", sizes, "Ones", False)
    yield Weight("count", (), "Zeros", False, "int64")


# -- activations and attention


def _prelu(config: Config, shape: Shape) -> Iterator[Weight]:
    shared = config.axes("shared_axes", []) if config.get("shared_axes") is not None else []
    sizes = [1 if at in shared else size for at, size in enumerate(shape)]
    yield Weight("alpha", tuple(sizes[1:]), "alpha_initializer")


def _attention(config: Config, shapes: Any) -> Iterator[Weight]:
    if config.flag("use_scale"):
        yield Weight("scale", (), "Ones")
    if config.text("score_mode", "dot", ("dot", "concat")) == "concat":
        yield Weight("concat_score_weight", (), "Ones")


def _additive_attention(config: Config, shapes: Any) -> Iterator[Weight]:
    if config.flag("use_scale", True):
        yield Weight("scale", (shapes[0][-1],), "GlorotUniform")


def _attention_output(config: Config, shapes: Any) -> Shape:
    query, value = shapes[0], shapes[1]
    return Shape((*query[:-1], value[-1]))


def _layer_scale(config: Config, shape: Shape) -> Iterator[Weight]:
    """keras.applications' ConvNeXt; in Keras 3 the weight was given no name."""
    constant = {"class_name": "Constant", "config": {"value": config.number("init_values")}}
    name = "variable" if config.keras3 else "gamma"
    yield Weight(name, (config.integer("projection_dim"),), constant)


_KERNEL = ("kernel_initializer", "bias_initializer")
_GAMMA = ("beta_initializer", "gamma_initializer")
_MOVING = (*_GAMMA, "moving_mean_initializer", "moving_variance_initializer")
_EMBEDDING = ("embeddings_initializer",)


def _same(
    weights: Callable[[Config, Any], Iterator[Weight]],
    *draws: str,
    only: tuple[str, str] | None = None,
) -> Row:
    """Return the row of a layer whose output has the shape of its input."""
    return Row(draws, weights, only=only)


WITH_WEIGHTS: dict[str, Row] = {
    "Dense": Row(_KERNEL, _dense, _dense_output),
    "EinsumDense": Row(_KERNEL, _einsum, lambda config, shape: analyzed_einsum(config, shape)[2]),
    **{f"Conv{rank}D": _conv(rank) for rank in (1, 2, 3)},
    **{f"Convolution{rank}D": _conv(rank) for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _conv_transpose(rank) for rank in (1, 2, 3)},
    **{f"SeparableConv{rank}D": _separable(rank) for rank in (1, 2)},
    **{f"LocallyConnected{rank}D": _locally_connected(rank) for rank in (1, 2)},
    "DepthwiseConv1D": _depthwise(1),
    "DepthwiseConv2D": _depthwise(2),
    "Embedding": Row(_EMBEDDING, _embedding, _embedding_output),
    "ReversibleEmbedding": Row(_EMBEDDING, _reversible, _embedding_output, _KERAS_3),
    "BatchNormalization": _same(_batch_norm, *_MOVING),
    "BatchNormalizationV1": _same(_batch_norm, *_MOVING),
    "BatchNormalizationV2": _same(_batch_norm, *_MOVING),
    "SyncBatchNormalization": _same(_batch_norm, *_MOVING),
    "LayerNormalization": _same(_layer_norm, *_GAMMA),
    "GroupNormalization": _same(_group_norm, *_GAMMA, only=("keras_group_normalization", "here")),
    "RMSNormalization": _same(_rms_norm, only=_KERAS_3),
    "Normalization": _same(_normalization),
    "LayerScale": _same(_layer_scale, only=("keras_layer_scale", "here")),
    "PReLU": _same(_prelu, "alpha_initializer"),
    "Attention": Row(("seed if dropout",), _attention, _attention_output),
    "AdditiveAttention": Row(("seed if dropout",), _additive_attention, _attention_output),
}
