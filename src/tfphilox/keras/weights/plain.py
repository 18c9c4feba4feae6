"""weights/plain.py: the layers without weights, one row each: what shape they return.

Some of them draw all the same: in Keras 3 a Dropout takes a seed for its generator when it is
constructed, and so moves every seed behind it.

>>> flatten = Config({"class_name": "Flatten", "config": {}})
>>> PLAIN["Flatten"].output(flatten, Shape((None, 4, 5)))
(None, 20)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .config import Config
from .layer import Row
from .shapes import (
    Dim,
    Shape,
    Unknown,
    broadcast,
    channels_of,
    concatenated,
    position,
    product,
    reshaped,
    spatial_of,
    window,
    with_spatial,
)

__all__ = ["PLAIN"]

_Output = Callable[[Config, Any], Any]


def _pooling(rank: int) -> _Output:
    def output(config: Config, shape: Shape) -> Shape:
        pool = config.integers("pool_size", rank, 2, least=1)
        strides = pool
        if config.get("strides") is not None:
            strides = config.integers("strides", rank, least=1)
        padding = config.text("padding", "valid", ("valid", "same"))
        first = config.channels_first
        sizes = [
            window(size, width, step, padding)
            for size, width, step in zip(spatial_of(shape, first), pool, strides, strict=True)
        ]
        return with_spatial(shape, sizes, channels_of(shape, first), first)

    return output


def _global_pooling(rank: int) -> _Output:
    def output(config: Config, shape: Shape) -> Shape:
        first = config.channels_first
        sizes = (1,) * rank if config.flag("keepdims") else ()
        channels = channels_of(shape, first)
        return with_spatial(shape, sizes, channels, first)

    return output


def _adaptive_pooling(rank: int) -> _Output:
    def output(config: Config, shape: Shape) -> Shape:
        first = config.channels_first
        sizes = config.integers("output_size", rank, least=1)
        return with_spatial(shape, sizes, channels_of(shape, first), first)

    return output


def _pairs(config: Config, key: str, rank: int) -> list[tuple[int, int]]:
    """Return the two ends of each axis: one number for all, one an axis, or two an axis."""
    value = config.get(key, 1)
    if isinstance(value, int):
        value = [value] * rank
    elif rank == 1 and isinstance(value, list | tuple) and len(value) == 2:
        value = [value]
    if not isinstance(value, list | tuple) or len(value) != rank:
        raise config.error(key, f"{rank} numbers or pairs")
    result = []
    for one in value:
        pair = (one, one) if isinstance(one, int) else one
        if (
            not isinstance(pair, list | tuple)
            or len(pair) != 2
            or not all(type(x) is int and x >= 0 for x in pair)
        ):
            raise config.error(key, f"{rank} numbers or pairs")
        result.append((pair[0], pair[1]))
    return result


def _spatial(
    change: Callable[[Config, list[Dim]], list[Dim]], has_channels: bool = True
) -> _Output:
    """Return a rule for a layer that changes the sizes between batch and channels."""

    def output(config: Config, shape: Shape) -> Shape:
        first = config.channels_first if has_channels else False
        sizes = change(config, list(spatial_of(shape, first)))
        return with_spatial(shape, sizes, channels_of(shape, first), first)

    return output


def _padding(rank: int) -> _Output:
    def change(config: Config, sizes: list[Dim]) -> list[Dim]:
        pairs = _pairs(config, "padding", rank)
        return [
            None if size is None else size + a + b
            for size, (a, b) in zip(sizes, pairs, strict=True)
        ]

    return _spatial(change, rank > 1)


def _cropping(rank: int) -> _Output:
    def change(config: Config, sizes: list[Dim]) -> list[Dim]:
        result: list[Dim] = []
        for size, (a, b) in zip(sizes, _pairs(config, "cropping", rank), strict=True):
            if size is not None and size <= a + b:
                raise config.error("cropping", f"less than the size {size}")
            result.append(None if size is None else size - a - b)
        return result

    return _spatial(change, rank > 1)


def _upsampling(rank: int) -> _Output:
    def change(config: Config, sizes: list[Dim]) -> list[Dim]:
        factors = config.integers("size", rank, 2, least=1)
        return [None if s is None else s * f for s, f in zip(sizes, factors, strict=True)]

    return _spatial(change, rank > 1)


def _resized(config: Config, shape: Shape) -> Shape:
    first = config.channels_first
    sizes = config.integer("height"), config.integer("width")
    if len(shape) == 3:
        channels = shape[0] if first else shape[-1]
        return Shape((channels, *sizes) if first else (*sizes, channels))
    return with_spatial(shape, sizes, channels_of(shape, first), first)


def _reshape(config: Config, shape: Shape) -> Shape:
    return Shape((shape[0], *reshaped(shape[1:], config.integers("target_shape", None, least=-1))))


def _flatten(config: Config, shape: Shape) -> Shape:
    return Shape((shape[0], product(shape[1:])))


def _permute(config: Config, shape: Shape) -> Shape:
    order = config.integers("dims", None, least=1)
    if sorted(order) != list(range(1, len(shape))):
        raise config.error("dims", f"a permutation of 1 to {len(shape) - 1}")
    return Shape((shape[0], *(shape[axis] for axis in order)))


def _repeat(config: Config, shape: Shape) -> Shape:
    return Shape((shape[0], config.integer("n"), *shape[1:]))


def _merge(config: Config, shapes: Any) -> Any:
    shapes = list(shapes.values()) if isinstance(shapes, dict) else list(shapes)
    if not shapes or not all(isinstance(shape, Shape) for shape in shapes):
        raise ValueError(f"{config.where}: its input must be a list of tensors")
    # operands of fewer axes are given them behind the batch
    rank = max(len(shape) for shape in shapes)
    result = _widened(shapes[0], rank)
    for shape in shapes[1:]:
        result = broadcast(result, _widened(shape, rank))
    return result


def _widened(shape: Shape, rank: int) -> Shape:
    return Shape((*shape[:1], *(1,) * (rank - len(shape)), *shape[1:]))


def _concatenate(config: Config, shapes: Any) -> Shape:
    shapes = list(shapes.values()) if isinstance(shapes, dict) else shapes
    axes = config.axes("axis", -1)
    return concatenated(shapes, axes[0])


def _dot(config: Config, shapes: Any) -> Shape:
    first, second = (list(shape) for shape in shapes)
    axes = config.axes("axes")
    a, b = (axes * 2)[:2]
    del first[position(a, len(first))]
    del second[position(b, len(second))], second[0]
    result = first + second
    return Shape(result if len(result) > 1 else [*result, 1])


def _lambda(config: Config, shape: Any) -> Any:
    given = config.get("output_shape")
    if isinstance(given, int):
        given = [given]
    if isinstance(given, list | tuple) and all(x is None or type(x) is int for x in given):
        batch = shape[0] if isinstance(shape, Shape) and shape else None
        return Shape((batch, *given))
    return Unknown(f"{config.where} has no output_shape, and its code is not run")


def _unknown(config: Config, shape: Any) -> Unknown:
    return Unknown(f"the output of {config.where} depends on more than shapes")


def _category(config: Config, shape: Any) -> Any:
    """Words, numbers and what is made of them: indices, or a vector as long as there are."""
    mode = config.get("output_mode")
    while isinstance(shape, list | tuple) and not isinstance(shape, Shape):
        shape = shape[0]  # a HashedCrossing's inputs
    if mode in ("int", None) and config.class_name != "CategoryEncoding":
        return shape
    tokens = _tokens(config)
    if not isinstance(tokens, int):
        return _unknown(config, shape)
    each = mode == "one_hot" and shape[-1] != 1
    return Shape((*shape, tokens) if each else (*shape[:-1], tokens))


def _text(config: Config, shape: Shape) -> Any:
    if config.get("output_mode") not in ("int", None):
        return _category(config, Shape((shape[0], 1)))
    length = config.get("output_sequence_length")
    return Shape((shape[0], length if isinstance(length, int) else None))


def _tokens(config: Config) -> Any:
    """Return the length of the vector, as far as the config shows it."""
    kind, words = config.class_name, config.get("vocabulary")
    if kind == "Discretization":
        bounds = config.get("bin_boundaries", config.get("bins"))
        if isinstance(bounds, list | tuple):
            return len(bounds) + 1
    if kind in ("Discretization", "Hashing", "HashedCrossing"):
        return config.get("num_bins")
    if kind == "CategoryEncoding":
        return config.get("num_tokens", config.get("max_tokens"))
    if config.flag("pad_to_max_tokens"):
        return config.get("max_tokens")
    size = config.get("vocabulary_size")
    if not isinstance(size, int) and isinstance(words, list | tuple):
        size = len(words) + int(config.get("num_oov_indices", 1))
    return size


_SEED = ("seed",)
_RATE = ("seed if rate",)


def _row(output: _Output, *draws: str) -> Row:
    return Row(draws, output=output)


_SAME = Row()
_DRAWS = Row(_SEED)

PLAIN: dict[str, Row] = {
    **dict.fromkeys(
        (
            *("Activation", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Softmax", "Identity"),
            *("ActivityRegularization", "Masking", "UnitNormalization", "Rescaling"),
            *("AutoContrast", "Equalization"),
            "ContrastLimitedAdaptiveHistogramEqualization",
        ),
        _SAME,
    ),
    **dict.fromkeys(("Dropout", "GaussianDropout", "AlphaDropout"), Row(_RATE)),
    **{f"SpatialDropout{rank}D": Row(_RATE) for rank in (1, 2, 3)},
    "GaussianNoise": Row(("seed if stddev",)),
    **{
        f"{kind}Pooling{rank}D": _row(_pooling(rank))
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{
        f"Global{kind}Pooling{rank}D": _row(_global_pooling(rank))
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{
        f"Adaptive{kind}Pooling{rank}D": _row(_adaptive_pooling(rank))
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{f"ZeroPadding{rank}D": _row(_padding(rank)) for rank in (1, 2, 3)},
    **{f"Cropping{rank}D": _row(_cropping(rank)) for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": _row(_upsampling(rank)) for rank in (1, 2, 3)},
    "Reshape": _row(_reshape),
    "Flatten": _row(_flatten),
    "Permute": _row(_permute),
    "RepeatVector": _row(_repeat),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _row(_merge)),
    "CustomScaleLayer": _row(_merge),  # InceptionResNetV2
    "StochasticDepth": _SAME,  # ConvNeXt
    "Concatenate": _row(_concatenate),
    "Dot": _row(_dot),
    "Lambda": _row(_lambda),
    **dict.fromkeys(
        (
            *("CategoryEncoding", "Discretization", "Hashing", "HashedCrossing"),
            *("StringLookup", "IntegerLookup"),
        ),
        _row(_category),
    ),
    "TextVectorization": _row(_text),
    "Resizing": _row(_resized),
    "CenterCrop": _row(_resized),
    "RandomCrop": _row(_resized, "default seed", "seed"),
    **dict.fromkeys(
        (
            *("RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom", "RandomContrast"),
            *(
                "RandomBrightness",
                "RandomHue",
                "RandomSaturation",
                "RandomSharpness",
                "RandomShear",
            ),
            *("RandomColorDegeneration", "RandomGrayscale", "RandomInvert", "RandomPosterization"),
            *("RandomErasing", "RandomGaussianBlur", "RandomPerspective", "RandomElasticTransform"),
            *("MixUp", "CutMix", "Solarization", "RandomHeight", "RandomWidth"),
        ),
        _DRAWS,
    ),
    # these are made of other layers, which draw too
    "RandAugment": Row(_SEED * 10),
    "AugMix": Row((*_SEED * 6, *("seed if all_ops",) * 4)),
    "RandomColorJitter": Row(
        (
            *_SEED,
            *(f"seed if {what}_factor" for what in ("brightness", "contrast", "saturation", "hue")),
        )
    ),
}
