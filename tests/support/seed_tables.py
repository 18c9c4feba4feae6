"""seed_tables.py: seeds and algorithms in every form that TensorFlow takes, for random and live."""

from decimal import Decimal
from fractions import Fraction

import numpy as np

from tfphilox.random import Algorithm

MAXINT32 = 2**31 - 1

ALGORITHMS = [None, 1, 3, True, "philox", "Philox ", "phi-lox", "auto_select", "AUTO-SELECT",
              Algorithm.PHILOX, Algorithm.AUTO_SELECT]  # fmt: skip

# set_seed's argument, then what get_seed(None) and get_seed(5) return.
GLOBAL_SEEDS = [
    (0, (0, 1654615998), (0, 5)),
    (5, (5, 1097127993), (5, 5)),
    (True, (1, 577090037), (1, 5)),
    (-5, (MAXINT32 - 5, 1097127993), (MAXINT32 - 5, 5)),
    (2**70, (256, 999817988), (256, 5)),
    (3.7, (3.7, 1940249885), (3.7, 5)),
    (np.float64(2.5), (2.5, 1798626889), (2.5, 5)),
    (np.float32(2.5), (2.5, 242886303), (2.5, 5)),
    (np.int64(3), (3, 1022050301), (3, 5)),
    (np.array(7), (7, 1390851128), (7, 5)),
    (np.bool_(True), (1, 577090037), (1, 5)),
    (Fraction(7, 2), (3.5, 1022050301), (3.5, 5)),
    (None, (None, None), (87654321, 5)),
]

# get_seed's argument, the second of the pair, and what the op makes of it.
OP_SEEDS = [
    (5, 5, 5),
    (-1, MAXINT32 - 1, MAXINT32 - 1),
    (MAXINT32, 0, 0),
    (2**31, 1, 1),
    (2**70, 256, 256),
    (True, 1, 1),
    (1.5, 1.5, 1),
    (-0.5, MAXINT32 - 0.5, MAXINT32 - 1),
    (1e300, 1e300 % MAXINT32, int(1e300 % MAXINT32)),
    (np.int64(-3), MAXINT32 - 3, MAXINT32 - 3),
    (np.uint64(2**63 + 5), (2**63 + 5) % MAXINT32, (2**63 + 5) % MAXINT32),
    (np.array(5), 5, 5),
    (Fraction(7, 2), 3.5, 3),
    (Decimal("3.5"), 3.5, 3),
]
