"""versions.py: which TensorFlow and which Keras are mirrored, and the rules that changed in them.

The streams never changed; some rules above them did: which seeds an op gets in a graph, how a data
set is reshuffled, how an initializer is seeded. RULES is the one place that says when. Each border
was found by running the releases on both sides of it.

There are two axes. Up to TensorFlow 2.15 Keras is a part of TensorFlow and has its number. Keras 3
has numbers of its own, and TensorFlow does not say which: a user of TensorFlow 2.18 may have any
Keras from 3.5 on. tf_keras, which is Keras 2 beside TensorFlow 2.16 and newer, has TensorFlow's
numbers and the rules of 2.15. A rule whose name begins with "keras" is read on Keras's axis.
"""

from __future__ import annotations

import contextvars
import functools
import re
from typing import NamedTuple

from .._c._undo import Put
from ..arrays.wording import brief

__all__ = [
    "KERAS",
    "KERAS_3",
    "NEWEST",
    "NEWEST_KERAS",
    "RULES",
    "TF_KERAS",
    "VERIFIED",
    "Choice",
    "check_keras",
    "choose",
    "forget",
    "get",
    "is_keras_3",
    "keras",
    "keras_3_rule",
    "keras_choice",
    "require",
    "rule",
    "said",
    "set_default",
    "set_default_keras",
    "using",
    "using_keras",
]

# The releases whose rules are known, oldest first.
VERIFIED = ("1.15", *(f"2.{minor}" for minor in range(22)))
NEWEST = VERIFIED[-1]
KERAS_3 = tuple(f"3.{minor}" for minor in range(16))
NEWEST_KERAS = KERAS_3[-1]
_LAST_OWN = "2.15"  # the last TensorFlow with a Keras of its own; Keras 3 runs on it too

_OWN = VERIFIED[: VERIFIED.index(_LAST_OWN) + 1]
TF_KERAS = tuple(f"tf_keras {version}" for version in VERIFIED[len(_OWN) :])
KERAS = (*_OWN, *KERAS_3)  # Keras's axis

