"""Search for networks for handwritten digits that are accurate, and small or cheap.

    pip install -c constraints.txt ".[examples,fast,visualization]"
    python examples/accuracy_and_size.py
    python examples/accuracy_and_size.py --max-multiply-adds 40000

Without an option there are two objectives, the validation loss and the number of parameters. The
sampler is told how to count parameters, so it need not learn that. The front is drawn in
accuracy_and_size.html: hover over a point to see its network. With `--max-multiply-adds` the loss
is the only objective, and all networks of the space are within the limit. Data and training are
those of quick_start.py, except that each network is trained only once.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from math import log10

import optuna
import torch
from quick_start import SPACE
from quick_start import accuracy
from quick_start import train
from quick_start import x_test
from quick_start import x_valid
from quick_start import y_test
from quick_start import y_valid

from optuna_nasbot import Architecture
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import get_architecture
from optuna_nasbot import network_cost
from optuna_nasbot import suggest_architecture
from optuna_nasbot.visualization import plot_pareto_front

SIZES = {"inputs": 1, "outputs": 10, "image_size": 8}


def size(architecture: Architecture) -> float:
    return log10(network_cost(architecture, **SIZES).parameters)


def validation_loss(trial: optuna.Trial, architecture: Architecture) -> float:
    lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    model = train(architecture, lr, seed=0)
    with torch.no_grad():
        output = model(x_valid)
        trial.set_user_attr("test accuracy", accuracy(model(x_test), y_test))
    trial.set_user_attr("validation accuracy", accuracy(output, y_valid))
    return torch.nn.functional.cross_entropy(output, y_valid).item()


def search_front(n_trials: int) -> optuna.Study:
    def objective(trial: optuna.Trial) -> tuple[float, float]:
        architecture = suggest_architecture(trial, "net", SPACE)
        return validation_loss(trial, architecture), size(architecture)

    sampler = NASBOTSampler(seed=0, known={1: size})
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    study.set_metric_names(["validation loss", "log10 of parameters"])
    study.optimize(objective, n_trials, show_progress_bar=True)
    plot_pareto_front(study, "net").write_html("accuracy_and_size.html")
    return study


def search_within(max_multiply_adds: int, n_trials: int) -> optuna.Study:
    space = replace(SPACE, max_multiply_adds=max_multiply_adds, inputs=1, outputs=10)

    def objective(trial: optuna.Trial) -> float:
        return validation_loss(trial, suggest_architecture(trial, "net", space))

    study = optuna.create_study(sampler=NASBOTSampler(seed=0))
    study.optimize(objective, n_trials, show_progress_bar=True)
    return study


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=40, help="by default 40")
    parser.add_argument("--max-multiply-adds", type=int, metavar="N", help="a limit on the cost")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # more threads don't help such small networks

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if arguments.max_multiply_adds is None:
        best = search_front(arguments.trials).best_trials
        best.sort(key=lambda trial: trial.values[1])
    else:
        best = [search_within(arguments.max_multiply_adds, arguments.trials).best_trial]
    print(f"\n{'trial':>5}{'parameters':>12}{'multiply-adds':>15}{'validation':>12}{'test':>8}")
    for trial in best:
        cost = network_cost(get_architecture(trial, "net"), **SIZES)
        valid, test = (trial.user_attrs[f"{part} accuracy"] for part in ("validation", "test"))
        print(
            f"{trial.number:5}{cost.parameters:12,}{cost.multiply_adds:15,}{valid:12.1%}{test:8.1%}"
        )


if __name__ == "__main__":
    main()
