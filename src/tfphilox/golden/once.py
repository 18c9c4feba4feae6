"""golden/once.py: draw by any op, once, from what a command line gives: `tfphilox draw`.

A case of golden data without a file: the op by TensorFlow's name, its seeds in the form that it
takes, everything else as JSON.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from .. import config
from .cases import Made, make
from .errors import GoldenError
from .ops import Op
from .spec import case_of

__all__ = ["arguments", "once", "table_of"]

_OPTIONS = {
    "set_seed": "--graph-seed",
    "set_random_seed": "--graph-seed",
    "seed2": "--op-seed",
    "tensorflow_version": "--tensorflow-version",
    "keras_version": "--keras-version",
}
_PAIRS = ("split", "fold_in", "index_shuffle", "RandomIndexShuffle")


def arguments(given: Iterable[str]) -> dict[str, Any]:
    """Return what NAME=VALUE words say: values are JSON, and what is no JSON is text.

    Raises
    ------
    ValueError
        A word has no name, or comes twice.

    Examples
    --------
    >>> arguments(["alpha=[0.5, 2]", "unit=gaussian"])
    {'alpha': [0.5, 2], 'unit': 'gaussian'}
    """
    found: dict[str, Any] = {}
    for word in given:
        name, equals, text = word.partition("=")
        if not equals or not name.isidentifier():
            raise ValueError(f"--arg must be NAME=VALUE, such as alpha=0.5, got {word!r:.80}")
        if name in found:
            raise ValueError(f"--arg gives {name} twice")
        try:
            found[name] = json.loads(text)
        except (ValueError, RecursionError):
            found[name] = text
    return found


def table_of(
    op: Op,
    *,
    graph_seed: int | None = None,
    op_seed: int | None = None,
    seed: tuple[int, ...] | None = None,
    key: int | None = None,
    counter: int | None = None,
) -> dict[str, Any]:
    """Return the seeds of an op as a case has them.

    Parameters
    ----------
    op : Op
    graph_seed, op_seed : int, optional
        Of an op that continues: `set_seed` (`set_random_seed` for Keras's) and the argument `seed`;
        the attributes `seed` and `seed2` of a raw op. Without both the op seed is drawn here.
    seed : tuple of int, optional
        The pair of a stateless op, or what a generator is made of.
    key, counter : int, optional
        Of an op that takes them, or of a generator.

    Raises
    ------
    ValueError
        The op takes seeds of another form.

    Examples
    --------
    >>> from tfphilox.golden.ops import find
    >>> table_of(find("RandomUniformInt"), graph_seed=1, op_seed=2)
    {'seed': 1, 'seed2': 2}
    >>> table_of(find("random.gamma"), graph_seed=1)
    {'set_seed': 1}
    >>> table_of(find("random.Generator.normal"), seed=(5,))
    {'generator': {'seed': 5}}
    """
    given = {"--graph-seed": graph_seed, "--op-seed": op_seed, "--seed": seed, "--key": key,
             "--counter": counter}  # fmt: skip
    if op.is_method or "resource" in op.parameters:
        _only(op, given, "--seed" if seed is not None else ("--key", "--counter"), "--seed")
        if seed is not None:
            return {"generator": {"seed": seed[0] if len(seed) == 1 else list(seed)}}
        parts = [int(counter or 0) % 2**64, int(counter or 0) >> 64]
        return {"generator": {"key": key, "counter": parts}}
    if "key" in op.parameters:
        _only(op, given, ("--key", "--counter"), "")
        return {"key": key, "counter": counter}
    if "stateless" in op.name.lower() or op.name in _PAIRS:
        _only(op, given, "--seed", "")
        assert seed is not None
        return {"seed": list(seed)}
    for option in ("--seed", "--key", "--counter"):
        if given[option] is not None:
            raise ValueError(f"{op.path} takes --graph-seed and --op-seed, not {option}")
    if not op.takes("seed"):
        if op_seed is not None:
            raise ValueError(f"{op.path} takes no --op-seed")
    elif op_seed is None and graph_seed is None:
        op_seed = secrets.randbelow(2**31 - 1) + 1
    if op.is_raw and "seed2" in op.parameters:
        return {"seed": graph_seed or 0, "seed2": op_seed or 0}
    setter = "set_random_seed" if op.path.startswith("keras.") else "set_seed"
    found = {setter: graph_seed, "seed": op_seed}
    return {name: value for name, value in found.items() if value is not None}


def _only(op: Op, given: Mapping[str, Any], wanted: str | tuple[str, ...], other: str) -> None:
    """Raise unless the options that are given are those that are wanted."""
    names = (wanted,) if isinstance(wanted, str) else wanted
    if {name for name, value in given.items() if value is not None} != set(names):
        instead = f", or {other}" if other and other not in names else ""
        raise ValueError(f"{op.path} takes {' and '.join(names)}{instead}, and no other seed")


def once(name: str, table: dict[str, Any], *, jit_compile: bool = False) -> list[Made]:
    """Draw by an op of this name, as a program of its own would.

    Parameters
    ----------
    name : str
        As `golden.ops.find` takes it.
    table : dict
        The rest of a case.
    jit_compile : bool
        As in ``tf.function(jit_compile=True)``.

    Returns
    -------
    list of Made
        The arrays, with where their numbers came from.

    Raises
    ------
    ValueError
        The op takes something else; the message names the option.

    Examples
    --------
    >>> once("random.stateless_uniform", {"seed": [1, 2], "shape": [1]})[0].array
    array([0.8440604], dtype=float32)
    """
    try:
        case = case_of({**table, "name": "draw", "op": name})
        with config.jit_compile() if jit_compile else nullcontext():
            return make(case)
    except GoldenError as error:
        key = error.key or ""
        first = key.partition(".")[0].partition(":")[0]
        option = f"--arg {key[5:]}" if first == "args" and key != "args" else _OPTIONS.get(key)
        if option is None:
            option = {"args": "", "op": "", "generator": "--seed"}.get(key, f"--{key}")
        raise ValueError(f"{option}: {error.message}".removeprefix(": ")) from None
