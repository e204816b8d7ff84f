"""What a network is worth: trained in another process, and never trained twice."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import real_sets
from evaluation_cache import Cache
from evaluation_cache import Training
from evaluation_process import ProcessDiedError
from evaluation_process import SeparateProcess
from real_tasks import TASKS
from real_tasks import WIDTH
from training import Errors
from training import Recipe
from training import train

from optuna_nasbot import Architecture

_N_RETRAININGS = 3


class Trainer:
    """Trains networks.

    Args:
        data: The folder of the data sets.
        cache: The file with the trainings that are done.
    """

    def __init__(self, data: Path, cache: Path) -> None:
        self._data = data
        self._cache = Cache(cache)
        self._process = SeparateProcess()

    def __call__(self, training: Training) -> Errors:
        """The errors of a training, with its failure if it diverged, crashed or took too long."""
        errors = self._cache.get(training)
        if errors is None:
            errors = self._trained(training)
            self._cache.put(training, errors)
        return errors

    def _trained(self, training: Training) -> Errors:
        limit = TASKS[training.dataset].cpu_seconds if training.is_limited else None
        try:
            errors = self._process.call(limit, do_training, training, self._data)
        except ProcessDiedError as error:
            return Errors(math.nan, math.nan, failure=str(error))
        is_finite = math.isfinite(errors.valid) and math.isfinite(errors.test)
        return errors if is_finite else replace(errors, failure="diverged")


def train_all(
    trainings: Iterable[Training], data: Path, cache: Path, n_processes: int
) -> dict[Training, Errors]:
    """The errors of many trainings, of which several are done at once."""
    trainings = list(trainings)
    missing = [training for training in trainings if Cache(cache).get(training) is None]

    def train_part(part: list[Training]) -> None:
        trainer = Trainer(data, cache)
        for training in part:
            trainer(training)

    # A thread for each process of a trainer.
    with ThreadPoolExecutor(n_processes) as executor:
        parts = [missing[start::n_processes] for start in range(n_processes)]
        list(executor.map(train_part, parts))
    trainer = Trainer(data, cache)
    return {training: trainer(training) for training in trainings}


def evaluate(network: Architecture, dataset: str, search_seed: int, trainer: Trainer) -> float:
    """The mean validation loss of a network, the same whenever a search seed asks for it."""
    task = TASKS[dataset]
    trainings = trainings_of_search(network, dataset, search_seed)
    return float(np.mean([task.loss(trainer(training).valid) for training in trainings]))


def training_with(
    network: Architecture, dataset: str, search_seed: int, parameters: Mapping[str, Any]
) -> Training:
    """The training that a search with a seed sees of a network with parameters."""
    [seed] = _seeds(f"search {search_seed} {sorted(parameters.items())}", network, 1)
    return Training(dataset, network, seed, width=1.0, **parameters)


def trainings_of_search(network: Architecture, dataset: str, search_seed: int) -> list[Training]:
    """The trainings whose mean a search with a seed sees."""
    seeds = _seeds(f"search {search_seed}", network, TASKS[dataset].n_trainings)
    return [Training(dataset, network, seed, WIDTH) for seed in seeds]


def retrainings(
    network: Architecture, dataset: str, width: float = WIDTH, lr: float = 0.0
) -> list[Training]:
    """The trainings by which a network is judged in the end, which no search has seen.

    They may take as long as they need.
    """
    seeds = _seeds("test", network, _N_RETRAININGS)
    return [Training(dataset, network, seed, width, lr, is_limited=False) for seed in seeds]


def _seeds(purpose: str, network: Architecture, n_seeds: int) -> list[int]:
    texts = [f"{purpose} {network.canonical_hash()} {index}" for index in range(n_seeds)]
    digests = [hashlib.blake2b(text.encode(), digest_size=7).digest() for text in texts]
    return [int.from_bytes(digest, "big") for digest in digests]


def do_training(training: Training, data: Path) -> Errors:
    """Do a training in this process."""
    network = _scaled(training.network, training.width)
    return train(network, _loaded(training.dataset, data), _recipe(training), training.seed)


def _recipe(training: Training) -> Recipe:
    recipe = TASKS[training.dataset].recipe
    if training.batch:
        return recipe.tuned(
            lr=training.lr,
            weight_decay=training.weight_decay,
            dropout=training.dropout,
            batch=training.batch,
        )
    return replace(recipe, peak_lr=lambda depth: training.lr) if training.lr else recipe


def _scaled(network: Architecture, width: float) -> Architecture:
    """The network with a share of its units."""
    layers = tuple(
        layer if layer.units is None else replace(layer, units=max(1, round(width * layer.units)))
        for layer in network.layers
    )
    return replace(network, layers=layers)


_loaded = lru_cache(maxsize=1)(real_sets.load)
