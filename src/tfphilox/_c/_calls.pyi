from collections.abc import Callable, Iterable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

class CallLock: ...
class End: ...

class Replacement:
    def __init__(
        self, position: Any, checkpoint: Any, counts: Iterable[tuple[Any, int]]
    ) -> None: ...

class Place:
    dirty: bool
    count: int
    draws: Any

class Mark:
    read: int
    valid: int
    log: list[Any]

class Moving:
    position: Any
    checkpoint: Any
    def _share(self, locks: Iterable[CallLock]) -> None: ...

def moving(function: F) -> F: ...
def passing(make: Callable[[Any], Any]) -> Callable[[F], F]: ...
