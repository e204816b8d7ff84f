"""The transport problems behind OTMANN, solved exactly with NumPy and POT.

The paper's problem has one more row and column for mass that stays unmatched, at cost 1 per unit.
Costs are at most 2 (`MatchingCosts`), so the side with less mass can always be matched completely.
For each component of labels, with masses M_a and M_b of the two networks in it, this leaves
|M_a - M_b| for what is unmatched, plus the least cost of matching min(M_a, M_b): a problem with
one spare row or column, of mass |M_a - M_b| and cost 0. The distance is the sum over components.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from optuna_nasbot.distance.costs import MAX_COST
from optuna_nasbot.distance.costs import MatchingCosts
from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.packing import packed
from optuna_nasbot.distance.solver import transport_cost
from optuna_nasbot.distance.stacking import LayerStack
from optuna_nasbot.distance.stacking import stacked

# Networks that are stacked at a time. With more, a NumPy call costs less for each network, but the
# arrays no longer fit into the processor's cache.
STACK_SIZE = 128


def transport_costs(
    rows: Sequence[NetworkFeatures],
    columns: Sequence[NetworkFeatures],
    costs: MatchingCosts,
    below_diagonal: bool = False,
) -> NDArray[np.float64]:
    """The unnormalised OTMANN distances between two sequences of networks.

    Args:
        rows: n networks.
        columns: m networks.
        costs: The costs of matching layers.
        below_diagonal: Compute only the pairs (i, j) with i > j and leave 0 elsewhere.

    Returns:
        Array (n_coeffs, n, m), in units of mass times non-assignment penalty.
    """
    result = np.zeros((len(costs.struct_coeffs), len(rows), len(columns)))
    if not rows or not columns:
        return result
    networks = packed(tuple(columns))
    for start in range(0, len(columns), STACK_SIZE):
        stop = min(start + STACK_SIZE, len(columns))
        stacks = stacked(networks, start, stop)
        for i in range(start + 1 if below_diagonal else 0, len(rows)):
            end = min(i, stop) if below_diagonal else stop
            nearest = [stack.first(end - start) for stack in stacks] if end < stop else stacks
            result[:, i, start:end] = _one_to_many(rows[i], nearest, costs)
    return result


def _one_to_many(
    network: NetworkFeatures, stacks: list[LayerStack], costs: MatchingCosts
) -> NDArray[np.float64]:
    """Distances (n_coeffs, n) of a network to n stacked ones."""
    distances = np.zeros((len(costs.struct_coeffs), len(stacks[0].totals)))
    for component, stack in enumerate(stacks):
        own = slice(network.offsets[component], network.offsets[component + 1])
        total = network.masses[own].sum()
        distances += np.abs(total - stack.totals)
        if total > 0.0 and stack.totals.any():
            problems = _Problems(
                masses=network.masses[own],
                total=total,
                stack=stack,
                costs=_layer_costs(network, own, stack, costs),
            )
            distances += problems.matching_costs()
    return distances


def _layer_costs(
    network: NetworkFeatures, own: slice, stack: LayerStack, costs: MatchingCosts
) -> NDArray[np.float64]:
    """Costs (n_coeffs, N, k) between N stacked rows and k layers; 0 in spare rows."""
    lengths = network.path_lengths[own]
    structural = cdist(stack.path_lengths, lengths, "cityblock") / lengths.shape[1]
    mislabel = costs.mislabel[stack.labels[:, None], network.labels[own]]
    table = np.zeros((len(costs.struct_coeffs), len(structural), len(lengths)))
    for coeff, part in zip(costs.struct_coeffs, table, strict=True):
        np.minimum(mislabel + coeff * structural, MAX_COST, out=part)
    table[:, stack.spares] = 0.0
    return table


@dataclass(frozen=True, eq=False)
class _Problems:
    """The transport problems of one network against n stacked ones in one component.

    Args:
        masses: Masses (k,) of the network, k at least 1.
        total: Their sum.
        stack: The stacked networks.
        costs: Costs (n_coeffs, N, k); 0 in spare rows.
    """

    masses: NDArray[np.float64]
    total: float
    stack: LayerStack
    costs: NDArray[np.float64]

    def matching_costs(self) -> NDArray[np.float64]:
        """Costs (n_coeffs, n) of matching as much mass as possible; 0 with an empty network."""
        sizes = self.stack.sizes
        result = np.zeros((len(self.costs), len(sizes)))
        single = np.flatnonzero(sizes == 1)
        several = np.flatnonzero(sizes > 1)
        if len(single):
            result[:, single] = self._with_single_layers(single)
        if len(several) and len(self.masses) == 1:
            result[:, several] = self._with_a_single_layer(several)
        elif len(several):
            result[:, several] = self._solved(several)
        return result

    def _with_single_layers(self, which: NDArray[np.intp]) -> NDArray[np.float64]:
        """Stacked networks of one layer against all layers of the network."""
        costs = self.costs[:, self.stack.starts[which]]
        return _cheapest_first(self.stack.totals[which], self.masses, costs)

    def _with_a_single_layer(self, which: NDArray[np.intp]) -> NDArray[np.float64]:
        """Stacked networks of several layers against the only layer of the network."""
        starts, spares = self.stack.starts[which, None], self.stack.spares[which, None]
        rows = np.minimum(starts + np.arange((spares - starts).max()), spares)
        budget = np.full(len(which), self.total)
        return _cheapest_first(budget, self.stack.masses[rows], self.costs[:, rows, 0])

    def _solved(self, which: NDArray[np.intp]) -> NDArray[np.float64]:
        """The general case.

        The spare row or column of the lighter side is included only if it has mass: otherwise the
        solver would have to drop it, which takes time. Rows of the costs are contiguous, so that
        nothing is copied. Both sides are divided by the same number, since their sums must agree.
        """
        stack = self.stack
        scale = np.maximum(stack.totals, self.total)
        surplus = self.total - stack.totals
        supplies = stack.masses / scale[stack.owner]
        supplies[stack.spares] = surplus / scale
        demands = np.column_stack([self.masses / scale[:, None], -surplus / scale])
        spare_column = np.zeros((*self.costs.shape[:2], 1))
        with_spare_column = np.concatenate([self.costs, spare_column], axis=-1)
        result = np.empty((len(self.costs), len(which)))
        for position, network in enumerate(which.tolist()):
            rows = slice(stack.starts[network], stack.spares[network] + (surplus[network] > 0.0))
            is_heavier = surplus[network] < 0.0
            supply = supplies[rows]
            demand = demands[network] if is_heavier else demands[network, :-1]
            costs_at = with_spare_column if is_heavier else self.costs
            for coeff, costs in enumerate(costs_at):
                result[coeff, position] = transport_cost(supply, demand, costs[rows])
        return result * scale[which]


def _cheapest_first(
    budget: NDArray[np.float64], masses: NDArray[np.float64], costs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The cost of matching one layer with several others: the cheapest are the optimum.

    Args:
        budget: Masses (n,) of the one layer.
        masses: Masses (n, k), or (k,), of the others.
        costs: Costs (n_coeffs, n, k) of a unit of mass.

    Returns:
        Costs (n_coeffs, n).
    """
    if costs.shape[-1] == 1:  # nothing to sort, as in most problems
        return np.minimum(budget, masses[..., 0]) * costs[..., 0]
    order = np.argsort(costs, axis=-1)
    masses = np.take_along_axis(np.broadcast_to(masses, costs.shape), order, axis=-1)
    used_before = np.cumsum(masses, axis=-1) - masses
    flow = np.clip(budget[:, None] - used_before, 0.0, masses)
    flow *= np.take_along_axis(costs, order, axis=-1)
    matched: NDArray[np.float64] = flow.sum(axis=-1)
    return matched
