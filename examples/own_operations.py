"""Search for networks of your own layers and built-in ones, for handwritten digits.

    pip install -c constraints.txt ".[examples]"
    python examples/own_operations.py

An operation says how its layers are built, how much they compute (their mass), and what they do
to an image; mislabel costs say how different two operations are. From these the search derives its
distance between networks and its edits.
"""

from __future__ import annotations

import argparse
from statistics import mean

import numpy as np
import optuna
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import best_architecture
from optuna_nasbot import build_module
from optuna_nasbot import lsuv_init_
from optuna_nasbot import suggest_architecture

N_TRAININGS = 2  # with different seeds, since a single one depends a lot on chance


class Separable(nn.Sequential):
    """A 3x3 filter for each channel separately, then a mixture of the channels."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_in, 3, stride, 1, groups=channels_in, bias=False),
            nn.Conv2d(channels_in, channels_out, 1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
        )


class Dilated(nn.Sequential):
    """A 3x3 filter on every second pixel, which sees as far as a 5x5 filter."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_out, 3, stride, padding=2, dilation=2, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
        )


class Attention(nn.Module):
    """Every pixel attends to all others; the result is added to it."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels_in)
        self.attention = nn.MultiheadAttention(channels_in, num_heads=1, batch_first=True)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pixels = self.norm(image.flatten(2).transpose(1, 2))
        found, _ = self.attention(pixels, pixels, pixels, need_weights=False)
        return image + found.transpose(1, 2).reshape(image.shape)


def attention_mass(channels_in: int, units: int) -> float:
    """Four products with square matrices, for queries, keys, values and outputs."""
    return 4.0 * channels_in**2


SPACE = GraphSpace(
    kind="digits",
    operations=[
        Operation("separable", group="conv", strides=(1, 2), module=Separable),
        Operation("dilated", group="conv", strides=(1, 2), module=Dilated),
        Operation("attention", mass=attention_mass, has_units=False, module=Attention),
        *("conv3", "max-pool", "fc"),
    ],
    mislabel={("separable", "conv3"): 0.2, ("dilated", "conv3"): 0.2},
    task="classification",
    image_size=8,
    max_layers=14,
    max_units=24,
)


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


def train(architecture: Architecture, seed: int, *, epochs: int = 10) -> nn.Module:
    """Train a network with AdamW on a cosine schedule."""
    torch.manual_seed(seed)
    model = build_module(architecture, in_channels=1, out_features=10)
    lsuv_init_(model, x_train)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for _ in range(epochs):
        for rows in torch.randperm(len(x_train)).split(50):
            loss = nn.functional.cross_entropy(model(x_train[rows]), y_train[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return model.eval()


def objective(trial: optuna.Trial) -> float:
    architecture = suggest_architecture(trial, "net", SPACE)
    models = [train(architecture, seed) for seed in range(N_TRAININGS)]
    with torch.no_grad():
        return mean(nn.functional.cross_entropy(m(x_valid), y_valid).item() for m in models)


@torch.no_grad()
def accuracy(model: nn.Module) -> float:
    return (model(x_test).argmax(dim=1) == y_test).double().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=25, help="by default 25")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # more threads don't help such small networks

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=NASBOTSampler(seed=0))
    study.optimize(objective, n_trials=arguments.trials, show_progress_bar=True)

    architecture = best_architecture(study, "net")
    print(f"\nBest network, trial {study.best_trial.number} of {arguments.trials}:\n")
    print(architecture, "\n")
    accuracies = [accuracy(train(architecture, seed)) for seed in range(N_TRAININGS)]
    print(f"Validation loss {study.best_value:.4f}, test accuracy {mean(accuracies):.1%}")


if __name__ == "__main__":
    main()
