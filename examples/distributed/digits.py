"""What all workers do: train a convolutional network on handwritten digits."""

from __future__ import annotations

import numpy as np
import optuna
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from optuna_nasbot import CNNSpace
from optuna_nasbot import build_module
from optuna_nasbot import lsuv_init_
from optuna_nasbot import suggest_architecture

SPACE = CNNSpace(image_size=8, max_layers=14, max_units=24)
N_EPOCHS = 10


def load_images() -> list[torch.Tensor]:
    """300 of scikit-learn's digits for training and 700 for validation."""
    digits = load_digits()
    images = (digits.images[:, None] / 16.0).astype(np.float32)
    train, valid, y_train, y_valid = train_test_split(
        images, digits.target, train_size=300, test_size=700, random_state=0
    )
    return [torch.tensor(part) for part in (train, y_train, valid, y_valid)]


def objective(trial: optuna.Trial) -> float:
    """Validation loss of the network that the sampler suggests."""
    architecture = suggest_architecture(trial, "net", SPACE)
    lr = trial.suggest_float("lr", 1e-3, 2e-2, log=True)
    x_train, y_train, x_valid, y_valid = load_images()
    torch.set_num_threads(1)  # leaves the other cores to the other workers
    torch.manual_seed(0)
    model = build_module(architecture, in_channels=1, out_features=10)
    lsuv_init_(model, x_train)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=N_EPOCHS)
    for epoch in range(N_EPOCHS):
        model.train()
        for rows in torch.randperm(len(x_train)).split(50):
            loss = torch.nn.functional.cross_entropy(model(x_train[rows]), y_train[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        with torch.no_grad():
            output = model.eval()(x_valid)
        valid_loss = torch.nn.functional.cross_entropy(output, y_valid).item()
        trial.report(valid_loss, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned()
    accuracy = (output.argmax(dim=1) == y_valid).double().mean().item()
    trial.set_user_attr("validation accuracy", accuracy)
    return valid_loss
