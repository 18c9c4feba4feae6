"""golden/cli.py: the commands `tfphilox golden write`, `check`, `diff`, `verify` and `plot`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..arrays.dtypes import as_dtype
from ..arrays.wording import brief, commas
from .check import Report, check
from .diff import diff
from .errors import GoldenError
from .report import checked_ulps
from .spec import read
from .write import write

__all__ = ["main"]

_WHAT_ULPS = "how far apart two floats may be; default: 0, equal bits"


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``tfphilox golden``.

    Returns
    -------
    int
        Exit status: 0; 1 if something differs; 2 after a message about what cannot be done.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/a.npy", np.float32([1, 2]))
    ...     main(["diff", f"{folder}/a.npy", f"{folder}/a.npy"])
    1 array: equal
    0
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
        return status
    except (GoldenError, ImportError, MemoryError, OSError) as error:
        print(f"{parser.prog} {options.command}: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{parser.prog} {options.command}: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "tfphilox golden", description="Golden data: expected values in files."
    )
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")

    one = commands.add_parser("write", help="write the files of a specification")
    one.add_argument("spec", type=Path, metavar="SPEC.toml")
    one.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="default: SPEC, beside the specification"
    )
    one.add_argument(
        "--dry-run", action="store_true", help="say what would be written and removed, and do not"
    )
    one.add_argument("--quiet", action="store_true", help="no progress bar and no summary")
    one.set_defaults(run=_write)

    one = commands.add_parser("check", help="compare a folder with its specification")
    one.add_argument("spec", type=Path, metavar="SPEC.toml")
    one.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="default: SPEC, beside it")
    one.add_argument("--max-ulps", type=_ulps, default=0, metavar="N", help=_WHAT_ULPS)
    one.add_argument("--json", action="store_true", help="the report as JSON")
    one.add_argument("--quiet", action="store_true", help="no progress bar")
    one.set_defaults(run=_check)

    one = commands.add_parser("diff", help="compare two files bit by bit")
    for name in "AB":
        one.add_argument(name.lower(), metavar=name, help="a file, or FILE:ARRAY")
    one.add_argument("--dtype", help="of raw bytes, and of formats that hold bits alone")
    one.add_argument("--shape", type=_dimensions, metavar="N,N,...", help="of raw bytes")
    one.add_argument("--max-ulps", type=_ulps, default=0, metavar="N", help=_WHAT_ULPS)
    one.add_argument("--json", action="store_true", help="the report as JSON")
    one.set_defaults(run=_diff)

    one = commands.add_parser("verify", help="run a specification on TensorFlow and compare")
    one.add_argument("spec", type=Path, metavar="SPEC.toml")
    one.add_argument(
        "--python", action="append", metavar="PATH",
        help="a Python with TensorFlow, once for each version; default: this one",
    )  # fmt: skip
    one.add_argument("--json", action="store_true", help="the report as JSON")
    one.set_defaults(run=_verify)

    one = commands.add_parser("plot", help="draw a picture of a case")
    one.add_argument("spec", type=Path, metavar="SPEC.toml")
    one.add_argument("case")
    one.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="PNG or SVG; default: CASE.png"
    )
    one.add_argument(
        "--against", metavar="FILE", help="show the differences from this file's array"
    )
    one.set_defaults(run=_plot)
    return parser


def _write(options: argparse.Namespace) -> int:
    spec = read(options.spec)
    made = write(spec, options.output, dry_run=options.dry_run, quiet=options.quiet)
    if options.quiet:
        return 0
    for name, change in made.changes.items():
        if change == "removed":
            verb = "would be removed" if options.dry_run else "is removed"
            print(f"{name}: {verb}: no case makes it any more")
        elif change == "kept":
            verb = "would be left alone" if options.dry_run else "is left alone"
            print(f"{name}: {verb}: no case makes it any more, but somebody has changed it")
        elif options.dry_run and change != "unchanged":
            print(f"{name}: {'is missing' if change == 'new' else 'differs'}")
    arrays, files = _count(len(made["arrays"])), _count(len(made["files"]), "file")
    counts = "; nothing was written" if options.dry_run else ""
    print(f"{arrays} in {files} in {options.output or spec.folder}{counts}")
    return 0


def _check(options: argparse.Namespace) -> int:
    spec = read(options.spec)
    report = check(spec, options.folder, max_ulps=options.max_ulps, quiet=options.quiet)
    return _print(report, options.json, "as specified")


def _diff(options: argparse.Namespace) -> int:
    try:
        dtype = None if options.dtype is None else as_dtype(options.dtype)
    except TypeError as error:
        raise GoldenError(str(error)) from None
    report = diff(options.a, options.b, dtype=dtype, shape=options.shape, max_ulps=options.max_ulps)
    return _print(report, options.json, "equal")


def _verify(options: argparse.Namespace) -> int:
    from .verify import verify

    result = verify(read(options.spec), options.python or [sys.executable])
    if options.json:
        print(json.dumps(result.as_dict()))
    else:
        for line in result.lines():
            print(line)
    return 0 if result.ok else 1


def _plot(options: argparse.Namespace) -> int:
    from .plot import plot

    spec = read(options.spec)
    output = options.output or Path(options.case.replace("/", ".") + ".png")
    plot(spec, options.case, output, options.against)
    return 0


def _print(report: Report, as_json: bool, good: str) -> int:
    if as_json:
        print(json.dumps(report.as_dict()))
        return 0 if report.ok else 1
    for problem in report.within:
        print(problem)
    if report.ok:
        print(f"{_count(report.arrays)}: {good}{' but for ulps' if report.within else ''}")
    else:
        for problem in report.problems:
            print(problem)
        print(f"{_count(report.arrays)}: {_count(len(report.problems), 'problem')}")
    return 0 if report.ok else 1


def _ulps(text: str) -> int:
    try:
        return checked_ulps(int(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be an integer, 0 or more; got {brief(text)}"
        ) from None


def _count(number: int, what: str = "array") -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _dimensions(text: str) -> tuple[int, ...]:
    try:
        dims = tuple(int(part) for part in text.strip("[]() ").split(",") if part.strip())
    except ValueError:
        dims = (-1,)
    if any(dim < 0 for dim in dims) or np.prod(dims, dtype=object) >= 2**63:
        raise argparse.ArgumentTypeError(
            f"must be dimensions with commas between them, such as {commas(text)}, of fewer than "
            f"2**63 elements; got {brief(text)}"
        )
    return dims
