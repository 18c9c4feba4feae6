"""The initial weights that TensorFlow 2.0 and Keras 3 give a small model, without either.

The model is Input(16, 16, 3) - Conv2D(4, 3) - BatchNormalization - ReLU - Flatten - Dense(2),
built after seeding everything with 200. Only the two kernels are random: Glorot uniform, that is,
uniform in +-sqrt(6 / (fan_in + fan_out)). What changed between the versions is where the seeds
come from.
"""

import math
import random

import tfphilox as tp

CONV, DENSE = (3, 3, 3, 4), (784, 2)  # 784 = 14 * 14 * 4


def glorot_limit(shape):
    fan_in, fan_out = math.prod(shape[:-1]), math.prod(shape[:-2]) * shape[-1]
    return math.sqrt(3.0 * (1.0 / ((fan_in + fan_out) / 2)))


def tensorflow_2_0(seed):
    """tf.random.set_seed(seed): each weight is the next unseeded draw, in order of creation."""
    tp.random.set_seed(seed)
    return [tp.random.uniform(s, -glorot_limit(s), glorot_limit(s)) for s in (CONV, DENSE)]


def keras_3(seed):
    """keras.utils.set_random_seed(seed): stateless seeds, one from Python's random for each."""
    python = random.Random(seed)
    return [
        tp.random.stateless_uniform(
            s, [python.randint(1, 10**9), 0], -glorot_limit(s), glorot_limit(s)
        )
        for s in (CONV, DENSE)
    ]


if __name__ == "__main__":
    for build in (tensorflow_2_0, keras_3):
        conv, dense = build(200)
        print(f"{build.__name__:15} conv {conv.ravel()[:4]}  dense {dense.ravel()[:4]}")
