"""What one would do without a search, on the tables: how well do models off the shelf predict?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from evaluation import retrainings
from evaluation_cache import Training
from numpy.typing import NDArray
from real_sets import Rows
from real_sets import load
from real_tasks import TASKS

from optuna_nasbot import Architecture
from optuna_nasbot import Layer

_LEARNING_RATES = (1e-3, 3e-3, 1e-2)
_N_TREES = 200
_PLAIN = Architecture(
    layers=(Layer("ip"), Layer("relu", 256), Layer("relu", 256), Layer("linear"), Layer("op")),
    edges=((0, 1), (1, 2), (2, 3), (3, 4)),
    kind="mlp-reg",
)


def plain_networks(dataset: str) -> dict[float, list[Training]]:
    """Trainings of a 256-256 ReLU network, by learning rate; it is trained at its full width."""
    return {lr: retrainings(_PLAIN, dataset, width=1.0, lr=lr) for lr in _LEARNING_RATES}


def other_models(dataset: str, folder: Path) -> dict[str, float]:
    """Test losses of ridge regression and of gradient boosted trees, by name."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV

    data = load(dataset, folder)
    x, y = _table(data.train)
    x_test, y_test = _table(data.test)
    models = {
        "ridge": RidgeCV(np.logspace(-3, 5, 17)),
        "boosting": HistGradientBoostingRegressor(max_iter=_N_TREES, random_state=0),
    }
    return {
        name: TASKS[dataset].loss(np.mean((model.fit(x, y).predict(x_test) - y_test) ** 2))
        for name, model in models.items()
    }


def _table(rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return rows.inputs.numpy(), rows.targets[:, 0].numpy()
