"""Search for a multi-layer perceptron for regression, together with how to train it.

    pip install -c constraints.txt ".[examples]"
    python examples/mlp_regression.py

Learning rate, weight decay, dropout and batch size are searched together with the network. The
data are scikit-learn's: the progress of diabetes in 442 patients. Trials are judged by
cross-validation, and a pruner stops those that are bad on the first folds. On so few rows a linear
model is hard to beat, so the script also prints the test error of ridge regression.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import optuna
import torch
from sklearn.datasets import load_diabetes
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold
from sklearn.model_selection import train_test_split

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import build_module
from optuna_nasbot import lsuv_init_
from optuna_nasbot import suggest_architecture

Array = np.ndarray
SPACE = MLPSpace(task="regression", min_layers=4, max_layers=12, max_units=64)


def load_patients() -> list[Array]:
    """Standardised rows and targets: 353 to search with, 89 to test."""
    rows, target = load_diabetes(return_X_y=True)
    rows, rows_test, target, target_test = train_test_split(
        rows, target, test_size=89, random_state=0
    )
    scale = rows.std(axis=0)
    mean, std = target.mean(), target.std()
    parts = (rows / scale, (target - mean) / std, rows_test / scale, (target_test - mean) / std)
    return [part.astype(np.float32) for part in parts]


ROWS, TARGET, ROWS_TEST, TARGET_TEST = load_patients()


def predict(
    architecture: Architecture, params: dict[str, Any], rows: Array, target: Array, new: Array
) -> Array:
    """Train a network on rows and targets and predict the targets of new rows."""
    torch.manual_seed(0)
    x, y = torch.tensor(rows), torch.tensor(target)[:, None]
    lr, weight_decay, dropout = params["lr"], params["weight_decay"], params["dropout"]
    model = build_module(architecture, in_features=x.shape[1], out_features=1, dropout=dropout)
    lsuv_init_(model, x)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)
    for _ in range(30):
        for batch in torch.randperm(len(x)).split(params["batch_size"]):
            loss = torch.nn.functional.mse_loss(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return model.eval()(torch.tensor(new))[:, 0].numpy()


def objective(trial: optuna.Trial) -> float:
    architecture = suggest_architecture(trial, "net", SPACE)
    trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    trial.suggest_float("weight_decay", 1e-2, 1e1, log=True)
    trial.suggest_float("dropout", 0.0, 0.5)
    trial.suggest_int("batch_size", 16, 128, log=True)
    errors: list[float] = []
    for fold, (train, valid) in enumerate(KFold(5, shuffle=True, random_state=0).split(ROWS)):
        predicted = predict(architecture, trial.params, ROWS[train], TARGET[train], ROWS[valid])
        errors.append(float(np.mean((predicted - TARGET[valid]) ** 2)))
        trial.report(float(np.mean(errors)), fold)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return float(np.mean(errors))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=40, help="by default 40")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # more threads don't help such small networks

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        sampler=NASBOTSampler(seed=0), pruner=optuna.pruners.MedianPruner(n_startup_trials=10)
    )
    study.optimize(objective, n_trials=arguments.trials, show_progress_bar=True)

    architecture, params = best_architecture(study, "net"), study.best_params
    predicted = predict(architecture, params, ROWS, TARGET, ROWS_TEST)
    linear = RidgeCV(np.logspace(-3, 3, 25)).fit(ROWS, TARGET).predict(ROWS_TEST)
    print(f"\nBest network, trial {study.best_trial.number}:\n")
    print(architecture, "\n")
    print(", ".join(f"{name} {value:.3g}" for name, value in params.items()), "\n")
    print(f"Cross-validated mean squared error: {study.best_value:.3f} of the target's variance")
    for name, guess in (("best network", predicted), ("ridge regression", linear)):
        print(f"Test error, {name}: {np.mean((guess - TARGET_TEST) ** 2):.3f}")


if __name__ == "__main__":
    main()
