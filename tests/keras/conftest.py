"""conftest.py: what the tests of Keras set for the whole process is put back."""

import random

import numpy as np
import pytest

import tfphilox as tp
import tfphilox.keras
from tfphilox import versions


@pytest.fixture(autouse=True)
def restored():
    """Put back what these tests set for the whole process."""
    states = random.getstate(), np.random.get_state()
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])
    tp.random.set_seed(None)
    tp.keras.utils.clear_session()
    tp.keras.seeding._legacy.generator = None
    tp.config.set_tensorflow_version(versions.NEWEST)
