"""One field of random numbers, cut three ways: by rows, by columns, by squares.

Each part is made alone, from the seeds and its place; the three pictures are equal, bit by bit.
Needs matplotlib. docs/numpy.md shows what it draws:

    python examples/one_field.py docs/_static/field.svg
"""

import sys

import matplotlib
import numpy as np
from matplotlib.figure import Figure

import tfphilox as tp

SIDE, LOOK = 2**25, 48  # 4 petabytes, and how much of it is looked at
CUTS = {"rows of 7": (7, LOOK), "columns of 11": (LOOK, 11), "squares of 16": (16, 16)}


def parts(rows, columns):
    """The corners of parts of that size, and the parts."""
    field = tp.lazy.normal((SIDE, SIDE), graph_seed=1, op_seed=2)
    corner = SIDE // 2  # somewhere in the middle
    for row in range(0, LOOK, rows):
        for column in range(0, LOOK, columns):
            below, right = min(row + rows, LOOK), min(column + columns, LOOK)
            made = field[corner + row : corner + below, corner + column : corner + right]
            yield row, column, made


def main(output):
    figure = Figure(figsize=(9, 3.3), layout="constrained")
    axes = figure.subplots(1, len(CUTS))
    seen = set()
    for one, (name, (rows, columns)) in zip(axes, CUTS.items(), strict=True):
        picture = np.empty((LOOK, LOOK), np.float32)
        for row, column, made in parts(rows, columns):
            picture[row : row + rows, column : column + columns] = made
            one.axhline(row - 0.5, color="C3", lw=0.7)
            one.axvline(column - 0.5, color="C3", lw=0.7)
        one.imshow(picture, cmap="gray", interpolation="nearest", vmin=-3, vmax=3)
        one.set(title=name, xticks=[], yticks=[])
        seen.add(picture.tobytes())
    with matplotlib.rc_context({"svg.hashsalt": "tfphilox", "svg.fonttype": "none"}):
        figure.savefig(output, metadata={"Date": None})
    print("equal" if len(seen) == 1 else "NOT EQUAL")
    return len(seen) != 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "field.svg"))
