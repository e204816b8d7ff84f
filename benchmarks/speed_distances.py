"""How long distances take, and what the distance needs to know of each network.

All ways to the distances give the same figures; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import product
from statistics import fmean
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from populations import SPACES
from populations import population
from printing import Cell
from printing import print_table
from scipy.spatial.distance import cdist
from timing import side_by_side
from timing import summarised
from timing import timed

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.architecture.canonical import canonical_hash
from optuna_nasbot.distance import path_lengths
from optuna_nasbot.distance.costs import matching_costs
from optuna_nasbot.distance.features import network_features

N_CANDIDATES = 20
N_OBSERVED = 100
SOLVER_CALLS = "4 emd_c, solver only"
_MAX_ITERATIONS = 10_000_000
_INSTEAD_OF_INFINITE = 765432.0  # as the authors have it


TransportCosts = Callable[..., NDArray[np.float64]]
"""The function that an engine offers."""


@dataclass(frozen=True)
class UndividedProblem:
    """The transport problem of two networks as the paper states it.

    Args:
        supplies: Masses (n + 1,) of the one network's layers and of the other one as a whole,
            divided by the sum of both networks' masses.
        demands: The same (m + 1,) the other way round.
        costs: Costs (n_coeffs, n + 1, m + 1) of a unit of mass; the last row and the last column
            leave it unmatched.
    """

    supplies: NDArray[np.float64]
    demands: NDArray[np.float64]
    costs: NDArray[np.float64]


def print_distances(kinds: Sequence[str], sizes: Sequence[int], repeats: int) -> None:
    """Print microseconds per pair of networks."""
    print_table(
        f"Distances of {N_CANDIDATES} networks to {N_OBSERVED}: microseconds per pair (four "
        f"coefficients, both distances), least of {repeats}, and ratios to '{SOLVER_CALLS}'.",
        ("kind", "layers", "way", "wall us", "CPU us", "wall ratio", "CPU ratio"),
        _distance_rows(kinds, sizes, repeats),
    )


def _distance_rows(
    kinds: Sequence[str], sizes: Sequence[int], repeats: int
) -> Iterator[tuple[Cell, ...]]:
    for kind, size in product(kinds, sizes):
        networks = population(SPACES[kind], size, N_CANDIDATES + N_OBSERVED)
        layers = fmean(len(network.layers) for network in networks)
        ways = ways_to_distances(networks[:N_CANDIDATES], networks[N_CANDIDATES:])
        measures = {name: partial(timed, way) for name, way in ways.items()}
        rounds = side_by_side(measures, repeats)
        best = {name: summarised(times[1:], min) for name, times in rounds.items()}
        base = best[SOLVER_CALLS]
        for name, time in best.items():
            per_pair = 1e6 / (N_CANDIDATES * N_OBSERVED)
            ratios = time.wall / base.wall, time.cpu / base.cpu
            yield kind, layers, name, per_pair * time.wall, per_pair * time.cpu, *ratios


def ways_to_distances(
    candidates: Sequence[Architecture], observed: Sequence[Architecture]
) -> dict[str, Callable[[], NDArray[np.float64]]]:
    """Ways to the normalised distances of n networks to m, by name.

    Each returns an array (n_coeffs, n, m).
    """
    # Imported here because POT imports all array libraries: what is measured of memory would
    # have them, too.
    import ot
    from ot.lp.emd_wrap import emd_c

    from optuna_nasbot.distance.transport import transport_costs

    problems = [undivided_problem(a, b) for a in candidates for b in observed]
    kind = candidates[0].kind

    def solved_by(solver: Callable[..., float]) -> NDArray[np.float64]:
        solved = [[solver(p.supplies, p.demands, costs) for costs in p.costs] for p in problems]
        return np.array(solved).T.reshape(-1, len(candidates), len(observed))

    def bare_solver(*problem: NDArray[np.float64]) -> float:
        return float(emd_c(*problem, _MAX_ITERATIONS, 1)[1])

    def by_pot(otmann: OTMANN) -> NDArray[np.float64]:
        return otmann.pairwise(candidates, observed)[1]

    def compiled(otmann: OTMANN, n_threads: int) -> NDArray[np.float64]:
        with numba_threads(n_threads):
            return otmann.pairwise(candidates, observed)[1]

    ways = {
        SOLVER_CALLS: partial(solved_by, bare_solver),
        "4 ot.emd2": partial(solved_by, ot.emd2),
        "POT engine": partial(by_pot, _with_engine(transport_costs).for_kind(kind)),
    }
    if find_spec("numba") is not None:
        from optuna_nasbot.distance import compiled_transport

        otmann = _with_engine(compiled_transport.transport_costs).for_kind(kind)
        ways["numba engine, 1 thread"] = partial(compiled, otmann, 1)
        ways["numba engine, 2 threads"] = partial(compiled, otmann, 2)
    return ways


def _with_engine(transport_costs: TransportCosts) -> type[OTMANN]:
    """OTMANN by one engine, for no more rows than columns."""

    class WithEngine(OTMANN):
        def _transport_costs(self, *features: Any) -> NDArray[np.float64]:
            return self.non_assignment_penalty * transport_costs(*features[:2], self._costs)

    return WithEngine


@contextmanager
def numba_threads(n: int) -> Iterator[None]:
    """Let compiled code use so many threads, where there is numba."""
    if find_spec("numba") is None:
        yield
        return
    from numba import config

    with patch.object(config, "NUMBA_NUM_THREADS", n):
        yield


def undivided_problem(a: Architecture, b: Architecture) -> UndividedProblem:
    """The transport problem of two networks of one kind, with the paper's coefficients."""
    otmann = OTMANN.for_kind(a.kind)
    penalty = otmann.non_assignment_penalty
    masses_a, masses_b = np.array(layer_masses(a)), np.array(layer_masses(b))
    total_a, total_b = masses_a.sum(), masses_b.sum()
    lengths_a, lengths_b = (
        path_lengths(network).reshape(len(network.layers), -1) for network in (a, b)
    )
    structural = cdist(lengths_a, lengths_b, "cityblock") / lengths_a.shape[1]
    index = a.operations.label_index
    labels = np.ix_(*([index[layer.label] for layer in network.layers] for network in (a, b)))
    mislabel = a.operations.mislabel_matrix(penalty)[labels]
    mislabel[np.isinf(mislabel)] = _INSTEAD_OF_INFINITE
    costs = np.full((len(otmann.struct_coeffs), len(masses_a) + 1, len(masses_b) + 1), penalty)
    costs[:, -1, -1] = 0.0
    for coeff, table in zip(otmann.struct_coeffs, costs, strict=True):
        table[:-1, :-1] = mislabel + coeff * structural
    return UndividedProblem(
        np.append(masses_a, total_b) / (total_a + total_b),
        np.append(masses_b, total_a) / (total_a + total_b),
        costs,
    )


