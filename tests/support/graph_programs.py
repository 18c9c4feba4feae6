"""graph_programs.py: random programs of graph ops, as data, and how any TensorFlow runs them.

A program is a list of steps; `build` makes each a tensor, or None. The library that runs it is an
argument, so make_golden_graphs.py (under TensorFlow 1.15, on Python 3.7) and the tests share this
file. It imports neither TensorFlow nor tfphilox.

TensorFlow's graph optimizer is to be switched off: it reorders arithmetic (a division by a constant
becomes a product, sums of constants are made before), which moves last bits.
"""

import operator

import numpy as np

ARITHMETIC = {"add": operator.add, "mul": operator.mul, "sub": operator.sub}


def build(tf, steps):
    """Make the tensors of a program in the graph that is being built."""
    made = []

    def value(what):
        if isinstance(what, dict):
            return made[what["of"]] if "of" in what else np.array(what["array"], what["dtype"])
        return what

    for step in steps:
        kind, what = step["kind"], {k: value(v) for k, v in step.get("with", {}).items()}
        if kind == "set_seed":
            tf.compat.v1.set_random_seed(what["seed"])
            made.append(None)
        elif kind in ARITHMETIC:
            made.append(ARITHMETIC[kind](what["a"], what["b"]))
        elif kind == "loop":
            made.append(loop(tf, what.get("seed")))
        elif kind == "inner":
            made.append(tf.function(lambda steps=step["steps"]: fetched(build(tf, steps)))()[0])
        else:
            made.append(call(tf, kind, what))
    return made


def call(tf, path, what):
    function = tf
    for part in path.split("."):
        function = getattr(function, part)
    result = function(**what)
    return result[0] if isinstance(result, tuple) else result


def loop(tf, seed):
    """Three turns of a loop that adds up uniforms."""
    return tf.while_loop(
        lambda i, total: i < 3,
        lambda i, total: (i + 1, total + tf.random.uniform([], seed=seed)),
        [0, 0.0],
    )[1]


def fetched(made):
    return [tensor for tensor in made if tensor is not None]


def run_graph(tf, program, config=None):
    """Run a program in a graph: what two sessions fetch, several times each."""
    results = []
    with tf.Graph().as_default() as graph:
        if program["seed"] is not None:
            tf.compat.v1.set_random_seed(program["seed"])
        made = build(tf, program["steps"])
        for runs in program["sessions"]:
            with tf.compat.v1.Session(graph=graph, config=config) as session:
                for wanted in runs:
                    results += session.run([made[i] for i in wanted])
    return results


def run_function(tf, program):
    """Run a program in a function, which is called several times."""
    results = []
    tf.compat.v1.set_random_seed(program["seed"])

    @tf.function
    def first(x, times=1):
        return fetched(build(tf, program["steps"]))

    @tf.function
    def second():
        return tf.random.uniform([2]), tf.random.normal([2], seed=3)

    @tf.function(input_signature=[tf.TensorSpec([], "float32")])
    def signed(x, times=1):
        return first(x)

    one = np.float32(1)
    forms = {  # the first two are as first(one)
        "keyword": lambda: first(x=one),
        "default": lambda: first(one, True),
        "other": lambda: first(one, times=2),
        "second": second,
        "signed": lambda: signed(1),
    }
    for what in program["calls"]:
        if what == "set_seed":
            tf.compat.v1.set_random_seed(program["seed"] + 1)
        elif what == "eager":
            results.append(tf.random.uniform([2]))
        else:
            results += forms[what]() if what in forms else first(np.float32(what))
    return [np.asarray(result) for result in results]


def run_signatures(tf):
    """Run functions with an input_signature, a method among them."""
    spec, results = tf.TensorSpec, []
    tf.compat.v1.set_random_seed(5)

    @tf.function(input_signature=[spec([2], "float32")])
    def fixed(x, y=3):
        return x * tf.random.uniform([2]) + tf.random.normal([2])

    @tf.function(input_signature=(spec([None], "float32"), spec([], "int32")))
    def open_ended(x, n=4):
        return x + tf.random.uniform([2]) * tf.random.uniform([2], seed=2)

    @tf.function(input_signature=[])
    def nothing():
        return tf.random.uniform([2])

    class Owner:
        @tf.function(input_signature=[{"x": spec([], "float32"), "y": [spec(None, "float64")]}])
        def method(self, parts):
            return parts["x"] * tf.random.uniform([]), parts["y"][0]

    one, two = Owner(), Owner()
    for turn in range(3):
        results += [fixed(np.ones(2, np.float32)), fixed([1.5, 2])]
        results += [open_ended(np.ones(2, np.float64), turn), open_ended([1, 3]), nothing()]
        for owner in one, two, one:
            results += owner.method({"x": np.float64(2.5), "y": [turn + 0.1]})
    return [np.asarray(result) for result in results]


