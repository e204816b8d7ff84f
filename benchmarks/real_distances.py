"""Do networks that are close in OTMANN's distance have similar errors?

Correlations over pairs of the networks that searches evaluated, a figure of them, and a test that
asks more: how well the surrogate predicts the loss of each network from all others, beside a
regression on its size and depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from evaluation_log import Evaluation
from numpy.typing import NDArray
from printing import print_table
from scipy.stats import spearmanr
from training import hidden_depth

from optuna_nasbot import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp import warp
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.search.initial_design import network_distances
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.configuration import of_networks

MAX_NETWORKS = 300
_SHOWN_COEFF = 0.25
_N_BINS = 10


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Networks of a data set and what they are worth.

    Attributes:
        networks: n networks, each once.
        losses: Their mean losses over all searches, shape (n,).
        distances: The distance between networks of their space.
    """

    networks: tuple[Architecture, ...]
    losses: NDArray[np.float64]
    distances: NetworkDistances


def evaluated(searches: Sequence[Sequence[Evaluation]], space: ArchitectureSpace) -> Evaluated:
    """The networks of searches, at most 300 of them, drawn at random."""
    losses: dict[str, list[float]] = {}
    networks: dict[str, Architecture] = {}
    for evaluation in (evaluation for search in searches for evaluation in search):
        key = evaluation.network.canonical_hash()
        networks[key] = evaluation.network
        losses.setdefault(key, []).append(evaluation.value)
    chosen = np.random.default_rng(0).permutation(sorted(networks))[:MAX_NETWORKS].tolist()
    return Evaluated(
        tuple(networks[key] for key in chosen),
        np.array([np.mean(losses[key]) for key in chosen]),
        network_distances(space),
    )


def print_correlations(datasets: dict[str, Evaluated]) -> None:
    """Print rank correlations of distances with differences in loss, over all pairs."""
    coeffs = next(iter(datasets.values())).distances.otmann.struct_coeffs
    head = ("dataset", "networks", *(f"d, {c:g}" for c in coeffs))
    head += tuple(f"normalised, {c:g}" for c in coeffs)
    rows = []
    for name, of_dataset in datasets.items():
        networks, distances = of_dataset.networks, of_dataset.distances
        parts = *distances.d(networks, networks), *distances.d_bar(networks, networks)
        gaps = _above_diagonal(_differences(of_dataset.losses))
        correlations = [float(spearmanr(_above_diagonal(part), gaps).statistic) for part in parts]
        rows.append((name, len(of_dataset.networks), *correlations))
    print_table("Rank correlation of OTMANN with the difference in validation loss:", head, rows)


def print_predictions(datasets: dict[str, Evaluated]) -> None:
    """Print the share of the variance of warped losses that is predicted of networks left out."""
    rows = [
        (
            name,
            len(of_dataset.networks),
            _explained(surrogate_residuals(of_dataset), warp(-of_dataset.losses)),
            _explained(size_residuals(of_dataset), warp(-of_dataset.losses)),
        )
        for name, of_dataset in datasets.items()
    ]
    head = ("dataset", "networks", "surrogate", "mass and depth")
    print_table("R² when each network is left out in turn:", head, rows)


def surrogate_residuals(data: Evaluated) -> NDArray[np.float64]:
    """Errors of the surrogate's predictions of each network from the others, shape (n,).

    Hyperparameters are those of all values.
    """
    kernel = default_kernel({"net": data.distances})
    targets = Targets(-data.losses)
    surrogate = SurrogateFitter(kernel).fit(of_networks("net", data.networks), targets)
    return targets.all - surrogate.leave_one_out(targets.all)[0]


def size_residuals(data: Evaluated) -> NDArray[np.float64]:
    """The same of a regression on the log of the total mass, its square, and depth."""
    mass = np.log([total_mass(network) for network in data.networks])
    depth = [hidden_depth(network) for network in data.networks]
    design = np.column_stack([np.ones(len(mass)), mass, mass**2, depth])
    orthogonal, _ = np.linalg.qr(design)
    values = warp(-data.losses)
    residuals = values - orthogonal @ (orthogonal.T @ values)
    return residuals / (1 - np.square(orthogonal).sum(axis=1))


def draw(datasets: dict[str, Evaluated], path: Path) -> None:
    """Draw the difference in loss of all pairs against their distance, and means of tenths."""
    from matplotlib.figure import Figure  # needed for this figure only

    figure = Figure(figsize=(3.2 * len(datasets), 3.2), layout="constrained")
    axes = figure.subplots(1, len(datasets), squeeze=False)[0]
    for axis, (name, of_dataset) in zip(axes, datasets.items(), strict=True):
        index = of_dataset.distances.otmann.struct_coeffs.index(_SHOWN_COEFF)
        found = of_dataset.distances.d_bar(of_dataset.networks, of_dataset.networks)[index]
        distance = _above_diagonal(found)
        gaps = _above_diagonal(_differences(of_dataset.losses))
        tenths = np.array_split(np.argsort(distance), _N_BINS)
        axis.plot(distance, gaps, ".", markersize=1, alpha=0.2, rasterized=True)
        axis.plot(
            [distance[tenth].mean() for tenth in tenths],
            [gaps[tenth].mean() for tenth in tenths],
            "o-",
        )
        axis.set(title=name, xlabel="OTMANN distance, normalised")
    axes[0].set_ylabel("difference in validation loss")
    figure.savefig(path, dpi=150)


def _differences(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(losses[:, None] - losses[None, :])


def _above_diagonal(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return matrix[np.triu_indices(len(matrix), k=1)]


def _explained(residuals: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    return float(1 - np.square(residuals).mean() / values.var())
