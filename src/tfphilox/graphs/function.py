"""function.py: tf.function and tf.while_loop, as far as they decide which numbers are drawn.

A function's body runs once for every kind of arguments, building a graph; each later call runs
that graph's nodes. So a random op in it has its seeds and its stream for good, as in TensorFlow,
where the second call prints other numbers than the first, and a second function the same numbers
as the first.
"""

from __future__ import annotations

import functools
import inspect
import operator
import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar, overload

import numpy as np

from .._c._undo import set_item, whole
from ..arrays.conversion import as_tensor
from ..arrays.wording import brief
from ..seeding import scopes, versions
from ..seeding.compiled import compiling
from .graph import (
    Graph,
    Node,
    Tensor,
    evaluate,
    graph_being_built,
    op,
    recording,
    transform,
    value_now,
)
from .signatures import InputSignature

__all__ = ["function", "while_loop"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Function:
    """A function whose body is run once for every kind of arguments; see `function`."""

    def __init__(
        self,
        python_function: Callable[..., Any],
        hidden: int = 0,
        one_shape: bool = False,
        specs: Any = None,
        compiled: bool = False,
    ) -> None:
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self._hidden = hidden  # arguments that only TensorFlow's graph of it has
        self._one_shape = one_shape or specs is not None
        self._signature = _signature(python_function)
        self._specs = specs
        self._compiled = compiled
        self._input_signature = None
        if specs is not None:
            found = self._signature or inspect.Signature()
            self._input_signature = InputSignature(specs, found)
        self._defaults = _defaults_by_place(self._signature)
        self._traces: dict[Hashable, _Trace] = {}
        self._shapeless: set[Hashable] = set()
        self._bound: weakref.WeakKeyDictionary[Any, Function] = weakref.WeakKeyDictionary()

    @whole
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if self._input_signature is not None:
            self._input_signature.check_tensors(args, keywords)
        return call_function(self, args, keywords)

    def __get__(self, instance: Any, owner: Any = None) -> Function:
        if instance is None:
            return self
        if instance not in self._bound:  # each object has traces of its own, as in TensorFlow
            method = functools.partial(self.python_function, weakref.proxy(instance))
            functools.update_wrapper(method, self.python_function)
            del method.__dict__["__wrapped__"]  # it takes the object too
            self._bound[instance] = Function(
                method, 0, self._one_shape, self._specs, self._compiled
            )
        return self._bound[instance]

    def run(self, args: Any, keywords: Any) -> Any:
        """Trace the body if these arguments are of a new kind, else run what was traced."""
        if not self._compiled:
            return self._run(args, keywords)
        with compiling():
            return self._run(args, keywords)

    def _run(self, args: Any, keywords: Any) -> Any:
        scope = scopes.active()
        if self._input_signature is None:
            args, keywords = self._canonical(args, keywords)
        else:
            args, keywords = self._input_signature.bind(args, keywords)
        key = (_origin(scope), kind_of(args), kind_of(keywords))
        found = self._traces.get(key)
        if found is not None:
            for tensor in found.captured:
                _capture(tensor, _node_of(scope))
            return found.run(args, keywords, scope)
        if self._one_shape:
            self._check_shape((key[0], kind_of(args, False), kind_of(keywords, False)))
        trace = _Trace(self.python_function, args, keywords, scope, self._hidden)
        set_item(self._traces, key, trace)
        return trace.first_result()

    def _check_shape(self, key: Hashable) -> None:
        """Raise if TensorFlow would make a graph for any shape now, or have made it before."""
        if key in self._shapeless:
            raise ValueError(
                "reduce_retracing or input_signature: arrays of a second shape would run in a "
                "graph of unknown shapes in TensorFlow, which is not supported here"
            )
        self._shapeless.add(key)

    def _canonical(self, args: Any, keywords: Any) -> tuple[Any, Any]:
        """Return the arguments with defaults filled in, by place where they have one.

        References
        ----------
        tensorflow/core/function/polymorphism/function_type.py, canonicalize_to_monomorphic;
        before 2.3, eager/function.py, FunctionSpec.
        """
        if self._signature is None:
            return args, keywords
        if not keywords and self._defaults is not None:  # nothing to put in order: the quick way
            rest = self._defaults[len(args) :]
            if len(args) <= len(self._defaults) and not any(
                default is inspect.Parameter.empty for default in rest
            ):
                return (*args, *rest), keywords
        bound = self._signature.bind(*args, **keywords)
        bound.apply_defaults()
        if versions.rule("keyword_defaults") == "yes":
            return bound.args, bound.kwargs
        given = {name: value for name, value in bound.kwargs.items() if name in keywords}
        return bound.args, given

    def __repr__(self) -> str:
        return f"<tfphilox.function {self.python_function!r}>"


class _Trace:
    """The graph that one kind of arguments made, and what it returns."""

    def __init__(
        self,
        python_function: Callable[..., Any],
        args: Any,
        keywords: Any,
        scope: Any,
        hidden: int,
    ) -> None:
        self.origin = _origin(scope)
        self.captured: dict[Tensor, None] = {}  # of graphs outside, used in it or by what it calls
        self._graph = graph = _FunctionGraph(self, scope)
        graph.skip_nodes(hidden)
        symbols = transform(graph.placeholder, _inputs(), (args, keywords))
        self._symbols = _only_tensors(symbols)
        with recording(graph):
            result = python_function(*symbols[0], **symbols[1])
        self._result = transform(graph.own, Tensor, result)

    def first_result(self) -> Any:
        """Return what the body drew while it was traced: the result of the first call."""
        result = _values(lambda tensor: tensor._sample, self._result)
        self._graph.release()
        return result

    def run(self, args: Any, keywords: Any, scope: Any) -> Any:
        known: dict[Node, Any] = {}
        _match(self._symbols, (args, keywords), known)
        for outer, tensor in self._graph.inner.items():
            known[tensor._node] = value_now(outer)
        return _values(evaluate(self._graph.nodes, known, _Store(self, scope)), self._result)


class _Store:
    """Keeps the kernels of a trace's nodes where the function's caller keeps its own."""

    def __init__(self, trace: _Trace, scope: Any) -> None:
        self._trace, self._scope = trace, scope

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return self._scope.cell((self._trace, key), make, *arguments)


class _FunctionGraph(Graph):
    """A function's graph. While it is built its nodes really run: that is the first call.

    A tensor of the graph that the function is called in, or of one around that, may be used in it,
    since TensorFlow 2.2; its value is looked up at each call.
    """

    takes_outer_tensors = True

    def __init__(self, trace: _Trace, scope: Any) -> None:
        super().__init__()
        self.trace = trace
        self.outside = _node_of(scope)
        self.inner: dict[Tensor, Tensor] = {}
        self.origin = trace.origin
        self.seed = scope.seed
        self._store = _Store(trace, scope)
        self._traced = False

    def own(self, tensor: Tensor) -> Tensor:
        if tensor.graph is self or self._by_nodes:  # then what a capture adds counts, unknown here
            return super().own(tensor)
        if tensor not in self.inner:
            _capture(tensor, self.outside)
            self.trace.captured[tensor] = None
            self.inner[tensor] = self.placeholder(value_now(tensor))
        return self.inner[tensor]

    def compact(self, sample: Any) -> Any:
        return super().compact(sample) if self._traced else sample

    def release(self) -> None:
        """Forget the values of the first call."""
        self._traced = True
        for node in self.nodes:
            transform(self._forget, Tensor, node.result)

    def _forget(self, tensor: Tensor) -> None:
        tensor._sample = self.compact(tensor._sample)


@overload
def function(
    func: _Function,
    input_signature: Sequence[Any] | None = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: Any = None,
    experimental_follow_type_hints: Any = None,
) -> _Function: ...
@overload
def function(
    func: None = None,
    input_signature: Sequence[Any] | None = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: Any = None,
    experimental_follow_type_hints: Any = None,
) -> Callable[[_Function], _Function]: ...
def function(
    func: Callable[..., Any] | None = None,
    input_signature: Sequence[Any] | None = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: Any = None,
    experimental_follow_type_hints: Any = None,
) -> Any:
    """Make a function whose random ops have seeds and streams of their own; for decorators too.

    Parameters
    ----------
    func : callable
        Its body runs at the first call with arguments of a kind: arrays by shape and type, anything
        else by ``==``, so that 1, 1.0 and True are one; a default that is left out is as if given,
        an argument by name as by place. It may use the ops of this package and NumPy's functions;
        its arrays are `Tensor` objects, without values.
    input_signature : sequence of TensorSpec, optional
        The types and shapes of the arguments by place, in lists and dicts where the arguments are;
        arguments become arrays of these, and those without one keep their defaults. Where a
        dimension may be any, see `reduce_retracing`.
    jit_compile, experimental_compile : bool, optional
        If true, the ops draw the numbers that XLA makes, and so do those of functions that are
        called in it, whatever they say: see `config.jit_compile`.
    reduce_retracing, experimental_relax_shapes : bool, optional
        If true, arrays may not come in several shapes: TensorFlow would run one graph for all.
    autograph, experimental_* : optional
        Ignored: loops and conditions are Python's, so ``for`` over a range makes a node for
        every turn. `while_loop` makes one.

    Returns
    -------
    callable
        Takes and returns arrays where `func` takes and returns tensors.

    Raises
    ------
    TypeError, ValueError
        For an `input_signature` that does not suit `func`; in a call, for arguments that do not
        suit the signature, and see `reduce_retracing`.
    NotImplementedError
        In a call with ``jit_compile=True``, as in `config.jit_compile`.

    Stream
    ------
    The first unseeded op in the body gets the op seed 0, the next 1 (up to TensorFlow 2.1: the
    number of nodes before it), with the global seed of the time of the trace. Each op continues
    its own stream at every call; `random.set_seed` restarts it, and does not change its seeds.
    Verified against TensorFlow 1.15, 2.0, 2.1 and 2.21.

    References
    ----------
    tensorflow/python/eager/polymorphic_function/polymorphic_function.py, function;
    tensorflow/python/framework/func_graph.py, FuncGraph.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1234)
    >>> @tp.function
    ... def f():
    ...     return tp.random.uniform([1]), tp.random.uniform([1])
    >>> f()
    (array([0.13047123], dtype=float32), array([0.1689806], dtype=float32))
    >>> f()
    (array([0.6087816], dtype=float32), array([0.7539084], dtype=float32))
    """
    if func is None:
        return functools.partial(
            function,
            input_signature=input_signature,
            jit_compile=jit_compile or experimental_compile,
            reduce_retracing=reduce_retracing or experimental_relax_shapes,
        )
    if not callable(func):
        raise TypeError(f"func must be callable, got {brief(func)}")
    one_shape = bool(reduce_retracing or experimental_relax_shapes)
    compiled = bool(jit_compile or experimental_compile)
    return Function(func, one_shape=one_shape, specs=input_signature, compiled=compiled)


@op("function.call_function")
def call_function(called: Function, args: Any, keywords: Any) -> Any:
    """Run a function: at once, or as one node of the graph that is being built."""
    return called.run(args, keywords)


@whole
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Sequence[Any],
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: int | None = None,
    name: str | None = None,
) -> Any:
    """Repeat `body` while `cond` holds; in a graph, as one node whose ops continue their streams.

    Parameters
    ----------
    cond : callable
        Takes the loop variables; returns whether to go on.
    body : callable
        Takes the loop variables; returns their new values, of the same shapes and types.
    loop_vars : sequence of arrays
        Their first values.
    maximum_iterations : int, optional
        The most turns to make, 0 or more.
    shape_invariants, parallel_iterations, back_prop, swap_memory, name : optional
        Ignored.

    Returns
    -------
    list of arrays, or a tuple if `loop_vars` is one
        The last values. For TensorFlow 1.15, of one variable that value alone.

    Raises
    ------
    TypeError, ValueError
        If `cond` or `body` is not callable, there are no variables, or `body` returns another
        number of them.

    Stream
    ------
    Called at once, each turn draws as a call of its own. In a graph, `body` is built once: its
    first unseeded op gets the op seed 0, and continues from turn to turn. Verified against
    TensorFlow 2.0, 2.1 and 2.21; graphs of 1.15 outside of functions build loops in another way,
    and so do those of TensorFlow 2 after ``disable_v2_behavior``: there the ops of the body count
    in the graph around the loop, which is not mirrored.

    References
    ----------
    tensorflow/python/ops/while_loop.py, while_loop; while_v2.py.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> @tp.function
    ... def add_three():
    ...     return tp.while_loop(
    ...         lambda i, s: i < 3, lambda i, s: (i + 1, s + tp.random.uniform([])), [0, 0.0]
    ...     )
    >>> add_three()
    [array(3, dtype=int32), array(2.1889281, dtype=float32)]
    """
    if not callable(cond) or not callable(body):
        raise TypeError(f"cond and body must be callable, got {brief(cond)} and {brief(body)}")
    if not len(loop_vars):
        raise ValueError("loop_vars must not be empty")
    values = [
        value if isinstance(value, _ARRAYS) else as_tensor("loop_vars", value)
        for value in loop_vars
    ]
    turns = None if maximum_iterations is None else operator.index(maximum_iterations)
    graph = graph_being_built()
    if graph is None:
        values = _repeat(cond, body, values, turns)
    elif versions.rule("graph_loops", graph.version) == "many" and graph.origin is graph:
        raise ValueError("while_loop: graphs of TensorFlow 1.15 build loops in another way")
    else:
        values = _loop(Function(cond, 2), Function(body, 2), values, turns)
    if len(values) == 1 and versions.rule("while_of_one") == "value":
        return values[0]
    return tuple(values) if isinstance(loop_vars, tuple) else values


