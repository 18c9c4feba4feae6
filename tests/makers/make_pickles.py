"""make_pickles.py: pickle streams, generators and state variables as the installed version does.

    python tests/makers/make_pickles.py

writes tests/golden_files/pickles-<version>.json, and is run once a release, by that release: from
then on test_pickles.py holds that what a user pickled still loads, and goes on with the right
numbers.
A row is how the object is made, the protocol, and the pickle in base64. It holds no numbers that
were drawn: those that must follow are made from the description.
"""

import base64
import json
import pickle
from pathlib import Path

import numpy as np

import tfphilox as tp

PROTOCOLS = (2, 5)


def made(kind, arguments, before):
    """Make an object of one of the rows, and let it draw as many numbers as the row says."""
    if kind == "Stream":
        stream = tp.Stream(*arguments)
        for number in before:
            stream.uniform((number,))
        return stream
    if kind == "Stream.from_key_counter":
        stream = tp.Stream.from_key_counter(*arguments)
        for number in before:
            stream.normal((number,))
        return stream
    if kind == "StateVariable":
        return tp.random.Generator.from_state(*arguments, "philox").state
    generator = getattr(tp.random.Generator, kind.partition(".")[2])(*arguments)
    for number in before:
        generator.uniform([number])
    return generator


ROWS = [
    ("Stream", [1, 2], []),
    ("Stream", [1, 2], [5]),
    ("Stream", [87654321, -3], [1, 1000]),
    ("Stream.from_key_counter", [2**64 - 2, 2**128 - 5], [3, 4]),
    ("Generator.from_seed", [1234], []),
    ("Generator.from_seed", [1234], [7, 1]),
    ("Generator.from_state", [[2**63 - 1, -1, 9], "philox"], [2]),
    ("Generator.from_seed", [7, "threefry"], [4]),
    ("StateVariable", [[1, 2, 3]], []),
    ("StateVariable", [[-1, 2**62, -(2**63)]], []),
]


def main():
    rows = []
    for kind, arguments, before in ROWS:
        for protocol in PROTOCOLS:
            data = pickle.dumps(made(kind, arguments, before), protocol)
            rows.append([kind, arguments, before, protocol, base64.b64encode(data).decode()])
    path = Path(__file__).parents[1] / "golden_files" / f"pickles-{tp.__version__}.json"
    lines = ",\n".join(json.dumps(row) for row in rows)
    path.write_text(
        f'{{"tfphilox": "{tp.__version__}", "numpy": "{np.__version__}", "rows": [\n{lines}\n]}}\n'
    )
    print(f"{len(rows)} pickles in {path}")


if __name__ == "__main__":
    main()
