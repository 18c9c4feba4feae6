from ...graphs.graph import (
    Graph,
    disable_eager_execution,
    enable_eager_execution,
    get_default_graph,
    reset_default_graph,
)
from ...graphs.session import Session, get_default_session
from . import image, initializers, nn, random
from .image import random_crop
from .initializers import glorot_normal as glorot_normal_initializer
from .initializers import glorot_uniform as glorot_uniform_initializer
from .initializers import orthogonal as orthogonal_initializer
from .initializers import random_normal as random_normal_initializer
from .initializers import random_uniform as random_uniform_initializer
from .initializers import truncated_normal as truncated_normal_initializer
from .initializers import uniform_unit_scaling as uniform_unit_scaling_initializer
from .initializers import variance_scaling as variance_scaling_initializer
from .random import gamma as random_gamma
from .random import get_seed, multinomial, random_index_shuffle, set_random_seed, truncated_normal
from .random import normal as random_normal
from .random import poisson as random_poisson
from .random import shuffle as random_shuffle
from .random import uniform as random_uniform

__all__ = [
    "Graph",
    "Session",
    "disable_eager_execution",
    "enable_eager_execution",
    "get_default_graph",
    "get_default_session",
    "get_seed",
    "glorot_normal_initializer",
    "glorot_uniform_initializer",
    "image",
    "initializers",
    "multinomial",
    "nn",
    "orthogonal_initializer",
    "random",
    "random_crop",
    "random_gamma",
    "random_index_shuffle",
    "random_normal",
    "random_normal_initializer",
    "random_poisson",
    "random_shuffle",
    "random_uniform",
    "random_uniform_initializer",
    "reset_default_graph",
    "set_random_seed",
    "truncated_normal",
    "truncated_normal_initializer",
    "uniform_unit_scaling_initializer",
    "variance_scaling_initializer",
]
