"""The transport problems behind OTMANN, solved exactly by compiled code. Needs numba."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.distance.costs import MatchingCosts
from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.network_simplex import solve_pairs

# Networks of up to 60 layers took up to four. The limit is there for rounding: exact steps end.
MAX_PIVOTS_PER_LAYER = 1000
# Pairs that a thread takes at a time: 0.6 ms or more, against 0.05 ms for passing them on.
CHUNK_SIZE = 256


class Networks(NamedTuple):
    """The layers of n networks, one network after the other.

    Args:
        masses: Layer masses (N,), all positive.
        labels: Positions (N,) of the labels in `OperationSet.labels`.
        path_lengths: Path lengths (N, D).
        offsets: Component c of network i is the layers `offsets[i, c]:offsets[i, c + 1]`.
        largest: The number of layers of the largest component.
    """

    masses: NDArray[np.float64]
    labels: NDArray[np.intp]
    path_lengths: NDArray[np.float64]
    offsets: NDArray[np.intp]
    largest: int


class Costs(NamedTuple):
    """The costs of a unit of mass.

    Args:
        mislabel: Costs (n_labels, n_labels) by label, finite.
        coeffs: Weights (n_coeffs,) of the structural cost.
        order: The positions of the coefficients from the largest to the least. With large ones few
            layers are worth matching, and the next optimum is near.
        penalty: What staying unmatched costs.
    """

    mislabel: NDArray[np.float64]
    coeffs: NDArray[np.float64]
    order: NDArray[np.intp]
    penalty: float


def transport_costs(
    rows: Sequence[NetworkFeatures],
    columns: Sequence[NetworkFeatures],
    costs: MatchingCosts,
    below_diagonal: bool = False,
) -> NDArray[np.float64]:
    """The unnormalised OTMANN distances between two sequences of networks.

    Many pairs are shared between as many threads as the process has processors.

    Args:
        rows: n networks.
        columns: m networks.
        costs: The costs of matching layers.
        below_diagonal: Compute only the pairs (i, j) with i > j and leave 0 elsewhere.

    Returns:
        Array (n_coeffs, n, m), in units of mass times cost.
    """
    shape = (len(rows), len(columns))
    n_pairs = shape[0] * shape[1]
    result = np.zeros((len(costs.struct_coeffs), *shape))
    solved = np.ones(shape, dtype=np.bool_)
    if n_pairs == 0:
        return result
    packed = _packed(rows), _packed(columns), _packed_costs(costs)

    def solve(start: int) -> None:
        pairs = start, min(start + CHUNK_SIZE, n_pairs)
        solve_pairs(*packed, pairs, below_diagonal, MAX_PIVOTS_PER_LAYER, result, solved)

    starts = range(0, n_pairs, CHUNK_SIZE)
    n_threads = min(_n_processors(), len(starts))
    if n_threads == 1:
        for start in starts:
            solve(start)
    else:
        with ThreadPoolExecutor(n_threads) as executor:
            list(executor.map(solve, starts))
    for i, j in np.argwhere(~solved):
        result[:, i, j] = _by_pot(rows[i], columns[j], costs)
    return result


def _n_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _packed(networks: Sequence[NetworkFeatures]) -> Networks:
    offsets = np.array([network.offsets for network in networks])
    offsets[1:] += np.cumsum(offsets[:-1, -1])[:, None]
    return Networks(
        masses=np.concatenate([network.masses for network in networks]),
        labels=np.concatenate([network.labels for network in networks]),
        path_lengths=np.concatenate([network.path_lengths for network in networks]),
        offsets=offsets,
        largest=int(np.diff(offsets).max()),
    )


def _packed_costs(costs: MatchingCosts) -> Costs:
    coeffs = np.array(costs.struct_coeffs)
    return Costs(
        mislabel=np.minimum(costs.mislabel, 2.0 * costs.penalty),
        coeffs=coeffs,
        order=np.argsort(-coeffs),
        penalty=costs.penalty,
    )


def _by_pot(
    row: NetworkFeatures, column: NetworkFeatures, costs: MatchingCosts
) -> NDArray[np.float64]:
    """The distances of a pair that was given up."""
    # Imported here because POT takes seconds to import, and this is never needed as a rule.
    from optuna_nasbot.distance import transport

    warnings.warn(
        f"The compiled solver of OTMANN gave up a pair of networks of {len(row.masses)} and "
        f"{len(column.masses)} layers after {MAX_PIVOTS_PER_LAYER} steps a layer. POT solves it "
        f"instead: the distance is exact, it only takes longer.",
        RuntimeWarning,
        stacklevel=2,
    )
    return transport.transport_costs([row], [column], costs)[:, 0, 0]
