"""make_golden_image.py: ask TensorFlow for dropouts, pictures and weights and write them down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_image.py

writes tests/golden_files/image-tf-<version>.json. It imports TensorFlow and NumPy and never
tfphilox, and runs under Python 3.7 with TensorFlow 1.15 as well as under today's. test_nn.py,
test_image.py and test_v1.py read the files. One case is one line: what was called and what it
returned, call after call, as bit patterns in hex.

dropout       nn.dropout after set_seed; a rate may be an array, which stands for a tensor, and a
              NumPy number of some kind
image         functions of tf.image after set_seed; JPEG's factor is not here: it gives pictures
boxes         the raw ops of sample_distorted_bounding_box
initializers  those of compat.v1 and, from 2.0 on, the two of TensorFlow 2
"""

import datetime
import json
import os
import platform

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

if tf.__version__.startswith("1."):
    tf.compat.v1.enable_eager_execution()
V1 = tf.compat.v1
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STATELESS = tuple(int(part) for part in tf.__version__.split(".")[:2]) >= (2, 4)  # stateless ones
INF, NAN = float("inf"), float("nan")
GLOBAL_SEED = 77


def bits(array):
    array = np.ascontiguousarray(array)
    words = array.reshape(-1).view(f"<u{array.dtype.itemsize}")
    return " ".join("{:0{}x}".format(int(word), 2 * array.dtype.itemsize) for word in words)


def cast(values, dtype):
    with np.errstate(all="ignore"):
        return np.asarray(values, np.float64).astype(tf.as_dtype(dtype).as_numpy_dtype)


def flushes():
    """Whether a small eager op flushes subnormals; up to 2.0 it runs in the caller's thread."""
    return float(tf.constant(1e-39, tf.float32) * tf.constant(1.0, tf.float32)) == 0.0


# ---- dropout -------------------------------------------------------------------------------


def dropout_cases():
    numbers = np.random.RandomState(1)
    for dtype in ("float16", "float32", "float64", "bfloat16"):
        x = np.concatenate(
            [
                np.round(numbers.standard_normal(20), 3),
                [NAN, INF, -INF, -0.0, 0.0, 65504.0, -6e4, 1e-3, -7.0, 100.0],
            ]
        )
        subnormal = np.concatenate([x, [1e-39, -1e-39, 1e-310, 6e-8]])
        for rate, array, seed, noise_shape, values in [
            (0.5, False, None, None, x), (0.3, False, 5, None, x), (0.1, True, 5, None, x),
            (0, False, None, None, x), (0.0, True, None, None, x), (0.7, True, None, [15, 1], x),
            (0.9, False, 6, [15, 1], x), (0.9, False, 6, [None, 2], x), (1 / 3, False, 5, None, x),
            (0.25, False, 8, None, subnormal), (0, False, 5, None, x),
        ]:  # fmt: skip
            shape = [15, 2] if noise_shape else [len(values)]
            yield dict(dtype=dtype, shape=shape, x=values, rate=rate, array=array, seed=seed,
                       noise_shape=noise_shape)  # fmt: skip
        for rate, kind in [(0.3, "float32"), (0.228, "float16"), (0.7, "float64")]:
            yield dict(dtype=dtype, shape=[len(x)], x=x, rate=rate, kind=kind, array=False, seed=9,
                       noise_shape=None)  # fmt: skip


def run_dropout(case):
    case = dict(case, global_seed=GLOBAL_SEED)
    x = cast(case["x"], case["dtype"]).reshape(case["shape"])
    case["x"] = bits(x)
    rate = tf.constant(case["rate"], case["dtype"]) if case["array"] else case["rate"]
    if "kind" in case:
        rate = np.dtype(case["kind"]).type(rate)
    V1.set_random_seed(GLOBAL_SEED)
    call = tf.nn.dropout if not tf.__version__.startswith("1.") else tf.compat.v2.nn.dropout
    case["results"] = [
        bits(call(tf.constant(x), rate, case["noise_shape"], seed=case["seed"]).numpy())
        for _ in range(2)
    ]
    if case["seed"] is None:
        case["next_op_seed"] = V1.get_seed(None)[1]
    return case


# ---- pictures ------------------------------------------------------------------------------


def pictures():
    """Pictures by name: one of each type, and a batch of it."""
    numbers = np.random.RandomState(2)
    found = {}
    for dtype in ("uint8", "int16", "int32", "float32", "float64", "float16"):
        if dtype.startswith("float"):
            x = np.round(numbers.standard_normal((4, 3, 3)), 2)
        else:
            info = np.iinfo(dtype)
            x = np.floor(numbers.uniform(info.min, info.max, (4, 3, 3)))
            x[0] = info.max
        found[dtype] = x
        found[dtype + " batch"] = np.stack([x, x[::-1], x * 0 + 1])
    return found


def image_cases():
    names = {
        "brightness": [[0.3], [2.0]], "contrast": [[0.5, 1.5]], "hue": [[0.3]],
        "saturation": [[0.2, 3.0]], "flip_left_right": [[]], "flip_up_down": [[]],
        "crop": [[[3, 2, 2]]],
    }  # fmt: skip
    for name, many in sorted(names.items()):
        for dtype in ("uint8", "int16", "int32", "float32", "float64", "float16"):
            if dtype == "float16" and name in ("contrast", "hue", "saturation"):
                continue
            for arguments in many:
                case = dict(picture=dtype, dtype=dtype, arguments=arguments)
                yield dict(case, name="random_" + name, keywords={"seed": 3})
                if STATELESS and hasattr(tf.image, "stateless_random_" + name):
                    yield dict(case, name="stateless_random_" + name, keywords={"seed": [3, 4]})
                if name.startswith("flip") and not tf.__version__.startswith("1."):
                    yield dict(case, picture=dtype + " batch", name="random_" + name,
                               keywords={"seed": 3})  # fmt: skip


