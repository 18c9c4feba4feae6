"""identification/cli.py: ``tfphilox identify``, from numbers back to the calls that made them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..arrays.dtypes import as_dtype
from .choices import OPS
from .files import SUFFIXES, given_in
from .search import identify_given
from .values import Given, read_values

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Add the command to those of ``tfphilox``.

    Parameters
    ----------
    subparsers
        What ``ArgumentParser.add_subparsers`` returned.

    Examples
    --------
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> add_parser(parser.add_subparsers())
    >>> parser.parse_args(["identify", "0.5 0.25", "--seed", "0", "--seed", "1"]).seed
    [0, 1]
    """
    parser = subparsers.add_parser(
        "identify",
        help="say which calls made given numbers",
        description="Say which calls of TensorFlow made given numbers, and how sure that is.",
    )
    parser.add_argument(
        "values",
        metavar="VALUES",
        help=f"numbers, as they were printed; a file of them ({', '.join(SUFFIXES)}); or - for "
        "standard input",
    )
    parser.add_argument(
        "--seed", type=int, action="append", metavar="N", help="what the program was seeded with"
    )
    parser.add_argument("--op", choices=OPS, help="what kind of numbers they are; default: any")
    parser.add_argument("--dtype", help="their type; default: what the text or the file says")
    parser.add_argument(
        "--shape", type=_shape, metavar="N,N,...", help="of the whole draw, if the text is a part"
    )
    parser.add_argument(
        "--bounds",
        type=float,
        nargs=2,
        metavar=("A", "B"),
        help="minval and maxval, or mean and stddev, if they are known",
    )
    parser.add_argument("--tensorflow", metavar="VERSION", help="the version that was used")
    parser.add_argument(
        "--chance",
        type=float,
        default=0.01,
        metavar="P",
        help="how probable a false find may be, of all that is tried; default: 0.01",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Say what made the numbers.

    Parameters
    ----------
    arguments : argparse.Namespace
        What the parser of `add_parser` returned.

    Raises
    ------
    TypeError, ValueError, OSError, ImportError
        As `identify`, and if a file cannot be read.
    """
    for given in _given(arguments):
        print(
            identify_given(
                given,
                arguments.seed,
                arguments.op,
                arguments.bounds,
                arguments.tensorflow,
                arguments.chance,
                arguments.quiet,
            ),
            flush=True,
        )


def _given(arguments: argparse.Namespace) -> list[Given]:
    text = arguments.values
    if Path(text).suffix.lower() in SUFFIXES:
        return list(given_in(Path(text)))
    kind = None if arguments.dtype is None else as_dtype(arguments.dtype).name
    if text == "-":
        text = sys.stdin.read()
    return [read_values(text, arguments.shape, kind)]


def _shape(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be integers with commas between, got {text}"
        ) from None
