"""The `tfphilox` command: draw an array and say where it came from, or describe this build."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tfphilox
from tfphilox.seeding.versions import NEWEST

from ._c import _core
from .arrays.wording import brief, commas

_DISTRIBUTIONS = ("uniform", "normal", "truncated_normal")
_NAMES = [f"random.{prefix}{name}" for prefix in ("", "stateless_") for name in _DISTRIBUTIONS]
_OPERANDS = ("minval", "maxval", "mean", "stddev")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; default: ``sys.argv[1:]``.

    Returns
    -------
    int
        Exit status: 0, or 2 after a message on standard error about what was wrong.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] == "golden":
        from .golden.cli import main as golden

        return golden(arguments[1:])
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (ImportError, MemoryError, NotImplementedError, OSError, TypeError, ValueError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    from .identification import cli as identification
    from .keras import weights_cli

    parser = argparse.ArgumentParser(
        "tfphilox", description="TensorFlow's random numbers, without TensorFlow."
    )
    parser.add_argument("--version", action="version", version=f"tfphilox {tfphilox.__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    draw = commands.add_parser(
        "draw",
        help="draw an array",
        description="Draw what a function of TensorFlow's returns on its first call.",
    )
    draw.add_argument(
        "function",
        help="of tf, by its name: random.normal, random.Generator.uniform, keras.random.beta; "
        "a raw op may be named alone, as RandomUniformInt",
    )
    draw.add_argument("--shape", type=_integers, metavar="N,N,...", help="default: a scalar")
    draw.add_argument("--dtype", help="default: the function's, float32 mostly")
    draw.add_argument(
        "--graph-seed",
        type=int,
        metavar="N",
        help="what set_seed gets (Keras's set_random_seed for keras.*), or a raw op's attribute "
        "seed; default: none",
    )
    draw.add_argument(
        "--op-seed",
        type=int,
        metavar="N",
        help="the function's seed=, or a raw op's attribute seed2; default: none",
    )
    draw.add_argument(
        "--seed",
        type=_integers,
        metavar="N,N",
        help="the pair of a stateless function, such as --seed=-1,2; what a Generator is made of",
    )
    draw.add_argument("--key", type=_whole, metavar="N", help="of a function that takes it")
    draw.add_argument(
        "--counter", type=_whole, metavar="N", help="of a function that takes it: 128 bits"
    )
    draw.add_argument(
        "--arg",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other argument: a number, text, or JSON such as [0.5,2] or "
        '\'{"values": 1, "dtype": "float32", "shape": [3]}\'; once for each',
    )
    draw.add_argument(
        "--tensorflow-version", metavar="X.Y", help=f"whose rules hold; default: {NEWEST}"
    )
    draw.add_argument("--keras-version", metavar="X.Y", help="likewise, for keras.*")
    draw.add_argument(
        "--jit-compile",
        action="store_true",
        help="as in tf.function(jit_compile=True); for stateless functions",
    )
    for name in _OPERANDS:
        draw.add_argument(f"--{name}", type=_number, metavar="X")
    draw.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="save to .npy, or with key and counter to .npz; bfloat16 as plain pairs of bytes",
    )
    draw.set_defaults(run=_draw)

    commands.add_parser("golden", help="expected values in files: write, check, diff, verify, plot")
    weights_cli.add_parser(commands)
    identification.add_parser(commands)

    info = commands.add_parser("info", help="show versions and instruction sets")
    info.set_defaults(run=_info)
    return parser


def _seeded(options: argparse.Namespace, name: str) -> tuple[Any, tfphilox.Stream, str]:
    """Return the seed that a function takes, the stream of such a seed, and words for both."""
    if name.startswith("stateless_"):
        if options.seed is None or options.graph_seed is not None or options.op_seed is not None:
            raise ValueError(
                f"{options.function} takes --seed, and neither --graph-seed nor --op-seed"
            )
        seed = options.seed
        return seed, tfphilox.Stream.from_stateless_seed(_pair(seed)), f"seed {list(seed)}"
    if options.seed is not None:
        raise ValueError(f"{options.function} takes --graph-seed and --op-seed, not --seed")
    tfphilox.random.set_seed(options.graph_seed)
    seed = options.op_seed
    if seed is None:  # draw one here, to be able to name it
        seed = secrets.randbelow(2**31 - 1)
        if options.graph_seed is not None:
            seed = tfphilox.compat.v1.random.get_seed(None)[1]
    attributes = tfphilox.compat.v1.random.get_seed(seed)
    source = "op attributes seed {}, seed2 {}".format(*attributes)
    return seed, tfphilox.Stream(*attributes), source


def _draw(options: argparse.Namespace) -> None:
    if options.out and options.out.suffix not in (".npy", ".npz"):
        raise ValueError(f"--out must end in .npy or .npz, got {options.out}")
    options.function = options.function.removeprefix("tf.")
    if options.function not in _NAMES or options.arg:
        return _draw_any(options)
    with ExitStack() as stack:
        if options.tensorflow_version is not None:
            stack.enter_context(tfphilox.config.tensorflow_version(options.tensorflow_version))
        if options.keras_version is not None:
            stack.enter_context(tfphilox.config.keras_version(options.keras_version))
        return _draw_plain(options)


def _draw_any(options: argparse.Namespace) -> None:
    """Draw by an op of any kind, as golden data does."""
    from .golden import ops
    from .golden.once import arguments, once, table_of

    op = ops.find(options.function)
    if op.path in ops.SETTERS:
        raise ValueError(
            f"{op.path} sets a seed and makes no array: give --graph-seed to a function that draws"
        )
    given = {key: getattr(options, key) for key in _OPERANDS if getattr(options, key) is not None}
    table: dict[str, Any] = table_of(
        op,
        graph_seed=options.graph_seed,
        op_seed=options.op_seed,
        seed=options.seed,
        key=options.key,
        counter=options.counter,
    )
    table["args"] = given | arguments(options.arg)
    if op.takes("shape") and "shape" not in table["args"]:
        table["shape"] = list(options.shape or ())
    elif options.shape is not None:
        if op.takes("shape"):
            raise ValueError("give either --shape or --arg shape, not both")
        raise ValueError(f"{op.path} takes no --shape")
    for name in ("dtype", "tensorflow_version", "keras_version"):
        if getattr(options, name) is not None:
            table[name] = getattr(options, name)
    if "dtype" in op.required:
        table.setdefault("dtype", "float32")
    if op.takes("alg") and "alg" in op.required and "alg" not in table["args"]:
        table["alg"] = 1  # Philox
    if "algorithm" in op.required:
        table["args"].setdefault("algorithm", 1)
    made = once(options.function, table, jit_compile=options.jit_compile)
    if options.out and options.out.suffix == ".npy" and len(made) > 1:
        raise ValueError(f"{op.path} makes {len(made)} arrays: --out must end in .npz")
    source = made[0].provenance
    start = source.key, source.counter
    for one in made:
        name = one.name.removeprefix("draw").removeprefix("/")
        print(
            f"# {op.path}{name and f': {name}'}, {one.array.dtype.name}, "
            f"shape {list(one.array.shape)}{_source(options, source)}"
        )
    if source.key is not None and source.counter is not None:
        more = f"; {len(source.further)} further draws" if source.further else ""
        print(f"# key {source.key:#018x}, counter {source.counter:#034x}{more}")
    if options.out:
        arrays = {one.name.removeprefix("draw").removeprefix("/"): one.array for one in made}
        _save_all(options.out, arrays, *start)
        print(f"# saved to {options.out}")
        return
    for one in made:
        print(np.array2string(one.array, floatmode="unique", separator=", "))


def _source(options: argparse.Namespace, source: Any) -> str:
    """Return where an array's stream comes from, as far as it has a name."""
    compiled = "; jit_compile" if options.jit_compile else ""
    if options.seed is not None:
        return f"; seed {list(options.seed)}{compiled}"
    if source.seed2 is not None:
        return f"; op attributes seed {source.seed}, seed2 {source.seed2}{compiled}"
    return compiled


