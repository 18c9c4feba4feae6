"""make_golden_edges.py: ask TensorFlow for numbers at the edges that other golden files miss.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_edges.py

writes tests/golden_files/edges-tf-<version>.json. It imports TensorFlow and NumPy and never
tfphilox. Each case is there because a mistake in one line of our sources changed no number of the
other golden files: `tests/mutants.py` found it. test_edges.py reads the file. Arrays are bit
patterns in hex; of the longer results the first few and the sum of all.

colors    hue, saturation, contrast and brightness of pixels that are subnormal, or just not, and
          whose differences and products are (`pictures`)
scaling   stateless draws with bounds, means and deviations that are NaN, infinite or tiny
unigrams  weights of which some have exactly their share
dropout   of one element, by a noise shape of many
threads   kernels whose numbers depend on TensorFlow's threads, at sizes where a cost of a cycle
          more, or a tie between two cuts, changes the cut; in a process of their own
logs      tf.math.log of rows of every length to 20: packets, and what is over
rows      of more than 10^8
draws     a binomial whose numbers no int32 holds, what a generator has moved by after one, an
          orthogonal matrix of more than 128 rows, and so many categories that a change of the
          exponential's seventh digit shows; bounds about where another way of drawing begins
orders    of data sets: epochs shorter than a buffer, without end, rejected
boxes     objects of one pixel or none, and ratios at which a crop's height is a tie
more      an orthogonal column, an initializer's own bounds, probabilities that float16's uniforms
          meet exactly, classes of which one is frequent
calls     the order in which a pass through models calls their layers
floor     compiled normals of which a uniform is 0, or the least above it
models    weights behind layers whose shapes no other model has, with kernels of every shape
"""

import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GLOBAL_SEED = 77
LEAST = float(np.finfo(np.float32).tiny)


def bits(array):
    array = np.ascontiguousarray(array)
    return (
        array.reshape(-1)
        .view(f"<u{array.dtype.itemsize}")
        .astype(f">u{array.dtype.itemsize}")
        .tobytes()
        .hex()
    )


# ---- pictures ------------------------------------------------------------------------------


def pictures():
    numbers = np.random.RandomState(3)
    signs = numbers.choice([-1.0, 1.0], (9, 8, 3))
    sizes = numbers.choice([0.0, 1e-45, 0.3, 0.6, 0.99, 1.0, 1.5, 2.0, 3.0], (9, 8, 3))
    yield "subnormal", sizes * LEAST * signs
    yield "subnormal, not negative", sizes * LEAST
    mixed = np.where(numbers.uniform(size=(9, 8, 3)) < 0.3, sizes * LEAST, sizes)
    yield "mixed", mixed
    exponents = numbers.randint(-126, -10, (9, 8, 3))
    yield "small", 2.0**exponents * numbers.uniform(1, 2, (9, 8, 3))
    yield "one small", np.concatenate([numbers.uniform(size=(8, 8, 3)), mixed[:1] * 1e-9])


def factor(lower, upper, seed):
    """The factor that random_contrast draws."""
    tf.random.set_seed(GLOBAL_SEED)
    return float(tf.random.uniform([], lower, upper, seed=seed))


def around_the_least(number):
    """Numbers whose products with this one are about the least normal one; their mean is 0."""
    middle = np.float32(LEAST / number)
    found = [middle]
    for _ in range(16):
        found.append(np.nextafter(found[-1], np.float32(0)))
    found = np.array(found[:16] + found[:2], np.float32)
    return np.concatenate([found, -found]).reshape(6, 2, 3)


def least_products():
    return [around_the_least(factor(0.1, 0.9, seed)) for seed in range(1, 9)]


def picture_cases():
    for name, picture in pictures():
        for function, arguments in [
            ("random_hue", [0.5]), ("random_saturation", [0.3, 2.0]),
            ("random_contrast", [0.3, 1.9]), ("random_brightness", [1e-38]),
        ]:  # fmt: skip
            for seed in (1, 2):
                yield name, function, arguments, seed, picture.astype(np.float32)
    for seed, picture in enumerate(least_products(), 1):
        yield f"least product {seed}", "random_contrast", [0.1, 0.9], seed, picture


def shown(name, picture):
    picture = picture.astype(np.float32)
    return {"name": name, "shape": list(picture.shape), "bits": bits(picture)}


def run_picture(name, function, arguments, seed, picture):
    tf.random.set_seed(GLOBAL_SEED)
    result = getattr(tf.image, function)(tf.constant(picture), *arguments, seed=seed)
    return {
        "name": name, "function": function, "arguments": arguments, "seed": seed,
        "first": bits(result.numpy())[:96],
        "sha256": hashlib.sha256(bits(result.numpy()).encode()).hexdigest(),
    }  # fmt: skip


