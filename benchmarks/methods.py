"""The searches that the benchmarks compare, each an Optuna sampler made from a seed."""

from __future__ import annotations

from collections.abc import Callable

from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import Trial

from optuna_nasbot import Architecture
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import NASBOTSampler
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.evolution import edited
from optuna_nasbot.spaces import ArchitectureSpace


class RandomEditsSampler(ArchitectureSampler):
    """One to five random edits of a random network of the initial pool, whatever was observed."""

    def __init__(self, *, seed: int) -> None:
        super().__init__(seed=seed, independent_sampler=None)

    def sample_architecture(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        rng = self.trial_rng(trial.number, name)
        pool = space.initial_pool
        return edited(pool[int(rng.integers(len(pool)))], space, rng)


METHODS: dict[str, Callable[[int], BaseSampler]] = {
    "nasbot": lambda seed: NASBOTSampler(seed=seed),
    "nasbot-ucb": lambda seed: NASBOTSampler(seed=seed, acquisition="ucb"),
    "nasbot-ts": lambda seed: NASBOTSampler(seed=seed, acquisition="ts"),
    "evolution": lambda seed: EvolutionSampler(seed=seed),
    "random": lambda seed: RandomEditsSampler(seed=seed),
}
