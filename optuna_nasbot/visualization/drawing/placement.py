"""Positions on a line under which what belongs together is close."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def placed(
    n: int,
    pulls: Sequence[tuple[int, int, float]],
    gaps: Sequence[tuple[int, int, float]],
    tilt: float = 0.0,
) -> NDArray[np.float64]:
    """Positions with the least weighted sum of distances, a linear program (Gansner et al. 1993).

    Minimises `sum w |x_j - x_i|` over the pulls (i, j, w) such that `x_j - x_i >= g` for all gaps
    (i, j, g). Where the weights and gaps are whole numbers, so are the positions.

    Args:
        n: Number of positions.
        pulls: Pairs that should be close, with their weight.
        gaps: Pairs with the least distance that they keep.
        tilt: Which solution is taken of several equally good ones: a small positive number gives
            the one farthest to the left, a negative one that farthest to the right.

    Returns:
        The positions, shape (n,). The first one is 0, and all are if there are no gaps.
    """
    if not gaps:
        return np.zeros(n)
    # Imported here because most drawings are of chains, and scipy.optimize is slow to import.
    from scipy.optimize import Bounds
    from scipy.optimize import LinearConstraint
    from scipy.optimize import milp
    from scipy.sparse import coo_array

    # Unknowns: the positions, then for each pull a bound on its distance.
    rows = [
        *((i, j, -gap, None) for i, j, gap in gaps),
        *((i, j, 0.0, n + k) for k, (i, j, _) in enumerate(pulls)),
        *((j, i, 0.0, n + k) for k, (i, j, _) in enumerate(pulls)),
    ]
    entries = [
        (row, column, sign)
        for row, (plus, minus, _, bound) in enumerate(rows)
        for column, sign in ((plus, 1.0), (minus, -1.0), (bound, -1.0))
        if column is not None
    ]
    row, column, sign = zip(*entries, strict=True)
    indices = np.array([row, column], np.int32)  # the solver of scipy before 1.12 takes no others
    matrix = coo_array((sign, indices), shape=(len(rows), n + len(pulls))).tocsc()
    is_first = np.arange(n + len(pulls)) == 0
    # Nothing is a whole number here, but `milp` takes less time than `linprog` around the solver.
    solution = milp(
        [tilt] * n + [weight for _, _, weight in pulls],
        constraints=LinearConstraint(matrix, -np.inf, [limit for _, _, limit, _ in rows]),
        bounds=Bounds(np.where(is_first, 0.0, -np.inf), np.where(is_first, 0.0, np.inf)),
    )
    assert solution.x is not None  # gaps without a cycle can be kept, and distances are bounded
    return np.array(solution.x[:n])
