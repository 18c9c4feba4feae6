"""golden/spec.py: read a specification, a TOML file that lists cases, and find what is wrong in it.

```toml
format = 1                        # of this file
output = ["npz"]                  # also npy, raw, json, csv, c, rust, safetensors
bundle = false                    # true: one file for all cases
prefix = "golden_"                # of names in C, C++ and Rust; "": none, legal or not
tensorflow_version = "2.21"       # whose rules; a case may have its own
keras_version = "3.15"            # likewise, for keras
jit_compile = false               # likewise; true: as in tf.function(jit_compile=True)

[defaults]                        # what a case does not say itself, if its op takes it
set_seed = 1234

[[case]]
name = "noise"                    # the file's name; "/" makes a folder
description = "dropout's noise"   # for those who read the manifest, the header, the Rust file
op = "random.normal"              # tf.random.normal; a raw op may be named alone
set_seed = 1234                   # tf.random.set_seed, before the case
seed = 5                          # the op's
shape = [2, 3]
dtype = "float32"
args = { mean = 1.0, stddev = 0.5 }
call = 1                          # the second call; the first is 0

[[case]]                          # a matrix: eight cases, noises/2x3-float16-seed1 and so on
name = "noises"
op = "random.normal"
shapes = [[2, 3], [5]]
dtypes = ["float16", "float32"]
seeds = [1, 2]                    # each the op's seed: pairs for stateless ops
```

Other forms of seeds: ``seed = [1, 2]`` of a stateless op; ``key`` and ``counter`` of a V2 raw op;
``seed`` and ``seed2`` of a stateful one; ``generator = {seed = 1}``, ``{state = [1, 2, 3]}`` or
``{key = 1, counter = [2, 3]}`` for the methods ``random.Generator.*`` and the raw ops that take its
state; ``set_random_seed``, Keras's. A case with several ``[[case.draw]]`` tables instead of an
``op`` makes those draws one after another.

Everything is checked here, before anything is drawn: unknown names come with the nearest known.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import config
from ..seeding import versions
from . import values
from .errors import GoldenError
from .matrix import MOST_CASES, PLURALS, expanded, with_defaults
from .ops import SETTERS, Op, find, nearest

if sys.version_info >= (3, 11):
    import tomllib
else:
    try:
        import tomli as tomllib
    except ImportError:
        raise ImportError("before Python 3.11: pip install 'tfphilox[golden]'") from None

__all__ = ["FORMAT", "Case", "Spec", "SpecCall", "case_of", "parse", "read"]

FORMAT = 1
OUTPUTS = ("npz", "npy", "raw", "json", "csv", "c", "rust", "safetensors")
_TOP = (
    *("format", "output", "bundle", "tensorflow_version", "keras_version", "intra_op_threads"),
    *("jit_compile", "prefix", "defaults"),
    "case",
)
_DRAW = (
    *("name", "op", "seed", "seed2", "key", "counter", "alg", "shape", "dtype", "args", "call"),
)
_CASE = (
    *("name", "op", "draw", "set_seed", "set_random_seed", "generator"),
    *("description", *PLURALS),
    *("tensorflow_version", "keras_version", "intra_op_threads", "jit_compile"),
    *(key for key in _DRAW if key not in ("name", "op")),
)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,7}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,39})?")
_MOST_CALLS = 100_000


@dataclass(frozen=True)
class SpecCall:
    """One call, or several of which the last is kept."""

    op: Op
    name: str = ""
    keywords: Mapping[str, Any] = field(default_factory=dict)  # as the file has them, by parameter
    call: int = 0

    @property
    def is_setter(self) -> bool:
        return self.op.path in SETTERS


@dataclass(frozen=True)
class Case:
    """Draws from one state of the seeds."""

    name: str
    draws: tuple[SpecCall, ...]
    set_seed: int | None = None
    set_random_seed: int | None = None
    generator: Mapping[str, Any] | None = None
    tensorflow_version: str | None = None
    intra_op_threads: int = 1
    keras_version: str | None = None
    description: str = ""
    jit_compile: bool = False


@dataclass(frozen=True)
class Spec:
    """A whole specification."""

    path: Path
    cases: tuple[Case, ...]
    output: tuple[str, ...] = ("npz",)
    bundle: bool = False
    digest: str = ""  # sha256 of what the file says, however it is laid out
    prefix: str = "golden_"  # of identifiers in C, C++ and Rust

    @property
    def is_source(self) -> bool:
        """Whether arrays get identifiers."""
        return bool({"c", "rust"} & set(self.output))

    @property
    def folder(self) -> Path:
        """Where the golden data goes by default: a folder of the file's name, beside it."""
        return self.path.with_suffix("")


