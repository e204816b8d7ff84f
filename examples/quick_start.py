"""Search for a convolutional network for handwritten digits, together with its learning rate.

    pip install -c constraints.txt ".[examples,fast,visualization]"
    python examples/quick_start.py

The study is kept in quick_start.db: run the script again to go on with it. To search with several
workers, start it in more terminals once it is running.
"""

from __future__ import annotations

import argparse
from statistics import mean

import numpy as np
import optuna
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import build_module
from optuna_nasbot import get_architecture
from optuna_nasbot import lsuv_init_
from optuna_nasbot import suggest_architecture

N_STARTUP = 5
N_TRAININGS = 2  # with different seeds, since a single one depends a lot on chance
SPACE = CNNSpace(image_size=8, max_layers=14, max_units=24)


def load_images() -> list[torch.Tensor]:
    """The 1,797 digits of scikit-learn: images and labels for training, validation and test."""
    digits = load_digits()
    images = (digits.images[:, None] / 16.0).astype(np.float32)
    rest, test, y_rest, y_test = train_test_split(
        images, digits.target, test_size=797, random_state=0, stratify=digits.target
    )
    train, valid, y_train, y_valid = train_test_split(
        rest, y_rest, test_size=700, random_state=0, stratify=y_rest
    )
    return [torch.tensor(part) for part in (train, y_train, valid, y_valid, test, y_test)]


x_train, y_train, x_valid, y_valid, x_test, y_test = load_images()


def train(
    architecture: Architecture, lr: float, seed: int, *, epochs: int = 10
) -> torch.nn.Module:
    """Train a network with AdamW on a cosine schedule."""
    torch.manual_seed(seed)
    model = build_module(architecture, in_channels=1, out_features=10)
    lsuv_init_(model, x_train)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for _ in range(epochs):
        for rows in torch.randperm(len(x_train)).split(50):
            loss = torch.nn.functional.cross_entropy(model(x_train[rows]), y_train[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return model.eval()


def objective(trial: optuna.Trial) -> float:
    architecture = suggest_architecture(trial, "net", SPACE)
    lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    models = [train(architecture, lr, seed) for seed in range(N_TRAININGS)]
    with torch.no_grad():
        valid = [model(x_valid) for model in models]
        test = [model(x_test) for model in models]
    trial.set_user_attr("validation accuracy", mean(accuracy(v, y_valid) for v in valid))
    trial.set_user_attr("test accuracy", mean(accuracy(t, y_test) for t in test))
    return mean(torch.nn.functional.cross_entropy(v, y_valid).item() for v in valid)


def accuracy(output: torch.Tensor, labels: torch.Tensor) -> float:
    return (output.argmax(dim=1) == labels).double().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=40, help="by default 40")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # more threads don't help such small networks

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name="digits",
        storage="sqlite:///quick_start.db",
        load_if_exists=True,
        sampler=NASBOTSampler(seed=0, n_startup_trials=N_STARTUP),
    )
    study.optimize(objective, n_trials=arguments.trials, show_progress_bar=True)

    completed = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    if not completed:
        print("No trial has finished yet.")
        return
    best_at_start = min(completed[:N_STARTUP], key=lambda trial: trial.value)
    best = study.best_trial
    print(f"\nBest network, trial {best.number} of {len(completed)}:\n")
    print(get_architecture(best, "net"), "\n")
    print(*(f"{name} {value:.3g}" for name, value in best.params.items()), "\n")
    print(f"{'':32}{'validation loss':>17}{'validation acc.':>17}{'test acc.':>11}")
    for name, trial in (
        (f"best of the {N_STARTUP} start-up trials", best_at_start),
        ("best of the search", best),
    ):
        valid, test = (trial.user_attrs[f"{part} accuracy"] for part in ("validation", "test"))
        print(f"{name:32}{trial.value:17.4f}{valid:17.1%}{test:11.1%}")
    print("\nThe study is in quick_start.db; run the script again to go on with it.")


if __name__ == "__main__":
    main()
