"""The transport problems behind OTMANN, solved exactly by compiled code. Needs numba."""
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import config
from numpy.typing import NDArray

from optuna_nasbot.distance.compilation import announce_compilation
from optuna_nasbot.distance.costs import MatchingCosts
from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.network_simplex import solve_pairs as compiled_anew
from optuna_nasbot.distance.packing import packed
from optuna_nasbot.distance.soft_warning import warn_softly

# Networks of up to 60 layers took up to four. Exact pivots come to an end; the limit is there
# because of rounding.
MAX_PIVOTS_PER_LAYER = 1000
# Pairs that a thread takes at a time: 0.6 ms of work or more, against 0.05 ms to hand them over.
CHUNK_SIZE = 256

if config.DISABLE_JIT:
    raise ImportError("Numba must not compile (numba.config.DISABLE_JIT).")
announce_compilation(compiled_anew)


class Costs(NamedTuple):
    """The costs of a unit of mass.

    Args:
        mislabel: Costs (n_labels, n_labels) by label, finite.
        coeffs: Weights (n_coeffs,) of the structural cost.
        order: The positions of the coefficients from the largest to the least. With large
            coefficients few layers are worth matching, and each optimum is near the one before.
    """

    mislabel: NDArray[np.float64]
    coeffs: NDArray[np.float64]
    order: NDArray[np.intp]


def transport_costs(
    rows: Sequence[NetworkFeatures],
    columns: Sequence[NetworkFeatures],
    costs: MatchingCosts,
    below_diagonal: bool = False,
    on_disk: bool = True,
) -> NDArray[np.float64]:
    """The unnormalised OTMANN distances between two sequences of networks.

    If there are many pairs, `numba.config.NUMBA_NUM_THREADS` threads share them: as many as
    processors that the process may use, unless the environment variable of this name is set.

    Args:
        rows: n networks.
        columns: m networks.
        costs: The costs of matching layers.
        below_diagonal: Compute only the pairs (i, j) with i > j and leave 0 elsewhere.
        on_disk: Read the compiled code from disk, or write it there, and fail if that fails.

    Returns:
        Array (n_coeffs, n, m), in units of mass times non-assignment penalty.
    """
    result = np.zeros((len(costs.struct_coeffs), len(rows), len(columns)))
    if not rows or not columns:
        return result
    problems = packed(tuple(rows)), packed(tuple(columns)), _packed_costs(costs)
    solve_pairs = _solver(on_disk)
    n_pairs = len(rows) * len(columns)
    solved = np.ones((len(rows), len(columns)), dtype=np.bool_)

    def solve(start: int) -> None:
        pairs = start, min(start + CHUNK_SIZE, n_pairs)
        solve_pairs(*problems, pairs, below_diagonal, MAX_PIVOTS_PER_LAYER, result, solved)

    starts = range(0, n_pairs, CHUNK_SIZE)
    n_threads = min(config.NUMBA_NUM_THREADS, len(starts))
    if n_threads <= 1:
        for start in starts:
            solve(start)
    else:
        with ThreadPoolExecutor(n_threads) as executor:
            list(executor.map(solve, starts))
    given_up = np.argwhere(~solved)
    if len(given_up):
        _warn_of_pot(len(given_up))
        # Imported here because POT takes seconds to import, and is hardly ever needed.
        from optuna_nasbot.distance import transport

        for i, j in given_up:
            by_pot = transport.transport_costs([rows[i]], [columns[j]], costs)
            result[:, i, j] = by_pot[:, 0, 0]
    return result


def _solver(on_disk: bool) -> Callable[..., None]:
    if not on_disk:
        return compiled_anew
    # Imported here because the import fails where numba finds no folder for compiled code.
    from optuna_nasbot.distance.simplex_on_disk import solve_pairs

    return solve_pairs


def _packed_costs(costs: MatchingCosts) -> Costs:
    coeffs = np.array(costs.struct_coeffs)
    return Costs(costs.mislabel, coeffs, np.argsort(-coeffs))


def _warn_of_pot(n_pairs: int) -> None:
    warn_softly(
        f"The compiled solver of OTMANN gave up on {n_pairs} pairs of networks after "
        f"{MAX_PIVOTS_PER_LAYER} steps per layer. POT solves them instead: the distances are "
        f"exact, they only take longer.",
        stacklevel=3,
    )
