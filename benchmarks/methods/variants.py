"""NASBOTSampler with one part changed, to see what each part brings."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import Trial

from optuna_nasbot import Architecture
from optuna_nasbot import NASBOTSampler
from optuna_nasbot.distance.scaled import Distances
from optuna_nasbot.search.maximiser import SearchBudget
from optuna_nasbot.search.maximiser import maximise
from optuna_nasbot.spaces import ArchitectureSpace

_SURROGATE = "optuna_nasbot.gp.surrogate"
_DEFAULT = SearchBudget()

Terms = tuple[NDArray[np.float64], ...]


class Variant(NASBOTSampler):
    """A sampler that replaces functions of the package while it chooses a network.

    Args:
        seed: As of NASBOTSampler.
        changes: Replacements by the dotted name of what they replace.
    """

    def __init__(self, *, seed: int, changes: Mapping[str, Any]) -> None:
        super().__init__(seed=seed)
        self._changes = changes

    def sample_architecture(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        with ExitStack() as stack:
            for target, replacement in self._changes.items():
                stack.enter_context(patch(target, replacement))
            return super().sample_architecture(study, trial, name, space)


def _budget(**changes: int) -> dict[str, Any]:
    budget = SearchBudget(**{**vars(_DEFAULT), **changes})
    return {"optuna_nasbot.sampler.maximise": partial(maximise, budget=budget)}


def _terms(choose: Callable[[Distances], Terms]) -> dict[str, Any]:
    return {f"{_SURROGATE}.kernel_terms": choose}


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with mean 0 and variance 1."""
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))


def half_ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of which the worse half is replaced by normal scores of its ranks, standardised."""
    from scipy.special import ndtri

    median = np.median(values)
    better = values[values >= median] - median
    scale = np.sqrt(np.mean(np.square(better)))
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    scores = median + scale * ndtri((ranks + 0.5) / len(values))
    return standardised(np.where(values < median, scores, values))


_CHANGES: dict[str, dict[str, Any]] = {
    "paper-kernel": _terms(lambda d: (d.lp, np.square(d.emd))),
    "lp-only": _terms(lambda d: (d.lp,)),
    "lp-wl": _terms(lambda d: (d.lp, d.wl)),
    "wl-only": _terms(lambda d: (d.wl,)),
    "two-coefficients": _terms(lambda d: (d.lp[[1, 3]], np.square(d.emd[[1, 3]]), d.wl)),
    "standardised": {f"{_SURROGATE}.warp": standardised},
    "half-ranked": {f"{_SURROGATE}.warp": half_ranked},
    "no-neighbours": _budget(n_incumbents=0, n_children=140),
    "no-generations": _budget(n_generations=0, n_children=80),
    "neighbours-only": _budget(n_children=0, n_generations=0, max_neighbours=36),
    "more-neighbours": _budget(max_neighbours=60),
    "more-children": _budget(n_children=140),
    "more-generations": _budget(n_generations=4),
    "wider-generations": _budget(generation_size=100),
    "three-times": _budget(max_neighbours=60, n_children=120, generation_size=60),
    "notes": _budget(max_neighbours=300, n_children=150, n_generations=3, generation_size=100),
}


def _variant(name: str) -> Callable[[int], BaseSampler]:
    return lambda seed: Variant(seed=seed, changes=_CHANGES[name])


VARIANTS = {f"nasbot/{name}": _variant(name) for name in _CHANGES}
"""Samplers by name, each made from a seed."""