def read(path: str | Path) -> Spec:
    """Read a specification.

    Parameters
    ----------
    path : path of a TOML file

    Returns
    -------
    Spec

    Raises
    ------
    GoldenError
        The file cannot be read, is no TOML, is of a newer format, or says something that is not
        allowed; the message names the file, the case and the key.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GoldenError(error.strerror or str(error), file=path) from None
    return parse(content, path)


def parse(content: bytes, path: str | Path = "spec.toml") -> Spec:
    """Read the bytes of a specification; `path` is for messages and for files named in it.

    Examples
    --------
    >>> spec = parse(b'''
    ... format = 1
    ... [[case]]
    ... name = "x"
    ... op = "random.uniform"
    ... set_seed = 0
    ... shape = [1]
    ... ''')
    >>> spec.cases[0].draws[0].op.path
    'random.uniform'
    >>> parse(b'format = 1\\n[[case]]\\nname = "x"\\nopp = "random.uniform"')
    Traceback (most recent call last):
    ...
    tfphilox.golden.errors.GoldenError: spec.toml: case "x": opp: unknown key; nearest: op
    """
    path = Path(path)
    try:
        table = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise GoldenError(f"is not UTF-8: byte {error.start}", file=path) from None
    except RecursionError:
        raise GoldenError("is nested too deeply", file=path) from None
    except ValueError as error:  # TOMLDecodeError, and integers of thousands of digits
        raise GoldenError(f"is not TOML: {error}", file=path) from None
    try:
        return _spec(table, path)
    except GoldenError as error:
        raise error.within(file=path) from None
    except RecursionError:
        raise GoldenError("is nested too deeply", file=path) from None


def case_of(table: dict[str, Any]) -> Case:
    """Return the case that a table stands for, of a specification that says nothing else.

    Raises
    ------
    GoldenError
        As `parse`.

    Examples
    --------
    >>> case_of({"name": "x", "op": "random.uniform", "seed": 1, "shape": [2]}).draws[0].keywords
    {'seed': 1, 'shape': [2]}
    """
    try:
        return _case(_named(table, 0), table, {}, Path("spec.toml"))
    except RecursionError:
        raise GoldenError("is nested too deeply") from None


def _spec(table: dict[str, Any], path: Path) -> Spec:
    number = table.get("format")
    if type(number) is not int or number < 1:
        raise GoldenError(f"must be {FORMAT}, got {number!r:.80}", key="format")
    if number > FORMAT:
        raise GoldenError(
            f"{number} is newer than {FORMAT}, the newest that this tfphilox reads", key="format"
        )
    _check_keys(table, _TOP)
    output = table.get("output", ["npz"])
    output = [output] if isinstance(output, str) else output
    if not isinstance(output, list) or not output:
        raise GoldenError(f"must be a list of formats, got {output!r:.80}", key="output")
    for kind in output:
        if kind not in OUTPUTS:
            raise GoldenError(
                f"{kind!r:.80} is no format{nearest(str(kind), OUTPUTS)}", key="output"
            )
    if len(set(output)) < len(output):
        raise GoldenError("names a format twice", key="output")
    _check_flag(table, "bundle")
    bundle = table.get("bundle", False)
    if bundle and (single := {"npy", "raw"} & set(output)):
        raise GoldenError(f"{min(single)} holds one array a file, so no bundle", key="bundle")
    _version(table)
    _keras_version(table.get("keras_version"), table.get("tensorflow_version"))
    _threads(table)
    prefix = table.get("prefix", "golden_")
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        raise GoldenError(
            "must be a letter and up to 39 letters, digits and '_', or empty for none, "
            f"got {prefix!r:.80}",
            key="prefix",
        )
    _check_flag(table, "jit_compile")
    cases = table.get("case", [])
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise GoldenError("must be [[case]] tables", key="case")
    if not cases:
        raise GoldenError("is missing: a specification has one [[case]] or more", key="case")
    defaults = _defaults(table)
    seen: dict[str, str] = {}
    made: list[Case] = []
    for number, matrix in enumerate(cases):
        first = _named(matrix, number)
        try:
            for case in expanded(with_defaults(matrix, defaults)):
                name = _case_name(case["name"], seen)
                if len(made) >= MOST_CASES:
                    raise GoldenError(f"makes more than {MOST_CASES} cases", case=first)
                try:
                    made.append(_case(name, case, table, path))
                except GoldenError as error:
                    raise error.within(case=name) from None
        except GoldenError as error:
            raise error.within(case=first) from None
    digest = hashlib.sha256(json.dumps(table, sort_keys=True, default=str).encode()).hexdigest()
    return Spec(path, tuple(made), tuple(output), bundle, digest, prefix)


def _defaults(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table of defaults, whose values are checked where a case takes them."""
    defaults = table.get("defaults", {})
    if not isinstance(defaults, dict):
        raise GoldenError(f"must be a [defaults] table, got {defaults!r:.80}", key="defaults")
    allowed = tuple(key for key in _CASE if key not in ("name", "op", "draw"))
    for key in defaults:
        if key not in allowed:
            raise GoldenError(f"unknown key{nearest(key, allowed)}", key=f"defaults.{key[:80]}")
    for key, single in PLURALS.items():
        if key in defaults and single in defaults:
            message = f"give either `{single}` or `{key}`, not both"
            raise GoldenError(message, key=f"defaults.{key}")
    if not isinstance(defaults.get("args", {}), dict):
        raise GoldenError(f"must be a table, got {defaults['args']!r:.80}", key="defaults.args")
    return defaults


