"""keras.runs: what a training run draws, from the model's config alone.

`calls` finds which layers a pass through the model calls, in Keras's order and with which shapes;
`kinds` knows what each kind of layer draws in a call; `fit` cuts a run into steps; `run` puts the
model in the place where its construction left it.

>>> from tfphilox.keras.runs import Step
>>> Step._fields
('epoch', 'step', 'indices', 'draws')
"""

from .fit import Draws, Fit, Step
from .run import Run, replay

__all__ = ["Draws", "Fit", "Run", "Step", "replay"]
