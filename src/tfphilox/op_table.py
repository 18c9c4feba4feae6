"""op_table.py: one record for every op: what is known of it, in one place.

A function of this package finds its record by the path that its decorator names (`graph.op`,
`graph.explained`), so neither its file nor its name can change what `explain` calls it, how many
nodes it counts for in a graph, or how its large results are made in parts.

A new op gets a record here, and its function the path. A new release of TensorFlow is added to
`versions.VERIFIED`; what it makes otherwise, to `versions.RULES`.

>>> RECORDS["random.normal"].nodes
Nodes(before=3, total=6, early=('shape', 'mean', 'stddev'), late=())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .graphs import nodes
from .graphs.nodes import Nodes
from .seeding import versions

__all__ = ["RECORDS", "Record", "Slicing", "find", "name_of", "nodes_rule", "register"]


class Slicing(NamedTuple):
    """How a large result can be made in parts: see golden/slices.py."""

    by: str  # what is moved to the part: "kernel", "pair", "counter" or "state"
    apart: int = 0  # blocks that each element has of its own; 0 if elements follow one another
    form: str = ""  # of a pair's op: the Generator's method, or the raw op, that takes a counter


class Record(NamedTuple):
    """What is known of an op.

    Attributes
    ----------
    path : str
        Its name in `explain`: the part of the package, and the function.
    draws : str
        What its stream comes from: "attributes", "pair", "counter" or "state"; "" if it has none of
        its own: it calls other ops, takes seeds only, or draws nothing.
    blocks : int or None
        How many blocks of 128 bits a run reserves for each element that is drawn; None if that
        depends on more than their number, or nothing is kept.
    nodes : Nodes, callable or None
        How many nodes a call makes in TensorFlow 1.15 to 2.1; None if that was never counted.
    slicing : Slicing or None
        None if the result is made whole.
    verified : str
        What its numbers were compared with. Docstrings repeat it, and a test holds them to it.
    runs_python : bool
        Whether it runs a function of the user's, whose calls are what `explain` names.
    compiles : bool
        Whether it draws in compiled functions, or is refused by what it draws from; else it is
        refused at once.
    """

    path: str
    draws: str = ""
    blocks: int | None = None
    nodes: nodes.Rule = None
    slicing: Slicing | None = None
    verified: str = f"TensorFlow {versions.NEWEST}"
    runs_python: bool = False
    compiles: bool = True


# Blocks that an element has of its own, used or not. A truncated normal's are 256 for a group of
# four words' worth of elements.
_IN_ROW, _TRUNCATED, _OWN = 0, 64, 256

_NORMAL = Nodes(3, 6, ("shape", "mean", "stddev"))
_SAMPLER = Nodes(0, 2, (), ("true_classes",))
_STATELESS = Nodes(0, 7, (), ("shape", "seed", "mean", "stddev"))
_BOX = Nodes(0, 4)


def _kernel(path: str, apart: int, rule: nodes.Rule = None) -> Record:
    """An op that continues from call to call, 256 blocks for an element."""
    return Record(path, "attributes", 256, rule, Slicing("kernel", apart))


def _pair(path: str, apart: int, form: str, rule: nodes.Rule = None) -> Record:
    return Record(path, "pair", None, rule, Slicing("pair", apart, form))


def _counter(path: str, apart: int) -> Record:
    return Record(path, "counter", None, None, Slicing("counter", apart))


def _method(name: str, apart: int) -> Record:
    return Record(f"random.Generator.{name}", "state", 256, None, Slicing("state", apart))


def _several(draws: str, blocks: int | None, paths: str) -> Iterable[Record]:
    return (Record(path, draws, blocks) for path in paths.split())


_ALL = (
    # ---- random
    _kernel("random.uniform", _IN_ROW, nodes.of_uniform),
    _kernel("random.normal", _IN_ROW, _NORMAL),
    _kernel("random.truncated_normal", _TRUNCATED, _NORMAL),
    _kernel("random.gamma", _OWN, nodes.of_gamma),
    _kernel("random.poisson", _OWN, Nodes(1, 3, ("shape",), ("lam",))),
    Record("random.categorical", nodes=Nodes(1, 3, ("logits",), ("num_samples",))),
    Record("random.shuffle", nodes=Nodes(0, 2, (), ("value",))),
    Record("random.all_candidate_sampler", nodes=_SAMPLER),
    Record("random.fixed_unigram_candidate_sampler", nodes=_SAMPLER),
    Record("random.learned_unigram_candidate_sampler", nodes=_SAMPLER),
    Record("random.log_uniform_candidate_sampler", nodes=_SAMPLER),
    Record("random.uniform_candidate_sampler", nodes=_SAMPLER),
    _pair("random.stateless_uniform", _IN_ROW, "uniform", nodes.of_stateless_uniform),
    _pair("random.stateless_normal", _IN_ROW, "normal", _STATELESS),
    _pair("random.stateless_truncated_normal", _TRUNCATED, "truncated_normal", _STATELESS),
    Record(
        "random.stateless_categorical",
        nodes=Nodes(0, 4, (), ("logits", "num_samples", "seed")),
    ),
    *_several(
        "pair",
        None,
        "random.stateless_gamma random.stateless_binomial random.stateless_shuffle"
        " random.stateless_parameterized_truncated_normal",
    ),
    *_several(
        "", None, "random.stateless_poisson random.split random.fold_in random.index_shuffle"
    ),
    _method("uniform", _IN_ROW),
    _method("normal", _IN_ROW),
    _method("truncated_normal", _TRUNCATED),
    _method("uniform_full_int", _IN_ROW),
    *_several("state", 256, "random.Generator.make_seeds random.Generator.split"),
    *_several(
        "",
        None,
        "random.Generator.binomial random.Generator.skip random.Generator.key"
        " random.Generator.reset random.Generator.reset_from_seed"
        " random.Generator.reset_from_key_counter",
    ),
    # ---- raw_ops
    _kernel("raw_ops.RandomUniform", _IN_ROW),
    _kernel("raw_ops.RandomUniformInt", _IN_ROW),
    _kernel("raw_ops.RandomStandardNormal", _IN_ROW),
    _kernel("raw_ops.TruncatedNormal", _TRUNCATED),
    *_several("attributes", 256, "raw_ops.RandomGamma raw_ops.RandomPoissonV2"),
    Record("raw_ops.SampleDistortedBoundingBoxV2", "attributes", nodes=_BOX),
    *_several(
        "attributes",
        None,
        "raw_ops.Multinomial raw_ops.ParameterizedTruncatedNormal raw_ops.RandomShuffle"
        " raw_ops.SampleDistortedBoundingBox raw_ops.UniformCandidateSampler"
        " raw_ops.LogUniformCandidateSampler raw_ops.LearnedUnigramCandidateSampler"
        " raw_ops.ThreadUnsafeUnigramCandidateSampler raw_ops.FixedUnigramCandidateSampler",
    ),
    _pair("raw_ops.StatelessRandomUniform", _IN_ROW, "StatelessRandomUniformV2"),
    _pair("raw_ops.StatelessRandomNormal", _IN_ROW, "StatelessRandomNormalV2"),
    _pair("raw_ops.StatelessTruncatedNormal", _TRUNCATED, "StatelessTruncatedNormalV2"),
    _pair("raw_ops.StatelessRandomUniformInt", _IN_ROW, "StatelessRandomUniformIntV2"),
    _pair("raw_ops.StatelessRandomUniformFullInt", _IN_ROW, "StatelessRandomUniformFullIntV2"),
    _counter("raw_ops.StatelessRandomUniformV2", _IN_ROW),
    _counter("raw_ops.StatelessRandomNormalV2", _IN_ROW),
    _counter("raw_ops.StatelessTruncatedNormalV2", _TRUNCATED),
    _counter("raw_ops.StatelessRandomUniformIntV2", _IN_ROW),
    _counter("raw_ops.StatelessRandomUniformFullIntV2", _IN_ROW),
    *_several("counter", None, "raw_ops.StatelessRandomGammaV3 raw_ops.StatelessShuffle"),
    *_several(
        "pair",
        None,
        "raw_ops.StatelessRandomGammaV2 raw_ops.StatelessRandomPoisson"
        " raw_ops.StatelessRandomBinomial raw_ops.StatelessMultinomial"
        " raw_ops.StatelessParameterizedTruncatedNormal"
        " raw_ops.StatelessSampleDistortedBoundingBox",
    ),
    *_several(
        "state",
        256,
        "raw_ops.StatefulUniform raw_ops.StatefulStandardNormalV2"
        " raw_ops.StatefulTruncatedNormal raw_ops.StatefulUniformInt"
        " raw_ops.StatefulUniformFullInt",
    ),
    *_several("state", None, "raw_ops.StatefulRandomBinomial raw_ops.RngReadAndSkip"),
    *_several(
        "",
        None,
        "raw_ops.RngSkip raw_ops.AllCandidateSampler raw_ops.NonDeterministicInts"
        " raw_ops.RandomIndexShuffle raw_ops.RandomPoisson raw_ops.StatefulStandardNormal"
        " raw_ops.StatelessRandomGetAlg raw_ops.StatelessRandomGetKeyCounter"
        " raw_ops.StatelessRandomGetKeyCounterAlg",
    ),
    # ---- what stands on them
    Record("nn.dropout", nodes=nodes.of_dropout),
    *_several("", None, "nn.stateless_dropout nn.general_dropout"),
    Record("image.random_brightness", nodes=nodes.of_picture(10, 11, 11, 19)),
    Record("image.random_contrast", nodes=nodes.of_picture(10, 10, 11, 19)),
    Record("image.random_hue", nodes=nodes.of_picture(10, 10, 11, 15)),
    Record("image.random_saturation", nodes=nodes.of_picture(10, 10, 11, 15)),
    Record("image.random_jpeg_quality", nodes=nodes.of_jpeg_quality),
    Record("image.random_flip_left_right", nodes=nodes.of_flip),
    Record("image.random_flip_up_down", nodes=nodes.of_flip),
    Record("image.random_crop", nodes=Nodes(16, 19, ("value", "size"))),
    Record("image.sample_distorted_bounding_box", nodes=_BOX),
    *_several(
        "",
        None,
        "image.stateless_random_brightness image.stateless_random_contrast"
        " image.stateless_random_hue image.stateless_random_saturation"
        " image.stateless_random_jpeg_quality image.stateless_random_crop"
        " image.stateless_random_flip_left_right image.stateless_random_flip_up_down"
        " image.stateless_sample_distorted_bounding_box",
    ),
    Record("compat.orthogonal_matrix", nodes=nodes.of_orthogonal),
    *_several(
        "",
        None,
        "keras.normal keras.truncated_normal keras.uniform keras.randint keras.categorical"
        " keras.dropout keras.shuffle keras.gamma keras.binomial keras.beta"
        " keras.SeedGenerator.next keras._orthogonal keras.fit_order"
        " keras.RandomBrightness.__call__ keras.RandomInvert.__call__"
        " keras.legacy_images.RandomBrightness.__call__ keras.legacy_images.RandomFlip.__call__"
        " keras.legacy_images.RandomContrast.__call__ keras.legacy_images.RandomCrop.__call__"
        " keras.Solarization.__call__ keras.RandomFlip.__call__ keras.RandomCrop.__call__"
        " keras.RandomErasing.__call__ keras.MixUp.__call__ keras.CutMix.__call__"
        " keras.Dropout.__call__ keras.GaussianNoise.__call__"
        " keras.GaussianDropout.__call__ keras.AlphaDropout.__call__"
        " data.Dataset.random data.Dataset.shuffle data.Dataset.sample_from_datasets"
        " data.Dataset.rejection_resample data.shuffle_order",
    ),
    # ---- graphs
    Record("function.call_function", nodes=Nodes(0, 1), runs_python=True),
    Record("function._loop", nodes=nodes.of_while_loop, runs_python=True),
    Record("graph.placeholder"),
)

# What was compared with more than the newest TensorFlow.
_VERIFIED = {
    f"TensorFlow 1.15, 2.0 and {versions.NEWEST}": (
        "random.uniform random.normal random.truncated_normal random.stateless_uniform"
        " random.stateless_normal random.stateless_truncated_normal"
    ),
    f"TensorFlow 1.15 to {versions.NEWEST}": (
        "data.Dataset.sample_from_datasets data.Dataset.rejection_resample data.shuffle_order"
    ),
    f"Keras 3.0 to {versions.NEWEST_KERAS}": (
        "keras.normal keras.truncated_normal keras.uniform keras.randint keras.categorical"
        " keras.dropout keras.shuffle keras.gamma"
    ),
    f"Keras 3.1 to {versions.NEWEST_KERAS}": "keras.binomial keras.beta",
    "TensorFlow 2.0 to 2.16 and Keras 3.15": "keras.fit_order",
}

# Of what stands on the random ops, or has no stream, these were compared with XLA's.
_COMPILES = (
    "keras.normal keras.truncated_normal keras.uniform keras.randint keras.categorical"
    " keras.dropout keras.shuffle keras.gamma keras.binomial keras.beta keras.SeedGenerator.next"
    " keras.fit_order keras.Dropout.__call__ keras.GaussianNoise.__call__"
    " keras.GaussianDropout.__call__ keras.AlphaDropout.__call__ keras.RandomFlip.__call__"
    " keras.RandomBrightness.__call__"
)
_APART = ("image.", "keras.", "compat.", "raw_ops.RandomIndexShuffle", "random.index_shuffle")

RECORDS = {record.path: record for record in _ALL}
for _what, _paths in _VERIFIED.items():
    for _path in _paths.split():
        RECORDS[_path] = RECORDS[_path]._replace(verified=_what)
for _path, _record in RECORDS.items():
    if _path.startswith(_APART) and _path not in _COMPILES.split():
        RECORDS[_path] = _record._replace(compiles=False)


def register(function: Callable[..., Any], path: str) -> None:
    """Let a function of the package have the record of this path."""
    function._record = RECORDS[path]  # type: ignore[attr-defined]


def find(function: Any) -> Record | None:
    """Return a function's record; None for one that has none, such as NumPy's."""
    found = getattr(function, "_record", None)
    return found if isinstance(found, Record) else None


def name_of(function: Any) -> str:
    """Return what a function is called in graphs and by `explain`, such as random.uniform."""
    record = find(function)
    if record is not None:
        return record.path
    return str(getattr(function, "__qualname__", None) or getattr(function, "__name__", "?"))


def nodes_rule(function: Any) -> nodes.Rule:
    """Return how the nodes of a function's calls are counted; None for one without a record."""
    record = find(function)
    if record is None:
        return None
    return nodes.unknown if record.nodes is None else record.nodes
