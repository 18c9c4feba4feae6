"""draw_calls.py: one call of every public function that draws, for the tests that walk over all.

`STATEFUL` draws from kernels, `STATELESS` from a pair or a key and a counter, `WITH_STATE` from the
state of a generator, `METHODS` are the Generator's own.
"""

import inspect
from types import ModuleType

import numpy as np

import tfphilox as tp

PICTURE = np.full((8, 8, 3), 0.5, np.float32)
LOGITS = [[0.1, 0.2, 0.3]]
BOX = {"image_size": [9, 9, 3], "bounding_boxes": [[[0.1, 0.1, 0.9, 0.9]]]}
KEY = {"key": [5], "counter": [1, 2], "alg": 1}
CLASSES = {"true_classes": [[1]], "num_true": 1, "num_sampled": 2, "unique": False}
RANGE = {**CLASSES, "range_max": 9}
PAIR = {"seed": [1, 2]}
ATTRIBUTES = {"seed": 1, "seed2": 2}
FLOATS = {"shape": [3], "dtype": "float32"}
INTEGERS = {"shape": [3], "minval": 0, "maxval": 9}
BOUNDS = {"minvals": -2.0, "maxvals": 2.0}


def state():
    return {"resource": tp.random.Generator.from_seed(1).state, "algorithm": 1}


STATEFUL = {  # name -> keywords: each draws once, from a kernel
    "random.uniform": {"shape": [3]},
    "random.normal": {"shape": [3], "mean": np.zeros(3, np.float32)},
    "random.truncated_normal": {"shape": [3]},
    "random.gamma": {"shape": [3], "alpha": [0.5, 2.0]},
    "random.poisson": {"shape": [3], "lam": [0.5, 2.0]},
    "random.categorical": {"logits": LOGITS, "num_samples": 5},
    "random.shuffle": {"value": np.arange(9)},
    "random.uniform_candidate_sampler": RANGE,
    "random.log_uniform_candidate_sampler": RANGE,
    "random.learned_unigram_candidate_sampler": RANGE,
    "random.fixed_unigram_candidate_sampler": {**RANGE, "unigrams": [1.0] * 9},
    "raw_ops.RandomUniform": {**FLOATS, **ATTRIBUTES},
    "raw_ops.RandomStandardNormal": {**FLOATS, **ATTRIBUTES},
    "raw_ops.TruncatedNormal": {**FLOATS, **ATTRIBUTES},
    "raw_ops.RandomUniformInt": {**INTEGERS, **ATTRIBUTES},
    "raw_ops.RandomGamma": {"shape": [3], "alpha": [0.5, 2.0], **ATTRIBUTES},
    "raw_ops.RandomPoissonV2": {"shape": [3], "rate": [0.5, 2.0], **ATTRIBUTES},
    "raw_ops.Multinomial": {"logits": LOGITS, "num_samples": 5, **ATTRIBUTES},
    "raw_ops.ParameterizedTruncatedNormal": {
        "shape": [3], "means": 0.0, "stdevs": 1.0, **BOUNDS, **ATTRIBUTES,
    },
    "raw_ops.RandomShuffle": {"value": np.arange(9), **ATTRIBUTES},
    "raw_ops.SampleDistortedBoundingBox": {**BOX, **ATTRIBUTES},
    "raw_ops.SampleDistortedBoundingBoxV2": {**BOX, "min_object_covered": 0.1, **ATTRIBUTES},
    "raw_ops.UniformCandidateSampler": {**RANGE, **ATTRIBUTES},
    "raw_ops.LogUniformCandidateSampler": {**RANGE, **ATTRIBUTES},
    "raw_ops.LearnedUnigramCandidateSampler": {**RANGE, **ATTRIBUTES},
    "raw_ops.ThreadUnsafeUnigramCandidateSampler": {**RANGE, **ATTRIBUTES},
    "raw_ops.FixedUnigramCandidateSampler": {**RANGE, "unigrams": [1.0] * 9, **ATTRIBUTES},
    "nn.dropout": {"x": PICTURE, "rate": 0.5},
    "nn.experimental.general_dropout": {
        "x": PICTURE, "rate": 0.5, "uniform_sampler": tp.random.uniform,
    },
    "image.random_brightness": {"image": PICTURE, "max_delta": 0.2},
    "image.random_contrast": {"image": PICTURE, "lower": 0.2, "upper": 0.5},
    "image.random_hue": {"image": PICTURE, "max_delta": 0.2},
    "image.random_saturation": {"image": PICTURE, "lower": 0.2, "upper": 0.5},
    "image.drawn_factor": {
        "function": tp.image.random_jpeg_quality, "min_jpeg_quality": 50, "max_jpeg_quality": 90,
    },
    "image.random_flip_left_right": {"image": PICTURE},
    "image.random_flip_up_down": {"image": PICTURE},
    "image.random_crop": {"value": PICTURE, "size": [4, 4, 3]},
    "image.sample_distorted_bounding_box": {**BOX, "seed": 5},
    "compat.v1.multinomial": {"logits": LOGITS, "num_samples": 5},
    "compat.v1.nn.dropout": {"x": PICTURE, "rate": 0.5},
}  # fmt: skip

