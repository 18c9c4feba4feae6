"""mirror_table.py: the site's table of TensorFlow's names, made from TensorFlow's own list.

    python tests/makers/mirror_table.py          # writes it into docs/names.md

The list is golden_files/tf-names.json; live/test_live_names.py holds that to what a live TensorFlow
exports, and test_coverage.py holds the page to this script.
"""

import json
import sys
from pathlib import Path

import tfphilox

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "names.md"
BEGIN, END = "<!-- begin mirror -->\n", "<!-- end mirror -->\n"
NAMES = json.loads((TESTS / "golden_files" / "tf-names.json").read_text())["names"]


def is_covered(path):
    found = tfphilox
    for part in path.split("."):
        found = getattr(found, part, None)
        if found is None:
            return False
    return True


def table():
    """One row for each part of TensorFlow: what of it is here, and how much of it that is."""
    rows = {}
    for name in NAMES:
        part, _, last = name.rpartition(".")
        rows.setdefault(part, []).append((last, is_covered(name)))
    lines = ["| `tf.` | of its random names | here, under the same path |", "|---|---:|---|"]
    for part, names in rows.items():
        here = [last for last, covered in names if covered]
        if here:
            shown = ", ".join(f"`{last}`" for last in here)
            lines.append(f"| `{part}` | {len(here)} of {len(names)} | {shown} |")
    return "\n".join(lines) + "\n"


def main():
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(before + BEGIN + table() + END + after)


if __name__ == "__main__":
    sys.exit(main())
