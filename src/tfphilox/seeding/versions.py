"""versions.py: which TensorFlow is mirrored, and the rules that changed from one to another.

The streams never changed; some rules above them did: which seeds an op gets in a graph, how a data
set is reshuffled, how an initializer is seeded. RULES is the one place that says when. Each border
was found by running the releases on both sides of it.
"""

from __future__ import annotations

import contextvars

from .._c._undo import Put
from ..arrays.wording import brief

__all__ = ["NEWEST", "RULES", "VERIFIED", "get", "is_keras_3", "rule", "set_default", "using"]

# The releases whose rules are known, oldest first.
VERIFIED = ("1.15", *(f"2.{minor}" for minor in range(22)))
NEWEST = VERIFIED[-1]

# Rule -> (first version it holds in, name of what holds from there on), oldest first.
RULES: dict[str, tuple[tuple[str, str], ...]] = {
    # framework/random_seed.py, get_seed: an op without a seed of its own, in a graph
    "graph_op_seed": (("1.15", "nodes"), ("2.2", "counter")),
    # nodes that count up to 2.1: of a random.gamma, a random flip; identities after a while_loop
    "gamma_nodes": (("1.15", "9"), ("2.1", "11")),
    "flip_nodes": (("1.15", "20"), ("2.0", "13")),
    "while_identities": (("1.15", "yes"), ("2.1", "no")),
    # kernels/random_op.cc, RandomGammaOp: an exponential is -log(1 - u) or -log1p(-u)
    "gamma_of_1": (("1.15", "log"), ("2.3", "log1p")),
    # ops/control_flow_ops.py, while_loop in a graph: many nodes, or one
    "graph_loops": (("1.15", "many"), ("2.0", "one")),
    # a function's argument that is a NumPy scalar: a tensor, or part of what it is traced for
    "scalar_tensors": (("1.15", "no"), ("2.3", "yes")),
    # the same: is a keyword-only argument that is left out its default, or nothing; is NaN NaN
    "keyword_defaults": (("1.15", "no"), ("2.3", "yes")),
    "nan_arguments": (("1.15", "apart"), ("2.14", "equal")),
    # while_loop of one variable: what it returns
    "while_of_one": (("1.15", "value"), ("2.0", "sequence")),
    # ops/nn_ops.py, dropout: what a rate of 0 uses; what a dropped element becomes; the scale for
    # a rate that is a tensor
    "dropout_of_nothing": (("1.15", "return"), ("2.2", "draw"), ("2.5", "op_seed")),
    "dropout_mask": (("1.15", "multiply"), ("2.11", "select")),
    "dropout_array_rate": (("1.15", "reciprocal"), ("2.2", "divide")),
    # The scale for a rate that is a NumPy number: as NumPy 1 makes it, which all releases up to
    # 2.17 need, or as NumPy 2 does, with which later ones are mirrored (2.18.1 with NumPy 1.26
    # still makes it in double).
    "dropout_numpy_rate": (("1.15", "double"), ("2.18", "its type")),
    # ops/math_ops.py, saturate_cast: the limits in the type cast from
    "saturate_cast": (("1.15", "rounded"), ("2.13", "representable")),
    # Who owns the generator that reseeds Dataset.shuffle: a place in one iterator, or the data set
    # (data/ops/dataset_ops.py: ShuffleDatasetV2). 1.15 without V2 behaviour, its default.
    "shuffle_generator": (("1.15", "iterator"), ("2.0", "dataset")),
    # What shuffle(...).repeat(...) is optimized to: one stream through all epochs (if they are
    # reshuffled); nothing; epochs read ahead (core/grappler/optimizers/data).
    "shuffle_repeat": (("1.15", "stream"), ("2.0", "apart"), ("2.3", "epochs")),
    # The same as an op of its own, data.experimental.shuffle_and_repeat, and whose the generator is
    "shuffle_and_repeat": (("1.15", "stream"), ("2.3", "iterator"), ("2.9", "dataset")),
    # Does the buffer, once its input has ended, begin another one that nobody reads? That reseeds
    # a shuffle below (core/kernels/data/shuffle_dataset_op.cc).
    "shuffle_end": (("1.15", "input"), ("2.7", "nothing")),
    # sample_from_datasets: what becomes of data sets with a weight of 0
    "zero_weights": (("1.15", "kept"), ("2.6", "left out")),
    # rejection_resample: are classes those of the elements, or of another pass over the data set
    "rejection_classes": (("1.15", "pass"), ("2.2", "element")),
    # The same, when the data set or what is left of it by rejection ends
    "rejection_end": (("1.15", "go on"), ("2.6", "stop")),
    # Compiled functions (compiled.py). Float normals: how elements are paired, and which logarithm
    "compiled_normals": (
        ("1.15", "not known"),
        ("2.0", "halves, plain"),
        ("2.1", "not known"),
        ("2.3", "halves, reordered"),
        ("2.5", "pairs, reordered"),
        ("2.9", "pairs, plain"),
    ),
    # the same: pairs whose halved dimension is the last and is 2 have another logarithm
    "compiled_last_of_2": (("1.15", "as all"), ("2.9", "not known"), ("2.21", "as all")),
    # the same: truncated normals
    "compiled_truncated": (
        ("1.15", "not known"),
        ("2.10", "early"),
        ("2.19", "not known"),
        ("2.20", "newest, but float32"),
        ("2.21", "newest"),
    ),
    # the same: is there a kernel for float16
    "compiled_float16": (("1.15", "absent"), ("2.11", "not known"), ("2.15", "here")),
    # the same: negative seeds; how far a generator moves
    "compiled_seeds": (("1.15", "not known"), ("2.6", "low words")),
    # Which Keras is tf.keras
    "keras": (("1.15", "2"), ("2.16", "3")),
    # whether that can be seeded as a whole, and by what: keras.utils.set_random_seed, or calls
    "keras_seeding": (("1.15", "absent"), ("2.0", "calls"), ("2.7", "utility")),
    # keras.layers.Dropout: what a rate of 0 uses: what nn.dropout does, or nothing
    "keras_dropout_of_nothing": (("1.15", "nn"), ("2.11", "return")),
    # keras.layers.Dropout: its op seed stays or counts up; in Keras 3, a SeedGenerator
    "keras_dropout_seed": (
        ("1.15", "one op seed"),
        ("2.8", "op seeds"),
        ("2.16", "constructor"),
    ),
    # keras.layers.GaussianNoise, GaussianDropout, AlphaDropout: without a seed, from NumPy's random
    "keras_noise_seed": (
        ("1.15", "one op seed or numpy"),
        ("2.7", "op seeds"),
        ("2.16", "constructor"),
    ),
    # keras model.fit(shuffle=True): op seeds by the nodes in the graph of the data set's map; by
    # its counter, and the stream goes on from epoch to epoch; in Keras 3 it starts anew
    "keras_fit_order": (
        ("1.15", "2.0 map"),
        ("2.1", "2.1 map"),
        ("2.2", "goes on"),
        ("2.16", "same"),
    ),
    # keras initializers: the seed of one that draws. 2.0: stateless if the user gave a seed, else
    # the next op seed; 2.7: always op seeds; 2.10: stateless, drawn at the first call; Keras 3
    "keras_initializer_seed": (
        ("1.15", "one op seed"),
        ("2.0", "stateless or op seed"),
        ("2.7", "op seeds"),
        ("2.10", "first call"),
        ("2.16", "constructor"),
    ),
    # layers that came later than others
    "keras_layer_scale": (("1.15", "absent"), ("2.10", "here")),
    "keras_group_normalization": (("1.15", "absent"), ("2.11", "here")),
    # when an image layer without a seed draws that of its generator
    "keras_image_generator": (("1.15", "never"), ("2.10", "built"), ("2.16", "constructor")),
    # the initializers of MultiHeadAttention's projections: one for all, or a clone for each
    "keras_projections": (("1.15", "share"), ("2.10", "clone")),
    # recurrent layers: is the name of the cell made unique; are weights named after it (ConvLSTM's
    # only in Keras 3)
    "keras_cell_name": (("1.15", "unique"), ("2.13", "plain")),
    "keras_cell_weights": (("1.15", "layer"), ("2.2", "cell")),
}