# ---- scaling -------------------------------------------------------------------------------

INF, NAN = float("inf"), float("nan")
SPECIAL = [
    (NAN, 1.0), (-NAN, 1.0), (1.0, NAN), (INF, INF), (-INF, INF), (INF, 1.0), (-INF, -1.0),
    (0.0, INF), (-0.0, -0.0), (1e-38, 1e-39), (1e-7, 3e-5), (65504.0, 65504.0), (1.0, -INF),
]  # fmt: skip


def text(number):
    return "-nan" if np.isnan(number) and np.signbit(number) else repr(number)


def run_scaling(function, dtype, alone):
    kind = tf.as_dtype(dtype).as_numpy_dtype
    names = ("minval", "maxval") if "uniform" in function else ("mean", "stddev")
    results = []
    for pairs in [[pair] for pair in SPECIAL] if alone else [SPECIAL]:
        first, second = np.array(pairs).T.astype(kind)
        if alone:
            first, second = np.array(first[0]), np.array(second[0])  # scalars TensorFlow caches
        keywords = {names[0]: tf.constant(first), names[1]: tf.constant(second)}
        draw = getattr(tf.random, function)
        results.append(bits(draw([4, len(pairs)], [3, 4], dtype=dtype, **keywords).numpy()))
    return {"function": function, "dtype": dtype, "alone": alone, "results": results}


def scaling_cases():
    for function in ("stateless_uniform", "stateless_normal", "stateless_truncated_normal"):
        for dtype in ("float16", "bfloat16", "float32", "float64"):
            for alone in (False, True):
                if alone or dtype != "bfloat16":  # the sign of NaN depends on Eigen's packets there
                    yield function, dtype, alone


# ---- unigrams ------------------------------------------------------------------------------


def run_unigrams(weights):
    tf.random.set_seed(GLOBAL_SEED)
    sampled, _, expected = tf.random.fixed_unigram_candidate_sampler(
        tf.constant([[0]], tf.int64), 1, 60, False, len(weights), unigrams=weights, seed=5
    )
    return {
        "weights": weights, "sampled": sampled.numpy().tolist(), "expected": bits(expected.numpy())
    }  # fmt: skip


UNIGRAMS = [
    [3.0, 2.0, 1.0], [1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0], [0.5, 1.0, 1.5, 1.0],
    [4.0, 2.0, 1.0, 2.0, 1.0], [1.0, 2.0, 2.0, 4.0, 1.0, 2.0],
]  # fmt: skip


# ---- dropout and boxes ---------------------------------------------------------------------


def run_dropout(dtype):
    tf.random.set_seed(GLOBAL_SEED)
    x = tf.constant([3], dtype)
    return {"dtype": dtype, "result": bits(tf.nn.dropout(x, 0.4, noise_shape=[40], seed=5).numpy())}


PIXEL = [[[0.25, 0.25, 0.5, 0.5]]]
BOXES = [  # size, objects, aspect ratios, areas, how much of an object is covered
    ([4, 4, 3], PIXEL, [0.75, 1.33], [0.05, 1.0], 1.0),
    ([20, 4, 3], None, [0.5, 0.5], [0.05, 1.0], 0.1),
    ([30, 6, 3], None, [0.5, 0.5], [0.3, 1.0], 0.1),
    ([9, 9, 3], None, [0.75, 1.33], [0.05, 1.0], 0.7),
    ([40, 30, 3], None, [0.75, 1.33], [0.05, 1.0], 0.95),
    ([50, 8, 3], None, [0.25, 0.25], [0.05, 1.0], 0.0),
]  # fmt: skip


def run_boxes(size, objects, aspects, areas, covered):
    drawn = []
    for seed in range(1, 13):
        tf.random.set_seed(GLOBAL_SEED)
        crop = tf.image.sample_distorted_bounding_box(
            size, tf.zeros([1, 0, 4]) if objects is None else tf.constant(objects), seed=seed,
            min_object_covered=covered, aspect_ratio_range=aspects, area_range=areas,
            use_image_if_no_bounding_boxes=True,
        )  # fmt: skip
        drawn.append([*crop.begin.numpy().tolist()[:2], *crop.size.numpy().tolist()[:2]])
    return {
        "size": size, "objects": objects, "aspects": aspects, "areas": areas, "covered": covered,
        "drawn": drawn,
    }  # fmt: skip


# ---- threads -------------------------------------------------------------------------------


