"""golden/cases.py: make the arrays of a case.

A case begins like a program of its own: no kernel runs yet, the seeds are those it sets. It runs in
a process of its own (see process.py), so the caller's seeds, kernels and generators stay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..random import Generator, set_seed
from ..seeding import scopes
from ..state import StateVariable
from .errors import GoldenError
from .ops import find
from .provenance import Provenance, observed
from .spec import Case, SpecCall, check_name
from .values import build

__all__ = ["Made", "arrays_of", "drawn", "fresh_seeds", "make", "setting"]


@dataclass(frozen=True)
class Made:
    """One array of a case."""

    name: str  # the case's, and its own if the case makes several
    array: NDArray[Any]
    op: str
    provenance: Provenance


def make(case: Case) -> list[Made]:
    """Make all arrays of a case.

    Raises
    ------
    GoldenError
        The op refused an argument, or returned no array.

    Examples
    --------
    >>> from tfphilox.golden.spec import parse
    >>> text = 'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[1]'
    >>> make(parse(text.encode()).cases[0])[0].array
    array([0.29197514], dtype=float32)
    """
    with setting(case):
        return drawn(case)


def drawn(case: Case) -> list[Made]:
    """Make the arrays of a case whose `setting` is in force."""
    made: list[Made] = []
    generator = new_generator(case)
    for number, draw in enumerate(case.draws):
        where = f"draw {number}: " if len(case.draws) > 1 else ""
        try:
            if draw.is_setter:
                draw.op.target(**draw.keywords)
                continue
            call = bind(draw, case, generator)
            for _ in range(draw.call):
                call()
            result, source = observed(call)
            for name, array in arrays_of(result):
                name = "/".join(part for part in (case.name, draw.name, name) if part)
                made.append(Made(name, array, draw.op.path, source))
        except GoldenError as error:
            key = f"{where}{error.key or 'args'}"
            raise GoldenError(error.message, case=case.name, key=key) from None
        except (TypeError, ValueError, OverflowError, ImportError) as error:
            raise GoldenError(
                f"{draw.op.path}: {error}", case=case.name, key=where + _key_in(error, draw)
            ) from None
        except (NotImplementedError, OSError) as error:
            raise GoldenError(
                f"{draw.op.path}: {error}", case=case.name, key=f"{where}op"
            ) from None
        except MemoryError as error:
            raise GoldenError(
                f"{draw.op.path}: no memory: {error}", case=case.name, key=f"{where}shape"
            ) from None
    return made


@contextlib.contextmanager
def setting(case: Case) -> Iterator[None]:
    """Run a block with the seeds, the versions, the threads and the compiler of a case."""
    with fresh_seeds(), contextlib.ExitStack() as stack:
        if case.tensorflow_version is not None:
            stack.enter_context(config.tensorflow_version(case.tensorflow_version))
        if case.keras_version is not None:
            stack.enter_context(config.keras_version(case.keras_version))
        config.threading.set_intra_op_parallelism_threads(case.intra_op_threads)
        if case.set_random_seed is not None:
            setter = find("keras.utils.set_random_seed")
            try:
                setter.target(case.set_random_seed)
            except (TypeError, ValueError) as error:
                raise GoldenError(str(error), case=case.name, key="set_random_seed") from None
        if case.set_seed is not None:
            set_seed(case.set_seed)
        if case.jit_compile:
            stack.enter_context(config.jit_compile())
        yield


@contextlib.contextmanager
def fresh_seeds() -> Iterator[None]:
    """Run a block in a process of its own, without a global seed and without kernels.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> with fresh_seeds():
    ...     tp.random.set_seed(7)
    >>> tp.random.uniform([1])
    array([0.29197514], dtype=float32)
    >>> tp.random.set_seed(None)
    """
    with scopes.isolated():
        yield


def new_generator(case: Case) -> Generator | None:
    """Return the generator that a case asks for."""
    table = case.generator
    if table is None:
        return None
    alg: Any = table.get("alg", "philox")
    try:
        if "seed" in table:
            return Generator.from_seed(table["seed"], alg=alg)
        if "state" in table:
            return Generator.from_state(table["state"], alg)
        return Generator.from_key_counter(table["key"], table["counter"], alg)
    except (TypeError, ValueError, OverflowError) as error:
        raise GoldenError(str(error), case=case.name, key="generator") from None


def bind(draw: SpecCall, case: Case, generator: Generator | None) -> Callable[[], Any]:
    """Return the call, ready to be made."""
    op = draw.op
    keywords = arguments(draw)
    if op.is_initializer:
        called = {name: keywords.pop(name) for name in op.call_parameters if name in keywords}
        initializer = op.target(**keywords)
        return lambda: initializer(**called)
    if op.is_method:
        method = getattr(generator, op.name)
        return lambda: method(**keywords)
    if "resource" in op.parameters and generator is not None:
        keywords["resource"] = generator.state
    if "tensorflow_version" in op.parameters and case.tensorflow_version is not None:
        keywords.setdefault("tensorflow_version", case.tensorflow_version)
    if "keras_version" in op.parameters and case.keras_version is not None:
        keywords.setdefault("keras_version", case.keras_version)
    return lambda: op.target(**keywords)


def arguments(draw: SpecCall) -> dict[str, Any]:
    """Return the keywords of a draw as the function takes them."""
    keywords = {}
    for name, value in draw.keywords.items():
        if name == "config":
            keywords[name] = value
        elif name in ("key", "counter"):
            keywords[name] = np.array(value, np.uint64)
        else:
            try:
                keywords[name] = build(value)
            except GoldenError as error:
                own = name in ("seed", "shape")
                raise GoldenError(error.message, key=name if own else f"args.{name}") from None
    return keywords


def arrays_of(result: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    """Return the arrays in what an op returned, with the names that tell several apart."""
    if isinstance(result, StateVariable):
        result = result.numpy()
    if isinstance(result, np.ndarray | np.generic | bool | int | float):
        yield "", np.asarray(result)
        return
    items: list[tuple[str, Any]]
    if isinstance(result, dict):
        items = [(str(name), value) for name, value in result.items()]
    elif hasattr(result, "_fields"):
        items = list(zip(result._fields, result, strict=True))
    elif isinstance(result, list | tuple) and all(_is_named(item) for item in result):
        items = list(result)
    elif isinstance(result, list | tuple):
        items = [(str(number), value) for number, value in enumerate(result)]
    else:
        raise GoldenError(f"returned no array but {type(result).__name__}", key="op")
    for name, value in items:
        for rest, array in arrays_of(value):
            full = f"{name}/{rest}" if rest else name
            check_name(full)
            yield full, array


def _is_named(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str)


def _key_in(error: BaseException, draw: SpecCall) -> str:
    """Return the key that an op's message begins with or names first, or "args"."""
    words = str(error).replace(":", " ").replace(",", " ").split()
    for word in words:
        if word in draw.op.parameters or word in draw.op.call_parameters:
            own = word in ("seed", "seed2", "key", "counter", "alg", "shape", "dtype")
            return word if own else f"args.{word}"
    return "args"