@op("function._loop")
def _loop(cond: Function, body: Function, values: list[Any], turns: int | None) -> list[Any]:
    """Run a loop as one node: its functions are traced once, and keep their streams.

    TensorFlow's take a counter and a limit besides the variables.
    """
    return _repeat(
        lambda *values: cond.run(values, {}), lambda *values: body.run(values, {}), values, turns
    )


def _repeat(
    cond: Callable[..., Any], body: Callable[..., Any], values: list[Any], turns: int | None
) -> list[Any]:
    while turns != 0 and cond(*values):
        result = body(*values)
        result = list(result) if isinstance(result, list | tuple) else [result]
        if len(result) != len(values):
            raise ValueError(f"body must return {len(values)} loop variables, got {len(result)}")
        values = [
            np.asarray(new, np.asarray(old).dtype) for new, old in zip(result, values, strict=True)
        ]
        turns = None if turns is None else turns - 1
    return values


_ARRAYS: Any = (np.ndarray, np.generic, Tensor)


def _inputs() -> Any:
    """Return the types of arguments that are tensors in a trace."""
    return _ARRAYS if versions.rule("scalar_tensors") == "yes" else (np.ndarray, Tensor)


def kind_of(value: Any, shapes: bool = True) -> Hashable:
    """Return what two arguments have in common that may share a trace, with or without `shapes`.

    What is no array goes by ``==``: 1, 1.0 and True share a trace, two objects only if they say
    that they are equal.

    References
    ----------
    tensorflow/core/function/trace_type/trace_type_builder.py, from_value; default_types.py.
    """
    if isinstance(value, _inputs()):
        return "array", value.shape if shapes else None, str(value.dtype)
    if isinstance(value, list | tuple):
        return type(value), *(kind_of(item, shapes) for item in value)
    if isinstance(value, Mapping):
        return type(value), frozenset((key, kind_of(item, shapes)) for key, item in value.items())
    try:
        reference = weakref.ref(value)
    except TypeError:
        return _kind_of_literal(value)
    return "object", reference if isinstance(value, Hashable) else _Itself(reference)