def run_image(case):
    x = tf.constant(cast(pictures()[case["picture"]], case["dtype"]))
    V1.set_random_seed(GLOBAL_SEED)
    function = getattr(tf.image, case["name"])
    results = [bits(function(x, *case["arguments"], **case["keywords"]).numpy()) for _ in range(2)]
    return dict(case, global_seed=GLOBAL_SEED, results=results)


def box_cases():
    boxes = [[[0.1, 0.2, 0.5, 0.6], [0.0, 0.0, 0.9, 0.3]]]
    for op in ("SampleDistortedBoundingBox", "SampleDistortedBoundingBoxV2"):
        for size, more in [
            ([400, 500, 3], {}), ([40, 50, 3], {"aspect_ratio_range": [0.2, 4.0]}),
            ([7, 300, 3], {"area_range": [0.3, 0.4], "max_attempts": 3}),
            ([50000, 60000, 1], {"min_object_covered": 0.9}), ([1, 1, 1], {}),
        ]:  # fmt: skip
            arguments = dict(image_size=size, bounding_boxes=boxes, seed=1, seed2=2)
            arguments["min_object_covered"] = 0.4
            arguments.update(more)
            yield dict(op=op, arguments=arguments)
            if (
                STATELESS
                and op.endswith("V2")
                and hasattr(tf.raw_ops, "StatelessSampleDistortedBoundingBox")
            ):
                stateless = dict(arguments, seed=[8, 9])
                del stateless["seed2"]
                yield dict(op="StatelessSampleDistortedBoundingBox", arguments=stateless)


def run_boxes(case):
    V1.set_random_seed(GLOBAL_SEED)
    results = []
    for _ in range(2):
        crop = getattr(tf.raw_ops, case["op"])(**case["arguments"])
        results.append([bits(part.numpy()) for part in crop])
    return dict(case, global_seed=GLOBAL_SEED, results=results)


# ---- weights -------------------------------------------------------------------------------


def initializer_cases():
    shapes = [[], [3], [2, 2], [2, 1, 3, 2], [0, 2]]
    for name, many in [
        ("random_uniform", [{}, {"minval": -1, "maxval": 2.5}, {"dtype": "float64"},
                            {"minval": 0, "maxval": 9, "dtype": "int32"}]),
        ("random_normal", [{}, {"mean": 3, "stddev": 0.1}, {"dtype": "float16"}]),
        ("truncated_normal", [{}, {"mean": 3, "stddev": 0.1}, {"dtype": "float64"}]),
        ("uniform_unit_scaling", [{}, {"factor": 1.43}]),
        ("variance_scaling", [{}] + [
            {"scale": 2.5, "mode": mode, "distribution": distribution}
            for mode in ("fan_in", "fan_out", "fan_avg")
            for distribution in ("normal", "uniform", "truncated_normal", "untruncated_normal")]),
        ("glorot_uniform", [{}, {"dtype": "float64"}]),
        ("glorot_normal", [{}]),
        ("he_normal", [{}]), ("he_uniform", [{}]), ("lecun_normal", [{}]), ("lecun_uniform", [{}]),
    ]:  # fmt: skip
        for arguments in many:
            for seed in (None, 9):
                yield dict(path="compat.v1.initializers." + name, shapes=shapes,
                           arguments=dict(arguments, seed=seed))  # fmt: skip
    if not tf.__version__.startswith("1."):
        for seed in (None, 9, 2**40):
            yield dict(path="random_uniform_initializer", shapes=shapes,
                       arguments=dict(minval=-1.0, maxval=2.0, seed=seed))  # fmt: skip
            yield dict(path="random_normal_initializer", shapes=shapes,
                       arguments=dict(mean=1.0, seed=seed))  # fmt: skip


def run_initializer(case):
    found = tf
    for name in case["path"].split("."):
        found = getattr(found, name)
    arguments = dict(case["arguments"])
    if "dtype" in arguments:
        arguments["dtype"] = tf.as_dtype(arguments["dtype"])
    V1.set_random_seed(GLOBAL_SEED)
    initializer = found(**arguments)
    results = []
    for shape in case["shapes"]:
        array = initializer(shape).numpy()
        results.append([array.dtype.name, bits(array)])
    return dict(case, global_seed=GLOBAL_SEED, results=results)


def main():
    header = dict(
        tensorflow=tf.__version__, numpy=np.__version__, python=platform.python_version(),
        libc=" ".join(platform.libc_ver()), processor=processor(), flushes=flushes(),
        date=datetime.date.today().isoformat(),
    )  # fmt: skip
    found = {name: [list(x.shape), x.reshape(-1).tolist()] for name, x in pictures().items()}
    sections = dict(
        dropout=[run_dropout(case) for case in dropout_cases()],
        image=[run_image(case) for case in image_cases()],
        boxes=[run_boxes(case) for case in box_cases()],
        initializers=[run_initializer(case) for case in initializer_cases()],
    )
    path = os.path.join(TESTS, "golden_files", f"image-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        file.write(f'{{"header": {json.dumps(header)},\n"pictures": {json.dumps(found)}')
        for name, cases in sections.items():
            body = ",\n".join(json.dumps(case) for case in cases)
            file.write(f',\n"{name}": [\n{body}\n]')
        file.write("}\n")
    print(path, os.path.getsize(path), "bytes")


def processor():
    """The processor's name, and whether it has fused multiply-add."""
    name, flags = platform.machine(), ""
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            if key.strip() == "flags":
                flags = value
    return "{}, {} fma".format(name, "with" if " fma " in flags else "without")


if __name__ == "__main__":
    main()
