"""golden/matrix.py: what a case gets from ``[defaults]``, and the cases that a matrix stands for.

Both work on tables as TOML has them, before anything in a case is checked: what they make is read
as if it had been written out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

from . import values
from .errors import GoldenError
from .ops import find

__all__ = ["MOST_CASES", "PLURALS", "expanded", "with_defaults"]

MOST_CASES = 100_000  # of a specification

PLURALS = {"shapes": "shape", "dtypes": "dtype", "seeds": "seed"}
_OF_DRAWS = ("seed", "seed2", "key", "counter", "alg", "shape", "dtype", "args")
_GLOBAL_SEEDS = ("set_seed", "set_random_seed")


def with_defaults(case: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Return a case with the defaults that it does not say itself, as far as its ops take them.

    Parameters
    ----------
    case, defaults : dict
        Tables of the specification. `args` are looked at one by one. A list for a matrix and the
        single value that it stands for exclude each other, as do the two global seeds: the case's
        own holds.

    Examples
    --------
    >>> with_defaults({"op": "random.normal", "seeds": [1, 2]}, {"seed": 5, "dtype": "float16"})
    {'op': 'random.normal', 'seeds': [1, 2], 'dtype': 'float16'}
    >>> with_defaults({"op": "random.shuffle"}, {"shape": [3], "set_seed": 1})
    {'op': 'random.shuffle', 'set_seed': 1}
    """
    if not defaults:
        return case
    made = dict(case)
    for key, value in defaults.items():
        if key not in (*_OF_DRAWS, *PLURALS, "call") and not (
            key in _GLOBAL_SEEDS and any(name in case for name in _GLOBAL_SEEDS)
        ):
            made.setdefault(key, value)
    draws = case.get("draw")
    if "op" in case:
        _complete(made, defaults, [*_OF_DRAWS, *PLURALS, "call"])
    elif isinstance(draws, list):
        made["draw"] = [
            _complete(dict(draw), defaults, _OF_DRAWS) if isinstance(draw, dict) else draw
            for draw in draws
        ]
    return made


def _complete(
    draw: dict[str, Any], defaults: dict[str, Any], keys: tuple[str, ...] | list[str]
) -> dict[str, Any]:
    """Give a draw the defaults that its op takes."""
    try:
        takes: Callable[[str], bool] = find(draw["op"]).takes
    except (GoldenError, KeyError, TypeError, AttributeError):
        return draw  # which is an error of its own, a little later
    singles = {single: plural for plural, single in PLURALS.items()}
    for key in keys:
        other = PLURALS.get(key) or singles.get(key)
        if key not in defaults or (other in draw and key not in draw):
            continue
        if key == "args":
            if isinstance(defaults["args"], dict) and isinstance(draw.get("args", {}), dict):
                extra = {
                    name: value
                    for name, value in defaults["args"].items()
                    if takes(name) and name not in draw
                }
                if extra:
                    draw["args"] = extra | draw.get("args", {})
        elif key == "call" or takes(PLURALS.get(key, key)):
            draw.setdefault(key, defaults[key])
    return draw


def expanded(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the cases that one with ``shapes``, ``dtypes`` or ``seeds`` stands for, in order.

    The last of the lists runs fastest. A case's name goes on with what is its own: a folder of the
    matrix's name, a file for each.

    Raises
    ------
    GoldenError
        A list is none, is empty, or stands beside the single value; the cases are too many.

    Examples
    --------
    >>> matrix = {"name": "x", "op": "random.normal", "shapes": [[2, 3], []], "seeds": [1, [5, -6]]}
    >>> [case["name"] for case in expanded(matrix)]
    ['x/2x3-seed1', 'x/2x3-seed5_-6', 'x/scalar-seed1', 'x/scalar-seed5_-6']
    """
    keys = [key for key in PLURALS if key in case]
    if not keys:
        yield case
        return
    if "draw" in case:
        raise GoldenError("belongs to a case with an `op` of its own", key=keys[0])
    for key in keys:
        single = PLURALS[key]
        if single in case:
            raise GoldenError(f"give either `{single}` or `{key}`, not both", key=key)
        if not isinstance(case[key], list) or not case[key]:
            raise GoldenError(f"must be a list of at least one, got {case[key]!r:.80}", key=key)
        for value in case[key]:
            _check(key, value)
    if math.prod(len(case[key]) for key in keys) > MOST_CASES:
        raise GoldenError(f"makes more than {MOST_CASES} cases")
    rest = {key: value for key, value in case.items() if key not in keys}
    for chosen in itertools.product(*(case[key] for key in keys)):
        labels = [_label(key, value) for key, value in zip(keys, chosen, strict=True)]
        own = {PLURALS[key]: value for key, value in zip(keys, chosen, strict=True)}
        yield {**rest, **own, "name": f"{case['name']}/{'-'.join(labels)}"}


def _check(key: str, value: Any) -> None:
    if key == "shapes":
        values.check_shape(value, key)
    elif key == "dtypes":
        values.check_dtype(value, key)
    else:
        parts = value if isinstance(value, list) and value else [value]
        if not all(type(part) is int for part in parts):
            raise GoldenError(f"must be integers or pairs of them, got {value!r:.80}", key=key)


def _label(key: str, value: Any) -> str:
    if key == "shapes":
        return "x".join(map(str, value)) or "scalar"
    if key == "dtypes":
        return str(value)
    return "seed" + "_".join(map(str, value if isinstance(value, list) else [value]))