def _kind_of_literal(value: Any) -> Hashable:
    if not isinstance(value, Hashable):
        raise TypeError(f"an argument of a function must be hashable, got {brief(value)}")
    if value != value and versions.rule("nan_arguments") == "equal":
        return "nan"
    return "value", value


class _Itself:
    """Equal to what stands for the same object, while it lives."""

    def __init__(self, reference: weakref.ref[Any]) -> None:
        self._reference = reference
        self._hash = id(reference())

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        found = self._reference()
        return isinstance(other, _Itself) and found is not None and found is other._reference()


def _signature(python_function: Callable[..., Any]) -> inspect.Signature | None:
    """Return a function's signature; None if it has none, or nothing to put in order."""
    try:
        found = inspect.signature(python_function)
    except (TypeError, ValueError):  # NumPy's ufuncs and some of Python's functions
        return None
    return found if found.parameters else None


def _defaults_by_place(signature: inspect.Signature | None) -> tuple[Any, ...] | None:
    """Return what is left out of each place, or Parameter.empty; None if not all have a place."""
    if signature is None:
        return None
    parameters = signature.parameters.values()
    placed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(parameter.kind not in placed for parameter in parameters):
        return None
    return tuple(parameter.default for parameter in parameters)


def _only_tensors(symbols: Any) -> Any:
    """Return a structure with nothing in it but tensors: other arguments are not kept alive."""
    if isinstance(symbols, Mapping):
        return {key: _only_tensors(value) for key, value in symbols.items()}
    if isinstance(symbols, list | tuple):
        return [_only_tensors(value) for value in symbols]
    return symbols if isinstance(symbols, Tensor) else None


