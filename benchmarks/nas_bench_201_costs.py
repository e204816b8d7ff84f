"""NAS-Bench-201: the errors of cells beside what they cost, and searches for both.

Costs are the latency and the parameters that NAS-Bench-201 tells, and the latency and energy on
devices of HW-NAS-Bench (Li et al., 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import optuna
from methods import METHODS
from nas_bench_201 import edge_name
from nas_bench_201 import flattened
from nas_bench_201 import flattened_params
from nas_bench_201 import random_start
from nas_bench_201_table import EDGES
from nas_bench_201_table import OPERATIONS
from nas_bench_201_table import SPACE
from nas_bench_201_table import by_operations
from nas_bench_201_table import position
from numpy.typing import NDArray
from optuna.samplers import BaseSampler

from optuna_nasbot import Architecture
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.wrapped import ChoosesArchitectures

PAIRS = (
    "cifar10-latency",
    "cifar100-latency",
    "imagenet16_120-latency",
    "cifar10-params",
    "imagenet16_120-params",
    "cifar10-edgegpu_energy",
    "imagenet16_120-edgegpu_latency",
    "cifar100-raspi4_latency",
    "imagenet16_120-pixel3_latency",
    "cifar100-fpga_latency",
)
"""A data set and a cost each, chosen before any of them but two was searched."""
_OF_NAS_BENCH = {"latency": "latency_s", "params": "params_M"}
KNOWN = "nasbot/known"
"""NASBOT that is told the costs of all cells beforehand."""
_NAME = "net"


@dataclass(frozen=True)
class Cells:
    """The cells of a pair, by the positions of the operations on their edges.

    Args:
        errors: Validation errors in per cent, mean over training seeds, 200 epochs.
        costs: What the cells cost.
    """

    errors: NDArray[np.float64]
    costs: NDArray[np.float64]

    def place(self, network: Architecture) -> tuple[int, ...]:
        """Where a network stands in the arrays."""
        return position(SPACE.edges_of_network(network))

    def cost(self, network: Architecture) -> float:
        """What a network costs."""
        return float(self.costs[self.place(network)])


@lru_cache
def cells(pair: str, data: Path) -> Cells:
    """The cells of one of `PAIRS`; `data` is the folder with both tables."""
    dataset, cost = pair.split("-")
    accuracies = by_operations(f"{dataset}_val200", data / "nb201.npz")
    if cost in _OF_NAS_BENCH:
        costs = by_operations(f"{dataset}_{_OF_NAS_BENCH[cost]}", data / "nb201.npz")
    else:
        costs = by_operations(f"{dataset}_{cost}", data / "nb201_hardware.npz")
    return Cells(100.0 - accuracies, costs)


@lru_cache
def is_cell_of_space() -> NDArray[np.bool_]:
    """Which cells have a way from their input to their output."""
    shape = (len(OPERATIONS),) * len(EDGES)
    found = np.zeros(shape, dtype=bool)
    for place in np.ndindex(shape):
        kept = {edge: OPERATIONS[o] for edge, o in zip(EDGES, place, strict=True) if o}
        found[place] = SPACE.network_of_edges(kept) is not None
    return found


def tried(
    method: str, seed: int, n_trials: int, each: Cells, limit: float | None = None
) -> list[tuple[int, ...]]:
    """The cells that a search tries, the ten random ones that all begin with first.

    Args:
        method: One of `METHODS`, or `KNOWN`.
        seed: The seed of the search and of its start.
        n_trials: How many evaluations.
        each: The cells.
        limit: Up to what the cost may be; None to minimise it as a second objective.
    """
    sampler = _sampler(method, seed, each, limit)
    chooses_networks = isinstance(sampler, ChoosesArchitectures)
    directions = ["minimize"] * (1 if limit is not None else 2)
    study = optuna.create_study(directions=directions, sampler=sampler)
    for network in random_start(seed):
        if chooses_networks:
            enqueue_architecture(study, {_NAME: network})
        else:
            study.enqueue_trial(flattened_params(network))
    places: list[tuple[int, ...]] = []

    def objective(trial: optuna.Trial) -> float | Sequence[float]:
        if chooses_networks:
            place = each.place(suggest_architecture(trial, _NAME, SPACE))
        else:
            flattened(trial)
            place = tuple(OPERATIONS.index(trial.params[edge_name(edge)]) for edge in EDGES)
        places.append(place)
        error, cost = float(each.errors[place]), float(each.costs[place])
        if limit is None:
            return error, cost
        trial.set_constraint("cost", cost - limit)
        return error

    study.optimize(objective, n_trials)
    return places


def _sampler(method: str, seed: int, each: Cells, limit: float | None) -> BaseSampler:
    if method != KNOWN:
        return METHODS[method](seed)
    if limit is None:
        return NASBOTSampler(seed=seed, known={1: each.cost})
    return NASBOTSampler(seed=seed, known={"cost": lambda network: each.cost(network) - limit})
