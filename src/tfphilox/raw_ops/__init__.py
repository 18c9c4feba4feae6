"""raw_ops: one function per random op of TensorFlow, with the op's argument names, as arrays.

The functions take keyword arguments only, as those of tf.raw_ops do. They draw; op seeds, scaling
and the checks that TensorFlow makes in Python belong to `tfphilox.random`.
"""

from .boxes import (
    SampleDistortedBoundingBox,
    SampleDistortedBoundingBoxV2,
    StatelessSampleDistortedBoundingBox,
)
from .candidates import (
    AllCandidateSampler,
    FixedUnigramCandidateSampler,
    LearnedUnigramCandidateSampler,
    LogUniformCandidateSampler,
    ThreadUnsafeUnigramCandidateSampler,
    UniformCandidateSampler,
)
from .categorical import (
    Multinomial,
    StatelessMultinomial,
)
from .distributions import (
    RandomGamma,
    RandomPoisson,
    RandomPoissonV2,
    StatefulRandomBinomial,
    StatelessRandomBinomial,
    StatelessRandomGammaV2,
    StatelessRandomGammaV3,
    StatelessRandomPoisson,
)
from .parameterized import (
    ParameterizedTruncatedNormal,
    StatelessParameterizedTruncatedNormal,
)
from .rng import (
    NonDeterministicInts,
    RngReadAndSkip,
    RngSkip,
    StatefulStandardNormal,
    StatefulStandardNormalV2,
    StatefulTruncatedNormal,
    StatefulUniform,
    StatefulUniformFullInt,
    StatefulUniformInt,
)
from .shuffles import (
    RandomIndexShuffle,
    RandomShuffle,
    StatelessShuffle,
)
from .stateful import (
    RandomStandardNormal,
    RandomUniform,
    RandomUniformInt,
    TruncatedNormal,
)
from .stateless import (
    StatelessRandomGetAlg,
    StatelessRandomGetKeyCounter,
    StatelessRandomGetKeyCounterAlg,
    StatelessRandomNormal,
    StatelessRandomNormalV2,
    StatelessRandomUniform,
    StatelessRandomUniformFullInt,
    StatelessRandomUniformFullIntV2,
    StatelessRandomUniformInt,
    StatelessRandomUniformIntV2,
    StatelessRandomUniformV2,
    StatelessTruncatedNormal,
    StatelessTruncatedNormalV2,
)

__all__ = [
    "AllCandidateSampler",
    "FixedUnigramCandidateSampler",
    "LearnedUnigramCandidateSampler",
    "LogUniformCandidateSampler",
    "Multinomial",
    "NonDeterministicInts",
    "ParameterizedTruncatedNormal",
    "RandomGamma",
    "RandomIndexShuffle",
    "RandomPoisson",
    "RandomPoissonV2",
    "RandomShuffle",
    "RandomStandardNormal",
    "RandomUniform",
    "RandomUniformInt",
    "RngReadAndSkip",
    "RngSkip",
    "SampleDistortedBoundingBox",
    "SampleDistortedBoundingBoxV2",
    "StatefulRandomBinomial",
    "StatefulStandardNormal",
    "StatefulStandardNormalV2",
    "StatefulTruncatedNormal",
    "StatefulUniform",
    "StatefulUniformFullInt",
    "StatefulUniformInt",
    "StatelessMultinomial",
    "StatelessParameterizedTruncatedNormal",
    "StatelessRandomBinomial",
    "StatelessRandomGammaV2",
    "StatelessRandomGammaV3",
    "StatelessRandomGetAlg",
    "StatelessRandomGetKeyCounter",
    "StatelessRandomGetKeyCounterAlg",
    "StatelessRandomNormal",
    "StatelessRandomNormalV2",
    "StatelessRandomPoisson",
    "StatelessRandomUniform",
    "StatelessRandomUniformFullInt",
    "StatelessRandomUniformFullIntV2",
    "StatelessRandomUniformInt",
    "StatelessRandomUniformIntV2",
    "StatelessRandomUniformV2",
    "StatelessSampleDistortedBoundingBox",
    "StatelessShuffle",
    "StatelessTruncatedNormal",
    "StatelessTruncatedNormalV2",
    "ThreadUnsafeUnigramCandidateSampler",
    "TruncatedNormal",
    "UniformCandidateSampler",
]
