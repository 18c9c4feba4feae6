"""graph.py: calls that are recorded first and run later, as the nodes of a graph.

A function marked with `op` runs at once, unless this thread is building a graph. Then its call
becomes a node, and what it would return becomes a `Tensor` (or several), a name for a value that
each run of the node makes anew. A node gets its seeds when it is built and its kernels where it is
run: a session, or the calls of a function, keep them, so every node has a stream of its own.

To learn what a node returns, it is run once as it is built, with kernels that are thrown away. So
mistakes show at once, shapes are known, and nothing needs to be said twice; NumPy's functions are
nodes like any other.

A graph counts what TensorFlow would: since 2.2 its unseeded ops, before that all its nodes, of
which an op's record in op_table.py knows how many each call makes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, SupportsIndex, SupportsInt, TypeVar

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from .. import op_table
from .._c._undo import Put, Taker, append, set_attribute, whole
from ..seeding import scopes, versions
from ..seeding.scopes import (
    STATEFUL,
    Scope,
    as_graph_seed,
    compiling,
    in_force,
    pair,
    watcher,
    watchers,
)
from .nodes import nodes_of

__all__ = ["Graph", "Node", "Tensor", "explained", "get_default_graph", "op"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Recorder(Protocol):
    """What takes the calls of ops."""

    def call(self, function: Callable[..., Any], args: Any, keywords: Any) -> Any:
        """Return what the caller of `function` gets."""


class Store(Protocol):
    """What keeps the kernels of nodes between their runs."""

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return what is kept under `key`, made if it is not."""


_recorder: ContextVar[Recorder | None] = ContextVar("recorder")
# The graphs that are being run here, a function's inside of its caller's.
_evaluated: ContextVar[Mapping[Graph, Callable[[Tensor], Any]] | None] = ContextVar(
    "evaluated", default=None
)
_default_session: ContextVar[Any] = ContextVar("session", default=None)
_taker = Taker(_recorder)  # its default: the default graph, without eager execution
_default_graph: Graph | None = None


def guarded(function: _Function, path: str) -> _Function:
    """Return a function that is refused in compiled functions, if its record says so."""
    if op_table.RECORDS[path].compiles:
        return function
    return scopes.not_compiled(function, path)


def op(path: str) -> Callable[[_Function], _Function]:
    """Make a function's calls nodes while a graph is being built; `path` is its op's record.

    They are whole: one that fails has moved nothing (see _c/_undo.pyx).
    """

    def decorate(function: _Function) -> _Function:
        op_table.register(function, path)
        return whole(guarded(function, path), _taker)

    return decorate


def explained(path: str) -> Callable[[_Function], _Function]:
    """Tell who watches the name of a function that draws by itself, not by calling ops.

    No graph records its calls. They are whole, as those of ops are.
    """

    def decorate(function: _Function) -> _Function:
        op_table.register(function, path)
        return whole(guarded(function, path), watchers)

    return decorate


def recording(recorder: Recorder | None) -> Put:
    """Let `recorder` take the calls of ops in this thread; None lets them run."""
    return Put(_recorder, recorder)


