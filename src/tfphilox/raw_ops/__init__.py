"""raw_ops: one function per random op of TensorFlow, with the op's argument names, as arrays.

The functions take keyword arguments only, as those of tf.raw_ops do. They draw; op seeds, scaling
and the checks that TensorFlow makes in Python belong to `tfphilox.random`.
"""

from .._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "boxes": (
            "SampleDistortedBoundingBox SampleDistortedBoundingBoxV2"
            " StatelessSampleDistortedBoundingBox"
        ),
        "candidates": (
            "AllCandidateSampler FixedUnigramCandidateSampler LearnedUnigramCandidateSampler"
            " LogUniformCandidateSampler ThreadUnsafeUnigramCandidateSampler"
            " UniformCandidateSampler"
        ),
        "categorical": "Multinomial StatelessMultinomial",
        "distributions": (
            "RandomGamma RandomPoisson RandomPoissonV2 StatefulRandomBinomial"
            " StatelessRandomBinomial StatelessRandomGammaV2 StatelessRandomGammaV3"
            " StatelessRandomPoisson"
        ),
        "parameterized": "ParameterizedTruncatedNormal StatelessParameterizedTruncatedNormal",
        "rng": (
            "NonDeterministicInts RngReadAndSkip RngSkip StatefulStandardNormal"
            " StatefulStandardNormalV2 StatefulTruncatedNormal StatefulUniform"
            " StatefulUniformFullInt StatefulUniformInt"
        ),
        "shuffles": "RandomIndexShuffle RandomShuffle StatelessShuffle",
        "stateful": "RandomStandardNormal RandomUniform RandomUniformInt TruncatedNormal",
        "stateless": (
            "StatelessRandomGetAlg StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg"
            " StatelessRandomNormal StatelessRandomNormalV2 StatelessRandomUniform"
            " StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2"
            " StatelessRandomUniformInt StatelessRandomUniformIntV2 StatelessRandomUniformV2"
            " StatelessTruncatedNormal StatelessTruncatedNormalV2"
        ),
    },
)
