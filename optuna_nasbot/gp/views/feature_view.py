"""A view that compares the networks with one name by features of each network."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.gp.views.missing_view import among_all
from optuna_nasbot.gp.views.missing_view import has_network
from optuna_nasbot.gp.views.missing_view import networks_of
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.trials.configuration import Configuration

_ROUNDING = 1e-9

FeatureFunction = Callable[[Architecture], NDArray[np.float64]]
"""Computes the F features of a network, always the same ones in the same order.

They are finite, and equal for isomorphic networks."""


@dataclass(frozen=True, eq=False)
class FeatureView(View):
    """Half the squared differences of standardised features, with mean about 1 over random pairs.

    ``d_i(x, y) = (f_i(x) - f_i(y))^2 / (2 std_i^2)``. The deviations are those of the
    configurations that the view was fitted to. Features that are constant there are left out:
    their effect can't be learned. (If all are constant, all are kept unscaled.) A configuration
    without a network is at distance 0 from all others; see `MissingView`.

    Args:
        name: The name of the networks.
        features: Computes the F features of a network.
        kept: Positions of the k features that are compared, shape (k,).
        std: Their standard deviations, shape (k,).
    """

    name: str
    features: FeatureFunction
    kept: NDArray[np.intp] = field(default_factory=lambda: np.arange(0))
    std: NDArray[np.float64] = field(default_factory=lambda: np.ones(0))

    def __len__(self) -> int:
        return len(self.kept)

    def fitted(self, configurations: Sequence[Configuration]) -> FeatureView:
        found = self._all_features(configurations)
        if not len(found):
            return self
        # Differences due to rounding don't count.
        varies = np.ptp(found, axis=0) > _ROUNDING * np.abs(found).max(axis=0)
        kept = np.flatnonzero(varies | ~varies.any())
        std = found[:, kept].std(axis=0)
        return replace(self, kept=kept, std=np.where(varies[kept], std, 1.0))

    def part(self, configuration: Configuration) -> int:
        return id(configuration.networks.get(self.name))

    def between(
        self, a: Sequence[Configuration], b: Sequence[Configuration]
    ) -> NDArray[np.float64]:
        has_row, has_column = (has_network(self.name, part) for part in (a, b))
        if not (has_row.any() and has_column.any()):
            return np.zeros((len(self), len(a), len(b)))
        rows, columns = (self._all_features(part)[:, self.kept] / self.std for part in (a, b))
        found = 0.5 * np.square(rows.T[:, :, None] - columns.T[:, None, :])
        return among_all(found, has_row, has_column)

    def _all_features(self, configurations: Sequence[Configuration]) -> NDArray[np.float64]:
        """The features of the n configurations that have a network, shape (n, F)."""
        networks = networks_of(self.name, configurations)
        found = np.array([self.features(network) for network in networks], dtype=float)
        if found.ndim > 2 or (networks and found.ndim != 2):
            raise ValueError(
                f"features: expected a vector of numbers of each network, got an array of shape "
                f"{found.shape[1:]}."
            )
        if not np.isfinite(found).all():
            row, position = np.argwhere(~np.isfinite(found))[0]
            raise ValueError(
                f"features: expected finite numbers, got {found[row, position]} as feature "
                f"{position} of {networks[row]}."
            )
        return found