def run_threads(threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    found = {"threads": threads}
    for dtype in ("float16", "float32", "float64"):
        sums = hashlib.sha256()
        for n in range(780, 1480):
            array = tf.random.stateless_parameterized_truncated_normal(
                [n], [n, 4], tf.constant(0, dtype), tf.constant(1, dtype), tf.constant(-1, dtype),
                tf.constant(2, dtype),
            )  # fmt: skip
            sums.update(bits(array.numpy()).encode())
        found[dtype] = sums.hexdigest()
    sums = hashlib.sha256()
    for rows in range(100, 200):
        logits = np.arange(rows * 50, dtype=np.float32).reshape(rows, 50) % 7 - 3
        array = tf.random.stateless_categorical(tf.constant(logits), 60, [rows, 3])
        sums.update(array.numpy().astype(">u8").tobytes().hex().encode())
    found["categorical"] = sums.hexdigest()
    print(json.dumps(found))


def threads():
    for number in ("4", "32"):
        command = [sys.executable, os.path.abspath(__file__), number]
        yield json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


# ---- logarithms and rows -------------------------------------------------------------------


def run_logs(dtype):
    numbers = np.random.RandomState(5).uniform(0, 1, 210).astype(dtype)
    rows = np.split(numbers, np.cumsum(range(1, 20)))
    return {
        "dtype": dtype, "rows": [bits(row) for row in rows],
        "logs": [bits(tf.math.log(tf.constant(row)).numpy()) for row in rows],
    }  # fmt: skip


def run_draws():
    generator = tf.random.Generator.from_seed(5)
    generator.binomial([7, 3], tf.constant([3.0, 40.0, 9.0]), tf.constant([0.5, 0.3, 0.9]))
    logits = tf.constant([[0.0, -1.0, 0.5, 0.25, -0.125, 1.0, -2.0, 0.3]])
    many = tf.random.stateless_categorical(logits, 4_000_000, [5, 6], dtype=tf.int32).numpy()
    bounds = [
        bits(
            tf.random.stateless_parameterized_truncated_normal(
                [50],
                [low, 2],
                *(tf.constant(x, dtype) for x in (0, 1, -1 - low / 40, 1 + low / 40)),
            ).numpy()
        )
        for dtype in ("float16", "float32", "float64")
        for low in range(1, 21)
    ]
    return {
        "bounds": hashlib.sha256(" ".join(bounds).encode()).hexdigest(),
        "large": tf.random.stateless_binomial([9], [1, 2], 1e10, 0.5, tf.int32).numpy().tolist(),
        "state": generator.state.numpy().tolist(),
        "orthogonal": [
            bits(tf.keras.initializers.Orthogonal(seed=1)([131, 6], dtype).numpy())
            for dtype in ("float32", "float64")
        ],
        "categories": hashlib.sha256(many.astype(np.uint8).tobytes()).hexdigest(),
    }


def run_orders():
    tf.random.set_seed(GLOBAL_SEED)
    few = tf.data.Dataset.range(3)
    apply = tf.data.experimental.shuffle_and_repeat(4, None, seed=3)
    classes = tf.data.Dataset.range(900).rejection_resample(
        lambda x: tf.cast(x % 3, tf.int32), [0.2, 0.3, 0.5], seed=4
    )
    return {
        "short epochs": [int(x) for x in few.shuffle(50, seed=1).repeat(20)],
        "without end": [int(x) for x in tf.data.Dataset.range(6).apply(apply).take(40)],
        "rejected": [int(x) for _, x in classes],
    }


def run_more():
    tf.random.set_seed(GLOBAL_SEED)
    skewed = tf.data.Dataset.range(3000).rejection_resample(
        lambda x: tf.cast(x % 10 < 2, tf.int32), [0.5, 0.5], seed=4
    )
    tf.random.set_seed(GLOBAL_SEED)
    ones = [
        tf.keras.backend.random_bernoulli([20_000], p, "float16", seed=3).numpy()
        for p in (0.25, 0.5)
    ]
    generator = tf.random.Generator.from_seed(5, alg="threefry")
    draw = tf.function(lambda: generator.uniform([7], -(2**40), 2**41, tf.int64), jit_compile=True)
    return {
        "negative": draw().numpy().tolist(),
        "columns": [
            [bits(tf.keras.initializers.Orthogonal(seed=1)([rows, 1], dtype).numpy())
             for rows in (1, 2, 7, 49)]
            for dtype in ("float32", "float64")
        ],
        "bounds": bits(tf.random_uniform_initializer(seed=5)([6]).numpy()),
        "ones": [hashlib.sha256(one.astype(np.uint8).tobytes()).hexdigest() for one in ones],
        "skewed": hashlib.sha256(
            " ".join(str(int(x)) for _, x in skewed).encode()
        ).hexdigest(),
    }  # fmt: skip


def graphs():
    """Models whose layers a pass calls in another order than that of their file."""
    layers = tf.keras.layers

    class Noted(layers.Activation):
        def call(self, x):
            CALLED.append(self.name)
            return super().call(x)

    def noted(name):
        return Noted("linear", name=name)

    def model(outputs, x):
        return tf.keras.Model(x, outputs)

    x = tf.keras.Input((2,), name="x")
    a, b = noted("a")(x), noted("b")(x)
    c = noted("c")(b)
    yield "two lengths", model(noted("e")(layers.Add(name="sum")([a, noted("d")(c)])), x)
    x = tf.keras.Input((2,), name="x")
    a = noted("a")(x)
    long = noted("d")(noted("c")(noted("b")(a)))
    yield "a short cut", model(layers.Add(name="sum")([long, noted("e")(a), a]), x)
    x = tf.keras.Input((2,), name="x")
    parts = [noted(name)(x) for name in "abcd"]
    yield "side by side", model(layers.Add(name="sum")([parts[i] for i in (2, 0, 3, 1)]), x)
    x = tf.keras.Input((2,), name="x")
    a = noted("a")(x)
    yield "two outputs", model([noted("c")(noted("b")(a)), noted("d")(a)], x)


CALLED = []


def run_graph(name, model):
    CALLED.clear()
    model.run_eagerly = True
    model(np.zeros((1, 2), np.float32))
    text = model.to_json().replace("Noted", "Activation")
    return {"name": name, "model": json.loads(text), "called": list(CALLED)}


def run_floor(seed):
    """A uniform of the first of two words is 0 for the first seed, 2^-23 for the second."""
    draw = tf.function(lambda: tf.random.stateless_normal([8192], seed), jit_compile=True)
    return {"seed": seed, "sha256": hashlib.sha256(bits(draw().numpy()).encode()).hexdigest()}


def models():
    """Models of Keras 3 by name; the last layer's kernel has the shape in question."""
    layers, ops = tf.keras.layers, tf.keras.ops

    def model(shape, *calls):
        x = first = tf.keras.Input(batch_shape=shape)
        for call in calls:
            x = call(x)
        return tf.keras.Model(first, x)

    def end():
        return layers.Flatten(), layers.Dense(2)

    yield "transposed", model((2, 3, 4), ops.transpose, layers.Dense(3))
    yield "squeezed", model((2, 3, 1), ops.squeeze, layers.Dense(3))
    yield "dilated", model((None, 9, 2), layers.Conv1D(3, 3, dilation_rate=2), *end())
    for padding in ("valid", "same"):
        wide = layers.Conv1DTranspose(3, 5, strides=2, padding=padding)
        yield f"transposed convolution, {padding}", model((None, 6, 2), wide, *end())


def run_model(name, model):
    return {
        "name": name, "model": json.loads(model.to_json()),
        "shapes": [list(one.shape) for one in model.weights],
    }  # fmt: skip


def run_rows(number=100_000_021):
    tf.random.set_seed(GLOBAL_SEED)
    value = np.arange(number, dtype=np.uint64).astype(np.uint8)
    found = tf.random.shuffle(tf.constant(value), seed=3).numpy()
    return {"rows": number, "sha256": hashlib.sha256(found.tobytes()).hexdigest()}


def main():
    if len(sys.argv) > 1:
        return run_threads(int(sys.argv[1]))
    found = {
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()),
        "machine": platform.machine(),
        "date": datetime.date.today().isoformat(),
        "global_seed": GLOBAL_SEED,
        "pictures": [
            *(shown(*each) for each in pictures()),
            *(shown(f"least product {i}", each) for i, each in enumerate(least_products(), 1)),
        ],
        "colors": [run_picture(*case) for case in picture_cases()],
        "special": [[text(number) for number in pair] for pair in SPECIAL],
        "scaling": [run_scaling(*case) for case in scaling_cases()],
        "unigrams": [run_unigrams(weights) for weights in UNIGRAMS],
        "dropout": [run_dropout(dtype) for dtype in ("float16", "float32", "float64")],
        "threads": list(threads()),
        "logs": [run_logs(dtype) for dtype in ("float32", "float64")],
        "rows": run_rows(),
        "draws": run_draws(),
        "orders": run_orders(),
        "boxes": [run_boxes(*case) for case in BOXES],
        "more": run_more(),
        "calls": [run_graph(*case) for case in graphs()],
        "floor": [run_floor(seed) for seed in ([1380, 7], [2281, 7])],
        "models": [run_model(*case) for case in models()],
    }
    path = os.path.join(TESTS, "golden_files", f"edges-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        file.write(json.dumps(found, indent=0).replace("\n", " ").replace("}, {", "},\n{") + "\n")
    print(path)


if __name__ == "__main__":
    main()