def _named(case: dict[str, Any], number: int) -> str:
    """Return the name that a case or matrix is given."""
    name = case.get("name")
    if not (isinstance(name, str) and name):
        raise GoldenError(
            f"must be text, got {name!r:.80}", case=f"number {number + 1}", key="name"
        )
    check_name(name)
    return name


def _case_name(name: str, seen: dict[str, str]) -> str:
    """Return the name, a path inside the folder that no other case has, whatever the letters' case.

    In C and Rust the names become identifiers, so those must be different too.
    """
    check_name(name)
    same = re.sub(r"\W", "_", name).lower()
    if same in seen:
        other = f'like "{seen[same]}"' if seen[same] != name else "twice"
        raise GoldenError(f"is given {other}", case=name, key="name")
    seen[same] = name
    return name


def check_name(name: str) -> None:
    """Raise GoldenError unless `name` can be a file inside the folder on every system."""
    parts = name.split("/")
    if not _NAME.fullmatch(name) or any(
        part.endswith(".") or _RESERVED.fullmatch(part) for part in parts
    ):
        raise GoldenError(
            "must be letters, digits, '.', '_' and '-', with '/' for folders inside the output's, "
            f"got {name[:80]!r}",
            case=name[:80],
            key="name",
        )
    if name.lower() == "manifest":
        raise GoldenError("is the manifest's own", case=name, key="name")


