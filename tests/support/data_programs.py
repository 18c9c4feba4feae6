"""data_programs.py: small programs over data sets, run alike with TensorFlow and with tfphilox.

A program is a list of steps, JSON: it can be written into a golden file with what it gave. `run`
takes the two modules that differ, so this file imports neither; it runs under Python 3.7 too.

["seed", s]                          set_seed(s)
["range", name, arguments]           a data set
["random", name, arguments]          Dataset.random
["shuffle", name, of, arguments]     and repeat, batch, take, skip, shuffle_and_repeat
["sample", name, [of, ...], arguments]    and choose
["reject", name, of, arguments, k]   rejection_resample by the class x % k
["map", name, of, function, arguments]    and filter; functions are those below
["zip", name, [of, ...]]             a tuple
["concatenate", name, of, other]
["cache", name, of, arguments]       and enumerate, prefetch
["options", name, of]                with_options
["iter", name, of]                   an iterator
["next", iterator, count]            gives at most so many elements
["list", of, count]                  begins an iterator, gives at most so many elements
["at", of, indices]                  gives elements by number
["uniform"]                          gives random.uniform([1]): were op seeds taken?
"""

import numpy as np

ONE_INPUT = ("shuffle", "repeat", "batch", "take", "skip", "cache", "enumerate", "prefetch")


def plain(value):
    """An element as JSON."""
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    value = value.numpy() if hasattr(value, "numpy") else value
    return value.tolist() if hasattr(value, "tolist") else value


def element(at, dataset, index):
    """An element by number, or "no" where it is refused."""
    try:
        return plain(at(dataset, index))
    except Exception as error:
        if type(error).__name__ in ("OutOfRangeError", "FailedPreconditionError"):
            return "no"
        if type(error) in (IndexError, ValueError):
            return "no"
        raise


def function(module, name):
    """A function of an element's parts, by its name, for map or filter."""
    if name == "generator":
        random = module.random
        kind = getattr(random, "Generator", None) or random.experimental.Generator
        generator = kind.from_seed(7)

    def ints(shape=(), seed=None):
        return module.random.uniform(shape, maxval=1000, dtype="int32", seed=seed)

    def one(parts):
        return parts[0] if len(parts) == 1 else parts

    def shape(value):
        return module.shape(value) if hasattr(module, "shape") else np.shape(value)

    return {
        "same": lambda *parts: one(parts),
        "draw": lambda *parts: ints(),
        "seeded": lambda *parts: (one(parts), ints(seed=5)),
        "many": lambda *parts: (one(parts), module.random.normal([2]), ints([2], 3), ints()),
        "shuffle": lambda *parts: module.random.shuffle(np.arange(4)),
        "shape": lambda part: part + module.random.uniform(shape(part), maxval=9, dtype="int64"),
        "generator": lambda *parts: (
            one(parts), generator.uniform([], maxval=1000, dtype="int32")
        ),
        "half": lambda *parts: module.random.uniform([]) < 0.6,
        "seeded half": lambda *parts: module.random.uniform([], seed=5) < 0.6,
        "odd": lambda part: part % 2 > 0,
    }[name]  # fmt: skip


def take(iterator, count):
    got = []
    while len(got) < count:
        try:
            got.append(plain(next(iterator)))
        except StopIteration:
            break
    return got


def begin_in_tensorflow(tf):
    """What begins iterators in TensorFlow so that they are not read ahead.

    Newer versions read one element ahead in another thread: whether an iterator left at the end of
    an epoch has begun the next one is then a matter of luck.
    """
    options = tf.data.Options()
    if not hasattr(options.experimental_optimization, "inject_prefetch"):
        return iter
    options.experimental_optimization.inject_prefetch = False
    options.experimental_optimization.map_and_batch_fusion = False
    return lambda dataset: iter(dataset.with_options(options))