# Rule -> (first version it holds in, name of what holds from there on), oldest first; the version
# is TensorFlow's, or Keras's if the rule's name begins with "keras".
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
    # What the ops in a data set's function draw in the second pass of a repeat: they go on, or
    # passes begin before those before them end, in no fixed order
    "map_repeat": (("1.15", "goes on"), ("2.1", "not fixed"), ("2.5", "goes on")),
    # cache: a pass is kept when it reads the input's end, or as many elements as it has
    "cache_end": (("1.15", "end"), ("2.3", "size")),
    # zip, where one input ends: does it read the others once more
    "zip_end": (("1.15", "first"), ("2.6", "all")),
    # sample_from_datasets: what becomes of data sets with a weight of 0
    "zero_weights": (("1.15", "kept"), ("2.6", "left out")),
    # rejection_resample: are classes those of the elements, or of another pass over the data set
    "rejection_classes": (("1.15", "pass"), ("2.2", "element")),
    # The same, when the data set or what is left of it by rejection ends
    "rejection_end": (("1.15", "go on"), ("2.6", "stop")),
    # kernels/linalg/qr_op_impl.h, Eigen's product of matrices with 128 rows and 48 columns or more
    "orthogonal": (("1.15", "not known"), ("2.5", "blocks")),
    # Compiled functions (compiled.py). Float normals: how elements are paired, and which logarithm
    "compiled_normals": (
        ("1.15", "not known"),
        ("2.0", "halves, plain"),
        ("2.2", "halves, not known"),
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
        ("2.20", "newest, but float32"),
        ("2.21", "newest"),
    ),
    # the same: normals within bounds of their own
    "compiled_bounded": (("1.15", "not known"), ("2.21", "known")),
    # the same: is there a kernel for float16
    "compiled_float16": (("1.15", "absent"), ("2.12", "here")),
    # the same: bounds, mean and deviation of bfloat16 numbers: is the product rounded, or only the
    # sum; what then becomes of categorical numbers is not known
    "compiled_bfloat16": (("1.15", "each"), ("2.16", "once"), ("2.18", "each")),
    # the same: categorical numbers of float64 logits
    "compiled_categorical": (("1.15", "no float64"), ("2.3", "all")),
    # the same: bounds that are literals: (1 + u) * (maxval - minval) + (minval - (maxval - minval))
    "compiled_literal_bounds": (("1.15", "not known"), ("2.0", "folded"), ("2.3", "as all")),
    # the same: normals and their like on processors without FMA
    "compiled_unfused": (("1.15", "not known"), ("2.21", "known")),
    # the same: negative seeds; how far a generator moves
    "compiled_seeds": (("1.15", "not known"), ("2.6", "low words")),
    # core/grappler/optimizers/constant_folding.cc: 1 - x + epsilon in a graph, where the size of x
    # is not known
    "folded_constants": (("1.15", "not known"), ("2.18", "(1 + epsilon) - x")),
    # Which Keras is tf.keras
    "keras": (("1.15", "2"), ("3.0", "3")),
    # whether that can be seeded as a whole, and by what: keras.utils.set_random_seed, or calls
    "keras_seeding": (("1.15", "absent"), ("2.0", "calls"), ("2.7", "utility")),
    # keras.layers.Dropout: what a rate of 0 uses: what nn.dropout does, or nothing
    "keras_dropout_of_nothing": (("1.15", "nn"), ("2.11", "return")),
    # keras.layers.Dropout: its op seed stays or counts up; in Keras 3, a SeedGenerator
    "keras_dropout_seed": (
        ("1.15", "one op seed"),
        ("2.8", "op seeds"),
        ("3.0", "constructor"),
    ),
    # keras.layers.GaussianNoise, GaussianDropout, AlphaDropout: without a seed, from NumPy's random
    "keras_noise_seed": (
        ("1.15", "one op seed or numpy"),
        ("2.7", "op seeds"),
        ("3.0", "constructor"),
    ),
    # keras model.fit(shuffle=True): op seeds by the nodes in the graph of the data set's map; by
    # its counter, and the stream goes on from epoch to epoch; in Keras 3 it starts anew
    "keras_fit_order": (
        ("1.15", "2.0 map"),
        ("2.1", "2.1 map"),
        ("2.2", "goes on"),
        ("3.0", "same"),
    ),
    # keras train_on_batch after fit: runs a graph of its own, or that of fit
    "keras_batch_after_fit": (("1.15", "own"), ("2.10", "fit"), ("3.0", "none")),
    # GaussianNoise and its like: does the call that builds a model take a seed from NumPy too
    "keras_noise_built": (("1.15", "yes"), ("2.6", "no")),
    # keras initializers: the seed of one that draws. 2.0: stateless if the user gave a seed, else
    # the next op seed; 2.7: always op seeds; 2.10: stateless, drawn at the first call; Keras 3
    "keras_initializer_seed": (
        ("1.15", "one op seed"),
        ("2.0", "stateless or op seed"),
        ("2.7", "op seeds"),
        ("2.10", "first call"),
        ("3.0", "constructor"),
    ),
    # rnn/lstm.py, gru.py, conv_lstm.py: how many masks a cell has of a kind, one or one a gate;
    # those of LSTM and GRU in Keras 3 only if they drop states too
    "keras_gate_masks": (("1.15", "all"), ("3.0", "one"), ("3.8", "gates")),
    "keras_conv_gate_masks": (("1.15", "gates"), ("3.0", "one"), ("3.5", "gates")),
    # rnn/dropout_rnn_cell.py: by which rate states are dropped
    "keras_state_mask_rate": (
        ("1.15", "recurrent_dropout"),
        ("3.0", "dropout"),
        ("3.2", "recurrent_dropout"),
    ),
    # rnn/rnn.py: masks of stacked cells have the shape of the first one's input, or of their own
    "keras_stacked_masks": (("1.15", "own"), ("3.0", "first"), ("3.1", "own")),
    # models/functional.py, serialize_node: a tensor in a file has the number of its layer's call,
    # or always 0
    "keras_saved_nodes": (("1.15", "numbers"), ("3.2", "first"), ("3.3", "numbers")),
    # initializers: partition_shape of a call, with the fans of the whole shape; with those of the
    # part; and what partition_offset is folded into
    "keras_partitions": (
        ("1.15", "absent"),
        ("2.4", "fans of the whole"),
        ("2.9", "fans of the part"),
        ("2.10", "offset"),
        ("3.0", "absent"),
    ),
    # layers that came later than others
    "keras_layer_scale": (("1.15", "absent"), ("2.10", "here")),
    "keras_group_normalization": (("1.15", "absent"), ("2.11", "here")),
    # when an image layer without a seed draws that of its generator, which is the operating
    # system's; from Python's random; from that or what set_random_seed left; the same, but when
    # the layer is made, or when it is built, at its first call
    "keras_image_generator": (
        ("1.15", "entropy"),
        ("2.7", "first draw from random"),
        ("2.8", "first draw"),
        ("2.9", "constructor"),
        ("2.10", "built"),
        ("3.0", "constructor"),
    ),
    # what tf.keras's image layers draw: flips and contrasts by ops with an op seed; all from their
    # generator, crops by a seed pair; crops by two integers; some layers image by image, then most
    # of them, flips from NumPy; all a batch at once
    "keras_images": (
        ("1.15", "unverified"),
        ("2.3", "op seeds"),
        ("2.6", "generator"),
        ("2.7", "integers"),
        ("2.9", "some by image"),
        ("2.10", "by image"),
        ("2.12", "batch"),
        ("3.0", "keras 3"),
    ),
    # which images they cast to their type
    "keras_image_types": (("1.15", "floats"), ("2.8", "all")),
    # what RandomCrop does with floats of another type
    "keras_crop_floats": (("1.15", "cast"), ("2.7", "takes as they are"), ("2.8", "cast")),
    # the initializers of MultiHeadAttention's projections: one for all, or a clone for each
    "keras_projections": (("1.15", "share"), ("2.10", "clone")),
    # recurrent layers: is the name of the cell made unique; are weights named after it (ConvLSTM's
    # only in Keras 3)
    "keras_cell_name": (("1.15", "unique"), ("2.13", "plain")),
    "keras_cell_weights": (("1.15", "layer"), ("2.2", "cell")),
    # Bidirectional: layers whose weights it may have
    "keras_bidirectional": (("1.15", "two"), ("3.0", "three"), ("3.3", "two")),
    # ---- inside Keras 3; up to 2.15 there is no such thing, or another rule before these decides
    # backend/tensorflow/random.py: seeds are uint32 and wrap, or int64 taken modulo 2**31 - 2
    "keras_seed_type": (("1.15", "uint32"), ("3.5", "int64")),
    # initializers and RandomCrop: is a seed of 0 one ("seed or a default")
    "keras_seed_of_0": (("1.15", "none"), ("3.2", "seed")),
    # utils/rng_utils.py, set_random_seed: what becomes of the generator behind seed=None
    "keras_global_generator": (("1.15", "stays"), ("3.13", "made anew")),
    # random.shuffle: stateless_shuffle, or the order that sorts uniform numbers
    "keras_shuffle": (("1.15", "op"), ("3.8", "sort")),
    # what that makes of a list along an axis other than the first: NumPy's types, or TensorFlow's
    "keras_shuffled_lists": (("1.15", "numpy"), ("3.3", "tensor")),
    # random.beta and binomial
    "keras_beta": (("1.15", "absent"), ("3.1", "here")),
    # gamma, beta and binomial of bfloat16: no kernel, or drawn as float32
    "keras_gamma_bfloat16": (("1.15", "absent"), ("3.2", "float32")),
    # random.dropout: a rate of 0 takes a seed and a rate of 1 is refused, or neither draws
    "keras_random_dropout": (("1.15", "draws"), ("3.14", "returns")),
    # layers/core/einsum_dense.py: what a kernel's fans are taken from: its shape, or the equation
    "keras_einsum_fans": (("1.15", "shape"), ("3.15", "equation")),
    "keras_fan_axes": (("1.15", "absent"), ("3.15", "here")),
    # GaussianNoise, GaussianDropout, AlphaDropout: has one of rate 0 a generator
    "keras_noise_of_nothing": (("1.15", "generator"), ("3.3", "none")),
    # GaussianNoise, GaussianDropout: the type of the noise, floatx or the layer's
    "keras_noise_type": (("1.15", "floatx"), ("3.2", "layer")),
    # Dropout: are the dimensions of noise_shape looked at when the layer is made
    "keras_noise_shape": (("1.15", "unchecked"), ("3.13", "checked")),
    # image layers of which a call draws for itself, or has get_random_transformation draw
    "keras_image_call": (("1.15", "itself"), ("3.6", "transformation")),
    # RandomCrop without training: images are resized; cut in the middle; returned as they are
    "keras_crop_at_rest": (("1.15", "resized"), ("3.6", "cut"), ("3.8", "returned")),
    # RandomRotation: the unit of the angle
    "keras_rotation": (("1.15", "radians"), ("3.8", "degrees")),
    # RandomZoom: may a factor be -1
    "keras_zoom_of_all": (("1.15", "allowed"), ("3.14", "refused")),
    # RandomContrast: has it a value_range
    "keras_contrast_range": (("1.15", "absent"), ("3.8", "here")),
    # RandomSaturation: f / (1 - f), or f / (1 - f + epsilon)
    "keras_saturation": (("1.15", "bare"), ("3.10", "epsilon")),
    # RandomGrayscale: how many numbers for a single image: one a row, or one
    "keras_grayscale": (("1.15", "rows"), ("3.10", "one")),
    # RandAugment: layers by Python's random.shuffle, which stay shuffled, or by randint
    "keras_rand_augment": (("1.15", "python"), ("3.11", "randint")),
    # layers and arguments by the release that they came with
    "keras_layers_3_6": (("1.15", "absent"), ("3.6", "here")),
    "keras_layers_3_8": (("1.15", "absent"), ("3.8", "here")),
    "keras_layers_3_9": (("1.15", "absent"), ("3.9", "here")),
    "keras_layers_3_10": (("1.15", "absent"), ("3.10", "here")),
    "keras_layers_3_12": (("1.15", "absent"), ("3.12", "here")),
    "keras_layers_3_13": (("1.15", "absent"), ("3.13", "here")),
    "keras_layers_3_14": (("1.15", "absent"), ("3.14", "here")),
}


