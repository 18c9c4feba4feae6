"""test_large_applications.py: the weights of the larger models of keras.applications.

The smaller ones are in keras/test_keras_order.py; support/applications.py says what is known.
"""

import pytest
from applications import check, parameters


@pytest.mark.parametrize(("version", "name"), parameters(large=True))
def test_application(version, name):
    check(version, name)