def run(module, program, begin=iter):
    """What the steps of a program give; module is tensorflow or tfphilox."""
    data, results, things = module.data, [], {}
    experimental = data.experimental

    def mixer(name, named):
        """The older name, whose defaults never changed, unless there are newer arguments."""
        return getattr(
            data.Dataset if "rerandomize_each_iteration" in named else experimental, name
        )

    for step in program:
        kind, arguments = step[0], step[1:]
        if kind == "seed":
            set_seed = getattr(module.random, "set_seed", module.compat.v1.set_random_seed)
            set_seed(arguments[0])
        elif kind == "range":
            things[arguments[0]] = data.Dataset.range(*arguments[1])
        elif kind == "random":
            random = getattr(data.Dataset, "random", None) or experimental.RandomDataset
            things[arguments[0]] = random(**arguments[1])
        elif kind in ONE_INPUT:
            name, of, named = arguments
            things[name] = getattr(things[of], kind)(**named)
        elif kind in ("map", "filter"):
            name, of, called, named = arguments
            things[name] = getattr(things[of], kind)(function(module, called), **named)
        elif kind == "zip":
            things[arguments[0]] = data.Dataset.zip(tuple(things[n] for n in arguments[1]))
        elif kind == "concatenate":
            name, of, other = arguments
            things[name] = things[of].concatenate(things[other])
        elif kind == "options":
            things[arguments[0]] = things[arguments[1]].with_options(data.Options())
        elif kind == "shuffle_and_repeat":
            name, of, named = arguments
            things[name] = things[of].apply(experimental.shuffle_and_repeat(**named))
        elif kind == "sample":
            name, of, named = arguments
            if "weights" in named and isinstance(named["weights"], str):
                named = dict(named, weights=things[named["weights"]])
            things[name] = mixer("sample_from_datasets", named)([things[n] for n in of], **named)
        elif kind == "choose":
            name, of, choice, named = arguments
            things[name] = mixer("choose_from_datasets", named)(
                [things[n] for n in of], things[choice], **named
            )
        elif kind == "slices":
            things[arguments[0]] = data.Dataset.from_tensor_slices(arguments[1])
        elif kind == "reject":
            name, of, named, modulo = arguments
            things[name] = things[of].apply(
                experimental.rejection_resample(lambda x, k=modulo: cast(module, x % k), **named)
            )
        elif kind == "iter":
            things[arguments[0]] = begin(things[arguments[1]])
        elif kind == "next":
            results.append(take(things[arguments[0]], arguments[1]))
        elif kind == "list":
            results.append(take(begin(things[arguments[0]]), arguments[1]))
        elif kind == "at":
            results.append(
                [element(experimental.at, things[arguments[0]], i) for i in arguments[1]]
            )
        elif kind == "uniform":
            results.append(plain(module.random.uniform([1])))
        else:
            raise ValueError(kind)
    return results


def cast(module, value):
    return module.cast(value, "int32") if hasattr(module, "cast") else value.astype("int32")


# ---- programs at random ---------------------------------------------------------------------


def any_seed(rng):
    return rng.choice([None, None, 0, 1, rng.randrange(100), -rng.randrange(1, 100)])


def any_range(rng, newest):
    n = rng.choice([1, 2, 3, 5, 10, 10, 17, 40, rng.randrange(1, 200)])
    if rng.random() < 0.02:
        n = 0
    if rng.random() < 0.7:
        return [n], n
    step = rng.choice([1, 2, -1, -3, 7])
    # TensorFlow from 2.4 to 2.10 and later cuts a range's numbers down to 32 bits.
    start = rng.choice([0, 5, -20] + [2**32 - 5, -(2**40)] * newest)
    return [start, start + step * n, step], n