class Choice(NamedTuple):
    """Which TensorFlow and which Keras hold, by name, and why this Keras."""

    tensorflow: str
    keras: str
    why: str


_default: str | None = None
_override: contextvars.ContextVar[str | None] = contextvars.ContextVar("tensorflow", default=None)
# the name of a Keras and why it is this one; an empty name is TensorFlow's own again
_default_keras: tuple[str, str] | None = None
_override_keras: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar(
    "keras", default=None
)

_SET = "set in config"


def get() -> str:
    """Return the TensorFlow that is mirrored, such as "2.21"."""
    return _said() or _partner(_said_keras()[0]) or NEWEST


def keras() -> str:
    """Return the name of the Keras that is mirrored: "3.15", "2.15", "tf_keras 2.18"."""
    return _keras(_said(), _said_keras()[0])


@functools.cache
def _keras(tensorflow: str | None, named: str) -> str:
    return choose(tensorflow, named or None).keras


def keras_choice() -> Choice:
    """Return what is mirrored, and why this Keras; raise if the two do not go together."""
    named, why = _said_keras()
    return choose(_said(), named, why) if named else choose(_said(), None)


def choose(
    tensorflow: str | None, named: str | None, why: str = "keras_version as given"
) -> Choice:
    """Return the TensorFlow and the Keras that two names mean, of which each may be None."""
    if named is None:
        tensorflow = tensorflow or NEWEST
        if tensorflow in _OWN:
            return Choice(tensorflow, tensorflow, "TensorFlow's own")
        return Choice(tensorflow, NEWEST_KERAS, "the newest verified")
    partner = _partner(named)
    if tensorflow is None:
        tensorflow = partner or NEWEST
    if partner not in (None, tensorflow):
        raise ValueError(
            f"Keras {named} is that of TensorFlow {partner}, and TensorFlow {tensorflow} is "
            "mirrored: say one of them otherwise"
        )
    if partner is None and tensorflow in _OWN[:-1]:
        raise ValueError(
            f"Keras {named} needs TensorFlow {_LAST_OWN} or newer, and TensorFlow {tensorflow} is "
            "mirrored: say one of them otherwise"
        )
    return Choice(tensorflow, named, why)


