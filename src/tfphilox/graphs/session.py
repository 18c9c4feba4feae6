"""session.py: compat.v1.Session, which runs a graph and keeps its streams."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from .._c._undo import whole
from ..arrays.wording import brief
from .graph import Graph, Node, Tensor, _default_session, evaluate, get_default_graph, transform

__all__ = ["Session", "get_default_session"]


class Session:
    """Run the nodes of a graph; each node's stream starts with the session.

    Parameters
    ----------
    target, config : optional
        Ignored.
    graph : Graph, optional
        The graph to run; by default the one that is being built, or the default graph.

    Stream
    ------
    A node continues its stream from run to run of one session; another session starts it anew.
    Nodes that are not needed for what is fetched are not run. Verified against TensorFlow 1.15,
    2.0, 2.1 and 2.21.

    References
    ----------
    tensorflow/python/client/session.py, Session.

    Examples
    --------
    >>> import tfphilox as tp
    >>> with tp.Graph().as_default():
    ...     a = tp.random.uniform([1], seed=1)
    ...     with tp.compat.v1.Session() as session:
    ...         session.run(a), session.run(a)
    ...     with tp.compat.v1.Session() as session:
    ...         session.run(a)
    (array([0.2390374], dtype=float32), array([0.22267115], dtype=float32))
    array([0.2390374], dtype=float32)
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        if graph is not None and not isinstance(graph, Graph):
            raise TypeError(f"graph must be a Graph, got {brief(graph)}")
        self.graph = get_default_graph() if graph is None else graph
        self._kernels: dict[Hashable, Any] = {}
        self._closed = False
        self._entered: list[Any] = []

    @whole
    def run(
        self,
        fetches: Any,
        feed_dict: Mapping[Tensor, Any] | None = None,
        options: Any = None,
        run_metadata: Any = None,
    ) -> Any:
        """Run what `fetches` needs, every node once.

        Parameters
        ----------
        fetches : Tensor, or nested list, tuple or dict of them
            What is wanted.
        feed_dict : mapping of Tensor to array, optional
            Values to take instead of running what makes them.
        options, run_metadata : optional
            Ignored.

        Returns
        -------
        ndarray, or `fetches` with arrays in the place of tensors; scalars are NumPy scalars

        Raises
        ------
        RuntimeError
            If the session is closed, or its graph is empty.
        TypeError, ValueError
            If something else than a tensor of this graph is fetched or fed, or an op refuses its
            arguments. No stream has moved then.
        """
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self.graph.nodes:
            raise RuntimeError("The Session graph is empty: call ops before run()")
        known = self._fed(feed_dict or {})
        wanted = self._tensors(fetches)
        value_of = evaluate(needed(wanted, known), known, self)
        return transform(lambda tensor: _as_fetched(value_of(tensor)), Tensor, fetches)

    def close(self) -> None:
        """Forget the streams; the session cannot be run again."""
        self._closed = True
        self._kernels.clear()

    @contextmanager
    def as_default(self) -> Iterator[Session]:
        """Let `Tensor.eval` use this session in a ``with`` block, which does not close it.

        References
        ----------
        tensorflow/python/client/session.py, BaseSession.as_default.

        Examples
        --------
        >>> import tfphilox as tp
        >>> with tp.Graph().as_default():
        ...     a = tp.random.uniform([1], seed=1)
        ...     session = tp.compat.v1.Session()
        ...     with session.as_default():
        ...         a.eval(), session.run(a)
        (array([0.2390374], dtype=float32), array([0.22267115], dtype=float32))
        """
        token = _default_session.set(self)
        try:
            yield self
        finally:
            _default_session.reset(token)

    def __enter__(self) -> Session:
        context = ExitStack()
        context.enter_context(self.graph.as_default())
        context.enter_context(self.as_default())
        self._entered.append(context)
        return self

    def __exit__(self, *exception: object) -> None:
        self._entered.pop().close()
        if not self._entered:
            self.close()

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return what is kept under `key`, made if it is not."""
        found = self._kernels.get(key)
        return self._kernels.setdefault(key, make(*arguments)) if found is None else found

    def _tensors(self, fetches: Any) -> list[Tensor]:
        if isinstance(fetches, Tensor):
            return [self._checked(fetches)]
        if isinstance(fetches, Mapping):
            fetches = list(fetches.values())
        if not isinstance(fetches, list | tuple):
            raise TypeError(f"fetches must be tensors of the graph, got {brief(fetches)}")
        return [tensor for each in fetches for tensor in self._tensors(each)]

    def _checked(self, tensor: Any) -> Tensor:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"a tensor was expected, got {brief(tensor)}")
        if tensor.graph is not self.graph:
            raise ValueError(f"{tensor!r} is not of this session's graph")
        return tensor

    def _fed(self, feed_dict: Mapping[Tensor, Any]) -> dict[Node, Any]:
        """Return the nodes whose values are given."""
        known: dict[Node, Any] = {}
        for tensor, value in feed_dict.items():
            if self._checked(tensor)._path:
                raise ValueError(f"{tensor!r} is one of several results: they cannot be fed")
            array = np.asarray(value, tensor.dtype)
            if array.shape != tensor.shape:
                raise ValueError(f"{brief(tensor)} was fed a value of shape {array.shape}")
            known[tensor._node] = array
        return known


def needed(tensors: list[Tensor], known: Mapping[Node, Any]) -> list[Node]:
    """Return the nodes to run for `tensors`, inputs before what needs them."""
    found: set[Node] = set()
    rest = [tensor._node for tensor in tensors]
    while rest:
        node = rest.pop()
        if node not in found and node not in known:
            found.add(node)
            rest += [tensor._node for tensor in node.inputs()]
    return sorted(found, key=lambda node: node.at)


def get_default_session() -> Session | None:
    """Return the session of the innermost ``with`` block; None outside of all.

    References
    ----------
    tensorflow/python/framework/ops.py, get_default_session.
    """
    session: Session | None = _default_session.get()
    return session


def _as_fetched(value: Any) -> Any:
    """Return a scalar as TensorFlow's sessions do: as a NumPy scalar."""
    return value[()] if isinstance(value, np.ndarray) and not value.ndim else value