STATELESS = {  # each draws once, from a pair or a key and a counter, and nothing is kept
    "random.stateless_uniform": {"shape": [3], **PAIR},
    "random.stateless_normal": {"shape": [3], **PAIR},
    "random.stateless_truncated_normal": {"shape": [3], **PAIR},
    "random.stateless_gamma": {"shape": [3], "alpha": 0.5, **PAIR},
    "random.stateless_poisson": {"shape": [3], "lam": 0.5, **PAIR},
    "random.stateless_binomial": {"shape": [3], "counts": 5.0, "probs": 0.5, **PAIR},
    "random.stateless_categorical": {"logits": LOGITS, "num_samples": 5, **PAIR},
    "random.stateless_parameterized_truncated_normal": {"shape": [3], **PAIR},
    "random.split": PAIR,
    "random.fold_in": {**PAIR, "data": 3},
    "random.experimental.stateless_split": PAIR,
    "random.experimental.stateless_fold_in": {**PAIR, "data": 3},
    "random.experimental.stateless_shuffle": {"value": np.arange(9), **PAIR},
    "raw_ops.StatelessRandomUniform": {"shape": [3], **PAIR},
    "raw_ops.StatelessRandomNormal": {"shape": [3], **PAIR},
    "raw_ops.StatelessTruncatedNormal": {"shape": [3], **PAIR},
    "raw_ops.StatelessRandomUniformInt": {**INTEGERS, **PAIR},
    "raw_ops.StatelessRandomUniformFullInt": {"shape": [3], **PAIR},
    "raw_ops.StatelessRandomUniformV2": {"shape": [3], **KEY},
    "raw_ops.StatelessRandomNormalV2": {"shape": [3], **KEY},
    "raw_ops.StatelessTruncatedNormalV2": {"shape": [3], **KEY},
    "raw_ops.StatelessRandomUniformIntV2": {**INTEGERS, **KEY},
    "raw_ops.StatelessRandomUniformFullIntV2": {"shape": [3], **KEY},
    "raw_ops.StatelessRandomGammaV2": {"shape": [3], "alpha": 0.5, **PAIR},
    "raw_ops.StatelessRandomGammaV3": {"shape": [3], "alpha": 0.5, **KEY},
    "raw_ops.StatelessRandomPoisson": {"shape": [3], "lam": 0.5, "dtype": "int32", **PAIR},
    "raw_ops.StatelessRandomBinomial": {"shape": [3], "counts": 5.0, "probs": 0.5, **PAIR},
    "raw_ops.StatelessMultinomial": {"logits": LOGITS, "num_samples": 5, **PAIR},
    "raw_ops.StatelessParameterizedTruncatedNormal": {
        "shape": [3], "means": 0.0, "stddevs": 1.0, **BOUNDS, **PAIR,
    },
    "raw_ops.StatelessShuffle": {"value": np.arange(9), **KEY},
    "raw_ops.StatelessSampleDistortedBoundingBox": {**BOX, "min_object_covered": 0.1, **PAIR},
    "nn.experimental.stateless_dropout": {"x": PICTURE, "rate": 0.5, **PAIR},
    "image.stateless_random_brightness": {"image": PICTURE, "max_delta": 0.2, **PAIR},
    "image.stateless_random_contrast": {"image": PICTURE, "lower": 0.2, "upper": 0.5, **PAIR},
    "image.stateless_random_hue": {"image": PICTURE, "max_delta": 0.2, **PAIR},
    "image.stateless_random_saturation": {"image": PICTURE, "lower": 0.2, "upper": 0.5, **PAIR},
    "image.stateless_random_flip_left_right": {"image": PICTURE, **PAIR},
    "image.stateless_random_flip_up_down": {"image": PICTURE, **PAIR},
    "image.stateless_random_crop": {"value": PICTURE, "size": [4, 4, 3], **PAIR},
    "image.stateless_sample_distorted_bounding_box": {**BOX, **PAIR},
    "compat.v1.random.stateless_multinomial": {"logits": LOGITS, "num_samples": 5, **PAIR},
    "keras.random.normal": {"shape": [3], "seed": 5},
    "keras.random.truncated_normal": {"shape": [3], "seed": 5},
    "keras.random.uniform": {"shape": [3], "seed": 5},
    "keras.random.randint": {"shape": [3], "minval": 0, "maxval": 9, "seed": 5},
    "keras.random.categorical": {"logits": LOGITS, "num_samples": 5, "seed": 5},
    "keras.random.dropout": {"inputs": PICTURE, "rate": 0.5, "seed": 5},
    "keras.random.shuffle": {"x": np.arange(9), "seed": 5},
    "keras.random.gamma": {"shape": [3], "alpha": 0.5, "seed": 5},
    "keras.random.binomial": {"shape": [3], "counts": 5.0, "probabilities": 0.5, "seed": 5},
    "keras.random.beta": {"shape": [3], "alpha": 0.5, "beta": 0.5, "seed": 5},
}  # fmt: skip
TWICE = {"keras.random.beta"}  # is a quotient of two gamma numbers