def print_features(kinds: Sequence[str], sizes: Sequence[int], repeats: int) -> None:
    """Print microseconds per network for all that is computed of it."""
    print_table(
        f"Microseconds of CPU time per network, least of {repeats}: the checked graph, its "
        "canonical hash, its layer masses and path lengths.",
        ("kind", "layers", "graph", "hash", "features", "all", "wall / CPU"),
        _feature_rows(kinds, sizes, repeats),
    )


def _feature_rows(
    kinds: Sequence[str], sizes: Sequence[int], repeats: int
) -> Iterator[tuple[Cell, ...]]:
    for kind, size in product(kinds, sizes):
        networks = population(SPACES[kind], size, N_OBSERVED)
        steps = steps_to_features(networks)
        measures = {name: partial(timed, step) for name, step in steps.items()}
        rounds = side_by_side(measures, repeats)
        best = [summarised(times[1:], min) for times in rounds.values()]
        each = [1e6 / len(networks) * time.cpu for time in best]
        busy = sum(time.wall for time in best) / sum(time.cpu for time in best)
        layers = fmean(len(network.layers) for network in networks)
        yield kind, layers, *each, sum(each), busy


def steps_to_features(
    networks: Sequence[Architecture],
) -> dict[str, Callable[[], list[object]]]:
    """What is computed of each new network, by name; each computes it for all the networks."""
    operations = networks[0].operations
    component = matching_costs(operations, (1.0,), 1.0, 1.0).component
    return {
        "graph": lambda: [Architecture(n.layers, n.edges, n.kind) for n in networks],
        "hash": lambda: [
            canonical_hash(n.kind, n.layers, n.parents, n.children) for n in networks
        ],
        "features": lambda: [network_features(n, operations, component) for n in networks],
    }
