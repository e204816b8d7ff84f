"""The searches that the benchmarks compare, each an Optuna sampler made from a seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from optuna.samplers import BaseSampler
from optuna.samplers import GPSampler
from optuna.samplers import NSGAIISampler
from optuna.samplers import RandomSampler
from optuna.samplers import TPESampler
from optuna.study import Study

from methods.counts import counts_kernel
from methods.local_search import LocalSearch
from methods.random_networks import random_network
from methods.regularised_evolution import regularised_evolution
from methods.rule import RuleSampler
from methods.variants import VARIANTS
from optuna_nasbot import Architecture
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture

_POPULATION = 20
"""That of NSGA-II: with its default of 50, 150 evaluations would be three generations."""

METHODS: dict[str, Callable[[int], BaseSampler]] = {
    "nasbot": lambda seed: NASBOTSampler(seed=seed),
    # Networks apart from the ordinary parameters beside them.
    "nasbot/separate": lambda seed: NASBOTSampler(
        seed=seed, parameter_sampler=TPESampler(seed=seed)
    ),
    "nasbot-ucb": lambda seed: NASBOTSampler(seed=seed, acquisition="ucb"),
    "nasbot-ts": lambda seed: NASBOTSampler(seed=seed, acquisition="ts"),
    "nasbot-without-failures": lambda seed: NASBOTSampler(seed=seed, learn_from_failures=False),
    "evolution": lambda seed: EvolutionSampler(seed=seed),
    "random": lambda seed: RuleSampler(lambda _, *rest: random_network(*rest), seed=seed),
    "local-search": lambda seed: RuleSampler(LocalSearch(), seed=seed),
    "counts": lambda seed: NASBOTSampler(seed=seed, kernel=counts_kernel),
    "regularised-evolution": lambda seed: RuleSampler(regularised_evolution, seed=seed),
    # These know nothing of networks: they search the parameters of a flattened space.
    "tpe": lambda seed: TPESampler(seed=seed),
    "gp": lambda seed: GPSampler(seed=seed, warn_independent_sampling=False),
    "nsga2": lambda seed: NSGAIISampler(seed=seed, population_size=_POPULATION),
    "uniform": lambda seed: RandomSampler(seed=seed),
    # These two, too: they tune the parameters of a plain network.
    "plain/tpe": lambda seed: TPESampler(seed=seed),
    "plain/gp": lambda seed: GPSampler(seed=seed, warn_independent_sampling=False),
    # The same search, which recommends another network in the end.
    "nasbot/posterior-mean": lambda seed: NASBOTSampler(seed=seed),
    **VARIANTS,
}

RECOMMENDED: dict[str, Callable[[Study, str], Architecture]] = {
    "nasbot/posterior-mean": partial(best_architecture, by="posterior_mean"),
}
"""What a method recommends, given a study and the name of the network: one that was tried, such as
that with the largest posterior mean. Other methods recommend the one with the best value seen."""