def _case(name: str, table: dict[str, Any], top: dict[str, Any], path: Path) -> Case:
    _check_keys(table, _CASE)
    version = table.get("tensorflow_version", top.get("tensorflow_version"))
    _version(table)
    keras_version = table.get("keras_version", top.get("keras_version"))
    _keras_version(keras_version, version)
    threads = table.get("intra_op_threads", top.get("intra_op_threads", 1))
    _threads(table)
    _check_flag(table, "jit_compile")
    for key in ("set_seed", "set_random_seed"):
        _check_integer(table, key)
    generator = _generator(table.get("generator"))
    description = table.get("description", "")
    if not isinstance(description, str) or not all(
        c.isprintable() or c in "\n\t" for c in description
    ):
        raise GoldenError(f"must be text, got {description!r:.80}", key="description")
    if "draw" in table:
        if "op" in table:
            raise GoldenError("give either `op` or `draw`, not both", key="draw")
        for key in _DRAW[2:]:
            if key in table:
                raise GoldenError("belongs to a draw here, not to the case", key=key)
        draws = table["draw"]
        if not isinstance(draws, list) or not draws or not all(isinstance(d, dict) for d in draws):
            raise GoldenError("must be [[case.draw]] tables", key="draw")
        made = tuple(_draw(draw, table, path, number) for number, draw in enumerate(draws))
        names = [draw.name.lower() for draw in made if not draw.is_setter]
        for one in names:
            if names.count(one) > 1:
                raise GoldenError(f'is "{one}" twice', key="draw.name")
        if not names:
            raise GoldenError("makes no array", key="draw")
    else:
        made = (_draw(table, table, path, None),)
        if made[0].is_setter:
            raise GoldenError("sets a seed and makes no array; use `set_seed`", key="op")
    return Case(
        name,
        made,
        table.get("set_seed"),
        table.get("set_random_seed"),
        generator,
        version,
        threads,
        keras_version,
        description,
        table.get("jit_compile", top.get("jit_compile", False)),
    )


def _draw(table: dict[str, Any], case: dict[str, Any], path: Path, number: int | None) -> SpecCall:
    where = "" if number is None else f"draw {number}: "
    try:
        return _checked_draw(table, case, path, number)
    except GoldenError as error:
        raise GoldenError(error.message, key=f"{where}{error.key}") from None


def _checked_draw(
    table: dict[str, Any], case: dict[str, Any], path: Path, number: int | None
) -> SpecCall:
    if number is not None:
        _check_keys(table, _DRAW)
    if not isinstance(table.get("op"), str):
        raise GoldenError(f"must be the name of an op, got {table.get('op')!r:.80}", key="op")
    op = find(table["op"])
    name = "" if number is None else table.get("name", str(number))
    if number is not None:
        if not isinstance(name, str) or "/" in name:
            raise GoldenError(f"must be text without '/', got {name!r:.80}", key="name")
        check_name(name)
    call = table.get("call", 0)
    if type(call) is not int or not 0 <= call <= _MOST_CALLS:
        raise GoldenError(
            f"must be 0 to {_MOST_CALLS}, 0 for the first, got {call!r:.80}", key="call"
        )
    arguments = table.get("args", {})
    if not isinstance(arguments, dict):
        raise GoldenError(f"must be a table, got {arguments!r:.80}", key="args")
    keywords: dict[str, Any] = {}
    for key in ("seed", "seed2", "key", "counter", "alg", "shape", "dtype"):
        if key in table:
            if not op.takes(key):
                raise GoldenError(f"{op.path} takes no {key}{_takes(op)}", key=key)
            keywords[key] = _own_key(key, table[key], op)
    for key, value in arguments.items():
        if not op.takes(key) or key == "name":
            raise GoldenError(
                f"{op.path} has no such argument{nearest(key, _arguments(op))}", key=f"args.{key}"
            )
        if key in keywords:
            raise GoldenError("is given outside of args too", key=f"args.{key}")
        if key == "config":
            value = _model(value, path)
        elif key == "vocab_file" and isinstance(value, str):
            value = str(_inside(value, path, f"args.{key}"))
        else:
            values.check(value, f"args.{key}")
        keywords[key] = value
    draw = SpecCall(op, name, keywords, call)
    _check_complete(draw, case)
    return draw


