"""test_coverage.py: every random name of TensorFlow is here, or says why it is not.

golden_files/tf-names.json is TensorFlow's own list (make_op_list.py). A name is covered if tfphilox
has it under the same path. Every other one must be matched by a line of NOT_OURS; a line all
whose names are covered is out of date. Both fail.
"""

import fnmatch

import pytest
from mirror_table import BEGIN, END, NAMES, PAGE, is_covered, table

import tfphilox
from tfphilox import op_table

# Patterns -> why the names that match and that tfphilox lacks are not ours, yet or ever.
NOT_OURS = {
    # not ours ever
    "*compute_accidental_hits raw_ops.ComputeAccidentalHits":
        "ever, because it draws nothing: a deterministic search",
    "math.sobol_sample raw_ops.SobolSample": "ever, because Sobol's points are not random",
    "*nn.nce_loss *nn.sampled_softmax_loss":
        "ever, because they are losses: their only draw is log_uniform_candidate_sampler's",
    "nn.RNNCellDropoutWrapper": "ever, because it wraps TensorFlow's own cells",
    "raw_ops.CudnnRNN*": "ever, because it runs on CUDA only",
    "raw_ops.*TPUEmbedding*": "ever, because it draws nothing: the gradient descent's name",
    "raw_ops.*SeedGenerator":
        "ever, because it is a resource of tf.data's pipelines, whose seeds tfphilox.data keeps",
    "raw_ops.RandomGammaGrad": "ever, because it draws nothing: a derivative",
    "raw_ops.KMC2* raw_ops.Kmeans*":
        "yet, because clustering is no tf.random op",
    "raw_ops.SnapshotDataset": "ever, because its seed names files and draws nothing",
    "*RandomShuffleQueue*": "ever, because a queue's order depends on the timing of threads",
    "keras.utils.*x_y_sample_weight keras.utils.to_categorical keras.utils.timeseries*":
        "ever, because they draw nothing themselves",
    "data.Dataset.from_generator": "ever, because it draws nothing: a Python generator",
    "keras.layers.UpSampling*": "ever, because they draw nothing",
    "keras.layers.JaxLayer": "ever, because it runs JAX",
    "raw_ops.RandomCrop": "ever, because TensorFlow itself refuses it since GraphDef version 8",
    "data.Dataset.list_files": "ever, because it is data.shuffle_order of as many files",
    "raw_ops.*Dataset*": "ever, because tfphilox.data makes the orders without pipelines",
    "keras.layers.*Attention keras.layers.ConvLSTM* keras.layers.GRU* keras.layers.LSTM*"
    " keras.layers.SimpleRNN*":
        "ever, because they draw weights (keras.initial_weights) and as keras.layers.Dropout",
    # not ours yet
    "*fractional_*_pool raw_ops.Fractional*": "yet, because pooling is no tf.random op",
    "keras.utils.*dataset*": "yet, because they read files and pictures",
}  # fmt: skip


def lines_for(name):
    return [
        line
        for line in NOT_OURS
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in line.split())
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_here_or_says_why(name):
    assert is_covered(name) or lines_for(name), (
        f"tf.{name} is neither in tfphilox nor in NOT_OURS: add it, or a line that says why not"
    )


@pytest.mark.parametrize("line", NOT_OURS)
def test_every_line_is_needed(line):
    matched = [name for name in NAMES if line in lines_for(name)]
    assert matched, "the line matches no name of TensorFlow's"
    assert not all(is_covered(name) for name in matched), "all its names are here: remove the line"
    assert NOT_OURS[line].startswith(("yet, because ", "ever, because "))


def test_what_is_ours_is_theirs():
    """A public name of ours under a mirrored path is one of TensorFlow's."""
    for path in ("random", "random.experimental", "raw_ops", "nn", "image"):
        module = tfphilox
        for part in path.split("."):
            module = getattr(module, part)
        for name in module.__all__:
            if name not in ("experimental", "drawn_factor", "replica_generators"):
                assert f"{path}.{name}" in NAMES, f"tfphilox.{path}.{name} is not TensorFlow's"


def found_at(name):
    found = tfphilox
    for part in name.split("."):
        found = getattr(found, part)
    return found


HERE = {name: found_at(name) for name in NAMES if is_covered(name)}
# Functions that draw nothing, and older names that call what has a record.
WITHOUT_RECORD = (
    "set_seed set_random_seed create_rng_state get_global_generator set_global_generator"
)
OLDER = "compat.v1.", "data.experimental."
# Records of ours alone, and of methods of what TensorFlow names.
OURS = {
    *("compat.orthogonal_matrix", "data.shuffle_order", "keras._orthogonal", "keras.fit_order"),
    *("function.call_function", "function._loop", "graph.placeholder", "keras.SeedGenerator.next"),
}
METHODS = "random.Generator.", "data.Dataset.", ".__call__"


def test_what_draws_has_a_record():
    for name, found in HERE.items():
        if op_table.find(found) is None and not isinstance(found, type):
            last = name.rpartition(".")[2]
            assert last in WITHOUT_RECORD.split() or name.startswith(OLDER), name


def test_each_record_is_of_a_name():
    shown = {op_table.find(found).path for found in HERE.values() if op_table.find(found)}
    for path in set(op_table.RECORDS) - shown:
        assert path in OURS or any(part in path for part in METHODS), path
    assert not shown & OURS


def test_the_page_has_the_table():
    written = PAGE.read_text().split(BEGIN)[1].split(END)[0]
    assert written == table(), "run python tests/makers/mirror_table.py"
