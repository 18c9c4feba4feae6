"""identification/code.py: the lines that make the numbers of a finding, ours and TensorFlow's.

>>> from tfphilox.identification.hypotheses import Origin
>>> origin = Origin("the first op", "eager", (0,))
>>> lines(origin, Law("uniform", "float32", 0.0, 1.0), (3,))[0]
'tp.random.set_seed(0); tp.random.uniform([3])'
"""

from __future__ import annotations

from .hypotheses import Origin
from .laws import Law

__all__ = ["lines"]


def lines(origin: Origin, law: Law, shape: tuple[int, ...]) -> tuple[str, str]:
    """Return a line of tfphilox and one of TensorFlow."""
    ours = _line(origin, law, shape, "tp")
    theirs = _line(origin, law, shape, "tf")
    return ours, theirs


def _line(origin: Origin, law: Law, shape: tuple[int, ...], tf: str) -> str:
    family, seeds, index = origin.family, origin.seeds, origin.index
    where = f"{tf}.random."
    keras = f"{tf}.keras" if tf == "tp" else "keras"
    if law.name and family in ("stateless", "keras") and (family == "keras" or not seeds[1]):
        given = f"seed={seeds[0]}" if family == "stateless" else ""
        make = _initializer(law, given, keras)
        call = f"{make}({list(shape)}{_dtype(law, 'dtype=')})"
        if family == "stateless":
            return call
        call = _nth(call, index)
        return f"{keras}.utils.set_random_seed({seeds[0]}); {call}"
    plain = _call(law, shape)
    if family == "eager":
        return f"{where}set_seed({seeds[0]}); " + _nth(f"{where}{plain}", index)
    if family == "op_seed":
        call = f"{where}{_call(law, shape, seed=f'seed={seeds[-1]}')}"
        first = f"{where}set_seed({seeds[0] if len(seeds) == 2 else None}); "
        if tf == "tf" and len(seeds) == 1:
            first = ""
        return first + _nth(call, index)
    if family == "graph":
        seed, n = seeds
        runs = f"f = {tf}.function(lambda: {_nth(f'{where}{plain}', n)}); " + _nth("f()", index)
        return f"{where}set_seed({seed}); {runs}"
    if family == "stateless":
        return f"{where}stateless_{_call(law, shape, seed=f'seed={list(seeds)}')}"
    if family in ("generator", "generator_key"):
        seed_text = f"{seeds[0]}" if family == "generator" else f"numpy.int64({seeds[0]})"
        make = f"g = {where}Generator.from_seed({seed_text}); "
        return make + _nth(f"g.{_call(law, shape, generator=True)}", index)
    if family == "split":
        seed, count, i = seeds
        part = f"{where}Generator.from_seed({seed}).split({count})[{i}]"
        return f"{part}.{_call(law, shape, generator=True)}"
    if family == "keras":
        draw = f"{keras}.random.{_keras_call(law, shape)}"
        made = f"s = [{keras}.random.SeedGenerator() for _ in range({index + 1})][-1]"
        return f"{keras}.utils.set_random_seed({seeds[0]}); {made}; {draw[:-1]}, seed=s)"
    call = _nth(f"{keras}.random.{_keras_call(law, shape)}", index)
    return f"{keras}.utils.set_random_seed({seeds[0]}); {call}"


def _nth(call: str, index: int) -> str:
    return call if index == 0 else f"[{call} for _ in range({index + 1})][-1]"


def _call(law: Law, shape: tuple[int, ...], seed: str = "", generator: bool = False) -> str:
    """Return a function's name and arguments."""
    name = "uniform" if law.kind == "integers" else law.kind
    arguments = [str(list(shape))]
    if law.kind == "integers" and law.a == law.b:
        name = "uniform_full_int" if generator else "uniform"
        if not generator:
            arguments.append("minval=None, maxval=None")
    elif not law.free:
        arguments += _bounds(law)
    if law.dtype != "float32":
        arguments.append(f'dtype="{law.dtype}"')
    if seed:
        arguments.append(seed)
    return f"{name}({', '.join(arguments)})"


def _keras_call(law: Law, shape: tuple[int, ...]) -> str:
    name = "randint" if law.kind == "integers" else law.kind
    arguments = [str(list(shape))]
    if law.kind == "integers":
        arguments += [f"{int(law.a)}, {int(law.b)}"]
    elif not law.free:
        arguments += _bounds(law)
    if law.dtype != ("int32" if law.kind == "integers" else "float32"):
        arguments.append(f'dtype="{law.dtype}"')
    return f"{name}({', '.join(arguments)})"


def _bounds(law: Law) -> list[str]:
    if law.kind == "integers":
        low = [f"minval={int(law.a)}"] if law.a else []
        return [*low, f"maxval={int(law.b)}"]
    names = ("minval", "maxval") if law.kind == "uniform" else ("mean", "stddev")
    given = (law.a, law.b)
    default = (0.0, 1.0)
    return [f"{n}={v!r}" for n, v, d in zip(names, given, default, strict=True) if v != d]


def _initializer(law: Law, seed: str, keras: str) -> str:
    name, _, arguments = law.name.partition("(")
    inside = ", ".join(part for part in (arguments.rstrip(")"), seed) if part)
    return f"{keras}.initializers.{name}({inside})"


def _dtype(law: Law, word: str) -> str:
    return "" if law.dtype == "float32" else f', {word}"{law.dtype}"'
