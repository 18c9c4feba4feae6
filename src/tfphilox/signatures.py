"""signatures.py: where pickles of 0.1.0 say that TensorSpec is: it is in graphs/signatures.py."""

from .graphs.signatures import TensorSpec

__all__ = ["TensorSpec"]