def any_program(rng, newest, rejection=True):
    """A program; `newest` allows what older versions lack.

    Without a global seed all op seeds are given.
    """
    global_seed = rng.choice([0, 1, 5, rng.getrandbits(31), -7])
    steps = [["seed", global_seed]]
    sets = {}  # name -> (rank, at most so many elements or None, can `at`)
    names = iter("abcdefghijklmnopqrstuvwxyz")

    def add(kind, rest, rank, most):
        name = next(names)
        steps.append([kind, name, *rest])
        sets[name] = rank, most
        return name

    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        arguments, n = any_range(rng, newest)
        add("range", [arguments], 0, n)
    for _ in range(rng.randrange(1, 7)):
        of = rng.choice(sorted(sets)[-3:])
        rank, most = sets[of]
        kind = rng.choice(
            ["shuffle"] * 6 + ["repeat"] * 3 + ["batch", "take", "skip", "sample", "choose"]
            + ["random"]
        )  # fmt: skip
        if kind == "shuffle":
            size = rng.choice([1, 2, 3, 4, 7, 10, 16, 50, 1000])
            if newest and most is not None and rng.random() < 0.05:
                size = -2
            named = {"buffer_size": size}
            if rng.random() < 0.7:
                named["seed"] = any_seed(rng)
            if rng.random() < 0.4:
                named["reshuffle_each_iteration"] = rng.choice([True, False, False])
            add(kind, [of, named], rank, most)
        elif kind == "repeat":
            count = rng.choice([1, 2, 2, 3, 5, -1])
            if most is None and count != 1:
                continue
            most = most if count == 1 else None if count < 0 else most * count
            named = {} if count < 0 and rng.random() < 0.5 else {"count": count}
            add(kind, [of, named], rank, most)
        elif kind == "batch":
            if rank > 1:
                continue
            named = {"batch_size": rng.choice([1, 2, 3, 8, 100])}
            if rng.random() < 0.4 or rank:
                named["drop_remainder"] = True if rank else rng.random() < 0.5
            if rank:  # only of equal shapes
                continue
            add(kind, [of, named], rank + 1, most)
        elif kind in ("take", "skip"):
            count = rng.choice([0, 1, 2, 5, 20, 100] + [-1, -2] * (kind == "take"))
            most = count if kind == "take" and count >= 0 and most is None else most
            add(kind, [of, {"count": count}], rank, most)
        elif kind == "random":
            named = {"seed": rng.randrange(50)}
            if newest and rng.random() < 0.5:
                named["rerandomize_each_iteration"] = True
            of = add(kind, [named], 0, None)
            if rng.random() < 0.5:
                add("take", [of, {"count": 5}], 0, 5)
        else:
            same = [n for n in sorted(sets) if sets[n][0] == rank]
            of = [rng.choice(same) for _ in range(rng.choice([1, 2, 2, 3, 5]))]
            most = [sets[n][1] for n in of]
            most = None if None in most else sum(most)
            if kind == "sample":
                named = {"seed": any_seed(rng)}
                if rng.random() < 0.6:
                    named["weights"] = [round(rng.uniform(0.05, 3), 2) for _ in of]
                    if newest and rng.random() < 0.3:
                        named["weights"][0] = 0.0
                if newest and rng.random() < 0.4:
                    named["stop_on_empty_dataset"] = rng.random() < 0.5
                if newest and rng.random() < 0.2:
                    named["rerandomize_each_iteration"] = True
                add(kind, [of, named], rank, most)
            else:
                choice = next(names)
                steps.append(["slices", choice, [rng.randrange(len(of)) for _ in range(30)]])
                steps[-1][2] = [int(x) for x in steps[-1][2]]
                named = {"stop_on_empty_dataset": rng.random() < 0.5} if newest else {}
                steps[-1] = ["range", choice, [len(of)]]
                repeated = next(names)
                steps.append(["repeat", repeated, choice, {"count": 40}])
                add(kind, [of, repeated, named], rank, most)
    last = sorted(sets)[-3:]
    iterators = 0
    for _ in range(rng.randrange(2, 7)):
        kind = rng.choice(["list", "list", "iter", "iter", "next", "uniform"])
        if kind == "list":
            steps.append([kind, rng.choice(last), rng.choice([3, 25, 90, 400])])
        elif kind == "iter":
            steps.append([kind, "i" + str(iterators), rng.choice(last)])
            iterators += 1
        elif kind == "next" and iterators:
            steps.append([kind, "i" + str(rng.randrange(iterators)), rng.choice([1, 5, 30, 70])])
        elif kind == "uniform":
            steps.append([kind])
    for number in range(iterators):
        steps.append(["next", "i" + str(number), 11])
    return steps