def _own_key(key: str, value: Any, op: Op) -> Any:
    """Return the value of one of the keys that every op shares, checked."""
    if key == "dtype":
        values.check_dtype(value, key)
    elif key == "shape":
        if isinstance(value, dict):
            values.check(value, key)
        else:
            values.check_shape(value, key)
    elif key in ("key", "counter"):
        return _unsigned(key, value)
    elif key == "alg":
        if not isinstance(value, int | str) or isinstance(value, bool):
            raise GoldenError(f"must be a name or a number, got {value!r:.80}", key=key)
    else:
        length = 3 if op.name == "RandomIndexShuffle" else 2
        pair = isinstance(value, list) and len(value) == length and key == "seed"
        parts = value if pair else [value]
        if isinstance(value, dict):
            values.check(value, key)
        elif not all(type(part) is int for part in parts):
            what = "an integer or a pair of them" if key == "seed" else "an integer"
            raise GoldenError(f"must be {what}, got {value!r:.80}", key=key)
        if not isinstance(value, dict):
            _check_seed_form(key, value, op)
    return value


def _check_seed_form(key: str, value: Any, op: Op) -> None:
    stateless = "stateless" in op.name.lower() or op.name in ("split", "fold_in")
    if stateless and not isinstance(value, list):
        raise GoldenError(f"must be a pair of integers for {op.path}, got {value!r:.80}", key=key)
    single = not stateless and op.path.startswith(("random.", "raw_ops."))
    if single and isinstance(value, list) and "index_shuffle" not in _snake(op.name):
        raise GoldenError(f"must be one integer for {op.path}, got {value!r:.80}", key=key)
    if not all(
        -(2**63) <= part < 2**64 for part in (value if isinstance(value, list) else [value])
    ):
        raise GoldenError(f"must fit in 64 bits, got {value!r:.80}", key=key)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _unsigned(key: str, value: Any) -> Any:
    """Return a key or counter as 64-bit parts; text such as "0x1f" may stand for a number."""
    parts = value if isinstance(value, list) else [value]
    numbers = []
    for part in parts:
        if isinstance(part, str):
            try:
                part = int(part, 0)
            except ValueError:
                part = None
        if type(part) is not int or not 0 <= part < 2**128:
            raise GoldenError(
                f'must be integers from 0 on, or text such as "0x1f", got {value!r:.80}', key=key
            )
        numbers.append(part)
    if key == "counter" and not isinstance(value, list):
        numbers = [numbers[0] % 2**64, numbers[0] >> 64]
    if any(number >= 2**64 for number in numbers):
        raise GoldenError(f"must fit in 64 bits each, got {value!r:.80}", key=key)
    return numbers


def _generator(table: Any) -> dict[str, Any] | None:
    """Return the table of a Generator, checked: a seed, a state, or a key and a counter."""
    if table is None:
        return None
    forms: tuple[set[str], ...] = ({"seed"}, {"state"}, {"key", "counter"})
    if not isinstance(table, dict) or set(table) - {"alg"} not in forms:
        raise GoldenError(
            "must be {seed = 1}, {state = [1, 2, 3]} or {key = 1, counter = [2, 3]}, "
            f"got {table!r:.80}",
            key="generator",
        )
    for key, value in table.items():
        if key == "alg":
            if value not in ("philox", "threefry", "auto_select", 1, 2, 3) or value is True:
                raise GoldenError(f"is no algorithm: {value!r:.80}", key="generator.alg")
            continue
        parts = value if isinstance(value, list) else [value]
        if key != "seed" and (isinstance(value, list) == (key == "key") or not parts):
            raise GoldenError(f"has another form, got {value!r:.80}", key=f"generator.{key}")
        if not all(type(part) is int for part in parts):
            raise GoldenError(f"must be integers, got {value!r:.80}", key=f"generator.{key}")
        if key != "seed" and not all(-(2**63) <= part < 2**64 for part in parts):
            raise GoldenError(f"must fit in 64 bits, got {value!r:.80}", key=f"generator.{key}")
    return table