def _draw_plain(options: argparse.Namespace) -> None:
    """Draw by one of the six functions that most people mean, whose options are checked here."""
    if options.key is not None or options.counter is not None:
        raise ValueError(f"{options.function} takes neither --key nor --counter")
    name = options.function.removeprefix("random.")
    keywords = {
        key: getattr(options, key) for key in _OPERANDS if getattr(options, key) is not None
    }
    allowed = ("minval", "maxval") if name.endswith("uniform") else ("mean", "stddev")
    for key in keywords:
        if key not in allowed:
            raise ValueError(f"{options.function} takes --{' and --'.join(allowed)}, not --{key}")

    seed, stream, source = _seeded(options, name)
    if options.jit_compile and not name.startswith("stateless_"):
        raise ValueError("--jit-compile takes a stateless function: TensorFlow repeats no other")
    with tfphilox.config.jit_compile() if options.jit_compile else nullcontext():
        values = getattr(tfphilox.random, name)(
            options.shape or (), seed=seed, dtype=options.dtype or "float32", **keywords
        )
        if options.jit_compile:  # a seed's low 32 bits count
            start = tfphilox.raw_ops.StatelessRandomGetKeyCounter(seed=_pair(seed))
            stream = tfphilox.Stream.from_key_counter(
                int(start.key[0]), int(start.counter[1]) << 64
            )
            source += "; jit_compile"
    if options.out:
        _save(options.out, values, stream.key, stream.counter)
    print(f"# {options.function}, {values.dtype.name}, shape {list(values.shape)}; {source}")
    print(f"# key {stream.key:#018x}, counter {stream.counter:#034x}")
    if options.out:
        print(f"# saved to {options.out}")
    else:
        print(np.array2string(values, floatmode="unique", separator=", "))