def ported(tf):
    """What a program of TensorFlow 1 does between its random ops, of a matrix, vector, number."""
    one = tf.compat.v1
    reshape, most = getattr(tf, "reshape", np.reshape), getattr(one, "reduce_max", np.max)
    turn, exp = getattr(tf, "transpose", np.transpose), getattr(tf, "exp", np.exp)
    lists = [[0.25, 0.5, 1.0, 2.0]] * 3
    return [
        lambda x, i, k: one.nn.dropout(x, keep_prob=k),
        lambda x, i, k: one.nn.dropout(x, rate=k),
        lambda x, i, k: one.nn.dropout(lists, keep_prob=1.0),
        lambda x, i, k: one.nn.dropout(x, rate=0),
        lambda x, i, k: one.nn.dropout(x, rate=np.float32(0)),
        *[lambda x, i, k, rate=n / 20: one.nn.dropout(x, rate=rate) for n in range(1, 20)],
        lambda x, i, k: one.nn.dropout(x, keep_prob=1 / 3),
        lambda x, i, k: x[0],
        lambda x, i, k: x[1:, 2],
        lambda x, i, k: x[..., ::2],
        lambda x, i, k: i / 2,
        lambda x, i, k: i / i,
        lambda x, i, k: x + lists,
        lambda x, i, k: x * np.float64(1.1),
        lambda x, i, k: np.float64(1.1) / x,
        lambda x, i, k: x + np.full((3, 4), 0.1),
        lambda x, i, k: x - np.arange(4),
        lambda x, i, k: i * np.int64(3),
        lambda x, i, k: x < 0.3,
        lambda x, i, k: reshape(x, (4, 3)),
        lambda x, i, k: turn(x),
        lambda x, i, k: most(i),
        lambda x, i, k: most(i, 0),
        lambda x, i, k: exp(x * 0),
        lambda x, i, k: one.random_normal([i[0], 2]),
        lambda x, i, k: one.random_uniform([i[0], 2], 0, 9, "int32"),
        lambda x, i, k: one.random_crop(x, i[:2]),
    ]


def run_ported(tf, config=None):
    """Each of them in a graph of its own, and the unseeded op that follows."""
    results = []
    for make in ported(tf):
        with tf.Graph().as_default() as graph:
            tf.compat.v1.set_random_seed(1)
            x = tf.random.uniform([3, 4], seed=1)
            i = tf.random.uniform([3], 1, 4, "int32", seed=2)
            made = [make(x, i, x[0, 1]), tf.random.uniform([2]), x]
            with tf.compat.v1.Session(graph=graph, config=config) as session:
                results += session.run(made)
    return results


def exponentials(tf):
    """Gamma numbers of alpha 1, drawn at once."""
    results = []
    for dtype in ("float16", "float32", "float64"):
        tf.compat.v1.set_random_seed(3)
        dtype = getattr(tf, dtype, dtype)  # 2.0 does not take names
        results.append(tf.random.gamma([3000], 1.0, dtype=dtype, seed=4))
        results.append(tf.random.gamma([300], [1.0, 0.5, 2.0], beta=0.3, dtype=dtype, seed=5))
    return [np.asarray(result) for result in results]


FORMS = ("keyword", "default", "other", "signed")


def generate(rng, functions, forms=()):
    """Return one random program; in functions also calls of others, and loops.

    `forms` are further ways to call the function, which the golden files do not have.
    """
    steps = []
    for _ in range(rng.randrange(2, 7)):
        steps.append(_step(rng, steps, functions))
    program = {"seed": rng.choice([0, 5, 1234, 2**31 + 3]), "steps": steps}
    usable = [i for i, step in enumerate(steps) if step["kind"] != "set_seed"]
    if functions:
        calls = ["1", "1", "second", "set_seed", "eager", "1", *forms]
        program["calls"] = [rng.choice(calls) for _ in range(5)] + ["1", "second", "1"]
    elif usable:
        program["sessions"] = [
            [[rng.choice(usable) for _ in range(rng.randrange(1, 4))] for _ in range(2)]
            for _ in range(2)
        ]
    else:
        return generate(rng, functions, forms)
    return program


