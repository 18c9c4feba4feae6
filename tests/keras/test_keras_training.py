"""test_keras_training.py: the order of fit by version, against what fit visited."""

import numpy as np
import pytest
from keras_programs import programs_with, replay

import tfphilox as tp
import tfphilox.keras


@pytest.mark.parametrize(("version", "program"), programs_with("fit"))
def test_programs(version, program):
    replay(version, program)


@pytest.mark.parametrize("samples", [0, 1, 2, 5])
@pytest.mark.parametrize("version", ["2.0", "2.15", "2.21"])
def test_every_epoch_is_a_permutation(version, samples):
    tp.random.set_seed(0)
    with tp.config.tensorflow_version(version):
        order = tp.keras.fit_order(samples, 3)
    assert order.shape == (3, samples)
    assert order.dtype == np.int64
    assert (np.sort(order) == np.arange(samples)).all()


def test_it_depends_on_the_global_seed_alone():
    tp.random.set_seed(3)
    first = tp.keras.fit_order(99)
    tp.random.uniform([2])
    assert (tp.keras.fit_order(99) == first).all()
    assert tp.random.uniform([2]).tolist()
    tp.random.set_seed(None)
    assert (tp.keras.fit_order(99) != tp.keras.fit_order(99)).any()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((-1,), ValueError), ((1, -1), ValueError), ((1.0,), TypeError), ((True,), TypeError)],
)
def test_refused(arguments, error):
    with pytest.raises(error):
        tp.keras.fit_order(*arguments)
