"""test_bad_input_random.py: each wrong argument of tfphilox.random and tfphilox.raw_ops is refused.

The rows are in wrong_calls_random.py. Afterwards nothing may have moved: not the op seeds, not the
stream of a kernel in use.
"""

import pytest
from wrong_calls_random import DEPARTURES, ROWS, names

import tfphilox as tp
from tfphilox import raw_ops
from tfphilox.seeding import scopes


@pytest.mark.parametrize(("call", "error", "message"), ROWS + DEPARTURES)
def test_bad_input(call, error, message):
    tp.random.set_seed(1)
    tp.random.uniform([1], seed=2)  # the kernel that raw() would run
    before = {key: stream.position for key, stream in scopes.current().global_seed._kernels.items()}
    with pytest.raises(error, match=message) as caught:
        eval(call, names(tp.random, raw_ops))
    assert caught.type is error
    assert len(str(caught.value)) < 200
    after = {key: stream.position for key, stream in scopes.current().global_seed._kernels.items()}
    assert after == {**dict.fromkeys(after, 0), **before}
    assert scopes.get_seed(None) == (1, 577090037)  # the first op seed, still
