"""golden/provenance.py: which op drew an array, with which key, from which counter on.

`tfphilox.explain` tells that of any call. Large arrays are made by moving the op's own kernel, so
`Kernel` takes hold of the one that a call used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .. import raw_ops
from ..explain import Draw, explain
from ..seeding import scopes

__all__ = ["Kernel", "Provenance", "observed", "of_pair"]

_Result = TypeVar("_Result")
_MOST = 1000  # draws of a case that are listed


@dataclass(frozen=True)
class Provenance:
    """The start of an array's stream; None for what does not apply."""

    kernel: str | None = None  # the raw op
    seed: int | None = None
    seed2: int | None = None
    key: int | None = None
    counter: int | None = None
    rule: str = ""  # where the seeds came from
    further: tuple[Provenance, ...] = ()  # if the call drew more than once, in order


def observed(call: Callable[[], _Result]) -> tuple[_Result, Provenance]:
    """Run `call` and say where its numbers came from.

    Parameters
    ----------
    call : callable
        What draws.

    Returns
    -------
    result, Provenance

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> _, found = observed(lambda: tp.random.uniform([1]))
    >>> found.kernel, found.seed, found.seed2
    ('RandomUniform', 0, 1654615998)
    >>> tp.random.set_seed(None)
    """
    explanation = explain(call)
    draws = [_of_draw(draw) for draw in explanation.draws[:_MOST]]
    if not draws:
        return explanation.result, Provenance(rule="nothing was drawn")
    first, *others = draws
    further = tuple(others)
    return explanation.result, Provenance(
        first.kernel, first.seed, first.seed2, first.key, first.counter, first.rule, further
    )


def of_pair(pair: Any) -> tuple[int, int]:
    """Return the key and counter that a stateless op gets from its seeds."""
    key, counter = raw_ops.StatelessRandomGetKeyCounter(seed=pair)
    return int(key[0]), int(counter[0]) | int(counter[1]) << 64


class Kernel:
    """The kernel that a call asked for last, and the attributes it has: a watcher of `scopes`."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.attributes: Any = None
        self.kernel: Any = None
        with scopes.watched_by(self):
            self.result = call()

    def got_seeds(self, scope: scopes.Scope, op_seed: Any, given: tuple[Any, Any]) -> None:
        pass

    def got_kernel(self, scope: scopes.Scope, attributes: Any, kernel: Any) -> None:
        self.attributes, self.kernel = attributes, kernel

    def got_start(self, key: int, counter: int, seed: Any) -> None:
        pass

    def got_state(self, key: int, counter: int, moved: int) -> None:
        pass

    def made(self, note: str) -> None:
        pass

    def call(self, function: Callable[..., Any], args: Any, keywords: Any) -> Any:
        return function(*args, **keywords)


def _of_draw(draw: Draw) -> Provenance:
    return Provenance(draw.op, draw.seed, draw.seed2, draw.key, draw.counter, draw.rule)