class Tensor(NDArrayOperatorsMixin):
    """What a node of a graph returns when it is run; not itself an array.

    NumPy's operators, universal functions and most other functions take it, and make further
    nodes. Its value comes from `Session.run`, or from calling the function it was built in.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
    graph : Graph
    """

    __slots__ = ("_node", "_path", "_sample")

    def __init__(self, node: Node, path: tuple[Any, ...], sample: Any) -> None:
        self._node = node
        self._path = path  # where in the node's result
        self._sample = sample  # stands for the value while the graph is built

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self._sample)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.asarray(self._sample).dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def graph(self) -> Graph:
        return self._node.graph

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        if keywords.get("out") is not None:
            raise TypeError(f"{self!r}: out= is not possible in a graph")
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if function in _OPERATORS:
            inputs = tuple(_as_dtype_of(self.dtype, value) for value in inputs)
        return self._user().call(function, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return self._user().call(function, args, keywords)

    def __getitem__(self, index: Any) -> Any:
        return self._user().call(operator.getitem, (self, index), {})

    def eval(self, feed_dict: Mapping[Tensor, Any] | None = None, session: Any = None) -> Any:
        """Return the value that a session's run makes.

        Parameters
        ----------
        feed_dict : mapping of Tensor to array, optional
            As in `Session.run`.
        session : Session, optional
            Which one; by default that of the innermost ``with`` block.

        Returns
        -------
        ndarray, or a NumPy scalar for a scalar

        Raises
        ------
        ValueError
            If there is no session.
        RuntimeError, TypeError, ValueError
            As in `Session.run`.

        Stream
        ------
        As ``session.run(self)``: the nodes needed go on in their streams.

        References
        ----------
        tensorflow/python/framework/ops.py, _eval_using_default_session.

        Examples
        --------
        >>> import tfphilox as tp
        >>> with tp.Graph().as_default(), tp.compat.v1.Session():
        ...     tp.random.uniform([1], seed=1).eval()
        array([0.2390374], dtype=float32)
        """
        session = session or _default_session.get()
        if session is None:
            raise ValueError(f"{self!r}: eval() needs a session, given or the default one")
        return session.run(self, feed_dict)

    def _user(self) -> Graph:
        """Return the graph that gets a node for this tensor: its own, or a function's in that."""
        building = graph_being_built()
        return self.graph if building is None or not building.takes_outer_tensors else building

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"{self!r} has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __array__(self, *args: Any, **keywords: Any) -> NDArray[Any]:
        raise TypeError(f"{self!r} has no value before its graph is run")

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no truth value before its graph is run")

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f'<Tensor "{self._node.name}" shape={self.shape} dtype={self.dtype.name}>'


# Those that in TensorFlow convert an operand that is no tensor to the type of the one that is.
_OPERATORS = {
    np.add, np.subtract, np.multiply, np.true_divide, np.floor_divide, np.remainder, np.power,
    np.maximum, np.minimum, np.less, np.less_equal, np.greater, np.greater_equal, np.equal,
    np.not_equal,
}  # fmt: skip


def _as_dtype_of(dtype: np.dtype[Any], value: Any) -> Any:
    """Return an operand in a tensor's type, unless it is a tensor or does not go into it.

    References
    ----------
    tensorflow/python/ops/math_ops.py, binary_op_wrapper.
    """
    if isinstance(value, Tensor):
        return value
    array = np.asarray(value)
    into = "biuf" if dtype.kind == "f" or dtype.name == "bfloat16" else "biu"
    if dtype.kind not in "iufV" or array.dtype.kind not in into:
        return value
    with np.errstate(all="ignore"):
        return array.astype(dtype)


class Node:
    """One call in a graph: a function, its arguments, and the seeds that it was given."""

    __slots__ = (
        "args", "at", "captured", "function", "graph", "keywords", "name", "result", "seeds",
    )  # fmt: skip

    def __init__(self, graph: Graph, function: Any, args: Any, keywords: Any) -> None:
        self.graph = graph
        self.at = len(graph.nodes)
        self.function = function
        self.args, self.keywords = args, keywords
        self.name = op_table.name_of(function)
        self.seeds: list[tuple[Any, Any]] = []
        self.captured: dict[Tensor, None] = {}  # what a function uses without being given it
        self.result: Any = None

    def inputs(self) -> list[Tensor]:
        """Return the tensors that it needs."""
        found = list(self.captured)
        transform(found.append, Tensor, (self.args, self.keywords))
        return found

    def run(self, value_of: Callable[[Tensor], Any], scope: Scope, hidden: bool = False) -> Any:
        """Call the function, with the values of its tensors, in `scope`."""
        args, keywords = transform(
            lambda tensor: np.asarray(value_of(tensor)), Tensor, (self.args, self.keywords)
        )
        watching = None if hidden else watcher()
        with versions.using(self.graph.version), in_force(scope, hidden), recording(watching):
            if watching is not None:
                return watching.call(self.function, args, keywords)
            return self.function(*args, **keywords)

    def __repr__(self) -> str:
        return f"<Node {self.name!r} seeds={self.seeds}>"


class _Building:
    """The scope a node is built in: seeds by the graph's rule, kernels from `store`."""

    def __init__(self, node: Node, before: int | None, store: Store) -> None:
        self._node, self._before, self._store = node, before, store
        self._kernels = 0

    @property
    def seed(self) -> Any:
        return self._node.graph.seed

    @property
    def origin(self) -> Any:
        return self._node.graph.origin

    @property
    def graph(self) -> Graph:
        return self._node.graph

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        seeds = self._node.graph.get_seed(op_seed, self._before, self._node.name)
        self._node.seeds.append(seeds)
        return seeds

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        # Two ops of one call are two nodes to TensorFlow: the second has a kernel of its own.
        if compiling.get() is not None:
            raise NotImplementedError(STATEFUL)
        self._kernels += 1
        return self.cell((self._kernels, attributes), make, *arguments)

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return self._store.cell((self._node, key), make, *arguments)


class _Running(_Building):
    """The scope a node is run in: the seeds it was built with, kernels from `store`."""

    def __init__(self, node: Node, store: Store) -> None:
        super().__init__(node, None, store)
        self._seeds = iter(node.seeds)

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        return next(self._seeds)


class _Throwaway:
    """Keeps nothing: the kernels of what is run only to see what it returns."""

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return make(*arguments)


class Graph:
    """A graph of random ops and NumPy functions, to be run in a `compat.v1.Session`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> with tp.Graph().as_default() as graph:
    ...     tp.compat.v1.set_random_seed(1234)
    ...     a = tp.random.uniform([1])
    ...     b = a + tp.random.normal([1])
    >>> with tp.compat.v1.Session(graph=graph) as session:
    ...     session.run([a, b])
    ...     session.run(a)
    [array([0.13047123], dtype=float32), array([-0.19317722], dtype=float32)]
    array([0.6087816], dtype=float32)

    Notes
    -----
    A graph keeps the rules of the TensorFlow that was set (`config.set_tensorflow_version`) when it
    was made, for its runs too; the default graph, which without ``as_default`` is one for the whole
    process, those of when something was first put into it.

    Arithmetic is done as it is written. TensorFlow's graph optimizer may reorder it, which moves
    last bits: it multiplies by the reciprocal of a constant `beta` of `random.gamma`, for example.

    References
    ----------
    tensorflow/python/framework/ops.py, Graph; random_seed.py, get_seed.
    """

    takes_outer_tensors = False

    def __init__(self) -> None:
        self._take_rules()
        self._seed: Any = None
        self._graph_seed: Any = None
        self._op_seeds = 0
        self._size = 0
        self._uncounted = ""
        self._store: Store = _Throwaway()
        self.origin: Graph | None = self
        self.nodes: list[Node] = []

    def _take_rules(self) -> None:
        self.version = versions.get()
        self._by_nodes = versions.rule("graph_op_seed") == "nodes"

    def _begin(self) -> None:
        """Let the default graph follow the version that is set until there is something in it."""
        if self is _default_graph and not (self.nodes or self._size or self._seed is not None):
            self._take_rules()

    @property
    def rule(self) -> str:
        """What the seed of an unseeded op is the number of."""
        return "nodes" if self._by_nodes else "unseeded ops"

    @property
    def seed(self) -> Any:
        """The graph's seed; None if there is none. Ops built later use it."""
        return self._seed

    @seed.setter
    def seed(self, seed: Any) -> None:
        self._begin()
        self._graph_seed = as_graph_seed(seed)
        self._seed = seed

    @contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Build this graph in a ``with`` block: calls of ops become its nodes."""
        with recording(self):
            yield self

    def skip_nodes(self, number: SupportsIndex) -> None:
        """Count nodes that only TensorFlow's graph has: layers, variables, other arithmetic.

        Parameters
        ----------
        number : int
            How many, 0 or more. Up to TensorFlow 2.1 the seed of an unseeded op is the number of
            nodes before it; since 2.2 this changes nothing.

        Examples
        --------
        >>> import tfphilox as tp
        >>> with tp.config.tensorflow_version("1.15"), tp.Graph().as_default() as graph:
        ...     graph.seed = 1234
        ...     graph.skip_nodes(10)
        ...     tp.random.uniform([3])
        ...     graph.nodes
        <Tensor "random.uniform" shape=(3,) dtype=float32>
        [<Node 'random.uniform' seeds=[(1234, 13)]>]
        """
        count = operator.index(number)
        if count < 0:
            raise ValueError(f"number must be 0 or more, got {count}")
        self._begin()
        set_attribute(self, "_size", self._size + count)

    @whole
    def call(self, function: Callable[..., Any], args: Any, keywords: Any) -> Any:
        """Add a node, and return what stands for its result."""
        self._begin()
        args, keywords = transform(np.copy, np.ndarray, (args, keywords))  # as they are now
        node = Node(self, function, args, keywords)
        if any(tensor.graph is not self for tensor in node.inputs()):
            args, keywords = transform(self.own, Tensor, (args, keywords))
            node = Node(self, function, args, keywords)
        counts = None
        if self._by_nodes:
            with versions.using(self.version):
                in_function = self.origin is not self
                counts = nodes_of(
                    function, op_table.nodes_rule(function), args, keywords, Tensor, in_function
                )
        before = None if counts is None else counts[0]
        scope = _Building(node, before, self._store)
        hidden = isinstance(self._store, _Throwaway)
        with np.errstate(all="ignore" if hidden else None):  # samples of large arrays are zeros
            result = node.run(_sample_of, scope, hidden)
        if counts is not None:
            set_attribute(self, "_size", self._size + counts[1])
        elif self._by_nodes:
            set_attribute(self, "_uncounted", self._uncounted or node.name)
        append(self.nodes, node)
        return self._tensors(node, result)

    def own(self, tensor: Tensor) -> Tensor:
        """Return a tensor of this graph that has the value of `tensor`."""
        if tensor.graph is not self:
            raise ValueError(f"{tensor!r} is of another graph: pass its value as an argument")
        return tensor

    def placeholder(self, value: Any) -> Any:
        """Add a node whose value is given to each run; `value` stands for it till then."""
        self._begin()
        node = Node(self, placeholder, (), {})
        set_attribute(self, "_size", self._size + 1)
        append(self.nodes, node)
        return self._tensors(node, np.asarray(value))

    def get_seed(self, op_seed: Any, before: int | None, name: str) -> tuple[Any, Any]:
        """Return the seeds of an op that is made after `before` other nodes of its call."""
        if op_seed is None and self._graph_seed is not None:
            if not self._by_nodes:
                op_seed = self._op_seeds
            elif before is None or self._uncounted:
                raise ValueError(
                    f"how many nodes {self._uncounted or name} has in TensorFlow {self.version} is "
                    f"not known, and so the op seed of {name}: give it one"
                )
            else:
                op_seed = self._size + before
            set_attribute(self, "_op_seeds", self._op_seeds + 1)
        return pair(self._seed, self._graph_seed, op_seed)

    def next_seed(self, op_seed: Any) -> tuple[Any, Any]:
        """Return the seeds that an op would get now, and count it."""
        return self.get_seed(op_seed, 0, "get_seed")

    def seed_of(self, name: str, op_seed: Any) -> tuple[Any, Any]:
        """Return the seeds of an op that is no node here, and of how many there is not known."""
        seeds = self.get_seed(op_seed, None, name)
        set_attribute(self, "_uncounted", self._uncounted or name)
        return seeds

    def compact(self, sample: Any) -> Any:
        """Return what is kept of a value to stand for it."""
        array = np.asarray(sample)
        if array.size <= 1000:
            return sample
        return np.broadcast_to(np.zeros((), array.dtype), array.shape)

    def _tensors(self, node: Node, result: Any) -> Any:
        """Return the result of a node with a tensor in the place of every array."""
        node.result = with_paths(
            lambda value, path: Tensor(node, path, self.compact(value)), result
        )
        return node.result


def placeholder() -> Any:
    """Stand in a node for a value that is given when the graph is run."""
    raise ValueError("a placeholder has no value: give it one in feed_dict")


op_table.register(placeholder, "graph.placeholder")


def evaluate(nodes: list[Node], known: dict[Node, Any], store: Store) -> Callable[[Tensor], Any]:
    """Run nodes, inputs before what needs them; return what gives a tensor's value."""

    def value_of(tensor: Tensor) -> Any:
        value = known[tensor._node]
        for key in tensor._path:
            value = value[key]
        return value

    evaluated = _evaluated.get() or {}
    with Put(_evaluated, {**evaluated, nodes[0].graph: value_of} if nodes else evaluated):
        for node in nodes:
            if node not in known:
                known[node] = node.run(value_of, _Running(node, store))
    return value_of


def value_now(tensor: Tensor) -> Any:
    """Return a tensor's value in the run of its graph that goes on; in building it, a sample."""
    value_of = (_evaluated.get() or {}).get(tensor.graph)
    return tensor._sample if value_of is None else value_of(tensor)


def get_default_graph() -> Graph:
    """Return the graph that is being built here, or the one that ops go to without eager mode.

    References
    ----------
    tensorflow/python/framework/ops.py, get_default_graph.

    Examples
    --------
    >>> import tfphilox as tp
    >>> with tp.Graph().as_default() as graph:
    ...     tp.compat.v1.get_default_graph() is graph
    True
    """
    global _default_graph
    building = graph_being_built()
    if building is not None:
        return building
    if _default_graph is None:
        _default_graph = Graph()
    return _default_graph


def reset_default_graph() -> None:
    """Replace the process's default graph by an empty one.

    Raises
    ------
    ValueError
        Inside ``as_default``.

    References
    ----------
    tensorflow/python/framework/ops.py, reset_default_graph.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.compat.v1.reset_default_graph()
    >>> tp.compat.v1.get_default_graph().nodes
    []
    """
    global _default_graph
    if isinstance(_recorder.get(None), Graph):
        raise ValueError("reset_default_graph must not be called while another graph is built")
    eager = _taker.default is None
    _default_graph = Graph()
    _taker.default = None if eager else _default_graph


def disable_eager_execution() -> None:
    """Let ops build the default graph from now on, in every thread, as in TensorFlow 1.

    References
    ----------
    tensorflow/python/framework/ops.py, disable_eager_execution.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.compat.v1.disable_eager_execution()
    >>> tp.random.uniform([1])
    <Tensor "random.uniform" shape=(1,) dtype=float32>
    >>> tp.compat.v1.enable_eager_execution()
    """
    _taker.default = get_default_graph()


def enable_eager_execution() -> None:
    """Let ops run at once again, after `disable_eager_execution`.

    References
    ----------
    tensorflow/python/framework/ops.py, enable_eager_execution. There it must be called at the
    start of a program.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.compat.v1.enable_eager_execution()
    """
    _taker.default = None


def graph_being_built() -> Graph | None:
    """Return the graph that calls of ops go to here; None if they run at once."""
    recorder = _recorder.get(_taker.default)
    return recorder if isinstance(recorder, Graph) else None


def transform(change: Callable[[Any], Any], kind: Any, structure: Any) -> Any:
    """Return a nested structure of tuples, lists and dicts with every `kind` in it changed."""
    if isinstance(structure, kind):
        return change(structure)
    if isinstance(structure, Mapping):
        return {key: transform(change, kind, value) for key, value in structure.items()}
    if isinstance(structure, list):
        return [transform(change, kind, value) for value in structure]
    if isinstance(structure, tuple):
        values = [transform(change, kind, value) for value in structure]
        return type(structure)(*values) if hasattr(structure, "_fields") else tuple(values)
    return structure


def with_paths(
    change: Callable[[Any, tuple[Any, ...]], Any], structure: Any, path: tuple[Any, ...] = ()
) -> Any:
    """Return a node's result with every array in it changed, given where it is."""
    if isinstance(structure, np.ndarray | np.generic):
        return change(structure, path)
    if isinstance(structure, dict):
        return {key: with_paths(change, item, (*path, key)) for key, item in structure.items()}
    if isinstance(structure, list):
        return [with_paths(change, value, (*path, i)) for i, value in enumerate(structure)]
    if isinstance(structure, tuple):
        values = [with_paths(change, value, (*path, i)) for i, value in enumerate(structure)]
        return type(structure)(*values) if hasattr(structure, "_fields") else tuple(values)
    return structure


def _sample_of(tensor: Tensor) -> Any:
    return tensor._sample