def any_pipeline(rng, newest, repeats=True):
    """A program with functions, caches and data sets side by side.

    Without `repeats` no pass of what draws in a function is repeated.
    """
    while True:
        steps = [["seed", rng.choice([0, 1, 5, rng.getrandbits(31)])]]
        sets = {}  # name -> (kind of the elements, at most so many or None, whether it draws)
        names = iter("abcdefghijklmnopqrstuvwxyz")

        def add(kind, rest, what, most, draws, steps=steps, sets=sets, names=names):
            name = next(names)
            steps.append([kind, name, *rest])
            sets[name] = what, most, draws

        for _ in range(rng.choice([1, 1, 2])):
            n = rng.choice([1, 3, 5, 10, 17, rng.randrange(1, 60)])
            add("range", [[n]], "i", n, False)
        for _ in range(rng.randrange(2, 8)):
            of = rng.choice(sorted(sets)[-3:])
            what, most, draws = sets[of]
            kind = rng.choice(
                ["shuffle", "map", "map", "map"] * 2 + ["filter", "cache"] * 2
                + ["zip", "concatenate", "enumerate", "prefetch", "options", "take", "skip"]
                + ["batch", "repeat", "repeat", "choose", "sample"]
            )  # fmt: skip
            if kind == "shuffle":
                named = {"buffer_size": rng.choice([1, 2, 5, 50]), "seed": any_seed(rng)}
                named["reshuffle_each_iteration"] = rng.random() < 0.7
                add(kind, [of, named], what, most, draws)
            elif kind == "map":
                called = rng.choice(
                    ["same", "draw", "seeded", "many", "shuffle", "generator"]
                    + ["shape"] * (what[0] == "i") * 2
                )
                kinds = {"same": what, "draw": "d", "shuffle": "s", "shape": what}
                found = kinds.get(called, f"({called} {what})")
                add(kind, [of, called, {}], found, most, True)
            elif kind == "filter":
                called = rng.choice(["half", "seeded half"] + ["odd"] * (what == "i"))
                add(kind, [of, called, {}], what, most, True)
            elif kind == "zip":
                parts = [rng.choice(sorted(sets)) for _ in range(rng.choice([1, 2, 2, 3]))]
                if all(sets[n][1] is None for n in parts):
                    continue
                most = min(sets[n][1] for n in parts if sets[n][1] is not None)
                found = "({})".format(",".join(sets[n][0] for n in parts))
                add(kind, [parts], found, most, any(sets[n][2] for n in parts))
            elif kind in ("concatenate", "choose", "sample"):
                other = rng.choice([n for n in sorted(sets) if sets[n][0] == what])
                both = None if None in (most, sets[other][1]) else most + sets[other][1]
                draws = draws or sets[other][2]
                if kind == "concatenate":
                    add(kind, [of, other], what, both, draws)
                elif kind == "sample":
                    named = {"seed": any_seed(rng)}
                    add(kind, [[of, other], named], what, both, draws)
                else:
                    add("range", [[2]], "choice", 2, False)
                    add("repeat", [sorted(sets)[-1], {"count": 40}], "choice", 80, False)
                    add(kind, [[of, other], sorted(sets)[-1], {}], what, both, draws)
            elif kind == "enumerate":
                add(kind, [of, {"start": rng.choice([0, 5])}], f"(e {what})", most, draws)
            elif kind == "cache":
                add(kind, [of, {}], what, most, draws)
            elif kind == "prefetch":
                add(kind, [of, {"buffer_size": rng.choice([1, 3])}], what, most, draws)
            elif kind == "options":
                add(kind, [of], what, most, draws)
            elif kind in ("take", "skip"):
                count = rng.choice([0, 2, 5, 20])
                most = count if kind == "take" and most is None else most
                add(kind, [of, {"count": count}], what, most, draws)
            elif kind == "batch":
                if "[" in what:
                    continue
                named = {"batch_size": rng.choice([1, 2, 5]), "drop_remainder": rng.random() < 0.3}
                add(kind, [of, named], "i[]" if what == "i" else f"[{what}]", most, draws)
            elif most is not None and (repeats or not draws):
                count = rng.choice([2, 2, 3, -1])
                if count < 0 and any(step[0] in ("filter", "skip", "take") for step in steps):
                    continue  # it may have no elements, and then never end
                if count < 0 and any(step[0] == "batch" for step in steps):
                    continue
                add(kind, [of, {"count": count}], what, None if count < 0 else most * count, draws)
        last = [name for name in sorted(sets)[-3:] if sets[name][0] != "choice"]
        if not any(step[0] in ("map", "filter", "cache", "zip") for step in steps) or not last:
            continue
        iterators = 0
        for _ in range(rng.randrange(2, 6)):
            kind = rng.choice(["list", "iter", "next", "uniform"])
            if kind == "list":
                steps.append([kind, rng.choice(last), rng.choice([3, 25, 60])])
            elif kind == "iter":
                steps.append([kind, "i" + str(iterators), rng.choice(last)])
                iterators += 1
            elif kind == "next" and iterators:
                steps.append([kind, "i" + str(rng.randrange(iterators)), rng.choice([1, 5, 30])])
            elif kind == "uniform":
                steps.append([kind])
        return steps + [["next", "i" + str(n), 11] for n in range(iterators)]


