"""test_to_torch.py: what `keras.to_torch` refuses, and which weights names give to modules.

That the outputs are Keras's is held in tests/live/test_live_torch.py. CI has PyTorch where it has
TensorFlow, and runs this there.
"""

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp

torch = pytest.importorskip("torch")
nn = torch.nn


def array(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def dense(name, inputs, units):
    return [(f"{name}/kernel", array(inputs, units)), (f"{name}/bias", array(units))]


def gates(name, inputs, units, count, bias):
    found = [(f"{name}/kernel", array(inputs, count * units))]
    found += [(f"{name}/recurrent_kernel", array(units, count * units))]
    return found + [(f"{name}/bias", array(*bias))] * bool(bias)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embedding.weight


class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        self.positions = nn.Parameter(torch.zeros(4, 3))
        self.fc = nn.Linear(3, 2)
        self.register_buffer("steps", torch.arange(4))


class Apart(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 1)
        self.fc = nn.Linear(8, 3)


IMAGE = [("conv/kernel", array(1, 1, 1, 2)), ("conv/bias", array(2)), *dense("fc", 8, 3)]


def taken(weights, module, names=None, **keywords):
    state = tp.keras.to_torch(weights, module, names, **keywords)
    module.load_state_dict(state)  # every key is there, and fits
    return {key: value.numpy() for key, value in state.items()}


def test_order():
    weights = dense("a", 3, 4) + dense("b", 4, 2)
    state = taken(weights, nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)))
    assert list(state) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    for (_, want), got in zip(weights, state.values(), strict=True):
        assert_same_bits(got, np.ascontiguousarray(want.T))


def test_names():
    weights = dense("model/first", 3, 3) + [(n, a + 100) for n, a in dense("model/second", 3, 3)]
    module = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    for names in ({"0": "second", "1": "first"}, {"0": "model/second"}, {"1": "first"}):
        state = taken(dict(weights), module, names)
        assert_same_bits(state["0.bias"], weights[3][1])
        assert_same_bits(state["1.bias"], weights[1][1])


def test_parameters_by_name():
    weights = [("tokens/embeddings:0", array(4, 3)), *dense("fc", 3, 2)]
    state = taken(weights, Positions(), {"positions": "tokens/embeddings"})
    assert_same_bits(state["positions"], weights[0][1])
    assert state["steps"].tolist() == [0, 1, 2, 3]


def test_tied():
    state = taken([("embedding/embeddings", array(5, 3))], Tied())
    assert_same_bits(state["head.weight"], array(5, 3))


def test_memory_and_types():
    kernel = array(3, 3)
    module = nn.Linear(3, 3, bias=False).double()
    state = tp.keras.to_torch([("a/kernel", kernel)], module)
    assert state["weight"].dtype == torch.float64
    state["weight"].zero_()
    assert kernel.any()
    assert module.weight.any()


def test_bfloat16():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    module = nn.Embedding(2, 2, dtype=torch.bfloat16)
    state = tp.keras.to_torch([("e/embeddings", array(2, 2).astype(bfloat16))], module)
    assert state["weight"].tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize(("channels", "first"), [(2, [0, 2, 4, 6, 1, 3, 5, 7]), (1, [*range(8)])])
def test_rows_behind_a_flatten(channels, first):
    state = taken(IMAGE, Apart(), flattened={"fc": channels})
    assert_same_bits(state["fc.weight"], np.ascontiguousarray(IMAGE[2][1][first].T))


def test_rows_behind_a_flatten_in_a_row():
    inside = nn.Conv2d(1, 2, 1), nn.ReLU(), nn.Flatten(), nn.Dropout(), nn.Linear(8, 3)
    state = taken(IMAGE, nn.Sequential(*inside))
    rows = IMAGE[2][1][[0, 2, 4, 6, 1, 3, 5, 7]]
    assert_same_bits(state["4.weight"], np.ascontiguousarray(rows.T))


def two():
    return nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))


WRONG = [  # weights, module, keywords, message
    (dense("a", 3, 4), two, {}, r"1 \(Linear\) needs a weight 'kernel', but none is left"),
    (dense("a", 3, 4) + dense("b", 4, 3), two, {}, r"'1.weight' has shape \(2, 4\), .*b/kernel"),
    (dense("a", 3, 4)[:1] + dense("b", 4, 2), two, {}, "needs a weight 'bias', but .* 'b/k"),
    (dense("a", 3, 4) + dense("b", 4, 2) + dense("c", 1, 1), two, {}, "2 of 6 .*'c/kernel'"),
    (dense("a", 3, 4), lambda: nn.Linear(3, 4, bias=False), {}, "1 of 2 weights are left over"),
    (dense("a", 3, 4), lambda: nn.Bilinear(1, 1, 1), {}, "'bias' of a Bilinear: .* by names"),
    (dense("a", 3, 4), Positions, {}, "'positions' of a Positions"),
    (IMAGE, Apart, {}, r"fc \(Linear\) follows 'conv', .* flattened=\{'fc': 2\}"),
    (IMAGE, Apart, {"flattened": {"fc": 3}}, "8 inputs of 'fc' are not 3 channels"),
    (IMAGE, Apart, {"flattened": {"conv": 2}}, "'conv' is no Linear"),
    (IMAGE, Apart, {"flattened": {"fc": 0}}, "must be 1 or more, got 0"),
    (dense("a", 3, 4), two, {"names": {"7": "a"}}, "names: the module has no '7'"),
    (dense("a", 3, 4), two, {"names": {"0": "z"}}, "names: no layer 'z' has weights"),
    (dense("a", 3, 4), two, {"names": {"0.bias": "z"}}, "names: 0 weights are called 'z'"),
    (
        dense("a", 3, 4) + dense("b", 4, 2), lambda: nn.Sequential(nn.ReLU(), *two()),
        {"names": {"0": "a"}}, r"1 \(Linear\) needs|'1.weight' has shape \(4, 3\)",
    ),
    (
        dense("x/a", 3, 4) + dense("y/a", 3, 4), lambda: nn.Sequential(nn.Linear(3, 4)),
        {"names": {"0": "a"}}, "'0' takes no 'y/a/kernel', which 'a' gives it",
    ),
    (
        gates("g", 3, 2, 3, (6,)), lambda: nn.GRU(3, 2), {},
        r"the module \(GRU\) has no like of a GRU with reset_after=False",
    ),
    (gates("g", 3, 2, 4, (8,)), lambda: nn.LSTM(3, 2, proj_size=1), {}, "proj_size"),
    (
        [("m/query/kernel", array(4, 4, 1))], lambda: nn.MultiheadAttention(4, 2), {},
        r"has 2 heads, but query/kernel has shape \(4, 4, 1\)",
    ),
    ([("c/kernel", array(2, 2))], lambda: nn.Conv1d(2, 2, 1), {}, "needs the kernel of a conv"),
    (
        [("bn/gamma", array(2))], lambda: nn.BatchNorm1d(2, track_running_stats=False), {},
        "track_running_stats",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("weights", "make", "keywords", "message"), WRONG)
def test_refused(weights, make, keywords, message):
    with pytest.raises(ValueError, match=message):
        tp.keras.to_torch(weights, make(), **keywords)


def test_no_module():
    with pytest.raises(TypeError, match=r"must be a torch\.nn\.Module, got 3"):
        tp.keras.to_torch([], 3)


def test_gru_without_biases_warns():
    with pytest.warns(UserWarning, match="reset_after=True"):
        tp.keras.to_torch(gates("g", 3, 2, 3, ()), nn.GRU(3, 2, bias=False))
