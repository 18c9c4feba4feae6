"""typed_use.py: what a type checker knows of the package. It is checked by mypy, and never run.

mypy is strict, so an ignore that nothing needs is an error: each one here says "this is refused".
"""

from typing import TYPE_CHECKING, Any

import tfphilox as tp

if TYPE_CHECKING:
    from typing_extensions import assert_type


@tp.function
def scaled(x: float, *, by: int) -> str:
    return f"{tp.random.normal([1]) * x * by}"


@tp.function(reduce_retracing=True)
def shifted(x: float) -> float:
    return x + 1


def use() -> None:
    assert_type(scaled(1.0, by=2), str)
    assert_type(shifted(1.0), float)
    scaled("1", by=2)  # type: ignore[arg-type]
    scaled(1.0)  # type: ignore[call-arg]
    draws: list[Any] = tp.explain(use).draws[:]
    assert_type(tp.Stream(1, 2).position, int)
    tp.data.Dataset.range(len(draws)), tp.initializers.GlorotUniform(), tp.isa()
    tp.constant(1)  # type: ignore[attr-defined]
    tp.import_module("random")  # type: ignore[attr-defined]
    tp.random.gauss  # type: ignore[attr-defined]  # noqa: B018