def any_complete(rng, newest):
    """A program that reads finite data sets to their ends, some more than once."""
    while True:
        steps = any_program(rng, newest)
        if any(
            step[0] == "random" or (step[0] == "repeat" and step[-1].get("count", -1) < 0)
            for step in steps
        ):
            continue
        steps = [step for step in steps if step[0] not in ("iter", "next", "list", "uniform")]
        last = [step[1] for step in steps if step[0] in (*ONE_INPUT, "sample", "choose")][-3:]
        if last:
            return steps + [["list", rng.choice(last), 10**5] for _ in range(rng.randrange(2, 6))]


def any_rejection(rng, newest):
    """A program with rejection_resample; each iterator of it is read to its end."""
    # One that is left midway has read ahead in another thread, no one knows how far.
    k, n = rng.choice([2, 3, 5]), rng.choice([1, 30, 64, 100])
    shares = [[rng.uniform(0.01, 1) for _ in range(k)] for _ in range(2)]
    if rng.random() < 0.2:
        shares[0][0] = 0.0
    # Where the shares do not add up to 1, TensorFlow may never end.
    shares = [[round(share / sum(row), 4) for share in row] for row in shares]
    shares = [[*row[:-1], round(1 - sum(row[:-1]), 4)] for row in shares]
    named = {"target_dist": shares[0], "seed": rng.choice([3, 0, rng.randrange(99)])}
    if newest and rng.random() < 0.3:
        named["seed"] = None
    if rng.random() < 0.6:
        named["initial_dist"] = shares[1]
    of = "a"
    steps = [["seed", rng.randrange(50)], ["range", "a", [n]]]
    if newest and rng.random() < 0.6:
        again = rng.random() < 0.5
        named2 = {"buffer_size": 20, "seed": 5, "reshuffle_each_iteration": again}
        steps.append(["shuffle", "b", "a", named2])
        of = "b"
    return [*steps, ["reject", "r", of, named, k], ["list", "r", 10**6], ["list", "r", 10**6]]


def any_access(rng):
    """A program that reads elements by number."""
    n = rng.choice([1, 5, 10, 40])
    steps = [["seed", rng.randrange(50)], ["range", "a", [n]]]
    of = "a"
    for name in "bcde"[: rng.randrange(1, 5)]:
        kind = rng.choice(["shuffle", "shuffle", "repeat", "take", "skip", "batch"])
        named = {
            "shuffle": {"buffer_size": 3, "seed": rng.choice([None, 0, 7])},
            "repeat": {"count": rng.choice([1, 2, 3, 3, -1])},
            "take": {"count": rng.choice([3, 30])},
            "skip": {"count": rng.choice([0, 1])},
            "batch": {"batch_size": rng.choice([1, 3])},
        }[kind]
        if kind == "shuffle" and rng.random() < 0.5:
            named["reshuffle_each_iteration"] = False
        if kind == "batch" and any(step[0] == "batch" for step in steps):
            continue
        steps.append([kind, name, of, named])
        of = name
    return [*steps, ["iter", "i", of], ["at", of, list(range(-1, 12))], ["list", of, 50]]
