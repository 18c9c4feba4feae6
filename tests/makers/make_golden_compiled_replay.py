"""make_golden_compiled_replay.py: what layers draw in fit(jit_compile=True), for golden_files.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow and Keras 3> this file

writes golden_files/compiled-replay-keras-<version>.json. It imports TensorFlow, Keras and NumPy and
never tfphilox; the models are those of support/compiled_replays.py. Of each step it keeps the sums
of what the layer gave for its inputs, or of the masks of attention and recurrent layers.
"""

import json
import os
import platform
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "support"))

from compiled_replays import COMPILED, compared, trained  # noqa: E402
from replay_models import SEED, shown  # noqa: E402


def main():
    runs, refused = {}, {}
    for name in COMPILED:
        if name == "LSTM" and keras.__version__ in ("3.6.0", "3.7.0"):
            refused[name] = "one of two masks is seen"
            continue
        try:
            text, steps = trained(name, SEED)
        except Exception as error:
            refused[name] = type(error).__name__
            continue
        shows = [[shown(array) for array in step] for step in compared(name, steps)]
        runs[name] = {"model": json.loads(text), "steps": shows}
    header = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "glibc": platform.libc_ver()[1],
        "processor": platform.machine(),
        "seed": SEED,
        "refused": refused,
    }
    path = os.path.join(TESTS, "golden_files", f"compiled-replay-keras-{keras.__version__}.json")
    with open(path, "w") as file:
        json.dump({"header": header, "runs": runs}, file, separators=(",", ":"))
        file.write("\n")
    print(path, os.path.getsize(path), refused)


if __name__ == "__main__":
    main()
