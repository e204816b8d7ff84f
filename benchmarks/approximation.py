"""What does the surrogate lose when it keeps a subset of many observations?

A search by evolution leaves 2,000 networks with their values. The surrogate keeps all of them or
an informative subset, and predicts networks that are not among them: one-edit neighbours of the
best five, where a search looks for better ones, and children of good networks in general. Printed
are rank correlations of the predicted means with the true values.

    python benchmarks/approximation.py --seeds 0:5
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from objectives import synthetic_value
from options import seeds
from printing import print_table
from scipy.stats import spearmanr

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.gp import warp
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.search.initial_design import network_distances
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import unseen
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.configuration import of_networks

SPACES: dict[str, ArchitectureSpace] = {
    "mlp": MLPSpace(max_layers=50),
    "cnn": CNNSpace(max_layers=50, max_halvings=50),
}
N_TESTED = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=seeds, default="0:5", metavar="A:B", help="seeds A to B - 1"
    )
    parser.add_argument("--observations", type=int, default=2000)
    parser.add_argument("--kept", type=int, nargs="+", default=[200, 500, 1000, 2000])
    arguments = parser.parse_args()
    print_table(
        f"Rank correlation with {arguments.observations} observations, mean ± standard error",
        ("networks", "kept", "near the best", "children"),
        rows(arguments.seeds, arguments.observations, arguments.kept),
    )


def rows(seeds: range, n: int, kept: list[int]) -> Iterator[tuple[str, int, str, str]]:
    for kind, space in SPACES.items():
        per_seed = np.array([correlations(space, seed, n, kept) for seed in seeds])
        means = per_seed.mean(axis=0)
        errors = per_seed.std(axis=0, ddof=1) / np.sqrt(len(seeds))
        for size, mean, error in zip(kept, means, errors, strict=True):
            near, children = (f"{m:.3f} ± {e:.3f}" for m, e in zip(mean, error, strict=True))
            yield kind, size, near, children


def correlations(
    space: ArchitectureSpace, seed: int, n: int, kept: list[int]
) -> list[tuple[float, float]]:
    """For each size of the subset the two correlations."""
    rng = np.random.default_rng(seed)
    networks, values = search(space, n, rng)
    named = partial(of_networks, "net")
    seen = {each.key for each in named(networks)}
    parents, moves = proposals_of("net", map(Candidate, networks)), NetworkMoves("net", space)
    best = np.argsort(-values)[:5]
    near = [
        neighbour
        for index in best
        for neighbour in moves.neighbours(parents[index], rng, N_TESTED // 5)
    ]
    children = children_of_fit(parents, warp(values), N_TESTED, moves, rng)
    tested = [
        [each.candidates["net"].network for each in unseen(proposals, set(seen))]
        for proposals in (near, children)
    ]
    kernel = default_kernel({"net": network_distances(space)})
    results = []
    for size in kept:
        surrogate = SurrogateFitter(kernel, max_observations=size).fit(
            named(networks), Targets(values)
        )
        results.append(tuple(correlation(surrogate.predict(named(new))[0], new) for new in tested))
    return results


def search(
    space: ArchitectureSpace, n: int, rng: np.random.Generator
) -> tuple[list[Architecture], NDArray[np.float64]]:
    """n different networks and their values: the pool and children of good ones."""
    networks = list(space.initial_pool)[:n]
    seen = {network.canonical_hash() for network in networks}
    values = [synthetic_value(network) for network in networks]
    while len(networks) < n:
        scores = np.array(values)
        weights = np.exp((scores - scores.mean()) / scores.std())
        parent = networks[rng.choice(len(networks), p=weights / weights.sum())]
        child = mutate(Candidate(parent), space, rng).network
        if child.canonical_hash() not in seen:
            seen.add(child.canonical_hash())
            networks.append(child)
            values.append(synthetic_value(child))
    return networks, np.array(values)


def correlation(predicted: NDArray[np.float64], networks: list[Architecture]) -> float:
    return float(spearmanr(predicted, [synthetic_value(network) for network in networks])[0])


if __name__ == "__main__":
    main()