WITH_STATE = {
    "raw_ops.StatefulUniform": {"shape": [3]},
    "raw_ops.StatefulStandardNormalV2": {"shape": [3]},
    "raw_ops.StatefulTruncatedNormal": {"shape": [3]},
    "raw_ops.StatefulUniformInt": INTEGERS,
    "raw_ops.StatefulUniformFullInt": {"shape": [3]},
    "raw_ops.StatefulRandomBinomial": {"shape": [3], "counts": 5.0, "probs": 0.5},
    "raw_ops.RngSkip": {"delta": 3},
    "raw_ops.RngReadAndSkip": {"delta": 3},
}
METHODS = {
    "normal": {"shape": [3], "mean": np.zeros(3, np.float32)},
    "truncated_normal": {"shape": [3]},
    "uniform": {"shape": [3]},
    "uniform_full_int": {"shape": [3]},
    "binomial": {"shape": [3], "counts": 5.0, "probs": 0.5},
    "make_seeds": {"count": 3},
    "split": {"count": 3},
    "skip": {"delta": 3},
}
# Generator's methods that draw nothing.
OTHER_METHODS = {
    "from_state", "from_seed", "from_non_deterministic_state", "from_key_counter", "reset",
    "reset_from_seed", "reset_from_key_counter", "state", "algorithm", "key",
}  # fmt: skip

# Public functions without a stream, and why.
WITHOUT = {
    "random.all_candidate_sampler raw_ops.AllCandidateSampler": "all classes, in order",
    "random.experimental.index_shuffle raw_ops.RandomIndexShuffle": "a cipher of its own",
    "image.random_jpeg_quality image.stateless_random_jpeg_quality": "refused: see drawn_factor",
    "raw_ops.NonDeterministicInts": "the operating system's entropy",
    "raw_ops.StatelessRandomGetKeyCounter raw_ops.StatelessRandomGetKeyCounterAlg"
    " raw_ops.StatelessRandomGetAlg": "they say where a stream starts",
    "raw_ops.RandomPoisson raw_ops.StatefulStandardNormal": "removed from TensorFlow",
    "random.set_seed random.replica_generators random.create_rng_state random.get_global_generator"
    " random.set_global_generator": "they draw nothing",
}


def found(path):
    module = path.rpartition(".")[0]
    if module.startswith(("keras", "compat")):
        __import__(f"tfphilox.{module}")
    value = tp
    for part in path.split("."):
        value = getattr(value, part)
    return value


def public(module, prefix):
    """The functions that a mirrored module offers, by path, each once."""
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, ModuleType):
            yield from public(value, f"{prefix}.{name}")
        elif inspect.isfunction(value):
            yield f"{prefix}.{name}", value
