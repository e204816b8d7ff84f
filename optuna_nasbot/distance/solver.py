"""The exact solver of a transport problem: the network simplex of POT."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.distance.pot import emd_c

MAX_ITERATIONS = 10_000_000
OPTIMAL = 1


def transport_cost(
    supplies: NDArray[np.float64], demands: NDArray[np.float64], costs: NDArray[np.float64]
) -> float:
    """The least cost of moving the supplies to the demands.

    Args:
        supplies: Masses (n,), at least 0, sum 1.
        demands: Masses (m,), at least 0, sum 1 up to rounding.
        costs: Costs (n, m) of moving a unit of mass. All arrays C-contiguous.

    Raises:
        RuntimeError: The solver found no optimum.
    """
    # `ot.emd2` spends some 150 us on checks and conversions around this call of 5 to 50 us.
    if emd_c is None:
        cost, status = _public_solver(supplies, demands, costs)
    else:
        _, cost, _, _, status = emd_c(supplies, demands, costs, MAX_ITERATIONS, 1)
    if status != OPTIMAL:
        raise RuntimeError(
            f"POT found no optimal transport between {len(supplies)} and {len(demands)} layers: "
            f"expected the result code {OPTIMAL}, got {status}."
        )
    return float(cost)


def _public_solver(
    supplies: NDArray[np.float64], demands: NDArray[np.float64], costs: NDArray[np.float64]
) -> tuple[float, int]:
    import ot

    cost, log = ot.emd2(supplies, demands, costs, numItermax=MAX_ITERATIONS, log=True)
    return float(cost), log["result_code"]
