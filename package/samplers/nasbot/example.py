"""Search for a network that learns a function of two numbers, together with its learning rate."""

from __future__ import annotations

import optuna
import optunahub
import torch

nasbot = optunahub.load_module(package="samplers/nasbot")

SPACE = nasbot.MLPSpace(max_layers=10, max_units=64)


def examples(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points in the square from -2 to 2, shape (n, 2), and a wave at each, shape (n, 1)."""
    x = torch.rand(n, 2, generator=torch.Generator().manual_seed(seed)) * 4 - 2
    return x, torch.sin(3 * x[:, :1]) * x[:, 1:]


def objective(trial: optuna.Trial) -> float:
    """Train the network of a trial and return its error on other points."""
    network = nasbot.suggest_architecture(trial, "network", SPACE)
    lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    torch.manual_seed(0)
    model = nasbot.build_module(network, in_features=2, out_features=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    x, y = examples(400, seed=1)
    for _ in range(20):
        for rows in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
    x, y = examples(400, seed=2)
    with torch.no_grad():
        return torch.nn.functional.mse_loss(model.eval()(x), y).item()


if __name__ == "__main__":
    torch.set_num_threads(1)  # more only slow such small networks down
    study = optuna.create_study(sampler=nasbot.NASBOTSampler(seed=0))
    study.optimize(objective, n_trials=30)
    print(f"Error {study.best_value:.4f} with lr {study.best_params['lr']:.4f} and the network")
    print(nasbot.best_architecture(study, "network"))