def rule(name: str, version: str | None = None) -> str:
    """Return what RULES says under `name` for a version, or the one that is mirrored.

    The version is TensorFlow's, or the name of a Keras if the rule's name begins with "keras".
    """
    if version is None:
        version = keras() if name.startswith("keras") else get()
    return _rule(name, version)


@functools.cache
def _rule(name: str, version: str) -> str:
    axis = VERIFIED
    if name.startswith("keras"):
        axis = KERAS
        version = _LAST_OWN if version in TF_KERAS else version
    at = axis.index(version)
    return next(what for first, what in reversed(RULES[name]) if axis.index(first) <= at)


def keras_3_rule(name: str) -> str:
    """Return what a rule says of what Keras 2 has not: there the newest Keras 3 is followed."""
    named = keras()
    return _rule(name, named if _rule("keras", named) == "3" else NEWEST_KERAS)


def require(what: str, name: str) -> None:
    """Raise unless the Keras that is mirrored has what came with the release of a rule."""
    if keras_3_rule(name) == "absent":
        first = next(first for first, said in RULES[name] if said != "absent")
        raise ValueError(f"{what} came with Keras {first}, and Keras {keras()} is mirrored")


def is_keras_3(named: str | None = None) -> bool:
    """Say whether the Keras that is mirrored, or that has this name, is Keras 3."""
    return rule("keras", named) == "3"