FLOATS = ["float16", "float32", "float64"]


def _step(rng, steps, functions):
    vectors = [
        {"of": i}
        for i, step in enumerate(steps)
        if step["kind"] in ("random.uniform", "random.normal", "random.truncated_normal")
        and step["with"]["dtype"] == "float32" and step["with"]["shape"] == [3]
    ]  # fmt: skip
    seed = rng.choice([None, None, None, 1, 7])

    def operand(default):
        return rng.choice([default, rng.uniform(0, 2), *vectors])

    shape = rng.choice([[3], [3], [2], [], [2, 3]])
    dtype = rng.choice(["float32", "float32", *FLOATS])
    like = operand if (shape, dtype) == ([3], "float32") else (lambda default: default)
    size = {"shape": shape, "dtype": dtype, "seed": seed}
    classes = {"array": [[1], [2]], "dtype": "int64"}
    sampler = {"true_classes": classes, "num_true": 1, "num_sampled": 2, "unique": True}
    sampler.update(range_max=7, seed=seed)
    choices = [
        ("random.uniform", dict(size, minval=like(0), maxval=like(2.5))),
        ("random.uniform", size),
        ("random.uniform", dict(shape=shape, minval=3, maxval=90, dtype="int32", seed=seed)),
        ("random.normal", dict(size, mean=like(0.0), stddev=like(1.0))),
        ("random.truncated_normal", size),
        ("random.gamma", {"shape": [2], "alpha": operand(0.5), "seed": seed}),
        ("random.gamma", {"shape": [2], "alpha": 1.5, "beta": 2.0, "seed": seed}),
        ("compat.v1.random.poisson", {"lam": [0.5, 20.0], "shape": [2], "seed": seed}),
        ("random.categorical", {"logits": [[0.0, 1.0, 2.0]], "num_samples": 4, "seed": seed}),
        ("random.shuffle", {"value": rng.choice([[1, 2, 3, 4, 5], *vectors]), "seed": seed}),
        ("random.uniform_candidate_sampler", sampler),
        ("random.stateless_uniform", {"shape": [2], "seed": [1, 2]}),
        ("random.stateless_normal", {"shape": [3], "seed": [3, 4], "mean": operand(1.0)}),
        ("add", {"a": rng.choice(vectors), "b": rng.choice([1.5, *vectors])} if vectors else None),
        ("mul", {"a": rng.choice(vectors), "b": rng.choice(vectors)} if vectors else None),
        ("set_seed", {"seed": rng.choice([0, 3])}),
        *_pictures(rng, vectors, seed),
    ]
    if functions:
        choices += [("loop", {"seed": seed}), ("inner", None)]
    kind, what = rng.choice([each for each in choices if each[1] is not None or each[0] == "inner"])
    if kind == "inner":
        inner = [{"kind": "random.uniform", "with": dict(shape=[2], seed=seed)}] * rng.randrange(
            1, 3
        )
        return {"kind": "inner", "steps": inner}
    return {"kind": kind, "with": {k: v for k, v in what.items() if v is not None}}


def _pictures(rng, vectors, seed):
    """Steps of tf.image and tf.nn; their numbers are whole, so that no arithmetic rounds."""
    dtype = rng.choice(["float32", "float32", "float16", "float64", "uint8"])
    shape = rng.choice([[4, 5, 3], [4, 5, 3], [2, 4, 5, 3]])
    size = 60 if len(shape) == 3 else 120
    values = np.arange(size).reshape(shape).tolist()
    image = {"image": {"array": values, "dtype": dtype}, "seed": seed}
    crop = {"value": image["image"], "size": [2, 3, 3] if len(shape) == 3 else [2, 2, 3, 3]}
    dropped = {"array": [1.0, 2.0, 3.0, 4.0], "dtype": "float32"}
    yield "image.random_flip_left_right", image
    yield "image.random_flip_up_down", image
    yield "image.random_crop", dict(crop, seed=seed)
    yield "compat.v1.nn.dropout", {"x": rng.choice([dropped, *vectors]), "rate": 0.5, "seed": seed}
    if len(shape) == 3 and dtype != "float16":
        yield "image.random_brightness", dict(image, max_delta=0.5)
