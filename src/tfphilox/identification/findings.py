"""identification/findings.py: what was found, what it is worth, and what was tried.

>>> print(Findings([], 24.0, 2, 15, [Tried("eager ops", 100)], True))
Nothing found. The 2 values have 15 digits (24 bits) and 100 hypotheses were tried:
         100  eager ops
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Finding", "Findings", "Tried"]


class Finding(NamedTuple):
    """One hypothesis that fits.

    Attributes
    ----------
    what : str
        What made the numbers, in words.
    tfphilox, tensorflow : str
        A line that makes them here, and one of TensorFlow.
    versions : str
        In which TensorFlow this holds.
    law : str
        Which kind of numbers they are.
    values, digits : int
        How many numbers, and significant digits, support it.
    tried : int
        How many hypotheses were tried up to this one and its like.
    chance : float
        How probable it is that any wrong one of these would have fitted: each one's probability,
        summed up.
    key, counter : int
        The stream.
    element : int
        Which element of the draw is the first number.
    scale : tuple of float or None
        Between what the unknown scale is.
    """

    what: str
    tfphilox: str
    tensorflow: str
    versions: str
    law: str
    values: int
    digits: int
    tried: int
    chance: float
    key: int
    counter: int
    element: int = 0
    scale: tuple[float, float] | None = None

    def __str__(self) -> str:
        scaled = ""
        if self.scale is not None:
            scaled = f", times {self.scale[0]:.6g} to {self.scale[1]:.6g}"
        place = f", from element {self.element} on" if self.element else ""
        return "\n".join((
            f"{self.law}{scaled}{place}: {self.what}",
            f"    tfphilox    {self.tfphilox}",
            f"    TensorFlow  {self.tensorflow}",
            f"    {self.versions}; {_many(self.values, 'value')}, {_many(self.digits, 'digit')}; "
            f"the chance that a wrong one of {self.tried:,} tried fits: {_chance(self.chance)}",
        ))  # fmt: skip


class Tried(NamedTuple):
    """Hypotheses of one kind that were tried."""

    rule: str
    count: int  # type: ignore[assignment]  # hides a method of tuples


class Findings:
    """What `identify` found: a sequence of `Finding`, the least doubtful first.

    Attributes
    ----------
    findings : list of Finding
    bits : float
        How much the numbers say, at most: a hypothesis that is wrong fits with a probability of one
        in 2**bits.
    values, digits : int
        How many there were.
    tried : list of Tried
        Which hypotheses, and how many.
    complete : bool
        Whether all were tried that the numbers allow; False after Ctrl-C.
    stopped : str
        Why the search went no further; "" if it went to its end.
    name : str
        What the numbers are called in a file.
    """

    def __init__(
        self,
        findings: list[Finding],
        bits: float,
        values: int,
        digits: int,
        tried: list[Tried],
        complete: bool,
        stopped: str = "",
        name: str = "",
    ) -> None:
        self.findings, self.bits, self.values, self.digits = findings, bits, values, digits
        self.tried, self.complete, self.stopped, self.name = tried, complete, stopped, name

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, index: int) -> Finding:
        return self.findings[index]

    def __str__(self) -> str:
        total = sum(each.count for each in self.tried)
        head = f"{self.name}: " if self.name else ""
        carried = f"{_many(self.digits, 'digit')} ({self.bits:.0f} bits)"
        lines = []
        if self.findings:
            lines.append(f"{head}{_many(self.values, 'value')}, {carried}.")
            lines += [f"{i}. {each}" for i, each in enumerate(self.findings, 1)]
            if len({(each.key, each.counter) for each in self.findings}) > 1:
                lines.append(
                    "These are different streams: more values, or more digits, would tell."
                )
            elif len(self.findings) > 1:
                lines.append("All of these are the same numbers: no further value could tell.")
        else:
            have = "value has" if self.values == 1 else "values have"
            lines.append(
                f"{head}Nothing found. The {self.values:,} {have} {carried} and {total:,} "
                "hypotheses were tried:"
            )
            lines += [f"{each.count:12,}  {each.rule}" for each in self.tried]
        if not self.complete:
            lines.append(f"Interrupted after {total:,} hypotheses; others were not tried.")
        if self.stopped:
            lines.append(self.stopped)
        return "\n".join(lines)

    __repr__ = __str__


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _chance(chance: float) -> str:
    if chance < 1e-300:
        return "below 1e-300"
    return f"{chance:.0e}" if chance < 0.001 else f"{chance:.2g}"
