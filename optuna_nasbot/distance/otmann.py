"""The OTMANN distance between network architectures."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.arguments import check_number
from optuna_nasbot.architecture.arguments import listed
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.distance.costs import MatchingCosts
from optuna_nasbot.distance.costs import matching_costs
from optuna_nasbot.distance.feature_cache import FeatureCache
from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.features import network_features

STRUCT_COEFFS = (0.1, 0.25, 0.61, 1.5)
CACHE_SIZE = 4096
_COEFFICIENTS = (1e-100, 1e100)
"""The least and the largest coefficient: products with the largest masses stay finite."""
_NOT_SEQUENCES = (str, bytes, bytearray, memoryview, Mapping, Set)
"""What can be iterated over, but is not a sequence of numbers."""

Distances = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(d, d_bar), two arrays of one shape."""


class _HasOperationSet(Protocol):
    @property
    def operation_set(self) -> OperationSet: ...


@dataclass(frozen=True)
class OTMANN:
    """Optimal transport metrics for architectures of neural networks (paper, section 3).

    The mass of the layers of one network is matched with that of the other so that the total cost
    is least. A layer can be matched with several others, and in part. A unit of mass costs::

        mislabel_coeff * mislabel cost + struct_coeff * structural cost

    or `non_assignment_penalty` if it stays unmatched. The mislabel cost is that of the two labels,
    and the structural cost the mean absolute difference of path lengths. The least cost is d, a
    pseudo-metric: different networks can have distance 0. d_bar = d / (total mass of a + total
    mass of b) lies between 0 and the penalty.

    Objects are immutable, can be pickled, and can be used from several threads. What the distance
    computes of a single network is remembered.

    Args:
        operations: The labels of the networks, their path-length groups and mislabel costs.
        struct_coeffs: Weights of the structural cost; there is one distance for each of them.
        mislabel_coeff: Weight of the mislabel cost.
        non_assignment_penalty: Cost of a unit of mass that stays unmatched. The built-in mislabel
            costs scale with it.

    Raises:
        TypeError: `operations` is not an OperationSet, or a coefficient is not a number.
        ValueError: A coefficient is not between 1e-100 and 1e100, there is no structural
            coefficient, or a mislabel cost is negative.
    """

    operations: OperationSet
    struct_coeffs: tuple[float, ...] = STRUCT_COEFFS
    mislabel_coeff: float = 1.0
    non_assignment_penalty: float = 1.0
    _costs: MatchingCosts = field(init=False, repr=False, compare=False)
    _features: FeatureCache[NetworkFeatures] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.operations, OperationSet):
            raise TypeError(
                f"operations: expected an OperationSet, got {self.operations!r}. "
                "OTMANN.for_kind(kind) and OTMANN.for_space(space) find the right one."
            )
        coeffs = _checked_coefficients("struct_coeffs", self.struct_coeffs)
        mislabel = _checked_coefficient("mislabel_coeff", self.mislabel_coeff)
        penalty = _checked_coefficient("non_assignment_penalty", self.non_assignment_penalty)
        costs = matching_costs(self.operations, coeffs, mislabel, penalty)
        compute = partial(network_features, operations=self.operations, component=costs.component)
        derived = {
            "struct_coeffs": coeffs,
            "mislabel_coeff": mislabel,
            "non_assignment_penalty": penalty,
            "_costs": costs,
            "_features": FeatureCache(compute, CACHE_SIZE),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        coefficients = (self.struct_coeffs, self.mislabel_coeff, self.non_assignment_penalty)
        return (type(self), (self.operations, *coefficients))

    @classmethod
    def for_kind(cls, kind: str) -> OTMANN:
        """The distance with the paper's coefficients between networks of a kind.

        Args:
            kind: `"cnn"`, `"cnn-reg"`, `"mlp-reg"`, `"mlp-class"`, or a kind of your own.

        Raises:
            ArchitectureError: The kind is not known in this process.
        """
        return cls(operations_of(kind))

    @classmethod
    def for_space(cls, space: _HasOperationSet) -> OTMANN:
        """The distance with the paper's coefficients between networks of a search space.

        Args:
            space: A search space; only its attribute `operation_set` is used.

        Raises:
            TypeError: The attribute is missing or not an OperationSet.
        """
        operations = getattr(space, "operation_set", None)
        if not isinstance(operations, OperationSet):
            raise TypeError(
                f"space: expected a search space, with an OperationSet in its attribute "
                f"'operation_set', got {space!r}."
            )
        return cls(operations)

    def pairwise(
        self, a: Sequence[Architecture], b: Sequence[Architecture] | None = None
    ) -> Distances:
        """Distances of all pairs of networks.

        Args:
            a: n networks.
            b: m networks; None for all pairs within `a` (symmetric, each pair computed once).

        Returns:
            (d, d_bar): arrays (n_coeffs, n, m) of the unnormalised distances (mass times cost) and
            the normalised ones (between 0 and the penalty). They are never negative, and exactly 0
            for networks that are equal up to the numbering of their layers.

        Raises:
            ArchitectureError: `a` or `b` is not a sequence of architectures, or a network is not
                of the kind of the operations.
            TypeError: A mass rule does not return a number.
            ValueError: A mass rule returns a mass that is negative, NaN or too large.
            ImportError: The distances need POT, which can't be imported.
            RuntimeError: The distances need POT, which found no optimum.
        """
        rows = self._checked_networks("a", a)
        columns = rows if b is None else self._checked_networks("b", b)
        row_features = [self._features(network) for network in rows]
        if b is None:
            column_features = row_features
            below = self._transport_costs(row_features, row_features, below_diagonal=True)
            d = below + below.transpose(0, 2, 1)
        else:
            column_features = [self._features(network) for network in columns]
            d = self._transport_costs(row_features, column_features)
        d[:, _equal_pairs(rows, columns)] = 0.0
        return d, d / _sums_of_masses(row_features, column_features)

    def _transport_costs(
        self,
        rows: Sequence[NetworkFeatures],
        columns: Sequence[NetworkFeatures],
        below_diagonal: bool = False,
    ) -> NDArray[np.float64]:
        # Imported here because POT takes seconds to import (it looks for all array libraries).
        from optuna_nasbot.distance.engine import transport_costs

        if len(rows) > len(columns):  # columns are stacked, which saves more on the longer side
            in_penalties = transport_costs(columns, rows, self._costs).transpose(0, 2, 1)
        else:
            in_penalties = transport_costs(rows, columns, self._costs, below_diagonal)
        return self.non_assignment_penalty * in_penalties

    def _checked_networks(self, name: str, networks: object) -> list[Architecture]:
        if isinstance(networks, (Architecture, str)) or not isinstance(networks, Iterable):
            raise ArchitectureError(
                f"{name}: expected a sequence of Architecture, got {type(networks).__name__}."
            )
        checked = []
        for index, network in enumerate(networks):
            checked.append(_checked_network(f"{name}[{index}]", network))
            if network.kind != self.operations.kind:
                raise ArchitectureError(
                    f"{name}[{index}].kind: expected '{self.operations.kind}', the kind of the "
                    f"operations of this distance, got '{network.kind}'."
                )
        return checked


def otmann_distance(
    a: Architecture,
    b: Architecture,
    struct_coeffs: Sequence[float] = STRUCT_COEFFS,
    mislabel_coeff: float = 1.0,
    non_assignment_penalty: float = 1.0,
) -> Distances:
    """The distance between two networks of one kind (paper, section 3).

    For many networks use `OTMANN`, which has the formulas and is faster.

    Args:
        a: A network.
        b: Another network of the same kind.
        struct_coeffs: Weights of the structural cost; there is one distance for each of them.
        mislabel_coeff: Weight of the mislabel cost.
        non_assignment_penalty: Cost of a unit of mass that stays unmatched.

    Returns:
        (d, d_bar): arrays (n_coeffs,) of the unnormalised distances (mass times cost) and the
        normalised ones (between 0 and the penalty).

    Raises:
        TypeError: A coefficient is not a number.
        ValueError: A coefficient is not between 1e-100 and 1e100, or there is no structural one.
        ArchitectureError: `a` or `b` is not an Architecture, the kinds differ, or the kind is not
            known in this process.
    """
    a, b = _checked_network("a", a), _checked_network("b", b)
    if a.kind != b.kind:
        raise ArchitectureError(f"b.kind: expected that of a, '{a.kind}', got '{b.kind}'.")
    coeffs = _checked_coefficients("struct_coeffs", struct_coeffs)
    otmann = OTMANN(a.operations, coeffs, mislabel_coeff, non_assignment_penalty)
    d, d_bar = otmann.pairwise([a], [b])
    return d[:, 0, 0], d_bar[:, 0, 0]


def _equal_pairs(
    rows: Sequence[Architecture], columns: Sequence[Architecture]
) -> NDArray[np.bool_]:
    """Which pairs (n, m) are equal up to the numbering of their layers."""
    hashes = [network.canonical_hash() for network in (*rows, *columns)]
    number = np.unique(hashes, return_inverse=True)[1]
    equal: NDArray[np.bool_] = np.equal.outer(number[: len(rows)], number[len(rows) :])
    return equal


def _sums_of_masses(
    rows: Sequence[NetworkFeatures], columns: Sequence[NetworkFeatures]
) -> NDArray[np.float64]:
    """The sum of the two total masses of each pair (n, m)."""
    row_masses: NDArray[np.float64] = np.array([features.total_mass for features in rows])
    column_masses: NDArray[np.float64] = np.array([features.total_mass for features in columns])
    return row_masses[:, None] + column_masses


def _checked_network(name: str, network: object) -> Architecture:
    if not isinstance(network, Architecture):
        raise ArchitectureError(f"{name}: expected an Architecture, got {type(network).__name__}.")
    return network


def _checked_coefficients(name: str, values: object) -> tuple[float, ...]:
    numbers = listed(values)
    if isinstance(values, _NOT_SEQUENCES) or not isinstance(numbers, Iterable):
        raise TypeError(f"{name}: expected a sequence of numbers, got {shown(values)}.")
    checked = tuple(
        _checked_coefficient(f"{name}[{index}]", value) for index, value in enumerate(numbers)
    )
    if not checked:
        raise ValueError(f"{name}: expected at least one coefficient, got none.")
    return checked


def _checked_coefficient(name: str, value: object) -> float:
    number = check_number(name, value)
    least, most = _COEFFICIENTS
    if not least <= number <= most:
        raise ValueError(
            f"{name}: expected a positive number, from {least:g} to {most:g}, got {shown(value)}."
        )
    return number
