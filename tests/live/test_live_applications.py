"""test_live_applications.py: keras.applications, built by their own code in this process.

Every model is built after ``set_random_seed`` with a fresh seed, and its JSON given to
`initial_weights`: the weights must be Keras's, or there must be a warning. The run's seed is
printed in every failure, and can be given again as TFPHILOX_LIVE_SEED.

Without TensorFlow the tests are skipped, but they fail where the environment says CI.
"""

import json
import os
import secrets
import warnings

import numpy as np
import pytest
from applications import VERDICTS, verdict
from bits import as_words

from tfphilox.keras import initial_weights

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(31)))

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def tf():
    try:
        import tensorflow
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    return tensorflow


def test_applications(tf):
    keras, version = tf.keras, ".".join(tf.__version__.split(".")[:2])
    place = keras.applications
    names = [name for name in dir(place) if name[0].isupper() and callable(getattr(place, name))]
    assert len(names) >= 40
    for name in names:
        keras.backend.clear_session()
        keras.utils.set_random_seed(SEED)
        model = getattr(place, name)(weights=None)
        config = json.loads(model.to_json())
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            ours = initial_weights(config, seed=SEED, tensorflow_version=version)
        theirs = model.get_weights()
        assert len(ours) == len(theirs), name
        right = all(
            np.array_equal(as_words(a), as_words(b)) for (_, a), b in zip(ours, theirs, strict=True)
        )
        what = f"{name}, seed {SEED}"
        assert right or caught, what
        if version in VERDICTS:
            known = verdict(version, name)
            assert (right, bool(caught)) == (known != "wrong", known != "right"), what