_default = NEWEST
_override: contextvars.ContextVar[str | None] = contextvars.ContextVar("tensorflow", default=None)


def get() -> str:
    """Return the version that is mirrored, such as "2.21"."""
    return _override.get() or _default


def rule(name: str, version: str | None = None) -> str:
    """Return what RULES says under `name` for a version, or the one that is mirrored."""
    at = VERIFIED.index(version or get())
    return next(what for first, what in reversed(RULES[name]) if VERIFIED.index(first) <= at)


def is_keras_3() -> bool:
    """Say whether tf.keras is Keras 3 in the version that is mirrored."""
    return rule("keras") == "3"


def set_default(version: str) -> None:
    """Mirror `version` from now on, in every thread."""
    global _default
    _default = _checked(version)


def using(version: str) -> Put:
    """Mirror `version` in this thread (or task) until the block ends."""
    return Put(_override, _checked(version))


def _checked(version: str) -> str:
    """Return major and minor number of a version, which must be one that was verified."""
    if not isinstance(version, str):
        raise TypeError(f'version must be a string such as "2.6", got {brief(version)}')
    number = ".".join(version.split(".")[:2])
    parts = version.split(".")
    if number not in VERIFIED or not all(part.isdecimal() for part in parts) or len(parts) > 3:
        raise ValueError(
            f"version must be a TensorFlow from {VERIFIED[0]} to {NEWEST}, got {brief(version)}"
        )
    return number