def _match(symbols: Any, given: Any, known: dict[Node, Any]) -> None:
    """Write down what a call gives for the nodes that stand for its arguments."""
    if isinstance(symbols, Tensor):
        known[symbols._node] = np.asarray(given)
    elif isinstance(symbols, dict):
        for key, symbol in symbols.items():
            _match(symbol, given[key], known)
    elif isinstance(symbols, list):
        for symbol, value in zip(symbols, given, strict=True):
            _match(symbol, value, known)


def _values(value_of: Callable[[Tensor], Any], structure: Any) -> Any:
    """Return a result with the values of its tensors, and its numbers as arrays."""
    result = transform(value_of, Tensor, structure)
    return transform(lambda number: as_tensor("result", number), int | float, result)


def _capture(tensor: Tensor, node: Node | None) -> None:
    """Let the call of a function, which is `node`, need a tensor that it is not given."""
    while node is not None and node.graph is not tensor.graph:
        graph = node.graph
        if not isinstance(graph, _FunctionGraph):
            break
        graph.trace.captured[tensor] = None
        node = graph.outside
    if node is None or node.graph is not tensor.graph:
        raise ValueError(f"{tensor!r} is of another graph: pass its value as an argument")
    node.captured[tensor] = None


def _node_of(scope: Any) -> Node | None:
    """Return the node whose scope it is; None in eager mode."""
    while hasattr(scope, "inner"):
        scope = scope.inner
    node: Node | None = getattr(scope, "_node", None)
    return node


def _origin(scope: Any) -> Any:
    """Return the graph outside of all functions that a scope belongs to; None in eager mode."""
    return getattr(scope, "origin", None)