def _model(value: Any, path: Path) -> Any:
    """Return a Keras model's configuration: a table, or the name of a JSON file beside the spec."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise GoldenError(f"must be a JSON file's name or a table, got {value!r:.80}", key="config")
    file = _inside(value, path, "args.config")
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise GoldenError(f"{file}: {error.strerror}", key="args.config") from None
    except (ValueError, RecursionError) as error:
        raise GoldenError(f"{file} is not JSON: {error}", key="args.config") from None


def _inside(name: str, path: Path, key: str) -> Path:
    """Return the path of a file named in the spec, which must be in the spec's folder."""
    folder = path.resolve().parent
    try:
        file = (folder / name).resolve()
        inside = file.is_relative_to(folder)
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise GoldenError(
            f"must be a file in the specification's folder, got {name!r:.80}", key=key
        )
    return file


def _check_complete(draw: SpecCall, case: dict[str, Any]) -> None:
    """Raise unless the op has all it needs, its seeds above all."""
    op, given = draw.op, draw.keywords
    wants_generator = op.is_method or "resource" in op.parameters
    if wants_generator and "generator" not in case:
        raise GoldenError("is missing", key="generator")
    needed = [*op.required, *(["shape"] if "shape" in op.call_parameters else [])]
    for name in needed:
        if name not in given and name != "resource":
            own = name in _DRAW and name not in ("name", "op", "args", "call")
            raise GoldenError(f"{op.path} needs it", key=name if own else f"args.{name}")
    if draw.is_setter or "seed" not in op.parameters:
        return
    if op.is_raw:
        if "seed2" in op.parameters and not (given.get("seed") or given.get("seed2")):
            raise GoldenError("must not both be 0, which means a random seed", key="seed, seed2")
    elif given.get("seed") is None and case.get("set_seed") is None:
        setters = [d for d in case.get("draw", []) if d.get("op", "").rpartition(".")[2] in _SETTER]
        if case.get("set_random_seed") is None and not setters:
            raise GoldenError(
                "without it or `set_seed` the numbers come from the operating system", key="seed"
            )


_SETTER = ("set_seed", "set_random_seed")


def _arguments(op: Op) -> list[str]:
    own = ("seed", "seed2", "key", "counter", "alg", "shape", "dtype")
    return [name for name in (*op.parameters, *op.call_parameters) if name not in own]


def _takes(op: Op) -> str:
    names = dict.fromkeys((*op.parameters, *op.call_parameters))
    return f"; it takes {', '.join(names)}" if names else ""


def _check_keys(table: dict[str, Any], allowed: tuple[str, ...]) -> None:
    for key in table:
        if key not in allowed:
            raise GoldenError(f"unknown key{nearest(key, allowed)}", key=key[:80])


def _check_integer(table: dict[str, Any], key: str) -> None:
    if key in table and type(table[key]) is not int:
        raise GoldenError(f"must be an integer, got {table[key]!r:.80}", key=key)
    if key in table and abs(table[key]) >= 2**1000:
        raise GoldenError("must have fewer than 300 digits", key=key)


def _check_flag(table: dict[str, Any], key: str) -> None:
    if not isinstance(table.get(key, False), bool):
        raise GoldenError(f"must be true or false, got {table[key]!r:.80}", key=key)


def _version(table: dict[str, Any]) -> None:
    if "tensorflow_version" in table:
        try:
            with config.tensorflow_version(table["tensorflow_version"]):
                pass
        except (TypeError, ValueError) as error:
            known = f"{versions.VERIFIED[0]} to {versions.NEWEST}"
            given = f"{table['tensorflow_version']!r:.80}"
            raise GoldenError(
                f'must be a TensorFlow from {known}, as "2.6", got {given}',
                key="tensorflow_version",
            ) from error


def _keras_version(given: Any, tensorflow: str | None) -> None:
    if given is not None:
        try:
            with contextlib.ExitStack() as stack:
                if tensorflow is not None:
                    stack.enter_context(config.tensorflow_version(tensorflow))
                stack.enter_context(config.keras_version(given))
        except (TypeError, ValueError) as error:
            raise GoldenError(str(error), key="keras_version") from error


def _threads(table: dict[str, Any]) -> None:
    threads = table.get("intra_op_threads", 1)
    if type(threads) is not int or not 1 <= threads <= 1024:
        raise GoldenError(f"must be 1 to 1024, got {threads!r:.80}", key="intra_op_threads")
