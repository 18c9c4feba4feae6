"""progress.py: a bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
import time

__all__ = ["Progress"]

_WIDTH = 30


class Progress:
    """Show how much of some work is done, at most ten times a second.

    Parameters
    ----------
    total : float
        The whole, in whatever unit `add` is given.
    quiet : bool
        Show nothing. Nothing is shown either where standard error is no terminal, or in the first
        half second.

    Examples
    --------
    >>> with Progress(2, quiet=True) as progress:
    ...     progress.add(1, "first")
    """

    def __init__(self, total: float, quiet: bool = False) -> None:
        self.total, self.done = max(total, 1), 0.0
        self.shown = False
        self._stream = (
            None if quiet or sys.stderr is None or not sys.stderr.isatty() else sys.stderr
        )
        self._next = time.monotonic() + 0.5

    def add(self, amount: float, what: str = "") -> None:
        self.done += amount
        if self._stream is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.1
        share = min(self.done / self.total, 1.0)
        bar = "#" * int(share * _WIDTH)
        self._stream.write(f"\r\x1b[K[{bar:<{_WIDTH}}] {share:4.0%} {what[:40]}")
        self._stream.flush()
        self.shown = True

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *unused: object) -> None:
        if self.shown and self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