def _save(path: Path, values: NDArray[Any], key: int, counter: int) -> None:
    if path.suffix == ".npy":
        np.save(path, values)
    else:
        words = np.array([counter % 2**64, counter >> 64], np.uint64)
        np.savez(path, values=values, key=np.array([key], np.uint64), counter=words)


def _save_all(
    path: Path, arrays: dict[str, NDArray[Any]], key: int | None, counter: int | None
) -> None:
    """Save the arrays of an op; one alone is called values."""
    if list(arrays) == [""] and key is not None and counter is not None:
        _save(path, arrays[""], key, counter)
    elif path.suffix == ".npy":
        np.save(path, next(iter(arrays.values())))
    else:
        named: dict[str, Any] = {name or "values": array for name, array in arrays.items()}
        np.savez(path, **named)


def _info(options: argparse.Namespace) -> None:
    ml_dtypes = "yes" if find_spec("ml_dtypes") else "no (needs the package ml_dtypes)"
    build = _core.build()
    for label, value in (
        ("tfphilox", tfphilox.__version__),
        ("mirrors TensorFlow", NEWEST),
        ("instruction set", tfphilox.isa()),
        ("available", ", ".join(tfphilox.available_isas())),
        ("compiler", build["compiler"]),
        ("flags", build["flags"]),
        ("target", build["platform"]),
        ("bfloat16", ml_dtypes),
        ("NumPy", np.__version__),
        ("Python", sys.version.split()[0]),
    ):
        print(f"{label + ':':20}{value}")


def _integers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.strip("[]() ").split(",") if part.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be integers with commas between them, such as {commas(text)}; got {brief(text)}"
        ) from None


def _whole(text: str) -> int:
    """An integer, in hexadecimal too."""
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be an integer, such as 5 or 0x1f; got {brief(text)}"
        ) from None


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, got {brief(text)}") from None


def _pair(seed: tuple[int, ...]) -> tuple[int, int]:
    if len(seed) != 2:
        raise ValueError(f"--seed must be two integers, such as 1,2; got {list(seed)}")
    return seed[0], seed[1]


if __name__ == "__main__":
    sys.exit(main())
