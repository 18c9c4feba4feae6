"""test_live_names.py: the committed list of TensorFlow's random names is what it exports today."""

import json
import os

import pytest
from places import GOLDEN_FILES

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

GOLDEN = GOLDEN_FILES / "tf-names.json"

pytestmark = pytest.mark.live


def test_the_list_is_current():
    try:
        import make_op_list
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    names = sorted({*make_op_list.raw_names(), *make_op_list.public_names()})
    assert names == json.loads(GOLDEN.read_text())["names"]