def set_default(version: str) -> None:
    """Mirror the TensorFlow `version` from now on, in every thread."""
    global _default
    _default = _checked(version)


def forget() -> None:
    """Mirror what a new process does."""
    global _default, _default_keras
    _default = _default_keras = None


def using(version: str) -> Put:
    """Mirror the TensorFlow `version` in this thread (or task) until the block ends."""
    return Put(_override, _checked(version))


def set_default_keras(version: str | None) -> None:
    """Mirror the Keras `version` from now on, in every thread; None for TensorFlow's own."""
    global _default_keras
    named = None if version is None else check_keras(version)
    choose(_said(), named)
    _default_keras = None if named is None else (named, _SET)


def using_keras(version: str | None, why: str = _SET) -> Put:
    """Mirror the Keras `version` in this thread (or task) until the block ends."""
    named = None if version is None else check_keras(version)
    choose(_said(), named)
    return Put(_override_keras, ("" if named is None else named, why))


def said() -> tuple[str | None, str, str]:
    """Return the TensorFlow that somebody asked for, the Keras, and why; None and empty if not."""
    return (_said(), *_said_keras())


def _said() -> str | None:
    """Return the TensorFlow that somebody asked for."""
    return _override.get() or _default


def _said_keras() -> tuple[str, str]:
    """Return the Keras that somebody asked for, and why; an empty name if nobody did."""
    return _override_keras.get() or _default_keras or ("", "")


def _partner(named: str) -> str | None:
    """Return the only TensorFlow that a Keras goes with, if there is but one."""
    return named.removeprefix("tf_keras ") if named in TF_KERAS or named in _OWN else None


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


def check_keras(version: str, what: str = "version") -> str:
    """Return the name of a Keras that was verified, without its third number."""
    if not isinstance(version, str):
        raise TypeError(f'{what} must be a string such as "3.6", got {brief(version)}')
    found = re.fullmatch(r"((?:tf_keras )?[0-9]+\.[0-9]+)(?:\.[0-9]+)?", version)
    if found is None or found[1] not in (*KERAS, *TF_KERAS):
        raise ValueError(
            f"{what} must be a Keras from {KERAS_3[0]} to {NEWEST_KERAS}, {TF_KERAS[0]} to "
            f"{TF_KERAS[-1].split()[1]} by that name, or a TensorFlow's own up to {_LAST_OWN}; "
            f"got {brief(version)}"
        )
    return found[1]
