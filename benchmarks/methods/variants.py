"""NASBOTSampler with one part changed, to see what each part brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from optuna.samplers import BaseSampler

from methods.joint_forms import JOINT_FORMS
from methods.trends import TRENDS
from optuna_nasbot import NASBOTSampler
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernels import JointKernel
from optuna_nasbot.gp.kernels import KernelName
from optuna_nasbot.gp.kernels import MakeKernel
from optuna_nasbot.gp.kernels import ViewOf
from optuna_nasbot.gp.kernels import graph_kernel
from optuna_nasbot.gp.kernels import joint_kernel
from optuna_nasbot.gp.kernels import sum_of
from optuna_nasbot.gp.targets import Transform
from optuna_nasbot.gp.views.network_view import d
from optuna_nasbot.gp.views.network_view import d_bar_squared
from optuna_nasbot.gp.views.network_view import neighbourhoods
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.gp.warping import warp
from optuna_nasbot.search.maximiser import SearchBudget

_BUDGET = SearchBudget()


class Variant(NASBOTSampler):
    """NASBOTSampler with some parts replaced.

    Args:
        seed: As of NASBOTSampler.
        kernel: As of NASBOTSampler.
        transform: Maps values to targets.
        budget: The number of networks that the search looks at.
        joint: Joins the kernel of the networks with the ordinary parameters.
    """

    def __init__(
        self,
        *,
        seed: int,
        kernel: KernelName | MakeKernel = "default",
        transform: Transform = warp,
        budget: SearchBudget = _BUDGET,
        joint: JointKernel = joint_kernel,
    ) -> None:
        self._joint_kernel = joint  # before it is used
        super().__init__(seed=seed, kernel=kernel)
        self._transform = transform
        self._budget = budget


def _kernel(*views_of: ViewOf) -> MakeKernel:
    """A kernel with a term for each of these views of the networks."""
    return partial(sum_of, views_of=views_of)


def _two_of_d(name: str, distances: NetworkDistances) -> View:
    """d at the second and the fourth structural coefficient."""
    return replace(d(name, distances), chosen=slice(1, 4, 2))


def _two_of_d_bar_squared(name: str, distances: NetworkDistances) -> View:
    """The square of d-bar at the second and the fourth structural coefficient."""
    return replace(d_bar_squared(name, distances), chosen=slice(5, 8, 2))


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


def _with_budget(seed: int, **changes: int) -> BaseSampler:
    return Variant(seed=seed, budget=replace(_BUDGET, **changes))


def _with_form(seed: int, joint: JointKernel) -> BaseSampler:
    return Variant(seed=seed, joint=joint)


def _with_kernel(seed: int, kernel: KernelName | MakeKernel) -> BaseSampler:
    return Variant(seed=seed, kernel=kernel)


KERNELS: dict[str, KernelName | MakeKernel] = {
    "no-trend": graph_kernel,
    **TRENDS,
    "paper-kernel": "paper",
    "lp-only": _kernel(d),
    "lp-wl": _kernel(d, neighbourhoods),
    "wl-only": _kernel(neighbourhoods),
    "two-coefficients": _kernel(_two_of_d, _two_of_d_bar_squared, neighbourhoods),
}
"""Kernels by name. All but those of `TRENDS` have no trend."""

VARIANTS: dict[str, Callable[[int], BaseSampler]] = {
    **{f"nasbot/{name}": partial(_with_kernel, kernel=kernel) for name, kernel in KERNELS.items()},
    **{f"nasbot/{name}": partial(_with_form, joint=joint) for name, joint in JOINT_FORMS.items()},
    "nasbot/standardised": lambda seed: Variant(seed=seed, transform=standardised),
    "nasbot/half-ranked": lambda seed: Variant(seed=seed, transform=half_ranked),
    "nasbot/no-neighbours": partial(_with_budget, n_incumbents=0, n_children=140),
    "nasbot/no-generations": partial(_with_budget, n_generations=0, n_children=80),
    "nasbot/neighbours-only": partial(
        _with_budget, n_children=0, n_generations=0, max_neighbours=36
    ),
    "nasbot/more-neighbours": partial(_with_budget, max_neighbours=60),
    "nasbot/more-children": partial(_with_budget, n_children=140),
    "nasbot/more-generations": partial(_with_budget, n_generations=4),
    "nasbot/wider-generations": partial(_with_budget, generation_size=100),
    "nasbot/three-times": partial(
        _with_budget, max_neighbours=60, n_children=120, generation_size=60
    ),
    "nasbot/notes": partial(
        _with_budget, max_neighbours=300, n_children=150, n_generations=3, generation_size=100
    ),
}
"""Samplers by name, each made from a seed."""
