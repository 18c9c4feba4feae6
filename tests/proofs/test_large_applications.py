"""test_large_applications.py: the weights of the larger models of keras.applications.

The smaller ones are in keras/test_keras_order.py; support/applications.py says what is known. All
of them take ten minutes: with ``TFPHILOX_APPLICATIONS=8``, as in CI, a day has one in eight.
"""

import datetime
import os

import pytest
from applications import check, parameters

ALL = parameters(large=True)
EVERY = int(os.environ.get("TFPHILOX_APPLICATIONS", "1"))
TODAY = datetime.date.today().toordinal()


@pytest.mark.parametrize(("version", "name"), ALL[TODAY % EVERY :: EVERY])
def test_application(version, name):
    check(version, name)
