"""From a study's trials to arrays, and the form in which a trial stores a network."""

from __future__ import annotations

from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.dimensions import Dimensions
from optuna_nasbot.trials.observations import Observation
from optuna_nasbot.trials.observations import Observations
from optuna_nasbot.trials.observations import is_tried_elsewhere
from optuna_nasbot.trials.observations import observe
from optuna_nasbot.trials.origin import Origin
from optuna_nasbot.trials.origin import origin_attributes
from optuna_nasbot.trials.origin import stored_origin
from optuna_nasbot.trials.stored import architecture_attributes
from optuna_nasbot.trials.stored import attribute_key
from optuna_nasbot.trials.stored import read_architecture

__all__ = [
    "Configuration",
    "Dimensions",
    "Observation",
    "Observations",
    "Origin",
    "architecture_attributes",
    "attribute_key",
    "is_tried_elsewhere",
    "observe",
    "origin_attributes",
    "read_architecture",
    "stored_origin",
]
