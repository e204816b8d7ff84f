"""OTMANN, the optimal-transport distance between network architectures (paper, section 3).

Data flow: `features` (what one network is to the distance: masses and `path_lengths`) and
`costs` (what matching two layers costs) meet in `transport` (the transport problems, whose general
form `solver` solves); `otmann` is the front.
"""

from __future__ import annotations

from optuna_nasbot.distance.otmann import OTMANN
from optuna_nasbot.distance.otmann import otmann_distance
from optuna_nasbot.distance.path_lengths import path_lengths

__all__ = ["OTMANN", "otmann_distance", "path_lengths"]
