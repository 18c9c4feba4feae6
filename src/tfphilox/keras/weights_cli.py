"""keras/weights_cli.py: ``tfphilox weights``, a model's initial weights from the shell."""

from __future__ import annotations

import argparse
import gc
import io
import json
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..arrays.orthogonal import CACHES
from ..arrays.wording import brief
from ..seeding import versions
from .weights import Seeding, Variable, rebuild
from .weights.config import read

__all__ = ["add_parser", "run", "save"]

_WIDTH = 40


def add_parser(subparsers: Any) -> None:
    """Add the command to those of ``tfphilox``.

    Parameters
    ----------
    subparsers
        What ``ArgumentParser.add_subparsers`` returned.

    Examples
    --------
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> add_parser(parser.add_subparsers())
    >>> parser.parse_args(["weights", "model.json", "--seed", "0", "--list"]).seed
    0
    """
    parser = subparsers.add_parser(
        "weights",
        help="make a Keras model's initial weights",
        description="Make the weights that Keras gives a model, from its config alone.",
    )
    parser.add_argument("model", help="what model.to_json() wrote (.json), or a .keras file")
    parser.add_argument("--seed", type=int, metavar="N", help="default: none, so random")
    parser.add_argument(
        "--seeding",
        metavar="FUNCTION",
        help="what was called with the seed: keras.utils.set_random_seed, seed_everything or "
        "tf.random.set_seed; default: the first, or before TensorFlow 2.7 the second",
    )
    parser.add_argument(
        "--tensorflow-version",
        metavar="VERSION",
        help=f"whose rules hold, 2.0 to {versions.NEWEST}; default: what the file says, else "
        f"{versions.NEWEST}",
    )
    parser.add_argument(
        "--keras-version",
        metavar="VERSION",
        help=f"which Keras's rules hold, 3.0 to {versions.NEWEST_KERAS} or "
        f'"{versions.TF_KERAS[0]}" to "{versions.TF_KERAS[-1]}"; default: what the file says, '
        "else the newest for TensorFlow 2.16 or newer",
    )
    parser.add_argument(
        "--order",
        metavar="ORDER",
        help="in which order the layers were constructed: code (the default, with a warning where "
        "the file leaves it open), config (the model was made from its JSON), depth_first, or "
        "their names with commas between them",
    )
    parser.add_argument(
        "--layers",
        metavar="LAYERS",
        help="what layers of classes of your own draw, as JSON or in a .json or .toml file: null "
        'for nothing, or their weights in order, {"Sampling": null, "MyDense": {"kernel": '
        '[[5, 3], "glorot_uniform"]}}; TOML says nothing as an empty table',
    )
    parser.add_argument(
        "--l1-data-cache",
        metavar="KIB",
        type=int,
        choices=[size >> 10 for size in CACHES],
        help="how many KiB the first level data cache had of the processor that TensorFlow ran on: "
        "16, 32, 48, 64 or 128; large recurrent kernels depend on it; default: 32, with a warning",
    )
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="save to .npz, .safetensors or .h5"
    )
    parser.add_argument(
        "--list", action="store_true", help="show weights, shapes, initializers and seeds"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Make the weights, and save or show them.

    Parameters
    ----------
    arguments : argparse.Namespace
        What the parser of `add_parser` returned.

    Raises
    ------
    TypeError, ValueError, OSError, ImportError, MemoryError
        As `initial_weights`, and if the file cannot be written.

    Examples
    --------
    >>> import argparse, os, tempfile
    >>> parser = argparse.ArgumentParser()
    >>> add_parser(parser.add_subparsers())
    >>> text = '''{"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [null, 3], "name": "x"}},
    ...     {"class_name": "Dense", "config": {"units": 1, "name": "dense"}}]}}'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.json")
    ...     with open(path, "w") as file:
    ...         _ = file.write(text)
    ...     run(parser.parse_args(["weights", path, "--seed", "0", "--list"]))
    weight              shape  dtype    initializer    seed
    model/dense/kernel  3x1    float32  GlorotUniform  906691060
    model/dense/bias    1      float32  Zeros          -
    # 2 weights, 4 elements, 16 bytes; keras.utils.set_random_seed(0), TensorFlow 2.21
    # Keras 3.15: the newest verified
    """
    if arguments.out is None and not arguments.list:
        raise ValueError("give -o FILE, to save the weights, or --list, to see where they are from")
    if arguments.out is not None:
        _writer(arguments.out)
    if not arguments.model.endswith((".json", ".keras")):
        raise ValueError(f"model must end in .json or .keras, got {arguments.model}")
    order = arguments.order
    if order not in (None, "code", "config", "depth_first"):
        order = [name.strip() for name in order.split(",")]
    layers = None if arguments.layers is None else _layers(arguments.layers)
    collecting = gc.isenabled()
    gc.disable()  # a model is millions of objects that stay: looked through again and again
    try:
        _run(arguments, order, layers)
    finally:
        if collecting:
            gc.enable()


def _run(arguments: argparse.Namespace, order: Any, layers: Any) -> None:
    model = read(arguments.model)
    seeding = Seeding.for_model(
        model,
        arguments.seed,
        arguments.seeding,
        arguments.tensorflow_version,
        arguments.keras_version,
    )
    progress = _Progress() if sys.stderr is not None and sys.stderr.isatty() else None
    cache = arguments.l1_data_cache
    mirrored = config.l1_data_cache(None if cache is None else cache << 10)
    with mirrored, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            variables = rebuild(model, seeding, order=order, progress=progress, layers=layers)
        finally:
            if progress is not None:
                progress.close()
    for warning in told:
        print(f"tfphilox: warning: {warning.message}", file=sys.stderr)
    if arguments.list:
        _show(variables)
    writer = None if arguments.out is None else _writer(arguments.out)
    call = f"{seeding.seeding}({seeding.seed})" if seeding.seed is not None else "no seed"
    source = f"{call}, TensorFlow {seeding.tensorflow_version}"
    if writer is not None:
        writer(arguments.out, variables, f"{source}, Keras {seeding.keras_version}")
    elements = sum(np.prod(one.shape, dtype=int) for one in variables)
    size = sum(one.value.nbytes for one in variables if one.value is not None)
    print(f"# {len(variables)} weights, {elements:,} elements, {size:,} bytes; {source}")
    print(f"# Keras {seeding.keras_version}: {seeding.why}")
    if arguments.out is not None:
        print(f"# saved to {arguments.out}")


def _layers(given: str) -> Any:
    """Return what --layers says: JSON, or what stands in a file."""
    where, toml = "--layers", False
    text = given
    if not given.lstrip().startswith("{"):
        toml = given.endswith(".toml")
        if not toml and not given.endswith(".json"):
            raise ValueError(
                f"--layers must be JSON or the name of a .json or .toml file, got {brief(given)}"
            )
        where, text = f"--layers {given}", _text_of(given)
    try:
        return _toml().loads(text) if toml else json.loads(text)
    except ValueError as error:  # of both kinds
        raise ValueError(f"{where}: {error}") from None
    except RecursionError:
        raise ValueError(f"{where}: it is nested too deep") from None


def _toml() -> Any:
    try:
        return import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError:
        raise ImportError("TOML before Python 3.11: pip install 'tfphilox[golden]'") from None


def _text_of(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"--layers {path}: it is not UTF-8") from None


class _Progress:
    """A bar on a terminal, of what takes longer than a second."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.shown = False

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.start < 1:
            return
        self.shown = True
        filled = _WIDTH * done // max(total, 1)
        bar = "#" * filled + "." * (_WIDTH - filled)
        sys.stderr.write(f"\r[{bar}] {done:,} of {total:,}")
        sys.stderr.flush()

    def close(self) -> None:
        """Leave nothing of it on the terminal."""
        if self.shown:
            sys.stderr.write("\r" + " " * (_WIDTH + 40) + "\r")


def _show(variables: list[Variable]) -> None:
    rows = [("weight", "shape", "dtype", "initializer", "seed")]
    for one in variables:
        shape = "x".join(str(size) for size in one.shape) or "-"
        seed = "-" if one.seed is None else str(one.seed)
        rows.append((one.name, shape, one.dtype, one.initializer, seed))
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    for row in rows:
        cells = [f"{cell:{width}}" for cell, width in zip(row[:4], widths, strict=True)]
        print("  ".join([*cells, row[4]]))


# -- files


_Writer = Callable[[Path, list[Variable], str], None]


def _writer(path: Path) -> _Writer:
    """Return what writes such a file; raise now if nothing can."""
    writers: dict[str, tuple[_Writer, str]] = {
        ".npz": (save, "numpy"),
        ".safetensors": (_save_safetensors, "safetensors"),
        ".h5": (_save_h5, "h5py"),
    }
    if path.suffix not in writers:
        raise ValueError(f"-o must end in .npz, .safetensors or .h5, got {path}")
    writer, package = writers[path.suffix]
    try:
        import_module(package)
    except ImportError:
        raise ImportError(
            f"a {path.suffix} file needs the package {package}: pip install {package}"
        ) from None
    return writer


def _named(variables: list[Variable]) -> dict[str, NDArray[Any]]:
    """Return the weights by name; in tf.keras two may have the same, the second gets a #1."""
    arrays: dict[str, NDArray[Any]] = {}
    numbers: dict[str, int] = {}  # the last one that a name was given
    for one in variables:
        if one.value is None:
            continue
        name, number = one.name, numbers.get(one.name, 0)
        while name in arrays:
            number += 1
            name = f"{one.name}#{number}"
        numbers[one.name] = number
        arrays[name] = one.value
    return arrays


def save(path: Path, variables: list[Variable], source: str = "") -> None:
    """Write a .npz whose bytes depend on the weights alone, in the order of get_weights.

    Parameters
    ----------
    path : Path
    variables : list of Variable
    source : str, optional
        Ignored: the format has no place for it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(pathlib.Path(folder, "empty.npz"), [])
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in _named(variables).items():
            member = zipfile.ZipInfo(f"{name}.npy")  # dated 1980
            member.create_system = 3
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=False)
            archive.writestr(member, buffer.getvalue())


def _save_safetensors(path: Path, variables: list[Variable], source: str) -> None:
    arrays = {name: np.ascontiguousarray(array) for name, array in _named(variables).items()}
    import_module("safetensors.numpy").save_file(arrays, str(path), metadata={"source": source})


def _save_h5(path: Path, variables: list[Variable], source: str) -> None:
    arrays = _named(variables)
    with import_module("h5py").File(path, "w") as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=array)
        file.attrs["weight_names"] = list(arrays)
        file.attrs["source"] = source
