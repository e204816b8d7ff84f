"""How networks are trained: a fixed number of steps, one thread, the same result every time."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from functools import partial

import torch
from real_sets import N_CLASSES
from real_sets import DataSet
from real_sets import Rows
from torch import fx
from torch import nn

from optuna_nasbot import Architecture
from optuna_nasbot import build_module
from optuna_nasbot import lsuv_init_

_LSUV_ROWS = 512
_CHUNK = 1024

ClassError = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(logarithms of probabilities, classes) -> error."""


def wrong_classes(outputs: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """The share of rows whose most probable class is wrong."""
    return (outputs.argmax(dim=1) != classes).double().mean()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A way to train: linear warm-up, then a cosine down to 0.

    Args:
        optimizer: Makes the optimiser of some parameters.
        peak_lr: The highest learning rate, by depth.
        steps: Number of steps.
        batch: Rows a step.
        warm_up: Share of the steps in which the learning rate rises.
        max_gradient_norm: Longer gradients are shortened to this.
        checks: How often the network is judged, the last time at the end; the best one counts.
        dropout: The share of the outputs of hidden layers that is dropped.
        class_error: What classifiers are judged by.
    """

    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
    peak_lr: Callable[[int], float]
    steps: int = 500
    batch: int
    warm_up: float
    max_gradient_norm: float = math.inf
    checks: int = 1
    dropout: float = 0.0
    class_error: ClassError = wrong_classes

    def lr(self, step: int, depth: int) -> float:
        """The learning rate of a step (0, 1, ...) of a network of some depth."""
        done = (step + 1) / (self.steps + 1)
        rising = done / self.warm_up
        falling = (1 + math.cos(math.pi * (done - self.warm_up) / (1 - self.warm_up))) / 2
        return self.peak_lr(depth) * min(rising, falling if rising > 1 else 1.0)

    def tuned(self, *, lr: float, weight_decay: float, dropout: float, batch: int) -> Recipe:
        """The recipe with other parameters. As many rows are seen, in other batches."""
        return replace(
            self,
            optimizer=partial(self.optimizer, weight_decay=weight_decay),
            peak_lr=lambda depth: lr,
            steps=self.steps * self.batch // batch,
            batch=batch,
            dropout=dropout,
        )


def _lr_by_depth(depth: int) -> float:
    return min(1e-2, 0.03 / depth)


MLP = Recipe(
    optimizer=partial(torch.optim.AdamW, weight_decay=0.0, fused=True),
    peak_lr=_lr_by_depth,
    batch=256,
    warm_up=0.05,
    max_gradient_norm=1.0,
)
# With many features and much noise networks need decay; elsewhere it only hurts.
DECAYED_MLP = replace(MLP, optimizer=partial(torch.optim.AdamW, weight_decay=0.3, fused=True))
# Few rows, which are soon learned by heart.
NEWS = replace(DECAYED_MLP, steps=150, checks=5)
_SGD = partial(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
CNN = Recipe(optimizer=_SGD, peak_lr=lambda depth: 0.1, batch=128, warm_up=0.1)
# Few rows, too, of which each is seen often; what is searched beside the network says the rest.
TUNED_PROTEIN = replace(MLP, steps=320, batch=32)
TUNED_DIGITS = replace(MLP, steps=300, batch=32, class_error=nn.functional.nll_loss)


@dataclass(frozen=True)
class Errors:
    """Mean squared errors, or those of classes, of a trained network.

    Attributes:
        valid: On validation rows.
        test: On test rows.
        failure: Why the training failed; empty if it did not.
    """

    valid: float
    test: float
    failure: str = ""


def train(network: Architecture, data: DataSet, recipe: Recipe, seed: int) -> Errors:
    """Train a network as it is and judge it.

    Args:
        network: The network, an MLP or a CNN for classification.
        data: The rows.
        recipe: How to train.
        seed: Seed of everything that is random.

    Returns:
        Its errors, not finite if the training diverged.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(seed)
    module = _built(network, data, recipe.dropout)
    lsuv_init_(module, data.train.inputs[:_LSUV_ROWS])
    optimizer = recipe.optimizer(module.parameters())
    batches = _batches(len(data.train.inputs), recipe)
    checked, depth = [], hidden_depth(network)
    for step, rows in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = recipe.lr(step, depth)
        _gradient(module, _augmented(data.train.inputs[rows]), data.train.targets[rows])
        nn.utils.clip_grad_norm_(module.parameters(), recipe.max_gradient_norm)
        optimizer.step()
        optimizer.zero_grad()
        if (step + 1) % (recipe.steps // recipe.checks) == 0:
            parts = (data.valid, data.test)
            checked.append(Errors(*(_error(module, rows, recipe) for rows in parts)))
    return min(checked, key=lambda errors: errors.valid)


def hidden_depth(network: Architecture) -> int:
    """How many layers there are on the longest path, without input, decision and output."""
    outside = {"ip", network.operations.decision, "op"}
    depths: list[int] = []
    for layer, parents in zip(network.layers, network.parents, strict=True):
        before = max((depths[parent] for parent in parents), default=0)
        depths.append(before + (layer.label not in outside))
    return depths[-1]


def _built(network: Architecture, data: DataSet, dropout: float) -> fx.GraphModule:
    rows = data.train
    width = "in_channels" if network.operations.is_image else "in_features"
    outputs = N_CLASSES if rows.targets.ndim == 1 else rows.targets.shape[1]
    inputs = {width: rows.inputs.shape[1]}
    return build_module(network, **inputs, out_features=outputs, dropout=dropout)


def _batches(n_rows: int, recipe: Recipe) -> tuple[torch.Tensor, ...]:
    """The rows of each step: all rows in a random order, then again in another one."""
    needed = recipe.steps * recipe.batch
    epochs = [torch.randperm(n_rows) for _ in range(math.ceil(needed / n_rows))]
    return torch.cat(epochs)[:needed].split(recipe.batch)


def _augmented(inputs: torch.Tensor) -> torch.Tensor:
    """Images with half of them mirrored; features as they are."""
    if inputs.ndim == 2:
        return inputs
    is_mirrored = torch.rand(len(inputs), 1, 1, 1) < 0.5
    return torch.where(is_mirrored, inputs.flip(-1), inputs)


def _gradient(module: nn.Module, inputs: torch.Tensor, targets: torch.Tensor) -> None:
    outputs = module(inputs)
    if targets.ndim == 2:
        nn.functional.mse_loss(outputs, targets).backward()
    else:
        nn.functional.nll_loss(outputs, targets).backward()


@torch.no_grad()
def _error(module: nn.Module, rows: Rows, recipe: Recipe) -> float:
    module.eval()
    outputs = torch.cat([module(chunk) for chunk in rows.inputs.split(_CHUNK)])
    module.train()
    if rows.targets.ndim == 2:
        return float(nn.functional.mse_loss(outputs, rows.targets))
    return float(recipe.class_error(outputs, rows.targets))
