"""places.py: where the parts of the checkout are that tests read."""

from pathlib import Path

TESTS = Path(__file__).absolute().parents[1]
ROOT = TESTS.parent
CSRC = ROOT / "csrc"
C_PROGRAMS = TESTS / "c"
EXAMPLES = ROOT / "examples"
GOLDEN_FILES = TESTS / "golden_files"
README = ROOT / "README.md"
