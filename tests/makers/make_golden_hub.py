"""make_golden_hub.py: ask keras-hub's backbones for their initial weights, and write them down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow, Keras and keras-hub> \
        tests/makers/make_golden_hub.py

writes tests/golden_files/hub-<version>.json.gz. It imports Keras, keras-hub and NumPy and never
tfphilox. test_keras_order.py reads the file. What reads text (tokenizers, sentencepiece) may be
absent: nothing here does.

A model is [class, its arguments, the JSON of its Functional view, weights]: the view is what
`keras.Model(backbone.inputs, backbone.outputs).to_json()` gives, and the weights are those of a
backbone made just after `keras.utils.set_random_seed(SEED)`, each as [path, shape, crc32].
"""

import contextlib
import datetime
import gzip
import importlib
import json
import os
import platform
import sys
import zlib
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

PARTS = "decoders", "models", "pre_tokenizers"
for _name in ("sentencepiece", "tokenizers", *(f"tokenizers.{part}" for part in PARTS)):
    with contextlib.suppress(ImportError):
        __import__(_name)
    sys.modules.setdefault(_name, mock.MagicMock())
keras_hub = importlib.import_module("keras_hub")

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEED = 7
PICTURE = [32, 32, 3]
RESNET = {
    "input_conv_filters": [64],
    "input_conv_kernel_sizes": [7],
    "stackwise_num_filters": [64, 64],
    "stackwise_num_blocks": [1, 2],
    "stackwise_num_strides": [1, 2],
    "image_shape": PICTURE,
}
MODELS = [
    ["ResNetBackbone", dict(RESNET, block_type="basic_block")],
    ["ResNetBackbone", dict(RESNET, block_type="bottleneck_block")],
    ["ResNetBackbone", dict(RESNET, block_type="bottleneck_block", use_pre_activation=True)],
    [
        "DenseNetBackbone",
        {
            "stackwise_num_repeats": [2, 2],
            "compression_ratio": 0.5,
            "growth_rate": 4,
            "image_shape": PICTURE,
        },
    ],
    [
        "VGGBackbone",
        {
            "stackwise_num_repeats": [1, 1],
            "stackwise_num_filters": [4, 8],
            "image_shape": PICTURE,
        },
    ],
    [
        "BertBackbone",
        {
            "vocabulary_size": 50,
            "num_layers": 2,
            "num_heads": 2,
            "hidden_dim": 8,
            "intermediate_dim": 16,
            "max_sequence_length": 12,
        },
    ],
]


def made(name, arguments):
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    model = getattr(keras_hub.models, name)(**arguments)
    view = json.loads(keras.Model(model.inputs, model.outputs).to_json())
    arrays = [(one.path, np.asarray(one)) for one in model.weights]
    sums = [[path, list(array.shape), zlib.crc32(array.tobytes())] for path, array in arrays]
    return [name, arguments, view, sums]


data = {
    "header": {
        "keras_hub": keras_hub.__version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
    },
    "models": [made(*model) for model in MODELS],
}
path = os.path.join(TESTS, "golden_files", f"hub-{keras_hub.__version__}.json.gz")
with open(path, "wb") as file:
    file.write(gzip.compress(json.dumps(data, separators=(",", ":")).encode(), mtime=0))
print(path, len(MODELS), "models")
