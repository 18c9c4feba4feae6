"""explain.py: which op drew, from which seeds, by which rule, and where its stream stood.

For the question "why do my numbers differ": run the call under `explain`, here and with the other
version, mode or seed, and compare the tables.

The package loads this file at once, so it loads what it needs only where that is at work.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .seeding.scopes import Scope

__all__ = ["Draw", "Explanation", "explain"]


class Draw(NamedTuple):
    """One draw of one op.

    Attributes
    ----------
    call : str
        The function that was called: the outermost of this package.
    op : str
        The op that drew: TensorFlow's name for a stateful one.
    seed, seed2 : int or None
        A stateful op's attributes; both None without seeds, and for others.
    key, counter : int
        The Philox key (64 bits), and the block the stream stood at (128 bits).
    start, moved : int or None
        Blocks that the op had moved on by before, and how many it moved on now. None if nothing is
        kept.
    rule : str
        What chose the seeds.
    version : str
        The TensorFlow whose rules held.
    keras : str
        The Keras whose rules held, and why that one.
    """

    call: str
    op: str
    seed: int | None
    seed2: int | None
    key: int
    counter: int
    start: int | None
    moved: int | None
    rule: str
    version: str
    keras: str = ""


class Explanation:
    """What the calls in a ``with`` block drew; see `explain`.

    Attributes
    ----------
    draws : list of Draw
    result
        What the function returned, if `explain` was given one.
    """

    def __init__(self) -> None:
        self.draws: list[Draw] = []
        self.result: Any = None
        self._call: str | None = None
        self._name = ""
        self._seeds: tuple[Scope, tuple[Any, Any], str] | None = None  # got, and not yet used
        self._open: Draw | None = None  # which may go on, or fail
        self._kernel: Any = None  # that it moves, if any is kept

    def __enter__(self) -> Explanation:
        from .graphs.graph import graph_being_built, recording
        from .seeding.scopes import watched_by

        self._context = ExitStack()
        self._context.enter_context(watched_by(self))
        if graph_being_built() is None:
            self._context.enter_context(recording(self))
        return self

    def __exit__(self, *exception: object) -> None:
        self._finish()
        self._context.close()

    def call(self, function: Callable[..., Any], args: Any, keywords: Any) -> Any:
        """Run a function of the package, and note the draws that are made for it."""
        from . import op_table

        before = self._call, self._name
        self._name = op_table.name_of(function)
        record = op_table.find(function)
        if record is None or not record.runs_python:  # else what it calls is of interest
            self._call = self._call or self._name
        try:
            result = function(*args, **keywords)
        except BaseException:
            self._finish(failed=True)
            raise
        else:
            self._finish()
            return result
        finally:
            self._call, self._name = before

    def got_seeds(self, scope: Scope, op_seed: Any, seeds: tuple[Any, Any]) -> None:
        self._finish()
        self._seeds = scope, seeds, _rule(scope, op_seed, seeds)

    def got_kernel(self, scope: Scope, attributes: Any, kernel: Any) -> None:
        rule = "attributes as given" if self._seeds is None else self._seeds[2]
        self._seeds = None
        op, seed, seed2 = attributes[:3] if attributes else (self._op(), None, None)
        first = (seed2 or 0) % 2**64 << 64 if attributes else kernel.counter
        start = (kernel.counter - first) % 2**128
        self._note(op, seed, seed2, kernel.key, kernel.counter, start, rule, _version(scope))
        self._kernel = kernel

    def got_start(self, key: int, counter: int, seed: Any) -> None:
        rule = "key and counter as given" if seed is None else f"scrambled from {list(seed)}"
        rule += _compiled()
        self._note(self._op(), None, None, key, counter, None, rule, _version())

    def got_state(self, key: int, counter: int, moved: int) -> None:
        rule = "the generator's state" + _compiled()
        self._note(self._op(), None, None, key, counter, 0, rule, _version(), moved)

    def made(self, note: str) -> None:
        from ._c._undo import append

        if self.draws:
            draw = self.draws.pop()
            append(self.draws, draw._replace(rule=f"{draw.rule}; {note}"))

    def __str__(self) -> str:
        heads = ["call", "op", "seed", "seed2", "key", "counter", "start", "moved", "rule", "TF"]
        with_keras = any(draw.call.startswith("keras.") for draw in self.draws)
        heads += ["Keras"] if with_keras else []
        shown = ([_shown(value) for value in draw[: len(heads)]] for draw in self.draws)
        rows = [heads, *shown]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    __repr__ = __str__

    def _op(self) -> str:
        return self._name.split(".")[-1]

    def _note(
        self,
        op: str,
        seed: int | None,
        seed2: int | None,
        key: int,
        counter: int,
        start: int | None,
        rule: str,
        version: str,
        moved: int | None = None,
    ) -> None:
        self._finish()
        call = self._call or self._name or "?"
        self._open = Draw(
            call, op, seed, seed2, key, counter, start, moved, rule, version, _keras()
        )

    def _finish(self, failed: bool = False) -> None:
        """Note how far the kernel of the draw before has moved, or that seeds were only taken.

        What a call asked for that failed is forgotten, unless a kernel moved all the same.
        """
        if self._seeds is not None and not failed:
            self._note_seeds(*self._seeds)
        draw, kernel = self._open, self._kernel
        self._seeds = self._open = self._kernel = None
        if draw is None:
            return
        if kernel is not None:
            draw = draw._replace(moved=(kernel.counter - draw.counter) % 2**128)
        if draw.moved or not failed:
            from ._c._undo import append

            append(self.draws, draw)  # unless the call fails that the move was made for

    def _note_seeds(self, scope: Scope, seeds: tuple[Any, Any], rule: str) -> None:
        """Note seeds that went to what has a stream of its own, such as a data set."""
        seed, seed2 = seeds
        key, counter = (seed or 0) % 2**64, (seed2 or 0) % 2**64 << 64
        call, op = self._call or "get_seed", self._name.split(".")[-1] or "get_seed"
        self.draws.append(
            Draw(call, op, seed, seed2, key, counter, None, None, rule, _version(scope), _keras())
        )


def explain(function: Callable[..., Any] | None = None, *args: Any, **keywords: Any) -> Explanation:
    """Say of every draw which op made it, from which seeds, by which rule, and from where.

    Parameters
    ----------
    function : callable, optional
        What to call, with the arguments that follow. Without one, the result is for a ``with``
        block.

    Returns
    -------
    Explanation
        Its `draws` are the data, `print` shows them as a table, `result` is what the function
        returned.

    Stream
    ------
    The calls draw as they would without it.

    Examples
    --------
    Why is the second number another one, and what does a function do to it?

    >>> import tfphilox as tp
    >>> tp.random.set_seed(1234)
    >>> with tp.explain() as eager:
    ...     numbers = tp.random.uniform([1]), tp.random.uniform([1])
    >>> [(draw.seed, draw.seed2, draw.start) for draw in eager.draws]
    [(1234, 1892932127, 0), (1234, 501869158, 0)]
    >>> inside = tp.explain(tp.function(lambda: tp.random.uniform([1])))
    >>> [(draw.op, draw.seed, draw.seed2, draw.moved, draw.rule) for draw in inside.draws]
    [('RandomUniform', 1234, 0, 256, 'graph seed; op seed: unseeded ops before it')]

    Whose Keras was it, and why?

    >>> tp.explain(tp.keras.random.uniform, [1], seed=3).draws[0].keras
    '3.15: the newest verified'
    >>> with tp.config.keras_version("3.6"):
    ...     tp.explain(tp.keras.random.uniform, [1], seed=3).draws[0].keras
    '3.6: set in config'
    """
    explanation = Explanation()
    if function is not None:
        if not callable(function):
            from .arrays.wording import brief

            raise TypeError(f"function must be callable, got {brief(function)}")
        with explanation:
            explanation.result = function(*args, **keywords)
    return explanation


def _rule(scope: Scope, op_seed: Any, seeds: tuple[Any, Any]) -> str:
    if seeds[0] is None:
        return "no seed: the operating system's entropy"
    graph = getattr(scope, "graph", None)
    whose = "global seed" if graph is None else "graph seed"
    if op_seed is not None:
        from .seeding.attributes import DEFAULT_GRAPH_SEED

        by_default = scope.seed is None
        return f"{f'{DEFAULT_GRAPH_SEED}, for no {whose}' if by_default else whose}; op seed given"
    if graph is None:
        return f"{whose}; op seed: the next of random.Random({scope.seed})"
    return f"{whose}; op seed: {graph.rule} before it"


def _compiled() -> str:
    from .seeding.compiled import compiler

    by = compiler()
    return "" if by is None else f"; {by.rule}"


def _version(scope: Scope | None = None) -> str:
    from .seeding import versions

    graph = getattr(scope, "graph", None)
    return versions.get() if graph is None else graph.version


def _keras() -> str:
    from .seeding import versions

    try:
        choice = versions.keras_choice()
    except ValueError:  # one that does not go with this TensorFlow, and so is not asked
        return ""
    return f"{choice.keras}: {choice.why}"


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return hex(value) if isinstance(value, int) and value >= 2**32 else str(value)
